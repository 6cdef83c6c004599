//! The libFuzzer binary of the target that `ftp_fuzz::targets::pump` describes.
#![no_main]

use std::panic;

libfuzzer_sys::fuzz_target!(init: pass_over_rustls_assertion(), |data| ftp_fuzz::targets::pump(data));

/// Keeps the process alive after one assertion of rustls has failed. `ftp-proto` catches this
/// panic, which can happen after close_notify was sent. But libFuzzer's panic hook ends the process
/// even if the panic is caught.
fn pass_over_rustls_assertion() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<&str>();
        if text != Some(&"assertion failed: !self.sent_fatal_alert") {
            hook(info);
        }
    }));
}
