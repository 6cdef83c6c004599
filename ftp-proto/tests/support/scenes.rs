//! Beginnings that many tests share, and how they are played.

use ftp_proto::{Config, DataCommand, DataEnd, DataMode};

use super::{Driver, Item, Op, Script, hear, logged_in, say, serve};

/// Runs the operations one after the other and returns their outcomes; the script must be used up.
#[track_caller]
pub(crate) fn play(mut driver: Driver<Script>, ops: &[Op]) -> Vec<String> {
    let outcomes = ops.iter().map(|op| driver.outcome(op)).collect();
    driver.server.assert_over();
    outcomes
}

/// The one outcome of one operation behind a login.
#[track_caller]
pub(crate) fn plain(op: Op, items: impl IntoIterator<Item = Item>) -> String {
    play(logged_in(Config::default(), items), &[op]).remove(0)
}

pub(crate) fn active() -> Config {
    Config::default().with_data_mode(DataMode::Active)
}

pub(crate) fn with_connect() -> Config {
    Config::default().with_data_command(DataCommand::WithConnect)
}

/// A download that has been opened in clear text, with this to come.
pub(crate) fn downloading(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), opening("RETR a"));
    driver.outcome(&Op::Retrieve("a", 0));
    driver.server.assert_over();
    assert!(driver.transfer.is_some());
    driver.server.extend(items);
    driver.forget();
    driver
}

/// An upload that has been opened in clear text, with this to come.
pub(crate) fn uploading(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), opening("STOR a"));
    driver.outcome(&Op::Store("a"));
    driver.server.assert_over();
    assert!(driver.transfer.is_some());
    driver.server.extend(items);
    driver.forget();
    driver
}

pub(crate) fn opening(command: &str) -> Vec<Item> {
    vec![
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear(command),
        say("150 here"),
    ]
}

pub(crate) fn pwd() -> [Item; 2] {
    [hear("PWD"), say("257 \"/here\"")]
}

/// PWD ahead of PWD: the first one is the fence.
pub(crate) fn fenced_pwd() -> Vec<Item> {
    [[hear("PWD"), say("257 \"/fence\"")], pwd()].concat()
}

pub(crate) const DOWNLOADING: &str = "Download Image from 0, hint None, protected: false";
pub(crate) const UPLOADING: &str = "Upload Image from 0, hint None, protected: false";

pub(crate) fn finish() -> Op {
    Op::Finish(12, DataEnd::Clean)
}

/// The same up to the data connection; the data command is to come.
pub(crate) fn up_to_connect() -> Vec<Item> {
    opening("")[..5].to_vec()
}
