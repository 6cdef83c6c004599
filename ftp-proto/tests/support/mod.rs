//! A driver on arrays: it follows the contract to the letter, and writes down what it saw.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod scenes;

use std::collections::VecDeque;
use std::net::SocketAddr;

use ftp_proto::wire::Escaped;
use ftp_proto::{
    Answer, Clock, Closing, Config, DataEnd, Direction, Endpoint, Error, ErrorKind, Flow, Security,
    Session, Step, Transfer, TransferType, Wait, Want, flows,
};
pub(crate) use scenes::*;

/// What the driver finds when it reads from the control connection.
pub(crate) enum Arrival {
    Bytes(Vec<u8>),
    Silence,
    Eof,
    Broken,
}

/// How a want other than `Receive` comes out.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    Done,
    Fails(ErrorKind),
    TimesOut,
    Listening(SocketAddr),
    Ended(DataEnd),
}

/// Whoever sits at the other end of the control connection.
pub(crate) trait Server {
    /// A whole command line, escaped, without its end.
    fn hear(&mut self, line: &str);
    /// A read from the control connection, for as long as `wait` allows.
    fn arrival(&mut self, wait: Wait) -> Arrival;
    /// What comes on the control connection while this want is served, if anything.
    fn meanwhile(&mut self, _want: &str) -> Option<Arrival> {
        None
    }
    /// The want itself.
    fn serve(&mut self, want: &str) -> Reaction;
    /// The data of a download is at its end.
    fn data_ended(&mut self) {}
}

/// Why an operation has no output.
#[derive(Debug)]
pub(crate) enum Stop {
    Failed(Error),
    Dropped,
}

pub(crate) struct Driver<S> {
    pub(crate) session: Session,
    pub(crate) server: S,
    pub(crate) transfer: Option<Transfer>,
    /// Every line that went out.
    pub(crate) wire: Vec<String>,
    /// Every want, in words.
    pub(crate) wants: Vec<String>,
    /// Where the session broke its own contract.
    pub(crate) breaches: Vec<String>,
    /// At how many more points an operation may go on before it is dropped.
    pub(crate) fuse: usize,
    /// How many points were passed.
    pub(crate) points: usize,
    line: Vec<u8>,
    clock: Option<Wait>,
}

impl<S: Server> Driver<S> {
    pub(crate) fn new(config: Config, server: S) -> Self {
        Self {
            session: Session::new(config),
            server,
            transfer: None,
            wire: Vec::new(),
            wants: Vec::new(),
            breaches: Vec::new(),
            fuse: usize::MAX,
            points: 0,
            line: Vec::new(),
            clock: None,
        }
    }

    /// Runs a flow to its end.
    pub(crate) fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        match self.try_run(flow) {
            Ok(output) => Ok(output),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::Dropped) => panic!("dropped"),
        }
    }

    /// Runs a flow to its end, or to the point where the fuse has burnt down.
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

    fn point(&mut self) -> Result<(), Stop> {
        self.points += 1;
        if self.fuse == 0 {
            self.fuse = usize::MAX;
            return Err(Stop::Dropped);
        }
        self.fuse -= 1;
        Ok(())
    }

    /// Writes up to this many bytes.
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

    fn serve(&mut self, want: Want) -> Answer {
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

    /// Runs one operation and puts its outcome into words.
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

    /// As [`perform`](Self::perform), the error put into words too.
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

    /// Forgets what was seen so far.
    pub(crate) fn forget(&mut self) {
        self.wire.clear();
        self.wants.clear();
        self.points = 0;
    }
}

/// Operations as data, for transcripts and for whole sessions.
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

/// An error in words that do not depend on how the bytes were cut.
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
        Want::SecureData(_) => "secure data".into(),
        Want::CloseData(want) => match want.closing() {
            Closing::Abandon => "close abandon".into(),
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
        (Want::SecureData(want), Reaction::Fails(kind)) => want.failed(Error::new(kind)),
        (Want::CloseData(want), Reaction::Done) => want.closed(DataEnd::Clean),
        (Want::CloseData(want), Reaction::Ended(end)) => want.closed(end),
        (want, reaction) => panic!("{want:?} cannot be answered {reaction:?}"),
    }
}

// A server that follows a script.

/// One line of a script.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// The server sends this. Ahead of a [`Hear`](Self::Hear) that no earlier read took it, it is
    /// a stray that has arrived; ahead of a [`Serve`](Self::Serve), the want is answered
    /// `control_first`.
    Say(Vec<u8>),
    /// The client sends exactly this line.
    Hear(String),
    /// The client wants this.
    Serve(&'static str, Reaction),
    /// The next want that may wait is answered `timed_out`.
    Silence,
    /// The control connection ends.
    Eof,
    /// The control connection fails.
    Broken,
}

pub(crate) fn say(line: &str) -> Item {
    Item::Say(format!("{line}\r\n").into_bytes())
}

pub(crate) fn bytes(bytes: &[u8]) -> Item {
    Item::Say(bytes.to_vec())
}

pub(crate) fn hear(line: &str) -> Item {
    Item::Hear(line.into())
}

pub(crate) fn serve(want: &'static str) -> Item {
    Item::Serve(want, Reaction::Done)
}

pub(crate) fn fails(want: &'static str, kind: ErrorKind) -> Item {
    Item::Serve(want, Reaction::Fails(kind))
}

/// Where the server's bytes are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// Each `Say` arrives whole.
    Whole,
    /// In addition there is a cut behind this many bytes of all that the server says.
    At(usize),
    /// Every byte arrives alone.
    Bytes,
    /// Pieces of 1 to this many bytes, by a sequence that the seed starts.
    Random(u64, usize),
}

pub(crate) struct Script {
    items: VecDeque<Item>,
    cut: Cut,
    said: usize,
}

impl Script {
    pub(crate) fn new(items: impl IntoIterator<Item = Item>) -> Self {
        Self {
            items: items.into_iter().collect(),
            cut: Cut::Whole,
            said: 0,
        }
    }

    pub(crate) fn with_cut(mut self, cut: Cut) -> Self {
        self.cut = cut;
        self
    }

    pub(crate) fn extend(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }

    #[track_caller]
    pub(crate) fn assert_over(&self) {
        assert!(self.items.is_empty(), "left over: {:?}", self.items);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn hears_next(&self, line: &str) -> bool {
        matches!(self.items.front(), Some(Item::Hear(expected)) if expected == line)
    }

    fn due(&mut self) -> Option<Arrival> {
        match self.items.front()? {
            Item::Say(_) => {}
            Item::Eof => {
                self.items.pop_front();
                return Some(Arrival::Eof);
            }
            Item::Broken => {
                self.items.pop_front();
                return Some(Arrival::Broken);
            }
            _ => return None,
        }
        let Some(Item::Say(mut bytes)) = self.items.pop_front() else {
            return None;
        };
        let length = match &mut self.cut {
            Cut::Whole => bytes.len(),
            Cut::At(at) => match at.checked_sub(self.said) {
                Some(length @ 1..) => length.min(bytes.len()),
                _ => bytes.len(),
            },
            Cut::Bytes => 1,
            Cut::Random(seed, most) => (1 + random(seed) % *most).min(bytes.len()),
        };
        let rest = bytes.split_off(length);
        if !rest.is_empty() {
            self.items.push_front(Item::Say(rest));
        }
        self.said += length;
        Some(Arrival::Bytes(bytes))
    }
}

impl Server for Script {
    fn hear(&mut self, line: &str) {
        match self.items.pop_front() {
            Some(Item::Hear(expected)) if expected == line => {}
            other => panic!("the client sent {line:?}, the script says {other:?}"),
        }
    }

    fn arrival(&mut self, wait: Wait) -> Arrival {
        if let Some(arrival) = self.due() {
            return arrival;
        }
        if wait == Wait::Arrived {
            return Arrival::Silence;
        }
        match self.items.pop_front() {
            Some(Item::Silence) => Arrival::Silence,
            other => panic!("the client waits ({wait:?}), the script says {other:?}"),
        }
    }

    fn meanwhile(&mut self, want: &str) -> Option<Arrival> {
        if self.takes_for_granted(want) {
            return None;
        }
        if matches!(self.items.front(), Some(Item::Silence)) {
            self.items.pop_front();
            return Some(Arrival::Silence);
        }
        self.due()
    }

    fn serve(&mut self, want: &str) -> Reaction {
        if self.takes_for_granted(want) {
            return Reaction::Done;
        }
        match self.items.pop_front() {
            Some(Item::Serve(expected, reaction)) if expected == want => reaction,
            other => panic!("the client wants {want:?}, the script says {other:?}"),
        }
    }
}

impl Script {
    /// The end of an upload gets out, unless the script says otherwise.
    fn takes_for_granted(&self, want: &str) -> bool {
        let said = matches!(self.items.front(), Some(Item::Serve(said, _)) if *said == SEND_END);
        want == SEND_END && !said
    }
}

/// The first half of ending an upload, as [`describe`] says it.
pub(crate) const SEND_END: &str = "close send end";

/// A session under a script.
pub(crate) fn scripted(config: Config, items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    Driver::new(config, Script::new(items))
}

pub(crate) fn plain_login() -> Vec<Item> {
    vec![
        say("220 ready"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
    ]
}

pub(crate) fn secure_login() -> Vec<Item> {
    vec![
        say("220 ready"),
        hear("AUTH TLS"),
        say("234 go"),
        serve("secure control"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
        hear("PBSZ 0"),
        say("200 PBSZ=0"),
        hear("PROT P"),
        say("200 private"),
    ]
}

/// Logged in, with this to come.
pub(crate) fn logged_in(config: Config, items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let login = match config.security {
        Security::Plain => plain_login(),
        _ => secure_login(),
    };
    let mut driver = scripted(config, login);
    driver.run(flows::Greeting::new()).expect("the greeting");
    driver
        .run(flows::Login::new(credentials()))
        .expect("the login");
    driver.server.assert_over();
    driver.server.extend(items);
    driver.forget();
    driver
}

// A server that thinks.

/// When the replies of a [`Model`] arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// As soon as they are sent, all that there are in one piece.
    Eager,
    /// One by one, and only when the client waits for them.
    Lazy,
    /// In pieces of any size, at any time.
    Random(u64),
}

/// A server with a state, which answers whatever comes. Its n-th answer to PWD is `/here/n`, so
/// that an answer can be told from another one's.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) pace: Pace,
    /// What it says to ABOR during a transfer.
    pub(crate) aborting: &'static [&'static str],
    pub(crate) pwds: usize,
    pub(crate) logged_in: bool,
    /// At which byte each transfer started.
    pub(crate) starts: Vec<u64>,
    pub(crate) silences: usize,
    tls: bool,
    secured: bool,
    handshake: bool,
    closing: bool,
    restart: u64,
    transfer: bool,
    pending: VecDeque<Vec<u8>>,
}

impl Model {
    pub(crate) fn new(tls: bool, pace: Pace, aborting: &'static [&'static str]) -> Self {
        let mut model = Self {
            pace,
            aborting,
            pwds: 0,
            logged_in: false,
            starts: Vec::new(),
            silences: 0,
            tls,
            secured: false,
            handshake: false,
            closing: false,
            restart: 0,
            transfer: false,
            pending: VecDeque::new(),
        };
        model.reply("220-Welcome\r\n 230 files\r\n220 ready");
        model
    }

    pub(crate) fn reply(&mut self, text: &str) {
        self.pending.push_back(format!("{text}\r\n").into_bytes());
    }
}

impl Server for Model {
    fn hear(&mut self, line: &str) {
        assert!(!self.handshake, "{line:?} instead of a handshake");
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        if matches!(verb, "USER" | "PASS" | "ACCT") {
            assert!(!self.tls || self.secured, "{line:?} in clear text");
        }
        let reply = match verb {
            "AUTH" => {
                self.handshake = true;
                "234 go"
            }
            "USER" => "331 password",
            "PASS" => {
                self.logged_in = true;
                "230 in"
            }
            "QUIT" => {
                self.closing = true;
                "221 bye"
            }
            _ if !self.logged_in => "530 log in first",
            "PWD" => {
                self.pwds += 1;
                return self.reply(&format!("257 \"/here/{}\" is current", self.pwds));
            }
            "PBSZ" | "PROT" | "TYPE" | "NOOP" => "200 fine",
            "FEAT" => "211-Features:\r\n SIZE\r\n REST STREAM\r\n211 End",
            "SIZE" => "213 12",
            "EPSV" => "229 Extended (|||6446|)",
            "REST" => {
                self.restart = argument.parse().expect("a number");
                "350 armed"
            }
            "RETR" | "STOR" | "LIST" => {
                self.starts.push(std::mem::take(&mut self.restart));
                self.transfer = true;
                "150 here (12 bytes)"
            }
            "ABOR" => {
                if !self.transfer {
                    return self.reply("225 nothing to abort");
                }
                // One that does not know ABOR notices the end of the data connection.
                self.transfer = self.aborting == ["502 what"];
                for reply in self.aborting {
                    self.reply(reply);
                }
                return;
            }
            _ => "500 what",
        };
        self.reply(reply);
    }

    fn arrival(&mut self, wait: Wait) -> Arrival {
        if self.pending.is_empty() && self.closing {
            return Arrival::Eof;
        }
        let waits = wait != Wait::Arrived;
        let length = match &mut self.pace {
            Pace::Eager => usize::MAX,
            Pace::Lazy if waits => self.pending.front().map_or(0, Vec::len),
            Pace::Lazy => 0,
            Pace::Random(seed) => random(seed) % 24 + usize::from(waits),
        };
        let mut bytes: Vec<u8> = self.pending.drain(..).flatten().collect();
        let rest = bytes.split_off(length.min(bytes.len()));
        match self.pace {
            // Cut into replies again.
            Pace::Lazy => {
                let mut rest = rest.as_slice();
                while !rest.is_empty() {
                    let reply = ftp_proto::wire::ReplyDecoder::default()
                        .decode(rest)
                        .expect("replies");
                    self.pending.push_back(rest[..reply.consumed].to_vec());
                    rest = &rest[reply.consumed..];
                }
            }
            _ if !rest.is_empty() => self.pending.push_back(rest),
            _ => {}
        }
        if bytes.is_empty() {
            self.silences += usize::from(waits);
            return Arrival::Silence;
        }
        Arrival::Bytes(bytes)
    }

    fn serve(&mut self, want: &str) -> Reaction {
        match want {
            "secure control" => {
                assert!(std::mem::take(&mut self.handshake), "a handshake unasked");
                self.secured = true;
            }
            "close abandon" if self.transfer => {
                self.transfer = false;
                self.reply("426 cut");
            }
            "close graceful upload" => self.data_ended(),
            _ => {}
        }
        Reaction::Done
    }

    fn data_ended(&mut self) {
        if std::mem::take(&mut self.transfer) {
            self.reply("226 done");
        }
    }
}

/// The next number of a fixed sequence (Knuth's MMIX constants): enough to vary with.
pub(crate) fn random(seed: &mut u64) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}
