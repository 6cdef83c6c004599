//! A copy from one server to another, whose data never comes here.
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
//!    SourceVouches  fence <-----------/
//!        \------------------------> TargetVouches   fence
//! ```

mod sides;

use core::net::{IpAddr, SocketAddr};
use core::ops::ControlFlow;

use self::sides::{Begin, Conclude, Offer, Vouch, permit};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Endpoint, Flow, Step, Want};
use crate::flows::Abort;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::operation::Running;
use crate::session::transfer::{Direction, Transfer};
use crate::wire::{Command, Reply, Verb};

/// A copy from one server to another (RFC 959 section 5.2), as a value that two sessions are
/// driven by: each want says whose it is.
///
/// The source is asked for a port (EPSV or PASV) and the target is told to connect there (EPRT or
/// PORT), to the *peer of the source's control connection*: what a 227 says of the address counts
/// only where [`PassiveAddress::TrustServer`](crate::PassiveAddress) is set on the source's
/// session. STOR goes out before RETR. It is a success once both servers have said so, and each has
/// answered a fence after it: no byte count can vouch for a copy.
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
    plan: Plan,
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

/// What is to be copied.
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
    Offering(Running<Offer>),
    Storing(Running<Begin>),
    Retrieving(Running<Begin>, Option<Transfer>),
    SourceEnds(Running<Conclude>, Option<Transfer>),
    TargetEnds(Running<Conclude>, Option<Ended<Reply>>),
    /// Both have confirmed it. Neither may have more to say.
    SourceVouches(Running<Vouch>, Copied),
    TargetVouches(Running<Vouch>, Copied),
    /// The source refused: the target must not wait for data that never comes.
    Aborting(Running<Abort>, Error),
    Over,
}

/// The two sessions, and the answer to the last want.
struct Sides<'a> {
    source: &'a mut Session,
    target: &'a mut Session,
    answer: Option<Answer>,
}

/// How a side's part in it ended.
#[derive(Debug)]
enum Ended<T> {
    Well(T),
    Badly(Error),
}

/// Why a stage goes no further.
enum Halt {
    /// This side wants something first.
    Want(Side, Want),
    /// The answer does not belong, and has changed nothing.
    Stale(Error),
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
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
            plan: Plan {
                retrieve: Verb::RETR.with(path)?,
                store: Verb::STOR.with(target_path)?,
                transfer_type: TransferType::Image,
                source_peer: source_peer.to_canonical(),
            },
            stage: Stage::Start,
        })
    }

    /// In another representation type.
    #[must_use]
    pub fn with_type(mut self, transfer_type: TransferType) -> Self {
        self.plan.transfer_type = transfer_type;
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
                    permit(sides.source)?;
                    permit(sides.target)?;
                    let offer = Offer::new(plan.transfer_type, &plan.retrieve);
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
                            let conclude = sides.start(Side::Source, Conclude::new(retrieved));
                            Stage::SourceEnds(conclude, Some(stored))
                        }
                        Ended::Badly(error) => {
                            Stage::Aborting(sides.start(Side::Target, Abort::new(stored)), error)
                        }
                    }
                }
                Stage::Aborting(running, error) => {
                    // How that goes is the target session's affair.
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

    /// The stages that follow the transfer: both final replies, and a fence after each.
    fn conclude(&mut self, sides: &mut Sides<'_>) -> Result<ControlFlow<Copied, Stage>, Halt> {
        let plan = &self.plan;
        Ok(ControlFlow::Continue(match &mut self.stage {
            Stage::SourceEnds(running, stored) => {
                let source = sides.end(Side::Source, running)?;
                let stored = stored.take().ok_or_else(finished)?;
                let conclude = match &source {
                    Ended::Well(_) => Conclude::new(stored),
                    Ended::Badly(_) => Conclude::soon(stored),
                };
                Stage::TargetEnds(sides.start(Side::Target, conclude), Some(source))
            }
            Stage::TargetEnds(running, source) => {
                let target = sides.end(Side::Target, running)?;
                let source = source.take().ok_or_else(finished)?;
                let copied = both(source, target)?;
                let vouch = sides.start(Side::Source, Vouch::default());
                Stage::SourceVouches(vouch, copied)
            }
            Stage::SourceVouches(running, copied) => {
                let vouched = sides.end(Side::Source, running)?;
                let copied = plan.vouched(vouched, Side::Source, copied)?;
                let vouch = sides.start(Side::Target, Vouch::default());
                Stage::TargetVouches(vouch, copied)
            }
            Stage::TargetVouches(running, copied) => {
                let vouched = sides.end(Side::Target, running)?;
                return Ok(ControlFlow::Break(plan.vouched(
                    vouched,
                    Side::Target,
                    copied,
                )?));
            }
            _ => return Err(finished().into()),
        }))
    }
}

impl Plan {
    /// EPRT or PORT and STOR, for data from there.
    fn store(&self, endpoint: Endpoint) -> Begin {
        let address = match endpoint {
            Endpoint::ControlPeer(port) => SocketAddr::new(self.source_peer, port.get()),
            Endpoint::Address(address) => address,
        };
        let command = self.store.clone();
        Begin::new(
            Direction::Upload,
            self.transfer_type,
            command,
            Some(address),
        )
    }

    /// RETR.
    fn retrieve(&self) -> Begin {
        let command = self.retrieve.clone();
        Begin::new(Direction::Download, self.transfer_type, command, None)
    }

    /// Fails where the target has completed something already, although nothing has been sent to it
    /// yet: that belongs to something else.
    fn check_premature(&self, target: &mut Session) -> Result<(), Error> {
        let Some(reply) = target.take_premature_completion() else {
            return Ok(());
        };
        target.close_transfer();
        let error = Error::new(ErrorKind::Unconfirmed);
        Err(error.with_command(self.store.verb()).with_reply(reply))
    }

    /// The copy, unless this side had more to say than its confirmation.
    fn vouched(&self, vouched: Ended<()>, side: Side, copied: &Copied) -> Result<Copied, Error> {
        let (verb, reply) = match side {
            Side::Source => (self.retrieve.verb(), &copied.source),
            Side::Target => (self.store.verb(), &copied.target),
        };
        match vouched {
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

    /// Starts a flow on one side.
    fn start<F: Flow>(&mut self, side: Side, flow: F) -> Running<F> {
        let (running, first) = self.session(side).start(flow);
        self.answer = Some(first);
        running
    }

    /// What one side's flow yields.
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

    /// The same where the copy goes on even if it fails, to bring the other side to an end.
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

/// What the two sides' words come to.
fn both(source: Ended<Reply>, target: Ended<Reply>) -> Result<Copied, Error> {
    match (source, target) {
        (Ended::Well(source), Ended::Well(target)) => Ok(Copied { source, target }),
        // A server's word says more than a wait that was over.
        (Ended::Badly(silence), Ended::Badly(refusal))
            if silence.reply().is_none() && refusal.reply().is_some() =>
        {
            Err(refusal.with_source(silence))
        }
        // Else the source's failure is what the target's follows from.
        (Ended::Badly(error), _) | (Ended::Well(_), Ended::Badly(error)) => Err(error),
    }
}

fn finished() -> Error {
    Error::misuse(Misuse::Finished)
}
