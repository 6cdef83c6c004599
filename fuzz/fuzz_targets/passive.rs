//! See `ftp_fuzz::targets::passive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_fuzz::targets::passive(data));
