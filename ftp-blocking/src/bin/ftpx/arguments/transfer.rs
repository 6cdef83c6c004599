//! How files move.

use std::time::Duration;

use clap::{Args, ValueEnum};
use ftp_blocking::files::{KeepTime, Resume, SyncToDisk, UploadTo, Verify};
use ftp_blocking::{FileOptions, RetryPolicy, TransferLimits};

use super::values;

/// How files move.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Transfers")]
pub(crate) struct Transfer {
    /// Goes on where an earlier transfer was interrupted [default]
    #[arg(long, global = true, overrides_with = "no_resume")]
    pub(crate) resume: bool,
    /// Begins each file anew
    #[arg(long, global = true, overrides_with = "resume")]
    pub(crate) no_resume: bool,
    /// Compares the server's hash of each file with the local one
    #[arg(long, value_enum, value_name = "WHEN", global = true, num_args = 0..=1,
          default_missing_value = "possible", require_equals = true)]
    pub(crate) verify: Option<Comparing>,
    /// Stores uploads under their names at once, and not under temporary names first
    #[arg(long, global = true)]
    pub(crate) no_temporary_name: bool,
    /// Does not copy the times of files
    #[arg(long, global = true)]
    pub(crate) no_times: bool,
    /// Does not wait until the disk has new files. They can be empty after a power failure
    #[arg(long, global = true)]
    pub(crate) no_sync: bool,
    /// Moves at most this many bytes in a second, such as 500k or 2M, in each transfer
    #[arg(long, value_name = "BYTES", global = true, value_parser = values::bytes)]
    pub(crate) limit_rate: Option<u64>,
    /// Fails if fewer bytes move in a second, for the seconds of --speed-time
    #[arg(short = 'Y', long, value_name = "BYTES", global = true, value_parser = values::bytes)]
    pub(crate) speed_limit: Option<u64>,
    /// The seconds for --speed-limit [default: 30]
    #[arg(short = 'y', long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) speed_time: Option<Duration>,
    /// Tries again this many times after a failure that may pass [default: 4 for a transfer, 0 for
    /// the first connection]
    #[arg(long, value_name = "N", global = true)]
    pub(crate) retries: Option<u32>,
    /// Takes *, ?, [ and { in paths as they are
    #[arg(short = 'g', long, global = true)]
    pub(crate) no_glob: bool,
}

/// When hashes are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Comparing {
    /// If the server computes one
    Possible,
    /// Fails if the server computes none
    Required,
}

impl Transfer {
    /// How whole files are transferred.
    pub(crate) fn file_options(&self) -> FileOptions {
        let options = FileOptions::new()
            .with_resume(match self.no_resume {
                true => Resume::Never,
                false => Resume::Allowed,
            })
            .with_verify(match self.verify {
                None => Verify::No,
                Some(Comparing::Possible) => Verify::IfPossible,
                Some(Comparing::Required) => Verify::Required,
            });
        let options = match self.no_temporary_name {
            true => options.with_upload_to(UploadTo::FinalName),
            false => options,
        };
        let options = match self.no_sync {
            true => options.with_sync(SyncToDisk::No),
            false => options,
        };
        match self.no_times {
            true => options.with_keep_time(KeepTime::No),
            false => options,
        }
    }

    /// How often a transfer is tried.
    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        match self.retries {
            None => RetryPolicy::new(),
            Some(retries) => RetryPolicy::new().with_attempts(retries.saturating_add(1)),
        }
    }

    /// How often the first connection is tried. Without `--retries`, a wrong host fails at once.
    pub(crate) fn connect_policy(&self) -> RetryPolicy {
        match self.retries {
            None => RetryPolicy::never(),
            Some(_) => self.retry_policy(),
        }
    }

    pub(crate) fn limits(&self) -> TransferLimits {
        let limits = TransferLimits::new().with_rate(self.limit_rate.unwrap_or_default());
        let window = self.speed_time.unwrap_or(Duration::from_secs(30));
        match (self.speed_limit, self.speed_time) {
            (None, None) => limits,
            // As in curl, a time alone means one byte in a second.
            (least, _) => limits.with_low_speed(least.unwrap_or(1), window),
        }
    }
}
