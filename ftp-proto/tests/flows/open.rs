//! Opening a transfer in passive mode, in clear text.

use ftp_proto::{Config, DataEnd, ErrorKind, PassiveAddress, Pipelining};

use crate::support::*;

#[test]
fn open_retrieve_by_epsv() {
    let mut driver = logged_in(Config::default(), opening("RETR a"));
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
    let blocking: Vec<_> = driver
        .wants
        .iter()
        .filter(|want| *want != "receive Arrived")
        .collect();
    assert_eq!(
        blocking,
        [
            "receive Reply",
            "receive FirstEpsv",
            "connect peer:6446",
            "receive Preliminary"
        ]
    );
}

#[test]
fn open_knows_the_type_and_takes_the_size_hint() {
    let script = [
        hear("TYPE A"),
        say("200 A"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("LIST"),
        say("125 open (0.0.0.0,0) (545 bytes)"),
        serve("close graceful download"),
        say("226 done"),
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("LIST"),
        say("150 here"),
    ];
    let ops = [Op::List, finish(), Op::List];
    let outcomes = play(logged_in(Config::default(), script), &ops);
    assert_eq!(
        outcomes[0],
        "Download Ascii(NonPrint) from 0, hint Some(545), protected: false"
    );
    assert_eq!(
        outcomes[2],
        "Download Ascii(NonPrint) from 0, hint None, protected: false"
    );
}

#[test]
fn open_falls_back_to_pasv_where_epsv_is_refused_and_remembers() {
    for refusal in [
        "500 what",
        "501 no",
        "502 no",
        "522 no",
        "425 no",
        "229 bad ((((",
        "229 (||6446|)",
        "229 (|||70000|)",
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say(refusal),
            hear("PASV"),
            // The client ignores the address in the reply and connects to the server's own address.
            say("227 Entering (10,0,0,1,25,46)"),
            serve("connect peer:6446"),
            hear("RETR a"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            hear("PASV"),
            say("227 =10,0,0,1,25,47"),
            serve("connect peer:6447"),
            hear("RETR b"),
            say("150 here"),
        ];
        let ops = [Op::Retrieve("a", 0), finish(), Op::Retrieve("b", 0)];
        let outcomes = play(
            logged_in(
                Config::default().with_pipelining(Pipelining::never()),
                script,
            ),
            &ops,
        );
        assert_eq!(
            [&outcomes[0], &outcomes[2]],
            [DOWNLOADING, DOWNLOADING],
            "{refusal}"
        );
    }
}

#[test]
fn open_falls_back_to_pasv_where_the_port_of_epsv_is_filtered_and_remembers() {
    for failure in [
        fails("connect peer:6446", ErrorKind::Io),
        Item::Serve("connect peer:6446", Reaction::TimesOut),
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say("229 (|||6446|)"),
            failure,
            hear("PASV"),
            say("227 (10,0,0,1,25,47)"),
            serve("connect peer:6447"),
            hear("RETR a"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            hear("PASV"),
            say("227 (10,0,0,1,25,48)"),
            serve("connect peer:6448"),
            hear("RETR b"),
            say("150 here"),
        ];
        let ops = [Op::Retrieve("a", 0), finish(), Op::Retrieve("b", 0)];
        play(
            logged_in(
                Config::default().with_pipelining(Pipelining::never()),
                script,
            ),
            &ops,
        );
    }
}

/// PASV may fail because it does not exist over IPv6. The error then tells why EPSV failed.
#[test]
fn open_reports_why_epsv_failed_if_pasv_fails_too_and_tries_epsv_again() {
    let begin = [hear("TYPE I"), say("200 I"), hear("EPSV")];
    let refused = [say("425 no"), hear("PASV"), say("502 what")];
    let filtered = [
        say("229 (|||6446|)"),
        fails("connect peer:6446", ErrorKind::Io),
        hear("PASV"),
        say("425 You cannot use PASV on IPv6 connections"),
        serve("close discard"),
    ];
    let again = [
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("RETR b"),
        say("150 here"),
    ];
    for (failure, told) in [
        (&refused[..], "Transient Some(\"EPSV\")"),
        (&filtered[..], "Io "),
    ] {
        let script = [&begin[..], failure, &again].concat();
        let ops = [Op::Retrieve("a", 0), Op::Retrieve("b", 0)];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert!(outcomes[0].starts_with(told), "{outcomes:?}");
        assert!(!outcomes[1].contains("Permanent"), "{outcomes:?}");
    }
}

#[test]
fn open_whose_pasv_port_is_filtered_too_fails_and_stays_in_step() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        fails("connect peer:6446", ErrorKind::Io),
        hear("PASV"),
        say("227 (10,0,0,1,25,47)"),
        fails("connect peer:6447", ErrorKind::Io),
        serve("close discard"),
    ];
    let driver = logged_in(Config::default(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(outcomes, ["Io Some(\"RETR\") None None", "/here"]);
}

#[test]
fn invariant_11_the_address_of_227_is_trusted_by_choice_only() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("500 what"),
        hear("PASV"),
        say("227 (192,0,2,1,4,1)"),
        serve("connect 192.0.2.1:1025"),
        hear("RETR a"),
        say("150 here"),
    ];
    let config = Config::default().with_passive_address(PassiveAddress::TrustServer);
    assert_eq!(
        play(logged_in(config, script), &[Op::Retrieve("a", 0)]),
        [DOWNLOADING]
    );
}

#[test]
fn open_refuses_a_227_without_an_address() {
    for (reply, kind) in [
        ("227 (1,2,3,4,300,6)", "Protocol"),
        ("227 (1,2,3,4,0,0)", "Protocol"),
        ("227 no", "Protocol"),
        ("530 no", "Permanent"),
        ("200 ok", "UnexpectedReply"),
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say("500 what"),
            hear("PASV"),
            say(reply),
        ];
        let driver = logged_in(Config::default(), [&script[..], &pwd_after(reply)].concat());
        let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"PASV\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn open_refused_after_the_connection_stays_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("425 cannot connect", "Transient"),
        ("553 no name", "Permanent"),
        ("332 account", "UnexpectedReply"),
    ] {
        let script = [
            &up_to_connect()[..],
            &[hear("RETR a"), say(reply), serve("close discard")],
            &pwd(),
        ]
        .concat();
        let driver = logged_in(Config::default(), script);
        let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"RETR\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn open_refused_with_421_is_closed() {
    let script = [&up_to_connect()[..], &[hear("RETR a"), say("421 bye")]].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(
        driver.outcome(&Op::Retrieve("a", 0)),
        "Closed Some(\"RETR\") Some(\"421 bye\") None"
    );
    assert!(driver.session.is_dead());
}

#[test]
fn open_accepts_125_instead_of_150() {
    let script = [&up_to_connect()[..], &[hear("RETR a"), say("125 go")]].concat();
    assert_eq!(plain(Op::Retrieve("a", 0), script), DOWNLOADING);
}

#[test]
fn open_skips_a_200_before_the_150() {
    // Some servers reply to LIST or STOR with 200 before the 150. ftplib skips such a 200 too.
    let script = [
        &up_to_connect()[..],
        &[
            hear("STOR a"),
            say("200 ok"),
            say("150 here"),
            serve("close graceful upload"),
            say("226 done"),
        ],
        &pwd(),
    ]
    .concat();
    let ops = [Op::Store("a"), finish(), Op::Pwd];
    let outcomes = play(logged_in(Config::default(), script), &ops);
    assert_eq!(outcomes, [UPLOADING, "12 bytes, 226 done", "/here"]);
}

#[test]
fn open_takes_an_immediate_226_for_an_empty_transfer() {
    for reply in ["226 nothing", "250 nothing"] {
        let script = [
            &up_to_connect()[..],
            &[hear("RETR a"), say(reply), serve("close graceful download")],
            &fence(),
            &pwd(),
        ]
        .concat();
        let ops = [Op::Retrieve("a", 0), Op::Finish(0, DataEnd::Clean), Op::Pwd];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert_eq!(
            outcomes,
            [DOWNLOADING, &format!("0 bytes, {reply}"), "/here"]
        );
    }
}

#[test]
fn open_whose_preliminary_does_not_come_is_aborted_by_the_next_operation() {
    let script = [
        &up_to_connect()[..],
        &[
            hear("RETR a"),
            Item::Silence,
            hear("ABOR"),
            serve("close discard"),
            say("150 late"),
            say("426 cut"),
            say("226 aborted"),
        ],
        &fenced_pwd(),
    ]
    .concat();
    let outcomes = play(
        logged_in(Config::default(), script),
        &[Op::Retrieve("a", 0), Op::Pwd],
    );
    assert_eq!(
        outcomes,
        ["Timeout(Preliminary) Some(\"RETR\") None None", "/here"]
    );
}
