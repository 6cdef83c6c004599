use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::representation::TransferType;
use crate::session::Session;
use crate::wire::{Command, Verb};

use super::completion;
use super::exchange::{Exchange, exchange};

/// TYPE (RFC 959 section 3.1.1): the representation type, sent only when it is not in force.
#[derive(Debug)]
pub struct Type {
    transfer_type: TransferType,
    exchange: Option<Exchange>,
}

impl Type {
    /// This type.
    pub fn new(transfer_type: TransferType) -> Self {
        Self {
            transfer_type,
            exchange: None,
        }
    }
}

impl Flow for Type {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        let mut event = answer.event;
        if self.exchange.is_none() && session.transfer_type() == Some(self.transfer_type) {
            return Ok(Step::Done(()));
        }
        let exchange = self
            .exchange
            .get_or_insert_with(|| Exchange::new(command(self.transfer_type)));
        let reply = exchange!(exchange, session, event);
        completion(reply, "TYPE")?;
        Ok(Step::Done(()))
    }
}

fn command(transfer_type: TransferType) -> Command {
    // Nothing in it comes from a caller but a number of bits.
    Verb::TYPE
        .with(transfer_type.argument().as_bytes())
        .unwrap_or(Command::fixed(Verb::TYPE, "I"))
}
