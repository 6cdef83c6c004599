use alloc::format;
use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Event, Flow, Listen, Step, Want};
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::wait::{Clock, Wait};
use crate::wire::{Class, Code, Verb};

use super::{completion, reply};

/// Says where to connect to, which is where we listen, or where that is reached from outside: EPRT
/// (RFC 2428), or PORT on IPv4 where EPRT is refused.
#[derive(Debug, Default)]
pub(super) struct Active {
    state: State,
}

impl Active {
    /// Somebody else listens, there.
    pub(super) fn elsewhere(address: SocketAddr) -> Self {
        Self {
            state: State::Told(address),
        }
    }
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Listening,
    Told(SocketAddr),
    Extended(SocketAddr),
    Classic,
}

impl Flow for Active {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        let mut event = answer.event;
        loop {
            match self.state {
                State::Start => {
                    self.state = State::Listening;
                    return Ok(Step::Want(Want::Listen(Listen {
                        ticket: session.issue(),
                        wait: Wait::Connect,
                        clock: Clock::Starts,
                    })));
                }
                State::Listening => match core::mem::replace(&mut event, Event::Begin) {
                    Event::Listening(address) => {
                        let outside = session.config.active_address;
                        let ip = outside.unwrap_or(address.ip()).to_canonical();
                        self.state = State::Told(SocketAddr::new(ip, address.port()));
                    }
                    Event::Failed(error) => return Err(error),
                    _ => {
                        session.alive()?;
                        return Err(Error::new(ErrorKind::Timeout(Wait::Connect)));
                    }
                },
                State::Told(address) => {
                    event = Event::Begin;
                    let (command, state) = match (session.state.extended_port, address.ip()) {
                        (Some(false), IpAddr::V4(ip)) => {
                            let argument = port_argument(ip.octets(), address.port());
                            (Verb::PORT.with(argument)?, State::Classic)
                        }
                        _ => {
                            let argument = extended_argument(address);
                            (Verb::EPRT.with(argument)?, State::Extended(address))
                        }
                    };
                    session.send(command, Shape::Single)?;
                    self.state = state;
                }
                State::Extended(address) => {
                    let reply = reply!(session, event, Wait::Reply);
                    match (reply.class(), address.ip()) {
                        (Class::Completion, _) => return Ok(Step::Done(())),
                        // Refused for want of a login, it says nothing of what the server can do.
                        (_, IpAddr::V4(_)) if reply.code() != Code::NOT_LOGGED_IN => {
                            session.alive()?;
                            session.state.extended_port = Some(false);
                            self.state = State::Told(address);
                        }
                        _ => return Err(Error::from_reply(reply).with_command("EPRT")),
                    }
                }
                State::Classic => {
                    let reply = reply!(session, event, Wait::Reply);
                    completion(reply, "PORT")?;
                    return Ok(Step::Done(()));
                }
            }
        }
    }
}

fn extended_argument(address: SocketAddr) -> String {
    let family = if address.is_ipv4() { 1 } else { 2 };
    format!("|{family}|{}|{}|", address.ip(), address.port())
}

fn port_argument([a, b, c, d]: [u8; 4], port: u16) -> String {
    let [high, low] = port.to_be_bytes();
    format!("{a},{b},{c},{d},{high},{low}")
}
