//! What comes and goes over data connections.

use crate::dialogue::{Dialogue, Encoding, dialogue};
use crate::server::Step::{End, HangUp, Open, Reset, Take};
use crate::server::{file, raw, say, send, taken};

/// `retrbinary`, `transfercmd`, `ntransfercmd`.
pub(crate) fn downloads() -> Vec<Dialogue> {
    let download = |name| dialogue(name, &[&["download", "a"], &["pwd"]]);
    let hint = |name, reply: &'static str| {
        dialogue(name, &[&["size_hint", "a"]]).on("RETR", [say(reply), send("1"), End, say("226 Done")])
    };
    vec![
        download("download 150 226")
            .watch(&["TYPE", "RETR"])
            .on("RETR", file("hello")),
        download("download 125 226").on("RETR", [say("125 Here"), send("hello"), End, say("226 Done")]),
        download("download 150 250").on("RETR", [say("150 Here"), send("hello"), End, say("250 Done")]),
        download("download of bytes").on("RETR", file(b"\0\r\n\xff\xf4\x1a\r")),
        download("download of nothing").on("RETR", file("")),
        download("download of 300 KiB").on("RETR", file("0123456789abcdef".repeat(300 * 64))),
        download("download with 200 before 150").on(
            "RETR",
            [say("200 Yes"), say("150 Here"), send("hello"), End, say("226 Done")],
        ),
        download("download with 226 ahead of the data")
            .on("RETR", [say("150 Here"), say("226 Done"), send("hello"), End]),
        download("download with 226 alone")
            .on("RETR", [say("226 Done")])
            .impatient(),
        download("download 350").on("RETR", [say("350 And?")]),
        download("download 450").on("RETR", [say("450 Busy")]),
        download("download 550").on("RETR", [say("550 No such file")]),
        download("download 421").on("RETR", [say("421 Going down"), HangUp]),
        download("download 150 426").on("RETR", [say("150 Here"), send("hel"), End, say("426 Broken")]),
        download("download 150 451").on("RETR", [say("150 Here"), send("hel"), End, say("451 Broken")]),
        download("download 150 550").on("RETR", [say("150 Here"), End, say("550 After all, no")]),
        download("download 150 350").on("RETR", [say("150 Here"), send("hello"), End, say("350 And?")]),
        download("download 150 421")
            .on("RETR", [say("150 Here"), send("hel"), End, say("421 Going down"), HangUp]),
        download("download reset, 426").on("RETR", [say("150 Here"), Reset, say("426 Broken")]),
        download("download reset, 226").on("RETR", [say("150 Here"), Reset, say("226 Done")]),
        download("download shorter than 150 said")
            .on("RETR", [say("150 Here (10 bytes)"), send("hello"), End, say("226 Done")]),
        download("download and no reply at the end")
            .on("RETR", [say("150 Here"), send("hello"), End])
            .impatient(),
        download("download and closed at the end")
            .on("RETR", [say("150 Here"), send("hello"), End, HangUp]),
        download("download and closed at once").on("RETR", [HangUp]),
        download("download stalls")
            .on("RETR", [say("150 Here"), send("hel")])
            .impatient(),
        download("download, TYPE refused").on("TYPE", [say("504 Never")]),
        dialogue("two downloads", &[&["download", "a"], &["download", "b"]])
            .on("RETR a", file("one"))
            .on("RETR b", file("two")),
        dialogue("download from an offset", &[&["download", "a", "3"]])
            .watch(&["REST"])
            .on("RETR", file("lo")),
        dialogue("download from offset 0", &[&["download", "a", "0"]])
            .watch(&["REST"])
            .on("RETR", file("hello")),
        dialogue("download, REST 502", &[&["download", "a", "3"], &["pwd"]]).on("REST", [say("502 What?")]),
        dialogue("download, REST 200", &[&["download", "a", "3"]])
            .on("REST", [say("200 Yes")])
            .on("RETR", file("lo")),
        dialogue("download in Latin-1", &[&["download", "café"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .watch(&["RETR"])
            .on("RETR", file("hello")),
        hint("size in 150", "150 Opening a (1048576 bytes)"),
        hint("no size in 150", "150 Opening a"),
        hint("size in 125", "125 Opening a (1048576 bytes)"),
    ]
}

/// `makepasv`, `makeport`, `sendport`, `sendeprt`, `set_pasv`.
pub(crate) fn data_connections() -> Vec<Dialogue> {
    let download = |name| dialogue(name, &[&["download", "a"], &["pwd"]]).on("RETR", file("hello"));
    let classic = |name, reply: &'static str| {
        download(name)
            .on("EPSV", [say("500 What?")])
            .on("PASV", [say(reply)])
    };
    let extended = |name, reply: &'static str| download(name).over_ipv6().on("EPSV", [say(reply)]);
    vec![
        classic("227 usual", "227 Here ({pasv})."),
        classic("227 without parentheses", "227 Here {pasv}"),
        classic("227 behind an equals sign", "227 Here={pasv}"),
        classic("227 with a misleading address", "227 Here ({misleading})"),
        classic("227 with another address, trusted", "227 Here ({elsewhere})").set(|setting| setting.trust = true),
        classic("227 with another address, not trusted", "227 Here ({elsewhere})"),
        classic("227 without an address", "227 Here"),
        classic("227 whose port refuses", "227 Here ({closed})"),
        classic("PASV 425", "425 No port"),
        classic("PASV 502", "502 What?"),
        classic("PASV 200", "200 Yes"),
        classic("PASV 530", "530 Not you"),
        download("EPSV refused on IPv4").on("EPSV", [say("522 What?")]),
        download("PASV refused on IPv4").on("PASV", [say("502 What?")]),
        download("227 whose port refuses, 229 whose port does not").on("PASV", [say("227 Here ({closed})")]),
        extended("229 usual", "229 Here ({epsv})"),
        extended("229 with other delimiters", "229 Here (!!!{port}!)"),
        extended("229 with everything filled in", "229 Here (|2|::1|{port}|)"),
        extended("229 without parentheses", "229 Here {epsv}"),
        extended("229 without a port", "229 Here (|||x|)"),
        extended("229 whose port refuses", "229 Here ({eclosed})"),
        extended("EPSV 425", "425 No port"),
        extended("EPSV 530", "530 Not you"),
        download("active").active().watch(&["RETR"]),
        download("active, EPRT refused").active().on("EPRT", [say("500 What?")]),
        download("active, PORT refused").active().on("PORT", [say("500 What?")]),
        download("active, both refused")
            .active()
            .on("EPRT", [say("500 What?")])
            .on("PORT", [say("500 What?")]),
        download("active over IPv6").active().over_ipv6().watch(&["PORT"]),
        download("active over IPv6, refused").active().over_ipv6().on("EPRT", [say("522 What?")]),
        download("active 550").active().on("RETR", [say("550 No")]),
        download("active 150 425")
            .active()
            .on("RETR", [say("150 Here"), say("425 Cannot reach you")])
            .impatient(),
        download("active and nobody comes")
            .active()
            .on("RETR", [say("150 Here")])
            .impatient(),
        dialogue("active upload", &[&["store", "a", "hello"]])
            .active()
            .on("STOR", taken()),
        dialogue("active list", &[&["list"]]).active().on("LIST", file("a\r\nb\r\n")),
        dialogue("PORT by hand", &[&["completed", "PORT 127,0,0,1,4,1"]]).watch(&["PORT"]),
        dialogue("EPRT by hand", &[&["completed", "EPRT |2|::1|1025|"]]).watch(&["EPRT"]),
    ]
}

/// `storbinary`.
pub(crate) fn uploads() -> Vec<Dialogue> {
    let store = |name| dialogue(name, &[&["store", "a", "hello"], &["pwd"]]);
    vec![
        store("store 150 226").watch(&["TYPE", "STOR"]).on("STOR", taken()),
        store("store 125 250").on("STOR", [say("125 Go on"), Take, say("250 Done")]),
        store("store with 200 before 150").on("STOR", [say("200 Yes"), say("150 Go on"), Take, say("226 Done")]),
        store("store 350").on("STOR", [say("350 And?")]),
        store("store 452").on("STOR", [say("452 Full")]),
        store("store 553").on("STOR", [say("553 Not that name")]),
        store("store 150 552").on("STOR", [say("150 Go on"), Take, say("552 Full")]),
        store("store 150 426").on("STOR", [say("150 Go on"), Take, say("426 Broken")]),
        store("store 150 350").on("STOR", [say("150 Go on"), Take, say("350 And?")]),
        store("store and closed at the end").on("STOR", [say("150 Go on"), Take, HangUp]),
        store("store and no reply at the end")
            .on("STOR", [say("150 Go on"), Take])
            .impatient(),
        store("store with 226 ahead of the data").on("STOR", [raw("150 Go on\r\n226 Done\r\n"), Take]),
        store("store, TYPE refused").on("TYPE", [say("504 Never")]),
        dialogue("store of nothing", &[&["store", "a", ""]]).on("STOR", taken()),
        dialogue("store of line ends", &[&["store", "a", "a\nb\r\nc\rd"]]).on("STOR", taken()),
        dialogue("store from an offset", &[&["store", "a", "lo", "3"]])
            .watch(&["REST"])
            .on("STOR", taken()),
        dialogue("store, REST 502", &[&["store", "a", "lo", "3"], &["pwd"]]).on("REST", [say("502 What?")]),
        dialogue("append", &[&["append", "a", "hello"]])
            .watch(&["APPE"])
            .on("APPE", taken()),
        dialogue("store under a unique name", &[&["store_unique", "hello"]])
            .watch(&["STOU"])
            .on("STOU", [say("150 FILE: a.1"), Take, say("226 Done")]),
    ]
}

/// `retrlines`, `storlines`.
pub(crate) fn lines() -> Vec<Dialogue> {
    let lines = |name, content: &[u8]| {
        dialogue(name, &[&["download_lines", "a"], &["pwd"]]).on("RETR", file(content))
    };
    let store = |name, content: &'static str| {
        dialogue(name, &[&["store_lines", "a", content]]).on("STOR", taken())
    };
    vec![
        lines("lines that end with CRLF", b"a\r\n b \r\n\r\nc\r\n").watch(&["TYPE"]),
        lines("lines that end with LF", b"a\nb\n"),
        lines("lines with a lone CR", b"a\rb\r\n"),
        lines("lines that end with CR CR LF", b"a\r\r\nb\r\n"),
        lines("last line without an end", b"a\r\nb"),
        lines("no lines", b""),
        lines("lines that are not UTF-8", b"caf\xe9\r\n"),
        lines("lines in Latin-1", b"caf\xe9\r\n").set(|setting| setting.encoding = Encoding::Latin1),
        lines("line of 9,000 bytes of data", &[&[b'a'; 9_000][..], b"\r\n"].concat()),
        lines("line of 20,000 bytes of data", &[&[b'a'; 20_000][..], b"\r\n"].concat()),
        dialogue("lines 150 426", &[&["download_lines", "a"], &["pwd"]])
            .on("RETR", [say("150 Here"), send("a\r\n"), End, say("426 Broken")]),
        dialogue("lines 550", &[&["download_lines", "a"], &["pwd"]]).on("RETR", [say("550 No")]),
        dialogue("lines, TYPE 350", &[&["download_lines", "a"]])
            .on("TYPE", [say("350 And?")])
            .on("RETR", file("a\r\n")),
        store("store lines that end with LF", "a\nb\n").watch(&["TYPE"]),
        store("store lines that end with CRLF", "a\r\nb\r\n"),
        store("store lines with a lone CR", "a\rb\n"),
        store("store a last line without an end", "a\nb"),
        store("store a last line that ends with CR", "a\nb\r"),
        store("store empty lines", "\n\n"),
        store("store no lines", ""),
        dialogue("store lines 552", &[&["store_lines", "a", "b\n"], &["pwd"]])
            .on("STOR", [say("150 Go on"), Take, say("552 Full")]),
    ]
}

/// `nlst`, `dir`, `mlsd`.
pub(crate) fn listings() -> Vec<Dialogue> {
    let mlsd = |name, listing: &[u8]| dialogue(name, &[&["mlsd"]]).on("MLSD", file(listing));
    vec![
        dialogue("names", &[&["names"]])
            .watch(&["TYPE", "NLST"])
            .on("NLST", file("a\r\nb c\r\n")),
        dialogue("names of a directory", &[&["names", "d"]])
            .watch(&["NLST"])
            .on("NLST", file("d/a\r\n")),
        dialogue("names with an option", &[&["names", "-a", "d"]])
            .watch(&["NLST"])
            .on("NLST", file("d/a\r\n")),
        dialogue("names of the empty name", &[&["names", ""]])
            .watch(&["NLST"])
            .on("NLST", file("a\r\n")),
        dialogue("names, none", &[&["names"]]).on("NLST", file("")),
        dialogue("names, none, 226 alone", &[&["names"]])
            .on("NLST", [say("226 Nothing")])
            .impatient(),
        dialogue("names, none, 550", &[&["names"]]).on("NLST", [say("550 No files found")]),
        dialogue("names, none, 450", &[&["names"]]).on("NLST", [say("450 No files found")]),
        dialogue("names in Latin-1", &[&["names"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .on("NLST", file(b"caf\xe9\r\n")),
        dialogue("names that are not UTF-8", &[&["names"]]).on("NLST", file(b"caf\xe9\r\n")),
        dialogue("names with blanks", &[&["names"]]).on("NLST", file("  a  \r\n\tb\r\n")),
        dialogue("list", &[&["list"]])
            .watch(&["TYPE", "LIST"])
            .on("LIST", file("-rw-r--r-- 1 a b 7 Jan 1 00:00 c\r\n")),
        dialogue("list of a directory", &[&["list", "d"]])
            .watch(&["LIST"])
            .on("LIST", file("total 0\r\n")),
        dialogue("list with an option", &[&["list", "-l", "d"]])
            .watch(&["LIST"])
            .on("LIST", file("total 0\r\n")),
        dialogue("list of the empty name", &[&["list", ""]])
            .watch(&["LIST"])
            .on("LIST", file("total 0\r\n")),
        dialogue("list 150 425", &[&["list"], &["pwd"]]).on("LIST", [say("150 Here"), End, say("425 No")]),
        dialogue("list 550", &[&["list"], &["pwd"]]).on("LIST", [say("550 No")]),
        mlsd("mlsd", b"type=file;size=3; a\r\ntype=dir; d\r\n").watch(&["TYPE", "MLSD"]),
        dialogue("mlsd of a directory", &[&["mlsd", "d"]])
            .watch(&["MLSD"])
            .on("MLSD", file("type=file; a\r\n")),
        dialogue("mlsd with facts", &[&["mlsd", "", "type", "size"]])
            .watch(&["OPTS", "MLSD"])
            .on("OPTS", [say("200 Yes")])
            .on("MLSD", file("type=file;size=3; a\r\n")),
        dialogue("mlsd with facts, refused", &[&["mlsd", "", "type"]])
            .watch(&["OPTS", "MLSD"])
            .on("OPTS", [say("501 What?")])
            .on("MLSD", file("type=file; a\r\n")),
        mlsd("mlsd of nothing", b""),
        mlsd("mlsd with keys in either case", b"Type=File;SIZE=3; a\r\n"),
        mlsd("mlsd of itself and its parent", b"type=cdir; .\r\ntype=pdir; ..\r\n"),
        mlsd("mlsd of names with blanks", b"type=file;  a  b \r\n"),
        mlsd("mlsd without facts", b" a\r\n"),
        mlsd("mlsd without the last semicolon", b"type=file;size=3 a\r\n"),
        mlsd("mlsd of a line without a blank", b"type=file;size=3;a\r\n"),
        mlsd("mlsd of a fact without a value", b"type; a\r\n"),
        mlsd("mlsd of a fact with an equals sign", b"type=OS.unix=slink:/b; a\r\n"),
        mlsd("mlsd with LF alone", b"type=file; a\ntype=file; b\n"),
        dialogue("mlsd 500", &[&["mlsd"], &["pwd"]]).on("MLSD", [say("500 What?")]),
        dialogue("mlsd 501", &[&["mlsd", "a"], &["pwd"]]).on("MLSD", [say("501 Not a directory")]),
    ]
}

/// `abort`.
pub(crate) fn aborts() -> Vec<Dialogue> {
    let abort = |name| {
        dialogue(name, &[&["abort", "a", "5"], &["pwd"]])
            .on("RETR", [say("150 Here"), send("hello")])
    };
    vec![
        abort("abort 426 226").on("ABOR", [End, raw("426 Aborted\r\n226 Yes\r\n")]),
        abort("abort 426 225").on("ABOR", [End, raw("426 Aborted\r\n225 Yes\r\n")]),
        abort("abort 226 226").on("ABOR", [End, raw("226 Done\r\n226 Yes\r\n")]),
        abort("abort 226").on("ABOR", [End, say("226 Yes")]),
        abort("abort 225").on("ABOR", [End, say("225 Yes")]),
        abort("abort 426").on("ABOR", [End, say("426 Aborted")]).impatient(),
        abort("abort 426 and closed").on("ABOR", [End, say("426 Aborted"), HangUp]),
        abort("abort 451 226").on("ABOR", [End, raw("451 Broken\r\n226 Yes\r\n")]),
        abort("abort 500").on("ABOR", [End, raw("500 What?\r\n226 Done\r\n")]),
        abort("abort and closed").on("ABOR", [HangUp]),
        abort("abort and silence").on("ABOR", []).impatient(),
        abort("abort after 226")
            .on("RETR", [say("150 Here"), send("hello"), End, say("226 Done")])
            .on("ABOR", [say("225 Nothing to abort")]),
    ]
}

/// `ftpcp`.
pub(crate) fn copies() -> Vec<Dialogue> {
    let copy = |name| {
        dialogue(name, &[&["copy", "a"]])
            .on("RETR", file("hello"))
            .on_target("STOR", taken())
    };
    vec![
        copy("copy").watch(&["RETR", "STOR"]),
        dialogue("copy under another name", &[&["copy", "a", "b"]])
            .watch(&["RETR", "STOR"])
            .on("RETR", file("hello"))
            .on_target("STOR", taken()),
        copy("copy, RETR 550")
            .on("RETR", [say("550 No")])
            .on_target("STOR", [say("150 Go on"), Open, End, say("426 Broken")]),
        copy("copy, STOR 553").on_target("STOR", [say("553 Not that name")]),
        copy("copy, PASV 502").on("PASV", [say("502 What?")]).on("EPSV", [say("502 What?")]),
        copy("copy, PORT 500")
            .on_target("PORT", [say("500 What?")])
            .on_target("EPRT", [say("500 What?")]),
        copy("copy, STOR 150 552").on_target("STOR", [say("150 Go on"), Take, say("552 Full")]),
        copy("copy, RETR 150 426").on("RETR", [say("150 Here"), send("hel"), End, say("426 Broken")]),
        copy("copy, a misleading address").on("PASV", [say("227 Here ({misleading})")]),
    ]
}
