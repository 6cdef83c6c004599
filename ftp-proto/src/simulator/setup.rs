//! How a simulated server is set up.

use std::string::String;
use std::vec::Vec;

use crate::simulator::fault::Fault;
use crate::simulator::store::Store;
use crate::simulator::tls;

/// What a server does with commands that arrive while a transfer is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DuringTransfer {
    /// All commands wait until the transfer has ended, as in vsftpd. So a late ABOR gets only a
    /// 225.
    #[default]
    Deferred,
    /// ABOR ends the transfer at once (426, then 226), and NOOP is answered at once. Other commands
    /// wait. ProFTPD and pyftpdlib do this.
    Immediate,
}

/// The settings of a [`Simulator`](crate::simulator::Simulator), and the files it starts with.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(super) user: Vec<u8>,
    pub(super) password: Vec<u8>,
    pub(super) account: Option<Vec<u8>>,
    pub(super) account_to_store: Option<Vec<u8>>,
    pub(super) home: Vec<u8>,
    pub(super) banner: Vec<u8>,
    pub(super) store: Store,
    pub(super) without: Vec<String>,
    pub(super) segment: Option<usize>,
    pub(super) cut_at: Option<usize>,
    pub(super) window: usize,
    pub(super) faults: Vec<Fault>,
    pub(super) during_transfer: DuringTransfer,
    pub(super) pasv_address: [u8; 4],
    pub(super) tls: Option<tls::Config>,
    pub(super) data_tls: Option<tls::Config>,
    pub(super) implicit: bool,
    pub(super) require_reuse: bool,
    pub(super) pret: bool,
    pub(super) dies_of_resets: bool,
    pub(super) dies_of_ends: bool,
    pub(super) dies_before_it_answers: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl Setup {
    /// Makes a server for the user `user` with the password `secret`. The home directory is `/`,
    /// the banner is `220 simulator ready`, and there are no files.
    #[must_use]
    pub fn new() -> Self {
        Self {
            user: b"user".to_vec(),
            password: b"secret".to_vec(),
            account: None,
            account_to_store: None,
            home: b"/".to_vec(),
            banner: b"220 simulator ready".to_vec(),
            store: Store::default(),
            without: Vec::new(),
            segment: None,
            cut_at: None,
            window: 64 * 1024,
            faults: Vec::new(),
            during_transfer: DuringTransfer::default(),
            pasv_address: [127, 0, 0, 1],
            tls: None,
            data_tls: None,
            implicit: false,
            require_reuse: false,
            pret: false,
            dies_of_resets: false,
            dies_of_ends: false,
            dies_before_it_answers: false,
        }
    }

    /// Sets the one user who may log in.
    #[must_use]
    pub fn user(mut self, name: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        self.user = name.into();
        self.password = password.into();
        self
    }

    /// Answers PASS with 332. ACCT with this account then completes the login.
    #[must_use]
    pub fn account(mut self, account: impl Into<Vec<u8>>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Answers STOR, STOU, APPE, RNFR and DELE with 532 until ACCT with this account has come after
    /// the login (RFC 959, section 4.1.1).
    #[must_use]
    pub fn account_to_store(mut self, account: impl Into<Vec<u8>>) -> Self {
        self.account_to_store = Some(account.into());
        self
    }

    /// Sets the working directory after the login, and creates it.
    #[must_use]
    pub fn home(mut self, path: impl AsRef<[u8]>) -> Self {
        self.home = self.store.make_directories(path.as_ref());
        self
    }

    /// Sets the greeting: one or more reply lines, without the last line end.
    #[must_use]
    pub fn banner(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.banner = text.into();
        self
    }

    /// Adds a file, by its absolute path. Its parent directories are created.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) -> Self {
        self.store.put(path.as_ref(), content.into());
        self
    }

    /// Adds a directory, by its absolute path. Its parent directories are created.
    #[must_use]
    pub fn directory(mut self, path: impl AsRef<[u8]>) -> Self {
        self.store.make_directories(path.as_ref());
        self
    }

    /// Removes a verb: it is answered with 500, and FEAT does not list it. `TVFS` and `UTF8`, which
    /// are features and not verbs, can be removed too. `AUTH TLS` removes one mechanism of AUTH,
    /// which is then answered with 504.
    #[must_use]
    pub fn without(mut self, verb: &str) -> Self {
        self.without.push(verb.to_ascii_uppercase());
        self
    }

    /// Limits each read on a control link to this many bytes.
    #[must_use]
    pub fn segment(mut self, bytes: usize) -> Self {
        self.segment = Some(bytes.max(1));
        self
    }

    /// Splits what the server sends on a control link at this offset: no read returns bytes from
    /// both sides of it. The offset counts bytes on the wire, under TLS those of the ciphertext.
    #[must_use]
    pub fn cut_at(mut self, offset: usize) -> Self {
        self.cut_at = Some(offset);
        self
    }

    /// Sets how many unread bytes a data link buffers in each direction.
    ///
    /// A write beyond this is cut short, and the next write returns [`Write::Full`] once. While the
    /// server does not read an upload, writes keep returning it. A download is sent as the client
    /// reads it.
    ///
    /// [`Write::Full`]: crate::simulator::Write::Full
    #[must_use]
    pub fn window(mut self, bytes: usize) -> Self {
        self.window = bytes.max(1);
        self
    }

    /// Adds a scripted fault.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Sets what happens to commands that arrive during a transfer.
    #[must_use]
    pub fn during_transfer(mut self, behaviour: DuringTransfer) -> Self {
        self.during_transfer = behaviour;
        self
    }

    /// Sets the address in the reply to PASV. The default is 127.0.0.1.
    #[must_use]
    pub fn pasv_address(mut self, address: [u8; 4]) -> Self {
        self.pasv_address = address;
        self
    }

    /// Makes the whole server end if the client resets a data connection without a transfer, as
    /// simple-ftpd does. All control connections end with it.
    #[must_use]
    pub fn dies_of_resets(mut self) -> Self {
        self.dies_of_resets = true;
        self
    }

    /// Makes the whole server end if the client closes a data connection on which the server is
    /// sending, as inetutils does.
    #[must_use]
    pub fn dies_of_ends(mut self) -> Self {
        self.dies_of_ends = true;
        self
    }

    /// Ends the session if the client closes a data connection before all replies are out. In
    /// aioftp the end of a data connection overtakes an ABOR in this way.
    #[must_use]
    pub fn dies_before_it_answers(mut self) -> Self {
        self.dies_before_it_answers = true;
        self
    }

    /// Offers PRET, as DrFTPD does. PASV and EPSV are refused with 500 unless PRET has come before.
    /// The next transfer command uses the PRET up.
    #[must_use]
    pub fn pret(mut self) -> Self {
        self.pret = true;
        self
    }

    /// Offers explicit TLS: AUTH TLS, PBSZ, PROT and CCC.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Uses implicit TLS: the handshake comes before the greeting, and data connections are under
    /// TLS unless PROT changes that.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn implicit_tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.implicit = true;
        self.tls(config)
    }

    /// Sets another TLS configuration for data connections. They then cannot resume the login's
    /// sessions.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn data_tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.data_tls = Some(config);
        self
    }

    /// Answers a data connection whose TLS session is not resumed with 522 after the handshake, and
    /// closes it.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn require_reuse(mut self) -> Self {
        self.require_reuse = true;
        self
    }
}
