//! Checks the host that you give, and shows it in errors without a password.

use alloc::format;
use alloc::string::{String, ToString as _};
use core::net::Ipv6Addr;

/// Removes the brackets that an IPv6 address has in a URL.
pub(crate) fn without_brackets(host: String) -> String {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inner.filter(|inner| is_ipv6(inner)) {
        Some(inner) => inner.to_string(),
        None => host,
    }
}

/// Removes the zone of an IPv6 address (RFC 4007 section 11), because a certificate has no zone.
#[cfg(feature = "rustls")]
pub(super) fn without_zone(host: &str) -> &str {
    match host.split_once('%') {
        Some((address, _)) if is_ipv6(host) => address,
        _ => host,
    }
}

/// Returns the host as errors show it, with `***` instead of the part before an `@`, because that
/// part may hold a password.
pub(crate) fn shown(host: &str) -> String {
    let Some((before, rest)) = host.rsplit_once('@') else {
        return host.to_string();
    };
    match before.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://***@{rest}"),
        None => format!("***@{rest}"),
    }
}

/// Returns an error text if this is neither a host name nor an address. The text says what is wrong
/// and what you can do. `None` if no mistake is found.
pub(crate) fn mistake(host: &str) -> Option<String> {
    mistake_of(host, Role::Server)
}

/// Does the same as [`mistake`] for the host of a proxy. The text names no method of the options,
/// because a program that followed such advice would connect without the proxy.
pub(crate) fn mistake_of_proxy(host: &str) -> Option<String> {
    mistake_of(host, Role::Proxy)
}

/// Whose host it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Server,
    Proxy,
}

fn mistake_of(host: &str, role: Role) -> Option<String> {
    if host.is_empty() {
        return Some("the host is empty".into());
    }
    if is_ipv6(host) {
        return None;
    }
    if let Some((scheme, rest)) = host.split_once("://") {
        // A password may hold `/`, `?` or `#`. So first everything up to the `@` is removed, and
        // then the path.
        let rest = rest.rsplit('@').next().unwrap_or_default();
        let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let name = split_port(name).map_or(name, |(name, _)| name);
        if role == Role::Proxy {
            return Some(format!("the host is a URL: give its host alone, {name:?}"));
        }
        let whole = match scheme.to_ascii_lowercase().as_str() {
            "ftp" | "ftps" | "ftpes" => "give the URL to `Options::from_url`, or ",
            _ => "",
        };
        return Some(format!(
            "the host is a URL: {whole}give its host alone, `Options::new({name:?})`"
        ));
    }
    if host.contains('@') {
        let why = match role {
            Role::Server => {
                "the host holds an `@`: give the host alone; a user and a password are for `login`"
            }
            Role::Proxy => {
                "the host holds an `@`: give the host alone; a user and a password are for \
                 `with_login`"
            }
        };
        return Some(why.into());
    }
    if let Some((name, port)) = split_port(host) {
        return Some(match role {
            Role::Server => {
                format!("the host holds a port: `Options::new({name:?}).with_port({port})`")
            }
            Role::Proxy => format!(
                "the host holds a port: give the host {name:?} and the port {port} of the proxy \
                 apart"
            ),
        });
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '[' | ']' | ':');
    host.find(odd).map(|at| {
        let odd = host.get(at..).and_then(|rest| rest.chars().next());
        format!(
            "the host {host:?} holds {:?}: give a name or an address",
            odd.unwrap_or_default()
        )
    })
}

/// Splits a text like `host:2121` or `[::1]:2121` into host and port. `None` if there is no port.
fn split_port(host: &str) -> Option<(&str, u16)> {
    let (name, port) = host.rsplit_once(':')?;
    let inner = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let name = inner.unwrap_or(name);
    let bare = inner.is_none() && name.contains(':');
    (!name.is_empty() && !bare).then_some((name, port.parse().ok()?))
}

/// Whether this is an IPv6 address. It may have a zone, as in `fe80::1%eth0`.
pub(super) fn is_ipv6(host: &str) -> bool {
    let address = host.split_once('%').map_or(host, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}
