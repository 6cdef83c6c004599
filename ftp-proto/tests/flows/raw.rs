//! Raw commands: the program passes any command line, and the client sends it.

use ftp_proto::{Config, ErrorKind, Misuse, TransferType, flows};

use crate::support::*;

#[test]
fn raw_yields_any_final_reply() {
    let raw = |line, script: &[Item]| plain(Op::Raw(line), script.to_vec());
    assert_eq!(
        raw(
            "site chmod 644 a",
            &[hear("SITE chmod 644 a"), say("200 ok")]
        ),
        "200 ok"
    );
    assert_eq!(raw("DELE a", &[hear("DELE a"), say("550 no")]), "550 no");
    assert_eq!(raw("RNFR a", &[hear("RNFR a"), say("350 to?")]), "350 to?");
    assert_eq!(
        raw(
            "SITE EXEC x",
            &[
                hear("SITE EXEC x"),
                say("150 wait"),
                say("150 more"),
                say("250 ok")
            ]
        ),
        "250 ok"
    );
}

#[test]
fn raw_refuses_commands_that_have_their_own_flow() {
    for line in ["AUTH TLS", "auth ssl", "CCC", "ABOR"] {
        let mut driver = logged_in(Config::default(), pwd());
        let raw = flows::Raw::new(line).expect("a command");
        let error = driver.run(raw).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert!(driver.wire.is_empty());
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
    }
}

#[test]
fn raw_rein_forgets_in_clear_and_is_refused_under_tls() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("REIN"),
        say("220 again"),
        hear("TYPE I"),
        say("200 I"),
    ];
    let image = || Op::Type(TransferType::Image);
    let ops = [image(), Op::Raw("REIN"), image()];
    play(logged_in(Config::default(), script), &ops);
    let mut driver = logged_in(explicit(), []);
    let outcome = driver.outcome(&Op::Raw("REIN"));
    assert!(outcome.starts_with("Misuse"), "{outcome}");
    assert!(driver.wire.is_empty());
}
