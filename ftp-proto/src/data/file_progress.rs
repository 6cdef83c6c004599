//! How much of a file a transfer has moved, for a progress bar of yours.

use core::fmt;
use core::ops::ControlFlow;

use super::DataPhase;
use crate::counted::Counted;
use crate::error::Error;

/// How much of a file is done. `Display` is a text such as `1.5 MiB of 3.0 MiB, 50 %`.
///
/// ```
/// use ftp_proto::data::Progress;
///
/// let progress = Progress::new(1_572_864, Some(3 * 1024 * 1024));
/// assert_eq!(progress.fraction(), Some(0.5));
/// assert_eq!(progress.to_string(), "1.5 MiB of 3.0 MiB, 50 %");
/// assert_eq!(Progress::new(999, None).to_string(), "999 bytes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes of the file are done, counted from the start of the file. So it starts at the
    /// [restart offset](crate::TransferOptions::with_offset). For an append, it starts at 0. If
    /// line ends are [translated](crate::LineEnds::Lf), these are bytes on the data connection.
    pub done: u64,
    /// The size of the whole file in bytes. It is never smaller than `done`. `None` if the size is
    /// not known, or if more bytes have moved than it says.
    ///
    /// For an upload, the local file's length tells the total. For a download, it is what you
    /// [expect](crate::TransferOptions::with_expected), or what the server announces. At a restart
    /// offset, some servers announce only the size of the rest: so expect a size, or ask for it by
    /// [`SizeCheck::Always`](crate::SizeCheck::Always).
    pub total: Option<u64>,
}

impl Progress {
    /// Makes a progress of `done` bytes out of `total`. A `total` below `done` counts as unknown.
    #[must_use]
    pub fn new(done: u64, total: Option<u64>) -> Self {
        let total = total.filter(|total| *total >= done);
        Self { done, total }
    }

    /// Returns which part of the file is done: from 0.0 to 1.0, which is also the result for an
    /// empty file. `None` if the size of the file is not known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        match self.total? {
            0 => Some(1.0),
            total => Some(self.done as f64 / total as f64),
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Size(self.done).fmt(f)?;
        let Some(total) = self.total else {
            return Ok(());
        };
        let percent = u128::from(self.done).saturating_mul(100);
        let percent = percent.checked_div(total.into()).unwrap_or(100);
        write!(f, " of {}, {percent} %", Size(total))
    }
}

/// A number of bytes, with a unit that fits.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40_u32, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        let unit = units.into_iter().find(|(bits, _)| self.0 >> bits > 0);
        let Some((bits, unit)) = unit else {
            return fmt::Display::fmt(&Counted::bytes(self.0), f);
        };
        let tenths = u128::from(self.0).saturating_mul(10) >> bits;
        let (whole, tenth) = (tenths / 10, tenths % 10);
        write!(f, "{whole}.{tenth} {unit}")
    }
}

/// What your function for the [progress](Progress) of a transfer returns: nothing, or a
/// [`ControlFlow`], with which the function can stop the transfer.
///
/// ```
/// use core::ops::ControlFlow;
/// use ftp_proto::data::{Progress, ProgressFlow};
///
/// fn transfer<R: ProgressFlow>(progress: impl FnMut(Progress) -> R) {
///     # let _ = progress;
/// }
///
/// transfer(|progress| println!("{progress}"));
/// transfer(|progress| match progress.done {
///     0..1_000_000 => ControlFlow::Continue(()),
///     _ => ControlFlow::Break(()), // A megabyte is enough.
/// });
/// ```
pub trait ProgressFlow: sealed::Sealed {
    /// Returns whether the transfer goes on or stops.
    fn flow(self) -> ControlFlow<()>;
}

impl ProgressFlow for () {
    fn flow(self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl ProgressFlow for ControlFlow<()> {
    fn flow(self) -> Self {
        self
    }
}

mod sealed {
    use core::ops::ControlFlow;

    #[allow(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {}

    impl Sealed for () {}
    impl Sealed for ControlFlow<()> {}
}

/// Tells a function the progress of a transfer. This type is for adapters: they call
/// [`tell`](Self::tell) at the start, and after each block.
#[derive(Debug)]
pub struct ProgressTeller<F> {
    function: F,
    told: Option<u64>,
}

impl<F, R> ProgressTeller<F>
where
    F: FnMut(Progress) -> R,
    R: ProgressFlow,
{
    /// Makes a teller for the start of a transfer.
    pub fn new(function: F) -> Self {
        Self {
            function,
            told: None,
        }
    }

    /// Calls the function, unless it knows this number of bytes already.
    ///
    /// # Errors
    /// [`Aborted`](crate::ErrorKind::Aborted) if the function stops the transfer. After the end of
    /// the data, the function cannot stop it any more.
    pub fn tell(&mut self, phase: &DataPhase) -> Result<(), Error> {
        let progress = phase.progress();
        if self.told.replace(progress.done) == Some(progress.done) {
            return Ok(());
        }
        match (self.function)(progress).flow() {
            ControlFlow::Break(()) if !phase.has_ended() => Err(phase.stopped()),
            _ => Ok(()),
        }
    }
}
