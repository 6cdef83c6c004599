//! Pipelining in active mode: EPRT (or PORT) leaves together with the data command. A script that
//! has two lines to hear before the first reply demands that both leave in one flight.

use std::net::SocketAddr;

use ftp_proto::{Capability, Config, DataMode, Options, Pipelining, Session, Support};

use super::pipelining::{DONE, Do, after_login, always, ended, from_greeting, perform, support};
use crate::support::*;

/// Settings with which all leaves together that the server is known to accept.
fn flying() -> Config {
    always().with_data_mode(DataMode::Active)
}

/// The client listens on this port.
fn listen(port: u16) -> Item {
    let local = SocketAddr::from(([192, 0, 2, 7], port));
    Item::Serve("listen", Reaction::Listening(local))
}

fn eprt(port: u16) -> Item {
    hear(&format!("EPRT |1|192.0.2.7|{port}|"))
}

/// A transfer, up to its 150, in which each command waits for the reply to the one before.
fn alone(port: u16, command: &str) -> Vec<Item> {
    vec![
        listen(port),
        eprt(port),
        say("200 told"),
        hear(command),
        serve("accept"),
        say("150 here"),
    ]
}

/// The first transfer of a session, to its end. It shows that the server accepts EPRT.
fn first() -> Vec<Item> {
    let set = vec![hear("TYPE I"), say("200 I")];
    [set, alone(2000, "RETR a"), ended(&["226 done"])].concat()
}

/// A further transfer, up to its 150, whose data command leaves with EPRT.
fn further(port: u16, command: &str) -> Vec<Item> {
    vec![
        listen(port),
        eprt(port),
        hear(command),
        say("200 told"),
        serve("accept"),
        say("150 here"),
    ]
}

/// A whole further transfer, whose data command leaves with EPRT.
fn whole(port: u16, command: &str) -> Vec<Item> {
    [further(port, command), ended(&["226 done"])].concat()
}

/// Runs a first download, and a second one that follows this script. Then it checks that the session
/// is in step. Returns the outcome of the second download.
#[track_caller]
fn second(what: Do, script: &[Item], after: &[Item]) -> String {
    let script = [&first(), script, after, &pwd()].concat();
    let (outcomes, _) = after_login(&flying(), &script, &[Do::Get("a"), what, Do::Pwd]);
    assert_eq!((&outcomes[0][..], &outcomes[2][..]), (DONE, "/here"));
    outcomes[1].clone()
}

/// Runs the operations after a login, with a client that must wait for each reply before it sends the
/// next command. Returns the outcomes.
#[track_caller]
fn alone_to(config: Config, script: Vec<Item>, all: &[Do]) -> Vec<String> {
    let mut driver = logged_in(config, []);
    driver.server = Script::new(script).strict();
    let outcomes = all.iter().map(|it| perform(&mut driver, *it)).collect();
    driver.server.assert_over();
    outcomes
}

/// The second download of the session, of which these are the replies to EPRT and RETR. The client
/// closes its listener.
fn refused(replies: &[&str], closing: &'static str, more: &[&str]) -> Vec<Item> {
    let mut items = vec![listen(2001), eprt(2001), hear("RETR b")];
    items.extend(replies.iter().map(|reply| say(reply)));
    items.push(serve(closing));
    items.extend(more.iter().map(|reply| say(reply)));
    items
}

// What leaves together.

#[test]
fn eprt_and_the_data_command_leave_together_after_eprt_has_worked() {
    let script = [
        first(),
        whole(2001, "RETR b"),
        further(2002, "STOR c"),
        vec![serve("close graceful upload"), say("226 done")],
        whole(2003, "RETR d"),
    ];
    let all = [Do::Get("a"), Do::Get("b"), Do::Put("c"), Do::Get("d")];
    let (outcomes, _) = after_login(&flying(), &script.concat(), &all);
    assert_eq!(outcomes, [DONE; 4]);
}

#[test]
fn eprt_and_retr_leave_together_to_a_server_that_its_greeting_names() {
    let script = [
        vec![
            say("220 ProFTPD Server ready"),
            hear("USER ada"),
            say("230 in"),
        ],
        first(),
        whole(2001, "RETR b"),
    ];
    let config = Config::default().with_data_mode(DataMode::Active);
    let all = [Do::Login, Do::Get("a"), Do::Get("b")];
    let (outcomes, _) = from_greeting(&config, &script.concat(), &all);
    assert_eq!(outcomes, ["230 in", DONE, DONE]);
}

#[test]
fn an_unknown_server_gets_one_command_at_a_time() {
    let script = [first(), alone(2001, "RETR b"), ended(&["226 done"])];
    let all = [Do::Get("a"), Do::Get("b")];
    assert_eq!(alone_to(active(), script.concat(), &all), [DONE, DONE]);
}

#[test]
fn port_leaves_with_the_data_command_after_eprt_was_refused() {
    let port = |low: u16| hear(&format!("PORT 192,0,2,7,7,{low}"));
    let by_port = vec![
        hear("TYPE I"),
        say("200 I"),
        listen(2000),
        eprt(2000),
        say("500 what"),
        port(208),
        say("200 told"),
        hear("RETR a"),
        serve("accept"),
        say("150 here"),
    ];
    let together = |low, replies: &[&str], then: &'static str| {
        let mut items = vec![listen(1792 + low), port(low), hear("RETR b")];
        items.extend(replies.iter().map(|reply| say(reply)));
        items.push(serve(then));
        items
    };
    let script = [
        by_port,
        ended(&["226 done"]),
        together(209, &["200 told"], "accept"),
        vec![say("150 here")],
        ended(&["226 done"]),
        together(210, &["500 no", "503 PORT first"], "close discard"),
        pwd().to_vec(),
    ];
    let all = [Do::Get("a"), Do::Get("b"), Do::Get("b"), Do::Pwd];
    let (outcomes, _) = after_login(&flying(), &script.concat(), &all);
    let refused = "Permanent Some(\"PORT\") Some(\"500 no\") None";
    assert_eq!(outcomes, [DONE, DONE, refused, "/here"]);
}

#[test]
fn rest_and_retr_leave_with_eprt_after_rest_has_worked() {
    let apart = [
        alone(2001, "")[..3].to_vec(),
        vec![
            hear("REST 7"),
            say("350 ok"),
            hear("RETR b"),
            serve("accept"),
            say("150 here"),
        ],
        ended(&["226 done"]),
    ];
    let together = |port, reply: &str| {
        let lines = ["REST 7", "RETR c"].map(hear);
        let replies = ["200 told", reply].map(say);
        [&[listen(port), eprt(port)][..], &lines, &replies].concat()
    };
    let script = [
        first(),
        apart.concat(),
        together(2002, "350 ok"),
        vec![serve("accept"), say("150 here")],
        ended(&["226 done"]),
        // This time the server refuses REST, and connects to send the whole file.
        together(2003, "502 no"),
        vec![
            serve("close discard"),
            say("150 here"),
            say("425 cannot connect"),
        ],
        pwd().to_vec(),
    ];
    let gets = [Do::Get("a"), Do::Rest("b"), Do::Rest("c"), Do::Rest("c")];
    let all = [&gets[..], &[Do::Pwd]].concat();
    let (outcomes, _) = after_login(&flying(), &script.concat(), &all);
    let refused = "Permanent Some(\"REST\") Some(\"502 no\") None";
    assert_eq!(outcomes, [DONE, DONE, DONE, refused, "/here"]);
}

#[test]
fn rule_an_upload_waits_for_rest() {
    let restarted = vec![
        listen(2001),
        eprt(2001),
        say("200 told"),
        hear("REST 7"),
        say("350 ok"),
        hear("STOR b"),
        serve("accept"),
        say("150 here"),
        serve("close graceful upload"),
        say("226 done"),
    ];
    let script = [first(), restarted].concat();
    let all = [Do::Get("a"), Do::RestPut("b")];
    assert_eq!(alone_to(flying(), script, &all), [DONE, DONE]);
}

/// If STOR had no address, ProFTPD would empty the file before it refuses STOR.
#[test]
fn rule_an_upload_leaves_only_with_an_eprt_that_has_worked_in_this_session() {
    let (_, worked) = after_login(&flying(), &first(), &[Do::Get("a")]);
    let known = worked.session.capabilities();
    let set = vec![hear("TYPE I"), say("200 I")];
    let stored = vec![serve("close graceful upload"), say("226 done")];
    for (what, script) in [
        (Do::Put("b"), [alone(2000, "STOR b"), stored].concat()),
        (Do::Get("b"), whole(2000, "RETR b")),
    ] {
        let options = Options::new("ftp.example.org").with_capabilities(known.clone());
        let options = options.with_config(|_| flying());
        let mut driver = scripted(flying(), plain_login());
        driver.session = Session::with_options(&options);
        driver.outcome(&Op::Greeting);
        driver.outcome(&Op::Login);
        let script = Script::new([set.clone(), script].concat());
        driver.server = match what {
            Do::Put(_) => script.strict(),
            _ => script,
        };
        assert_eq!(perform(&mut driver, what), DONE);
        driver.server.assert_over();
    }
}

#[test]
fn rule_an_upload_waits_for_port() {
    let by_port = |before: &[Item]| {
        let port = hear("PORT 192,0,2,7,7,208");
        let told = [port, say("200 told"), hear("STOR a"), serve("accept")];
        let stored = [
            say("150 here"),
            serve("close graceful upload"),
            say("226 done"),
        ];
        let listen = [listen(2000)];
        [&listen[..], before, &told, &stored].concat()
    };
    let script = [
        vec![hear("TYPE I"), say("200 I")],
        by_port(&[eprt(2000), say("500 what")]),
        by_port(&[]),
    ];
    let all = [Do::Put("a"), Do::Put("a")];
    assert_eq!(alone_to(flying(), script.concat(), &all), [DONE, DONE]);
}

// What the server refuses.

/// The server refuses EPRT, and RETR too, because it has no address.
#[test]
fn rule_a_refused_eprt_fails_the_transfer_in_step_and_port_follows() {
    for (reply, kind) in [("500 what", "Permanent"), ("425 no", "Transient")] {
        for second_reply in ["425 use PORT first", "503 EPRT first", "500 what"] {
            // The second may be the first one, sent twice. A fence shows it.
            let after = match second_reply == reply {
                true => fence().to_vec(),
                false => Vec::new(),
            };
            let outcome = second(
                Do::Get("b"),
                &refused(&[reply, second_reply], "close discard", &[]),
                &after,
            );
            let wanted = format!("{kind} Some(\"EPRT\") Some(\"{reply}\") None");
            assert_eq!(outcome, wanted);
        }
    }
    let by_port = vec![
        listen(2002),
        hear("PORT 192,0,2,7,7,210"),
        hear("RETR c"),
        say("200 told"),
        serve("accept"),
        say("150 here"),
    ];
    let script = [
        first(),
        refused(&["500 what", "503 EPRT first"], "close discard", &[]),
        by_port,
        ended(&["226 done"]),
    ];
    let all = [Do::Get("a"), Do::Get("b"), Do::Get("c")];
    let (outcomes, _) = after_login(&flying(), &script.concat(), &all);
    assert_eq!(outcomes[2], DONE);
}

/// The server refuses EPRT, but runs RETR with an address that it has from elsewhere. Nothing of that
/// is taken for the file.
#[test]
fn invariant_a_refused_eprt_confirms_nothing_although_the_server_runs_retr() {
    for end in ["226 done", "425 cannot connect", "426 cut"] {
        let outcome = second(
            Do::Get("b"),
            &refused(&["500 what"], "close discard", &["150 here", end]),
            &[],
        );
        let wanted = "Permanent Some(\"EPRT\") Some(\"500 what\") None";
        assert_eq!(outcome, wanted, "{end}");
    }
}

#[test]
fn rule_a_refused_retr_closes_the_listener_and_leaves_the_session_in_step() {
    for (reply, kind) in [
        ("425 cannot connect", "Transient"),
        ("500 what", "Permanent"),
        ("503 what", "Permanent"),
        ("550 no file", "Permanent"),
    ] {
        let outcome = second(
            Do::Get("b"),
            &refused(&["200 told", reply], "close discard", &[]),
            &[],
        );
        let wanted = format!("{kind} Some(\"RETR\") Some(\"{reply}\") None");
        assert_eq!(outcome, wanted);
    }
}

#[test]
fn quirk_150_and_then_425_because_the_server_cannot_connect() {
    let replies = ["200 told", "150 here", "425 cannot connect"];
    let outcome = second(Do::Get("b"), &refused(&replies, "close discard", &[]), &[]);
    let wanted = "Transient Some(\"RETR\") Some(\"425 cannot connect\") None";
    assert_eq!(outcome, wanted);
}

/// All replies are there before the client accepts the connection.
#[test]
fn quirk_226_before_the_client_has_accepted_the_connection() {
    let script = vec![
        listen(2001),
        eprt(2001),
        hear("RETR b"),
        bytes(b"200 told\r\n150 here\r\n226 done\r\n"),
        serve("accept"),
        serve("close graceful download"),
    ];
    assert_eq!(second(Do::Get("b"), &script, &[]), DONE);
}

// Odd, missing and late replies.

#[test]
fn quirk_a_server_drops_retr_after_eprt() {
    let script = [
        first(),
        vec![
            listen(2001),
            eprt(2001),
            hear("RETR b"),
            say("200 told"),
            Item::Silence,
            serve("close discard"),
            Item::Silence,
            hear("ABOR"),
            serve("close discard"),
            say("226 nothing to abort"),
        ],
        fenced_pwd(),
        alone(2002, "RETR b"),
        ended(&["226 done"]),
    ];
    let all = [Do::Get("a"), Do::Get("b"), Do::Pwd, Do::Get("b")];
    let (outcomes, driver) = after_login(&flying(), &script.concat(), &all);
    assert!(outcomes[1].starts_with("Timeout(Accept)"), "{outcomes:?}");
    assert_eq!(outcomes[2..], ["/here", DONE]);
    assert_eq!(support(&driver, Capability::Pipelining), Support::Refused);
}

#[test]
fn successor_of_a_session_that_died_after_eprt_sends_one_command_at_a_time() {
    let died = vec![listen(2001), eprt(2001), hear("RETR b")];
    let end = vec![say("200 told"), Item::Eof];
    let script = [first(), died, end].concat();
    let all = [Do::Get("a"), Do::Get("b")];
    let (outcomes, mut driver) = after_login(&flying(), &script, &all);
    assert!(outcomes[1].starts_with("Closed"), "{outcomes:?}");
    let known = driver.session.successor().capabilities();
    assert_eq!(known.support(Capability::Pipelining), Support::Refused);
}

/// The second 200 is taken for one that comes before the 150, as some servers send it.
#[test]
fn quirk_200_to_eprt_comes_twice() {
    let script = vec![
        listen(2001),
        eprt(2001),
        hear("RETR b"),
        say("200 told"),
        say("200 told"),
        serve("accept"),
        say("150 here"),
    ];
    let script = [script, ended(&["226 done"])].concat();
    assert_eq!(second(Do::Get("b"), &script, &[]), DONE);
}

/// The reply to EPRT is lost, so the client cannot know whether the server has the address.
#[test]
fn invariant_without_a_reply_to_eprt_nothing_is_confirmed() {
    let lost = vec![
        listen(2001),
        eprt(2001),
        hear("RETR b"),
        say("150 here"),
        say("226 done"),
        serve("close discard"),
    ];
    let outcome = second(Do::Get("b"), &lost, &fence());
    assert!(outcome.starts_with("UnexpectedReply"), "{outcome}");
}

/// A stray seems to accept EPRT, and the refusal of EPRT seems to refuse RETR.
#[test]
fn invariant_a_stray_200_before_a_refused_eprt_confirms_nothing() {
    let replies = ["200 stray", "500 what"];
    let script = refused(&replies, "close discard", &[]);
    let wanted = "Permanent Some(\"RETR\") Some(\"500 what\") None";
    for late in [&[][..], &["226 done"], &["150 here", "226 done"]] {
        let strays = late.iter().map(|reply| say(reply));
        let fence = fence().into_iter().filter(|_| !late.is_empty());
        let after: Vec<_> = strays.chain(fence).collect();
        assert_eq!(second(Do::Get("b"), &script, &after), wanted, "{late:?}");
    }
}

#[test]
fn invariant_a_stray_226_before_the_150_confirms_nothing() {
    let script = vec![
        listen(2001),
        eprt(2001),
        hear("RETR b"),
        say("200 told"),
        say("226 stray"),
        say("150 here"),
        serve("accept"),
    ];
    let script = [script, ended(&["226 done"])].concat();
    let outcome = second(Do::Get("b"), &script, &fence());
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
}

/// A stray that comes while the session is idle is found before RETR is queued.
#[test]
fn rule_a_stray_before_eprt_and_retr_costs_no_transfer() {
    let script = [
        vec![listen(2001), say("226 late")],
        fence().to_vec(),
        alone(2001, "RETR b")[1..].to_vec(),
        ended(&["226 done"]),
    ];
    assert_eq!(second(Do::Get("b"), &script.concat(), &[]), DONE);
}

/// A stray seems to accept TYPE, which has left with PASS. The refusal of TYPE is a stray then, so the
/// client sets the type again before it asks for the file.
#[test]
fn invariant_a_stray_before_eprt_leaves_no_wrong_type() {
    let script = [
        vec![
            say("220 (vsFTPd 3.0.5)"),
            hear("USER ada"),
            say("331 password"),
            hear("PASS hunter2"),
            hear("TYPE I"),
            say("230 in"),
            say("200 stray"),
            listen(2000),
            say("504 no"),
        ],
        fence().to_vec(),
        vec![eprt(2000), say("200 told"), hear("TYPE I"), say("504 no")],
    ];
    let next = Pipelining::default().with_transfer_next(true);
    let config = active().with_pipelining(next);
    let all = [Do::Login, Do::Get("a")];
    let (outcomes, _) = from_greeting(&config, &script.concat(), &all);
    let refused = "Permanent Some(\"TYPE\") Some(\"504 no\") None";
    assert_eq!(outcomes, ["230 in", refused]);
}

#[test]
fn rule_abor_of_a_transfer_whose_retr_left_with_eprt_leaves_the_session_in_step() {
    for act in [&[Do::Abort][..], &[Do::Forget]] {
        for replies in [
            &["426 cut", "226 aborted"][..],
            &["226 done", "225 no transfer"],
        ] {
            let mut script = [first(), further(2001, "RETR b")].concat();
            script.extend([hear("ABOR"), serve("close abandon")]);
            script.extend(replies.iter().map(|reply| say(reply)));
            script.extend(fenced_pwd());
            script.extend(whole(2002, "RETR c"));
            let opened = [Do::Get("a"), Do::Open("b")];
            let all = [&opened, act, &[Do::Pwd, Do::Get("c")]].concat();
            let (outcomes, _) = after_login(&flying(), &script, &all);
            assert_eq!(outcomes[3..], ["/here", DONE], "{replies:?}");
        }
    }
}

/// A stray 550 seems to refuse STOR, whose own replies come after the next command. They do not answer
/// that command.
#[test]
fn invariant_the_replies_to_a_transfer_after_a_stray_refusal_answer_no_later_command() {
    for late in [&["150 here", "426 cut"][..], &["426 cut"]] {
        let late: Vec<_> = late.iter().map(|reply| say(reply)).collect();
        let script = [
            first(),
            refused(&["200 told", "550 stray"], "close discard", &[]),
            vec![hear("PWD")],
            late,
            vec![say("257 \"/late\"")],
            fenced_pwd(),
        ];
        let all = [Do::Get("a"), Do::Get("b"), Do::Pwd, Do::Pwd];
        let (outcomes, _) = after_login(&flying(), &script.concat(), &all);
        assert!(outcomes[2].starts_with("UnexpectedReply"), "{outcomes:?}");
        assert_eq!(outcomes[3], "/here");
    }
}
