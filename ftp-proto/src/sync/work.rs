//! Turns an action of a plan into the work that it takes.

use super::action::{Action, Change};
use super::job::{LocalChange, LocalLinks, RemoteChange, Work};
use super::partial;
use super::paths;
use super::plan::{Places, SyncPlan};
use super::removal::{Removal, What};
use crate::error::{Error, Misuse};
use crate::files::{GetFile, PutFile};
use crate::options::Options;
use crate::session::transfer::Direction;
use crate::tree::{Links, MakeDirectories, file_name};

/// Returns the work of an action.
pub(super) fn work(plan: &SyncPlan, action: &Action, server: &Options) -> Result<Work, Error> {
    let remote = paths::join(&plan.remote_root, action.remote());
    match (plan.direction, action.change) {
        (_, Change::Skip) => Err(Error::misuse(Misuse::Finished)),
        (Direction::Download, Change::Create | Change::Update) => {
            get(plan, action, &remote, server).map(Work::Get)
        }
        (Direction::Download, Change::MakeDirectory) => Ok(Work::Local(LocalChange::MakeDirectory)),
        (Direction::Download, Change::Delete) => Ok(Work::Local(LocalChange::DeleteFile)),
        (Direction::Download, Change::RemoveDirectory) => {
            Ok(Work::Local(LocalChange::RemoveDirectory))
        }
        (_, Change::Create | Change::Update) => put(plan, action, &remote, server).map(Work::Put),
        (_, Change::MakeDirectory) => {
            let made = match action.remote() {
                b"" => MakeDirectories::new(remote),
                _ => MakeDirectories::only_last(remote),
            };
            made.map(|plan| Work::Remote(plan.into()))
        }
        (_, Change::Delete) => removal(&remote, What::File),
        (_, Change::RemoveDirectory) => removal(&remote, What::Directory),
    }
}

/// Returns the work that removes a link which the server shows as this directory.
pub(super) fn unlink(plan: &SyncPlan, action: &Action) -> Result<Work, Error> {
    let remote = paths::join(&plan.remote_root, action.remote());
    removal(&remote, What::Link)
}

fn removal(path: &[u8], what: What) -> Result<Work, Error> {
    Removal::new(path, what).map(|plan| Work::Remote(RemoteChange::from(plan)))
}

/// Returns the download of a file. If the scan has found no part of it, there is none to delete.
fn get(
    plan: &SyncPlan,
    action: &Action,
    remote: &[u8],
    server: &Options,
) -> Result<GetFile, Error> {
    let get = GetFile::new(remote, server, &plan.options.files)?;
    let path = &action.local;
    let has_leftovers = plan.places == Places::AsGiven
        || partial::is_shortened(path)
        || plan.leftovers.binary_search(path).is_ok();
    let get = match has_leftovers {
        true => get,
        false => get.without_leftovers(),
    };
    Ok(match action.size.zip(action.listed) {
        Some((size, time)) => get.with_listed(size, time),
        None => get,
    })
}

/// Returns the upload of a file. It keeps its name if the path on the server is a directory.
fn put(
    plan: &SyncPlan,
    action: &Action,
    remote: &[u8],
    server: &Options,
) -> Result<PutFile, Error> {
    let put = PutFile::new(remote, &plan.options.files)?;
    let put = match action.has_no_part {
        true => put.without_part(),
        false => put,
    };
    let name = file_name(&action.local);
    match core::str::from_utf8(name) {
        Ok(text) => put.with_name(&server.encoding.encode(text)?),
        Err(_) => put.with_name(name),
    }
}

/// Returns whether links may be followed on this machine. A download writes through none, except
/// to a path that you have given yourself.
pub(super) fn links(plan: &SyncPlan) -> LocalLinks {
    let follows = plan.direction == Direction::Upload && plan.options.walk.links == Links::Follow;
    match follows || plan.places == Places::AsGiven {
        true => LocalLinks::Follow,
        false => LocalLinks::Refuse,
    }
}

#[cfg(test)]
mod tests;
