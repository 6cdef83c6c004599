//! The names of what a server may be able to do.

use core::fmt;

use crate::reply::Features;
use crate::wire::{Class, Code, Command, Reply};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident: $text:literal;)*) => {
        /// Something that a server may be able to do: a command, or one form of a command.
        ///
        /// `Display` shows the command, such as `SITE CHMOD`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Capability {
            $($(#[$doc])* $name,)*
        }

        impl Capability {
            /// All capabilities that this crate knows.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the text that `Display` shows. It never changes, so that you can save it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The capability with this name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

capabilities! {
    /// ABOR (RFC 959): a transfer can be aborted.
    Abor: "ABOR";
    /// AUTH TLS (RFC 4217). Nothing relies on it: if you demand TLS, AUTH is sent in any case.
    AuthTls: "AUTH TLS";
    /// AVBL: how many bytes can still be stored.
    Avbl: "AVBL";
    /// CCC (RFC 4217): the control connection goes back to clear text.
    Ccc: "CCC";
    /// CLNT: the client says its name.
    Clnt: "CLNT";
    /// COMB: joins files into one.
    Comb: "COMB";
    /// CSID: client and server say their names.
    Csid: "CSID";
    /// DSIZ: the size of a directory and all that is in it.
    Dsiz: "DSIZ";
    /// EPRT (RFC 2428): active mode, also over IPv6.
    Eprt: "EPRT";
    /// EPSV (RFC 2428): passive mode, also over IPv6. It also counts as refused if its port could
    /// not be reached but that of PASV could.
    Epsv: "EPSV";
    /// HASH (draft-bryan-ftpext-hash): the hash of a file.
    Hash: "HASH";
    /// HOST (RFC 7151): chooses a virtual host.
    Host: "HOST";
    /// LANG (RFC 2640): chooses the language of the replies.
    Lang: "LANG";
    /// MD5 (draft-twine-ftpmd5): the MD5 of a file.
    Md5: "MD5";
    /// MDTM (RFC 3659): when a file was modified.
    Mdtm: "MDTM";
    /// MDTM with two arguments, which sets the time of a file. No RFC describes it.
    MdtmSet: "MDTM time path";
    /// MFCT (draft-somers-ftp-mfxx): sets the time of a file's creation.
    Mfct: "MFCT";
    /// MFF (draft-somers-ftp-mfxx): sets facts of a file.
    Mff: "MFF";
    /// MFMT (draft-somers-ftp-mfxx): sets the time of a file's last modification.
    Mfmt: "MFMT";
    /// MLSD (RFC 3659): listings for programs. FEAT lists it as MLST.
    Mlsd: "MLSD";
    /// MLST (RFC 3659): the facts of one file.
    Mlst: "MLST";
    /// MMD5 (draft-twine-ftpmd5): the MD5 of several files.
    Mmd5: "MMD5";
    /// PRET: announces the command of the next transfer.
    Pret: "PRET";
    /// RANG (draft-bryan-ftp-range): a range of bytes for the next command.
    Rang: "RANG";
    /// REST (RFC 3659): transfers begin at an offset.
    RestStream: "REST STREAM";
    /// RMDA: removes a directory and all that is in it.
    Rmda: "RMDA";
    /// SITE CHMOD: sets the permissions of a file.
    SiteChmod: "SITE CHMOD";
    /// SITE SYMLINK: makes a symbolic link.
    SiteSymlink: "SITE SYMLINK";
    /// SITE UTIME with the path before three times and `UTC`.
    SiteUtime: "SITE UTIME";
    /// SITE UTIME with one time before the path.
    SiteUtimeShort: "SITE UTIME time path";
    /// SIZE (RFC 3659): the size of a file.
    Size: "SIZE";
    /// TVFS (RFC 3659): paths have their parts between slashes.
    Tvfs: "TVFS";
    /// TYPE A (RFC 959): transfers of text.
    TypeA: "TYPE A";
    /// UTF8 (RFC 2640): names are UTF-8.
    Utf8: "UTF8";
    /// XCRC: the CRC-32 of a file.
    Xcrc: "XCRC";
    /// XMD5: the MD5 of a file.
    Xmd5: "XMD5";
    /// XSHA: the SHA-1 of a file.
    Xsha: "XSHA";
    /// XSHA1: the SHA-1 of a file.
    Xsha1: "XSHA1";
    /// XSHA256: the SHA-256 of a file.
    Xsha256: "XSHA256";
    /// XSHA512: the SHA-512 of a file.
    Xsha512: "XSHA512";
}

impl Capability {
    /// How many capabilities there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// Returns the capability that the reply to this command shows. Only the command counts, so that
    /// a raw command shows the same as a command of a flow.
    pub(crate) fn of(command: &Command) -> Option<Self> {
        let argument = command.argument().unwrap_or_default();
        match command.verb() {
            // A stray reply to an abort would count as the reply to ABOR. So `attribution.rs` notes
            // whether ABOR works.
            "ABOR" => None,
            "AUTH" if argument.eq_ignore_ascii_case(b"TLS") => Some(Self::AuthTls),
            "MDTM" if begins_with_time(argument) => Some(Self::MdtmSet),
            "OPTS" if argument.eq_ignore_ascii_case(b"UTF8 ON") => Some(Self::Utf8),
            "REST" => Some(Self::RestStream),
            "SITE" => Self::of_site(argument),
            "TVFS" | "UTF8" => None,
            verb @ ("AVBL" | "CCC" | "EPSV" | "LANG" | "MLSD" | "MLST") => Self::named(verb),
            // Some servers answer 500 if the argument is missing.
            verb => Self::named(verb).filter(|_| !argument.is_empty()),
        }
    }

    fn of_site(line: &[u8]) -> Option<Self> {
        let mut words = line.splitn(2, |byte| *byte == b' ');
        let command = words.next().unwrap_or_default();
        let is = |name: &[u8]| command.eq_ignore_ascii_case(name);
        match words.next().unwrap_or_default() {
            // ProFTPD answers 500 if one of the two arguments is missing.
            rest if is(b"CHMOD") && rest.contains(&b' ') => Some(Self::SiteChmod),
            rest if is(b"SYMLINK") && rest.contains(&b' ') => Some(Self::SiteSymlink),
            // The path may look like a time, too.
            rest if is(b"UTIME") && ends_with_time(rest) => Some(Self::SiteUtime),
            rest if is(b"UTIME") && begins_with_time(rest) => Some(Self::SiteUtimeShort),
            _ => None,
        }
    }

    /// Whether a reply shows that the server has this capability or lacks it. `None`: the reply
    /// shows neither, such as a 550 about the file.
    pub(crate) fn judge(self, reply: &Reply) -> Option<bool> {
        let done = reply.class() == Class::Completion;
        let code = reply.code().value();
        match self {
            // 530 means that a login is missing. Every other refusal means that the other command,
            // PASV or PORT, must be used.
            Self::Epsv | Self::Eprt if reply.code() == Code::NOT_LOGGED_IN => None,
            Self::Epsv | Self::Eprt => Some(done),
            Self::RestStream if code == 350 => Some(true),
            // A refusal shows nothing: Pure-FTPd refuses OPTS UTF8, although all its names are
            // UTF-8.
            Self::Utf8 => done.then_some(true),
            Self::MdtmSet => judge_mdtm(reply),
            // "202 not implemented, superfluous at this site": nothing was done.
            _ if code == 202 => Some(self.may_be_superfluous()),
            // Here 504 refuses only this host, language, algorithm, fact or mechanism.
            Self::Host | Self::Lang | Self::Hash | Self::Mff | Self::AuthTls if code == 504 => None,
            _ if done => Some(true),
            _ => reply.is_not_implemented().then_some(false),
        }
    }

    /// Whether 202 is as good as 200: what the command asks for is so anyway.
    fn may_be_superfluous(self) -> bool {
        matches!(
            self,
            Self::Clnt | Self::Host | Self::Lang | Self::Pret | Self::TypeA
        )
    }

    /// Whether the server may work through whole files or directories before it answers.
    pub(crate) fn is_slow(self) -> bool {
        matches!(
            self,
            Self::Comb
                | Self::Dsiz
                | Self::Hash
                | Self::Md5
                | Self::Mmd5
                | Self::Rmda
                | Self::Xcrc
                | Self::Xmd5
                | Self::Xsha
                | Self::Xsha1
                | Self::Xsha256
                | Self::Xsha512
        )
    }

    /// Whether these features name the capability.
    pub(super) fn is_listed(self, features: &Features) -> bool {
        match self {
            Self::AuthTls => features.auth_tls(),
            Self::Mlsd => features.supports("MLSD") || features.supports("MLST"),
            // Serv-U lists the form with two arguments in FEAT.
            Self::MdtmSet => features
                .parameters("MDTM")
                .and_then(|form| form.get(..14))
                .is_some_and(|form| form.eq_ignore_ascii_case(b"YYYYMMDDHHMMSS")),
            Self::RestStream => features.lists("REST", "STREAM"),
            Self::SiteChmod => features.lists("SITE", "CHMOD"),
            Self::SiteSymlink => features.lists("SITE", "SYMLINK"),
            Self::SiteUtime | Self::SiteUtimeShort => features.lists("SITE", "UTIME"),
            // Every server must have these (RFC 959), so FEAT does not list them.
            Self::Abor | Self::TypeA => false,
            _ => features.supports(self.name()),
        }
    }
}

/// Judges the reply to MDTM with two arguments. A server that knows only one argument takes them
/// for one name, and answers with the time of the file that has this name.
fn judge_mdtm(reply: &Reply) -> Option<bool> {
    match reply.code().value() {
        // vsftpd answers `213 File modification time set.`, Serv-U `253 Date/time changed okay.`.
        213 => Some(crate::reply::modified(reply).is_err()),
        200 | 250 | 253 => Some(true),
        // 202: superfluous. 501: one argument too many.
        202 | 500..=502 | 504 => Some(false),
        _ => None,
    }
}

/// Whether an argument begins with a time of 12 or more digits and a blank.
fn begins_with_time(argument: &[u8]) -> bool {
    let digits = argument.iter().take_while(|byte| byte.is_ascii_digit());
    match digits.count() {
        digits @ 12.. => argument.get(digits) == Some(&b' '),
        _ => false,
    }
}

/// Whether an argument ends with a time and `UTC`.
fn ends_with_time(argument: &[u8]) -> bool {
    let mut words = argument.rsplit(|byte| *byte == b' ');
    let utc = words.next() == Some(b"UTC");
    let is_time = |word: &[u8]| word.len() >= 12 && word.iter().all(u8::is_ascii_digit);
    utc && words.next().is_some_and(is_time)
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
