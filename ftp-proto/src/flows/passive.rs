//! Passive mode: asks the server for a port by EPSV or PASV.

use alloc::format;
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

/// How many times the client asks for a port, if [`Config::blocked_ports`] holds the ports that the
/// server names.
///
/// [`Config::blocked_ports`]: crate::Config::blocked_ports
const MOST_PORTS: u8 = 10;

/// Asks the server for the endpoint of the next data connection. The flow sends EPSV (RFC 2428). If
/// the server refuses EPSV or does not answer it, or if EPSV is known not to work, the flow sends
/// PASV. With [`PassiveCommand`] you may allow only one of the two.
///
/// If the server lists PRET in FEAT, as drftpd does, the flow first sends PRET with the data
/// command, so that the server can choose the machine that holds the file. `Passive::default()`
/// sends no PRET.
///
/// If the server names a port that you have told to be blocked, the flow asks for another one. The
/// server gives up the earlier port when it gets the next EPSV or PASV.
#[derive(Debug, Default)]
pub(super) struct Passive {
    announcement: Option<Command>,
    is_announced: bool,
    /// How many ports the server has named that are blocked.
    blocked: u8,
    /// Whether another server connects to the port, in a copy between servers. What is blocked for
    /// this client says nothing about that server.
    for_another: bool,
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
    /// Reading, without waiting, what has arrived since the server named a port ahead.
    Looking,
    /// Reading the reply to an EPSV or PASV that was sent ahead.
    Ahead(Verb),
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
            ..Self::default()
        }
    }

    /// Makes the flow that asks for a port to which another server connects.
    pub(super) fn for_another_server(data: &Command) -> Self {
        Self {
            for_another: true,
            ..Self::new(data)
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
                    State::Start if session.has_old_port() && !self.for_another => {
                        self.state = State::Looking;
                        return Err(session.look().into());
                    }
                    State::Start => self.ask(session)?,
                    State::Looking => self.looked(session, answer)?,
                    State::Announced => {
                        // PRET announces the data command, so a refusal of PRET refuses the
                        // transfer: for example, no machine has the file.
                        completion(session.next_reply(answer, Wait::Reply)?, "PRET")?;
                        State::Start
                    }
                    State::Ahead(ref verb) => {
                        let verb = verb.clone();
                        match self.ahead(session, answer, &verb)? {
                            Some(endpoint) => return Ok(endpoint),
                            None => continue,
                        }
                    }
                    State::Extended => {
                        let wait = session.wait_for_epsv();
                        match session.next_reply(answer, wait) {
                            Ok(reply) => match self.extended(session, reply)? {
                                Some(endpoint) if self.is_usable(session, endpoint, "EPSV")? => {
                                    return Ok(endpoint);
                                }
                                _ => State::Start,
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
                        let endpoint = self.classic(session, reply)?;
                        if self.is_usable(session, endpoint, "PASV")? {
                            return Ok(endpoint);
                        }
                        State::Start
                    }
                };
            }
        })
    }
}

impl Passive {
    /// Sends EPSV or PASV. Sends PRET before it if the server lists PRET.
    fn ask(&mut self, session: &mut Session) -> Result<State, Error> {
        if let Some(verb) = session.port_ahead().filter(|_| !self.for_another) {
            return Ok(State::Ahead(verb));
        }
        let wanted = session.features().is_some_and(|all| all.supports("PRET"));
        let wanted = wanted && !core::mem::replace(&mut self.is_announced, true);
        if let Some(data) = self.announcement.as_ref().filter(|_| wanted) {
            session.send(Command::containing(Verb::PRET, data))?;
            return Ok(State::Announced);
        }
        let (verb, state) = match session.asks_by_epsv() {
            true => (Verb::EPSV, State::Extended),
            false => (Verb::PASV, State::Classic),
        };
        session.send(Command::from(verb))?;
        Ok(state)
    }

    /// Continues after the look: takes the port that was named ahead, or asks for one if the session
    /// is out of step.
    fn looked(&mut self, session: &mut Session, answer: &mut Answer) -> Result<State, Halt> {
        session.look_again(answer)?;
        session.check_alive()?;
        session.check_old_port();
        Ok(self.ask(session)?)
    }

    /// Takes the port that was asked for ahead. Returns `None` if the client must ask again: then
    /// `state` says how.
    fn ahead(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
        verb: &Verb,
    ) -> Result<Option<Endpoint>, Halt> {
        let extended = *verb == Verb::EPSV;
        let wait = match extended {
            true => session.wait_for_epsv(),
            false => Wait::Reply,
        };
        let reply = match session.take_port(answer, wait) {
            Ok(reply) => reply,
            Err(Halt::Error(error)) => {
                session.check_alive()?;
                self.state = self.without_port(session, error)?;
                return Ok(None);
            }
            Err(want) => return Err(want),
        };
        self.state = State::Start;
        let endpoint = match extended {
            true => self.extended(session, reply)?,
            false => Some(self.classic(session, reply)?),
        };
        match endpoint {
            Some(endpoint) if self.is_usable(session, endpoint, verb.as_str())? => {
                Ok(Some(endpoint))
            }
            _ => Ok(None),
        }
    }

    /// Continues after a question for a port that was sent ahead has failed. After a time-out, PASV
    /// follows, as after any EPSV without a reply. If the replies are out of step, the server gets
    /// the question again, alone.
    fn without_port(&mut self, session: &mut Session, error: Error) -> Result<State, Error> {
        if matches!(error.kind(), ErrorKind::Timeout(_)) {
            return self.unanswered(session, error);
        }
        self.failure = Some(error);
        Ok(State::Fencing(Fence::default()))
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

    /// Returns whether the client may connect to this endpoint. If its port is blocked, the flow
    /// asks for another one, and fails after [`MOST_PORTS`].
    fn is_usable(
        &mut self,
        session: &Session,
        endpoint: Endpoint,
        verb: &str,
    ) -> Result<bool, Error> {
        let port = match endpoint {
            Endpoint::ControlPeer(port) => port.get(),
            Endpoint::Address(address) => address.port(),
        };
        let mut blocked = session.config().blocked_ports.iter();
        if self.for_another || !blocked.any(|ports| ports.contains(&port)) {
            return Ok(true);
        }
        self.blocked = self.blocked.saturating_add(1);
        if self.blocked < MOST_PORTS {
            // The PRET of the first port does not hold for the next one.
            self.is_announced = false;
            return Ok(false);
        }
        let why = format!(
            "the server has named {MOST_PORTS} ports, and all of them are in \
             Config::blocked_ports"
        );
        Err(Error::new(ErrorKind::Io)
            .with_command(verb)
            .with_source(why))
    }
}
