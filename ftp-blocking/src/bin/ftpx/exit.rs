//! The exit codes. They are those of curl for FTP, so that scripts can change from one to the other.

use std::io;
use std::process::ExitCode;

use ftp_blocking::tls::Reason;
use ftp_blocking::{Cause, Error, ErrorKind, InvalidUrl, ProxyFailure, Wait};

/// What the program was doing. A local file that fails was being written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// A local file, or standard output, was being written.
    Download,
    /// Anything else: a local file was being read.
    Other,
}

/// Makes the enum from a table: name, code, and the text for `--help`.
macro_rules! exits {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        /// An exit code other than 0.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Exit {
            $(#[doc = $meaning] $name = $code,)*
        }

        const TABLE: &[(Exit, &str)] = &[$((Exit::$name, $meaning),)*];
    };
}

exits! {
    Scheme = 1, "The URL begins with another scheme than ftp, ftps or ftpes";
    Usage = 2, "Wrong words on the command line, or in a file of bookmarks or pins";
    Url = 3, "The URL is wrong";
    ProxyHost = 5, "The proxy's name cannot be resolved";
    Host = 6, "The server's name cannot be resolved";
    Connect = 7, "No connection can be made";
    Reply = 8, "The server sends what is not FTP, or refuses at its greeting";
    Access = 9, "The directory is not there, or may not be used";
    Account = 11, "The account was refused";
    AcceptTime = 12, "The server did not connect in time in active mode";
    Passive = 13, "No passive mode";
    Type = 17, "The server refuses the type of the transfer";
    Partial = 18, "The transfer is not complete";
    Retrieve = 19, "The download was refused";
    Command = 21, "A command was refused";
    Write = 23, "A local file or standard output cannot be written";
    Upload = 25, "The upload was refused";
    Read = 26, "A local file cannot be read";
    Time = 28, "A time limit is over, or the data moves too slowly";
    Port = 30, "No active mode";
    Tls = 35, "TLS failed";
    Interface = 45, "The source address cannot be used";
    Send = 55, "The connection was lost while sending";
    Receive = 56, "The connection was lost while receiving";
    ClientCertificate = 58, "The client certificate is missing, wrong, or refused";
    Certificate = 60, "The server's certificate is not trusted";
    TooLarge = 63, "Larger than a limit allows";
    NoTls = 64, "The server has no TLS, or demands it";
    Login = 67, "The login was refused";
    RemoteFull = 70, "The server has no room";
    CaFile = 77, "The file of --cacert cannot be used";
    NotFound = 78, "The file is not there, or may not be read";
    Pin = 90, "The server has another key than the pinned one";
    Proxy = 97, "The proxy refused, or failed";
    Interrupted = 130, "Ctrl-C or a signal stopped the program";
}

impl Exit {
    /// Returns the text about exit codes for the end of `--help`.
    pub(crate) fn table() -> String {
        let mut text = String::from("Exit codes, as those of curl:\n    0  All is done\n");
        for (exit, meaning) in TABLE {
            text.push_str(&format!("  {:>3}  {meaning}\n", exit.code()));
        }
        text
    }

    /// Returns the code as a number.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the code for an error of the library.
    pub(crate) fn of(error: &Error, doing: Doing) -> Self {
        match error.kind() {
            ErrorKind::Aborted => Self::Interrupted,
            ErrorKind::Timeout(Wait::Accept) => Self::AcceptTime,
            ErrorKind::Timeout(_) | ErrorKind::TooSlow | ErrorKind::OutOfTime => Self::Time,
            ErrorKind::Truncated | ErrorKind::Unconfirmed => Self::Partial,
            ErrorKind::TooLarge => Self::TooLarge,
            ErrorKind::Injection | ErrorKind::OutOfStep => Self::Reply,
            ErrorKind::Insecure => Self::NoTls,
            ErrorKind::InvalidArgument => of_argument(error),
            ErrorKind::Misuse(_) => Self::Usage,
            ErrorKind::Local => match doing {
                Doing::Download => Self::Write,
                Doing::Other => Self::Read,
            },
            ErrorKind::Io => of_io(error),
            ErrorKind::Closed => of_closed(error),
            ErrorKind::Unresolved => Self::Host,
            ErrorKind::Proxy(ProxyFailure::Unresolved) => Self::ProxyHost,
            ErrorKind::Proxy(ProxyFailure::NoConnection) => Self::Connect,
            ErrorKind::Proxy(_) => Self::Proxy,
            ErrorKind::Tls => error.tls_reason().map_or(Self::Tls, of_reason),
            _ => of_refusal(error),
        }
    }
}

fn of_argument(error: &Error) -> Exit {
    let invalid = error.inner().and_then(|it| it.downcast_ref::<InvalidUrl>());
    match invalid {
        Some(InvalidUrl::Scheme) => Exit::Scheme,
        // A path, a user or a pattern that cannot be sent, which curl knows from URLs only.
        _ => Exit::Url,
    }
}

fn of_reason(reason: &Reason) -> Exit {
    match reason {
        Reason::Expired
        | Reason::NotYetValid
        | Reason::SelfSigned
        | Reason::UnknownIssuer
        | Reason::WrongName { .. }
        | Reason::Revoked
        | Reason::RevocationUnknown
        | Reason::OldCertificate { .. }
        | Reason::WeakKey { .. }
        | Reason::WeakSignature { .. }
        | Reason::BadCertificate => Exit::Certificate,
        Reason::OtherKey { .. } => Exit::Pin,
        Reason::CertificateDemanded | Reason::CertificateRefused => Exit::ClientCertificate,
        _ => Exit::Tls,
    }
}

fn of_io(error: &Error) -> Exit {
    use io::ErrorKind as Io;
    let inner = error.inner().and_then(|it| it.downcast_ref::<io::Error>());
    match inner.map(io::Error::kind) {
        Some(Io::AddrNotAvailable | Io::AddrInUse) => Exit::Interface,
        Some(
            Io::ConnectionReset
            | Io::ConnectionAborted
            | Io::BrokenPipe
            | Io::UnexpectedEof
            | Io::NotConnected,
        ) => match error.command() {
            Some("STOR" | "APPE" | "STOU") => Exit::Send,
            _ => Exit::Receive,
        },
        Some(Io::TimedOut) => Exit::Time,
        _ => Exit::Connect,
    }
}

/// The server closed the control connection, by 421 or without a word.
fn of_closed(error: &Error) -> Exit {
    match (error.reply(), error.command()) {
        (Some(_), None) => Exit::Reply,
        (_, Some("STOR" | "APPE" | "STOU")) => Exit::Send,
        _ => Exit::Receive,
    }
}

/// The server refused, or sent another reply than is due.
fn of_refusal(error: &Error) -> Exit {
    let is_missing = matches!(
        error.cause(),
        Cause::NotFound | Cause::NotFoundOrDenied | Cause::Denied
    );
    match error.command() {
        // A listing was empty, because there is no such directory, or it was that of a file.
        None if error.kind() == ErrorKind::Permanent && error.reply().is_none() => {
            return Exit::Access;
        }
        None if error.kind() != ErrorKind::Unsupported => return Exit::Reply, // The greeting.
        // Some servers want a login first, even if they know no TLS.
        Some("AUTH" | "PBSZ" | "PROT" | "CCC") => return Exit::NoTls,
        Some("ACCT") => return Exit::Account,
        _ => {}
    }
    match error.cause() {
        Cause::LoginRefused => return Exit::Login,
        Cause::NoSpace => return Exit::RemoteFull,
        Cause::Security => return Exit::NoTls,
        _ => {}
    }
    match verb(error) {
        None => Exit::Command,
        Some("PASS" | "USER") => Exit::Login,
        Some("PASV" | "EPSV") => Exit::Passive,
        Some("PORT" | "EPRT") => Exit::Port,
        Some("TYPE" | "MODE" | "STRU") => Exit::Type,
        Some("CWD" | "XCWD" | "CDUP") => Exit::Access,
        Some("RETR" | "SIZE" | "MDTM" | "MLST") if is_missing => Exit::NotFound,
        Some("LIST" | "NLST" | "MLSD" | "STAT") if is_missing => Exit::Access,
        Some("RETR") if error.transferred() > Some(0) => Exit::Partial,
        Some("RETR" | "LIST" | "NLST" | "MLSD") => Exit::Retrieve,
        Some("STOR" | "APPE" | "STOU") => Exit::Upload,
        Some(_) => match error.kind() {
            ErrorKind::Protocol | ErrorKind::UnexpectedReply => Exit::Reply,
            _ => Exit::Command,
        },
    }
}

/// Returns the command that failed. PRET stands for the command that was to follow.
fn verb(error: &Error) -> Option<&str> {
    match (error.command(), error.argument()) {
        (Some("PRET"), Some(argument)) => {
            let verb = argument.split(|byte| *byte == b' ').next();
            verb.and_then(|verb| std::str::from_utf8(verb).ok())
        }
        (command, _) => command,
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ftp_blocking::Url;
    use ftp_blocking::wire::Reply;

    fn refused(command: &str, reply: &str) -> Exit {
        let reply = Reply::parse(reply.as_bytes()).expect("a reply");
        let error = Error::from_reply(reply)
            .with_command(command)
            .with_argument("a");
        Exit::of(&error, Doing::Other)
    }

    #[test]
    fn the_codes_are_those_of_curl() {
        let rows = [
            ("PASS", "530 no\r\n", 67),
            ("USER", "530 no\r\n", 67),
            ("ACCT", "532 no\r\n", 11),
            ("AUTH", "502 no\r\n", 64),
            ("AUTH", "530 log in first\r\n", 64),
            ("PROT", "536 no\r\n", 64),
            ("CWD", "550 no\r\n", 9),
            ("EPSV", "500 no\r\n", 13),
            ("EPRT", "500 no\r\n", 30),
            ("TYPE", "504 no\r\n", 17),
            ("RETR", "550 no\r\n", 78),
            ("RETR", "451 no\r\n", 19),
            ("MLSD", "550 no\r\n", 9),
            ("STOR", "550 no\r\n", 25),
            ("STOR", "553 no\r\n", 25),
            ("STOR", "452 full\r\n", 70),
            ("STOR", "552 full\r\n", 70),
            ("DELE", "550 no\r\n", 21),
            ("SITE", "500 no\r\n", 21),
        ];
        for (command, reply, code) in rows {
            assert_eq!(refused(command, reply).code(), code, "{command} {reply}");
        }
    }

    #[test]
    fn pret_stands_for_the_command_that_follows() {
        let of = |argument: &str| {
            let reply = Reply::parse(b"550 no such file\r\n").expect("a reply");
            let error = Error::from_reply(reply).with_command("PRET");
            Exit::of(&error.with_argument(argument), Doing::Other).code()
        };
        assert_eq!(of("RETR a"), 78);
        assert_eq!(of("STOR a"), 25);
    }

    #[test]
    fn a_failure_of_this_machine_is_told_by_what_was_done() {
        let local = Error::new(ErrorKind::Local);
        assert_eq!(Exit::of(&local, Doing::Download).code(), 23);
        assert_eq!(Exit::of(&local, Doing::Other).code(), 26);
    }

    #[test]
    fn waits_streams_and_certificates_have_their_codes() {
        let of = |kind| Exit::of(&Error::new(kind), Doing::Other).code();
        assert_eq!(of(ErrorKind::Timeout(Wait::Reply)), 28);
        assert_eq!(of(ErrorKind::Timeout(Wait::Accept)), 12);
        assert_eq!(of(ErrorKind::Truncated), 18);
        assert_eq!(of(ErrorKind::Aborted), 130);
        assert_eq!(of(ErrorKind::Proxy(ProxyFailure::Login)), 97);
        assert_eq!(of(ErrorKind::Proxy(ProxyFailure::Unresolved)), 5);
        assert_eq!(of(ErrorKind::Unresolved), 6);
        let tls = |reason| {
            let error = Error::new(ErrorKind::Tls).with_tls_reason(reason);
            Exit::of(&error, Doing::Other).code()
        };
        assert_eq!(tls(Reason::SelfSigned), 60);
        assert_eq!(tls(Reason::CertificateDemanded), 58);
        assert_eq!(tls(Reason::NoCommonVersion), 35);
    }

    #[test]
    fn an_io_error_is_told_by_its_kind() {
        let of = |kind, command: Option<&str>| {
            let error = Error::from(io::Error::from(kind));
            let error = command.map_or(error.clone(), |it| error.with_command(it));
            Exit::of(&error, Doing::Other).code()
        };
        assert_eq!(of(io::ErrorKind::ConnectionRefused, None), 7);
        assert_eq!(of(io::ErrorKind::ConnectionReset, Some("RETR")), 56);
        assert_eq!(of(io::ErrorKind::ConnectionReset, Some("STOR")), 55);
        assert_eq!(of(io::ErrorKind::AddrNotAvailable, None), 45);
    }

    #[test]
    fn a_wrong_url_is_told_from_another_scheme() {
        let of = |text| {
            let error = Error::from(Url::parse(text).expect_err("it is wrong"));
            Exit::of(&error, Doing::Other).code()
        };
        assert_eq!(of("http://host/"), 1);
        assert_eq!(of("ftp://host/%"), 3);
        assert_eq!(of("ftp:///a"), 3);
    }

    #[test]
    fn no_code_has_two_meanings() {
        for (index, (exit, _)) in TABLE.iter().enumerate() {
            let rest = &TABLE[index + 1..];
            assert!(rest.iter().all(|(other, _)| other.code() != exit.code()));
        }
    }
}
