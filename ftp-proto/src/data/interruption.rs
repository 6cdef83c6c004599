//! What can come between a driver and what it attempts on the data connection.

use crate::error::Error;
use crate::flow::{Accept, Answer, CloseData, Connect, SecureData};
use crate::session::transfer::DataEnd;

/// Why an attempt on the data connection is not done, of a driver that watches the control
/// connection meanwhile.
#[derive(Debug)]
pub enum Interruption {
    /// The data connection failed.
    Failed(Error),
    /// Bytes (or the end) of the control connection came, and the session has them.
    ControlFirst,
    /// The time allowed is over.
    TimedOut,
    /// The control connection failed.
    Broken(Error),
}

macro_rules! interrupted {
    ($($want:ident: |$ticket:ident, $error:ident| $failed:expr;)*) => {$(
        impl $want {
            /// Why it is not done.
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
