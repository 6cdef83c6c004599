//! Carries out a plan between a server and a disk in memory, with one fault at one step.

use std::sync::LazyLock;

use ftp_proto::files::{
    FileFact, FileOptions, FilePlan, FileReport, FileStep, GetFile, PutFile, ReadPart, ReceiveFile,
    SendFile, above_limit,
};
use ftp_proto::{Config, DataEnd, Error, ErrorKind, Options, Pipelining, Transfer, Wait, flows};

use crate::disk::Disk;
use crate::host::{Host, Stored, time};
use crate::support::{Driver, Server as _, credentials, random};

/// The remote path of every test, and the local one.
pub(crate) const NAME: &str = "a";
/// The temporary name on the server.
pub(crate) const PARTIAL: &str = ".a.ftp-part";

/// No plan has more steps than this.
const MOST_STEPS: usize = 40;

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) host: Host,
    pub(crate) disk: Disk,
    /// How many bytes the confirmed transfers of the last plan have moved.
    pub(crate) moved: u64,
    /// How many bytes all transfers of whole files have moved, confirmed or not.
    pub(crate) wire: u64,
    /// Whether the session sends all that may share a flight together.
    pub(crate) pipelined: bool,
    now: u64,
}

/// What goes wrong at one step.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The number of the step. The first is 0.
    pub(crate) at: usize,
    pub(crate) what: Trouble,
}

#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The disk fails in this step, which may be a transfer.
    DiskFails,
    /// The server refuses the command of the step with this reply.
    Refused(&'static str),
    /// The server refuses the command with this verb, which is in this step, with this reply.
    RefusedTo(&'static str, &'static str),
    /// The connection is lost. A transfer moves this many bytes first.
    Lost(usize),
    /// The server does what it is asked, but the connection is lost before the reply.
    LostAfter,
    /// The server does what it is asked, but its reply comes too late. The session goes on.
    Late,
    /// The process is killed. A transfer moves this many bytes first.
    Killed(usize),
    /// The process is killed after the step.
    KilledAfter,
    /// The file that is transferred is replaced by this one before the step.
    Changes(Vec<u8>),
}

/// How a plan has ended. `None` if the process was killed.
pub(crate) type End = Option<Result<FileReport, Error>>;

impl World {
    /// Makes a world in which the server has the file `a` with these bytes.
    pub(crate) fn with_remote(bytes: &[u8]) -> Self {
        let mut world = Self::new();
        world.host.store(NAME, bytes, 100);
        world
    }

    /// Makes a world in which the file to upload has these bytes.
    pub(crate) fn with_local(bytes: &[u8]) -> Self {
        let mut world = Self::new();
        world.disk.source = Some(Stored {
            bytes: bytes.to_vec(),
            modified: time(100),
        });
        world
    }

    fn new() -> Self {
        Self {
            now: 1000,
            ..Self::default()
        }
    }

    /// Downloads `a`.
    pub(crate) fn get(&mut self, options: &FileOptions, fault: Option<Fault>) -> End {
        let server = Options::new("files.example.org");
        let plan = GetFile::new(NAME, &server, options).expect("a path");
        self.carry_out(plan, fault)
    }

    /// Uploads `a`.
    pub(crate) fn put(&mut self, options: &FileOptions, fault: Option<Fault>) -> End {
        let plan = PutFile::new(NAME, options).expect("a path");
        self.carry_out(plan, fault)
    }

    /// Downloads `a` without a fault.
    #[track_caller]
    pub(crate) fn fetched(&mut self, options: &FileOptions) -> FileReport {
        let end = self.get(options, None).expect("no kill");
        end.unwrap_or_else(|error| panic!("{error} {:?}", self.host.heard))
    }

    /// Uploads `a` without a fault.
    #[track_caller]
    pub(crate) fn stored(&mut self, options: &FileOptions) -> FileReport {
        let end = self.put(options, None).expect("no kill");
        end.unwrap_or_else(|error| panic!("{error} {:?}", self.host.heard))
    }

    /// The bytes of this file on the server. `None` if there is no such file.
    pub(crate) fn remote(&self, name: &str) -> Option<&[u8]> {
        self.host.files.get(name).map(|file| file.bytes.as_slice())
    }

    /// The bytes of the local file under its final name. `None` if there is no such file.
    pub(crate) fn local(&self) -> Option<&[u8]> {
        self.disk.target.as_ref().map(|file| file.bytes.as_slice())
    }

    pub(crate) fn carry_out(&mut self, mut plan: impl FilePlan, fault: Option<Fault>) -> End {
        let mut driver = self.log_in();
        self.moved = 0;
        let mut end = None;
        for at in 0.. {
            assert!(at < MOST_STEPS, "endless: {:?}", driver.server.heard);
            self.now += 1;
            (driver.server.now, self.disk.now) = (self.now, self.now);
            let trouble = fault.as_ref().filter(|fault| fault.at == at);
            let trouble = trouble.map(|fault| &fault.what);
            let step = match plan.next_step() {
                FileStep::Done(result) => {
                    end = Some(result);
                    break;
                }
                step => step,
            };
            match self.perform(&mut driver, step, trouble) {
                Some(result) => plan.finished(result),
                None => break,
            }
        }
        match end {
            Some(_) => self.disk.leave(),
            None => self.disk.kill(),
        }
        self.host = driver.server;
        end
    }

    fn log_in(&mut self) -> Driver<Host> {
        let mut host = std::mem::take(&mut self.host);
        host.greet();
        let config = match self.pipelined {
            true => Config::default().with_pipelining(Pipelining::always()),
            false => Config::default(),
        };
        let mut driver = Driver::new(config, host);
        driver.run(flows::Greeting::new()).expect("the greeting");
        let login = flows::Login::new(credentials());
        driver.run(login).expect("the login");
        if self.pipelined {
            self.show_abilities(&mut driver);
        }
        driver.server.heard.clear();
        driver
    }

    /// Lets the session find out what the server can do, with another file.
    fn show_abilities(&self, driver: &mut Driver<Host>) {
        driver.server.store("other", b"", 1);
        drop(driver.try_run(flows::Feat::new()));
        let dated = flows::SetModified::new("other", time(2)).expect("a path");
        drop(driver.try_run(dated));
        driver.server.files.remove("other");
    }

    /// Returns the result of the step. `None` if the process is killed.
    fn perform(
        &mut self,
        driver: &mut Driver<Host>,
        step: FileStep,
        trouble: Option<&Trouble>,
    ) -> Option<Result<FileFact, Error>> {
        let is_local = matches!(step, FileStep::Local(_));
        let moves = matches!(step, FileStep::Receive(_) | FileStep::Send(_));
        match trouble {
            Some(Trouble::DiskFails) => self.disk.fails = is_local || moves,
            Some(Trouble::Refused(reply)) => driver.server.refusal = Some(("", reply)),
            Some(Trouble::RefusedTo(verb, reply)) => driver.server.refusal = Some((verb, reply)),
            Some(Trouble::Lost(_)) if !moves => driver.server.dead = true,
            Some(Trouble::Killed(_)) if !moves => return None,
            Some(Trouble::Changes(bytes)) => self.change(driver, bytes),
            _ => {}
        }
        let most = match trouble {
            Some(Trouble::Lost(most) | Trouble::Killed(most)) => Some(*most),
            _ => None,
        };
        let before = self.wire;
        let result = match step {
            FileStep::Run(task) => driver.run(task).map(FileFact::Task),
            FileStep::Local(step) => self.disk.run(step).map(FileFact::Local),
            FileStep::Receive(receive) => self.receive(driver, receive, most),
            FileStep::Send(send) => self.send(driver, send, most),
            FileStep::Read(part) => read(driver, part),
            FileStep::Done(_) => panic!("it has ended"),
        };
        driver.server.refusal = None;
        match trouble {
            Some(Trouble::KilledAfter) => None,
            Some(Trouble::Killed(_)) => None,
            Some(Trouble::LostAfter | Trouble::Late) if is_local => Some(result),
            Some(Trouble::Late | Trouble::LostAfter) => {
                let is_lost = matches!(trouble, Some(Trouble::LostAfter));
                driver.server.dead = is_lost;
                let error = Error::new(match is_lost {
                    true => ErrorKind::Closed,
                    false => ErrorKind::Timeout(Wait::Reply),
                });
                // A transfer tells how many bytes it had moved before its reply was lost.
                Some(Err(match moves && result.is_ok() {
                    true => error.with_transferred(self.wire - before),
                    false => error,
                }))
            }
            _ => Some(result),
        }
    }

    /// Replaces the file that is transferred.
    fn change(&mut self, driver: &mut Driver<Host>, bytes: &[u8]) {
        let new = Stored {
            bytes: bytes.to_vec(),
            modified: time(self.now),
        };
        match &mut self.disk.source {
            Some(source) => *source = new,
            None => {
                driver.server.files.insert(NAME.into(), new);
            }
        }
    }

    /// Downloads into the partial file. If `most` is given, the connection is lost after as many
    /// bytes.
    fn receive(
        &mut self,
        driver: &mut Driver<Host>,
        receive: ReceiveFile,
        most: Option<usize>,
    ) -> Result<FileFact, Error> {
        let transfer = driver.run(receive.open)?;
        let data = driver.server.data();
        let come = most.map_or(data.len(), |most| most.min(data.len()));
        let is_short = most.is_none() && come < receive.head.len();
        let known = come.min(receive.head.len());
        self.wire += come as u64;
        if is_short || data[..known] != receive.head[..known] {
            driver.run(flows::Abort::new(transfer))?;
            return Ok(FileFact::HeadDiffers);
        }
        self.disk.write(receive.position, &data[known..come])?;
        if most.is_some() {
            return Err(cut(driver, transfer, come));
        }
        driver.server.data_ended();
        self.finish(driver, transfer, come)
    }

    /// Uploads the file. If `most` is given, the connection is lost after as many bytes.
    fn send(
        &mut self,
        driver: &mut Driver<Host>,
        send: SendFile,
        most: Option<usize>,
    ) -> Result<FileFact, Error> {
        let transfer = driver.run(send.open)?;
        if std::mem::take(&mut self.disk.fails) {
            return Err(crate::disk::failed().with_transferred(0));
        }
        let position = usize::try_from(send.position).expect("a position");
        let data = self.disk.source().get(position..).unwrap_or_default();
        let sent = most.map_or(data.len(), |most| most.min(data.len()));
        driver.server.take_in(&data[..sent]);
        self.wire += sent as u64;
        if most.is_some() {
            return Err(cut(driver, transfer, sent));
        }
        self.finish(driver, transfer, sent)
    }

    fn finish(
        &mut self,
        driver: &mut Driver<Host>,
        transfer: Transfer,
        bytes: usize,
    ) -> Result<FileFact, Error> {
        let finish = flows::Finish::new(transfer, bytes as u64, DataEnd::Clean);
        let completion = driver.run(finish)?;
        self.moved += completion.bytes;
        Ok(FileFact::Moved(completion))
    }
}

/// Loses the connection in the middle of a transfer.
fn cut(driver: &mut Driver<Host>, transfer: Transfer, moved: usize) -> Error {
    driver.server.dead = true;
    drop(transfer);
    Error::new(ErrorKind::Closed).with_transferred(moved as u64)
}

/// Downloads the end of a file into memory.
fn read(driver: &mut Driver<Host>, part: ReadPart) -> Result<FileFact, Error> {
    let transfer = driver.run(part.open)?;
    let data = driver.server.data();
    if data.len() > part.limit {
        driver.run(flows::Abort::new(transfer))?;
        return Err(above_limit(part.limit));
    }
    driver.server.data_ended();
    let finish = flows::Finish::new(transfer, data.len() as u64, DataEnd::Clean);
    driver.run(finish)?;
    Ok(FileFact::Part(data))
}

/// How many bytes at the end of a partial file are compared.
pub(crate) const BLOCK: usize = 64 * 1024;

/// Returns bytes of which no two blocks are the same.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut seed = 7;
        let all = (0..4 * BLOCK).map(|_| random(&mut seed) as u8);
        all.collect()
    });
    BYTES[..length].to_vec()
}
