//! See `ftp_fuzz::targets::pump`.
#![no_main]

use std::panic;

libfuzzer_sys::fuzz_target!(init: pass_over_rustls_assertion(), |data| ftp_fuzz::targets::pump(data));

/// libFuzzer's hook ends the process even at a panic that is caught. The pump catches one panic: an
/// assertion in rustls after a sent close_notify.
fn pass_over_rustls_assertion() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<&str>();
        if text != Some(&"assertion failed: !self.sent_fatal_alert") {
            hook(info);
        }
    }));
}
