//! The workloads that come with waitmark, one file each.

mod chain;
mod chat;
mod fan_in;
mod fan_out;
mod paced;
mod ping_pong;
mod pipeline;
mod sleepers;
mod spawn_many;
mod timeouts;

pub use chain::Chain;
pub use chat::Chat;
pub use fan_in::FanIn;
pub use fan_out::FanOut;
pub use paced::Paced;
pub use ping_pong::PingPong;
pub use pipeline::Pipeline;
pub use sleepers::Sleepers;
pub use spawn_many::SpawnMany;
pub use timeouts::Timeouts;
