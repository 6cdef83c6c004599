//! Tests of the wire layer: framing of replies, encoding of commands, splitting of listings into
//! lines, and paths.

use ftp_proto::data::{LineCollector, LineKind, LineSplitter, LineTooLong, Listing};
use ftp_proto::wire::{
    Class, Code, Command, DecodeError, Escaped, InvalidCommand, Limits, Multiline, Reply,
    ReplyDecoder, Telnet, Verb,
};
use ftp_proto::{InvalidPath, ListingLimits, RemotePath};
use proptest::prelude::*;

type Outcome = (Vec<Reply>, Option<DecodeError>);

/// Gives the decoder the pieces, and then the end of the connection. Returns the replies and the
/// error. The `bool` says whether the decoder held no incomplete reply before the end.
fn run<'a>(
    mut decoder: ReplyDecoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Outcome, bool) {
    let mut replies = Vec::new();
    for mut piece in pieces {
        while !piece.is_empty() {
            match decoder.decode(piece) {
                Ok(decoded) => {
                    assert!(decoded.consumed <= piece.len());
                    assert!(decoded.reply.is_some() || decoded.consumed == piece.len());
                    if decoded.reply.is_some() {
                        assert!(decoder.is_empty() && decoder.is_untouched());
                    }
                    replies.extend(decoded.reply);
                    piece = &piece[decoded.consumed..];
                }
                Err(error) => {
                    assert_eq!(
                        decoder.decode(b"220 x\r\n"),
                        Err(error.clone()),
                        "it sticks"
                    );
                    return ((replies, Some(error)), decoder.is_empty());
                }
            }
        }
    }
    let empty = decoder.is_empty();
    match decoder.finish() {
        Ok(last) => {
            replies.extend(last);
            ((replies, None), empty)
        }
        Err(error) => ((replies, Some(error)), empty),
    }
}

fn strict() -> ReplyDecoder {
    ReplyDecoder::default()
}

fn lenient() -> ReplyDecoder {
    ReplyDecoder::new(Limits::default(), Multiline::Lenient)
}

fn limited(limits: Limits) -> ReplyDecoder {
    ReplyDecoder::new(limits, Multiline::Strict)
}

fn replies(bytes: &[u8]) -> Vec<Reply> {
    let ((replies, error), _) = run(strict(), [bytes]);
    assert_eq!(error, None);
    replies
}

fn one(bytes: &[u8]) -> Reply {
    let mut replies = replies(bytes);
    assert_eq!(replies.len(), 1, "{replies:?}");
    replies.remove(0)
}

fn error(bytes: &[u8]) -> DecodeError {
    run(strict(), [bytes]).0.1.expect("an error")
}

fn lines(reply: &Reply) -> Vec<&[u8]> {
    reply.lines().collect()
}

fn text_lines(reply: &Reply) -> Vec<&[u8]> {
    reply.text_lines().collect()
}

fn assert_split_invariant(decoder: &ReplyDecoder, bytes: &[u8]) {
    let whole = run(decoder.clone(), [bytes]);
    assert_eq!(run(decoder.clone(), bytes.chunks(1)), whole, "byte by byte");
    for at in 0..=bytes.len() {
        let (a, b) = bytes.split_at(at);
        assert_eq!(run(decoder.clone(), [a, b]), whole, "cut at {at}");
    }
}

// Tests that a decoder yields the same replies however the bytes are cut into pieces (invariant 1).

#[test]
fn split_invariance_of_replies() {
    let session: &[u8] = b"\r\n\xff\xfd\x0a\xff\xfb\x00220-Hi\r\n220-\r\n 220 not\r\n2201 nor this\r\n\r\n\
        331 x\r\n220 Ready\r\n331 Pass\n\xff\xff\r\r\n226\r\n250\tok\n\n211-F\n UTF8\n211 \xff\xfd\x18End\r\n221 by";
    for decoder in [strict(), lenient()] {
        assert_split_invariant(&decoder, session);
    }
    for cut in [
        &b"220-x\r\n"[..],
        b"22",
        b"\xff\xfb",
        b"226 ok\r",
        b"HTTP/1.1",
        b"\xff",
        b"\r",
    ] {
        assert_split_invariant(&strict(), cut);
    }
}

#[test]
fn split_invariance_of_limits() {
    let input =
        b"220-abcdefgh\r\r\n\r\n12345678\r\n220 end\r\n\r\n\r\n\r\n230 ok\r\n\xff\xfb\x01x\x00";
    for line in 0..16 {
        for reply in 0..44 {
            let limits = Limits::default()
                .with_line(line)
                .with_reply(reply)
                .with_reply_lines(reply % 5)
                .with_blank_lines(reply % 4);
            assert_split_invariant(&limited(limits), input);
        }
    }
}

fn hostile_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(&b"220"[..]), 3 => Just(&b"226 "[..]), 3 => Just(&b"220-"[..]),
        4 => Just(&b"\r\n"[..]), 4 => Just(&b"\n"[..]), 1 => Just(&b"\r"[..]),
        1 => Just(&b"\xff\xfd"[..]), 1 => Just(&b"\xff\xfb\n"[..]), 1 => Just(&b"\xff"[..]),
        1 => Just(&b"\0"[..]), 2 => Just(&b"text"[..]), 1 => Just(&b"550 "[..]),
        1 => Just(&b"633 "[..]), 1 => Just(&b" "[..]), 1 => Just(&b"7"[..]),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #[test]
    fn split_invariance_of_arbitrary_bytes(
        bytes in hostile_bytes(),
        sizes in prop::collection::vec(1_usize..9, 1..200),
        line in 1_usize..40, reply in 1_usize..80, lenient: bool,
    ) {
        let mode = if lenient { Multiline::Lenient } else { Multiline::Strict };
        let limits = Limits::default().with_line(line).with_reply(reply).with_reply_lines(5)
            .with_blank_lines(3);
        for decoder in [ReplyDecoder::new(limits, mode),
                        ReplyDecoder::new(Limits::default(), mode)] {
            let whole = run(decoder.clone(), [&bytes[..]]);
            prop_assert_eq!(&run(decoder.clone(), bytes.chunks(1)), &whole);
            let mut rest = &bytes[..];
            let mut pieces = Vec::new();
            for size in &sizes {
                let (piece, tail) = rest.split_at((*size).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            pieces.push(rest);
            prop_assert_eq!(&run(decoder.clone(), pieces), &whole);
        }
    }

    #[test]
    fn replies_keep_their_lines(
        code in 100_u16..600,
        inner in prop::collection::vec("[a-zA-Z =;.]{0,30}", 0..6),
    ) {
        let mut bytes = String::new();
        for line in &inner {
            bytes += &format!("{code}-{line}\r\n");
        }
        bytes += &format!("{code} end\r\n");
        let reply = one(bytes.as_bytes());
        prop_assert_eq!(reply.code().value(), code);
        let text: Vec<_> = inner.iter().map(String::as_bytes).chain([&b"end"[..]]).collect();
        prop_assert_eq!(text_lines(&reply), text);
        let raw: Vec<_> = bytes.trim_end().split("\r\n").map(str::as_bytes).collect();
        prop_assert_eq!(lines(&reply), raw);
    }
}

// Tests of replies whose lines are framed in an unusual way, as some servers send them.

#[test]
fn quirk_bare_226_is_final() {
    for bytes in [&b"226\r\n"[..], b"226\n", b"226 \r\n"] {
        let reply = one(bytes);
        assert_eq!(reply.code(), Code::TRANSFER_COMPLETE);
        assert_eq!(text_lines(&reply), [b""]);
    }
    let multi = one(b"226-a\r\n226\r\n");
    assert_eq!(text_lines(&multi), [&b"a"[..], b""]);
}

#[test]
fn quirk_code_with_tab_or_other_character_is_final() {
    assert_eq!(text_lines(&one(b"226\tok\r\n")), [b"ok"]);
    assert_eq!(text_lines(&one(b"226=ok\r\n")), [b"=ok"]);
    assert_eq!(
        text_lines(&one(b"230-a\r\n230\tok\r\n")),
        [&b"a"[..], b"ok"]
    );
}

#[test]
fn quirk_four_digits_are_no_code() {
    assert!(matches!(
        error(b"2201 files\r\n"),
        DecodeError::NotAReply { .. }
    ));
    let reply = one(b"220-x\r\n2201 files\r\n220 y\r\n");
    assert_eq!(lines(&reply).len(), 3);
}

#[test]
fn quirk_proftpd_repeats_the_code_on_each_line() {
    let reply = one(b"211-Features:\r\n211-AUTH TLS\r\n211- UTF8\r\n211 End\r\n");
    let text = [&b"Features:"[..], b"AUTH TLS", b" UTF8", b"End"];
    assert_eq!(text_lines(&reply), text);
    assert_eq!(lines(&reply)[1], b"211-AUTH TLS");
}

#[test]
fn quirk_inner_lines_may_look_like_other_codes() {
    let reply = one(b"230-x\r\n331 no\r\n 230 no\r\n23\r\n\r\n  two\r\n230 y\r\n");
    assert_eq!(reply.code(), Code::LOGGED_IN);
    let text = [&b"x"[..], b"331 no", b"230 no", b"23", b"", b" two", b"y"];
    assert_eq!(text_lines(&reply), text);
    assert_eq!(lines(&reply)[2], b" 230 no");
}

#[test]
fn quirk_glftpd_ends_with_another_code() {
    let bytes = b"553-No\r\n150 Opening\r\n226 Done\r\n";
    let ((found, failed), _) = run(lenient(), [&bytes[..]]);
    let codes: Vec<_> = found.iter().map(|reply| reply.code().value()).collect();
    assert_eq!((codes, failed), (vec![150, 226], None));
    assert_eq!(text_lines(&found[0]), [&b"No"[..], b"Opening"]);
    assert!(matches!(error(bytes), DecodeError::OtherCode { .. }));
    // This is like the reply in Cyberduck's issue #16622: `550 b` is only a line of text. The
    // strict decoder must read on until `250 c`.
    assert_eq!(lines(&one(b"250-a\r\n550 b\r\n250 c\r\n")).len(), 3);
    // Also in lenient mode, a line with an invalid code, such as 633, does not end a reply.
    let ((found, _), _) = run(lenient(), [&b"250-a\r\n633 b\r\n550-c\r\n250 d\r\n"[..]]);
    assert_eq!(found[0].code(), Code::FILE_ACTION_OKAY);
}

/// The reply begins with code 221 and seems to end with code 211. The strict decoder waits for more
/// lines. The error of the time-out can then say that the code 211 may be the cause.
#[test]
fn a_reply_that_may_have_ended_with_another_code_is_reported() {
    let told = |bytes: &[u8]| {
        let mut decoder = strict();
        assert_eq!(decoder.decode(bytes).unwrap().reply, None);
        decoder.other_end().map(|error| error.to_string())
    };
    let words = "a reply began with 221 and ended with 211: \
                 to read such replies, set Config::with_multiline(Multiline::Lenient)";
    assert_eq!(told(b"221-Bye\r\n211 End\r\n").as_deref(), Some(words));
    for open in [
        &b"221-Bye\r\n"[..],
        b"221-Bye\r\n211 End",
        b"221-Bye\r\n211 End\r\nmore",
        b"221-Bye\r\n211 End\r\nmore\r\n",
        b"221-Bye\r\n211-End\r\n",
        b"221-Bye\r\n 211 End\r\n",
        b"221-Bye\r\n633 End\r\n",
        b"221-Bye\r\n211\r\n",
    ] {
        assert_eq!(told(open), None, "{}", Escaped::new(open));
    }
    assert_eq!(error(b"221-Bye\r\n211 End\r\n").to_string(), words);
}

#[test]
fn quirk_lf_alone_ends_a_line_at_once() {
    let mut decoder = strict();
    let decoded = decoder.decode(b"220 hi\n").unwrap();
    assert_eq!(text_lines(&decoded.reply.unwrap()), [b"hi"]);
}

#[test]
fn quirk_all_trailing_crs_are_removed_and_spaces_stay() {
    assert_eq!(lines(&one(b"220 hi  \r\r\r\n")), [b"220 hi  "]);
    assert_eq!(lines(&one(b"220 a\rb\r\n")), [b"220 a\rb"]);
}

#[test]
fn quirk_an_unterminated_last_line_is_returned_separately() {
    let mut decoder = strict();
    assert_eq!(decoder.decode(b"221 Bye").unwrap().reply, None);
    assert!(!decoder.is_empty());
    assert_eq!(decoder.finish().unwrap().unwrap().code(), Code::CLOSING);
    assert!(decoder.is_empty());
    assert_eq!(decoder.finish(), Ok(None));
    for cut in [
        &b"2"[..],
        b"22",
        b"221-Bye",
        b"221-Bye\r\n",
        b"221-Bye\r\n22",
        b"221-a\r\nb",
    ] {
        assert!(
            matches!(error(cut), DecodeError::Unterminated { .. }),
            "{cut:?}"
        );
    }
    assert_eq!(
        error(b"221-Bye\r\n22"),
        DecodeError::Unterminated {
            partial: b"221-Bye\n22".to_vec()
        }
    );
}

#[test]
fn quirk_blank_lines_between_replies_are_skipped_up_to_a_cap() {
    let mut bytes = b"\r\n".repeat(16);
    bytes.extend_from_slice(b"220 a\r\n");
    let twice = bytes.repeat(2);
    assert_eq!(replies(&twice).len(), 2);
    assert_eq!(
        error(&b"\n".repeat(17)),
        DecodeError::TooManyBlankLines { limit: 16 }
    );
    assert_eq!(replies(b"\r\n\r"), []);
}

#[test]
fn quirk_nul_is_refused() {
    assert_eq!(error(b"220 a\0b\r\n"), DecodeError::Nul);
    assert_eq!(error(b"220 a\0"), DecodeError::Nul);
    assert_eq!(lines(&one(b"220 \x01\x1b\x80\r\n")), [b"220 \x01\x1b\x80"]);
}

#[test]
fn quirk_telnet_negotiation_is_dropped_at_line_start_only() {
    // The first two Telnet commands end with the bytes 0x0a and 0x00. They are option numbers, but
    // look like LF and NUL.
    let reply = one(b"\xff\xfd\x0a\xff\xfb\x00\xff\xfe\xff220 hi\r\n");
    assert_eq!(lines(&reply), [b"220 hi"]);
    let inside = one(b"220 \xff\xfd\x18 hi\r\n");
    assert_eq!(lines(&inside), [b"220 \xff\xfd\x18 hi"]);
    let other = one(b"220-a\r\n\xff\xf1b\r\n\xff\r\n220 c\r\n");
    assert_eq!(lines(&other)[1..3], [&b"\xff\xf1b"[..], b"\xff"]);
    assert!(matches!(
        error(b"\xff\xfd"),
        DecodeError::Unterminated { .. }
    ));
    let endless = b"\xff\xfd\x18".repeat(8_192);
    assert_eq!(error(&endless), DecodeError::LineTooLong { limit: 8_192 });
}

#[test]
fn quirk_6xx_is_no_reply() {
    assert_eq!(
        error(b"633 x\r\n"),
        DecodeError::CodeOutOfRange { code: 633 }
    );
    assert_eq!(
        error(b"099 x\r\n"),
        DecodeError::CodeOutOfRange { code: 99 }
    );
    assert_eq!(error(b"099 x\r\n").to_string(), "099 is not a reply code");
}

#[test]
fn quirk_greeting_of_another_protocol() {
    let http = error(b"HTTP/1.1 400 Bad Request\r\n");
    assert_eq!(
        http.to_string(),
        "not an FTP reply: HTTP/1.1 400 Bad Request"
    );
    for bytes in [
        &b"SSH-2.0-x\r\n"[..],
        b"* OK IMAP\r\n",
        b"+OK POP\r\n",
        b" 220 x\r\n",
        b"SSH",
    ] {
        assert!(matches!(error(bytes), DecodeError::NotAReply { .. }));
    }
    let DecodeError::NotAReply { excerpt } = error(&[b"\x1b[2J", &[b'x'; 99][..], b"\n"].concat())
    else {
        panic!("not a reply")
    };
    assert!(excerpt.starts_with(r"\x1b[2Jxx") && excerpt.ends_with("x…"));
    assert_eq!(excerpt.chars().count(), 65);
}

#[test]
fn quirk_several_replies_in_one_segment() {
    let codes: Vec<_> = replies(b"150 a\r\n226 b\r\n421 c\r\n")
        .iter()
        .map(|reply| reply.code().value())
        .collect();
    assert_eq!(codes, [150, 226, 421]);
}

#[test]
fn upgrade_boundary_shows_every_byte() {
    let mut decoder = strict();
    assert!(decoder.is_untouched());
    let decoded = decoder.decode(b"234 go\r\n230 injected\r\n").unwrap();
    assert_eq!(decoded.consumed, 8);
    assert!(decoder.is_untouched());
    for passed_over in [&b"\r\n"[..], b"\xff\xfd\x18", b"\xff", b"\r"] {
        let mut decoder = decoder.clone();
        assert_eq!(decoder.decode(passed_over).unwrap().reply, None);
        assert!(!decoder.is_untouched());
    }
}

#[test]
fn the_error_of_opening_names_the_unfinished_reply() {
    let mut decoder = strict();
    decoder.decode(b"553-x\r\n150 y\r\n").unwrap();
    assert_eq!(decoder.opening(), Some(Code::NAME_NOT_ALLOWED));
    decoder.decode(b"553 z\r\n").unwrap();
    assert_eq!(decoder.opening(), None);
}

#[test]
fn reply_parse_wants_exactly_one() {
    assert_eq!(
        Reply::parse(b"220 a\r\n220 b"),
        Err(DecodeError::Surplus { bytes: 5 })
    );
    assert!(matches!(
        Reply::parse(b""),
        Err(DecodeError::Unterminated { .. })
    ));
    assert!(matches!(
        Reply::parse(b"220-a\n"),
        Err(DecodeError::Unterminated { .. })
    ));
    assert!(Reply::parse(b"220 a").is_ok());
}

#[test]
fn not_implemented_has_three_codes() {
    let found = (100..600).filter(|code| {
        let reply = Reply::parse(format!("{code} x").as_bytes()).unwrap();
        reply.is_not_implemented()
    });
    assert_eq!(found.collect::<Vec<_>>(), [500, 502, 504]);
}

// Tests that a decoder keeps only a limited number of bytes in memory (invariant 9).

#[test]
fn bounded_line() {
    let mut line = b"220 ".to_vec();
    line.resize(8_190, b'x');
    line.extend_from_slice(b"\r\n");
    assert_eq!(line.len(), 8_192);
    assert_eq!(replies(&line).len(), 1);
    line.insert(4, b'x');
    assert_eq!(error(&line), DecodeError::LineTooLong { limit: 8_192 });
    let endless = vec![b'2'; 1 << 20];
    assert_eq!(error(&endless), DecodeError::LineTooLong { limit: 8_192 });
    assert_eq!(
        error(&endless[..8_192]),
        DecodeError::LineTooLong { limit: 8_192 }
    );
}

#[test]
fn bounded_lines_in_a_reply() {
    let mut bytes = b"220-x\r\n".repeat(255);
    bytes.extend_from_slice(b"220 x\r\n");
    assert_eq!(replies(&bytes).len(), 1);
    let mut endless = b"220-x\r\n".repeat(257);
    assert_eq!(error(&endless), DecodeError::TooManyLines { limit: 256 });
    endless.truncate(256 * 7);
    assert!(matches!(error(&endless), DecodeError::Unterminated { .. }));
    assert!(error(&b"1".repeat(9_000)).to_string().contains("8192"));
}

#[test]
fn bounded_reply() {
    let line = [b"220-".as_slice(), &[b'x'; 4_000], b"\r\n"].concat();
    assert_eq!(
        error(&line.repeat(20)),
        DecodeError::ReplyTooLong { limit: 65_536 }
    );
    let limits = Limits::default().with_reply(15);
    let fits = b"220-ab\r\n220 c\r\n";
    assert_eq!(
        run(limited(limits.clone().with_reply(14)), [&fits[..]]).0.1,
        None
    );
    assert_eq!(
        run(limited(limits.with_reply(13)), [&fits[..]]).0.1,
        Some(DecodeError::ReplyTooLong { limit: 13 })
    );
}

#[test]
fn limits_of_zero_refuse_everything() {
    let none = Limits::default()
        .with_line(0)
        .with_reply(0)
        .with_reply_lines(0)
        .with_blank_lines(0);
    assert_split_invariant(&limited(none), b"220 x\r\n");
}

/// The server sends a reply that never ends, in chunks of 1,024 bytes or more. The decoder must
/// fail after one or two chunks.
#[test]
fn bounded_work_on_endless_replies() {
    for chunk in [
        b"220-x\r\n".repeat(512),
        vec![b'2'; 4_096],
        b"\r\n".repeat(512),
    ] {
        let mut decoder = strict();
        let fed = (1..=64).find(|_| decoder.decode(&chunk).is_err());
        assert!(fed.is_some_and(|fed| fed <= 2));
        assert!(decoder.is_empty());
    }
}

// Tests that secrets and control characters are never printed (invariant 13).

#[test]
fn escaped_hides_controls_bidi_and_broken_utf8() {
    let name = "a\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}\u{2066}\u{85}\u{200b}\u{feff}\r\u{7f}é漢\\\"";
    let shown = Escaped::new(name).to_string();
    assert_eq!(
        shown,
        r#"a\x1b]0;x\x07\x1b[2J\u{202e}\u{2066}\u{85}\u{200b}\u{feff}\r\x7fé漢\""#
    );
    assert_eq!(
        Escaped::new(b"\xc2\xff\xe2\x80").to_string(),
        r"\xc2\xff\xe2\x80"
    );
    assert_eq!(format!("{:?}", Escaped::new("a\"\\\n")), r#""a\"\\\n""#);
    assert_eq!(
        Escaped::new("\u{2028}\u{ad}").to_string(),
        r"\u{2028}\u{ad}"
    );
}

#[test]
fn reply_shows_as_one_safe_line() {
    let reply = one(b"230-\x1b[2J\r\n b\x9b\r\n230 c\r\n");
    assert_eq!(reply.to_string(), r"230 \x1b[2J | b\x9b | c");
    assert_eq!(format!("{reply:?}"), r"Reply(230 \x1b[2J | b\x9b | c)");
    assert_eq!(reply.text().to_string(), r"\x1b[2J | b\x9b | c");
    assert_eq!(reply.class(), Class::Completion);
}

#[test]
fn secrets_are_masked_in_replies() {
    let mut reply =
        one(b"331-hunter2 and hunter2\r\n331-hunter2\r\nhunter2hunter2\r\n331 hunter2\r\n");
    reply.mask(b"hunter2");
    let raw = [&b"331-*** and ***"[..], b"331-***", b"******", b"331 ***"];
    assert_eq!(lines(&reply), raw);
    let before = reply.clone();
    reply.mask(b"");
    reply.mask(b"absent");
    assert_eq!(reply, before);
}

#[test]
fn masking_never_touches_codes() {
    let mut reply = one(b"331-331\r\n331-x331\r\n331 331\r\n");
    reply.mask(b"331");
    assert_eq!(lines(&reply), [&b"331-***"[..], b"331-x***", b"331 ***"]);
    assert_eq!(reply.code(), Code::NEED_PASSWORD);
    let mut reply = one(b"331- pass\r\n331  pass\r\n");
    reply.mask(b" pass");
    assert_eq!(lines(&reply), [&b"331-***"[..], b"331 ***"]);
    let mut reply = one(b"331 pass word\r\n");
    reply.mask(b" pass word");
    assert_eq!(lines(&reply), [b"331 ***"]);
    assert_eq!(text_lines(&reply), [b"***"]);
    let mut bare = one(b"331\r\n");
    bare.mask(b"331");
    bare.mask(b"3");
    assert_eq!(lines(&bare), [b"331"]);
}

/// A short password such as `in` also occurs inside other words. So a short secret is masked only
/// if it is a whole word.
#[test]
fn short_secrets_are_masked_where_they_stand_alone() {
    let text = "530 Login in a group or an area: a";
    for (secret, shown) in [
        ("a", "530 Login in *** group or an area: ***"),
        ("in", "530 Login *** a group or an area: a"),
        ("o", text),
        ("\u{e9}", text),
        ("are", "530 Login in a group or an ***a: a"),
    ] {
        let mut reply = one(format!("{text}\r\n").as_bytes());
        reply.mask(secret.as_bytes());
        assert_eq!(reply.to_string(), shown, "{secret}");
        let mut error = error(format!("{}\r\n", &text[4..]).as_bytes());
        error.mask(secret.as_bytes());
        assert_eq!(
            error.to_string(),
            format!("not an FTP reply: {}", &shown[4..])
        );
    }
    let mut twice = one(b"530 aa a,a a\r\n");
    twice.mask(b"a");
    assert_eq!(twice.to_string(), "530 aa ***,*** ***");
    let mut cut = error(&[&[b'x'; 63][..], b"ab\n"].concat());
    cut.mask(b"ab");
    assert!(cut.to_string().ends_with("xa…"), "{cut}");
}

#[test]
fn secrets_are_masked_in_errors() {
    let mut whole = error(b"PASS hunter2?\r\n");
    whole.mask(b"hunter2");
    assert_eq!(whole.to_string(), "not an FTP reply: PASS ***?");
    let mut cut = error(&[&[b'x'; 60][..], b"hunter2\n"].concat());
    cut.mask(b"hunter2");
    assert!(!cut.to_string().contains("hunt") && cut.to_string().ends_with("x***…"));
    let mut partial = error(b"331-hunter2\r\nhunt");
    partial.mask(b"hunter2");
    assert_eq!(
        partial,
        DecodeError::Unterminated {
            partial: b"331-***\n***".to_vec()
        }
    );
    let mut decoder = strict();
    decoder.decode(b"331 hunter2").unwrap();
    assert!(!format!("{decoder:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn masked_replies_never_hold_the_secret(
        words in prop::collection::vec("[ab -]{0,6}", 1..5), secret in "[ab]{3,5}",
    ) {
        let mut bytes = String::new();
        for word in &words {
            bytes += &format!("331-{word}{secret}{word}\r\n");
        }
        bytes += &format!("331 {secret}\r\n");
        let mut reply = one(bytes.as_bytes());
        let count = lines(&reply).len();
        reply.mask(secret.as_bytes());
        prop_assert!(!reply.to_string().contains(&secret));
        prop_assert_eq!(lines(&reply).len(), count);
        prop_assert!(lines(&reply).iter().all(|line| line.starts_with(b"331")));
    }

    #[test]
    fn escaped_text_is_one_line_and_plain(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        for shown in [Escaped::new(&bytes).to_string(), format!("{:?}", Escaped::new(&bytes))] {
            let unsafe_one = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
            prop_assert!(!shown.contains(unsafe_one), "not escaped");
        }
    }
}

// Tests of reply codes.

#[test]
fn codes_and_classes() {
    for value in 0..=u16::MAX {
        let code = Code::new(value);
        assert_eq!(code.is_some(), (100..=599).contains(&value));
        if let Some(code) = code {
            let class = match value / 100 {
                1 => Class::Preliminary,
                2 => Class::Completion,
                3 => Class::Intermediate,
                4 => Class::Transient,
                _ => Class::Permanent,
            };
            assert_eq!((code.value(), code.class()), (value, class));
        }
    }
    assert_eq!(
        format!("{} {:?}", Code::SERVICE_CLOSING, Code::PATHNAME),
        "421 257"
    );
}

// Tests that an argument of a command, such as a path with CR LF, cannot inject another command
// (invariant 8).

fn encoded(command: &Command, telnet: Telnet) -> Vec<u8> {
    let mut out = Vec::new();
    command.encode(telnet, &mut out);
    out
}

#[test]
fn commands_encode() {
    assert_eq!(
        encoded(&Command::new("noop").unwrap(), Telnet::Raw),
        b"NOOP\r\n"
    );
    let command = Command::with("Retr", "a b").unwrap();
    assert_eq!(encoded(&command, Telnet::Raw), b"RETR a b\r\n");
    let path = RemotePath::new(b" \xff\xffx\xff".to_vec()).unwrap();
    let command = Verb::RETR.with(path).unwrap();
    assert_eq!(encoded(&command, Telnet::Raw), b"RETR  \xff\xffx\xff\r\n");
    let doubled = b"RETR  \xff\xff\xff\xffx\xff\xff\r\n";
    assert_eq!(encoded(&command, Telnet::Doubled), doubled);
}

#[test]
fn known_verbs_are_valid() {
    for verb in Verb::KNOWN {
        assert_eq!(Verb::new(verb.as_str()).as_ref(), Ok(verb));
    }
}

#[test]
fn verbs_are_checked() {
    for bad in [
        "",
        "A",
        "AB",
        "LONGERTHANTHIRTYTWOLETTERSANDDIGI",
        "1ABC",
        "LIS ",
        "LI\r",
        "É12",
        "A-B",
        "NO\0P",
    ] {
        assert_eq!(Command::new(bad), Err(InvalidCommand::Verb), "{bad:?}");
        assert_eq!(
            Command::with(bad, "x"),
            Err(InvalidCommand::Verb),
            "{bad:?}"
        );
    }
    for good in [
        "XMD5",
        "xsha512",
        "MFMT",
        "PWD",
        "XSHA256",
        "SETLONGRETR",
        "THISISTHELONGESTONETHEREMAYBE032",
    ] {
        assert_eq!(
            Command::new(good).unwrap().verb(),
            good.to_ascii_uppercase()
        );
    }
}

#[test]
fn injection_is_impossible() {
    for bad in ["\r", "\n", "a\r\nDELE b", "a\n", "\rb", "a\r", "\r\0"] {
        for verb in ["RETR", "PASS", "SITE", "USER"] {
            let refused = Command::with(verb, bad).unwrap_err();
            assert!(matches!(refused, InvalidCommand::LineEnd { .. }));
            assert!(!refused.to_string().contains("DELE"));
            assert!(Command::parse(format!("{verb} {bad}")).is_err());
        }
        assert!(Command::parse(format!("NOOP{bad}")).is_err());
    }
    let nul = Command::with("PASS", "hunter2\0").unwrap_err();
    assert_eq!(nul, InvalidCommand::Nul { verb: Verb::PASS });
    assert!(!format!("{nul} {nul:?}").contains("hunter2"));
    assert!(Command::with("CWD", "a\u{2028}b").is_ok());
}

#[test]
fn empty_arguments_are_refused_but_for_secrets() {
    let refused = InvalidCommand::Empty { verb: Verb::DELE };
    assert_eq!(Command::with("DELE", ""), Err(refused.clone()));
    assert_eq!(Verb::DELE.with(""), Err(refused.clone()));
    assert_eq!(Command::parse("DELE "), Err(refused));
    let empty = Verb::PASS.with("").unwrap();
    assert_eq!(encoded(&empty, Telnet::Raw), b"PASS \r\n");
    assert_eq!(Command::parse("PASS "), Ok(empty));
}

#[test]
fn secrets_never_print_in_commands() {
    for verb in ["PASS", "acct", "Pass"] {
        let command = Command::with(verb, "hunter2").unwrap();
        assert!(command.is_secret());
        let shown = format!("{command} {command:?}");
        assert!(
            !shown.contains("hunter2") && shown.contains(" ***"),
            "{shown}"
        );
    }
    for (line, shown) in [
        ("site pswd old new", "SITE pswd ***"),
        ("SITE PSWD  old new ", "SITE PSWD ***"),
        ("SITE  PASSWD hunter2", "SITE  PASSWD ***"),
        ("SITE CHPASS ada hunter2", "SITE CHPASS ***"),
        ("SITE ADDUSER ada hunter2", "SITE ADDUSER ***"),
        ("SITE PASSIVE ON", "SITE PASSIVE ON"),
        ("SITE CHMOD 644 PSWD", "SITE CHMOD 644 PSWD"),
        ("SITE PSWD", "SITE PSWD"),
        ("SITE", "SITE"),
        ("XSITE PSWD old", "XSITE PSWD old"),
    ] {
        let command = Command::parse(line).unwrap();
        assert_eq!(command.to_string(), shown);
        assert_eq!(command.is_secret(), shown.contains("***"), "{line}");
    }
    let parsed = Command::parse("pass hunter2").unwrap();
    assert_eq!(parsed.to_string(), "PASS ***");
    let command = Command::with("RETR", b"a\x1b[2J\xff").unwrap();
    assert_eq!(command.to_string(), r"RETR a\x1b[2J\xff");
    assert_eq!(format!("{command:?}"), r"Command(RETR a\x1b[2J\xff)");
}

proptest! {
    #[test]
    fn commands_have_exactly_one_line_end(
        verb in "\\PC{0,9}", argument in prop::collection::vec(any::<u8>(), 0..50),
        doubled: bool,
    ) {
        let telnet = if doubled { Telnet::Doubled } else { Telnet::Raw };
        let line = [verb.as_bytes(), b" ", &argument].concat();
        for command in [Command::with(&verb, &argument), Command::parse(&line),
                        Command::with("SITE", &argument), Command::new(&verb)] {
            let Ok(command) = command else { continue };
            let mut out = b"before".to_vec();
            command.encode(telnet, &mut out);
            let line = out.strip_prefix(b"before").and_then(|out| out.strip_suffix(b"\r\n"));
            let line = line.expect("appended, and ended");
            prop_assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
        }
    }

    #[test]
    fn commands_round_trip(
        verb in "[a-zA-Z][a-zA-Z0-9]{2,7}",
        argument in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let bad = argument.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
        match Command::with(&verb, &argument) {
            Ok(command) => {
                prop_assert!(!bad);
                prop_assert_eq!(command.argument(), Some(&argument[..]));
                let bytes = encoded(&command, Telnet::Raw);
                let line = bytes.strip_suffix(b"\r\n").unwrap();
                prop_assert_eq!(Command::parse(line), Ok(command.clone()));
                let doubled = encoded(&command, Telnet::Doubled);
                let iacs = argument.iter().filter(|byte| **byte == 0xff).count();
                prop_assert_eq!(doubled.len(), bytes.len() + iacs);
                prop_assert_eq!(doubled.len(), command.wire_length());
            }
            Err(_) => prop_assert!(bad || argument.is_empty()),
        }
        let bare = Command::new(&verb).unwrap();
        let bytes = encoded(&bare, Telnet::Raw);
        prop_assert_eq!(bytes.len(), bare.wire_length());
        prop_assert_eq!(Command::parse(bytes.strip_suffix(b"\r\n").unwrap()), Ok(bare));
    }
}

// Tests that paths are bytes, which need not be UTF-8 (invariant 12).

#[test]
fn paths_are_bytes() {
    let path = RemotePath::new(b"caf\xe9 \x1b".to_vec()).unwrap();
    assert_eq!(path.as_bytes(), b"caf\xe9 \x1b");
    assert_eq!(path.to_string(), r"caf\xe9 \x1b");
    assert_eq!(format!("{path:?}"), r#""caf\xe9 \x1b""#);
    assert_eq!(path.to_string_lossy(), "caf\u{fffd} \u{1b}");
    assert_eq!(path.to_str(), None);
    assert_eq!(Vec::from(path), b"caf\xe9 \x1b");
    assert_eq!("a/b".parse::<RemotePath>().unwrap().to_str(), Some("a/b"));
}

#[test]
fn paths_refuse_what_the_protocol_cannot_carry() {
    assert_eq!(RemotePath::new(""), Err(InvalidPath::Empty));
    for byte in [b'\r', b'\n', 0] {
        let refused = RemotePath::new(vec![b'a', byte, b'b']).unwrap_err();
        assert_eq!(refused, InvalidPath::Byte { byte, at: 1 });
    }
}

// Tests of how a listing is split into lines.

fn split<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, bool) {
    let mut splitter = LineSplitter::new(limit);
    let mut found = Vec::new();
    for mut piece in pieces {
        loop {
            match splitter.next_line(&mut piece) {
                Ok(Some(line)) => found.push(line.to_vec()),
                Ok(None) => break assert!(piece.is_empty()),
                Err(LineTooLong { limit: said }) => {
                    assert_eq!(said, limit);
                    assert!(splitter.next_line(&mut &b"x\n"[..]).is_err(), "it sticks");
                    assert!(splitter.finish().is_err());
                    return (found, false);
                }
            }
        }
    }
    found.extend(splitter.finish().unwrap());
    assert_eq!(splitter.finish(), Ok(None));
    (found, true)
}

#[test]
fn listing_lines_end_at_lf_and_lose_one_cr() {
    let (found, good) = split(99, [&b"a\r\nb\nc\rd\r\r\n\r\n\0\xff\n e \r"[..]]);
    assert!(good);
    let wanted = [&b"a"[..], b"b", b"c\rd\r", b"", b"\0\xff", b" e \r"];
    assert_eq!(found, wanted);
    assert_eq!(split(99, []).0, Vec::<Vec<u8>>::new());
}

/// Splits the bytes of a listing into lines in two ways. Returns the lines that a caller gets one
/// by one, and the lines of a listing that is collected as a whole.
fn listed(kind: LineKind, bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut listing = Listing::new(kind, 99);
    let mut collected = LineCollector::new(ListingLimits::default());
    let (mut streamed, mut rest) = (Vec::new(), bytes);
    while !listing.has_ended() {
        let room = listing.space();
        let count = rest.len().min(3);
        room[..count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        listing.filled(count);
        while let Some(line) = listing.next_line().unwrap() {
            streamed.push(line.clone());
            collected.push(line).unwrap();
        }
    }
    (streamed, collected.finish(&listing))
}

fn all_listed(kind: LineKind, bytes: &[u8]) -> Vec<String> {
    let (_, lines) = listed(kind, bytes);
    let text = |line: Vec<u8>| String::from_utf8(line).unwrap();
    lines.into_iter().map(text).collect()
}

#[test]
fn quirk_blank_lines_are_no_entries() {
    use LineKind::{Entry, Name, Text};
    for empty in ["\r\n", "\n", "\r\n\r\n", "\r\r\n", ""] {
        assert!(all_listed(Name, empty.as_bytes()).is_empty());
        assert!(all_listed(Entry, empty.as_bytes()).is_empty());
    }
    let bytes = b"\r\n\na\r\n\r\nb\r\n \r\n\t\r\nc";
    assert_eq!(all_listed(Entry, bytes), ["a", "b", "c"]);
    // A file's name may consist of a blank or a tab, so these lines are kept. In text, empty lines
    // are kept too.
    assert_eq!(all_listed(Name, bytes), ["a", "b", " ", "\t", "c"]);
    let text = ["", "", "a", "", "b", " ", "\t", "c"];
    assert_eq!(all_listed(Text, bytes), text);
}

#[test]
fn blank_lines_are_bounded() {
    let mut listing = Listing::new(LineKind::Name, 9);
    for _ in 0..9 {
        listing.space()[0] = b'\n';
        listing.filled(1);
        assert_eq!(listing.next_line(), Ok(None));
    }
    listing.space()[0] = b'\n';
    listing.filled(1);
    assert_eq!(listing.next_line(), Err(LineTooLong { limit: 9 }));
}

#[test]
fn quirk_gridftp_ends_every_line_with_two_crs() {
    for kind in [LineKind::Name, LineKind::Entry] {
        let wanted = ["a", "b", "c"];
        assert_eq!(all_listed(kind, b"a\r\r\nb\r\r\nc\r\r\n"), wanted);
        assert_eq!(all_listed(kind, b"a\r\r\n\r\nb\r\r\nc\r\r\n"), wanted);
        assert_eq!(all_listed(kind, b"a\r\r\n"), ["a"]);
        assert_eq!(all_listed(kind, b"a\r\r\nb\r\r\nc"), wanted);
        // Some lines end with CR CR LF and others with CR LF or LF, so the line end is not CR CR
        // LF. The first CR of CR CR LF then belongs to the name.
        assert_eq!(
            all_listed(kind, b"a\r\r\nb\r\r\nc\r\n"),
            ["a\r", "b\r", "c"]
        );
        assert_eq!(all_listed(kind, b"a\r\nb\r\r\n"), ["a", "b\r"]);
        assert_eq!(all_listed(kind, b"a\r\r\nb\nc\r\r\n"), ["a\r", "b", "c\r"]);
    }
    assert_eq!(all_listed(LineKind::Text, b"a\r\r\n"), ["a\r"]);
    // If lines are returned one by one, the decoder cannot look ahead. It removes both CRs of CR CR
    // LF until the first line that ends with only one CR.
    let (streamed, _) = listed(LineKind::Name, b"a\r\r\nb\r\nc\r\r\n");
    assert_eq!(streamed, [&b"a"[..], b"b", b"c\r"]);
}

#[test]
fn listing_lines_are_bounded() {
    assert_eq!(
        split(4, [&b"ab\r\nabc\nabc"[..]]),
        (vec![b"ab".to_vec(), b"abc".to_vec(), b"abc".to_vec()], true)
    );
    assert_eq!(split(4, [&b"a\nabcd\n"[..]]), (vec![b"a".to_vec()], false));
    assert_eq!(split(4, [&b"abcd"[..]]), (vec![], false));
    assert_eq!(split(0, [&b"a"[..]]), (vec![], false));
}

proptest! {
    #[test]
    fn split_invariance_of_listing_lines(
        bytes in prop::collection::vec(prop_oneof![
            Just(b'\r'), Just(b'\n'), Just(b'a'), any::<u8>()], 0..120),
        limit in 1_usize..20,
        size in 1_usize..9,
    ) {
        let whole = split(limit, [&bytes[..]]);
        prop_assert_eq!(&split(limit, bytes.chunks(1)), &whole);
        prop_assert_eq!(&split(limit, bytes.chunks(size)), &whole);
        for at in 0..=bytes.len() {
            let (a, b) = bytes.split_at(at);
            prop_assert_eq!(&split(limit, [a, b]), &whole);
        }
        let (found, good) = split(1_000, [&bytes[..]]);
        let mut wanted: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
        let rest = wanted.pop().filter(|rest| !rest.is_empty());
        let wanted: Vec<_> = wanted.iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .chain(rest).collect();
        prop_assert!(good);
        prop_assert_eq!(found, wanted);
    }
}
