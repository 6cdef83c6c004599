//! The libFuzzer binary of the target that `ftp_fuzz::targets::pump` describes.
#![no_main]

use std::panic;

libfuzzer_sys::fuzz_target!(init: pass_over_rustls_assertion(), |data| ftp_fuzz::targets::pump(data));

/// Lets the process live on after one assertion of rustls has failed. `ftp-proto` catches this
/// panic, which comes after a sent close_notify, but libFuzzer's hook ends the process even if a
/// panic is caught.
fn pass_over_rustls_assertion() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<&str>();
        if text != Some(&"assertion failed: !self.sent_fatal_alert") {
            hook(info);
        }
    }));
}
