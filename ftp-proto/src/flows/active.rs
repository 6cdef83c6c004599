//! Active mode: EPRT and PORT.

use alloc::format;
use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

use super::compose::completion;
use crate::capabilities::{Capability, Support};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Event, Flow, Halt, Step};
use crate::session::Session;
use crate::session::transfer::Direction;
use crate::trace;
use crate::wait::Wait;
use crate::wire::{Class, Code, Reply, Verb};

/// Tells the server the address to connect to. This is the listener's address, or the public
/// address that you have set for a NAT router. It sends EPRT (RFC 2428). If the server refuses
/// EPRT, it sends PORT on IPv4.
///
/// The data command may leave in the flight of EPRT. If the server then refuses EPRT, the flow fails
/// and sends no PORT, because the server has got the data command already.
#[derive(Debug, Default)]
pub(super) struct Active {
    /// Whether the data command has left together with EPRT or PORT.
    is_joined: bool,
    state: State,
}

impl Active {
    /// Makes the flow that tells the server to connect to this address, at which another server
    /// listens.
    pub(super) fn to_address(address: SocketAddr) -> Self {
        Self {
            is_joined: false,
            state: State::Told(address),
        }
    }

    /// Has the driver listen, and queues EPRT or PORT, so that other commands can join its flight.
    /// Returns whether it was queued now.
    pub(super) fn queue(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<bool, Halt> {
        match self.state {
            State::Start => {
                self.state = State::Listening;
                Err(session.listen().into())
            }
            State::Listening => {
                let address = listening(session, answer)?;
                if session.bears_flights() {
                    self.state = State::Looking(address);
                    return Err(session.look().into());
                }
                self.state = tell(session, address)?;
                Ok(true)
            }
            State::Looking(address) => {
                session.look_again(answer)?;
                session.check_alive()?;
                session.notice_stray();
                self.state = tell(session, address)?;
                Ok(true)
            }
            State::Told(_) | State::Extended(_) | State::Classic => Ok(false),
        }
    }

    /// Whether the data command may leave together with the EPRT or PORT that is queued. An EPRT
    /// must have worked before: if the server refused it, the data command could run with an earlier
    /// address. PORT is sent only after EPRT was refused.
    ///
    /// ProFTPD empties a file before it finds that STOR has no address. So an upload leaves together
    /// only with an EPRT that has worked in this session.
    pub(super) fn may_be_joined(&self, session: &Session, direction: Direction) -> bool {
        let accepted = match (&self.state, direction) {
            (State::Extended(_), Direction::Upload) => session.eprt_has_worked(),
            (State::Extended(_), Direction::Download) => {
                session.support(Capability::Eprt) == Support::Verified
            }
            (State::Classic, Direction::Download) => true,
            _ => false,
        };
        accepted && session.bears_flights() && !session.is_out_of_step()
    }

    /// Notes whether the data command leaves together with EPRT or PORT.
    pub(super) fn note_joined(&mut self, is_joined: bool) {
        self.is_joined = is_joined;
    }
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Listening,
    /// Reading, without waiting, what has arrived, since a stray shows that the data command must
    /// leave alone.
    Looking(SocketAddr),
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
                    State::Start | State::Listening | State::Looking(_) => {
                        self.queue(session, answer)?;
                        continue;
                    }
                    State::Told(address) => tell(session, address)?,
                    State::Extended(address) => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        if reply.class() == Class::Completion {
                            return Ok(());
                        }
                        if self.is_joined || !leads_to_port(address, &reply) {
                            return Err(Error::from_reply(reply).with_command("EPRT").into());
                        }
                        session.check_alive()?;
                        trace::gave_up(Capability::Eprt);
                        State::Told(address)
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

/// Whether the client sends PORT after this refusal of EPRT. A 530 says that a login is missing, and
/// not that the server lacks EPRT, so PORT would not help. PORT can name no IPv6 address.
fn leads_to_port(address: SocketAddr, refusal: &Reply) -> bool {
    address.is_ipv4() && refusal.code() != Code::NOT_LOGGED_IN
}

/// Returns the address that the server must connect to.
fn listening(session: &Session, answer: &mut Answer) -> Result<SocketAddr, Error> {
    match answer.take() {
        Some(Event::Listening(address)) => {
            let outside = session.config().active_address;
            let ip = outside.unwrap_or(address.ip()).to_canonical();
            if ip.is_unspecified() || address.port() == 0 {
                return Err(Error::misuse(Misuse::NoListener));
            }
            Ok(SocketAddr::new(ip, address.port()))
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
