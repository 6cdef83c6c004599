//! The pool's methods for whole trees, and for many files: several sessions do the work.

use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::Instant;

use ftp_proto::data::ProgressFlow;
use ftp_proto::retry::{Again, Attempts, RetryPolicy, Trying};
use ftp_proto::sync::{
    SessionState, SyncOptions, SyncPlan, SyncProgress, SyncReport, SyncStep, SyncWorker,
};
use ftp_proto::{Direction, Encoding, Error, ErrorKind, Name, Options, Wait};

use crate::net::Tcp;
use crate::pool::{Pool, PooledClient};
use crate::retrying::pause;
use crate::shared_run::{SLICE, SharedRun};
use crate::sys::local_place;
use crate::sys::seed::seed;

/// The methods for whole trees do what those of [`Client`](crate::Client) do. One session makes the
/// plan, and all sessions of the pool carry it out. If the server allows fewer sessions, those that
/// it allows do the work.
///
/// The first session is opened under the retry policy of the options, and the others after it. The
/// [total time](crate::Options::with_total_time) begins anew for each session, when it connects.
impl Pool {
    /// Compares a directory on the server with a local one, as
    /// [`Client::plan_download`](crate::Client::plan_download) does.
    ///
    /// # Errors
    /// The errors of that method and of [`get`](Self::get).
    pub fn plan_download(
        &self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        self.first(&options.retry)?
            .plan_download(remote, local, options)
    }

    /// Compares a local directory with one on the server, as
    /// [`Client::plan_upload`](crate::Client::plan_upload) does.
    ///
    /// # Errors
    /// The errors of that method and of [`get`](Self::get).
    pub fn plan_upload(
        &self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        self.first(&options.retry)?
            .plan_upload(local, remote, options)
    }

    /// Carries out a plan by several sessions. A file that fails does not end the rest: the report
    /// has all failures. Nor does a session that is lost, if another one is left.
    pub fn sync(&self, plan: SyncPlan) -> SyncReport {
        self.sync_with(plan, |_| ())
    }

    /// Carries out a plan as [`sync`](Self::sync) does. Calls `progress` while files move, and
    /// after each action. If `progress` returns `ControlFlow::Break(())`, the sync ends, and the
    /// report says so. One session at a time calls `progress`, and the others wait meanwhile.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let options = ftp_blocking::Options::new("localhost");
    /// # let pool = ftp_blocking::Pool::new(options, 4);
    /// use ftp_blocking::{SyncOptions, SyncProgress};
    ///
    /// let plan = pool.plan_upload("site", "htdocs", &SyncOptions::new())?;
    /// let show = |progress: SyncProgress<'_>| eprintln!("{progress}");
    /// print!("{}", pool.sync_with(plan, show));
    /// # Ok(())
    /// # }
    /// ```
    pub fn sync_with<R: ProgressFlow>(
        &self,
        plan: SyncPlan,
        progress: impl FnMut(SyncProgress<'_>) -> R + Send,
    ) -> SyncReport {
        let retry = plan.options().retry;
        self.carry_out(&retry, |_| plan, progress)
    }

    /// Downloads a directory and all below it by several sessions, as
    /// [`Client::download_tree`](crate::Client::download_tree) does by one.
    ///
    /// ```no_run
    /// use ftp_blocking::{Credentials, Options, Pool};
    ///
    /// let credentials = Credentials::new("ada", "secret")?;
    /// let pool = Pool::new(Options::new("ftp.example.org").with_credentials(credentials), 4);
    /// let report = pool.download_tree("pub/data", "data")?;
    /// print!("{report}");
    /// # Ok::<(), ftp_blocking::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`plan_download`](Self::plan_download).
    pub fn download_tree(
        &self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<SyncReport, Error> {
        self.download_tree_with(remote, local, &SyncOptions::new())
    }

    /// Downloads a directory and all below it, with options.
    ///
    /// # Errors
    /// The errors of [`plan_download`](Self::plan_download).
    pub fn download_tree_with(
        &self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let plan = self.plan_download(remote, local, options)?;
        Ok(self.sync(plan))
    }

    /// Uploads a directory and all below it by several sessions, as
    /// [`Client::upload_tree`](crate::Client::upload_tree) does by one.
    ///
    /// # Errors
    /// The errors of [`plan_upload`](Self::plan_upload).
    pub fn upload_tree(
        &self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<SyncReport, Error> {
        self.upload_tree_with(local, remote, &SyncOptions::new())
    }

    /// Uploads a directory and all below it, with options.
    ///
    /// # Errors
    /// The errors of [`plan_upload`](Self::plan_upload).
    pub fn upload_tree_with(
        &self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let plan = self.plan_upload(local, remote, options)?;
        Ok(self.sync(plan))
    }

    /// Downloads files, several at a time. Each pair is a path on the server and a local path, as
    /// for [`Client::get_file`](crate::Client::get_file). Interrupted files go on where they ended,
    /// and what may pass is tried again.
    ///
    /// ```no_run
    /// use ftp_blocking::{Credentials, Options, Pool};
    ///
    /// let credentials = Credentials::new("ada", "secret")?;
    /// let pool = Pool::new(Options::new("ftp.example.org").with_credentials(credentials), 4);
    /// let days = (1..=20).map(|day| (format!("logs/{day}.gz"), format!("{day}.gz")));
    /// let report = pool.get_files(days);
    /// for failure in &report.failures {
    ///     eprintln!("{failure}");
    /// }
    /// # Ok::<(), ftp_blocking::Error>(())
    /// ```
    pub fn get_files(
        &self,
        files: impl IntoIterator<Item = (impl Name, impl AsRef<Path>)>,
    ) -> SyncReport {
        self.get_files_with(files, &SyncOptions::new(), |_| ())
    }

    /// Downloads files as [`get_files`](Self::get_files) does, with options: those for
    /// [files](SyncOptions::files) and [retries](SyncOptions::retry) count. Calls `progress` as
    /// [`sync_with`](Self::sync_with) does.
    pub fn get_files_with<R: ProgressFlow>(
        &self,
        files: impl IntoIterator<Item = (impl Name, impl AsRef<Path>)>,
        options: &SyncOptions,
        progress: impl FnMut(SyncProgress<'_>) -> R + Send,
    ) -> SyncReport {
        let plan = |encoding: &Encoding| {
            let mut plan = SyncPlan::of_files(Direction::Download, options);
            for (remote, local) in files {
                let local = &local_place::bytes_of(local.as_ref());
                plan.add_file(local, remote.bytes(encoding));
            }
            plan
        };
        self.carry_out(&options.retry, plan, progress)
    }

    /// Uploads files, several at a time. Each pair is a local path and a path on the server, as for
    /// [`Client::put_file`](crate::Client::put_file). Interrupted files go on where they ended, and
    /// what may pass is tried again.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let options = ftp_blocking::Options::new("localhost");
    /// # let pool = ftp_blocking::Pool::new(options, 4);
    /// let files = ["a.csv", "b.csv", "c.csv"].map(|name| (name, format!("in/{name}")));
    /// let report = pool.put_files(files);
    /// print!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_files(
        &self,
        files: impl IntoIterator<Item = (impl AsRef<Path>, impl Name)>,
    ) -> SyncReport {
        self.put_files_with(files, &SyncOptions::new(), |_| ())
    }

    /// Uploads files as [`put_files`](Self::put_files) does, with options: those for
    /// [files](SyncOptions::files) and [retries](SyncOptions::retry) count. Calls `progress` as
    /// [`sync_with`](Self::sync_with) does.
    pub fn put_files_with<R: ProgressFlow>(
        &self,
        files: impl IntoIterator<Item = (impl AsRef<Path>, impl Name)>,
        options: &SyncOptions,
        progress: impl FnMut(SyncProgress<'_>) -> R + Send,
    ) -> SyncReport {
        let plan = |encoding: &Encoding| {
            let mut plan = SyncPlan::of_files(Direction::Upload, options);
            for (local, remote) in files {
                let local = &local_place::bytes_of(local.as_ref());
                plan.add_file(local, remote.bytes(encoding));
            }
            plan
        };
        self.carry_out(&options.retry, plan, progress)
    }
}

impl Pool {
    /// Opens the first session of a run. What may pass is tried again. The others begin only after
    /// that, so that no wrong password is sent by all of them.
    fn first(&self, retry: &RetryPolicy) -> Result<PooledClient, Error> {
        let (begun, stop) = (Instant::now(), self.stop());
        let mut attempts = Attempts::new(retry, seed());
        loop {
            let error = match self.get() {
                // The pool has been patient already.
                Err(error) if error.kind() != ErrorKind::Timeout(Wait::Session) => error,
                result => return result,
            };
            match attempts.failed(&error, Trying::Operation, begun.elapsed()) {
                Again::Never => return Err(error),
                Again::After(time) => {
                    pause(&Tcp::new(), &stop, time).map_err(|reason| reason.with_source(error))?
                }
            }
        }
    }

    /// Carries out a plan, which gets the encoding of the sessions.
    fn carry_out<R: ProgressFlow>(
        &self,
        retry: &RetryPolicy,
        plan: impl FnOnce(&Encoding) -> SyncPlan,
        mut progress: impl FnMut(SyncProgress<'_>) -> R + Send,
    ) -> SyncReport {
        let first = self.first(retry);
        let known = self.session_options().cloned();
        let server = known.or_else(|| Some(first.as_ref().ok()?.options.clone()));
        let server = server.unwrap_or_else(|| Options::new("").into());
        let plan = plan(&server.encoding);
        let most = plan.changes().count().max(1);
        let sessions = self.options().sessions.clamp(1, most);
        let told = |done: SyncProgress<'_>| progress(done).flow();
        let shared = SharedRun::new(plan, &server, seed(), told);
        let run = &shared;
        let mut first = match first {
            Ok(client) => client,
            Err(error) => {
                run.stop(error);
                return shared.into_report();
            }
        };
        let begun = Instant::now();
        // All are known to the run before one of them can be lost.
        let worker = run.worker();
        let others: Vec<SyncWorker> = (1..sessions).map(|_| run.worker()).collect();
        thread::scope(|scope| {
            for worker in others {
                let work = move || self.work(run, worker, begun);
                let spawned = thread::Builder::new().spawn_scoped(scope, work);
                if let Err(error) = spawned {
                    run.lose(Error::new(ErrorKind::Local).with_source(error));
                }
            }
            first.work_for(run, worker, begun);
            // Others may need its place in the pool.
            drop(first);
        });
        shared.into_report()
    }

    /// Works for a run by another session. If there is none, the run is told so.
    fn work<F>(&self, run: &SharedRun<F>, mut worker: SyncWorker, begun: Instant)
    where
        F: FnMut(SyncProgress<'_>) -> ControlFlow<()>,
    {
        loop {
            match run.next_step(&mut worker, SessionState::Dead, begun.elapsed()) {
                SyncStep::Connect => {
                    let got = self.try_get();
                    let (client, result) = match got {
                        Ok(client) => (Some(client), Ok(())),
                        Err(error) => (None, Err(error)),
                    };
                    run.connected(&mut worker, result, begun.elapsed());
                    if let Some(mut client) = client {
                        return client.work_for(run, worker, begun);
                    }
                }
                SyncStep::Pause(time) => thread::sleep(time.min(SLICE)),
                SyncStep::Wait => {}
                SyncStep::Run(_) | SyncStep::Done => return,
            }
        }
    }
}
