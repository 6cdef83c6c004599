//! The fuzz target `passive` for the parsers of the replies 227 and 229.

use ftp_proto::reply::{Malformed, Passive, extended_passive, passive as classic_passive};
use ftp_proto::wire::Reply;

/// Parses the input as replies to PASV and EPSV. The parsers must not panic or return port 0. For a
/// reply 227, the address and port must be the first that a simple second implementation finds. For
/// a reply 229, the text must hold the port between two equal bytes.
pub fn passive(data: &[u8]) {
    // First, takes the input as a whole reply of one or more lines.
    if let Ok(reply) = Reply::parse(data) {
        both(&reply);
    }
    // Then takes the input as the text of a reply of one line, and puts each code before it.
    let text: Vec<u8> = data
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, 0 | b'\n'))
        .take(4096)
        .collect();
    for code in ["227", "229"] {
        for separator in [" ", "\t", ""] {
            if separator.is_empty()
                && text
                    .first()
                    .is_some_and(|b| matches!(b, b'-' | b'0'..=b'9'))
            {
                continue;
            }
            let line = [code.as_bytes(), separator.as_bytes(), &text].concat();
            let reply = Reply::parse(&line).expect("one line with a code");
            both(&reply);
        }
    }
}

fn both(reply: &Reply) {
    let one = classic_passive(reply);
    let other = extended_passive(reply);
    match (one, other) {
        (Ok(one), Ok(other)) => {
            assert_eq!(one.port, other.port);
            assert_eq!(other.address, None);
        }
        (one, other) => assert_eq!(one.err(), other.err()),
    }
    match reply.code().value() {
        227 => assert_eq!(one, by_hand(reply), "{reply}"),
        229 => {
            if let Ok(Passive { address, port }) = one {
                assert_eq!(address, None);
                assert!(
                    reply
                        .text_lines()
                        .any(|text| stands_between(text, port.get()))
                );
            }
        }
        _ => assert!(matches!(one, Err(Malformed::Code { .. }))),
    }
}

/// A simple second parser for a reply 227: it takes the first six numbers that are separated by `,`
/// or `, ` alone.
fn by_hand(reply: &Reply) -> Result<Passive, Malformed> {
    let mut failure = Malformed::NoAddress;
    for text in reply.text_lines() {
        let mut at = 0;
        while at < text.len() {
            let mut run = Vec::new();
            loop {
                let end = (at..text.len())
                    .find(|i| !text[*i].is_ascii_digit())
                    .unwrap_or(text.len());
                if end == at {
                    break;
                }
                run.push(&text[at..end]);
                at = end;
                let next = match text.get(at..) {
                    Some([b',', b' ', b'0'..=b'9', ..]) => at + 2,
                    Some([b',', b'0'..=b'9', ..]) => at + 1,
                    _ => break,
                };
                at = next;
            }
            if run.is_empty() {
                at += 1;
                continue;
            }
            let Some(six) = run.get(..6) else { continue };
            let octets: Option<Vec<u8>> = six
                .iter()
                .map(|digits| match digits.len() {
                    ..=3 => core::str::from_utf8(digits).ok()?.parse().ok(),
                    _ => None,
                })
                .collect();
            let Some(octets) = octets else {
                failure = Malformed::Octet;
                continue;
            };
            let port = u16::from_be_bytes([octets[4], octets[5]]);
            return Ok(Passive {
                address: Some([octets[0], octets[1], octets[2], octets[3]]),
                port: port.try_into().map_err(|_| Malformed::Port)?,
            });
        }
    }
    Err(failure)
}

/// Returns whether `text` holds the port with the same byte before and after it, as in `|2121|`.
/// The port may have leading zeros.
fn stands_between(text: &[u8], port: u16) -> bool {
    let digits = port.to_string();
    text.windows(digits.len()).enumerate().any(|(at, window)| {
        let before = text[..at]
            .iter()
            .rposition(|byte| *byte != b'0')
            .map(|i| text[i]);
        window == digits.as_bytes()
            && before.is_some()
            && before == text.get(at + digits.len()).copied()
    })
}
