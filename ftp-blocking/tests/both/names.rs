//! The forms in which the client's methods take a name: as text or as bytes, in an `Option` or not,
//! or left out.

use std::borrow::Cow;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Encoding, HERE, Memory, Options, RemotePath};
#[cfg(feature = "encoding_rs")]
use crate::face::{Error, LocalName};

fn logged_in(options: Options) -> (Client, Memory) {
    let setup = Setup::new().directory("/d").file("/d/f", "12345");
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

/// Returns the last command with this verb that the server received.
fn last(memory: &Memory, verb: &str) -> String {
    let server = memory.server();
    let mut lines = server.commands().iter().rev();
    let line = lines.find(|line| line.starts_with(verb.as_bytes()));
    String::from_utf8_lossy(line.expect(verb)).into_owned()
}

#[test]
fn a_path_may_be_left_out_or_given_in_every_form_of_a_name() {
    let (mut client, memory) = logged_in(Options::new("localhost"));
    let path = RemotePath::new("d").expect("a path");
    let (text, bytes, cow) = (String::from("d"), b"d".to_vec(), Cow::Borrowed("d"));
    macro_rules! sends {
        ($line:expr; $method:ident($($form:expr),*)) => {$(
            // The server may refuse the command: the test checks only which command was sent.
            drop(client.$method($form));
            let verb = $line.split(' ').next().expect("a verb");
            assert_eq!(last(&memory, verb), $line, stringify!($method($form)));
        )*};
    }
    macro_rules! takes_every_form {
        ($($method:ident $verb:literal)*) => {$(
            sends!(concat!($verb, " d"); $method(
                "d", b"d", &b"d"[..], Some("d"), &path, path.clone(), text.as_str(), &text,
                text.clone(), &bytes, bytes.clone(), &cow, Some(&text).map(String::as_str)
            ));
            sends!($verb; $method(None, HERE, None::<&str>));
        )*};
    }
    takes_every_form! {
        list "LIST"
        names "NLST"
        mlsd "MLSD"
        mlst "MLST"
        status "STAT"
        help "HELP"
        language "LANG"
        upload_unique "STOU"
        list_lines "LIST"
        names_lines "NLST"
        mlsd_lines "MLSD"
        read_dir "MLSD"
        entries "MLSD"
    }
}

#[test]
fn the_encoding_can_change_during_a_session() {
    let setup = Setup::new()
        .file(b"/caf\xe9", "12345")
        .file("/caf\u{e9}2", "1");
    let memory = Memory::new(Simulator::new(setup));
    let options = Options::new("localhost").with_encoding(Encoding::Latin1);
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    assert!(matches!(client.encoding(), Encoding::Latin1));
    assert_eq!(client.size("/café").expect("a file"), Some(5));
    let switched = |memory: &Memory| {
        let server = memory.server();
        server.commands().iter().any(|line| line == b"OPTS UTF8 ON")
    };
    assert!(!switched(&memory));

    client.set_encoding(Encoding::Utf8);
    assert!(matches!(client.encoding(), Encoding::Utf8));
    assert_eq!(client.size("/café2").expect("a file"), Some(1));
    assert!(switched(&memory));
    client.size("/café").expect_err("another name in UTF-8");
}

/// A listed name is used in the next command, once as the listed bytes, and once as text that the
/// client encodes again.
#[cfg(feature = "encoding_rs")]
#[test]
fn listed_names_can_be_used_as_bytes_and_as_text() -> Result<(), Error> {
    let listed = b"\xb1\xa8\xb8\xe6.txt";
    let setup = Setup::new().file([b"/", &listed[..]].concat(), "12345");
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), Options::new("localhost"))?;
    client.login("user", "secret")?;
    assert_eq!(client.names(None)?, [listed]);
    // With the wrong encoding, the name cannot be shown as text. Its bytes still name the file.
    LocalName::new(listed, client.encoding()).expect_err("not UTF-8");
    assert_eq!(client.size(listed)?, Some(5));

    client.set_encoding(Encoding::for_label("gbk").expect("a known label"));
    let local = LocalName::new(listed, client.encoding())?;
    assert_eq!(local.as_str(), "报告.txt");
    assert_eq!(client.size(local.as_str())?, Some(5));
    client.rename("报告.txt", "旧报告.txt")?;
    assert!(
        memory
            .server()
            .file(b"/\xbe\xc9\xb1\xa8\xb8\xe6.txt")
            .is_some()
    );
    client.delete(b"\xbe\xc9\xb1\xa8\xb8\xe6.txt")?;
    assert_eq!(client.names(None)?.len(), 0);
    Ok(())
}
