//! The login: TLS, then USER, PASS and ACCT, and the protection of data connections.

use alloc::boxed::Box;

use super::compose::{completion, inner, refused, unless_refused};
use super::exchange::Exchange;
use super::proxy_login::ProxyLogin;
use super::{Protect, Secure, Type};
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::options::config::{ProtectWhen, Protection};
use crate::options::credentials::Credentials;
use crate::representation::TransferType;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Class, Code, Command, Reply, Verb};

/// Logs in. If the settings demand explicit TLS, the flow first sends AUTH and does the handshake.
/// Then it sends USER, and PASS and ACCT if the server asks for them. Under TLS, the flow also
/// sends PBSZ and PROT, after the login or [before](crate::ProtectWhen::BeforeLogin) USER.
///
/// Through an [FTP proxy](crate::FtpProxy), the flow first logs in at the proxy and names the
/// server, as the proxy needs it.
///
/// To a server that is known to bear it, PBSZ and PROT leave together with PASS, and also TYPE I and
/// EPSV if a transfer comes next ([`Pipelining`](crate::Pipelining)).
///
/// Returns the reply that accepted the login.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, connected, drive, logged_in};
/// # let mut session = connected(ftp_proto::Config::default())?;
/// use ftp_proto::flows::{Credentials, Login};
///
/// let mut server = Server::new(["331 Password?", "230 Hello"]);
/// let login = Login::new(Credentials::new("ada", "secret")?);
/// let reply = drive(&mut session, login, &mut server)?;
/// assert_eq!(reply.text().to_string(), "Hello");
/// assert_eq!(server.heard(), ["USER ada", "PASS secret"]);
/// assert!(session.is_logged_in());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Login {
    credentials: Credentials,
    /// The credentials that are sent instead, because they name the server for an FTP proxy. `None`
    /// without an FTP proxy.
    sent: Option<Box<Credentials>>,
    /// The commands after the login. `None` before they were queued, or if there are none.
    after: Option<Box<After>>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Securing(Secure),
    /// Sending PBSZ and PROT before USER.
    Preparing(Protect),
    /// Sending what an FTP proxy needs before the server's login.
    AtProxy(Box<ProxyLogin>),
    /// The flag says whether PASS has left together with USER.
    User(bool),
    /// Holds the reply to USER if the server wants no password, but has got one.
    Password(Option<Reply>),
    /// Throwing away the replies to commands that left together with PASS, because the server wants
    /// ACCT first.
    Early,
    Account,
    After(Reply),
    /// A reply to the commands after the login has shown that the reply to the login may be another
    /// command's. Sending PWD, which servers refuse before a login. `None` as long as the client waits
    /// for a port that was asked for in the same flight.
    Doubted(Reply, Option<Exchange>),
}

/// The commands that follow a login. They may leave in the flight of PASS.
#[derive(Debug, Default)]
struct After {
    protect: Option<Protect>,
    image: Option<Type>,
}

impl Login {
    /// Makes the flow that logs in with these credentials.
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            sent: None,
            after: None,
            state: State::Start,
        }
    }
}

impl Flow for Login {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Start => self.start(session)?,
                    State::Securing(secure) => {
                        inner(secure, session, answer)?;
                        State::Start
                    }
                    State::Preparing(protect) => {
                        inner(protect, session, answer)?;
                        State::Start
                    }
                    State::AtProxy(at_proxy) => {
                        inner(&mut **at_proxy, session, answer)?;
                        self.send_user(session)?
                    }
                    State::User(_) | State::Password(_) | State::Account => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        self.next(session, reply)?
                    }
                    State::Early => {
                        if let Some(after) = &mut self.after {
                            after.discard(session, answer)?;
                        }
                        self.after = None;
                        self.send_account(session)?
                    }
                    State::After(reply) => {
                        let sure = match &mut self.after {
                            Some(after) => after.finish(session, answer)?,
                            None => true,
                        };
                        let reply = reply.clone();
                        if sure {
                            return Ok(self.done(session, reply)?);
                        }
                        State::Doubted(reply, None)
                    }
                    State::Doubted(reply, question) => {
                        let reply = reply.clone();
                        confirm(question, session, answer)?;
                        return Ok(self.done(session, reply)?);
                    }
                };
            }
        })
    }
}

impl Login {
    /// Decides what the login needs next. If the settings demand TLS, begins TLS. If they demand
    /// PROT before USER, sends PROT. Otherwise begins the login at the FTP proxy, or sends USER.
    fn start(&mut self, session: &mut Session) -> Result<State, Halt> {
        let config = session.config();
        if config.security.demands_tls() && !session.is_secured() {
            return Ok(State::Securing(Secure::new()));
        }
        if config.protect_when == ProtectWhen::BeforeLogin && is_unprotected(session) {
            return Ok(State::Preparing(Protect::new(Protection::Private)));
        }
        if let Some(route) = session.login_route(&self.credentials) {
            self.sent = Some(Box::new(route.credentials(&self.credentials)?));
            return Ok(State::AtProxy(Box::new(ProxyLogin::new(route.before()?))));
        }
        Ok(self.send_user(session)?)
    }

    /// Sends USER, and PASS in the same flight if the settings allow that under TLS.
    fn send_user(&mut self, session: &mut Session) -> Result<State, Error> {
        session.send(self.sent().user().clone())?;
        let together = session.config().pipelining.password_with_user
            && session.is_secured()
            && self.sent.is_none();
        if together {
            self.send_password(session)?;
        }
        Ok(State::User(together))
    }

    /// Sends PASS. To a server that is known to bear it, the commands after the login leave in the
    /// same flight.
    fn send_password(&mut self, session: &mut Session) -> Result<(), Error> {
        session.send(self.sent().password().clone())?;
        if session.bears_flights() {
            self.after = After::queued(session, true)?;
        }
        Ok(())
    }

    fn send_account(&self, session: &mut Session) -> Result<State, Error> {
        if let Some(account) = self.sent().account() {
            session.send(account.clone())?;
        }
        Ok(State::Account)
    }

    /// Returns the credentials as they are sent.
    fn sent(&self) -> &Credentials {
        self.sent.as_deref().unwrap_or(&self.credentials)
    }

    /// Decides from this reply what the login needs next. Sends PASS or ACCT if the reply asks for
    /// it, and the commands after the login if it is complete.
    fn next(&mut self, session: &mut Session, reply: Reply) -> Result<State, Error> {
        let verb = match self.state {
            State::User(_) => "USER",
            State::Password(_) => "PASS",
            _ => "ACCT",
        };
        match (reply.class(), &self.state) {
            (Class::Completion, State::User(true)) => Ok(State::Password(Some(reply))),
            (Class::Intermediate, State::User(true)) => Ok(State::Password(None)),
            (Class::Completion, _) => self.accepted(session, reply),
            (Class::Intermediate, State::User(false)) => {
                self.send_password(session)?;
                Ok(State::Password(None))
            }
            (Class::Intermediate, State::Password(_)) if self.sent().account().is_some() => {
                match self.after {
                    Some(_) => Ok(State::Early),
                    None => self.send_account(session),
                }
            }
            (Class::Intermediate, State::Password(_)) => {
                let unexpected = Error::new(ErrorKind::UnexpectedReply);
                Err(unexpected.with_command(verb).with_reply(reply))
            }
            // The login was complete after USER, so the server refuses PASS.
            (_, State::Password(Some(accepted))) => {
                let accepted = accepted.clone();
                self.accepted(session, accepted)
            }
            _ => Err(Error::from_reply(reply).with_command(verb)),
        }
    }

    fn done(&self, session: &mut Session, reply: Reply) -> Result<Reply, Error> {
        session.remember_login(&self.credentials);
        // A later reply of the flight may have ended the session.
        session.check_alive()?;
        Ok(reply)
    }

    /// Sends the commands after the login, unless they have left already.
    fn accepted(&mut self, session: &mut Session, reply: Reply) -> Result<State, Error> {
        if self.after.is_none() {
            self.after = After::queued(session, false)?;
        }
        Ok(State::After(reply))
    }
}

impl After {
    /// Queues the commands that follow the login. `None` if there are none. `with_pass` says whether
    /// they leave in the flight of PASS.
    fn queued(session: &mut Session, with_pass: bool) -> Result<Option<Box<Self>>, Error> {
        let mut after = Self::default();
        if is_unprotected(session) {
            let protect = after.protect.insert(Protect::new(Protection::Private));
            protect.queue_now(session, with_pass)?;
        }
        let transfer = session.config().pipelining.transfer_next;
        if transfer && session.may_share_flight() {
            let mut image = Type::new(TransferType::Image);
            after.image = image.queue(session)?.then_some(image);
            session.ask_for_port_ahead()?;
        }
        let any = after.protect.is_some() || after.image.is_some();
        Ok(any.then(|| Box::new(after)))
    }

    /// Reads the replies to the commands. A refusal of TYPE does not matter yet. Returns whether the
    /// reply to TYPE casts no doubt on the login.
    fn finish(&mut self, session: &mut Session, answer: &mut Answer) -> Result<bool, Halt> {
        if let Some(protect) = &mut self.protect {
            inner(protect, session, answer)?;
            self.protect = None;
        }
        if let Some(image) = &mut self.image {
            let set = refused(inner(image, session, answer), session)?;
            self.image = None;
            return Ok(!set.is_err_and(|error| denies_login(&error)));
        }
        Ok(true)
    }

    /// Reads the replies to the commands, and throws them away.
    fn discard(&mut self, session: &mut Session, answer: &mut Answer) -> Result<(), Halt> {
        if let Some(protect) = &mut self.protect {
            unless_refused(inner(protect, session, answer), session)?;
            self.protect = None;
        }
        self.finish(session, answer)?;
        session.discard_port(answer)
    }
}

/// Sends PWD to find out whether the user is logged in. Any other refusal of PWD shows nothing.
fn confirm(
    question: &mut Option<Exchange>,
    session: &mut Session,
    answer: &mut Answer,
) -> Result<(), Halt> {
    if question.is_none() {
        session.await_port(answer)?;
    }
    let pwd = question.get_or_insert_with(|| Exchange::new(Command::from(Verb::PWD)));
    let reply = refused(pwd.reply(session, answer), session)?;
    let asked = reply.and_then(|reply| completion(reply, "PWD"));
    match asked.err().filter(denies_login) {
        Some(error) => {
            session.forget_login();
            Err(error.into())
        }
        None => Ok(()),
    }
}

/// Whether this error of TYPE or PWD means that the user may not be logged in: the server says so, or
/// the reply belongs to another command, as that to the login may too.
fn denies_login(error: &Error) -> bool {
    let refused = error.reply().map(Reply::code) == Some(Code::NOT_LOGGED_IN);
    refused || error.kind() == ErrorKind::UnexpectedReply
}

/// Whether the settings demand PROT P, and the server has not accepted PROT P yet.
fn is_unprotected(session: &Session) -> bool {
    session.is_secured()
        && session.config().protection == Protection::Private
        && !session.has_protection(Protection::Private)
}
