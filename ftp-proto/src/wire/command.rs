//! Turns commands into bytes (RFC 959, section 4.1). No other file does this.

use super::mask::MASK;
use super::{Escaped, Verb};
use alloc::vec::Vec;
use core::fmt;

/// One command that is safe to send, because it cannot hold CR, LF or NUL.
///
/// `Display` and `Debug` hide passwords: they show `PASS ***`, `ACCT ***` and `SITE PSWD ***`. They
/// escape other bytes as [`Escaped`] does.
///
/// ```
/// use ftp_proto::wire::{Command, InvalidCommand, Telnet, Verb};
///
/// let mut out = Vec::new();
/// Command::with("cwd", "/pub")?.encode(Telnet::Raw, &mut out);
/// assert_eq!(out, b"CWD /pub\r\n");
///
/// assert_eq!(Command::with("PASS", "hunter2")?.to_string(), "PASS ***");
/// assert_eq!(
///     Command::with("RETR", "a\r\nDELE b"),
///     Err(InvalidCommand::LineEnd { verb: Verb::RETR })
/// );
/// # Ok::<(), InvalidCommand>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Command {
    verb: Verb,
    argument: Option<Vec<u8>>,
}

/// How a byte 0xFF in an argument is sent. In Telnet this byte is IAC, which begins a command (RFC
/// 959 section 3, RFC 854).
///
/// UTF-8 has no byte 0xFF. In Latin-1 this byte is the letter `ÿ`. `cargo xtask interop` measures
/// how servers read it. vsftpd, Pure-FTPd, pyftpdlib and libunftp keep every 0xFF: one stays one,
/// and two stay two. ProFTPD turns two into one. It keeps a single 0xFF, unless this byte and the
/// next one are a Telnet command: for example, 0xFF and 0xF4 are IP (Interrupt Process).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Telnet {
    /// Each 0xFF is sent once, as it is. vsftpd, Pure-FTPd, pyftpdlib and libunftp need this, and
    /// ProFTPD mostly accepts it.
    #[default]
    Raw,
    /// Each 0xFF is sent twice, as RFC 854 demands.
    Doubled,
}

/// Why a verb and an argument are not a command. The error never shows the argument, which may be a
/// password.
///
/// ```
/// use ftp_proto::wire::{InvalidCommand, Verb};
///
/// let text = match Verb::DELE.with("") {
///     Ok(command) => command.verb().to_owned(),
///     Err(InvalidCommand::Empty { verb }) => format!("{} needs a path", verb.as_str()),
///     Err(invalid) => invalid.to_string(),
/// };
/// assert_eq!(text, "DELE needs a path");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCommand {
    /// The verb is not 3 to 32 ASCII letters and digits that begin with a letter.
    Verb,
    /// The argument holds CR or LF.
    LineEnd {
        /// The verb of the command.
        verb: Verb,
    },
    /// The argument holds NUL.
    Nul {
        /// The verb of the command.
        verb: Verb,
    },
    /// The argument is empty. A server may read an empty path as the current directory, so only
    /// PASS and ACCT may have an empty argument.
    Empty {
        /// The verb of the command.
        verb: Verb,
    },
}

impl Command {
    /// Makes a command without an argument.
    ///
    /// # Errors
    ///
    /// [`InvalidCommand::Verb`] if `verb` is not a valid verb. If [`Verb`] has a constant for the
    /// verb, you can use, for example, `Command::from(Verb::NOOP)`, which cannot fail.
    pub fn new(verb: &str) -> Result<Self, InvalidCommand> {
        Verb::new(verb).map(Self::from)
    }

    /// Makes a command with an argument: one or more bytes, but no CR, LF or NUL. Only a password
    /// and an account may be empty: the client then sends `PASS ` with the blank, as curl and
    /// Python's ftplib do.
    ///
    /// # Errors
    ///
    /// Any [`InvalidCommand`].
    pub fn with(verb: &str, argument: impl AsRef<[u8]>) -> Result<Self, InvalidCommand> {
        Verb::new(verb)?.with(argument)
    }

    /// Reads a command line as a person types it, without its line end: a verb in upper or lower
    /// case, then one blank and the argument, if there is one.
    ///
    /// # Errors
    ///
    /// Any [`InvalidCommand`].
    ///
    /// ```
    /// use ftp_proto::wire::Command;
    ///
    /// let command = Command::parse("site chmod 644 a")?;
    /// assert_eq!(command.verb(), "SITE");
    /// assert_eq!(command.argument(), Some(&b"chmod 644 a"[..]));
    /// # Ok::<(), ftp_proto::wire::InvalidCommand>(())
    /// ```
    pub fn parse(line: impl AsRef<[u8]>) -> Result<Self, InvalidCommand> {
        let mut parts = line.as_ref().splitn(2, |byte| *byte == b' ');
        let verb = parts.next().unwrap_or_default();
        let verb = core::str::from_utf8(verb).map_err(|_| InvalidCommand::Verb)?;
        match parts.next() {
            Some(argument) => Self::with(verb, argument),
            None => Self::new(verb),
        }
    }

    /// Makes a command whose argument is a constant in the code of this crate.
    pub(crate) fn fixed(verb: Verb, argument: &'static str) -> Self {
        let command = Self::checked(verb.clone(), argument.as_bytes());
        debug_assert!(command.is_ok());
        // If the argument is invalid in a release build, only the verb is sent.
        command.unwrap_or(Self::from(verb))
    }

    /// Makes a command whose argument is a number.
    pub(crate) fn number(verb: Verb, number: u64) -> Self {
        let digits = alloc::format!("{number}").into_bytes();
        Self {
            verb,
            argument: Some(digits),
        }
    }

    /// Makes a command whose argument is another command, as in `PRET RETR file`.
    pub(crate) fn containing(verb: Verb, inner: &Self) -> Self {
        let mut argument = inner.verb().as_bytes().to_vec();
        if let Some(inner) = &inner.argument {
            argument.push(b' ');
            argument.extend_from_slice(inner);
        }
        Self {
            verb,
            argument: Some(argument),
        }
    }

    /// Checks an argument and makes the command. Every argument from outside this crate is checked
    /// by this function.
    pub(super) fn checked(verb: Verb, argument: &[u8]) -> Result<Self, InvalidCommand> {
        if memchr::memchr2(b'\r', b'\n', argument).is_some() {
            return Err(InvalidCommand::LineEnd { verb });
        }
        if memchr::memchr(0, argument).is_some() {
            return Err(InvalidCommand::Nul { verb });
        }
        if argument.is_empty() && !verb.is_secret() {
            return Err(InvalidCommand::Empty { verb });
        }
        Ok(Self {
            verb,
            argument: Some(argument.to_vec()),
        })
    }

    /// Returns the verb, in upper case.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.verb.as_str()
    }

    /// Returns the argument, which may be a secret.
    #[must_use]
    pub fn argument(&self) -> Option<&[u8]> {
        self.argument.as_deref()
    }

    /// Returns whether the argument or a part of it is a secret: the argument of PASS and ACCT, and
    /// the passwords in SITE commands such as `SITE PSWD old new`.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret_part().is_some()
    }

    /// Returns the part of the argument that must never be shown. `None` if there is no such part.
    pub(crate) fn secret_part(&self) -> Option<&[u8]> {
        let argument = self.argument.as_deref()?;
        if self.verb.is_secret() {
            return Some(argument);
        }
        if self.verb != Verb::SITE {
            return None;
        }
        let is_blank = |byte: &u8| *byte == b' ';
        let line = argument.get(argument.iter().position(|byte| !is_blank(byte))?..)?;
        let (name, passwords) = line.split_at_checked(line.iter().position(is_blank)?)?;
        is_about_passwords(name)
            .then_some(passwords.get(1..))
            .flatten()
    }

    /// Returns a copy that is safe to show, with `***` instead of the secret.
    pub(crate) fn masked(&self) -> Self {
        let argument = self.argument.as_ref().map(|argument| {
            let secret = self.secret_part();
            let shown = argument.len().saturating_sub(secret.map_or(0, <[u8]>::len));
            let mut masked = argument.get(..shown).unwrap_or_default().to_vec();
            masked.extend(secret.iter().flat_map(|_| MASK.bytes()));
            masked
        });
        Self {
            verb: self.verb.clone(),
            argument,
        }
    }

    /// Returns a copy that an observer may see. It is masked, but a password (PASS) is one `*` for
    /// each character, because Python's ftplib prints it so at its debug levels. `Display` still
    /// shows `***`.
    pub(crate) fn masked_for_observer(&self) -> Self {
        let mut masked = self.masked();
        if let Some(password) = self.argument.as_ref().filter(|_| self.verb == Verb::PASS) {
            let text = core::str::from_utf8(password);
            let characters = text.map_or(password.len(), |text| text.chars().count());
            masked.argument = Some(alloc::vec![b'*'; characters]);
        }
        masked
    }

    /// Returns how many bytes [`encode`](Self::encode) appends at most. It counts each 0xFF twice,
    /// because [`Telnet::Doubled`] sends it twice.
    #[must_use]
    pub fn wire_length(&self) -> usize {
        let argument = self.argument.as_ref().map_or(0, |argument| {
            let doubled = memchr::memchr_iter(0xff, argument).count();
            argument.len().saturating_add(doubled).saturating_add(1)
        });
        let line = self.verb().len().saturating_add(argument);
        line.saturating_add(2)
    }

    /// Appends the command as it is sent: `VERB[ SP argument] CRLF`.
    pub fn encode(&self, telnet: Telnet, out: &mut Vec<u8>) {
        out.extend_from_slice(self.verb().as_bytes());
        if let Some(argument) = &self.argument {
            out.push(b' ');
            match telnet {
                Telnet::Raw => out.extend_from_slice(argument),
                Telnet::Doubled => {
                    for piece in argument.split_inclusive(|byte| *byte == 0xff) {
                        out.extend_from_slice(piece);
                        out.extend(piece.last().filter(|byte| **byte == 0xff));
                    }
                }
            }
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// Whether a SITE command with this name has passwords as arguments: `PSWD` (Serv-U), `PASSWD` and
/// `CHPASS` (glftpd), and similar names. `ADDUSER` and `GADDUSER` also have one.
fn is_about_passwords(name: &[u8]) -> bool {
    let name = name.to_ascii_uppercase();
    let has = |part: &[u8]| memchr::memmem::find(&name, part).is_some();
    name.ends_with(b"PASS")
        || [&b"PASSW"[..], b"PSW", b"ADDUSER", b"USERADD"]
            .into_iter()
            .any(has)
}

impl From<Verb> for Command {
    fn from(verb: Verb) -> Self {
        Self {
            verb,
            argument: None,
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb())?;
        match self.masked().argument {
            Some(argument) => write!(f, " {}", Escaped::new(&argument)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({self})")
    }
}

impl fmt::Display for InvalidCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verb => f.write_str("not a command: 3 to 32 letters and digits are wanted"),
            Self::LineEnd { verb } => write!(f, "the argument of {verb} holds a line end"),
            Self::Nul { verb } => write!(f, "the argument of {verb} holds a NUL byte"),
            Self::Empty { verb } => write!(f, "the argument of {verb} is empty"),
        }
    }
}

impl core::error::Error for InvalidCommand {}
