//! Trees of directories without a server: patterns.

mod pattern;
