//! What an error means for a program: its cause, its path, and its kind as an `std::io::Error`.
#![cfg(feature = "std")]

use std::io;

use ftp_proto::tree::Lookup;
use ftp_proto::wire::Reply;
use ftp_proto::{Cause, Error, ErrorKind, Misuse, Wait};

fn refusal(command: &str, line: &str) -> Error {
    let reply = Reply::parse(line.as_bytes()).expect("a reply");
    Error::from_reply(reply).with_command(command)
}

#[test]
fn the_code_and_the_command_decide_the_cause_of_a_refusal() {
    for (command, line, cause) in [
        ("RETR", "550 No such file.", Cause::NotFoundOrDenied),
        ("STOR", "550 No.", Cause::NotFoundOrDenied),
        ("MKD", "550 It exists.", Cause::Refused),
        ("RETR", "530 Not for you.", Cause::Denied),
        ("STOR", "532 Need account.", Cause::Denied),
        (
            "STOR",
            "553 Could not create file.",
            Cause::NotFoundOrDenied,
        ),
        ("RNTO", "553 Name not allowed.", Cause::Denied),
        ("USER", "530 Sorry.", Cause::LoginRefused),
        ("PASS", "530 Login incorrect.", Cause::LoginRefused),
        (
            "PASS",
            "430 Invalid user name or password.",
            Cause::LoginRefused,
        ),
        ("USER", "534 TLS first.", Cause::Security),
        ("PASS", "450 Busy.", Cause::Temporary),
        ("STOR", "452 Full.", Cause::NoSpace),
        ("STOR", "552 Quota.", Cause::NoSpace),
        ("RETR", "425 No data connection.", Cause::Temporary),
        ("RETR", "421 Closing.", Cause::Connection),
        ("HASH", "500 What?", Cause::Unsupported),
        ("REST", "501 No number.", Cause::Refused),
        ("TYPE", "504 Not this one.", Cause::Unsupported),
        ("TYPE", "257 \"/\"", Cause::Protocol),
    ] {
        let error = refusal(command, &format!("{line}\r\n"));
        assert_eq!(error.cause(), cause, "{command}: {line}");
        let is_temporary = matches!(cause, Cause::Temporary | Cause::Connection);
        assert_eq!(error.is_temporary(), is_temporary, "{command}: {line}");
    }
}

#[test]
fn an_io_error_has_the_kind_of_the_cause() {
    let local =
        |kind: io::ErrorKind| Error::new(ErrorKind::Local).with_source(io::Error::from(kind));
    for (error, kind) in [
        (refusal("RETR", "550 No.\r\n"), io::ErrorKind::Other),
        (
            refusal("RETR", "550 No.\r\n").with_cause(Cause::NotFound),
            io::ErrorKind::NotFound,
        ),
        (
            refusal("RNTO", "553 No.\r\n"),
            io::ErrorKind::PermissionDenied,
        ),
        (
            refusal("PASS", "530 No.\r\n"),
            io::ErrorKind::PermissionDenied,
        ),
        (refusal("STOR", "552 No.\r\n"), io::ErrorKind::StorageFull),
        (refusal("RETR", "450 No.\r\n"), io::ErrorKind::ResourceBusy),
        (
            refusal("RETR", "421 No.\r\n"),
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
    let error = refusal("RETR", "550 No.\r\n");
    assert_eq!(error.to_string(), "RETR: the server refused: 550 No.");
    let absent = error.clone().with_cause(Cause::NotFound);
    assert!(absent.is_not_found() && !absent.is_denied());
    let text = "RETR: the server refused: 550 No.; there is nothing with this path";
    assert_eq!(absent.to_string(), text);
    assert!(error.with_cause(Cause::Denied).is_denied());
}

#[test]
fn only_a_refusal_that_leaves_the_path_open_is_looked_up() {
    let without_path = refusal("RETR", "550 No.\r\n");
    assert!(Lookup::explaining(&without_path).is_none());
    assert_eq!(without_path.path(), None);
    let local = Error::new(ErrorKind::Local);
    assert!(Lookup::explaining(&local).is_none());
}
