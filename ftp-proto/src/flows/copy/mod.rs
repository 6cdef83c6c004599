//! A copy from one server to another. The client never sees the data.
//!
//! ```text
//!    source                        target
//!
//!    Offering      EPSV, PASV
//!        \------------------------> Storing      EPRT or PORT, STOR
//!    Retrieving    RETR <------------/
//!        |   \ refused
//!        |    \-------------------> Aborting     ABOR; then the copy fails
//!    SourceEnds    final reply
//!        \------------------------> TargetEnds   final reply
//!    FencingSource  fence <-----------/
//!        \------------------------> FencingTarget   fence
//! ```

mod sides;

use core::net::{IpAddr, SocketAddr};
use core::ops::ControlFlow;

use self::sides::{AwaitFinalReply, FenceAfterCopy, OfferPort, StartTransfer, check_copy_possible};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Endpoint, Flow, Step, Want};
use crate::flows::Abort;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::operation::Running;
use crate::session::transfer::{Direction, Transfer};
use crate::wire::{Command, Reply, Verb};

/// A copy from one server to another (RFC 959 section 5.2), as a value that runs flows on two
/// sessions, one for each server. Each want names its session.
///
/// The copy asks the source for a port (EPSV or PASV). Then it tells the target to connect (EPRT or
/// PORT) to this port at the *peer of the source's control connection*. It uses the address in the
/// source's 227 instead only if you set [`PassiveAddress::TrustServer`](crate::PassiveAddress) on
/// the source's session. The copy sends STOR before RETR. The copy is a success after both servers
/// have confirmed it, and have answered a command that is sent after it. That command shows that no
/// error follows the confirmation, which the client could not see from the data.
///
/// Most servers refuse such a copy by default, because it uses an address that is not the client's
/// (RFC 2577). Data between two servers cannot be protected by TLS: each server would wait for the
/// other's handshake.
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
    plan: Plan,
    stage: Stage,
}

/// The session that a want of a [`ServerCopy`] belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The session with the server that has the file.
    Source,
    /// The session with the server that gets the file.
    Target,
}

/// What [`ServerCopy::step`] returns.
#[derive(Debug)]
#[must_use]
pub enum CopyStep {
    /// The driver of this side's session must serve this want and answer it.
    Want(Side, Want),
    /// Both servers have confirmed the copy.
    Done(Copied),
}

/// A successful copy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The final reply of the source.
    pub source: Reply,
    /// The final reply of the target.
    pub target: Reply,
}

/// What to copy: both data commands, the representation type, and the IP address of the source.
#[derive(Debug)]
struct Plan {
    retrieve: Command,
    store: Command,
    transfer_type: TransferType,
    source_peer: IpAddr,
}

#[derive(Debug)]
enum Stage {
    Start,
    Offering(Running<OfferPort>),
    Storing(Running<StartTransfer>),
    Retrieving(Running<StartTransfer>, Option<Transfer>),
    SourceEnds(Running<AwaitFinalReply>, Option<Transfer>),
    TargetEnds(Running<AwaitFinalReply>, Option<Ended<Reply>>),
    /// Both servers have confirmed the copy. A fence on the source, and then one on the target,
    /// checks that no other reply follows the confirmation.
    FencingSource(Running<FenceAfterCopy>, Copied),
    FencingTarget(Running<FenceAfterCopy>, Copied),
    /// The source has refused RETR. The client sends ABOR to the target, which otherwise waits for
    /// data that never comes.
    Aborting(Running<Abort>, Error),
    Over,
}

/// Both sessions, and the answer to the last want, which belongs to one of them.
struct Sides<'a> {
    source: &'a mut Session,
    target: &'a mut Session,
    answer: Option<Answer>,
}

/// How one side's part of the copy ended.
#[derive(Debug)]
enum Ended<T> {
    Well(T),
    Badly(Error),
}

/// Why the code of a stage returns before it has a result.
enum Halt {
    /// The driver of this side's session must serve this want first.
    Want(Side, Want),
    /// You passed an answer that does not belong to the last want. The copy has not changed, so you
    /// can still pass the right one.
    Stale(Error),
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl ServerCopy {
    /// Copies one file in TYPE I. `source_peer` is the IP address of the source server, to which
    /// the source's control connection goes.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(
        path: impl AsRef<[u8]>,
        source_peer: IpAddr,
        target_path: impl AsRef<[u8]>,
    ) -> Result<Self, Error> {
        Ok(Self {
            plan: Plan {
                retrieve: Verb::RETR.with(path)?,
                store: Verb::STOR.with(target_path)?,
                transfer_type: TransferType::Image,
                source_peer: source_peer.to_canonical(),
            },
            stage: Stage::Start,
        })
    }

    /// Copies in another representation type.
    #[must_use]
    pub fn with_type(mut self, transfer_type: TransferType) -> Self {
        self.plan.transfer_type = transfer_type;
        self
    }

    /// Advances the copy by the answer to the last want; the first call has no answer. Pass the
    /// same two sessions each time.
    ///
    /// # Errors
    /// Any error that ended the copy. Its command shows which side failed: for example, RETR goes
    /// to the source and STOR to the target. You can use both sessions afterwards, except one that
    /// is dead. [`Misuse::Protected`] if one of the sessions protects its data connections by TLS.
    pub fn step(
        &mut self,
        source: &mut Session,
        target: &mut Session,
        answer: Option<Answer>,
    ) -> Result<CopyStep, Error> {
        let mut sides = Sides {
            source,
            target,
            answer,
        };
        match self.advance(&mut sides) {
            Ok(copied) => Ok(CopyStep::Done(copied)),
            Err(Halt::Want(side, want)) => Ok(CopyStep::Want(side, want)),
            Err(Halt::Stale(error)) => Err(error),
            Err(Halt::Failed(error)) => {
                self.stage = Stage::Over;
                Err(error)
            }
        }
    }

    fn advance(&mut self, sides: &mut Sides<'_>) -> Result<Copied, Halt> {
        loop {
            let plan = &self.plan;
            self.stage = match &mut self.stage {
                Stage::Start => {
                    check_copy_possible(sides.source)?;
                    check_copy_possible(sides.target)?;
                    let offer = OfferPort::new(plan.transfer_type, &plan.retrieve);
                    Stage::Offering(sides.start(Side::Source, offer))
                }
                Stage::Offering(running) => {
                    let endpoint = sides.drive(Side::Source, running)?;
                    Stage::Storing(sides.start(Side::Target, plan.store(endpoint)))
                }
                Stage::Storing(running) => {
                    let stored = sides.drive(Side::Target, running)?;
                    plan.check_premature(sides.target)?;
                    let retrieve = sides.start(Side::Source, plan.retrieve());
                    Stage::Retrieving(retrieve, Some(stored))
                }
                Stage::Retrieving(running, stored) => {
                    let retrieved = sides.end(Side::Source, running)?;
                    let stored = stored.take().ok_or_else(finished)?;
                    match retrieved {
                        Ended::Well(retrieved) => {
                            let conclude =
                                sides.start(Side::Source, AwaitFinalReply::new(retrieved));
                            Stage::SourceEnds(conclude, Some(stored))
                        }
                        Ended::Badly(error) => {
                            Stage::Aborting(sides.start(Side::Target, Abort::new(stored)), error)
                        }
                    }
                }
                Stage::Aborting(running, error) => {
                    // If ABOR fails too, the target's session cleans up before its next operation.
                    sides.end(Side::Target, running)?;
                    return Err(error.clone().into());
                }
                Stage::Over => return Err(finished().into()),
                _ => match self.conclude(sides)? {
                    ControlFlow::Continue(stage) => stage,
                    ControlFlow::Break(copied) => {
                        self.stage = Stage::Over;
                        return Ok(copied);
                    }
                },
            };
        }
    }

    /// Runs the stages after the transfer has begun: the final reply of each side, and then a fence
    /// on each side.
    fn conclude(&mut self, sides: &mut Sides<'_>) -> Result<ControlFlow<Copied, Stage>, Halt> {
        let plan = &self.plan;
        Ok(ControlFlow::Continue(match &mut self.stage {
            Stage::SourceEnds(running, stored) => {
                let source = sides.end(Side::Source, running)?;
                let stored = stored.take().ok_or_else(finished)?;
                let conclude = match &source {
                    Ended::Well(_) => AwaitFinalReply::new(stored),
                    Ended::Badly(_) => AwaitFinalReply::after_failure(stored),
                };
                Stage::TargetEnds(sides.start(Side::Target, conclude), Some(source))
            }
            Stage::TargetEnds(running, source) => {
                let target = sides.end(Side::Target, running)?;
                let source = source.take().ok_or_else(finished)?;
                let copied = both(source, target)?;
                let fence = sides.start(Side::Source, FenceAfterCopy::default());
                Stage::FencingSource(fence, copied)
            }
            Stage::FencingSource(running, copied) => {
                let fenced = sides.end(Side::Source, running)?;
                let copied = plan.fenced(fenced, Side::Source, copied)?;
                let fence = sides.start(Side::Target, FenceAfterCopy::default());
                Stage::FencingTarget(fence, copied)
            }
            Stage::FencingTarget(running, copied) => {
                let fenced = sides.end(Side::Target, running)?;
                return Ok(ControlFlow::Break(plan.fenced(
                    fenced,
                    Side::Target,
                    copied,
                )?));
            }
            _ => return Err(finished().into()),
        }))
    }
}

impl Plan {
    /// Makes the flow for the target, which sends EPRT or PORT, and STOR. The target is told to
    /// connect to `endpoint`, from which the data comes.
    fn store(&self, endpoint: Endpoint) -> StartTransfer {
        let address = match endpoint {
            Endpoint::ControlPeer(port) => SocketAddr::new(self.source_peer, port.get()),
            Endpoint::Address(address) => address,
        };
        let command = self.store.clone();
        StartTransfer::new(
            Direction::Upload,
            self.transfer_type,
            command,
            Some(address),
        )
    }

    /// Makes the flow for the source: RETR.
    fn retrieve(&self) -> StartTransfer {
        let command = self.retrieve.clone();
        StartTransfer::new(Direction::Download, self.transfer_type, command, None)
    }

    /// Fails if the target has sent a completion (2xx) before RETR was sent to the source. No data
    /// can have come by then, so the 2xx belongs to another command.
    fn check_premature(&self, target: &mut Session) -> Result<(), Error> {
        let Some(reply) = target.take_premature_completion() else {
            return Ok(());
        };
        target.close_transfer();
        let error = Error::new(ErrorKind::Unconfirmed);
        Err(error.with_command(self.store.verb()).with_reply(reply))
    }

    /// Returns the copy as a success if this side's fence was answered. Fails if another reply came
    /// before the fence's reply.
    fn fenced(&self, fenced: Ended<()>, side: Side, copied: &Copied) -> Result<Copied, Error> {
        let (verb, reply) = match side {
            Side::Source => (self.retrieve.verb(), &copied.source),
            Side::Target => (self.store.verb(), &copied.target),
        };
        match fenced {
            Ended::Well(()) => Ok(copied.clone()),
            Ended::Badly(error) if error.kind() == ErrorKind::Unconfirmed => {
                Err(error.with_command(verb).with_reply(reply.clone()))
            }
            Ended::Badly(silence) => {
                let error = Error::new(ErrorKind::Unconfirmed).with_command(verb);
                Err(error.with_reply(reply.clone()).with_source(silence))
            }
        }
    }
}

impl Sides<'_> {
    fn session(&mut self, side: Side) -> &mut Session {
        match side {
            Side::Source => self.source,
            Side::Target => self.target,
        }
    }

    /// Starts a flow on this side's session.
    fn start<F: Flow>(&mut self, side: Side, flow: F) -> Running<F> {
        let (running, first) = self.session(side).start(flow);
        self.answer = Some(first);
        running
    }

    /// Steps this side's flow. If it is done, returns its result. If it has a want, returns the
    /// want as a [`Halt`].
    fn drive<F: Flow>(&mut self, side: Side, running: &mut Running<F>) -> Result<F::Output, Halt> {
        let Some(answer) = self.answer.take() else {
            return Err(Halt::Stale(finished()));
        };
        match self.session(side).step(running, answer) {
            Ok(Step::Want(want)) => Err(Halt::Want(side, want)),
            Ok(Step::Done(output)) => Ok(output),
            Err(error) if error.kind() == ErrorKind::Misuse(Misuse::StaleAnswer) => {
                Err(Halt::Stale(error))
            }
            Err(error) => Err(Halt::Failed(error)),
        }
    }

    /// Like `drive`, but returns a failure of the flow as a value, because the copy must still
    /// bring the other side to an end.
    fn end<F: Flow>(
        &mut self,
        side: Side,
        running: &mut Running<F>,
    ) -> Result<Ended<F::Output>, Halt> {
        match self.drive(side, running) {
            Err(Halt::Failed(error)) => Ok(Ended::Badly(error)),
            other => Ok(Ended::Well(other?)),
        }
    }
}

/// Returns the copy as a success if both sides ended well. Otherwise returns the error that
/// explains most.
fn both(source: Ended<Reply>, target: Ended<Reply>) -> Result<Copied, Error> {
    match (source, target) {
        (Ended::Well(source), Ended::Well(target)) => Ok(Copied { source, target }),
        // The target's refusal explains more than a failure without a reply (such as a time-out) of
        // the source.
        (Ended::Badly(silence), Ended::Badly(refusal))
            if silence.reply().is_none() && refusal.reply().is_some() =>
        {
            Err(refusal.with_source(silence))
        }
        // Otherwise the source's failure is the cause of the target's.
        (Ended::Badly(error), _) | (Ended::Well(_), Ended::Badly(error)) => Err(error),
    }
}

fn finished() -> Error {
    Error::misuse(Misuse::Finished)
}
