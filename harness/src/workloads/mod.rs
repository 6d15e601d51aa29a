//! The workloads that come with waitmark, one file each.

mod fan_out;
mod pipeline;

pub use fan_out::FanOut;
pub use pipeline::Pipeline;
