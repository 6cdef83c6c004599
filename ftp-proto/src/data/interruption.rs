//! The reasons why a driver stops an attempt on the data connection before it is done.

use crate::error::Error;
use crate::flow::{Accept, Answer, CloseData, Connect, SecureData};
use crate::session::transfer::DataEnd;

/// Why the driver has stopped an attempt on the data connection, such as connecting it or moving
/// bytes. This type is for drivers that watch the control connection during the attempt.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// # use ftp_proto::flows::Open;
/// use ftp_proto::data::{DataPhase, DataStep, Interruption};
/// use ftp_proto::{ErrorKind, TransferOptions, Wait};
///
/// # let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes (5 bytes)", "226 Done"];
/// # let mut server = Server::new(replies);
/// # let transfer = drive(&mut session, Open::retrieve("hello")?, &mut server)?;
/// let mut phase = DataPhase::new(transfer, &TransferOptions::new());
/// // No byte has moved within the time limit.
/// phase.interrupted(&mut session, Interruption::TimedOut);
/// let DataStep::Finish(flow) = phase.step(&session) else {
///     panic!("the data has ended")
/// };
/// let result = drive(&mut session, flow, &mut server);
/// assert!(result.is_err_and(|error| error.kind() == ErrorKind::Timeout(Wait::DataIdle)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
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
