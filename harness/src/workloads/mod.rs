//! The workloads that come with waitmark, one file each.

mod api_pipeline;
mod bounded;
mod cleanup;
mod crawl;
mod fan_out;
mod files;
mod pipeline;
mod queue;
mod rate_limited;
mod scrape;
mod sleepers;
mod timeouts;
mod unbounded;

pub use api_pipeline::ApiPipeline;
pub use bounded::Bounded;
pub use cleanup::Cleanup;
pub use crawl::Crawl;
pub use fan_out::FanOut;
pub use files::Files;
pub use pipeline::Pipeline;
pub use queue::Queue;
pub use rate_limited::RateLimited;
pub use scrape::Scrape;
pub use sleepers::Sleepers;
pub use timeouts::Timeouts;
pub use unbounded::Unbounded;
