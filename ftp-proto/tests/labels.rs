//! Encodings by their labels (feature `encoding_rs`).
#![cfg(feature = "encoding_rs")]

use ftp_proto::{Encoding, ErrorKind, LocalName, Options, Session, Unencodable, Utf8Names};
use proptest::prelude::*;

fn labelled(label: &str) -> Encoding {
    Encoding::for_label(label).expect(label)
}

#[test]
fn names_are_the_bytes_that_servers_have() {
    for (label, text, bytes) in [
        ("gbk", "报告.txt", &b"\xb1\xa8\xb8\xe6.txt"[..]),
        ("GB18030", "报告🦀", b"\xb1\xa8\xb8\xe6\x95\x30\xd8\x32"),
        ("big5", "報告", b"\xb3\xf8\xa7\x69"),
        ("shift-jis", "表示", b"\x95\x5c\x8e\xa6"),
        ("shift-jis", "ｶﾅ", b"\xb6\xc5"),
        ("euc-jp", "日本", b"\xc6\xfc\xcb\xdc"),
        ("euc-kr", "한국어", b"\xc7\xd1\xb1\xb9\xbe\xee"),
        ("windows-1251", "отчёт", b"\xee\xf2\xf7\xb8\xf2"),
        ("cp1251", "отчёт", b"\xee\xf2\xf7\xb8\xf2"),
        ("koi8-r", "отчёт", b"\xcf\xd4\xde\xa3\xd4"),
        ("windows-1252", "café €", b"caf\xe9 \x80"),
        ("iso-8859-2", "łódź", b"\xb3\xf3d\xbc"),
        ("utf-8", "café", b"caf\xc3\xa9"),
    ] {
        let encoding = labelled(label);
        assert_eq!(&*encoding.encode(text).expect(label), bytes, "{label}");
        assert_eq!(encoding.decode(bytes), text, "{label}");
        let local = LocalName::new(bytes, &encoding);
        assert_eq!(local.as_ref().map(LocalName::as_str), Ok(text), "{label}");
    }
}

#[test]
fn a_character_without_bytes_is_refused_and_never_replaced() {
    for (label, text) in [
        ("gbk", "🦀"),
        ("shift-jis", "한"),
        ("euc-kr", "🦀"),
        ("windows-1251", "é"),
        // The encoder would turn `¥` into the byte 0x5C, and `‾` into 0x7E. The decoder would turn
        // these bytes into `\` and `~`.
        ("shift-jis", "a¥b"),
        ("euc-jp", "a‾b"),
    ] {
        let error = labelled(label).encode(text).expect_err(label);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{label}");
        let inner = error.inner().and_then(|inner| inner.downcast_ref());
        let Unencodable { at, .. } = inner.expect("says what is wrong");
        assert_eq!(*at, None);
    }
}

#[test]
fn labels_that_no_command_can_carry_are_unknown() {
    for label in [
        "utf-16",
        "utf-16le",
        "utf-16be",
        "ucs-2",
        "iso-2022-jp",
        "iso-2022-kr",
        "hz-gb-2312",
        "replacement",
        "utf-7",
        "utf-32",
        "cp437",
        "",
        "no such",
    ] {
        assert!(Encoding::for_label(label).is_none(), "{label}");
    }
}

#[test]
fn a_byte_order_mark_is_part_of_the_name() {
    for bytes in [&b"\xef\xbb\xbfa"[..], b"\xff\xfea", b"\xfe\xffa"] {
        let encoding = labelled("windows-1251");
        let text = encoding
            .decode_lossless(bytes)
            .expect("every byte is a character");
        assert_eq!(&*encoding.encode(&text).expect("the same bytes"), bytes);
    }
}

#[test]
fn bytes_that_are_no_text_decode_with_loss() {
    let gbk = labelled("gbk");
    assert_eq!(gbk.decode(b"a\xb1"), "a\u{fffd}");
    assert_eq!(gbk.decode_lossless(b"a\xb1"), None);
    // In GBK, both 0x80 and 0xA2E3 are the euro sign, and the encoder uses 0x80. So 0xA2E3 would
    // come back as 0x80, and is not decoded without loss.
    assert_eq!(gbk.decode(b"\xa2\xe3"), "€");
    assert_eq!(gbk.decode_lossless(b"\xa2\xe3"), None);
    assert_eq!(gbk.decode_lossless(b"\x80").as_deref(), Some("€"));
}

#[test]
fn the_server_is_told_that_names_are_utf_8_only_if_they_are() {
    let options = Options::new("localhost").with_encoding(labelled("gbk"));
    let mut session = Session::with_options(&options);
    assert_eq!(session.config().utf8_names, Utf8Names::AsTheyAre);
    session.follow_encoding(&options.with_encoding(labelled("utf-8")));
    assert_eq!(session.config().utf8_names, Utf8Names::SwitchOn);
}

const LABELS: [&str; 8] = [
    "gbk",
    "gb18030",
    "big5",
    "shift-jis",
    "euc-jp",
    "euc-kr",
    "windows-1251",
    "koi8-r",
];

proptest! {
    #[test]
    fn text_comes_back_or_is_refused(
        label in prop::sample::select(&LABELS[..]),
        text in "[ -~ -яㄱ-ㅣ가-낗一-两ぁ-ヶ]{0,12}|\\PC{0,8}",
    ) {
        let encoding = labelled(label);
        if let Ok(bytes) = encoding.encode(&text) {
            prop_assert_eq!(&*encoding.decode(&bytes), &text);
            let decoded = encoding.decode_lossless(&bytes);
            prop_assert_eq!(decoded.as_deref(), Some(&*text));
            if text.is_ascii() {
                prop_assert_eq!(&*bytes, text.as_bytes());
            }
        }
    }

    #[test]
    fn bytes_come_back_or_are_refused(
        label in prop::sample::select(&LABELS[..]),
        bytes in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let encoding = labelled(label);
        if let Some(text) = encoding.decode_lossless(&bytes) {
            prop_assert_eq!(&*encoding.encode(&text).expect("it was decoded"), &bytes[..]);
        }
        if label.starts_with("windows") || label.starts_with("koi8") {
            prop_assert!(encoding.decode_lossless(&bytes).is_some() || bytes.contains(&0x98));
        }
    }
}
