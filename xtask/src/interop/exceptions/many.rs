//! The servers that do not serve all files with pipelining forced on (`many.rs`).

use crate::servers::foreign::Kind;

/// Servers, and the reason.
pub(in super::super) const OVERTAXED: &[(&[Kind], &str)] = &[
    (
        &[Kind::Pyftpdlib],
        "EPSV during a transfer ends its data connection; after this one failure, the session goes on \
         with one command at a time",
    ),
    (
        &[Kind::Libunftp],
        "it works at several commands at once: EPSV during a transfer takes its data connection away, \
         and under TLS the reply to PASS comes after that to PBSZ, so that the login fails",
    ),
    (
        &[Kind::FtpSrv],
        "at the end of a transfer it forgets the port that it has named meanwhile, and refuses the \
         next data command by 551",
    ),
    (
        &[Kind::SimpleFtpd],
        "it takes all that comes in one segment for one command; after the failure of TYPE I EPSV, \
         the session goes on with one command at a time",
    ),
];
