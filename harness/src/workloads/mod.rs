//! The workloads that come with waitmark, one file each.

mod fan_out;
mod gather_errors;
mod in_turn;
mod pipeline;
mod retry;
mod session;
mod sleepers;
mod timeouts;

pub use fan_out::FanOut;
pub use gather_errors::GatherErrors;
pub use in_turn::InTurn;
pub use pipeline::Pipeline;
pub use retry::Retry;
pub use session::Session;
pub use sleepers::Sleepers;
pub use timeouts::Timeouts;
