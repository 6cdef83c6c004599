//! What an FTP proxy is sent before the server's login: its own login, and the server's name.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind, ProxyFailure};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::options::credentials::Credentials;
use crate::options::ftp_proxy::Before;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Class, Command, Reply};

/// Sends the login at an FTP proxy and the command that names the server, as far as the proxy's
/// kind has them. A refusal is an [`ErrorKind::Proxy`], so that you can tell it from a refusal by
/// the server.
#[derive(Debug)]
pub(super) struct ProxyLogin {
    /// What is left to send, in reverse order.
    left: Vec<Before>,
    state: State,
}

#[derive(Debug)]
enum State {
    Next,
    /// USER, PASS or ACCT was sent: its verb, and the commands that may follow, in reverse order.
    LoggingIn(&'static str, Vec<Command>),
    /// This command, which names the server, was sent.
    Naming(Command),
}

impl ProxyLogin {
    pub(super) fn new(mut before: Vec<Before>) -> Self {
        before.reverse();
        Self {
            left: before,
            state: State::Next,
        }
    }

    fn next(&mut self, session: &mut Session) -> Result<Option<State>, Halt> {
        // A login at the proxy is no login at the server.
        session.forget_login();
        Ok(match self.left.pop() {
            None => None,
            Some(Before::LogIn(login)) => {
                session.send(login.user().clone())?;
                Some(State::LoggingIn("USER", following(&login)))
            }
            Some(Before::Name(command)) => {
                session.send(command.clone())?;
                Some(State::Naming(command))
            }
        })
    }
}

impl Flow for ProxyLogin {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Next => match self.next(session)? {
                        Some(state) => state,
                        None => return Ok(()),
                    },
                    State::LoggingIn(verb, following) => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        match (reply.class(), following.pop()) {
                            (Class::Completion, _) => State::Next,
                            (Class::Intermediate, Some(command)) => {
                                *verb = match *verb {
                                    "USER" => "PASS",
                                    _ => "ACCT",
                                };
                                let following = core::mem::take(following);
                                let state = State::LoggingIn(verb, following);
                                session.send(command)?;
                                state
                            }
                            _ => return Err(refused(reply, verb, ProxyFailure::Login).into()),
                        }
                    }
                    State::Naming(command) => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        match reply.class() {
                            Class::Completion | Class::Intermediate => State::Next,
                            _ => {
                                return Err(
                                    refused(reply, command.verb(), ProxyFailure::Failed).into()
                                );
                            }
                        }
                    }
                };
            }
        })
    }
}

/// Returns PASS and ACCT, in reverse order.
fn following(login: &Credentials) -> Vec<Command> {
    let account = login.account().into_iter();
    account.chain([login.password()]).cloned().collect()
}

fn refused(reply: Reply, verb: &str, failure: ProxyFailure) -> Error {
    let error = Error::new(ErrorKind::Proxy(failure));
    error.with_command(verb).with_reply(reply)
}
