//! A name from the server becomes the name of a local file only if it is safe on every system. Two
//! names from the server never become one local name.

use ftp_proto::listing::Entry;
use ftp_proto::{Encoding, Error, ErrorKind, LocalName, Reply, UnsafeName, UnsafeRule, reply};
use proptest::prelude::*;
use std::path::{Component, Path};

fn rule(name: &[u8]) -> UnsafeRule {
    let result = LocalName::new(name, &Encoding::Utf8);
    let error = result.map(|name| panic!("{name:?} is not safe"));
    error.unwrap_or_else(|error| {
        assert_eq!(error.name(), name);
        error.rule()
    })
}

const HOSTILE: [(&[u8], UnsafeRule); 40] = {
    use UnsafeRule::{Device, Directory, Empty, Ending, Undecodable};
    [
        (b"", Empty),
        (b".", Directory),
        (b"..", Directory),
        (b"...", Ending),
        (b". ", Ending),
        (b".. ", Ending),
        (b" ", Ending),
        (b"   ", Ending),
        (b"a.", Ending),
        (b"a ", Ending),
        (b"a. . ", Ending),
        (b"index.php.", Ending),
        (b"nul ", Ending),
        (b"con.", Ending),
        (b"CON", Device),
        (b"con", Device),
        (b"Con.txt", Device),
        (b"con.tar.gz", Device),
        (b"con .txt", Device),
        (b"PRN", Device),
        (b"aux.c", Device),
        (b"AUX.", Ending),
        (b"nul", Device),
        (b"NUL.tar", Device),
        (b"com0", Device),
        (b"COM1", Device),
        (b"com9.log", Device),
        (b"COM\xc2\xb9", Device),
        (b"com\xc2\xb2.txt", Device),
        (b"COM\xc2\xb3", Device),
        (b"lpt0", Device),
        (b"LPT9", Device),
        (b"lpt\xc2\xb9.x", Device),
        (b"CONIN$", Device),
        (b"conout$.txt", Device),
        (b"clock$", Device),
        (b"caf\xe9", Undecodable),
        (b"a\xff", Undecodable),
        // The first name has `/` in an overlong form of UTF-8, and the second name has a surrogate.
        (b"..\xc0\xafetc", Undecodable),
        (b"a\xed\xa0\x80", Undecodable),
    ]
};

/// Each row has a name, and the character in it that no local name may have.
const FORBIDDEN: [(&str, char); 52] = [
    ("/", '/'),
    ("/etc/passwd", '/'),
    ("//server/share", '/'),
    ("../../etc/passwd", '/'),
    ("./a", '/'),
    ("a/", '/'),
    ("a/../../b", '/'),
    (r"\", '\\'),
    (r"..\..\boot.ini", '\\'),
    (r"\\server\share\a", '\\'),
    (r"\\?\C:\a", '\\'),
    (r"\\.\nul", '\\'),
    (r"a\..\b", '\\'),
    ("C:", ':'),
    (r"C:\boot.ini", ':'),
    ("C:/boot.ini", ':'),
    ("C:x", ':'),
    ("a:stream", ':'),
    ("a::$DATA", ':'),
    ("file:a", ':'),
    ("nul:", ':'),
    ("a<b", '<'),
    ("a>b", '>'),
    ("say \"a\"", '"'),
    ("|id", '|'),
    ("a|b", '|'),
    ("a?", '?'),
    ("*", '*'),
    ("a*.txt", '*'),
    ("\0", '\0'),
    ("a\0.txt", '\0'),
    ("a\0/../b", '\0'),
    ("a\nb", '\n'),
    ("a\r", '\r'),
    ("a\tb", '\t'),
    ("\x1b[2J", '\x1b'),
    ("a\x1b]0;x\x07", '\x1b'),
    ("a\x01", '\x01'),
    ("a\x08b", '\x08'),
    ("a\x1f", '\x1f'),
    ("a\x7f", '\x7f'),
    ("a\u{80}", '\u{80}'),
    ("a\u{9b}2J", '\u{9b}'),
    ("a\u{9f}", '\u{9f}'),
    ("exe.\u{202e}txt", '\u{202e}'),
    ("a\u{202a}b", '\u{202a}'),
    ("a\u{2066}b", '\u{2066}'),
    ("a\u{2069}b", '\u{2069}'),
    ("a\u{200e}b", '\u{200e}'),
    ("a\u{200f}b", '\u{200f}'),
    ("a\u{61c}b", '\u{61c}'),
    ("a\u{2028}b", '\u{2028}'),
];

const GOOD: [&str; 44] = [
    "a",
    "README",
    "report.txt",
    "archive.tar.gz",
    "käse.txt",
    "Übergrößenträger",
    "отчёт.doc",
    "报告.pdf",
    "日本語.txt",
    "한국어",
    "🦀.rs",
    "👩\u{200d}💻.txt",
    "می\u{200c}خواهم",
    ".profile",
    "..a",
    "..hidden",
    "...a",
    " leading blank",
    "blanks  inside .txt",
    "a . b",
    "-rf",
    "--help",
    "~",
    "~root",
    "$HOME",
    "%TEMP%",
    "a%2fb",
    "a;b",
    "a=b",
    "a,b",
    "[a]",
    "(a)",
    "{a}",
    "a'b",
    "a&b",
    "a#b",
    "@a!",
    "`id`",
    "console",
    "com10",
    "com",
    "com\u{b9}1",
    "nullable.c",
    ".con",
];

#[test]
fn hostile_names_are_refused() {
    for (name, wanted) in HOSTILE {
        assert_eq!(rule(name), wanted, "{}", String::from_utf8_lossy(name));
    }
    for (name, character) in FORBIDDEN {
        let at = name.find(character).expect(name);
        let wanted = UnsafeRule::Character { character, at };
        assert_eq!(rule(name.as_bytes()), wanted, "{name:?}");
    }
}

#[test]
fn hostile_names_of_mlsd_and_mlst_are_refused() {
    let forbidden = FORBIDDEN.iter().map(|(name, _)| name.as_bytes());
    for name in HOSTILE.iter().map(|(name, _)| *name).chain(forbidden) {
        let line = [b"type=file;size=1; ", name].concat();
        let entry = Entry::from_facts(&line).expect("an entry");
        assert_eq!(entry.name(), name);
        LocalName::new(entry.name(), &Encoding::Utf8).expect_err("not safe");
        // A reply cannot hold NUL, CR or LF, so the test skips these names for MLST.
        if name
            .iter()
            .any(|byte| matches!(byte, b'\0' | b'\r' | b'\n'))
        {
            continue;
        }
        let mlst = [
            b"250-Begin\r\n type=file;size=1; ",
            name,
            b"\r\n250 End\r\n",
        ]
        .concat();
        let reply = Reply::parse(&mlst).expect("one reply");
        assert_eq!(reply::entry(&reply).expect("an entry").name(), name);
    }
}

#[test]
fn good_names_stay_as_they_are() {
    for name in GOOD {
        let local = LocalName::new(name, &Encoding::Utf8).expect(name);
        assert_eq!(local.as_str(), name);
        assert_eq!(local.to_string(), name);
        assert_eq!(String::from(local.clone()), name);
        assert_eq!(format!("{local:?}"), format!("{name:?}"));
    }
}

#[test]
fn every_control_and_every_character_that_windows_forbids_is_refused() {
    let controls = ('\0'..='\x1f').chain('\x7f'..='\u{9f}');
    for character in controls.chain(r#"/\:<>"|?*"#.chars()) {
        let name = format!("ä{character}b");
        let wanted = UnsafeRule::Character { character, at: 2 };
        assert_eq!(rule(name.as_bytes()), wanted);
    }
}

#[test]
fn names_of_255_bytes_are_the_longest() {
    for (name, fits) in [
        ("a".repeat(255), true),
        ("a".repeat(256), false),
        ("é".repeat(127), true),
        ("é".repeat(128), false),
        ("🦀".repeat(63), true),
        ("🦀".repeat(64), false),
        ("a".repeat(10 << 20), false),
    ] {
        match LocalName::new(&name, &Encoding::Utf8) {
            Ok(local) => {
                assert!(fits && local.as_str().encode_utf16().count() <= 255);
            }
            Err(error) => {
                assert!(!fits && error.rule() == UnsafeRule::TooLong);
                assert!(error.to_string().len() < 1_200);
            }
        }
    }
    // The limit applies to the local name, which has 510 bytes in UTF-8, and not to the server's
    // 255 bytes.
    let latin = [0xe9; 255];
    let error = LocalName::new(latin, &Encoding::Latin1).expect_err("510 bytes");
    assert_eq!(error.rule(), UnsafeRule::TooLong);
}

#[test]
fn the_rules_hold_for_the_decoded_name() {
    // In Latin-1, the byte 0x9B is a C1 control, and the byte 0xB9 is the superscript 1 of
    // `com¹.txt`.
    let error = LocalName::new(b"a\x9b", &Encoding::Latin1).expect_err("a control");
    let wanted = UnsafeRule::Character {
        character: '\u{9b}',
        at: 1,
    };
    assert_eq!(error.rule(), wanted);
    let error = LocalName::new(b"com\xb9.txt", &Encoding::Latin1).expect_err("a device");
    assert_eq!(error.rule(), UnsafeRule::Device);
    let name = LocalName::new(b"caf\xe9", &Encoding::Latin1).expect("safe");
    assert_eq!(name.as_str(), "café");
}

#[test]
fn errors_show_the_name_escaped_and_the_rule() {
    for (name, text) in [
        (
            "",
            r#""" is not safe as the name of a local file: it is empty"#,
        ),
        (
            "..",
            r#"".." is not safe as the name of a local file: it names a directory"#,
        ),
        (
            "exe.\u{202e}txt",
            r#""exe.\u{202e}txt" is not safe as the name of a local file: it has '\u{202e}' at byte 4"#,
        ),
        (
            r"C:\a",
            r#""C:\\a" is not safe as the name of a local file: it has ':' at byte 1"#,
        ),
        (
            "nul.txt",
            r#""nul.txt" is not safe as the name of a local file: Windows has a device with this name"#,
        ),
        (
            "a ",
            r#""a " is not safe as the name of a local file: Windows drops the dot or blank at its end"#,
        ),
    ] {
        let error = LocalName::new(name, &Encoding::Utf8).expect_err(name);
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), format!("UnsafeName({text})"));
    }
    let error = LocalName::new(b"caf\xe9", &Encoding::Utf8).expect_err("not UTF-8");
    let text = r#""caf\xe9" is not safe as the name of a local file: the encoding cannot decode it without loss"#;
    assert_eq!(error.to_string(), text);
    let error = Error::from(error);
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let inner = error.inner().and_then(|inner| inner.downcast_ref());
    assert_eq!(inner.map(UnsafeName::rule), Some(UnsafeRule::Undecodable));
}

fn stays_in_its_directory(name: &LocalName) {
    let directory = Path::new("a/mirror");
    let path = directory.join(name.as_str());
    #[cfg(feature = "std")]
    assert_eq!(name.join_to(directory), path);
    assert_eq!(path.parent(), Some(directory));
    assert_eq!(path.file_name(), Some(name.as_str().as_ref()));
    let parts: Vec<_> = Path::new(name.as_str()).components().collect();
    assert_eq!(parts, [Component::Normal(name.as_str().as_ref())]);
}

/// Generates names from pieces that have a meaning on some system, such as `C:` and `nul`, and from
/// other text.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/".to_owned()),
        Just("\\".to_owned()),
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just(" ".to_owned()),
        Just("C:".to_owned()),
        Just("nul".to_owned()),
        Just("com1".to_owned()),
        "\\PC{0,4}",
        "[a-z]{1,3}",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_local_name_names_one_file_of_its_directory(
        bytes in prop::collection::vec(any::<u8>(), 0..20),
        text in pieces(),
    ) {
        for encoding in [Encoding::Utf8, Encoding::Latin1] {
            for name in [&bytes[..], text.as_bytes()] {
                if let Ok(local) = LocalName::new(name, &encoding) {
                    stays_in_its_directory(&local);
                    let back = encoding.encode(local.as_str()).expect("encoded");
                    prop_assert_eq!(&*back, name);
                }
            }
        }
    }
}
