//! The options for proxies: what they allow, and where the control connection goes.

use alloc::format;
use alloc::string::String;

use super::Options;
#[cfg(feature = "proxy")]
use super::config::DataMode;
use super::config::Security;
use super::ftp_proxy::{FtpProxy, LoginRoute};
use crate::atomics::Arc;
use crate::error::Error;
#[cfg(feature = "proxy")]
use crate::proxy::Proxy;

impl Options {
    /// Makes all connections through this proxy.
    ///
    /// The time limit for connecting covers the dialogue with the proxy. Active mode is refused,
    /// and so are networks other than the sockets of an adapter.
    ///
    /// ```
    /// use ftp_proto::Options;
    /// use ftp_proto::proxy::Proxy;
    ///
    /// let proxy = Proxy::from_url("socks5h://proxy.example.org:1080")?;
    /// let options = Options::new("ftp.example.org").with_proxy(proxy);
    /// # let _ = options;
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[cfg(feature = "proxy")]
    #[must_use]
    pub fn with_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Logs in through this FTP proxy. The host and the port of these options stay those of the
    /// server.
    #[must_use]
    pub fn with_ftp_proxy(mut self, proxy: FtpProxy) -> Self {
        self.ftp_proxy = Some(proxy);
        self
    }

    /// Returns the host and the port of the control connection: those of the FTP proxy, or of the
    /// server if there is none.
    pub fn control_peer(&self) -> (&str, u16) {
        match &self.ftp_proxy {
            Some(proxy) => (&proxy.host, proxy.port),
            None => (&self.host, self.port),
        }
    }

    /// Checks the proxies, and that nothing else in these options contradicts them.
    pub(super) fn check_proxies(&self) -> Result<(), Error> {
        if let Some(proxy) = &self.ftp_proxy {
            proxy.check()?;
            if self.config.security != Security::Plain {
                let why = "an FTP proxy and TLS: TLS would end at the proxy, which reads all \
                           commands and passwords; a SOCKS or HTTP proxy lets TLS pass";
                return Err(Error::option(why));
            }
        }
        #[cfg(feature = "proxy")]
        if let Some(proxy) = &self.proxy {
            proxy.check()?;
            if self.config.data_mode == DataMode::Active {
                return Err(proxy.no_active_mode());
            }
        }
        Ok(())
    }

    /// Whether the options have a proxy that a network must connect through.
    pub(super) fn has_proxy(&self) -> bool {
        #[cfg(feature = "proxy")]
        return self.proxy.is_some();
        #[cfg(not(feature = "proxy"))]
        false
    }

    /// Returns text for errors, which says through which proxy a connection goes. It is empty if
    /// there is none.
    pub(crate) fn through(&self) -> String {
        #[cfg(feature = "proxy")]
        if let Some(proxy) = &self.proxy {
            return format!(", through the {proxy}");
        }
        String::new()
    }

    /// Returns text for errors that names the peer of the control connection.
    pub(super) fn shown_peer(&self) -> String {
        let server = format!("{}, port {}", super::host::shown(&self.host), self.port);
        match &self.ftp_proxy {
            Some(proxy) => format!("the {proxy}, for {server}"),
            None => server,
        }
    }

    /// Returns the way of a login through the FTP proxy. `None` without an FTP proxy.
    pub(crate) fn login_route(&self) -> Option<Arc<LoginRoute>> {
        let proxy = self.ftp_proxy.as_ref()?;
        Some(Arc::new(LoginRoute::new(proxy, &self.host, self.port)))
    }
}
