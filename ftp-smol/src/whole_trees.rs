//! The client's methods for whole trees: to compare two directories, and to make one like the other.

use std::ops::ControlFlow;
use std::path::Path;
use std::task::Context;
use std::time::{Duration, Instant};

use ftp_blocking::sys::disk::Disk;
use ftp_blocking::sys::seed::seed;
use ftp_blocking::sys::{local_place, local_tree};
use ftp_proto::data::ProgressFlow;
use ftp_proto::files::FilePlan;
use ftp_proto::retry::RetryPolicy;
use ftp_proto::sync::{
    Job, JobDone, LocalPlace, LocalTree, PlanSync, SessionState, SyncOptions, SyncPlan,
    SyncProgress, SyncReport, SyncStep, SyncWorker, Work,
};
use ftp_proto::tree::{Counted, Plan};
use ftp_proto::{Error, ErrorKind, Name};
use smol::unblock;

use crate::client::Client;
use crate::retrying::{Tries, pause};
use crate::shared_run::{SLICE, SharedRun};

/// Every method here connects again if the session is lost, as
/// [`SyncOptions::retry`](ftp_proto::sync::SyncOptions) says.
impl Client {
    /// Compares a directory on the server with a local one, and returns what a download would
    /// change. Nothing is changed. The local directory may be missing. `.` is the current
    /// directory, on both sides.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::sync::{Compare, SyncOptions};
    ///
    /// let newer = SyncOptions::new().with_compare(Compare::Newer);
    /// let plan = client.plan_download("pub/data", "data", &newer).await?;
    /// print!("{plan}"); // a line for each change, with its reason
    /// let report = client.sync(plan).await;
    /// print!("{report}");
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The refusal of the directory on the server; an invalid argument; a local directory that
    /// cannot be read; a lost session that cannot be replaced. What goes wrong below the two
    /// directories is in [`SyncPlan::failures`].
    pub async fn plan_download(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        let remote = self.encoded(&remote)?;
        let local = scanned(local.as_ref(), options, local_tree::scan_target).await?;
        let plan = PlanSync::download(remote, local, &self.options.encoding, options)?;
        Box::pin(self.complete_retrying(plan, &options.retry)).await
    }

    /// Compares a local directory with one on the server, and returns what an upload would change.
    /// Nothing is changed. The directory on the server may be missing. `.` is the current
    /// directory, on both sides.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::SyncOptions;
    ///
    /// let plan = client.plan_upload("site", "htdocs", &SyncOptions::new()).await?;
    /// println!("{} files, {} bytes", plan.transfers(), plan.bytes());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// A local directory that cannot be read; an invalid argument; a lost session that cannot be
    /// replaced. What goes wrong below the two directories is in [`SyncPlan::failures`].
    pub async fn plan_upload(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        let remote = self.encoded(&remote)?;
        let local = scanned(local.as_ref(), options, local_tree::scan).await?;
        let plan = PlanSync::upload(local, remote, &self.options.encoding, options)?;
        Box::pin(self.complete_retrying(plan, &options.retry)).await
    }

    /// Carries out a plan. A file that fails does not end the rest: the report has all failures.
    ///
    /// If the process is killed, make the plan again, and carry it out: interrupted files go on
    /// where they ended.
    pub async fn sync(&mut self, plan: SyncPlan) -> SyncReport {
        self.sync_with(plan, |_| ()).await
    }

    /// Carries out a plan as [`sync`](Self::sync) does. Calls `progress` while files move, and
    /// after each action. If `progress` returns `ControlFlow::Break(())`, the sync ends, and the
    /// report says so.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::sync::{SyncOptions, SyncProgress};
    ///
    /// let plan = client.plan_upload("site", "htdocs", &SyncOptions::new()).await?;
    /// let report = client.sync_with(plan, |progress: SyncProgress<'_>| eprintln!("{progress}")).await;
    /// # let _ = report;
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    pub async fn sync_with<R: ProgressFlow>(
        &mut self,
        plan: SyncPlan,
        mut progress: impl FnMut(SyncProgress<'_>) -> R,
    ) -> SyncReport {
        let told = |done: SyncProgress<'_>| progress(done).flow();
        let run = SharedRun::new(plan, &self.options, seed(), told);
        let begun = self.network.now();
        // A task keeps room for its largest future as long as it lives.
        Box::pin(self.work_for(&run, run.worker(), begun)).await;
        run.into_report()
    }

    /// Downloads a directory and all below it: files that are missing, that have another size, or
    /// that are newer on the server. Deletes nothing, and follows no links.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let report = client.download_tree("pub/data", "data").await?;
    /// for failure in &report.failures {
    ///     eprintln!("{failure}");
    /// }
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_download`](Self::plan_download).
    pub async fn download_tree(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<SyncReport, Error> {
        self.download_tree_with(remote, local, &SyncOptions::new())
            .await
    }

    /// Downloads a directory and all below it, with options: what is compared, what is left out,
    /// and whether the local directory becomes an exact copy.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::SyncOptions;
    /// use ftp_smol::sync::Extra;
    ///
    /// let mirror = SyncOptions::new().with_extra(Extra::Delete);
    /// let report = client.download_tree_with("pub/data", "data", &mirror).await?;
    /// println!("{} deleted", report.deleted);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_download`](Self::plan_download).
    pub async fn download_tree_with(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let plan = self.plan_download(remote, local, options).await?;
        Ok(self.sync(plan).await)
    }

    /// Uploads a directory and all below it: files that are missing on the server, that have
    /// another size there, or that are newer here. Deletes nothing, and follows no links.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let report = client.upload_tree("site", "htdocs").await?;
    /// print!("{report}");
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_upload`](Self::plan_upload).
    pub async fn upload_tree(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<SyncReport, Error> {
        self.upload_tree_with(local, remote, &SyncOptions::new())
            .await
    }

    /// Uploads a directory and all below it, with options: what is compared, what is left out, and
    /// whether the directory on the server becomes an exact copy.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::SyncOptions;
    /// use ftp_smol::sync::Filter;
    ///
    /// let no_drafts = SyncOptions::new().with_filter(Filter::new().exclude("*.draft")?);
    /// client.upload_tree_with("site", "htdocs", &no_drafts).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_upload`](Self::plan_upload).
    pub async fn upload_tree_with(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let plan = self.plan_upload(local, remote, options).await?;
        Ok(self.sync(plan).await)
    }
}

impl Client {
    /// Does the jobs of a run until there are none for this session. `begun` is when the run began.
    pub(crate) async fn work_for<F>(
        &mut self,
        run: &SharedRun<F>,
        mut worker: SyncWorker,
        begun: Instant,
    ) where
        F: FnMut(SyncProgress<'_>) -> ControlFlow<()>,
    {
        loop {
            let (state, now) = (SessionState::of(&self.session), self.since(begun));
            let client = &mut *self;
            let stopped = move |cx: &mut Context<'_>| {
                client.stop.register(cx.waker());
                client.stopped()
            };
            match run.next_step(&mut worker, state, now, stopped).await {
                SyncStep::Connect => {
                    let result = self.reconnect().await;
                    run.connected(&mut worker, result, self.since(begun));
                }
                SyncStep::Run(mut job) => {
                    let id = job.id();
                    let result = self.do_job(&mut job, &mut |file| run.moved(id, file)).await;
                    let (state, now) = (SessionState::of(&self.session), self.since(begun));
                    run.finished(&mut worker, *job, result, state, now);
                }
                // A stop ends the pause. The next turn of the loop finds it.
                SyncStep::Pause(time) => {
                    let paused = pause(&mut *self.network, &self.stop, time.min(SLICE));
                    drop(paused.await);
                }
                SyncStep::Wait => {}
                SyncStep::Done => return,
            }
        }
    }

    async fn do_job(
        &mut self,
        job: &mut Job,
        progress: &mut impl FnMut(ftp_proto::data::Progress) -> ControlFlow<()>,
    ) -> Result<JobDone, Error> {
        match &mut job.work {
            Work::Get(plan) => self.move_file(plan, &job.local, progress).await,
            Work::Put(plan) => self.move_file(plan, &job.local, progress).await,
            Work::Remote(plan) => self.complete_by(plan).await.map(|()| JobDone::Changed),
            Work::Local(change) => {
                let (place, change) = (job.local.clone(), *change);
                let changed = unblock(move || local_place::change(&place, change)).await;
                changed.map(|()| JobDone::Changed)
            }
            _ => Err(Error::new(ErrorKind::Unsupported)),
        }
    }

    async fn move_file(
        &mut self,
        plan: &mut impl FilePlan,
        place: &LocalPlace,
        progress: &mut impl FnMut(ftp_proto::data::Progress) -> ControlFlow<()>,
    ) -> Result<JobDone, Error> {
        let place = place.clone();
        let disk = unblock(move || Disk::within(place)).await?;
        let moved = self.carry_out_file(plan, disk, progress).await;
        moved.map(JobDone::File)
    }

    /// Does what a plan says. If the session is lost, goes on over a new one. A session that got
    /// further than those before begins the count of attempts anew.
    async fn complete_retrying<T>(
        &mut self,
        plan: impl Plan<Item = Result<T, Error>>,
        policy: &RetryPolicy,
    ) -> Result<T, Error> {
        let mut plan = Counted::new(plan);
        let mut tries = Tries::begin(self, policy).await?;
        loop {
            let before = plan.steps();
            match self.complete_by(&mut plan).await {
                Err(error) if self.session.needs_reconnect() && !error.kind().is_stop() => {
                    if plan.steps() > before {
                        tries.progressed();
                    }
                    tries.recover(self, error).await?;
                }
                result => return result,
            }
        }
    }

    fn since(&self, begun: Instant) -> Duration {
        self.network.now().saturating_duration_since(begun)
    }
}

/// Reads a local directory on another thread.
async fn scanned(
    root: &Path,
    options: &SyncOptions,
    scan: fn(&Path, &SyncOptions) -> Result<LocalTree, Error>,
) -> Result<LocalTree, Error> {
    let (root, options) = (root.to_owned(), options.clone());
    unblock(move || scan(&root, &options)).await
}
