//! What every flow promises to its driver.

use ftp_proto::{Config, flows};

use crate::support::*;

#[test]
fn a_late_reply_does_not_answer_the_next_command() {
    let script = [
        hear("PWD"),
        Item::Silence,
        // The client reads the late reply to PWD before it sends NOOP.
        say("257 \"/late\""),
        hear("NOOP"),
        say("200 ok"),
    ];
    let outcomes = play(logged_in(Config::default(), script), &[Op::Pwd, Op::Noop]);
    assert_eq!(
        outcomes,
        ["Timeout(Reply) Some(\"PWD\") None None", "200 ok"]
    );
}

#[test]
fn contract_clocks_go_on_only_where_they_were_started() {
    // The client first looks at what has arrived. This want does not wait, so it starts no clock
    // for a reply. The wait for the reply to the fence (an extra PWD) must therefore start a new
    // clock.
    let mut driver = logged_in(Config::default(), fenced_pwd());
    driver.session.receive(b"250 stray\r\n");
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
    assert_eq!(driver.breaches, [] as [&str; 0]);
}

#[test]
fn contract_a_dripping_server_gets_no_more_time_for_an_abandoned_connection() {
    let script = [
        hear("ABOR"),
        say("150 more"),
        say("426 cut"),
        say("226 aborted"),
        serve("close abandon"),
    ];
    let mut driver = downloading(script);
    driver.outcome(&Op::Abort);
    let closes: Vec<_> = driver
        .wants
        .iter()
        .filter(|want| want.starts_with("close"))
        .collect();
    assert!(
        closes[1..].iter().all(|want| want.ends_with("continues")),
        "{closes:?}"
    );
}

#[test]
fn contract_an_abandoned_connection_that_times_out_is_not_closed_again() {
    // The driver answers every want with `timed_out`. The client must not try to close the data
    // connection for ever: the abort must end after at most ten wants.
    let mut driver = downloading([hear("ABOR")]);
    let transfer = driver.transfer.take().expect("a transfer");
    let (mut running, mut answer) = driver.session.start(flows::Abort::new(transfer));
    for _ in 0..10 {
        let Ok(ftp_proto::Step::Want(want)) = driver.session.step(&mut running, answer) else {
            return;
        };
        driver.write(usize::MAX);
        answer = want.timed_out();
    }
    panic!("the same is wanted for ever");
}
