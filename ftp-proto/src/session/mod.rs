//! One control connection, and everything that outlives the operations on it.
//!
//! # Theory of operation
//!
//! FTP does not number its replies. A client can tell which command a reply answers only by
//! counting: the first reply answers the first command. A client that miscounts once takes every
//! later reply for the answer to another command. It then believes that a file was deleted, when
//! the server has said that the directory was changed. The code in this folder keeps count. If it
//! loses count, it notices that before it sends anything else.
//!
//! **What is owed.** A reply is *owed* from the moment its command is sent until it arrives. Each
//! command that is sent gets an entry in the *ledger*. The entry says how many replies the command
//! can have, what the last reply changes, and which operation sent the command. A reply that
//! arrives belongs to the first entry. The session applies what this reply changes at once, whether
//! or not the operation still runs. If the operation still runs, it also gets the reply. So you may
//! drop an operation at any point: its entries stay, and the next operation waits for their replies
//! before it sends a command of its own. To *settle* means to abort a transfer that is still open,
//! and then to wait until the ledger is empty.
//!
//! A transfer also has a record of its own, `LiveTransfer`. The record is needed because the two
//! replies to a transfer come at different times, and replies to ABOR and to keep-alives may come
//! between them. A flow gets a `Transfer`, which holds the number of this record. The flow that
//! finishes or aborts the transfer takes the `Transfer`, so nothing can end the same transfer
//! twice.
//!
//! **What may be sent.** A flow queues its commands. If TLS is demanded and not there yet, all
//! commands but AUTH and a few harmless ones are refused at once. The other commands wait until the
//! flow returns its next want.
//!
//! **A look.** Before the queued commands are sent, the session asks the driver to read what has
//! already arrived, without waiting. If this look brings no reply but those in the ledger, the
//! commands are sent. A driver cannot forget the look, because it is a want like any other.
//!
//! **A fence.** Sometimes the session loses count: a reply comes that is not owed, an owed reply
//! never comes, or it is unknown whether ABOR gets one reply or two. The session is then *out of
//! step*. Before the queued commands it sends a fence: PWD, because its reply, 257, cannot be
//! mistaken for the reply to another command. The session throws away every reply before the 257,
//! and is in step again. To a server that refuses PWD it sends SYST (215) or FEAT (211), and also
//! before MKD and RMD, which can get a 257 too. If another reply comes after the fence's reply, the
//! session sends another fence. If the fence's own reply does not come, or if something comes after
//! the third fence, the session is *dead*: every later operation fails with the same cause. If the
//! queued command is a login, the fence is FEAT, because servers refuse PWD and SYST before a
//! login. A fence follows every abort, because servers send one, two or three replies to it.
//!
//! **Which code.** A positive reply must have a code that its command can have. A reply about a
//! data connection (125, 150, 425, 426) answers no command without one. A reply with any other code
//! belongs to another command. If such a reply comes, the waiting command fails, the session no
//! longer trusts the setting that this command changes, and the session is out of step.
//!
//! | file | holds |
//! |---|---|
//! | `operation.rs` | the order of one step: settle, flow, look, fence, send the commands |
//! | `settle.rs` | cleaning up after earlier operations |
//! | `outbox.rs` | which commands may be sent, and the bytes to write |
//! | `ledger.rs`, `attribution.rs` | which replies are owed, and which command a reply belongs to |
//! | `codes.rs` | which codes can answer which command |
//! | `fence.rs`, `fencing.rs` | the commands that bring a session back into step |
//! | `effect.rs`, `negotiated.rs` | what a reply changes, and the state that it changes |
//! | `live_transfer.rs`, `transfer.rs` | the record of the transfer under way, and `Transfer` |
//! | `detour.rs` | the way back to the directory after a listing that needed CWD |
//! | `baseline.rs` | whether somebody else may use the session, in a pool |
//! | `standing.rs` | what a new connection must repeat to reach the same directory and settings |
//! | `error_context.rs`, `advice.rs` | additions to errors: the argument of the command, and what you can do |
//! | `flights.rs`, `pipelining.rs` | which commands may leave together, and the port that was asked for ahead |
//! | `flow_api.rs` | everything else that flows may ask and do |
//!
//! Code outside this folder names no field of the session, of its state, or of a `Transfer`.

mod advice;
mod attribution;
pub(crate) mod baseline;
mod codes;
mod detour;
mod effect;
mod error_context;
mod fence;
mod fencing;
mod flights;
mod flow_api;
mod ledger;
mod live_transfer;
mod negotiated;
pub(crate) mod operation;
mod outbox;
mod pipelining;
mod questions;
mod settle;
pub(crate) mod standing;
pub(crate) mod transfer;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::sync::atomic::Ordering;

use self::error_context::ErrorContext;
use self::fence::Fencing;
use self::flights::Flights;
use self::ledger::{Owed, Shape};
use self::live_transfer::LiveTransfer;
use self::negotiated::{Channel, Negotiated};
use self::standing::Standing;
use self::transfer::{Direction, Transfer, TransferId, Verdict};
use crate::atomics::{Arc, AtomicUsize};
use crate::capabilities::Capabilities;
use crate::error::{Error, ErrorKind};
use crate::flow::Ticket;
use crate::observer::Observed;
use crate::options::config::{Config, DataMode, Protection, Security, Utf8Names};
use crate::options::credentials::Credentials;
use crate::options::encoding::Encoding;
use crate::options::ftp_proxy::LoginRoute;
use crate::options::{Options, Resumption};
use crate::reply::Features;
use crate::representation::TransferType;
use crate::tls::Reason;
#[cfg(feature = "rustls")]
use crate::tls::{TlsInfo, TlsLogin};
use crate::trace::{self, Traced};
use crate::wait::Wait;
use crate::wire::{Command, DecodeError, Decoded, Reply, ReplyDecoder, Verb};

/// One control connection: the reply decoder, the bytes to send, the ledger of replies that are
/// still to come, the negotiated state, and the cause if the session is dead. It has no clock, no
/// randomness and no sockets.
///
/// The [crate's page](crate) shows a whole dialogue.
///
/// ```
/// use ftp_proto::flows::Greeting;
/// use ftp_proto::{Config, Session, Step, Want};
///
/// let mut session = Session::new(Config::default());
/// let (mut running, answer) = session.start(Greeting::new());
/// let Step::Want(Want::Receive(want)) = session.step(&mut running, answer)? else {
///     panic!("the greeting has not come yet")
/// };
/// session.receive(b"220 Welcome\r\n"); // what the driver has read
/// let Step::Done(reply) = session.step(&mut running, want.received())? else {
///     panic!("the greeting has come")
/// };
/// assert_eq!(reply.text().to_string(), "Welcome");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
pub struct Session {
    config: Config,
    id: usize,
    decoder: ReplyDecoder,
    outgoing: Vec<u8>,
    urgent: Option<usize>,
    /// Commands that the running flow has queued. They are sent after a look at what has already
    /// arrived.
    staged: Vec<(Command, Owed)>,
    ledger: VecDeque<Owed>,
    /// Replies to the running operation's commands. The operation has not taken them yet.
    inbox: VecDeque<Result<Reply, Error>>,
    operation: u64,
    serial: u64,
    /// How many answers in a row have said that bytes came although none were fed. `None` if bytes
    /// or the end were fed since the last answer.
    unfed: Option<u8>,
    expected: Option<Ticket>,
    clock: Option<Wait>,
    /// Whether the session has already used the short limit [`Wait::LastLine`] for the current
    /// reply. It uses this limit only once for each reply.
    awaited_last_line: bool,
    dead: Option<Error>,
    out_of_step: bool,
    strays: usize,
    /// The replies that have come while the session waited for the reply to a fence.
    fencing: Fencing,
    /// In a box, because an idle session has none.
    live: Option<Box<LiveTransfer>>,
    aborted: Option<Reply>,
    /// Whether the server may still send a 426 for a transfer that was aborted.
    abort_echoes: bool,
    /// Whether the server may still hold an earlier transfer, and run it over the next data
    /// connection.
    queued: bool,
    secrets: Vec<Vec<u8>>,
    observer: Option<Show>,
    /// How many changes were made that no reply explains and nobody undoes: raw commands, SITE,
    /// SMNT, and other observers.
    unknown_changes: u64,
    state: Negotiated,
    flights: Flights,
    /// The directory and settings of the session that this session replaces. `None` if there is no
    /// such session, or after they have been restored.
    unrestored: Option<Box<Standing>>,
    /// The credentials of the last successful login. `None` before a login.
    credentials: Option<Credentials>,
    resumption_failed: bool,
    /// Whether a transfer of this session has failed because its data connection did not resume the
    /// TLS session of the login.
    unresumed: bool,
    /// Whether each data connection under TLS must resume a TLS session of the login.
    resumption: Resumption,
    /// Whether the session has waited in vain for a TLS session ticket. It does not wait for one
    /// again.
    ticketless: bool,
    first_on_data: Option<FirstOnData>,
    /// The server's address on the control connection. `None` if the driver has not set it.
    peer: Option<SocketAddr>,
    /// Facts about the running operation that the text of its error can mention.
    error_context: ErrorContext,
    traced: Traced,
    /// The way of the login through an FTP proxy. `None` without an FTP proxy.
    login_route: Option<Arc<LoginRoute>>,
    /// Text for errors: through which proxy the connections go. Empty without a proxy.
    through: String,
}

/// What the server does first after a data command: it sends the preliminary reply, or it does the
/// TLS handshake on the data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstOnData {
    /// The server sends the preliminary reply (150), and does the handshake after that.
    Reply,
    /// The server does the handshake first, and sends the preliminary reply (150) after that.
    Handshake,
}

type Show = Box<dyn FnMut(Observed<'_>) + Send + Sync>;

/// How many keep-alives (NOOP commands) the client sends during one transfer. The number is limited
/// because the session keeps their replies in memory until the transfer ends. At one keep-alive a
/// minute, 1000 last for more than half a day.
const MOST_KEEP_ALIVES: usize = 1000;

static SESSIONS: AtomicUsize = AtomicUsize::new(1);

impl Session {
    /// Makes a session for a control connection that has just been made.
    pub fn new(config: Config) -> Self {
        let mut ledger = VecDeque::new();
        ledger.push_back(Owed::greeting());
        let mut state = Negotiated::default();
        if config.security == Security::Implicit {
            state.channel = Channel::Due;
        }
        Self {
            decoder: ReplyDecoder::new(config.limits.clone(), config.multiline),
            config,
            id: SESSIONS.fetch_add(1, Ordering::Relaxed),
            outgoing: Vec::new(),
            urgent: None,
            staged: Vec::new(),
            ledger,
            inbox: VecDeque::new(),
            operation: 0,
            serial: 0,
            unfed: Some(0),
            expected: None,
            clock: None,
            awaited_last_line: false,
            dead: None,
            out_of_step: false,
            strays: 0,
            fencing: Fencing::default(),
            live: None,
            aborted: None,
            abort_echoes: false,
            queued: false,
            secrets: Vec::new(),
            observer: None,
            unknown_changes: 0,
            state,
            flights: Flights::default(),
            unrestored: None,
            credentials: None,
            resumption_failed: false,
            unresumed: false,
            resumption: Resumption::default(),
            ticketless: false,
            first_on_data: None,
            peer: None,
            error_context: ErrorContext::default(),
            traced: Traced::default(),
            login_route: None,
            through: String::new(),
        }
    }

    /// Sets the server's address on the control connection. An error can then say that the server
    /// named another address for a data connection, or that a data connection came from another
    /// address.
    pub fn set_peer(&mut self, peer: Option<SocketAddr>) {
        trace::control_connected(&self.traced, peer);
        self.peer = peer;
    }

    /// Makes a session with the settings, the observer and the saved capabilities of these options.
    pub fn with_options(options: &Options) -> Self {
        let mut session = Self::new(options.config.clone());
        session.follow_encoding(options);
        trace::set_host(&mut session.traced, options);
        session.login_route = options.login_route();
        session.through = options.through();
        session.resumption = options.resumption;
        if let Some(known) = options.capabilities.clone() {
            session.state.known = known.of_earlier_session();
        }
        if let Some(observer) = options.observer.clone() {
            session.observer = Some(Box::new(move |seen: Observed<'_>| observer.show(seen)));
        }
        session
    }

    /// Makes a session for a new control connection that replaces this one. The new session has the
    /// same settings and takes over the observer. Run [`Restore`](crate::flows::Restore) on the new
    /// session before anything else: `Restore` brings it to the directory and settings of the old
    /// one.
    #[must_use]
    pub fn successor(&mut self) -> Self {
        let mut successor = Self::new(self.config.clone());
        successor.observer = self.observer.take();
        // What SITE has set in the old session is lost, so the new one differs from it.
        let changes = self.unknown_changes;
        successor.unknown_changes = changes.saturating_add(u64::from(changes > 0));
        trace::replaced(&self.traced, &mut successor.traced);
        successor.unrestored = Some(Box::new(self.standing()));
        successor.credentials = self.credentials.clone();
        successor.resumption_failed = self.resumption_failed;
        successor.resumption = self.resumption;
        successor.ticketless = self.ticketless;
        successor.login_route = self.login_route.clone();
        successor.through = self.through.clone();
        // If the settings demand TLS, features that came in clear text are not passed on, because
        // an attacker can fake them. What has failed in this session is not tried again in the new
        // one. What has worked, such as EPSV, must show again that it works.
        if self.config.security != Security::Plain && !self.is_secured() {
            self.state.forget_features();
        }
        successor.state.known = self.capabilities().of_earlier_session();
        successor.first_on_data = self.first_on_data;
        successor
    }

    /// Decodes bytes that the driver has read from the control connection, in pieces of any size.
    pub fn receive(&mut self, bytes: &[u8]) {
        let _entered = self.traced.enter();
        if !bytes.is_empty() {
            self.unfed = None;
        }
        let mut rest = bytes;
        if self.state.greeting.is_none() {
            self.error_context.hear(bytes);
        }
        while !rest.is_empty() && self.dead.is_none() {
            if matches!(
                self.state.channel,
                Channel::Due | Channel::Securing | Channel::Clearing
            ) {
                self.die(Error::new(ErrorKind::Injection));
                return;
            }
            if self.is_tls_in_clear(rest) {
                self.die(Error::new(ErrorKind::Tls).with_tls_reason(Reason::TlsServer));
                return;
            }
            match self.decoder.decode(rest) {
                Err(error) => {
                    let error = self.masked(error);
                    self.die(error.into());
                }
                Ok(Decoded { consumed, reply }) => {
                    rest = rest.get(consumed..).unwrap_or_default();
                    if let Some(reply) = reply {
                        self.attribute(reply, !rest.is_empty());
                    }
                }
            }
        }
    }

    /// Whether the server has sent the start of a TLS record (0x15: an alert, 0x16: a handshake) in
    /// place of the greeting. No greeting begins with these bytes, so the server expects TLS.
    fn is_tls_in_clear(&self, bytes: &[u8]) -> bool {
        self.state.channel == Channel::Clear
            && self.state.greeting.is_none()
            && !self.state.greeting_delayed
            && self.decoder.is_untouched()
            && matches!(bytes.first(), Some(0x15 | 0x16))
    }

    /// Notes that the server has closed the control connection.
    pub fn receive_eof(&mut self) {
        self.unfed = None;
        if self.dead.is_some() {
            return;
        }
        let _entered = self.traced.enter();
        self.blame_flight();
        let rest = self.decoder.finish();
        // Some servers leave the line end off their reply to QUIT. Any other reply without a line
        // end is incomplete: `213 12` may be the start of a longer size.
        let quitting = matches!(self.ledger.front(), Some(owed) if owed.shape == Shape::Quit);
        match rest {
            Ok(Some(reply)) if quitting => self.attribute(reply, false),
            Err(error) => {
                let error = self.masked(error);
                return self.die(Error::new(ErrorKind::Closed).with_source(error));
            }
            Ok(_) => {}
        }
        self.die(Error::new(ErrorKind::Closed));
    }

    /// Masks the secrets in a decoding error, because the line that cannot be decoded may repeat a
    /// password.
    fn masked(&self, mut error: DecodeError) -> DecodeError {
        for secret in &self.secrets {
            error.mask(secret);
        }
        error
    }

    /// Returns whether the server has confirmed or refused the transfer while its data still moves.
    pub fn verdict(&self, transfer: &Transfer) -> Verdict {
        let Some(live) = self.live.as_ref().filter(|live| live.id == transfer.id()) else {
            return Verdict::Failed;
        };
        let upload = transfer.direction() == Direction::Upload;
        match &live.outcome {
            // The client has not sent the end of the upload yet, so the server cannot have all of
            // its data. A 2xx that comes now belongs to another command.
            _ if upload && live.completion().is_some() => Verdict::Failed,
            Some(reply) if reply.confirms_transfer() => Verdict::Confirmed,
            Some(_) => Verdict::Failed,
            None if self.dead.is_some() || live.is_refused_for_sure() => Verdict::Failed,
            None => Verdict::Open,
        }
    }

    /// Queues a NOOP during a transfer, so that no firewall or NAT router drops the idle control
    /// connection. Queues nothing while an earlier NOOP is unanswered, or after the transfer's
    /// final reply.
    pub fn keep_alive(&mut self, transfer: &Transfer) {
        let sent = self
            .ledger
            .iter()
            .filter(|owed| owed.shape == Shape::KeepAlive)
            .count();
        let answered = self.live.as_ref().map_or(0, |live| live.held.len());
        if self.verdict(transfer) == Verdict::Open && sent <= answered && sent < MOST_KEEP_ALIVES {
            let command = Command::from(Verb::NOOP);
            let owed = Owed::new(&command, Shape::KeepAlive, 0);
            self.release(&command, owed);
        }
    }

    /// Shows every command and every reply to a function of yours from now on, with secrets masked.
    /// [`Options::with_observer`] also shows the greeting.
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.observer = Some(Box::new(observer));
        self.note_unknown_change();
    }

    /// Tells the log what the TLS handshake has negotiated that the driver has just done. Without
    /// the feature `tracing`, this method does nothing and does not call `info`.
    #[cfg(feature = "rustls")]
    pub fn note_tls(&self, info: impl FnOnce() -> Option<TlsInfo>) {
        #[cfg(feature = "tracing")]
        if let Some(info) = info() {
            let _entered = self.traced.enter();
            trace::secured(self.is_securing(), &info);
        }
        #[cfg(not(feature = "tracing"))]
        let _ = info;
    }

    /// Tells the log that the driver has stopped the operation that runs, and why. The driver calls
    /// this method when it drops an operation for the reason of a `Stop`. Without the feature
    /// `tracing`, this method does nothing.
    pub fn note_stopped(&mut self, error: &Error) {
        let _entered = self.traced.enter();
        trace::end(&mut self.traced, Some(error), self.dead.is_some());
    }

    /// Returns whether the session is dead. Every operation on a dead session fails, with the
    /// reason for which the session ended.
    pub fn is_dead(&self) -> bool {
        self.dead.is_some()
    }

    /// Returns whether another attempt needs a new connection: the session
    /// [is dead](Self::is_dead), or a transfer failed because its data connection did not resume
    /// the TLS session of the login ([`Reason::ResumptionDemanded`], [`Reason::NotResumed`]). The
    /// tickets of this login may be used up, and a new login brings new ones.
    pub fn needs_reconnect(&self) -> bool {
        self.is_dead() || self.unresumed
    }

    /// Returns whether a [`Plan`](crate::tree::Plan) must end after this error of one of its
    /// operations: your program stopped it, or every other operation would fail too, because the
    /// session [needs a new connection](Self::needs_reconnect).
    pub fn ends_plan(&self, error: &Error) -> bool {
        self.is_dead() || error.is_about_resumption() || error.kind().is_stop()
    }

    /// Ends the session for a reason that only the driver knows. Every later operation fails with
    /// this reason.
    pub fn kill(&mut self, reason: Error) {
        self.die(reason);
    }

    /// Sets which side makes data connections from now on: [`Config::data_mode`].
    pub fn set_data_mode(&mut self, data_mode: DataMode) {
        self.config.data_mode = data_mode;
    }

    /// Makes the session follow a change of [`Options::encoding`]. If the encoding is not UTF-8,
    /// file names are sent [as they are](Utf8Names::AsTheyAre), without `OPTS UTF8 ON`.
    pub fn follow_encoding(&mut self, options: &Options) {
        self.config.utf8_names = match options.encoding {
            Encoding::Utf8 => options.config.utf8_names,
            _ => Utf8Names::AsTheyAre,
        };
    }

    /// Returns the settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the server's greeting. `None` before it has come.
    pub fn greeting(&self) -> Option<&Reply> {
        self.state.greeting.as_ref()
    }

    /// Returns whether the control connection is under TLS.
    pub fn is_secured(&self) -> bool {
        self.state.channel == Channel::Secured
    }

    /// Returns whether the server has accepted a login.
    pub fn is_logged_in(&self) -> bool {
        self.state.logged_in
    }

    /// Returns the representation type (TYPE) that the server uses now. `None` if it is not known.
    pub fn transfer_type(&self) -> Option<TransferType> {
        self.state.transfer_type
    }

    /// Returns the PROT level that the server uses now: whether data connections are under TLS.
    pub fn protection(&self) -> Protection {
        self.state.protection.unwrap_or(Protection::Clear)
    }

    /// Returns the features in the reply to FEAT. `None` before that reply has come.
    pub fn features(&self) -> Option<&Features> {
        self.state.known.features()
    }

    /// Returns what the session knows about the server now: what the server has said about itself,
    /// and which commands have worked or were refused. This method sends nothing. To learn more,
    /// run [`Discover`](crate::flows::Discover) first.
    pub fn capabilities(&self) -> Capabilities {
        let known = self.state.known.clone();
        known.with_greeting(self.greeting())
    }

    /// Returns the credentials of the last successful [`Login`](crate::flows::Login), in this
    /// session or in the ones that it replaced. A login by raw commands does not count.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Returns the directory and settings of this session, which a new connection must set again.
    pub fn standing(&self) -> Standing {
        if let Some(standing) = &self.unrestored {
            return (**standing).clone();
        }
        // A raw PROT may have set a level that the settings do not allow: `PROT C` although they
        // demand P, or any PROT although they demand no TLS. A new connection does not repeat such
        // a level.
        let demanded = self.config.protection;
        let allowed = |protection: &Protection| {
            self.config.security != Security::Plain
                && (demanded == Protection::Clear || *protection == demanded)
        };
        let mut standing = Standing {
            transfer_type: self.state.transfer_type,
            protection: self.state.protection.filter(allowed),
            ..self.state.standing.clone()
        };
        // A CWD without a reply makes the directory unknown, because the server may have changed
        // it. There is one exception: if the connection ended before the reply was late, the CWD is
        // taken as not done.
        let elsewhere =
            |owed: &Owed| owed.changes_directory() && (owed.late || self.dead.is_none());
        if self.ledger.iter().any(elsewhere) {
            standing.lose_directory();
        }
        if let Some(detour) = &self.state.detour {
            standing.directory.clone_from(&detour.directory);
        }
        standing
    }

    /// Returns whether a transfer failed because its data connection did not resume the TLS session
    /// of the login. Transfers of the sessions that this one replaces are included.
    /// [`successor_tls_login`](Self::successor_tls_login) says what the next login then does.
    ///
    /// A handshake that broke off is not such a failure. A refusal that came in clear text (after
    /// CCC) is not one either. An attacker in the network can still make this method return true:
    /// he can redirect a data connection to another TLS server that has the same certificate.
    pub fn resumption_failed(&self) -> bool {
        self.resumption_failed
    }

    /// Begins the TLS setup of the login on the connection that replaces this one, as
    /// [`Options::tls_login`] does for a first login. `before` is the TLS setup of this session's
    /// login.
    ///
    /// The new login uses the TLS versions of the configuration, and new tickets. There is one
    /// exception, for servers such as ProFTPD that send no ticket during an upload: the login uses
    /// TLS 1.2 alone, unless the configuration forbids TLS 1.2. A TLS 1.2 session can be resumed
    /// many times, but rustls uses a ticket of TLS 1.3 only once. The exception needs two things:
    /// [resumption has failed](Self::resumption_failed), and the server has ended a resumed
    /// connection by close_notify without sending a ticket. An attacker in the network who
    /// redirects connections to another server cannot make the server end a connection in this way.
    ///
    /// # Errors
    /// The errors of [`Options::tls_login`].
    #[cfg(feature = "rustls")]
    pub fn successor_tls_login(
        &self,
        options: &Options,
        before: Option<&TlsLogin>,
    ) -> Result<Option<TlsLogin>, Error> {
        let ticketless = before.filter(|before| before.is_ticketless());
        let login = match ticketless.filter(|_| self.resumption_failed) {
            Some(_) => options.tls_login_resuming_at_will()?,
            None => options.tls_login()?,
        };
        if let Some((login, before)) = login.as_ref().zip(before) {
            login.inherit(before);
        }
        Ok(login)
    }
}

/// Methods that the files of this folder share.
impl Session {
    /// Returns whether a data connection under TLS must resume a TLS session of the login.
    pub(crate) fn demands_resumption(&self) -> bool {
        self.resumption == Resumption::Required
    }

    /// Learns from an operation's error how the next login must set up TLS.
    fn learn_from(&mut self, error: &Error) {
        if error.tls_reason() == Some(&Reason::NotResumed) {
            self.resumption_failed = true;
        }
        self.unresumed |= error.is_about_resumption();
        // The handshake on the control connection failed. Perhaps this login used TLS 1.2 alone
        // (see `successor_tls_login`), and the server does not support TLS 1.2. So the next login
        // uses the TLS versions of the options.
        if matches!(self.state.channel, Channel::Due | Channel::Securing) {
            self.resumption_failed = false;
        }
    }

    /// Makes the ticket (a number) of the next want. From now on, the session accepts an answer
    /// only if it has this ticket.
    fn issue(&mut self) -> Ticket {
        let ticket = Ticket {
            session: self.id,
            serial: self.next_serial(),
        };
        self.expected = Some(ticket);
        ticket
    }

    fn next_transfer(&mut self) -> TransferId {
        TransferId {
            session: self.id,
            serial: self.next_serial(),
        }
    }

    fn next_serial(&mut self) -> u64 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }

    /// Whether the data connection of a transfer may still be open.
    fn has_open_data(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.data_open)
    }

    /// Whether the ledger has a command with this shape.
    fn owes(&self, shape: Shape) -> bool {
        self.ledger.iter().any(|owed| owed.shape == shape)
    }

    /// Ends the session: every later operation fails with this error. If the session is already
    /// dead, its first error stays.
    fn die(&mut self, error: Error) {
        self.outgoing = Vec::new();
        self.urgent = None;
        self.staged.clear();
        self.dead.get_or_insert(error);
    }

    /// Gives a reply to the operation that sent the command (`owner`). If that operation no longer
    /// runs, the reply is dropped.
    fn deliver(&mut self, owner: u64, reply: Result<Reply, Error>) {
        if owner == self.operation {
            self.inbox.push_back(reply);
        }
    }

    /// Replaces the reply decoder after TLS has started or ended on the control connection, so that
    /// bytes from before this change cannot become part of a reply after it. This is a precaution:
    /// the old decoder is empty. After the reply to AUTH or CCC, the session ends if any byte comes
    /// before the handshake (AUTH) or the close_notify of both sides (CCC) is complete.
    fn renew_decoder(&mut self) {
        self.decoder = ReplyDecoder::new(self.config.limits.clone(), self.config.multiline);
    }

    fn observe_reply(&mut self, reply: &Reply) {
        if self.observer.is_none() && !self.traced.shows_control() {
            return;
        }
        let mut reply = reply.clone();
        for secret in &self.secrets {
            reply.mask(secret);
        }
        trace::received(&reply);
        if let Some(observer) = &mut self.observer {
            observer(Observed::Received(&reply));
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("ledger", &self.ledger)
            .field("live", &self.live)
            .field("out_of_step", &self.out_of_step)
            .field("dead", &self.dead)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
