//! Detours: for some listings the session changes the directory by CWD, and the next operation
//! changes it back.

use super::Session;
use super::negotiated::Detour;
use super::operation::Running;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Halt};
use crate::path::RemotePath;
use crate::wait::Wait;
use crate::wire::{Class, Reply, Verb};

impl Session {
    /// Notes that the running operation is about to send a CWD only for its listing, and that the
    /// next operation must first return to the directory `back`. Call this method before the CWD is
    /// sent: if the reply to the CWD is lost, the session must still return.
    pub(crate) fn begin_detour(&mut self, back: RemotePath) {
        let directory = self.state.standing.directory.clone();
        self.state.detour = Some(Detour { back, directory });
    }

    /// Ends the detour. The session is in its old directory, either because the server refused the
    /// CWD or because the session has returned.
    pub(crate) fn end_detour(&mut self) {
        if let Some(detour) = self.state.detour.take() {
            self.state.standing.directory = detour.directory;
        }
    }

    pub(super) fn is_on_detour(&self) -> bool {
        self.state.detour.is_some()
    }

    /// Sends CWD to return to the directory from before the detour. If the server refuses this CWD,
    /// the session is dead: every later relative path would mean a file in the wrong directory.
    pub(super) fn return_from_detour<F>(
        &mut self,
        running: &mut Running<F>,
        answer: &mut Answer,
    ) -> Result<(), Halt> {
        let Some(detour) = &self.state.detour else {
            return Ok(());
        };
        if !running.returning {
            running.returning = true;
            let cwd = Verb::CWD.with(detour.back.as_bytes());
            self.send(cwd.map_err(Error::from)?)?;
        }
        let back = self.next_reply(answer, Wait::Reply);
        match back.and_then(|reply| Ok(completed(reply)?)) {
            Ok(()) => {
                running.returning = false;
                self.end_detour();
                Ok(())
            }
            Err(Halt::Want(want)) => Err(self.hold_want(running, want).into()),
            Err(Halt::Error(error)) => {
                let why = "the client had changed the directory for a listing, and could not \
                           change it back: connect again (`reconnect`)";
                let reason =
                    Error::new(ErrorKind::Closed).with_source(alloc::format!("{why}: {error}"));
                Err(self.die_with(reason).into())
            }
        }
    }
}

fn completed(reply: Reply) -> Result<(), Error> {
    match reply.class() {
        Class::Completion => Ok(()),
        _ => Err(Error::from_reply(reply).with_command("CWD")),
    }
}
