//! Pure functions on what data connections carry.

mod entry;
mod lines;

pub use entry::Entry;
pub use lines::{LineSplitter, LineTooLong};
