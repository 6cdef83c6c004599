//! The control connection: greeting, login, framing, judging.

use crate::dialogue::{Dialogue, Encoding, dialogue};
use crate::server::Step::HangUp;
use crate::server::{raw, say};

/// `connect` and `getwelcome`.
pub(crate) fn greetings() -> Vec<Dialogue> {
    let greeted = |name| dialogue(name, &[&["connect"]]);
    vec![
        greeted("greeting 220").both("ok 220 ready"),
        greeted("greeting of several lines")
            .greet([raw("220-Welcome\r\n to the server\r\n220 ready\r\n")])
            .both("ok 220-Welcome\\n to the server\\n220 ready"),
        greeted("greeting 230").greet([say("230 In already")]),
        greeted("greeting 120 and 220").greet([say("120 In a minute"), say("220 ready")]),
        greeted("greeting 331").greet([say("331 Who?")]),
        greeted("greeting 421").greet([say("421 Too many"), HangUp]),
        greeted("greeting 434").greet([say("434 Not now")]),
        greeted("greeting 530").greet([say("530 Not you")]),
        greeted("greeting 600").greet([say("600 Odd")]),
        greeted("greeting of an SSH server").greet([say("SSH-2.0-OpenSSH_9.2")]),
        greeted("greeting behind a blank line").greet([raw("\r\n220 ready\r\n")]),
        greeted("no greeting, closed").greet([HangUp]),
        greeted("no greeting, silence").greet([]).impatient(),
        greeted("nobody listens").set(|setting| setting.absent = true),
    ]
}

/// `connect` with its options, `close`, the context manager, `set_debuglevel`.
pub(crate) fn connections() -> Vec<Dialogue> {
    vec![
        dialogue("time-out of zero", &[&["connect"]])
            .set(|setting| setting.timeout = std::time::Duration::ZERO),
        dialogue("source address", &[&["pwd"]])
            .set(|setting| setting.source = Some("127.0.0.3"))
            .watch(&["from"]),
        dialogue("source address that is not ours", &[&["connect"]])
            .set(|setting| setting.source = Some("192.0.2.1")),
        dialogue("over IPv6", &[&["pwd"]]).over_ipv6(),
        dialogue("close twice", &[&["close"]]).watch(&["QUIT"]),
        dialogue("leaving a scope", &[&["leave"]]).watch(&["QUIT"]),
        dialogue("quit 221", &[&["quit"]]),
        dialogue("quit 500", &[&["quit"]]).on("QUIT", [say("500 Stay")]),
        dialogue("quit 250 of several lines", &[&["quit"]])
            .on("QUIT", [raw("221-You have\r\n221 been\r\n")]),
        dialogue("quit and the server just closes", &[&["quit"]]).on("QUIT", [HangUp]),
        dialogue("quit without a line end", &[&["quit"]]).on("QUIT", [raw("221 Bye"), HangUp]),
        dialogue(
            "debugging shows no secret",
            &[&["connect"], &["debug", "user", "hush", "hidden"]],
        )
        .on("PASS", [say("332 Account?")])
        .on("ACCT", [say("230 In")]),
        dialogue("pwd after the server closed", &[&["command", "NOOP"], &["pwd"]])
            .on("NOOP", [say("200 Still"), HangUp]),
        dialogue("pwd after 421", &[&["command", "NOOP"], &["pwd"]])
            .on("NOOP", [say("421 Idle too long"), HangUp]),
        dialogue("pwd and silence", &[&["pwd"]])
            .on("PWD", [])
            .impatient(),
    ]
}

/// `login`.
pub(crate) fn logins() -> Vec<Dialogue> {
    let login = |name, call: &[&'static str]| {
        dialogue(name, &[&["connect"], call]).watch(&["USER", "PASS", "ACCT"])
    };
    let usual = &["login", "ada", "secret"];
    let account = &["login", "ada", "secret", "research"];
    vec![
        login("login 331 230", usual),
        login("login 230 at once", usual).on("USER", [say("230 In")]),
        login("login 232 at once", usual).on("USER", [say("232 In")]),
        login("login 202", usual).on("PASS", [say("202 Superfluous")]),
        login("login 332 230", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("230 In")]),
        login("login 332 202", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("202 Superfluous")]),
        login("login 332 at once", account)
            .on("USER", [say("332 Account?")])
            .on("ACCT", [say("230 In")]),
        login("login 332 530", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("530 Not you")]),
        login("login 332 332", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("332 Account?")]),
        login("login 332 without an account", usual)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("501 Empty")]),
        login("login 120", usual).on("USER", [say("120 In a minute")]),
        login("login 530", usual).on("PASS", [say("530 Not you")]),
        login("login 530 at once", usual).on("USER", [say("530 Not you")]),
        login("login 421", usual).on("USER", [say("421 Too many"), HangUp]),
        login("login 430", usual).on("PASS", [say("430 Not now")]),
        login("login and the server closes", usual).on("USER", [HangUp]),
        login("login as nobody", &["login", "", ""]),
        login("login anonymous with a password", &["login", "anonymous", "a@b"]),
        login("login anonymous without a password", &["login", "anonymous", ""]),
        login("login anonymous with a dash", &["login", "anonymous", "-"]),
        login("login without a password", &["login", "ada", ""]),
        login("login with blanks", &["login", "ada l", " se cret "]),
        login("login in UTF-8", &["login", "adé", "sécret"]),
        login("login in Latin-1", &["login", "adé", "sécret"])
            .set(|setting| setting.encoding = Encoding::Latin1),
    ]
}

/// `getline`, `getmultiline`, `getresp`.
pub(crate) fn framing() -> Vec<Dialogue> {
    let framed = |name, reply: &[u8]| {
        dialogue(name, &[&["command", "STAT"], &["pwd"]]).on("STAT", [raw(reply)])
    };
    let long = |text: &str, count: usize| text.repeat(count).into_bytes();
    vec![
        framed("continuation lines", b"211-a\r\n b\r\nc\r\n211 d\r\n"),
        framed("continuation lines with the code", b"211-a\r\n211-b\r\n211 c\r\n"),
        framed("continuation lines with other codes", b"211-a\r\n500 b\r\n 211 c\r\n211 d\r\n"),
        framed("continuation ended by a bare code", b"211-a\r\n211\r\n"),
        framed("continuation ended by a code and a letter", b"211-a\r\n211x\r\n"),
        framed("continuation with a number that begins like the code", b"211-a\r\n2110 b\r\n211 c\r\n"),
        framed("continuation with blank lines", b"211-a\r\n\r\n211 c\r\n"),
        framed("bare code", b"211\r\n"),
        framed("tab behind the code", b"211\ta\r\n"),
        framed("LF alone", b"211-a\n211 b\n"),
        framed("CR CR LF", b"211 a\r\r\n"),
        framed("lone CR", b"211 a\rb\r\n"),
        framed("blank line before the reply", b"\r\n211 a\r\n"),
        framed("NUL in a reply", b"211 a\0b\r\n"),
        framed("Telnet negotiation", b"\xff\xfb\x01211 a\r\n"),
        framed("reply that is not UTF-8", b"211 caf\xe9\r\n"),
        framed("reply in Latin-1", b"211 caf\xe9\r\n")
            .set(|setting| setting.encoding = Encoding::Latin1),
        framed("reply in UTF-8", "211 café\r\n".as_bytes()),
        framed("line of 8,000 bytes", &[b"211 ", &long("a", 7_994)[..], b"\r\n"].concat()),
        framed("line of 9,000 bytes", &[b"211 ", &long("a", 8_994)[..], b"\r\n"].concat()),
        framed(
            "line of 8,000 characters and 16,000 bytes",
            &["211 ".as_bytes(), &long("é", 7_994)[..], b"\r\n"].concat(),
        ),
        framed("reply of 200 lines", &[&long("211-a\r\n", 199)[..], b"211 b\r\n"].concat()),
        framed("reply of 300 lines", &[&long("211-a\r\n", 299)[..], b"211 b\r\n"].concat()),
        framed(
            "reply of 100 KiB",
            &[&long(&format!("211-{}\r\n", "a".repeat(1_018)), 100)[..], b"211 b\r\n"].concat(),
        ),
        dialogue("closed inside a line", &[&["command", "STAT"]])
            .on("STAT", [raw("211 a and"), HangUp]),
        dialogue("closed inside a reply", &[&["command", "STAT"]])
            .on("STAT", [raw("211-a\r\n b\r\n"), HangUp]),
        dialogue("closed instead of a reply", &[&["command", "STAT"]]).on("STAT", [HangUp]),
        framed("code of two digits", b"21 a\r\n"),
        framed("code of four digits", b"2110 a\r\n"),
        framed("code of letters", b"ok\r\n"),
        framed("blank before the code", b" 211 a\r\n"),
        framed("code 000", b"000 a\r\n"),
        framed("code 600", b"600 a\r\n"),
        framed("two replies to one command", b"211 a\r\n211 b\r\n"),
    ]
}

/// `sendcmd`, `voidcmd`, `putline`.
pub(crate) fn commands() -> Vec<Dialogue> {
    let command = |name, reply: &'static str| {
        dialogue(name, &[&["command", "SITE a"], &["pwd"]]).on("SITE a", [say(reply)])
    };
    let completed = |name, reply: &'static str| {
        dialogue(name, &[&["completed", "SITE a"], &["pwd"]]).on("SITE a", [say(reply)])
    };
    vec![
        command("command 200", "200 Yes"),
        command("command 350", "350 And?"),
        command("command 450", "450 Not now"),
        command("command 550", "550 No"),
        completed("completed command 200", "200 Yes"),
        completed("completed command 350", "350 And?"),
        completed("completed command 450", "450 Not now"),
        completed("completed command 550", "550 No"),
        dialogue("command 150 and 250", &[&["command", "SITE a"], &["pwd"]])
            .on("SITE a", [raw("150 Wait\r\n250 Yes\r\n")]),
        dialogue(
            "noop, syst, stat, help",
            &[
                &["command", "NOOP"],
                &["command", "SYST"],
                &["command", "STAT"],
                &["command", "HELP"],
            ],
        )
        .on("NOOP", [say("200 Yes")])
        .on("SYST", [say("215 UNIX Type: L8")])
        .on("STAT", [say("211 Fine")])
        .on("HELP", [say("214 None")]),
        dialogue("command in lower case", &[&["command", "site a"]])
            .watch(&["site", "SITE"])
            .on("SITE", [say("200 Yes")])
            .on("site", [say("200 Yes")]),
        dialogue("empty command", &[&["command", ""], &["pwd"]]).on("", [say("500 What?")]),
    ]
}
