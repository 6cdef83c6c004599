//! Pure functions on what data connections carry.

mod ascii;
mod entry;
mod lines;

pub use ascii::{AsciiDecoder, AsciiEncoder, Encoded};
pub use entry::Entry;
pub use lines::{LineSplitter, LineTooLong};
