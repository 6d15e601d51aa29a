//! The server as its clients meet it: bytes over real sockets.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "what can't go on has failed")]

mod arguments;
mod chat;
mod command;
mod counters;
mod delays;
mod endpoints;
mod faults;
mod httpbin;
mod limits;
mod listeners;
mod protocol;
mod raw;
