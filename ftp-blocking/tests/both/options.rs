//! Options that are refused before anything is sent, and options from a URL.

use std::io::Read as _;
use std::time::Duration;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Config, ErrorKind, Memory, Misuse, Options, Timeouts, Url};
use crate::support::tls::tls;

#[test]
fn options_that_contradict_each_other_are_refused() {
    let ends = &tls()[0];
    let mut options = Options::new("localhost").with_tls(ends.client.clone());
    options.config = Config::default();
    let timeless =
        Options::new("localhost").with_timeouts(Timeouts::default().with_all(Duration::ZERO));
    for options in [options, timeless] {
        let memory = Memory::new(Simulator::new(Setup::new()));
        let error = Client::connect_over(memory.clone(), options).expect_err("contradictory");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert!(memory.server().commands().is_empty());
    }
    let endless = Timeouts::default().with_all(Duration::MAX);
    let memory = Memory::new(Simulator::new(Setup::new()));
    let options = Options::new("localhost").with_timeouts(endless);
    Client::connect_over(memory, options).expect("for ever is long, but not too long");
}

#[test]
fn a_url_says_where_to_connect_and_as_whom_and_which_file() {
    let memory = Memory::new(Simulator::new(Setup::new().file("/d/a b", "content")));
    let url = Url::parse("ftp://user@localhost/%2Fd/a%20b").expect("a URL");
    let options = url.options().and_then(|it| it.with_password("secret"));
    let options = options.expect("options");
    let mut client = Client::connect_over(memory.clone(), options).expect("logged in");
    let mut content = String::new();
    let mut download = client.download(url.path()).expect("the file");
    download.read_to_string(&mut content).expect("all of it");
    assert_eq!(content, "content");
    let commands = memory.server().commands().to_vec();
    let sent: Vec<_> = commands
        .iter()
        .map(|command| String::from_utf8_lossy(command).into_owned())
        .collect();
    assert!(sent.contains(&"PASS secret".to_owned()), "{sent:?}");
    assert!(sent.contains(&"RETR /d/a b".to_owned()), "{sent:?}");
}
