//! `waitmark versions` as a user meets it, on a benchmark that builds in a second.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

mod alike;
mod builds;
mod ended;
mod refused;
mod sandbox;
