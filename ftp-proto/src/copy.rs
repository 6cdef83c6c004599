//! A copy from one server to another, whose data never comes here.

use core::net::{IpAddr, SocketAddr};

use crate::config::Protection;
use crate::error::{Error, Misuse};
use crate::flow::{Answer, Endpoint, Step, Want};
use crate::flows::{Abort, Begin, Conclude, Offer};
use crate::operation::Running;
use crate::representation::TransferType;
use crate::session::Session;
use crate::transfer::{Direction, Transfer};
use crate::wire::{Command, Reply, Verb};

/// A copy from one server to another (RFC 959 section 5.2), as a value that two sessions are
/// driven by: each want says whose it is.
///
/// The source is asked for a port (EPSV or PASV) and the target is told to connect there (EPRT or
/// PORT), to the *peer of the source's control connection*: what a 227 says of the address counts
/// only where [`PassiveAddress::TrustServer`](crate::PassiveAddress) is set on the source's
/// session. STOR goes out before RETR. It is a success once both servers have said so.
///
/// Most servers refuse it unless they are told otherwise, because the ports that it names are
/// those of others (RFC 2577). Data between two servers cannot be protected: both would wait for
/// the other's handshake.
///
/// ```
/// use ftp_proto::{ServerCopy, CopyStep, Error, Session, Side, Answer, Want};
///
/// fn drive(
///     mut copy: ServerCopy,
///     source: &mut Session,
///     target: &mut Session,
///     mut serve: impl FnMut(Side, &mut Session, Want) -> Answer,
/// ) -> Result<(), Error> {
///     let mut answer = None;
///     loop {
///         match copy.step(source, target, answer)? {
///             CopyStep::Want(Side::Source, want) => answer = Some(serve(Side::Source, source, want)),
///             CopyStep::Want(Side::Target, want) => answer = Some(serve(Side::Target, target, want)),
///             CopyStep::Done(copied) => return Ok(drop(copied)),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct ServerCopy {
    retrieve: Command,
    store: Command,
    transfer_type: TransferType,
    source_peer: IpAddr,
    stage: Stage,
}

/// Whose a want of a [`ServerCopy`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The session with the server that has the file.
    Source,
    /// The session with the server that gets it.
    Target,
}

/// What [`ServerCopy::step`] yields.
#[derive(Debug)]
#[must_use]
pub enum CopyStep {
    /// The driver of this session must do this and answer.
    Want(Side, Want),
    /// Both servers have confirmed it.
    Done(Copied),
}

/// A copy that went well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The final reply of the source.
    pub source: Reply,
    /// The final reply of the target.
    pub target: Reply,
}

#[derive(Debug)]
enum Stage {
    Start,
    Offering(Running<Offer>),
    Storing(Running<Begin>),
    Retrieving(Running<Begin>, Option<Transfer>),
    SourceEnds(Running<Conclude>, Option<Transfer>),
    TargetEnds(Running<Conclude>, Result<Reply, Error>),
    /// The source refused: the target must not wait for data that never comes.
    Aborting(Running<Abort>, Error),
    Over,
}

impl ServerCopy {
    /// Of one file in TYPE I. `source_peer` is the address at the far end of the source's control
    /// connection.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(
        path: impl AsRef<[u8]>,
        source_peer: IpAddr,
        target_path: impl AsRef<[u8]>,
    ) -> Result<Self, Error> {
        Ok(Self {
            retrieve: Verb::RETR.with(path)?,
            store: Verb::STOR.with(target_path)?,
            transfer_type: TransferType::Image,
            source_peer: source_peer.to_canonical(),
            stage: Stage::Start,
        })
    }

    /// In another representation type.
    #[must_use]
    pub fn with_type(mut self, transfer_type: TransferType) -> Self {
        self.transfer_type = transfer_type;
        self
    }

    /// Advances by the answer to the last want, of which the first call has none. Always with the
    /// same two sessions.
    ///
    /// # Errors
    /// Whatever ended it; the command in it tells which side. Both sessions are then in step, in
    /// debt, or dead, as after any operation. [`Misuse::Protected`] where one of them protects its
    /// data connections.
    pub fn step(
        &mut self,
        source: &mut Session,
        target: &mut Session,
        answer: Option<Answer>,
    ) -> Result<CopyStep, Error> {
        let finished = || Error::misuse(Misuse::Finished);
        let mut answer = answer;
        loop {
            match core::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Start => {
                    let is_private = |side: &Session| side.protection() == Protection::Private;
                    if is_private(source) || is_private(target) {
                        return Err(Error::misuse(Misuse::Protected));
                    }
                    let (running, first) =
                        source.start(Offer::new(self.transfer_type, &self.retrieve));
                    self.stage = Stage::Offering(running);
                    answer = Some(first);
                }
                Stage::Offering(mut running) => {
                    let answered = answer.take().ok_or_else(finished)?;
                    match source.step(&mut running, answered)? {
                        Step::Want(want) => {
                            self.stage = Stage::Offering(running);
                            return Ok(CopyStep::Want(Side::Source, want));
                        }
                        Step::Done(endpoint) => {
                            let address = match endpoint {
                                Endpoint::ControlPeer(port) => {
                                    SocketAddr::new(self.source_peer, port.get())
                                }
                                Endpoint::Address(address) => address,
                            };
                            let (running, first) = target.start(Begin::new(
                                Direction::Upload,
                                self.transfer_type,
                                self.store.clone(),
                                Some(address),
                            ));
                            self.stage = Stage::Storing(running);
                            answer = Some(first);
                        }
                    }
                }
                Stage::Storing(mut running) => {
                    let answered = answer.take().ok_or_else(finished)?;
                    match target.step(&mut running, answered)? {
                        Step::Want(want) => {
                            self.stage = Stage::Storing(running);
                            return Ok(CopyStep::Want(Side::Target, want));
                        }
                        Step::Done(stored) => {
                            let (running, first) = source.start(Begin::new(
                                Direction::Download,
                                self.transfer_type,
                                self.retrieve.clone(),
                                None,
                            ));
                            self.stage = Stage::Retrieving(running, Some(stored));
                            answer = Some(first);
                        }
                    }
                }
                Stage::Retrieving(mut running, mut stored) => {
                    let answered = answer.take().ok_or_else(finished)?;
                    match source.step(&mut running, answered) {
                        Ok(Step::Want(want)) => {
                            self.stage = Stage::Retrieving(running, stored);
                            return Ok(CopyStep::Want(Side::Source, want));
                        }
                        Ok(Step::Done(retrieved)) => {
                            let (running, first) = source.start(Conclude::new(retrieved));
                            self.stage = Stage::SourceEnds(running, stored);
                            answer = Some(first);
                        }
                        Err(error) => {
                            let Some(stored) = stored.take() else {
                                return Err(error);
                            };
                            let (running, first) = target.start(Abort::new(stored));
                            self.stage = Stage::Aborting(running, error);
                            answer = Some(first);
                        }
                    }
                }
                Stage::SourceEnds(mut running, mut stored) => {
                    let answered = answer.take().ok_or_else(finished)?;
                    let ended = match source.step(&mut running, answered) {
                        Ok(Step::Want(want)) => {
                            self.stage = Stage::SourceEnds(running, stored);
                            return Ok(CopyStep::Want(Side::Source, want));
                        }
                        Ok(Step::Done(reply)) => Ok(reply),
                        Err(error) => Err(error),
                    };
                    let stored = stored.take().ok_or_else(finished)?;
                    let (running, first) = target.start(Conclude::new(stored));
                    self.stage = Stage::TargetEnds(running, ended);
                    answer = Some(first);
                }
                Stage::TargetEnds(mut running, ended) => {
                    let answered = answer.take().ok_or_else(finished)?;
                    let target = match target.step(&mut running, answered) {
                        Ok(Step::Want(want)) => {
                            self.stage = Stage::TargetEnds(running, ended);
                            return Ok(CopyStep::Want(Side::Target, want));
                        }
                        Ok(Step::Done(reply)) => Ok(reply),
                        Err(error) => Err(error),
                    };
                    // The source's word comes first: its failure is what the target's follows from.
                    let source = ended?;
                    let target = target?;
                    return Ok(CopyStep::Done(Copied { source, target }));
                }
                Stage::Aborting(mut running, error) => {
                    let answered = answer.take().ok_or_else(finished)?;
                    return match target.step(&mut running, answered) {
                        Ok(Step::Want(want)) => {
                            self.stage = Stage::Aborting(running, error);
                            Ok(CopyStep::Want(Side::Target, want))
                        }
                        // How that went is the target session's affair.
                        Ok(Step::Done(_)) | Err(_) => Err(error),
                    };
                }
                Stage::Over => return Err(finished()),
            }
        }
    }
}
