//! The names of months in listings, in English and other languages.

/// The names that servers print for each month, in lower case: abbreviations and some full names.
/// Languages: English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish,
/// Norwegian, Finnish, Polish, Czech, Hungarian, Russian.
const NAMES: [&str; 12] = [
    "january jan jän jänn janv ene gen tammi sty led янв",
    "february feb fev fév févr febr helmi lut úno фев февр",
    "march mar mär märz mrz mars mrt maart maalis bře márc мар мрт марта",
    "april apr avr avril abr huhti kwi dub ápr апр",
    "may mai mag mei maj touko kvě máj май мая",
    "june jun juin juni giu kesä cze čen čer čvn jún июн июнь июня",
    "july jul juil jui juli lug heinä lip čec čvc júl июл июль июля",
    "august aug ago aoû août elo sie srp авг",
    "september sep sept set syys wrz zář szept szep сен сент",
    "october oct okt ott out loka paź říj окт",
    "november nov marras lis ноя нояб",
    "december dec dez dic déc des joulu gru pro дек",
];

/// The small letters of KOI8-R, in the order of the bytes 0xC0 to 0xDF. The bytes 0xE0 to 0xFF are
/// the capitals in the same order.
const KOI8_R: &str = "юабцдефгхийклмнопярстужвьызшэщчъ";

/// Returns the month with this name, 1 to 12. A point may follow the name, and the name may have
/// capital letters.
pub(super) fn month(word: &[u8]) -> Option<u8> {
    if let [first, second, third] = *word {
        if let Some(month) = english([first | 0x20, second | 0x20, third | 0x20]) {
            return Some(month);
        }
    }
    let word = word.strip_suffix(b".").unwrap_or(word);
    if !(3..=16).contains(&word.len()) {
        return None;
    }
    match core::str::from_utf8(word) {
        Ok(word) => find(|name| {
            let lower = || word.chars().flat_map(char::to_lowercase);
            // In the alphabets of these languages, a capital has as many bytes in UTF-8 as its
            // small letter, so the lengths can be compared first.
            name.len() == word.len() && lower().eq(name.chars())
        }),
        Err(_) => find(|name| is_in_one_byte_encoding(word, name)),
    }
}

/// Returns the month, 1 to 12, of an English abbreviation in lower case.
#[inline]
pub(super) fn english(letters: [u8; 3]) -> Option<u8> {
    Some(match &letters {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

fn find(is: impl Fn(&str) -> bool) -> Option<u8> {
    (1..)
        .zip(NAMES)
        .find(|(_, names)| names.split(' ').any(&is))
        .map(|(month, _)| month)
}

/// Whether the word is this name in an encoding with one byte for each letter. In a Latin encoding,
/// any byte above ASCII matches any letter above ASCII, because the ASCII letters suffice to tell
/// the months apart. Cyrillic may be KOI8-R or Windows-1251.
fn is_in_one_byte_encoding(word: &[u8], name: &str) -> bool {
    let same = |letter: fn(u8) -> Option<char>| {
        let letters = || word.iter().map(|byte| letter(*byte));
        letters().eq(name.chars().map(Some))
    };
    let latin = || {
        name.bytes().filter(u8::is_ascii).count() >= 2
            && name.chars().count() == word.len()
            && name.chars().zip(word).all(|(letter, byte)| {
                if letter.is_ascii() {
                    letter == char::from(byte.to_ascii_lowercase())
                } else {
                    !byte.is_ascii()
                }
            })
    };
    latin() || same(koi8_r) || same(windows_1251)
}

fn koi8_r(byte: u8) -> Option<char> {
    let at = byte.checked_sub(0xC0)? & 0x1F;
    KOI8_R.chars().nth(usize::from(at))
}

fn windows_1251(byte: u8) -> Option<char> {
    let at = byte.checked_sub(0xC0)? & 0x1F;
    char::from_u32(u32::from(at).saturating_add(0x430))
}
