//! Brings a new session to the directory and the settings of an earlier session.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopted, Adopts, Answer, Flow, Step};
use crate::options::credentials::Credentials;
use crate::session::Session;
use crate::session::standing::Standing;
use crate::wire::Command;

use super::compose::{completion, inner};
use super::exchange::Exchange;
use super::{ChangeDirectory, Login, Protect, Secure, Type};

/// Brings a new session to the [directory and settings](Session::standing) of an earlier session.
/// It sends HOST, the login, PROT, OPTS, LANG and CLNT, TYPE, and then CWD. Run it after the
/// greeting.
///
/// Before `Restore` has succeeded, the session may be in the wrong directory. So if you run another
/// operation before that, the operation fails and the session dies. If `Restore` fails, you can
/// make another [successor](Session::successor) and try again.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{ChangeDirectory, Credentials, Greeting, Restore};
///
/// drive(&mut session, ChangeDirectory::new("/pub")?, &mut Server::new(["250 Done"]))?;
/// // The connection is lost. On the new one, a successor takes the place of the session.
/// let standing = session.standing();
/// let mut session = session.successor();
/// let mut server = Server::new(["220 Welcome", "331 Password?", "230 Hello", "250 Done"]);
/// drive(&mut session, Greeting::new(), &mut server)?;
/// let restore = Restore::new(Credentials::new("ada", "secret")?, standing)?;
/// drive(&mut session, restore, &mut server)?;
/// assert_eq!(server.heard(), ["USER ada", "PASS secret", "CWD /pub"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Restore {
    /// The tasks that are left, in reverse order: the next task is the last entry.
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
    /// Makes the flow that brings a successor of this session to where this session is, with the
    /// credentials of its last login. Call it before [`Session::successor`]: if it fails, you still
    /// have the session.
    ///
    /// # Errors
    /// [`Misuse::NotLoggedIn`] if there was no login; the errors of [`new`](Self::new).
    pub fn of(session: &Session) -> Result<Self, Error> {
        let missing = || Error::misuse(Misuse::NotLoggedIn);
        let credentials = session.credentials().ok_or_else(missing)?;
        Self::new(credentials.clone(), session.standing())
    }

    /// Makes the flow that logs in with these credentials and then restores this directory and
    /// these settings.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the current directory is not known. It becomes unknown after more
    /// than 256 relative CWD in a row, and after a CWD whose reply does not come in time. A PWD on
    /// the old connection makes the directory known again. If no PWD was sent there, you have to
    /// make a new client.
    /// [`Misuse::Option`] if USER, PASS or ACCT was sent as a [raw
    /// command](super::Raw): run another [`Login`] instead.
    pub fn new(credentials: Credentials, standing: Standing) -> Result<Self, Error> {
        if standing.is_by_hand() {
            let why = "the login is not known, because USER, PASS or ACCT was sent as a raw \
                       command: call `login` first";
            return Err(Error::option(why));
        }
        let Some(directory) = standing.directory() else {
            let why = "the current directory is not known, so `reconnect` cannot restore it: make \
                       a new client; to prevent this, call `pwd` after a CWD that timed out, and \
                       before 256 relative CWD in a row";
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
                    // The control connection is under TLS already (implicit TLS), so the flow sends
                    // no AUTH.
                    Task::Secure(_) if session.is_secured() => {}
                    Task::Secure(secure) => inner(secure, session, answer)?,
                    Task::Protect(protect) => inner(protect, session, answer)?,
                    Task::Type(transfer_type) => inner(transfer_type, session, answer)?,
                    Task::Enter(directory) => drop(inner(directory, session, answer)?),
                }
                self.tasks.pop();
            }
            session.mark_restored();
            Ok(())
        })
    }

    fn adopts(&self) -> Adopts {
        Adopts(Adopted::Standing)
    }
}
