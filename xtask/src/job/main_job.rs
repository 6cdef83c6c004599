//! The main job: does once everything that a client is needed for, such as uploads, listings,
//! downloads, a resumed download and aborts.

use super::client::{Adapter, ask};
use super::content::{self, equal};
use super::run::Run;
use super::{ABORTED, EMPTY, Job, LARGE, Report, SMALL, during};
use crate::servers::Result;

pub(crate) fn run(job: &Job, adapter: Adapter) -> Result<Report> {
    let large = content::bytes(1, job.large);
    let mut run = Run::begin(job, adapter)?;

    run.upload(LARGE, &large)?;
    run.upload_small()?;
    run.listed(&[LARGE, SMALL])?;
    let size = ask!(run.client.open(), it => it.size(job.path(LARGE)));
    let size = during("asking for the size", size)?;
    equal("the size", &Some(large.len() as u64), &size)?;

    // Aborts a download after a third of the file, and then downloads the rest.
    let mut copy = run.abort_download(LARGE, large.len() / 3, &large)?;
    run.resume(LARGE, &mut copy, large.len())?;
    run.same("the resumed download", &large, &copy)?;
    run.check_in_step("the resumed download")?;

    // Aborts a download and an upload. After each abort, replies must still match the commands.
    run.abort_download(LARGE, large.len() / 2, &large)?;
    run.check_in_step("an aborted download")?;
    run.abort_upload(ABORTED, &large)?;
    run.check_in_step("an aborted upload")?;

    run.upload(EMPTY, &[])?;
    run.download(EMPTY, &[])?;

    run.delete(&[LARGE, SMALL, EMPTY, ABORTED])?;
    run.end()
}
