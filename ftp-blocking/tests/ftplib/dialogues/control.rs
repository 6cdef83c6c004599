//! Dialogues about the control connection: greeting, login, lines and reply codes.

use crate::dialogue::{Dialogue, Encoding, dialogue};
use crate::server::Step::HangUp;
use crate::server::{raw, say};

/// Returns the dialogues that compare ftplib's `connect` and `getwelcome` with this crate's
/// counterparts.
pub(crate) fn greetings() -> Vec<Dialogue> {
    let greeted = |name| dialogue(name, &[&["connect"]]);
    vec![
        greeted("greeting 220").both("ok 220 ready"),
        greeted("greeting of several lines")
            .greet([raw("220-Welcome\r\n to the server\r\n220 ready\r\n")])
            .both("ok 220-Welcome\\n to the server\\n220 ready"),
        greeted("greeting 230")
            .greet([say("230 In already")])
            .both("ok 230 In already"),
        greeted("greeting 120 and 220").greet([say("120 In a minute"), say("220 ready")]),
        greeted("greeting 331").greet([say("331 Who?")]),
        greeted("greeting 421").greet([say("421 Too many"), HangUp]),
        greeted("greeting 434")
            .greet([say("434 Not now")])
            .both("transient 434 Not now"),
        greeted("greeting 530")
            .greet([say("530 Not you")])
            .both("permanent 530 Not you"),
        greeted("greeting 600")
            .greet([say("600 Odd")])
            .both("protocol"),
        greeted("greeting of an SSH server").greet([say("SSH-2.0-OpenSSH_9.2"), HangUp]),
        greeted("greeting after a blank line").greet([raw("\r\n220 ready\r\n")]),
        greeted("no greeting, closed")
            .greet([HangUp])
            .both("closed"),
        greeted("no greeting, silence")
            .greet([])
            .impatient()
            .both("timeout"),
        greeted("nobody listens")
            .set(|setting| setting.absent = true)
            .both("io"),
    ]
}

/// Returns the dialogues that compare ftplib's `connect` with its options, `close`, the context
/// manager and `set_debuglevel` with this crate's counterparts.
pub(crate) fn connections() -> Vec<Dialogue> {
    vec![
        dialogue("time-out of zero", &[&["connect"]])
            .set(|setting| setting.timeout = std::time::Duration::ZERO)
            .both("value"),
        dialogue("source address", &[&["pwd"]])
            .set(|setting| setting.source = Some("127.0.0.3"))
            .watch(&["from"])
            .both("ok /here / from 127.0.0.3"),
        dialogue("source address that is not ours", &[&["connect"]])
            .set(|setting| setting.source = Some("192.0.2.1"))
            .both("io"),
        dialogue("over IPv6", &[&["pwd"]])
            .over_ipv6()
            .both("ok /here"),
        dialogue("close twice", &[&["close"]])
            .watch(&["QUIT"])
            .both("ok "),
        dialogue("leaving a scope", &[&["leave"]]).watch(&["QUIT"]),
        dialogue("quit 221", &[&["quit"]]).both("ok 221 Bye"),
        dialogue("quit 500", &[&["quit"]])
            .on("QUIT", [say("500 Stay")])
            .both("permanent 500 Stay"),
        dialogue("quit 250 of several lines", &[&["quit"]])
            .on("QUIT", [raw("221-You have\r\n221 been\r\n")])
            .both("ok 221-You have\\n221 been"),
        dialogue("quit and the server just closes", &[&["quit"]]).on("QUIT", [HangUp]),
        dialogue("quit without a line end", &[&["quit"]])
            .on("QUIT", [raw("221 Bye"), HangUp])
            .both("ok 221 Bye"),
        dialogue(
            "debugging shows no secret",
            &[&["debug", "user", "hush", "hidden"]],
        )
        .on("PASS", [say("332 Account?")])
        .on("ACCT", [say("230 In")]),
        dialogue(
            "pwd after the server closed",
            &[&["command", "NOOP"], &["pwd"]],
        )
        .on("NOOP", [say("200 Still"), HangUp])
        .both("ok 200 Still / closed"),
        dialogue("pwd after 421", &[&["command", "NOOP"], &["pwd"]])
            .on("NOOP", [say("421 Idle too long"), HangUp]),
        dialogue("pwd and silence", &[&["pwd"]])
            .on("PWD", [])
            .impatient()
            .both("timeout"),
    ]
}

/// Returns the dialogues that compare ftplib's `login` with this crate's counterpart.
pub(crate) fn logins() -> Vec<Dialogue> {
    let login =
        |name, call: &[&'static str]| dialogue(name, &[call]).watch(&["USER", "PASS", "ACCT"]);
    let usual = &["login", "ada", "secret"];
    let account = &["login", "ada", "secret", "research"];
    vec![
        login("login 331 230", usual).both("ok 230 In / sent USER ada / sent PASS secret"),
        login("login 230 at once", usual)
            .on("USER", [say("230 In")])
            .both("ok 230 In / sent USER ada"),
        login("login 232 at once", usual)
            .on("USER", [say("232 In")])
            .both("ok 232 In / sent USER ada"),
        login("login 202", usual)
            .on("PASS", [say("202 Superfluous")])
            .both("ok 202 Superfluous / sent USER ada / sent PASS secret"),
        login("login 332 230", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("230 In")])
            .both("ok 230 In / sent USER ada / sent PASS secret / sent ACCT research"),
        login("login 332 202", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("202 Superfluous")])
            .both("ok 202 Superfluous / sent USER ada / sent PASS secret / sent ACCT research"),
        login("login 332 at once", account)
            .on("USER", [say("332 Account?")])
            .on("ACCT", [say("230 In")])
            .both("ok 230 In / sent USER ada / sent PASS secret"),
        login("login 332 530", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("530 Not you")])
            .both("permanent 530 Not you / sent USER ada / sent PASS secret / sent ACCT research"),
        login("login 332 332", account)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("332 Account?")])
            .both("reply 332 Account? / sent USER ada / sent PASS secret / sent ACCT research"),
        login("login 332 without an account", usual)
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("501 Empty")]),
        login("login 120", usual)
            .on("USER", [say("120 In a minute")])
            .both("reply 120 In a minute / sent USER ada"),
        login("login 530", usual)
            .on("PASS", [say("530 Not you")])
            .both("permanent 530 Not you / sent USER ada / sent PASS secret"),
        login("login 530 at once", usual)
            .on("USER", [say("530 Not you")])
            .both("permanent 530 Not you / sent USER ada"),
        login("login 421", usual).on("USER", [say("421 Too many"), HangUp]),
        login("login 430", usual)
            .on("PASS", [say("430 Not now")])
            .both("transient 430 Not now / sent USER ada / sent PASS secret"),
        login("login and the server closes", usual)
            .on("USER", [HangUp])
            .both("closed / sent USER ada"),
        login("login as nobody", &["login", "", ""])
            .both("ok 230 In / sent USER anonymous / sent PASS anonymous@"),
        login(
            "login anonymous with a password",
            &["login", "anonymous", "a@b"],
        )
        .both("ok 230 In / sent USER anonymous / sent PASS a@b"),
        login(
            "login anonymous without a password",
            &["login", "anonymous", ""],
        )
        .both("ok 230 In / sent USER anonymous / sent PASS anonymous@"),
        login("login anonymous with a dash", &["login", "anonymous", "-"])
            .both("ok 230 In / sent USER anonymous / sent PASS -anonymous@"),
        login("login without a password", &["login", "ada", ""])
            .both("ok 230 In / sent USER ada / sent PASS "),
        login("login with blanks", &["login", "ada l", " se cret "])
            .both("ok 230 In / sent USER ada l / sent PASS  se cret "),
        login("login in UTF-8", &["login", "adé", "sécret"])
            .both("ok 230 In / sent USER adÃ© / sent PASS sÃ©cret"),
        login("login in Latin-1", &["login", "adé", "sécret"])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .both("ok 230 In / sent USER adé / sent PASS sécret"),
    ]
}

/// Returns the dialogues that compare ftplib's `getline`, `getmultiline` and `getresp` with this
/// crate's counterparts.
pub(crate) fn framing() -> Vec<Dialogue> {
    let framed = |name, reply: &[u8]| {
        dialogue(name, &[&["command", "STAT"], &["pwd"]]).on("STAT", [raw(reply)])
    };
    let long = |text: &str, count: usize| text.repeat(count).into_bytes();
    vec![
        framed("continuation lines", b"211-a\r\n b\r\nc\r\n211 d\r\n")
            .both("ok 211-a\\n b\\nc\\n211 d / ok /here"),
        framed(
            "continuation lines with the code",
            b"211-a\r\n211-b\r\n211 c\r\n",
        )
        .both("ok 211-a\\n211-b\\n211 c / ok /here"),
        framed(
            "continuation lines with other codes",
            b"211-a\r\n500 b\r\n 211 c\r\n211 d\r\n",
        )
        .both("ok 211-a\\n500 b\\n 211 c\\n211 d / ok /here"),
        framed("continuation ended by a bare code", b"211-a\r\n211\r\n")
            .both("ok 211-a\\n211 / ok /here"),
        framed(
            "continuation ended by a code and a letter",
            b"211-a\r\n211x\r\n",
        )
        .both("ok 211-a\\n211x / ok /here"),
        framed(
            "continuation with a number that begins like the code",
            b"211-a\r\n2110 b\r\n211 c\r\n",
        ),
        framed("continuation with blank lines", b"211-a\r\n\r\n211 c\r\n")
            .both("ok 211-a\\n\\n211 c / ok /here"),
        framed("bare code", b"211\r\n").both("ok 211 / ok /here"),
        framed("tab behind the code", b"211\ta\r\n").both("ok 211\\ta / ok /here"),
        framed("LF alone", b"211-a\n211 b\n").both("ok 211-a\\n211 b / ok /here"),
        framed("CR CR LF", b"211 a\r\r\n"),
        framed("lone CR", b"211 a\rb\r\n"),
        framed("blank line before the reply", b"\r\n211 a\r\n"),
        framed("NUL in a reply", b"211 a\0b\r\n"),
        framed("Telnet negotiation", b"\xff\xfb\x01211 a\r\n"),
        framed("reply that is not UTF-8", b"211 caf\xe9\r\n"),
        framed("reply in Latin-1", b"211 caf\xe9\r\n")
            .set(|setting| setting.encoding = Encoding::Latin1)
            .both("ok 211 caf\\xe9 / ok /here"),
        framed("reply in UTF-8", "211 café\r\n".as_bytes()).both("ok 211 café / ok /here"),
        framed(
            "line of 8,000 bytes",
            &[b"211 ", &long("a", 7_994)[..], b"\r\n"].concat(),
        )
        .both("ok 211 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... 8001 bytes / ok /here"),
        framed(
            "line of 9,000 bytes",
            &[b"211 ", &long("a", 8_994)[..], b"\r\n"].concat(),
        ),
        framed(
            "line of 8,000 characters and 16,000 bytes",
            &["211 ".as_bytes(), &long("é", 7_994)[..], b"\r\n"].concat(),
        ),
        framed(
            "reply of 200 lines",
            &[&long("211-a\r\n", 199)[..], b"211 b\r\n"].concat(),
        )
        .both("ok 211-a\\n211-a\\n211-a\\n211-a\\n211-a\\n211-a\\n2... 1202 bytes / ok /here"),
        framed(
            "reply of 300 lines",
            &[&long("211-a\r\n", 299)[..], b"211 b\r\n"].concat(),
        ),
        framed(
            "reply of 100 KiB",
            &[
                &long(&format!("211-{}\r\n", "a".repeat(1_018)), 100)[..],
                b"211 b\r\n",
            ]
            .concat(),
        ),
        dialogue("closed inside a line", &[&["command", "STAT"]])
            .on("STAT", [raw("211 a and"), HangUp]),
        dialogue("closed inside a reply", &[&["command", "STAT"]])
            .on("STAT", [raw("211-a\r\n b\r\n"), HangUp])
            .both("closed"),
        dialogue("closed instead of a reply", &[&["command", "STAT"]])
            .on("STAT", [HangUp])
            .both("closed"),
        framed("code of two digits", b"21 a\r\n"),
        framed("code of four digits", b"2110 a\r\n"),
        framed("code of letters", b"ok\r\n"),
        framed("blank before the code", b" 211 a\r\n"),
        framed("code 000", b"000 a\r\n"),
        framed("code 600", b"600 a\r\n"),
        framed("two replies to one command", b"211 a\r\n211 b\r\n"),
    ]
}

/// Returns the dialogues that compare ftplib's `sendcmd`, `voidcmd` and `putline` with this crate's
/// counterparts.
pub(crate) fn commands() -> Vec<Dialogue> {
    let command = |name, reply: &'static str| {
        dialogue(name, &[&["command", "SITE a"], &["pwd"]]).on("SITE a", [say(reply)])
    };
    let completed = |name, reply: &'static str| {
        dialogue(name, &[&["completed", "SITE a"], &["pwd"]]).on("SITE a", [say(reply)])
    };
    vec![
        command("command 200", "200 Yes").both("ok 200 Yes / ok /here"),
        command("command 350", "350 And?").both("ok 350 And? / ok /here"),
        command("command 450", "450 Not now").both("transient 450 Not now / ok /here"),
        command("command 550", "550 No").both("permanent 550 No / ok /here"),
        completed("completed command 200", "200 Yes").both("ok 200 Yes / ok /here"),
        completed("completed command 350", "350 And?").both("reply 350 And? / ok /here"),
        completed("completed command 450", "450 Not now").both("transient 450 Not now / ok /here"),
        completed("completed command 550", "550 No").both("permanent 550 No / ok /here"),
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
        .on("HELP", [say("214 None")])
        .both("ok 200 Yes / ok 215 UNIX Type: L8 / ok 211 Fine / ok 214 None"),
        dialogue("command in lower case", &[&["command", "site a"]])
            .watch(&["site", "SITE"])
            .on("SITE", [say("200 Yes")])
            .on("site", [say("200 Yes")]),
        dialogue("empty command", &[&["command", ""], &["pwd"]]).on("", [say("500 What?")]),
    ]
}
