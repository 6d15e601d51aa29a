//! What several workloads check alike: answers that echo their request, errors by kind.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::http::{Error, Response};
use crate::workload::Wrong;

/// Collects what is wrong with a batch, kind by kind.
#[derive(Default)]
pub struct Findings {
    first: Option<String>,
    kinds: BTreeMap<&'static str, usize>,
}

impl Findings {
    /// Notes the result of one check; `place` says of what, e.g. `answer 3 of 10`.
    pub fn note(&mut self, place: impl FnOnce() -> String, result: Result<(), Finding>) {
        if let Err((kind, what)) = result {
            *self.kinds.entry(kind).or_default() += 1;
            self.first.get_or_insert_with(|| format!("{}: {what}", place()));
        }
    }

    /// Checks that as many came as were wanted.
    pub fn note_count(&mut self, what: &str, got: usize, wanted: usize) {
        if got != wanted {
            *self.kinds.entry("count").or_default() += 1;
            self.first.get_or_insert_with(|| format!("{got} {what} instead of {wanted}"));
        }
    }

    /// What was found.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, if anything is.
    pub fn result(self) -> Result<(), Wrong> {
        let Findings { first, kinds } = self;
        first.map_or(Ok(()), |first| Err(Wrong { first, kinds }))
    }
}

/// What is wrong with one answer: its kind, and in words.
pub type Finding = (&'static str, String);

/// Checks an answer of the mock server's `/delay`: a 200 whose JSON body gives the request's own
/// id back.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn echo(answer: &Result<Response, Error>, id: &str) -> Result<(), Finding> {
    let answer = answer.as_ref().map_err(|error| (error.kind(), error.to_string()))?;
    echo_of(answer, id)
}

/// The same of an answer that has come.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn echo_of(answer: &Response, id: &str) -> Result<(), Finding> {
    match &json_of(answer)?["args"]["id"] {
        Value::String(echo) if echo == id => Ok(()),
        echo => Err(("id", format!("id {echo} instead of {id:?}"))),
    }
}

/// Checks that an answer is a 200, and gives its body as JSON.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn json_of(answer: &Response) -> Result<Value, Finding> {
    if answer.status != 200 {
        return Err(other_status(answer, 200));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|error| ("body", format!("the body is not JSON: {error}")))
}

/// Checks that answers of `/delay` are those of a batch, in the order of its calls: each with the
/// batch's number and its own as its id, `7-0` to `7-(n - 1)`.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn echoes(batch: u64, n: usize, answers: &[Result<Response, Error>]) -> Result<(), Wrong> {
    let mut findings = Findings::default();
    findings.note_count("answers", answers.len(), n);
    for (i, answer) in answers.iter().enumerate() {
        findings.note(|| format!("answer {i} of {n}"), echo(answer, &format!("{batch}-{i}")));
    }
    findings.result()
}

/// Checks the status of an answer, which is all that one of the mock server's `/status` has: whose
/// it is can't be told.
///
/// # Errors
///
/// What it is instead.
pub fn status(answer: &Result<Response, Error>, wanted: u16) -> Result<(), Finding> {
    match answer {
        Ok(response) if response.status == wanted => Ok(()),
        Ok(response) => Err(other_status(response, wanted)),
        Err(error) => Err((error.kind(), error.to_string())),
    }
}

/// The server says what it refuses in the body of a 400.
fn other_status(response: &Response, wanted: u16) -> Finding {
    let body = String::from_utf8_lossy(&response.body);
    let said: String = body.lines().next().unwrap_or_default().chars().take(100).collect();
    let says_why = response.status == 400 && !said.is_empty();
    let why = if says_why { format!(" ({said})") } else { String::new() };
    ("status", format!("status {} instead of {wanted}{why}", response.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Response, Error> {
        Ok(Response { status, body: body.as_bytes().to_vec() })
    }

    fn found(answers: &[Result<Response, Error>]) -> Result<(), String> {
        let mut findings = Findings::default();
        findings.note_count("answers", answers.len(), 2);
        for (i, answer) in answers.iter().enumerate() {
            findings.note(|| format!("answer {i}"), echo(answer, "7-0"));
        }
        findings.result().map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn echoes_pass_and_every_kind_of_wrong_answer_is_named_and_counted() {
        let right = || answer(200, r#"{"args":{"id":"7-0"}}"#);
        let wrong = |answer| found(&[right(), answer]).unwrap_err();
        assert_eq!(found(&[right(), right()]), Ok(()));
        assert_eq!(found(&[right()]).unwrap_err(), "1 answers instead of 2 (count: 1)");
        let other = r#"{"args":{"id":"7-1"}}"#;
        assert_eq!(wrong(answer(200, other)), r#"answer 1: id "7-1" instead of "7-0" (id: 1)"#);
        assert_eq!(wrong(answer(503, "")), "answer 1: status 503 instead of 200 (status: 1)");
        let refused = wrong(answer(400, "delay: over 8ms"));
        assert_eq!(refused, "answer 1: status 400 instead of 200 (delay: over 8ms) (status: 1)");
        assert!(wrong(answer(200, "")).starts_with("answer 1: the body is not JSON"));
        assert!(wrong(Err(Error::Truncated)).ends_with("(truncated: 1)"));
        let both = found(&[answer(503, ""), Err(Error::Truncated)]).unwrap_err();
        assert!(both.starts_with("answer 0: ") && both.ends_with("(status: 1, truncated: 1)"));
    }
}
