//! Parts of scripts that many tests share, and functions that run scripts.

use std::fmt::Debug;

use ftp_proto::{
    Config, DataCommand, DataEnd, DataMode, Error, Flow, Running, Security, Session, Step,
    Transfer, Wait, Want, flows,
};

use super::{Driver, Item, Op, Script, credentials, hear, say, serve};

/// Creates a driver whose server follows this script.
pub(crate) fn scripted(config: Config, items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    Driver::new(config, Script::new(items))
}

pub(crate) fn plain_login() -> Vec<Item> {
    vec![
        say("220 ready"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
    ]
}

pub(crate) fn secure_login() -> Vec<Item> {
    vec![
        say("220 ready"),
        hear("AUTH TLS"),
        say("234 go"),
        serve("secure control"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
        hear("PBSZ 0"),
        say("200 PBSZ=0"),
        hear("PROT P"),
        say("200 private"),
    ]
}

/// Creates a driver whose session is logged in. `items` is the script after the login.
pub(crate) fn logged_in(config: Config, items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let login = match config.security {
        Security::Plain => plain_login(),
        _ => secure_login(),
    };
    let mut driver = scripted(config, login);
    driver.run(flows::Greeting::new()).expect("the greeting");
    driver
        .run(flows::Login::new(credentials()))
        .expect("the login");
    driver.server.assert_over();
    driver.server.extend(items);
    driver.forget();
    driver
}

/// Runs the operations in order, and returns their outcomes. Fails if any part of the script is
/// left over.
#[track_caller]
pub(crate) fn play(mut driver: Driver<Script>, ops: &[Op]) -> Vec<String> {
    let outcomes = ops.iter().map(|op| driver.outcome(op)).collect();
    driver.server.assert_over();
    outcomes
}

/// Runs one operation after a login in clear text, and returns its outcome.
#[track_caller]
pub(crate) fn plain(op: Op, items: impl IntoIterator<Item = Item>) -> String {
    play(logged_in(Config::default(), items), &[op]).remove(0)
}

/// Runs one flow after a login in clear text, and returns its outcome. Fails if any part of the
/// script is left over.
#[track_caller]
pub(crate) fn flow_outcome<F: Flow>(flow: F, items: impl IntoIterator<Item = Item>) -> String
where
    F::Output: Debug,
{
    let mut driver = logged_in(Config::default(), items);
    let outcome = driver.tell(flow);
    driver.server.assert_over();
    outcome
}

pub(crate) fn active() -> Config {
    Config::default().with_data_mode(DataMode::Active)
}

pub(crate) fn with_connect() -> Config {
    Config::default().with_data_command(DataCommand::WithConnect)
}

/// Opens a download in clear text. `items` is the script after its 150.
pub(crate) fn downloading(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), opening("RETR a"));
    driver.outcome(&Op::Retrieve("a", 0));
    driver.server.assert_over();
    assert!(driver.transfer.is_some());
    driver.server.extend(items);
    driver.forget();
    driver
}

/// Opens an upload in clear text. `items` is the script after its 150.
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

/// Returns the script of [`opening`], but with TYPE A instead of TYPE I.
pub(crate) fn opening_in_text(command: &str) -> Vec<Item> {
    let mut script = opening(command);
    script.splice(..2, [hear("TYPE A"), say("200 A")]);
    script
}

pub(crate) fn pwd() -> [Item; 2] {
    [hear("PWD"), say("257 \"/here\"")]
}

/// Returns the script of a fence: an extra PWD, after whose reply the client knows that no old
/// reply can follow.
pub(crate) fn fence() -> [Item; 2] {
    [hear("PWD"), say("257 \"/fence\"")]
}

/// Returns the script of two PWDs. The first one is a fence, and the second one is the PWD that the
/// test asks for.
pub(crate) fn fenced_pwd() -> Vec<Item> {
    [fence(), pwd()].concat()
}

/// Returns the script of a PWD after an operation that got this reply. If the operation's command
/// cannot have such a reply, a fence comes first.
pub(crate) fn pwd_after(reply: &str) -> Vec<Item> {
    match ["3", "200", "250"].iter().any(|odd| reply.starts_with(odd)) {
        true => fenced_pwd(),
        false => pwd().into(),
    }
}

pub(crate) const DOWNLOADING: &str = "Download Image from 0, hint None, protected: false";
pub(crate) const UPLOADING: &str = "Upload Image from 0, hint None, protected: false";

pub(crate) fn finish() -> Op {
    Op::Finish(12, DataEnd::Clean)
}

/// Returns the script of opening a transfer, from TYPE I to the connecting of the data connection.
/// The data command is not part of it.
pub(crate) fn up_to_connect() -> Vec<Item> {
    opening("")[..5].to_vec()
}

pub(crate) fn opened() -> (Driver<Script>, Transfer) {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say("150 here"),
    ];
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Retrieve("a", 0));
    let transfer = driver.transfer.take().expect("a transfer");
    (driver, transfer)
}

/// Starts a flow, and steps it to its first want that waits for the server. Wants that only look at
/// what has arrived are answered with `timed_out`.
pub(crate) fn waiting<F: Flow>(session: &mut Session, flow: F) -> (Running<F>, Want) {
    let (mut running, mut answer) = session.start(flow);
    loop {
        let Ok(Step::Want(want)) = session.step(&mut running, answer) else {
            panic!("no want");
        };
        if want.wait() != Wait::Arrived {
            let length = session.outgoing().len();
            session.advance(length);
            return (running, want);
        }
        answer = want.timed_out();
    }
}

/// Answers this want with `received`, and each following want that only looks at what has arrived
/// with `timed_out`. Returns the first step after them.
pub(crate) fn unlooked<F: Flow>(
    session: &mut Session,
    running: &mut Running<F>,
    want: Want,
) -> Result<Step<F::Output>, Error> {
    let Want::Receive(want) = want else {
        panic!("{want:?}");
    };
    let mut answer = want.received();
    loop {
        match session.step(running, answer) {
            Ok(Step::Want(want)) if want.wait() == Wait::Arrived => {
                answer = want.timed_out();
            }
            other => return other,
        }
    }
}
