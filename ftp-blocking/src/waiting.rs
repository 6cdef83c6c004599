//! Waits for the two connections of a client at the same time.

use std::io;
use std::time::Instant;

use rustix::event::PollFlags;

use crate::client::Client;
use crate::drive::Readiness;
use crate::sys::poll::{Found, wait_for_both};

impl Client {
    /// Waits by `poll` for the two connections. If one of them has no descriptor, does nothing.
    pub(crate) fn poll_both(
        &mut self,
        readiness: Readiness,
        deadline: Instant,
    ) -> io::Result<Found> {
        let data_flags = match readiness {
            Readiness::Readable => PollFlags::IN,
            Readiness::Writable => PollFlags::OUT,
            Readiness::Either if self.data.has_unsent() => PollFlags::OUT,
            Readiness::Either => PollFlags::IN,
        };
        let control = self.control.stream().descriptor();
        let (Some(control), Some(data)) = (control, self.data.descriptor()) else {
            return Ok(self.unknown());
        };
        let control = Some(control).filter(|_| !self.session.is_dead());
        let found = wait_for_both((data, data_flags), control, deadline)?;
        if found.data_works {
            self.data.note_ready();
        }
        Ok(found)
    }

    /// What is known before `poll`: the data connection may be ready. Without a descriptor, the
    /// control connection may be ready too.
    pub(crate) fn unknown(&self) -> Found {
        let control = self.control.stream().descriptor();
        Found {
            data: true,
            control: self.seen.more || control.is_none() || self.data.descriptor().is_none(),
            ..Found::default()
        }
    }
}
