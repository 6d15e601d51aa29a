//! `/json`: httpbin's document.

use serde_json::json;

use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

pub(super) fn json(_: &Worker, _: &Request<'_>) -> Result<Draft, Refusal> {
    let document = json!({
        "slideshow": {
            "author": "Yours Truly",
            "date": "date of publication",
            "slides": [
                { "title": "Wake up to WonderWidgets!", "type": "all" },
                {
                    "items": [
                        "Why <em>WonderWidgets</em> are great",
                        "Who <em>buys</em> WonderWidgets"
                    ],
                    "title": "Overview",
                    "type": "all"
                }
            ],
            "title": "Sample Slide Show"
        }
    });
    Ok(Response::json(&document).into())
}
