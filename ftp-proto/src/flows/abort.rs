//! ABOR.

use crate::error::Error;
use crate::flow::{Adopts, Answer, Flow, Step};
use crate::session::Session;
use crate::session::transfer::{Aborted, Transfer};

/// Aborts a transfer: ABOR unless it is over already, the data connection dropped, and as many
/// replies taken in as the server sends: 426 and 226, 226 and 225, one of them alone.
///
/// The next command is preceded by a fence (PWD), so that a late reply is not taken for that
/// command's: some servers send three.
#[derive(Debug)]
pub struct Abort {
    transfer: Transfer,
}

impl Abort {
    /// Spends the token.
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
        Adopts::Transfer(self.transfer.id())
    }
}
