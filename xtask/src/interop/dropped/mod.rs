//! Drops futures of ftp-smol at any poll, as `select!` does, in sessions with real servers. The
//! checks are about all that the client says afterwards: each answer is true, and the session is in
//! step or known to be dead.
//!
//! The sessions run on smol and, with `TokioTcp`, on tokio, in clear text and under TLS 1.3, in
//! passive and in active mode.

mod model;
mod operation;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::future::{Future, poll_fn};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use fastrand::Rng;
use ftp_smol::{Client, Credentials, DataMode, Error, ErrorKind, Options, Timeouts, TokioTcp};

use self::model::{FIXED, Model, fixed};
use self::operation::{Operation, Output};
use super::in_lanes;
use super::trust::{Secured, Trust};
use super::way;
use crate::console::{chain, complain, say};
use crate::job::dialogue::{Dialogue, Show};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::tls::TlsVersion;
use crate::servers::tree::WRITABLE;

/// The runtime in which the futures are polled.
#[derive(Clone, Copy, Debug)]
enum Runtime {
    Smol,
    Tokio,
}

/// How many of the last commands and replies are shown after a failure.
const TAIL: usize = 60;

/// How often a reconnect is tried before the run fails.
const RECONNECTS: usize = 3;

/// The time limit of each wait for pyftpdlib. When it closes a session with a data connection in
/// active mode, it may stop to watch the session that has got the same descriptor meanwhile. That
/// session then gets no reply any more.
const PATIENCE: Duration = Duration::from_secs(4);

/// At most this many polls come before a drop, and most often fewer: many operations take only one
/// or two on loopback.
const MOST_POLLS: usize = 14;

/// What happened in the sessions of one runtime with one server.
#[derive(Default)]
struct Tally {
    operations: usize,
    done: usize,
    refused: usize,
    /// How often a reply was noticed that answers another command. The operation fails then, and the
    /// session goes back into step.
    noticed: usize,
    /// How many operations have waited for a reply until the time limit. Only pyftpdlib leaves out
    /// replies: see [`PATIENCE`].
    timed_out: usize,
    /// After how many polls futures were dropped, and how many.
    dropped: BTreeMap<usize, usize>,
    /// How many sessions have ended and said so.
    ended: usize,
    reconnected: usize,
    /// The first reason why a session has ended.
    first: Option<String>,
}

/// Runs `seeds` sessions of `operations` operations in each way with each server.
pub(super) fn run(
    programs: &[Program],
    trust: &Trust,
    seeds: u64,
    operations: usize,
) -> Result<()> {
    let lines = in_lanes(programs, |program| {
        let mut lines = Vec::new();
        for secured in [None, Some(Secured::new(TlsVersion::Tls13))] {
            let server = program.start(&Setting {
                tls: secured.map(|secured| trust.server(secured)),
                ..Setting::default()
            })?;
            for runtime in [Runtime::Smol, Runtime::Tokio] {
                lines.push(all_seeds(
                    &server, trust, secured, runtime, seeds, operations,
                ));
            }
        }
        Ok(lines)
    })?;
    let mut failures = Vec::new();
    for (text, is_wrong) in lines {
        say(&text);
        failures.extend(is_wrong.then_some(text));
    }
    match failures.as_slice() {
        [] => Ok(()),
        failures => Err(format!("{} wrong:\n{}", failures.len(), failures.join("\n")).into()),
    }
}

/// Returns a line of the report, and whether something was wrong.
fn all_seeds(
    server: &Foreign,
    trust: &Trust,
    secured: Option<Secured>,
    runtime: Runtime,
    seeds: u64,
    operations: usize,
) -> (String, bool) {
    let begin = Instant::now();
    let mut tally = Tally::default();
    let wrong = (0..seeds).find_map(|seed| {
        let dialogue = Dialogue::new(Show::Kept);
        // Every second seed is for active mode, and the two runtimes begin with different ones.
        let mode = match (seed % 2 == 0) == matches!(runtime, Runtime::Smol) {
            true => DataMode::Passive,
            false => DataMode::Active,
        };
        let ran = options(server, trust, secured, mode, &dialogue).and_then(|options| {
            let run = one_seed(server, runtime, options, seed, operations, &mut tally);
            match runtime {
                Runtime::Smol => smol::block_on(run),
                Runtime::Tokio => tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?
                    .block_on(run),
            }
        });
        let error = ran.err()?;
        let (said, log) = (dialogue.tail(TAIL), server.log_tail());
        complain(&format!(
            "seed {seed}: {error}\n{said}\nThe server's log:\n{log}\n"
        ));
        Some(format!("seed {seed}: {error}"))
    });
    let channel = secured.map_or("in clear", |secured| secured.version.name());
    let text = format!(
        "{:<10} {channel:<9} {:<6} {tally}, {} {:.1} s",
        server.kind.name(),
        format!("{runtime:?}").to_lowercase(),
        match &wrong {
            None => "0 wrong".to_owned(),
            Some(error) => format!("WRONG: {error}"),
        },
        begin.elapsed().as_secs_f64(),
    );
    (text, wrong.is_some())
}

/// Returns the options of the client.
fn options(
    server: &Foreign,
    trust: &Trust,
    secured: Option<Secured>,
    mode: DataMode,
    dialogue: &Dialogue,
) -> Result<Options> {
    let dialogue = dialogue.clone();
    let options = way::options(server)
        .with_config(|config| config.with_data_mode(mode))
        .with_credentials(Credentials::new(server.user(), server.password())?)
        .with_observer(move |seen| dialogue.line(format!("  {seen}")));
    let options = match server.kind {
        Kind::Pyftpdlib => options.with_timeouts(Timeouts::default().with_all(PATIENCE)),
        _ => options,
    };
    match secured {
        Some(secured) => trust.options(options, secured),
        None => Ok(options),
    }
}

/// Runs one session. An error means that something happened that never may.
async fn one_seed(
    server: &Foreign,
    runtime: Runtime,
    options: Options,
    seed: u64,
    operations: usize,
    tally: &mut Tally,
) -> Result<()> {
    plant(server)?;
    let mut model = Model::new(seed);
    let mut rng = Rng::with_seed(seed);
    let mut client = connect(runtime, options.clone()).await?;
    for number in 0..operations {
        tally.operations += 1;
        let operation = model.choose();
        let polls = polls(&mut rng);
        let result = {
            let work = pin!(operation.perform(&mut client));
            match runtime {
                Runtime::Smol => up_to(work, polls).await,
                Runtime::Tokio => selected(work, polls).await,
            }
        };
        if result.is_none() {
            *tally.dropped.entry(polls).or_default() += 1;
        }
        let timed_out = matches!(&result, Some(Err(error)) if is_time_out(error));
        if timed_out && server.kind != Kind::Pyftpdlib {
            return Err(format!("operation {number}, {operation:?}, timed out").into());
        }
        let judged = judge(
            &operation,
            result,
            client.session().is_dead(),
            &mut model,
            tally,
        );
        let at = |why: String| format!("operation {number}, {operation:?}: {why}");
        judged.map_err(at)?;
        if client.session().is_dead() {
            renew(&mut client, runtime, &options, &mut model, tally)
                .await
                .map_err(|error| at(chain(&error)))?;
        }
    }
    // The first answer may be an error that says what the last operation has left.
    if client.pwd().await.is_err() && client.pwd().await.is_err() {
        if !client.session().is_dead() {
            return Err("the session is neither in step nor dead".into());
        }
        tally.ended += 1;
        renew(&mut client, runtime, &options, &mut model, tally).await?;
    }
    client.quit().await?;
    agrees_with_disk(server, model)
}

/// Chooses after how many polls an operation is dropped. A third of the operations may end.
fn polls(rng: &mut Rng) -> usize {
    match rng.u8(..3) {
        0 => usize::MAX,
        _ => {
            let most = rng.usize(1..=MOST_POLLS);
            rng.usize(1..=most)
        }
    }
}

/// Notes the result of an operation, and checks it. `None`: the operation was dropped.
fn judge(
    operation: &Operation,
    result: Option<std::result::Result<Output, Error>>,
    is_dead: bool,
    model: &mut Model,
    tally: &mut Tally,
) -> std::result::Result<(), String> {
    match result {
        None => model.note_dropped(operation),
        Some(Ok(output)) => {
            tally.done += 1;
            model.note_done(operation, output)?;
        }
        Some(Err(error)) if is_dead => {
            tally.ended += 1;
            tally.first.get_or_insert_with(|| chain(&error));
            model.note_dropped(operation);
        }
        Some(Err(error)) if is_time_out(&error) => {
            tally.timed_out += 1;
            model.note_dropped(operation);
        }
        // The client has noticed that a reply answers another command, such as a late 226.
        Some(Err(error)) if matches!(error.kind(), ErrorKind::UnexpectedReply) => {
            tally.noticed += 1;
            model.note_dropped(operation);
        }
        Some(Err(error)) => {
            tally.refused += 1;
            model.note_refused(operation, &error)?;
        }
    }
    Ok(())
}

fn is_time_out(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout(_))
}

/// Checks that the files on the server's disk are what they must be.
fn agrees_with_disk(server: &Foreign, mut model: Model) -> Result<()> {
    for name in model.files() {
        let found = fs::read(server.root().join(&name[1..])).ok();
        model.check_disk(&name, found.as_deref())?;
    }
    Ok(())
}

async fn connect(runtime: Runtime, options: Options) -> std::result::Result<Client, Error> {
    match runtime {
        Runtime::Smol => Client::connect(options).await,
        Runtime::Tokio => Client::connect_over(TokioTcp::new(), options).await,
    }
}

/// Replaces the connection of a dead session. What the old one had begun may still change files.
async fn renew(
    client: &mut Client,
    runtime: Runtime,
    options: &Options,
    model: &mut Model,
    tally: &mut Tally,
) -> std::result::Result<(), Error> {
    model.forget_uncertain();
    let mut error = None;
    for _ in 0..RECONNECTS {
        match client.reconnect().await {
            Ok(()) => {
                tally.reconnected += 1;
                return Ok(());
            }
            // A CWD was dropped, so that the directory is unknown.
            Err(error) if error.kind() == ErrorKind::TooLarge => {
                *client = connect(runtime, options.clone()).await?;
                model.begin_at_root();
                tally.reconnected += 1;
                return Ok(());
            }
            Err(failed) => error = Some(failed),
        }
    }
    error.map_or(Ok(()), Err)
}

/// Empties the directory in which clients may write, and puts the files there that never change.
fn plant(server: &Foreign) -> Result<()> {
    let room = server.root().join(WRITABLE);
    let owner = fs::metadata(&room)?;
    for entry in fs::read_dir(&room)? {
        let path = entry?.path();
        match path.is_dir() {
            true => fs::remove_dir_all(path)?,
            false => fs::remove_file(path)?,
        }
    }
    for (number, _) in FIXED.iter().enumerate() {
        let (name, content) = fixed(number);
        let path = server.root().join(&name[1..]);
        fs::write(&path, content)?;
        chown(&path, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

/// Polls a future at most this many times, and then drops it.
async fn up_to<T>(work: impl Future<Output = T>, mut polls: usize) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => {
            polls -= 1;
            match polls {
                0 => Poll::Ready(None),
                _ => Poll::Pending,
            }
        }
    })
    .await
}

/// Does the same by tokio's `select!`.
async fn selected<T>(work: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut work = pin!(work);
    let polled = Cell::new(0_usize);
    let counted = poll_fn(|cx| {
        polled.set(polled.get() + 1);
        work.as_mut().poll(cx)
    });
    let enough = poll_fn(|_| match polled.get() >= polls {
        true => Poll::Ready(()),
        false => Poll::Pending,
    });
    tokio::select! {
        biased;
        done = counted => Some(done),
        () = enough => None,
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dropped: usize = self.dropped.values().sum();
        write!(
            f,
            "{} operations: {} done, {} refused, {} old replies noticed, {} timed out, \
             {dropped} dropped (after poll",
            self.operations, self.done, self.refused, self.noticed, self.timed_out
        )?;
        for (polls, count) in &self.dropped {
            write!(f, " {polls}: {count}")?;
        }
        write!(
            f,
            "), {} ended, {} reconnected",
            self.ended, self.reconnected
        )?;
        match &self.first {
            Some(first) => write!(f, ", the first: {first}"),
            None => Ok(()),
        }
    }
}
