//! Who logs in.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::wire::{Command, Verb};

/// Who logs in, checked: it can be sent. Its `Debug` shows the user alone.
///
/// ```
/// use ftp_proto::flows::Credentials;
///
/// let with_account = Credentials::new("ada", "secret")?.with_account("research")?;
/// assert!(!format!("{with_account:?}").contains("secret"));
/// assert!(Credentials::new("ada", "two\r\nlines").is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    user: Command,
    password: Command,
    account: Option<Command>,
}

impl Credentials {
    /// A user and a password, which may be empty.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) when one of them holds CR, LF or NUL, or the user is empty.
    pub fn new(user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self {
            user: Verb::USER.with(user)?,
            password: Verb::PASS.with(password)?,
            account: None,
        })
    }

    /// `anonymous` with the password `anonymous@`, which tells nothing about anybody.
    pub fn anonymous() -> Self {
        Self {
            user: Command::fixed(Verb::USER, "anonymous"),
            password: Command::fixed(Verb::PASS, "anonymous@"),
            account: None,
        }
    }

    /// Adds what to answer when the server asks for an account (ACCT, RFC 959 section 4.1.1).
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is empty or holds CR, LF or NUL.
    pub fn with_account(mut self, account: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.account = Some(Verb::ACCT.with(account)?);
        Ok(self)
    }

    /// USER.
    pub(crate) fn user(&self) -> &Command {
        &self.user
    }

    /// PASS.
    pub(crate) fn password(&self) -> &Command {
        &self.password
    }

    /// ACCT.
    pub(crate) fn account(&self) -> Option<&Command> {
        self.account.as_ref()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.argument().map(String::from_utf8_lossy);
        f.debug_struct("Credentials")
            .field("user", &user)
            .finish_non_exhaustive()
    }
}
