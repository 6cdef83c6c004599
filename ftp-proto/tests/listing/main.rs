//! Listings: typed entries from every dialect.

mod captured;
mod corpus;
mod directory;
mod display;
mod lines;
mod printed;
#[cfg(feature = "serde")]
mod saved;
mod unescape;
