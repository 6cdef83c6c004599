//! The result of a session does not depend on how the server's bytes are cut into pieces. Each
//! transcript runs with every cut into two pieces, byte by byte, and in random pieces. The outcomes
//! and the bytes on the wire must not change.

mod support;

use std::net::SocketAddr;

use ftp_proto::{
    Config, DataCommand, DataEnd, DataMode, ErrorKind, PassiveCommand, Pipelining, TransferType,
};
use proptest::prelude::*;
use support::*;

struct Transcript {
    name: &'static str,
    config: Config,
    ops: Vec<Op>,
    script: Vec<Item>,
}

fn transcript(
    name: &'static str,
    config: Config,
    ops: impl IntoIterator<Item = Op>,
    script: impl IntoIterator<Item = Item>,
) -> Transcript {
    Transcript {
        name,
        config,
        ops: ops.into_iter().collect(),
        script: script.into_iter().collect(),
    }
}

impl Transcript {
    /// Runs the transcript. Returns everything that must not depend on the cuts: the outcomes, the
    /// commands sent, and whether the session is dead.
    fn replay(&self, cut: Cut) -> (Vec<String>, Vec<String>, bool) {
        let script = Script::new(self.script.iter().cloned()).with_cut(cut);
        let mut driver = Driver::new(self.config.clone(), script);
        let mut outcomes = Vec::new();
        for op in &self.ops {
            let needs_token = matches!(op, Op::KeepAlive | Op::Finish(..) | Op::Abort);
            if needs_token && driver.transfer.is_none() {
                outcomes.push("no transfer".into());
            } else {
                outcomes.push(driver.outcome(op));
            }
        }
        driver.server.assert_over();
        (outcomes, driver.wire, driver.session.is_dead())
    }

    /// Returns the number of bytes that the server sends.
    fn said(&self) -> usize {
        let length = |item: &Item| match item {
            Item::Say(bytes) => bytes.len(),
            _ => 0,
        };
        self.script.iter().map(length).sum()
    }
}

fn with_login(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    plain_login().into_iter().chain(items).collect()
}

fn with_secure_login(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    secure_login().into_iter().chain(items).collect()
}

fn corpus() -> Vec<Transcript> {
    // The sessions were recorded with one command at a time.
    let plain = || Config::default().with_pipelining(Pipelining::never());
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    vec![
        transcript(
            "vsftpd, a whole session in clear",
            plain(),
            [
                Op::Greeting,
                Op::Login,
                Op::Feat,
                Op::Pwd,
                Op::Size("a"),
                Op::Retrieve("a", 0),
                finish(),
                Op::List,
                Op::Finish(0, DataEnd::Clean),
                Op::Quit,
            ],
            with_login([
                hear("FEAT"),
                say("211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n211 End"),
                hear("PWD"),
                say("257 \"/\" is the current directory"),
                hear("TYPE I"),
                say("200 Switching to Binary mode."),
                hear("SIZE a"),
                say("213 12"),
                hear("EPSV"),
                say("229 Entering Extended Passive Mode (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("150 Opening BINARY mode data connection for a (12 bytes)."),
                serve("close graceful download"),
                say("226 Transfer complete."),
                hear("TYPE A"),
                say("200 Switching to ASCII mode."),
                hear("EPSV"),
                say("229 Entering Extended Passive Mode (|||6447|)"),
                serve("connect peer:6447"),
                hear("LIST"),
                say("150 Here comes the directory listing."),
                serve("close graceful download"),
                say("226 Directory send OK."),
                hear("QUIT"),
                say("221 Goodbye."),
            ]),
        ),
        transcript(
            "vsftpd, explicit TLS, an upload",
            explicit(),
            [Op::Greeting, Op::Login, Op::Store("a"), finish(), Op::Quit],
            with_secure_login([
                hear("TYPE I"),
                say("200 Switching to Binary mode."),
                hear("EPSV"),
                say("229 Entering Extended Passive Mode (|||6446|)"),
                serve("connect peer:6446"),
                hear("STOR a"),
                say("150 Ok to send data."),
                serve("secure data"),
                serve("close graceful upload"),
                say("226 Transfer complete."),
                hear("QUIT"),
                say("221 Goodbye."),
            ]),
        ),
        transcript(
            "vsftpd, session reuse required",
            explicit(),
            [Op::Greeting, Op::Login, Op::Store("a"), Op::Pwd],
            with_secure_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("STOR a"),
                say("150 Ok to send data."),
                fails("secure data", ErrorKind::Tls),
                serve("close abandon"),
                say("522 SSL connection failed; session reuse required"),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "ProFTPD, each line of FEAT with its code",
            plain(),
            [Op::Greeting, Op::Login, Op::Feat, Op::Pwd],
            with_login([
                hear("FEAT"),
                say("211-Features:\r\n211-MDTM\r\n211-AUTH TLS\r\n211-REST STREAM\r\n211 End"),
                hear("PWD"),
                say("257 \"/a\"\"b\" is the current directory"),
            ]),
        ),
        transcript(
            "120, a long welcome and Telnet negotiation",
            plain(),
            [Op::Greeting, Op::Login],
            [
                bytes(b"\xff\xfb\x01\xff\xfd\x0a120 ready in 2 minutes\r\n"),
                bytes(b"\r\n220-Welcome\r\n 230 is not the end\r\n550 neither\r\n220-nor this\n220 ready\r\r\n"),
                hear("USER ada"),
                say("331-Any\r\n331-password\r\n331 will do"),
                hear("PASS hunter2"),
                say("230"),
            ],
        ),
        transcript(
            "pyftpdlib, ABOR answered 426 and 226",
            plain(),
            [Op::Greeting, Op::Login, Op::Retrieve("a", 0), Op::Abort, Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 Type set to: Binary."),
                hear("EPSV"),
                say("229 Entering extended passive mode (|||6446|)."),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("125 Data connection already open. Transfer starting."),
                hear("ABOR"),
                serve("close abandon"),
                bytes(b"426 Transfer aborted via ABOR.\r\n226 ABOR command successful.\r\n"),
                hear("PWD"),
                say("257 \"/fence\""),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "ABOR answered 226 twice, and the fence",
            plain(),
            [Op::Greeting, Op::Login, Op::Store("a"), Op::Abort, Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("STOR a"),
                say("150 go"),
                hear("ABOR"),
                serve("close abandon"),
                say("226 Transfer complete"),
                hear("PWD"),
                bytes(b"225 nothing to abort\r\n257 \"/fence\"\r\n"),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "a printer: LF alone, no FEAT, no EPSV, no SIZE",
            plain(),
            [
                Op::Greeting,
                Op::Login,
                Op::Feat,
                Op::Size("a"),
                Op::Size("b"),
                Op::Retrieve("a", 0),
                finish(),
                Op::Quit,
            ],
            [
                bytes(b"220\n"),
                hear("USER ada"),
                bytes(b"230 in\n"),
                hear("FEAT"),
                bytes(b"502 no\n"),
                hear("TYPE I"),
                bytes(b"200\n"),
                hear("SIZE a"),
                bytes(b"500\n"),
                hear("EPSV"),
                bytes(b"500 what\n"),
                hear("PASV"),
                bytes(b"227 10,0,0,1, 25,46\n"),
                serve("connect peer:6446"),
                hear("RETR a"),
                bytes(b"150\n"),
                serve("close graceful download"),
                bytes(b"226\n"),
                hear("QUIT"),
                bytes(b"221 bye"),
                Item::Eof,
            ],
        ),
        transcript(
            "200 ahead of 150, and a disk that is full",
            plain(),
            [Op::Greeting, Op::Login, Op::Store("a"), finish(), Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("STOR a"),
                bytes(b"200 ok\r\n150 go\r\n"),
                serve("close graceful upload"),
                say("552-disk\r\n552 full"),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "refused with 550 while the connection is being made",
            plain()
                .with_data_command(DataCommand::WithConnect)
                .with_passive_command(PassiveCommand::Epsv),
            [Op::Greeting, Op::Login, Op::Retrieve("a", 0), Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                hear("RETR a"),
                say("550-no\r\n550 such file"),
                serve("close discard"),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "active mode, 425 instead of a connection",
            plain().with_data_mode(DataMode::Active),
            [Op::Greeting, Op::Login, Op::Retrieve("a", 7), Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                Item::Serve("listen", Reaction::Listening(local)),
                hear("EPRT |1|192.0.2.7|2000|"),
                say("501 what"),
                hear("PORT 192,0,2,7,7,208"),
                say("200 ok"),
                hear("REST 7"),
                say("350 armed"),
                hear("RETR a"),
                bytes(b"150 trying\r\n425 cannot\r\n"),
                serve("close discard"),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "strays before DELE",
            plain(),
            [Op::Greeting, Op::Login, Op::Raw("DELE a"), Op::Noop],
            with_login([
                bytes(b"226 again\r\n250-stray\r\n250 stray\r\n"),
                hear("PWD"),
                bytes(b"226 late\r\n257 \"/fence\"\r\n"),
                hear("DELE a"),
                say("550 no"),
                hear("NOOP"),
                say("200 ok"),
            ]),
        ),
        transcript(
            "NOOP during a transfer, answered after it",
            plain(),
            [
                Op::Greeting,
                Op::Login,
                Op::Retrieve("a", 0),
                Op::KeepAlive,
                finish(),
                Op::Type(TransferType::Image),
                Op::Pwd,
            ],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("150 here"),
                hear("NOOP"),
                serve("close graceful download"),
                bytes(b"226 done\r\n200 still here\r\n"),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "226 and then 451, and a NOOP owed",
            plain(),
            [
                Op::Greeting,
                Op::Login,
                Op::Retrieve("a", 0),
                finish(),
                Op::Retrieve("a", 0),
                Op::KeepAlive,
                finish(),
                Op::Pwd,
            ],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("150 here"),
                serve("close graceful download"),
                bytes(b"226 done\r\n451 broken\r\n"),
                hear("PWD"),
                say("257 \"/fence\""),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("150 here"),
                hear("NOOP"),
                serve("close graceful download"),
                bytes(b"226 done\r\n451 broken\r\n200 still here\r\n"),
                hear("PWD"),
                say("257 \"/fence\""),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "226 before the 150",
            plain(),
            [
                Op::Greeting,
                Op::Login,
                Op::Retrieve("a", 0),
                finish(),
                Op::Retrieve("a", 0),
                Op::Pwd,
            ],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                bytes(b"226 old\r\n150 here (12 bytes)\r\n"),
                serve("close graceful download"),
                say("226 done"),
                hear("PWD"),
                say("257 \"/fence\""),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                bytes(b"226 done\r\n451 broken\r\n"),
                serve("close discard"),
                hear("PWD"),
                say("257 \"/fence\""),
                hear("PWD"),
                say("257 \"/here\""),
            ]),
        ),
        transcript(
            "421 instead of 226",
            plain(),
            [Op::Greeting, Op::Login, Op::Retrieve("a", 0), finish(), Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("150 here"),
                serve("close graceful download"),
                say("421-idle\r\n421 bye"),
            ]),
        ),
        transcript(
            "a size that was cut",
            plain(),
            [Op::Greeting, Op::Login, Op::Size("a"), Op::Pwd],
            with_login([
                hear("TYPE I"),
                say("200 I"),
                hear("SIZE a"),
                bytes(b"213 12"),
                Item::Eof,
            ]),
        ),
        transcript(
            "an HTTP server",
            plain(),
            [Op::Greeting, Op::Login],
            [bytes(b"HTTP/1.1 400 Bad Request\r\n")],
        ),
        transcript(
            "bytes after an accepted AUTH",
            explicit(),
            [Op::Greeting, Op::Secure, Op::Quit],
            [
                say("220 ready"),
                hear("AUTH TLS"),
                bytes(b"234 go\r\n220 evil\r\n"),
            ],
        ),
        transcript(
            "bytes after a refused AUTH",
            explicit(),
            [Op::Greeting, Op::Secure, Op::Quit],
            [
                say("220 ready"),
                hear("AUTH TLS"),
                bytes(b"534 no\r\n220 evil\r\n"),
            ],
        ),
    ]
    .into_iter()
    .chain(pipelined())
    .chain(pipelined_active())
    .chain(pipelined_logins())
    .collect()
}

/// A session with two downloads, of which the second asks for the next port. `replies` come after
/// the data of the second one.
fn two_downloads(name: &'static str, between: &[Op], replies: &[u8], after: &[Item]) -> Transcript {
    let always = Config::default().with_pipelining(Pipelining::always());
    let first = [Op::Greeting, Op::Login, Op::Retrieve("a", 0), finish()];
    let ops = [&first[..], &[Op::Retrieve("b", 0)], between, &[Op::Pwd]].concat();
    let script = [
        hear("TYPE I"),
        hear("EPSV"),
        bytes(b"200 I\r\n229 (|||6446|)\r\n"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say("150 here"),
        serve("close graceful download"),
        say("226 done"),
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("RETR b"),
        hear("EPSV"),
        say("150 here"),
    ];
    let ending = match between {
        [Op::KeepAlive, ..] => vec![hear("NOOP"), serve("close graceful download")],
        [Op::Abort, ..] => vec![hear("ABOR"), serve("close abandon")],
        _ => vec![serve("close graceful download")],
    };
    let script = [&script[..], &ending, &[bytes(replies)], after].concat();
    transcript(name, always, ops, with_login(script))
}

/// Sessions in which several commands leave together.
fn pipelined() -> Vec<Transcript> {
    let (end, fenced) = ([finish()], fenced_pwd());
    let clean = [hear("PWD"), say("257 \"/here\"")];
    let kept = [Op::KeepAlive, finish()];
    vec![
        two_downloads(
            "229 after 226",
            &end,
            b"226 done\r\n229 (|||1|)\r\n",
            &clean,
        ),
        two_downloads(
            "229 before 226",
            &end,
            b"229 (|||1|)\r\n226 done\r\n",
            &clean,
        ),
        two_downloads("450 before 226", &end, b"450 busy\r\n226 done\r\n", &fenced),
        two_downloads("450 after 226", &end, b"226 done\r\n450 busy\r\n", &fenced),
        two_downloads(
            "226, 226, 229",
            &end,
            b"226 done\r\n226 done\r\n229 (|||1|)\r\n",
            &fenced,
        ),
        two_downloads(
            "226, 229, 229",
            &end,
            b"226 done\r\n229 (|||1|)\r\n229 (|||1|)\r\n",
            &fenced,
        ),
        two_downloads(
            "226, 426, 229",
            &end,
            b"226 done\r\n426 cut\r\n229 (|||1|)\r\n",
            &fenced,
        ),
        two_downloads(
            "226, 425, 229",
            &end,
            b"226 done\r\n425 no\r\n229 (|||1|)\r\n",
            &fenced,
        ),
        two_downloads("451, 229", &end, b"451 broken\r\n229 (|||1|)\r\n", &clean),
        two_downloads(
            "NOOP too",
            &kept,
            b"200 ok\r\n226 done\r\n229 (|||1|)\r\n",
            &clean,
        ),
        two_downloads(
            "NOOP too, 450",
            &kept,
            b"226 done\r\n450 busy\r\n200 ok\r\n",
            &fenced,
        ),
        two_downloads(
            "ABOR, 426, 226, 229",
            &[Op::Abort],
            b"426 cut\r\n226 ok\r\n229 (|||1|)\r\n",
            &fenced,
        ),
        two_downloads(
            "ABOR, 229, 426, 226",
            &[Op::Abort],
            b"229 (|||1|)\r\n426 cut\r\n226 ok\r\n",
            &fenced,
        ),
    ]
}

/// A session in active mode with two downloads. RETR leaves with the second EPRT. `replies` come
/// before the server connects, or in place of a connection.
fn two_active(name: &'static str, replies: &[u8], ending: &[Item], after: &[Item]) -> Transcript {
    let config = Config::default()
        .with_data_mode(DataMode::Active)
        .with_pipelining(Pipelining::always());
    let listen = |port| {
        let local = SocketAddr::from(([192, 0, 2, 7], port));
        Item::Serve("listen", Reaction::Listening(local))
    };
    let mut ops = vec![Op::Greeting, Op::Login, Op::Retrieve("a", 0), finish()];
    ops.push(Op::Retrieve("b", 0));
    if ending.len() > 1 {
        ops.push(finish());
    }
    ops.push(Op::Pwd);
    let script = [
        hear("TYPE I"),
        say("200 I"),
        listen(2000),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("200 told"),
        hear("RETR a"),
        serve("accept"),
        say("150 here"),
        serve("close graceful download"),
        say("226 done"),
        listen(2001),
        hear("EPRT |1|192.0.2.7|2001|"),
        hear("RETR b"),
        bytes(replies),
    ];
    let script = [&script[..], ending, after].concat();
    transcript(name, config, ops, with_login(script))
}

/// Sessions in which RETR leaves with EPRT.
fn pipelined_active() -> Vec<Transcript> {
    let fenced = fenced_pwd();
    let clean = [hear("PWD"), say("257 \"/here\"")];
    let data = [serve("accept"), serve("close graceful download")];
    let [discard, abandon] = ["close discard", "close abandon"].map(|it| [serve(it)]);
    vec![
        two_active(
            "EPRT with RETR",
            b"200 told\r\n150 here\r\n226 done\r\n",
            &data,
            &clean,
        ),
        two_active(
            "EPRT with RETR, 200 twice",
            b"200 told\r\n200 told\r\n150 here\r\n226 done\r\n",
            &data,
            &clean,
        ),
        two_active(
            "EPRT with RETR, a refused RETR",
            b"200 told\r\n550 no\r\n",
            &discard,
            &clean,
        ),
        two_active(
            "EPRT with RETR, 425 after 150",
            b"200 told\r\n150 here\r\n425 cannot\r\n",
            &discard,
            &clean,
        ),
        two_active(
            "EPRT with RETR, both refused",
            b"500 what\r\n503 EPRT first\r\n",
            &discard,
            &clean,
        ),
        two_active(
            "EPRT refused, RETR carried out",
            b"500 what\r\n150 here\r\n226 done\r\n",
            &abandon,
            &clean,
        ),
        two_active(
            "EPRT refused, RETR ends with 425",
            b"500 what\r\n150 here\r\n425 cannot\r\n",
            &discard,
            &clean,
        ),
        two_active(
            "EPRT with RETR, a stray 226",
            b"226 stray\r\n200 told\r\n550 no\r\n",
            &discard,
            &fenced,
        ),
    ]
}

/// Logins in which all that a transfer needs leaves with PASS.
fn pipelined_logins() -> Vec<Transcript> {
    let fenced = fenced_pwd();
    let clean = [hear("PWD"), say("257 \"/here\"")];
    let next = Pipelining::default().with_transfer_next(true);
    let known = |name, replies: &[u8], ops: &[Op], after: &[Item]| {
        let login = [
            say("220 (vsFTPd 3.0.5)"),
            hear("AUTH TLS"),
            say("234 go"),
            serve("secure control"),
            hear("USER ada"),
            say("331 password"),
            hear("PASS hunter2"),
            hear("PBSZ 0"),
            hear("PROT P"),
            hear("TYPE I"),
            hear("EPSV"),
            bytes(replies),
        ];
        let ops = [&[Op::Greeting, Op::Login], ops].concat();
        let script = [&login[..], after].concat();
        transcript(name, explicit().with_pipelining(next), ops, script)
    };
    vec![
        known(
            "a login and all that a transfer needs",
            b"230 in\r\n200 0\r\n200 P\r\n200 I\r\n229 (|||6446|)\r\n",
            &[Op::Pwd],
            &clean,
        ),
        known(
            "a refused login, with all that a transfer needs",
            b"530 no\r\n503 PBSZ\r\n503 PROT\r\n530 TYPE\r\n530 EPSV\r\n",
            &[Op::Pwd],
            &[hear("PWD"), say("530 no")],
        ),
        known(
            "a refused login, with the same refusal of all that a transfer needs",
            b"530 no\r\n530 no\r\n530 no\r\n530 no\r\n530 no\r\n",
            &[Op::Pwd],
            &[
                hear("PWD"),
                say("530 no"),
                hear("SYST"),
                say("215 UNIX"),
                hear("PWD"),
                say("530 no"),
            ],
        ),
        known(
            "a login whose reply comes twice",
            b"230 in\r\n230 in\r\n200 0\r\n200 P\r\n200 I\r\n229 (|||6446|)\r\n",
            &[Op::Pwd],
            &fenced,
        ),
    ]
}

/// Checks that the result is the same as without a cut. For injected bytes, only the kind of the
/// error is compared: the client stops reading at an injection, and where it stops depends on the
/// cut.
fn check(transcript: &Transcript, cut: Cut) -> Result<(), String> {
    let injected = transcript.name.starts_with("bytes after");
    let replay = |cut| match injected {
        true => transcript.replay_loosely(cut),
        false => transcript.replay(cut),
    };
    let (whole, pieces) = (replay(Cut::Whole), replay(cut));
    if whole == pieces {
        return Ok(());
    }
    Err(format!(
        "{}, {cut:?}: {whole:#?} became {pieces:#?}",
        transcript.name
    ))
}

impl Transcript {
    /// Runs the transcript as [`replay`](Self::replay) does, but returns only the first word of
    /// each outcome, which is the kind of the error.
    fn replay_loosely(&self, cut: Cut) -> (Vec<String>, Vec<String>, bool) {
        let script = Script::new(self.script.iter().cloned()).with_cut(cut);
        let mut driver = Driver::new(self.config.clone(), script);
        let kind = |outcome: String| outcome.split(' ').next().unwrap_or_default().to_owned();
        let outcomes = self.ops.iter().map(|op| kind(driver.outcome(op))).collect();
        (outcomes, driver.wire, driver.session.is_dead())
    }
}

#[test]
fn invariant_1_every_transcript_cut_at_every_position_into_two() {
    let mut cuts = 0;
    for transcript in corpus() {
        for at in 1..transcript.said() {
            if let Err(difference) = check(&transcript, Cut::At(at)) {
                panic!("{difference}");
            }
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
    assert!(corpus().len() >= 12 && cuts > 2_000);
}

#[test]
fn invariant_1_every_transcript_byte_by_byte() {
    for transcript in corpus() {
        if let Err(difference) = check(&transcript, Cut::Bytes) {
            panic!("{difference}");
        }
    }
}

#[test]
fn every_transcript_can_be_replayed() {
    for transcript in corpus() {
        let (outcomes, wire, _) = transcript.replay_loosely(Cut::Whole);
        println!("{}: {outcomes:?} {wire:?}", transcript.name);
    }
    // Checks the successes of the first transcript, so that a corpus full of failures is noticed.
    let (outcomes, _, dead) = corpus()[0].replay(Cut::Whole);
    assert_eq!(outcomes[6], "12 bytes, 226 Transfer complete.");
    assert_eq!(outcomes[9], "Some(Reply(221 Goodbye.))");
    assert!(dead);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_1_any_transcript_in_pieces_of_any_size(
        which in any::<proptest::sample::Index>(),
        seed in any::<u64>(),
        most in 1..40_usize,
    ) {
        let corpus = corpus();
        let transcript = which.get(&corpus);
        prop_assert_eq!(check(transcript, Cut::Random(seed, most)), Ok(()));
    }
}
