//! `/`: a page that lists the endpoints with an example each.

use std::fmt::Write;

use crate::endpoints::ENDPOINTS;
use crate::request::Request;
use crate::response::{HTML, Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>mock-server</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
td, th { padding: .1rem 1rem .1rem 0; text-align: left; vertical-align: top }
</style>
<h1>mock-server</h1>
<p>Any of these may take <code>?delay=10ms&amp;jitter=2ms</code>, with
<code>distribution=uniform</code>, <code>normal</code> or <code>lognormal</code> and a
<code>seed</code>, and <code>?fault=reset&amp;p=0.1</code>. Times are seconds (<code>0.01</code>)
or have a unit (<code>10ms</code>, <code>500us</code>, <code>2s</code>).</p>
<table>
<tr><th>path<th>what it does<th>for example
";

pub(super) fn index(_: &Worker, _: &Request<'_>) -> Result<Draft, Refusal> {
    let mut page = String::from(HEAD);
    for endpoint in ENDPOINTS.iter().filter(|endpoint| !endpoint.example.is_empty()) {
        let example = endpoint.example.replace('&', "&amp;");
        // Writing into a string does not fail.
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code><td>{}<td><a href=\"{example}\">{example}</a>",
            endpoint.path, endpoint.about
        );
    }
    page.push_str("</table>\n");
    Ok(Response::bytes(&HTML, page).into())
}

pub(super) fn unknown(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    Err(Refusal::not_found(format!("path: no endpoint is {}; / lists them", request.uri.path())))
}
