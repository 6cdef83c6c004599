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
    /// All commands wait until the transfer has ended, so that a late ABOR gets a lone 225; as
    /// vsftpd does it.
    #[default]
    Deferred,
    /// ABOR ends the transfer at once (426, then 226) and NOOP is answered at once; other
    /// commands wait. As ProFTPD and pyftpdlib do it.
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
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl Setup {
    /// A server for the user `user` with the password `secret`, whose home is `/`, with the
    /// banner `220 simulator ready` and no files.
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
        }
    }

    /// The one user who may log in.
    #[must_use]
    pub fn user(mut self, name: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        self.user = name.into();
        self.password = password.into();
        self
    }

    /// PASS is answered with 332, and ACCT with this account completes the login.
    #[must_use]
    pub fn account(mut self, account: impl Into<Vec<u8>>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// STOR, STOU, APPE, RNFR and DELE are answered with 532 until ACCT with this account has
    /// come, after the login; RFC 959, section 4.1.1.
    #[must_use]
    pub fn account_to_store(mut self, account: impl Into<Vec<u8>>) -> Self {
        self.account_to_store = Some(account.into());
        self
    }

    /// The working directory after the login; it is created.
    #[must_use]
    pub fn home(mut self, path: impl AsRef<[u8]>) -> Self {
        self.home = self.store.make_directories(path.as_ref());
        self
    }

    /// The greeting: one or more reply lines, without the last line end.
    #[must_use]
    pub fn banner(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.banner = text.into();
        self
    }

    /// A file, by its absolute path; directories above it are created.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) -> Self {
        self.store.put(path.as_ref(), content.into());
        self
    }

    /// A directory, by its absolute path; directories above it are created.
    #[must_use]
    pub fn directory(mut self, path: impl AsRef<[u8]>) -> Self {
        self.store.make_directories(path.as_ref());
        self
    }

    /// The verb is answered with 500 and is not announced by FEAT; nor are `TVFS` and `UTF8`,
    /// which are no verbs. Of AUTH a mechanism can be left out, as `AUTH TLS`, which is then
    /// answered with 504.
    #[must_use]
    pub fn without(mut self, verb: &str) -> Self {
        self.without.push(verb.to_ascii_uppercase());
        self
    }

    /// A read on a control link yields at most this many bytes.
    #[must_use]
    pub fn segment(mut self, bytes: usize) -> Self {
        self.segment = Some(bytes.max(1));
        self
    }

    /// A read never crosses this offset of the stream that the server sends on a control link;
    /// what counts are bytes on the wire, ciphertext included.
    #[must_use]
    pub fn cut_at(mut self, offset: usize) -> Self {
        self.cut_at = Some(offset);
        self
    }

    /// How many unread bytes a data link buffers, in each direction.
    ///
    /// A write beyond it is cut short, and the next one is [`Write::Full`] once; an upload that
    /// the server does not read stays full. A download is made as the client reads it.
    ///
    /// [`Write::Full`]: crate::simulator::Write::Full
    #[must_use]
    pub fn window(mut self, bytes: usize) -> Self {
        self.window = bytes.max(1);
        self
    }

    /// One more scripted fault.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// What becomes of commands that arrive while a transfer is under way.
    #[must_use]
    pub fn during_transfer(mut self, behaviour: DuringTransfer) -> Self {
        self.during_transfer = behaviour;
        self
    }

    /// The address that the reply to PASV names instead of 127.0.0.1.
    #[must_use]
    pub fn pasv_address(mut self, address: [u8; 4]) -> Self {
        self.pasv_address = address;
        self
    }

    /// The server's process ends where the client resets a data connection over which nothing is under
    /// way, and all control connections with it; as simple-ftpd does it.
    #[must_use]
    pub fn dies_of_resets(mut self) -> Self {
        self.dies_of_resets = true;
        self
    }

    /// It ends where the client closes a data connection over which the server sends; as inetutils
    /// does it.
    #[must_use]
    pub fn dies_of_ends(mut self) -> Self {
        self.dies_of_ends = true;
        self
    }

    /// PRET is offered, and PASV and EPSV are refused with 500 unless it has come before them; as
    /// DrFTPD does it. The next transfer command uses it up.
    #[must_use]
    pub fn pret(mut self) -> Self {
        self.pret = true;
        self
    }

    /// Explicit TLS is offered: AUTH TLS, PBSZ, PROT and CCC.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Implicit TLS: the handshake comes ahead of the greeting, and data connections are protected
    /// unless PROT says otherwise.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn implicit_tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.implicit = true;
        self.tls(config)
    }

    /// Data connections show this instead, whose sessions are not those of the login.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn data_tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.data_tls = Some(config);
        self
    }

    /// A data connection whose TLS session is not resumed is answered with 522 after the
    /// handshake, and closed.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn require_reuse(mut self) -> Self {
        self.require_reuse = true;
        self
    }
}
