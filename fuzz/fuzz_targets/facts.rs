//! See `ftp_fuzz::targets::facts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_fuzz::targets::facts(data));
