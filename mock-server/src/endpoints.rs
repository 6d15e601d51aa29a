//! The endpoints: each makes a reply of a request at once; waiting is left to the route.

pub(crate) mod delay;
mod echo;
pub(crate) mod observe;
pub(crate) mod status;
