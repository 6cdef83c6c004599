//! The names of everything that a server may be able to do, such as commands and their forms.

use core::fmt;

use crate::reply::Features;
use crate::wire::{Class, Code, Command, Reply};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident: $text:literal;)*) => {
        /// Something that a server may be able to do: a command, one form of a command, or a
        /// property such as TVFS.
        ///
        /// `Display` shows the command, such as `SITE CHMOD`.
        ///
        /// ```
        /// use ftp_proto::{Capabilities, Capability, Features, Support};
        ///
        /// let features = Features::from_lines(["SIZE", "MDTM"]);
        /// let capabilities = Capabilities::from_features(features);
        /// let known = Capability::ALL.iter().copied();
        /// let listed = known.filter(|one| capabilities.support(*one) == Support::Advertised);
        /// assert!(listed.map(Capability::name).eq(["MDTM", "SIZE"]));
        /// assert_eq!(Capability::SiteChmod.to_string(), "SITE CHMOD");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Capability {
            $($(#[$doc])* $name,)*
        }

        impl Capability {
            /// All capabilities that this crate knows.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the text that `Display` shows. The text of a capability never changes, so
            /// you can save it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Returns the capability with this name. `None` if there is none.
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
    /// AUTH TLS (RFC 4217). This is for your information only: if you demand TLS, the client sends
    /// AUTH in any case.
    AuthTls: "AUTH TLS";
    /// AVBL: the server says how many bytes can still be stored.
    Avbl: "AVBL";
    /// CCC (RFC 4217): the control connection goes back to clear text.
    Ccc: "CCC";
    /// CLNT: the client tells the server the name of its program.
    Clnt: "CLNT";
    /// COMB: joins files into one.
    Comb: "COMB";
    /// CSID: client and server tell each other the names of their programs.
    Csid: "CSID";
    /// DSIZ: the server says how large a directory is, with all that is in it.
    Dsiz: "DSIZ";
    /// EPRT (RFC 2428): active mode, also over IPv6.
    Eprt: "EPRT";
    /// EPSV (RFC 2428): passive mode, also over IPv6. The session also notes EPSV as refused if the
    /// server accepts PASV after one of two failures: the server does not answer the first EPSV in
    /// time, or the client cannot connect to the port in the reply to EPSV.
    Epsv: "EPSV";
    /// HASH (draft-bryan-ftpext-hash): the server calculates the hash of a file.
    Hash: "HASH";
    /// HOST (RFC 7151): chooses a virtual host.
    Host: "HOST";
    /// LANG (RFC 2640): chooses the language of the replies.
    Lang: "LANG";
    /// MD5 (draft-twine-ftpmd5): the server calculates the MD5 hash of a file.
    Md5: "MD5";
    /// MDTM (RFC 3659): the server says when a file was last modified.
    Mdtm: "MDTM";
    /// MDTM with two arguments, which sets the time of a file. No RFC describes it.
    MdtmSet: "MDTM time path";
    /// MFCT (draft-somers-ftp-mfxx): sets the time of a file's creation.
    Mfct: "MFCT";
    /// MFF (draft-somers-ftp-mfxx): sets facts of a file.
    Mff: "MFF";
    /// MFMT (draft-somers-ftp-mfxx): sets the time of a file's last modification.
    Mfmt: "MFMT";
    /// MLSD (RFC 3659): directory listings in a form for programs. FEAT names this capability MLST.
    Mlsd: "MLSD";
    /// MLST (RFC 3659): the facts of one file or directory, such as its size.
    Mlst: "MLST";
    /// MMD5 (draft-twine-ftpmd5): the server calculates the MD5 hashes of several files.
    Mmd5: "MMD5";
    /// Pipelining: the client sends several commands together, and the server replies to each. The
    /// session notes it as refused after a reply that was odd, missing or late.
    Pipelining: "pipelining";
    /// Pipelining of ports: the server bears EPSV or PASV while a transfer is under way, and keeps
    /// the port for the next transfer.
    PortAhead: "pipelining of ports";
    /// Pipelining of handshakes: the client begins the TLS handshake on a data connection before
    /// the 150.
    HandshakeAhead: "pipelining of handshakes";
    /// PRET: the client announces the transfer command before PASV or EPSV.
    Pret: "PRET";
    /// RANG (draft-bryan-ftp-range): sets the range of bytes that the next command transfers.
    Rang: "RANG";
    /// REST (RFC 3659): sets the offset in the file at which the next transfer begins.
    RestStream: "REST STREAM";
    /// RMDA: removes a directory and all that is in it.
    Rmda: "RMDA";
    /// SITE CHMOD: sets the permissions of a file.
    SiteChmod: "SITE CHMOD";
    /// SITE SYMLINK: makes a symbolic link.
    SiteSymlink: "SITE SYMLINK";
    /// SITE UTIME with the path before the times: `SITE UTIME path time time time UTC`.
    SiteUtime: "SITE UTIME";
    /// SITE UTIME with the time before the path: `SITE UTIME time path`.
    SiteUtimeShort: "SITE UTIME time path";
    /// SIZE (RFC 3659): the server says how large a file is.
    Size: "SIZE";
    /// TVFS (RFC 3659): the server's paths are names with slashes between them, such as `/a/b`.
    Tvfs: "TVFS";
    /// TYPE A (RFC 959): the server can transfer files as text.
    TypeA: "TYPE A";
    /// UTF8 (RFC 2640): the names of files are sent in UTF-8.
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
    /// The number of capabilities that this crate knows.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// Returns the capability about which the reply to this command tells something. `None` if the
    /// reply tells nothing. The result depends on the command line alone, so a command sent with
    /// `raw` tells as much as a command of a flow.
    pub(crate) fn of(command: &Command) -> Option<Self> {
        let argument = command.argument().unwrap_or_default();
        match command.verb() {
            // A stray reply during an abort could be taken for the reply to ABOR. So
            // `attribution.rs`, and not this function, decides whether ABOR works.
            "ABOR" => None,
            "AUTH" if argument.eq_ignore_ascii_case(b"TLS") => Some(Self::AuthTls),
            "MDTM" if begins_with_time(argument) => Some(Self::MdtmSet),
            "OPTS" if argument.eq_ignore_ascii_case(b"UTF8 ON") => Some(Self::Utf8),
            "REST" => Some(Self::RestStream),
            "SITE" => Self::of_site(argument),
            "TVFS" | "UTF8" => None,
            verb @ ("AVBL" | "CCC" | "EPSV" | "LANG" | "MLSD" | "MLST") => Self::named(verb),
            // If the argument is missing, some servers reply 500 to a command that they know. So a
            // command without an argument tells nothing.
            verb => Self::named(verb).filter(|_| !argument.is_empty()),
        }
    }

    fn of_site(line: &[u8]) -> Option<Self> {
        let mut words = line.splitn(2, |byte| *byte == b' ');
        let command = words.next().unwrap_or_default();
        let is = |name: &[u8]| command.eq_ignore_ascii_case(name);
        match words.next().unwrap_or_default() {
            // If one of the two arguments is missing, ProFTPD replies 500 although it knows the
            // command. So both must be there.
            rest if is(b"CHMOD") && rest.contains(&b' ') => Some(Self::SiteChmod),
            rest if is(b"SYMLINK") && rest.contains(&b' ') => Some(Self::SiteSymlink),
            // A path may begin with digits like a time, so the form with the time at the end is
            // checked first.
            rest if is(b"UTIME") && ends_with_time(rest) => Some(Self::SiteUtime),
            rest if is(b"UTIME") && begins_with_time(rest) => Some(Self::SiteUtimeShort),
            _ => None,
        }
    }

    /// Returns whether this reply shows that the server knows the command (`Some(true)`) or does
    /// not know it (`Some(false)`). `None` if the reply shows neither, such as a 550 that is about
    /// the file.
    pub(crate) fn judge(self, reply: &Reply) -> Option<bool> {
        let done = reply.class() == Class::Completion;
        let code = reply.code().value();
        match self {
            // A 530 says only that the client is not logged in. After any other refusal of EPSV or
            // EPRT, the client must use PASV or PORT.
            Self::Epsv | Self::Eprt if reply.code() == Code::NOT_LOGGED_IN => None,
            Self::Epsv | Self::Eprt => Some(done),
            Self::RestStream if code == 350 => Some(true),
            // A refusal of OPTS UTF8 ON does not show that the server lacks UTF-8: Pure-FTPd
            // refuses the command, although all its names are in UTF-8.
            Self::Utf8 => done.then_some(true),
            Self::MdtmSet => judge_mdtm(reply),
            // RFC 959 defines 202 as "not implemented, superfluous at this site": the server has
            // done nothing. For most commands this is a refusal, but some are not needed there.
            _ if code == 202 => Some(self.may_be_superfluous()),
            // For these commands, 504 refuses only the argument: this host, language, algorithm,
            // fact or mechanism. The server may accept another argument.
            Self::Host | Self::Lang | Self::Hash | Self::Mff | Self::AuthTls if code == 504 => None,
            _ if done => Some(true),
            _ => reply.is_not_implemented().then_some(false),
        }
    }

    /// Returns whether a 202 ("superfluous") to this command is as good as a 200. For example, a
    /// server that replies 202 to TYPE A sends text anyway.
    fn may_be_superfluous(self) -> bool {
        matches!(
            self,
            Self::Clnt | Self::Host | Self::Lang | Self::Pret | Self::TypeA
        )
    }

    /// Returns whether the server may have to read whole files or directories before it replies, so
    /// that the reply takes long.
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

    /// Returns whether this reply to FEAT lists the capability.
    pub(super) fn is_listed(self, features: &Features) -> bool {
        match self {
            Self::AuthTls => features.auth_tls(),
            Self::Mlsd => features.supports("MLSD") || features.supports("MLST"),
            // Serv-U shows in FEAT that its MDTM also sets times: `MDTM YYYYMMDDHHMMSS...`.
            Self::MdtmSet => features
                .parameters("MDTM")
                .and_then(|form| form.get(..14))
                .is_some_and(|form| form.eq_ignore_ascii_case(b"YYYYMMDDHHMMSS")),
            Self::RestStream => features.lists("REST", "STREAM"),
            Self::SiteChmod => features.lists("SITE", "CHMOD"),
            Self::SiteSymlink => features.lists("SITE", "SYMLINK"),
            Self::SiteUtime | Self::SiteUtimeShort => features.lists("SITE", "UTIME"),
            // RFC 959 demands these two of every server, so no server lists them in FEAT.
            Self::Abor | Self::TypeA => false,
            // No reply to FEAT lists these.
            Self::Pipelining | Self::PortAhead | Self::HandshakeAhead => false,
            _ => features.supports(self.name()),
        }
    }
}

/// Returns what the reply to MDTM with two arguments (time and path) shows. A server that knows
/// only one argument takes both for one file name. If a file has that name, the server replies with
/// the file's time and sets nothing.
fn judge_mdtm(reply: &Reply) -> Option<bool> {
    match reply.code().value() {
        // A 213 with a time is the reply to MDTM with one argument, so the server has set no time.
        // A server that has set the time replies otherwise: vsftpd with `213 File modification time
        // set.`, and Serv-U with `253 Date/time changed okay.`.
        213 => Some(crate::reply::modified(reply).is_err()),
        200 | 250 | 253 => Some(true),
        // 202 means that nothing was done ("superfluous"). 501 means that MDTM has one argument too
        // many.
        202 | 500..=502 | 504 => Some(false),
        _ => None,
    }
}

/// Returns whether an argument begins with a time (12 or more digits) and a blank, for example
/// `20260102030405 name`.
fn begins_with_time(argument: &[u8]) -> bool {
    let digits = argument.iter().take_while(|byte| byte.is_ascii_digit());
    match digits.count() {
        digits @ 12.. => argument.get(digits) == Some(&b' '),
        _ => false,
    }
}

/// Returns whether an argument ends with a time and `UTC`, for example `20260102030405 UTC`.
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
