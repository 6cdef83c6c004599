//! Sets the representation type (TYPE).

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::representation::TransferType;
use crate::session::Session;
use crate::wire::{Command, Verb};

use super::compose::completion;
use super::exchange::Exchange;

/// TYPE (RFC 959 section 3.1.1): sets the representation type. If this type is in force already,
/// the flow sends nothing.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::TransferType;
/// use ftp_proto::flows::Type;
///
/// let mut server = Server::new(["200 Binary"]);
/// drive(&mut session, Type::new(TransferType::Image), &mut server)?;
/// drive(&mut session, Type::new(TransferType::Image), &mut server)?;
/// assert_eq!(server.heard(), ["TYPE I"]); // sent once
/// # Ok::<(), ftp_proto::Error>(())
/// ```
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

impl Type {
    /// Queues TYPE now, so that other commands can join its flight. Queues nothing if the type is in
    /// force, or if TYPE is queued already.
    /// Returns whether it was queued now.
    pub(super) fn queue(&mut self, session: &mut Session) -> Result<bool, Error> {
        if self.exchange.is_some() || session.transfer_type() == Some(self.transfer_type) {
            return Ok(false);
        }
        let exchange = Exchange::new(command(self.transfer_type));
        self.exchange.insert(exchange).queue(session)?;
        Ok(true)
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
    // A type always gives a valid argument, such as `A T` or `L 8`. So `with` cannot fail, and the
    // fallback `TYPE I` is never used.
    Verb::TYPE
        .with(transfer_type.argument().as_bytes())
        .unwrap_or(Command::fixed(Verb::TYPE, "I"))
}
