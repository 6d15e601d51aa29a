//! Faults as they are on the wire, made on a socket that hyper has nothing to do with any more.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::line::Socket;
use crate::worker::Worker;

/// A way to fail a client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// RST instead of an answer.
    Reset,
    /// A close without a byte.
    Empty,
    /// Half of the body that `Content-Length` announces, then a close.
    Truncate,
    /// Bytes that are no HTTP.
    Garbage,
    /// A chunk, and then one whose size is no number.
    MalformedChunk,
    /// An answer whose headers come a byte at a time.
    SlowHeaders,
    /// Headers and half of the body, then nothing.
    StallBody,
    /// An answer whose body comes a byte at a time.
    SlowBody,
}

/// The time between two bytes of the slow faults.
const BYTE_INTERVAL: Duration = Duration::from_millis(20);

/// No HTTP version, no line ends, no UTF-8.
const GARBAGE: &[u8] = b"\x16\x03\x01\x00\xff\xfe\x00garbage\x00\x80\x81\x82\xc0\xc1\x00";

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 20\r\n\r\n";
const HALF: &[u8] = b"half of it";
const REST: &[u8] = b", and rest";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n";
const CHUNKS: &[u8] = b"5\r\nhello\r\nxyz\r\nworld\r\n0\r\n\r\n";

impl Fault {
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("reset", Self::Reset),
        ("empty", Self::Empty),
        ("truncate", Self::Truncate),
        ("garbage", Self::Garbage),
        ("malformed-chunk", Self::MalformedChunk),
        ("slow-headers", Self::SlowHeaders),
        ("stall-body", Self::StallBody),
        ("slow-body", Self::SlowBody),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, fault)| fault)
    }

    /// All names, for a message.
    pub(crate) fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    /// Sends what there is to send of it. Closing, or resetting, is left to the caller.
    pub(crate) async fn send(self, socket: &mut Socket, worker: &Worker) -> io::Result<()> {
        match self {
            Self::Reset | Self::Empty => Ok(()),
            Self::Truncate => socket.write_all(&[HEAD, HALF].concat()).await,
            Self::Garbage => socket.write_all(GARBAGE).await,
            Self::MalformedChunk => socket.write_all(&[CHUNKED, CHUNKS].concat()).await,
            Self::SlowHeaders => {
                trickle(socket, HEAD, worker).await?;
                socket.write_all(&[HALF, REST].concat()).await
            }
            Self::StallBody => {
                socket.write_all(&[HEAD, HALF].concat()).await?;
                gone(socket).await
            }
            Self::SlowBody => {
                socket.write_all(HEAD).await?;
                trickle(socket, &[HALF, REST].concat(), worker).await
            }
        }
    }
}

/// Sends `bytes` one by one.
async fn trickle(socket: &mut Socket, bytes: &[u8], worker: &Worker) -> io::Result<()> {
    for byte in bytes {
        socket.write_all(&[*byte]).await?;
        worker.timers.sleep_until(Instant::now() + BYTE_INTERVAL).await;
    }
    Ok(())
}

/// Waits until the client leaves.
async fn gone(socket: &mut Socket) -> io::Result<()> {
    let mut scrap = [0; 1024];
    while socket.read(&mut scrap).await? > 0 {}
    Ok(())
}
