//! The fuzz target `facts` for four parsers: facts of MLST, times, the file name in the reply to
//! STOU, and line ends of TYPE A.

use ftp_proto::RemotePath;
use ftp_proto::data::{AsciiDecoder, AsciiEncoder};
use ftp_proto::listing::Entry;
use ftp_proto::reply::{Malformed, Timestamp, entry, modified, unique_name};
use ftp_proto::wire::Reply;

/// Parses each line of the input as an entry, alone and inside an MLST reply. The entry must keep
/// every byte of the line. A parsed time must show the digits that it was parsed from. The file
/// name from a reply to STOU must occur in that reply. Line ends must be translated as a simple
/// second implementation translates them, in one piece and in several.
///
/// The bytes before the first `|` give the lengths of the pieces. After the last length, the first
/// one is used again.
pub fn facts(data: &[u8]) {
    if let Ok(reply) = Reply::parse(data) {
        reply_of_any_kind(&reply);
    }
    let (cuts, data) = match data.iter().take(32).position(|byte| *byte == b'|') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&data[..0], data),
    };
    for line in data.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        one_line(line);
        time(line);
        answers(line);
    }
    let pieces = cut(data, cuts);
    line_ends(data, &pieces, cuts);
}

fn reply_of_any_kind(reply: &Reply) {
    let code = reply.code().value();
    match entry(reply) {
        Ok(found) => {
            assert_eq!(code, 250);
            // If no line of the reply is a proper entry, the parser may return an entry without a
            // name. This entry must have facts.
            assert!(!found.name().is_empty() || found.facts().next().is_some());
            assert!(reply.lines().any(|line| line.ends_with(found.raw())));
        }
        Err(error) => assert_eq!(error == Malformed::NoEntry, code == 250),
    }
    match modified(reply) {
        Ok(_) => assert_eq!(code, 213),
        Err(error) => assert_eq!(matches!(error, Malformed::Time { .. }), code == 213),
    }
    if let Some(name) = unique_name(reply) {
        assert!(matches!(code, 125 | 150 | 226 | 250));
        let name = name.as_bytes();
        assert!(reply.lines().any(|line| {
            let mut windows = line.windows(name.len());
            windows.any(|window| window == name)
        }));
    }
}

fn one_line(line: &[u8]) {
    let Some(entry) = Entry::from_facts(line) else {
        return;
    };
    assert_eq!(entry.raw(), line);
    let name = match entry.name() {
        name @ [b' ' | b'\t' | b'~', ..] => [b"./", name].concat(),
        name => name.to_vec(),
    };
    assert_eq!(entry.path(), RemotePath::new(name));
    let Some(front) = line.strip_suffix(entry.name()) else {
        panic!("{entry:?} has lost its name");
    };
    // `front` is the text before the name. The loop checks that it holds exactly the parsed facts,
    // such as `size=5;`, after optional blanks.
    let mut facts = entry.facts();
    let front = front.strip_suffix(b" ").expect("one blank");
    let blanks = front.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let front = &front[blanks.count()..];
    for piece in front.split(|byte| *byte == b';') {
        if piece.is_empty() {
            continue;
        }
        let (name, value) = facts.next().expect("a fact");
        if piece.contains(&b'=') {
            assert_eq!(piece, [name, b"=", value].concat());
        } else {
            assert_eq!((piece, &b""[..]), (name, value));
        }
        if let Ok(name) = std::str::from_utf8(name) {
            let first = entry
                .facts()
                .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
            assert_eq!(entry.fact(name), first.map(|(_, value)| value));
        }
    }
    assert_eq!(facts.next(), None);
}

fn time(text: &[u8]) {
    let Ok(time) = Timestamp::parse(text) else {
        return;
    };
    let digits = time.to_digits();
    assert_eq!(digits.len(), 14);
    if text.get(14).is_none_or(|byte| *byte == b'.') {
        assert_eq!(digits.as_bytes(), &text[..14]);
    }
    let shown = time.to_string();
    let plain: String = shown
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    assert_eq!(plain.parse(), Ok(time), "{shown}");
    assert!(digits.parse::<Timestamp>().expect("a time") <= time);
}

/// Builds replies that contain the line: an MLST reply, and replies of one line with several codes.
/// Checks what the parsers return for them.
fn answers(line: &[u8]) {
    if line.len() > 4096 || line.contains(&0) {
        return;
    }
    let mlst = [b"250-Begin\r\n ", line, b"\r\n250 End\r\n"].concat();
    let mlst = Reply::parse(&mlst).expect("three lines");
    reply_of_any_kind(&mlst);
    // The reply decoder removes all CRs at the end of a line, so the expected entry lacks them too.
    let kept = line.iter().rposition(|byte| *byte != b'\r');
    let wanted = Entry::from_facts(&line[..kept.map_or(0, |at| at + 1)]);
    if let Some(wanted) = wanted.filter(|wanted| !wanted.name().is_empty()) {
        assert_eq!(entry(&mlst), Ok(wanted.into_owned()));
    }
    for code in ["125", "150", "213", "226", "250", "550"] {
        let reply = [code.as_bytes(), b" ", line].concat();
        reply_of_any_kind(&Reply::parse(&reply).expect("one line"));
    }
}

fn line_ends(data: &[u8], pieces: &[&[u8]], cuts: &[u8]) {
    let mut text = Vec::new();
    for byte in data {
        if *byte == b'\n' && text.last() == Some(&b'\r') {
            text.pop();
        }
        text.push(*byte);
    }
    let single: Vec<&[u8]> = data.chunks(1).collect();
    assert_eq!(decode(&[data]), text);
    assert_eq!(decode(&single), text, "byte by byte");
    assert_eq!(decode(pieces), text, "in {cuts:?}");

    let mut wire = Vec::new();
    for byte in data {
        if *byte == b'\n' && wire.last() != Some(&b'\r') {
            wire.push(b'\r');
        }
        wire.push(*byte);
    }
    assert_eq!(encode(&[data], &[]), wire);
    assert_eq!(encode(&single, &[1]), wire, "byte by byte");
    assert_eq!(encode(pieces, cuts), wire, "in {cuts:?}");
    assert_eq!(decode(&[&wire]), text, "there and back");
}

fn decode(pieces: &[&[u8]]) -> Vec<u8> {
    let mut decoder = AsciiDecoder::new();
    let mut text = Vec::new();
    for piece in pieces {
        let mut buffer = piece.to_vec();
        let decoded = decoder.decode(&mut buffer);
        text.extend_from_slice(&buffer[..decoded]);
    }
    text.extend(decoder.finish());
    text
}

/// Encodes the pieces into output buffers of the lengths in `cuts`. If `cuts` is empty, the output
/// buffers are large enough for a whole piece.
fn encode(pieces: &[&[u8]], cuts: &[u8]) -> Vec<u8> {
    let mut encoder = AsciiEncoder::new();
    let mut wire = Vec::new();
    let mut cuts = cuts.iter().cycle();
    for mut piece in pieces.iter().copied() {
        while !piece.is_empty() {
            let room = cuts.next().map_or(2 * piece.len(), |cut| length(*cut));
            let mut output = vec![0; room.max(1)];
            let encoded = encoder.encode(piece, &mut output);
            assert!(encoded.consumed + encoded.written > 0, "stands still");
            wire.extend_from_slice(&output[..encoded.written]);
            piece = &piece[encoded.consumed..];
        }
    }
    wire
}

pub(super) fn cut<'d>(data: &'d [u8], cuts: &[u8]) -> Vec<&'d [u8]> {
    let mut pieces = Vec::new();
    let mut rest = data;
    for cut in cuts.iter().cycle() {
        // A piece of length 0 tests a read that brings no bytes.
        let (piece, tail) = rest.split_at(rest.len().min(length(*cut)));
        pieces.push(piece);
        rest = tail;
        if rest.is_empty() || pieces.len() > data.len() {
            break;
        }
    }
    pieces.push(rest);
    pieces
}

fn length(cut: u8) -> usize {
    usize::from(cut % 48)
}
