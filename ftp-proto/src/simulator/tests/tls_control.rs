//! Tests of TLS on the simulator's control connection, and of AUTH, PBSZ, PROT and CCC.

use super::tls::{BOTH, NEW, Secure, Tls, configs};
use super::*;

#[test]
fn the_password_is_protected() {
    let b = Secure::new(NEW, |setup| setup);
    assert!(b.sim.logged_in());
    assert_eq!(b.sim.control_plaintext_received(), b"AUTH TLS\r\n");
    assert_eq!(b.sim.commands()[2], b"PASS secret");
}

#[test]
fn protection_has_an_order() {
    let (server, client) = configs(NEW);
    let mut bench = Bench::ready(Setup::new().tls(server).file("/f", "0123456789"));
    let features = bench.cmd("FEAT");
    assert!(features.contains(" AUTH TLS\r\n") && features.contains(" PROT\r\n"));
    assert!(bench.cmd("PBSZ 0").starts_with("503 "));
    assert!(bench.cmd("CCC").starts_with("533 "));
    assert!(bench.cmd("AUTH KERBEROS").starts_with("504 "));
    assert!(bench.cmd("PWD").starts_with("257 "));
    bench.cmd("AUTH TLS");
    assert!(!bench.sim.logged_in());
    let mut control = Tls::new(bench.control, &client);
    control.pump(&mut bench.sim);
    let mut b = Secure {
        sim: bench.sim,
        control,
        config: client,
    };
    assert!(b.cmd("PWD").starts_with("530 "));
    assert!(b.cmd("AUTH TLS").starts_with("503 "));
    assert!(b.cmd("PROT P").starts_with("503 "));
    assert!(b.cmd("PBSZ x").starts_with("501 "));
    assert!(b.cmd("PBSZ 0").starts_with("200 "));
    assert!(b.cmd("PROT S").starts_with("536 "));
    assert!(b.cmd("PROT P").starts_with("200 "));
    assert!(b.cmd("PROT C").starts_with("200 "));
    b.cmd("USER user\r\nPASS secret");
    // After PROT C, the data connection is in clear text.
    let link = b.passive();
    assert!(b.cmd("NLST").ends_with(COMPLETE));
    assert_eq!(drain(&mut b.sim, link), (b"f\r\n".to_vec(), Read::Eof));
    assert_eq!(b.sim.transfers()[0].resumed, None);
    assert!(b.cmd("QUIT").starts_with("221 "));
    assert!(b.control.notified && b.control.end == Read::Eof);
}

#[test]
fn clear_again_after_ccc() {
    for versions in BOTH {
        let mut b = Secure::new(versions, |setup| setup);
        assert!(b.cmd("CCC").starts_with("200 "));
        assert!(b.control.notified);
        b.control.close_notify(&mut b.sim);
        let link = b.control.link;
        let clear = b.sim.control_plaintext_received().len();
        b.sim.write(link, b"NOOP\r\n");
        assert_eq!(drain(&mut b.sim, link).0, b"200 NOOP ok.\r\n");
        assert_eq!(&b.sim.control_plaintext_received()[clear..], b"NOOP\r\n");
        // After CCC, the server accepts clear text even if the client has not sent its
        // `close_notify`.
        let mut b = Secure::new(versions, |setup| setup);
        b.cmd("CCC");
        b.sim.write(b.control.link, b"NOOP\r\n");
        assert_eq!(drain(&mut b.sim, b.control.link).0, b"200 NOOP ok.\r\n");
    }
}

#[test]
fn clear_text_around_auth() {
    // After AUTH, the client sends clear text in place of a TLS handshake. The server must end the
    // connection.
    let (server, client) = configs(NEW);
    let mut b = Bench::new(Setup::new().tls(server));
    b.text();
    b.send("AUTH TLS\r\nUSER user");
    let (bytes, end) = b.drain(b.control);
    assert!(bytes.starts_with(b"234 ") && end == Read::Eof);
    assert_eq!(
        b.sim.control_plaintext_received(),
        b"AUTH TLS\r\nUSER user\r\n"
    );
    assert_eq!(b.sim.commands(), [b"AUTH TLS"]);
    // The client sends its TLS handshake directly after AUTH, without waiting for the 234. The
    // server must accept it.
    let (server, _) = configs(NEW);
    let mut b = Bench::new(Setup::new().tls(server));
    b.text();
    let mut tls = Tls::new(b.control, &client);
    let mut out = b"AUTH TLS\r\n".to_vec();
    tls.connection.write_tls(&mut out).unwrap();
    b.sim.write(b.control, &out);
    assert_eq!(b.sim.control_plaintext_received(), b"AUTH TLS\r\n");
    assert!(
        b.drain(b.control)
            .0
            .starts_with(b"234 Proceed with negotiation.\r\n\x16")
    );
    // By a fault, the server sends `230 Hello.` in clear text after the 234. The handshake must
    // still succeed.
    let (server, client) = configs(NEW);
    let after = Fault::on("AUTH", Action::After(b"230 Hello.\r\n".to_vec()));
    let mut b = Bench::new(Setup::new().tls(server).fault(after));
    b.text();
    assert!(b.cmd("AUTH TLS").ends_with("\r\n230 Hello.\r\n"));
    let mut tls = Tls::new(b.control, &client);
    tls.pump(&mut b.sim);
    assert!(!tls.connection.is_handshaking());
}

#[test]
fn auth_that_is_refused_or_held() {
    let (server, client) = configs(NEW);
    let setup = Setup::new().tls(server);
    let refuse = Fault::nth("AUTH", 0, Action::Reply(b"431 No.\r\n".to_vec()));
    let hold = Fault::nth("AUTH", 1, Action::Hold);
    let mut b = Bench::new(setup.fault(refuse).fault(hold));
    b.text();
    assert_eq!(b.cmd("AUTH TLS\r\nNOOP"), "431 No.\r\n200 NOOP ok.\r\n");
    assert_eq!(b.cmd("AUTH TLS"), "");
    assert!(b.sim.release_held());
    assert!(b.text().starts_with("234 "));
    let mut tls = Tls::new(b.control, &client);
    tls.pump(&mut b.sim);
    assert!(!tls.connection.is_handshaking());
}

#[test]
fn ciphertext_in_segments() {
    let (server, client) = configs(NEW);
    let mut b = Bench::new(Setup::new().tls(server).segment(3).cut_at(100));
    b.text();
    b.cmd("AUTH TLS");
    let mut tls = Tls::new(b.control, &client);
    tls.pump(&mut b.sim);
    tls.write(&mut b.sim, b"NOOP\r\n");
    assert_eq!(tls.plain, b"200 NOOP ok.\r\n");
}
