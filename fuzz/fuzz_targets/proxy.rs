//! The libFuzzer binary of the target that `ftp_fuzz::targets::proxy` describes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_fuzz::targets::proxy(data));
