//! What a program makes of an answer: the response if it is sound, the JSON that it holds, or why
//! neither can be had.

use serde::de::DeserializeOwned;

use crate::check::Finding;
use crate::http::{Error, Response};

/// Why an answer is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Useless {
    /// There is none.
    #[error(transparent)]
    NoAnswer(#[from] Error),
    /// It is not one of success.
    #[error("status {0} instead of 200")]
    Status(u16),
    /// Its body is not what was asked for.
    #[error("the body is not what was asked for: {0}")]
    Body(#[from] serde_json::Error),
}

impl Useless {
    /// Its kind and its words, for a check.
    pub fn finding(&self) -> Finding {
        let kind = match self {
            Useless::NoAnswer(error) => error.kind(),
            Useless::Status(_) => "status",
            Useless::Body(_) => "body",
        };
        (kind, self.to_string())
    }
}

/// The response, if its status is 200.
///
/// # Errors
///
/// [`Useless::NoAnswer`] and [`Useless::Status`].
pub fn sound(answer: Result<Response, Error>) -> Result<Response, Useless> {
    let response = answer?;
    if response.status != 200 {
        return Err(Useless::Status(response.status));
    }
    Ok(response)
}

/// What the body of a sound answer holds as JSON.
///
/// # Errors
///
/// Each of [`Useless`].
pub fn json<T: DeserializeOwned>(answer: Result<Response, Error>) -> Result<T, Useless> {
    Ok(serde_json::from_slice(&sound(answer)?.body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_no_use_says_why() {
        let answer = |status, body: &str| Ok(Response { status, body: body.as_bytes().to_vec() });
        let why = |answer| json::<Vec<u8>>(answer).unwrap_err().finding();
        assert_eq!(json::<Vec<u8>>(answer(200, "[1, 2]")).unwrap(), [1, 2]);
        assert_eq!(why(answer(404, "[]")), ("status", "status 404 instead of 200".to_owned()));
        assert_eq!(why(Err(Error::Truncated)).0, "truncated");
        let (kind, words) = why(answer(200, "[1,"));
        assert!(kind == "body" && words.starts_with("the body is not what was asked for: EOF"));
    }
}
