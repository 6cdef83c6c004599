//! Where a server answers the contract table other than the simulator does. Reviewed: each with
//! its reason, and one that does not occur any more is a failure too.

use super::exceptions::{BINARY, Occurs};
use crate::servers::foreign::Kind;

use Kind::{Libunftp, ProFtpd, PureFtpd, Pyftpdlib, Vsftpd};

/// One that is known.
pub(super) struct Different {
    pub(super) servers: &'static [Kind],
    /// How the names of the cases begin in which it occurs.
    cases: &'static str,
    /// How the step begins, as `Debug` shows it.
    step: &'static str,
    pub(super) occurs: Occurs,
    pub(super) reason: &'static str,
}

const ALL: &[Kind] = &Kind::ALL;

const fn always(
    servers: &'static [Kind],
    cases: &'static str,
    step: &'static str,
    reason: &'static str,
) -> Different {
    Different {
        servers,
        cases,
        step,
        occurs: Occurs::Always,
        reason,
    }
}

pub(super) const DIFFERENT: &[Different] = &[
    // Commands.
    always(ALL, "", "Call(Host", "HOST is unknown, or this name is"),
    always(ALL, "the_server", "Call(Language, \"EN\")", LANG),
    always(ALL, "the_server", "Call(Language, \"\")", LANG),
    always(
        &[Vsftpd, PureFtpd, Pyftpdlib, Libunftp],
        "",
        "Call(ClientName",
        "CLNT is unknown",
    ),
    always(
        &[Vsftpd, ProFtpd, Pyftpdlib],
        "",
        "Call(Account",
        "ACCT is unknown",
    ),
    always(
        &[PureFtpd],
        "",
        "Call(Opts, \"UTF8",
        "it needs no OPTS for UTF8",
    ),
    Different {
        servers: &[PureFtpd],
        cases: "",
        step: "Allocate",
        occurs: Occurs::Sometimes,
        reason: "ALLO looks whether the disk has a tebibyte left",
    },
    always(
        &[Vsftpd],
        "",
        "Call(Site, \"CHMOD",
        "SITE is for users of the machine, not for guests",
    ),
    always(
        &[Libunftp],
        "the_server",
        "Call(Site, \"CHMOD",
        "SITE CHMOD is unknown",
    ),
    always(
        &[Libunftp],
        "the_server",
        "Call(Status, \"/five",
        "STAT is for directories",
    ),
    always(
        &[Vsftpd, ProFtpd, PureFtpd, Pyftpdlib],
        "",
        "Type(Ebcdic",
        "EBCDIC is unknown",
    ),
    always(
        &[Vsftpd, Pyftpdlib],
        "",
        "Type(Ascii(Telnet",
        "TYPE A has no formats",
    ),
    always(
        &[ProFtpd, PureFtpd, Pyftpdlib],
        "",
        "Type(Local(7",
        "TYPE L is TYPE I, whatever the size of a byte",
    ),
    always(
        &[Vsftpd, ProFtpd, PureFtpd, Libunftp],
        "logged_out",
        "Call(Reinitialize",
        "REIN is unknown",
    ),
    always(
        &[Vsftpd, ProFtpd, PureFtpd, Libunftp],
        "logged_out",
        "Call(Cwd",
        "without REIN one is still logged in",
    ),
    always(
        &[Vsftpd, PureFtpd, Libunftp],
        "logged_out",
        "Login",
        "and cannot log in a second time",
    ),
    always(
        &[Vsftpd, PureFtpd, Libunftp],
        "reconnected_after_a_second_login",
        "Login",
        ONE_LOGIN,
    ),
    always(
        &[Vsftpd, PureFtpd, Libunftp],
        "reconnected_after_a_second_login",
        "Pwd",
        ONE_LOGIN,
    ),
    // Names.
    always(&[Vsftpd], "directories", "FactsOfAll", "MLSD is unknown"),
    always(&[Vsftpd], "directories", "Facts(", "MLST is unknown"),
    always(&[PureFtpd], "directories", "MakeDirectory(\"a", QUOTES),
    always(&[PureFtpd], "directories", "Pwd", QUOTES),
    always(&[Libunftp], "directories", "MakeDirectory(\"a", AS_ASKED),
    always(&[Libunftp], "directories", "Pwd", AS_ASKED),
    always(&[Libunftp], "reconnect_wants", "Pwd", AS_ASKED),
    always(&[PureFtpd], "directories", "Download(\" leading", BLANK),
    always(&[PureFtpd], "directories", "FactsOfAll", BLANK),
    always(&[PureFtpd], "directories", "Facts(\"/d/ leading", BLANK),
    always(&[PureFtpd], "directories", "Modified(\" leading", BLANK),
    always(&[PureFtpd], "directories", "Call(Delete, \" leading", BLANK),
    always(
        ALL,
        "uploads",
        "Download(\"/stou.0001",
        "STOU has names of the server's own",
    ),
    always(
        &[Vsftpd, ProFtpd],
        "uploads",
        "DownloadCommand(\"NLST",
        "NLST of a file names it as it was asked for, with its directory",
    ),
    always(
        &[PureFtpd, Libunftp],
        "uploads",
        "DownloadCommand(\"NLST",
        "NLST is for directories",
    ),
    always(
        &[Libunftp],
        "uploads",
        "UploadUnique",
        "its 150 to STOU is the bare name, without FILE",
    ),
    // Texts.
    always(CRLF, "texts", "DownloadText(\"/text", KEPT),
    always(CRLF, "texts", "DownloadCommand(\"RETR /text", KEPT),
    always(CRLF, "texts", "DownloadLines(\"/text", KEPT),
    always(&[PureFtpd], "texts", "Download(\"/new", LONE_CR),
    always(&[PureFtpd], "texts", "Download(\"/lines", LONE_CR),
    always(
        &[PureFtpd, Pyftpdlib],
        "texts",
        "DownloadText(\"/new",
        LONE_CR,
    ),
    always(&[Libunftp], "texts", "Download", BINARY),
    // Behind everything else.
    always(
        &[Libunftp],
        "the_server",
        "",
        "what it cannot parse, as OPTS NONE, it answers by 501 and closes the connection",
    ),
    // Transfers.
    Different {
        servers: &[Pyftpdlib],
        cases: "hard_04",
        step: "",
        occurs: Occurs::Sometimes,
        reason: "a transfer that is aborted before it has taken the data connection is answered \
                 by 225 and stays in its queue: it goes on over the next data connection, which \
                 brings the wrong file or no end",
    },
];

const CRLF: &[Kind] = &[Vsftpd, ProFtpd, Pyftpdlib];

const KEPT: &str = "in TYPE A it sends a CRLF on its disk as it is, with no second CR";

const LONE_CR: &str = "in TYPE A it drops a CR that stands alone, or at the end";

const ONE_LOGIN: &str = "one cannot log in a second time, and stays where one was";

const LANG: &str = "LANG is unknown, or English has no name";

const QUOTES: &str = "it does not double quotes in a 257";

const AS_ASKED: &str = "a 257 shows the path as it was asked for, `.` included, with quotes that \
     are not doubled; that of MKD has none around it";

const BLANK: &str = "it stores a blank at the beginning of a name as _";

/// The place in the list of what is known of this step.
pub(super) fn of(server: Kind, case: &str, step: &str) -> Option<usize> {
    DIFFERENT.iter().position(|different| {
        different.servers.contains(&server)
            && case.starts_with(different.cases)
            && step.starts_with(different.step)
    })
}
