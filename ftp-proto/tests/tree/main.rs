//! Tests of the `tree` module without a server: patterns of paths, the paths of a walk, and the
//! limit for a lookup.

mod lookup;
mod pattern;
mod walk;
