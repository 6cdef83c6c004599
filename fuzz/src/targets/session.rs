//! The fuzz target `session`: a whole session. The input chooses the operations, the server's
//! replies, and when an operation is dropped.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use ftp_proto::flows::{
    Abort, Account, Allocate, ChangeDirectory, ClearControl, ClientName, Credentials, Delete,
    Facts, Feat, Finish, Greeting, Help, Host, Language, Login, MakeDirectory, Mode, Modified,
    Mount, Noop, Open, Protect, Pwd, Quit, Raw, Reinitialize, RemoveDirectory, Rename, Restore,
    Secure, SetOption, Site, Size, Status, Structure, System, Type,
};
use ftp_proto::tls::Tickets;
use ftp_proto::wire::{Class, Command, Limits, Multiline, Reply, ReplyDecoder, Telnet};
use ftp_proto::{
    AbortSignal, Answer, Auth, Clock, Closing, Config, CopyStep, DataCommand, DataEnd, DataMode,
    Direction, Error, ErrorKind, FileStructure, Flow, Format, Misuse, Observed, PassiveAddress,
    ProtectWhen, Protection, Running, Security, ServerCopy, Session, Side, Step, Transfer,
    TransferType, TransmissionMode, Verdict, Wait, Want,
};

use super::script::Script;

/// The password of every login. After the client has sent the password, no error must contain it,
/// and nothing that the observer gets.
const CANARY: &str = "hunter2-canary";

/// How many steps in a row an operation may take without using any byte of the input.
const PATIENCE: usize = 64;

/// The commands that a session may send besides those of the running operation: to abort a dropped
/// transfer, or as a fence.
const SETTLING: [&str; 4] = ["ABOR", "PWD", "SYST", "FEAT"];

/// The commands that may be sent in clear text even if the settings demand TLS.
const IN_CLEAR: [&str; 6] = ["AUTH", "FEAT", "HOST", "QUIT", "NOOP", "HELP"];

const DATA: [&str; 13] = [
    "EPSV", "PASV", "EPRT", "PORT", "RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD", "XTAR",
    "XPUT",
];

/// The address of the source server in a copy between two servers.
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// Runs a session. The first two bytes of the input are settings (`@` for the defaults), and the
/// rest is a script.
///
/// Nothing must panic, and every operation must end after a limited number of steps. The session
/// must send only the commands of the running operation, and nothing after it has died. It must
/// send no credentials and no data command on a connection that is less secure than the settings
/// demand. It must not use a reply for a command if the first byte of the reply arrived before the
/// command was sent. It must never show the password.
pub fn session(data: &[u8]) {
    let [first, second, rest @ ..] = data else {
        return;
    };
    let mut script = Script::new(rest);
    let mut driver = Driver::new(*first, *second);
    while let Some(token) = script.byte() {
        driver.operation(token, &mut script);
        driver.check();
    }
    // After any input, one more PWD must end. No reply to this PWD arrives, so the PWD must fail.
    let ended = driver.run(Pwd::new(), &["PWD"], &mut script);
    assert!(
        matches!(ended, Ended::Failed(_)),
        "an answer out of nothing"
    );
    driver.check();
}

/// What the observer saw: all sent commands, each with the number of bytes that the client had
/// received before it sent the command.
#[derive(Default)]
struct Log {
    sent: Vec<(Command, usize)>,
    arrived: usize,
    /// Whether the client has sent the password. Only after that can the server repeat it in a
    /// reply.
    told: bool,
}

struct Driver {
    session: Session,
    config: Config,
    log: Arc<Mutex<Log>>,
    /// All bytes that the session has written to the control connection.
    wire: Vec<u8>,
    /// The bytes that the session should write: all commands that `check` has seen, encoded.
    formed: Vec<u8>,
    /// The commands that the running operation may send.
    verbs: &'static [&'static str],
    /// How many commands of `log` the method `check` has already checked.
    checked: usize,
    secured: bool,
    cleared: bool,
    /// Whether the server uses MODE B (blocks): it has accepted MODE B, and nothing that was sent
    /// since can have changed the mode.
    blocks: bool,
    shadow: Shadow,
    stale: Option<Answer>,
    transfer: Option<Transfer>,
    /// How many bytes the client had received when it sent the data command, for example RETR.
    data_command: usize,
}

enum Ended<T> {
    Done(T),
    Failed(Error),
    Dropped,
}

impl Driver {
    fn new(first: u8, second: u8) -> Self {
        let bit = |byte: u8, bit: u32| byte >> bit & 1 == 1;
        let mut config = Config::default();
        if bit(first, 0) {
            config = config.with_security(Security::Explicit);
        }
        if bit(first, 1) {
            config = config.with_data_mode(DataMode::Active);
        }
        if bit(first, 2) {
            config = config.with_data_command(DataCommand::WithConnect);
        }
        if bit(first, 3) {
            config = config.with_abort_signal(AbortSignal::TelnetSynch);
        }
        if bit(first, 4) {
            config = config.with_protection(Protection::Clear);
        }
        if bit(second, 0) {
            config = config.with_multiline(Multiline::Lenient);
        }
        if bit(second, 1) {
            config = config.with_telnet(Telnet::Doubled);
        }
        if bit(second, 2) {
            config = config.with_passive_address(PassiveAddress::TrustServer);
        }
        if bit(second, 3) {
            config = config.with_limits(
                Limits::default()
                    .with_line(64)
                    .with_reply_lines(4)
                    .with_reply(160)
                    .with_blank_lines(2),
            );
        }
        if bit(second, 4) {
            config = config.with_security(Security::Implicit);
        }
        if bit(second, 5) {
            config = config
                .with_auth(Auth::TlsThenSsl)
                .with_protect_when(ProtectWhen::BeforeLogin);
        }
        let log = Arc::new(Mutex::new(Log::default()));
        let mut session = Session::new(config.clone());
        let seen = Arc::clone(&log);
        session.observe(move |observed| {
            let mut log = seen.lock().unwrap();
            let shown = match observed {
                Observed::Sent(command) | Observed::Fence(command) => {
                    let arrived = log.arrived;
                    log.sent.push((command.clone(), arrived));
                    // A raw command may hold any text, and by chance the password. So only PASS and
                    // ACCT, whose arguments must be masked, are checked.
                    if !command.is_secret() {
                        return;
                    }
                    format!("{command} {command:?}")
                }
                Observed::Received(reply) => format!("{reply} {reply:?}"),
                _ => return,
            };
            // If the password appears in a reply before the client has sent PASS, it comes from the
            // input, which is allowed.
            assert!(!log.told || !shown.contains(CANARY), "shown: {shown}");
        });
        Self {
            shadow: Shadow::new(&config),
            session,
            config,
            log,
            wire: Vec::new(),
            formed: Vec::new(),
            verbs: &[],
            checked: 0,
            secured: false,
            cleared: false,
            blocks: false,
            stale: None,
            transfer: None,
            data_command: 0,
        }
    }

    fn operation(&mut self, token: u8, script: &mut Script<'_>) {
        match token {
            b'G' => {
                self.run(Greeting::new(), &[], script);
            }
            b'L' | b'O' => {
                let mut credentials = Credentials::new("ada", CANARY).expect("it can be sent");
                if token == b'O' {
                    credentials = credentials
                        .with_account("research")
                        .expect("it can be sent");
                }
                let verbs = &["AUTH", "USER", "PASS", "ACCT", "PBSZ", "PROT"];
                if let Ended::Done(reply) = self.run(Login::new(credentials), verbs, script) {
                    assert_eq!(reply.class(), Class::Completion);
                    assert!(self.session.is_logged_in());
                    if self.config.security != Security::Plain {
                        assert!(self.session.is_secured());
                        assert_eq!(self.session.protection(), self.config.protection);
                    }
                }
            }
            b'S' => {
                if let Ended::Done(()) = self.run(Secure::new(), &["AUTH"], script) {
                    assert!(self.session.is_secured());
                }
            }
            b'C' => {
                self.run(ClearControl::new(), &["CCC"], script);
            }
            b'W' | b'w' => {
                let protection = match token {
                    b'W' => Protection::Private,
                    _ => Protection::Clear,
                };
                if let Ended::Done(()) =
                    self.run(Protect::new(protection), &["PBSZ", "PROT"], script)
                {
                    assert_eq!(self.session.protection(), protection);
                }
            }
            b'T' => {
                let ended = self.run(Type::new(TransferType::TEXT), &["TYPE"], script);
                if let Ended::Done(()) = ended {
                    assert_eq!(self.session.transfer_type(), Some(TransferType::TEXT));
                }
            }
            b'P' => {
                if let Ended::Done(path) = self.run(Pwd::new(), &["PWD"], script) {
                    assert!(!path.as_bytes().is_empty());
                }
            }
            b'Z' => {
                let size = Size::new("a file").expect("it can be sent");
                self.run(size, &["TYPE", "SIZE"], script);
            }
            b'N' => {
                self.exchange(Ok(Noop::new()), &["NOOP"], script);
            }
            b'F' => {
                self.run(Feat::new(), &["FEAT"], script);
            }
            b'Q' => {
                if let Ended::Done(_) = self.run(Quit::new(), &["QUIT"], script) {
                    assert!(self.session.is_dead());
                }
            }
            b'X' => self.raw(script),
            b'$' => {
                if let Some(token) = script.byte() {
                    self.other_operation(token, script);
                }
            }
            b'R' => self.open(Open::retrieve("a file"), script),
            b'H' => self.open(
                Open::retrieve("a file").map(|open| open.with_offset(7)),
                script,
            ),
            b'U' => self.open(Open::store(b"caf\xe9 \xff".as_slice()), script),
            b'I' => self.open(Open::list(None::<&str>), script),
            b'Y' => self.open(Open::names(Some("dir")), script),
            b'E' => self.finish(script),
            b'A' => {
                if let Some(transfer) = self.transfer.take() {
                    self.run(Abort::new(transfer), &[], script);
                }
            }
            b'D' => self.transfer = None,
            b'K' => {
                if let Some(transfer) = &self.transfer {
                    self.session.keep_alive(transfer);
                    self.verbs = &["NOOP"];
                }
            }
            b'V' => {
                if let Some(transfer) = &self.transfer {
                    match self.session.verdict(transfer) {
                        Verdict::Open => assert!(!self.session.is_dead()),
                        Verdict::Confirmed | Verdict::Failed => {}
                    }
                }
            }
            // Between two operations, bytes arrive on the control connection (`B`), or the
            // connection ends (`.`).
            b'B' => self.arrive(script.arrival()),
            b'.' => self.end(),
            b'M' => self.session.kill(Error::new(ErrorKind::Io)),
            // Starts an operation, and drops it before its first step.
            b'J' => {
                let (_, answer) = self.session.start(Noop::new());
                self.stale = Some(answer);
            }
            // Any other byte does nothing here. It is a blank between tokens, or it was meant for
            // an operation that has already ended.
            _ => {}
        }
    }

    /// Starts an operation that is written as `$` and a letter, because there are not enough
    /// capital letters for all operations.
    fn other_operation(&mut self, token: u8, script: &mut Script<'_>) {
        match token {
            b'd' => self.exchange(ChangeDirectory::new("a dir"), &["CWD"], script),
            b'/' => self.exchange(ChangeDirectory::new("/a dir"), &["CWD"], script),
            b'u' => self.exchange(ChangeDirectory::new(".."), &["CDUP", "CWD"], script),
            b'm' => {
                let made = MakeDirectory::new("a dir").expect("it can be sent");
                if let Ended::Done(Some(path)) = self.run(made, &["MKD"], script) {
                    assert!(!path.as_bytes().is_empty());
                }
            }
            b'r' => self.exchange(RemoveDirectory::new("a dir"), &["RMD"], script),
            b'x' => self.exchange(Delete::new("a file"), &["DELE"], script),
            b'n' => self.exchange(Rename::new("a file", "b"), &["RNFR", "RNTO"], script),
            b't' => {
                let modified = Modified::new("20260101000000 a").expect("it can be sent");
                if let Ended::Done(Some(time)) = self.run(modified, &["MDTM"], script) {
                    assert!((1..=12).contains(&time.month()));
                }
            }
            b'f' => {
                let facts = Facts::new(Some("a file")).expect("it can be sent");
                self.run(facts, &["MLST"], script);
            }
            b's' => self.exchange(Ok(System::new()), &["SYST"], script),
            b'q' => self.exchange(Status::new(None::<&str>), &["STAT"], script),
            b'h' => self.exchange(Help::new(Some("SITE")), &["HELP"], script),
            b'e' => self.exchange(Site::new("CHMOD 644 a"), &["SITE"], script),
            b'z' => self.exchange(Ok(Allocate::new(11)), &["ALLO"], script),
            b'a' => self.exchange(Account::new("research"), &["ACCT"], script),
            b'k' => self.exchange(Mount::new("/mnt"), &["SMNT"], script),
            b'i' => {
                self.blocks = false;
                self.exchange(Ok(Reinitialize::new()), &["REIN"], script);
            }
            b'o' => self.exchange(SetOption::new("UTF8 ON"), &["OPTS"], script),
            b'v' => self.exchange(Host::new("ftp.example.org"), &["HOST"], script),
            b'l' => self.exchange(Language::new(None::<&str>), &["LANG"], script),
            b'c' => self.exchange(ClientName::new("fuzz"), &["CLNT"], script),
            b'b' => {
                let ended = self.run(Mode::new(TransmissionMode::Block), &["MODE"], script);
                self.blocks |= matches!(ended, Ended::Done(()));
            }
            b'y' => {
                self.blocks = false;
                self.run(Mode::new(TransmissionMode::Stream), &["MODE"], script);
            }
            b'p' => {
                self.run(Structure::new(FileStructure::Record), &["STRU"], script);
            }
            b'g' => {
                self.run(Structure::new(FileStructure::File), &["STRU"], script);
            }
            b'E' => {
                let ebcdic = TransferType::Ebcdic(Format::CarriageControl);
                if let Ended::Done(()) = self.run(Type::new(ebcdic), &["TYPE"], script) {
                    assert_eq!(self.session.transfer_type(), Some(ebcdic));
                }
            }
            b'A' => self.open(Open::append("a file"), script),
            b'U' => self.open(Open::store_unique(None::<&str>), script),
            b'F' => self.open(Open::facts(None::<&str>), script),
            b'C' | b'D' => {
                let (direction, line) = match token {
                    b'C' => (Direction::Download, "XTAR a dir"),
                    _ => (Direction::Upload, "XPUT a file"),
                };
                self.open(Open::command(direction, line, TransferType::Image), script);
            }
            b'R' => self.restore(script),
            b'S' => self.succeed(),
            b'2' | b'3' => self.copy(token == b'2', script),
            _ => {}
        }
    }

    /// Runs a flow that sends one or more commands and returns the last reply. Checks that the
    /// reply belongs to the flow's last command.
    fn exchange<F: Flow<Output = Reply>>(
        &mut self,
        flow: Result<F, Error>,
        verbs: &'static [&'static str],
        script: &mut Script<'_>,
    ) {
        let flow = flow.expect("it can be sent");
        if let Ended::Done(reply) = self.run(flow, verbs, script) {
            assert_eq!(reply.class(), Class::Completion);
            self.is_an_answer(&reply, verbs);
        }
    }

    fn restore(&mut self, script: &mut Script<'_>) {
        let credentials = Credentials::new("ada", CANARY).expect("it can be sent");
        let Ok(restore) = Restore::new(credentials, self.session.standing()) else {
            return;
        };
        let verbs = &[
            "HOST", "AUTH", "USER", "PASS", "PBSZ", "PROT", "OPTS", "LANG", "CLNT", "TYPE", "CWD",
            "CDUP",
        ];
        if let Ended::Done(()) = self.run(restore, verbs, script) {
            assert!(self.session.is_logged_in());
        }
    }

    /// Replaces the session, as a reconnect does, by its successor on a new connection. The
    /// observer stays the same.
    fn succeed(&mut self) {
        self.session = self.session.successor();
        *self.log.lock().unwrap() = Log::default();
        self.wire.clear();
        self.formed.clear();
        self.verbs = &[];
        self.checked = 0;
        self.secured = false;
        self.cleared = false;
        self.blocks = false;
        self.shadow = Shadow::new(&self.config);
        self.stale = None;
        self.transfer = None;
        self.data_command = 0;
    }

    /// Copies a file between this session and a second one, which is in clear text and logged in.
    /// If `from_here` is set, this session is the source.
    fn copy(&mut self, from_here: bool, script: &mut Script<'_>) {
        // Both sessions send the same password. A server can repeat the password in a reply. Even
        // then, neither session must show the password.
        let mut other = Self::new(0, 0);
        other.arrive(b"220 ready\r\n");
        let login = Raw::new(format!("PASS {CANARY}")).expect("it can be sent");
        other.run(login, &["PASS"], &mut Script::new(b"230 in\r\n"));
        assert!(other.session.is_logged_in());
        let mut copy = ServerCopy::new("a file", PEER, "b file").expect("it can be sent");
        let (source, target) = match from_here {
            true => (&mut *self, &mut other),
            false => (&mut other, &mut *self),
        };
        source.verbs = &[
            "MODE", "STRU", "PBSZ", "PROT", "TYPE", "PRET", "EPSV", "PASV", "RETR",
        ];
        target.verbs = &[
            "MODE", "STRU", "PBSZ", "PROT", "TYPE", "EPRT", "PORT", "STOR",
        ];
        let mut answer = None;
        let mut idle = 0;
        loop {
            let step = copy.step(&mut source.session, &mut target.session, answer.take());
            source.check();
            target.check();
            let (side, want) = match step {
                Ok(CopyStep::Want(side, want)) => (side, want),
                Ok(CopyStep::Done(copied)) => {
                    for (driver, reply, verb) in [
                        (&source, &copied.source, "RETR"),
                        (&target, &copied.target, "STOR"),
                    ] {
                        assert_eq!(reply.class(), Class::Completion);
                        driver.is_an_answer(reply, &[verb]);
                        assert_eq!(driver.session.protection(), Protection::Clear);
                    }
                    break;
                }
                Err(error) => {
                    // The error may come from either session. A server can repeat the password only
                    // after its own client has sent it. So the check runs only if both clients
                    // have.
                    if source.is_told() && target.is_told() {
                        source.shows_nothing(&error);
                    }
                    break;
                }
            };
            assert!(
                matches!(want, Want::Receive(_) | Want::CloseData(_)),
                "{want:?} in a copy"
            );
            let driver = match side {
                Side::Source => &mut *source,
                Side::Target => &mut *target,
            };
            let outgoing = driver.session.outgoing().len();
            if want.wait() == Wait::Arrived && script.take(b"?").is_none() {
                driver.write(outgoing);
                answer = Some(want.timed_out());
                idle += 1;
                assert!(idle < PATIENCE, "stuck");
                continue;
            }
            if let Some(token) = script.take(b"du") {
                driver.write(if token == b'd' {
                    outgoing
                } else {
                    outgoing / 2
                });
                break;
            }
            driver.write(outgoing);
            let left = script.left();
            answer = Some(driver.answer(want, script).0);
            idle = if script.left() == left { idle + 1 } else { 0 };
            assert!(idle < PATIENCE, "stuck");
        }
        // The second session must still work after the copy.
        other.run(Pwd::new(), &["PWD"], script);
        other.check();
    }

    fn raw(&mut self, script: &mut Script<'_>) {
        let line = script.through(b'\n');
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let Ok(raw) = Raw::new(line) else {
            return;
        };
        let command = Command::parse(line).expect("Raw took it");
        self.blocks = false;
        // The input chooses the verb, so `check` must allow every verb (`*`). Instead, the code
        // below checks that the session sent only `command` and commands of `SETTLING`.
        let before = self.log.lock().unwrap().sent.len();
        let ended = self.run(raw, &["*"], script);
        let log = self.log.lock().unwrap();
        let own: Vec<&Command> = log.sent[before..]
            .iter()
            .map(|(sent, _)| sent)
            .filter(|sent| !SETTLING.contains(&sent.verb()) || **sent == command)
            .collect();
        // The observer gets commands in which secrets are masked. `to_string` masks them too, so
        // the texts can be compared.
        let same = |sent: &&Command| sent.to_string() == command.to_string();
        assert!(own.iter().all(same), "{own:?}");
        drop(log);
        if let Ended::Done(reply) = ended {
            self.is_an_answer(&reply, &[command.verb()]);
        }
    }

    fn open(&mut self, open: Result<Open, Error>, script: &mut Script<'_>) {
        // `self.transfer` may still contain an earlier transfer, if the input has not dropped it by
        // the token `D`. Even then, opening another transfer must work.
        let verbs = &[
            "MODE", "STRU", "PBSZ", "PROT", "TYPE", "PRET", "EPSV", "PASV", "EPRT", "PORT", "REST",
            "NOOP", "RETR", "STOR", "LIST", "NLST", "APPE", "STOU", "MLSD", "XTAR", "XPUT",
        ];
        if let Ended::Done(transfer) = self.run(open.expect("it can be sent"), verbs, script) {
            let log = self.log.lock().unwrap();
            let (_, arrived) = log
                .sent
                .iter()
                .rfind(|(command, _)| verbs[12..].contains(&command.verb()))
                .expect("a transfer without a data command");
            self.data_command = *arrived;
            drop(log);
            assert!(!self.blocks, "a transfer in blocks");
            if self.config.security != Security::Plain {
                let private = self.session.protection() == Protection::Private;
                assert_eq!(transfer.is_protected(), private);
            }
            self.transfer = Some(transfer);
        }
    }

    fn finish(&mut self, script: &mut Script<'_>) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        let end = match script.take(b"nstfx") {
            Some(b'n') => DataEnd::NoCloseNotify,
            Some(b's') => DataEnd::Stopped,
            Some(b't') => DataEnd::Failed(Error::new(ErrorKind::Timeout(Wait::DataIdle))),
            Some(b'f') => DataEnd::Failed(Error::new(ErrorKind::Io)),
            _ => DataEnd::Clean,
        };
        let direction = transfer.direction();
        let clean = matches!(end, DataEnd::Clean);
        let ended = self.run(Finish::new(transfer, 11, end), &[], script);
        match ended {
            Ended::Done(completion) => {
                assert_eq!(completion.reply.class(), Class::Completion);
                assert!(
                    clean || direction == Direction::Upload,
                    "a cut download succeeded"
                );
                assert!(
                    self.shadow.came_since(&completion.reply, self.data_command),
                    "taken for the end of the transfer: {}",
                    completion.reply
                );
            }
            Ended::Failed(error) if !matches!(error.kind(), ErrorKind::Misuse(_)) => {
                assert_eq!(error.transferred(), Some(11), "{error:?}");
            }
            Ended::Failed(_) | Ended::Dropped => {}
        }
    }

    /// Runs a flow as a driver's loop does. The script decides the answers.
    fn run<F: Flow>(
        &mut self,
        flow: F,
        verbs: &'static [&'static str],
        script: &mut Script<'_>,
    ) -> Ended<F::Output> {
        let was_dead = self.session.is_dead();
        let spends = flow.adopts() != ftp_proto::Adopts::default();
        self.verbs = verbs;
        let (mut running, mut answer) = self.session.start(flow);
        let mut before = None;
        let mut idle = 0;
        loop {
            let want = match self.session.step(&mut running, answer) {
                Ok(Step::Want(want)) => want,
                Ok(Step::Done(output)) => {
                    assert!(!was_dead || spends, "a dead session answered");
                    self.check();
                    self.is_over(&mut running);
                    return Ended::Done(output);
                }
                Err(error) => {
                    self.check();
                    self.shows_nothing(&error);
                    self.is_over(&mut running);
                    return Ended::Failed(error);
                }
            };
            self.check();
            let again = Again::of(&want);
            if before.as_ref() == Some(&again) {
                assert_eq!(want.clock(), Clock::Continues, "more time for {want:?}");
            }
            let left = script.left();
            // If the session looks for bytes that have arrived, it finds none, except if the input
            // says `?`.
            if want.wait() == Wait::Arrived && script.take(b"?").is_none() {
                assert!(matches!(want, Want::Receive(_)));
                self.write(self.session.outgoing().len());
                answer = want.timed_out();
                before = None;
                idle += 1;
                assert!(idle < PATIENCE, "stuck");
                continue;
            }
            if script.take(b"j").is_some() {
                self.offer_stale(&mut running);
            }
            if let Some(token) = script.take(b"du") {
                let outgoing = self.session.outgoing().len();
                self.write(if token == b'd' {
                    outgoing
                } else {
                    outgoing / 2
                });
                return Ended::Dropped;
            }
            self.write(self.session.outgoing().len());
            let interrupted;
            (answer, interrupted) = self.answer(want, script);
            before = interrupted.then_some(again);
            idle = if script.left() == left { idle + 1 } else { 0 };
            assert!(idle < PATIENCE, "stuck");
        }
    }

    /// Runs one more step of an operation that has ended, with an old answer. Checks that the step
    /// returns a misuse error, and does not change whether the session is dead.
    fn is_over<F: Flow>(&mut self, running: &mut Running<F>) {
        let Some(answer) = self.stale.take() else {
            return;
        };
        let dead = self.session.is_dead();
        let again = self.session.step(running, answer);
        assert!(matches!(again, Err(error) if matches!(error.kind(), ErrorKind::Misuse(_))));
        assert_eq!(dead, self.session.is_dead());
    }

    fn offer_stale<F: Flow>(&mut self, running: &mut Running<F>) {
        let Some(answer) = self.stale.take() else {
            return;
        };
        let outgoing = self.session.outgoing().to_vec();
        let refused = self
            .session
            .step(running, answer)
            .err()
            .map(|error| error.kind());
        assert_eq!(refused, Some(ErrorKind::Misuse(Misuse::StaleAnswer)));
        assert_eq!(outgoing, self.session.outgoing());
    }

    /// Answers a want as the script says. The `bool` says whether the answer is `control_first`:
    /// bytes arrived on the control connection before the want was done.
    fn answer(&mut self, want: Want, script: &mut Script<'_>) -> (Answer, bool) {
        match script.take(b"tb") {
            Some(b't') => return (want.timed_out(), false),
            Some(_) => return (want.broken(Error::new(ErrorKind::Io)), false),
            None => {}
        }
        let failed = || Error::new(ErrorKind::Io);
        let want = match want {
            Want::Receive(want) => {
                return match script.peek() {
                    None => (want.timed_out(), false),
                    Some(b'e') => {
                        script.byte();
                        self.end();
                        (want.received(), false)
                    }
                    Some(_) => {
                        self.arrive(script.arrival());
                        (want.received(), false)
                    }
                };
            }
            Want::ClearControl(want) => {
                // With the token `c`, clear text from the input arrives after CCC, where the
                // server's close_notify should come.
                if script.take(b"c").is_some() {
                    self.arrive(script.arrival());
                }
                self.cleared = true;
                self.secured = false;
                self.shadow.renew();
                return (want.cleared(), false);
            }
            Want::SecureControl(want) => {
                // With the token `c`, clear text from the input arrives between the reply to AUTH
                // and the handshake, as an attacker could inject it. The session must die.
                if script.take(b"c").is_some() {
                    let bytes = script.arrival();
                    self.arrive(bytes);
                    assert!(bytes.is_empty() || self.session.is_dead(), "injected");
                }
                self.secured = true;
                self.shadow.renew();
                return (want.secured(), false);
            }
            other => other,
        };
        let token = script.take(b"fco").filter(|token| *token != b'o');
        if token == Some(b'c') {
            if script.take(b"e").is_some() {
                self.end();
            } else {
                self.arrive(script.arrival());
            }
        }
        // After the end of the input, every want times out, so that the operation ends.
        if script.is_over() && token.is_none() {
            return (want.timed_out(), false);
        }
        match (want, token) {
            (Want::Connect(want), Some(b'c')) => (want.control_first(), true),
            (Want::Connect(want), Some(_)) => (want.failed(failed()), false),
            (Want::Connect(want), None) => (want.connected(), false),
            (Want::Accept(want), Some(b'c')) => (want.control_first(), true),
            (Want::Accept(want), Some(_)) => (want.failed(failed()), false),
            (Want::Accept(want), None) => (want.accepted(), false),
            (Want::SecureData(want), Some(b'c')) => (want.control_first(), true),
            (Want::SecureData(want), Some(_)) if want.tickets() == Tickets::AllButLast => {
                (want.kept_last_ticket(), false)
            }
            (Want::SecureData(want), Some(_)) => (want.failed(failed()), false),
            (Want::SecureData(want), None) => (want.secured(), false),
            (Want::CloseData(want), Some(b'c')) => (want.control_first(), true),
            (Want::CloseData(want), Some(_)) => (want.closed(DataEnd::Failed(failed())), false),
            (Want::CloseData(want), None) => (want.closed(DataEnd::Clean), false),
            (Want::Listen(want), Some(b'f')) => (want.failed(failed()), false),
            (Want::Listen(want), Some(_)) => (want.listening(([0; 8], 4001).into()), false),
            (Want::Listen(want), None) => (want.listening(([192, 0, 2, 7], 4001).into()), false),
            (Want::Receive(_) | Want::SecureControl(_) | Want::ClearControl(_), _) => {
                unreachable!("answered above")
            }
        }
    }

    fn arrive(&mut self, bytes: &[u8]) {
        self.log.lock().unwrap().arrived += bytes.len();
        self.shadow.take(bytes);
        self.session.receive(bytes);
        self.check();
    }

    fn end(&mut self) {
        self.session.receive_eof();
        assert!(self.session.is_dead(), "alive without a connection");
        self.check();
    }

    fn write(&mut self, bytes: usize) {
        self.wire
            .extend_from_slice(&self.session.outgoing()[..bytes]);
        self.session.advance(bytes);
    }

    /// Checks every command in the log that is new, and that the session wrote exactly the bytes of
    /// these commands.
    fn check(&mut self) {
        let log = Arc::clone(&self.log);
        let mut log = log.lock().unwrap();
        let Log { sent, told, .. } = &mut *log;
        for (command, _) in &sent[self.checked..] {
            self.check_permission(command);
            *told |= tells_password(self.form(command));
        }
        self.checked = sent.len();
        self.check_wire();
    }

    /// Checks that the operation and the security settings allow this command now.
    fn check_permission(&self, command: &Command) {
        let verb = command.verb();
        assert!(
            self.verbs.contains(&verb) || self.verbs == ["*"] || SETTLING.contains(&verb),
            "{verb} out of nowhere"
        );
        if self.config.security != Security::Plain && !self.cleared {
            assert!(self.secured || IN_CLEAR.contains(&verb), "{verb} in clear");
        }
        if self.cleared && !self.secured {
            assert!(
                !matches!(verb, "USER" | "PASS" | "ACCT"),
                "{verb} after CCC"
            );
        }
        assert!(!self.secured || verb != "REIN", "REIN under TLS");
        let private = self.session.protection() == Protection::Private;
        if self.secured && self.config.protection == Protection::Private {
            assert!(private || !DATA.contains(&verb), "{verb} unprotected");
        }
    }

    /// Appends the expected bytes of a command to `formed`. Returns the command's line, without the
    /// Telnet signals before it.
    fn form(&mut self, command: &Command) -> &[u8] {
        let outgoing = self.session.outgoing();
        let ahead = outgoing.len().min(self.formed.len() - self.wire.len());
        let unformed = &outgoing[ahead..];
        let synch = command.verb() == "ABOR" && self.config.abort_signal != AbortSignal::None;
        if synch && unformed.starts_with(&SYNCH) {
            let clear = self.config.security == Security::Plain;
            assert!(clear || self.cleared || !self.secured, "urgent under TLS");
            self.formed.extend_from_slice(&SYNCH);
        }
        let at = self.formed.len();
        if command.is_secret() {
            // The observer gets the argument masked, so the real argument is read from the outgoing
            // bytes. A password (PASS) has a `*` for each character.
            let shown = command.argument().unwrap_or(b"***");
            let stars = shown.iter().all(|byte| *byte == b'*');
            assert!(shown == b"***" || command.verb() == "PASS" && stars);
            let end = unformed.windows(2).position(|pair| pair == b"\r\n");
            let line = &unformed[..end.map_or(unformed.len(), |end| end + 2)];
            let verb = command.verb().as_bytes();
            assert!(
                line.starts_with(verb) || verb.starts_with(line),
                "not {verb:?}"
            );
            assert!(!line.strip_suffix(b"\r\n").unwrap_or(line).contains(&0));
            self.formed.extend_from_slice(line);
        } else {
            command.encode(self.config.telnet, &mut self.formed);
            let line = self.formed[at..].strip_suffix(b"\r\n");
            let line = line.expect("a command without an end");
            assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
        }
        &self.formed[at..]
    }

    /// Checks that the bytes on the wire are exactly the encoded commands of the flows. A dead
    /// session throws away the commands that were not written yet.
    fn check_wire(&self) {
        let outgoing = self.session.outgoing();
        let unwritten = self.formed.strip_prefix(self.wire.as_slice());
        let unwritten = unwritten.expect("written, not formed");
        assert!(unwritten.starts_with(outgoing), "outgoing, not formed");
        if self.session.is_dead() {
            assert!(outgoing.is_empty(), "a dead session writes");
            assert_eq!(self.session.urgent(), None);
        } else {
            assert_eq!(outgoing.len(), unwritten.len(), "formed, not outgoing");
        }
        if let Some(urgent) = self.session.urgent() {
            assert_eq!(outgoing.get(urgent), Some(&0xf2));
        }
    }

    /// Checks that the reply can belong to the last sent command with one of `verbs`: the first
    /// byte of the reply must have arrived after the command was sent.
    fn is_an_answer(&self, reply: &Reply, verbs: &[&str]) {
        let log = self.log.lock().unwrap();
        let last = |(command, _): &&(Command, usize)| verbs.contains(&command.verb());
        let (command, arrived) = log.sent.iter().rfind(last).expect("nothing was asked");
        assert!(
            self.shadow.came_since(reply, *arrived),
            "taken for the answer to {}: {reply}",
            command.verb()
        );
    }

    /// Returns whether the client has sent the password. Only after that can the server repeat it
    /// in a reply.
    fn is_told(&self) -> bool {
        self.log.lock().unwrap().told
    }

    fn shows_nothing(&self, error: &Error) {
        let told = self.is_told();
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            let shown = format!("{error} {error:?}");
            assert!(!told || !shown.contains(CANARY), "shown: {shown}");
            cause = error.source();
        }
    }
}

/// Returns whether this command line sends the password.
fn tells_password(line: &[u8]) -> bool {
    let argument = line.strip_suffix(b"\r\n").unwrap_or(line);
    let command = argument.strip_suffix(CANARY.as_bytes()).unwrap_or_default();
    command.ends_with(b"PASS ") || command.ends_with(b"ACCT ")
}

/// The Telnet signals IAC IP IAC DM, which the client sends before ABOR if [`AbortSignal`] says so.
const SYNCH: [u8; 4] = [0xff, 0xf4, 0xff, 0xf2];

/// The parts of a want by which the fuzz target recognizes a repeated want: its kind, its kind of
/// waiting, and how the data connection closes. If bytes arrive on the control connection before a
/// want is done, the session may repeat this want.
#[derive(PartialEq, Debug)]
struct Again(std::mem::Discriminant<Want>, Wait, Option<Closing>);

impl Again {
    fn of(want: &Want) -> Self {
        let closing = match want {
            Want::CloseData(want) => Some(want.closing()),
            _ => None,
        };
        Self(std::mem::discriminant(want), want.wait(), closing)
    }
}

/// A second decoder, which gets the same bytes as the session. It records at which byte of the
/// input each reply began.
struct Shadow {
    config: Config,
    decoder: ReplyDecoder,
    at: usize,
    begin: usize,
    replies: Vec<(usize, Reply)>,
}

impl Shadow {
    fn new(config: &Config) -> Self {
        Self {
            decoder: ReplyDecoder::new(config.limits.clone(), config.multiline),
            config: config.clone(),
            at: 0,
            begin: 0,
            replies: Vec::new(),
        }
    }

    /// Throws away the decoder's incomplete reply, because TLS begins or ends here. A reply must
    /// not consist of bytes from before and after this change.
    fn renew(&mut self) {
        self.decoder = ReplyDecoder::new(self.config.limits.clone(), self.config.multiline);
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes.chunks(1) {
            if self.decoder.is_empty() {
                self.begin = self.at;
            }
            self.at += 1;
            // After a failure this decoder fails for every later byte. That is right, because the
            // session's own decoder does so too.
            if let Ok(decoded) = self.decoder.decode(byte) {
                let begin = self.begin;
                self.replies
                    .extend(decoded.reply.map(|reply| (begin, reply)));
            }
        }
    }

    /// Returns whether the reply began at the position `at` or later. The secrets in `reply` may be
    /// masked, so they are masked in both replies before the comparison.
    fn came_since(&self, reply: &Reply, at: usize) -> bool {
        self.replies.iter().any(|(begin, came)| {
            let mut masked = came.clone();
            for secret in [CANARY, "research"] {
                masked.mask(secret.as_bytes());
            }
            *begin >= at && (came == reply || masked == *reply || reply.to_string().contains("***"))
        })
    }
}
