//! Runs the tests in `alone/tracing.rs` of `ftp-blocking`, which collect the events of the feature
//! `tracing`. One more test drives two clients of this adapter at the same time.
#![cfg(feature = "tracing")]

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/tracing.rs"]
mod alone;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ftp_proto::simulator::{Setup, Simulator};

use alone::logged;
use face::{Error, Memory, Options};

async fn session(host: &str, user: &str) -> Result<(), Error> {
    let memory = Memory::new(Simulator::new(Setup::new().user(user, "secret")));
    let mut client = ftp_smol::Client::connect_over(memory, Options::new(host)).await?;
    client.login(user, "secret").await?;
    client.pwd().await.map(|_| ())
}

/// Each event is in the span of its own client, although the operations of two clients take turns.
#[test]
fn operations_that_take_turns_do_not_mix() {
    let log = logged(|| {
        let mut context = Context::from_waker(Waker::noop());
        let mut ada = pin!(session("ada.example", "ada"));
        let mut bob = pin!(session("bob.example", "bob"));
        let mut done = [false; 2];
        while done != [true; 2] {
            if !done[0] {
                if let Poll::Ready(result) = ada.as_mut().poll(&mut context) {
                    result.expect("works");
                    done[0] = true;
                }
            }
            if !done[1] {
                if let Poll::Ready(result) = bob.as_mut().poll(&mut context) {
                    result.expect("works");
                    done[1] = true;
                }
            }
        }
    });
    let of = |host: &str| -> Vec<usize> {
        let lines = log.iter().enumerate();
        let own = lines.filter(|(_, line)| line.contains(&format!("@{host}]")));
        own.map(|(number, _)| number).collect()
    };
    let [ada, bob] = [of("ada.example"), of("bob.example")];
    // They do take turns.
    assert!(
        ada.first() < bob.first() && bob.first() < ada.last(),
        "{log:#?}"
    );
    let names = |name: &str| {
        log.iter()
            .filter(|line| line.contains(name))
            .collect::<Vec<_>>()
    };
    assert!(
        names("USER ada")
            .iter()
            .all(|line| line.contains("[Login@ada.example]"))
    );
    assert!(
        names("USER bob")
            .iter()
            .all(|line| line.contains("[Login@bob.example]"))
    );
    let without_host = |numbers: Vec<usize>| -> Vec<String> {
        let lines = numbers.into_iter().map(|number| &log[number]);
        lines
            .map(|line| line.replace("ada", "*").replace("bob", "*"))
            .collect()
    };
    assert_eq!(without_host(ada), without_host(bob));
}
