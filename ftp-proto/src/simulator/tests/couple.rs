//! Tests of two coupled simulated servers that copy a file from one to the other.

use super::*;

use std::format;

/// Makes two servers with these settings, couples them, and logs in to each.
fn benches(source: Setup, target: Setup) -> (Bench, Bench) {
    let mut source = Bench::ready(source);
    let mut target = Bench::ready(target);
    assert!(!couple(&mut source.sim, &mut target.sim));
    (source, target)
}

fn content() -> Vec<u8> {
    (0..100_000_u32).map(|n| (n % 251) as u8).collect()
}

fn pasv(b: &mut Bench) -> String {
    let reply = b.cmd("PASV");
    let address = reply.split(['(', ')']).nth(1).expect("an address");
    address.into()
}

#[test]
fn a_copy() {
    let setup = Setup::new().file("/f", content());
    let (mut a, mut b) = benches(setup, Setup::new().window(1000));
    let address = pasv(&mut a);
    assert!(b.cmd(&format!("PORT {address}")).starts_with("200 "));
    let announced = b.sim.announced().unwrap();
    assert_eq!(announced, "127.0.0.1:50001".parse().unwrap());
    // `b` is in active mode. It gets its transfer command before `a` gets one. So `b` already
    // connects while `a` has no transfer.
    assert_eq!(b.cmd("STOR g"), "");
    assert!(couple(&mut a.sim, &mut b.sim));
    assert_eq!(b.text(), "150 Opening BINARY mode data connection.\r\n");
    assert!(a.cmd("RETR f").starts_with("150 "));
    assert!(couple(&mut a.sim, &mut b.sim));
    assert!(!couple(&mut a.sim, &mut b.sim));
    assert_eq!(a.text(), COMPLETE);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.sim.file("/g"), Some(&content()[..]));
    assert!(a.sim.transfers()[0].complete && b.sim.transfers()[0].complete);
    // The client holds one connection to each server, the control connection. The data connection
    // between the servers is not counted.
    assert_eq!((a.sim.open_links(), b.sim.open_links()), (1, 1));
}

#[test]
fn a_copy_from_the_server_in_active_mode() {
    let (mut a, mut b) = benches(Setup::new(), Setup::new().file("/f", content()));
    let port = a.epsv();
    b.cmd(&format!("EPRT |1|192.0.2.1|{port}|"));
    assert!(a.cmd("STOR g").is_empty());
    assert!(b.cmd("RETR f").is_empty());
    // `couple` works in the same way if its two arguments are exchanged.
    assert!(couple(&mut b.sim, &mut a.sim));
    assert!(a.text().ends_with(COMPLETE) && b.text().ends_with(COMPLETE));
    assert_eq!(a.sim.file("/g"), Some(&content()[..]));
    // A passive port accepts only one connection. So a second copy over the old port fails, and a
    // copy over a new port works.
    b.cmd(&format!("EPRT |1|192.0.2.1|{port}|"));
    assert!(b.cmd("RETR f").is_empty());
    assert!(couple(&mut b.sim, &mut a.sim));
    assert!(b.text().starts_with("425 "));
    let port = a.epsv();
    b.cmd(&format!("EPRT |1|192.0.2.1|{port}|"));
    a.cmd("APPE g");
    b.cmd("RETR f");
    assert!(couple(&mut a.sim, &mut b.sim));
    assert_eq!(a.sim.file("/g").map(<[u8]>::len), Some(200_000));
}

#[test]
fn nobody_listens() {
    let refused = Fault::on("CONNECT", Action::RefuseConnect);
    for (source, port) in [
        (Setup::new(), 1025),
        (Setup::new(), 21),
        (Setup::new().fault(refused), 50_001),
    ] {
        let (mut a, mut b) = benches(source, Setup::new());
        a.epsv();
        b.cmd(&format!("EPRT |1|127.0.0.1|{port}|"));
        assert_eq!(b.cmd("STOR g"), "");
        assert!(couple(&mut a.sim, &mut b.sim));
        assert_eq!(b.text(), "425 Failed to establish connection.\r\n");
        assert_eq!(b.sim.file("/g"), None);
        assert!(b.sim.transfers().is_empty());
        assert!(!couple(&mut a.sim, &mut b.sim));
    }
}

#[test]
fn a_port_of_the_client_is_the_client() {
    let (mut a, mut b) = benches(Setup::new(), Setup::new().file("/f", "0123456789"));
    let port = b.sim.listen();
    b.cmd(&format!("EPRT |1|127.0.0.1|{port}|"));
    assert_eq!(b.cmd("RETR f"), [OPENING, COMPLETE].concat());
    assert!(!couple(&mut a.sim, &mut b.sim));
    let data = b.sim.accept(port).unwrap();
    assert_eq!(b.drain(data).0, b"0123456789");
    // The client has closed its port, so the server's next connection to it is refused.
    b.sim.close_listener(port);
    b.cmd(&format!("EPRT |1|127.0.0.1|{port}|"));
    b.cmd("RETR f");
    assert!(couple(&mut a.sim, &mut b.sim));
    assert!(b.text().starts_with("425 "));
}

#[test]
fn a_late_connection() {
    let fault = Fault::on("CONNECT", Action::AcceptLate);
    for late in [0, 1] {
        let setups = [Setup::new().file("/f", content()), Setup::new()];
        let [source, target] = core::array::from_fn(|n| {
            let setup = setups[n].clone();
            if n == late {
                setup.fault(fault.clone())
            } else {
                setup
            }
        });
        let (mut a, mut b) = benches(source, target);
        let address = pasv(&mut a);
        b.cmd(&format!("PORT {address}"));
        b.cmd("STOR g");
        a.cmd("RETR f");
        couple(&mut a.sim, &mut b.sim);
        let waiting = if late == 0 { &mut a } else { &mut b };
        assert_eq!(waiting.text(), "");
        assert!(waiting.sim.release_held());
        assert!(couple(&mut a.sim, &mut b.sim));
        assert!(a.text().ends_with(COMPLETE) && b.text().ends_with(COMPLETE));
        assert_eq!(b.sim.file("/g"), Some(&content()[..]));
    }
}

#[test]
fn what_breaks_on_one_side_breaks_on_the_other() {
    // The loop runs twice. First the source server resets the data connection, then the target
    // server does.
    let at = Action::At {
        after: 10_000,
        control: b"451 Disk.\r\n".to_vec(),
        then: Then::Reset,
    };
    let setup = Setup::new().file("/f", content()).window(1000);
    for (verb, replies) in [("RETR", ["451 ", "426 "]), ("STOR", ["426 ", "451 "])] {
        let setup = setup.clone().fault(Fault::on(verb, at.clone()));
        let (mut a, mut b) = benches(setup.clone(), setup);
        let address = pasv(&mut a);
        b.cmd(&format!("PORT {address}"));
        b.cmd("STOR g");
        couple(&mut a.sim, &mut b.sim);
        a.cmd("RETR f");
        couple(&mut a.sim, &mut b.sim);
        let texts = [a.text(), b.text()];
        assert!(texts[0].contains(replies[0]), "{texts:?}");
        assert!(texts[1].contains(replies[1]), "{texts:?}");
        assert_eq!((a.sim.open_links(), b.sim.open_links()), (1, 1));
        assert!(!couple(&mut a.sim, &mut b.sim));
    }
}

#[test]
fn an_abort_on_one_side_ends_the_other() {
    let immediate = Setup::new()
        .during_transfer(DuringTransfer::Immediate)
        .window(1000);
    let stall = Action::At {
        after: 10_000,
        control: Vec::new(),
        then: Then::Stall,
    };
    let target = immediate.clone().fault(Fault::on("STOR", stall));
    let (mut a, mut b) = benches(immediate.file("/f", content()), target);
    let address = pasv(&mut a);
    b.cmd(&format!("PORT {address}"));
    b.cmd("STOR g");
    a.cmd("RETR f");
    couple(&mut a.sim, &mut b.sim);
    assert!(b.cmd("ABOR").ends_with("226 ABOR command successful.\r\n"));
    couple(&mut a.sim, &mut b.sim);
    assert!(a.text().ends_with(ABORTED));
    assert!(!a.sim.transfers()[0].complete && !b.sim.transfers()[0].complete);
    assert_eq!(a.cmd("NOOP"), "200 NOOP ok.\r\n");
}
