//! Secures the control connection by TLS (AUTH TLS).

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Step};
use crate::options::config::Auth;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// Sends AUTH TLS and does the handshake (RFC 4217 section 4). If
/// [`Config::auth`](crate::Config::auth) allows it and the server does not know AUTH TLS, the flow
/// sends AUTH SSL. You may run the flow after [`ClearControl`](super::ClearControl); the server
/// then wants a new login (RFC 2228 section 3).
///
/// If any byte has come after the reply to AUTH, an attacker may have sent it. The session is then
/// dead, whether the server accepted or refused AUTH, and sends nothing more. The session is also
/// dead if you drop the flow after the reply and before the end of the handshake.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, connected, drive, secured};
/// # let mut session = connected(ftp_proto::Config::default())?;
/// use ftp_proto::flows::Secure;
///
/// let mut server = Server::new(["234 Begin TLS"]);
/// drive(&mut session, Secure::new(), &mut server)?;
/// assert!(session.is_secured());
/// assert_eq!(server.heard(), ["AUTH TLS"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
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
    /// Makes the flow. If the control connection is under TLS already, the flow fails with
    /// [`Misuse::AlreadySecured`].
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
                    // An attacker may have sent bytes in clear text after the reply to AUTH. So the
                    // session reads what has already arrived, before it begins the handshake or
                    // accepts the refusal.
                    State::Looking(reply) => {
                        session.check_alive()?;
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
                        let secured = session.finish_channel_change(answer);
                        return Ok(secured.map_err(|error| error.or_command("AUTH"))?);
                    }
                };
            }
        })
    }
}

impl Secure {
    /// Fails with the server's refusal of AUTH TLS. Returns `Ok` if AUTH SSL is to be tried next.
    fn refused(&self, session: &mut Session, reply: &Reply) -> Result<(), Error> {
        // A stray reply may come from an attacker. In clear text after CCC, a stray alone does not
        // end the session. So the session must end here.
        if session.has_strays() {
            return Err(session.die_with(Error::new(ErrorKind::Injection).with_command("AUTH")));
        }
        let unknown = reply.is_not_implemented() || reply.code().value() == 534;
        if unknown && !self.second_try && session.config().auth == Auth::TlsThenSsl {
            return Ok(());
        }
        Err(Error::from_reply(reply.clone()).with_command("AUTH"))
    }
}
