//! The flow `Restore`, which brings a new connection to the state of the old one.

use std::sync::{Arc, Mutex};

use ftp_proto::{
    Config, ErrorKind, Observed, Pipelining, Protection, Session, Standing, Step, TransferType,
    Wait, Want, flows,
};

use crate::support::*;

fn cwd(path: &str) -> flows::ChangeDirectory {
    flows::ChangeDirectory::new(path).expect("a path")
}

fn option(line: &str) -> flows::SetOption {
    flows::SetOption::new(line).expect("a line")
}

fn restore(standing: Standing) -> flows::Restore {
    flows::Restore::new(credentials(), standing).expect("the way is known")
}

/// Creates a session that has received its greeting. `items` is the dialogue after the greeting.
fn connected(config: Config, items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = scripted(config, [say("220 ready")]);
    driver.outcome(&Op::Greeting);
    driver.server.extend(items);
    driver
}

/// Restores a standing on a new session in clear text. Returns the commands that the client sends,
/// without those of the login. The server accepts all of them.
#[track_caller]
fn told_again(standing: Standing) -> Vec<String> {
    let mut session = Session::new(Config::default());
    session.receive(b"220 ready\r\n");
    let mut driver = Driver::new(Config::default(), Yes::default());
    driver.session = session;
    driver.run(restore(standing)).expect("it is restored");
    let login = ["USER ada", "PASS hunter2"];
    driver.wire.retain(|line| !login.contains(&line.as_str()));
    driver.wire
}

/// A server that replies 200 to every command. The number counts the replies that it still has to
/// send.
#[derive(Default)]
struct Yes(usize);

impl Server for Yes {
    fn hear(&mut self, _: &str) {
        self.0 += 1;
    }

    fn arrival(&mut self, _: Wait) -> Arrival {
        if self.0 == 0 {
            return Arrival::Silence;
        }
        self.0 -= 1;
        Arrival::Bytes(b"200 yes\r\n".to_vec())
    }

    fn serve(&mut self, want: &str) -> Reaction {
        panic!("{want}");
    }
}

/// Runs a session in clear text with this script. Returns its standing: the directory and settings
/// that a new connection would need.
fn stood(script: &[Item], act: impl FnOnce(&mut Driver<Script>)) -> Standing {
    let mut driver = logged_in(Config::default(), script.iter().cloned());
    act(&mut driver);
    driver.server.assert_over();
    driver.session.standing()
}

fn done(line: &str) -> [Item; 2] {
    [hear(line), say("250 done")]
}

#[test]
fn restore_of_a_session_without_settings_is_a_login() {
    assert!(told_again(Standing::default()).is_empty());
    assert!(told_again(stood(&[], |_| {})).is_empty());
}

#[test]
fn restore_sends_its_commands_in_order() {
    let script = [
        done("CWD pub"),
        done("TYPE A"),
        done("LANG fr"),
        done("OPTS UTF8 ON"),
        done("CLNT ftp 1.0"),
        done("HOST b.example.org"),
        done("CDUP"),
    ]
    .concat();
    let standing = stood(&script, |driver| {
        driver.tell(cwd("pub"));
        driver.outcome(&Op::Type(TransferType::TEXT));
        driver.tell(flows::Language::new(Some("fr")).expect("a tag"));
        driver.tell(option("UTF8 ON"));
        driver.tell(flows::ClientName::new("ftp 1.0").expect("a name"));
        driver.tell(flows::Host::new("b.example.org").expect("a name"));
        driver.tell(cwd(".."));
    });
    let script = [
        &[hear("HOST b.example.org"), say("220 that one")][..],
        &plain_login()[1..],
        &done("LANG fr"),
        &done("OPTS UTF8 ON"),
        &done("CLNT ftp 1.0"),
        &done("TYPE A"),
        &done("CWD pub"),
        &done("CDUP"),
    ]
    .concat();
    let mut driver = connected(Config::default(), script);
    assert_eq!(driver.tell(restore(standing)), "()");
    driver.server.assert_over();
    assert!(driver.session.is_logged_in());
    assert_eq!(driver.session.transfer_type(), Some(TransferType::TEXT));
    // A second restore, from the restored session, must send the same commands again.
    let again = told_again(driver.session.standing());
    let lines = [
        "HOST b.example.org",
        "LANG fr",
        "OPTS UTF8 ON",
        "CLNT ftp 1.0",
        "TYPE A",
        "CWD pub",
        "CDUP",
    ];
    assert_eq!(again, lines);
}

#[test]
fn restore_under_tls_sends_host_before_auth_and_prot_once() {
    let mut driver = connected(explicit(), done("HOST b.example.org"));
    driver.tell(flows::Host::new("b.example.org").expect("a name"));
    driver.server.extend(secure_login().drain(1..));
    driver.outcome(&Op::Login);
    driver.server.extend(done("CWD /pub"));
    driver.tell(cwd("/pub"));
    driver.server.assert_over();
    let standing = driver.session.standing();
    let script = [
        &done("HOST b.example.org")[..],
        &secure_login()[1..],
        &done("CWD /pub"),
    ]
    .concat();
    let mut driver = connected(explicit(), script);
    assert_eq!(driver.tell(restore(standing)), "()");
    driver.server.assert_over();
    assert_eq!(driver.session.protection(), Protection::Private);
}

#[test]
fn restore_brings_clear_data_by_choice_back() {
    let config = || explicit().with_protection(Protection::Clear);
    let login = &secure_login()[1..8];
    let clear = [
        hear("PBSZ 0"),
        say("200 PBSZ=0"),
        hear("PROT C"),
        say("200 clear"),
    ];
    let mut driver = connected(config(), [login, &clear[..]].concat());
    driver.outcome(&Op::Login);
    driver.tell(flows::Protect::new(Protection::Clear));
    let standing = driver.session.standing();
    let mut driver = connected(config(), [login, &clear[..]].concat());
    assert_eq!(driver.tell(restore(standing)), "()");
    driver.server.assert_over();
}

#[test]
fn standing_keeps_the_last_setting_of_each_kind() {
    let script = [
        done("OPTS UTF8 ON"),
        done("OPTS MLST type;size;"),
        done("OPTS utf8 OFF"),
        done("CLNT a"),
        done("LANG fr"),
        done("CLNT b"),
        done("LANG"),
        [hear("OPTS MLST type;"), say("501 no")],
        [hear("CLNT c"), say("500 what")],
    ]
    .concat();
    let standing = stood(&script, |driver| {
        driver.tell(option("UTF8 ON"));
        driver.tell(option("MLST type;size;"));
        driver.outcome(&Op::Raw("opts utf8 OFF"));
        driver.tell(flows::ClientName::new("a").expect("a name"));
        driver.tell(flows::Language::new(Some("fr")).expect("a tag"));
        driver.outcome(&Op::Raw("CLNT b"));
        driver.tell(flows::Language::new(None::<&str>).expect("no tag"));
        driver.tell(option("MLST type;"));
        driver.tell(flows::ClientName::new("c").expect("a name"));
    });
    assert_eq!(
        told_again(standing),
        ["OPTS MLST type;size;", "OPTS utf8 OFF", "CLNT b", "LANG"]
    );
}

#[test]
fn standing_is_bounded_however_many_settings_there_are() {
    let script: Vec<_> = (0..200)
        .flat_map(|n| done(&format!("OPTS X{n} ON")))
        .collect();
    let standing = stood(&script, |driver| {
        for n in 0..200 {
            driver.tell(option(&format!("X{n} ON")));
        }
    });
    assert_eq!(told_again(standing).len(), 64);
}

#[test]
fn standing_takes_relative_steps_and_an_absolute_path_resets() {
    let script = [
        done("CWD a"),
        done("CWD b/c"),
        [hear("CWD nowhere"), say("550 no")],
        done("CDUP"),
    ]
    .concat();
    let steps = |driver: &mut Driver<Script>| {
        driver.tell(cwd("a"));
        driver.outcome(&Op::Raw("CWD b/c"));
        driver.tell(cwd("nowhere"));
        driver.tell(cwd(".."));
    };
    let standing = stood(&script, steps);
    assert_eq!(told_again(standing), ["CWD a", "CWD b/c", "CDUP"]);
    let script = [&script[..], &done("CWD /x"), &done("CWD y")].concat();
    let standing = stood(&script, |driver| {
        steps(driver);
        driver.tell(cwd("/x"));
        driver.tell(cwd("y"));
    });
    assert_eq!(told_again(standing), ["CWD /x", "CWD y"]);
}

#[test]
fn standing_counts_the_fallback_of_cdup_as_one_step() {
    let script = [&[hear("CDUP"), say("502 no")][..], &done("CWD ..")].concat();
    let standing = stood(&script, |driver| drop(driver.tell(cwd(".."))));
    assert_eq!(told_again(standing), ["CDUP"]);
}

#[test]
fn standing_is_reset_by_pwd_once_the_directory_was_changed() {
    let at = |path: &str| [hear("PWD"), say(&format!("257 \"{path}\""))];
    // The client has sent no CWD, so it is in its home directory. It must send no CWD on a new
    // connection, because the home directory may have another path after the next login.
    let standing = stood(&at("/home/ada"), |driver| drop(driver.outcome(&Op::Pwd)));
    assert!(told_again(standing).is_empty());
    let script = [done("CWD a"), at("/srv/a"), done("CWD b")].concat();
    let standing = stood(&script, |driver| {
        driver.tell(cwd("a"));
        driver.outcome(&Op::Pwd);
        driver.tell(cwd("b"));
    });
    assert_eq!(told_again(standing), ["CWD /srv/a", "CWD b"]);
    // A 257 without a path does not change what the client knows about the directory.
    let script = [done("CWD a"), [hear("PWD"), say("257 here")]].concat();
    let standing = stood(&script, |driver| {
        driver.tell(cwd("a"));
        driver.outcome(&Op::Pwd);
    });
    assert_eq!(told_again(standing), ["CWD a"]);
}

#[test]
fn standing_is_not_changed_by_a_fence() {
    let script = [
        &done("CWD a")[..],
        &[say("250 stray")],
        &fence(),
        &done("NOOP"),
    ]
    .concat();
    let standing = stood(&script, |driver| {
        driver.tell(cwd("a"));
        driver.outcome(&Op::Noop);
    });
    assert_eq!(told_again(standing), ["CWD a"]);
}

#[test]
fn standing_is_cleared_by_rein() {
    let script = [
        done("CWD a"),
        done("OPTS UTF8 ON"),
        [hear("REIN"), say("220 again")],
    ]
    .concat();
    let standing = stood(&script, |driver| {
        driver.tell(cwd("a"));
        driver.tell(option("UTF8 ON"));
        driver.tell(flows::Reinitialize::new());
    });
    assert!(told_again(standing).is_empty());
}

#[track_caller]
fn assert_lost(standing: Standing) {
    let error = flows::Restore::new(credentials(), standing)
        .map(drop)
        .expect_err("the way is lost");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn standing_of_too_many_steps_is_lost_until_a_path_is_known() {
    let steps = |count| {
        let script: Vec<_> = (0..count).flat_map(|_| done("CWD a")).collect();
        let mut driver = logged_in(Config::default(), script);
        for _ in 0..count {
            driver.tell(cwd("a"));
        }
        driver
    };
    assert_eq!(told_again(steps(256).session.standing()).len(), 256);
    let mut driver = steps(257);
    assert_lost(driver.session.standing());
    // The client no longer knows the current directory. A relative CWD does not tell it, so the
    // directory stays unknown until PWD.
    driver.server.extend(done("CWD b"));
    driver.tell(cwd("b"));
    assert_lost(driver.session.standing());
    driver.server.extend(pwd());
    driver.outcome(&Op::Pwd);
    assert_eq!(told_again(driver.session.standing()), ["CWD /here"]);
    let mut driver = steps(300);
    driver.server.extend(done("CWD /x"));
    driver.tell(cwd("/x"));
    assert_eq!(told_again(driver.session.standing()), ["CWD /x"]);
}

#[test]
fn standing_is_lost_with_a_cwd_that_was_given_up() {
    for path in ["a", "/a", ".."] {
        let line = match path {
            ".." => "CDUP".into(),
            path => format!("CWD {path}"),
        };
        let script = [hear(&line), Item::Silence, Item::Silence];
        let mut driver = logged_in(Config::default(), script);
        assert!(driver.tell(cwd(path)).starts_with("Timeout"));
        driver.server.extend(fence());
        driver.server.extend(done("NOOP"));
        assert_eq!(driver.outcome(&Op::Noop), "250 done");
        driver.server.assert_over();
        assert_lost(driver.session.standing());
        driver.server.extend(pwd());
        driver.outcome(&Op::Pwd);
        assert_eq!(told_again(driver.session.standing()), ["CWD /here"]);
    }
}

#[test]
fn standing_knows_a_cwd_whose_answer_came_when_its_flow_was_gone() {
    for (reply, lines) in [("250 there", &["CWD a"][..]), ("550 no", &[])] {
        let mut driver = logged_in(Config::default(), [hear("CWD a")]);
        driver.drop_after = 4 * 2 - 1;
        assert_eq!(driver.tell(cwd("a")), "dropped");
        driver.server.extend([say(reply)]);
        driver.server.extend(done("NOOP"));
        driver.outcome(&Op::Noop);
        driver.server.assert_over();
        assert_eq!(told_again(driver.session.standing()), lines);
    }
}

#[test]
fn restore_that_is_refused_names_the_step_and_stays_in_step() {
    let lines = [
        "HOST b.example.org",
        "USER ada",
        "PASS hunter2",
        "OPTS UTF8 ON",
        "TYPE I",
        "CWD a",
        "CWD b",
    ];
    let script = [
        done("HOST b.example.org"),
        done("OPTS UTF8 ON"),
        done("TYPE I"),
        done("CWD a"),
        done("CWD b"),
    ]
    .concat();
    let standing = || {
        stood(&script, |driver| {
            driver.tell(flows::Host::new("b.example.org").expect("a name"));
            driver.tell(option("UTF8 ON"));
            driver.outcome(&Op::Type(TransferType::Image));
            driver.tell(cwd("a"));
            driver.tell(cwd("b"));
        })
    };
    for refused in 0..lines.len() {
        for (reply, kind) in [("550 no", "Permanent"), ("450 later", "Transient")] {
            let mut script: Vec<Item> = lines[..refused]
                .iter()
                .flat_map(|line| match *line {
                    "USER ada" => [hear(line), say("331 password")],
                    line => done(line),
                })
                .collect();
            script.extend([hear(lines[refused]), say(reply)]);
            script.extend(pwd());
            let mut driver = connected(Config::default(), script);
            let verb = &lines[refused].split(' ').next().unwrap_or_default();
            assert_eq!(
                driver.tell(restore(standing())),
                format!("{kind} Some(\"{verb}\") Some(\"{reply}\") None")
            );
            assert_eq!(driver.outcome(&Op::Pwd), "/here");
            driver.server.assert_over();
        }
    }
}

#[test]
fn restore_fails_before_a_byte_if_the_directory_is_unknown() {
    let script: Vec<_> = (0..257).flat_map(|_| done("CWD a")).collect();
    let standing = stood(&script, |driver| {
        for _ in 0..257 {
            driver.tell(cwd("a"));
        }
    });
    let error = flows::Restore::new(credentials(), standing)
        .map(drop)
        .expect_err("the way is lost");
    let why = error.inner().expect("a reason");
    assert!(why.to_string().contains("call `pwd`"), "{why}");
}

#[test]
fn invariant_13_restore_does_not_print_the_password() {
    let canary = "tr0ub4dor&3-canary";
    let credentials = flows::Credentials::new("ada", canary)
        .and_then(|credentials| credentials.with_account(canary))
        .expect("credentials");
    let restore = flows::Restore::new(credentials, Standing::default()).expect("it is known");
    let shown = format!("{restore:?} {restore:#?}");
    assert!(shown.contains("ada") && !shown.contains(canary), "{shown}");
}

#[test]
fn successor_has_the_settings_and_takes_the_observer_with_it() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let config = explicit().with_protection(Protection::Clear);
    let mut old = Session::new(config.clone());
    old.observe(move |observed| {
        let note = match observed {
            Observed::Sent(command) | Observed::Fence(command) => command.to_string(),
            Observed::Received(reply) => reply.to_string(),
            _ => return,
        };
        notes.lock().expect("the notes").push(note);
    });
    old.receive(b"220 old\r\n");
    let mut new = old.successor();
    assert_eq!(new.config(), &config);
    assert!(!new.is_dead() && !new.is_logged_in() && new.greeting().is_none());
    old.receive(b"421 unseen\r\n");
    new.receive(b"220 new\r\n");
    assert_eq!(*seen.lock().expect("the notes"), ["220 old", "220 new"]);
    assert!(old.is_dead() && !new.is_dead());
    // The successor of a successor must take the observer too, and must work after its predecessor
    // is dropped.
    let newest = new.successor();
    drop(new);
    let mut newest = newest;
    newest.receive(b"220 newest\r\n");
    assert_eq!(seen.lock().expect("the notes").len(), 3);
}

#[test]
fn successor_takes_no_answers_of_its_predecessor() {
    let mut old = logged_in(Config::default(), []).session;
    let mut new = old.successor();
    let (mut running, want) = waiting(&mut old, flows::Pwd::new());
    assert!(new.step(&mut running, want.timed_out()).is_err());
    assert!(!new.is_dead() && new.outgoing().is_empty());
}

/// The flight of the login asks for a port too. What brings the session back to its directory
/// leaves only after the server has named the port, although a look before finds nothing.
#[test]
fn rule_no_command_leaves_before_the_flight_of_the_login_is_answered() {
    let pipelining = Pipelining::always().with_transfer_next(true);
    let config = Config::default().with_pipelining(pipelining);
    let login = [hear("USER ada"), say("230 in")];
    let mut driver = connected(Config::default(), [&login[..], &done("CWD /pub")].concat());
    driver.outcome(&Op::Login);
    driver.tell(cwd("/pub"));
    let standing = driver.session.standing();

    let mut session = connected(config, []).session;
    let (mut running, mut answer) = session.start(restore(standing));
    let mut replies = [
        "331 password",
        "230 in",
        "200 I",
        "229 (|||6446|)",
        "250 done",
    ]
    .iter();
    let mut sent = Vec::new();
    while let Step::Want(want) = session.step(&mut running, answer).expect("in step") {
        sent.extend(session.take_outgoing());
        let Want::Receive(receive) = want else {
            panic!("{want:?} is no wait for a reply");
        };
        answer = match receive.wait() {
            Wait::Arrived => receive.timed_out(),
            _ => {
                let reply = replies.next().expect("no more replies are due");
                if reply.starts_with("229") {
                    assert!(sent.ends_with(b"EPSV\r\n"), "CWD has left already");
                }
                session.receive(format!("{reply}\r\n").as_bytes());
                receive.received()
            }
        };
    }
    assert!(sent.ends_with(b"CWD /pub\r\n"));
}
