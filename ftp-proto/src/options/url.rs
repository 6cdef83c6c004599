//! FTP URLs: where to connect, as whom, and which file.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::config::Security;
use super::credentials::Credentials;
use super::transfer::TransferOptions;
use super::{FTP_PORT, IMPLICIT_PORT, Options, host};
use crate::error::{Error, ErrorKind};
#[cfg(feature = "rustls")]
use crate::tls::TlsConfig;

/// An FTP URL (RFC 1738 section 3.2): where to connect, as whom, and which file.
///
/// ```
/// use ftp_proto::Url;
///
/// let url = Url::parse("ftp://ada@ftp.example.org/reports/may%202026.csv")?;
/// assert_eq!(url.host(), "ftp.example.org");
/// assert_eq!(url.path(), b"reports/may 2026.csv");
///
/// let options = url.options()?.with_password("secret")?;
/// # let _ = options;
/// # Ok::<(), ftp_proto::Error>(())
/// ```
///
/// With an adapter, `Client::connect(options)` logs in, and `client.download(url.path())` begins
/// the download.
///
/// | scheme | meaning | usual port |
/// |---|---|---|
/// | `ftp` | clear text | 21 |
/// | `ftpes` | explicit TLS: the client sends AUTH TLS before the user name | 21 |
/// | `ftps` | implicit TLS: TLS from the first byte on | 990 |
///
/// **User and password** stand before the host, as in `ftps://ada:secret@host`. `Display` and
/// `Debug` show `***` in place of the password. A URL ends up in shell histories and logs, so you
/// should rather give the password by [`Options::with_password`]. Without a user, the login is
/// anonymous. With a user and no password, the password is empty. If the part before the host has
/// several `@`, the last one ends it.
///
/// **The path** is relative to the directory in which the login ends. `%2F` or a second `/` at its
/// start makes it absolute: `ftp://host/%2Fetc/motd` and `ftp://host//etc/motd` are both
/// `/etc/motd`. The path is one argument of one command. The client sends no CWD for its
/// directories, and does not resolve `..`.
///
/// **`;type=a`, `;type=i` or `;type=d`** at the end says how to transfer the file: see [`UrlType`].
///
/// **Other bytes** are written as `%` and two hexadecimal digits, also in the user and the
/// password: `%40` is `@`. Every other character stands for itself: a `+` is no blank, letters that
/// are not ASCII are sent as UTF-8 under any [`Encoding`](crate::Encoding), and a `?` belongs to
/// the path, since FTP has no queries. Refused are blanks, control characters and `#`: you write
/// `%20` and `%23`. curl drops all text after a `#`, and would transfer another file than the one
/// that you meant. CR, LF and NUL are refused in percent-encoding too, because FTP cannot carry
/// them.
///
/// An IPv6 address stands in brackets. It may have a zone: `[fe80::1%25eth0]` (RFC 6874) or
/// `[fe80::1%eth0]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    security: Security,
    user: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    host: String,
    port: u16,
    path: Vec<u8>,
    transfer_type: Option<UrlType>,
}

/// How a URL says that its file is transferred: the `;type=` at its end (RFC 1738 section 3.2.2).
///
/// ```
/// use ftp_proto::{Url, UrlType};
///
/// let url = Url::parse("ftp://ftp.example.org/pub/notes.txt;type=a")?;
/// let how = match url.transfer_type() {
///     Some(UrlType::Ascii) => "as text",
///     Some(UrlType::Directory) => "list it",
///     _ => "as bytes",
/// };
/// assert_eq!(how, "as text");
/// # Ok::<(), ftp_proto::InvalidUrl>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlType {
    /// `;type=a`: as text, in TYPE A.
    Ascii,
    /// `;type=i`: as bytes, in TYPE I.
    Image,
    /// `;type=d`: the path is a directory, and is listed.
    Directory,
}

/// Why a text is no FTP URL. The error holds nothing of the text, which may have a password.
///
/// ```
/// use ftp_proto::{InvalidUrl, Url};
///
/// assert_eq!(Url::parse("https://example.org/"), Err(InvalidUrl::Scheme));
/// assert_eq!(Url::parse("ftp://host/100%"), Err(InvalidUrl::Percent));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// There is no `://`.
    NoScheme,
    /// The scheme is not `ftp`, `ftps` or `ftpes`.
    Scheme,
    /// There is a blank or a control character.
    Character,
    /// There is a `#`, which begins a fragment. FTP has no fragments.
    Fragment,
    /// A `%` is not followed by two hexadecimal digits.
    Percent,
    /// The user, the password or the path holds CR, LF or NUL.
    Unsendable,
    /// There is no host.
    NoHost,
    /// The host is neither a name nor an address.
    Host,
    /// The port is not a number from 1 to 65535.
    Port,
    /// The type is not `a`, `i` or `d`.
    TransferType,
}

impl Url {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`InvalidUrl`], which turns into an [`Error`] of kind
    /// [`InvalidArgument`](ErrorKind::InvalidArgument).
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidUrl::NoScheme)?;
        let security = match scheme.to_ascii_lowercase().as_str() {
            "ftp" => Security::Plain,
            "ftps" => Security::Implicit,
            "ftpes" => Security::Explicit,
            _ => return Err(InvalidUrl::Scheme),
        };
        if rest.contains(|c: char| c == ' ' || c.is_control()) {
            return Err(InvalidUrl::Character);
        }
        if rest.contains('#') {
            return Err(InvalidUrl::Fragment);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, address) = match authority.rsplit_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').ok_or(login)) {
            None => (None, None),
            Some(Err(user)) => (Some(decoded(user)?), None),
            Some(Ok((user, password))) => (Some(decoded(user)?), Some(decoded(password)?)),
        };
        let (host, port) = host_and_port(address)?;
        let (path, transfer_type) = path_and_type(path)?;
        Ok(Self {
            security,
            user,
            password,
            host,
            port: port.unwrap_or(usual_port(security)),
            path,
            transfer_type,
        })
    }

    /// Returns whether the scheme demands TLS: `Plain` for `ftp`, `Explicit` for `ftpes`,
    /// `Implicit` for `ftps`.
    pub fn security(&self) -> Security {
        self.security
    }

    /// Returns the user name. `None` if the URL has none.
    pub fn user(&self) -> Option<&[u8]> {
        self.user.as_deref()
    }

    /// Returns the password. `None` if the URL has none; [`options`](Self::options) then takes an
    /// empty one for a user. It is a secret: neither `Display` nor `Debug` shows it.
    ///
    /// ```
    /// use ftp_proto::Url;
    ///
    /// let url = Url::parse("ftp://ada:p%40ss@ftp.example.org/")?;
    /// assert_eq!(url.password(), Some(&b"p@ss"[..]));
    /// assert_eq!(Url::parse("ftp://ada@ftp.example.org/")?.password(), None);
    /// # Ok::<(), ftp_proto::InvalidUrl>(())
    /// ```
    pub fn password(&self) -> Option<&[u8]> {
        self.password.as_deref()
    }

    /// Returns the host: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port of the control connection. It is the usual port of the scheme if the URL
    /// names none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the path of a file, as the methods of a client take it. It is empty if the URL has
    /// no path.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// Returns the path of a directory, as the methods of a client take it. It is `.` if the URL
    /// has no path: the directory in which the login ends.
    pub fn directory(&self) -> &[u8] {
        match self.path.as_slice() {
            b"" => b".",
            path => path,
        }
    }

    /// Returns the type at the end of the URL. `None` if there is none: then transfer bytes, in
    /// TYPE I.
    pub fn transfer_type(&self) -> Option<UrlType> {
        self.transfer_type
    }

    /// Returns how to transfer the file: as text for `;type=a`, and as bytes otherwise.
    ///
    /// ```
    /// use ftp_proto::{TransferOptions, Url};
    ///
    /// let url = Url::parse("ftp://ftp.example.org/README;type=a")?;
    /// assert_eq!(url.transfer_options(), TransferOptions::text());
    /// # Ok::<(), ftp_proto::InvalidUrl>(())
    /// ```
    pub fn transfer_options(&self) -> TransferOptions {
        match self.transfer_type {
            Some(UrlType::Ascii) => TransferOptions::text(),
            _ => TransferOptions::new(),
        }
    }

    /// Returns options for a client that connects to this host and logs in. The [path](Self::path)
    /// and the [type](Self::transfer_type) are no part of them. For `ftps` and `ftpes`, the client
    /// trusts the certificates that the operating system trusts.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) for `ftps` and `ftpes` if this crate was built
    /// without the feature `platform-verifier`, or without a provider of cryptography: then call
    /// [`options_with_tls`](Self::options_with_tls). [`ErrorKind::Tls`] if the certificates of the
    /// system cannot be loaded.
    pub fn options(&self) -> Result<Options, Error> {
        match self.security {
            Security::Plain => self.in_clear(),
            _ => self.with_platform_tls(),
        }
    }

    /// Returns options as [`options`](Self::options) does, but with these settings of TLS. For the
    /// scheme `ftp`, they demand explicit TLS: the client never sends in clear text what you have
    /// given settings of TLS for.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::Url;
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// let private_ca = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
    /// let options = Url::parse("ftps://ada@ftp.example.org/")?.options_with_tls(private_ca)?;
    /// # let _ = options;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) if the user or the password cannot be sent.
    /// [`parse`](Self::parse) refuses such a URL already.
    #[cfg(feature = "rustls")]
    pub fn options_with_tls(&self, tls: TlsConfig) -> Result<Options, Error> {
        let options = self.in_clear()?;
        Ok(match self.security {
            Security::Implicit => options.with_implicit_tls(tls).with_port(self.port),
            _ => options.with_tls(tls),
        })
    }

    #[cfg(all(
        feature = "platform-verifier",
        any(feature = "ring", feature = "aws-lc-rs")
    ))]
    fn with_platform_tls(&self) -> Result<Options, Error> {
        self.options_with_tls(TlsConfig::platform()?)
    }

    #[cfg(not(all(
        feature = "platform-verifier",
        any(feature = "ring", feature = "aws-lc-rs")
    )))]
    fn with_platform_tls(&self) -> Result<Options, Error> {
        Err(Error::option(
            "this URL needs TLS, but the features `platform-verifier` and `ring` or `aws-lc-rs` \
             are off: say which certificates to trust by `Url::options_with_tls`",
        ))
    }

    fn in_clear(&self) -> Result<Options, Error> {
        let credentials = match &self.user {
            None => Credentials::stand_in(),
            Some(user) => Credentials::new(user, self.password.as_deref().unwrap_or_default())?,
        };
        Ok(Options::new(self.host.as_str())
            .with_port(self.port)
            .with_credentials(credentials))
    }
}

impl Options {
    /// Makes options from an FTP URL: `ftp://` for clear text, `ftpes://` for explicit TLS,
    /// `ftps://` for implicit TLS. The client then logs in right after it has connected.
    ///
    /// The path of the URL is no part of the options. If you need it, use [`Url`], which also has
    /// the rules for paths and passwords.
    ///
    /// ```
    /// use ftp_proto::Options;
    ///
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
    /// # let _ = options;
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidUrl`] as an error of kind [`InvalidArgument`](ErrorKind::InvalidArgument), and the
    /// errors of [`Url::options`]. Their texts show no password.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        Url::parse(url)?.options()
    }
}

/// The port of the scheme.
fn usual_port(security: Security) -> u16 {
    match security {
        Security::Implicit => IMPLICIT_PORT,
        _ => FTP_PORT,
    }
}

/// Reads the host and the port. An address in brackets loses them.
fn host_and_port(text: &str) -> Result<(String, Option<u16>), InvalidUrl> {
    let (host, port) = match text.strip_prefix('[') {
        Some(text) => {
            let (address, rest) = text.split_once(']').ok_or(InvalidUrl::Host)?;
            let port = match rest.strip_prefix(':') {
                None if !rest.is_empty() => return Err(InvalidUrl::Host),
                port => port,
            };
            (address_of(address)?, port)
        }
        None => {
            let (name, port) = match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            };
            if name.is_empty() {
                return Err(InvalidUrl::NoHost);
            }
            let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
            if !name.chars().all(is_of_name) {
                return Err(InvalidUrl::Host);
            }
            (name.to_string(), port)
        }
    };
    let number = |port: &str| match port.parse() {
        Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(InvalidUrl::Port),
    };
    Ok((host, port.map(number).transpose()?))
}

/// Reads an IPv6 address. Its zone begins with `%25` (RFC 6874), or with `%` as in curl.
fn address_of(text: &str) -> Result<String, InvalidUrl> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let zone = zone.map(|zone| match zone.strip_prefix("25") {
        Some(rest) if !rest.is_empty() => rest,
        _ => zone,
    });
    let is_of_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    let zone_is_valid = zone.is_none_or(|zone| !zone.is_empty() && zone.chars().all(is_of_zone));
    if !zone_is_valid || !host::is_ipv6(address) {
        return Err(InvalidUrl::Host);
    }
    let mut host = address.to_string();
    if let Some(zone) = zone {
        host.push('%');
        host.push_str(zone);
    }
    Ok(host)
}

/// Reads the path, without the `/` before it, and the type at its end.
fn path_and_type(text: &str) -> Result<(Vec<u8>, Option<UrlType>), InvalidUrl> {
    const MARK: &str = ";type=";
    let is_mark = |(at, _): &(usize, char)| {
        let mark = text.get(*at..).and_then(|rest| rest.get(..MARK.len()));
        mark.is_some_and(|mark| mark.eq_ignore_ascii_case(MARK))
    };
    let mark = text.char_indices().rfind(is_mark);
    let (path, transfer_type) = match mark.and_then(|(at, _)| text.split_at_checked(at)) {
        None => (text, None),
        Some((path, mark)) => {
            let letter = mark.get(MARK.len()..).unwrap_or_default();
            let transfer_type = match letter {
                "a" | "A" => UrlType::Ascii,
                "i" | "I" => UrlType::Image,
                "d" | "D" => UrlType::Directory,
                _ => return Err(InvalidUrl::TransferType),
            };
            (path, Some(transfer_type))
        }
    };
    let path = decoded(path)?;
    // `//etc` has become `/etc` when the `/` after the host was removed, and `%2F/etc` is `//etc`
    // now. One `/` at the start is enough for both.
    let slashes = path.iter().take_while(|byte| **byte == b'/').count();
    let from = slashes.saturating_sub(1);
    Ok((path.get(from..).unwrap_or_default().to_vec(), transfer_type))
}

/// Replaces each `%` and two hexadecimal digits by the byte.
fn decoded(text: &str) -> Result<Vec<u8>, InvalidUrl> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut parts = text.as_bytes().split(|byte| *byte == b'%');
    let mut bytes = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let [high, low, rest @ ..] = part else {
            return Err(InvalidUrl::Percent);
        };
        let value = digit(high).zip(digit(low));
        let value = value.and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
        bytes.push(value.ok_or(InvalidUrl::Percent)?);
        bytes.extend_from_slice(rest);
    }
    match memchr::memchr3(b'\r', b'\n', 0, &bytes) {
        Some(_) => Err(InvalidUrl::Unsendable),
        None => Ok(bytes),
    }
}

/// Writes these bytes so that a URL can hold them.
fn encode(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in bytes {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => write!(f, "{}", char::from(*byte))?,
            b'-' | b'.' | b'_' | b'~' | b'/' | b'+' | b'=' | b',' | b'$' | b'!' | b'*' => {
                write!(f, "{}", char::from(*byte))?;
            }
            _ => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}

impl FromStr for Url {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        Self::parse(text)
    }
}

/// Writes the URL with `***` in place of the password. Without a password, [`Url::parse`] reads the
/// same URL again.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.security {
            Security::Explicit => "ftpes://",
            Security::Implicit => "ftps://",
            _ => "ftp://",
        })?;
        if let Some(user) = &self.user {
            encode_name(user, f)?;
            match self.password.as_deref() {
                None => {}
                Some([]) => f.write_str(":")?,
                Some(_) => f.write_str(":***")?,
            }
            f.write_str("@")?;
        }
        match (self.host.contains(':'), self.host.split_once('%')) {
            (true, Some((address, zone))) => write!(f, "[{address}%25{zone}]")?,
            (true, None) => write!(f, "[{}]", self.host)?,
            _ => f.write_str(&self.host)?,
        }
        if self.port != usual_port(self.security) {
            write!(f, ":{}", self.port)?;
        }
        if !self.path.is_empty() || self.transfer_type.is_some() {
            f.write_str("/")?;
        }
        match self.path.strip_prefix(b"/") {
            Some(rest) => {
                f.write_str("%2F")?;
                encode(rest, f)?;
            }
            None => encode(&self.path, f)?,
        }
        match self.transfer_type {
            None => Ok(()),
            Some(UrlType::Ascii) => f.write_str(";type=a"),
            Some(UrlType::Image) => f.write_str(";type=i"),
            Some(UrlType::Directory) => f.write_str(";type=d"),
        }
    }
}

/// Writes a user name. A `/` in it would end the host.
fn encode_name(name: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, part) in name.split(|byte| *byte == b'/').enumerate() {
        if index > 0 {
            f.write_str("%2F")?;
        }
        encode(part, f)?;
    }
    Ok(())
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoScheme => "there is no `://`: a URL begins with ftp://, ftps:// or ftpes://",
            Self::Scheme => "it begins with another scheme than ftp://, ftps:// or ftpes://",
            Self::Character => "it holds a blank or a control character: write a blank as %20",
            Self::Fragment => "it holds a `#`, but FTP has no fragments: write %23",
            Self::Percent => "a `%` is not followed by two hexadecimal digits: write %25 for `%`",
            Self::Unsendable => {
                "the user, the password or the path holds CR, LF or NUL, which FTP cannot carry"
            }
            Self::NoHost => "it has no host",
            Self::Host => {
                "its host is neither a name nor an address; an IPv6 address stands in brackets"
            }
            Self::Port => {
                "its port is not a number from 1 to 65535; in a password, write %3A for `:`, %2F \
                 for `/` and %40 for `@`"
            }
            Self::TransferType => {
                "its type is not `;type=a`, `;type=i` or `;type=d`; if this belongs to the name, \
                 write %3B for `;`"
            }
        })
    }
}

impl core::error::Error for InvalidUrl {}

impl From<InvalidUrl> for Error {
    fn from(invalid: InvalidUrl) -> Self {
        Self::new(ErrorKind::InvalidArgument)
            .with_title("the URL cannot be used")
            .with_source(invalid)
    }
}
