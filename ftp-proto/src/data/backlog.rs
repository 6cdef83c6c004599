//! What the system still holds of an upload whose end is sent.

use crate::wait::Wait;

/// Says how long an upload waits for the server's end, while the system still sends what it holds:
/// on a slow line that is minutes of data, and each byte that leaves is progress.
///
/// ```
/// use ftp_proto::Wait;
/// use ftp_proto::data::Backlog;
///
/// let mut backlog = Backlog::default();
/// // The time for the server's end is over, but the system has just sent some more.
/// assert_eq!(backlog.more_time(Some(70_000)), Some(Wait::DataClose));
/// assert_eq!(backlog.more_time(Some(20_000)), Some(Wait::DataClose));
/// // Nothing has left since then: that has the time of any stall, once.
/// assert_eq!(backlog.more_time(Some(20_000)), Some(Wait::DataIdle));
/// assert_eq!(backlog.more_time(Some(20_000)), None);
/// // Where the system does not say, there is no more time.
/// assert_eq!(Backlog::default().more_time(None), None);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Backlog {
    /// The least number of bytes that was held so far.
    least: Option<usize>,
    stalled: bool,
}

impl Backlog {
    /// The time for the server's end is over, and the system still holds so many bytes that the
    /// server has not acknowledged; `None` where it does not say. Yields how much longer to wait.
    pub fn more_time(&mut self, held: Option<usize>) -> Option<Wait> {
        // The last one is our end.
        let held = held.filter(|held| *held > 1);
        let Some(held) = held else {
            // All has just got through: now the server has its time.
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
