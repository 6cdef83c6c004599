//! The span and the events of the feature `tracing`. Without the feature, `Traced` has no field and
//! the functions are empty.
//!
//! The targets and levels are part of the public interface. The table in the docs of the crate
//! lists them.

#![cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, reason = "the functions are empty")
)]

pub(crate) mod wants;

#[cfg(feature = "tracing")]
use alloc::string::String;
#[cfg(feature = "tracing")]
use alloc::vec::Vec;

#[cfg(feature = "tracing")]
use tracing::{Level, Span, debug, info, warn};

use crate::capabilities::Capability;
use crate::error::Error;
#[cfg(feature = "tracing")]
use crate::error::ErrorKind;
use crate::options::Options;
use crate::session::transfer::{DataEnd, Transfer};
#[cfg(all(feature = "rustls", feature = "tracing"))]
use crate::tls::TlsInfo;
use crate::wire::{Command, Reply};

#[cfg(feature = "tracing")]
const SESSION: &str = "ftp_proto::session";
#[cfg(feature = "tracing")]
const CONTROL: &str = "ftp_proto::control";
#[cfg(feature = "tracing")]
const DATA: &str = "ftp_proto::data";
#[cfg(feature = "tracing")]
const TLS: &str = "ftp_proto::tls";

/// What a session keeps for its events.
#[derive(Default)]
pub(crate) struct Traced {
    #[cfg(feature = "tracing")]
    host: Option<String>,
    /// The span of the operation that runs. `None` between two operations.
    #[cfg(feature = "tracing")]
    span: Option<Span>,
    /// The connection of the last want, unless the want was to receive replies.
    #[cfg(feature = "tracing")]
    asked: Option<Asked>,
}

#[cfg(feature = "tracing")]
#[derive(Clone, Copy)]
enum Asked {
    Data,
    Tls,
}

/// Keeps a span entered. The driver never holds it, because each method of the session that enters
/// the span leaves it before it returns. So an async driver cannot hold it while it waits.
pub(crate) struct Entered {
    #[cfg(feature = "tracing")]
    _span: tracing::span::EnteredSpan,
}

impl Traced {
    /// Enters the span of the operation that runs. Between two operations, enters nothing.
    pub(crate) fn enter(&self) -> Entered {
        Entered {
            #[cfg(feature = "tracing")]
            _span: self.span.clone().unwrap_or_else(Span::none).entered(),
        }
    }

    /// Whether a command or a reply would be shown. If not, the session need not mask it.
    pub(crate) fn shows_control(&self) -> bool {
        #[cfg(feature = "tracing")]
        return tracing::enabled!(target: CONTROL, Level::DEBUG);
        #[cfg(not(feature = "tracing"))]
        false
    }
}

/// Defines functions whose bodies exist only with the feature.
macro_rules! traced {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),*) $body:block)*) => {$(
        $(#[$meta])*
        #[inline]
        pub(crate) fn $name($($argument: $type),*) {
            #[cfg(feature = "tracing")]
            $body
        }
    )*};
}
use traced;

traced! {
    /// Notes the host of the options.
    fn set_host(traced: &mut Traced, options: &Options) {
        traced.host = Some(options.shown_host());
    }

    /// Gives the session that replaces another one the host of that one.
    fn replaced(old: &Traced, new: &mut Traced) {
        new.host.clone_from(&old.host);
        info!(target: SESSION, host = old.host, "replacing the control connection");
    }

    /// Tells that the control connection is made.
    fn control_connected(traced: &Traced, peer: Option<core::net::SocketAddr>) {
        let peer = peer.map(tracing::field::display);
        debug!(target: SESSION, host = traced.host, peer, "connected");
    }

    /// Begins the span of an operation. Its name is asked for only if a log wants it, because
    /// finding it took a twentieth of the instructions of a small download.
    fn begin(traced: &mut Traced, operation: impl FnOnce() -> &'static str) {
        traced.asked = None;
        traced.span = Some(tracing::info_span!(
            target: SESSION,
            "ftp.operation",
            operation = operation(),
            host = traced.host
        ));
    }

    /// Ends the span of an operation.
    fn end(traced: &mut Traced, error: Option<&Error>, dead: bool) {
        if let Some(error) = error {
            failed(error, dead);
        }
        traced.span = None;
    }

    fn sent(command: &Command) {
        debug!(target: CONTROL, %command, "sent");
    }

    fn sent_fence(command: &Command) {
        debug!(target: CONTROL, %command, "sent to find out which replies are old");
    }

    fn received(reply: &Reply) {
        debug!(target: CONTROL, %reply, "received");
    }

    /// Tells that a reply belongs to no command. Only its code is shown: the event of its arrival
    /// has the text.
    fn stray(reply: &Reply) {
        warn!(target: CONTROL, code = reply.code().value(), "a reply belongs to no command");
    }

    fn out_of_step() {
        warn!(target: CONTROL, "replies and commands may not match any more");
    }

    /// Tells that another command takes the place of this one, for example PASV that of EPSV.
    fn gave_up(capability: Capability) {
        info!(target: CONTROL, %capability, "does not work here, so another way is tried");
    }

    /// Tells that the data of a transfer begins to move.
    fn data_begins(transfer: &Transfer) {
        debug!(
            target: DATA,
            verb = transfer.verb(),
            size_hint = transfer.size_hint(),
            protected = transfer.is_protected(),
            resumed = transfer.is_resumed(),
            "the data begins"
        );
    }

    /// Tells how the data of a transfer has ended. The server's last word is still to come.
    fn data_ended(transfer: &Transfer, bytes: u64, end: &DataEnd) {
        debug!(target: DATA, verb = transfer.verb(), bytes, end = end_of(end, &[]), "the data ended");
    }

    fn confirmed(transfer: &Transfer, bytes: u64) {
        info!(target: DATA, verb = transfer.verb(), bytes, "the transfer is confirmed");
    }
}

#[cfg(all(feature = "rustls", feature = "tracing"))]
traced! {
    /// Tells what a handshake has negotiated.
    fn secured(control: bool, info: &TlsInfo) {
        let connection = if control { "control" } else { "data" };
        info!(
            target: TLS,
            connection,
            version = %info.version,
            cipher_suite = info.cipher_suite,
            resumed = info.resumed,
            "the handshake is done"
        );
    }
}

/// Returns the last part of the name of a type, without its parameters.
pub(crate) fn type_name<T: ?Sized>() -> &'static str {
    let name = core::any::type_name::<T>();
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit("::").next().unwrap_or(plain)
}

/// Tells the error that has ended an operation. Its level says who should look at it: the program
/// gets every error anyway.
#[cfg(feature = "tracing")]
fn failed(error: &Error, dead: bool) {
    let kind = tracing::field::debug(error.kind());
    let text = tracing::field::display(error);
    match error.kind() {
        ErrorKind::Injection => {
            tracing::error!(target: SESSION, kind, dead, error = text, "failed");
        }
        ErrorKind::UnexpectedReply
        | ErrorKind::Transient
        | ErrorKind::Permanent
        | ErrorKind::Unsupported => info!(target: SESSION, kind, dead, error = text, "refused"),
        ErrorKind::InvalidArgument
        | ErrorKind::Misuse(_)
        | ErrorKind::Local
        | ErrorKind::TooLarge
        | ErrorKind::Aborted
        | ErrorKind::OutOfTime => debug!(target: SESSION, kind, dead, error = text, "failed"),
        _ => warn!(target: SESSION, kind, dead, error = text, "failed"),
    }
}

#[cfg(feature = "tracing")]
fn end_of(end: &DataEnd, secrets: &[Vec<u8>]) -> String {
    match end {
        DataEnd::Clean => "clean".into(),
        DataEnd::NoCloseNotify => "without close_notify".into(),
        DataEnd::Stopped => "stopped".into(),
        DataEnd::Failed(error) => alloc::format!("{}", error.clone().masked(secrets)),
    }
}
