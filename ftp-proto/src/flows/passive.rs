use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::error::Error;
use crate::flow::{Answer, Endpoint, Event, Flow, Step};
use crate::options::config::PassiveAddress;
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::wait::Wait;
use crate::wire::{Class, Code, Command, Verb};

use super::{completion, reply};

/// Asks where to connect: EPSV (RFC 2428), or PASV where EPSV is refused or was seen not to work.
///
/// Servers that list PRET (drftpd) are told first what for, so that they can choose the machine
/// that holds the file.
#[derive(Debug)]
pub(super) struct Passive {
    announcement: Option<Command>,
    /// Why EPSV did not do, where that says more than PASV's refusal: told if PASV does not do
    /// either, as over IPv6.
    failure: Option<Error>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Announced,
    Extended,
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
        let mut event = answer.event;
        loop {
            match self.state {
                State::Start => {
                    let wanted = session.features().is_some_and(|all| all.supports("PRET"));
                    if let Some(data) = self.announcement.take().filter(|_| wanted) {
                        session.send(Command::containing(Verb::PRET, &data), Shape::Single)?;
                        self.state = State::Announced;
                        event = Event::Begin;
                        continue;
                    }
                    let (verb, state) = match session.state.extended_passive {
                        Some(false) => (Verb::PASV, State::Classic),
                        _ => (Verb::EPSV, State::Extended),
                    };
                    session.send(Command::from(verb), Shape::Single)?;
                    self.state = state;
                    event = Event::Begin;
                }
                State::Announced => {
                    let reply = reply!(session, event, Wait::Reply);
                    // A refusal is of the transfer itself: the file is nowhere.
                    completion(reply, "PRET")?;
                    self.state = State::Start;
                }
                State::Extended => {
                    let reply = reply!(session, event, Wait::Reply);
                    // 425 and 522 are said of EPSV as often as 500, and a 229 that cannot be
                    // read comes from servers whose PASV works: one more try costs a round trip.
                    let unknown = reply.is_not_implemented();
                    let refused = reply.code() == Code::NOT_LOGGED_IN;
                    let failure = if reply.class() == Class::Completion {
                        match crate::reply::extended_passive(&reply) {
                            Ok(passive) => {
                                return Ok(Step::Done(Endpoint::ControlPeer(passive.port)));
                            }
                            Err(malformed) => Error::from(malformed).with_reply(reply),
                        }
                    } else {
                        Error::from_reply(reply)
                    };
                    session.alive()?;
                    let failure = failure.with_command("EPSV");
                    if refused {
                        return Err(failure);
                    }
                    self.failure = Some(failure).filter(|_| !unknown);
                    session.state.extended_passive = Some(false);
                    self.state = State::Start;
                }
                State::Classic => {
                    let reply = reply!(session, event, Wait::Reply);
                    let refused = reply.class() != Class::Completion;
                    if let Some(failure) = self.failure.take().filter(|_| refused) {
                        session.alive()?;
                        // EPSV may do the next time; PASV will not.
                        session.state.extended_passive = None;
                        return Err(failure);
                    }
                    let reply = completion(reply, "PASV")?;
                    let passive = crate::reply::passive(&reply).map_err(|malformed| {
                        Error::from(malformed)
                            .with_command("PASV")
                            .with_reply(reply)
                    })?;
                    let endpoint = match (session.config.passive_address, passive.address) {
                        (PassiveAddress::TrustServer, Some(octets)) => {
                            let address = IpAddr::V4(Ipv4Addr::from(octets));
                            Endpoint::Address(SocketAddr::new(address, passive.port.get()))
                        }
                        _ => Endpoint::ControlPeer(passive.port),
                    };
                    return Ok(Step::Done(endpoint));
                }
            }
        }
    }
}
