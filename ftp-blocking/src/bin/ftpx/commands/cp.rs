//! `ftpx cp`: copies a file from one server to another, or beside itself.

use std::io::{Read as _, Write as _};

use clap::Args;
use ftp_blocking::{Cause, Client, Error, ErrorKind, Misuse, TransferType};

use crate::context::Context;
use crate::failure::Failure;
use crate::names::{joined, last_name};

/// Copies a file from one server to another
///
/// The two servers move the data between them, if both allow it and there is no TLS. Otherwise the
/// data passes this machine, without a file on it.
#[derive(Args, Debug)]
pub(crate) struct Cp {
    /// The file
    source: String,
    /// Where the copy goes. In a target that ends with `/`, the file keeps its name
    target: String,
    /// Lets the data pass this machine in any case
    #[arg(long)]
    relay: bool,
    /// Fails if the servers do not move the data between them
    #[arg(long, conflicts_with = "relay")]
    direct: bool,
}

impl Cp {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        // Both may be on the same server, and each side needs a session of its own.
        let (mut source, from) = context.sessions.apart(&self.source)?;
        let (mut target, mut to) = context.sessions.apart(&self.target)?;
        if from.is_empty() || from.ends_with(b"/") {
            return Err(Failure::usage("the source names a directory, not a file"));
        }
        if to.is_empty() || to.ends_with(b"/") {
            to = joined(&to, last_name(&from));
        }
        let copied = match self.relay {
            true => None,
            false => Some(source.copy_to(&from, &mut target, &to, TransferType::Image)),
        };
        match copied {
            Some(Ok(_)) => {}
            Some(Err(error)) if self.direct || !is_about_the_way(&error) => {
                return Err(error.into());
            }
            _ => {
                for client in [&mut source, &mut target] {
                    if client.session().is_dead() {
                        client.reconnect()?;
                    }
                }
                relay(&mut source, &from, &mut target, &to)?;
            }
        }
        // The copy is complete, so an error of QUIT does not matter.
        let _ = source.quit();
        let _ = target.quit();
        Ok(())
    }
}

/// Whether the servers cannot move data between them. Another way may lead there.
fn is_about_the_way(error: &Error) -> bool {
    let is_refused = matches!(error.code().map(|code| code.value()), Some(425 | 426));
    let is_of_connection = matches!(
        error.command(),
        Some("PORT" | "EPRT" | "PASV" | "EPSV" | "CPSV" | "SSCN")
    );
    let is_of_kind = matches!(
        error.kind(),
        ErrorKind::Misuse(Misuse::Protected) | ErrorKind::Timeout(_)
    );
    is_refused || is_of_connection || is_of_kind || error.cause() == Cause::Security
}

/// Moves the data through this machine. The copy has another name until it is complete.
fn relay(source: &mut Client, from: &[u8], target: &mut Client, to: &[u8]) -> Result<(), Error> {
    let name = last_name(to);
    let directory = to.strip_suffix(name).unwrap_or_default();
    let part = [directory, b".", name, b".ftp-part"].concat();
    moved(source, from, target, &part)?;
    match target.rename(&part, to) {
        Ok(_) => Ok(()),
        Err(error) => {
            let _ = target.delete(&part);
            Err(error)
        }
    }
}

fn moved(source: &mut Client, from: &[u8], target: &mut Client, to: &[u8]) -> Result<(), Error> {
    let mut download = source.download(from)?;
    let mut upload = target.upload(to)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // The end of file comes only after the server has confirmed the download.
        match download.read(&mut buffer)? {
            0 => break,
            count => upload.write_all(&buffer[..count])?,
        }
    }
    upload.finish().map(drop)
}
