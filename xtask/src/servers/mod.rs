//! Servers that a job starts for itself, on the loopback interface, and takes
//! down again: an embedded one for the demo and foreign ones for the
//! interoperability runs. None leaves anything on the machine.

#[cfg(unix)]
mod account;
pub(crate) mod authority;
#[cfg(unix)]
mod descendants;
#[cfg(feature = "embedded")]
pub(crate) mod embedded;
#[cfg(unix)]
pub(crate) mod foreign;
#[cfg(unix)]
pub(crate) mod libunftp;
#[cfg(unix)]
pub(crate) mod listening;
#[cfg(unix)]
pub(crate) mod package;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod proftpd;
#[cfg(unix)]
mod pureftpd;
#[cfg(unix)]
mod pyftpdlib;
#[cfg(unix)]
pub(crate) mod tls;
#[cfg(unix)]
pub(crate) mod tree;
#[cfg(unix)]
pub(crate) mod vsftpd;
#[cfg(unix)]
mod watchdog;

use std::error::Error;

/// What fails here fails for a person at a terminal, who reads the text of it.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;
