//! The fuzz targets, as plain functions.
//!
//! `fuzz_targets/` wraps each function for libFuzzer. `ftp-proto/tests/corpus.rs` includes the same
//! files and replays the corpora on stable Rust without a C++ compiler. So these files use only
//! `ftp-proto` and the standard library.
//!
//! `cargo xtask fuzz` runs each target for a while. To run a target yourself, give libFuzzer two
//! directories: first one for what it finds, then the committed corpus, which stays as it is:
//!
//! ```text
//! mkdir -p target/fuzz-corpus/session
//! cargo +nightly fuzz run session target/fuzz-corpus/session fuzz/corpus/session -- -dict=fuzz/ftp.dict
//! cargo +nightly fuzz build --features ring pump
//! ```
//!
//! Only the target `pump` needs TLS. Build it with the feature `ring`.

pub mod targets;
