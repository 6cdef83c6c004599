//! Decides whether a data connection may be used that has not resumed the login's TLS session.

use super::info::TlsInfo;
use super::reason::Reason;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, SecureData};
use crate::options::Resumption;

impl SecureData {
    /// Answers this want after a handshake with the result `info`. If resumption is
    /// [required](Resumption::Required) and the handshake has not resumed a session, the answer is
    /// a failure.
    pub fn secured_with(self, info: Option<&TlsInfo>, resumption: Resumption) -> Answer {
        match (info.is_some_and(|info| info.resumed), resumption) {
            (true, _) => self.resumed(),
            (false, Resumption::Required) => {
                self.failed(Error::new(ErrorKind::Tls).with_tls_reason(Reason::NotResumed))
            }
            _ => self.secured(),
        }
    }
}
