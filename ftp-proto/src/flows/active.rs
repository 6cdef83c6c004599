//! Active mode: EPRT and PORT.

use alloc::format;
use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

use super::compose::completion;
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Event, Flow, Step};
use crate::session::Session;
use crate::trace;
use crate::wait::Wait;
use crate::wire::{Class, Code, Verb};

/// Tells the server the address to connect to. This is the listener's address, or the public
/// address that you have set for a NAT router. It sends EPRT (RFC 2428). If the server refuses
/// EPRT, it sends PORT on IPv4.
#[derive(Debug, Default)]
pub(super) struct Active {
    state: State,
}

impl Active {
    /// Makes the flow that tells the server to connect to this address, at which another server
    /// listens.
    pub(super) fn to_address(address: SocketAddr) -> Self {
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
        Step::run(answer, |answer| {
            loop {
                self.state = match self.state {
                    State::Start => {
                        self.state = State::Listening;
                        return Err(session.listen().into());
                    }
                    State::Listening => listening(session, answer)?,
                    State::Told(address) => tell(session, address)?,
                    State::Extended(address) => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        match (reply.class(), address.ip()) {
                            (Class::Completion, _) => return Ok(()),
                            // 530 says that a login is missing, and not that the server lacks EPRT.
                            // So PORT would not help.
                            (_, IpAddr::V4(_)) if reply.code() != Code::NOT_LOGGED_IN => {
                                session.check_alive()?;
                                trace::gave_up(Capability::Eprt);
                                State::Told(address)
                            }
                            _ => return Err(Error::from_reply(reply).with_command("EPRT").into()),
                        }
                    }
                    State::Classic => {
                        completion(session.next_reply(answer, Wait::Reply)?, "PORT")?;
                        return Ok(());
                    }
                };
            }
        })
    }
}

fn listening(session: &Session, answer: &mut Answer) -> Result<State, Error> {
    match answer.take() {
        Some(Event::Listening(address)) => {
            let outside = session.config().active_address;
            let ip = outside.unwrap_or(address.ip()).to_canonical();
            if ip.is_unspecified() || address.port() == 0 {
                return Err(Error::misuse(Misuse::NoListener));
            }
            Ok(State::Told(SocketAddr::new(ip, address.port())))
        }
        Some(Event::Failed(error)) => Err(error),
        _ => {
            session.check_alive()?;
            Err(Error::new(ErrorKind::Timeout(Wait::Connect)))
        }
    }
}

fn tell(session: &mut Session, address: SocketAddr) -> Result<State, Error> {
    let (command, state) = match address.ip() {
        IpAddr::V4(ip) if session.lacks(Capability::Eprt) => {
            let argument = port_argument(ip.octets(), address.port());
            (Verb::PORT.with(argument)?, State::Classic)
        }
        _ => {
            let argument = extended_argument(address);
            (Verb::EPRT.with(argument)?, State::Extended(address))
        }
    };
    session.send(command)?;
    Ok(state)
}

fn extended_argument(address: SocketAddr) -> String {
    let family = if address.is_ipv4() { 1 } else { 2 };
    format!("|{family}|{}|{}|", address.ip(), address.port())
}

fn port_argument([a, b, c, d]: [u8; 4], port: u16) -> String {
    let [high, low] = port.to_be_bytes();
    format!("{a},{b},{c},{d},{high},{low}")
}
