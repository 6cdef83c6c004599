//! Parsers for the text of one complete [`Reply`](crate::wire::Reply). They are pure functions, and
//! take time linear in the bytes of the reply.
//!
//! ```
//! use ftp_proto::{reply, wire::Reply};
//!
//! let pasv = Reply::parse(b"227 Entering Passive Mode (192,0,2,1,4,1).\r\n").unwrap();
//! assert_eq!(reply::passive(&pasv).unwrap().port.get(), 1025);
//! ```

mod feat;
mod hash;
mod identity;
mod malformed;
mod mlst;
pub(crate) mod number;
mod passive;
mod path;
mod size;
mod time;
mod unique;
mod zone;

pub use feat::{Features, features};
pub use hash::{Algorithm, FileHash, hash};
pub use identity::{Identity, identity};
pub use malformed::Malformed;
pub use mlst::entry;
pub use passive::{Passive, extended_passive, passive};
pub use path::pathname;
pub(crate) use size::announced_size;
pub use size::{count, size, transfer_size};
pub use time::{InvalidTimestamp, TimeOutOfRange, Timestamp, modified};
pub use unique::unique_name;
pub use zone::zone_offset;
