//! Trees of directories without a server: patterns, and limits.

mod lookup;
mod pattern;
