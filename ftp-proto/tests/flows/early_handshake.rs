//! TLS handshakes on the data connection before the 150 arrives. Some servers send the 150 only
//! after such a handshake.

use ftp_proto::{Config, DataEnd, Pipelining, Step, Wait, Want, When, flows};

use crate::support::*;

/// The settings for explicit TLS. No port is asked for ahead, so that the scripts are short.
fn without_ports() -> Config {
    explicit().with_pipelining(Pipelining::default().with_next_port(When::Never))
}

/// Returns the dialogue that opens a later transfer. It begins with EPSV and ends with the data
/// command, before the 150. The client does not send TYPE again.
fn opened(command: &str) -> Vec<Item> {
    let mut items = opening(command);
    items.pop();
    items.retain(|item| !matches!(item, Item::Hear(line) if line == "TYPE I"));
    items.retain(|item| !matches!(item, Item::Say(line) if line.starts_with(b"200")));
    items
}

/// Returns the dialogue that opens the first transfer. It begins with TYPE I and ends with the data
/// command, before the 150.
fn first(command: &str) -> Vec<Item> {
    let mut items = opening(command);
    items.pop();
    items
}

fn ended() -> Vec<Item> {
    vec![serve("close graceful download"), say("226 done")]
}

fn early(by: &'static str, reaction: Reaction) -> Item {
    Item::Serve(by, reaction)
}

const BY_ALL: &str = "secure data early";
const BY_SPARE: &str = "secure data early by AllButLast";
const DOWNLOAD: &str = "Download Image from 0, hint None, protected: true";

fn fetch() -> [Op; 2] {
    [Op::Retrieve("a", 0), Op::Finish(5, DataEnd::Clean)]
}

#[test]
fn a_second_without_a_reply_begins_the_handshake_and_the_next_begins_at_once() {
    let script = [
        first("RETR a"),
        vec![
            Item::Silence,
            early(BY_ALL, Reaction::Resumes),
            Item::NotYet,
            say("150 here"),
        ],
        ended(),
        opened("RETR a"),
        vec![
            early(BY_SPARE, Reaction::Resumes),
            Item::NotYet,
            say("150 here"),
        ],
        ended(),
    ];
    let mut driver = logged_in(without_ports(), script.concat());
    for _ in 0..2 {
        assert_eq!(driver.outcome(&fetch()[0]), DOWNLOAD);
        assert_eq!(driver.outcome(&fetch()[1]), "5 bytes, 226 done");
    }
    driver.server.assert_over();
    let waits: Vec<_> = driver.wants.iter().map(String::as_str).collect();
    let early = [
        "receive EarlyHandshake",
        BY_ALL,
        "receive Arrived",
        "receive Preliminary",
    ];
    assert!(waits.windows(4).any(|wants| wants == early), "{waits:?}");
    let at_once = [BY_SPARE, "receive Arrived", "receive Preliminary"];
    assert!(waits.windows(3).any(|wants| wants == at_once), "{waits:?}");
}

/// The client has only one session ticket left. It starts a handshake with this ticket only if the
/// server has not refused the transfer within a second.
#[test]
fn the_last_ticket_waits_for_a_refusal() {
    let script = [
        first("RETR a"),
        vec![
            Item::Silence,
            early(BY_ALL, Reaction::Resumes),
            Item::NotYet,
            say("150 here"),
        ],
        ended(),
        opened("RETR a"),
        vec![
            early(BY_SPARE, Reaction::Spares),
            say("550 no"),
            serve("close discard"),
        ],
        opened("RETR a"),
        vec![early(BY_SPARE, Reaction::Spares), Item::Silence],
        vec![
            early(BY_ALL, Reaction::Resumes),
            Item::NotYet,
            say("150 here"),
        ],
        ended(),
    ];
    let mut driver = logged_in(without_ports(), script.concat());
    assert_eq!(driver.outcome(&fetch()[0]), DOWNLOAD);
    assert_eq!(driver.outcome(&fetch()[1]), "5 bytes, 226 done");
    let refused = "Permanent Some(\"RETR\") Some(\"550 no\") None";
    assert_eq!(driver.outcome(&fetch()[0]), refused);
    assert_eq!(driver.outcome(&fetch()[0]), DOWNLOAD);
    assert_eq!(driver.outcome(&fetch()[1]), "5 bytes, 226 done");
    driver.server.assert_over();
}

/// The server sends its first 150 before the handshake, and is slow at the second transfer. The
/// client keeps its last session ticket until the second 150 has arrived.
#[test]
fn a_server_that_replies_first_gets_no_last_ticket_early() {
    let script = [
        opening("RETR a"),
        vec![Item::Serve("secure data", Reaction::Resumes)],
        ended(),
        opened("RETR a"),
        vec![early(BY_SPARE, Reaction::Spares), say("150 here")],
        vec![Item::Serve("secure data", Reaction::Resumes)],
        ended(),
    ];
    let ops = [fetch(), fetch()].concat();
    let outcomes = play(logged_in(without_ports(), script.concat()), &ops);
    assert_eq!(outcomes[2..], [DOWNLOAD, "5 bytes, 226 done"]);
}

/// The client finds the 150 when the handshake is done. The 150 may have arrived during the
/// handshake, so the client must not conclude that this server replies only after a handshake.
#[test]
fn a_reply_that_has_arrived_during_the_handshake() {
    let script = [
        first("RETR a"),
        vec![Item::Silence, early(BY_ALL, Reaction::Resumes)],
    ];
    let mut driver = logged_in(without_ports(), script.concat());
    let open = flows::Open::retrieve("a").expect("a path");
    let (mut running, mut answer) = driver.session.start(open);
    let transfer = loop {
        match driver
            .session
            .step(&mut running, answer)
            .expect("goes well")
        {
            Step::Done(transfer) => break transfer,
            Step::Want(Want::Receive(want)) if driver.server.is_over() => {
                assert_eq!(want.wait(), Wait::Arrived);
                driver.session.receive(b"150 here\r\n");
                answer = want.received();
            }
            Step::Want(want) => {
                driver.write(usize::MAX);
                answer = driver.serve(want);
            }
        }
    };
    assert!(transfer.is_resumed());
    drop(transfer);
    driver.server.extend([
        hear("ABOR"),
        serve("close harvest"),
        say("226 yes"),
        serve("close abandon"),
    ]);
    driver.server.extend(fence());
    driver.server.extend(opened("RETR a"));
    driver
        .server
        .extend([say("150 here"), serve("secure data")]);
    assert_eq!(driver.outcome(&fetch()[0]), DOWNLOAD);
    driver.server.assert_over();
}

/// The server refuses two transfers slowly, after the client has waited for a second. The first
/// refusal may cost a session ticket, but the second one must not cost the last ticket.
#[test]
fn a_second_slow_refusal_does_not_cost_the_last_ticket() {
    let refused = || vec![say("550 no"), serve("close discard")];
    let script = [
        first("RETR a"),
        // The refusal arrives during the first handshake.
        vec![Item::Silence],
        refused(),
        opened("RETR a"),
        vec![Item::Silence, early(BY_SPARE, Reaction::Spares)],
        refused(),
    ];
    let ops = [Op::Retrieve("a", 0), Op::Retrieve("a", 0)];
    let outcomes = play(logged_in(without_ports(), script.concat()), &ops);
    assert_eq!(
        outcomes,
        ["Permanent Some(\"RETR\") Some(\"550 no\") None"; 2]
    );
}

/// The client begins the handshake directly after RETR, and the refusal arrives during it. The server
/// may still be one that sends its 150 after the handshake. So the next handshake begins after a
/// second without a reply, with the last ticket if there is no other.
#[test]
fn a_refusal_in_a_handshake_that_began_at_once_shows_nothing() {
    let always = Pipelining::always().with_next_port(When::Never);
    let script = [
        first("RETR a"),
        vec![say("550 no"), serve("close discard")],
        opened("RETR a"),
        vec![
            early(BY_SPARE, Reaction::Spares),
            Item::Silence,
            early(BY_ALL, Reaction::Resumes),
            Item::NotYet,
            say("150 here"),
        ],
        ended(),
    ];
    let ops = [&[Op::Retrieve("a", 0)][..], &fetch()].concat();
    let config = without_ports().with_pipelining(always);
    let outcomes = play(logged_in(config, script.concat()), &ops);
    let [refused, opened, ..] = outcomes.as_slice() else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refused, "Permanent Some(\"RETR\") Some(\"550 no\") None");
    assert_eq!(opened, DOWNLOAD);
}

/// The 150 arrives during the handshake. The handshake goes on, and its full time limit starts
/// again.
#[test]
fn the_reply_comes_during_the_handshake() {
    let script = [
        first("RETR a"),
        vec![
            Item::Silence,
            say("150 here"),
            Item::Serve("secure data", Reaction::Resumes),
        ],
    ];
    let mut driver = logged_in(without_ports(), script.concat());
    assert_eq!(driver.outcome(&fetch()[0]), DOWNLOAD);
    driver.server.assert_over();
    let wants: Vec<_> = driver.wants.iter().rev().take(2).collect();
    assert_eq!(wants, ["secure data", BY_ALL]);
}

/// The server sends no reply to RETR and does not answer the handshake. The error must say that the
/// transfer did not start.
#[test]
fn an_early_handshake_that_times_out_is_a_transfer_that_does_not_start() {
    let script = [
        first("RETR a"),
        vec![Item::Silence, early(BY_ALL, Reaction::TimesOut)],
    ];
    let mut driver = logged_in(without_ports(), script.concat());
    let outcome = driver.outcome(&fetch()[0]);
    assert_eq!(outcome, "Timeout(Preliminary) Some(\"RETR\") None None");
}

/// The server refuses RETR during the early handshake. A 522 means that it demands TLS session
/// resumption; a 425 alone does not mean that.
#[test]
fn a_refusal_during_an_early_handshake() {
    for (refusal, about_resumption) in [("425 no connection", false), ("522 reuse", true)] {
        let script = [
            first("RETR a"),
            vec![Item::Silence, say(refusal), serve("close discard")],
        ];
        let mut driver = logged_in(without_ports(), script.concat());
        let open = flows::Open::retrieve("a").expect("a path");
        let error = driver.run(open).expect_err("refused");
        assert_eq!(error.tls_reason().is_some(), about_resumption, "{error}");
    }
}

/// A data connection in clear text has no handshake, so the client only waits for the 150.
#[test]
fn a_clear_data_connection_has_no_early_handshake() {
    let script = [first("RETR a"), vec![say("150 here")]];
    let mut driver = logged_in(Config::default(), script.concat());
    driver.outcome(&fetch()[0]);
    let waits = driver
        .wants
        .iter()
        .filter(|want| want.starts_with("receive"));
    assert!(waits.clone().all(|want| !want.contains("EarlyHandshake")));
    assert!(
        waits
            .clone()
            .any(|want| want.starts_with("receive Preliminary"))
    );
}
