//! Why a driver could not complete an attempt on the data connection.

use crate::error::Error;
use crate::flow::{Accept, Answer, CloseData, Connect, SecureData};
use crate::session::transfer::DataEnd;

/// Why an attempt on the data connection was not completed, for example to connect it or to move
/// bytes. Drivers that also watch the control connection meanwhile use this type.
#[derive(Debug)]
pub enum Interruption {
    /// The data connection failed.
    Failed(Error),
    /// Bytes (or the end) of the control connection came first, and the session has received them.
    ControlFirst,
    /// The time limit has passed.
    TimedOut,
    /// The control connection failed.
    Broken(Error),
}

macro_rules! interrupted {
    ($($want:ident: |$ticket:ident, $error:ident| $failed:expr;)*) => {$(
        impl $want {
            /// Answers this want with the reason why the driver could not serve it.
            pub fn interrupted(self, by: Interruption) -> Answer {
                let $ticket = self;
                match by {
                    Interruption::Failed($error) => $failed,
                    Interruption::ControlFirst => $ticket.control_first(),
                    Interruption::TimedOut => $ticket.timed_out(),
                    Interruption::Broken(error) => $ticket.broken(error),
                }
            }
        }
    )*};
}

interrupted! {
    Connect: |want, error| want.failed(error);
    Accept: |want, error| want.failed(error);
    SecureData: |want, error| want.failed(error);
    CloseData: |want, error| want.closed(DataEnd::Failed(error));
}
