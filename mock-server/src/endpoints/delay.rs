//! `/delay/{d}`: the product. Answers with what was asked, after the delay.

use super::echo;
use crate::argument;
use crate::request::Request;
use crate::response::Refusal;
use crate::route::{Draft, Ending};
use crate::worker::Worker;

pub(super) fn delay(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let delay = argument::duration("delay", request.value, worker.server.options.max_delay)?;
    Ok(Draft { ending: Ending::Response(echo::posted(request)), delay: Some(delay) })
}
