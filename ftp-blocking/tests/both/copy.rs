//! Tests of `copy_to`, which copies a file from one server to another.

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::{Client, DataMode, Encoding, ErrorKind, Memory, Misuse, Options, TransferType};
use crate::support::tls::tls;

fn connected(setup: Setup, options: Options) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), options).unwrap();
    client.login("user", "secret").unwrap();
    (client, memory)
}

fn both(source: Setup, target: Setup) -> [(Client, Memory); 2] {
    let big: Vec<u8> = (0..300_000_u32).map(|n| (n / 7) as u8).collect();
    let source = connected(source.file("/big", big), Options::new("localhost"));
    let target = connected(target, Options::new("localhost"));
    source.1.couple(&target.1);
    [source, target]
}

/// Checks that both sessions are in step: PWD, an upload and SIZE succeed.
fn both_are_in_step(source: &mut Client, target: &mut Client) {
    for client in [source, target] {
        assert_eq!(client.pwd().unwrap().as_bytes(), b"/");
        client.store("/in-step", "yes").unwrap();
        assert_eq!(client.size("/in-step").unwrap(), Some(3));
    }
}

#[test]
fn a_copy_goes_from_server_to_server() {
    for without in ["NONE", "EPSV", "EPRT"] {
        let setup = || Setup::new().without(without);
        let [(mut source, from), (mut target, to)] = both(setup(), setup());
        let copied = source
            .copy_to("/big", &mut target, "/copy", TransferType::Image)
            .unwrap();
        assert_eq!(copied.source.code().value(), 226);
        assert_eq!(copied.target.code().value(), 226);
        let original = from.server().file("/big").map(<[u8]>::to_vec);
        assert_eq!(to.server().file("/copy").map(<[u8]>::to_vec), original);
        both_are_in_step(&mut source, &mut target);
    }
}

/// The source's 227 reply names another address, 192.0.2.7. The client must not send this address
/// to the target (invariant 11).
#[test]
fn the_target_gets_the_address_of_the_source_s_control_connection() {
    let setup = Setup::new().without("EPSV").pasv_address([192, 0, 2, 7]);
    let [(mut source, _), (mut target, to)] = both(setup, Setup::new());
    source
        .copy_to("/big", &mut target, "/copy", TransferType::Image)
        .unwrap();
    let told = to.server().announced().unwrap();
    assert_eq!(told.ip().to_string(), "127.0.0.1");
}

/// The source refuses RETR. The client must abort the STOR, so that the target does not wait for a
/// data connection that never comes.
#[test]
fn a_refused_retr_aborts_the_stor() {
    let [(mut source, _), (mut target, to)] = both(Setup::new(), Setup::new());
    let error = source
        .copy_to("/none", &mut target, "/copy", TransferType::Image)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert_eq!(error.command(), Some("RETR"));
    let heard = to.server().commands().to_vec();
    assert!(heard.iter().any(|line| line == b"ABOR"), "{heard:?}");
    both_are_in_step(&mut source, &mut target);
}

#[test]
fn a_refused_stor_leaves_both_in_step() {
    let [(mut source, _), (mut target, _)] = both(Setup::new(), Setup::new());
    let error = source.copy_to("/big", &mut target, "/none/copy", TransferType::Image);
    let error = error.unwrap_err();
    assert_eq!(error.command(), Some("STOR"));
    both_are_in_step(&mut source, &mut target);
}

/// Most servers refuse an EPRT or PORT command whose address is not the client's. The copy then
/// fails, and both sessions must stay in step.
#[test]
fn a_refused_port_leaves_both_in_step() {
    let no = |verb| Fault::on(verb, Action::Reply(b"500 Illegal PORT.\r\n".to_vec()));
    let [(mut source, _), (mut target, _)] = both(
        Setup::new(),
        Setup::new().fault(no("EPRT")).fault(no("PORT")),
    );
    let error = source
        .copy_to("/big", &mut target, "/copy", TransferType::Image)
        .unwrap_err();
    assert_eq!(error.command(), Some("PORT"));
    both_are_in_step(&mut source, &mut target);
}

/// Even if one server confirms the transfer, the copy fails if the other server reports an error.
#[test]
fn a_copy_fails_if_one_side_fails() {
    let failing = |verb| {
        let action = Action::At {
            after: 100_000,
            control: b"552 Disk full.\r\n".to_vec(),
            then: ftp_proto::simulator::Then::Reset,
        };
        Setup::new().fault(Fault::nth(verb, 0, action))
    };
    for (source, target) in [
        (Setup::new(), failing("STOR")),
        (failing("RETR"), Setup::new()),
    ] {
        let [(mut source, _), (mut target, _)] = both(source, target);
        let error = source
            .copy_to("/big", &mut target, "/copy", TransferType::Image)
            .unwrap_err();
        assert!(error.reply().is_some(), "{error}");
        both_are_in_step(&mut source, &mut target);
    }
}

/// With protected data, each server would wait for the other one to begin the TLS handshake. So the
/// client refuses the copy and sends nothing.
#[test]
fn protected_data_cannot_be_copied() {
    for ends in tls() {
        let setup = Setup::new().tls(ends.server.clone());
        let options = Options::new("localhost").with_tls(ends.client.clone());
        let (mut source, from) = connected(setup, options);
        let (mut target, _) = connected(Setup::new(), Options::new("localhost"));
        let before = from.server().commands().len();
        let error = source
            .copy_to("/a", &mut target, "/b", TransferType::Image)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Protected));
        assert_eq!(from.server().commands().len(), before);
    }
}

/// Each client encodes the path with the encoding in its own options. Active mode in the options
/// makes no difference to a copy.
#[test]
fn names_are_encoded_on_both_sides() {
    let latin = Options::new("localhost").with_encoding(Encoding::Latin1);
    let latin = latin.with_config(|config| config.with_data_mode(DataMode::Active));
    let (mut source, from) = connected(Setup::new().file(b"/caf\xe9", "1"), latin);
    let (mut target, to) = connected(Setup::new(), Options::new("localhost"));
    from.couple(&to);
    source
        .copy_to("/café", &mut target, "/café", TransferType::Image)
        .unwrap();
    assert!(to.server().file("/caf\u{e9}".as_bytes()).is_some());
}
