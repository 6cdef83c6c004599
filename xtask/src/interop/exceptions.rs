//! Where a server does not do what was expected of it. Reviewed: each with its reason, and one
//! that does not occur any more is a failure too.

use ftp_blocking::DataMode;

use super::jobs::NO_TICKET;
use super::operation::{Operation, Way};
use crate::servers::foreign::Kind;
use crate::servers::tls::TlsVersion;

use Kind::{Libunftp, ProFtpd, PureFtpd, Pyftpdlib, Vsftpd};

/// One that is known.
pub(super) struct Exception {
    pub(super) server: Kind,
    /// Any of them when nothing.
    pub(super) operation: Option<Operation>,
    ways: Ways,
    pub(super) occurs: Occurs,
    /// What the failure says, in part.
    pub(super) says: &'static str,
    pub(super) reason: &'static str,
}

/// In which ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ways {
    All,
    Active,
    /// Over TLS, whatever its version.
    Secured,
    Tls13,
}

impl Ways {
    fn include(self, way: Way, kind: Kind) -> bool {
        let version = way.secured_by(kind).map(|secured| secured.version);
        match self {
            Self::All => true,
            Self::Active => way.mode == DataMode::Active,
            Self::Secured => version.is_some(),
            Self::Tls13 => version == Some(TlsVersion::Tls13),
        }
    }
}

/// Whether the operation may as well succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurs {
    Always,
    /// A race within the server.
    Sometimes,
}

const fn always(
    server: Kind,
    operation: Operation,
    says: &'static str,
    reason: &'static str,
) -> Exception {
    Exception {
        server,
        operation: Some(operation),
        ways: Ways::All,
        occurs: Occurs::Always,
        says,
        reason,
    }
}

/// Of pyftpdlib, with operations that begin a session while another one is there.
const fn deaf(operation: Operation) -> Exception {
    Exception {
        server: Pyftpdlib,
        operation: Some(operation),
        ways: Ways::Active,
        occurs: Occurs::Sometimes,
        says: "timed out",
        reason: "what is left of a connection in active mode takes a descriptor out of the event \
                 loop that belongs to a newer session by then, which is never heard again; \
                 Python's ftplib meets it too",
    }
}

pub(super) const EXCEPTIONS: &[Exception] = &[
    always(
        Vsftpd,
        Operation::SiteHelp,
        "550 Permission denied",
        "SITE is for users of the machine, not for guests",
    ),
    always(
        Vsftpd,
        Operation::DirectoryIac,
        r"a\xff\xffb",
        "it doubles 0xFF in replies as Telnet wants it, but takes it as it is in commands; the \
         others never double it, so that PWD's reply is read as it came",
    ),
    always(Vsftpd, Operation::Facts, "500 Unknown command", NO_FACTS),
    always(Vsftpd, Operation::FactsOf, "500 Unknown command", NO_FACTS),
    always(
        Vsftpd,
        Operation::EmptyFacts,
        "500 Unknown command",
        NO_FACTS,
    ),
    always(
        PureFtpd,
        Operation::TextDownloadCrlf,
        r#""one\r""#,
        "it puts a CR in front of each LF, also of one that has a CR already",
    ),
    always(
        PureFtpd,
        Operation::Opts,
        "504 Unknown command",
        "it lists UTF8, and needs no OPTS for it",
    ),
    always(
        PureFtpd,
        Operation::EmptyNames,
        r#""empty/.", "empty/..""#,
        "NLST names the directory itself and the one above",
    ),
    always(
        PureFtpd,
        Operation::NameLeading,
        r#"there is "_leading""#,
        "it stores a blank at the beginning of a name as _",
    ),
    always(
        PureFtpd,
        Operation::NameTrailing,
        r#"there is "trailing_""#,
        "it stores a blank at the end of a name as _",
    ),
    always(
        Pyftpdlib,
        Operation::NameLatin1,
        NOT_UTF8,
        REPLACED_BY_DEFAULT,
    ),
    always(Pyftpdlib, Operation::NameIac, NOT_UTF8, REPLACED_BY_DEFAULT),
    always(
        Pyftpdlib,
        Operation::DirectoryIac,
        NOT_UTF8,
        REPLACED_BY_DEFAULT,
    ),
    always(
        Libunftp,
        Operation::Mkd,
        "no path in the reply",
        "its 257 to MKD has no quotes around the path",
    ),
    always(Libunftp, Operation::StatusOf, "451 Local error", FROM_ROOT),
    always(Libunftp, Operation::FactsOf, "550 storage error", FROM_ROOT),
    always(
        Libunftp,
        Operation::SiteHelp,
        "502 Unknown SITE command",
        "SITE HELP is unknown",
    ),
    always(
        Libunftp,
        Operation::List,
        "550 Directory not found",
        "LIST is for directories",
    ),
    always(
        Libunftp,
        Operation::Unique,
        "501 Invalid Parameter",
        "STOU takes no suggestion",
    ),
    always(
        Libunftp,
        Operation::TextDownload,
        r#""one\n\ntwo\n" found"#,
        BINARY,
    ),
    always(
        Libunftp,
        Operation::TextUpload,
        "on the server's disk: differs",
        BINARY,
    ),
    always(
        Libunftp,
        Operation::TextUploadCrlf,
        "on the server's disk: differs",
        BINARY,
    ),
    always(Libunftp, Operation::NameLatin1, NOT_UTF8, REPLACED),
    always(Libunftp, Operation::NameIac, NOT_UTF8, REPLACED),
    always(Libunftp, Operation::DirectoryIac, NOT_UTF8, REPLACED),
    deaf(Operation::TwoSessions),
    deaf(Operation::Copy),
    deaf(Operation::Reconnect),
    Exception {
        ways: Ways::Secured,
        occurs: Occurs::Sometimes,
        ..always(
            Pyftpdlib,
            Operation::EmptyNames,
            "ended without close_notify",
            "with nothing to send it may close before its own side of the handshake is through, and \
             then without close_notify",
        )
    },
    Exception {
        server: ProFtpd,
        operation: None,
        ways: Ways::Tls13,
        occurs: Occurs::Sometimes,
        says: "425 Unable to build data connection",
        reason: NO_TICKET,
    },
];

const NO_FACTS: &str = "it knows neither MLSD nor MLST";

const FROM_ROOT: &str = "STAT and MLST take a path from the root on, whatever the directory is";

pub(super) const BINARY: &str = "TYPE A is TYPE I";

const REPLACED: &str = "it stores U+FFFD in the place of what is not UTF-8";

const REPLACED_BY_DEFAULT: &str = "it stores U+FFFD in the place of what is not UTF-8, by default";

/// The replacement character.
const NOT_UTF8: &str = "\u{fffd}";

/// The place in the list of the exception for this cell.
pub(super) fn of(server: Kind, operation: Operation, way: Way) -> Option<usize> {
    EXCEPTIONS.iter().position(|exception| {
        exception.server == server
            && exception.operation.is_none_or(|known| known == operation)
            && exception.ways.include(way, server)
    })
}
