//! Decides whether a transfer has succeeded, from its data, its final reply and a size.

use alloc::format;
use alloc::string::String;

use super::{Finish, Size};
use crate::counted::Counted;
use crate::error::{Advice, Error, ErrorKind};
use crate::options::config::MissingCloseNotify;
use crate::options::transfer::SizeCheck;
use crate::path::RemotePath;
use crate::remedy::Remedy;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::transfer::{Completion, DataEnd, Direction};
use crate::tls::Reason;
use crate::wire::{Class, Reply};

const ANOTHER_REPLY: &str = "the reply that came for it belongs to another command";

const NO_CLOSE_NOTIFY: &str = "the data ended without close_notify, so it may have been cut";

impl Finish {
    /// Returns the error that the end of the data shows, without regard to the server's reply.
    /// `None` if the data ended well.
    pub(super) fn data_error(&self) -> Option<Error> {
        let truncated = || Error::new(ErrorKind::Truncated);
        match &self.end {
            DataEnd::Clean => match (self.expected, self.transfer.due()) {
                (Some(expected), _) if expected != self.bytes => Some(
                    truncated().with_expected(expected, were_expected(Counted::bytes(expected))),
                ),
                (None, Some(due)) if due > self.bytes => Some(
                    truncated()
                        .with_expected(due, format!("the server announced {}", Counted::bytes(due)))
                        .or_advice(again([Remedy::DownloadRest, Remedy::NoSizeCheck])),
                ),
                _ => None,
            },
            DataEnd::NoCloseNotify if self.complete => None,
            DataEnd::NoCloseNotify => Some(
                truncated()
                    .with_source(NO_CLOSE_NOTIFY)
                    .or_advice(again([Remedy::MissingCloseNotify])),
            ),
            DataEnd::Stopped => Some(match self.transfer.direction() {
                Direction::Upload => {
                    Error::new(ErrorKind::Unconfirmed).with_title("the upload is not complete")
                }
                Direction::Download => truncated(),
            }),
            DataEnd::Failed(error) => match (error.kind(), self.transfer.direction()) {
                (kind, _) if kind.is_late() => Some(error.clone()),
                (_, Direction::Upload) => Some(error.clone()),
                _ => Some(truncated().because(error.clone())),
            },
        }
    }

    /// Decides from the final reply and the data whether the transfer has succeeded.
    pub(super) fn judge(&self, reply: Reply) -> Result<Completion, Error> {
        let completed = reply.confirms_transfer();
        let result = match (self.data_error(), completed) {
            (None, true) => Ok(Completion {
                bytes: self.bytes,
                name: self.chosen_name(&reply),
                announced: self.transfer.size_hint(),
                reply,
                clean_close: self.clean_close,
            }),
            (Some(error), true) => Err(error.with_reply(reply)),
            (None, false) => Err(self.refusal(reply)),
            (Some(error), false) => Err(self.refusal(reply).because(error)),
        };
        result.map_err(|error| self.in_context(error))
    }

    /// Returns the error for a transfer whose final reply will not come. `silence` says why. If the
    /// control connection ended with a 421, the 421 explains the failure better than the end of the
    /// data does.
    pub(super) fn unconfirmed(&self, silence: Option<Error>) -> Error {
        let error = match (silence, self.data_error()) {
            (Some(cause), Some(_)) if cause.reply().is_some() || self.is_stopped_upload() => cause,
            (_, Some(error)) => error,
            (Some(cause), None) => {
                let error = Error::new(ErrorKind::Unconfirmed);
                match cause.reply().cloned() {
                    Some(reply) => error.with_reply(reply).with_source(cause),
                    None => error.with_source(cause),
                }
            }
            (None, None) => Error::new(ErrorKind::Unconfirmed),
        };
        self.in_context(error)
    }

    /// Whether an upload has ended because the control connection has. Then this is what went wrong.
    fn is_stopped_upload(&self) -> bool {
        self.transfer.direction() == Direction::Upload && matches!(self.end, DataEnd::Stopped)
    }

    /// Returns the error for a final reply that does not confirm the transfer. If the server
    /// demands TLS resumption, the error says so. vsftpd shows this only in its final reply, after
    /// a good handshake.
    pub(super) fn refusal(&self, reply: Reply) -> Error {
        if matches!(reply.class(), Class::Preliminary | Class::Completion) {
            return mistaken(reply);
        }
        let demanded = self.transfer.is_protected() && !self.transfer.is_resumed();
        if demanded && reply.is_about_resumption() {
            return Error::from_reply(reply).with_tls_reason(Reason::ResumptionDemanded);
        }
        Error::from_reply(reply)
    }

    /// Returns the flow that sends SIZE after a download whose close_notify is missing. If the size
    /// agrees with the bytes that came, the download is complete. `None` if SIZE would prove
    /// nothing.
    pub(super) fn size_in_question(&self, session: &Session, outcome: &Reply) -> Option<Size> {
        let tolerated = session.config().missing_close_notify == MissingCloseNotify::IfSizeAgrees;
        let confirmed = outcome.confirms_transfer();
        let missing = matches!(self.end, DataEnd::NoCloseNotify);
        // After CCC, the control connection is in clear text. An attacker who cut the data could
        // then also fake the reply to SIZE.
        let asked = self.expected.is_none() && session.is_secured();
        if !(tolerated && confirmed && missing && asked) {
            return None;
        }
        Size::new(self.transfer.file()?).ok()
    }

    /// Whether the client must check an upload by SIZE, although the server has confirmed it.
    pub(super) fn is_questionable(&self, reply: &Reply) -> bool {
        let upload = self.transfer.direction() == Direction::Upload;
        let sent = upload && reply.confirms_transfer() && self.data_error().is_none();
        let countable = self.transfer.transfer_type() == TransferType::Image;
        sent && match self.transfer.size_check() {
            SizeCheck::AsNeeded => {
                self.reset || self.cut_at_proxy && self.stored_file(reply).is_some()
            }
            SizeCheck::Always => self.reset || countable,
            SizeCheck::Never => false,
        }
    }

    /// Returns the flow that sends SIZE after an upload. `None` if the size of the file cannot show
    /// whether the data has arrived.
    pub(super) fn stored_file(&self, reply: &Reply) -> Option<Size> {
        self.transfer.length_after(self.bytes)?;
        let shown = !self.reset || self.transfer.is_shown_by_size(self.bytes);
        if !shown || self.transfer.transfer_type() != TransferType::Image {
            return None;
        }
        let chosen = self.chosen_name(reply);
        Size::new(chosen.as_ref().or(self.transfer.file())?).ok()
    }

    /// Returns the error for an upload that the server has confirmed, although the file on the
    /// server has the wrong size, or its size is not known. `size` is the size that SIZE has shown,
    /// or `None` if it is not known.
    pub(super) fn not_stored(&self, reply: Reply, size: Option<u64>) -> Error {
        let error = Error::new(ErrorKind::Unconfirmed).with_reply(reply);
        let sent = self.bytes;
        let length = self.transfer.length_after(sent);
        let due = match length {
            Some(length) if length != sent => {
                format!("must have {length} after the {sent} that were sent")
            }
            _ => format!("{sent} {} sent", Counted::bytes(sent).was()),
        };
        let found = match size {
            Some(size) => {
                let size = Counted::bytes(size);
                format!("the file on the server has {size}, but {due}")
            }
            None => "the size of the file on the server is not known".into(),
        };
        let why = match self.reset {
            true => format!("the server reset the data connection, and {found}"),
            false if self.cut_at_proxy => {
                format!("the server's end of the data connection did not come, and {found}")
            }
            false => found,
        };
        let error = match length {
            Some(length) => error.with_expected(length, why),
            None => error.with_source(why),
        };
        self.in_context(match size {
            Some(size) if Some(size) < length => error
                .with_title("the upload is not complete")
                .or_advice(Advice::new("upload it again")),
            Some(_) => error.with_title("the upload may not be complete"),
            None => error,
        })
    }

    /// Compares this size with the number of bytes that came. If they agree and the configuration
    /// allows it, the download is complete, although close_notify is missing.
    pub(super) fn compare(&mut self, session: &Session, size: Option<u64>) {
        let tolerated = session.config().missing_close_notify == MissingCloseNotify::IfSizeAgrees;
        let missing = matches!(self.end, DataEnd::NoCloseNotify);
        // A text in TYPE A and a listing have no known number of bytes on the data connection, so a
        // size proves nothing.
        let countable = self.transfer.file().is_some();
        if tolerated && missing && countable && size == Some(self.bytes) {
            self.complete = true;
            self.clean_close = false;
        }
    }

    /// Returns the file name that the server chose for STOU. pyftpdlib and others send the name in
    /// the first reply (150), other servers in the final reply.
    pub(super) fn chosen_name(&self, reply: &Reply) -> Option<RemotePath> {
        if self.transfer.verb() != "STOU" {
            return None;
        }
        let told = self.transfer.name().cloned();
        told.or_else(|| crate::reply::unique_name(reply))
    }

    pub(super) fn in_context(&self, error: Error) -> Error {
        error
            .with_command(self.transfer.verb())
            .with_transferred(self.bytes)
    }
}

/// Returns the error for a 2xx reply that may belong to another command than the transfer.
pub(super) fn mistaken(reply: Reply) -> Error {
    let error = Error::new(ErrorKind::Unconfirmed).with_source(ANOTHER_REPLY);
    error.with_reply(reply)
}

/// Advises to download the file again, or to do one of these.
fn again(remedies: impl IntoIterator<Item = Remedy>) -> Advice {
    Advice::new("download it again").with(remedies)
}

fn were_expected(bytes: Counted) -> String {
    format!("{bytes} {} expected", bytes.was())
}
