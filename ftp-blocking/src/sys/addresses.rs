//! Parses IPv6 addresses with a zone, decides in which order the addresses of a host are tried, and
//! makes the error for a host without addresses.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

use ftp_proto::{Error, ErrorKind};

/// Parses an IPv6 address with a zone (`fe80::1%eth0`, RFC 4007 section 11). Returns `None` for a
/// host without a zone. The resolver of the C library is not enough for zones, because it accepts
/// interface names only after some kinds of addresses.
///
/// # Errors
/// An error if there is no such interface.
pub fn with_zone(host: &str, port: u16) -> Option<io::Result<SocketAddr>> {
    let (address, zone) = host.split_once('%')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let index = match zone.parse() {
        Ok(index) => Ok(index),
        Err(_) => interface(zone)?,
    };
    Some(index.map(|index| SocketAddrV6::new(address, port, 0, index).into()))
}

/// Returns the number of a network interface.
#[cfg(target_os = "linux")]
fn interface(name: &str) -> Option<io::Result<u32>> {
    if name.contains('/') || name.starts_with('.') {
        return Some(Err(io::ErrorKind::NotFound.into()));
    }
    let missing = |error: io::Error| {
        let why = format!("no network interface {name:?}: {error}");
        io::Error::new(error.kind(), why)
    };
    let index = std::fs::read_to_string(format!("/sys/class/net/{name}/ifindex"));
    let index = index.map_err(missing);
    Some(index.and_then(|index| index.trim().parse().map_err(io::Error::other)))
}

/// Returns `None`, because on this system only the C library's resolver can find the number of an
/// interface.
#[cfg(not(target_os = "linux"))]
fn interface(_: &str) -> Option<io::Result<u32>> {
    None
}

/// Makes the error for a server whose name cannot be resolved.
pub fn unresolved(error: io::Error) -> io::Error {
    Error::new(ErrorKind::Unresolved).with_source(error).into()
}

/// Keeps the resolver's order of addresses (RFC 6724), but alternates between IPv4 and IPv6 (RFC
/// 8305 section 4). If there is a source address, leaves out the addresses of the other IP version,
/// because a socket with the source address cannot reach them.
pub fn in_turn(
    addresses: impl IntoIterator<Item = SocketAddr>,
    source: Option<SocketAddr>,
) -> Vec<SocketAddr> {
    let mut turns = [VecDeque::new(), VecDeque::new()];
    let mut first = None;
    for address in addresses {
        if source.is_none_or(|source| source.is_ipv4() == address.is_ipv4()) {
            let first = *first.get_or_insert(address.is_ipv4());
            turns[usize::from(address.is_ipv4() != first)].push_back(address);
        }
    }
    let [mut ours, mut others] = turns;
    let mut ordered = Vec::with_capacity(ours.len() + others.len());
    while !ours.is_empty() || !others.is_empty() {
        ordered.extend(ours.pop_front());
        ordered.extend(others.pop_front());
    }
    ordered
}

#[test]
fn the_families_take_turns() {
    let six = |last| SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, last], 21));
    let four = |last| SocketAddr::from(([192, 0, 2, last], 21));
    let resolved = [six(1), six(2), six(3), four(1), four(2)];
    let turns = [six(1), four(1), six(2), four(2), six(3)];
    assert_eq!(in_turn(resolved, None), turns);
    let resolved = [four(1), four(2), six(1)];
    assert_eq!(in_turn(resolved, None), [four(1), six(1), four(2)]);
    let source = SocketAddr::from(([127, 0, 0, 1], 0));
    assert_eq!(in_turn(resolved, Some(source)), [four(1), four(2)]);
}

#[cfg(target_os = "linux")]
#[test]
fn zones_are_names_or_numbers_of_interfaces() {
    let loopback = SocketAddr::from(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 21, 0, 1));
    for host in ["::1%lo", "::1%1"] {
        let address = with_zone(host, 21).expect("an address with a zone");
        assert_eq!(address.expect("loopback"), loopback);
    }
    for host in ["::1", "localhost", "localhost%lo", "127.0.0.1%lo"] {
        assert!(with_zone(host, 21).is_none());
    }
    for host in ["::1%nothing", "::1%", "::1%../lo"] {
        assert!(
            with_zone(host, 21)
                .expect("an address with a zone")
                .is_err()
        );
    }
}
