//! A new session, brought where an earlier one stood.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::flow::{Adopts, Answer, Flow, Step};
use crate::options::credentials::Credentials;
use crate::session::Session;
use crate::session::standing::Standing;
use crate::wire::Command;

use super::compose::{completion, inner};
use super::exchange::Exchange;
use super::{ChangeDirectory, Login, Protect, Secure, Type};

/// Brings a new session where another one [stood](Session::standing): HOST, the login, PROT, OPTS,
/// LANG and CLNT, TYPE, and the directory. To be run after the greeting.
///
/// Until it has gone through, its session does nothing else: half a restored session would work in
/// the wrong place. Another [successor](Session::successor) may try again.
#[derive(Debug)]
pub struct Restore {
    /// What is still to be done, the next one last.
    tasks: Vec<Task>,
}

#[derive(Debug)]
enum Task {
    Tell(Exchange),
    LogIn(Login),
    Secure(Secure),
    Protect(Protect),
    Type(Type),
    Enter(ChangeDirectory),
}

impl Restore {
    /// With these credentials.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] where the way to the directory is not known: it was too long, or
    /// the answer to a CWD did not come in time. A PWD, while there is a connection, is the remedy;
    /// after that, a new client. [`Misuse::Option`](crate::Misuse::Option) where USER, PASS or ACCT was
    /// sent as a [raw command](super::Raw): another [`Login`] is the remedy.
    pub fn new(credentials: Credentials, standing: Standing) -> Result<Self, Error> {
        if standing.is_by_hand() {
            let why = "USER, PASS or ACCT was sent as a raw command, so that nobody here knows who is \
                       logged in: `login` first";
            return Err(Error::option(why));
        }
        let Some(directory) = standing.directory() else {
            let why = "the way to the directory is not known; PWD would have told it";
            return Err(Error::new(ErrorKind::TooLarge).with_source(why));
        };
        let tell = |command: &Command| Task::Tell(Exchange::new(command.clone()));
        let mut tasks: Vec<Task> = standing.hosts(false).map(tell).collect();
        if standing.wants_tls() {
            tasks.push(Task::Secure(Secure::new()));
        }
        tasks.extend(standing.hosts(true).map(tell));
        tasks.push(Task::LogIn(Login::new(credentials)));
        tasks.extend(standing.protection().map(Protect::new).map(Task::Protect));
        tasks.extend(standing.settings().map(tell));
        tasks.extend(standing.transfer_type().map(Type::new).map(Task::Type));
        for path in directory {
            tasks.push(Task::Enter(ChangeDirectory::new(path)?));
        }
        tasks.reverse();
        Ok(Self { tasks })
    }
}

impl Flow for Restore {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            while let Some(task) = self.tasks.last_mut() {
                match task {
                    Task::Tell(exchange) => {
                        completion(exchange.reply(session, answer)?, exchange.verb())?;
                    }
                    Task::LogIn(login) => drop(inner(login, session, answer)?),
                    // Implicit TLS is there already.
                    Task::Secure(_) if session.is_secured() => {}
                    Task::Secure(secure) => inner(secure, session, answer)?,
                    Task::Protect(protect) => inner(protect, session, answer)?,
                    Task::Type(transfer_type) => inner(transfer_type, session, answer)?,
                    Task::Enter(directory) => drop(inner(directory, session, answer)?),
                }
                self.tasks.pop();
            }
            session.restored();
            Ok(())
        })
    }

    fn adopts(&self) -> Adopts {
        Adopts::Standing
    }
}
