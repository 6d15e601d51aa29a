//! waitmark.
