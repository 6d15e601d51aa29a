//! `/delay/{d}`: the product. Answers with what was asked, after the delay.

use std::sync::Arc;

use super::echo;
use crate::argument;
use crate::request::Request;
use crate::response::{self, Refusal};
use crate::route::{Draft, Ending};
use crate::worker::Worker;

pub(super) fn delay(worker: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    let delay = argument::duration("delay", request.segment(1), worker.server.options.max_delay)?;
    let response = response::json(&echo::Posted::of(request));
    Ok(Draft { ending: Ending::Response(response), delay: Some(delay) })
}
