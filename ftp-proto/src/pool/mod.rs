//! Several sessions with one server: how many there may be, and which one is used next.

mod options;
mod sessions;

pub use crate::session::baseline::Baseline;
pub use options::PoolOptions;
pub use sessions::{NextSession, Sessions};
