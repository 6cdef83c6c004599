//! Listings: typed entries from every dialect.

mod apart;
mod captured;
mod corpus;
mod directory;
mod display;
mod lines;
mod printed;
#[cfg(feature = "serde")]
mod saved;
mod unescape;
