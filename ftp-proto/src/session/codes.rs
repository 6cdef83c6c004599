//! Which codes can answer which command.
//!
//! The second digit of a positive code says what the reply is about, and most commands have a code
//! of their own (RFC 959 section 4.2.2). A positive reply with another code answers another
//! command: the server sent a reply twice or too late, and the client's count is off by one.

use super::ledger::{Owed, Shape};
use crate::capabilities::Capability;
use crate::reply::pathname;
use crate::wire::{Class, Reply};

/// Whether this final reply can answer this command. A refusal can answer any command.
///
/// The table allows more codes than the RFCs do, because servers send more: some accept a login in
/// the greeting (230), answer HOST and REIN with 220, and RMD with 257.
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
        "MFMT" | "MFCT" | "MFF" | "HASH" | "AVBL" | "DSIZ" => generic || code == 213,
        "MD5" | "MMD5" | "XCRC" | "XMD5" | "XSHA" | "XSHA1" | "XSHA256" | "XSHA512" => {
            generic || matches!(code, 213 | 251..=253)
        }
        // A 200, 202 or 250 carries no path, but embedded servers put the directory into its text.
        "PWD" | "XPWD" => code == 257 || generic && matches!(pathname(reply), Ok(Some(_))),
        "SIZE" => code == 213,
        // With two arguments, MDTM sets the time, and brings no value.
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
        // Servers answer HELP, SITE, OPTS, CLNT, LANG and SMNT with any code.
        _ => true,
    }
}
