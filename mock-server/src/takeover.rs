//! What takes a connection over from hyper: answers that a sound HTTP server can't give.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::chat::Member;
use crate::fault::Fault;
use crate::line::Socket;
use crate::worker::Worker;

/// Who has the connection now.
pub(crate) enum Takeover {
    /// A fault, which ends it.
    Fault(Fault),
    /// The chat, until either side leaves.
    Chat(Member),
}

/// How long a client is given to close its end after the server closed its own.
const LINGER: Duration = Duration::from_secs(1);

impl Takeover {
    /// Runs to the end and closes the connection. `read` is what the client sent ahead.
    pub(crate) async fn run(self, mut socket: Socket, read: Bytes) -> io::Result<()> {
        let line = socket.line.clone();
        let worker = &line.worker;
        match self {
            Self::Fault(Fault::Reset) => {
                // With nothing to linger for, closing sends RST.
                socket2::SockRef::from(&socket.stream).set_linger(Some(Duration::ZERO))
            }
            Self::Fault(fault) => {
                let limit = Instant::now() + worker.server.options.max_duration;
                tokio::select! {
                    sent = fault.send(&mut socket, worker) => sent?,
                    () = worker.timers.sleep_until(limit) => {}
                }
                close(socket, worker).await
            }
            Self::Chat(member) => {
                member.talk(&mut socket, read).await?;
                close(socket, worker).await
            }
        }
    }
}

/// Closes with FIN. Closing with bytes unread would send RST instead, so they are read first.
async fn close(mut socket: Socket, worker: &Worker) -> io::Result<()> {
    socket.shutdown().await?;
    let drained = async {
        let mut scrap = [0; 1024];
        while socket.read(&mut scrap).await? > 0 {}
        Ok(())
    };
    tokio::select! {
        drained = drained => drained,
        () = worker.timers.sleep_until(Instant::now() + LINGER) => Ok(()),
    }
}
