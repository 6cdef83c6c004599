//! A driver for devices without a standard library, and a session with it on arrays.
//!
//! ```text
//! cargo run -p ftp-proto --example no_std
//! ```
//!
//! `driver.rs` is the driver, and `arrays.rs` a network stack that consists of arrays. Neither uses
//! the standard library. This file does, so that you can run the example on your machine. `cargo
//! xtask no-std` links the same two files into a program without it.

mod arrays;
#[allow(dead_code, reason = "the session on arrays uploads nothing")]
mod driver;

fn main() {
    assert_eq!(arrays::session(), Ok(()), "the step that has failed");
    println!("The session on arrays went as it should.");
}
