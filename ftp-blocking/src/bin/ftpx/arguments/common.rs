//! The options that all commands share.

use std::path::PathBuf;

use clap::Args;

use super::connection::Connection;
use super::login::Login;
use super::tls::Tls;
use super::transfer::Transfer;
use super::verbosity::Verbosity;

/// The options that all commands share.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
    #[command(flatten)]
    pub(crate) login: Login,
    #[command(flatten)]
    pub(crate) tls: Tls,
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(flatten)]
    pub(crate) transfer: Transfer,
    /// The directory with bookmarks.toml and known_servers [default: ~/.config/ftpx]
    #[arg(long, value_name = "DIR", global = true, help_heading = "Files")]
    pub(crate) config_dir: Option<PathBuf>,
}
