//! Which codes can answer which command.
//!
//! The second digit of a positive code says what it is about, and most commands have one code of
//! their own (RFC 959 section 4.2.2). A positive reply with another one answers something else: a
//! reply that was sent twice, or one that came late, has shifted the count.

use super::ledger::{Owed, Shape};
use crate::reply::pathname;
use crate::wire::{Class, Reply};

/// Whether this final reply can be the server's word on this command. A refusal can answer
/// anything.
///
/// Known to be wider than the RFCs: servers accept a login in the greeting (230), answer HOST and
/// REIN with 220, and RMD with 257.
pub(super) fn can_answer(owed: &Owed, reply: &Reply) -> bool {
    if matches!(reply.class(), Class::Transient | Class::Permanent) || owed.shape == Shape::Raw {
        return true;
    }
    let code = reply.code().value();
    let generic = matches!(code, 200 | 202 | 250);
    match owed.verb.as_str() {
        // The greeting has no verb.
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
        "MFMT" => generic || code == 213,
        // Of these a generic reply says nothing, but that embedded servers name the directory in it.
        "PWD" | "XPWD" => code == 257 || generic && matches!(pathname(reply), Ok(Some(_))),
        "SIZE" => code == 213,
        "MDTM" => matches!(code, 213 | 253),
        "EPSV" => code == 229,
        "PASV" => code == 227,
        "RNFR" | "REST" => code == 350,
        "CWD" | "XCWD" | "CDUP" | "XCUP" | "DELE" | "RNTO" | "MLST" | "NOOP" | "TYPE" | "MODE"
        | "STRU" | "ALLO" | "PBSZ" | "PROT" | "CCC" | "EPRT" | "PORT" | "PRET" => generic,
        // HELP, SITE, OPTS, CLNT, LANG, SMNT: servers say what they like.
        _ => true,
    }
}
