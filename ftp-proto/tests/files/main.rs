//! The plans of whole files, against a server and a disk in memory: which partial file is resumed,
//! what is compared, and when a file gets its final name.
#![cfg(any(feature = "ring", feature = "aws-lc-rs", feature = "hashes"))]

#[path = "../support/mod.rs"]
mod support;

mod disk;
mod faults;
mod get;
mod host;
mod listed;
mod put;
mod put_places;
mod restart;
mod world;
