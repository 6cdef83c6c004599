//! Base64 (RFC 4648 section 4), for basic authentication.

use alloc::string::String;

/// Encodes bytes, with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three
            .iter_mut()
            .zip(chunk)
            .for_each(|(to, from)| *to = *from);
        let [a, b, c] = three.map(u32::from);
        let group = a << 16 | b << 8 | c;
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            text.push(match place > chunk.len() {
                true => '=',
                false => letter(group >> shift & 63),
            });
        }
    }
    text
}

fn letter(six_bits: u32) -> char {
    let letters = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/']);
    usize::try_from(six_bits)
        .ok()
        .and_then(|place| letters.into_iter().nth(place))
        .unwrap_or('=')
}

#[test]
fn base64_of_rfc_4648_section_10() {
    let all = [
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
    ];
    for (length, expected) in all.into_iter().enumerate() {
        let text: Vec<u8> = b"foobar".iter().take(length).copied().collect();
        assert_eq!(encode(&text), expected);
    }
    assert_eq!(encode(&[0xFB, 0xFF, 0xFE]), "+//+");
}
