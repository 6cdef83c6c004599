//! Cleans up a transfer that the server may have kept, although it was aborted or given up.
//!
//! ```text
//!          Fencing      the transfer's own reply may be on its way
//!         /       \
//!    Passive          Active
//!       |                |
//!    Connecting       Accepting
//!       |                |
//!       +-------+--------+
//!               |  \ protected
//!               |   Securing
//!               |  /
//!            Ending      send our end: a queued upload gets no data
//!               |
//!            Draining    throw away what comes, up to the server's end
//! ```

use alloc::format;

use super::active::Active;
use super::compose::inner;
use super::fence::Fence;
use super::passive::Passive;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Closing, Endpoint, Event, Flow, Halt, Step};
use crate::options::config::{DataMode, Protection};
use crate::session::Session;
use crate::wait::{Clock, Wait};

/// Opens a data connection without a data command, so that the server runs the old transfer over
/// it, and throws away what the server sends.
///
/// pyftpdlib keeps a transfer whose data connection it has not accepted, or whose handshake has
/// failed. It then runs this transfer over the next data connection, even if the client opens that
/// connection for another file. A fence follows the cleanup, because replies to the old transfer
/// may still come. If the cleanup fails, the session is dead.
#[derive(Debug, Default)]
pub(super) struct Purge {
    state: State,
}

#[derive(Debug)]
enum State {
    Fencing(Fence),
    Passive(Passive),
    Active(Active),
    Connecting(Endpoint),
    Accepting,
    Securing,
    Ending,
    Draining,
}

impl Default for State {
    fn default() -> Self {
        Self::Fencing(Fence::default())
    }
}

impl Flow for Purge {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            self.advance(session, answer).map_err(|halt| match halt {
                Halt::Want(want) => want.into(),
                Halt::Error(error) => {
                    let why = "the server may still run an aborted transfer, and this could not \
                               be ended";
                    let reason = Error::new(ErrorKind::OutOfStep);
                    session
                        .die_with(reason.with_source(format!("{why}: {error}")))
                        .into()
                }
            })
        })
    }
}

impl Purge {
    fn advance(&mut self, session: &mut Session, answer: &mut Answer) -> Result<(), Halt> {
        loop {
            self.state = match self.state {
                State::Fencing(ref mut fence) => {
                    inner(fence, session, answer)?;
                    if !session.may_have_a_transfer_queued() {
                        return Ok(());
                    }
                    match session.config().data_mode {
                        DataMode::Passive => State::Passive(Passive::default()),
                        DataMode::Active => State::Active(Active::default()),
                    }
                }
                State::Passive(ref mut passive) => {
                    State::Connecting(inner(passive, session, answer)?)
                }
                State::Active(ref mut active) => {
                    inner(active, session, answer)?;
                    State::Accepting
                }
                State::Connecting(endpoint) => match unserved(session, answer, Wait::Connect)? {
                    Some(clock) => return Err(session.connect(endpoint, clock).into()),
                    None => after_connecting(session),
                },
                State::Accepting => match unserved(session, answer, Wait::Accept)? {
                    Some(clock) => return Err(session.accept(Wait::Accept, clock).into()),
                    None => after_connecting(session),
                },
                State::Securing => match unserved(session, answer, Wait::Handshake)? {
                    Some(clock) => return Err(session.secure_data(clock).into()),
                    None => State::Ending,
                },
                State::Ending => match unserved(session, answer, Wait::DataIdle)? {
                    Some(clock) => return Err(session.close_data(Closing::SendEnd, clock).into()),
                    None => State::Draining,
                },
                State::Draining => match unserved(session, answer, Wait::DataClose)? {
                    Some(clock) => return Err(session.close_data(Closing::AwaitEnd, clock).into()),
                    None => {
                        session.mark_purged();
                        return Ok(());
                    }
                },
            };
        }
    }
}

/// Returns the state that follows after the data connection is made: the handshake if data
/// connections are under TLS, and otherwise `Ending`.
fn after_connecting(session: &Session) -> State {
    match session.protection() {
        Protection::Private => State::Securing,
        Protection::Clear => State::Ending,
    }
}

/// Returns `None` if the driver has served the want. Otherwise the flow must give the want to the
/// driver, for the first time or again; then returns the clock for the want.
fn unserved(session: &Session, answer: &mut Answer, wait: Wait) -> Result<Option<Clock>, Error> {
    match answer.take() {
        None => Ok(Some(Clock::Starts)),
        Some(Event::ControlFirst) => {
            session.check_alive()?;
            Ok(Some(Clock::Continues))
        }
        Some(Event::TimedOut) => Err(Error::new(ErrorKind::Timeout(wait))),
        Some(Event::Failed(error)) => Err(error),
        Some(_) => Ok(None),
    }
}
