use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Event, Flow, SecureControl, Step, Want};
use crate::options::config::Auth;
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::session::negotiated::Channel;
use crate::wait::{Clock, Wait};
use crate::wire::{Command, Reply, Verb};

use super::{completion, reply};

/// AUTH TLS and the handshake behind it (RFC 4217 section 4); by [option](crate::Config::auth) a second
/// try by AUTH SSL. Behind [`ClearControl`](super::ClearControl), too: the server then wants a new
/// login (RFC 2228 section 3).
///
/// A byte behind the reply, accepted or refused, kills the session before anything is sent; so
/// does giving the flow up between the reply and the end of the handshake.
#[derive(Debug, Default)]
pub struct Secure {
    state: State,
    second_try: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Asked,
    Looking(Reply),
    Handshake,
}

impl Secure {
    /// Fails with [`Misuse::AlreadySecured`] when run under TLS.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Secure {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        let mut event = answer.event;
        loop {
            match &self.state {
                State::Start => {
                    if session.is_secured() {
                        return Err(Error::misuse(Misuse::AlreadySecured));
                    }
                    let mechanism = if self.second_try { "SSL" } else { "TLS" };
                    session.send(Command::fixed(Verb::AUTH, mechanism), Shape::Single)?;
                    self.state = State::Asked;
                    event = Event::Begin;
                }
                State::Asked => {
                    self.state = State::Looking(reply!(session, event, Wait::Reply));
                    return Ok(Step::Want(session.look()));
                }
                // What stands behind the reply may not have been read yet; it must be, before
                // the channel changes hands or the refusal is believed.
                State::Looking(reply) => {
                    session.alive()?;
                    if matches!(event, Event::Received) {
                        return Ok(Step::Want(session.look()));
                    }
                    if session.state.channel != Channel::Securing {
                        // After CCC a whole reply does not kill by itself.
                        if !session.decoder.is_untouched() || session.out_of_step {
                            session.die(Error::new(ErrorKind::Injection).with_command("AUTH"));
                            session.alive()?;
                        }
                        let unknown = reply.is_not_implemented() || reply.code().value() == 534;
                        if unknown && !self.second_try && session.config.auth == Auth::TlsThenSsl {
                            self.second_try = true;
                            self.state = State::Start;
                            continue;
                        }
                        let refused = completion(reply.clone(), "AUTH").map_err(asking)?;
                        return Err(asking(Error::from_reply(refused)));
                    }
                    self.state = State::Handshake;
                    return Ok(Step::Want(handshake(session)));
                }
                State::Handshake => {
                    return shaken(session, &event)
                        .map(Step::Done)
                        .map_err(|error| error.or_command("AUTH"));
                }
            }
        }
    }
}

/// Not everybody knows what AUTH is.
fn asking(error: Error) -> Error {
    error.with_command("AUTH").with_subject("asking for TLS")
}

/// The want that puts TLS on the control connection.
pub(super) fn handshake(session: &mut Session) -> Want {
    Want::SecureControl(SecureControl {
        ticket: session.issue(),
        wait: Wait::Handshake,
        clock: Clock::Starts,
    })
}

/// What came of it.
pub(super) fn shaken(session: &mut Session, event: &Event) -> Result<(), Error> {
    session.alive()?;
    match event {
        Event::Secured => session.secured(),
        Event::TimedOut => session.die(Error::new(ErrorKind::Timeout(Wait::Handshake))),
        _ => session.die(Error::new(ErrorKind::Tls)),
    }
    session.alive()
}
