//! Servers that this project did not write, through both adapters: the main job, over TLS too
//! where the server is strict about it, and every operation by its name.

use crate::servers::Result;

/// Runs it.
#[cfg(not(unix))]
pub(crate) fn run(_: &[&str]) -> Result<()> {
    Err("the servers of this job run on Debian and its relatives".into())
}

#[cfg(unix)]
mod jobs;

/// Runs it.
#[cfg(unix)]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    use crate::servers::foreign::Kind;
    use crate::workspace;

    let workdir = workspace::root()?.join("target/interop");
    let programs = Kind::ALL
        .into_iter()
        .map(|kind| kind.fetch(&workdir))
        .collect::<Result<Vec<_>>>()?;
    let _ = arguments;
    jobs::run(&programs)
}
