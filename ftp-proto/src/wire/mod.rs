//! The lowest layer: it turns bytes into replies, and commands into bytes.
//!
//! [`ReplyDecoder`] turns the bytes that arrive on the control connection, in pieces of any size,
//! into [`Reply`] values. [`Command::encode`] is the one function that turns a command into bytes.
//! This layer does not know what a reply means: the parsers for the text of replies are in
//! [`crate::reply`].
//!
//! ```
//! use ftp_proto::wire::{Command, ReplyDecoder, Telnet};
//!
//! let mut decoder = ReplyDecoder::default();
//! assert_eq!(decoder.decode(b"220 Rea")?.reply, None);
//! let decoded = decoder.decode(b"dy\r\n331 early")?;
//! assert_eq!(decoded.consumed, 4);
//! assert_eq!(decoded.reply.map(|reply| reply.code().value()), Some(220));
//!
//! let mut out = Vec::new();
//! Command::with("RETR", "a file")?.encode(Telnet::Raw, &mut out);
//! assert_eq!(out, b"RETR a file\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod code;
mod command;
mod decoder;
mod error;
mod escape;
mod limits;
mod mask;
mod reply;
mod verb;

pub use code::{Class, Code};
pub use command::{Command, InvalidCommand, Telnet};
pub use decoder::{Decoded, Multiline, ReplyDecoder};
pub use error::DecodeError;
pub use escape::Escaped;
pub use limits::Limits;
pub(crate) use mask::masked;
pub use reply::Reply;
pub use verb::Verb;
