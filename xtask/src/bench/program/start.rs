//! The time from the start of each program to its end, for one small file.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::job::content;
use crate::servers::Result;
use crate::servers::foreign::Ports;

use super::super::report::Verdict;
use super::super::site::{Protection, ROOTS, serve};
use super::peers::{Place, lftp_and_wget};
use super::turns::Turns;
use super::{Row, named, protected, table, wall};

/// How often each program runs in a round. They take turns.
const STARTS: usize = 6;

const SIZE: usize = 1024;

/// The time limit of a start.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn run(program: &Path, rounds: usize) -> Result<Vec<Verdict>> {
    let (lftp, wget) = lftp_and_wget()?;
    let mut verdicts = Vec::new();
    for protection in [Protection::Clear, Protection::Tls] {
        let (scratch, server) = serve(protection, Ports::Many)?;
        let bytes = content::bytes(7, SIZE);
        fs::write(server.root().join("small"), &bytes)?;
        let place = Place {
            address: SocketAddr::from(([127, 0, 0, 1], server.port())),
            protection,
            roots: &scratch.0.join(ROOTS),
        };
        let to = scratch.0.join("downloaded");
        let get = format!("get /small -o '{}'", to.display());
        let mut rows = vec![
            Row::new("ftpx", place.ftpx_get(program, "small", &to)),
            Row::new("curl", place.curl_get("small", &to)),
            Row::new("lftp", place.lftp(&lftp, &get)),
        ];
        if protection == Protection::Clear {
            // Under TLS, wget (1.21.3) closes the data connection without close_notify. The server
            // then replies 426, and wget waits for a second and asks for the size.
            rows.push(Row::new("wget", place.wget_get(&wget, "small", &to)));
        }
        let turns = Turns {
            what: "start",
            count: rounds * STARTS,
            patience: PATIENCE,
        };
        turns.run(&mut rows, |name, _| {
            content::compare(name, &bytes, &fs::read(&to)?)?;
            Ok(fs::remove_file(&to)?)
        })?;
        let title = format!(
            "one file of {SIZE} bytes, {}, {} starts",
            protected(protection),
            rounds * STARTS
        );
        table(&title, &rows);
        if let (Some(own), Some(curl)) = (named(&rows, "ftpx"), named(&rows, "curl")) {
            verdicts.push(own.at_most(1.0, curl, "time", wall));
        }
    }
    Ok(verdicts)
}
