//! Transfers through SOCKS and HTTP proxies, which may lose the end of the data.

use ftp_proto::proxy::Proxy;
use ftp_proto::{Config, DataEnd, Options, Session};

use crate::support::*;

/// Uploads 12 bytes, and reads to the server's end, which is `end`. `items` follow.
fn uploaded(proxied: bool, end: DataEnd, items: impl IntoIterator<Item = Item>) -> String {
    let mut options = Options::new("ftp.test");
    if proxied {
        options = options.with_proxy(Proxy::socks5("proxy.test", 1080));
    }
    let mut driver = scripted(Config::default(), plain_login());
    driver.session = Session::with_options(&options);
    driver.outcome(&Op::Greeting);
    driver.outcome(&Op::Login);
    driver.server.extend(opening("STOR a"));
    driver.outcome(&Op::Store("a"));
    let ends = [
        Item::Serve("close graceful upload", Reaction::Ended(end)),
        say("226 done"),
    ];
    driver.server.extend(ends.into_iter().chain(items));
    let outcome = driver.outcome(&finish());
    driver.server.assert_over();
    outcome
}

#[test]
fn an_upload_whose_end_is_not_answered_is_measured() {
    let cut = || DataEnd::NoCloseNotify;
    let done = uploaded(true, cut(), [hear("SIZE a"), say("213 12")]);
    assert!(done.starts_with("12 bytes"), "{done}");
    let short = uploaded(true, cut(), [hear("SIZE a"), say("213 7")]);
    assert!(short.starts_with("Unconfirmed"), "{short}");
    let unknown = uploaded(true, cut(), [hear("SIZE a"), say("550 no")]);
    assert!(unknown.starts_with("Unconfirmed"), "{unknown}");
    // With the server's close_notify, and without a proxy, it costs no command.
    let ended = uploaded(true, DataEnd::Clean, []);
    assert!(ended.starts_with("12 bytes"), "{ended}");
    let direct = uploaded(false, cut(), []);
    assert!(direct.starts_with("12 bytes"), "{direct}");
}
