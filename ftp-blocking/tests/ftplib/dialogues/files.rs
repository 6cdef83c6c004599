//! Dialogues about files and directories that need no data connection.

use crate::dialogue::{Dialogue, Encoding, dialogue};
use crate::server::say;

/// Returns the dialogues that compare ftplib's `cwd`, `mkd`, `pwd` and `rmd` with this crate's
/// counterparts.
pub(crate) fn directories() -> Vec<Dialogue> {
    let cwd = |name, to: &'static str| dialogue(name, &[&["cwd", to]]).watch(&["CWD", "CDUP"]);
    let mkd =
        |name, reply: &'static str| dialogue(name, &[&["mkd", "a"]]).on("MKD a", [say(reply)]);
    let pwd = |name, reply: &'static str| dialogue(name, &[&["pwd"]]).on("PWD", [say(reply)]);
    let rmd =
        |name, reply: &'static str| dialogue(name, &[&["rmd", "a"]]).on("RMD a", [say(reply)]);
    vec![
        cwd("cwd 250", "a")
            .on("CWD", [say("250 There")])
            .both("ok 250 There / sent CWD a"),
        cwd("cwd 200", "a")
            .on("CWD", [say("200 There")])
            .both("ok 200 There / sent CWD a"),
        cwd("cwd 350", "a")
            .on("CWD", [say("350 And?")])
            .both("reply 350 And? / sent CWD a"),
        cwd("cwd 450", "a")
            .on("CWD", [say("450 Not now")])
            .both("transient 450 Not now / sent CWD a"),
        cwd("cwd 550", "a")
            .on("CWD", [say("550 No")])
            .both("permanent 550 No / sent CWD a"),
        cwd("cwd with blanks", " a  b ")
            .on("CWD", [say("250 There")])
            .both("ok 250 There / sent CWD  a  b "),
        cwd("cwd to the empty name", "")
            .on("CWD", [say("250 There")])
            .both("ok 250 There / sent CWD ."),
        cwd("cwd up", "..")
            .on("CDUP", [say("250 There")])
            .both("ok 250 There / sent CDUP"),
        cwd("cwd up 200", "..")
            .on("CDUP", [say("200 There")])
            .both("ok 200 There / sent CDUP"),
        cwd("cwd up 500", "..")
            .on("CDUP", [say("500 What?")])
            .on("CWD ..", [say("250 There")])
            .both("ok 250 There / sent CDUP / sent CWD .."),
        cwd("cwd up 502", "..")
            .on("CDUP", [say("502 What?")])
            .on("CWD ..", [say("250 There")]),
        cwd("cwd up 550", "..")
            .on("CDUP", [say("550 No")])
            .on("CWD ..", [say("250 There")])
            .both("permanent 550 No / sent CDUP"),
        cwd("cwd up 500 550", "..")
            .on("CDUP", [say("500 What?")])
            .on("CWD ..", [say("550 No")])
            .both("permanent 550 No / sent CDUP / sent CWD .."),
        mkd("mkd 257", "257 \"/here/a\" created").both("ok /here/a"),
        mkd("mkd 257 with quotes doubled", "257 \"/a\"\"b\" created").both("ok /a\"b"),
        mkd("mkd 257 without a closing quote", "257 \"/a"),
        mkd("mkd 257 with two blanks", "257  \"/a\" created"),
        mkd("mkd 257 without quotes", "257 created").both("ok "),
        mkd("mkd 250", "250 created").both("ok "),
        mkd("mkd 350", "350 And?").both("reply 350 And?"),
        mkd("mkd 450", "450 Not now").both("transient 450 Not now"),
        mkd("mkd 521", "521 It exists").both("permanent 521 It exists"),
        mkd("mkd 550", "550 No").both("permanent 550 No"),
        pwd("pwd 257", "257 \"/here\" is it").both("ok /here"),
        pwd("pwd 257 with quotes and blanks", "257 \"/a \"\"b\"\" c \"").both("ok /a \"b\" c "),
        pwd("pwd 257 with words before the path", "257 It is \"/here\""),
        pwd("pwd 257 without quotes", "257 /here"),
        pwd("pwd 257 with nothing in quotes", "257 \"\""),
        pwd("pwd 257 with a control character", "257 \"/a\u{1b}b\""),
        pwd("pwd 257 of several lines", "257-\"/here\"\r\n257 is it"),
        pwd("pwd 250", "250 \"/here\""),
        pwd("pwd 350", "350 And?").both("reply 350 And?"),
        pwd("pwd 550", "550 No").both("permanent 550 No"),
        rmd("rmd 250", "250 Gone").both("ok 250 Gone"),
        rmd("rmd 257", "257 \"a\" gone").both("ok 257 \"a\" gone"),
        rmd("rmd 350", "350 And?").both("reply 350 And?"),
        rmd("rmd 550", "550 No").both("permanent 550 No"),
    ]
}

/// Returns the dialogues that compare ftplib's `delete`, `rename`, `size` and `acct` with this
/// crate's counterparts.
pub(crate) fn files() -> Vec<Dialogue> {
    let delete =
        |name, reply: &'static str| dialogue(name, &[&["delete", "a"]]).on("DELE a", [say(reply)]);
    let rename = |name, from: &'static str, to: &'static str| {
        dialogue(name, &[&["rename", "a", "b"]])
            .watch(&["RNTO"])
            .on("RNFR a", [say(from)])
            .on("RNTO b", [say(to)])
    };
    let size =
        |name, reply: &'static str| dialogue(name, &[&["size", "a"]]).on("SIZE a", [say(reply)]);
    let acct = |name, reply: &'static str| {
        dialogue(name, &[&["acct", "research"]]).on("ACCT research", [say(reply)])
    };
    vec![
        delete("delete 250", "250 Gone").both("ok 250 Gone"),
        delete("delete 200", "200 Gone").both("ok 200 Gone"),
        delete("delete 226", "226 Gone").both("reply 226 Gone"),
        delete("delete 350", "350 And?").both("reply 350 And?"),
        delete("delete 450", "450 Not now").both("transient 450 Not now"),
        delete("delete 550", "550 No").both("permanent 550 No"),
        rename("rename 350 250", "350 And?", "250 Renamed").both("ok 250 Renamed / sent RNTO b"),
        rename("rename 350 553", "350 And?", "553 Not that")
            .both("permanent 553 Not that / sent RNTO b"),
        rename("rename 350 350", "350 And?", "350 And?").both("reply 350 And? / sent RNTO b"),
        rename("rename 250", "250 Renamed?", "503 What?").both("reply 250 Renamed?"),
        rename("rename 550", "550 No", "503 What?").both("permanent 550 No"),
        size("size 213", "213 1048576").both("ok 1048576"),
        size("size 213 with blanks", "213  1048576 ").both("ok 1048576"),
        size("size 213 of 2^64 - 1", "213 18446744073709551615").both("ok 18446744073709551615"),
        size("size 213 of 2^64", "213 18446744073709551616"),
        size("size 213 below zero", "213 -1"),
        size("size 213 with underscores", "213 1_000"),
        size("size 213 without a number", "213 large"),
        size("size 213 with nothing", "213"),
        size("size 250", "250 1048576"),
        size("size 350", "350 And?"),
        size("size 450", "450 Not now").both("transient 450 Not now"),
        size("size 500", "500 What?"),
        size("size 550", "550 No").both("permanent 550 No"),
        dialogue("size in binary", &[&["size", "a"]])
            .watch(&["TYPE"])
            .on("SIZE a", [say("213 7")]),
        acct("acct 230", "230 In").both("ok 230 In"),
        acct("acct 332", "332 And?").both("reply 332 And?"),
        acct("acct 503", "503 What?").both("permanent 503 What?"),
        dialogue("a name in Latin-1", &[&["delete", "café"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .watch(&["DELE"])
            .on("DELE", [say("250 Gone")])
            .both("ok 250 Gone / sent DELE café"),
        // To decide whether the server needs OPTS UTF8 ON, this crate sends FEAT before the name.
        // ftplib sends no FEAT.
        dialogue("a name in UTF-8", &[&["delete", "café"]])
            .watch(&["DELE"])
            .on("FEAT", [say("500 What?")])
            .on("DELE", [say("250 Gone")])
            .both("ok 250 Gone / sent DELE cafÃ©"),
        dialogue("a name with a 0xFF", &[&["delete", "a\u{ff}"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .watch(&["DELE"])
            .on("DELE", [say("250 Gone")])
            .both("ok 250 Gone / sent DELE aÿ"),
        dialogue("a name that Latin-1 has not", &[&["delete", "€"], &["pwd"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .both("value / ok /here"),
        dialogue("a name with blanks", &[&["delete", "  a  b  "]])
            .watch(&["DELE"])
            .on("DELE", [say("250 Gone")])
            .both("ok 250 Gone / sent DELE   a  b  "),
    ]
}

/// Returns the dialogues in which an argument has CR, LF or NUL in it.
pub(crate) fn injections() -> Vec<Dialogue> {
    let refused = |name, cr: &[&'static str], lf: &[&'static str]| {
        dialogue(name, &[cr, lf, &["pwd"]]).watch(&["DELE"])
    };
    let nul = |name, call: &[&'static str]| dialogue(name, &[call, &["pwd"]]);
    vec![
        refused(
            "line end in a command",
            &["command", "SITE a\rDELE b"],
            &["command", "SITE a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in cwd",
            &["cwd", "a\rDELE b"],
            &["cwd", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in mkd",
            &["mkd", "a\rDELE b"],
            &["mkd", "a\r\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in rmd",
            &["rmd", "a\rDELE b"],
            &["rmd", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in delete",
            &["delete", "a\rDELE b"],
            &["delete", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in the old name",
            &["rename", "a\rDELE b", "c"],
            &["rename", "a\nDELE b", "c"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in the new name",
            &["rename", "a", "c\rDELE b"],
            &["rename", "a", "c\nDELE b"],
        )
        .watch(&["RNFR", "DELE"])
        .on("RNFR a", [say("350 And?")]),
        refused(
            "line end in size",
            &["size", "a\rDELE b"],
            &["size", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in acct",
            &["acct", "a\rDELE b"],
            &["acct", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in download",
            &["download", "a\rDELE b"],
            &["download", "a\nDELE b"],
        )
        .watch(&["TYPE", "DELE"]),
        refused(
            "line end in download_lines",
            &["download_lines", "a\rDELE b"],
            &["download_lines", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in store",
            &["store", "a\rDELE b", "c"],
            &["store", "a\nDELE b", "c"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in store_lines",
            &["store_lines", "a\rDELE b", "c"],
            &["store_lines", "a\nDELE b", "c"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in append",
            &["append", "a\rDELE b", "c"],
            &["append", "a\nDELE b", "c"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in names",
            &["names", "a\rDELE b"],
            &["names", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in list",
            &["list", "a\rDELE b"],
            &["list", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        refused(
            "line end in mlsd",
            &["mlsd", "a\rDELE b"],
            &["mlsd", "a\nDELE b"],
        )
        .both("value / value / ok /here"),
        dialogue(
            "line end in a user",
            &[
                &["login", "a\rDELE b", "c"],
                &["login", "a\nDELE b", "c"],
                &["login"],
            ],
        )
        .watch(&["DELE"])
        .both("value / value / ok 230 In"),
        dialogue(
            "line end in a password",
            &[
                &["login", "a", "c\rDELE b"],
                &["login", "a", "c\nDELE b"],
                &["login"],
            ],
        )
        .watch(&["USER"]),
        dialogue(
            "line end in an account",
            &[&["login", "a", "c", "d\r\nDELE b"]],
        )
        .watch(&["USER"])
        .on("PASS", [say("332 Account?")]),
        nul("NUL in a command", &["command", "SITE a\0b"]).on("SITE", [say("200 Yes")]),
        nul("NUL in delete", &["delete", "a\0b"]).on("DELE", [say("250 Gone")]),
        dialogue("NUL in a password", &[&["login", "a", "b\0c"]]),
    ]
}
