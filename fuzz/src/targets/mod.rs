//! The fuzz targets, one function each. A function panics if the code under test breaks an
//! invariant.

mod facts;
mod listing;
mod passive;
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(feature = "ring")]
mod pump;
mod reply;
mod script;
mod session;
mod split;

pub use facts::facts;
pub use listing::{listing_mainframe, listing_mlsx, listing_pc, listing_unix};
pub use passive::passive;
#[cfg(feature = "proxy")]
pub use proxy::proxy;
#[cfg(feature = "ring")]
pub use pump::pump;
pub use reply::reply;
pub use session::session;
pub use split::split;

use ftp_proto::wire::{Limits, Multiline, ReplyDecoder};

/// Returns a decoder, its limits, and the bytes that it will decode.
///
/// If the input begins with `#`, the second byte chooses the settings. Otherwise they are the
/// defaults, so that a plain transcript is a good input. The settings can make the limits so small
/// that an input of a few hundred bytes reaches them.
fn decoder(data: &[u8]) -> (ReplyDecoder, Limits, &[u8]) {
    let (settings, rest) = match data {
        [b'#', settings, rest @ ..] => (*settings, rest),
        _ => (b'0', data),
    };
    let multiline = if settings & 1 == 1 {
        Multiline::Lenient
    } else {
        Multiline::Strict
    };
    let limits = if settings & 2 == 2 {
        Limits::default()
            .with_line(24)
            .with_reply_lines(4)
            .with_reply(64)
            .with_blank_lines(2)
    } else {
        Limits::default()
    };
    (ReplyDecoder::new(limits.clone(), multiline), limits, rest)
}
