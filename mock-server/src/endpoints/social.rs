//! Users, their posts and their chat: what an application's client asks for.

use hyper::StatusCode;
use hyper::header::UPGRADE;
use serde::Serialize;

use crate::argument;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::takeover::Takeover;
use crate::worker::Worker;

/// Users there are; their ids count from 1.
const USERS: u64 = 10_000;

const POSTS_PER_USER: u64 = 3;

#[derive(Serialize)]
struct User {
    id: u64,
    name: String,
    email: String,
}

#[derive(Serialize)]
struct Post {
    id: u64,
    user_id: u64,
    title: String,
}

/// The first `?count=` users.
pub(super) fn users(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let count = request.number("count", 0..=USERS)?.unwrap_or(10);
    Ok(Response::json(&(1..=count).map(named).collect::<Vec<_>>()).into())
}

pub(super) fn user(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(Response::json(&named(id(request)?)).into())
}

pub(super) fn posts(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let user_id = id(request)?;
    let post = |i| Post {
        id: (user_id - 1) * POSTS_PER_USER + i,
        user_id,
        title: format!("Post {i} of user {user_id}"),
    };
    Ok(Response::json(&(1..=POSTS_PER_USER).map(post).collect::<Vec<_>>()).into())
}

/// Joins a room. Without `Upgrade: lines` there is nothing to join with: 426.
pub(super) fn chat(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let upgrade = request.headers.get(UPGRADE).map_or(&b""[..], |value| value.as_bytes());
    if !upgrade.eq_ignore_ascii_case(b"lines") {
        return Err(Refusal::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade: a chat needs the header 'upgrade: lines'",
        ));
    }
    Ok(Takeover::Chat(worker.server.rooms.join(request.value)).into())
}

fn id(request: &Request<'_>) -> Result<u64, Refusal> {
    let id = argument::number("id", request.value, 0..=u64::MAX)?;
    if (1..=USERS).contains(&id) {
        return Ok(id);
    }
    Err(Refusal::not_found(format!("id: there are users 1 to {USERS}")))
}

fn named(id: u64) -> User {
    User { id, name: format!("User {id}"), email: format!("user{id}@example.com") }
}
