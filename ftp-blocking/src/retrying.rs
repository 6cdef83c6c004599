//! Operations that are repeated if they fail for a reason that may pass.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ftp_proto::data::{Progress, ProgressFlow};
use ftp_proto::files::{FileOptions, FilePlan, FileReport};
use ftp_proto::retry::{Again, Attempts, RetryPolicy, Trying};
use ftp_proto::sync::{SyncOptions, SyncReport};
use ftp_proto::{Error, Name, Options, Stop};

use crate::client::{Client, Unconnected};
use crate::drive::later;
use crate::net::Tcp;
use crate::sys::disk::Disk;
use crate::sys::seed::seed;
use crate::transport::Network;

/// A client that repeats what fails for a reason that may pass: a lost connection, a time-out, a
/// 4xx reply. [`Client::retrying`] makes it.
///
/// Before another attempt it pauses, and connects again ([`Client::reconnect`]) if the session is
/// dead, or if the server refused a data connection because no TLS session was resumed. The
/// [`RetryPolicy`] says how often and how long. An [`AbortHandle`](crate::AbortHandle) and the total
/// time end the pauses too.
///
/// ```no_run
/// use ftp_blocking::{Client, Credentials, Options, RetryPolicy};
///
/// let policy = RetryPolicy::new();
/// let credentials = Credentials::new("ada", "secret")?;
/// let options = Options::new("ftp.example.org").with_credentials(credentials);
/// let mut client = Client::connect_retrying(options, &policy)?;
/// let mut retrying = client.retrying(&policy);
/// retrying.get_file("pub/image.iso", "image.iso")?;
/// let names = retrying.run(|client| client.names("pub"))?;
/// # let _ = names;
/// # Ok::<(), ftp_blocking::Error>(())
/// ```
#[derive(Debug)]
pub struct Retrying<'c> {
    client: &'c mut Client,
    policy: RetryPolicy,
}

/// The first connection, and operations under a policy.
impl Client {
    /// Returns this client for operations that are repeated if they fail for a reason that may
    /// pass.
    pub fn retrying(&mut self, policy: &RetryPolicy) -> Retrying<'_> {
        Retrying {
            client: self,
            policy: *policy,
        }
    }

    /// Connects as [`connect`](Self::connect) does, but tries again if that fails for a reason that
    /// may pass: there is no connection, or the server has no room for another session (421). The
    /// abort handle and the total time of the options hold for all attempts together.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// use ftp_blocking::{Client, Options, RetryPolicy};
    ///
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
    /// let mut client = Client::connect_retrying(options, &RetryPolicy::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`connect`](Self::connect) in the last attempt.
    pub fn connect_retrying(
        options: impl Into<Arc<Options>>,
        policy: &RetryPolicy,
    ) -> Result<Self, Error> {
        Self::connect_over_retrying(Tcp::new(), options.into(), policy)
    }

    /// Connects as [`connect_retrying`](Self::connect_retrying) does, but over a network of your
    /// own.
    ///
    /// # Errors
    /// The errors of [`connect_over`](Self::connect_over) in the last attempt.
    pub fn connect_over_retrying(
        network: impl Network + 'static,
        options: impl Into<Arc<Options>>,
        policy: &RetryPolicy,
    ) -> Result<Self, Error> {
        let options = options.into();
        let begun = network.now();
        let mut attempts = Attempts::new(policy, seed());
        let stop = Stop::new(&options, begun);
        let mut begin = Self::begin(Box::new(network), stop, options.clone());
        loop {
            let Unconnected {
                error,
                network,
                stop,
            } = match begin {
                Ok(client) => return Ok(client),
                Err(unconnected) => *unconnected,
            };
            let elapsed = network.now().duration_since(begun);
            match attempts.failed(&error, Trying::Operation, elapsed) {
                Again::Never => return Err(error),
                Again::After(time) => {
                    pause(&*network, &stop, time).map_err(|reason| reason.with_source(error))?
                }
            }
            begin = Self::begin(network, stop, options.clone());
        }
    }
}

/// The errors of all these methods are those of the last attempt.
impl Retrying<'_> {
    /// Downloads a file as [`Client::get_file`] does, but each attempt goes on where the last one
    /// ended ([`FileOptions::resuming`]), also if that was one of an earlier call.
    ///
    /// # Errors
    /// The errors of [`Client::get_file`].
    pub fn get_file(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<FileReport, Error> {
        self.get_file_with(remote, local, &FileOptions::resuming(), |_| ())
    }

    /// Downloads a file as [`Client::get_file_with`] does. Another attempt goes on where the last
    /// one ended. With [`Resume::Never`](crate::files::Resume) the first attempt begins at the
    /// start of the file, and if the last one fails, its partial file stays. An attempt that got
    /// further than all before it begins the count of attempts anew.
    ///
    /// # Errors
    /// The errors of [`Client::get_file_with`].
    pub fn get_file_with<R: ProgressFlow>(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &FileOptions,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let plan = self.client.plan_get(remote, options)?.for_retries();
        self.carry_out(plan, local.as_ref(), progress)
    }

    /// Uploads a file as [`Client::put_file`] does, but each attempt goes on where the last one
    /// ended ([`FileOptions::resuming`]), also if that was one of an earlier call. If the reply to
    /// the last command was lost, another attempt looks whether the file is there already.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::RetryPolicy;
    ///
    /// client.retrying(&RetryPolicy::new()).put_file("report.csv", "in/report.csv")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Client::put_file`].
    pub fn put_file(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<FileReport, Error> {
        self.put_file_with(local, remote, &FileOptions::resuming(), |_| ())
    }

    /// Uploads a file as [`Client::put_file_with`] does. Another attempt goes on where the last one
    /// ended. With [`Resume::Never`](crate::files::Resume) the first attempt begins at the start of
    /// the file, and if the last one fails, its partial file stays. An attempt that got further
    /// than all before it begins the count of attempts anew.
    ///
    /// # Errors
    /// The errors of [`Client::put_file_with`].
    pub fn put_file_with<R: ProgressFlow>(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &FileOptions,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let local = local.as_ref();
        let plan = self.client.plan_put(local, remote, options)?;
        let plan = plan.for_retries();
        self.carry_out(plan, local, progress)
    }

    /// Runs an operation of yours. It must be one that may be done twice: if the connection is lost
    /// before the reply, the server may have done it already. A CWD with a relative path, APPE, STOU
    /// and MKD are no such operations.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::RetryPolicy;
    ///
    /// let mut retrying = client.retrying(&RetryPolicy::new());
    /// let size = retrying.run(|client| client.size("image.iso"))?;
    /// # let _ = size;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The error of the operation, or of [`Client::reconnect`].
    pub fn run<T>(
        &mut self,
        mut operation: impl FnMut(&mut Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut tries = Tries::begin(self.client, &self.policy)?;
        loop {
            match operation(self.client) {
                Ok(value) => return Ok(value),
                Err(error) => tries.recover(self.client, error)?,
            }
        }
    }

    fn carry_out<R: ProgressFlow>(
        &mut self,
        mut plan: impl FilePlan,
        local: &Path,
        mut progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let mut tries = Tries::begin(self.client, &self.policy)?;
        let mut furthest = 0;
        loop {
            let before = furthest;
            let mut told = |done: Progress| {
                furthest = furthest.max(done.done);
                progress(done).flow()
            };
            let disk = Disk::new(local);
            match self.client.carry_out_file(&mut plan, disk, &mut told) {
                Ok(report) => return Ok(report),
                Err(error) => {
                    if furthest > before {
                        tries.progressed();
                    }
                    tries.recover(self.client, error)?;
                    plan.restart();
                }
            }
        }
    }
}

/// Whole trees. The policy takes the place of [`SyncOptions::retry`].
impl Retrying<'_> {
    /// Downloads a directory and all below it, as [`Client::download_tree`] does.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::RetryPolicy;
    ///
    /// let patient = RetryPolicy::new().with_attempts(10);
    /// let report = client.retrying(&patient).download_tree("pub/data", "data")?;
    /// print!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Client::plan_download`].
    pub fn download_tree(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<SyncReport, Error> {
        self.download_tree_with(remote, local, &SyncOptions::new())
    }

    /// Downloads a directory and all below it, with options.
    ///
    /// # Errors
    /// The errors of [`Client::plan_download`].
    pub fn download_tree_with(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let options = options.clone().with_retry(self.policy);
        self.client.download_tree_with(remote, local, &options)
    }

    /// Uploads a directory and all below it, as [`Client::upload_tree`] does.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::RetryPolicy;
    ///
    /// let patient = RetryPolicy::new().with_attempts(10);
    /// let report = client.retrying(&patient).upload_tree("site", "htdocs")?;
    /// print!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Client::plan_upload`].
    pub fn upload_tree(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<SyncReport, Error> {
        self.upload_tree_with(local, remote, &SyncOptions::new())
    }

    /// Uploads a directory and all below it, with options.
    ///
    /// # Errors
    /// The errors of [`Client::plan_upload`].
    pub fn upload_tree_with(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        let options = options.clone().with_retry(self.policy);
        self.client.upload_tree_with(local, remote, &options)
    }
}

/// The attempts of one operation of a client.
pub(crate) struct Tries {
    attempts: Attempts,
    begun: Instant,
}

impl Tries {
    /// Begins. Connects again if the session needs it already.
    pub(crate) fn begin(client: &mut Client, policy: &RetryPolicy) -> Result<Self, Error> {
        let mut tries = Self {
            attempts: Attempts::new(policy, seed()),
            begun: client.network.now(),
        };
        tries.revive(client)?;
        Ok(tries)
    }

    /// Counts afresh, because the operation has got further than ever before.
    pub(crate) fn progressed(&mut self) {
        self.attempts.progressed();
    }

    /// Pauses after this error of the operation, and connects again if the session needs it. Fails
    /// if no other attempt follows.
    pub(crate) fn recover(&mut self, client: &mut Client, error: Error) -> Result<(), Error> {
        self.pause(client, error, Trying::Operation)?;
        self.revive(client)
    }

    fn revive(&mut self, client: &mut Client) -> Result<(), Error> {
        if !client.session.needs_reconnect() {
            return Ok(());
        }
        loop {
            match client.reconnect() {
                Ok(()) => return Ok(()),
                Err(error) => self.pause(client, error, Trying::Reconnect)?,
            }
        }
    }

    fn pause(&mut self, client: &Client, error: Error, trying: Trying) -> Result<(), Error> {
        let elapsed = client.network.now().duration_since(self.begun);
        match self.attempts.failed(&error, trying, elapsed) {
            Again::Never => Err(error),
            Again::After(time) => pause(&*client.network, &client.stop, time)
                .map_err(|reason| reason.with_source(error)),
        }
    }
}

/// Waits before another attempt. Fails if the client must stop.
pub(crate) fn pause(network: &dyn Network, stop: &Stop, time: Duration) -> Result<(), Error> {
    let end = stop.limit(later(network.now(), time));
    loop {
        if let Some(reason) = stop.reason(|| network.now()) {
            return Err(reason);
        }
        if network.now() >= end {
            return Ok(());
        }
        network.sleep_until(stop.slice(|| network.now(), end));
    }
}
