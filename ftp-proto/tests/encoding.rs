//! The encoding of file names: text is encoded, and bytes are sent unchanged.

use ftp_proto::data::{AsciiDecoder, AsciiEncoder};
use ftp_proto::listing::Entry;
use ftp_proto::reply::Timestamp;
use ftp_proto::wire::{Command, InvalidCommand};
use ftp_proto::{Codec, Encoding, Error, ErrorKind, Name, RemotePath, Unencodable};
use proptest::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;

const fn goes_anywhere<T: Send + Sync + Unpin + Clone + std::fmt::Debug + 'static>() {}

const _: () = {
    goes_anywhere::<Encoding>();
    goes_anywhere::<Entry<'_>>();
    goes_anywhere::<Timestamp>();
    goes_anywhere::<AsciiDecoder>();
    goes_anywhere::<AsciiEncoder>();
};

/// A codec that accepts only upper-case letters and sends them in lower case.
#[derive(Debug)]
struct Shouting;

impl Codec for Shouting {
    fn encode(&self, text: &str) -> Option<Vec<u8>> {
        text.bytes()
            .map(|byte| byte.is_ascii_uppercase().then(|| byte.to_ascii_lowercase()))
            .collect()
    }

    fn decode(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).to_uppercase()
    }
}

fn custom() -> Encoding {
    Encoding::Custom(Arc::new(Shouting))
}

fn sent(name: impl Name, encoding: &Encoding) -> Result<Vec<u8>, Error> {
    name.bytes(encoding).map(Cow::into_owned)
}

fn place(error: &Error) -> Option<usize> {
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let source = error.inner().and_then(|source| source.downcast_ref());
    let Unencodable { at, .. } = source.expect("says what is wrong");
    *at
}

#[test]
fn every_string_type_is_a_name() {
    let text = "\u{e4}";
    let utf8 = &b"\xc3\xa4"[..];
    let path = RemotePath::new(utf8).unwrap();
    let string = String::from(text);
    let list = [text];
    for encoding in [Encoding::default(), Encoding::Latin1] {
        let wanted = match encoding {
            Encoding::Utf8 => utf8,
            _ => b"\xe4",
        };
        assert_eq!(sent(text, &encoding).unwrap(), wanted);
        assert_eq!(sent(&string, &encoding).unwrap(), wanted);
        assert_eq!(sent(string.clone(), &encoding).unwrap(), wanted);
        for text in &list {
            assert_eq!(sent(text, &encoding).unwrap(), wanted);
        }
        assert_eq!(sent(Cow::from(text), &encoding).unwrap(), wanted);
        // Bytes are sent unchanged in every encoding.
        assert_eq!(sent(utf8, &encoding).unwrap(), utf8);
        assert_eq!(sent(utf8.to_vec(), &encoding).unwrap(), utf8);
        assert_eq!(sent(b"\xc3\xa4", &encoding).unwrap(), utf8);
        assert_eq!(sent(*b"\xc3\xa4", &encoding).unwrap(), utf8);
        assert_eq!(sent(&path, &encoding).unwrap(), utf8);
        assert_eq!(sent(path.clone(), &encoding).unwrap(), utf8);
        assert_eq!(sent(Cow::from(utf8), &encoding).unwrap(), utf8);
    }
    assert_eq!(sent("AB", &custom()).unwrap(), b"ab");
    assert_eq!(sent(b"AB", &custom()).unwrap(), b"AB");
}

#[test]
fn a_name_may_be_a_trait_object() {
    let names: [&dyn Name; 2] = [&"x", &b"x"];
    for name in names {
        assert_eq!(sent(name, &Encoding::Utf8).unwrap(), b"x");
    }
}

#[test]
fn a_character_without_a_byte_is_an_error_that_does_not_show_the_text() {
    let secret = "caf\u{e9}-\u{20ac}-hunter2";
    let error = Encoding::Latin1.encode(secret).unwrap_err();
    assert_eq!(place(&error), Some(6));
    let shown = format!("{error} {error:?} {}", error.inner().unwrap());
    assert!(!shown.contains("hunter2") && !shown.contains('\u{20ac}'));
    assert!(shown.contains("at 6"), "{shown}");

    let error = sent("lower", &custom()).unwrap_err();
    assert_eq!(place(&error), None);
    assert!(!format!("{error:?} {}", error.inner().unwrap()).contains("lower"));
}

#[test]
fn types_that_may_be_used_once_cannot_be_cloned_and_errors_are_small() {
    for encoding in [Encoding::Utf8, Encoding::Latin1] {
        assert!(matches!(encoding.encode("plain"), Ok(Cow::Borrowed(_))));
        assert!(matches!(encoding.decode(b"plain"), Cow::Borrowed("plain")));
    }
    let text = Encoding::Utf8.encode("\u{20ac}");
    assert!(matches!(text, Ok(Cow::Borrowed(_))));
    let name = b"\xff".bytes(&Encoding::Latin1);
    assert!(matches!(name, Ok(Cow::Borrowed(_))));
}

#[test]
fn names_are_bytes_and_text_is_a_view() {
    assert_eq!(Encoding::Utf8.decode(b"caf\xe9"), "caf\u{fffd}");
    assert_eq!(Encoding::Latin1.decode(b"caf\xe9"), "caf\u{e9}");
    assert_eq!(custom().decode(b"caf"), "CAF");
}

#[test]
fn decoding_without_loss_gives_text_that_becomes_the_same_bytes() {
    for (encoding, bytes, text) in [
        (Encoding::Utf8, &b"caf\xc3\xa9"[..], Some("caf\u{e9}")),
        (Encoding::Utf8, b"caf\xe9", None),
        (Encoding::Latin1, b"caf\xe9", Some("caf\u{e9}")),
        (Encoding::Latin1, b"\x80\xff", Some("\u{80}\u{ff}")),
        (custom(), b"caf", Some("CAF")),
        // The codec decodes both `CAF` and `caf` to the text `CAF`, and encodes this text as `caf`.
        // So the bytes `CAF` would come back as `caf`.
        (custom(), b"CAF", None),
        // The codec decodes these bytes to `CAF1`, which it cannot encode.
        (custom(), b"caf1", None),
    ] {
        let decoded = encoding.decode_lossless(bytes);
        assert_eq!(decoded.as_deref(), text, "{encoding:?} {bytes:?}");
    }
}

/// A codec that turns a character into a line end, and back.
#[derive(Debug)]
struct Smuggler;

impl Codec for Smuggler {
    fn encode(&self, text: &str) -> Option<Vec<u8>> {
        Some(text.replace('|', "\r\n").into_bytes())
    }

    fn decode(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

#[test]
fn injection_is_impossible_through_a_codec() {
    let encoding = Encoding::Custom(Arc::new(Smuggler));
    let name = sent("a|DELE b", &encoding).unwrap();
    let refused = Command::with("RETR", name).unwrap_err();
    assert!(matches!(refused, InvalidCommand::LineEnd { .. }));
}

proptest! {
    #[test]
    fn latin1_loses_no_byte(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let text = Encoding::Latin1.decode(&bytes);
        prop_assert_eq!(text.chars().count(), bytes.len());
        let back = Encoding::Latin1.encode(&text).unwrap();
        prop_assert_eq!(&*back, &bytes[..]);
    }

    #[test]
    fn text_round_trips(text in "\\PC{0,40}", narrow in "[\u{0}-\u{ff}]{0,40}") {
        let bytes = Encoding::Utf8.encode(&text).unwrap();
        prop_assert_eq!(&*Encoding::Utf8.decode(&bytes), &text);
        let bytes = Encoding::Latin1.encode(&narrow).unwrap();
        prop_assert_eq!(&*Encoding::Latin1.decode(&bytes), &narrow);
        // Latin-1 refuses characters above U+00FF. The error gives the byte position of the first
        // one.
        let at = text.char_indices().find(|(_, c)| *c > '\u{ff}').map(|(at, _)| at);
        match Encoding::Latin1.encode(&text) {
            Ok(bytes) => {
                prop_assert_eq!(at, None);
                prop_assert_eq!(bytes.len(), text.chars().count());
            }
            Err(error) => {
                prop_assert!(at.is_some());
                prop_assert_eq!(place(&error), at);
            }
        }
    }
}
