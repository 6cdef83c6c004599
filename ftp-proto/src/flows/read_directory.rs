//! Opens a listing of a directory, by MLSD or LIST, whose lines are then read as entries.

use alloc::vec::Vec;

use super::compose::{inner, refused, unless_refused};
use super::visit::Visit;
use super::{Feat, Open};
use crate::capabilities::{Capability, Support};
use crate::error::Error;
use crate::flow::{Answer, Flow, Halt, Step};
use crate::listing::{Dialect, Parser};
use crate::session::Session;
use crate::session::transfer::Transfer;
use crate::wire::Code;

/// Opens the listing of a directory. It sends MLSD if FEAT lists MLST, and LIST otherwise. If the
/// server refuses MLSD although FEAT lists it, LIST follows. If the server says that it does not
/// know MLSD, the session remembers this.
///
/// Many servers read the argument of LIST as a pattern or an option. So a path that begins with `-`
/// is sent with `./` in front. For a path with `*`, `[` and so on, or with blanks, the
/// flow changes the directory (CWD) and lists it without an argument. The next operation then
/// changes the directory back before it does anything else.
///
/// Returns the [`Transfer`], and the [`Parser`] that reads its bytes.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::ReadDirectory;
/// use ftp_proto::listing::Line;
///
/// # let mut server = Server::new([
/// #     "211-Features:\r\n MLST type*;size*;\r\n211 End",
/// #     "200 Type set",
/// #     "229 Extended passive (|||2020|)",
/// #     "150 Here it comes",
/// # ]);
/// let flow = ReadDirectory::new(Some("pub"))?;
/// let (transfer, mut parser) = drive(&mut session, flow, &mut server)?;
/// assert_eq!(server.heard().last().map(String::as_str), Some("MLSD pub"));
/// // What the driver reads from the data connection goes to the parser.
/// let mut data = &b"type=file;size=5; hello\r\n"[..];
/// let Some(Line::Entry(entry)) = parser.next_line(&mut data) else {
///     panic!("no entry")
/// };
/// assert_eq!(entry.name(), b"hello");
/// # let _ = transfer;
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct ReadDirectory {
    path: Option<Vec<u8>>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Features(Feat),
    Facts(Open),
    /// Entering the directory, to list it without an argument.
    Enter(Visit),
    List(Open),
}

impl ReadDirectory {
    /// Makes the flow that lists this directory. Without a path, it lists the current directory.
    pub fn new(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        let path = path.map(|path| match path.as_ref() {
            // Some servers drop the blanks before a path, and would list another directory.
            path @ [b' ' | b'\t', ..] => [b"./", path].concat(),
            path => path.to_vec(),
        });
        // MLSD and LIST accept the same paths, so a path that cannot be sent fails here.
        Open::facts(path.as_ref())?;
        Ok(Self {
            path,
            state: State::Start,
        })
    }

    /// Makes the flow that enters this directory (CWD) and lists it by LIST without an argument. Some
    /// servers ignore the argument, and list the current directory.
    pub(crate) fn entering(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        let flow = Self::new(Some(path))?;
        let state = flow.enter()?;
        Ok(Self { state, ..flow })
    }

    /// Returns the first state: MLSD if the server is known to have it, and LIST otherwise.
    fn begin(&self, mlsd: Support) -> Result<State, Error> {
        match mlsd {
            Support::Advertised | Support::Verified => {
                Ok(State::Facts(Open::facts(self.path.as_ref())?))
            }
            Support::Unknown | Support::Refused => self.list(),
        }
    }

    /// Returns the state that lists by LIST. If a server could read the path as a pattern, the flow
    /// first changes to the directory, and sends LIST without an argument.
    fn list(&self) -> Result<State, Error> {
        match &self.path {
            Some(path) if is_awkward(path) => self.enter(),
            _ => self.list_by_argument(),
        }
    }

    fn enter(&self) -> Result<State, Error> {
        let path = self.path.as_deref().unwrap_or_default();
        Ok(State::Enter(Visit::new(path)?))
    }

    /// Returns the state that sends LIST with the path.
    fn list_by_argument(&self) -> Result<State, Error> {
        Ok(State::List(match &self.path {
            // Servers would read a path such as `-a` as an option of LIST.
            Some(path) if path.starts_with(b"-") => Open::list(Some([b"./", &path[..]].concat()))?,
            path => Open::list(path.as_ref())?,
        }))
    }
}

impl Flow for ReadDirectory {
    type Output = (Transfer, Parser);

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Start => match session.support(Capability::Mlsd) {
                        Support::Unknown => State::Features(Feat::new()),
                        support => self.begin(support)?,
                    },
                    State::Features(feat) => {
                        // If the server refuses FEAT, this is no refusal of the directory, so the
                        // flow goes on.
                        unless_refused(inner(feat, session, answer), session)?;
                        self.begin(session.support(Capability::Mlsd))?
                    }
                    State::Facts(open) => match inner(open, session, answer) {
                        Err(Halt::Error(error)) if is_of_command(&error) && !session.is_dead() => {
                            self.list()?
                        }
                        transfer => {
                            let parser = Parser::new().with_dialect(Dialect::Mlsx);
                            return Ok((transfer?, parser));
                        }
                    },
                    State::Enter(visit) => match refused(inner(visit, session, answer), session)? {
                        Ok(()) => State::List(Open::list(None::<&str>)?),
                        // Without PWD, the session could not return after CWD.
                        Err(_) if !visit.has_asked() => self.list_by_argument()?,
                        // LIST with this path could list another directory.
                        Err(error) => return Err(error.into()),
                    },
                    State::List(open) => {
                        return Ok((inner(open, session, answer)?, Parser::new()));
                    }
                };
            }
        })
    }
}

/// Whether a server may read this argument of LIST as something other than the path: as a pattern
/// (`*`), or as several paths with blanks between them (GNU inetutils).
fn is_awkward(path: &[u8]) -> bool {
    let special = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'~' | b'\\'
        )
    };
    path.iter().any(special)
}

/// Whether LIST may still work after this refusal of MLSD. It may if the server does not know MLSD,
/// or if the path is a file (501, RFC 3659 section 7.2.1).
fn is_of_command(error: &Error) -> bool {
    error
        .reply()
        .is_some_and(|reply| reply.is_not_implemented() || reply.code() == Code::BAD_ARGUMENT)
}
