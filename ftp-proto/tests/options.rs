//! Options that make no sense are refused before anything happens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::time::Duration;

use ftp_proto::flows::Credentials;
use ftp_proto::{DataMode, Error, ErrorKind, Misuse, Options, Timeouts};

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
fn an_unspecified_address_is_never_sent() {
    let unspecified: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    for address in unspecified {
        let options = options().with_config(|config| config.with_active_address(address));
        assert_refused(options.check());
    }
}

#[test]
fn a_host_is_a_name_or_an_address() {
    for host in [
        "ftp.example.org",
        "localhost.",
        "192.0.2.1",
        "::1",
        "[::1]",
        "fe80::1%eth0",
        "[::1%lo]",
    ] {
        let options = Options::new(host);
        assert_eq!(options.check_host().ok(), Some(()), "{host}");
        assert!(!options.host.contains(['[', ']']), "{host}");
    }
    for (host, why) in [
        ("", "the host is empty"),
        (
            "host:2121",
            "the host holds a port: `Options::new(\"host\").with_port(2121)`",
        ),
        (
            "[::1]:2121",
            "the host holds a port: `Options::new(\"::1\").with_port(2121)`",
        ),
        (
            "host/pub",
            "the host \"host/pub\" holds '/': give a name or an address",
        ),
        (
            "host:",
            "the host \"host:\" holds ':': give a name or an address",
        ),
        (
            " host",
            "the host \" host\" holds ' ': give a name or an address",
        ),
        (
            "ada:hunter2@host",
            "the host holds an `@`: give the host alone; a user and a password are for `login`",
        ),
    ] {
        let error = Options::new(host).check_host().expect_err("no host");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert_eq!(error.to_string(), why);
    }
    for host in [
        "ftp://host/",
        "ftp://host",
        "ftps://host:990/pub",
        "ftp://ada:hunter2@host:21/pub",
        "ftp://ada:hun/ter2@host",
        "FTP://ada:hunter2@host#x",
    ] {
        let options = Options::new(host);
        let error = options.check_host().expect_err("no host").to_string();
        assert!(
            error.contains("is a URL: give the URL to `Options::from_url`"),
            "{error}"
        );
        let shown = format!("{error} {}", options.connecting());
        assert!(!shown.contains("ter2") && !shown.contains("hun"), "{shown}");
        assert!(error.contains("`Options::new(\"host\")`"), "{error}");
    }
}

#[test]
fn socket_options_are_refused_without_sockets() {
    assert_eq!(options().check_without_sockets().ok(), Some(()));
    let source = options().with_source_address((Ipv4Addr::LOCALHOST, 0));
    assert_eq!(source.check().ok(), Some(()));
    assert_refused(source.check_without_sockets());
    let ports = options().with_active_ports(50_000..=50_099);
    assert_refused(ports.check_without_sockets());
    for options in [
        options().with_keep_alive(Duration::from_secs(60)),
        options().with_send_buffer(65_536),
        options().with_receive_buffer(65_536),
    ] {
        assert_eq!(options.check().ok(), Some(()));
        assert_refused(options.check_without_sockets());
    }
}

#[test]
fn short_forms_are_the_long_ones() {
    let limit = Duration::from_secs(20);
    let short = options().with_timeout(limit).timeouts;
    assert_eq!(short, Timeouts::default().with_all(limit));
    let address = Ipv4Addr::new(192, 0, 2, 7);
    let active = options().with_active_mode().with_active_address(address);
    assert_eq!(active.config.data_mode, DataMode::Active);
    assert_eq!(active.config.active_address, Some(address.into()));
    let told = options().with_active_address(address).config;
    assert_eq!(told.data_mode, DataMode::Passive);
}

#[test]
fn a_password_needs_a_user_and_can_be_sent() {
    assert_refused(options().with_password("secret").map(|_| ()));
    let ada = || options().with_credentials(Credentials::new("ada", "").expect("ada"));
    let error = ada().with_password("a\nb").expect_err("two lines");
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(ada().with_password("secret").is_ok());
}

#[test]
fn a_buffer_has_room_and_a_keep_alive_has_a_second() {
    assert_refused(options().with_send_buffer(0).check());
    assert_refused(options().with_receive_buffer(0).check());
    assert_refused(
        options()
            .with_keep_alive(Duration::from_millis(999))
            .check(),
    );
    let year = options().with_keep_alive(Duration::from_secs(365 * 86_400));
    assert_eq!(year.check().ok(), Some(()));
}
