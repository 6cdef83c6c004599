//! Hundreds of transfers of every kind in one login, and then another login in between: each data
//! connection under TLS resumes the session of its own login, for as long as that lasts.

use std::collections::BTreeSet;

use ftp_blocking::wire::Escaped;

use super::content::{self, equal};
use super::driver::Driver;
use super::{ABORTED, EMPTY, Job, LARGE, Report, Run, SMALL};
use crate::servers::Result;

const TRANSFERS: usize = 300;
const UPLOADS_IN_A_ROW: usize = 100;
const ABORTED_IN_A_ROW: usize = 20;
/// Of four transfers each.
const TURNS_OF_TWO: usize = 25;

/// What is aborted: above what the sockets of both sides hold.
const UNDER_WAY: usize = 12 * 1024 * 1024;

pub(super) async fn run<D: Driver>(job: &Job) -> Result<Report> {
    let mut run = Run::<D>::begin(job).await?;
    mixed(&mut run).await?;
    in_a_row(&mut run).await?;
    let mut other = Run::<D>::begin(job).await?;
    interleaved(&mut run, &mut other).await?;
    let other = other.end().await?;
    let report = run.end().await?;
    Ok(report.with(&other))
}

/// Uploads that are aborted, one after the other: a data connection that is given up has tickets for
/// those behind it, too.
pub(super) async fn aborts<D: Driver>(job: &Job) -> Result<Report> {
    let large = content::bytes(1, UNDER_WAY);
    let mut run = Run::<D>::begin(job).await?;
    for _ in 0..ABORTED_IN_A_ROW {
        run.abort_upload(ABORTED, &large).await?;
    }
    // At once, before a ticket can have come.
    for _ in 0..ABORTED_IN_A_ROW {
        run.abort_upload(ABORTED, b"half").await?;
    }
    run.delete(&[ABORTED]).await?;
    run.end().await
}

/// Listings, downloads, uploads, empty files and aborts, one after the other.
async fn mixed<D: Driver>(run: &mut Run<'_, D>) -> Result<()> {
    let large = content::bytes(1, UNDER_WAY);
    run.upload(LARGE, &large).await?;
    run.upload_small().await?;
    run.upload(EMPTY, &[]).await?;
    let begin = run.transfers();
    for turn in 0..TRANSFERS {
        match turn % 10 {
            0 | 5 => run.upload(SMALL, &content_of(turn)).await?,
            1 => run.listed(&[LARGE, SMALL, EMPTY]).await?,
            // What was uploaded last.
            2 | 9 => run.download(SMALL, &content_of(turn / 5 * 5)).await?,
            3 => run.upload(EMPTY, &[]).await?,
            4 => {
                let mut part = Vec::new();
                run.abort_download(LARGE, UNDER_WAY / 16, &mut part).await?;
                run.same("the part", &large[..part.len()], &part)?;
            }
            6 => {
                let found: BTreeSet<_> = run.names().await?.into_iter().collect();
                equal(
                    "whether the names are there",
                    &true,
                    &found.contains(SMALL.as_bytes()),
                )?;
            }
            7 => run.download(EMPTY, &[]).await?,
            _ => run.listed(&[LARGE, SMALL, EMPTY]).await?,
        }
    }
    equal(
        "the number of transfers",
        &TRANSFERS,
        &(run.transfers() - begin),
    )?;
    run.delete(&[LARGE, SMALL, EMPTY]).await
}

async fn in_a_row<D: Driver>(run: &mut Run<'_, D>) -> Result<()> {
    let names: Vec<String> = (0..UPLOADS_IN_A_ROW)
        .map(|number| format!("row-{number:02}.bin"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        run.upload(name, &content_of(number)).await?;
    }
    let shown = |name: &Vec<u8>| Escaped::new(name).to_string();
    let found: BTreeSet<_> = run.names().await?.iter().map(shown).collect();
    equal("the names", &names.iter().cloned().collect(), &found)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    run.delete(&names).await
}

/// Each fetches what the other one has stored.
async fn interleaved<D: Driver>(one: &mut Run<'_, D>, other: &mut Run<'_, D>) -> Result<()> {
    const ONE: &str = "one.bin";
    const OTHER: &str = "other.bin";
    for turn in 0..TURNS_OF_TWO {
        let (left, right) = (content_of(turn), content_of(turn + TURNS_OF_TWO));
        one.upload(ONE, &left).await?;
        other.upload(OTHER, &right).await?;
        one.download(OTHER, &right).await?;
        other.download(ONE, &left).await?;
    }
    one.delete(&[ONE, OTHER]).await
}

/// Of every kind of length: none, less than a TLS record, some records.
fn content_of(number: usize) -> Vec<u8> {
    content::bytes(number as u64, number % 32 * (number % 32) * 97)
}
