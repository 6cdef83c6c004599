//! Opening a transfer with every data command: APPE, STOU, MLSD, and commands that only one server
//! knows.

use ftp_proto::flows::{Finish, Open};
use ftp_proto::wire::Verb;
use ftp_proto::{
    Config, DataEnd, Direction, ErrorKind, Misuse, RemotePath, TransferOptions, TransferType,
};

use crate::support::*;

fn unique(suggestion: Option<&str>) -> Open {
    Open::store_unique(suggestion).expect("a path")
}

#[test]
fn append_is_an_upload_in_type_i() {
    let script = [
        &opening("APPE a b")[..],
        &[serve("close graceful upload"), say("226 done")],
        &pwd(),
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    let transfer = driver
        .run(Open::append("a b").expect("a path"))
        .expect("it opens");
    assert_eq!(transfer.direction(), Direction::Upload);
    assert_eq!(transfer.transfer_type(), TransferType::Image);
    assert_eq!(transfer.name(), None);
    let completion = driver
        .run(Finish::new(transfer, 7, DataEnd::Clean))
        .expect("it is confirmed");
    assert_eq!((completion.bytes, completion.name), (7, None));
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn append_and_unique_that_are_refused_stay_in_step() {
    for (reply, kind) in [("550 no", "Permanent"), ("452 full", "Transient")] {
        for (open, line) in [
            (Open::append("a").expect("a path"), "APPE a"),
            (unique(None), "STOU"),
        ] {
            let script = [
                &up_to_connect()[..],
                &[hear(line), say(reply), serve("close discard")],
                &pwd(),
            ]
            .concat();
            let mut driver = logged_in(Config::default(), script);
            assert_eq!(
                driver.tell(open),
                format!("{kind} Some(\"{}\") Some(\"{reply}\") None", &line[..4])
            );
            assert_eq!(driver.outcome(&Op::Pwd), "/here");
            driver.server.assert_over();
        }
    }
}

#[test]
fn unique_tells_the_name_that_the_server_chose() {
    for (first, last, early, late) in [
        // RFC 1123 demands that the 150 has this form: `FILE: ` and the name.
        (
            "150 FILE: stou.a1b2",
            "226 done",
            Some("stou.a1b2"),
            Some("stou.a1b2"),
        ),
        // Pure-FTPd sends this reply.
        (
            "150-FILE: pureftpd.6\r\n150 Accepted",
            "226 done",
            Some("pureftpd.6"),
            Some("pureftpd.6"),
        ),
        // BSD servers name the file after it is stored.
        (
            "150 Opening",
            "226 Transfer complete (unique file name:a.1).",
            None,
            Some("a.1"),
        ),
        // If both replies name a file, the client returns the first name.
        (
            "125 FILE: a.1",
            "226 done (unique file name:a.2)",
            Some("a.1"),
            Some("a.1"),
        ),
        ("150 here", "226 done", None, None),
    ] {
        let mut script = opening("STOU");
        script.pop();
        script.extend([say(first), serve("close graceful upload"), say(last)]);
        let mut driver = logged_in(Config::default(), script);
        let transfer = driver.run(unique(None)).expect("it opens");
        let name = |name: Option<&RemotePath>| name.map(ToString::to_string);
        assert_eq!(name(transfer.name()).as_deref(), early, "{first}");
        let completion = driver
            .run(Finish::new(transfer, 7, DataEnd::Clean))
            .expect("it is confirmed");
        assert_eq!(name(completion.name.as_ref()).as_deref(), late, "{last}");
        driver.server.assert_over();
    }
}

#[test]
fn unique_with_a_suggestion() {
    let mut driver = logged_in(Config::default(), opening("STOU a b"));
    assert!(driver.tell(unique(Some("a b"))).starts_with("Transfer"));
    driver.server.assert_over();
}

#[test]
fn the_name_of_another_upload_is_not_taken_from_words() {
    let mut script = opening("STOR a");
    script.pop();
    let last = say("226 done (unique file name:b)");
    script.extend([say("150 FILE: b"), serve("close graceful upload"), last]);
    let mut driver = logged_in(Config::default(), script);
    let transfer = driver
        .run(Open::store("a").expect("a path"))
        .expect("it opens");
    assert_eq!(transfer.name(), None);
    let completion = driver
        .run(Finish::new(transfer, 7, DataEnd::Clean))
        .expect("it is confirmed");
    assert_eq!(completion.name, None);
}

#[test]
fn facts_are_lines_in_type_a() {
    for (path, line) in [(None, "MLSD"), (Some("a b"), "MLSD a b")] {
        let mut driver = logged_in(Config::default(), opening_in_text(line));
        let transfer = driver
            .run(Open::facts(path).expect("a path"))
            .expect("it opens");
        assert_eq!(transfer.direction(), Direction::Download);
        assert_eq!(transfer.transfer_type(), TransferType::TEXT);
        driver.server.assert_over();
    }
}

#[test]
fn the_errors_of_bad_options() {
    let script = [
        &opening_in_text("")[..5],
        &[
            hear("REST 7"),
            say("350 armed"),
            hear("RETR a"),
            say("150 here"),
        ],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    let options = TransferOptions::text().with_offset(7);
    let open = Open::retrieve("a").expect("a path").with_options(&options);
    let transfer = driver.run(open).expect("it opens");
    assert_eq!(
        (transfer.offset(), transfer.transfer_type()),
        (7, TransferType::TEXT)
    );
    driver.server.assert_over();
}

#[test]
fn uploads_begin_at_an_offset_too() {
    for (open, line) in [(Open::store("a"), "STOR a"), (Open::append("a"), "APPE a")] {
        let script = [
            &up_to_connect()[..],
            &[
                hear("REST 4096"),
                say("350 armed"),
                hear(line),
                say("150 here"),
            ],
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        let open = open.expect("a path").with_offset(4096);
        assert_eq!(driver.run(open).expect("it opens").offset(), 4096);
        driver.server.assert_over();
    }
}

// Tests of data commands with any name.

#[test]
fn a_command_of_the_server_s_own_is_a_transfer() {
    for (direction, line, sent) in [
        (Direction::Download, "NLST -a", "NLST -a"),
        (Direction::Download, "list -laR /pub", "LIST -laR /pub"),
        (Direction::Download, "XTAR pub", "XTAR pub"),
        (Direction::Upload, "XPUT a b", "XPUT a b"),
        (Direction::Upload, "XPUT", "XPUT"),
    ] {
        let end = match direction {
            Direction::Upload => "close graceful upload",
            Direction::Download => "close graceful download",
        };
        let script = [&opening(sent)[..], &[serve(end), say("226 done")], &pwd()].concat();
        let mut driver = logged_in(Config::default(), script);
        let open = Open::command(direction, line, TransferType::Image).expect("a data command");
        let transfer = driver.run(open).expect("it opens");
        assert_eq!(transfer.direction(), direction);
        driver
            .run(Finish::new(transfer, 12, DataEnd::Clean))
            .expect("it is confirmed");
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn a_command_that_is_known_to_be_something_else_is_misuse() {
    let data = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"];
    for verb in Verb::KNOWN {
        let lower = verb.as_str().to_lowercase();
        for line in [verb.to_string(), format!("{lower} x")] {
            let open = Open::command(Direction::Download, &line, TransferType::Image);
            if data.contains(&verb.as_str()) {
                assert!(open.is_ok(), "{line}");
                continue;
            }
            let error = open.map(drop).expect_err(&line);
            assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
            assert_eq!(error.command(), Some(verb.as_str()));
        }
    }
    for line in [
        "",
        " ",
        "XY",
        "X-Y a",
        "RETR",
        "NLST a\r\nDELE b",
        "NLST a\0",
    ] {
        let open = Open::command(Direction::Download, line, TransferType::Image);
        // `RETR` without an argument is accepted, since the library does not know whether a command
        // needs an argument.
        assert_eq!(open.is_ok(), line == "RETR", "{line:?}");
    }
}

#[test]
fn a_command_of_any_name_under_tls_is_protected_or_fails_closed() {
    let open = |line| {
        Open::command(Direction::Download, line, TransferType::Image).expect("a data command")
    };
    let script = [opening("XTAR pub"), vec![serve("secure data")]].concat();
    let mut driver = logged_in(explicit(), script);
    let transfer = driver.run(open("XTAR pub")).expect("it opens");
    assert!(transfer.is_protected());
    driver.server.assert_over();
    // Data connections are not protected, because the server refused PROT P or the program sent
    // PROT C.
    for (at, more) in [
        (11, vec![say("534 no")]),
        (12, vec![hear("PROT C"), say("200 clear")]),
    ] {
        for config in [explicit(), explicit().with_data_mode(active().data_mode)] {
            let script = [&secure_login()[..at], &more].concat();
            let mut driver = scripted(config, script);
            driver.outcome(&Op::Greeting);
            driver.outcome(&Op::Login);
            if at == 12 {
                driver.outcome(&Op::Raw("PROT C"));
            }
            driver.server.assert_over();
            driver.forget();
            let mut sent = Vec::new();
            if driver.session.config().data_mode == active().data_mode {
                driver.server.extend([hear("TYPE I"), say("200 I")]);
                sent.push("TYPE I");
                let listen = Reaction::Listening(([192, 0, 2, 7], 2000).into());
                driver
                    .server
                    .extend([Item::Serve("listen", listen), serve("close discard")]);
            }
            let outcome = driver.tell(open("XTAR pub"));
            assert!(outcome.starts_with("Insecure"), "{outcome}");
            driver.server.assert_over();
            assert_eq!(driver.wire, sent);
        }
    }
}

// Tests of PRET, a command that announces the data command to the server.

/// Creates a session whose FEAT lists PRET.
fn announcing(config: Config, items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let script = [hear("FEAT"), say("211-F\r\n PRET\r\n211 End")];
    let mut driver = logged_in(config, script);
    driver.outcome(&Op::Feat);
    driver.server.extend(items);
    driver.forget();
    driver
}

fn type_i() -> [Item; 2] {
    [hear("TYPE I"), say("200 I")]
}

#[test]
fn pret_comes_before_epsv_if_it_is_listed() {
    for (open, line) in [
        (Open::retrieve("a b"), "RETR a b"),
        (Open::store("a b"), "STOR a b"),
        (Open::store_unique(None::<&str>), "STOU"),
    ] {
        let script = [
            &type_i()[..],
            &[hear(&format!("PRET {line}")), say("200 planned")],
            &up_to_connect()[2..],
            &[hear(line), say("150 here")],
        ]
        .concat();
        let mut driver = announcing(Config::default(), script);
        let outcome = driver.tell(open.expect("a path"));
        assert!(outcome.starts_with("Transfer"), "{outcome}");
        driver.server.assert_over();
    }
}

#[test]
fn pret_is_not_sent_if_it_is_not_listed_or_feat_was_not_sent() {
    for features in ["211-F\r\n PRETTY\r\n211 End", "502 no"] {
        let script = [&[hear("FEAT"), say(features)][..], &opening("RETR a")].concat();
        let mut driver = logged_in(Config::default(), script);
        driver.outcome(&Op::Feat);
        assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
        driver.server.assert_over();
    }
    assert_eq!(plain(Op::Retrieve("a", 0), opening("RETR a")), DOWNLOADING);
}

#[test]
fn pret_is_not_for_active_mode() {
    let listen = Reaction::Listening(([192, 0, 2, 7], 2000).into());
    let script = [
        &type_i()[..],
        &[
            Item::Serve("listen", listen),
            hear("EPRT |1|192.0.2.7|2000|"),
            say("200 ok"),
            hear("RETR a"),
            say("150 here"),
            serve("accept"),
        ],
    ]
    .concat();
    let mut driver = announcing(active(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn pret_that_is_refused_is_the_refusal_of_the_transfer() {
    for (reply, kind) in [
        ("550 no such file", "Permanent"),
        ("530 no slave", "Permanent"),
        ("500 what", "Permanent"),
        ("450 later", "Transient"),
        ("350 hm", "UnexpectedReply"),
    ] {
        let pret = [hear("PRET RETR a"), say(reply)];
        let script = [&type_i()[..], &pret, &pwd_after(reply)].concat();
        let mut driver = announcing(Config::default(), script);
        assert_eq!(
            driver.outcome(&Op::Retrieve("a", 0)),
            format!("{kind} Some(\"PRET\") Some(\"{reply}\") None")
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn pret_is_sent_once_if_epsv_is_refused_and_again_if_its_port_is_filtered() {
    let planned = || [hear("PRET RETR a"), say("200 planned")];
    let opened = |port| {
        let connect = if port == 6446 {
            serve("connect peer:6446")
        } else {
            serve("connect peer:6447")
        };
        [connect, hear("RETR a"), say("150 here")]
    };
    let pasv = |port: u16| {
        [
            hear("PASV"),
            say(&format!("227 (10,0,0,1,25,{})", port - 6400)),
        ]
    };
    let refused = [
        &type_i()[..],
        &planned(),
        &[hear("EPSV"), say("500 what")],
        &pasv(6446),
        &opened(6446),
    ]
    .concat();
    let mut driver = announcing(Config::default(), refused);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();

    let filtered = [
        &type_i()[..],
        &planned(),
        &[hear("EPSV"), say("229 (|||6446|)")],
        &[fails("connect peer:6446", ErrorKind::Io)],
        &planned(),
        &pasv(6447),
        &opened(6447),
    ]
    .concat();
    let mut driver = announcing(Config::default(), filtered);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

/// If the server refuses TYPE A, the listing comes in TYPE I. For the next listing, the client uses
/// TYPE I at once.
#[test]
fn a_listing_comes_in_type_i_where_type_a_is_refused() {
    for refusal in ["504 binary only", "500 what", "550 no"] {
        let listed = [
            serve("connect peer:6446"),
            hear("LIST"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
        ];
        let port = [hear("EPSV"), say("229 (|||6446|)")];
        let text = [hear("TYPE A"), say(refusal)];
        let binary = [hear("TYPE I"), say("200 I")];
        let script = [&text[..], &port, &binary, &listed, &port, &listed].concat();
        let mut driver = logged_in(Config::default(), script);
        for _ in 0..2 {
            let transfer = driver.run(Open::list(None::<&str>).expect("a listing"));
            let transfer = transfer.expect("it opens");
            assert_eq!(transfer.transfer_type(), TransferType::Image);
            let end = Finish::new(transfer, 12, DataEnd::Clean);
            driver.run(end).expect("it is confirmed");
        }
        driver.server.assert_over();
    }
}

/// The program asks for a download as text, but the server refuses TYPE A. The download must fail,
/// and must not come in another type.
#[test]
fn a_download_in_type_a_fails_where_that_is_refused() {
    let script = [hear("TYPE A"), hear("EPSV"), say("504 binary only")];
    let mut driver = logged_in(Config::default(), script);
    let open = Open::retrieve("a")
        .expect("a path")
        .with_type(TransferType::TEXT);
    driver.run(open).expect_err("no text");
    driver.server.assert_over();
}
