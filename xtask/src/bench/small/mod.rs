//! Measures what each further small file costs in one session: round trips, system calls and CPU
//! time. Each figure is a slope: a session with many files costs that much more than a session with
//! few, so that the start of the program, the login and QUIT do not count.

use crate::console::say;
use crate::servers::Result;

use super::compare::progress;
use super::measure;
use super::report::{Outcome, least, median};
use super::site::Protection;

use calls::Counter;
use client::{Client, all};
use ground::Ground;
use limits::limits;

mod calls;
mod client;
mod ground;
mod limits;
pub(super) mod relay;

/// How many files the sessions download whose round trips are counted. These sessions wait for the
/// relay most of the time, so they are short.
const FILES_RELAYED: [usize; 2] = [10, 50];

/// How many files the sessions download whose system calls are counted.
const FILES_CALLS: [usize; 2] = [20, 120];

/// How many files the sessions download whose CPU time is measured.
const FILES_CPU: [usize; 2] = [20, 320];

/// How often the round trips of a session are counted. The relay may count too many on a busy
/// machine, but never too few, so the least count is right.
const COUNTED: usize = 2;

/// What one further file costs a client.
struct Row {
    client: Client,
    trips: f64,
    /// `None` if neither perf nor strace can count system calls here.
    calls: Option<f64>,
    /// CPU time in milliseconds, in each round.
    cpu: Vec<f64>,
}

/// Measures the clients that `only` names, or else all. Returns whether each limit holds.
pub(super) fn run(rounds: usize, only: &[&str]) -> Result<Vec<Outcome>> {
    let counter = Counter::find();
    let mut verdicts = Vec::new();
    for protection in [Protection::Clear, Protection::Tls] {
        let mut clients = all(protection)?;
        if !only.is_empty() {
            clients.retain(|client| only.contains(&client.name));
        }
        let rows = measured(clients, protection, counter, rounds)?;
        table(&rows, protection, counter, rounds);
        let found = limits(&rows);
        found.iter().for_each(say);
        verdicts.extend(found);
    }
    Ok(verdicts.iter().map(|verdict| verdict.outcome).collect())
}

fn measured(
    clients: Vec<Client>,
    protection: Protection,
    counter: Counter,
    rounds: usize,
) -> Result<Vec<Row>> {
    let [.., most] = FILES_CPU;
    let ground = Ground::start(protection, most)?;
    let mut rows = Vec::new();
    for client in clients {
        let name = client.name;
        progress(&format!("{name}: round trips and system calls"));
        let failed = |error| format!("{name}: {error}");
        // The first run is not measured: the caches are cold, and each byte is compared.
        ground.check(&client).map_err(failed)?;
        rows.push(Row {
            trips: trips(&client, &ground).map_err(failed)?,
            calls: calls(&client, &ground, counter).map_err(failed)?,
            cpu: Vec::with_capacity(rounds),
            client,
        });
    }
    // The clients take turns, so that other work on the machine affects all of them alike.
    for round in 0..rounds {
        // Once is enough for a client without a limit.
        for row in rows
            .iter_mut()
            .filter(|row| round == 0 || row.client.has_limits())
        {
            let name = row.client.name;
            progress(&format!("CPU time: {} of {rounds}, {name}", round + 1));
            let cpu = cpu(&row.client, &ground).map_err(|error| format!("{name}: {error}"))?;
            row.cpu.push(cpu);
        }
    }
    progress("");
    Ok(rows)
}

/// Returns the round trips of a further file.
fn trips(client: &Client, ground: &Ground) -> Result<f64> {
    slope(FILES_RELAYED, |files| {
        let mut fewest = usize::MAX;
        for _ in 0..COUNTED {
            let relay = ground.relay()?;
            let mut command = client.command(ground, Some(&relay), files)?;
            measure::run(&mut command)?;
            fewest = fewest.min(relay.end()?);
        }
        Ok(fewest as f64)
    })
}

/// Returns the system calls of a further file.
fn calls(client: &Client, ground: &Ground, counter: Counter) -> Result<Option<f64>> {
    if counter == Counter::None {
        return Ok(None);
    }
    let calls = slope(FILES_CALLS, |files| {
        let relay = client.needs_relay().then(|| ground.relay()).transpose()?;
        let command = client.command(ground, relay.as_ref(), files)?;
        Ok(counter.count(&command, &ground.local())? as f64)
    });
    calls.map(Some)
}

/// Returns the CPU time of a further file, in milliseconds.
fn cpu(client: &Client, ground: &Ground) -> Result<f64> {
    slope(FILES_CPU, |files| {
        let relay = client.needs_relay().then(|| ground.relay()).transpose()?;
        let mut command = client.command(ground, relay.as_ref(), files)?;
        Ok(measure::run(&mut command)?.cpu * 1e3)
    })
}

/// Returns how much more each further file costs: `cost` gives the cost of a session with this many
/// files.
fn slope([few, many]: [usize; 2], mut cost: impl FnMut(usize) -> Result<f64>) -> Result<f64> {
    let (less, more) = (cost(few)?, cost(many)?);
    Ok((more - less) / (many - few) as f64)
}

fn table(rows: &[Row], protection: Protection, counter: Counter, rounds: usize) {
    say(&format!(
        "\neach further file of {} bytes, {}, {rounds} rounds; system calls {counter}",
        ground::SIZE,
        match protection {
            Protection::Clear => "in clear",
            Protection::Tls => "under TLS 1.3",
        },
    ));
    say(&format!(
        "{:17} {:>7} {:>7} {:>7} {:>7}\n{:17} {:>7} {:>7} {:>15}",
        "", "round", "system", "median", "least", "client", "trips", "calls", "CPU ms"
    ));
    for row in rows {
        let calls = row.calls.map(|calls| format!("{calls:.1}"));
        say(&format!(
            "{:17} {:7.2} {:>7} {:7.3} {:7.3}",
            row.client.name,
            row.trips,
            calls.as_deref().unwrap_or("-"),
            median(row.cpu.iter().copied()),
            least(row.cpu.iter().copied()),
        ));
    }
}
