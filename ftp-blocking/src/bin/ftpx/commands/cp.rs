//! `ftpx cp`: copies a file from one server to another, or beside itself.

use std::io::{Read as _, Write as _};
use std::path::Path;

use clap::Args;
use ftp_blocking::{Cause, Client, Error, ErrorKind, Misuse, TransferType};

use super::placing::place;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{joined, last_name};

/// Copies a file from one server to another
///
/// The two servers move the data between them, if both allow it and there is no TLS. Otherwise the
/// data passes through this machine, without a file on it.
#[derive(Args, Debug)]
pub(crate) struct Cp {
    /// The file
    source: String,
    /// The new file. The file keeps its name in a target that ends with `/`
    target: String,
    /// Moves the data through this machine in any case
    #[arg(long)]
    relay: bool,
    /// Fails if the servers cannot move the data between them
    #[arg(long, conflicts_with = "relay")]
    direct: bool,
}

impl Cp {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        // Both may be on the same server, and each side needs a session of its own.
        let sides = context.sessions.pair(&self.source, &self.target);
        let sides = sides.map_err(|failure| self.explained(failure))?;
        let [(mut source, from), (mut target, mut to)] = sides;
        if from.is_empty() || from.ends_with(b"/") {
            return Err(Failure::usage("the source names a directory, not a file"));
        }
        if to.is_empty() || to.ends_with(b"/") {
            to = joined(&to, last_name(&from));
        }
        place(&mut target, &to, &context.settings, |target, to| {
            self.copy(&mut source, &from, target, to)
        })?;
        // The copy is complete, so an error of QUIT does not matter.
        let _ = source.quit();
        let _ = target.quit();
        Ok(())
    }

    /// A local file in the place of a host is a mistake that people make.
    fn explained(&self, failure: Failure) -> Failure {
        let is_local = |text: &str| text.starts_with(['.', '/']) || Path::new(text).exists();
        match failure.exit() {
            Exit::Host | Exit::Url if is_local(&self.source) => {
                failure.with_hint("`ftpx put` uploads a local file")
            }
            Exit::Host | Exit::Url if is_local(&self.target) => {
                failure.with_hint("`ftpx get` downloads a file")
            }
            _ => failure,
        }
    }

    fn copy(
        &self,
        source: &mut Client,
        from: &[u8],
        target: &mut Client,
        to: &[u8],
    ) -> Result<(), Error> {
        if self.relay {
            return relay(source, from, target, to);
        }
        match source.copy_to(from, target, to, TransferType::Image) {
            Ok(_) => Ok(()),
            Err(error) if self.direct || !may_be_relayed(&error) => Err(error),
            Err(_) => {
                for client in [&mut *source, &mut *target] {
                    if client.session().needs_reconnect() {
                        client.reconnect()?;
                    }
                }
                relay(source, from, target, to)
            }
        }
    }
}

/// Whether the failure may be that of the connection between the servers.
fn may_be_relayed(error: &Error) -> bool {
    match error.cause() {
        Cause::Temporary
        | Cause::Incomplete
        | Cause::Connection
        | Cause::Security
        | Cause::Unsupported
        | Cause::Refused => true,
        _ => error.kind() == ErrorKind::Misuse(Misuse::Protected),
    }
}

/// Moves the data through this machine.
fn relay(source: &mut Client, from: &[u8], target: &mut Client, to: &[u8]) -> Result<(), Error> {
    let mut download = source.download(from)?;
    let mut upload = target.upload(to)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // The end of the file comes only after the server has confirmed the download.
        match download.read(&mut buffer)? {
            0 => break,
            count => upload.write_all(&buffer[..count])?,
        }
    }
    upload.finish().map(drop)
}
