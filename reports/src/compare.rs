//! Two runs against each other, cell by cell: what a reader may and may not take from them.
//!
//! Rounds of two runs don't pair up, and a run shares its minutes, its build's layout and its
//! machine's mood with nothing in the other. So this is advisory: only variants that ran in the
//! same rounds show what a change of code did.

mod cell;
mod compared;
mod differences;
mod left_out;
mod terminal;
#[cfg(test)]
mod tests;

pub use compared::{Compared, Row, Run};
pub use differences::{Difference, Differences};
pub use left_out::LeftOut;
pub use terminal::terminal;
