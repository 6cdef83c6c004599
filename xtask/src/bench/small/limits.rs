//! The limits that this project has set for itself, for each further small file.

use super::super::report::{Outcome, Verdict, least, median};
use super::Row;
use super::client::PEER;

/// The limit for the round trips of an adapter that pipelines everything, as a fraction of its round
/// trips without pipelining: 2 of 3 in clear, and 4 of 6 under TLS. One of the 6 is vsftpd's own: it
/// sends 226 only after the client's close_notify. With a server that does not wait, 3 of 5 are left.
const OF_NEVER: f64 = 2.0 / 3.0;

/// How far a ratio of round trips may be above its limit. On a busy machine, the relay counts a
/// round trip too many now and then.
const NOISE: f64 = 0.03;

/// The limit for the system calls of an adapter by default, as a multiple of suppaftp's: for
/// ftp-blocking and for ftp-smol.
const CALLS_OF_PEER: [f64; 2] = [2.0, 4.0];

/// The limit for the CPU time of an adapter by default, as a multiple of suppaftp's: for
/// ftp-blocking and for ftp-smol.
const CPU_OF_PEER: [f64; 2] = [2.0, 2.5];

/// The limit for the CPU time of ftp-smol by default, as a multiple of ftp-blocking's.
const OF_BLOCKING: f64 = 1.5;

/// Returns a verdict for each limit whose programs have been measured.
pub(super) fn limits(rows: &[Row]) -> Vec<Verdict> {
    let named = |name: &str| rows.iter().find(|row| row.client.name == name);
    let mut verdicts = Vec::new();
    let peer = named(PEER);
    for (at, adapter) in ["blocking", "smol"].into_iter().enumerate() {
        let [default, always, never] =
            ["default", "always", "never"].map(|way| named(&format!("{adapter}-{way}")));
        if let (Some(always), Some(never)) = (always, never) {
            verdicts.push(trips(always, never, "2/3", OF_NEVER));
        }
        if let (Some(default), Some(always)) = (default, always) {
            verdicts.push(trips(default, always, "1", 1.0));
        }
        if let (Some(default), Some(peer)) = (default, peer) {
            verdicts.extend(calls(default, peer, CALLS_OF_PEER[at]));
            verdicts.push(cpu(default, peer, CPU_OF_PEER[at]));
        }
    }
    if let (Some(smol), Some(blocking)) = (named("smol-default"), named("blocking-default")) {
        verdicts.push(cpu(smol, blocking, OF_BLOCKING));
    }
    verdicts
}

fn trips(row: &Row, other: &Row, fraction: &str, limit: f64) -> Verdict {
    let ratio = row.trips / other.trips;
    let holds = ratio <= limit + NOISE;
    verdict(
        holds,
        holds,
        &format!(
            "{}: {ratio:.2} times the round trips of {}, at most {fraction}",
            row.client.name, other.client.name
        ),
    )
}

fn calls(row: &Row, peer: &Row, limit: f64) -> Option<Verdict> {
    let ratio = row.calls? / peer.calls?;
    let text = format!(
        "{}: {ratio:.2} times the system calls of {}, at most {limit:.1}",
        row.client.name, peer.client.name
    );
    Some(verdict(ratio <= limit, ratio <= limit, &text))
}

fn cpu(row: &Row, peer: &Row, limit: f64) -> Verdict {
    let pairs = row.cpu.iter().zip(&peer.cpu);
    let paired = median(pairs.map(|(own, peer)| own / peer));
    let of_least = least(row.cpu.iter().copied()) / least(peer.cpu.iter().copied());
    verdict(
        paired <= limit,
        of_least <= limit,
        &format!(
            "{}: {paired:.2} times the CPU of {}, at most {limit:.1} ({of_least:.2} by the least of \
             each)",
            row.client.name, peer.client.name
        ),
    )
}

fn verdict(by_median: bool, by_least: bool, text: &str) -> Verdict {
    Verdict::new(Outcome::of(by_median, by_least), text)
}
