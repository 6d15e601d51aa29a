//! The exchange on a socket: the same steps for blocking and for async streams.

use std::io::{Read, Write};
use std::net::TcpStream;

use futures_lite::io::{AsyncReadExt, AsyncWriteExt};

use crate::http::{Error, Exchange, Request, Response};
use crate::runtime::Runtime;

/// Sends `request` over a fresh connection and waits for the answer on the calling thread.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub fn fetch_blocking(request: &Request) -> Result<Response, Error> {
    let mut stream = TcpStream::connect(request.addr).map_err(Error::Connect)?;
    stream.set_nodelay(true).map_err(Error::Connect)?;
    exchange_blocking(&mut stream, request)
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
    let mut exchange = Exchange::new(request)?;
    stream.write_all(exchange.request()).map_err(Error::Send)?;
    loop {
        let count = stream.read(exchange.space()?).map_err(Error::Receive)?;
        if let Some(response) = exchange.received(count)? {
            return Ok(response);
        }
    }
}

/// Sends `request` over a fresh connection and awaits the answer.
///
/// # Errors
///
/// Whatever kept the answer from coming, see [`Error`].
pub async fn fetch<R: Runtime>(request: &Request) -> Result<Response, Error> {
    let mut stream = R::connect(request.addr).await.map_err(Error::Connect)?;
    let mut exchange = Exchange::new(request)?;
    stream.write_all(exchange.request()).await.map_err(Error::Send)?;
    loop {
        let count = stream.read(exchange.space()?).await.map_err(Error::Receive)?;
        if let Some(response) = exchange.received(count)? {
            return Ok(response);
        }
    }
}
