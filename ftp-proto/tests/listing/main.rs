//! Listings: typed entries from every dialect.

mod corpus;
mod directory;
mod display;
mod lines;
mod unescape;
