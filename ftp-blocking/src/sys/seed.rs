//! Random numbers for the pauses between attempts.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Returns a number that differs from call to call and from process to process. It is not secret.
pub fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
