//! Who logs in.

use std::path::PathBuf;

use clap::Args;

/// Who logs in. `credentials.rs` says which source counts more.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Login")]
pub(crate) struct Login {
    /// The user name [default: that of the URL, $FTPX_USER, the netrc file, or anonymous]. The
    /// password comes from --password-fd, the URL, $FTPX_PASSWORD, the netrc file, or a prompt.
    /// Other users of this machine can see a password in a URL
    #[arg(short, long, value_name = "NAME", global = true)]
    pub(crate) user: Option<String>,
    /// Reads the password from an open file descriptor: its first line
    #[arg(long, value_name = "N", global = true)]
    pub(crate) password_fd: Option<u32>,
    /// The account, for servers that ask for one (ACCT)
    #[arg(long, value_name = "ACCOUNT", global = true)]
    pub(crate) account: Option<String>,
    /// Reads this netrc file [default: $NETRC or ~/.netrc]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) netrc_file: Option<PathBuf>,
    /// Reads no netrc file
    #[arg(long, global = true, conflicts_with = "netrc_file")]
    pub(crate) no_netrc: bool,
}
