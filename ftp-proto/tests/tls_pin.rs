//! Pinned keys as text.

use ftp_proto::tls::KeyPin;

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
fn what_is_no_pin_is_an_error() {
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
