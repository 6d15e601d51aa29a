//! tokio's TCP stream with the traits that workloads ask of a stream.
//!
//! An adapter of our own, because that of `tokio-util` needs a recent tokio: beside an older one it
//! would have to be older as well, and two things would differ where one is compared.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;

/// tokio's TCP stream, read and written through the traits of `futures-io`.
#[derive(Debug)]
pub struct TokioStream(TcpStream);

impl From<TcpStream> for TokioStream {
    fn from(stream: TcpStream) -> Self {
        TokioStream(stream)
    }
}

impl TokioStream {
    /// The stream as tokio knows it.
    pub fn get_ref(&self) -> &TcpStream {
        &self.0
    }
}

impl AsyncRead for TokioStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl AsyncWrite for TokioStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::time::Duration;

    use futures_lite::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// That bytes are carried is in the contract of every runtime.
    #[test]
    fn closing_ends_what_the_other_side_reads_and_no_more() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        runtime.block_on(async {
            let mut stream = TokioStream::from(TcpStream::connect(addr).await.unwrap());
            let (mut other, mut read) = (listener.accept().unwrap().0, String::new());
            other.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            stream.write_all(b"all of it").await.unwrap();
            stream.close().await.unwrap();
            other.read_to_string(&mut read).unwrap();
            assert_eq!(read, "all of it");
            io::Write::write_all(&mut other, b"and back").unwrap();
            drop(other);
            let mut back = String::new();
            stream.read_to_string(&mut back).await.unwrap();
            assert_eq!(back, "and back");
        });
    }
}
