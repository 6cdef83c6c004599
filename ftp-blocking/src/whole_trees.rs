//! The client's methods for whole trees: to compare two directories, and to make one like the other.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use ftp_proto::data::ProgressFlow;
use ftp_proto::files::FilePlan;
use ftp_proto::retry::RetryPolicy;
use ftp_proto::sync::{
    Job, JobDone, LocalPlace, PlanSync, SessionState, SyncOptions, SyncPlan, SyncProgress,
    SyncReport, SyncStep, SyncWorker, Work,
};
use ftp_proto::tree::{Counted, Plan};
use ftp_proto::{Error, ErrorKind, Name};

use crate::client::Client;
use crate::retrying::{Tries, pause};
use crate::shared_run::{EndOnPanic, SLICE, SharedRun};
use crate::sys::disk::Disk;
use crate::sys::seed::seed;
use crate::sys::{local_place, local_tree};

/// Every method here connects again if the session is lost, as
/// [`SyncOptions::retry`](ftp_proto::sync::SyncOptions) says.
impl Client {
    /// Compares a directory on the server with a local one, and returns what a download would
    /// change. Nothing is changed. The local directory may be missing. `.` is the current
    /// directory, on both sides.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::sync::{Compare, SyncOptions};
    ///
    /// let newer = SyncOptions::new().with_compare(Compare::Newer);
    /// let plan = client.plan_download("pub/data", "data", &newer)?;
    /// print!("{plan}"); // a line for each change, with its reason
    /// let report = client.sync(plan);
    /// print!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The refusal of the directory on the server; an invalid argument; a local directory that
    /// cannot be read; a lost session that cannot be replaced. What goes wrong below the two
    /// directories is in [`SyncPlan::failures`].
    pub fn plan_download(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        let remote = self.encoded(&remote)?;
        let local = local_tree::scan_target(local.as_ref(), options)?;
        let plan = PlanSync::download(remote, local, &self.options.encoding, options)?;
        self.complete_retrying(plan, &options.retry)
    }

    /// Compares a local directory with one on the server, and returns what an upload would change.
    /// Nothing is changed. The directory on the server may be missing. `.` is the current
    /// directory, on both sides.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::SyncOptions;
    ///
    /// let plan = client.plan_upload("site", "htdocs", &SyncOptions::new())?;
    /// println!("{} files, {} bytes", plan.transfers(), plan.bytes());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A local directory that cannot be read; an invalid argument; a lost session that cannot be
    /// replaced. What goes wrong below the two directories is in [`SyncPlan::failures`].
    pub fn plan_upload(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        let remote = self.encoded(&remote)?;
        let local = local_tree::scan(local.as_ref(), options)?;
        let plan = PlanSync::upload(local, remote, &self.options.encoding, options)?;
        self.complete_retrying(plan, &options.retry)
    }

    /// Carries out a plan. A file that fails does not end the rest: the report has all failures.
    ///
    /// If the process is killed, make the plan again, and carry it out: interrupted files go on
    /// where they ended.
    pub fn sync(&mut self, plan: SyncPlan) -> SyncReport {
        self.sync_with(plan, |_| ())
    }

    /// Carries out a plan as [`sync`](Self::sync) does. Calls `progress` while files move, and
    /// after each action. If `progress` returns `ControlFlow::Break(())`, the sync ends, and the
    /// report says so.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::sync::{SyncOptions, SyncProgress};
    ///
    /// let plan = client.plan_upload("site", "htdocs", &SyncOptions::new())?;
    /// let report = client.sync_with(plan, |progress: SyncProgress<'_>| eprintln!("{progress}"));
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn sync_with<R: ProgressFlow>(
        &mut self,
        plan: SyncPlan,
        mut progress: impl FnMut(SyncProgress<'_>) -> R,
    ) -> SyncReport {
        let told = |done: SyncProgress<'_>| progress(done).flow();
        let run = SharedRun::new(plan, &self.options, seed(), told);
        self.work_for(&run, run.worker(), self.network.now());
        run.into_report()
    }

    /// Downloads a directory and all below it: files that are missing, that have another size, or
    /// that are newer on the server. Deletes nothing, and follows no links.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let report = client.download_tree("pub/data", "data")?;
    /// for failure in &report.failures {
    ///     eprintln!("{failure}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_download`](Self::plan_download).
    pub fn download_tree(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<SyncReport, Error> {
        self.download_tree_with(remote, local, &SyncOptions::new())
    }

    /// Downloads a directory and all below it, with options: what is compared, what is left out,
    /// and whether the local directory becomes an exact copy.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::SyncOptions;
    /// use ftp_blocking::sync::Extra;
    ///
    /// let mirror = SyncOptions::new().with_extra(Extra::Delete);
    /// let report = client.download_tree_with("pub/data", "data", &mirror)?;
    /// println!("{} deleted", report.deleted);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_download`](Self::plan_download).
    pub fn download_tree_with(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let plan = self.plan_download(remote, local, options)?;
        Ok(self.sync(plan))
    }

    /// Uploads a directory and all below it: files that are missing on the server, that have
    /// another size there, or that are newer here. Deletes nothing, and follows no links.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let report = client.upload_tree("site", "htdocs")?;
    /// print!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_upload`](Self::plan_upload).
    pub fn upload_tree(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<SyncReport, Error> {
        self.upload_tree_with(local, remote, &SyncOptions::new())
    }

    /// Uploads a directory and all below it, with options: what is compared, what is left out, and
    /// whether the directory on the server becomes an exact copy.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::SyncOptions;
    /// use ftp_blocking::sync::Filter;
    ///
    /// let no_drafts = SyncOptions::new().with_filter(Filter::new().exclude("*.draft")?);
    /// client.upload_tree_with("site", "htdocs", &no_drafts)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_upload`](Self::plan_upload).
    pub fn upload_tree_with(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let plan = self.plan_upload(local, remote, options)?;
        Ok(self.sync(plan))
    }
}

impl Client {
    /// Does the jobs of a run until there are none for this session. `begun` is when the run began.
    pub(crate) fn work_for<F>(&mut self, run: &SharedRun<F>, mut worker: SyncWorker, begun: Instant)
    where
        F: FnMut(SyncProgress<'_>) -> ControlFlow<()>,
    {
        let _guard = EndOnPanic(run);
        loop {
            if let Some(reason) = self.stopped() {
                run.stop(reason);
            }
            let state = SessionState::of(&self.session);
            match run.next_step(&mut worker, state, self.since(begun)) {
                SyncStep::Connect => {
                    let result = self.reconnect();
                    run.connected(&mut worker, result, self.since(begun));
                }
                SyncStep::Run(mut job) => {
                    let id = job.id();
                    let result = self.do_job(&mut job, &mut |file| run.moved(id, file));
                    let (state, now) = (SessionState::of(&self.session), self.since(begun));
                    run.finished(&mut worker, *job, result, state, now);
                }
                // A stop ends the pause. The next turn of the loop finds it.
                SyncStep::Pause(time) => {
                    drop(pause(&*self.network, &self.stop, time.min(SLICE)));
                }
                SyncStep::Wait => {}
                SyncStep::Done => return,
            }
        }
    }

    fn do_job(
        &mut self,
        job: &mut Job,
        progress: &mut impl FnMut(ftp_proto::data::Progress) -> ControlFlow<()>,
    ) -> Result<JobDone, Error> {
        match &mut job.work {
            Work::Get(plan) => self.move_file(plan, &job.local, progress),
            Work::Put(plan) => self.move_file(plan, &job.local, progress),
            Work::Remote(plan) => self.complete_by(plan).map(|()| JobDone::Changed),
            Work::Local(change) => {
                local_place::change(&job.local, *change).map(|()| JobDone::Changed)
            }
            _ => Err(Error::new(ErrorKind::Unsupported)),
        }
    }

    fn move_file(
        &mut self,
        plan: &mut impl FilePlan,
        place: &LocalPlace,
        progress: &mut impl FnMut(ftp_proto::data::Progress) -> ControlFlow<()>,
    ) -> Result<JobDone, Error> {
        let disk = Disk::within(place.clone())?;
        self.carry_out_file(plan, disk, progress).map(JobDone::File)
    }

    /// Does what a plan says. If the session is lost, goes on over a new one. A session that got
    /// further than those before begins the count of attempts anew.
    fn complete_retrying<T>(
        &mut self,
        plan: impl Plan<Item = Result<T, Error>>,
        policy: &RetryPolicy,
    ) -> Result<T, Error> {
        let mut plan = Counted::new(plan);
        let mut tries = Tries::begin(self, policy)?;
        loop {
            let before = plan.steps();
            match self.complete_by(&mut plan) {
                Err(error) if self.session.needs_reconnect() && !error.kind().is_stop() => {
                    if plan.steps() > before {
                        tries.progressed();
                    }
                    tries.recover(self, error)?;
                }
                result => return result,
            }
        }
    }

    fn since(&self, begun: Instant) -> Duration {
        self.network.now().saturating_duration_since(begun)
    }
}
