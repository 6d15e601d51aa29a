//! One HTTP/1.1 exchange without I/O, driven by blocking and async callers alike.
//!
//! The protocol is `ureq-proto`'s. This module owns the one buffer of an exchange and the order of
//! its steps, so that [`wire`](crate::wire) holds nothing but reads and writes.

use std::net::SocketAddr;
use std::time::Duration;
use std::{io, mem};

use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call, RecvResponseResult, SendRequestResult};

/// A request without a body, and the address that it goes to.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to connect.
    pub addr: SocketAddr,
    head: ureq_proto::http::Request<()>,
}

/// Bytes of the buffer that a request is written from and an answer is read into.
const BUFFER: usize = 4 * 1024;

/// The longest head or chunk header an answer may have, bytes.
const MAX_BUFFER: usize = 64 * 1024;

/// An answer, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code, e.g. 200.
    pub status: u16,
    /// The body, without its transfer coding.
    pub body: Vec<u8>,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no server to ask.
    #[error("there is no server to ask")]
    NoServer,
    /// There can be no such batch.
    #[error("{0}")]
    Plan(String),
    /// The request can't be written as HTTP/1.1.
    #[error("the request is not valid: {0}")]
    Request(#[source] ureq_proto::Error),
    /// No connection could be made.
    #[error("connecting failed: {0}")]
    Connect(#[source] io::Error),
    /// The connection broke while the request was sent.
    #[error("sending failed: {0}")]
    Send(#[source] io::Error),
    /// The connection broke while the answer was read.
    #[error("receiving failed: {0}")]
    Receive(#[source] io::Error),
    /// The connection closed before the answer was whole.
    #[error("the connection closed before the answer was whole")]
    Truncated,
    /// The answer is not HTTP/1.1.
    #[error("the answer is not HTTP/1.1: {0}")]
    Protocol(#[source] ureq_proto::Error),
    /// There was no whole answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The head of the answer is longer than the client takes.
    #[error("the answer's head is longer than {MAX_BUFFER} bytes")]
    TooLong,
}

impl Error {
    /// The kind of the error, by which errors are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::NoServer => "no server",
            Error::Plan(_) => "plan",
            Error::Request(_) => "request",
            Error::Connect(_) => "connect",
            Error::Send(_) => "send",
            Error::Receive(_) => "receive",
            Error::Truncated => "truncated",
            Error::Protocol(_) => "protocol",
            Error::TimedOut(_) => "timed out",
            Error::TooLong => "too long",
        }
    }
}

/// A GET of `path` at `addr`, over a connection of its own.
///
/// # Errors
///
/// [`Error::Request`] if `path` is not a valid target.
pub fn get(addr: SocketAddr, path: &str) -> Result<Request, Error> {
    build(addr, path, &[("connection", "close")])
}

/// A GET of `path` at `addr`, over a connection that is used again after it.
///
/// # Errors
///
/// [`Error::Request`] if `path` is not a valid target.
pub fn get_kept(addr: SocketAddr, path: &str) -> Result<Request, Error> {
    build(addr, path, &[])
}

fn build(addr: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Request, Error> {
    let request = ureq_proto::http::Request::get(format!("http://{addr}{path}"));
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
        .body(())
        .map(|head| Request { addr, head })
        .map_err(|e| Error::Request(ureq_proto::Error::BadHeader(e.to_string())))
}

/// One request and its answer.
///
/// Send [`request`](Self::request) with one write, then read into [`space`](Self::space) and say
/// how much came with [`received`](Self::received), until it gives the response.
pub struct Exchange {
    state: State,
    buffer: Vec<u8>,
    filled: usize,
}

enum State {
    Head(Call<RecvResponse>),
    Body(Call<RecvBody>, Response),
    Over,
}

impl Exchange {
    /// Writes the request into the buffer of the exchange.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the request is not valid HTTP/1.1 or has a body.
    pub fn new(request: &Request) -> Result<Self, Error> {
        let mut buffer = vec![0; BUFFER];
        let mut call = Call::new(request.head.clone()).map_err(Error::Request)?.proceed();
        let filled = call.write(&mut buffer).map_err(Error::Request)?;
        match call.proceed().map_err(Error::Request)? {
            Some(SendRequestResult::RecvResponse(call)) => {
                Ok(Exchange { state: State::Head(call), buffer, filled })
            }
            Some(_) => Err(Error::Request(ureq_proto::Error::BodyNotAllowed)),
            None => Err(Error::Request(ureq_proto::Error::OutputOverflow)),
        }
    }

    /// The bytes of the request; call once, before the first [`space`](Self::space).
    pub fn request(&mut self) -> &[u8] {
        &self.buffer[..mem::take(&mut self.filled)]
    }

    /// Where to read the next bytes of the answer; never empty.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`] if the answer's head does not fit.
    pub fn space(&mut self) -> Result<&mut [u8], Error> {
        if self.filled == self.buffer.len() {
            if self.filled >= MAX_BUFFER {
                return Err(Error::TooLong);
            }
            self.buffer.resize(2 * self.filled, 0);
        }
        Ok(&mut self.buffer[self.filled..])
    }

    /// Takes note of `count` bytes read into the space, 0 for the end of the stream, and gives the
    /// response once it is whole. Bytes after its end are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] or [`Error::Truncated`]; the exchange is over then.
    pub fn received(&mut self, count: usize) -> Result<Option<Response>, Error> {
        self.filled += count;
        let closed = count == 0;
        loop {
            match mem::replace(&mut self.state, State::Over) {
                State::Head(mut call) => {
                    let input = &self.buffer[..self.filled];
                    let (used, head) = call.try_response(input, false).map_err(Error::Protocol)?;
                    self.consume(used);
                    let Some(head) = head else {
                        self.state = State::Head(call);
                        // An interim answer (1xx) was passed over: what follows may be here.
                        match used {
                            0 if closed => return Err(Error::Truncated),
                            0 => return Ok(None),
                            _ => continue,
                        }
                    };
                    let response = Response { status: head.status().as_u16(), body: Vec::new() };
                    match call.proceed() {
                        Some(RecvResponseResult::RecvBody(call)) => {
                            self.state = State::Body(call, response);
                        }
                        _ => return Ok(Some(response)),
                    }
                }
                State::Body(mut call, mut response) => {
                    self.read_body(&mut call, &mut response.body)?;
                    let to_close = call.body_mode() == BodyMode::CloseDelimited;
                    if if to_close { closed } else { call.can_proceed() } {
                        return Ok(Some(response));
                    }
                    if closed {
                        return Err(Error::Truncated);
                    }
                    self.state = State::Body(call, response);
                    return Ok(None);
                }
                State::Over => return Err(Error::Truncated),
            }
        }
    }

    /// Moves what the buffer holds of the body out of it.
    fn read_body(&mut self, call: &mut Call<RecvBody>, body: &mut Vec<u8>) -> Result<(), Error> {
        loop {
            // Decoding never lengthens, so the output has room for all of the input.
            let start = body.len();
            body.resize(start + self.filled, 0);
            let (used, written) = call
                .read(&self.buffer[..self.filled], &mut body[start..])
                .map_err(Error::Protocol)?;
            body.truncate(start + written);
            self.consume(used);
            if used == 0 || self.filled == 0 {
                return Ok(());
            }
        }
    }

    /// What has come of the body so far, without its transfer coding.
    pub fn body(&self) -> &[u8] {
        match &self.state {
            State::Body(_, response) => &response.body,
            State::Head(_) | State::Over => &[],
        }
    }

    fn consume(&mut self, used: usize) {
        self.buffer.copy_within(used..self.filled, 0);
        self.filled -= used;
    }
}

#[cfg(test)]
mod tests;
