//! The names of commands.

use super::{Command, InvalidCommand};
use alloc::borrow::Cow;
use core::fmt;

/// The name of a command, in upper case: 3 to 32 ASCII letters and digits that begin with a letter.
///
/// In RFC 959 names have 3 or 4 letters, but servers also have commands such as `XSHA256` and
/// `SETLONGRETR`.
///
/// ```
/// use ftp_proto::wire::{Command, Verb};
///
/// assert_eq!(Verb::new("xmd5").unwrap().as_str(), "XMD5");
/// assert_eq!(Command::from(Verb::NOOP).to_string(), "NOOP");
/// assert_eq!(Verb::RETR.with("a").unwrap().to_string(), "RETR a");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verb(Cow<'static, str>);

macro_rules! known {
    ($($name:ident: $what:literal,)*) => {
        impl Verb {
            $(#[doc = $what] pub const $name: Self = Self(Cow::Borrowed(stringify!($name)));)*

            /// All verbs that have a constant in this type.
            pub const KNOWN: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

known! {
    ABOR: "Abort the transfer (RFC 959).",
    ACCT: "The account; secret (RFC 959).",
    ALLO: "Reserve room (RFC 959).",
    APPE: "Append to a file (RFC 959).",
    AUTH: "Begin the security exchange (RFC 4217).",
    AVBL: "How many bytes can still be stored.",
    CCC: "Back to a clear control connection (RFC 4217).",
    CDUP: "To the parent directory (RFC 959).",
    CLNT: "What the client calls itself.",
    COMB: "Join files into one.",
    CPSV: "Passive, but the server starts the handshake.",
    CSID: "What client and server say about themselves.",
    CWD: "Change the working directory (RFC 959).",
    DELE: "Delete a file (RFC 959).",
    DSIZ: "The size of a directory with all that is in it.",
    EPRT: "Extended active mode (RFC 2428).",
    EPSV: "Extended passive mode (RFC 2428).",
    FEAT: "List the features (RFC 2389).",
    HASH: "The hash of a file.",
    HELP: "Help (RFC 959).",
    HOST: "Choose a virtual host (RFC 7151).",
    LANG: "Choose a language (RFC 2640).",
    LIST: "List for people (RFC 959).",
    MD5: "The MD5 of a file.",
    MDTM: "The modification time (RFC 3659).",
    MFCT: "Set the time of creation.",
    MFF: "Set facts of a file.",
    MFMT: "Set the modification time.",
    MKD: "Make a directory (RFC 959).",
    MLSD: "List for machines (RFC 3659).",
    MLST: "The facts of one entry (RFC 3659).",
    MMD5: "The MD5 of several files.",
    MODE: "The transmission mode (RFC 959).",
    NLST: "List names (RFC 959).",
    NOOP: "Nothing (RFC 959).",
    OPTS: "Options of a feature (RFC 2389).",
    PASS: "The password; secret (RFC 959).",
    PASV: "Passive mode (RFC 959).",
    PBSZ: "Protection buffer size (RFC 4217).",
    PORT: "Active mode (RFC 959).",
    PRET: "Announces the command that PASV is for; drftpd.",
    PROT: "Data channel protection (RFC 4217).",
    PWD: "The working directory (RFC 959).",
    QUIT: "Log out and close (RFC 959).",
    REIN: "Log out and stay (RFC 959).",
    REST: "Where to restart (RFC 3659).",
    RETR: "Download (RFC 959).",
    RMD: "Remove a directory (RFC 959).",
    RMDA: "Remove a directory and all that is in it.",
    RNFR: "Rename from (RFC 959).",
    RNTO: "Rename to (RFC 959).",
    SITE: "Commands of this server (RFC 959).",
    SIZE: "The transfer size (RFC 3659).",
    SMNT: "Mount (RFC 959).",
    SSCN: "The server starts the handshake.",
    STAT: "Status (RFC 959).",
    STOR: "Upload (RFC 959).",
    STOU: "Upload under a unique name (RFC 959).",
    STRU: "The file structure (RFC 959).",
    SYST: "The system type (RFC 959).",
    TYPE: "The representation type (RFC 959).",
    USER: "The user (RFC 959).",
    XCRC: "The CRC-32 of a file.",
    XMD5: "The MD5 of a file.",
    XSHA: "The SHA-1 of a file.",
    XSHA1: "The SHA-1 of a file.",
    XSHA256: "The SHA-256 of a file.",
    XSHA512: "The SHA-512 of a file.",
}

impl Verb {
    /// Makes the verb with this name. Lower case becomes upper case.
    ///
    /// # Errors
    ///
    /// [`InvalidCommand::Verb`] if the name is not 3 to 32 letters and digits, or begins with a
    /// digit.
    pub fn new(name: &str) -> Result<Self, InvalidCommand> {
        let letter_first = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let allowed = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !letter_first || !allowed || !matches!(name.len(), 3..=32) {
            return Err(InvalidCommand::Verb);
        }
        let upper = name.to_ascii_uppercase();
        let known = Self::KNOWN.iter().find(|known| known.0 == upper);
        Ok(known.cloned().unwrap_or(Self(Cow::Owned(upper))))
    }

    /// Whether the command with this name transfers data. Such a command has a data connection and
    /// two replies, a preliminary and a final one.
    pub(crate) fn is_transfer(name: &str) -> bool {
        let transfers = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"];
        transfers.contains(&name)
    }

    /// Whether this command brings a listing over a data connection.
    pub(crate) fn is_listing(name: &str) -> bool {
        matches!(name, "LIST" | "NLST" | "MLSD")
    }

    /// Whether the argument of this command is a path, or may hold one.
    pub(crate) fn takes_path(name: &str) -> bool {
        let paths = [
            "AVBL", "COMB", "CWD", "DELE", "DSIZ", "HASH", "MD5", "MDTM", "MFCT", "MFF", "MFMT",
            "MKD", "MLST", "MMD5", "RMD", "RMDA", "RNFR", "RNTO", "SITE", "SIZE", "SMNT", "STAT",
            "XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512",
        ];
        Self::is_transfer(name) || paths.contains(&name)
    }

    /// Returns the name, in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the argument of this command is a secret. This is so for PASS and ACCT.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self.as_str(), "PASS" | "ACCT")
    }

    /// Makes a command of this verb and an argument.
    ///
    /// # Errors
    ///
    /// The errors of [`Command::with`].
    pub fn with(self, argument: impl AsRef<[u8]>) -> Result<Command, InvalidCommand> {
        Command::checked(self, argument.as_ref())
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
