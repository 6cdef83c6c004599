//! AUTH TLS.

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Step};
use crate::options::config::Auth;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// AUTH TLS and the handshake after it (RFC 4217 section 4); by [option](crate::Config::auth) a second
/// try by AUTH SSL. It may follow [`ClearControl`](super::ClearControl): the server then wants a new
/// login (RFC 2228 section 3).
///
/// A byte after the reply, accepted or refused, kills the session before anything is sent; so
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
        Step::run(answer, |answer| {
            loop {
                self.state = match &self.state {
                    State::Start => {
                        if session.is_secured() {
                            return Err(Error::misuse(Misuse::AlreadySecured).into());
                        }
                        let mechanism = if self.second_try { "SSL" } else { "TLS" };
                        session.send(Command::fixed(Verb::AUTH, mechanism))?;
                        State::Asked
                    }
                    State::Asked => {
                        self.state = State::Looking(session.next_reply(answer, Wait::Reply)?);
                        return Err(session.look().into());
                    }
                    // What follows the reply may not have been read yet. It must be, before
                    // the channel changes hands or the refusal is believed.
                    State::Looking(reply) => {
                        session.alive()?;
                        session.look_again(answer)?;
                        if session.is_securing() {
                            self.state = State::Handshake;
                            return Err(session.secure_control().into());
                        }
                        self.refused(session, reply)?;
                        self.second_try = true;
                        State::Start
                    }
                    State::Handshake => {
                        let secured = session.channel_changed(answer);
                        return Ok(secured.map_err(|error| error.or_command("AUTH"))?);
                    }
                };
            }
        })
    }
}

impl Secure {
    /// Fails, unless AUTH SSL may still do.
    fn refused(&self, session: &mut Session, reply: &Reply) -> Result<(), Error> {
        // After CCC a whole reply does not kill by itself.
        if session.has_strays() {
            return Err(session.dead_of(Error::new(ErrorKind::Injection).with_command("AUTH")));
        }
        let unknown = reply.is_not_implemented() || reply.code().value() == 534;
        if unknown && !self.second_try && session.config().auth == Auth::TlsThenSsl {
            return Ok(());
        }
        // Not everybody knows what AUTH is.
        let refused = Error::from_reply(reply.clone()).with_command("AUTH");
        Err(refused.with_subject("asking for TLS"))
    }
}
