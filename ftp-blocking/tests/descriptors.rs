//! No descriptor is left open: see `alone/descriptors.rs`.

mod face;
mod support;

#[path = "alone/descriptors.rs"]
mod alone;

/// This adapter has no futures.
fn given_up_by_dropping_futures() {}
