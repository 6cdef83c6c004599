//! Aborting a transfer (ABOR).

use crate::error::Error;
use crate::flow::{Adopted, Adopts, Answer, Flow, Step};
use crate::session::Session;
use crate::session::transfer::{Aborted, Transfer};

/// Aborts a transfer. It sends ABOR, unless the transfer is over. Then it drops the data connection
/// and reads the replies. Servers send one or two: 426 and 226, 226 and 225, or only one of these.
///
/// Some servers send a third reply to ABOR. So a fence (PWD) is sent before the next command;
/// otherwise a late reply would be taken for the reply to that command.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Abort, Open};
///
/// let mut server = Server::new([
///     "200 Binary",
///     "229 Extended passive (|||2020|)",
///     "150 Here it comes",
///     "426 Aborted",
///     "226 Abort done",
/// ]);
/// let transfer = drive(&mut session, Open::retrieve("genome.fa")?, &mut server)?;
/// let aborted = drive(&mut session, Abort::new(transfer), &mut server)?;
/// assert_eq!(aborted.reply.map(|reply| reply.code().value()), Some(426));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Abort {
    transfer: Transfer,
}

impl Abort {
    /// Makes the flow, which takes the `Transfer` of an open transfer.
    pub fn new(transfer: Transfer) -> Self {
        Self { transfer }
    }
}

impl Flow for Abort {
    type Output = Aborted;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Aborted>, Error> {
        Step::run(answer, |answer| {
            let reply = session.abort_transfer(answer)?;
            Ok(Aborted { reply })
        })
    }

    fn adopts(&self) -> Adopts {
        Adopts(Adopted::Transfer(self.transfer.id()))
    }
}
