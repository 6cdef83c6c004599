//! One control connection, and everything that outlives the operations on it.
//!
//! # Theory of operation
//!
//! FTP numbers no replies. A client can tell which command a reply answers only by counting: the
//! first reply answers the first command. A client that loses count once takes every later reply for
//! the answer to another command: it believes that a file is deleted when the server has said that a
//! directory was changed. The code in this folder keeps count, and where it cannot, it notices before
//! it sends anything else.
//!
//! **What is owed.** Each command that leaves is entered in the *ledger*: how many replies it can
//! have, what the last of them changes, and which operation asked. A reply that comes in goes to the
//! first entry. What it changes is applied at once, whether or not the operation still runs; the
//! reply itself goes to the operation, if it does. An operation may therefore be dropped at any
//! point: its entries stay. They are a *debt*, and the next operation pays it before it sends a
//! command of its own. To *settle* means to abort a transfer that is still open, and then to wait
//! until the ledger is empty.
//!
//! A transfer has an *account* as well, because its two replies come at times of their own, and
//! replies to ABOR and to keep-alives may come between them. A `Transfer` is the token of an account.
//! The flow that finishes or aborts the transfer spends it.
//!
//! **What may be sent.** A flow queues its commands. Where TLS was asked for and is not there yet, all
//! but AUTH and a few harmless ones are refused at once. The others wait until the flow says what it
//! wants next.
//!
//! **A look.** Before they leave, the session asks the driver to read what has already arrived, and
//! not to wait. If that brings no reply that the ledger does not account for, the commands leave. A
//! driver cannot forget to look, since a look is a want like any other.
//!
//! **A fence.** Sometimes the count is lost: a reply comes that the server does not owe, or one that
//! it owes never comes, or nobody can tell whether ABOR has one reply or two. The session is then *out
//! of step*, and sends a fence before the commands that wait: PWD, whose reply, 257, cannot be taken
//! for the reply to another command. It throws away every reply up to the 257, and is in step again.
//! A server that refuses PWD gets SYST (215) or FEAT (211). If another reply comes after it, there is
//! another fence. If its own reply does not come, or if something comes after the third one, the session
//! is *dead*: every operation fails from then on, for the same reason.
//! Where a login waits no fence works, and the session is dead at once. Every abort is followed by a
//! fence, since servers answer it with one reply, two or three.
//!
//! **Which code.** A positive reply must have a code that its command can have. Another one belongs to
//! another command: it fails this one, leaves what this one changes in doubt, and the session is out
//! of step.
//!
//! | file | holds |
//! |---|---|
//! | `operation.rs` | the order of things in a step: settle, flow, look, fence, let the commands go |
//! | `settle.rs` | paying what earlier operations left |
//! | `outbox.rs` | the way out: which commands may leave |
//! | `ledger.rs`, `attribution.rs` | what is owed, and whose reply it is |
//! | `codes.rs` | which codes can answer which command |
//! | `fence.rs`, `fencing.rs` | the commands that bring a session back into step |
//! | `effect.rs`, `negotiated.rs` | what a reply changes, and the state that it changes |
//! | `live.rs`, `transfer.rs` | the account of a transfer, and its token |
//! | `standing.rs` | what another connection would have to be told |
//! | `noted.rs`, `advice.rs` | what an error says besides: the argument of its command, what can be done |
//! | `for_flows.rs` | all that flows may ask and do |
//!
//! Code outside this folder names no field of the session, of its state or of a token.

mod advice;
mod attribution;
mod codes;
mod effect;
mod fence;
mod fencing;
mod for_flows;
mod ledger;
mod live;
mod negotiated;
mod noted;
pub(crate) mod operation;
mod outbox;
mod settle;
pub(crate) mod standing;
pub(crate) mod transfer;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicUsize, Ordering};

use self::fence::Fencing;
use self::ledger::{Owed, Shape};
use self::live::Live;
use self::negotiated::{Channel, Negotiated};
use self::noted::Noted;
use self::standing::Standing;
use self::transfer::{Direction, Transfer, TransferId, Verdict};
use crate::error::{Error, ErrorKind};
use crate::flow::Ticket;
use crate::observer::Observed;
use crate::options::Options;
use crate::options::config::{Config, DataMode, Protection, Security, Utf8Names};
use crate::options::credentials::Credentials;
use crate::options::encoding::Encoding;
use crate::reply::Features;
use crate::representation::TransferType;
use crate::tls::Reason;
#[cfg(feature = "rustls")]
use crate::tls::TlsLogin;
use crate::wait::Wait;
use crate::wire::{Command, DecodeError, Decoded, Reply, ReplyDecoder, Verb};

/// One control connection: the reply decoder, unsent bytes, the ledger, the negotiated state, and
/// why it is dead, if it is. No clock, no randomness, no sockets.
///
/// The [crate's page](crate) shows a whole dialogue.
pub struct Session {
    config: Config,
    id: usize,
    decoder: ReplyDecoder,
    outgoing: Vec<u8>,
    urgent: Option<usize>,
    /// Commands of the running flow that wait for a look at what has already arrived.
    staged: Vec<(Command, Owed)>,
    ledger: VecDeque<Owed>,
    /// Replies that belong to the running operation.
    inbox: VecDeque<Result<Reply, Error>>,
    operation: u64,
    serial: u64,
    expected: Option<Ticket>,
    clock: Option<Wait>,
    /// The last line of the reply that comes was awaited for a shorter time.
    awaited_last_line: bool,
    dead: Option<Error>,
    out_of_step: bool,
    strays: usize,
    /// The last fences, or those under way.
    fencing: Fencing,
    live: Option<Live>,
    aborted: Option<Reply>,
    /// An aborted transfer's own 426 may come yet.
    abort_echoes: bool,
    /// The server may still make an earlier transfer, over the next data connection.
    queued: bool,
    secrets: Vec<Vec<u8>>,
    observer: Option<Show>,
    state: Negotiated,
    /// Where an earlier session stood, and this one does not yet.
    unrestored: Option<Standing>,
    /// Those of the last login that went well.
    credentials: Option<Credentials>,
    resumption_failed: bool,
    /// A ticket was waited for in vain: once is enough.
    ticketless: bool,
    first_on_data: Option<FirstOnData>,
    /// Where the control connection goes, if the driver has said so.
    peer: Option<SocketAddr>,
    /// What errors of the operation that runs are told with.
    noted: Noted,
}

/// What a server begins a protected transfer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstOnData {
    /// The preliminary reply.
    Reply,
    /// The handshake on the data connection.
    Handshake,
}

type Show = Box<dyn FnMut(Observed<'_>) + Send + Sync>;

/// How many keep-alives one transfer may have, whose replies are all held until its end: one a
/// minute for more than half a day.
const MOST_KEEP_ALIVES: usize = 1000;

static SESSIONS: AtomicUsize = AtomicUsize::new(1);

impl Session {
    /// A session at the moment when its control connection has been made.
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
            state,
            unrestored: None,
            credentials: None,
            resumption_failed: false,
            ticketless: false,
            first_on_data: None,
            peer: None,
            noted: Noted::default(),
        }
    }

    /// Says where the control connection goes, so that an error can tell that a data connection was
    /// meant to go, or has come from, elsewhere.
    pub fn set_peer(&mut self, peer: Option<SocketAddr>) {
        self.peer = peer;
    }

    /// The same with these settings, and with the observer of these options.
    pub fn with_options(options: &Options) -> Self {
        let mut config = options.config.clone();
        if !matches!(options.encoding, Encoding::Utf8) {
            config.utf8_names = Utf8Names::AsTheyAre;
        }
        let mut session = Self::new(config);
        if let Some(observer) = options.observer.clone() {
            session.observe(move |seen| observer.show(seen));
        }
        session
    }

    /// A session for a new control connection in the place of this one's: the same settings and
    /// the same observer, which this one loses. It wants to be brought where this one stood, by
    /// [`Restore`](crate::flows::Restore), before it does anything else.
    #[must_use]
    pub fn successor(&mut self) -> Self {
        let mut successor = Self::new(self.config.clone());
        successor.observer = self.observer.take();
        successor.unrestored = Some(self.standing());
        successor.credentials = self.credentials.clone();
        successor.resumption_failed = self.resumption_failed;
        successor.ticketless = self.ticketless;
        // What was waited for in vain once is not waited for again.
        let epsv = self.state.extended_passive().filter(|works| !works);
        successor.state.set_extended_passive(epsv);
        successor.first_on_data = self.first_on_data;
        successor
    }

    /// Feeds bytes that came on the control connection, cut in any way.
    pub fn receive(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if self.state.greeting.is_none() {
            self.noted.hear(bytes);
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

    /// A TLS record, an alert or a handshake, where the greeting is due: no greeting begins so.
    fn is_tls_in_clear(&self, bytes: &[u8]) -> bool {
        self.state.channel == Channel::Clear
            && self.state.greeting.is_none()
            && !self.state.greeting_delayed
            && self.decoder.is_untouched()
            && matches!(bytes.first(), Some(0x15 | 0x16))
    }

    /// Says that the control connection has ended.
    pub fn receive_eof(&mut self) {
        if self.dead.is_some() {
            return;
        }
        let rest = self.decoder.finish();
        // Some servers cut the line end off their last words, and those alone may lack it: a
        // `213 12` that was cut is not a size.
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

    /// A line that makes no sense may hold what a server echoes, too.
    fn masked(&self, mut error: DecodeError) -> DecodeError {
        for secret in &self.secrets {
            error.mask(secret);
        }
        error
    }

    /// What the control connection has said of a transfer that is under way.
    pub fn verdict(&self, transfer: &Transfer) -> Verdict {
        let Some(live) = self.live.as_ref().filter(|live| live.id == transfer.id()) else {
            return Verdict::Failed;
        };
        let upload = transfer.direction() == Direction::Upload;
        match &live.outcome {
            // No completion of an upload can precede the end of its data.
            _ if upload && live.completion().is_some() => Verdict::Failed,
            Some(reply) if reply.confirms_transfer() => Verdict::Confirmed,
            Some(_) => Verdict::Failed,
            None if self.dead.is_some() || live.is_refused_for_sure() => Verdict::Failed,
            None => Verdict::Open,
        }
    }

    /// Queues a NOOP during a transfer, so that no middlebox forgets the control connection.
    /// Nothing is queued while an earlier one is still unanswered, or once the transfer is over.
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

    /// Shows every command and every reply to a function of the caller's, secrets masked, from now on.
    /// [`Options::with_observer`] shows the greeting, too.
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.observer = Some(Box::new(observer));
    }

    /// Whether no operation can succeed any more. Why not is what each of them says.
    pub fn is_dead(&self) -> bool {
        self.dead.is_some()
    }

    /// Gives the session up, for a reason that only the driver knows.
    pub fn kill(&mut self, reason: Error) {
        self.die(reason);
    }

    /// Sets who makes data connections from now on: [`Config::data_mode`].
    pub fn set_data_mode(&mut self, data_mode: DataMode) {
        self.config.data_mode = data_mode;
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The greeting, once it is in.
    pub fn greeting(&self) -> Option<&Reply> {
        self.state.greeting.as_ref()
    }

    /// Whether the control connection is under TLS.
    pub fn is_secured(&self) -> bool {
        self.state.channel == Channel::Secured
    }

    /// Whether the server has accepted a login.
    pub fn is_logged_in(&self) -> bool {
        self.state.logged_in
    }

    /// The representation type in force, once it is known.
    pub fn transfer_type(&self) -> Option<TransferType> {
        self.state.transfer_type
    }

    /// The protection of data connections in force.
    pub fn protection(&self) -> Protection {
        self.state.protection.unwrap_or(Protection::Clear)
    }

    /// What FEAT said, once it was asked.
    pub fn features(&self) -> Option<&Features> {
        self.state.features.as_ref()
    }

    /// The credentials of the last [`Login`](crate::flows::Login) that went well, in this session or in
    /// one before it. A login by raw commands is none.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// What a new connection would have to be told to be where this one is.
    pub fn standing(&self) -> Standing {
        if let Some(standing) = &self.unrestored {
            return standing.clone();
        }
        // A raw PROT may have gone against what is demanded, or against all sense in clear.
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
        // The server may be on its way elsewhere. If it has closed instead, it is nowhere.
        let elsewhere = |owed: &Owed| owed.moves_elsewhere() && (owed.late || self.dead.is_none());
        if self.ledger.iter().any(elsewhere) {
            standing.lose_directory();
        }
        standing
    }

    /// Whether a transfer failed, in this login or in one before it, because its data connection
    /// did not resume the login's TLS session: [`successor_tls_login`](Self::successor_tls_login) tells
    /// what becomes of that.
    ///
    /// No handshake that was cut counts, and no reply after CCC. An attacker in between can bring it
    /// about all the same: he can lead a data connection to another TLS server with the certificate of
    /// this one.
    pub fn resumption_failed(&self) -> bool {
        self.resumption_failed
    }

    /// Begins the TLS side of the login that takes the place of this session's, as
    /// [`Options::tls_login`] does of a first one; `before` is that of this session.
    ///
    /// It speaks what the configuration says, with new tickets, except with a server that gives none
    /// with an upload, as ProFTPD. Where [resumption has failed](Self::resumption_failed) and such a
    /// server was seen to end a resumed connection, by close_notify, without a ticket, the new login
    /// speaks TLS 1.2 alone, unless the configuration forbids that: its sessions are resumed again and
    /// again, while rustls uses a ticket of TLS 1.3 only once. Nobody in between can bring that about
    /// with another server.
    ///
    /// # Errors
    /// As [`Options::tls_login`].
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

/// What the files of this folder share.
impl Session {
    /// What an operation's failure says of the logins to come.
    fn learn_from(&mut self, error: &Error) {
        if error.tls_reason() == Some(&Reason::NotResumed) {
            self.resumption_failed = true;
        }
        // The remedy, TLS 1.2, may be what failed: the server may not know it, or have no cipher suite
        // for it.
        if matches!(self.state.channel, Channel::Due | Channel::Securing) {
            self.resumption_failed = false;
        }
    }

    /// Names the next want, which alone may be answered from now on.
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

    /// Whether the data connection of a transfer may still be there.
    fn has_open_data(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.data_open)
    }

    /// Whether a command with replies of this shape is on its way.
    fn owes(&self, shape: Shape) -> bool {
        self.ledger.iter().any(|owed| owed.shape == shape)
    }

    /// No operation succeeds from now on, for this reason or an earlier one.
    fn die(&mut self, error: Error) {
        self.outgoing = Vec::new();
        self.urgent = None;
        self.staged.clear();
        self.dead.get_or_insert(error);
    }

    /// Hands a reply to the operation that asked for it, if that still runs.
    fn deliver(&mut self, owner: u64, reply: Result<Reply, Error>) {
        if owner == self.operation {
            self.inbox.push_back(reply);
        }
    }

    /// No test can tell what this does: any byte after the reply that announces the change is fatal, and
    /// a decoder that has just given out a reply is as good as new.
    fn renew_decoder(&mut self) {
        self.decoder = ReplyDecoder::new(self.config.limits.clone(), self.config.multiline);
    }

    fn observe_reply(&mut self, reply: &Reply) {
        if let Some(observer) = &mut self.observer {
            let mut reply = reply.clone();
            for secret in &self.secrets {
                reply.mask(secret);
            }
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
