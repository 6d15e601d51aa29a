//! The clients that come with waitmark, one file each.

mod async_std;
mod sequential;
mod smol;
mod thread_pool;
mod tokio;

pub use async_std::AsyncStd;
pub use sequential::Sequential;
pub use smol::Smol;
pub use thread_pool::ThreadPool;
pub use tokio::{Tokio, TokioStream};
