//! Runs the test in `alone/descriptors.rs`: no descriptor stays open after a session.

mod face;
mod support;

#[path = "alone/descriptors.rs"]
mod alone;

/// The shared test calls this function. It does nothing, since this adapter has no futures to drop.
fn drops_futures_of_downloads() {}
