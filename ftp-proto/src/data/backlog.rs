//! The bytes at the end of an upload that the client has written, but that the operating system has
//! not sent yet.

use crate::wait::Wait;

/// Decides how long an upload waits for the server to close the data connection while the operating
/// system still sends buffered bytes. On a slow line the system may send for minutes, so every byte
/// that it has sent counts as progress.
///
/// ```
/// use ftp_proto::Wait;
/// use ftp_proto::data::Backlog;
///
/// let mut backlog = Backlog::default();
/// // The time for the server's end has passed, but the system has just sent more bytes.
/// assert_eq!(backlog.more_time(Some(70_000)), Some(Wait::DataClose));
/// assert_eq!(backlog.more_time(Some(20_000)), Some(Wait::DataClose));
/// // Nothing has left since then: the wait goes on for the limit of idle data, once.
/// assert_eq!(backlog.more_time(Some(20_000)), Some(Wait::DataIdle));
/// assert_eq!(backlog.more_time(Some(20_000)), None);
/// // If the system does not say what it holds, there is no more time.
/// assert_eq!(Backlog::default().more_time(None), None);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Backlog {
    /// The smallest number of unacknowledged bytes that the system has reported until now. `None`
    /// if it has reported none.
    least: Option<usize>,
    stalled: bool,
}

impl Backlog {
    /// Returns how much longer to wait for the server to close the data connection of an upload, if
    /// it has not done so in time. `None` means to stop waiting. `held` is the number of bytes that
    /// the server has not acknowledged, or `None` if the operating system does not say.
    pub fn more_time(&mut self, held: Option<usize>) -> Option<Wait> {
        // The system counts the FIN at the end of the upload as one byte. So with 1, the server has
        // acknowledged all data.
        let held = held.filter(|held| *held > 1);
        let Some(held) = held else {
            // The server has received the last bytes only now, so the time in which it must close
            // the connection starts now.
            return self.least.take().map(|_| Wait::DataClose);
        };
        let progress = self.least.is_none_or(|least| held < least);
        if progress {
            self.least = Some(held);
            self.stalled = false;
            return Some(Wait::DataClose);
        }
        let first = !self.stalled;
        self.stalled = true;
        first.then_some(Wait::DataIdle)
    }
}
