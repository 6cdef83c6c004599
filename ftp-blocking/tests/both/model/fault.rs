//! The kinds of faults that the model test gives to the simulated server, and which of them one
//! test run uses.

use std::env;

use fastrand::Rng;
use ftp_proto::simulator::{Action, DuringTransfer, Fault, Setup, Then};

/// A kind of fault of the server. With some kinds, the server reports a success that has not
/// happened. A client can notice this, with one exception: some cuts of a download in clear text,
/// which the test therefore allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The server sends the final reply of a command twice, one directly after the other.
    Twice,
    /// The server sends a reply that belongs to no command. It arrives before the client sends its
    /// next command.
    Stray,
    /// The server sends a reply that belongs to no command. It arrives after the client has sent
    /// its next command, but before the reply to that command.
    LateStray,
    /// Before the 150 of a download, the server sends a second 226 of an earlier transfer. It then
    /// cuts the download and replies 451.
    StaleFinal,
    /// One line of a multi-line reply is only the code (for example `211`), so it looks like the
    /// last line. The real last line arrives later.
    BareEnd,
    /// The server performs the command, but replies with a code that this command cannot get, for
    /// example 226 to PWD.
    WrongCode,
    /// The server performs the command, but sends no reply to it. In some runs it sends the
    /// preliminary reply of a transfer, and leaves out only the final reply.
    Silence,
    /// The server refuses the command, for example with 550, and does not perform it.
    Refused,
    /// The server refuses the transfer command before it has accepted the data connection.
    RefusedEarly,
    /// The server sends its replies to a command late. In some runs it sends the preliminary reply
    /// of a transfer in time, and only the final reply late.
    Late,
    /// The server closes or resets the control connection instead of replying.
    Hangup,
    /// The server accepts the data connection late, refuses it, makes it from an unknown address,
    /// or refuses the TLS handshake on it.
    Connection,
    /// The server sends the 226 of a transfer before its data, or leaves out the 150.
    Order,
    /// The server ends a download too early by an ordinary FIN, and replies 226 as if it were
    /// complete.
    Cut,
    /// The server resets the data connection of a download too early, and replies 226 as if it were
    /// complete.
    Reset,
    /// The server resets the data connection of an upload after a few bytes, and replies 226 as if
    /// it had the file.
    UploadReset,
    /// In a download, the server cannot read its file to the end. It ends the data and replies 451.
    ReadError,
    /// In a download, the server cannot read its file to the end. It replies 226 and directly after
    /// that 451.
    DoubleFinal,
    /// The server sends a refusal, for example 552, in the middle of a transfer.
    RefusedInTheMiddle,
    /// In the middle of a transfer, the server stops sending or reading data, but leaves the data
    /// connection open.
    Stall,
    /// The server ends a download without `close_notify`, or leaves the data connection of an
    /// upload open.
    Ending,
    /// After its usual replies to ABOR, the server sends one more (225), which arrives late.
    ThirdReplyToAbort,
    /// The server keeps an aborted transfer in a queue and performs it over the next data
    /// connection, as pyftpdlib does.
    Queued,
    /// The server sends the reply to a command after its next reply.
    Swapped,
    /// The server reads one command from each segment, and throws away the rest.
    Segment,
    /// The server throws away, refuses or wrongly performs the commands that come together with a
    /// transfer command.
    Beside,
    /// The client's line is slow: after all of an upload is written, the system still sends.
    SlowLine,
}

const ALL: [Kind; 27] = [
    Kind::Twice,
    Kind::Stray,
    Kind::LateStray,
    Kind::StaleFinal,
    Kind::BareEnd,
    Kind::WrongCode,
    Kind::Silence,
    Kind::Refused,
    Kind::RefusedEarly,
    Kind::Late,
    Kind::Hangup,
    Kind::Connection,
    Kind::Order,
    Kind::Cut,
    Kind::Reset,
    Kind::UploadReset,
    Kind::ReadError,
    Kind::DoubleFinal,
    Kind::RefusedInTheMiddle,
    Kind::Stall,
    Kind::Ending,
    Kind::ThirdReplyToAbort,
    Kind::Queued,
    Kind::Swapped,
    Kind::Segment,
    Kind::Beside,
    Kind::SlowLine,
];

/// The verbs of the commands at which a fault may happen. The most frequent commands come first.
pub(super) const VERBS: [&str; 27] = [
    "RETR", "STOR", "PWD", "CWD", "EPSV", "ABOR", "TYPE", "SIZE", "DELE", "REST", "RNFR", "RNTO",
    "MKD", "LIST", "NLST", "MLSD", "APPE", "NOOP", "STAT", "PASS", "USER", "GREETING", "EPRT",
    "FEAT", "PASV", "RMD", "SYST",
];

const TRANSFERS: [&str; 6] = ["RETR", "STOR", "RETR", "APPE", "LIST", "NLST"];

/// Replies that belong to no command. [`DialogueNotes`](super::dialogue_notes::DialogueNotes)
/// recognises them by the word "stray".
const STRAYS: [&str; 14] = [
    "226 stray",
    "226 stray",
    "257 \"/stray\" stray",
    "213 77777 stray",
    "220 stray",
    "225 stray",
    "229 stray (|||1|)",
    "331 stray",
    "350 stray",
    "211 stray",
    "221 stray",
    "250 stray",
    "200 stray",
    "550 stray",
];

/// Returns the kinds of faults that this test run may inject: those in `FTP_MODEL_KINDS`, or all.
pub(super) fn injected() -> Vec<Kind> {
    let Ok(names) = env::var("FTP_MODEL_KINDS") else {
        return ALL.to_vec();
    };
    let named = |name: &str| {
        let kind = ALL.into_iter().find(|kind| format!("{kind:?}") == name);
        kind.unwrap_or_else(|| panic!("{name} is none of {ALL:?}"))
    };
    names.split(',').map(named).collect()
}

impl Kind {
    /// Returns whether this kind of fault makes sense only if the server keeps all its replies back
    /// for a while.
    pub(super) fn wants_lag(self) -> bool {
        matches!(
            self,
            Self::LateStray | Self::StaleFinal | Self::BareEnd | Self::ThirdReplyToAbort
        )
    }

    /// Returns whether this kind of fault makes a transfer fail after it has begun.
    pub(super) fn fails_a_transfer(self) -> bool {
        matches!(
            self,
            Self::StaleFinal
                | Self::Cut
                | Self::Reset
                | Self::UploadReset
                | Self::ReadError
                | Self::DoubleFinal
                | Self::RefusedInTheMiddle
                | Self::Stall
        )
    }

    /// Adds a fault of this kind to the server. Some kinds consist of two faults.
    pub(super) fn add_to(self, setup: Setup, rng: &mut Rng) -> Setup {
        let verb = any(rng, &VERBS);
        let transfer = any(rng, &TRANSFERS);
        let after = rng.usize(..1200);
        let at = |control: &str, then| Action::At {
            after,
            control: control.into(),
            then,
        };
        let (verb, action) = match self {
            Self::Twice => (verb, Action::Twice),
            Self::Stray => (verb, Action::Stray(stray(rng))),
            Self::LateStray => (verb, Action::Unasked(stray(rng))),
            Self::StaleFinal => {
                let stale = Action::Unasked(b"226 stray\r\n".to_vec());
                let setup = setup.fault(Fault::on("EPSV", stale));
                return setup.fault(nth("RETR", at("", Then::End), rng));
            }
            Self::BareEnd => {
                let verb = any(rng, &["STAT", "FEAT"]);
                return setup.fault(Fault::on(verb, Action::BareEnd));
            }
            Self::WrongCode => wrong_code(rng),
            Self::Silence if rng.bool() => (verb, Action::Silent),
            Self::Silence => (verb, Action::SilentFinal),
            Self::Refused => (verb, Action::Reply(refusal(rng).into())),
            Self::RefusedEarly => (transfer, Action::ReplyBeforeAccept(refusal(rng).into())),
            Self::Late if rng.bool() => (verb, Action::Hold),
            Self::Late => (verb, Action::HoldFinal),
            Self::Hangup => (verb, hangup(rng)),
            Self::Connection => connection(rng),
            Self::Order if rng.bool() => (transfer, Action::FinalFirst),
            Self::Order => (transfer, Action::NoPreliminary),
            Self::Cut => ("RETR", at("", Then::Fin)),
            Self::Reset => ("RETR", at("", Then::Reset)),
            Self::UploadReset => ("STOR", at("", Then::Reset)),
            Self::ReadError => ("RETR", at("", Then::End)),
            Self::DoubleFinal => {
                let finals = b"226 stray\r\n451 Read error.\r\n".to_vec();
                let nth = rng.usize(..3);
                let setup = setup.fault(Fault::nth("RETR", nth, Action::Words(finals)));
                return setup.fault(Fault::nth("RETR", nth, at("", Then::End)));
            }
            Self::RefusedInTheMiddle => {
                let ways = [
                    Then::Continue,
                    Then::Stall,
                    Then::Reset,
                    Then::FinInsideRecord,
                ];
                (transfer, at(refusal(rng), any(rng, &ways)))
            }
            Self::Stall => (transfer, at("", Then::Stall)),
            Self::Ending if rng.bool() => ("RETR", Action::NoCloseNotify),
            Self::Ending => ("STOR", Action::KeepOpen),
            Self::ThirdReplyToAbort => {
                let third = Action::Unasked(b"225 stray\r\n".to_vec());
                return setup.fault(Fault::on("ABOR", third));
            }
            Self::Queued => (transfer, Action::QueueAborted),
            Self::Swapped => (verb, Action::Swap),
            Self::Segment => return setup.one_command_a_segment(),
            Self::Beside => {
                let behaviours = [
                    DuringTransfer::Refused,
                    DuringTransfer::EndedByEpsv,
                    DuringTransfer::Discarded,
                ];
                return setup.during_transfer(any(rng, &behaviours));
            }
            Self::SlowLine => ("STOR", Action::SlowLine(any(rng, &[100, 1000, 10_000]))),
        };
        setup.fault(nth(verb, action, rng))
    }
}

/// Returns a fault that happens at one of the first four commands with this verb, chosen at random.
fn nth(verb: &str, action: Action, rng: &mut Rng) -> Fault {
    let nth = rng.usize(..4).min(rng.usize(..4));
    Fault::nth(verb, nth, action)
}

fn stray(rng: &mut Rng) -> Vec<u8> {
    format!("{}\r\n", any(rng, &STRAYS)).into_bytes()
}

fn refusal(rng: &mut Rng) -> &'static str {
    let texts = [
        "550 No.\r\n",
        "451 No.\r\n",
        "500 What?\r\n",
        "552 Full.\r\n",
        "426 Cut.\r\n",
        "421 Bye.\r\n",
    ];
    any(rng, &texts)
}

/// Returns a verb, and a reply with a positive code that the client must not accept for this verb.
/// Most of these codes belong to other commands. The exception is 200, which many commands get: the
/// client must not accept a 200 to REST, because only 350 promises a restart.
fn wrong_code(rng: &mut Rng) -> (&'static str, Action) {
    let verbs = [
        "TYPE", "REST", "CWD", "DELE", "RNFR", "RNTO", "MKD", "PASS", "SIZE", "PWD", "RETR", "STOR",
    ];
    let verb = any(rng, &verbs);
    let code = match verb {
        "TYPE" => any(rng, &["350", "150", "226", "257"]),
        "REST" => any(rng, &["200", "213", "150", "226"]),
        "RNFR" => any(rng, &["226", "257", "213"]),
        "MKD" | "PWD" => any(rng, &["226", "213", "227"]),
        "SIZE" => any(rng, &["226", "257", "350"]),
        "PASS" => any(rng, &["220", "226", "257"]),
        "RETR" | "STOR" => any(rng, &["257", "211", "227", "125"]),
        _ => any(rng, &["226", "257", "213", "220", "150", "350"]),
    };
    let words = match code {
        "257" => "257 \"/wrong\"\r\n".to_owned(),
        code => format!("{code} 12345\r\n"),
    };
    (verb, Action::Words(words.into()))
}

fn hangup(rng: &mut Rng) -> Action {
    match rng.u8(..3) {
        0 => Action::Hangup,
        1 => Action::ResetControl,
        _ => Action::PartialThenHangup(b"25".to_vec()),
    }
}

fn connection(rng: &mut Rng) -> (&'static str, Action) {
    match rng.u8(..4) {
        0 => ("CONNECT", Action::AcceptLate),
        1 => ("CONNECT", Action::RefuseConnect),
        2 => ("CONNECT", Action::FromElsewhere),
        _ => ("HANDSHAKE", Action::RefuseHandshake),
    }
}

/// Returns one of these values at random.
pub(super) fn any<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}
