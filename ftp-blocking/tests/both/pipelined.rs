//! Random transfers with commands that leave together, to a server with one fault at a random point.
//! Whatever the fault is, an operation gives the right bytes or an error, and afterwards the session
//! is in step or dead. The same run with one command at a time keeps the same law.
//!
//! * `FTP_PIPELINED_SEEDS`: the number of seeds to run, from 0.
//! * `FTP_PIPELINED_SEED`: runs only this seed.

use std::env;
use std::io::{Read, Write};
use std::time::Duration;

use fastrand::Rng;
use ftp_proto::simulator::{Action, DuringTransfer, Fault, Setup, Simulator, Then};
use ftp_proto::tree::Inspected;
use ftp_proto::{DataMode, Error, Pipelining, Timeouts};

use crate::face::{Client, Memory, Options, TransferOptions};
use crate::support::tls::tls;

/// The number of seeds that `cargo test` runs, if `FTP_PIPELINED_SEEDS` is not set.
const SEEDS: u64 = 500;

/// The most operations that may fail because of one fault, if the session survives it.
const MOST_FAILURES: usize = 2;

#[test]
fn rule_7_pipelined_runs_give_the_same_files_or_an_error() {
    let number = |name| env::var(name).ok().map(|it| it.parse().expect("a number"));
    let seeds = match number("FTP_PIPELINED_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("FTP_PIPELINED_SEEDS").unwrap_or(SEEDS),
    };
    let failures: Vec<_> = seeds.filter_map(|seed| run(seed).err()).collect();
    let told: Vec<_> = failures.iter().take(3).map(String::as_str).collect();
    assert!(
        failures.is_empty(),
        "{} seeds failed:\n{}",
        failures.len(),
        told.join("\n\n")
    );
}

/// One operation of a run. The number is that of the file.
#[derive(Clone, Copy, Debug)]
enum Step {
    Download(usize),
    /// Downloads the rest of a file.
    Restart(usize),
    /// Downloads a file, with a NOOP in the middle.
    KeepAlive(usize),
    /// Drops a download after its first bytes.
    Drop(usize),
    /// Downloads a file that is not there.
    Missing,
    Upload(usize),
    Rename(usize),
    List,
    /// Asks for the sizes of this many files, and of one that is not there.
    Inspect(usize),
}

/// How many bytes of a file [`Step::Restart`] leaves out.
const OFFSET: u64 = 3;

/// Runs one seed in each way of pipelining.
fn run(seed: u64) -> Result<(), String> {
    let ways = [
        ("always", Pipelining::always()),
        ("adaptive", Pipelining::default()),
        ("never", Pipelining::never()),
    ];
    for (name, pipelining) in ways {
        let mut rng = Rng::with_seed(seed);
        let steps: Vec<_> = (0..rng.usize(4..12))
            .map(|number| step(number, &mut rng))
            .collect();
        let (fault, setup) = faulty(server(&mut rng), &mut rng);
        let pipelining = pipelining
            .with_transfer_next(rng.bool())
            .with_password_with_user(rng.bool());
        let protected = rng.u8(..12) == 0;
        let data_mode = match rng.u8(..3) {
            0 => DataMode::Active,
            _ => DataMode::Passive,
        };
        let trial = Trial::new(setup, pipelining, protected, data_mode);
        trial.run(&steps).map_err(|(why, told)| {
            format!("FTP_PIPELINED_SEED={seed}, {name}: {why}\n{fault}\n{told}")
        })?;
    }
    Ok(())
}

fn step(number: usize, rng: &mut Rng) -> Step {
    let file = rng.usize(..4);
    match rng.u8(..18) {
        16 | 17 => Step::Inspect(rng.usize(1..20)),
        0 | 1 => Step::Upload(number),
        2 | 3 => Step::Rename(number),
        4 => Step::List,
        5 => Step::Missing,
        // A file that is longer than the offset.
        6 => Step::Restart(file | 2),
        7 => Step::KeepAlive(file),
        8 => Step::Drop(file),
        _ => Step::Download(file),
    }
}

/// Returns the content of a file. No two files share a byte at the same place.
fn content(name: &str, number: usize) -> Vec<u8> {
    let length = [5, 0, 700, 2000][number % 4];
    let line = format!("{name} {number}\n");
    line.bytes().cycle().take(length).collect()
}

fn server(rng: &mut Rng) -> Setup {
    let mut setup = Setup::new().window([100, 4096][rng.usize(..2)]);
    for number in 0..12 {
        setup = setup
            .file(format!("/file{number}"), content("file", number))
            .file(format!("/old{number}"), content("old", number));
    }
    if rng.bool() {
        setup = setup.without("MLST").without("MLSD");
    }
    match rng.u8(..3) {
        0 => setup = setup.banner("220 (vsFTPd 3.0.5)"),
        1 => setup = setup.segment(rng.usize(1..9)),
        _ => {}
    }
    setup
}

/// Adds one fault. Returns its text too.
fn faulty(setup: Setup, rng: &mut Rng) -> (String, Setup) {
    let behaviours = [
        DuringTransfer::Immediate,
        DuringTransfer::Refused,
        DuringTransfer::EndedByEpsv,
        DuringTransfer::Discarded,
    ];
    let behaviour = behaviours[rng.usize(..4)];
    match rng.u8(..10) {
        0 => {
            return (
                "one command a segment".into(),
                setup.one_command_a_segment(),
            );
        }
        1 | 2 => return (format!("{behaviour:?}"), setup.during_transfer(behaviour)),
        _ => {}
    }
    let verbs = [
        "EPSV", "RETR", "EPRT", "TYPE", "SIZE", "MDTM", "MLST", "PWD", "STOR", "RNFR", "RNTO",
        "REST", "NOOP", "LIST", "PASS", "PBSZ", "PROT",
    ];
    let verb = verbs[rng.usize(..verbs.len()).min(rng.usize(..verbs.len()))];
    let raw = |text: &str| format!("{text}\r\n").into_bytes();
    let (verb, action) = match rng.u8(..21) {
        0 | 1 => (verb, Action::Twice),
        2 => (verb, Action::Silent),
        3 => (verb, Action::SilentFinal),
        4 | 5 => (verb, Action::Swap),
        6 => (verb, Action::Hold),
        7 => (verb, Action::HoldFinal),
        8 => (verb, Action::Stray(raw("226 stray"))),
        9 => (verb, Action::Unasked(raw("226 stray"))),
        10 => (verb, Action::Reply(raw("550 no"))),
        11 => (verb, Action::Reply(raw("425 no"))),
        12 => ("RETR", Action::ReplyBeforeAccept(raw("550 no"))),
        13 => (verb, Action::Hangup),
        14 => (verb, Action::ResetControl),
        15 => ("CONNECT", Action::RefuseConnect),
        16 => ("CONNECT", Action::AcceptLate),
        17 => ("RETR", Action::NoPreliminary),
        18 => ("RETR", Action::After(raw("426 cut"))),
        19 => ("CONNECT", Action::FromElsewhere),
        _ => {
            let (control, after) = (Vec::new(), rng.usize(..600));
            let then = Then::End;
            (
                "RETR",
                Action::At {
                    after,
                    control,
                    then,
                },
            )
        }
    };
    let nth = rng.usize(..6);
    let told = format!("{action:?} at {verb} number {nth}");
    (told, setup.fault(Fault::nth(verb, nth, action)))
}

struct Trial {
    memory: Memory,
    options: Options,
    told: Vec<String>,
}

/// What went wrong, and what happened before.
type Wrong = (String, String);

impl Trial {
    fn new(mut setup: Setup, pipelining: Pipelining, protected: bool, data_mode: DataMode) -> Self {
        let mut options = Options::new("localhost")
            .with_timeouts(Timeouts::default().with_all(Duration::from_secs(1)))
            .with_config(|config| config.with_pipelining(pipelining))
            .with_config(|config| config.with_data_mode(data_mode));
        if protected {
            setup = setup.tls(tls()[1].server.clone());
            options = options.with_tls(tls()[1].client.clone());
        }
        Self {
            memory: Memory::new(Simulator::new(setup)),
            options,
            told: Vec::new(),
        }
    }

    fn run(mut self, steps: &[Step]) -> Result<(), Wrong> {
        let network = self.memory.clone();
        let Ok(mut client) = Client::connect_over(network, self.options.clone()) else {
            return Ok(());
        };
        if let Err(error) = client.login("user", "secret") {
            self.told.push(format!("login: {error}"));
            return Ok(());
        }
        let mut failures = 0;
        for step in steps {
            let result = self.perform(&mut client, *step);
            self.told.push(match &result {
                Ok(right) => format!("{step:?}: {right}"),
                Err(error) => format!("{step:?}: {error}"),
            });
            match result {
                Ok(true) => {}
                Ok(false) => return Err(self.wrong("a wrong success")),
                Err(_) if client.session().is_dead() => return Ok(()),
                Err(_) if matches!(step, Step::Missing) => {}
                Err(_) => failures += 1,
            }
        }
        if failures > MOST_FAILURES {
            return Err(self.wrong("too many failures"));
        }
        let in_step = (0..2).any(|_| client.pwd().is_ok_and(|path| path.as_bytes() == b"/"));
        if !in_step && !client.session().is_dead() {
            return Err(self.wrong("out of step"));
        }
        Ok(())
    }

    /// Performs one step. Returns whether its result is right.
    fn perform(&self, client: &mut Client, step: Step) -> Result<bool, Error> {
        let path = |name: &str, number: usize| format!("/{name}{number}");
        Ok(match step {
            Step::Download(number) | Step::KeepAlive(number) => {
                let mut bytes = Vec::new();
                let mut download = client.download(path("file", number))?;
                if matches!(step, Step::KeepAlive(_)) {
                    download.keep_alive()?;
                }
                download.read_to_end(&mut bytes)?;
                download.finish()?;
                bytes == content("file", number)
            }
            Step::Restart(number) => {
                let options = TransferOptions::new().with_offset(OFFSET);
                let mut bytes = Vec::new();
                let mut download = client.download_with(path("file", number), &options)?;
                download.read_to_end(&mut bytes)?;
                download.finish()?;
                let whole = content("file", number);
                whole.get(OFFSET as usize..) == Some(&bytes[..])
            }
            Step::Drop(number) => {
                let mut download = client.download(path("file", number))?;
                let count = download.read(&mut [0; 20])?;
                count <= content("file", number).len()
            }
            Step::Missing => {
                let mut bytes = Vec::new();
                client.download("/missing")?.read_to_end(&mut bytes)?;
                false
            }
            Step::Upload(number) => {
                let new = content("new", number);
                let mut upload = client.upload(path("new", number))?;
                upload.write_all(&new)?;
                upload.finish()?;
                self.memory.server().file(path("new", number)) == Some(&new[..])
            }
            Step::Rename(number) => {
                let (from, to) = (path("old", number), path("moved", number));
                client.rename(&from, &to)?;
                let server = self.memory.server();
                let moved = server.file(&to) == Some(&content("old", number)[..]);
                moved && server.file(&from).is_none()
            }
            Step::Inspect(count) => {
                let mut paths: Vec<_> = (0..count).map(|it| path("file", it % 12)).collect();
                paths.push("/missing".into());
                let found = client.inspect_many(&paths)?;
                let right = (0..count).map(|it| Some(content("file", it % 12).len() as u64));
                let all = found.iter().zip(right.chain([None]));
                let mut wrong = all.filter(|(found, right)| found.size() != *right);
                match wrong.next() {
                    Some((Inspected::Refused(error), _)) => return Err(error.clone()),
                    wrong => wrong.is_none() && found.len() == count + 1,
                }
            }
            Step::List => {
                let lines = client.list(None)?;
                let there = self.memory.server().listing("/", true).unwrap_or_default();
                let lines = lines.iter().flat_map(|line| [line, &b"\r\n"[..]].concat());
                there == lines.collect::<Vec<u8>>()
            }
        })
    }

    fn wrong(&self, why: &str) -> Wrong {
        let server = self.memory.server();
        let dialogue = server.dialogue().map(|(line, meant)| {
            let meant = meant.unwrap_or_default();
            let text = [b"  > ", line, b"  < ", meant].concat();
            String::from_utf8_lossy(&text).trim_end().to_owned()
        });
        let dialogue: Vec<_> = dialogue.collect();
        let told = format!("{}\n{}", self.told.join("\n"), dialogue.join("\n"));
        (why.into(), told)
    }
}
