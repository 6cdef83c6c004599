//! A change of the directory for one listing, and the way back.

use super::Session;
use super::negotiated::Detour;
use super::operation::Running;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Halt};
use crate::path::RemotePath;
use crate::wait::Wait;
use crate::wire::{Class, Reply, Verb};

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
