//! The exchange on a socket: the same steps for blocking and for async streams.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};

use crate::http::{Error, Exchange, Request, Response};
use crate::runtime::Runtime;

/// Connects to `request`'s address from the calling thread, with `TCP_NODELAY` set.
///
/// # Errors
///
/// [`Error::Connect`].
pub fn connect_blocking(request: &Request) -> Result<TcpStream, Error> {
    let stream = TcpStream::connect(request.addr).map_err(Error::Connect)?;
    stream.set_nodelay(true).map_err(Error::Connect)?;
    Ok(stream)
}

/// Sends `request` over a fresh connection and waits for the answer on the calling thread.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub fn fetch_blocking(request: &Request) -> Result<Response, Error> {
    exchange_blocking(&mut connect_blocking(request)?, request)
}

/// The same, if the whole answer is there within `limit` of the connection. The request is always
/// sent, however late its caller gets to run.
///
/// # Errors
///
/// [`Error::TimedOut`] if it is not, or what kept it from coming.
pub fn fetch_blocking_within(limit: Duration, request: &Request) -> Result<Response, Error> {
    let stream = connect_blocking(request)?;
    let mut stream = Until { stream, end: Instant::now() + limit };
    exchange_blocking(&mut stream, request).map_err(|error| match error {
        Error::Receive(error) => in_time(limit, error),
        error => error,
    })
}

fn in_time(limit: Duration, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::TimedOut(limit),
        _ => Error::Receive(error),
    }
}

/// A stream whose reads fail once its time is over.
struct Until {
    stream: TcpStream,
    end: Instant,
}

impl Read for Until {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

impl Write for Until {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Sends `request` over `stream` and waits for the answer on the calling thread.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub fn exchange_blocking(
    stream: &mut (impl Read + Write),
    request: &Request,
) -> Result<Response, Error> {
    exchange_blocking_with(stream, request, |_| {})
}

/// The same; calls `arrived` with what there is of the body whenever some of it has come before
/// the last.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub fn exchange_blocking_with(
    stream: &mut (impl Read + Write),
    request: &Request,
    mut arrived: impl FnMut(&[u8]),
) -> Result<Response, Error> {
    let mut exchange = Exchange::new(request)?;
    stream.write_all(exchange.request()).map_err(Error::Send)?;
    loop {
        let count = stream.read(exchange.space()?).map_err(Error::Receive)?;
        if let Some(response) = exchange.received(count)? {
            return Ok(response);
        }
        arrived(exchange.body());
    }
}

/// Sends `request` over a fresh connection and awaits the answer.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub async fn fetch<R: Runtime>(request: &Request) -> Result<Response, Error> {
    fetch_with::<R>(request, |_| {}).await
}

/// The same; calls `arrived` with what there is of the body whenever some of it has come before
/// the last.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub async fn fetch_with<R: Runtime>(
    request: &Request,
    arrived: impl FnMut(&[u8]) + Send,
) -> Result<Response, Error> {
    let mut stream = R::connect(request.addr).await.map_err(Error::Connect)?;
    exchange_with(&mut stream, request, arrived).await
}

/// Sends `request` over a fresh connection and awaits the answer, if all of it is there within
/// `limit` of the connection. The request is always sent, however late its caller gets to run: it
/// is what is polled first.
///
/// # Errors
///
/// [`Error::TimedOut`] if it is not, or what kept it from coming.
pub async fn fetch_within<R: Runtime>(
    limit: Duration,
    request: &Request,
) -> Result<Response, Error> {
    let mut stream = R::connect(request.addr).await.map_err(Error::Connect)?;
    let exchange = R::timeout(limit, exchange(&mut stream, request));
    exchange.await.unwrap_or(Err(Error::TimedOut(limit)))
}

/// Sends `request` over `stream` and awaits the answer.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: &Request,
) -> Result<Response, Error> {
    exchange_with(stream, request, |_| {}).await
}

/// The same; calls `arrived` with what there is of the body whenever some of it has come before
/// the last.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub async fn exchange_with(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: &Request,
    mut arrived: impl FnMut(&[u8]),
) -> Result<Response, Error> {
    let mut exchange = Exchange::new(request)?;
    stream.write_all(exchange.request()).await.map_err(Error::Send)?;
    loop {
        let count = stream.read(exchange.space()?).await.map_err(Error::Receive)?;
        if let Some(response) = exchange.received(count)? {
            return Ok(response);
        }
        arrived(exchange.body());
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::num::NonZero;
    use std::thread;

    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::{AsyncStd, Smol, Tokio};
    use crate::http;

    /// Gives `ask` a request whose server reads it whole and does not answer; what came of it, and
    /// what the server read until its client left.
    fn unanswered(ask: impl FnOnce(Request) -> Result<Response, Error>) -> (Error, Vec<u8>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let request = http::get(listener.local_addr().unwrap(), "/never").unwrap();
        let server = thread::spawn(move || {
            let mut bytes = Vec::new();
            listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
            bytes
        });
        (ask(request).unwrap_err(), server.join().unwrap())
    }

    fn unanswered_async<R: Runtime>(limit: Duration) -> (Error, Vec<u8>) {
        let cpus = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        let runtime = R::start(cpus).unwrap();
        unanswered(|request| {
            block_on(runtime.spawn(async move { fetch_within::<R>(limit, &request).await }))
        })
    }

    #[test]
    fn what_is_timed_out_was_sent_however_short_the_limit() {
        for limit in [Duration::from_nanos(1), Duration::from_millis(5)] {
            for (error, sent) in [
                unanswered(|request| fetch_blocking_within(limit, &request)),
                unanswered_async::<Tokio>(limit),
                unanswered_async::<AsyncStd>(limit),
                unanswered_async::<Smol>(limit),
            ] {
                assert!(matches!(error, Error::TimedOut(of) if of == limit), "{error}");
                assert!(
                    sent.starts_with(b"GET /never HTTP/1.1\r\n") && sent.ends_with(b"\r\n\r\n")
                );
            }
        }
    }
}
