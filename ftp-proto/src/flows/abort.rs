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
