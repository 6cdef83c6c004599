//! A job of a few transfers: an upload, a listing and a download, without an abort.

use super::client::Adapter;
use super::content;
use super::run::Run;
use super::{Job, LARGE, Report};
use crate::servers::Result;

pub(crate) fn run(job: &Job, adapter: Adapter) -> Result<Report> {
    let large = content::bytes(1, job.large);
    let mut run = Run::begin(job, adapter)?;
    run.upload(LARGE, &large)?;
    run.listed(&[LARGE])?;
    run.download(LARGE, &large)?;
    run.delete(&[LARGE])?;
    run.end()
}
