//! Keeps the server and the measured programs on one CPU.
//!
//! On two CPUs, the kernel moves the bytes of a local connection on the CPU of one end or of the
//! other, by their pace. A client that keeps up with the server then has a part of the server's
//! CPU time counted as its own. On one CPU, only the client's own calls make a difference.

use rustix::io;
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::servers::Result;

/// While this value lives, this thread, the programs that it starts, and one more process with the
/// processes that it starts, run on one CPU.
pub(super) struct OneCpu {
    before: Vec<(Option<Pid>, CpuSet)>,
}

impl OneCpu {
    /// Moves this thread and the process with this number to the first CPU that this thread may
    /// use.
    pub(super) fn with(process: u32) -> Result<Self> {
        let process = Pid::from_raw(process.try_into()?);
        let allowed = sched_getaffinity(None)?;
        let first = (0..CpuSet::MAX_CPU).find(|&cpu| allowed.is_set(cpu));
        let mut one = CpuSet::new();
        one.set(first.ok_or("no CPU is allowed")?);
        let before = [None, process].map(|task| Ok((task, sched_getaffinity(task)?)));
        let before = before.into_iter().collect::<io::Result<_>>()?;
        // Made first, so that an error below gives back what was changed.
        let held = Self { before };
        for (task, _) in &held.before {
            sched_setaffinity(*task, &one)?;
        }
        Ok(held)
    }
}

impl Drop for OneCpu {
    fn drop(&mut self) {
        for (task, cpus) in &self.before {
            // The process may have ended.
            let _ = sched_setaffinity(*task, cpus);
        }
    }
}
