//! FTP URLs: what they mean, what is refused, and that no text shows a password.

use ftp_proto::{
    ErrorKind, FTP_PORT, IMPLICIT_PORT, InvalidUrl, Misuse, Options, Security, TransferOptions,
    Url, UrlType,
};
use proptest::prelude::*;

#[track_caller]
fn parse(text: &str) -> Url {
    Url::parse(text).expect(text)
}

#[test]
fn schemes_and_their_ports() {
    for (text, security, port) in [
        ("ftp://host", Security::Plain, FTP_PORT),
        ("FTP://host/", Security::Plain, FTP_PORT),
        ("ftpes://host", Security::Explicit, FTP_PORT),
        ("FtpEs://host", Security::Explicit, FTP_PORT),
        ("ftps://host", Security::Implicit, IMPLICIT_PORT),
        ("ftps://host:21", Security::Implicit, 21),
        ("ftp://host:990", Security::Plain, 990),
        ("ftp://host:65535", Security::Plain, 65535),
        ("ftp://host:0021", Security::Plain, 21),
    ] {
        let url = parse(text);
        assert_eq!((url.security(), url.port()), (security, port), "{text}");
        assert_eq!(url.host(), "host", "{text}");
        assert_eq!((url.user(), url.path()), (None, &b""[..]), "{text}");
    }
}

#[test]
fn users_and_passwords() {
    for (text, user, shown) in [
        ("ftp://host", None, "ftp://host"),
        ("ftp://@host", Some(&b""[..]), "ftp://@host"),
        ("ftp://ada@host", Some(b"ada"), "ftp://ada@host"),
        ("ftp://ada:@host", Some(b"ada"), "ftp://ada:@host"),
        ("ftp://ada:secret@host", Some(b"ada"), "ftp://ada:***@host"),
        (
            "ftp://ada:se:cr@et@host",
            Some(b"ada"),
            "ftp://ada:***@host",
        ),
        (
            "ftp://a%40b:%73ecret@host",
            Some(b"a@b"),
            "ftp://a%40b:***@host",
        ),
        (
            "ftp://a@b:secret@host",
            Some(b"a@b"),
            "ftp://a%40b:***@host",
        ),
        ("ftp://a+b@host", Some(b"a+b"), "ftp://a+b@host"),
        ("ftp://a%2Fb@host", Some(b"a/b"), "ftp://a%2Fb@host"),
        ("ftp://%E9@host", Some(b"\xe9"), "ftp://%E9@host"),
        ("ftp://é@host", Some("é".as_bytes()), "ftp://%C3%A9@host"),
    ] {
        let url = parse(text);
        assert_eq!(url.user(), user, "{text}");
        assert_eq!(url.to_string(), shown, "{text}");
        assert_eq!(format!("{url:?}"), format!("Url({shown})"));
    }
}

#[test]
fn paths() {
    for (text, path, transfer_type) in [
        ("ftp://host", &b""[..], None),
        ("ftp://host/", b"", None),
        ("ftp://host/file", b"file", None),
        ("ftp://host/dir/file", b"dir/file", None),
        ("ftp://host/dir/", b"dir/", None),
        ("ftp://host//etc/motd", b"/etc/motd", None),
        ("ftp://host/%2Fetc/motd", b"/etc/motd", None),
        ("ftp://host/%2fetc%2fmotd", b"/etc/motd", None),
        ("ftp://host/%2F/etc/motd", b"/etc/motd", None),
        ("ftp://host///etc", b"/etc", None),
        ("ftp://host//", b"/", None),
        ("ftp://host/%2F", b"/", None),
        ("ftp://host/a//b", b"a//b", None),
        ("ftp://host/../b/./c", b"../b/./c", None),
        ("ftp://host/a+b", b"a+b", None),
        ("ftp://host/a%20b", b"a b", None),
        ("ftp://host/caf%E9", b"caf\xe9", None),
        ("ftp://host/café", "café".as_bytes(), None),
        ("ftp://host/100%25", b"100%", None),
        ("ftp://host/a%2525", b"a%25", None),
        ("ftp://host/is?this", b"is?this", None),
        ("ftp://host/a:b@c", b"a:b@c", None),
        ("ftp://host/a%23b", b"a#b", None),
        ("ftp://host/%09%1B%7F", b"\t\x1b\x7f", None),
        ("ftp://host/FILE.TXT;1", b"FILE.TXT;1", None),
        ("ftp://host/f;type=a", b"f", Some(UrlType::Ascii)),
        ("ftp://host/f;type=I", b"f", Some(UrlType::Image)),
        ("ftp://host/d;TYPE=D", b"d", Some(UrlType::Directory)),
        ("ftp://host/;type=d", b"", Some(UrlType::Directory)),
        ("ftp://host/f%3Btype=a", b"f;type=a", None),
        (
            "ftp://host/f%3Btype=x;type=i",
            b"f;type=x",
            Some(UrlType::Image),
        ),
        ("ftp://host/f;type%3Da", b"f;type=a", None),
        ("ftp://host/ß;type=a", "ß".as_bytes(), Some(UrlType::Ascii)),
    ] {
        let url = parse(text);
        assert_eq!(
            (url.path(), url.transfer_type()),
            (path, transfer_type),
            "{text}"
        );
        assert_eq!(parse(&url.to_string()), url, "{text} as {url}");
        let as_text = transfer_type == Some(UrlType::Ascii);
        let is_text = url.transfer_options() == TransferOptions::text();
        assert_eq!(is_text, as_text, "{text}");
    }
}

#[test]
fn addresses() {
    for (text, host, shown) in [
        ("ftp://192.0.2.1/", "192.0.2.1", "ftp://192.0.2.1"),
        ("ftp://[::1]", "::1", "ftp://[::1]"),
        ("ftp://[::1]:2121/f", "::1", "ftp://[::1]:2121/f"),
        ("ftp://ada@[::1]:21", "::1", "ftp://ada@[::1]"),
        (
            "ftp://[::ffff:192.0.2.1]",
            "::ffff:192.0.2.1",
            "ftp://[::ffff:192.0.2.1]",
        ),
        (
            "ftp://[fe80::1%25eth0]/",
            "fe80::1%eth0",
            "ftp://[fe80::1%25eth0]",
        ),
        (
            "ftp://[fe80::1%eth0]/",
            "fe80::1%eth0",
            "ftp://[fe80::1%25eth0]",
        ),
        ("ftp://[fe80::1%25]/", "fe80::1%25", "ftp://[fe80::1%2525]"),
        (
            "ftp://[fe80::1%2525]/",
            "fe80::1%25",
            "ftp://[fe80::1%2525]",
        ),
        (
            "ftp://münchen.example",
            "münchen.example",
            "ftp://münchen.example",
        ),
        ("ftp://a_b.example.", "a_b.example.", "ftp://a_b.example."),
    ] {
        let url = parse(text);
        assert_eq!(url.host(), host, "{text}");
        assert_eq!(url.to_string(), shown, "{text}");
        assert_eq!(parse(shown), url, "{text}");
        let options = url.options().expect(text);
        assert_eq!((&*options.host, options.port), (host, url.port()));
        options.check_host().expect(text);
    }
}

#[test]
fn what_is_no_url() {
    use InvalidUrl::*;
    for (text, why) in [
        ("", NoScheme),
        ("ftp.example.org", NoScheme),
        ("ftp:/host", NoScheme),
        ("ada:hunter2@host", NoScheme),
        ("http://host", Scheme),
        ("sftp://host", Scheme),
        ("://host", Scheme),
        (" ftp://host", Scheme),
        ("ada:hunter2://host", Scheme),
        ("ftp://", NoHost),
        ("ftp:///file", NoHost),
        ("ftp://ada:hunter2@", NoHost),
        ("ftp://:21/", NoHost),
        ("ftp://[]", Host),
        ("ftp://[::1", Host),
        ("ftp://[::1]x", Host),
        ("ftp://[::1%]", Host),
        ("ftp://[::1%e/0]", Host),
        ("ftp://[192.0.2.1]", Host),
        ("ftp://[host]", Host),
        ("ftp://::1/", NoHost),
        ("ftp://fe80::1/", Port),
        ("ftp://ho?st/", Host),
        ("ftp://ho%73t/", Host),
        (r"ftp://ho\st/", Host),
        (r"ftp://good.example\@evil.example\/", Host),
        ("ftp://host:", Port),
        ("ftp://host:0", Port),
        ("ftp://host:65536", Port),
        ("ftp://host:+21", Port),
        ("ftp://host:-1", Port),
        ("ftp://host:ftp", Port),
        ("ftp://host:2 1", Character),
        ("ftp://ada:hunter2/x@host", Port),
        ("ftp://ada:hunter2#x@host", Fragment),
        ("ftp://ada:hunter2?x/", Port),
        ("ftp://host/a#b", Fragment),
        ("ftp://host/a b", Character),
        ("ftp://host/a\nb", Character),
        ("ftp://host/\u{7f}", Character),
        ("ftp://host/\u{85}", Character),
        ("ftp://host/a ", Character),
        ("ftp://host/%", Percent),
        ("ftp://host/%4", Percent),
        ("ftp://host/%+1", Percent),
        ("ftp://host/%zz", Percent),
        ("ftp://host/%é", Percent),
        ("ftp://a%4@host", Percent),
        ("ftp://ada:hunter2%@host", Percent),
        ("ftp://host/%00", Unsendable),
        ("ftp://host/a%0D%0ADELE%20b", Unsendable),
        ("ftp://a%0ab@host", Unsendable),
        ("ftp://ada:hunter2%0D@host", Unsendable),
        ("ftp://host/f;type=x", TransferType),
        ("ftp://host/f;type=", TransferType),
        ("ftp://host/f;type=ai", TransferType),
        ("ftp://host/f;type=a/g", TransferType),
    ] {
        assert_eq!(Url::parse(text), Err(why), "{text}");
        let error = Options::from_url(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        let shown = format!("{error} {error:?}");
        assert!(shown.starts_with("the URL cannot be used: "), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn options_log_in_as_the_url_says() {
    for (text, user) in [
        ("ftp://host/f", "anonymous"),
        ("ftp://@host/f", "anonymous"),
        ("ftp://ada@host/f", "ada"),
        ("ftp://ada:hunter2@host:2121/f", "ada"),
    ] {
        let options = Options::from_url(text).expect(text);
        let shown = format!("{options:?}");
        assert!(
            shown.contains(&format!("user: Some(\"{user}\")")),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(options.config.security, Security::Plain);
        options.check_without_sockets().expect(text);
    }
}

#[cfg(not(feature = "platform-verifier"))]
#[test]
fn tls_needs_something_to_trust() {
    for text in ["ftps://ada:hunter2@host", "ftpes://host"] {
        let error = Options::from_url(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert!(
            error.to_string().contains("`Url::options_with_tls`"),
            "{error}"
        );
    }
}

#[cfg(all(feature = "platform-verifier", feature = "ring"))]
#[test]
fn tls_trusts_what_the_system_trusts() {
    for (text, security, port) in [
        ("ftps://host", Security::Implicit, 990),
        ("ftps://host:21", Security::Implicit, 21),
        ("ftpes://host", Security::Explicit, 21),
        ("ftpes://host:990", Security::Explicit, 990),
    ] {
        // A machine without certificates has nothing to trust.
        match Options::from_url(text) {
            Ok(options) => {
                assert!(options.tls.is_some(), "{text}");
                assert_eq!((options.config.security, options.port), (security, port));
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Tls, "{text}"),
        }
    }
    let _ = Misuse::Option;
}

#[cfg(feature = "ring")]
#[test]
fn settings_of_tls_are_never_ignored() {
    use ftp_proto::tls::TlsConfig;
    for (text, security, port) in [
        ("ftp://host", Security::Explicit, 21),
        ("ftpes://host:2121", Security::Explicit, 2121),
        ("ftps://host", Security::Implicit, 990),
        ("ftps://host:21", Security::Implicit, 21),
    ] {
        let made = rcgen::generate_simple_self_signed(["host".to_owned()]).expect("made");
        let tls = TlsConfig::with_roots_pem(made.cert.pem()).expect("trust");
        let options = parse(text).options_with_tls(tls).expect(text);
        assert!(options.tls.is_some(), "{text}");
        assert_eq!((options.config.security, options.port), (security, port));
    }
}

/// Texts that are often URLs, and often nearly URLs.
fn nearly_urls() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("ftp://"),
        Just("ftps://"),
        Just("FTPES://"),
        Just("ada"),
        Just(":"),
        Just("@"),
        Just("host"),
        Just("["),
        Just("::1"),
        Just("%25"),
        Just("]"),
        Just("/"),
        Just("%2F"),
        Just("%"),
        Just("%0a"),
        Just("21"),
        Just(";type="),
        Just(";TYPE=a"),
        Just("ß"),
        Just("?"),
        Just("#"),
        Just(" "),
        Just("%E9"),
        Just("+"),
        Just("\u{0}"),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    /// Without a password, the text of a URL is the URL. With one, all but the password is.
    #[test]
    fn a_url_is_read_again(
        text in prop_oneof![nearly_urls(), any::<String>(), "ftp://[a-c:@%0-9]{0,9}h/[ -~]{0,9}"],
    ) {
        if let Ok(url) = Url::parse(&text) {
            let shown = url.to_string();
            let again = Url::parse(&shown).expect("a URL");
            prop_assert!(again.to_string() == shown, "{}", again);
            prop_assert_eq!(again.user(), url.user());
            prop_assert_eq!((again.host(), again.port()), (url.host(), url.port()));
            prop_assert_eq!(again.path(), url.path());
            prop_assert_eq!(again.transfer_type(), url.transfer_type());
            prop_assert_eq!(again.security(), url.security());
            if !shown.contains(":***@") {
                prop_assert_eq!(again, url);
            }
        }
    }

    /// Every path can be written into a URL, and no text of the URL shows the password.
    #[test]
    fn every_path_has_a_url_and_no_password_is_shown(
        path in proptest::collection::vec(1u8.., 0..20),
        password in "[g-zG-Z]{6,12}",
    ) {
        let written: String = path.iter().map(|byte| format!("%{byte:02x}")).collect();
        let text = format!("ftp://u:{password}@h/{written}");
        match Url::parse(&text) {
            Ok(url) => {
                let lead = path.iter().take_while(|byte| **byte == b'/').count();
                prop_assert_eq!(url.path(), &path[lead.saturating_sub(1)..]);
                let shown = format!("{url} {url:?} {:?}", url.options());
                prop_assert!(!shown.contains(&password), "{}", shown);
            }
            Err(why) => {
                prop_assert_eq!(why, InvalidUrl::Unsendable);
                prop_assert!(path.contains(&b'\r') || path.contains(&b'\n'));
            }
        }
    }
}
