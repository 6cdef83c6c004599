//! See `ftp_fuzz::targets::pump`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_fuzz::targets::pump(data));
