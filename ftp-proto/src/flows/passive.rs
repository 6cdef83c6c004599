//! Passive mode: EPSV and PASV.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::compose::{completion, inner};
use super::fence::Fence;
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Endpoint, Flow, Halt, Step};
use crate::options::config::{PassiveAddress, PassiveCommand};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Class, Code, Command, Reply, Verb};

/// Asks the server where to connect. It sends EPSV (RFC 2428). It sends PASV if the server refuses
/// EPSV or does not answer it, or if EPSV is known not to work. With [`PassiveCommand`] you may
/// allow only one of the two.
///
/// If the server lists PRET in its features, as drftpd does, PRET tells it the data command in
/// advance, so that it can choose the machine that holds the file. The default value sends no PRET.
#[derive(Debug, Default)]
pub(super) struct Passive {
    announcement: Option<Command>,
    /// The error of EPSV, if it says more than a refusal of PASV would. If PASV fails too, as it
    /// does over IPv6, the flow fails with this error.
    failure: Option<Error>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Announced,
    Extended,
    /// Sending a fence, because EPSV was not answered and the session is out of step.
    Fencing(Fence),
    Classic,
}

impl Passive {
    /// Makes the flow that asks for a port for this data command.
    pub(super) fn new(data: &Command) -> Self {
        Self {
            announcement: Some(data.clone()),
            failure: None,
            state: State::Start,
        }
    }

    /// Makes the flow that asks again, by PASV, because the port that EPSV named could not be
    /// reached: `failure` says why.
    pub(super) fn by_pasv(data: &Command, failure: Error) -> Self {
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
                        // A refusal of PRET is about the transfer itself: no machine has the file.
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
                        // The server does not answer the fence either, so the flow fails with the
                        // error of EPSV.
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
    /// Sends PRET first, if the server wants it.
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

    /// Reads the port from the reply to EPSV. Returns `None` if PASV is to be tried next: after a
    /// refusal, because servers refuse EPSV with 425 and 522 as often as with 500, and after a 229
    /// that cannot be read, because PASV works on such servers. One more try costs a round trip.
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
        session.check_alive()?;
        let failure = failure.with_command("EPSV");
        if no_login || session.config().passive_command == PassiveCommand::Epsv {
            return Err(failure);
        }
        self.failure = Some(failure).filter(|_| !unknown);
        session.give_up(Capability::Epsv);
        Ok(None)
    }

    /// Goes on to PASV if the first EPSV was not answered in time. The fence before PASV throws
    /// away a late reply to EPSV.
    fn unanswered(&mut self, session: &mut Session, error: Error) -> Result<State, Error> {
        if error.kind() != ErrorKind::Timeout(Wait::FirstEpsv) {
            return Err(error);
        }
        self.failure = Some(error);
        session.give_up(Capability::Epsv);
        session.give_up_reply()?;
        Ok(State::Fencing(Fence::default()))
    }

    fn classic(&mut self, session: &mut Session, reply: Reply) -> Result<Endpoint, Error> {
        let refused = reply.class() != Class::Completion;
        if let Some(failure) = self.failure.take().filter(|_| refused) {
            session.check_alive()?;
            // PASV does not work on this server, so the next transfer tries EPSV again.
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
                    session.note_ignored_address(address);
                }
                Endpoint::ControlPeer(passive.port)
            }
        })
    }
}
