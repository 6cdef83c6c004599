//! Replays recorded sessions with six servers of other projects, without sockets.
//!
//! `cargo xtask interop --record` wrote the recordings. For each recorded operation, the test runs
//! the operation's flow and gives it the recorded replies. The flow must send the recorded commands
//! and return the recorded result.

mod support;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use ftp_proto::flows::{
    Abort, ChangeDirectory, Credentials, Delete, Facts, Feat, Finish, Greeting, Help, Login,
    MakeDirectory, Modified, Noop, Open, Pwd, Quit, Raw, RemoveDirectory, Rename, SetOption, Site,
    Size, Status, System,
};
use ftp_proto::wire::Escaped;
use ftp_proto::{
    Completion, Config, DataEnd, DataMode, Direction, Error, Flow, Pipelining, Reply, Transfer,
    Wait,
};
use support::{Arrival, Driver, Reaction, Server};

#[test]
fn vsftpd() {
    replay(include_str!("transcripts/vsftpd.txt"));
}

#[test]
fn proftpd() {
    replay(include_str!("transcripts/proftpd.txt"));
}

#[test]
fn pure_ftpd() {
    replay(include_str!("transcripts/pure-ftpd.txt"));
}

#[test]
fn pyftpdlib() {
    replay(include_str!("transcripts/pyftpdlib.txt"));
}

#[test]
fn libunftp() {
    replay(include_str!("transcripts/libunftp.txt"));
}

#[test]
fn inetutils() {
    replay(include_str!("transcripts/inetutils.txt"));
}

#[test]
#[should_panic(expected = "the transcript says")]
fn another_command_than_recorded_is_noticed() {
    let text = include_str!("transcripts/vsftpd.txt");
    replay(&text.replacen("> SYST", "> HELP", 1));
}

#[test]
#[should_panic(expected = "system")]
fn another_result_than_recorded_is_noticed() {
    let text = include_str!("transcripts/vsftpd.txt");
    replay(&text.replacen(": system\n> SYST\n< 215", ": system\n> SYST\n< 502", 1));
}

/// One step of a recorded session: the operation's name, its commands and replies, and its result.
struct Recorded<'t> {
    what: &'t str,
    said: Vec<Line>,
    result: &'t str,
}

/// One line on the control connection.
#[derive(Clone, Debug)]
enum Line {
    Command(String),
    Reply(Vec<u8>),
}

fn parse(text: &str) -> Vec<Recorded<'_>> {
    let mut steps: Vec<Recorded<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (mark, rest) = line.split_at_checked(2).expect("a mark and a blank");
        let said = steps.last_mut().map(|step| &mut step.said);
        match (mark, said) {
            ("# ", None) => {}
            (": ", _) => steps.push(Recorded {
                what: rest,
                said: Vec::new(),
                result: "",
            }),
            ("> ", Some(said)) => said.push(Line::Command(rest.into())),
            ("< ", Some(said)) => said.push(Line::Reply(format!("{rest}\r\n").into_bytes())),
            ("| ", Some(said)) => match said.last_mut() {
                Some(Line::Reply(reply)) => {
                    reply.extend_from_slice(format!("{rest}\r\n").as_bytes());
                }
                other => panic!("a further line of {other:?}"),
            },
            ("= ", Some(_)) => steps.last_mut().expect("a step").result = rest,
            _ => panic!("{line:?} is not understood"),
        }
    }
    steps
}

/// A server that replays recorded replies.
#[derive(Default)]
struct Replayed {
    said: VecDeque<Line>,
    /// The replies that the server sent before the client's last command, and that no flow has read
    /// yet.
    arrived: VecDeque<Vec<u8>>,
    /// Whether a transfer is running. If so, a look finds no reply, because the replies after the
    /// data have not arrived yet.
    transferring: bool,
}

impl Server for Replayed {
    fn hear(&mut self, line: &str) {
        let expected = loop {
            match self.said.pop_front() {
                Some(Line::Reply(reply)) => self.arrived.push_back(reply),
                Some(Line::Command(command)) => break command,
                None => panic!("the client sends {line:?}, the transcript says nothing"),
            }
        };
        let secret = line.starts_with("PASS ") && expected == "PASS ***";
        assert!(
            secret || line == expected,
            "the client sends {line:?}, the transcript says {expected:?}"
        );
    }

    fn arrival(&mut self, wait: Wait) -> Arrival {
        if wait == Wait::Arrived && self.transferring {
            return Arrival::Silence;
        }
        if let Some(reply) = self.arrived.pop_front() {
            return Arrival::Bytes(reply);
        }
        match self.said.front() {
            Some(Line::Reply(_)) => {}
            _ if wait == Wait::Arrived => return Arrival::Silence,
            other => panic!("the client waits ({wait:?}), the transcript says {other:?}"),
        }
        match self.said.pop_front() {
            Some(Line::Reply(reply)) => Arrival::Bytes(reply),
            _ => Arrival::Silence,
        }
    }

    fn serve(&mut self, want: &str) -> Reaction {
        match want {
            "listen" => Reaction::Listening(self.announced()),
            "close graceful upload" | "close abandon" | "close discard" | support::SEND_END => {
                self.transferring = false;
                Reaction::Done
            }
            _ => Reaction::Done,
        }
    }
}

impl Replayed {
    /// Returns the recorded address that the client listened on, from the next EPRT or PORT.
    fn announced(&self) -> SocketAddr {
        let announced = self.said.iter().find_map(|line| match line {
            Line::Command(command) => of_eprt(command).or_else(|| of_port(command)),
            Line::Reply(_) => None,
        });
        announced.expect("EPRT or PORT in the transcript")
    }
}

/// Parses, for example, `EPRT |1|127.0.0.1|42581|`.
fn of_eprt(command: &str) -> Option<SocketAddr> {
    let mut fields = command.strip_prefix("EPRT |")?.split('|').skip(1);
    let address: IpAddr = fields.next()?.parse().ok()?;
    Some(SocketAddr::new(address, fields.next()?.parse().ok()?))
}

/// Parses, for example, `PORT 127,0,0,1,166,85`.
fn of_port(command: &str) -> Option<SocketAddr> {
    let fields = command.strip_prefix("PORT ")?.split(',');
    let bytes: Vec<u8> = fields.map_while(|field| field.parse().ok()).collect();
    let [a, b, c, d, high, low] = bytes[..] else {
        return None;
    };
    let port = u16::from_be_bytes([high, low]);
    Some(SocketAddr::from(([a, b, c, d], port)))
}

fn replay(text: &str) {
    let user = text
        .split_once("user ")
        .and_then(|(_, rest)| rest.split_once(':'))
        .map_or("", |(user, _)| user);
    let mut replay = Replay {
        // The sessions were recorded with one command at a time.
        driver: Driver::new(
            Config::default().with_pipelining(Pipelining::never()),
            Replayed::default(),
        ),
        user,
    };
    let steps = parse(text);
    assert!(steps.len() > 40, "no more than {} steps", steps.len());
    for step in steps {
        replay.driver.server.said.extend(step.said);
        let result = replay.perform(step.what);
        let result = result.unwrap_or_else(|error| {
            let code = error.reply().map(code);
            format!("{:?} {}", error.kind(), or_none(code))
        });
        assert_eq!(result, step.result, "{}", step.what);
        assert_eq!(replay.driver.breaches, [""; 0], "{}", step.what);
        // The operation has not read these replies, so for the next operation they have already
        // arrived.
        for line in std::mem::take(&mut replay.driver.server.said) {
            match line {
                Line::Reply(reply) => replay.driver.server.arrived.push_back(reply),
                Line::Command(command) => panic!("{}: {command:?} was not sent", step.what),
            }
        }
    }
}

struct Replay<'t> {
    driver: Driver<Replayed>,
    user: &'t str,
}

impl Replay<'_> {
    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.driver.run(flow)
    }

    /// Runs the operation that a step of the recording names. `xtask/src/interop/record.rs` has
    /// chosen the names, for example `login` or `features`.
    fn perform(&mut self, step: &str) -> Result<String, Error> {
        let (verb, argument) = step.split_once(' ').unwrap_or((step, ""));
        let words: Vec<_> = argument.split(' ').collect();
        let name = words[0];
        let number = |at: usize| -> u64 { words[at].parse().expect("a number") };
        Ok(match verb {
            "greeting" => code(&self.run(Greeting::new())?),
            "login" => {
                let credentials = Credentials::new(self.user, "some password")?;
                code(&self.run(Login::new(credentials))?)
            }
            "quit" => self
                .run(Quit::new())?
                .map_or_else(String::new, |reply| code(&reply)),
            "features" => self.run(Feat::new())?.iter().count().to_string(),
            "system" => code(&self.run(System::new())?),
            "status" => code(&self.run(Status::new(None::<&str>)?)?),
            "help" => code(&self.run(Help::new(None::<&str>)?)?),
            "site" => code(&self.run(Site::new(argument)?)?),
            "opts" => code(&self.run(SetOption::new(argument)?)?),
            "raw" => code(&self.run(Raw::new(argument)?)?),
            "noop" => code(&self.run(Noop::new())?),
            "pwd" => self.run(Pwd::new())?.to_string(),
            "cwd" => code(&self.run(ChangeDirectory::new(argument)?)?),
            "mkd" => or_none(self.run(MakeDirectory::new(argument)?)?),
            "rmd" => code(&self.run(RemoveDirectory::new(argument)?)?),
            "delete" => code(&self.run(Delete::new(argument)?)?),
            "rename" => code(&self.run(Rename::new(words[0], words[1])?)?),
            "size" => or_none(self.run(Size::new(argument)?)?),
            "modified" => {
                let modified = self.run(Modified::new(argument)?)?;
                or_none(modified.map(|time| time.to_digits()))
            }
            "entry" => {
                let entry = self.run(Facts::new(Some(argument))?)?;
                Escaped::new(entry.raw()).to_string()
            }
            "list" => self.listing(Open::list(None::<&str>)?)?,
            "names" => self.listing(Open::names(None::<&str>)?)?,
            "facts" => self.listing(Open::facts(None::<&str>)?)?,
            "active" => self.data_mode(DataMode::Active),
            "passive" => self.data_mode(DataMode::Passive),
            "upload" => self.moved(Open::store(name)?, number(1))?,
            "append" => self.moved(Open::append(name)?, number(1))?,
            "unique" => self.moved(Open::store_unique(Some(name))?, number(1))?,
            "download" => {
                let open = Open::retrieve(name)?.with_offset(number(1));
                self.moved(open, number(2))?
            }
            "abort-download" => self.aborted(Open::retrieve(name)?)?,
            "abort-upload" => self.aborted(Open::store(name)?)?,
            _ => panic!("{verb:?} is no step"),
        })
    }

    fn data_mode(&mut self, mode: DataMode) -> String {
        self.driver.session.set_data_mode(mode);
        "done".into()
    }

    fn open(&mut self, open: Open) -> Result<Transfer, Error> {
        let transfer = self.run(open)?;
        self.driver.server.transferring = transfer.direction() == Direction::Upload;
        Ok(transfer)
    }

    fn finished(&mut self, open: Open, bytes: u64) -> Result<Completion, Error> {
        let transfer = self.open(open)?;
        self.run(Finish::new(transfer, bytes, DataEnd::Clean))
    }

    fn listing(&mut self, open: Open) -> Result<String, Error> {
        self.finished(open, 1).map(|_| "done".into())
    }

    fn moved(&mut self, open: Open, bytes: u64) -> Result<String, Error> {
        let completion = self.finished(open, bytes)?;
        let name = completion.name.map(|name| format!(" as {name}"));
        let (code, bytes) = (code(&completion.reply), completion.bytes);
        Ok(format!("{code} for {bytes}{}", name.unwrap_or_default()))
    }

    fn aborted(&mut self, open: Open) -> Result<String, Error> {
        let transfer = self.open(open)?;
        let aborted = self.run(Abort::new(transfer))?;
        Ok(or_none(aborted.reply.as_ref().map(code)))
    }
}

fn code(reply: &Reply) -> String {
    reply.code().to_string()
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".into(), |value| value.to_string())
}
