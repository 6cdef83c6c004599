//! Runs the test in `alone/descriptors.rs`, which checks that no descriptor stays open after a
//! session.

mod face;
mod support;

#[path = "alone/descriptors.rs"]
mod alone;

/// The shared test calls this function. With `ftp-smol` it drops futures of downloads. Here it does
/// nothing, since this adapter has no futures.
fn drops_futures_of_downloads() {}
