//! A proxy from a URL, as environment variables and configuration files have it.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Login, Proxy, Resolver};
use crate::error::Error;

/// The usual port of SOCKS proxies.
const SOCKS_PORT: u16 = 1080;

/// The port of HTTP.
const HTTP_PORT: u16 = 80;

impl Proxy {
    /// Makes a proxy from a URL such as `socks5h://user:password@proxy.example.org:1080`. The user
    /// and the password may have percent-encoding.
    ///
    /// | scheme | proxy | who resolves the server's name | usual port |
    /// |---|---|---|---|
    /// | `socks4` | SOCKS4 | this machine | 1080 |
    /// | `socks4a` | SOCKS4a | the proxy | 1080 |
    /// | `socks5` | SOCKS5 | this machine | 1080 |
    /// | `socks5h` | SOCKS5 | the proxy | 1080 |
    /// | `http` | CONNECT | the proxy | 80 |
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) for another scheme and for a text that is not such
    /// a URL. `https`, a proxy under TLS, is not supported. The error shows no password.
    ///
    /// ```
    /// use ftp_proto::proxy::Proxy;
    ///
    /// let proxy = Proxy::from_url("socks5h://ada:p%40ss@[2001:db8::1]:1081")?;
    /// assert_eq!((proxy.host(), proxy.port()), ("2001:db8::1", 1081));
    /// # assert!(!format!("{proxy:?}").contains("p@ss"));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| Error::option("the URL of the proxy has no `://`"))?;
        let make: fn(String, u16) -> Self = match scheme.to_ascii_lowercase().as_str() {
            "socks4" => Self::socks4,
            "socks4a" => Self::socks4a,
            "socks5" => |host, port| Self::socks5(host, port).with_resolver(Resolver::Here),
            "socks5h" => Self::socks5,
            "http" => Self::http_connect,
            "https" => {
                let why = "a proxy under TLS (https) is not supported: http is";
                return Err(Error::option(why));
            }
            _ => {
                let why = "the URL of the proxy begins with none of socks4, socks4a, socks5, \
                           socks5h and http";
                return Err(Error::option(why));
            }
        };
        let (login, address) = match rest.rsplit_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, rest),
        };
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = host_and_port(address)?;
        let usual = match scheme.eq_ignore_ascii_case("http") {
            true => HTTP_PORT,
            false => SOCKS_PORT,
        };
        let mut proxy = make(host.into(), port.unwrap_or(usual));
        if let Some(login) = login {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            proxy.login = Some(Login {
                user: decoded(user)?,
                password: decoded(password)?,
            });
        }
        proxy.check()?;
        Ok(proxy)
    }
}

/// Splits `host`, `host:1080` or `[::1]:1080`.
fn host_and_port(address: &str) -> Result<(&str, Option<u16>), Error> {
    let brackets = address.find(']').map_or(0, |at| at.saturating_add(1));
    let (host, port) = match address.get(brackets..).and_then(|rest| rest.find(':')) {
        Some(at) => {
            let at = at.saturating_add(brackets);
            let port = address.get(at.saturating_add(1)..).unwrap_or_default();
            (address.get(..at).unwrap_or_default(), Some(port))
        }
        None => (address, None),
    };
    let wrong = |_| Error::option("the URL of the proxy has a port that is no number up to 65535");
    Ok((host, port.map(str::parse).transpose().map_err(wrong)?))
}

/// Decodes percent-encoding (RFC 3986 section 2.1).
fn decoded(text: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => digit(bytes.next())
                .zip(digit(bytes.next()))
                .map(|(high, low)| high << 4 | low),
            byte => Some(byte),
        };
        let wrong = "in the URL of the proxy, a `%` is not followed by two hexadecimal digits";
        decoded.push(byte.ok_or_else(|| Error::option(wrong))?);
    }
    Ok(decoded)
}

fn digit(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}
