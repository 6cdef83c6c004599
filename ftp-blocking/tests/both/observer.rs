//! Tests of what an observer of the client sees.

use std::sync::mpsc;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Memory, Observed, Options};

/// An observer in the options sees every command and every reply from the greeting on, also those
/// of a reconnect.
#[test]
fn an_observer_in_the_options_sees_the_greeting_and_the_login() {
    let (sender, seen) = mpsc::sync_channel(100);
    let options = Options::new("localhost").with_observer(move |observed| {
        sender.send(observed.to_string()).expect("there is room");
    });
    let memory = Memory::new(Simulator::new(Setup::new()));
    let mut client = Client::connect_over(memory, options).unwrap();
    client.login("user", "secret").unwrap();
    client.site("PSWD secret hunter2").unwrap_err();
    client.reconnect().unwrap();
    drop(client);
    let seen: Vec<_> = seen.iter().collect();
    let login = [
        "< 220 simulator ready",
        "> USER user",
        "< 331 Please specify the password.",
        "> PASS ***",
        "< 230 Login successful.",
    ];
    let site = ["> SITE PSWD ***", "< 500 Unknown SITE command."];
    assert_eq!(seen, [&login[..], &site, &login].concat());
}

/// An observer never sees a secret such as the password, neither as text nor as bytes (invariant
/// 13).
#[test]
fn observers_see_no_secret() {
    let memory = Memory::new(Simulator::new(Setup::new()));
    let mut client = Client::connect_over(memory, Options::new("localhost")).unwrap();
    let (sender, seen) = mpsc::sync_channel(100);
    client.observe(move |observed| {
        if let Observed::Sent(command) = observed {
            let argument = command.argument().unwrap_or_default().to_vec();
            sender.send(argument).expect("there is room");
        }
    });
    client.login("user", "secret").unwrap();
    drop(client);
    let seen: Vec<_> = seen.iter().collect();
    assert!(seen.contains(&b"user".to_vec()));
    assert!(!seen.contains(&b"secret".to_vec()));
}
