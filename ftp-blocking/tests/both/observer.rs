//! What a client's observer is told.

use std::sync::mpsc;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Memory, Observed, Options};

/// Invariant 13: the observer is given no secret, not even by its bytes.
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
