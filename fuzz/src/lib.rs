//! What the fuzz targets do, as plain functions.
//!
//! `fuzz_targets/` wraps each of them for libFuzzer. The same files are included by
//! `ftp-proto/tests/corpus.rs`, which replays the corpora on stable without a C++ compiler; hence
//! they use `ftp-proto` and the standard library alone.
//!
//! `cargo xtask fuzz` runs each of them for a while. To run one yourself, give libFuzzer a directory
//! for what it finds ahead of the committed corpus, which then stays as it is:
//!
//! ```text
//! mkdir -p target/fuzz-corpus/session
//! cargo +nightly fuzz run session target/fuzz-corpus/session fuzz/corpus/session -- -dict=fuzz/ftp.dict
//! cargo +nightly fuzz build --features ring pump
//! ```
//!
//! The target `pump` alone needs TLS, and is built with the feature `ring`.

pub mod targets;
