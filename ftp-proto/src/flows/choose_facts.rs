//! Choosing the facts of MLSD and MLST (OPTS MLST).

use super::SetOption;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wire::Reply;

/// OPTS MLST (RFC 3659 section 7.9): chooses the facts, such as `type` and `size`, that MLSD and
/// MLST send from now on. The server ignores facts that it does not know. If you choose no fact,
/// MLSD and MLST send only names.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::ChooseFacts;
///
/// let mut server = Server::new(["200 MLST OPTS type;size;"]);
/// drive(&mut session, ChooseFacts::new(["type", "size"])?, &mut server)?;
/// assert_eq!(server.heard(), ["OPTS MLST type;size;"]);
/// assert!(ChooseFacts::new(["type;"]).is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct ChooseFacts(SetOption);

impl ChooseFacts {
    /// Makes the flow from the names of the facts.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a name that cannot be sent: a name that
    /// is empty, or holds a blank, `;` or `=`.
    pub fn new(facts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self, Error> {
        let mut line = b"MLST".to_vec();
        for (index, fact) in facts.into_iter().enumerate() {
            let fact = fact.as_ref();
            let is_bad = |byte: &u8| matches!(byte, b' ' | b';' | b'=');
            if fact.is_empty() || fact.iter().any(is_bad) {
                let why = "the name of a fact is empty, or holds a blank, `;` or `=`";
                let invalid = Error::new(ErrorKind::InvalidArgument);
                return Err(invalid.with_command("OPTS").with_source(why));
            }
            line.extend_from_slice(if index == 0 { b" " } else { b"" });
            line.extend_from_slice(fact);
            line.push(b';');
        }
        Ok(Self(SetOption::new(line)?))
    }
}

impl Flow for ChooseFacts {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        self.0.step(session, answer)
    }
}
