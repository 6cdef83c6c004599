//! Servers that a job starts on the loopback interface and stops again: libunftp inside this
//! process for the demo, and ten servers for the interop tests. They leave nothing on the machine
//! after the job.

mod account;
pub(crate) mod authority;
mod descendants;
#[cfg(feature = "embedded")]
pub(crate) mod embedded;
pub(crate) mod foreign;
mod inetutils;
pub(crate) mod libunftp;
pub(crate) mod listening;
mod npm;
pub(crate) mod package;
mod pip;
pub(crate) mod process;
mod proftpd;
pub(crate) mod proxies;
mod pureftpd;
#[cfg(any(feature = "embedded", feature = "bench"))]
pub(crate) mod scratch;
mod scripted;
pub(crate) mod tls;
pub(crate) mod tree;
mod vsftpd;
mod watchdog;

pub(crate) use crate::console::Result;
