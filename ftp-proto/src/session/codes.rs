//! Decides which reply codes are possible for which command.
//!
//! The second digit of a positive code says what the reply is about, and most commands have a code
//! of their own (RFC 959 section 4.2.2). If a command gets a positive reply with another code, this
//! reply belongs to another command: the server has sent a reply twice or too late, so each reply
//! seems to belong to the command after its own.

use super::ledger::{Owed, Shape};
use crate::capabilities::Capability;
use crate::reply::pathname;
use crate::wire::{Class, Code, Reply};

/// Whether this reply can be the reply to this command, as far as the session acts on it. A user who
/// sends a raw command gets any reply to it.
pub(super) fn can_answer(owed: &Owed, reply: &Reply) -> bool {
    owed.shape == Shape::Raw || is_usual(owed, reply)
}

/// Whether servers send this reply to this command. A refusal is possible for any command, unless it
/// is about a data connection.
///
/// The table allows more codes than the RFCs do, because servers send more: some accept a login in
/// the greeting (230), some answer HOST and REIN with 220, and some answer RMD with 257.
pub(super) fn is_usual(owed: &Owed, reply: &Reply) -> bool {
    if owed.shape == Shape::Checkpoint {
        return reply.code() == Code::PATHNAME;
    }
    let code = reply.code().value();
    let verb = owed.verb.as_str();
    if is_about_data(reply) && needs_no_data(verb) {
        return false;
    }
    if matches!(reply.class(), Class::Transient | Class::Permanent) {
        return true;
    }
    let generic = matches!(code, 200 | 202 | 250);
    match verb {
        // The ledger's entry for the greeting has an empty verb.
        "" => generic || matches!(code, 220 | 230),
        "USER" => generic || matches!(code, 230..=234 | 331..=336),
        "PASS" => generic || matches!(code, 230..=234 | 332),
        "ACCT" => generic || matches!(code, 230..=234),
        "AUTH" => generic || matches!(code, 234 | 334..=336),
        "QUIT" => generic || code == 221,
        "REIN" | "HOST" => generic || code == 220,
        "MKD" | "XMKD" | "RMD" | "XRMD" => generic || code == 257,
        "SYST" => generic || code == 215,
        "FEAT" => generic || code == 211,
        "STAT" => generic || matches!(code, 211..=213),
        "MFMT" | "MFCT" | "MFF" | "HASH" | "AVBL" | "DSIZ" => generic || code == 213,
        "MD5" | "MMD5" | "XCRC" | "XMD5" | "XSHA" | "XSHA1" | "XSHA256" | "XSHA512" => {
            generic || matches!(code, 213 | 251..=253)
        }
        // By the RFC, only a 257 carries the path. Embedded servers send it in a 200, 202 or 250.
        "PWD" | "XPWD" => code == 257 || generic && matches!(pathname(reply), Ok(Some(_))),
        "SIZE" => code == 213,
        // MDTM with two arguments sets the time, so its reply need not hold a time.
        "MDTM" if owed.capability == Some(Capability::MdtmSet) => {
            generic || matches!(code, 213 | 253)
        }
        "MDTM" => matches!(code, 213 | 253),
        "EPSV" => code == 229,
        "PASV" => code == 227,
        "RNFR" | "REST" => code == 350,
        "CWD" | "XCWD" | "CDUP" | "XCUP" | "DELE" | "RNTO" | "MLST" | "NOOP" | "TYPE" | "MODE"
        | "STRU" | "ALLO" | "CSID" | "RMDA" | "PBSZ" | "PROT" | "CCC" | "EPRT" | "PORT"
        | "PRET" => generic,
        // Servers answer other commands, such as HELP, SITE, OPTS, CLNT, LANG and SMNT, with any
        // positive code.
        _ => true,
    }
}

/// Whether this reply is about a data connection: it opens (125, 150), or it failed (425, 426).
pub(super) fn is_about_data(reply: &Reply) -> bool {
    matches!(reply.code().value(), 125 | 150 | 425 | 426)
}

/// Whether the command with this verb neither uses a data connection nor prepares one. A reply about a
/// data connection belongs to a transfer that was given up then. pyftpdlib sends such a 425 late.
fn needs_no_data(verb: &str) -> bool {
    matches!(
        verb,
        "REST"
            | "TYPE"
            | "CWD"
            | "XCWD"
            | "CDUP"
            | "XCUP"
            | "PWD"
            | "XPWD"
            | "MKD"
            | "XMKD"
            | "RMD"
            | "XRMD"
            | "DELE"
            | "RNFR"
            | "RNTO"
            | "NOOP"
            | "SIZE"
            | "MDTM"
            | "MLST"
            | "MODE"
            | "STRU"
            | "ALLO"
            | "PBSZ"
            | "PROT"
            | "MFMT"
            | "MFCT"
            | "MFF"
            | "FEAT"
            | "SYST"
    )
}
