//! Makes hundreds of transfers of every kind in one login, and then alternates between two logins.
//! Under TLS, each data connection resumes the TLS session of its own login, as long as the tickets
//! of that login last.

use super::content::{self, equal};
use super::run::Run;
use super::{ABORTED, Adapter, EMPTY, Job, LARGE, Report, SMALL};
use crate::servers::Result;

const TRANSFERS: usize = 300;
const UPLOADS_IN_A_ROW: usize = 100;
const ABORTED_IN_A_ROW: usize = 20;
/// How many rounds the two logins make. A round has four transfers.
const TURNS_OF_TWO: usize = 25;

/// The size in bytes of a file whose transfer is aborted. The socket buffers of both sides hold
/// less, so the transfer is still running when the client aborts it.
const UNDER_WAY: usize = 12 * 1024 * 1024;

/// Runs five hundred transfers. The last hundred alternate between two logins.
pub(crate) fn run(job: &Job, adapter: Adapter) -> Result<Report> {
    let mut run = Run::begin(job, adapter)?;
    mixed(&mut run)?;
    in_a_row(&mut run)?;
    let mut other = Run::begin(job, adapter)?;
    interleaved(&mut run, &mut other)?;
    let other = other.end()?;
    let report = run.end()?;
    Ok(report.with(&other))
}

/// Aborts forty uploads, one after the other. Under TLS, an aborted upload must also bring a new
/// session ticket, because each later data connection needs one.
pub(crate) fn aborts(job: &Job, adapter: Adapter) -> Result<Report> {
    let large = content::bytes(1, UNDER_WAY);
    let mut run = Run::begin(job, adapter)?;
    for _ in 0..ABORTED_IN_A_ROW {
        run.abort_upload(ABORTED, &large)?;
    }
    // Aborts each of these uploads after a few bytes, when no session ticket can have arrived yet.
    for _ in 0..ABORTED_IN_A_ROW {
        run.abort_upload(ABORTED, b"half")?;
    }
    run.delete(&[ABORTED])?;
    run.end()
}

/// Runs listings, downloads, uploads, transfers of empty files and aborted downloads, one after the
/// other.
fn mixed(run: &mut Run<'_>) -> Result<()> {
    let large = content::bytes(1, UNDER_WAY);
    run.upload(LARGE, &large)?;
    run.upload_small()?;
    run.upload(EMPTY, &[])?;
    let begin = run.transfers();
    for turn in 0..TRANSFERS {
        match turn % 10 {
            0 | 5 => run.upload(SMALL, &content_of(turn))?,
            // `SMALL` was last uploaded in the turn `turn / 5 * 5`. The download must bring the
            // content of that upload.
            2 | 9 => run.download(SMALL, &content_of(turn / 5 * 5))?,
            3 => run.upload(EMPTY, &[])?,
            4 => drop(run.abort_download(LARGE, UNDER_WAY / 16, &large)?),
            6 => run.named(&[LARGE, SMALL, EMPTY])?,
            7 => run.download(EMPTY, &[])?,
            _ => run.listed(&[LARGE, SMALL, EMPTY])?,
        }
    }
    let transfers = run.transfers() - begin;
    equal("the number of transfers", &TRANSFERS, &transfers)?;
    run.delete(&[LARGE, SMALL, EMPTY])
}

fn in_a_row(run: &mut Run<'_>) -> Result<()> {
    let names: Vec<String> = (0..UPLOADS_IN_A_ROW)
        .map(|number| format!("row-{number:02}.bin"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        run.upload(name, &content_of(number))?;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    run.named(&names)?;
    run.delete(&names)
}

/// Uploads a file in each of two logins. Then each login downloads the file that the other login
/// has uploaded.
fn interleaved(one: &mut Run<'_>, other: &mut Run<'_>) -> Result<()> {
    const ONE: &str = "one.bin";
    const OTHER: &str = "other.bin";
    for turn in 0..TURNS_OF_TWO {
        let (left, right) = (content_of(turn), content_of(turn + TURNS_OF_TWO));
        one.upload(ONE, &left)?;
        other.upload(OTHER, &right)?;
        one.download(OTHER, &right)?;
        other.download(ONE, &left)?;
    }
    one.delete(&[ONE, OTHER])
}

/// Returns the content of a file. Its length depends on `number`: zero, less than a TLS record, or
/// several records.
fn content_of(number: usize) -> Vec<u8> {
    content::bytes(number as u64, number % 32 * (number % 32) * 97)
}
