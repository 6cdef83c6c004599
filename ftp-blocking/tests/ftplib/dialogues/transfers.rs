//! Dialogues that open data connections.

use crate::dialogue::{Dialogue, Encoding, dialogue};
use crate::server::Step::{End, HangUp, Open, Reset, Take};
use crate::server::{file, raw, say, send, taken};

/// Returns the dialogues that compare ftplib's `retrbinary`, `transfercmd` and `ntransfercmd` with
/// this crate's counterparts.
pub(crate) fn downloads() -> Vec<Dialogue> {
    let download = |name| dialogue(name, &[&["download", "a"], &["pwd"]]);
    let hint = |name, reply: &'static str| {
        dialogue(name, &[&["size_hint", "a"]])
            .on("RETR", [say(reply), send("1"), End, say("226 Done")])
    };
    vec![
        download("download 150 226")
            .watch(&["TYPE", "RETR"])
            .on("RETR", file("hello"))
            .both("ok hello | 226 Done / ok /here / sent TYPE I / sent RETR a"),
        download("download 125 226")
            .on(
                "RETR",
                [say("125 Here"), send("hello"), End, say("226 Done")],
            )
            .both("ok hello | 226 Done / ok /here"),
        download("download 150 250")
            .on(
                "RETR",
                [say("150 Here"), send("hello"), End, say("250 Done")],
            )
            .both("ok hello | 250 Done / ok /here"),
        download("download of bytes")
            .on("RETR", file(b"\0\r\n\xff\xf4\x1a\r"))
            .both("ok \\x00\\r\\n\\xff\\xf4\\x1a\\r | 226 Done / ok /here"),
        download("download of nothing")
            .on("RETR", file(""))
            .both("ok  | 226 Done / ok /here"),
        download("download of 300 KiB")
            .on("RETR", file("0123456789abcdef".repeat(300 * 64)))
            .both("ok 0123456789abcdef0123456789abcdef01234... 307214 bytes / ok /here"),
        download("download with 200 before 150")
            .on(
                "RETR",
                [
                    say("200 Yes"),
                    say("150 Here"),
                    send("hello"),
                    End,
                    say("226 Done"),
                ],
            )
            .both("ok hello | 226 Done / ok /here"),
        download("download with 226 ahead of the data")
            .on(
                "RETR",
                [say("150 Here"), say("226 Done"), send("hello"), End],
            )
            .both("ok hello | 226 Done / ok /here"),
        download("download with 226 alone")
            .on("RETR", [Open, End, say("226 Done")])
            .impatient(),
        download("download with 226 alone, no data connection")
            .on("RETR", [End, say("226 Done")])
            .impatient(),
        download("download 350")
            .on("RETR", [say("350 And?")])
            .both("reply 350 And? / ok /here"),
        download("download 450")
            .on("RETR", [say("450 Busy")])
            .both("transient 450 Busy / ok /here"),
        download("download 550")
            .on("RETR", [say("550 No such file")])
            .both("permanent 550 No such file / ok /here"),
        download("download 421").on("RETR", [say("421 Going down"), HangUp]),
        download("download 150 426")
            .on(
                "RETR",
                [say("150 Here"), send("hel"), End, say("426 Broken")],
            )
            .both("transient 426 Broken / ok /here"),
        download("download 150 451")
            .on(
                "RETR",
                [say("150 Here"), send("hel"), End, say("451 Broken")],
            )
            .both("transient 451 Broken / ok /here"),
        download("download 150 550")
            .on(
                "RETR",
                [say("150 Here"), Open, End, say("550 After all, no")],
            )
            .both("permanent 550 After all, no / ok /here"),
        download("download 150 550, the data connection left open")
            .on("RETR", [say("150 Here"), Open, say("550 After all, no")])
            .impatient(),
        download("download 150 350")
            .on(
                "RETR",
                [say("150 Here"), send("hello"), End, say("350 And?")],
            )
            .both("reply 350 And? / ok /here"),
        download("download 150 421").on(
            "RETR",
            [
                say("150 Here"),
                send("hel"),
                End,
                say("421 Going down"),
                HangUp,
            ],
        ),
        download("download reset, 426").on("RETR", [say("150 Here"), Reset, say("426 Broken")]),
        download("download reset, 226").on("RETR", [say("150 Here"), Reset, say("226 Done")]),
        download("download shorter than 150 said").on(
            "RETR",
            [
                say("150 Here (10 bytes)"),
                send("hello"),
                End,
                say("226 Done"),
            ],
        ),
        download("download and no reply at the end")
            .on("RETR", [say("150 Here"), send("hello"), End])
            .impatient(),
        download("download and closed at the end")
            .on("RETR", [say("150 Here"), send("hello"), End, HangUp]),
        download("download and closed at once")
            .on("RETR", [HangUp])
            .both("closed / closed"),
        download("download stalls")
            .on("RETR", [say("150 Here"), send("hel")])
            .on("ABOR", [End, say("426 Aborted"), say("226 Yes")])
            .impatient()
            .both("timeout / ok /here"),
        download("download, TYPE refused")
            .on("TYPE", [say("504 Never")])
            .both("permanent 504 Never / ok /here"),
        dialogue("two downloads", &[&["download", "a"], &["download", "b"]])
            .on("RETR a", file("one"))
            .on("RETR b", file("two"))
            .both("ok one | 226 Done / ok two | 226 Done"),
        dialogue(
            "TYPE of two downloads",
            &[&["download", "a"], &["download", "b"]],
        )
        .watch(&["TYPE"])
        .on("RETR a", file("one"))
        .on("RETR b", file("two")),
        dialogue(
            "TYPE of a list and a download",
            &[&["list"], &["download", "b"]],
        )
        .watch(&["TYPE"])
        .on("LIST", file("one\r\n"))
        .on("RETR b", file("two"))
        .both("ok [one] / ok two | 226 Done / sent TYPE A / sent TYPE I"),
        dialogue("download from an offset", &[&["download", "a", "3"]])
            .watch(&["REST"])
            .on("RETR", file("lo"))
            .both("ok lo | 226 Done / sent REST 3"),
        dialogue("download from offset 0", &[&["download", "a", "0"]])
            .watch(&["REST"])
            .on("RETR", file("hello")),
        dialogue("download, REST 502", &[&["download", "a", "3"], &["pwd"]])
            .on("REST", [say("502 What?")])
            .both("permanent 502 What? / ok /here"),
        dialogue("download, REST 200", &[&["download", "a", "3"]])
            .on("REST", [say("200 Yes")])
            .on("RETR", file("lo")),
        dialogue("download in Latin-1", &[&["download", "café"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .watch(&["RETR"])
            .on("RETR", file("hello"))
            .both("ok hello | 226 Done / sent RETR café"),
        hint("size in 150", "150 Opening a (1048576 bytes)").both("ok 1048576"),
        hint("no size in 150", "150 Opening a").both("ok None"),
        hint("size in 125", "125 Opening a (1048576 bytes)"),
    ]
}

/// Returns the dialogues that compare ftplib's `makepasv`, `makeport`, `sendport`, `sendeprt` and
/// `set_pasv` with this crate's counterparts.
pub(crate) fn data_connections() -> Vec<Dialogue> {
    let download = |name| dialogue(name, &[&["download", "a"], &["pwd"]]).on("RETR", file("hello"));
    let classic = |name, reply: &'static str| {
        download(name)
            .on("EPSV", [say("500 What?")])
            .on("PASV", [say(reply)])
    };
    let extended = |name, reply: &'static str| download(name).over_ipv6().on("EPSV", [say(reply)]);
    vec![
        classic("227 usual", "227 Here ({pasv}).").both("ok hello | 226 Done / ok /here"),
        classic("227 without parentheses", "227 Here {pasv}")
            .both("ok hello | 226 Done / ok /here"),
        classic("227 behind an equals sign", "227 Here={pasv}")
            .both("ok hello | 226 Done / ok /here"),
        classic("227 with a misleading address", "227 Here ({misleading})")
            .both("ok hello | 226 Done / ok /here"),
        classic(
            "227 with another address, trusted",
            "227 Here ({elsewhere})",
        )
        .set(|setting| setting.trust = true)
        .both("ok hello | 226 Done / ok /here"),
        classic(
            "227 with another address, not trusted",
            "227 Here ({elsewhere})",
        )
        .both("io / ok /here"),
        classic("227 without an address", "227 Here").both("protocol / ok /here"),
        classic("227 whose port refuses", "227 Here ({closed})").both("io / ok /here"),
        classic("PASV 425", "425 No port").both("transient 425 No port / ok /here"),
        classic("PASV 502", "502 What?").both("permanent 502 What? / ok /here"),
        classic("PASV 200", "200 Yes").both("reply 200 Yes / ok /here"),
        classic("PASV 530", "530 Not you").both("permanent 530 Not you / ok /here"),
        download("EPSV refused on IPv4")
            .on("EPSV", [say("522 What?")])
            .both("ok hello | 226 Done / ok /here"),
        download("PASV refused on IPv4").on("PASV", [say("502 What?")]),
        download("227 whose port refuses, 229 whose port does not")
            .on("PASV", [say("227 Here ({closed})")]),
        extended("229 usual", "229 Here ({epsv})").both("ok hello | 226 Done / ok /here"),
        extended("229 with other delimiters", "229 Here (!!!{port}!)")
            .both("ok hello | 226 Done / ok /here"),
        extended("229 with everything filled in", "229 Here (|2|::1|{port}|)")
            .both("ok hello | 226 Done / ok /here"),
        extended("229 without parentheses", "229 Here {epsv}"),
        extended("229 without a port", "229 Here (|||x|)"),
        extended("229 whose port refuses", "229 Here ({eclosed})").both("io / ok /here"),
        extended("EPSV 425", "425 No port").both("transient 425 No port / ok /here"),
        dialogue("EPSV 425 once", &[&["download", "a"], &["download", "a"]])
            .over_ipv6()
            .on("EPSV", [say("425 No port")])
            .then("EPSV", [say("229 Here ({epsv})")])
            .on("RETR", file("hello"))
            .both("transient 425 No port / ok hello | 226 Done"),
        dialogue(
            "229 whose port refuses once",
            &[&["download", "a"], &["download", "a"]],
        )
        .over_ipv6()
        .on("EPSV", [say("229 Here ({eclosed})")])
        .then("EPSV", [say("229 Here ({epsv})")])
        .on("RETR", file("hello"))
        .both("io / ok hello | 226 Done"),
        extended("EPSV 530", "530 Not you").both("permanent 530 Not you / ok /here"),
        download("active")
            .active()
            .watch(&["RETR"])
            .both("ok hello | 226 Done / ok /here / sent RETR a"),
        download("active, EPRT refused")
            .active()
            .on("EPRT", [say("500 What?")])
            .both("ok hello | 226 Done / ok /here"),
        download("active, PORT refused")
            .active()
            .on("PORT", [say("500 What?")]),
        download("active, both refused")
            .active()
            .on("EPRT", [say("500 What?")])
            .on("PORT", [say("500 What?")])
            .both("permanent 500 What? / ok /here"),
        download("active over IPv6")
            .active()
            .over_ipv6()
            .watch(&["PORT"])
            .both("ok hello | 226 Done / ok /here"),
        download("active over IPv6, refused")
            .active()
            .over_ipv6()
            .on("EPRT", [say("522 What?")])
            .both("permanent 522 What? / ok /here"),
        download("active 550")
            .active()
            .on("RETR", [say("550 No")])
            .both("permanent 550 No / ok /here"),
        download("active 150 425")
            .active()
            .on("RETR", [say("150 Here"), say("425 Cannot reach you")])
            .impatient(),
        download("active and nobody comes")
            .active()
            .on("RETR", [say("150 Here")])
            .impatient()
            .both("timeout / ok /here"),
        dialogue(
            "active, then passive",
            &[
                &["mode", "active"],
                &["download", "a"],
                &["mode", "passive"],
                &["download", "a"],
            ],
        )
        .watch(&["target"])
        .on("RETR", file("hello"))
        .both("ok  / ok hello | 226 Done / ok  / ok hello | 226 Done / target 127.0.0.1"),
        dialogue("active upload", &[&["store", "a", "hello"]])
            .active()
            .on("STOR", taken())
            .both("ok 226 Done / stored hello"),
        dialogue("active list", &[&["list"]])
            .active()
            .on("LIST", file("a\r\nb\r\n"))
            .both("ok [a][b]"),
        dialogue("PORT by hand", &[&["completed", "PORT 127,0,0,1,4,1"]])
            .watch(&["PORT"])
            .both("ok 200 Port / sent PORT 127,0,0,1,4,1"),
        dialogue("EPRT by hand", &[&["completed", "EPRT |2|::1|1025|"]])
            .watch(&["EPRT"])
            .both("ok 200 Port / sent EPRT |2|::1|1025|"),
    ]
}

/// Returns the dialogues that compare ftplib's `storbinary` with this crate's counterpart.
pub(crate) fn uploads() -> Vec<Dialogue> {
    let store = |name| dialogue(name, &[&["store", "a", "hello"], &["pwd"]]);
    vec![
        store("store 150 226")
            .watch(&["TYPE", "STOR"])
            .on("STOR", taken())
            .both("ok 226 Done / ok /here / sent TYPE I / sent STOR a / stored hello"),
        store("store 125 250")
            .on("STOR", [say("125 Go on"), Take, say("250 Done")])
            .both("ok 250 Done / ok /here / stored hello"),
        store("store with 200 before 150")
            .on(
                "STOR",
                [say("200 Yes"), say("150 Go on"), Take, say("226 Done")],
            )
            .both("ok 226 Done / ok /here / stored hello"),
        store("store 350")
            .on("STOR", [say("350 And?")])
            .both("reply 350 And? / ok /here"),
        store("store 452")
            .on("STOR", [say("452 Full")])
            .both("transient 452 Full / ok /here"),
        store("store 553")
            .on("STOR", [say("553 Not that name")])
            .both("permanent 553 Not that name / ok /here"),
        store("store 150 552")
            .on("STOR", [say("150 Go on"), Take, say("552 Full")])
            .both("permanent 552 Full / ok /here / stored hello"),
        store("store 150 426")
            .on("STOR", [say("150 Go on"), Take, say("426 Broken")])
            .both("transient 426 Broken / ok /here / stored hello"),
        store("store 150 350")
            .on("STOR", [say("150 Go on"), Take, say("350 And?")])
            .both("reply 350 And? / ok /here / stored hello"),
        store("store and closed at the end").on("STOR", [say("150 Go on"), Take, HangUp]),
        store("store and no reply at the end")
            .on("STOR", [say("150 Go on"), Take])
            .impatient(),
        store("store with 226 ahead of the data")
            .on("STOR", [raw("150 Go on\r\n226 Done\r\n"), Take]),
        store("store, TYPE refused")
            .on("TYPE", [say("504 Never")])
            .both("permanent 504 Never / ok /here"),
        dialogue("store of nothing", &[&["store", "a", ""]])
            .on("STOR", taken())
            .both("ok 226 Done / stored "),
        dialogue("store of line ends", &[&["store", "a", "a\nb\r\nc\rd"]])
            .on("STOR", taken())
            .both("ok 226 Done / stored a\\nb\\r\\nc\\rd"),
        dialogue("store from an offset", &[&["store", "a", "lo", "3"]])
            .watch(&["REST"])
            .on("STOR", taken())
            .both("ok 226 Done / sent REST 3 / stored lo"),
        dialogue("store, REST 502", &[&["store", "a", "lo", "3"], &["pwd"]])
            .on("REST", [say("502 What?")])
            .both("permanent 502 What? / ok /here"),
        dialogue("append", &[&["append", "a", "hello"]])
            .watch(&["APPE"])
            .on("APPE", taken())
            .both("ok 226 Done / sent APPE a / stored hello"),
        dialogue("store under a unique name", &[&["store_unique", "hello"]])
            .watch(&["STOU"])
            .on("STOU", [say("150 FILE: a.1"), Take, say("226 Done")])
            .both("ok 226 Done / sent STOU / stored hello"),
    ]
}

/// A line that is longer than ftplib's limit for a line (8192 bytes).
const LONG: &str = match std::str::from_utf8(&[b'a'; 9_000]) {
    Ok(text) => text,
    Err(_) => panic!("it is ASCII"),
};

/// Returns the dialogues that compare ftplib's `retrlines` and `storlines` with this crate's
/// counterparts.
pub(crate) fn lines() -> Vec<Dialogue> {
    let lines = |name, content: &[u8]| {
        dialogue(name, &[&["download_lines", "a"], &["pwd"]]).on("RETR", file(content))
    };
    let store = |name, content: &'static str| {
        dialogue(name, &[&["store_lines", "a", content]]).on("STOR", taken())
    };
    vec![
        lines("lines that end with CRLF", b"a\r\n b \r\n\r\nc\r\n")
            .watch(&["TYPE"])
            .both("ok [a][ b ][][c] / ok /here / sent TYPE A"),
        lines("lines that end with LF", b"a\nb\n").both("ok [a][b] / ok /here"),
        lines("lines with a lone CR", b"a\rb\r\n"),
        lines("lines that end with CR CR LF", b"a\r\r\nb\r\n"),
        lines("last line without an end", b"a\r\nb").both("ok [a][b] / ok /here"),
        lines("no lines", b"").both("ok  / ok /here"),
        lines("lines that are not UTF-8", b"caf\xe9\r\n"),
        lines("lines in Latin-1", b"caf\xe9\r\n")
            .set(|setting| setting.encoding = Encoding::Latin1)
            .both("ok [caf\\xe9] / ok /here"),
        lines(
            "line of 9,000 bytes of data",
            &[&[b'a'; 9_000][..], b"\r\n"].concat(),
        ),
        lines(
            "line of 20,000 bytes of data",
            &[&[b'a'; 20_000][..], b"\r\n"].concat(),
        ),
        dialogue("lines 150 426", &[&["download_lines", "a"], &["pwd"]])
            .on(
                "RETR",
                [say("150 Here"), send("a\r\n"), End, say("426 Broken")],
            )
            .both("transient 426 Broken / ok /here"),
        dialogue("lines 550", &[&["download_lines", "a"], &["pwd"]])
            .on("RETR", [say("550 No")])
            .both("permanent 550 No / ok /here"),
        dialogue("lines, TYPE 350", &[&["download_lines", "a"]])
            .on("TYPE", [say("350 And?")])
            .on("RETR", file("a\r\n")),
        store("store lines that end with LF", "a\nb\n")
            .watch(&["TYPE"])
            .both("ok 226 Done / sent TYPE A / stored a\\r\\nb\\r\\n"),
        store("store lines that end with CRLF", "a\r\nb\r\n")
            .both("ok 226 Done / stored a\\r\\nb\\r\\n"),
        store("store lines with a lone CR", "a\rb\n").both("ok 226 Done / stored a\\rb\\r\\n"),
        store("store a last line without an end", "a\nb")
            .both("ok 226 Done / stored a\\r\\nb\\r\\n"),
        store("store a last line that ends with CR", "a\nb\r")
            .both("ok 226 Done / stored a\\r\\nb\\r\\n"),
        store("store empty lines", "\n\n").both("ok 226 Done / stored \\r\\n\\r\\n"),
        store("store no lines", "").both("ok 226 Done / stored "),
        store("store a line of 9,000 bytes", LONG),
        dialogue("store lines 552", &[&["store_lines", "a", "b\n"], &["pwd"]])
            .on("STOR", [say("150 Go on"), Take, say("552 Full")])
            .both("permanent 552 Full / ok /here / stored b\\r\\n"),
    ]
}

/// Returns the dialogues that compare ftplib's `nlst`, `dir` and `mlsd` with this crate's
/// counterparts.
pub(crate) fn listings() -> Vec<Dialogue> {
    let mlsd = |name, listing: &[u8]| dialogue(name, &[&["mlsd"]]).on("MLSD", file(listing));
    vec![
        dialogue("names", &[&["names"]])
            .watch(&["TYPE", "NLST"])
            .on("NLST", file("a\r\nb c\r\n"))
            .both("ok [a][b c] / sent TYPE A / sent NLST"),
        dialogue("names of a directory", &[&["names", "d"]])
            .watch(&["NLST"])
            .on("NLST", file("d/a\r\n"))
            .both("ok [d/a] / sent NLST d"),
        dialogue("names with an option", &[&["names", "-a", "d"]])
            .watch(&["NLST"])
            .on("NLST", file("d/a\r\n"))
            .both("ok [d/a] / sent NLST -a d"),
        dialogue("names of the empty name", &[&["names", ""]])
            .watch(&["NLST"])
            .on("NLST", file("a\r\n")),
        dialogue("names, none", &[&["names"]])
            .on("NLST", file(""))
            .both("ok "),
        dialogue("names, none, 226 alone", &[&["names"]])
            .on("NLST", [Open, End, say("226 Nothing")])
            .impatient(),
        dialogue("names, none, 550", &[&["names"]])
            .on("NLST", [say("550 No files found")])
            .both("permanent 550 No files found"),
        dialogue("names, none, 450", &[&["names"]])
            .on("NLST", [say("450 No files found")])
            .both("transient 450 No files found"),
        dialogue("names in Latin-1", &[&["names"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .on("NLST", file(b"caf\xe9\r\n"))
            .both("ok [caf\\xe9]"),
        dialogue("names that are not UTF-8", &[&["names"]]).on("NLST", file(b"caf\xe9\r\n")),
        dialogue("names with blanks", &[&["names"]])
            .on("NLST", file("  a  \r\n\tb\r\n"))
            .both("ok [  a  ][\\tb]"),
        dialogue("list", &[&["list"]])
            .watch(&["TYPE", "LIST"])
            .on("LIST", file("-rw-r--r-- 1 a b 7 Jan 1 00:00 c\r\n"))
            .both("ok [-rw-r--r-- 1 a b 7 Jan 1 00:00 c] / sent TYPE A / sent LIST"),
        dialogue("list of a directory", &[&["list", "d"]])
            .watch(&["LIST"])
            .on("LIST", file("total 0\r\n"))
            .both("ok [total 0] / sent LIST d"),
        dialogue("list with an option", &[&["list", "-l", "d"]])
            .watch(&["LIST"])
            .on("LIST", file("total 0\r\n"))
            .both("ok [total 0] / sent LIST -l d"),
        dialogue("list of the empty name", &[&["list", ""]])
            .watch(&["LIST"])
            .on("LIST", file("total 0\r\n")),
        dialogue("list 150 425", &[&["list"], &["pwd"]])
            .on("LIST", [say("150 Here"), Open, End, say("425 No")])
            .both("transient 425 No / ok /here"),
        dialogue("list 550", &[&["list"], &["pwd"]])
            .on("LIST", [say("550 No")])
            .both("permanent 550 No / ok /here"),
        mlsd("mlsd", b"type=file;size=3; a\r\ntype=dir; d\r\n")
            .watch(&["TYPE", "MLSD"])
            .both("ok [type=file;size=3; a][type=dir; d] / sent TYPE A / sent MLSD"),
        dialogue("mlsd of a directory", &[&["mlsd", "d"]])
            .watch(&["MLSD"])
            .on("MLSD", file("type=file; a\r\n"))
            .both("ok [type=file; a] / sent MLSD d"),
        dialogue("mlsd with facts", &[&["mlsd", "", "type", "size"]])
            .watch(&["OPTS", "MLSD"])
            .on("OPTS", [say("200 Yes")])
            .on("MLSD", file("type=file;size=3; a\r\n"))
            .both("ok [type=file;size=3; a] / sent OPTS MLST type;size; / sent MLSD"),
        dialogue("mlsd with facts, refused", &[&["mlsd", "", "type"]])
            .watch(&["OPTS", "MLSD"])
            .on("OPTS", [say("501 What?")])
            .on("MLSD", file("type=file; a\r\n"))
            .both("permanent 501 What? / sent OPTS MLST type;"),
        mlsd("mlsd of nothing", b"").both("ok "),
        mlsd("mlsd with keys in either case", b"Type=File;SIZE=3; a\r\n")
            .both("ok [type=File;size=3; a]"),
        mlsd(
            "mlsd of itself and its parent",
            b"type=cdir; .\r\ntype=pdir; ..\r\n",
        )
        .both("ok [type=cdir; .][type=pdir; ..]"),
        mlsd("mlsd of names with blanks", b"type=file;  a  b \r\n").both("ok [type=file;  a  b ]"),
        mlsd("mlsd without facts", b" a\r\n"),
        mlsd("mlsd without the last semicolon", b"type=file;size=3 a\r\n"),
        mlsd("mlsd of a line without a blank", b"type=file;size=3;a\r\n"),
        mlsd("mlsd of a fact without a value", b"type; a\r\n").both("ok [type=; a]"),
        mlsd(
            "mlsd of a fact with an equals sign",
            b"type=OS.unix=slink:/b; a\r\n",
        )
        .both("ok [type=OS.unix=slink:/b; a]"),
        mlsd("mlsd with LF alone", b"type=file; a\ntype=file; b\n")
            .both("ok [type=file; a][type=file; b]"),
        dialogue("mlsd 500", &[&["mlsd"], &["pwd"]])
            .on("MLSD", [say("500 What?")])
            .both("permanent 500 What? / ok /here"),
        dialogue("mlsd 501", &[&["mlsd", "a"], &["pwd"]])
            .on("MLSD", [say("501 Not a directory")])
            .both("permanent 501 Not a directory / ok /here"),
    ]
}

/// Returns the dialogues that compare ftplib's `abort` with this crate's counterpart.
pub(crate) fn aborts() -> Vec<Dialogue> {
    let abort = |name| {
        dialogue(name, &[&["abort", "a", "5"], &["pwd"]])
            .on("RETR", [say("150 Here"), send("hello")])
    };
    vec![
        abort("abort 426 226").on("ABOR", [End, raw("426 Aborted\r\n226 Yes\r\n")]),
        abort("abort 426 225").on("ABOR", [End, raw("426 Aborted\r\n225 Yes\r\n")]),
        abort("abort 226 226").on("ABOR", [End, raw("226 Done\r\n226 Yes\r\n")]),
        abort("abort 226")
            .on("ABOR", [End, say("226 Yes")])
            .both("ok 226 Yes / ok /here"),
        abort("abort 225")
            .on("ABOR", [End, say("225 Yes")])
            .both("ok 225 Yes / ok /here"),
        abort("abort 426")
            .on("ABOR", [End, say("426 Aborted")])
            .impatient()
            .both("ok 426 Aborted / ok /here"),
        abort("abort 426 and closed").on("ABOR", [End, say("426 Aborted"), HangUp]),
        abort("abort 451 226").on("ABOR", [End, raw("451 Broken\r\n226 Yes\r\n")]),
        abort("abort 500").on("ABOR", [End, raw("500 What?\r\n226 Done\r\n")]),
        abort("abort and closed")
            .on("ABOR", [HangUp])
            .both("closed / closed"),
        abort("abort and silence").on("ABOR", []).impatient(),
        abort("abort after 226")
            .on(
                "RETR",
                [say("150 Here"), send("hello"), End, say("226 Done")],
            )
            .on("ABOR", [say("225 Nothing to abort")]),
    ]
}

/// Returns the dialogues that compare ftplib's `ftpcp` with this crate's counterpart.
pub(crate) fn copies() -> Vec<Dialogue> {
    let copy = |name| {
        dialogue(name, &[&["copy", "a"]])
            .on("RETR", file("hello"))
            .on_target("STOR", taken())
    };
    vec![
        copy("copy")
            .watch(&["RETR", "STOR"])
            .both("ok  / sent RETR a / sent STOR a / stored hello"),
        dialogue("copy under another name", &[&["copy", "a", "b"]])
            .watch(&["RETR", "STOR"])
            .on("RETR", file("hello"))
            .on_target("STOR", taken())
            .both("ok  / sent RETR a / sent STOR b / stored hello"),
        copy("copy, RETR 550")
            .on("RETR", [Open, End, say("550 No")])
            .on_target("STOR", [say("150 Go on"), Take, say("426 Broken")])
            .on_target("ABOR", [say("226 Aborted")])
            .both("permanent 550 No / stored "),
        copy("copy, STOR 553")
            .on_target("STOR", [say("553 Not that name")])
            .both("permanent 553 Not that name"),
        copy("copy, PASV 502")
            .on("PASV", [say("502 What?")])
            .on("EPSV", [say("502 What?")])
            .both("permanent 502 What?"),
        copy("copy, PORT 500")
            .on_target("PORT", [say("500 What?")])
            .on_target("EPRT", [say("500 What?")])
            .both("permanent 500 What?"),
        copy("copy, STOR 150 552")
            .on_target("STOR", [say("150 Go on"), Take, say("552 Full")])
            .both("permanent 552 Full / stored hello"),
        copy("copy, RETR 150 426")
            .on(
                "RETR",
                [say("150 Here"), send("hel"), End, say("426 Broken")],
            )
            .both("transient 426 Broken / stored hel"),
        copy("copy, a misleading address")
            .on("EPSV", [say("502 What?")])
            .on("PASV", [say("227 Here ({misleading})")])
            .on_target("EPRT", [say("502 What?")])
            .on_target("STOR", [say("425 Cannot reach it")])
            .watch(&["target"]),
    ]
}
