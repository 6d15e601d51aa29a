//! `/status/{codes}`: an answer with this status, or with one of several by weight.

use hyper::StatusCode;
use hyper::header::{HeaderValue, LOCATION, PROXY_AUTHENTICATE, WWW_AUTHENTICATE};

use crate::argument;
use crate::chance;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

/// Statuses of final answers: after one of the 100s a client would go on waiting.
const FINAL: std::ops::RangeInclusive<u16> = 200..=599;

pub(super) fn status(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let choices = request.value.split(',').map(choice).collect::<Result<Vec<_>, _>>()?;
    let status = match choices[..] {
        [(status, _)] => status,
        _ => pick(&choices, chance::generator(worker, request)?.f64()),
    };
    let header = match status.as_u16() {
        301 | 302 | 303 | 305 | 307 => Some((LOCATION, "/redirect/1")),
        401 => Some((WWW_AUTHENTICATE, "Basic realm=\"Fake Realm\"")),
        407 => Some((PROXY_AUTHENTICATE, "Basic realm=\"Fake Realm\"")),
        _ => None,
    };
    let response = Response::empty(status);
    let response = match header {
        Some((name, value)) => response.with_header(name, HeaderValue::from_static(value)),
        None => response,
    };
    Ok(response.into())
}

/// Reads `503` or `503:0.5`.
fn choice(text: &str) -> Result<(StatusCode, f64), Refusal> {
    let (code, weight) = text.split_once(':').unwrap_or((text, "1"));
    let code = argument::number("code", code, FINAL)?;
    let status =
        StatusCode::from_u16(code).map_err(|_| argument::refused("code", text, "is no status"))?;
    let weight = weight.parse().ok().filter(|weight: &f64| *weight > 0.0 && weight.is_finite());
    Ok((status, weight.ok_or_else(|| argument::refused("weight", text, "is not above 0"))?))
}

/// The choice that `drawn`, from 0 up to 1, falls on.
fn pick(choices: &[(StatusCode, f64)], drawn: f64) -> StatusCode {
    let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
    let mut left = drawn * total;
    for &(status, weight) in choices {
        left -= weight;
        if left < 0.0 {
            return status;
        }
    }
    choices[choices.len() - 1].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_share_the_draws() {
        let choices = [(StatusCode::OK, 3.0), (StatusCode::BAD_GATEWAY, 1.0)];
        assert_eq!(pick(&choices, 0.0), StatusCode::OK);
        assert_eq!(pick(&choices, 0.74), StatusCode::OK);
        assert_eq!(pick(&choices, 0.76), StatusCode::BAD_GATEWAY);
        assert_eq!(pick(&choices, 0.999), StatusCode::BAD_GATEWAY);
    }
}
