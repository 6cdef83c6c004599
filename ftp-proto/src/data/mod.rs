//! What data connections carry, and the data phase of a transfer.

mod ascii;
mod ascii_outbox;
mod backlog;
mod collected;
mod entry;
mod interruption;
mod lines;
mod listing;
mod moved;
mod phase;
mod read_ahead;

pub use ascii::{AsciiDecoder, AsciiEncoder, Encoded};
pub use ascii_outbox::AsciiOutbox;
pub use backlog::Backlog;
pub use collected::Collected;
pub use entry::Entry;
pub use interruption::Interruption;
pub use lines::{LineSplitter, LineTooLong};
pub use listing::{LineKind, Listing};
pub use moved::Moved;
pub use phase::{DataPhase, DataStep};
pub use read_ahead::Ahead;
