//! What the fuzz targets do, as plain functions.
//!
//! `fuzz_targets/` wraps each of them for libFuzzer. The same files are included by
//! `ftp-proto/tests/corpus.rs`, which replays the corpora on stable without a C++ compiler; hence
//! they use `ftp-proto` and the standard library alone.
//!
//! libFuzzer adds what it finds to the first directory that it is given, so that this keeps the
//! committed corpus as it is:
//!
//! ```text
//! mkdir -p target/corpus
//! cargo +nightly fuzz run session target/corpus fuzz/corpus/session -- -dict=fuzz/ftp.dict
//! ```

pub mod targets;
