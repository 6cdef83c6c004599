//! Options that make no sense are refused before anything happens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::time::Duration;

use ftp_proto::{Error, ErrorKind, Misuse, Options, Timeouts};

fn options() -> Options {
    Options::new("ftp.example.org")
}

#[track_caller]
fn assert_refused(checked: Result<(), Error>) {
    let error = checked.expect_err("makes no sense");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
}

#[test]
fn a_limit_of_zero_is_refused() {
    let none = Timeouts::default().with_all(Duration::ZERO);
    assert_refused(options().with_timeouts(none).check());
    let mut one = Timeouts::default();
    one.data_close = Duration::ZERO;
    assert_refused(options().with_timeouts(one).check());
}

#[test]
fn a_range_without_ports_is_refused() {
    let nothing = RangeInclusive::new(50_001, 50_000);
    for ports in [nothing, 0..=0, 0..=50_000] {
        assert_refused(options().with_active_ports(ports).check());
    }
    for ports in [1..=1, 50_000..=50_099, 1..=u16::MAX] {
        assert_eq!(options().with_active_ports(ports).check().ok(), Some(()));
    }
}

#[test]
fn nobody_is_told_to_connect_to_no_address() {
    let unspecified: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    for address in unspecified {
        let options = options().with_config(|config| config.with_active_address(address));
        assert_refused(options.check());
    }
}

#[test]
fn what_only_sockets_can_do_is_not_ignored_without_them() {
    assert_eq!(options().check_without_sockets().ok(), Some(()));
    let source = options().with_source_address((Ipv4Addr::LOCALHOST, 0));
    assert_eq!(source.check().ok(), Some(()));
    assert_refused(source.check_without_sockets());
    let ports = options().with_active_ports(50_000..=50_099);
    assert_refused(ports.check_without_sockets());
}
