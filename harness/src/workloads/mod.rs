//! The workloads that come with waitmark, one file each.

mod as_completed;
mod cpu_bound;
mod cursor;
mod fan_out;
mod first_completed;
mod gather_errors;
mod in_turn;
mod pipeline;
mod retry;
mod session;
mod sleepers;
mod stall;
mod timeouts;

pub use as_completed::AsCompleted;
pub use cpu_bound::CpuBound;
pub use cursor::Cursor;
pub use fan_out::FanOut;
pub use first_completed::FirstCompleted;
pub use gather_errors::GatherErrors;
pub use in_turn::InTurn;
pub use pipeline::Pipeline;
pub use retry::Retry;
pub use session::Session;
pub use sleepers::Sleepers;
pub use stall::Stall;
pub use timeouts::Timeouts;
