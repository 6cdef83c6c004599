//! The list of all known differences between real servers and what the tests expect. A person has
//! reviewed each entry and written down its reason. The tests fail on a difference that is not
//! listed. They also fail if a listed difference no longer occurs, unless the entry says that it
//! depends on chance.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use ftp_blocking::DataMode;

use super::question::Question;
use super::trust::Secured;
use super::way::Way;
use crate::servers::foreign::Kind;
use crate::servers::tls::{Data, TlsVersion};

use Kind::{
    Aioftp, FtpSrv, Inetutils, Libunftp, ProFtpd, PureFtpd, Pyftpdlib, SimpleFtpd, Twisted, Vsftpd,
};

/// A known difference between what some servers do and what the tests expect.
#[derive(Clone, Copy)]
pub(super) struct Exception {
    pub(super) servers: &'static [Kind],
    /// The difference occurs in the questions whose names begin with this text. If the text is
    /// empty, it occurs in all questions.
    pub(super) question: &'static str,
    /// The difference occurs in the steps whose `Debug` text begins with this text, for example
    /// `Call(Host`. If the text is empty, it occurs in all steps. Most tasks are
    /// a single step whose text is empty.
    pub(super) step: &'static str,
    ways: Ways,
    pub(super) occurs: Occurs,
    /// Words that the description of the difference must contain. If they are empty, any
    /// description will do.
    pub(super) says: &'static str,
    pub(super) reason: &'static str,
}

/// The ways of connecting in which an exception occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ways {
    All,
    Active,
    /// All ways that use TLS, of any version.
    Secured,
    Tls13,
}

/// How often the exception occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurs {
    /// The difference occurs each time that the tests run the step.
    Always,
    /// The difference occurs at least once in a run of all tests, but not each time that the tests
    /// run the step.
    SomeTime,
    /// The difference need not occur at all in a run of all tests, because it depends on chance,
    /// such as a race within the server.
    Perhaps,
}

impl Exception {
    pub(super) fn includes(&self, kind: Kind, way: Way, question: &str) -> bool {
        let version = way.secured_by(kind).map(|secured| secured.version);
        self.servers.contains(&kind)
            && question.starts_with(self.question)
            && match self.ways {
                Ways::All => true,
                Ways::Active => way.mode == DataMode::Active,
                Ways::Secured => version.is_some(),
                Ways::Tls13 => version == Some(TlsVersion::Tls13),
            }
    }
}

/// Defines a list of exceptions. Each block names servers, the ways of connecting, how often the
/// difference occurs, and its reason. Each line of a block names a question and a step, and perhaps
/// words that the description of the difference must contain.
macro_rules! exceptions {
    ($list:ident: $(
        $servers:expr, $ways:ident $occurs:ident, $reason:expr => {
            $($question:literal $step:literal $($says:literal)?;)+
        }
    )+) => {
        pub(super) const $list: &[Exception] = &[$($(
            Exception {
                servers: $servers,
                reason: $reason,
                question: $question,
                step: $step,
                says: concat!("" $(, $says)?),
                ways: Ways::$ways,
                occurs: Occurs::$occurs,
            },
        )+)+];
    };
}

pub(super) mod many;
mod metadata;
mod names;
mod whole_files;

/// All exceptions.
pub(super) static EXCEPTIONS: LazyLock<Vec<Exception>> =
    LazyLock::new(|| [GENERAL, metadata::LIST, names::LIST, whole_files::LIST].concat());

const ALL: &[Kind] = &Kind::ALL;

exceptions! { GENERAL:
    // Known differences in the commands that a server knows.
    ALL, All Always, "HOST is unknown, or this name is" => { "host" "Call(Host"; }
    ALL, All Always, "LANG is unknown, or English has no name" => {
        "the_server" "Call(Language, \"EN\")";
        "the_server" "Call(Language, \"\")";
    }
    &[Vsftpd, PureFtpd, Pyftpdlib, Libunftp, Inetutils, FtpSrv], All Always, "CLNT is unknown" => {
        "host" "Call(ClientName";
        "the_server" "Call(ClientName";
    }
    &[Vsftpd, ProFtpd, Pyftpdlib, Inetutils, FtpSrv], All Always, "ACCT is unknown" => {
        "the_server" "Call(Account";
    }
    &[PureFtpd], All Always, "it lists UTF8, and needs no OPTS for it" => {
        "host" "Call(Opts, \"UTF8" "504";
        "questions" "Call(Opts, \"UTF8" "504";
        "the_server" "Call(Opts, \"UTF8" "504";
    }
    &[Inetutils], All Always, "it sends names as they are, and has no OPTS UTF8" => {
        "host" "Call(Opts, \"UTF8" "501";
        "questions" "Call(Opts, \"UTF8" "501";
        "the_server" "Call(Opts, \"UTF8" "501";
    }
    &[PureFtpd], All Perhaps, "ALLO checks whether the disk has a tebibyte left" => {
        "the_server" "Allocate";
    }
    &[Vsftpd], All Always, "SITE is for users of the machine, not for guests" => {
        "questions" "Call(Site, \"HELP" "550";
        "the_server" "Call(Site, \"CHMOD" "550";
    }
    &[Libunftp], All Always, "SITE HELP and SITE CHMOD are unknown" => {
        "questions" "Call(Site, \"HELP" "502";
        "the_server" "Call(Site, \"CHMOD" "502";
    }
    &[Libunftp], All Always, "STAT is for directories" => { "the_server" "Call(Status, \"/five"; }
    &[Vsftpd, ProFtpd, PureFtpd, Pyftpdlib, Inetutils], All Always, "EBCDIC is unknown" => {
        "the_server" "Type(Ebcdic";
    }
    &[Vsftpd, Pyftpdlib, Inetutils], All Always, "TYPE A has no formats" => {
        "the_server" "Type(Ascii(Telnet";
    }
    &[ProFtpd, PureFtpd, Pyftpdlib], All Always,
        "TYPE L is TYPE I, whatever the size of a byte"
    => { "the_server" "Type(Local(7"; }
    // The empty step text matches every step of this question, because all steps fail after the
    // server has closed the connection.
    &[Libunftp], All Always,
        "it answers 501 to what it cannot parse, such as OPTS NONE, and closes the connection"
    => { "the_server" ""; }
    &[Aioftp, Twisted, SimpleFtpd], All Always, "it has few commands, and a short FEAT or none" => {
        "" "Call(ClientName" "502";
        "" "Call(Opts" "502";
        "" "Call(Help" "502";
        "" "Call(Site" "502";
        "" "Call(Status" "502";
        "" "Call(Account" "502";
        "" "Call(Reinitialize" "502";
        "logged_out" "Call(Cwd";
        "" "Allocate" "502";
        "" "Look(Stat" "502";
        "" "UploadUnique" "502";
        "STOU" "" "502";
        "questions" "Features";
    }
    &[Aioftp, SimpleFtpd], All Always, "SIZE, MDTM, NOOP and NLST are unknown" => {
        "" "Size(" "Size(None)";
        "256 MiB" "" "None found";
        "" "Modified(" "\"\" instead";
        "" "Noop" "502";
        "" "Names" "502";
        "" "Look(Nlst" "502";
        "uploads" "DownloadCommand(\"NLST" "502";
        "1,000 files" "" "NLST";
    }
    &[Aioftp, SimpleFtpd], All SomeTime, "NLST is unknown" => { "name " "" "NLST"; }
    &[Aioftp, SimpleFtpd], All Always, "it has no active mode" => {
        "active_mode" "";
        "passive_and_active" "";
        "copy between" "" "502";
    }
    &[Aioftp, SimpleFtpd], All Always, "MODE and STRU are unknown" => {
        "the_server" "Mode(" "502";
        "the_server" "Structure(" "502";
    }
    &[Aioftp], All Always, "TYPE has A and I alone" => {
        "the_server" "Type(Ascii(Telnet" "502";
        "the_server" "Type(Ebcdic" "502";
        "the_server" "Type(Local(8" "502";
    }
    &[Twisted], All Always, "TYPE has A and I alone, without formats" => {
        "the_server" "Type(Ascii(Telnet" "501";
        "the_server" "Type(Ebcdic" "504";
        "the_server" "Type(Local(8" "504";
    }
    &[SimpleFtpd], All Always, "TYPE has A, I and L alone, without more" => {
        "the_server" "Type(Ascii(Telnet" "504";
        "the_server" "Type(Ebcdic" "504";
        "the_server" "Type(Local(8" "504";
    }
    &[FtpSrv], All Always, "TYPE has A and I alone, FEAT is short, and SITE has no HELP" => {
        "the_server" "Type(Ascii(Telnet" "501";
        "the_server" "Type(Ebcdic" "501";
        "the_server" "Type(Local(8" "501";
        "questions" "Features";
        "questions" "Call(Site" "502";
    }
    &[SimpleFtpd], All Always, "QUIT is unknown" => {
        "" "Quit" "502";
        "0xFF" "" "QUIT";
        "two sessions" "" "QUIT";
    }
    &[SimpleFtpd], All Always, "it has no idle time-out" => {
        "silent" "" "never lost patience";
    }
    // Known differences in logins.
    &[Vsftpd, ProFtpd, PureFtpd, Libunftp, Inetutils, FtpSrv], All Always,
        "REIN is unknown, so the login stays"
    => {
        "logged_out" "Call(Reinitialize";
        "logged_out" "Call(Cwd";
    }
    &[Vsftpd, PureFtpd, Libunftp, Inetutils, SimpleFtpd, FtpSrv], All Always,
        "a second login is refused, and the directory stays"
    => {
        "logged_out" "Login";
        "reconnected_after_a_second_login" "Login";
        "reconnected_after_a_second_login" "Pwd";
    }
    &[FtpSrv], All Always, "after a refused login it accepts no other" => {
        "login_refused" "Login" "530";
    }
    // Known differences in listings.
    &[Vsftpd, Inetutils], All Always, "it knows neither MLSD nor MLST" => {
        "listings" "Look(Mlsd, \"\"" "500";
        "listings" "Look(Mlsd, \"void" "500";
        "listings" "Look(Mlst, \"\"" "500";
        "listings" "Look(Mlst, \"one" "500";
        "directories" "FactsOfAll" "500";
        "directories" "Facts(" "500";
    }
    &[Twisted, SimpleFtpd, FtpSrv], All Always, "MLSD and MLST are unknown, too" => {
        "listings" "Look(Mlsd, \"\"" "502";
        "listings" "Look(Mlsd, \"void" "502";
        "listings" "Look(Mlst, \"\"" "502";
        "listings" "Look(Mlst, \"one" "502";
        "directories" "FactsOfAll" "502";
        "directories" "Facts(" "502";
    }
    &[Libunftp], All Always,
        "STAT and MLST take each path as absolute"
    => {
        "questions" "Look(Stat" "451";
        "listings" "Look(Mlst, \"one" "550";
    }
    &[Aioftp], All Always, "LIST of a file is empty" => { "listings" "Look(List, \"one"; }
    &[SimpleFtpd], All Always, "LIST always lists the current directory" => {
        "listings" "Look(List, \"void";
        "listings" "Look(List, \"one";
    }
    &[Twisted], All Always, "NLST wants a path" => {
        "" "Names" "500";
        "1,000 files" "" "NLST";
    }
    &[Twisted], All SomeTime, "NLST wants a path" => { "name " "" "NLST"; }
    &[Libunftp], All Always, "LIST is for directories" => { "listings" "Look(List, \"one" "550"; }
    &[Inetutils], All Always, "an empty directory has no NLST" => {
        "listings" "Look(Nlst, \"void" "550";
    }
    &[Inetutils], All Always, "the first line of STAT has no code" => {
        "questions" "Look(Stat" "status of below:";
    }
    &[PureFtpd], All Always, "NLST includes `.` and `..`" => {
        "listings" "Look(Nlst, \"void" "\"void/.\", \"void/..\"";
    }
    &[Pyftpdlib], Secured Perhaps,
        "with nothing to send it may close before its side of the handshake is done, without \
        close_notify"
    => { "listings" "Look(Nlst, \"void" "Truncated"; }
    &[Vsftpd, ProFtpd, Inetutils, FtpSrv], All Always,
        "NLST of a file returns the path as it was given"
    => { "uploads" "DownloadCommand(\"NLST"; }
    &[PureFtpd, Libunftp], All Always, "NLST is for directories" => {
        "uploads" "DownloadCommand(\"NLST";
    }
    // Known differences in the names of files and directories.
    &[Libunftp], All Always,
        "a 257 shows the path as it was asked for, `.` included, with quotes that are not \
        doubled; that of MKD has none around it"
    => {
        "names" "MakeDirectory(\"made" "\"\"";
        "directories" "MakeDirectory(\"a";
        "directories" "Pwd";
        "reconnect_wants" "Pwd";
    }
    &[FtpSrv], All Always, "it removes quotes from commands" => {
        "directories" "MakeDirectory(\"a";
        "directories" "Pwd";
        "name with quotes" "" "there is \"a quoted 'name'\"";
    }
    &[FtpSrv], All Always,
        "MKD of a directory that is there goes well; its path is that of the server's disk"
    => { "names" "MakeDirectory(\"made" "root/d/made"; }
    &[SimpleFtpd], All Always, "it doubles the first quote in a 257, and no other" => {
        "directories" "MakeDirectory(\"a";
        "directories" "Pwd";
    }
    &[Aioftp], All Always,
        "it does not double quotes in a 257; that of MKD has no path"
    => {
        "names" "MakeDirectory(\"made" "\"\"";
        "directories" "MakeDirectory(\"a";
    }
    &[Aioftp], All Always, "it removes blanks at the end of a name" => {
        "name with a trailing blank" "" "there is \"trailing\"";
    }
    &[SimpleFtpd], All Always,
        "it removes blanks at both ends of a name, and all but one of several inside"
    => {
        "name with blanks" "" "there is \"a name with blanks\"";
        "name with a leading blank" "" "there is \"leading\"";
        "name with a trailing blank" "" "there is \"trailing\"";
    }
    &[Aioftp], All Always, "it closes the connection after bytes that are not UTF-8" => {
        "name in Latin-1" "" "closed the control";
        "name with 0xFF" "" "closed the control";
        "directory with 0xFF" "" "closed the control";
        "0xFF" "" "closed the control";
    }
    &[Twisted], All Always, "it reads commands as Latin-1, and stores names as UTF-8" => {
        "name in Latin-1" "" "there is \"café\"";
        "name in UTF-8" "" "there is \"kÃ¤se";
        "name with 0xFF" "" "there is \"aÿb\"";
        "directory with 0xFF" "" "there is \"aÿb\"";
    }
    &[PureFtpd], All Always, "it stores a blank at the beginning or at the end of a name as _" => {
        "directories" "Download(\" leading";
        "directories" "FactsOfAll";
        "directories" "Facts(\"/d/ leading";
        "directories" "Modified(\" leading";
        "directories" "Call(Delete, \" leading";
        "name with a leading blank" "" "there is \"_leading\"";
        "name with a trailing blank" "" "there is \"trailing_\"";
    }
    &[Vsftpd], All Always,
        "it doubles 0xFF in replies as Telnet wants it, but takes it as it is in commands; the \
        others never double it, so that PWD's reply is read as it came"
    => { "directory with 0xFF" "" r"a\xff\xffb"; }
    &[Pyftpdlib, Libunftp, SimpleFtpd, FtpSrv], All Always,
        "it stores U+FFFD in the place of what is not UTF-8; pyftpdlib does so by default"
    => {
        "name in Latin-1" "" "\u{fffd}";
        "name with 0xFF" "" "\u{fffd}";
        "directory with 0xFF" "" "\u{fffd}";
    }
    &[Inetutils], All Always,
        "it takes 0xFF and what follows out of commands, and reads a doubled 0xFF as one"
    => {
        "name with 0xFF" "" "there is \"a\"";
        "directory with 0xFF" "" "there is \"a\"";
        "0xFF as it is" "" "expected, a letter, itself, the end, Telnet's IP found";
    }
    &[ProFtpd], All Always, "it takes Telnet's signals out, and reads a doubled 0xFF as one" => {
        "0xFF as it is" "" "expected, itself, Telnet's IP found";
    }
    &[Vsftpd, PureFtpd, Pyftpdlib, Libunftp, Twisted, FtpSrv], All Always,
        "it takes names as they are: for such servers `Telnet::Raw` is the default"
    => { "0xFF doubled" "" "expected, a letter, itself, the end, Telnet's IP found"; }
    // Known differences in STOU, which stores a file under a name that the server chooses.
    ALL, All Always, "STOU uses names of the server's choice" => {
        "uploads" "Download(\"/stou.0001";
    }
    &[Libunftp], All Always, "its 150 to STOU is the bare name, without FILE" => {
        "uploads" "UploadUnique";
    }
    &[Inetutils], All Always, "STOU wants a suggestion" => {
        "STOU" "" "500 'STOU'";
        "uploads" "UploadUnique" "500";
    }
    &[FtpSrv], All Always, "STOU wants a suggestion, and tells the name in 226 alone" => {
        "uploads" "UploadUnique" "550";
        "STOU" "" "no name in 226";
    }
    &[Libunftp], All Always, "STOU takes no suggestion" => { "STOU" "" "501 Invalid Parameter"; }
    // Known differences in transfers of text (TYPE A).
    &[Vsftpd, ProFtpd, Pyftpdlib], All Always,
        "in TYPE A it sends a CRLF on its disk as it is, with no second CR"
    => {
        "texts" "DownloadText(\"/text";
        "texts" "DownloadCommand(\"RETR /text";
        "texts" "DownloadLines(\"/text";
        "texts_both_ways" "DownloadLines(\"/crlf" "\"one\", \"\", \"two\" instead";
        "texts_both_ways" "DownloadCommand(\"RETR /crlf" r#""one\r\n\r\ntwo\r\n" instead"#;
    }
    &[PureFtpd], All Always, "in TYPE A it drops a CR that stands alone" => {
        "texts" "Download(\"/new";
        "texts" "Download(\"/lines";
    }
    &[PureFtpd, Pyftpdlib], All Always, "in TYPE A it drops a CR at the end" => {
        "texts" "DownloadText(\"/new";
    }
    &[Twisted], All Always,
        "in TYPE A it sends nothing and stores nothing, because it mixes text with bytes"
    => {
        "texts" "Download";
        "texts" "StoreLines" "426";
        "texts" "UploadText" "426";
        "texts_both_ways" "UploadAscii" "426";
        "texts_both_ways" "Stored(" "\"\" instead";
    }
    &[SimpleFtpd], All Always, "TYPE A is accepted for listings only" => {
        "texts" "Download" "550";
        "texts" "StoreLines" "550";
        "texts" "UploadText" "550";
        "texts_both_ways" "UploadAscii" "550";
        "texts_both_ways" "Stored(" "Size(None)";
    }
    &[Libunftp, Aioftp, FtpSrv], All Always, "TYPE A is TYPE I" => {
        "texts_both_ways" "DownloadCommand(\"RETR /lf" r#""one\n\ntwo\n" instead"#;
        "texts_both_ways" "Stored(\"/stored";
        "texts_both_ways" "Stored(\"/wire";
        "texts" "Download";
    }
    // Known differences in transfers.
    &[Twisted], All Always, "REST and APPE are unknown" => {
        "" "Download(\"/five\", 3" "502";
        "" "Download(\"/five\", 2" "502";
        "" "Download(\"/new\", 299990" "502";
        "uploads" "Append" "502";
        "uploads" "UploadAt" "502";
        "uploads" "Stored(\"/half";
        "uploads" "Stored(\"/parts";
        "uploads" "Download(\"/parts";
        "uploads" "Download(\"/five";
    }
    &[FtpSrv], All Always, "an upload at an offset begins with zeros" => {
        "uploads" "Stored(\"/half";
        "uploads" "Download(\"/five";
    }
    &[FtpSrv], All Perhaps,
        "it looks for a data connection before it answers ABOR, and answers what comes next meanwhile"
    => {
        "hard_04_upload" "" "UnexpectedReply";
        "upload aborted" "" "225";
        "upload dropped" "" "225";
    }
    &[SimpleFtpd], All Always, "APPE is unknown, and an upload at an offset begins with zeros" => {
        "uploads" "Append" "502";
        "uploads" "Stored(\"/half";
        "uploads" "Stored(\"/parts" "Size(None)";
        "uploads" "Download(\"/parts" "550";
        "uploads" "Download(\"/five";
    }
    &[Pyftpdlib], Active Perhaps,
        "the rest of an old connection in active mode removes the descriptor of a newer session from \
        the event loop, so the newer session gets no answer; Python's ftplib meets this too"
    => {
        "two sessions" "" "timed out";
        "copy" "" "timed out";
        "reconnected_in" "";
    }
    &[ProFtpd], Tls13 SomeTime, NO_TICKET => {
        "" "" "Some(425)";
        "" "" "425 Unable to build data connection";
    }
}

/// What is known about how a server resumes TLS sessions. A job fails if the server behaves
/// differently, even if it then resumes more often or needs fewer logins.
pub(super) struct Tickets {
    /// Whether data connections resume the TLS session of the login.
    pub(super) resumes: bool,
    /// How many times a job must log in again, because the session tickets of a login run out.
    pub(super) logins: RangeInclusive<u32>,
    pub(super) reason: &'static str,
}

pub(super) fn tickets(server: Kind, secured: Secured) -> Tickets {
    let (resumes, logins, reason) = match (server, secured.version) {
        (PureFtpd, TlsVersion::Tls13 | TlsVersion::Both) => (false, 0..=0, NO_TICKETS),
        // Of the jobs, `endurance` has two logins and the others have one. Each of these logins
        // needs one further login.
        (ProFtpd, TlsVersion::Both) if secured.data == Data::Private => (true, 1..=2, NO_TICKET),
        // With TLS 1.3 alone, the tickets run out again after each login, so a job may need any
        // number of further logins.
        (ProFtpd, TlsVersion::Tls13) if secured.data == Data::Private => {
            (true, 1..=u32::MAX, NO_TICKET)
        }
        _ => (true, 0..=0, ""),
    };
    Tickets {
        resumes,
        logins,
        reason,
    }
}

const NO_TICKETS: &str = "it asks OpenSSL for no tickets (SSL_CTX_set_num_tickets, 0)";

/// Why some uploads to ProFTPD fail. The reason was found in traces of ProFTPD 1.3.8 on OpenSSL
/// 3.0. With `TLSOptions NoSessionReuseRequired`, ProFTPD would accept data connections that do not
/// resume a TLS session.
const NO_TICKET: &str = "under TLS 1.3 it deliberately sends a new ticket with a download and none \
     with an upload, and expects an old one to be used again, which rustls does not do: the two of \
     the login are good for two uploads; another login helps, and for good in TLS 1.2";

/// Returns whether a new login helps after the server has refused a data connection: the new login
/// brings new session tickets.
pub(super) fn another_login_helps(kind: Kind, way: Way) -> bool {
    let mut known = EXCEPTIONS.iter();
    known.any(|exception| exception.reason == NO_TICKET && exception.includes(kind, way, ""))
}

/// The unexpected results of a question, sorted into known exceptions and failures.
#[derive(Default)]
pub(super) struct Judged {
    /// The exceptions that occurred, as indices into [`EXCEPTIONS`].
    pub(super) excepted: BTreeSet<usize>,
    pub(super) failures: Vec<String>,
}

/// Looks for each unexpected result in [`EXCEPTIONS`]. A result that is not listed is a failure. A
/// listed exception that should always occur and did not is a failure, too.
pub(super) fn judge(
    kind: Kind,
    way: Way,
    question: &Question,
    different: &[(usize, String)],
) -> Judged {
    let mut judged = Judged::default();
    let mut here: Vec<usize> = (0..EXCEPTIONS.len()).collect();
    here.retain(|number| EXCEPTIONS[*number].includes(kind, way, question.name));
    for (place, why) in different {
        let asked = &question.steps[*place];
        let is_it = |number: &&usize| {
            let exception = &EXCEPTIONS[**number];
            asked.starts_with(exception.step) && why.contains(exception.says)
        };
        match here.iter().find(is_it) {
            Some(number) => drop(judged.excepted.insert(*number)),
            None => judged.failures.push(format!("{asked}: {why}")),
        }
    }
    for number in here {
        let Exception {
            step,
            reason,
            occurs,
            ..
        } = EXCEPTIONS[number];
        let is_asked = question.steps.iter().any(|asked| asked.starts_with(step));
        if occurs == Occurs::Always && is_asked && !judged.excepted.contains(&number) {
            let what = format!("{step}: as expected, in spite of the exception: {reason}");
            judged.failures.push(what);
        }
    }
    judged
}
