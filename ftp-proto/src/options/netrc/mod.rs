//! The file `.netrc`, in which people keep the passwords of their FTP servers.

#[cfg(feature = "std")]
mod file;
mod lexer;
#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::std_instead_of_core,
    reason = "tests"
)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use self::lexer::Lexer;
use super::Options;
use super::credentials::Credentials;
use crate::error::{Error, ErrorKind};

/// The contents of a file `.netrc`: user names and passwords of hosts.
///
/// ```
/// use ftp_proto::{Netrc, Options};
///
/// // In a program: `Netrc::read()?`.
/// let netrc = Netrc::parse("machine ftp.example.org login ada password secret")?;
/// let options = Options::new("ftp.example.org").with_netrc(&netrc);
/// assert!(options.credentials.is_some());
/// # Ok::<(), ftp_proto::InvalidNetrc>(())
/// ```
///
/// The file consists of words, between blanks, tabs and line ends:
///
/// | words | meaning |
/// |---|---|
/// | `machine HOST` | begins the entry of a host |
/// | `default` | begins the entry of all other hosts |
/// | `login NAME` or `user NAME` | the user name |
/// | `password WORD` | the password |
/// | `account WORD` | the account, for servers that ask for one (ACCT) |
/// | `macdef NAME` | a macro of the program `ftp`: all lines up to the next blank line. Nothing runs it |
/// | `# …` | a comment, up to the end of the line, where one of the words above could stand |
///
/// As in Python's module `netrc` (3.11 and later), `\` takes the meaning from the next character,
/// and a word may stand between quotation marks: `"two words"`. As in curl, the case of the words
/// above and of hosts does not matter. Of several entries of a host, the first one counts.
///
/// `Debug` shows hosts and user names only.
#[derive(Clone, Default)]
pub struct Netrc {
    entries: Vec<Entry>,
    macros: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Clone, Default)]
struct Entry {
    /// The host. `None`: the entry is for all other hosts.
    host: Option<Vec<u8>>,
    login: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    account: Option<Vec<u8>>,
}

/// Why a text is no `.netrc`. The error holds nothing of the text, which has passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidNetrc {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: NetrcFault,
}

/// What is wrong in a line of a `.netrc`.
///
/// ```
/// use ftp_proto::{Netrc, NetrcFault};
///
/// let Err(invalid) = Netrc::parse("machine ftp.example.org\n  pasword secret\n") else {
///     panic!("a word is wrong")
/// };
/// assert_eq!((invalid.line, invalid.fault), (2, NetrcFault::Word));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetrcFault {
    /// An unknown word, or a `login`, `password` or `account` that belongs to no entry. A password
    /// that holds a blank needs quotation marks.
    Word,
    /// `machine` or `macdef` without a name.
    NoName,
    /// A word that begins with a quotation mark and has no second one.
    OpenQuote,
    /// A macro without a blank line at its end.
    OpenMacro,
    /// A user name, password or account that holds CR, LF or NUL, which FTP cannot carry.
    Unsendable,
}

impl Netrc {
    /// Reads the text of a `.netrc`. It need not be UTF-8: user names and passwords are bytes.
    ///
    /// # Errors
    /// [`InvalidNetrc`], which turns into an [`Error`] of kind [`Local`](ErrorKind::Local).
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, InvalidNetrc> {
        let mut lexer = Lexer::new(text.as_ref());
        let mut netrc = Self::default();
        let mut is_in_entry = false;
        while let Some(word) = lexer.keyword()? {
            let line = word.line;
            let wrong = |fault| InvalidNetrc { line, fault };
            match word.text.to_ascii_lowercase().as_slice() {
                b"machine" => {
                    let host = lexer.name().map_err(wrong)?;
                    is_in_entry = true;
                    netrc.entries.push(Entry {
                        host: Some(host),
                        ..Entry::default()
                    });
                }
                b"default" => {
                    is_in_entry = true;
                    netrc.entries.push(Entry::default());
                }
                b"macdef" => {
                    let name = lexer.name().map_err(wrong)?;
                    let text = lexer.macro_text().ok_or(wrong(NetrcFault::OpenMacro))?;
                    is_in_entry = false;
                    netrc.macros.push((name, text));
                }
                keyword => {
                    let entry = netrc.entries.last_mut().filter(|_| is_in_entry);
                    let entry = entry.ok_or(wrong(NetrcFault::Word))?;
                    let field = match keyword {
                        b"login" | b"user" => &mut entry.login,
                        b"password" => &mut entry.password,
                        b"account" => &mut entry.account,
                        _ => return Err(wrong(NetrcFault::Word)),
                    };
                    *field = Some(lexer.value()?);
                }
            }
        }
        Ok(netrc)
    }

    /// Returns the credentials for a host. With a `user`, only an entry with this user name counts.
    /// The entry `default` counts if no entry of the host does, wherever it stands in the file.
    ///
    /// An entry without a user name is for the user `anonymous`, and an entry without a password is
    /// for an empty one: see [`Credentials::new`].
    ///
    /// ```
    /// use ftp_proto::Netrc;
    ///
    /// let netrc = Netrc::parse("machine ftp.example.org login ada password secret")?;
    /// assert!(netrc.credentials("ftp.example.org", None).is_some());
    /// assert!(netrc.credentials("ftp.example.org", Some("bob")).is_none());
    /// assert!(netrc.credentials("ftp.example.com", None).is_none());
    /// # Ok::<(), ftp_proto::InvalidNetrc>(())
    /// ```
    pub fn credentials(&self, host: &str, user: Option<&str>) -> Option<Credentials> {
        self.entry(host, user.map(str::as_bytes))?.credentials()
    }

    /// Returns the text of the macro (`macdef`) with this name: its lines with their line ends, and
    /// without the blank line at the end. Of several macros with one name, the last one counts.
    pub fn macro_text(&self, name: &str) -> Option<&[u8]> {
        let mut macros = self.macros.iter().rev();
        let found = macros.find(|(known, _)| known == name.as_bytes());
        found.map(|(_, text)| text.as_slice())
    }

    /// Whether the file has a password that is worth keeping secret.
    #[cfg(all(feature = "std", unix))]
    fn has_secrets(&self) -> bool {
        let is_public = |entry: &Entry| entry.login.as_deref() == Some(b"anonymous");
        let mut entries = self.entries.iter().filter(|entry| !is_public(entry));
        entries.any(|entry| entry.password.is_some() || entry.account.is_some())
    }

    fn entry(&self, host: &str, user: Option<&[u8]>) -> Option<&Entry> {
        let fits = |entry: &&Entry| user.is_none() || entry.login.as_deref() == user;
        let of_host = |entry: &&Entry| {
            let name = entry.host.as_deref();
            name.is_some_and(|name| name.eq_ignore_ascii_case(host.as_bytes()))
        };
        let mut entries = self.entries.iter().filter(fits);
        let mut defaults = self.entries.iter().filter(fits);
        entries
            .find(of_host)
            .or_else(|| defaults.find(|entry| entry.host.is_none()))
    }
}

impl Entry {
    /// Returns the credentials. [`Netrc::parse`] has refused what cannot be sent.
    fn credentials(&self) -> Option<Credentials> {
        let login = self.login.as_deref().unwrap_or_default();
        let password = self.password.as_deref().unwrap_or_default();
        let credentials = Credentials::new(login, password).ok()?;
        match self.account.as_deref() {
            None | Some([]) => Some(credentials),
            Some(account) => credentials.with_account(account).ok(),
        }
    }
}

impl Options {
    /// Takes the credentials of the host from a `.netrc`, if there are none, or if there is a user
    /// name without a password. What you have given counts more than the file. If the file has no
    /// fitting entry, nothing changes.
    ///
    /// The anonymous login of a [URL](crate::Url) without a user counts as none.
    ///
    /// ```no_run
    /// # #[cfg(feature = "std")] {
    /// use ftp_proto::{Netrc, Options};
    ///
    /// let netrc = Netrc::read()?;
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_netrc(&netrc);
    /// # let _ = options;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use]
    pub fn with_netrc(mut self, netrc: &Netrc) -> Self {
        let user = match &self.credentials {
            None => None,
            Some(given) if given.is_stand_in() => None,
            Some(given) if given.lacks_password() => given.user().argument(),
            Some(_) => return self,
        };
        let found = netrc.entry(&self.host, user).and_then(Entry::credentials);
        self.credentials = found.or(self.credentials);
        self
    }
}

impl fmt::Debug for Netrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Netrc")
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.as_deref().map(String::from_utf8_lossy);
        let login = self.login.as_deref().map(String::from_utf8_lossy);
        f.debug_struct("Entry")
            .field("host", &host)
            .field("login", &login)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for InvalidNetrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            NetrcFault::Word => "an unknown word; a password with a blank needs quotation marks",
            NetrcFault::NoName => "a name is missing",
            NetrcFault::OpenQuote => "a quotation mark has no second one",
            NetrcFault::OpenMacro => "a macro has no blank line at its end",
            NetrcFault::Unsendable => "a value holds CR, LF or NUL, which FTP cannot carry",
        };
        write!(f, "line {} of the netrc file: {fault}", self.line)
    }
}

impl core::error::Error for InvalidNetrc {}

impl From<InvalidNetrc> for Error {
    fn from(invalid: InvalidNetrc) -> Self {
        Self::new(ErrorKind::Local).with_source(invalid)
    }
}
