//! How much the program says.

use clap::Args;

/// How much the program says.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct Verbosity {
    /// Shows errors only: no bars, no summary
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Shows commands and replies, without passwords. Twice: each line as it came
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}
