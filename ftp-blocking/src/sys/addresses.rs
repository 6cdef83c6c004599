//! The order in which a host's addresses are tried.

use std::collections::VecDeque;
use std::net::SocketAddr;

/// In the resolver's order (RFC 6724), but the two families take turns (RFC 8305 section 4).
/// Addresses that cannot be reached from the source address are left out.
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
