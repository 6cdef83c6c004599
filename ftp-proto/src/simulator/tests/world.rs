//! Tests of [`World`]: the errors of its connections, its simulated time, and what dropping its
//! values does.

use core::time::Duration;
use std::format;
use std::io::ErrorKind;

use super::*;

/// Makes a world, and logs in to its server over a control connection.
fn logged_in(setup: Setup) -> (World, End) {
    let world = World::new(Simulator::new(setup));
    let control = world.connect(21).unwrap();
    say(&control, "USER user");
    say(&control, "PASS secret");
    (world, control)
}

/// Sends a line to the server, and returns the reply. What has come before is thrown away.
fn say(end: &End, line: &str) -> String {
    heard(end);
    let line = [line.as_bytes(), b"\r\n"].concat();
    assert_eq!(end.write(&line).unwrap(), line.len());
    heard(end)
}

/// Reads all that the server has sent.
fn heard(end: &End) -> String {
    let mut heard = String::new();
    let mut buffer = [0; 100];
    while let Ok(count @ 1..) = end.read(&mut buffer) {
        heard.push_str(core::str::from_utf8(&buffer[..count]).unwrap());
    }
    heard
}

#[test]
fn time_passes_until_the_server_accepts_and_then_to_the_deadline() {
    let fault = Fault::on("CONNECT", Action::AcceptLate);
    let (world, control) = logged_in(Setup::new().fault(fault));
    assert_eq!(
        say(&control, "EPSV"),
        "229 Entering Extended Passive Mode (|||50001|)\r\n"
    );
    let mut data = world.connect(50_001).unwrap();
    assert!(!data.poll_accepted());
    let begin = world.now();
    let deadline = begin + Duration::from_secs(60);
    assert!(world.advance_clock(deadline));
    assert!(data.poll_accepted());
    assert!(world.now() > begin && world.now() < deadline);
    assert!(world.advance_clock(deadline));
    assert_eq!(world.now(), deadline);
    assert!(!world.advance_clock(deadline));
    // `poll_accepted` still returns `true` after the connection was reset.
    world.server().reset(data.link());
    assert!(data.poll_accepted());
}

#[test]
fn errors_are_those_of_sockets() {
    let (world, control) = logged_in(Setup::new());
    let refused = world.connect(50_001).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let nothing = control.read(&mut [0; 10]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    let nobody = world.listen().accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
    control.shutdown();
    let broken = control.write(b"NOOP\r\n").unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::BrokenPipe);
    assert_eq!(control.read(&mut [0; 10]).unwrap(), 0);
}

#[test]
fn a_port_takes_the_servers_connection() {
    let (world, control) = logged_in(Setup::new().file("/f", "0123456789"));
    let port = world.listen();
    let (high, low) = (port.address().port() >> 8, port.address().port() & 255);
    say(&control, &format!("PORT 127,0,0,1,{high},{low}"));
    say(&control, "TYPE I");
    say(&control, "RETR /f");
    let mut data = port.accept().unwrap();
    assert!(data.poll_accepted());
    assert_eq!(data.address(), port.address());
    assert_eq!(heard(&data), "0123456789");
}

#[test]
fn what_is_dropped_is_closed() {
    let (world, mut control) = logged_in(Setup::new());
    assert_eq!(world.server().open_links(), 1);
    let second = world.connect(21).unwrap();
    assert_eq!(world.server().open_links(), 2);
    drop(second);
    assert_eq!(world.server().open_links(), 1);
    control.reset_on_close(true);
    drop(control);
    assert_eq!(world.server().open_links(), 0);
    assert!(!world.server().logged_in());
}

#[test]
fn reluctant_connections_let_each_attempt_wait_once() {
    let world = World::new(Simulator::new(Setup::new().reluctant()));
    let begin = world.now();
    let deadline = begin + Duration::from_secs(60);
    let blocked = |result: std::io::Result<usize>| {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(world.advance_clock(deadline));
        assert_eq!(world.now(), begin);
    };
    let mut control = world.connect(21).unwrap();
    assert!(!control.poll_accepted());
    assert!(control.poll_accepted());
    let mut buffer = [0; 100];
    blocked(control.read(&mut buffer));
    assert!(control.read(&mut buffer).unwrap() > 0);
    for line in [
        "USER user\r\n",
        "PASS secret\r\n",
        "EPRT |1|127.0.0.1|40001|\r\n",
    ] {
        blocked(control.write(line.as_bytes()));
        assert_eq!(control.write(line.as_bytes()).unwrap(), line.len());
        blocked(control.read(&mut buffer));
        assert!(control.read(&mut buffer).unwrap() > 0);
    }
    let port = world.listen();
    blocked(control.write(b"LIST\r\n"));
    assert_eq!(control.write(b"LIST\r\n").unwrap(), 6);
    blocked(port.accept().map(|_| 0));
    assert!(port.accept().is_ok());
    // Only the deadline is left.
    while world.advance_clock(deadline) {}
    assert_eq!(world.now(), deadline);
}

#[test]
fn an_upload_arrives_over_a_slow_line_while_time_passes() {
    let fault = Fault::on("STOR", Action::SlowLine(100));
    let (world, control) = logged_in(Setup::new().fault(fault));
    say(&control, "EPSV");
    say(&control, "TYPE I");
    let data = world.connect(50_001).unwrap();
    assert!(say(&control, "STOR /f").starts_with("150 "));
    assert_eq!(data.write(&[7; 250]).unwrap(), 250);
    assert_eq!(data.unacknowledged(), 250);
    data.shutdown();
    let length = || world.server().file("/f").unwrap().len();
    // The end counts as one byte.
    for (unacknowledged, arrived) in [(251, 0), (201, 50), (151, 100), (101, 150), (51, 200)] {
        assert_eq!((data.unacknowledged(), length()), (unacknowledged, arrived));
        assert_eq!(heard(&control), "");
        assert!(world.advance_clock(world.now() + Duration::from_millis(500)));
    }
    assert_eq!((data.unacknowledged(), length()), (0, 250));
    assert_eq!(heard(&control), COMPLETE);
}

#[test]
fn urgent_data_is_read_like_any_other() {
    let (world, control) = logged_in(Setup::new());
    heard(&control);
    control.write(b"\xff\xf4\xff").unwrap();
    control.write_urgent(0xf2).unwrap();
    control.write(b"NOOP\r\n").unwrap();
    assert!(heard(&control).starts_with("200 "));
    assert_eq!(world.server().urgent, [0xf2]);
}
