//! The user name, the password and the account of a login.

use alloc::string::String;
use core::fmt;

use crate::atomics::Arc;
use crate::error::Error;
use crate::wire::{Command, InvalidCommand, Verb};

/// The user name that public servers accept from everybody (RFC 1635).
const ANONYMOUS: &str = "anonymous";

/// The credentials of a login. They hold no byte that cannot be sent. `Debug` shows the user name
/// only.
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
    /// Shared by the options, the session and its successors.
    parts: Arc<Parts>,
}

#[derive(Clone)]
struct Parts {
    user: Command,
    password: Command,
    account: Option<Command>,
    /// Whether nobody has chosen these credentials: a URL without a user means `anonymous`.
    is_stand_in: bool,
}

impl Credentials {
    /// Makes credentials from a user name and a password, which may be empty. As in ftplib, an
    /// empty user name means `anonymous`. For `anonymous`, an empty password means `anonymous@`,
    /// and `-` means `-anonymous@`, which asks some servers to send shorter replies.
    ///
    /// ```
    /// use ftp_proto::flows::Credentials;
    ///
    /// let nobody = Credentials::new("", "")?; // USER anonymous, PASS anonymous@
    /// assert!(format!("{nobody:?}").contains("anonymous"));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the user name or the password
    /// holds CR, LF or NUL.
    pub fn new(user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Result<Self, Error> {
        let user = match user.as_ref() {
            b"" => ANONYMOUS.as_bytes(),
            user => user,
        };
        Ok(Self::of(Parts {
            user: Verb::USER.with(user)?,
            password: password_of(user, password.as_ref())?,
            account: None,
            is_stand_in: false,
        }))
    }

    /// Replaces the password. An empty one, and `-`, mean for `anonymous` what they mean in
    /// [`new`](Self::new).
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the password holds CR, LF or NUL.
    pub fn with_password(self, password: impl AsRef<[u8]>) -> Result<Self, Error> {
        let user = self.user().argument().unwrap_or_default();
        Ok(Self::of(Parts {
            password: password_of(user, password.as_ref())?,
            is_stand_in: false,
            ..Parts::clone(&self.parts)
        }))
    }

    /// Makes credentials for `anonymous` with the password `anonymous@`, which says nothing about
    /// you.
    pub fn anonymous() -> Self {
        Self::of(Parts::anonymous())
    }

    /// Makes credentials for `anonymous` that nobody has chosen.
    pub(crate) fn stand_in() -> Self {
        Self::of(Parts {
            is_stand_in: true,
            ..Parts::anonymous()
        })
    }

    fn of(parts: Parts) -> Self {
        let parts = Arc::new(parts);
        Self { parts }
    }

    /// Whether both are the same user with the same password and account.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (own, other) = (&self.parts, &other.parts);
        own.user == other.user && own.password == other.password && own.account == other.account
    }

    /// Adds an account, for servers that ask for one (ACCT, RFC 959 section 4.1.1).
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the account is empty or holds CR,
    /// LF or NUL.
    pub fn with_account(self, account: impl AsRef<[u8]>) -> Result<Self, Error> {
        let account = account.as_ref();
        if account.is_empty() {
            let verb = Verb::ACCT;
            return Err(InvalidCommand::Empty { verb }.into());
        }
        Ok(Self::of(Parts {
            account: Some(Verb::ACCT.with(account)?),
            ..Parts::clone(&self.parts)
        }))
    }

    pub(crate) fn user(&self) -> &Command {
        &self.parts.user
    }

    pub(crate) fn password(&self) -> &Command {
        &self.parts.password
    }

    pub(crate) fn is_stand_in(&self) -> bool {
        self.parts.is_stand_in
    }

    pub(crate) fn lacks_password(&self) -> bool {
        self.password().argument().is_none_or(<[u8]>::is_empty)
    }

    /// The ACCT command. `None` if there is no account.
    pub(crate) fn account(&self) -> Option<&Command> {
        self.parts.account.as_ref()
    }
}

impl Parts {
    fn anonymous() -> Self {
        Self {
            user: Command::fixed(Verb::USER, ANONYMOUS),
            password: Command::fixed(Verb::PASS, "anonymous@"),
            account: None,
            is_stand_in: false,
        }
    }
}

/// Makes the PASS command. The password of `anonymous` may be left out.
fn password_of(user: &[u8], password: &[u8]) -> Result<Command, Error> {
    let password = match (user, password) {
        (b"anonymous", b"") => &b"anonymous@"[..],
        (b"anonymous", b"-") => b"-anonymous@",
        (_, password) => password,
    };
    Ok(Verb::PASS.with(password)?)
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user().argument().map(String::from_utf8_lossy);
        f.debug_struct("Credentials")
            .field("user", &user)
            .finish_non_exhaustive()
    }
}
