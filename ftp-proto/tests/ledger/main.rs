//! Tests of the session against wrong replies: stray replies, late replies, dropped operations,
//! bytes from before TLS, and secrets that must not be printed.

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod attribution;
mod boundary;
mod codes;
mod drops;
mod fence;
mod secrets;
