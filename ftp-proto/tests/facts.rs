//! The facts of MLSD and MLST, and the file name that STOU chose.

use ftp_proto::listing::{Entry, Kind};
use ftp_proto::reply::{Malformed, entry, unique_name};
use ftp_proto::wire::{Code, Reply};
use ftp_proto::{Encoding, InvalidPath, LocalName, RemotePath, UnsafeRule};
use proptest::prelude::*;

fn reply(bytes: impl AsRef<[u8]>) -> Reply {
    Reply::parse(bytes.as_ref()).expect("one reply")
}

/// Parses this line, which must be an entry of MLSD or MLST.
fn parse(line: impl AsRef<[u8]>) -> Entry<'static> {
    let entry = Entry::from_facts(line.as_ref()).expect("an entry");
    entry.into_owned()
}

fn facts<'e>(entry: &'e Entry<'_>) -> Vec<(&'e str, &'e str)> {
    let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
    entry
        .facts()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

// Tests of entry lines.

#[test]
fn an_entry_has_facts_and_a_name() {
    // pyftpdlib sends this line.
    let line = "type=file;size=156;perm=r;modify=20071029155301;unique=8012; music.mp3";
    let entry = parse(line);
    let wanted = [
        ("type", "file"),
        ("size", "156"),
        ("perm", "r"),
        ("modify", "20071029155301"),
        ("unique", "8012"),
    ];
    assert_eq!(facts(&entry), wanted);
    assert_eq!(entry.name(), b"music.mp3");
    assert_eq!(entry.path().unwrap(), RemotePath::new("music.mp3").unwrap());
    assert_eq!(entry.raw(), line.as_bytes());
    assert_eq!(
        entry.modified().unwrap().time().to_digits(),
        "20071029155301"
    );
    assert_eq!((entry.kind(), entry.size()), (Kind::File, Some(156)));
    assert_eq!(entry.unique(), Some(&b"8012"[..]));
}

#[test]
fn names_are_bytes_after_exactly_one_blank() {
    for name in [
        &b" leading"[..],
        b"  two",
        b" ",
        b"trailing ",
        b"a; b",
        b"; b",
        b";",
        b"=",
        b"size=3;type=dir; x",
        b"\xff\xfe",
        b"tab\there",
        b"cr\rinside",
    ] {
        for facts in [&b"type=file;size=3;"[..], b"Size;", b"Size=;", b";", b""] {
            if facts.is_empty() && name.starts_with(b"size=") {
                // The line would be ` size=3;type=dir; x`: no facts, a blank, and the name. The
                // parser ignores a blank at the start and takes `size=3` for a fact, so it cannot
                // find this name.
                continue;
            }
            let entry = parse([facts, b" ", name].concat());
            assert_eq!(entry.name(), name);
        }
    }
}

#[test]
fn quirk_blanks_and_tabs_before_the_facts() {
    for blanks in [" ", "  ", "\t", " \t ", "\t\t\t"] {
        for (line, name) in [
            ("type=file;size=3; a", "a"),
            ("type=file;size=3;  a", " a"),
            ("type=file;size=3; \ta; b", "\ta; b"),
            ("type=file;size=3 a b", "a b"),
        ] {
            let entry = parse(format!("{blanks}{line}"));
            assert_eq!(facts(&entry), [("type", "file"), ("size", "3")], "{line}");
            assert_eq!(entry.name(), name.as_bytes(), "{line}");
        }
    }
    let link = parse("  type=OS.unix=slink:/a b;size=3; a");
    assert_eq!(link.name(), b"a");
    assert_eq!(link.fact("size"), Some(&b"3"[..]));
    // If a line has no facts, the parser removes one leading blank and keeps the others.
    for (line, name) in [("  a", " a"), (" a=b", "a=b"), (" \ta b; c", "\ta b; c")] {
        let entry = parse(line);
        assert_eq!((entry.name(), entry.facts().count()), (name.as_bytes(), 0));
    }
    assert!(Entry::from_facts("\ta").is_none());
}

#[test]
fn an_entry_may_lack_a_name() {
    for line in [
        "type=file; ",
        " type=file;size=3; ",
        "type=file ",
        " ",
        "; ",
    ] {
        let entry = parse(line);
        assert_eq!(entry.name(), b"", "{line}");
        assert_eq!(entry.path(), Err(InvalidPath::Empty), "{line}");
        let local = LocalName::new(entry.name(), &Encoding::Utf8);
        assert_eq!(local.map_err(|error| error.rule()), Err(UnsafeRule::Empty));
    }
    for bytes in [
        "250-Start\r\n type=file; \r\n250 End\r\n",
        "250-Start\r\n250-type=file; \r\n250 End\r\n",
        "250 type=file; \r\n",
    ] {
        let entry = entry(&reply(bytes)).unwrap();
        assert_eq!(entry.fact("type"), Some(&b"file"[..]), "{bytes}");
        assert_eq!(entry.name(), b"", "{bytes}");
    }
}

#[test]
fn quirk_ncftpd_omits_the_last_semicolon() {
    let entry = parse("type=file;size=12 my file");
    assert_eq!(facts(&entry), [("type", "file"), ("size", "12")]);
    assert_eq!(entry.name(), b"my file");
}

#[test]
fn quirk_pure_ftpd_names_the_target_of_a_link_with_its_blanks() {
    let line = "type=OS.unix=slink:/a b/c;size=7;modify=20260102030405; a link; really";
    let entry = parse(line);
    assert_eq!(entry.name(), b"a link; really");
    assert_eq!(entry.fact("type"), Some(&b"OS.unix=slink:/a b/c"[..]));
    assert_eq!(entry.fact("size"), Some(&b"7"[..]));
}

#[test]
fn quirk_facts_without_value_and_values_without_fact() {
    let entry = parse("Size;perm=;=x;;Type=OS.unix=slink:/t;Media-Type=text/x; n");
    let wanted = [
        ("Size", ""),
        ("perm", ""),
        ("", "x"),
        ("Type", "OS.unix=slink:/t"),
        ("Media-Type", "text/x"),
    ];
    assert_eq!(facts(&entry), wanted);
    assert_eq!(entry.fact("SIZE"), Some(&b""[..]));
    assert_eq!(entry.fact("absent"), None);
}

#[test]
fn facts_are_found_in_either_case_and_the_first_wins() {
    let entry = parse("sIzE=1;size=2;SIZE=3;siz=4;sized=5; n");
    assert_eq!(entry.fact("Size"), Some(&b"1"[..]));
    assert_eq!(entry.facts().count(), 5);
    assert_eq!(entry.fact("siz"), Some(&b"4"[..]));
}

#[test]
fn a_line_without_facts_is_no_entry() {
    for line in [
        "",
        "lonely",
        "type=file;size=12;",
        "ls: x: No such file or directory",
        "-rw-r--r--   1 ada ada     12 Jan  1 10:00 a=b; c",
        "total 12",
        "01-02-26  03:04AM       <DIR>          a=b",
    ] {
        assert_eq!(Entry::from_facts(line), None, "{line}");
    }
    let bare = parse(" just a name");
    assert_eq!(bare.name(), b"just a name");
    assert_eq!(bare.facts().count(), 0);
}

#[test]
fn a_name_that_cannot_be_sent_is_listed_and_refused_as_a_path() {
    let nul = parse("type=file; a\0b");
    assert_eq!(nul.name(), b"a\0b");
    assert_eq!(nul.path(), Err(InvalidPath::Byte { byte: 0, at: 1 }));
    let cr = parse("type=file; a\r");
    assert_eq!(cr.path(), Err(InvalidPath::Byte { byte: b'\r', at: 1 }));
    assert_eq!(cr.name(), b"a\r");
}

#[test]
fn an_entry_shows_as_one_safe_line() {
    let entry = parse(b"type=file; \x1b[2J\xff\n".as_slice());
    assert_eq!(entry.display_name().to_string(), r"\x1b[2J\xff\n");
    let shown = format!("{entry:?}");
    assert!(shown.contains(r#""type=file; \x1b[2J\xff\n""#), "{shown}");
}

// Tests of replies to MLST.

#[test]
fn quirk_mlst_in_all_forms() {
    for bytes in [
        // These are the replies of Pure-FTPd, pyftpdlib and ProFTPD.
        "250-Begin\r\n type=dir;sizd=4; /my dir\r\n250 End.\r\n",
        "250-Listing \"/my dir\":\r\n type=dir;sizd=4; /my dir\r\n250 End MLST.\r\n",
        "250-Start of list for /my dir\r\n250-type=dir;sizd=4; /my dir\r\n250 End of list\r\n",
        // The entry is indented after the repeated code.
        "250-Start\r\n250- type=dir;sizd=4; /my dir\r\n250 End\r\n",
        // The entry is indented by several blanks, or by a tab.
        "250-Start\r\n   type=dir;sizd=4; /my dir\r\n250 End\r\n",
        "250-Start\r\n\ttype=dir;sizd=4; /my dir\r\n250 End\r\n",
        "250-Start\r\n250-\t  type=dir;sizd=4; /my dir\r\n250 End\r\n",
        // The entry has no leading blank.
        "250-Start\r\ntype=dir;sizd=4; /my dir\r\n250 End\r\n",
        // Other lines come before the entry.
        "250-Start\r\n\r\n Here:\r\n type=dir;sizd=4; /my dir\r\n250 End\r\n",
        // The entry is on a line that begins with the code.
        "250 type=dir;sizd=4; /my dir\r\n",
        "250-type=dir;sizd=4; /my dir\r\n250 End\r\n",
        "250-ok\r\n250 type=dir;sizd=4; /my dir\r\n",
    ] {
        let entry = entry(&reply(bytes)).unwrap();
        assert_eq!(entry.name(), b"/my dir", "{bytes}");
        assert_eq!(facts(&entry), [("type", "dir"), ("sizd", "4")], "{bytes}");
    }
}

#[test]
fn mlst_without_facts_has_a_name_all_the_same() {
    for bytes in [
        "250-Start\r\n  /my dir\r\n250 End\r\n",
        "250-Start\r\n250-  /my dir\r\n250 End\r\n",
    ] {
        let entry = entry(&reply(bytes)).unwrap();
        assert_eq!(entry.name(), b"/my dir");
        assert_eq!(entry.facts().count(), 0);
    }
}

#[test]
fn mlst_malformed() {
    for bytes in [
        "250 ok",
        "250",
        // ProFTPD sends this reply for a hidden file.
        "250-Start of list for /a;b\r\n250 End of list\r\n",
        "250-Start\r\n /lonely\r\n250 End\r\n",
        "250-Start\r\n\r\n \r\n250 End\r\n",
    ] {
        assert_eq!(entry(&reply(bytes)), Err(Malformed::NoEntry), "{bytes}");
    }
    let code = Code::new(211).unwrap();
    let other = reply("211-x\r\n type=dir; /\r\n211 End\r\n");
    assert_eq!(entry(&other), Err(Malformed::Code { code }));
}

// Tests of replies to STOU.

#[test]
fn quirk_stou_in_all_forms() {
    for (bytes, wanted) in [
        // pyftpdlib sends 125 if the data connection is open already, and otherwise 150.
        ("125 FILE: ftpd.a1b2c3", Some("ftpd.a1b2c3")),
        ("150 FILE: ftpd.a1b2c3", Some("ftpd.a1b2c3")),
        // vsftpd appends a number to the suggested name.
        ("150 FILE: my file.1", Some("my file.1")),
        // ProFTPD sends this reply.
        ("150 FILE: stou-AbCdEf", Some("stou-AbCdEf")),
        // Pure-FTPd adds its usual second line.
        (
            "150-FILE: pureftpd.6a5b4c3d.0f.0000\r\n150 Accepted data connection",
            Some("pureftpd.6a5b4c3d.0f.0000"),
        ),
        (
            "150-Accepted data connection\r\n150 FILE: pureftpd.6a5b4c3d.0f.0000",
            Some("pureftpd.6a5b4c3d.0f.0000"),
        ),
        ("150-Go\r\n FILE: within\r\n150 on", Some("within")),
        // The server names the file only after it has stored the file.
        ("226 FILE: late", Some("late")),
        ("250 file:late", Some("late")),
        ("226 Transfer complete. FILE: late", Some("late")),
        // 4.2BSD, wu-ftpd and inetutils send such replies.
        ("226 Transfer complete (unique file name:x.1).", Some("x.1")),
        (
            "226 Transfer complete (unique file name:a).b).",
            Some("a).b"),
        ),
        // The name may be a path, may begin with a blank, and may contain `FILE:`.
        ("150 FILE: /pub/a", Some("/pub/a")),
        ("150 FILE:  leading", Some(" leading")),
        ("150 FILE: FILE: x", Some("FILE: x")),
        // These replies name no file.
        ("150 Ok to send data.", None),
        ("150 FILE: ", None),
        ("150 FILE:", None),
        ("150 FILE", None),
        ("150 Opening PROFILE: x", None),
        ("150 Opening connection for file: x", None),
        ("226 Transfer complete (unique file name:x", None),
        ("226 ok", None),
        // A reply with one of these codes never names the file.
        ("200 FILE: x", None),
        ("550 FILE: x", None),
    ] {
        let name = unique_name(&reply(bytes));
        let wanted = wanted.map(|name| RemotePath::new(name).unwrap());
        assert_eq!(name, wanted, "{bytes}");
    }
    let name = unique_name(&reply(b"150 FILE: \xff\xe9"));
    assert_eq!(name.unwrap().as_bytes(), b"\xff\xe9");
}

// Tests with random lines.

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b" "[..],
        b"; ",
        b";",
        b"=",
        b"type",
        b"Size=5;",
        b"\xff",
        b"\r",
        b"\0",
        b"FILE: ",
        b"(unique file name:",
        b").",
        b"x",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_byte_of_an_entry_is_lost(line in pieces()) {
        let Some(entry) = Entry::from_facts(&line) else {
            return Ok(());
        };
        prop_assert_eq!(entry.raw(), &line[..]);
        prop_assert!(line.ends_with(entry.name()));
        let facts: Vec<_> = entry.facts().collect();
        {
            // The part of the line before the name must consist of blanks, the facts with their
            // separators, and one blank.
            let front = &line[..line.len() - entry.name().len()];
            let front = front.strip_suffix(b" ").expect("a blank before the name");
            let blanks = front.iter().take_while(|byte| **byte == b' ').count();
            let front = &front[blanks..];
            let told: usize = facts.iter().map(|(name, value)| name.len() + value.len()).sum();
            let marks = front.iter().filter(|byte| matches!(byte, b';' | b'=')).count();
            let kept = facts.iter().flat_map(|(_, value)| value.iter());
            let kept = kept.filter(|byte| **byte == b'=').count();
            prop_assert_eq!(told + marks - kept, front.len());
        }
        for (name, _) in &facts {
            if let Ok(name) = std::str::from_utf8(name) {
                let first = facts.iter().find(|(found, _)| {
                    found.eq_ignore_ascii_case(name.as_bytes())
                });
                let wanted = first.map(|(_, value)| *value);
                prop_assert_eq!(entry.fact(&name.to_ascii_uppercase()), wanted);
            }
        }
        let name = match entry.name() {
            name @ [b' ' | b'\t' | b'~', ..] => [b"./", name].concat(),
            name => name.to_vec(),
        };
        prop_assert_eq!(entry.path().ok(), RemotePath::new(name).ok());
    }

    #[test]
    fn entries_of_the_grammar_round_trip(
        facts in prop::collection::vec(("[a-zA-Z.-]{1,9}", "[!-:<-~]{0,9}"), 1..5),
        name in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut line = Vec::new();
        for (fact, value) in &facts {
            line.extend_from_slice(format!("{fact}={value};").as_bytes());
        }
        line.push(b' ');
        line.extend_from_slice(&name);
        let entry = parse(line);
        prop_assert_eq!(entry.name(), &name[..]);
        let found: Vec<_> = entry.facts().collect();
        prop_assert_eq!(found.len(), facts.len());
        for ((fact, value), found) in facts.iter().zip(found) {
            prop_assert_eq!((fact.as_bytes(), value.as_bytes()), found);
        }
    }

    #[test]
    fn mlst_gives_the_line_that_mlsd_would(
        fact in "[a-z]{1,5}=[a-z0-9]{0,9};", name in "[ -~]{1,20}", dress in 0..4_usize,
    ) {
        let line = format!("{fact} {name}");
        let dress = [" ", "", "250-", "250- "][dress];
        let bytes = format!("250-Begin\r\n{dress}{line}\r\n250 End\r\n");
        prop_assert_eq!(entry(&reply(bytes)), Ok(parse(line)));
    }

    #[test]
    fn a_name_chosen_by_the_server_is_part_of_its_reply(text in pieces(), code in 0..6_usize) {
        let code = ["125", "150", "226", "250", "200", "550"][code];
        let text: Vec<u8> = text.into_iter().filter(|byte| *byte != 0).collect();
        let reply = Reply::parse(&[code.as_bytes(), b" ", &text].concat()).unwrap();
        if let Some(name) = unique_name(&reply) {
            prop_assert!(!matches!(code, "200" | "550"));
            let name = name.as_bytes();
            prop_assert!(text.windows(name.len()).any(|window| window == name));
        }
    }
}
