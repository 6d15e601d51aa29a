//! A client and a workload of one's own, which `benches/own.rs` measures beside waitmark's.

mod naps;
mod tokio_local;

pub use naps::Naps;
pub use tokio_local::TokioLocal;
