//! Pure functions on what data connections carry.

mod lines;

pub use lines::{LineSplitter, LineTooLong};
