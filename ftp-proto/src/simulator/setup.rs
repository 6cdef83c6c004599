//! The settings of a simulated server: its user, its files, its TLS, and the faults that a test
//! scripts.

use std::string::String;
use std::vec::Vec;

use crate::simulator::fault::Fault;
use crate::simulator::store::{Link, Store};
use crate::simulator::tls;

/// What a server does with commands that arrive while a transfer is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DuringTransfer {
    /// The server handles no command before the transfer has ended, as vsftpd does. An ABOR then
    /// comes too late: the server replies only 225, because there is no transfer left.
    #[default]
    Deferred,
    /// The server handles ABOR at once: it ends the transfer and replies 426, then 226. It also
    /// replies to NOOP at once. All other commands wait until the transfer has ended. ProFTPD and
    /// pyftpdlib work like this.
    Immediate,
    /// As [`Immediate`](Self::Immediate), but the server refuses every other command at once with
    /// 450, as ProFTPD does.
    Refused,
    /// As [`Immediate`](Self::Immediate), but the server also handles EPSV and PASV at once, as
    /// pyftpdlib does: it closes the data connection, and sends no final reply to the transfer.
    EndedByEpsv,
    /// As [`Deferred`](Self::Deferred), but the server throws away the commands that came together
    /// with the transfer command, as a server does that spawns a process for each transfer.
    Discarded,
}

/// The settings of a [`Simulator`](crate::simulator::Simulator), and the files it starts with.
///
/// ```
/// use ftp_proto::simulator::{Action, Fault, Setup, Simulator};
///
/// let busy = Action::Reply(b"450 Busy\r\n".to_vec());
/// let setup = Setup::new()
///     .user("ada", "secret")
///     .file("/pub/a.txt", "hello")
///     .fault(Fault::nth("RETR", 0, busy));
/// let server = Simulator::new(setup);
/// assert_eq!(server.file("/pub/a.txt"), Some(&b"hello"[..]));
/// ```
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
    pub(super) extensions: bool,
    pub(super) sets_time_by_mdtm: bool,
    pub(super) dies_of_resets: bool,
    pub(super) dies_of_ends: bool,
    pub(super) dies_before_it_answers: bool,
    pub(super) most_sessions: usize,
    pub(super) hides_dot_names: bool,
    pub(super) one_command_a_segment: bool,
    pub(super) reluctant: bool,
    pub(super) full_after: Option<usize>,
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl Setup {
    /// Makes the settings of a server whose one user is `user` with the password `secret`. The home
    /// directory is `/`, the banner is `220 simulator ready`, and there are no files.
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
            extensions: false,
            sets_time_by_mdtm: false,
            dies_of_resets: false,
            dies_of_ends: false,
            dies_before_it_answers: false,
            most_sessions: usize::MAX,
            hides_dot_names: false,
            one_command_a_segment: false,
            reluctant: false,
            full_after: None,
        }
    }

    /// Sets the name and the password of the one user who may log in.
    #[must_use]
    pub fn user(mut self, name: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        self.user = name.into();
        self.password = password.into();
        self
    }

    /// Makes the server reply 332 to PASS. The client must then send ACCT with this account to
    /// complete the login.
    #[must_use]
    pub fn account(mut self, account: impl Into<Vec<u8>>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Makes the server reply 532 to STOR, STOU, APPE, RNFR and DELE until the client has sent ACCT
    /// with this account. The client sends it after the login (RFC 959, section 4.1.1).
    #[must_use]
    pub fn account_to_store(mut self, account: impl Into<Vec<u8>>) -> Self {
        self.account_to_store = Some(account.into());
        self
    }

    /// Creates this directory, and makes it the current directory of every new session.
    #[must_use]
    pub fn home(mut self, path: impl AsRef<[u8]>) -> Self {
        self.home = self.store.make_directories(path.as_ref());
        self
    }

    /// Sets the text of the greeting: one or more reply lines. The server adds the last line end.
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

    /// Adds a symbolic link at this absolute path. LIST, MLSD and MLST show that it is a link.
    #[must_use]
    pub fn link(mut self, path: impl AsRef<[u8]>, target: impl Into<Vec<u8>>) -> Self {
        let target = target.into();
        let is_hidden = false;
        self.store
            .put_link(path.as_ref(), Link { target, is_hidden });
        self
    }

    /// Adds a symbolic link at this absolute path. LIST, MLSD and MLST show its target's data, as
    /// if it were no link. pyftpdlib does this.
    #[must_use]
    pub fn hidden_link(mut self, path: impl AsRef<[u8]>, target: impl Into<Vec<u8>>) -> Self {
        let target = target.into();
        let is_hidden = true;
        self.store
            .put_link(path.as_ref(), Link { target, is_hidden });
        self
    }

    /// Removes a command: the server replies 500 to it, and does not list it in FEAT. You can also
    /// remove `TVFS` and `UTF8`, which are features and no commands. `AUTH TLS` removes only this
    /// mechanism of AUTH, so that the server replies 504 to `AUTH TLS`.
    #[must_use]
    pub fn without(mut self, verb: &str) -> Self {
        self.without.push(verb.to_ascii_uppercase());
        self
    }

    /// Limits each read of the client on a control connection to this many bytes.
    #[must_use]
    pub fn segment(mut self, bytes: usize) -> Self {
        self.segment = Some(bytes.max(1));
        self
    }

    /// Splits what the server sends on a control connection at this offset: no read of the client
    /// returns bytes from before and after it. The offset counts the bytes on the wire, which are
    /// encrypted under TLS.
    #[must_use]
    pub fn cut_at(mut self, offset: usize) -> Self {
        self.cut_at = Some(offset);
        self
    }

    /// Makes every connection reluctant, so that each "would block" of a driver is met. What the
    /// server sends arrives only when the client waits: at the next
    /// [`World::advance_clock`](crate::simulator::World::advance_clock), which then does not move
    /// the time. Before each write, each attempt to connect and each accept succeeds, it would block
    /// once. Only a [`World`](crate::simulator::World) does this.
    #[must_use]
    pub fn reluctant(mut self) -> Self {
        self.reluctant = true;
        self
    }

    /// Sets how many unread bytes a data connection holds in each direction.
    ///
    /// If a write is longer than the free room, the connection takes only the bytes that fit, and
    /// the next write returns [`Write::Full`] once. If the server does not read an upload, every
    /// write returns [`Write::Full`] after the room is used up. In a download, the server sends
    /// more only after the client has read some bytes.
    ///
    /// [`Write::Full`]: crate::simulator::Write::Full
    #[must_use]
    pub fn window(mut self, bytes: usize) -> Self {
        self.window = bytes.max(1);
        self
    }

    /// Adds a [`Fault`]: something that the server does wrong at a certain command.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Makes control connections full after the server has read this many commands: they take no
    /// more bytes. A driver must then fail after the limit of [`Wait::Send`](crate::Wait::Send).
    #[must_use]
    pub fn full_after(mut self, commands: usize) -> Self {
        self.full_after = Some(commands);
        self
    }

    /// Returns whether a fault makes the client's line slow.
    pub(super) fn has_slow_line(&self) -> bool {
        self.faults.iter().any(Fault::is_slow_line)
    }

    /// Sets what the server does with commands that arrive during a transfer.
    #[must_use]
    pub fn during_transfer(mut self, behaviour: DuringTransfer) -> Self {
        self.during_transfer = behaviour;
        self
    }

    /// Sets the IP address that the server names in its reply to PASV. The default is 127.0.0.1.
    #[must_use]
    pub fn pasv_address(mut self, address: [u8; 4]) -> Self {
        self.pasv_address = address;
        self
    }

    /// Imitates simple-ftpd, whose process ends if the client resets a data connection on which no
    /// transfer is under way. The simulated server then resets all its connections.
    #[must_use]
    pub fn dies_of_resets(mut self) -> Self {
        self.dies_of_resets = true;
        self
    }

    /// Imitates inetutils, whose process ends if the client closes a data connection by FIN during
    /// a download over it. The simulated server then resets all its connections.
    #[must_use]
    pub fn dies_of_ends(mut self) -> Self {
        self.dies_of_ends = true;
        self
    }

    /// Imitates aioftp: if the client closes a data connection while the server still has a reply
    /// to send, the server resets all its connections. aioftp ends the session in this case,
    /// because it notices the end of the data connection before it reads an ABOR that came earlier.
    #[must_use]
    pub fn dies_before_it_answers(mut self) -> Self {
        self.dies_before_it_answers = true;
        self
    }

    /// Sets how many control connections the server accepts at the same time. It greets every other
    /// one with 421 and closes it.
    #[must_use]
    pub fn most_sessions(mut self, most: usize) -> Self {
        self.most_sessions = most;
        self
    }

    /// Makes LIST and NLST leave out names that begin with a dot, as vsftpd does.
    #[must_use]
    pub fn hides_dot_names(mut self) -> Self {
        self.hides_dot_names = true;
        self
    }

    /// Makes the server read one command from each segment, and throw away the rest of the segment.
    /// A segment is what the client writes by one call.
    #[must_use]
    pub fn one_command_a_segment(mut self) -> Self {
        self.one_command_a_segment = true;
        self
    }

    /// Makes the server demand PRET, as DrFTPD does. The server refuses PASV and EPSV with 500
    /// until the client has sent PRET. Each PRET is for one transfer command.
    #[must_use]
    pub fn pret(mut self) -> Self {
        self.pret = true;
        self
    }

    /// Makes the server offer commands that few servers have: HASH (with CRC32), XCRC, MFCT, MFF,
    /// CSID, AVBL, DSIZ, COMB, RMDA, SITE UTIME and SITE SYMLINK. In place of a link, SITE SYMLINK
    /// stores a copy of the file. [`without`](Self::without) removes single commands of these, for
    /// example `SITE UTIME`.
    #[must_use]
    pub fn extensions(mut self) -> Self {
        self.extensions = true;
        self
    }

    /// Makes the server set the time of a file by `MDTM <time> <path>`, as vsftpd does. A server
    /// without this setting takes the whole argument for a path.
    #[must_use]
    pub fn sets_time_by_mdtm(mut self) -> Self {
        self.sets_time_by_mdtm = true;
        self
    }

    /// Makes the server offer explicit TLS: AUTH TLS, PBSZ, PROT and CCC.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Makes the server use implicit TLS: the handshake comes before the greeting, and data
    /// connections are under TLS unless the client changes that by PROT.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn implicit_tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.implicit = true;
        self.tls(config)
    }

    /// Sets a TLS configuration that only data connections use. A data connection then cannot
    /// resume the TLS session of the control connection.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn data_tls(mut self, config: std::sync::Arc<rustls::ServerConfig>) -> Self {
        self.data_tls = Some(config);
        self
    }

    /// Makes the server demand that every data connection resumes a TLS session of its control
    /// connection. If a data connection has not resumed one, the server closes it after the
    /// handshake and replies 522. A session of another control connection is not resumed, as with
    /// ProFTPD.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn require_reuse(mut self) -> Self {
        self.require_reuse = true;
        self
    }
}
