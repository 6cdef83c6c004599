//! Pure functions on what data connections carry.

mod ascii;
mod ascii_outbox;
mod entry;
mod lines;

pub use ascii::{AsciiDecoder, AsciiEncoder, Encoded};
pub use ascii_outbox::AsciiOutbox;
pub use entry::Entry;
pub use lines::{LineSplitter, LineTooLong};
