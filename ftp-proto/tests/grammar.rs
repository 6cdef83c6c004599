//! The grammars of reply texts, each tested on one complete reply.

use ftp_proto::reply::{
    Malformed, Passive, extended_passive, features, passive, pathname, size, transfer_size,
};
use ftp_proto::wire::{Code, Limits, Multiline, Reply, ReplyDecoder};
use proptest::prelude::*;

fn reply(line: impl AsRef<[u8]>) -> Reply {
    Reply::parse(line.as_ref()).expect("one reply")
}

fn at(line: &str) -> Result<([u8; 4], u16), Malformed> {
    passive(&reply(line)).map(|Passive { address, port }| (address.unwrap(), port.get()))
}

fn port(line: &str) -> Result<u16, Malformed> {
    extended_passive(&reply(line)).map(|Passive { address, port }| {
        assert_eq!(address, None);
        port.get()
    })
}

fn path(line: &str) -> Result<Option<Vec<u8>>, Malformed> {
    pathname(&reply(line)).map(|path| path.map(Vec::from))
}

fn wrong(code: u16) -> Malformed {
    Malformed::Code {
        code: Code::new(code).unwrap(),
    }
}

// Tests of 227, the reply to PASV.

#[test]
fn quirk_227_in_all_forms() {
    let wanted = Ok(([10, 0, 0, 1], 1025));
    for line in [
        "227 Entering Passive Mode (10,0,0,1,4,1).",
        "227 Entering Passive Mode. 10,0,0,1,4,1",
        "227 =10,0,0,1,4,1",
        "227 (10,0,0,1,4,1)",
        "227(10,0,0,1,4,1)",
        "227 10,0,0,1,4,1.",
        "227 (10, 0, 0, 1, 4, 1)",
        "227 (010,000,0,01,4,001)",
        "227-Passive\r\n is (10,0,0,1,4,1)\r\n227 ok",
    ] {
        assert_eq!(at(line), wanted, "{line}");
    }
}

#[test]
fn quirk_227_with_decoy_digits_before() {
    let wanted = Ok(([10, 0, 0, 1], 1025));
    for line in [
        "227 v1.2.3 (10,0,0,1,4,1)",
        "227 1,2,3 or 2024,11,21,10,30,59 (10,0,0,1,4,1)",
        "227 999,1,1,1,1,1 (10,0,0,1,4,1)",
        "227 5 10,0,0,1,4,1",
    ] {
        assert_eq!(at(line), wanted, "{line}");
    }
    assert_eq!(at("227 (1,2,3,4,5,6,7,8)"), Ok(([1, 2, 3, 4], 1286)));
}

#[test]
fn quirk_227_out_of_range() {
    for line in [
        "227 (1216,256,2,127,127,127)",
        "227 (256,2,3,4,5,6)",
        "227 (1,2,3,4,5,256)",
        "227 (1,2,3,4,0005,6)",
        "227 (1,2,3,4,5,99999999999999999999999)",
        "227 (300,1,2,3,4,5,6)",
    ] {
        assert_eq!(at(line), Err(Malformed::Octet), "{line}");
    }
    assert_eq!(at("227 (1,2,3,4,0,0)"), Err(Malformed::Port));
    assert_eq!(at("227 (1,2,3,4,255,255)"), Ok(([1, 2, 3, 4], 65_535)));
    for line in [
        "227 ",
        "227",
        "227 (1,2,3,4,5)",
        "227 (1,2,3,4,5,-6)",
        "227 (1,  2,3,4,5,6)",
        "227 (1,,2,3,4,5,6)",
        "227 (1;2;3;4;5;6)",
    ] {
        assert_eq!(at(line), Err(Malformed::NoAddress), "{line}");
    }
    assert_eq!(at("200 (1,2,3,4,5,6)"), Err(wrong(200)));
    assert_eq!(port("425 no"), Err(wrong(425)));
}

#[test]
fn quirk_229_to_pasv_and_227_to_epsv() {
    let found = passive(&reply("229 ok (|||6446|)")).unwrap();
    assert_eq!((found.address, found.port.get()), (None, 6446));
    assert_eq!(port("227 ok (10,0,0,1,4,1)"), Ok(1025));
}

// Tests of 229, the reply to EPSV.

#[test]
fn quirk_229_in_all_forms() {
    for line in [
        "229 Entering Extended Passive Mode (|||6446|)",
        "229 ok (!!!6446!)",
        "229 ok !!!6446!",
        "229 ok |||6446|.",
        "229 (xxx6446x)",
        "229 (|1|192.0.2.1|6446|)",
        "229 (|2|2001:db8::1%eth0|6446|)",
        "229 (|2||6446|)",
        "229 v1|2 || (|||006446|)",
        "229-x\r\n y\r\n229 (|||6446|)",
    ] {
        assert_eq!(port(line), Ok(6446), "{line}");
    }
}

#[test]
fn quirk_229_malformed() {
    for line in [
        "229 (||6446|)",
        "229 (|||6446)",
        "229 |6446|",
        "229 (|||x|)",
        "229 (!|!6446|)",
        "229 (|||-1|)",
        "229 (|||+5|)",
        "229 (|||0x10|)",
        "229 (|||1e3|)",
        "229 (|||)",
        "229 (||||)",
        "229",
        "229 ok",
        "229 (111164461)",
        "229 (192,0,2,1,25,46)",
        "229 (|||１２|)",
    ] {
        assert_eq!(port(line), Err(Malformed::NoPort), "{line}");
    }
    for line in [
        "229 (|||0|)",
        "229 (|||65536|)",
        "229 (|||70000|)",
        "229 (|||9999999999999999|)",
    ] {
        assert_eq!(port(line), Err(Malformed::Port), "{line}");
    }
    assert_eq!(port("229 (|||65535|)"), Ok(65_535));
    assert_eq!(port("229 (|||1|)"), Ok(1));
}

// Tests of 257, the reply to PWD and MKD.

#[test]
fn quirk_257_quotes() {
    for (line, wanted) in [
        ("257 \"/\"", "/"),
        ("257 \"/dir\" is current", "/dir"),
        ("257 \"/a\"\"b\" created", "/a\"b"),
        ("257 \"\"\"\"", "\""),
        ("257  words before \"/dir\"", "/dir"),
        ("257 \"/a\" and \"/b\"", "/a"),
        ("250 \"/dir\"", "/dir"),
        ("200 \"/dir\"", "/dir"),
        ("257-note\r\n257 \"/dir\"", "/dir"),
        ("257 \"DISK$USER:[DIR.SUB]\"", "DISK$USER:[DIR.SUB]"),
        ("257 \"'HLQ.'\" is working directory", "'HLQ.'"),
        ("257 \"QGPL\" is the current library", "QGPL"),
        ("257 \"C:\\x\"", "C:\\x"),
    ] {
        assert_eq!(path(line), Ok(Some(wanted.as_bytes().to_vec())), "{line}");
    }
    assert_eq!(
        pathname(&reply(b"257 \"\xe9\""))
            .unwrap()
            .unwrap()
            .as_bytes(),
        b"\xe9"
    );
}

/// inetutils, Twisted and aioftp do not double the quotes in a name. The client must still find the
/// whole name.
#[test]
fn quirk_257_undoubled_quotes() {
    for (line, wanted) in [
        ("257 \"/a\"b\" is the current directory", "/a\"b"),
        ("257 \"/a\"b\"", "/a\"b"),
        ("257 \"/a\"b\" ", "/a\"b"),
        ("257 \"/a\"b/c\"d\"e\" is current", "/a\"b/c\"d\"e"),
        ("257 \"/a\"\" is current", "/a\""),
        ("257 \"/a\"\"", "/a\""),
        ("257 \"/\"a\" is current", "/\"a"),
        ("257 \"/\"\"\"a\" is current", "/\"\"\"a"),
        ("257 \"\"\"", "\""),
        ("257-note\r\n257 \"/a\"b\" here", "/a\"b"),
        ("257-\"/a\"b\" here\r\n257 done", "/a\"b"),
        ("257 words \"/a\"b\" here", "/a\"b"),
        // In the first two replies, `""` is the last quote of the name and the closing quote, and
        // not a doubled quote.
        ("257 \"/d/a \"b\"\" is the current directory", "/d/a \"b\""),
        ("257 \"/d/\"a\"\" created", "/d/\"a\""),
        ("257 \"/d\"is", "/d"),
    ] {
        assert_eq!(path(line), Ok(Some(wanted.as_bytes().to_vec())), "{line}");
    }
}

/// A reply that follows RFC 959 is read as RFC 959 says, even if more quotes follow the path.
#[test]
fn quirk_257_pairs_of_quotes_after_the_path() {
    for (line, wanted) in [
        ("257 \"/a\" is \"here\"", "/a"),
        ("257 \"/a\"\"b\" is \"here\"", "/a\"b"),
        ("257 \"/a\"\"\" is \"here\"", "/a\""),
    ] {
        assert_eq!(path(line), Ok(Some(wanted.as_bytes().to_vec())), "{line}");
    }
}

#[test]
fn quirk_257_without_a_path_is_no_failure() {
    for line in [
        "257 /dir",
        "257",
        "250 done",
        "200 ok",
        "257 \"\" created",
        // libunftp sends the path without quotes, so these quotes belong to the name.
        "257 /dir/a \"b\" created",
        "257 /dir/a\"b",
    ] {
        assert_eq!(path(line), Ok(None), "{line}");
    }
}

#[test]
fn quirk_257_refused() {
    for line in ["257 \"/dir", "257 \"", "257 \"/a\"\"b", "257 \"/a\"b\"c"] {
        assert_eq!(path(line), Err(Malformed::UnterminatedQuote), "{line}");
    }
    assert_eq!(
        path("257 \"/a\x1b[2J\""),
        Err(Malformed::Control { byte: 0x1b })
    );
    assert_eq!(
        path("257 \"/a\rb\""),
        Err(Malformed::Control { byte: b'\r' })
    );
    assert_eq!(
        path("257 \"/a\x7f\""),
        Err(Malformed::Control { byte: 0x7f })
    );
    assert_eq!(path("550 \"/a\""), Err(wrong(550)));
}

// Tests of the reply to FEAT.

#[test]
fn quirk_feat_layouts() {
    for text in [
        "211-Features:\r\n EPSV\r\n AUTH TLS;SSL;TLS-C\r\n REST STREAM \r\n MLST type*;size*;\r\n211 End",
        "211-Features:\r\n211-EPSV\r\n211-auth TLS\r\n211- rest STREAM\r\n211-MLST type*;size*;\r\n211 End",
        "200-x\r\nepsv\r\n\tAUTH  SSL\r\nAUTH TLS\r\n   REST STREAM\r\n\r\n mlst type*;size*;\r\n200 y",
    ] {
        let found = features(&reply(text));
        assert!(found.supports("EPSV") && found.supports("epsv"), "{text}");
        assert_eq!(found.parameters("EPSV"), Some(&b""[..]));
        assert!(found.auth_tls());
        assert!(found.lists("REST", "stream") && !found.lists("REST", ""));
        assert_eq!(found.parameters("rest"), Some(&b"STREAM"[..]));
        assert_eq!(found.parameters("MLST"), Some(&b"type*;size*;"[..]));
        assert_eq!(found.parameters("PRET"), None);
        assert!(!found.supports("MLSD") && !found.is_empty());
    }
}

#[test]
fn quirk_feat_without_a_body() {
    for text in [
        "211 no features",
        "500 what?",
        "211-Features:\r\n211 End",
        "211",
    ] {
        assert!(features(&reply(text)).is_empty(), "{text}");
    }
}

#[test]
fn feat_keeps_unknown_names_and_order() {
    let found = features(&reply(b"211-x\r\n X\xff Y\x1b\r\n __proto__\r\n211 y"));
    let all: Vec<_> = found.iter().collect();
    assert_eq!(all, [(&b"X\xff"[..], &b"Y\x1b"[..]), (b"__proto__", b"")]);
    assert_eq!(format!("{found:?}"), r#"["X\xff Y\x1b", "__proto__"]"#);
    assert_eq!(
        ftp_proto::reply::Features::from_lines(["X-Y", " "])
            .iter()
            .count(),
        1
    );
}

// Tests of the reply to SIZE.

#[test]
fn quirk_size_numbers() {
    for (line, wanted) in [
        ("213 0", 0),
        ("213 1234", 1234),
        ("213    1234  ", 1234),
        ("213\t7", 7),
        ("213 00000000000000000000000000000012", 12),
        ("213 9223372036854775808", 1 << 63),
        ("213 18446744073709551615", u64::MAX),
        ("213-x\r\n213 5", 5),
    ] {
        assert_eq!(size(&reply(line)), Ok(wanted), "{line}");
    }
}

#[test]
fn quirk_size_refused() {
    for line in ["213 18446744073709551616", "213 99999999999999999999"] {
        assert_eq!(size(&reply(line)), Err(Malformed::Overflow), "{line}");
    }
    for line in [
        "213",
        "213 ",
        "213 -1",
        "213 +5",
        "213 0x10",
        "213 1e3",
        "213 12.5",
        "213 12 bytes",
        "213 size 12",
        "213 １２",
        "213 1,234",
        "213 1 234",
        "213 12 34",
        "213\t12\t34 ",
        "213-x\r\n213 5 6",
    ] {
        assert_eq!(size(&reply(line)), Err(Malformed::NoNumber), "{line}");
    }
    assert_eq!(size(&reply("550 12")), Err(wrong(550)));
    assert_eq!(size(&reply("253 12")), Err(wrong(253)));
}

#[test]
fn quirk_150_last_group_is_the_hint() {
    for (line, wanted) in [
        (
            "150 Opening BINARY mode data connection for x (2241 bytes).",
            Some(2241),
        ),
        ("150 Opening (0.0.0.0,0) (545 bytes)", Some(545)),
        ("150 for (5 bytes) (6 BYTES)", Some(6)),
        ("125 x (1 Byte)", Some(1)),
        ("150 (12 bytes)", Some(12)),
        ("150-x\r\n150 x (12 bytes)", Some(12)),
        ("150 ((12 bytes)", Some(12)),
        ("150 (12 bytes) (x)", Some(12)),
        ("150 x (18446744073709551616 bytes)", None),
        ("150 x (1.2 kbytes)", None),
        ("150 x (-1 bytes)", None),
        ("150 x (12bytes)", None),
        ("150 x (12 bytes", None),
        ("150 x 12 bytes", None),
        ("226 x (12 bytes)", None),
        ("150", None),
    ] {
        assert_eq!(transfer_size(&reply(line)), wanted, "{line}");
    }
}

// Invariant 10: no input makes a grammar panic.

fn hostile_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("1,"),
        Just("255,"),
        Just("(|||"),
        Just("|"),
        Just("65535"),
        Just("\""),
        Just("\"\""),
        Just("("),
        Just(" bytes)"),
        Just("\r\n"),
        Just("\r\n 213 "),
        Just(", "),
        Just("99999999999"),
        Just("!"),
        Just(")"),
        Just(" "),
        Just("é"),
        Just("0"),
        Just("\r\n227-"),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes()),
        prop::collection::vec(1_u8.., 0..200),
    ]
}

fn every_grammar(reply: &Reply) {
    let _ = passive(reply);
    let _ = extended_passive(reply);
    let _ = pathname(reply);
    let _ = size(reply);
    let _ = transfer_size(reply);
    let found = features(reply);
    let _ = (
        found.auth_tls(),
        found.iter().count(),
        format!("{found:?} {reply} {reply:?}"),
    );
}

proptest! {
    #[test]
    fn no_grammar_panics(text in hostile_text()) {
        for code in ["125", "150", "200", "211", "213", "227", "229", "250", "257", "550"] {
            for bytes in [
                [code.as_bytes(), b" ", &text].concat(),
                [code.as_bytes(), &text].concat(),
                [code.as_bytes(), b"-", &text, b"\r\n", code.as_bytes(), b" ", &text].concat(),
            ] {
                if let Ok(mut reply) = Reply::parse(&bytes) {
                    every_grammar(&reply);
                    reply.mask(&text);
                    reply.mask(b"1");
                    every_grammar(&reply);
                }
            }
        }
    }

    #[test]
    fn addresses_round_trip(address: [u8; 4], port in 1_u16.., before in "[a-z .=(]{0,20}") {
        let [a, b, c, d] = address;
        let [high, low] = port.to_be_bytes();
        let line = format!("227 {before}{a},{b},{c},{d},{high},{low}");
        prop_assert_eq!(at(&line), Ok((address, port)));
        let line = format!("229 {before}(|||{port}|)");
        prop_assert_eq!(extended_passive(&reply(line)).unwrap().port.get(), port);
    }

    #[test]
    fn pathnames_round_trip(name in "[^\\x00-\\x1f\\x7f]{1,40}") {
        let line = format!("257 \"{}\" is it", name.replace('"', "\"\""));
        prop_assert_eq!(path(&line), Ok(Some(name.into_bytes())));
    }

    #[test]
    fn sizes_round_trip(bytes: u64) {
        prop_assert_eq!(size(&reply(format!("213 {bytes}"))), Ok(bytes));
        prop_assert_eq!(transfer_size(&reply(format!("150 x ({bytes} bytes)"))), Some(bytes));
    }
}

/// Each grammar reads a line of 128 KiB. If it looks at each byte a bounded number of times, this
/// takes no time; otherwise it takes minutes.
#[test]
fn grammars_are_linear() {
    let limits = Limits::default().with_line(1 << 20).with_reply(1 << 20);
    let units = [
        "1,",
        "1, ",
        "1",
        "999,",
        "|",
        "|1",
        "||1",
        "||1111111111",
        "!|",
        "|1!1",
        "(||",
        "(",
        "(1",
        "(1 ",
        "(1 byte",
        "\"\"",
        "\"",
        "\"a",
        "\"a\" ",
        "1 ",
        " ",
    ];
    for unit in units {
        for code in ["150", "213", "227", "229", "257"] {
            let line = format!("{code} {}\r\n", unit.repeat((128 << 10) / unit.len()));
            let mut decoder = ReplyDecoder::new(limits.clone(), Multiline::Strict);
            let decoded = decoder.decode(line.as_bytes()).unwrap();
            every_grammar(&decoded.reply.unwrap());
        }
    }
}
