//! See `ftp_fuzz::targets::pump`.
#![no_main]

use std::panic;

libfuzzer_sys::fuzz_target!(init: pass_over_rustls_assertion(), |data| ftp_fuzz::targets::pump(data));

/// libFuzzer's hook ends the process at a panic that is caught, too. The pump catches one: the
/// assertion that rustls has behind our close_notify.
fn pass_over_rustls_assertion() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<&str>();
        if text != Some(&"assertion failed: !self.sent_fatal_alert") {
            hook(info);
        }
    }));
}
