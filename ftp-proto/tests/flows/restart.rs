//! REST: a transfer starts at the right byte, or it does not start.

use ftp_proto::{Config, Pipelining};

use crate::support::*;

#[test]
fn open_with_an_offset_sends_rest_right_before_the_command() {
    let script = [
        &up_to_connect()[..],
        &[
            hear("REST 4096"),
            say("350 armed"),
            hear("RETR a"),
            say("150 here (12 bytes)"),
        ],
    ]
    .concat();
    assert_eq!(
        plain(Op::Retrieve("a", 4096), script),
        "Download Image from 4096, hint Some(12), protected: false"
    );
}

#[test]
fn open_never_starts_from_0_where_rest_is_refused() {
    for (reply, kind) in [
        ("502 no", "Permanent"),
        ("501 not in ASCII", "Permanent"),
        ("200 ok", "UnexpectedReply"),
    ] {
        let script = [
            &up_to_connect()[..],
            &[hear("REST 7"), say(reply), serve("close discard")],
            &pwd_after(reply),
        ]
        .concat();
        let driver = logged_in(
            Config::default().with_pipelining(Pipelining::never()),
            script,
        );
        let outcomes = play(driver, &[Op::Retrieve("a", 7), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"REST\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn rest_that_no_transfer_used_up_is_taken_back_with_rest_0() {
    // lftp notes that servers do not reset the offset after a refused RETR. So the client sends
    // REST 0.
    let script = [
        &up_to_connect()[..],
        &[
            hear("REST 7"),
            say("350 armed"),
            hear("RETR a"),
            say("550 no file"),
            serve("close discard"),
            hear("EPSV"),
            say("229 (|||6447|)"),
            serve("connect peer:6447"),
            hear("REST 0"),
            say("350 off"),
            hear("RETR b"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            hear("EPSV"),
            say("229 (|||6448|)"),
            serve("connect peer:6448"),
            hear("RETR c"),
            say("150 here"),
        ],
    ]
    .concat();
    let ops = [
        Op::Retrieve("a", 7),
        Op::Retrieve("b", 0),
        finish(),
        Op::Retrieve("c", 0),
    ];
    let outcomes = play(
        logged_in(
            Config::default().with_pipelining(Pipelining::never()),
            script,
        ),
        &ops,
    );
    assert!(
        outcomes[0].starts_with("Permanent Some(\"RETR\")"),
        "{outcomes:?}"
    );
    assert_eq!([&outcomes[1], &outcomes[3]], [DOWNLOADING, DOWNLOADING]);
}

#[test]
fn rest_by_a_raw_command_is_taken_back_too() {
    let script = [hear("REST 100"), say("350 armed")];
    let script = [
        &script[..],
        &up_to_connect()[..],
        &[
            hear("REST 0"),
            say("350 off"),
            hear("STOR a"),
            say("150 here"),
        ],
    ]
    .concat();
    let ops = [Op::Raw("REST 100"), Op::Store("a")];
    assert_eq!(
        play(logged_in(Config::default(), script), &ops)[1],
        UPLOADING
    );
}

/// pyftpdlib refuses REST in TYPE A, so a listing takes the offset back before TYPE A. If the server
/// refuses that, the listing tries again after TYPE A, and fails.
#[test]
fn quirk_rest_is_refused_in_type_a() {
    for (before, after) in [("350 off", None), ("501 no", Some("501 not in ASCII"))] {
        let connected = [
            hear("EPSV"),
            say("229 (|||6446|)"),
            serve("connect peer:6446"),
        ];
        let off = [hear("REST 0"), say(before), hear("TYPE A"), say("200 fine")];
        let begun = [hear("LIST"), say("150 here")];
        let refused = after.map(|reply| [hear("REST 0"), say(reply), serve("close discard")]);
        let end = match &refused {
            Some(refused) => &refused[..],
            None => &begun[..],
        };
        let armed = [hear("REST 100"), say("350 armed")];
        let script = [&armed[..], &off[..], &connected[..], end].concat();
        let config = Config::default().with_pipelining(Pipelining::never());
        let mut driver = logged_in(config, script);
        driver.outcome(&Op::Raw("REST 100"));
        let outcome = driver.outcome(&Op::List);
        assert_eq!(
            outcome.starts_with("Download"),
            after.is_none(),
            "{outcome}"
        );
    }
}

/// A refused REST sets no offset, so the client does not send REST 0 before the next transfer.
#[test]
fn rest_that_was_refused_is_not_taken_back() {
    for refusal in ["502 no", "501 not in ASCII", "450 later"] {
        let transfer = [hear("RETR a"), say("150 here (12 bytes)")];
        let script = [
            &[hear("REST 100"), say(refusal)][..],
            &up_to_connect(),
            &transfer,
        ]
        .concat();
        let ops = [Op::Raw("REST 100"), Op::Retrieve("a", 0)];
        assert_eq!(
            play(logged_in(Config::default(), script), &ops)[1],
            "Download Image from 0, hint Some(12), protected: false"
        );
    }
}

/// In active mode, pyftpdlib says 425 late for the connection of a dropped operation. It cannot be the
/// answer to REST, whose 350 comes later. So the offset may be in force.
#[test]
fn rest_that_gets_a_late_425_is_taken_back() {
    let script = [
        &up_to_connect()[..],
        &[
            hear("REST 7"),
            say("425 no connection to your port"),
            serve("close discard"),
        ],
        &[hear("PWD"), say("350 armed"), say("257 \"/\"")],
        &[
            hear("EPSV"),
            say("229 (|||6447|)"),
            serve("connect peer:6447"),
        ],
        &[
            hear("REST 0"),
            say("350 off"),
            hear("STOR a"),
            say("150 here"),
        ],
    ]
    .concat();
    let config = Config::default().with_pipelining(Pipelining::never());
    let mut driver = logged_in(config, script);
    let refused = driver.outcome(&Op::Retrieve("a", 7));
    assert!(refused.starts_with("UnexpectedReply"), "{refused}");
    assert_eq!(driver.outcome(&Op::Store("a")), UPLOADING);
}

/// simple-ftpd keeps the offset of a transfer that failed after its 125, and would start the next
/// transfer there. So the client sends REST 0 first.
#[test]
fn rest_of_a_transfer_that_did_not_end_well_is_taken_back() {
    let restarted = |end: &[Item]| {
        let opened = [&opening("RETR a")[..5], &[hear("REST 9"), say("350 armed")]].concat();
        [&opened[..], &[hear("RETR a"), say("125 open")], end].concat()
    };
    let next = [
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("REST 0"),
        say("350 from the beginning"),
        hear("STOR b"),
        say("150 here"),
    ];
    let failed = restarted(&[serve("close graceful download"), say("550 no")]);
    let aborted = restarted(&[
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ]);
    let aborted = [&aborted[..], &fence()].concat();
    for (script, op) in [(failed, finish()), (aborted, Op::Abort)] {
        let script = [&script[..], &next].concat();
        let mut driver = logged_in(Config::default(), script);
        driver.outcome(&Op::Retrieve("a", 9));
        driver.outcome(&op);
        let outcome = driver.outcome(&Op::Store("b"));
        assert!(outcome.starts_with("Upload"), "{outcome}");
        driver.server.assert_over();
    }
}
