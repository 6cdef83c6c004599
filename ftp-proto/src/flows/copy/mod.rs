//! A copy from one server to another, whose data never comes here.

mod sides;

use core::net::{IpAddr, SocketAddr};

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Endpoint, Step, Want};
use crate::flows::Abort;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::operation::Running;
use crate::session::transfer::{Direction, Transfer};
use crate::wire::{Command, Reply, Verb};

use self::sides::{Begin, Conclude, Offer, permit};

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
    TargetEnds(Running<Conclude>, Option<Result<Reply, Error>>),
    /// The source refused: the target must not wait for data that never comes.
    Aborting(Running<Abort>, Error),
    Over,
}

/// What one side's flow is done with, or out of `step` with what it wants. An answer that does
/// not belong changes nothing.
macro_rules! driven {
    ($side:ident, $session:expr, $running:expr, $answer:expr) => {
        match $session.step($running, $answer.take().ok_or_else(finished)?) {
            Ok(Step::Want(want)) => return Ok(CopyStep::Want(Side::$side, want)),
            Ok(Step::Done(output)) => Ok(output),
            Err(error) if error.kind() == ErrorKind::Misuse(Misuse::StaleAnswer) => {
                return Err(error);
            }
            Err(error) => Err(error),
        }
    };
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
        let mut answer = answer;
        loop {
            match &mut self.stage {
                Stage::Start => {
                    permit(source)?;
                    permit(target)?;
                    let (running, first) =
                        source.start(Offer::new(self.transfer_type, &self.retrieve));
                    self.stage = Stage::Offering(running);
                    answer = Some(first);
                }
                Stage::Offering(running) => {
                    let address = match driven!(Source, source, running, answer)? {
                        Endpoint::ControlPeer(port) => {
                            SocketAddr::new(self.source_peer, port.get())
                        }
                        Endpoint::Address(address) => address,
                    };
                    let store = Begin::new(
                        Direction::Upload,
                        self.transfer_type,
                        self.store.clone(),
                        Some(address),
                    );
                    let (running, first) = target.start(store);
                    self.stage = Stage::Storing(running);
                    answer = Some(first);
                }
                Stage::Storing(running) => {
                    let stored = driven!(Target, target, running, answer)?;
                    if let Some(reply) = target.take_premature_completion() {
                        // Nothing has been sent to it yet: that is another one's.
                        target.live = None;
                        self.stage = Stage::Over;
                        return Err(Error::new(ErrorKind::Unconfirmed)
                            .with_command(self.store.verb())
                            .with_reply(reply));
                    }
                    let retrieve = Begin::new(
                        Direction::Download,
                        self.transfer_type,
                        self.retrieve.clone(),
                        None,
                    );
                    let (running, first) = source.start(retrieve);
                    self.stage = Stage::Retrieving(running, Some(stored));
                    answer = Some(first);
                }
                Stage::Retrieving(running, stored) => {
                    let retrieved = driven!(Source, source, running, answer);
                    let stored = stored.take().ok_or_else(finished)?;
                    answer = Some(match retrieved {
                        Ok(retrieved) => {
                            let (running, first) = source.start(Conclude::new(retrieved));
                            self.stage = Stage::SourceEnds(running, Some(stored));
                            first
                        }
                        Err(error) => {
                            let (running, first) = target.start(Abort::new(stored));
                            self.stage = Stage::Aborting(running, error);
                            first
                        }
                    });
                }
                Stage::SourceEnds(running, stored) => {
                    let ended = driven!(Source, source, running, answer);
                    let stored = stored.take().ok_or_else(finished)?;
                    let (running, first) = target.start(match &ended {
                        Ok(_) => Conclude::new(stored),
                        Err(_) => Conclude::soon(stored),
                    });
                    self.stage = Stage::TargetEnds(running, Some(ended));
                    answer = Some(first);
                }
                Stage::TargetEnds(running, ended) => {
                    let target = driven!(Target, target, running, answer);
                    let source = ended.take().ok_or_else(finished)?;
                    self.stage = Stage::Over;
                    return match (source, target) {
                        (Ok(source), Ok(target)) => Ok(CopyStep::Done(Copied { source, target })),
                        // A server's word says more than a wait that was over.
                        (Err(silence), Err(refusal))
                            if silence.reply().is_none() && refusal.reply().is_some() =>
                        {
                            Err(refusal.with_source(silence))
                        }
                        // Else the source's failure is what the target's follows from.
                        (Err(error), _) | (Ok(_), Err(error)) => Err(error),
                    };
                }
                Stage::Aborting(running, error) => {
                    let error = error.clone();
                    // How that goes is the target session's affair.
                    let _ = driven!(Target, target, running, answer);
                    self.stage = Stage::Over;
                    return Err(error);
                }
                Stage::Over => return Err(finished()),
            }
        }
    }
}

fn finished() -> Error {
    Error::misuse(Misuse::Finished)
}
