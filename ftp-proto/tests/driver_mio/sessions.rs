//! Many sessions of the example on real sockets.

#[cfg(unix)]
use ftp_proto::ErrorKind;
use ftp_proto::flows::Credentials;
use ftp_proto::{Error, Options};

use crate::event_loop::{Outcome, download};
use crate::server;

fn options() -> Result<Options, Error> {
    let timeout = std::time::Duration::from_secs(10);
    let credentials = Credentials::new("ada", "secret")?;
    let options = Options::new("localhost").with_timeout(timeout);
    Ok(options.with_credentials(credentials))
}

/// The limit on descriptors is one of the whole process, so this is one test.
#[test]
fn sessions_without_descriptors_fail_and_the_rest_go_on() -> Result<(), Error> {
    let file = vec![7; 20_000];
    let address = server::start(file.clone())?;
    let Outcome { files, errors } = download(100, address, &options()?, b"file")?;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(files.len(), 100);
    #[cfg(unix)]
    {
        limit_descriptors(100)?;
        let Outcome { files, errors } = download(150, address, &options()?, b"file")?;
        println!("{} files, {} errors", files.len(), errors.len());
        assert_eq!(files.len() + errors.len(), 150);
        assert!(!files.is_empty() && files.iter().all(|came| *came == file));
        let too_many = |error: &Error| error.to_string().contains("Too many open files");
        assert!(errors.iter().any(too_many), "{errors:?}");
        let misused = |error: &Error| matches!(error.kind(), ErrorKind::Misuse(_));
        assert!(!errors.iter().any(misused), "{errors:?}");
    }
    Ok(())
}

#[cfg(unix)]
fn limit_descriptors(most: u64) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = Some(most);
    Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
}
