//! The clients, one file each; [`client`](crate::client) lists them.

pub(crate) mod async_std;
pub(crate) mod sequential;
pub(crate) mod smol;
pub(crate) mod thread_pool;
pub(crate) mod tokio;
