//! The reasons why a driver stops an attempt on the data connection before it is done.

use crate::error::Error;
use crate::flow::{Accept, Answer, CloseData, Connect, SecureData};
use crate::session::transfer::DataEnd;

/// Why the driver has stopped an attempt on the data connection, such as connecting it or moving
/// bytes. This type is for drivers that watch the control connection during the attempt.
#[derive(Debug)]
pub enum Interruption {
    /// The data connection failed, for example with a reset.
    Failed(Error),
    /// During the attempt, bytes (or the end) arrived on the control connection. The driver has
    /// given them to the session.
    ControlFirst,
    /// The time limit of the attempt has passed.
    TimedOut,
    /// The control connection failed, for example with a reset.
    Broken(Error),
}

macro_rules! interrupted {
    ($($want:ident: |$ticket:ident, $error:ident| $failed:expr;)*) => {$(
        impl $want {
            /// Answers this want: the driver could not do what the want says, for this reason.
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
