//! The texts of errors: each is one line that can be understood alone, and the chain of its sources
//! repeats nothing of that line.
#![cfg(feature = "std")]

use std::error::Error as _;
use std::io;
use std::time::Duration;

use ftp_proto::tls::Reason;
use ftp_proto::wire::{DecodeError, ReplyDecoder};
use ftp_proto::{Cause, Error, ErrorKind, Misuse, Remedy, Reply, Timeouts, Wait};

fn reply(line: &str) -> Reply {
    let decoded = ReplyDecoder::default().decode(line.as_bytes());
    decoded.expect("a reply").reply.expect("all of it")
}

/// Formats an error as `anyhow` does with `{:#}`.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[test]
fn every_error_kind_has_its_own_text() {
    let words = [
        (ErrorKind::UnexpectedReply, "unexpected reply"),
        (ErrorKind::Transient, "the server refused for now"),
        (ErrorKind::Permanent, "the server refused"),
        (ErrorKind::Protocol, "the server breaks the rules of FTP"),
        (
            ErrorKind::Injection,
            "clear text came where TLS begins or ends: an attack, or a server that cannot be \
             secured",
        ),
        (
            ErrorKind::OutOfStep,
            "the replies do not match the commands any more",
        ),
        (
            ErrorKind::Closed,
            "the server closed the control connection",
        ),
        (ErrorKind::Io, "input or output failed"),
        (
            ErrorKind::Unresolved,
            "the server's name cannot be resolved",
        ),
        (ErrorKind::Local, "the local file failed"),
        (ErrorKind::Tls, "TLS failed"),
        (
            ErrorKind::Timeout(Wait::FinalReply),
            "timed out, waiting for the final reply",
        ),
        (ErrorKind::Truncated, "the download is not complete"),
        (ErrorKind::Unconfirmed, "the transfer may not be complete"),
        (
            ErrorKind::Insecure,
            "not sent, because it would travel in clear text",
        ),
        (ErrorKind::InvalidArgument, "an argument cannot be sent"),
        (ErrorKind::TooLarge, "too large"),
        (ErrorKind::Aborted, "stopped on request"),
        (ErrorKind::TooSlow, "the data moved too slowly"),
        (
            ErrorKind::OutOfTime,
            "the total time is over (Options::total_time)",
        ),
        (
            ErrorKind::Misuse(Misuse::Finished),
            "misuse: the operation has ended",
        ),
    ];
    for (kind, words) in words {
        let error = Error::new(kind);
        assert_eq!(error.to_string(), words);
        assert_eq!(chain(&error), words);
        assert_eq!(
            format!("{error:?}"),
            format!("Error {{ says: {words:?}, kind: {kind:?} }}")
        );
    }
}

#[test]
fn every_misuse_has_its_own_text() {
    let all = [
        Misuse::StaleAnswer,
        Misuse::StaleTransfer,
        Misuse::AlreadySecured,
        Misuse::NotSecured,
        Misuse::NotLoggedIn,
        Misuse::Finished,
        Misuse::NotAtEnd,
        Misuse::Option,
        Misuse::Framing,
        Misuse::Protected,
        Misuse::TooMuchUnsent,
        Misuse::NothingFed,
        Misuse::NoListener,
    ];
    let mut words: Vec<String> = all.iter().map(Misuse::to_string).collect();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), all.len());
}

/// Each row has an error, the text of the error, and what the chain of its sources adds.
#[test]
fn errors_say_everything_once() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let expired = "the server's certificate has expired: renew it on the server, or check this \
                   machine's clock";
    let limits = Timeouts::default().with_greeting(Duration::from_millis(1500));
    let rows = [
        (
            Error::from_reply(reply("550 No \x1b[31mway\r\n")).with_command("RETR"),
            "RETR: the server refused: 550 No \\x1b[31mway",
            "",
        ),
        (
            Error::from_reply(reply("421 Bye\r\n")).with_source("kept for later"),
            "the server closed the control connection: 421 Bye",
            ": kept for later",
        ),
        (
            Error::from(refused()).with_subject("connecting to ftp.example.org, port 21"),
            "connecting to ftp.example.org, port 21: connection refused",
            "",
        ),
        (
            Error::from(refused())
                .with_command("RETR")
                .with_transferred(7),
            "RETR: connection refused (7 bytes received)",
            "",
        ),
        (
            Error::new(ErrorKind::Timeout(Wait::Reply)).with_limits(&limits),
            "timed out after 60s (Timeouts::reply), waiting for a reply",
            "",
        ),
        (
            Error::new(ErrorKind::Timeout(Wait::Reply))
                .with_limits(&limits)
                .with_elapsed(Duration::from_millis(93_900)),
            "timed out after 60s (Timeouts::reply), waiting for a reply (the operation took 93s)",
            "",
        ),
        (
            // The operation took 60.999 seconds, less than a second longer than the limit. So the
            // text does not tell how long it took.
            Error::new(ErrorKind::Timeout(Wait::Reply))
                .with_limits(&limits)
                .with_elapsed(Duration::from_millis(60_999)),
            "timed out after 60s (Timeouts::reply), waiting for a reply",
            "",
        ),
        (
            // The error itself is no time-out, but its source is. So the text must tell the limit,
            // and how long the operation took.
            Error::new(ErrorKind::Unconfirmed)
                .with_source(Error::new(ErrorKind::Timeout(Wait::FinalReply)))
                .with_limits(&limits)
                .with_elapsed(Duration::from_secs(400)),
            "the transfer may not be complete: timed out after 180s \
             (Timeouts::final_reply), waiting for \
             the final reply (the operation took 400s)",
            "",
        ),
        (
            Error::from(refused()).with_elapsed(Duration::from_secs(400)),
            "connection refused",
            "",
        ),
        (
            Error::new(ErrorKind::Timeout(Wait::Greeting))
                .with_limits(&limits)
                .with_tls_reason(Reason::SilentServer),
            "timed out after 1.5s (Timeouts::greeting), waiting for the greeting: the server \
             sent nothing; it may wait for TLS, or not be an FTP server: try \
             implicit TLS (Options::with_implicit_tls, usually at port 990)",
            "",
        ),
        (
            Error::new(ErrorKind::Tls)
                .with_command("AUTH")
                .with_tls_reason(Reason::Expired)
                .with_source("as rustls has it"),
            &format!("AUTH: TLS failed: {expired}"),
            ": as rustls has it",
        ),
        (
            Error::new(ErrorKind::Tls).with_source("no certificate in the PEM text"),
            "TLS failed: no certificate in the PEM text",
            "",
        ),
        (
            Error::new(ErrorKind::Tls)
                .with_command("RETR")
                .with_subject("securing the data connection")
                .with_tls_reason(Reason::Expired)
                .with_reply(reply("425 No.\r\n")),
            &format!(
                "RETR: securing the data connection: TLS failed: {expired}; the server said: 425 \
                 No."
            ),
            "",
        ),
        (
            Error::from_reply(reply("522 No.\r\n"))
                .with_tls_reason(Reason::ResumptionDemanded)
                .with_source(Error::from(refused())),
            "the server refused: 522 No.: probably because the data connection did not resume the \
             TLS session of the login: call `reconnect`, which begins another TLS session, and \
             try again",
            ": connection refused",
        ),
        (
            Error::new(ErrorKind::Truncated)
                .with_source("7 bytes were expected")
                .with_reply(reply("226 Done.\r\n"))
                .with_transferred(5),
            "the download is not complete: 7 bytes were expected (after 5 bytes); the server \
             said: 226 Done.",
            "",
        ),
        (
            Error::new(ErrorKind::Unconfirmed)
                .with_reply(reply("421 Bye\r\n"))
                .with_source(Error::from_reply(reply("421 Bye\r\n"))),
            "the transfer may not be complete; the server said: 421 Bye",
            ": the server closed the control connection: 421 Bye",
        ),
        (
            Error::new(ErrorKind::Misuse(Misuse::Option)).with_source("Timeouts::reply is zero"),
            "Timeouts::reply is zero",
            "",
        ),
        (
            Error::new(ErrorKind::Unconfirmed)
                .with_source(Error::new(ErrorKind::Timeout(Wait::FinalReply)))
                .with_limits(&limits),
            "the transfer may not be complete: timed out after 180s \
             (Timeouts::final_reply), waiting for \
             the final reply",
            "",
        ),
        (
            // The text of the outer error already tells the reason. The chain adds only what is
            // new.
            Error::new(ErrorKind::Truncated)
                .with_tls_reason(Reason::ClearText)
                .with_source(
                    Error::new(ErrorKind::Tls)
                        .with_tls_reason(Reason::ClearText)
                        .with_source("corrupt"),
                ),
            &format!("the download is not complete: {}", Reason::ClearText),
            ": corrupt",
        ),
        (
            // Control characters are escaped, whether they come from the host name or from an
            // `io::Error`.
            Error::from(io::Error::other("no\r\nway \x1b[31m\u{9b}31m über"))
                .with_subject("connecting to a\nb, port 21"),
            "connecting to a\\nb, port 21: no\\r\\nway \\x1b[31m\\u{9b}31m über",
            "",
        ),
        (
            // The outer error contains another error, whose text is part of the line. The chain
            // continues with the cause of the inner error.
            Error::new(ErrorKind::Truncated).with_source(
                Error::new(ErrorKind::Tls)
                    .with_tls_reason(Reason::ClearText)
                    .with_source("corrupt"),
            ),
            &format!(
                "the download is not complete: TLS failed: {}",
                Reason::ClearText
            ),
            ": corrupt",
        ),
    ];
    for (error, line, rest) in rows {
        assert_eq!(error.to_string(), line);
        assert_eq!(chain(&error), format!("{line}{rest}"));
        // The text stays the same if the error is converted to an `io::Error` and back.
        let kind = error.kind();
        let carried = io::Error::from(error);
        assert_eq!(carried.to_string(), line);
        assert_eq!(Error::from(carried).kind(), kind);
    }
}

#[test]
fn the_inner_error_is_always_available() {
    let told = Error::from(io::Error::from(io::ErrorKind::ConnectionReset));
    let untold = told.clone().with_tls_reason(Reason::EndedInHandshake);
    for error in [told, untold] {
        let inner = error.inner().and_then(|inner| inner.downcast_ref());
        let inner: &io::Error = inner.expect("the system's");
        assert_eq!(inner.kind(), io::ErrorKind::ConnectionReset);
    }
}

/// Data stopped moving before the operation began. So the time limit for idle data can pass
/// although the operation took less time than the limit. The error must then not tell how long the
/// operation took.
#[test]
fn a_wait_longer_than_its_operation_has_no_time() {
    let late = Error::new(ErrorKind::Timeout(Wait::DataIdle)).with_limits(&Timeouts::default());
    let elapsed = |seconds| {
        late.clone()
            .with_elapsed(Duration::from_secs(seconds))
            .elapsed()
    };
    assert_eq!(elapsed(5), None);
    assert_eq!(elapsed(120), Some(Duration::from_secs(120)));
}

/// `{:#}` is for programs with options of their own: it names no item of this library, and
/// `remedies` returns what it leaves out.
#[test]
fn what_a_program_can_do_is_a_value_too() {
    let limits = Timeouts::default();
    let rows = [
        (
            Error::new(ErrorKind::Tls).with_tls_reason(Reason::SelfSigned),
            "TLS failed: the server's certificate is self-signed",
            &[Remedy::Root, Remedy::PinKey][..],
        ),
        (
            Error::new(ErrorKind::Tls).with_tls_reason(Reason::WeakKey { bits: 512 }),
            "TLS failed: the server's certificate, or one that signed it, has a 512-bit key, \
             which is too short: replace it on the server",
            &[],
        ),
        (
            Error::new(ErrorKind::Unconfirmed)
                .with_source(Error::new(ErrorKind::Timeout(Wait::FinalReply)))
                .with_limits(&limits),
            "the transfer may not be complete: timed out after 180s, waiting for the final reply",
            &[Remedy::RaiseLimit(Wait::FinalReply)],
        ),
        (
            Error::new(ErrorKind::OutOfTime),
            "the total time is over",
            &[Remedy::RaiseTotalTime],
        ),
        (
            Error::from(DecodeError::TooManyLines { limit: 7 }),
            "the server breaks the rules of FTP: the reply has more than 7 lines; its last line \
             may have another code than its first",
            &[Remedy::LenientMultiline],
        ),
        (
            Error::new(ErrorKind::TooLarge)
                .with_source("the directory is deeper than the limit")
                .with_remedy(Remedy::WalkLimits),
            "the directory is deeper than the limit",
            &[Remedy::WalkLimits],
        ),
        (
            Error::from(io::Error::from(io::ErrorKind::ConnectionRefused)),
            "connection refused",
            &[],
        ),
    ];
    for (error, words, remedies) in rows {
        assert_eq!(format!("{error:#}"), words);
        assert_eq!(error.remedies(), remedies, "{error}");
        let whole = error.to_string();
        for remedy in remedies {
            // The text of a time-out names the limit itself.
            let is_limit = matches!(remedy, Remedy::RaiseLimit(_) | Remedy::RaiseTotalTime);
            assert!(is_limit || whole.contains(&remedy.to_string()), "{whole}");
        }
    }
}

#[test]
fn pret_has_the_path_of_the_command_that_follows() {
    let error = Error::from_reply(reply("550 No.\r\n"))
        .with_command("PRET")
        .with_argument("RETR d/a b");
    assert_eq!(error.path(), Some(&b"d/a b"[..]));
    assert_eq!(error.cause(), Cause::NotFoundOrDenied);
}

#[test]
fn one_byte_is_singular() {
    for (error, text) in [
        (
            Error::new(ErrorKind::Truncated).with_transferred(1),
            "the download is not complete (after 1 byte)",
        ),
        (
            Error::new(ErrorKind::Truncated)
                .with_command("RETR")
                .with_transferred(0),
            "RETR: the download is not complete (0 bytes received)",
        ),
        (
            Error::new(ErrorKind::Io)
                .with_command("STOR")
                .with_transferred(1),
            "STOR: input or output failed (1 byte sent)",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
