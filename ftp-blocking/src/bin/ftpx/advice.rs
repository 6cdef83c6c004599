//! What a user can do about an error. The library names its methods; the user needs an option.

use ftp_blocking::{Error, Remedy, Wait};

/// Returns what the user can do, a line each.
pub(crate) fn lines(error: &Error) -> Vec<String> {
    let remedies = error.remedies();
    let lines = remedies.iter().filter_map(|remedy| line(*remedy, error));
    lines.collect()
}

fn line(remedy: Remedy, error: &Error) -> Option<String> {
    let text = match remedy {
        Remedy::DemandTls | Remedy::ExplicitTls => {
            "for TLS: a URL with ftpes://, or --tls required"
        }
        Remedy::ImplicitTls => "for implicit TLS, usually at port 990: a URL with ftps://",
        Remedy::AuthSsl => "for an old server: --allow auth-ssl",
        Remedy::KeepTls => "without TLS the password would travel in clear text",
        Remedy::Root | Remedy::Authority => "if you trust who has signed it: --cacert FILE",
        Remedy::PinKey => {
            let key = error.server_key()?;
            return Some(format!("if this is the key of the server: --pin {key}"));
        }
        Remedy::ClientCertificate => "to send a client certificate: --cert FILE, --key FILE",
        Remedy::NewTlsSession => "to begin another TLS session: the same command again",
        Remedy::RaiseLimit(Wait::Connect) => "to wait longer: --connect-timeout SECONDS",
        Remedy::RaiseLimit(_) => "to wait longer: --timeout SECONDS",
        Remedy::RaiseTotalTime => "for more time: --max-time SECONDS",
        Remedy::MissingCloseNotify => {
            "if this server never sends close_notify: --allow missing-close-notify"
        }
        Remedy::LenientMultiline => "to read such replies: --allow odd-replies",
        Remedy::PassiveAddress => {
            "to connect to the address that the server names: --allow passive-address"
        }
        Remedy::ActivePeer => "to accept it: --allow active-peer",
        Remedy::ListingLimits => "`ftpx find` reads listings of any length",
        Remedy::WalkLimits => "choose a directory below this one",
        Remedy::SaveTo => "to write into it: ftpx cat TARGET > FILE",
        Remedy::SendFrom => "to read from it: ftpx put - TARGET < FILE",
        _ => return None,
    };
    Some(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ftp_blocking::ErrorKind;
    use ftp_blocking::tls::Reason;

    #[test]
    fn a_time_limit_names_its_option() {
        let late = |wait| lines(&Error::new(ErrorKind::Timeout(wait))).join("");
        assert!(late(Wait::Connect).contains("--connect-timeout"));
        assert!(late(Wait::FinalReply).contains("--timeout"));
        let over = Error::new(ErrorKind::OutOfTime);
        assert!(lines(&over).join("").contains("--max-time"));
    }

    #[test]
    fn a_server_without_a_key_gets_no_pin() {
        let error = Error::new(ErrorKind::Tls).with_tls_reason(Reason::SelfSigned);
        assert_eq!(
            lines(&error),
            ["if you trust who has signed it: --cacert FILE"]
        );
    }
}
