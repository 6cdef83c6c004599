//! Setting the representation type (TYPE).

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::representation::TransferType;
use crate::session::Session;
use crate::wire::{Command, Verb};

use super::compose::completion;
use super::exchange::Exchange;

/// TYPE (RFC 959 section 3.1.1): sets the representation type. If the type is in force already,
/// nothing is sent.
#[derive(Debug)]
pub struct Type {
    transfer_type: TransferType,
    exchange: Option<Exchange>,
}

impl Type {
    /// Makes the flow that sets this type.
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
        Step::run(answer, |answer| {
            if self.exchange.is_none() && session.transfer_type() == Some(self.transfer_type) {
                return Ok(());
            }
            let exchange = self
                .exchange
                .get_or_insert_with(|| Exchange::new(command(self.transfer_type)));
            completion(exchange.reply(session, answer)?, "TYPE")?;
            Ok(())
        })
    }
}

fn command(transfer_type: TransferType) -> Command {
    // The argument is a fixed text, or a fixed text with a number of bits. So it can always be
    // sent, and the fallback `TYPE I` is never used.
    Verb::TYPE
        .with(transfer_type.argument().as_bytes())
        .unwrap_or(Command::fixed(Verb::TYPE, "I"))
}
