//! Setting the time of a file's last modification.
//!
//! ```text
//! MFMT ---------> FEAT (if not known) ---------> MDTM time path
//!      unknown             no MDTM in it |            | unknown, or perhaps taken for a query
//!                                        v            v
//!                          SITE UTIME path time time time UTC ---------> SITE UTIME time path
//!                                                              unknown
//! ```
//!
//! A positive reply to any of these commands ends the flow with success.

use super::Feat;
use super::compose::{inner, refused};
use super::extension::{Extension, before_path, check_name, timed};
use crate::capabilities::{Capability, Support};
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::reply::Timestamp;
use crate::session::Session;
use crate::wire::Verb;

/// Sets the time of a file's last modification, in UTC, by the first of these commands that the
/// server knows: MFMT (draft-somers-ftp-mfxx), MDTM with two arguments (vsftpd, Serv-U), SITE UTIME
/// with three times (Pure-FTPd, ProFTPD) or with one (ProFTPD). The session remembers each command
/// that the server does not know. Fractions of a second are left out.
///
/// MDTM with two arguments is sent only if FEAT lists MDTM, or lists nothing. A server that knows
/// only MDTM with one argument takes the time and the path for one name. It replies that no file
/// has this name, or it replies with the time of the file that has this name. Neither reply is a
/// success.
///
/// Returns the command that has set the time: [`Capability::Mfmt`],
/// [`MdtmSet`](Capability::MdtmSet), [`SiteUtime`](Capability::SiteUtime) or
/// [`SiteUtimeShort`](Capability::SiteUtimeShort). If the server knows none of them, the flow fails
/// with the kind [`Unsupported`](crate::ErrorKind::Unsupported).
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::Capability;
/// use ftp_proto::flows::SetModified;
/// use ftp_proto::reply::Timestamp;
///
/// let time = Timestamp::parse(b"20260102030405")?;
/// let mut server = Server::new(["213 Modify=20260102030405; report.csv"]);
/// let by = drive(&mut session, SetModified::new("report.csv", time)?, &mut server)?;
/// assert_eq!(by, Capability::Mfmt);
/// assert_eq!(server.heard(), ["MFMT 20260102030405 report.csv"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SetModified {
    attempts: [Extension; 4],
    next: usize,
    features: Feat,
    /// The server's refusal of MDTM, if the server may have read the time and the path as one name.
    /// `None` if there was no such refusal.
    doubtful: Option<Error>,
    /// The error for the first command that the server does not know. `None` if no command was
    /// unknown yet.
    unknown: Option<Error>,
}

impl SetModified {
    /// Makes the flow from the path of the file and its new time.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>, time: Timestamp) -> Result<Self, Error> {
        let path = path.as_ref();
        check_name(&Verb::MFMT, path)?;
        let digits = time.to_digits();
        let digits = digits.as_bytes();
        let [long, short] = [
            [
                b"UTIME ", path, b" ", digits, b" ", digits, b" ", digits, b" UTC",
            ]
            .concat(),
            [b"UTIME ", digits].concat(),
        ];
        Ok(Self {
            attempts: [
                Extension::new(Capability::Mfmt, timed(Verb::MFMT, time, path)?),
                Extension::new(Capability::MdtmSet, timed(Verb::MDTM, time, path)?),
                Extension::new(Capability::SiteUtime, Verb::SITE.with(long)?),
                Extension::new(
                    Capability::SiteUtimeShort,
                    before_path(Verb::SITE, &short, path)?,
                ),
            ],
            next: 0,
            features: Feat::new(),
            doubtful: None,
            unknown: None,
        })
    }
}

impl Flow for SetModified {
    type Output = Capability;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Capability>, Error> {
        Step::run(answer, |answer| {
            while let Some(attempt) = self.attempts.get_mut(self.next) {
                let capability = attempt.capability();
                let untried = !attempt.is_sent();
                if untried
                    && capability == Capability::MdtmSet
                    && !self.may_try_mdtm(session, answer)?
                {
                    self.next = self.next.saturating_add(1);
                    continue;
                }
                match self.ask(session, answer)? {
                    Some(Ok(())) => return Ok(self.done(capability, session)),
                    Some(Err(error)) => self.fail(capability, error, session)?,
                    None => {}
                }
                self.next = self.next.saturating_add(1);
            }
            let unknown = || Error::new(ErrorKind::Unsupported).with_command("MFMT");
            let error = self.doubtful.take().or(self.unknown.take());
            Err(error.unwrap_or_else(unknown).into())
        })
    }
}

impl SetModified {
    /// Whether to try MDTM with two arguments. It depends on what the session knows about MDTM, and
    /// on what FEAT lists.
    fn may_try_mdtm(&mut self, session: &mut Session, answer: &mut Answer) -> Result<bool, Halt> {
        if session.support(Capability::MdtmSet) == Support::Verified {
            return Ok(true);
        }
        if session.lacks(Capability::MdtmSet) || session.lacks(Capability::Mdtm) {
            return Ok(false);
        }
        let features = inner(&mut self.features, session, answer);
        Ok(match refused(features, session)? {
            Ok(all) => all.is_empty() || all.supports("MDTM"),
            Err(_) => true,
        })
    }

    /// Sends the next command. Returns `Ok` if the server has set the time, and the refusal as an
    /// error. `None` if the server does not know the command.
    fn ask(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<Option<Result<(), Error>>, Halt> {
        let Some(attempt) = self.attempts.get_mut(self.next) else {
            return Ok(None);
        };
        match refused(attempt.ask(session, answer), session)? {
            Ok(Some(_)) => Ok(Some(Ok(()))),
            Ok(None) => {
                let unknown = attempt.unsupported();
                self.unknown.get_or_insert(unknown);
                Ok(None)
            }
            Err(error) => Ok(Some(Err(error))),
        }
    }

    fn done(&self, capability: Capability, session: &mut Session) -> Capability {
        if self.doubtful.is_some() {
            // A later command has changed the file, so the file exists. The server has refused MDTM
            // only because it read the time and the path as one name.
            session.give_up(Capability::MdtmSet);
        }
        capability
    }

    /// Handles a refusal by a server that knows the command. Fails, unless the command was MDTM and
    /// the server may have read the time and the path as one name.
    fn fail(
        &mut self,
        capability: Capability,
        error: Error,
        session: &Session,
    ) -> Result<(), Error> {
        let proven = session.support(capability) == Support::Verified;
        if capability == Capability::MdtmSet && !proven {
            self.doubtful = Some(error);
            return Ok(());
        }
        Err(self.doubtful.take().unwrap_or(error))
    }
}
