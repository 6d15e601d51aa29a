//! `/status/{code}`: an empty answer with this status.

use hyper::StatusCode;

use crate::response::{self, Refusal};
use crate::route::Reply;

pub(crate) fn status(code: &str) -> Result<Reply, Refusal> {
    let status = code.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok());
    // 1xx is no final answer: a client would go on waiting for one.
    let status = status
        .filter(|status| (200..600).contains(&status.as_u16()))
        .ok_or_else(|| Refusal::bad_request("code: is not a status from 200 to 599"))?;
    Ok(response::empty(status).into())
}
