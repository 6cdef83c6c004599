//! Says errors of the library in the words of the program: where the library names a method, the
//! user needs an option.

use ftp_blocking::Error;

/// What the library names, and what the program calls it.
///
/// A longer name stands before one that is a part of it.
const WORDS: &[(&str, &str)] = &[
    (
        "set Config::with_multiline(Multiline::Lenient)",
        "use --allow odd-replies",
    ),
    (
        "set Config::with_missing_close_notify(MissingCloseNotify::IfSizeAgrees), which asks for \
         the size",
        "use --allow missing-close-notify",
    ),
    (
        "set Config::with_passive_address(PassiveAddress::TrustServer)",
        "use --allow passive-address",
    ),
    (
        "set Config::with_active_peer(ActivePeer::Anyone)",
        "use --allow active-peer",
    ),
    ("Config::with_auth(Auth::TlsThenSsl)", "--allow auth-ssl"),
    (
        "; if the server announces wrong sizes, set \
         TransferOptions::with_size_check(SizeCheck::Never)",
        "",
    ),
    (", or the rest of it by TransferOptions::with_offset", ""),
    ("set Options::with_tls", "use ftpes:// or --tls required"),
    ("leave out Options::with_tls", "leave out TLS"),
    ("use `Download::save_to`", "use `ftpx cat`"),
    ("use `Upload::send_from`", "use `ftpx put -`"),
    (
        ", unless you say DeleteOptions::with_roots(Roots::DeleteContents)",
        "",
    ),
    (
        ": raise it by Options::with_listing_limits, or read entry by entry (`read_dir`)",
        ": use `ftpx find`",
    ),
    ("TlsConfig::with_roots_pem", "--cacert"),
    ("TlsConfig::with_pinned_keys", "--pin"),
    ("TlsConfig::with_client_certificate", "--cert"),
    ("Options::with_tls", "ftpes://"),
    ("Options::with_implicit_tls", "ftps://"),
    ("Options::total_time", "--max-time"),
    ("Timeouts::connect", "--connect-timeout"),
    ("WalkOptions::entries", "the limit"),
    ("WalkOptions::directories", "the limit"),
    ("WalkOptions::bytes", "the limit"),
    (
        "call `reconnect`, which begins another TLS session, and try again",
        "try again",
    ),
];

/// Returns the text of an error.
pub(crate) fn of(error: &Error) -> String {
    in_words_of_the_program(&error.to_string())
}

/// Replaces the names of the library in a text.
pub(crate) fn in_words_of_the_program(text: &str) -> String {
    let mut text = text.to_owned();
    for (library, program) in WORDS {
        if text.contains(library) {
            text = text.replace(library, program);
        }
    }
    without_limit_names(text)
}

/// Replaces `(Timeouts::reply)` and such: one option sets all of these limits.
fn without_limit_names(text: String) -> String {
    let Some((head, tail)) = text.split_once("Timeouts::") else {
        return text;
    };
    let rest = tail.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_');
    format!("{head}--timeout{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ftp_blocking::tls::Reason;
    use ftp_blocking::{ErrorKind, Timeouts, Wait};

    #[test]
    fn no_reason_of_tls_names_the_library() {
        let reasons = [
            Reason::Expired,
            Reason::SelfSigned,
            Reason::UnknownIssuer,
            Reason::OldCertificate { version: 1 },
            Reason::WeakKey { bits: 1024 },
            Reason::WeakSignature { hash: "SHA-1" },
            Reason::CertificateDemanded,
            Reason::PlainServer,
            Reason::TlsServer,
            Reason::SilentServer,
            Reason::ResumptionDemanded,
            Reason::NotResumed,
        ];
        for reason in reasons {
            let text = of(&Error::new(ErrorKind::Tls).with_tls_reason(reason));
            assert!(!text.contains("::") || text.contains("://"), "{text}");
            assert!(
                !text.contains("Config::") && !text.contains("Options::"),
                "{text}"
            );
        }
    }

    #[test]
    fn no_name_is_hidden_by_a_part_of_it() {
        for (index, (name, _)) in WORDS.iter().enumerate() {
            let hides = |(earlier, _): &(&str, &str)| name.contains(earlier);
            assert!(!WORDS[..index].iter().any(hides), "{name}");
        }
    }

    #[test]
    fn a_time_limit_names_its_option() {
        let limits = Timeouts::default();
        let late = |wait| of(&Error::new(ErrorKind::Timeout(wait)).with_limits(&limits));
        assert!(late(Wait::Connect).contains("(--connect-timeout)"));
        assert!(late(Wait::FinalReply).contains("(--timeout)"));
        assert!(of(&Error::new(ErrorKind::OutOfTime)).contains("--max-time"));
    }
}
