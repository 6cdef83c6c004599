//! The fuzz target `reply` for the reply decoder.

use ftp_proto::reply;
use ftp_proto::wire::{DecodeError, Decoded, Limits, Reply, ReplyDecoder};

/// Decodes the input as replies. Nothing may panic, neither the decoder nor the parsers of replies.
/// The decoder must not buffer or skip more bytes than its limits allow. After an error, it must
/// return the same error again. Every reply must be printable on one line.
pub fn reply(data: &[u8]) {
    let (mut decoder, limits, mut rest) = super::decoder(data);
    // The most bytes that the decoder may consume before it returns a reply: a longest reply with
    // the blank lines before it.
    let most = limits
        .line
        .saturating_mul(limits.reply_lines + limits.blank_lines + 1);
    let mut pending = 0_usize;
    let failed = loop {
        if rest.is_empty() {
            break None;
        }
        // The pieces have at most 7 bytes, so the check of the buffer's size below also runs in the
        // middle of lines.
        let piece = &rest[..rest.len().min(7)];
        match decoder.decode(piece) {
            Ok(Decoded { consumed, reply }) => {
                assert!(consumed <= piece.len(), "took more than it was given");
                assert!(consumed > 0, "took nothing");
                assert!(
                    reply.is_some() || consumed == piece.len(),
                    "left bytes without a reply"
                );
                rest = &rest[consumed..];
                pending += consumed;
                assert!(pending <= most, "swallowed {pending} bytes without a reply");
                assert!(held(&decoder) <= limits.reply, "holds more than the limit");
                if let Some(reply) = reply {
                    assert!(decoder.is_empty() && decoder.is_untouched());
                    pending = 0;
                    judge(&reply, &limits);
                }
            }
            Err(error) => break Some(error),
        }
    };
    let Some(error) = failed else {
        match decoder.finish() {
            Ok(Some(reply)) => judge(&reply, &limits),
            Ok(None) => {}
            Err(DecodeError::Unterminated { partial }) => assert!(partial.len() <= limits.reply),
            Err(error) => one_line(&error.to_string()),
        }
        return;
    };
    one_line(&error.to_string());
    assert_eq!(decoder.decode(b"220 x\r\n"), Err(error.clone()));
    assert_eq!(decoder.finish(), Err(error));
    assert_eq!(held(&decoder), 0, "holds something after an error");
}

/// Returns the number of buffered bytes, which only `Debug` shows.
fn held(decoder: &ReplyDecoder) -> usize {
    let shown = format!("{decoder:?}");
    let (_, tail) = shown.split_once("buffered: ").expect("a count");
    let digits = tail.split(',').next().expect("a count");
    digits.trim().parse().expect("a count")
}

pub(super) fn judge(reply: &Reply, limits: &Limits) {
    assert!((100..600).contains(&reply.code().value()));
    let lines: Vec<&[u8]> = reply.lines().collect();
    assert!(!lines.is_empty() && lines.len() <= limits.reply_lines);
    assert_eq!(lines.len(), reply.text_lines().count());
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    assert!(bytes <= limits.reply, "a reply of {bytes} bytes");
    for line in lines {
        assert!(line.len() < limits.line);
        assert!(!line.contains(&b'\n') && !line.contains(&0) && !line.ends_with(b"\r"));
    }
    one_line(&reply.to_string());
    one_line(&format!("{reply:?}"));

    let _ = reply::size(reply);
    let _ = reply::transfer_size(reply);
    let _ = reply::count(reply);
    for algorithm in reply::Algorithm::ALL {
        if let Ok(hash) = reply::hash(reply, *algorithm) {
            assert_eq!(hash.as_bytes().len(), hash.algorithm().length());
            assert_eq!(hash.to_string().len(), 2 * hash.as_bytes().len());
        }
    }
    one_line(&format!("{:?}", reply::identity(reply)));
    let _ = reply::passive(reply);
    let _ = reply::extended_passive(reply);
    if let Ok(Some(path)) = reply::pathname(reply) {
        assert!(!path.as_bytes().is_empty());
        assert!(!path.as_bytes().iter().any(u8::is_ascii_control));
        one_line(&path.to_string());
    }
    let features = reply::features(reply);
    for (name, parameters) in features.iter() {
        assert!(!name.is_empty());
        assert_eq!(parameters, parameters.trim_ascii());
    }
    one_line(&format!("{features:?}"));

    let mut masked = reply.clone();
    masked.mask(b"x");
    assert_eq!(masked.code(), reply.code());
    assert_eq!(masked.lines().count(), reply.lines().count());
}

/// Checks that a text is safe to show: it has no control character, line end or invisible
/// character.
pub(super) fn one_line(shown: &str) {
    assert!(
        !shown.chars().any(|c| c.is_control()
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{200b}'..='\u{200f}' | '\u{feff}')),
        "not safe to show: {shown:?}"
    );
}
