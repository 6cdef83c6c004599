//! Downloads the file of a URL to this directory, and tries again if that may help. The exit code is
//! 0 if the file is here, 75 if it may work later, and 1 otherwise.
//!
//! ```text
//! cargo run --example retry-blocking -- ftp://ftp.example.org/pub/image.iso
//! ```

use ftp_blocking::{Client, Error, FileReport, RetryPolicy, Url};

fn main() -> std::process::ExitCode {
    let Err(error) = download() else {
        return 0.into();
    };
    eprintln!("{error}");
    if error.is_temporary() { 75 } else { 1 }.into()
}

fn download() -> Result<FileReport, Error> {
    let url = Url::parse(&std::env::args().nth(1).unwrap_or_default())?;
    let policy = RetryPolicy::new();
    let mut client = Client::connect_retrying(url.options()?, &policy)?;
    client.retrying(&policy).get_file(url.path(), ".")
}
