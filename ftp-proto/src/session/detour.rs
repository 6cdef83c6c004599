//! A change of the directory for one listing, and the way back.

use alloc::vec::Vec;

use super::Session;
use super::operation::Running;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::flows::ChangeDirectory;
use crate::path::RemotePath;

/// The directory that the session returns to before its next operation.
#[derive(Clone, Debug)]
pub(super) struct Detour {
    back: RemotePath,
    /// The steps to that directory, as [`Standing`](super::Standing) keeps them.
    pub(super) directory: Option<Vec<Vec<u8>>>,
}

impl Session {
    /// Notes that the next CWD is only for the running operation, and that the session must return
    /// to `back`. Call it before the CWD is sent, because its reply may be lost.
    pub(crate) fn begin_detour(&mut self, back: RemotePath) {
        let directory = self.state.standing.directory.clone();
        self.state.detour = Some(Detour { back, directory });
    }

    /// Notes that the CWD was refused, so the session is still in its directory.
    pub(crate) fn end_detour(&mut self) {
        if let Some(detour) = self.state.detour.take() {
            self.state.standing.directory = detour.directory;
        }
    }

    pub(super) fn is_on_detour(&self) -> bool {
        self.state.detour.is_some()
    }

    /// Returns to the directory. If the server refuses, the session is dead, because every relative
    /// path would mean another file.
    pub(super) fn return_from_detour<F>(
        &mut self,
        running: &mut Running<F>,
        answer: &mut Answer,
    ) -> Result<(), Halt> {
        let Some(detour) = &self.state.detour else {
            return Ok(());
        };
        let cwd = match &mut running.returning {
            Some(cwd) => cwd,
            none => none.insert(ChangeDirectory::new(detour.back.as_bytes())?),
        };
        match cwd.step(self, answer.pass_on()) {
            Ok(Step::Done(_)) => {
                running.returning = None;
                self.end_detour();
                Ok(())
            }
            Ok(Step::Want(want)) => Err(self.hold_want(running, want).into()),
            Err(error) => {
                let why = "the client had changed the directory for a listing, and could not \
                           change it back: connect again";
                let reason =
                    Error::new(ErrorKind::Closed).with_source(alloc::format!("{why}: {error}"));
                Err(self.die_with(reason).into())
            }
        }
    }
}
