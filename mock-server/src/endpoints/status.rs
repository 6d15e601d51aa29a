//! `/status/{codes}`: an answer with this status, or with one of several by weight.

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue, LOCATION, PROXY_AUTHENTICATE, WWW_AUTHENTICATE};
use serde_json::json;

use crate::argument;
use crate::chance;
use crate::request::Request;
use crate::response::{HTML, Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

const REALM: &str = "Basic realm=\"Fake Realm\"";

/// httpbin's body for 418.
const TEAPOT: &str = r#"
    -=[ teapot ]=-

       _...._
     .'  _ _ `.
    | ."` ^ `". _,
    \_;`"---"`|//
      |       ;/
      \_     _/
        `"""`
"#;

/// Statuses of final answers: after one of the 100s a client would go on waiting.
const FINAL: std::ops::RangeInclusive<u16> = 200..=599;

pub(super) fn status(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let choices = request.value.split(',').map(choice).collect::<Result<Vec<_>, _>>()?;
    let status = match choices[..] {
        [(status, _)] => status,
        _ => pick(&choices, chance::generator(worker, request)?.f64()),
    };
    Ok(answer(status).into())
}

/// The answer that httpbin gives with this status: few have more than the status.
fn answer(status: StatusCode) -> Response {
    let empty = Response::empty(status);
    match status.as_u16() {
        301 | 302 | 303 | 305 | 307 => {
            empty.with_header(LOCATION, HeaderValue::from_static("/redirect/1"))
        }
        401 => empty.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(REALM)),
        407 => empty.with_header(PROXY_AUTHENTICATE, HeaderValue::from_static(REALM)),
        406 => Response::json(&json!({
            "message": "Client did not request a supported media type.",
            "accept": ["image/webp", "image/svg+xml", "image/jpeg", "image/png", "image/*"],
        }))
        .with_status(status),
        418 => Response::bytes(&HTML, TEAPOT).with_status(status).with_header(
            HeaderName::from_static("x-more-info"),
            HeaderValue::from_static("http://tools.ietf.org/html/rfc2324"),
        ),
        _ => empty,
    }
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
