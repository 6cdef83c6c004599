//! The flow that waits for the server's greeting.

use crate::error::{Error, ErrorKind};
use crate::flow::{Adopted, Adopts, Answer, Flow, Step};
use crate::session::Session;
use crate::tls::Reason;
use crate::wait::Wait;
use crate::wire::{Class, Reply};

/// Waits for the greeting. If the server sends 120 (RFC 959 section 5.4), the flow waits longer.
/// Under implicit TLS, the handshake comes before the greeting.
///
/// Returns the greeting. The flow fails if the server sends something else: 421 because it is full,
/// a 5xx, or bytes that are not an FTP reply.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive};
/// use ftp_proto::flows::Greeting;
/// use ftp_proto::{Config, Session};
///
/// let mut session = Session::new(Config::default());
/// let mut server = Server::new(["220 Welcome"]);
/// let greeting = drive(&mut session, Greeting::new(), &mut server)?;
/// assert_eq!(greeting.text().to_string(), "Welcome");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Greeting(());

impl Greeting {
    /// Makes the flow. It must be the first flow on a session.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Greeting {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            if session.tls_is_due() {
                session.check_alive()?;
                return Err(session.secure_control().into());
            }
            if session.is_securing() {
                session.finish_channel_change(answer)?;
            }
            if let Some(reply) = session.greeting() {
                return match reply.class() {
                    Class::Completion => Ok(reply.clone()),
                    _ => Err(Error::from_reply(reply.clone()).into()),
                };
            }
            session.check_alive()?;
            let wait = session.greeting_wait();
            if !answer.take_timeout() {
                return Err(session.receive_within(wait).into());
            }
            let late = Error::new(ErrorKind::Timeout(wait));
            if session.is_silent_in_clear() && wait == Wait::Greeting {
                return Err(late.with_tls_reason(Reason::SilentServer).into());
            }
            Err(late.into())
        })
    }

    fn adopts(&self) -> Adopts {
        Adopts(Adopted::Greeting)
    }
}
