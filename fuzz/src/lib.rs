//! What the fuzz targets do, as plain functions.
//!
//! `fuzz_targets/` wraps each of them for libFuzzer. The same files are included by
//! `ftp-proto/tests/corpus.rs`, which replays the corpora on stable without a C++ compiler; hence
//! they use `ftp-proto` and the standard library alone.
//!
//! ```text
//! cargo +nightly fuzz run session -- -dict=fuzz/ftp.dict
//! ```

pub mod targets;
