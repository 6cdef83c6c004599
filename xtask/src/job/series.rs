//! Makes fifty transfers in one login. A client that does not collect new TLS session tickets runs
//! out of them, and a server that demands resumption then refuses the next transfer.

use super::content::{self, equal};
use super::run::Run;
use super::{Adapter, Job, Report};
use crate::servers::Result;

const TRANSFERS: usize = 50;
const UPLOADS_IN_A_ROW: usize = 20;

/// Runs fifty transfers, twenty of which are uploads in a row.
pub(crate) fn run(job: &Job, adapter: Adapter) -> Result<Report> {
    let names: Vec<String> = (0..UPLOADS_IN_A_ROW)
        .map(|number| format!("series-{number:02}.bin"))
        .collect();
    let mut run = Run::begin(job, adapter)?;
    for (number, name) in names.iter().enumerate() {
        run.upload(name, &content_of(number))?;
    }
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    // Repeats four steps: two downloads, an NLST, and a LIST.
    for (number, turn) in (UPLOADS_IN_A_ROW..TRANSFERS).enumerate() {
        match turn % 4 {
            2 => run.named(&all)?,
            3 => run.listed(&all)?,
            _ => {
                let number = number % names.len();
                run.download(&names[number], &content_of(number))?;
            }
        }
    }
    equal("the number of transfers", &TRANSFERS, &run.transfers())?;
    run.delete(&all)?;
    run.end()
}

/// Returns the content of a file. Its length depends on `number`: zero, less than a TLS record, or
/// several records.
fn content_of(number: usize) -> Vec<u8> {
    content::bytes(number as u64, number * number * 317)
}
