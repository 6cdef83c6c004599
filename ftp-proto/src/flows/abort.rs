use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopts, Answer, Event, Flow, Step};
use crate::session::Session;
use crate::session::ledger::Owed;
use crate::session::transfer::{Aborted, Transfer};
use crate::wait::Wait;

/// Aborts a transfer: ABOR unless it is over already, the data connection dropped, and as many
/// replies taken in as the server sends: 426 and 226, 226 and 225, one of them alone.
///
/// Where the first reply leaves open whether a second one follows, the next command is preceded
/// by a fence (PWD), so that a late one is not taken for that command's.
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
        let Some(live) = &session.live else {
            return Err(Error::misuse(Misuse::StaleTransfer));
        };
        let finished = live.outcome.clone();
        // Before that it is the data connection that takes too long.
        let unanswered = matches!(answer.event, Event::TimedOut)
            && !live.data_open
            && session
                .ledger
                .front()
                .is_some_and(Owed::is_unanswered_abort);
        let want = session.settle(answer.event)?;
        if unanswered {
            return Err(Error::new(ErrorKind::Timeout(Wait::Abort)).with_command("ABOR"));
        }
        match want {
            Some(want) => Ok(Step::Want(want)),
            None => Ok(Step::Done(Aborted {
                reply: finished.or_else(|| session.aborted.take()),
            })),
        }
    }

    fn adopts(&self) -> Adopts {
        Adopts::Transfer(self.transfer.id)
    }
}
