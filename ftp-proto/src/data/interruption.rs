//! What can interrupt a driver's work on the data connection.

use crate::error::Error;
use crate::flow::{Accept, Answer, CloseData, Connect, SecureData};
use crate::session::transfer::DataEnd;

/// Why an attempt on the data connection was not completed. For drivers that watch the control
/// connection at the same time.
#[derive(Debug)]
pub enum Interruption {
    /// The data connection failed.
    Failed(Error),
    /// Bytes (or the end) of the control connection came, and the session has them.
    ControlFirst,
    /// The time limit has passed.
    TimedOut,
    /// The control connection failed.
    Broken(Error),
}

macro_rules! interrupted {
    ($($want:ident: |$ticket:ident, $error:ident| $failed:expr;)*) => {$(
        impl $want {
            /// Answers why the want was not served.
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
