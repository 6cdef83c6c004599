//! A driver for tests, which has no sockets and plays the server itself. It follows the core's
//! contract for drivers exactly, and records what it sends and what the session wants.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod couple;
mod model;
mod script;
mod setups;

use std::fmt::Debug;
use std::net::SocketAddr;

pub(crate) use couple::*;
use ftp_proto::tls::Tickets;
use ftp_proto::wire::Escaped;
use ftp_proto::{
    Answer, Clock, Closing, Config, DataEnd, Direction, Endpoint, Error, ErrorKind, Flow,
    Pipelining, Security, Session, Step, Transfer, TransferType, Wait, Want, flows,
};
pub(crate) use model::*;
pub(crate) use script::*;
pub(crate) use setups::*;

/// What the driver finds when it reads from the control connection.
pub(crate) enum Arrival {
    Bytes(Vec<u8>),
    Silence,
    Eof,
    Broken,
}

/// What happens when the driver serves a want other than `Receive`.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    Done,
    /// The TLS handshake of the data connection succeeds and resumes the login's session.
    Resumes,
    /// The driver makes no handshake, because the handshake would use up the last session ticket.
    Spares,
    Fails(ErrorKind),
    TimesOut,
    Listening(SocketAddr),
    Ended(DataEnd),
}

/// The server's side of the control connection.
pub(crate) trait Server {
    /// Receives a whole command line from the client, without its line end and with control
    /// characters escaped.
    fn hear(&mut self, line: &str);
    /// Returns what the driver finds when it reads from the control connection. `wait` says how
    /// long it may wait.
    fn arrival(&mut self, wait: Wait) -> Arrival;
    /// Returns what arrives on the control connection while the driver serves this want. `None` if
    /// nothing does.
    fn meanwhile(&mut self, _want: &str) -> Option<Arrival> {
        None
    }
    /// Serves the want, such as a handshake or the end of a data connection, and returns what
    /// happens.
    fn serve(&mut self, want: &str) -> Reaction;
    /// Tells the server that the data of a download has ended.
    fn data_ended(&mut self) {}
}

/// Why an operation ended without an output.
#[derive(Debug)]
pub(crate) enum Stop {
    Failed(Error),
    Dropped,
}

pub(crate) struct Driver<S> {
    pub(crate) session: Session,
    pub(crate) server: S,
    pub(crate) transfer: Option<Transfer>,
    /// Every command line that the client has sent.
    pub(crate) wire: Vec<String>,
    /// Every want of the session, as text.
    pub(crate) wants: Vec<String>,
    /// Each case in which the session broke its own contract, as text.
    pub(crate) breaches: Vec<String>,
    /// The number of points that an operation may still pass before the driver drops it. A point is
    /// a place where a driver may drop an operation: before a step, and around each write.
    pub(crate) drop_after: usize,
    /// The number of points that operations have passed.
    pub(crate) points: usize,
    /// The number of wants that the driver still serves before it answers one with `timed_out`.
    pub(crate) patience: usize,
    /// The number of wants that the driver has served.
    pub(crate) served: usize,
    line: Vec<u8>,
    clock: Option<Wait>,
}

/// Makes everything pipelined from the beginning, if the variable `FTP_TEST_PIPELINING` is set. The
/// gate runs the tests once more with it.
fn switched(config: Config) -> Config {
    match std::env::var_os("FTP_TEST_PIPELINING") {
        Some(_) => config.with_pipelining(Pipelining::always()),
        None => config,
    }
}

impl<S: Server> Driver<S> {
    pub(crate) fn new(config: Config, server: S) -> Self {
        Self {
            session: Session::new(switched(config)),
            server,
            transfer: None,
            wire: Vec::new(),
            wants: Vec::new(),
            breaches: Vec::new(),
            drop_after: usize::MAX,
            points: 0,
            patience: usize::MAX,
            served: 0,
            line: Vec::new(),
            clock: None,
        }
    }

    /// Runs a flow to its end. The test must not have set `drop_after`, so the driver does not drop
    /// the flow.
    pub(crate) fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        match self.try_run(flow) {
            Ok(output) => Ok(output),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::Dropped) => panic!("dropped"),
        }
    }

    /// Runs a flow to its end. If the flow reaches the point that `drop_after` names, drops the
    /// flow there.
    pub(crate) fn try_run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Stop> {
        let (mut running, mut answer) = self.session.start(flow);
        self.clock = None;
        for _ in 0..10_000 {
            self.point()?;
            match self.session.step(&mut running, answer) {
                Ok(Step::Done(output)) => return Ok(output),
                Err(error) => return Err(Stop::Failed(error)),
                Ok(Step::Want(want)) => {
                    self.point()?;
                    self.write(1);
                    self.point()?;
                    self.write(usize::MAX);
                    self.point()?;
                    answer = self.serve(want);
                }
            }
        }
        panic!(
            "no end in sight: {:?}",
            &self.wants[self.wants.len() - 10..]
        );
    }

    /// Runs a flow to its end, and returns its outcome as text.
    pub(crate) fn tell<F: Flow>(&mut self, flow: F) -> String
    where
        F::Output: Debug,
    {
        match self.try_run(flow) {
            Ok(output) => format!("{output:?}"),
            Err(Stop::Failed(error)) => failure(&error),
            Err(Stop::Dropped) => "dropped".into(),
        }
    }

    pub(crate) fn point(&mut self) -> Result<(), Stop> {
        self.points += 1;
        if self.drop_after == 0 {
            self.drop_after = usize::MAX;
            return Err(Stop::Dropped);
        }
        self.drop_after -= 1;
        Ok(())
    }

    /// Sends at most this many bytes of the session's commands to the server.
    pub(crate) fn write(&mut self, most: usize) {
        let length = self.session.outgoing().len();
        if let Some(urgent) = self.session.urgent() {
            if urgent >= length {
                self.breaches.push(format!("urgent {urgent} of {length}"));
            }
        }
        let bytes = self.session.outgoing()[..length.min(most)].to_vec();
        self.session.advance(bytes.len());
        for byte in bytes {
            self.line.push(byte);
            if self.line.ends_with(b"\r\n") {
                let line = Escaped::new(&self.line[..self.line.len() - 2]).to_string();
                self.line.clear();
                self.wire.push(line.clone());
                self.server.hear(&line);
            }
        }
    }

    pub(crate) fn serve(&mut self, want: Want) -> Answer {
        let text = describe(&want);
        let continues = match want.clock() {
            Clock::Starts => {
                self.clock = Some(want.wait());
                ""
            }
            Clock::Continues => {
                if self.clock != Some(want.wait()) {
                    self.breaches.push(format!(
                        "{text}: the clock of {:?} goes on, but {:?} was started last",
                        want.wait(),
                        self.clock
                    ));
                }
                " continues"
            }
        };
        self.wants.push(format!("{text}{continues}"));
        self.served += 1;
        if self.patience == 0 {
            self.patience = usize::MAX;
            return want.timed_out();
        }
        self.patience -= 1;
        if let Want::Receive(want) = want {
            return match self.server.arrival(want.wait()) {
                Arrival::Bytes(bytes) => {
                    self.session.receive(&bytes);
                    want.received()
                }
                Arrival::Eof => {
                    self.session.receive_eof();
                    want.received()
                }
                Arrival::Silence => want.timed_out(),
                Arrival::Broken => want.broken(Error::new(ErrorKind::Io)),
            };
        }
        match self.server.meanwhile(&text) {
            Some(Arrival::Bytes(bytes)) => {
                self.session.receive(&bytes);
                if let Some(answer) = control_first(want) {
                    return answer;
                }
                panic!("{text} cannot be answered control_first");
            }
            Some(Arrival::Eof) => {
                self.session.receive_eof();
                match control_first(want) {
                    Some(answer) => answer,
                    None => panic!("{text} cannot be answered control_first"),
                }
            }
            Some(Arrival::Silence) => want.timed_out(),
            Some(Arrival::Broken) => want.broken(Error::new(ErrorKind::Io)),
            None => answer(want, self.server.serve(&text)),
        }
    }

    /// Runs one operation, and returns its outcome as text.
    pub(crate) fn perform(&mut self, op: &Op) -> Result<String, Stop> {
        Ok(match op {
            Op::Greeting => self.try_run(flows::Greeting::new())?.to_string(),
            Op::Secure => format!("{:?}", self.try_run(flows::Secure::new())?),
            Op::Login => self.try_run(flows::Login::new(credentials()))?.to_string(),
            Op::LoginWithAccount => {
                let credentials = credentials().with_account("research").expect("an account");
                self.try_run(flows::Login::new(credentials))?.to_string()
            }
            Op::Feat => format!("{:?}", self.try_run(flows::Feat::new())?),
            Op::Pwd => self.try_run(flows::Pwd::new())?.to_string(),
            Op::Noop => self.try_run(flows::Noop::new())?.to_string(),
            Op::Type(new) => format!("{:?}", self.try_run(flows::Type::new(*new))?),
            Op::Size(path) => {
                let size = flows::Size::new(path).expect("a path");
                format!("{:?}", self.try_run(size)?)
            }
            Op::Retrieve(path, offset) => {
                let open = flows::Open::retrieve(path).expect("a path");
                self.open(open.with_offset(*offset))?
            }
            Op::Store(path) => self.open(flows::Open::store(path).expect("a path"))?,
            Op::List => self.open(flows::Open::list(None::<&str>).expect("no path"))?,
            Op::KeepAlive => {
                let transfer = self.transfer.as_ref().expect("a transfer");
                self.session.keep_alive(transfer);
                self.write(usize::MAX);
                String::new()
            }
            Op::Finish(bytes, end) => {
                let transfer = self.transfer.take().expect("a transfer");
                if transfer.direction() == Direction::Download {
                    self.server.data_ended();
                }
                let finish = flows::Finish::new(transfer, *bytes, end.clone());
                let completion = self.try_run(finish)?;
                format!("{} bytes, {}", completion.bytes, completion.reply)
            }
            Op::Abort => {
                let transfer = self.transfer.take().expect("a transfer");
                let aborted = self.try_run(flows::Abort::new(transfer))?;
                format!("{:?}", aborted.reply)
            }
            Op::Quit => format!("{:?}", self.try_run(flows::Quit::new())?),
            Op::Raw(line) => {
                let raw = flows::Raw::new(line).expect("a command");
                self.try_run(raw)?.to_string()
            }
            Op::ClearControl => format!("{:?}", self.try_run(flows::ClearControl::new())?),
        })
    }

    /// Runs one operation as [`perform`](Self::perform) does, but returns an error as text too.
    pub(crate) fn outcome(&mut self, op: &Op) -> String {
        match self.perform(op) {
            Ok(text) => text,
            Err(Stop::Failed(error)) => failure(&error),
            Err(Stop::Dropped) => "dropped".into(),
        }
    }

    fn open(&mut self, open: flows::Open) -> Result<String, Stop> {
        self.transfer = None;
        let transfer = self.try_run(open)?;
        let text = format!(
            "{:?} {:?} from {}, hint {:?}, protected: {}",
            transfer.direction(),
            transfer.transfer_type(),
            transfer.offset(),
            transfer.size_hint(),
            transfer.is_protected()
        );
        self.transfer = Some(transfer);
        Ok(text)
    }

    /// Clears the records of sent lines and wants, and the counts of points and served wants.
    pub(crate) fn forget(&mut self) {
        self.wire.clear();
        self.wants.clear();
        self.points = 0;
        self.served = 0;
    }
}

/// The operations that a test can run. They are values, so that a test can list or generate them.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Greeting,
    Secure,
    Login,
    LoginWithAccount,
    Feat,
    Pwd,
    Noop,
    Type(TransferType),
    Size(&'static str),
    Retrieve(&'static str, u64),
    Store(&'static str),
    List,
    KeepAlive,
    Finish(u64, DataEnd),
    Abort,
    Quit,
    Raw(&'static str),
    ClearControl,
}

pub(crate) fn credentials() -> flows::Credentials {
    flows::Credentials::new("ada", "hunter2").expect("credentials")
}

pub(crate) fn explicit() -> Config {
    Config::default().with_security(Security::Explicit)
}

/// Returns an error as text. The text does not depend on the pieces in which the replies have
/// arrived.
pub(crate) fn failure(error: &Error) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        error.kind(),
        error.command(),
        error.reply().map(ToString::to_string),
        error.transferred()
    )
}

pub(crate) fn describe(want: &Want) -> String {
    match want {
        Want::Receive(want) => format!("receive {:?}", want.wait()),
        Want::Connect(want) => match want.endpoint() {
            Endpoint::ControlPeer(port) => format!("connect peer:{port}"),
            Endpoint::Address(address) => format!("connect {address}"),
        },
        Want::Listen(_) => "listen".into(),
        Want::Accept(_) => "accept".into(),
        Want::SecureControl(_) => "secure control".into(),
        Want::ClearControl(_) => "clear control".into(),
        Want::SecureData(want) => match (want.wait(), want.tickets()) {
            (Wait::Handshake, Tickets::All) => "secure data".into(),
            (Wait::Preliminary, Tickets::All) => "secure data early".into(),
            (_, tickets) => format!("secure data early by {tickets:?}"),
        },
        Want::CloseData(want) => match want.closing() {
            Closing::Harvest => "close harvest".into(),
            Closing::Abandon => "close abandon".into(),
            Closing::Discard => "close discard".into(),
            Closing::Acknowledge => "close graceful download".into(),
            Closing::SendEnd => SEND_END.into(),
            Closing::AwaitEnd => "close graceful upload".into(),
        },
    }
}

fn control_first(want: Want) -> Option<Answer> {
    match want {
        Want::Connect(want) => Some(want.control_first()),
        Want::Accept(want) => Some(want.control_first()),
        Want::SecureData(want) => Some(want.control_first()),
        Want::CloseData(want) => Some(want.control_first()),
        _ => None,
    }
}

fn answer(want: Want, reaction: Reaction) -> Answer {
    match (want, reaction) {
        (want, Reaction::TimesOut) => want.timed_out(),
        (Want::Connect(want), Reaction::Done) => want.connected(),
        (Want::Connect(want), Reaction::Fails(kind)) => want.failed(Error::new(kind)),
        (Want::Listen(want), Reaction::Listening(address)) => want.listening(address),
        (Want::Listen(want), Reaction::Fails(kind)) => want.failed(Error::new(kind)),
        (Want::Accept(want), Reaction::Done) => want.accepted(),
        (Want::Accept(want), Reaction::Fails(kind)) => want.failed(Error::new(kind)),
        (Want::SecureControl(want), Reaction::Done) => want.secured(),
        (Want::SecureControl(want), Reaction::Fails(kind)) => want.broken(Error::new(kind)),
        (Want::ClearControl(want), Reaction::Done) => want.cleared(),
        (Want::ClearControl(want), Reaction::Fails(kind)) => want.broken(Error::new(kind)),
        (Want::SecureData(want), Reaction::Done) => want.secured(),
        (Want::SecureData(want), Reaction::Resumes) => want.resumed(),
        (Want::SecureData(want), Reaction::Spares) => want.kept_last_ticket(),
        (Want::SecureData(want), Reaction::Fails(kind)) => want.failed(Error::new(kind)),
        (Want::CloseData(want), Reaction::Done) => want.closed(DataEnd::Clean),
        (Want::CloseData(want), Reaction::Ended(end)) => want.closed(end),
        (want, reaction) => panic!("{want:?} cannot be answered {reaction:?}"),
    }
}

/// Returns the next number of a fixed pseudo-random sequence, made with the constants of Knuth's
/// MMIX.
pub(crate) fn random(seed: &mut u64) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}
