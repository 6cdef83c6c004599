//! Pins of server keys, written as text.

use ftp_proto::tls::KeyPin;
use proptest::prelude::*;

const HEX: &str = "5a91fa5d2a4d1e2e8a9d6d1ee6f1f2b5d2e5f6a7b8c9d0e1f2a3b4c5d6e7f809";
const BASE64: &str = "sha256//WpH6XSpNHi6KnW0e5vHytdLl9qe4ydDh8qO0xdbn+Ak=";

#[test]
fn pins_are_read_as_openssl_and_curl_write_them() {
    let pin: KeyPin = HEX.parse().expect("digits");
    assert_eq!(pin.to_string(), HEX);
    assert_eq!(HEX.to_uppercase().parse::<KeyPin>().expect("digits"), pin);
    let colons: Vec<_> = HEX
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).expect("digits"))
        .collect();
    assert_eq!(colons.join(":").parse::<KeyPin>().expect("digits"), pin);
    assert_eq!(BASE64.parse::<KeyPin>().expect("base64"), pin);
}

#[test]
fn a_bad_pin_is_an_error() {
    let extended = [HEX, "00"].concat();
    let spaced = [" ", HEX].concat();
    let colon = [HEX, ":"].concat();
    let unmarked = BASE64.strip_prefix("sha256//").expect("a prefix");
    for text in [
        "",
        ":",
        &HEX[2..],
        &HEX[1..],
        &extended,
        &spaced,
        &colon,
        &HEX.replace('5', "g"),
        &HEX.replace('5', "ß"),
        unmarked,
        "sha256//",
        "sha256//=",
        &BASE64.replace('=', ""),
        &BASE64.replace("Ak=", "Al="),
        &BASE64.replace("Ak=", "="),
        &BASE64.replace("Ak=", "AkA="),
        &BASE64.replace("Ak=", "AkAAAA="),
        &BASE64.replace('+', "-"),
    ] {
        assert!(text.parse::<KeyPin>().is_err(), "{text:?}");
    }
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes a pin bit by bit, with the tables of RFC 4648, to compare with the library's result.
fn plainly(text: &str) -> Option<Vec<u8>> {
    let bits: Option<Vec<String>> = match text.strip_prefix("sha256//") {
        Some(base64) => base64
            .strip_suffix('=')?
            .chars()
            .map(|c| ALPHABET.find(c).map(|value| format!("{value:06b}")))
            .collect(),
        None => {
            let with_colons = text
                .char_indices()
                .all(|(at, c)| (at % 3 == 2) == (c == ':'));
            let digits: String = match with_colons && !text.ends_with(':') {
                true => text.split(':').collect(),
                false => text.into(),
            };
            let digit = |c: char| Some(format!("{:04b}", c.to_digit(16)?));
            digits.chars().map(digit).collect()
        }
    };
    let bits = bits?.concat();
    let (hash, rest) = bits.split_at_checked(256)?;
    let padding = if text.starts_with("sha256//") {
        "00"
    } else {
        ""
    };
    let byte = |at| u8::from_str_radix(&hash[at..at + 8], 2).expect("digits of two");
    (rest == padding).then(|| (0..256).step_by(8).map(byte).collect())
}

proptest! {
    #[test]
    fn pins_decode_as_rfc_4648_says(
        text in prop_oneof![
            "[0-9a-fA-F]{62,66}",
            "[0-9a-fA-F]{63}[0-9a-gA-G:= ß]",
            "([0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2}:?",
            "sha256//[A-Za-z0-9+/]{42,44}={0,2}",
            "sha256//[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=",
            "sha256//[A-Za-z0-9+/=_ -]{42}[AEIMQUYcgkosw048]=",
            any::<String>(),
            any::<String>().prop_map(|text| format!("sha256//{text}")),
        ],
    ) {
        let read = text.parse::<KeyPin>().ok();
        let read = read.map(|pin| pin.as_bytes().to_vec());
        prop_assert_eq!(read, plainly(&text));
    }
}
