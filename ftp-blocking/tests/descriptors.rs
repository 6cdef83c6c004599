//! No descriptor stays open: see `alone/descriptors.rs`.

mod face;
mod support;

#[path = "alone/descriptors.rs"]
mod alone;

/// Does nothing, since this adapter has no futures to drop.
fn drops_futures_of_downloads() {}
