//! The main job against a server that this project did not write, in this process: nothing but
//! cargo is needed.

use crate::servers::Result;

/// Runs it.
///
/// The server is behind a feature, so that no other job compiles it; hence this program starts
/// itself a second time, through cargo, with that feature.
#[cfg(not(feature = "demo"))]
pub(crate) fn run() -> Result<()> {
    use crate::workspace;

    // Not quietly: the server takes a minute to compile, in which something should be seen.
    workspace::run(workspace::cargo()?.args([
        "run",
        "--package",
        "xtask",
        "--features",
        "demo",
        "--",
        "demo",
    ]))
}

/// Runs it.
#[cfg(feature = "demo")]
pub(crate) fn run() -> Result<()> {
    embedded::run()
}

#[cfg(feature = "demo")]
mod embedded {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process;
    use std::time::Duration;

    use ftp_blocking::{Options, Timeouts, TlsConfig};

    use crate::console::{Dialogue, Show, say};
    use crate::job::{Adapter, Job};
    use crate::servers::Result;
    use crate::servers::authority::Authority;
    use crate::servers::embedded::{Embedded, USER};
    use crate::workspace;

    const HOST: &str = "localhost";
    const PASSWORD: &str = "not a secret, but masked all the same";
    const DIRECTORY: &str = "open";
    const LARGE: usize = 16 * 1024 * 1024;

    /// Nothing takes long on loopback; what does has gone wrong.
    const PATIENCE: Duration = Duration::from_secs(20);

    pub(super) fn run() -> Result<()> {
        let directory = Scratch::new(&workspace::root()?.join("target"))?;
        let (files, identity) = (directory.0.join("files"), directory.0.join("identity"));
        fs::create_dir_all(files.join(DIRECTORY))?;
        let authority = Authority::new()?;
        let server = Embedded::start(
            &files,
            &identity,
            &authority.issue(&[HOST, "127.0.0.1"])?,
            PASSWORD,
        )?;
        let options = Options::new(HOST)
            .with_port(server.port())
            .with_tls(TlsConfig::with_roots_pem(authority.root_pem())?)
            .with_timeouts(Timeouts::default().with_all(PATIENCE));

        let mut summaries = Vec::new();
        for adapter in Adapter::ALL {
            say(&format!("{} against libunftp, over TLS:", adapter.name()));
            let job = Job {
                options: options.clone(),
                user: USER,
                password: PASSWORD.to_owned(),
                directory: DIRECTORY,
                large: LARGE,
                dialogue: Dialogue::new(Show::Live),
            };
            let report = job
                .main(adapter)
                .map_err(|error| format!("{}: {error}", adapter.name()))?;
            summaries.push(format!("{:<13} {report}", adapter.name()));
        }
        say("\nEvery byte agreed.");
        for summary in &summaries {
            say(summary);
        }
        Ok(())
    }

    /// A directory that is new, and goes when the demo ends.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(target: &Path) -> Result<Self> {
            // Named after the process, so that two demos are not in each other's way.
            let path = target.join(format!("demo-{}", process::id()));
            if path.exists() {
                // Left behind by a run that was killed.
                fs::remove_dir_all(&path)?;
            }
            fs::create_dir_all(&path)?;
            Ok(Self(path))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
