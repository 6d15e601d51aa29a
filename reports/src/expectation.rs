//! Expectations: what a project holds its runs to, a line each, e.g.
//! `fan_out n=100: tokio over sequential >= 40`.

mod judge;
mod judged;
mod line;
mod parse;
mod ratio;
#[cfg(test)]
mod tests;

pub(crate) use judge::judge;
pub(crate) use judged::Holds;
pub use line::Expectation;
pub use parse::ParseError;
