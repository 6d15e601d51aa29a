//! The workloads that come with waitmark, one file each.

mod chain;
mod chat;
mod fan_in;
mod fan_out;
mod gather_errors;
mod in_turn;
mod paced;
mod ping_pong;
mod pipeline;
mod retry;
mod session;
mod sleepers;
mod spawn_many;
mod timeouts;

pub use chain::Chain;
pub use chat::Chat;
pub use fan_in::FanIn;
pub use fan_out::FanOut;
pub use gather_errors::GatherErrors;
pub use in_turn::InTurn;
pub use paced::Paced;
pub use ping_pong::PingPong;
pub use pipeline::Pipeline;
pub use retry::Retry;
pub use session::Session;
pub use sleepers::Sleepers;
pub use spawn_many::SpawnMany;
pub use timeouts::Timeouts;
