//! Passive mode: asks the server for a port by EPSV or PASV.

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

/// Asks the server for the endpoint of the next data connection. The flow sends EPSV (RFC 2428). If
/// the server refuses EPSV or does not answer it, or if EPSV is known not to work, the flow sends
/// PASV. With [`PassiveCommand`] you may allow only one of the two.
///
/// If the server lists PRET in FEAT, as drftpd does, the flow first sends PRET with the data
/// command, so that the server can choose the machine that holds the file. `Passive::default()`
/// sends no PRET.
#[derive(Debug, Default)]
pub(super) struct Passive {
    announcement: Option<Command>,
    /// The error of EPSV, or of the connection to the port from EPSV. If the server refuses PASV
    /// too, as servers do over IPv6, the flow fails with this error. `None` if there was no such
    /// error yet. Also `None` if the server does not know EPSV, because its refusal of PASV then
    /// says more.
    failure: Option<Error>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Announced,
    Extended,
    /// Sending a fence, because the server did not answer EPSV in time and may still do so.
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

    /// Makes the flow that asks for another port by PASV, because the client could not connect to
    /// the port from EPSV. `failure` is the error of this connection.
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
                        // PRET announces the data command, so a refusal of PRET refuses the
                        // transfer: for example, no machine has the file.
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
                        // The server does not answer the fence either. So the flow fails with the
                        // time-out of EPSV.
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
    /// Sends EPSV or PASV. Sends PRET before it if the server lists PRET.
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

    /// Reads the port from the reply to EPSV. Returns `None` if PASV must be tried next. PASV is
    /// tried after any refusal, because servers refuse EPSV with 425 and 522 as often as with 500.
    /// It is also tried after a 229 that cannot be read, because PASV works on such servers.
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

    /// Continues with PASV if the server did not answer the first EPSV in time. A fence before PASV
    /// throws away a late reply to EPSV.
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
            // PASV has failed too, so the next transfer tries EPSV again.
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
