//! What you can do about an error, as a value.

use core::fmt;

use crate::wait::Wait;

/// One thing that you can do about an error: an option to set, or a method to call.
/// [`Error::remedies`](crate::Error::remedies) returns them.
///
/// `Display` is the same text as in the error's own text. A program whose users do not know this
/// library says it in words of its own:
///
/// ```
/// use ftp_proto::tls::Reason;
/// use ftp_proto::{Error, ErrorKind, Remedy};
///
/// fn shown(error: &Error) -> String {
///     let mut text = format!("{error:#}");
///     for remedy in error.remedies() {
///         text.push_str(match remedy {
///             Remedy::Root | Remedy::Authority => "\nmy-program --cacert FILE trusts it",
///             Remedy::RaiseLimit(_) => "\nmy-program --timeout SECONDS waits longer",
///             _ => "",
///         });
///     }
///     text
/// }
///
/// let error = Error::new(ErrorKind::Tls).with_tls_reason(Reason::UnknownIssuer);
/// assert_eq!(
///     shown(&error),
///     "TLS failed: no trusted authority has signed the server's certificate\n\
///      my-program --cacert FILE trusts it"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// Log in under TLS: [`Options::with_tls`](crate::Options::with_tls).
    DemandTls,
    /// Call `secure` before the login, or do not allow
    /// [logins in clear text](crate::Options::with_login_in_clear).
    Secure,
    /// Try explicit TLS: [`Options::with_tls`](crate::Options::with_tls).
    ExplicitTls,
    /// Try implicit TLS: [`Options::with_implicit_tls`](crate::Options::with_implicit_tls).
    ImplicitTls,
    /// Allow AUTH SSL: [`Auth::TlsThenSsl`](crate::Auth::TlsThenSsl).
    AuthSsl,
    /// Do not try it without TLS.
    KeepTls,
    /// Trust the server's certificate: `TlsConfig::with_roots_pem`.
    Root,
    /// Trust the authority that has signed the server's certificate: `TlsConfig::with_roots_pem`.
    Authority,
    /// Pin the server's key: `TlsConfig::with_pinned_keys`.
    PinKey,
    /// Offer another client certificate: `TlsConfig::with_client_certificate`.
    ClientCertificate,
    /// Call `reconnect`, which begins another TLS session.
    NewTlsSession,
    /// Call `reconnect`.
    Reconnect,
    /// Do it once more.
    TryAgain,
    /// Raise the time limit for this wait in [`Timeouts`](crate::Timeouts).
    RaiseLimit(Wait),
    /// Raise [`Options::with_total_time`](crate::Options::with_total_time).
    RaiseTotalTime,
    /// Download the rest: [`TransferOptions::with_offset`](crate::TransferOptions::with_offset).
    DownloadRest,
    /// Do not compare sizes: [`SizeCheck::Never`](crate::SizeCheck::Never).
    NoSizeCheck,
    /// Allow data that ends without close_notify:
    /// [`MissingCloseNotify::IfSizeAgrees`](crate::MissingCloseNotify::IfSizeAgrees).
    MissingCloseNotify,
    /// Allow replies whose last line has another code:
    /// [`Multiline::Lenient`](crate::wire::Multiline::Lenient).
    LenientMultiline,
    /// Connect to the address that the server names:
    /// [`PassiveAddress::TrustServer`](crate::PassiveAddress::TrustServer).
    PassiveAddress,
    /// Accept data connections from other addresses:
    /// [`ActivePeer::Anyone`](crate::ActivePeer::Anyone).
    ActivePeer,
    /// Raise [`Options::with_listing_limits`](crate::Options::with_listing_limits), or read the
    /// listing piece by piece.
    ListingLimits,
    /// Raise the limits in [`WalkOptions`](crate::tree::WalkOptions).
    WalkLimits,
    /// Delete what is in the directory: [`Roots::DeleteContents`](crate::tree::Roots).
    DeleteContents,
    /// Download into something that is no regular file: `Download::save_to`.
    SaveTo,
    /// Upload from something that is no regular file: `Upload::send_from`.
    SendFrom,
}

impl Remedy {
    /// Returns the text between this remedy and what stands before it, if it needs one of its own.
    const fn joint(self) -> Option<&'static str> {
        match self {
            Self::AuthSsl => Some(", or, "),
            Self::DownloadRest | Self::PinKey => Some(", or "),
            Self::KeepTls | Self::NoSizeCheck | Self::MissingCloseNotify => Some("; "),
            _ => None,
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DemandTls => "set Options::with_tls",
            Self::Secure => "call `secure`, or leave out Options::with_login_in_clear",
            Self::ExplicitTls => "try explicit TLS (Options::with_tls, usually at port 21)",
            Self::ImplicitTls => {
                "try implicit TLS (Options::with_implicit_tls, usually at port 990)"
            }
            Self::AuthSsl => "for an old server, Config::with_auth(Auth::TlsThenSsl)",
            Self::KeepTls => {
                "do not just leave out Options::with_tls: the password would travel in clear text"
            }
            Self::Root => "if you trust it, add it as a root (TlsConfig::with_roots_pem)",
            Self::Authority => {
                "if a private authority has, add its certificate as a root \
                 (TlsConfig::with_roots_pem)"
            }
            Self::PinKey => "pin the server's key (TlsConfig::with_pinned_keys)",
            Self::ClientCertificate => {
                "set one that it accepts (TlsConfig::with_client_certificate)"
            }
            Self::NewTlsSession => {
                "call `reconnect`, which begins another TLS session, and try again"
            }
            Self::Reconnect => "connect again (`reconnect`)",
            Self::TryAgain => "try again",
            Self::RaiseLimit(_) => "raise this limit",
            Self::RaiseTotalTime => "raise Options::with_total_time",
            Self::DownloadRest => "the rest of it by TransferOptions::with_offset",
            Self::NoSizeCheck => {
                "if the server announces wrong sizes, set \
                 TransferOptions::with_size_check(SizeCheck::Never)"
            }
            Self::MissingCloseNotify => {
                "if this server never sends close_notify, set \
                 Config::with_missing_close_notify(MissingCloseNotify::IfSizeAgrees), which asks \
                 for the size"
            }
            Self::LenientMultiline => {
                "to read such replies, set Config::with_multiline(Multiline::Lenient)"
            }
            Self::PassiveAddress => {
                "to connect to it, if it can be reached from here, set \
                 Config::with_passive_address(PassiveAddress::TrustServer)"
            }
            Self::ActivePeer => "to accept it, set Config::with_active_peer(ActivePeer::Anyone)",
            Self::ListingLimits => {
                "raise Options::with_listing_limits, or read piece by piece (`read_dir`, \
                 `list_lines`)"
            }
            Self::WalkLimits => "raise the limits in WalkOptions",
            Self::DeleteContents => {
                "to delete what is in it, set DeleteOptions::with_roots(Roots::DeleteContents)"
            }
            Self::SaveTo => "use `Download::save_to`",
            Self::SendFrom => "use `Upload::send_from`",
        })
    }
}

/// Writes remedies after a text, unless the format is `{:#}`.
pub(crate) fn write_after(remedies: &[Remedy], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if f.alternate() {
        return Ok(());
    }
    remedies.iter().enumerate().try_for_each(|(index, remedy)| {
        let usual = match index {
            0 => ": ",
            _ => ", or ",
        };
        write!(f, "{}{remedy}", remedy.joint().unwrap_or(usual))
    })
}
