//! Passive mode: EPSV and PASV.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::compose::{completion, inner};
use super::fence::Fence;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Endpoint, Flow, Halt, Step};
use crate::options::config::{PassiveAddress, PassiveCommand};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Class, Code, Command, Reply, Verb};

/// Asks where to connect: EPSV (RFC 2428), or PASV where EPSV is refused, not answered or was seen
/// not to work, unless [`PassiveCommand`] says which.
///
/// Servers that list PRET (drftpd) are told first what for, so that they can choose the machine
/// that holds the file.
///
/// The default one announces nothing.
#[derive(Debug, Default)]
pub(super) struct Passive {
    announcement: Option<Command>,
    /// Why EPSV did not do, where that says more than PASV's refusal: told if PASV does not do
    /// either, as over IPv6.
    failure: Option<Error>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Announced,
    Extended,
    /// EPSV was not answered, and the count of replies is lost.
    Fencing(Fence),
    Classic,
}

impl Passive {
    /// For this data command.
    pub(super) fn new(data: &Command) -> Self {
        Self {
            announcement: Some(data.clone()),
            failure: None,
            state: State::Start,
        }
    }

    /// The same after EPSV named a port that could not be reached, for this reason.
    pub(super) fn instead(data: &Command, failure: Error) -> Self {
        Self {
            failure: Some(failure),
            ..Self::new(data)
        }
    }
}

impl Flow for Passive {
    type Output = Endpoint;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Endpoint>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match self.state {
                    State::Start => self.ask(session)?,
                    State::Announced => {
                        // A refusal is of the transfer itself: the file is nowhere.
                        completion(session.next_reply(answer, Wait::Reply)?, "PRET")?;
                        State::Start
                    }
                    State::Extended => {
                        let wait = session.wait_for_epsv();
                        match session.next_reply(answer, wait) {
                            Ok(reply) => match self.extended(session, reply)? {
                                Some(endpoint) => return Ok(endpoint),
                                None => State::Start,
                            },
                            Err(Halt::Error(error)) => self.unanswered(session, error)?,
                            Err(want) => return Err(want),
                        }
                    }
                    State::Fencing(ref mut fence) => match inner(fence, session, answer) {
                        Ok(_) => State::Start,
                        // The server answers nothing at all.
                        Err(Halt::Error(error)) => {
                            return Err(self.failure.take().unwrap_or(error).into());
                        }
                        Err(want) => return Err(want),
                    },
                    State::Classic => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        return Ok(self.classic(session, reply)?);
                    }
                };
            }
        })
    }
}

impl Passive {
    /// PRET first, where the server wants it.
    fn ask(&mut self, session: &mut Session) -> Result<State, Error> {
        let wanted = session.features().is_some_and(|all| all.supports("PRET"));
        if let Some(data) = self.announcement.take().filter(|_| wanted) {
            session.send(Command::containing(Verb::PRET, &data))?;
            return Ok(State::Announced);
        }
        let (verb, state) = match session.asks_by_epsv() {
            true => (Verb::EPSV, State::Extended),
            false => (Verb::PASV, State::Classic),
        };
        session.send(Command::from(verb))?;
        Ok(state)
    }

    /// What EPSV came to; `None` where PASV is to be tried. 425 and 522 are said of EPSV as often as
    /// 500, and a 229 that cannot be read comes from servers whose PASV works: one more try costs a
    /// round trip.
    fn extended(&mut self, session: &mut Session, reply: Reply) -> Result<Option<Endpoint>, Error> {
        let unknown = reply.is_not_implemented();
        let no_login = reply.code() == Code::NOT_LOGGED_IN;
        let failure = if reply.class() == Class::Completion {
            match crate::reply::extended_passive(&reply) {
                Ok(passive) => return Ok(Some(Endpoint::ControlPeer(passive.port))),
                Err(malformed) => Error::from(malformed).with_reply(reply),
            }
        } else {
            Error::from_reply(reply)
        };
        session.alive()?;
        let failure = failure.with_command("EPSV");
        if no_login || session.config().passive_command == PassiveCommand::Epsv {
            return Err(failure);
        }
        self.failure = Some(failure).filter(|_| !unknown);
        session.give_up_epsv();
        Ok(None)
    }

    /// Where the first EPSV had no reply in time, PASV is tried. The fence before it takes in a reply
    /// that comes after all.
    fn unanswered(&mut self, session: &mut Session, error: Error) -> Result<State, Error> {
        if error.kind() != ErrorKind::Timeout(Wait::FirstEpsv) {
            return Err(error);
        }
        self.failure = Some(error);
        session.give_up_epsv();
        session.give_up_reply()?;
        Ok(State::Fencing(Fence::default()))
    }

    fn classic(&mut self, session: &mut Session, reply: Reply) -> Result<Endpoint, Error> {
        let refused = reply.class() != Class::Completion;
        if let Some(failure) = self.failure.take().filter(|_| refused) {
            session.alive()?;
            // EPSV may do the next time; PASV will not.
            session.retry_epsv();
            return Err(failure);
        }
        let reply = completion(reply, "PASV")?;
        let passive = crate::reply::passive(&reply).map_err(|malformed| {
            Error::from(malformed)
                .with_command("PASV")
                .with_reply(reply)
        })?;
        let address = passive.address.map(Ipv4Addr::from).map(IpAddr::V4);
        Ok(match (session.config().passive_address, address) {
            (PassiveAddress::TrustServer, Some(address)) => {
                Endpoint::Address(SocketAddr::new(address, passive.port.get()))
            }
            (_, address) => {
                if let Some(address) = address {
                    session.passes_over(address);
                }
                Endpoint::ControlPeer(passive.port)
            }
        })
    }
}
