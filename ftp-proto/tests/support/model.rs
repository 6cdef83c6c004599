//! A server for tests that answers every command, and checks of a session whose operation was
//! dropped.

use std::collections::VecDeque;

use ftp_proto::{Config, DataEnd, DataMode, ErrorKind, Pipelining, Session, Wait, flows};

use super::{Arrival, Driver, Op, Reaction, Server, Stop, explicit, random};

/// When the replies of a [`Model`] arrive at the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Replies arrive as soon as the server has sent them, all in one piece.
    Eager,
    /// Replies arrive one by one, and only when the client waits for one.
    Lazy,
    /// Replies arrive in random pieces at random times. The number is the seed.
    Random(u64),
}

/// A server that keeps a state and answers every command. Its n-th reply to PWD names the directory
/// `/here/n`, so that a test can tell the replies apart.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) pace: Pace,
    /// The replies that the server sends to an ABOR during a transfer.
    pub(crate) aborting: &'static [&'static str],
    pub(crate) pwds: usize,
    pub(crate) logged_in: bool,
    /// The offset at which each transfer started, in bytes.
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
            "HOST" if !self.logged_in => "220 that one",
            _ if !self.logged_in => "530 log in first",
            "PWD" => {
                self.pwds += 1;
                return self.reply(&format!("257 \"/here/{}\" is current", self.pwds));
            }
            "PBSZ" | "PROT" | "TYPE" | "NOOP" => "200 fine",
            "FEAT" => "211-Features:\r\n SIZE\r\n REST STREAM\r\n211 End",
            "SIZE" => "213 12",
            "PASV" => "227 Passive (127,0,0,1,25,46)",
            "EPSV" => "229 Extended (|||6446|)",
            "REST" => {
                self.restart = argument.parse().expect("a number");
                "350 armed"
            }
            "PORT" | "EPRT" | "SITE" | "ALLO" | "OPTS" | "LANG" | "CLNT" | "MODE" | "STRU" => {
                "200 fine"
            }
            "CWD" | "CDUP" | "RMD" | "DELE" | "RNTO" | "SMNT" => "250 done",
            "RNFR" => "350 to what?",
            "MKD" => "257 \"/made\" is there",
            "MDTM" => "213 20260102030405",
            "MLST" => "250-Facts\r\n type=file;size=12; /a\r\n250 End",
            "SYST" => "215 UNIX Type: L8",
            "STAT" => "211-All\r\n 226 is well\r\n211 End",
            "HELP" => "214-Help\r\n 250 yourself\r\n214 End",
            "ACCT" => "230 in",
            "REIN" => {
                self.logged_in = false;
                self.reply("120 wait");
                "220 again"
            }
            "CCC" => "200 clear",
            "RETR" | "STOR" | "LIST" | "NLST" | "MLSD" | "APPE" | "STOU" => {
                self.starts.push(std::mem::take(&mut self.restart));
                self.transfer = true;
                "150 here (12 bytes)"
            }
            "ABOR" => {
                if !self.transfer {
                    return self.reply("225 nothing to abort");
                }
                // A server that replies 502 does not know ABOR. Its transfer goes on until the data
                // connection ends.
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
        if wait == Wait::Remote {
            self.data_ended();
        }
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
            // The bytes of all replies were joined, so they are split into single replies again.
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
            "clear control" => self.secured = false,
            "listen" => return Reaction::Listening(([192, 0, 2, 7], 2000).into()),
            "close abandon" | "close discard" if self.transfer => {
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

pub(crate) fn model(tls: bool, pace: Pace, aborting: &'static [&'static str]) -> Driver<Model> {
    let config = if tls { explicit() } else { Config::default() };
    Driver::new(config, Model::new(tls, pace, aborting))
}

/// Creates a driver as [`model`] does, whose client sends together all that it can.
pub(crate) fn pipelined_model(
    tls: bool,
    pace: Pace,
    aborting: &'static [&'static str],
) -> Driver<Model> {
    let mut driver = model(tls, pace, aborting);
    let all = Pipelining::always()
        .with_transfer_next(true)
        .with_password_with_user(true);
    driver.session = Session::new(driver.session.config().clone().with_pipelining(all));
    driver
}

/// Creates a driver as [`pipelined_model`] does, for active mode.
pub(crate) fn pipelined_active_model(
    tls: bool,
    pace: Pace,
    aborting: &'static [&'static str],
) -> Driver<Model> {
    let mut driver = pipelined_model(tls, pace, aborting);
    driver.session.set_data_mode(DataMode::Active);
    driver
}

/// Runs the operations until the driver drops one at the point that `drop_after` names. Returns
/// whether it dropped one.
pub(crate) fn run_until_dropped(driver: &mut Driver<Model>, ops: &[Op]) -> bool {
    for op in ops {
        match driver.perform(op) {
            Ok(_) => {}
            Err(Stop::Dropped) => return true,
            Err(Stop::Failed(error)) => panic!("{op:?}: {error}"),
        }
    }
    false
}

/// Checks that PWD has one of three results: it gets its own reply, it is refused because the login
/// or the protection is missing, or the session is dead.
pub(crate) fn check_pwd(driver: &mut Driver<Model>) -> Result<(), String> {
    driver.transfer = None;
    let sent = driver.wire.len();
    match driver.run(flows::Pwd::new()) {
        Ok(path) if path.to_string() == format!("/here/{}", driver.server.pwds) => Ok(()),
        Ok(path) => Err(format!("another one's answer: {path}")),
        Err(_) if driver.session.is_dead() => Ok(()),
        Err(error) => {
            let refusal = error.reply().map(|reply| reply.code().value()) == Some(530);
            let own = refusal && !driver.server.logged_in;
            // The client may have sent the rest of an earlier command, but it must not have sent
            // PWD.
            let asked = driver.wire[sent..].iter().any(|line| line == "PWD");
            let held_back = error.kind() == ErrorKind::Insecure && !asked;
            if own || held_back {
                return Ok(());
            }
            Err(format!("neither the answer nor dead: {error:?}"))
        }
    }
}

/// Checks that a whole download starts at byte 0 and succeeds, and that PWD works after it.
pub(crate) fn check_work(driver: &mut Driver<Model>) -> Result<(), String> {
    if driver.session.is_dead() || !driver.server.logged_in {
        return Ok(());
    }
    match driver.perform(&Op::Retrieve("b", 0)) {
        Ok(_) => {}
        // The operation was dropped before the client and the server had agreed on protected data
        // connections, so the client may refuse the download.
        Err(Stop::Failed(error)) if error.kind() == ErrorKind::Insecure => return Ok(()),
        Err(stop) => return Err(format!("the download after it: {stop:?}")),
    }
    if driver.server.starts.last() != Some(&0) {
        return Err(format!("it starts at {:?}", driver.server.starts.last()));
    }
    match driver.perform(&Op::Finish(12, DataEnd::Clean)) {
        Ok(outcome) if outcome == "12 bytes, 226 done" => check_pwd(driver),
        other => Err(format!("the download after it ends: {other:?}")),
    }
}

pub(crate) const ABORTS: [&[&str]; 7] = [
    &["426 cut", "226 aborted"],
    &["226 done", "226 aborted"],
    &["226 done", "225 aborted"],
    &["225 aborted"],
    &["226 aborted"],
    &["426 cut"],
    &["502 what"],
];
