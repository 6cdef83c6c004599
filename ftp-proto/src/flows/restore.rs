use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::flow::{Adopts, Answer, Flow, Step};
use crate::session::Session;
use crate::session::standing::{Setting, Standing};
use crate::wire::Verb;

use super::exchange::{Exchange, exchange};
use super::{ChangeDirectory, Credentials, Login, Protect, Secure, Type, completion, inner};

/// Brings a new session where another one [stood](Session::standing): HOST, the login, PROT, OPTS,
/// LANG and CLNT, TYPE, and the directory. To be run behind the greeting.
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
    /// the answer to a CWD was given up. A PWD, while there is a connection, is the remedy.
    pub fn new(credentials: Credentials, standing: Standing) -> Result<Self, Error> {
        let Some(directory) = standing.directory else {
            let why = "the way to the directory is not known; PWD would have told it";
            return Err(Error::new(ErrorKind::TooLarge).with_source(why));
        };
        let (hosts, settings): (Vec<Setting>, _) = standing
            .settings
            .into_iter()
            .partition(|setting| setting.command.verb() == Verb::HOST.as_str());
        let tell = |setting: Setting| Task::Tell(Exchange::new(setting.command));
        // What was told under TLS is not told in clear.
        let (secured, clear): (Vec<Setting>, _) = hosts.into_iter().partition(|host| host.secured);
        let mut tasks: Vec<Task> = clear.into_iter().map(tell).collect();
        if standing.secured || !secured.is_empty() {
            tasks.push(Task::Secure(Secure::new()));
        }
        tasks.extend(secured.into_iter().map(tell));
        tasks.push(Task::LogIn(Login::new(credentials)));
        tasks.extend(standing.protection.map(Protect::new).map(Task::Protect));
        tasks.extend(settings.into_iter().map(tell));
        tasks.extend(standing.transfer_type.map(Type::new).map(Task::Type));
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
        let mut event = answer.event;
        while let Some(task) = self.tasks.last_mut() {
            match task {
                Task::Tell(exchange) => {
                    let reply = exchange!(exchange, session, event);
                    completion(reply, exchange.verb())?;
                }
                Task::LogIn(login) => drop(inner!(login, session, event)),
                // Implicit TLS is there already.
                Task::Secure(_) if session.is_secured() => {}
                Task::Secure(secure) => inner!(secure, session, event),
                Task::Protect(protect) => inner!(protect, session, event),
                Task::Type(transfer_type) => inner!(transfer_type, session, event),
                Task::Enter(directory) => drop(inner!(directory, session, event)),
            }
            self.tasks.pop();
        }
        session.unrestored = None;
        Ok(Step::Done(()))
    }

    fn adopts(&self) -> Adopts {
        Adopts::Standing
    }
}
