//! Short forms of options that most programs set.

use core::net::IpAddr;
use core::time::Duration;

use super::Options;
use super::config::{DataMode, Security};
use crate::error::Error;

impl Options {
    /// Limits every single wait to this time, as [`Timeouts::with_all`](crate::Timeouts::with_all)
    /// does: a wait for a connection, for a reply, for data. It does not limit how long a whole
    /// transfer may take.
    ///
    /// ```
    /// use core::time::Duration;
    /// use ftp_proto::Options;
    ///
    /// let options = Options::new("ftp.example.org").with_timeout(Duration::from_secs(20));
    /// assert_eq!(options.timeouts.reply, Duration::from_secs(20));
    /// ```
    #[must_use]
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.timeouts = self.timeouts.with_all(limit);
        self
    }

    /// Makes the server connect to this machine for data (active mode). See also
    /// [`with_active_ports`](Self::with_active_ports) and
    /// [`with_active_address`](Self::with_active_address).
    ///
    /// ```
    /// use ftp_proto::Options;
    ///
    /// let options = Options::new("ftp.example.org")
    ///     .with_active_mode()
    ///     .with_active_ports(50_000..=50_099)
    ///     .with_active_address([192, 0, 2, 7]); // of the router that forwards these ports
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_active_mode(self) -> Self {
        self.with_config(|config| config.with_data_mode(DataMode::Active))
    }

    /// Sets the address that the client tells the server in active mode, as
    /// [`Config::with_active_address`](crate::Config::with_active_address) does. It does not turn
    /// active mode on.
    #[must_use]
    pub fn with_active_address(self, address: impl Into<IpAddr>) -> Self {
        self.with_config(|config| config.with_active_address(address))
    }

    /// **Sends the password in clear text**, although the options have settings of TLS. A later
    /// `secure` needs these settings. Call `with_tls` before this method, because `with_tls` after
    /// it would take it back.
    ///
    /// Use it only for a server that accepts AUTH only after a login. The session then begins in
    /// clear text, and `secure` of the client begins TLS: see [`Security::LoginInClear`]. An
    /// attacker on the way can read the password, and can make the server seem to refuse AUTH.
    /// Without this call, options with TLS never let a password leave in clear text.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::Options;
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// let private_ca = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
    /// let options = Options::new("ftp.example.org")
    ///     .with_tls(private_ca)
    ///     .with_login_in_clear();
    /// // client.login("ada", "secret")?; // anyone can read it
    /// // client.secure()?; // AUTH TLS
    /// // client.login("ada", "secret")?; // most servers want a new login under TLS
    /// # let _ = options;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use]
    pub fn with_login_in_clear(self) -> Self {
        self.with_config(|config| config.with_security(Security::LoginInClear))
    }

    /// Replaces the password of the [credentials](Self::credentials), so that a URL need not hold
    /// it.
    ///
    /// ```
    /// use ftp_proto::Options;
    ///
    /// # let password = "from a vault";
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password(password)?;
    /// # let _ = options;
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) if there are no credentials, because there is no
    /// user name then. [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the password holds
    /// CR, LF or NUL.
    pub fn with_password(mut self, password: impl AsRef<[u8]>) -> Result<Self, Error> {
        let credentials = self.credentials.take().ok_or_else(|| {
            Error::option("there is no user name for this password: use `with_credentials`")
        })?;
        self.credentials = Some(credentials.with_password(password)?);
        Ok(self)
    }
}
