//! What a data connection carries (text, listings), and the data phase of a transfer.

mod ascii;
mod ascii_outbox;
mod backlog;
mod file_progress;
mod interruption;
mod lease;
mod line_collector;
mod lines;
mod listing;
mod pace;
mod phase;
mod progress;
mod read_ahead;
mod write_behind;

pub use ascii::{AsciiDecoder, AsciiEncoder, Encoded};
use ascii_outbox::AsciiOutbox;
pub use backlog::Backlog;
pub use file_progress::{Progress, ProgressFlow, ProgressTeller};
pub use interruption::Interruption;
pub use lease::{Lease, Returned};
pub use line_collector::LineCollector;
pub use lines::{LineSplitter, LineTooLong};
pub use listing::{LineKind, Listing};
pub use phase::{DataPhase, DataStep};
pub use progress::DataProgress;
pub use read_ahead::ReadAhead;
pub use write_behind::WriteBehind;
