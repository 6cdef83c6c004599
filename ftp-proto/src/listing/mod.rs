//! Listings of directories as typed entries: LIST, MLSD and STAT, in every dialect.
//!
//! [`Parser`] reads a listing while its bytes arrive. Every line becomes an [`Entry`], noise such as
//! `total 12`, or an unparsed line. No line is dropped, and no line makes the whole listing fail.
//!
//! ```
//! use ftp_proto::listing::{Kind, Line, Parser};
//!
//! let mut parser = Parser::new().with_now("20261127120000".parse()?);
//! let mut bytes = &b"total 8\r\n\
//!     drwxr-xr-x 2 ada users 4096 Nov 26 09:30 genomes\r\n\
//!     -rw-r--r-- 1 ada users 1024 Dec 24  2025 notes.txt\r\n"[..];
//! let mut names = Vec::new();
//! while let Some(line) = parser.next_line(&mut bytes) {
//!     if let Line::Entry(entry) = line {
//!         names.push((entry.kind(), entry.name().to_vec(), entry.size()));
//!     }
//! }
//! assert_eq!(names, [
//!     (Kind::Directory, b"genomes".to_vec(), None),
//!     (Kind::File, b"notes.txt".to_vec(), Some(1_024)),
//! ]);
//! # Ok::<(), ftp_proto::reply::InvalidTimestamp>(())
//! ```
//!
//! Each dialect has a file of its own, and beside it a corpus of lines with the fields that are
//! expected of them.

mod dialect;
mod directory;
mod display;
mod dos;
mod entry;
mod eplf;
mod found;
mod kind;
mod lines;
mod ls_date;
mod mac;
mod mlsx;
mod modified;
mod months;
mod netware;
mod nonstop;
mod order;
mod os2;
mod os400;
mod parser;
mod reader;
mod scan;
#[cfg(feature = "serde")]
mod serde;
mod to_facts;
mod unix;
mod vms;
mod zos;

pub use directory::Directory;
pub use entry::{Entry, Permission};
pub use found::Dialect;
pub use kind::Kind;
pub use modified::{DateOrder, Modified, Precision, Zone};
pub use parser::{Line, Parser};
pub use reader::Reader;
