//! What an error means for a program: its cause, its path, and its kind as an `std::io::Error`.
#![cfg(feature = "std")]

use std::io;

use ftp_proto::tls::Reason;
use ftp_proto::tree::Lookup;
use ftp_proto::wire::Reply;
use ftp_proto::{Cause, Error, ErrorKind, Misuse, Wait};

/// The server's refusal of this command line.
fn refusal(command: &str, line: &str) -> Error {
    let reply = Reply::parse(line.as_bytes()).expect("a reply");
    let error = Error::from_reply(reply);
    match command.split_once(' ') {
        Some((verb, argument)) => error.with_command(verb).with_argument(argument),
        None => error.with_command(command),
    }
}

#[test]
fn the_code_and_the_command_decide_the_cause_of_a_refusal() {
    for (command, line, cause) in [
        ("RETR a", "550 No such file.", Cause::NotFoundOrDenied),
        ("STOR a", "550 No.", Cause::NotFoundOrDenied),
        (
            "STOR a",
            "553 Could not create file.",
            Cause::NotFoundOrDenied,
        ),
        ("MFMT 20260102030405 a", "550 No.", Cause::NotFoundOrDenied),
        ("RMDA a", "550 No.", Cause::NotFoundOrDenied),
        ("LIST", "550 No.", Cause::Refused),
        ("LIST -a b", "550 No.", Cause::Refused),
        ("MDTM 20260102030405 a", "550 No.", Cause::Refused),
        ("MKD a", "550 It exists.", Cause::Refused),
        ("RETR a", "530 Not for you.", Cause::Denied),
        ("STOR a", "532 Need account.", Cause::Denied),
        ("RNTO a", "553 Name not allowed.", Cause::Denied),
        (
            "AUTH TLS",
            "530 Please login with USER and PASS.",
            Cause::LoginRefused,
        ),
        (
            "PWD",
            "530 Please login with USER and PASS.",
            Cause::LoginRefused,
        ),
        ("USER a", "530 Sorry.", Cause::LoginRefused),
        ("PASS", "530 Login incorrect.", Cause::LoginRefused),
        (
            "PASS",
            "430 Invalid user name or password.",
            Cause::LoginRefused,
        ),
        ("PASS", "332 Need account.", Cause::LoginRefused),
        ("USER a", "534 TLS first.", Cause::Security),
        (
            "RETR a",
            "522 Data connections must be encrypted.",
            Cause::Security,
        ),
        ("EPSV", "522 Use (1).", Cause::Unsupported),
        ("PASS", "450 Busy.", Cause::Temporary),
        ("STOR a", "452 Full.", Cause::NoSpace),
        ("STOR a", "552 Quota.", Cause::NoSpace),
        ("RETR a", "425 No data connection.", Cause::Temporary),
        ("RETR a", "421 Closing.", Cause::Connection),
        ("HASH a", "500 What?", Cause::Unsupported),
        ("REST 5", "501 No number.", Cause::Refused),
        ("TYPE E", "504 Not this one.", Cause::Unsupported),
        ("TYPE I", "257 \"/\"", Cause::Protocol),
    ] {
        let error = refusal(command, &format!("{line}\r\n"));
        assert_eq!(error.cause(), cause, "{command}: {line}");
        let is_temporary = matches!(cause, Cause::Temporary | Cause::Connection);
        assert_eq!(error.is_temporary(), is_temporary, "{command}: {line}");
    }
}

#[test]
fn a_failed_handshake_does_not_hide_why_the_server_refused() {
    let refused = |reason| refusal("RETR a", "550 No.\r\n").with_tls_reason(reason);
    let ended = refused(Reason::EndedInHandshake);
    assert_eq!(ended.cause(), Cause::NotFoundOrDenied);
    let demanded = refused(Reason::ResumptionDemanded);
    assert_eq!(demanded.cause(), Cause::Security);
}

#[test]
fn a_time_limit_for_a_connection_is_a_matter_of_the_connection() {
    for (wait, cause) in [
        (Wait::Connect, Cause::Connection),
        (Wait::Greeting, Cause::Connection),
        (Wait::Handshake, Cause::Connection),
        (Wait::Send, Cause::Connection),
        (Wait::Reply, Cause::Temporary),
        (Wait::FinalReply, Cause::Temporary),
    ] {
        let error = Error::new(ErrorKind::Timeout(wait));
        assert_eq!(error.cause(), cause, "{wait:?}");
        assert!(error.is_temporary());
    }
}

#[test]
fn an_io_error_has_the_kind_of_the_cause() {
    let local =
        |kind: io::ErrorKind| Error::new(ErrorKind::Local).with_source(io::Error::from(kind));
    for (error, kind) in [
        (refusal("RETR a", "550 No.\r\n"), io::ErrorKind::Other),
        (
            refusal("RETR a", "550 No.\r\n").with_cause(Cause::NotFound),
            io::ErrorKind::NotFound,
        ),
        (
            refusal("RNTO a", "553 No.\r\n"),
            io::ErrorKind::PermissionDenied,
        ),
        (
            refusal("PASS", "530 No.\r\n"),
            io::ErrorKind::PermissionDenied,
        ),
        (refusal("STOR a", "552 No.\r\n"), io::ErrorKind::StorageFull),
        (
            refusal("RETR a", "450 No.\r\n"),
            io::ErrorKind::ResourceBusy,
        ),
        (
            refusal("RETR a", "421 No.\r\n"),
            io::ErrorKind::ConnectionAborted,
        ),
        (
            Error::new(ErrorKind::Timeout(Wait::Reply)),
            io::ErrorKind::TimedOut,
        ),
        (
            Error::new(ErrorKind::Truncated),
            io::ErrorKind::UnexpectedEof,
        ),
        (
            Error::new(ErrorKind::Misuse(Misuse::NotAtEnd)),
            io::ErrorKind::InvalidInput,
        ),
        (Error::new(ErrorKind::Aborted), io::ErrorKind::Other),
        (Error::new(ErrorKind::TooSlow), io::ErrorKind::TimedOut),
        (Error::new(ErrorKind::OutOfTime), io::ErrorKind::TimedOut),
        (local(io::ErrorKind::NotFound), io::ErrorKind::NotFound),
        // These two kinds must become `Other`: `read_to_end` and similar functions try again after
        // `Interrupted`, and programs try again after `WouldBlock`, although the operation has
        // failed.
        (local(io::ErrorKind::Interrupted), io::ErrorKind::Other),
        (local(io::ErrorKind::WouldBlock), io::ErrorKind::Other),
    ] {
        let text = error.to_string();
        assert_eq!(io::Error::from(error).kind(), kind, "{text}");
    }
}

#[test]
fn a_cause_that_was_found_out_is_part_of_the_text() {
    let error = refusal("RETR a", "550 No.\r\n");
    assert_eq!(error.to_string(), "RETR a: the server refused: 550 No.");
    let absent = error.clone().with_cause(Cause::NotFound);
    assert!(absent.is_not_found() && !absent.is_denied());
    let text = "RETR a: the server refused: 550 No.; there is nothing with this path";
    assert_eq!(absent.to_string(), text);
    assert!(error.with_cause(Cause::Denied).is_denied());
}

#[test]
fn only_a_refusal_that_leaves_the_path_open_is_looked_up() {
    assert!(Lookup::explaining(&refusal("RETR a", "550 No.\r\n")).is_some());
    assert!(Lookup::explaining(&refusal("STOR d/a", "553 No.\r\n")).is_some());
    for (command, line) in [
        ("RETR a", "530 No.\r\n"),
        ("RETR a", "450 Busy.\r\n"),
        ("MKD a", "550 It exists.\r\n"),
        ("LIST -a b", "550 No.\r\n"),
        ("MDTM 20260102030405 a", "550 No.\r\n"),
        // The directory of the upload is the current one, which exists.
        ("STOR a", "553 No.\r\n"),
        ("RETR", "550 No.\r\n"),
    ] {
        let error = refusal(command, line);
        assert!(Lookup::explaining(&error).is_none(), "{command}: {line}");
    }
    let explained = refusal("RETR a", "550 No.\r\n").with_cause(Cause::Denied);
    assert!(Lookup::explaining(&explained).is_none());
}
