//! Waits with the system call `poll` until a descriptor is ready.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;

/// The longest wait of one `poll`. Some systems count its milliseconds in 31 bits.
const LONGEST: Duration = Duration::from_secs(1_000_000);

/// Waits until one of the descriptors is ready. Returns `false` at the deadline.
///
/// # Errors
/// The error of the system call.
pub fn wait(descriptors: &[(BorrowedFd<'_>, PollFlags)], deadline: Instant) -> io::Result<bool> {
    let mut polled: Vec<PollFd<'_>> = descriptors
        .iter()
        .map(|(descriptor, flags)| PollFd::from_borrowed_fd(*descriptor, *flags))
        .collect();
    poll_until(&mut polled, deadline)
}

/// What `poll` has found out about the two connections of a client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// Whether `poll` was asked at all.
    pub polled: bool,
    /// Whether there is something to do on the data connection.
    pub data: bool,
    /// Whether the data connection has no error and was not ended by the peer.
    pub data_works: bool,
    /// Whether there is something to read on the control connection.
    pub control: bool,
}

/// Waits until the data connection is ready, or until there is something to read on the control
/// connection. At the deadline, nothing is ready.
///
/// # Errors
/// The error of the system call.
pub fn wait_for_both(
    (data, flags): (BorrowedFd<'_>, PollFlags),
    control: Option<BorrowedFd<'_>>,
    deadline: Instant,
) -> io::Result<Found> {
    let second = PollFd::from_borrowed_fd(control.unwrap_or(data), PollFlags::IN);
    let mut both = [PollFd::from_borrowed_fd(data, flags), second];
    poll_until(&mut both[..1 + usize::from(control.is_some())], deadline)?;
    let [data, second] = both.map(|it| it.revents());
    Ok(Found {
        polled: true,
        data: !data.is_empty(),
        // Windows reports a part of the flags that `IN` stands for.
        data_works: !data.is_empty() && flags.contains(data),
        control: control.is_some() && !second.is_empty(),
    })
}

fn poll_until(polled: &mut [PollFd<'_>], deadline: Instant) -> io::Result<bool> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let time = left.min(LONGEST);
        let timeout = Timespec::try_from(time).unwrap_or_default();
        match poll(polled, Some(&timeout)) {
            Ok(0) if time < left => {}
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
