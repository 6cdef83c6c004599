//! Reads the values of options: sizes, times and ports.

use std::ops::RangeInclusive;
use std::time::Duration;

use ftp_blocking::Timestamp;

/// A range of ports.
pub(crate) type Ports = RangeInclusive<u16>;

/// Reads a number of bytes: `500`, `500k`, `1.5M`, `2G`. A letter means a power of 1024, as in
/// curl's `--limit-rate`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a number of bytes such as 500, 500k, 2M or 1G");
    let (number, bits) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 10),
        Some((at, 'm' | 'M')) => (&text[..at], 20),
        Some((at, 'g' | 'G')) => (&text[..at], 30),
        _ => (text, 0),
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(1 << bits).ok_or_else(wrong);
    }
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let bytes = number * f64::from(1_u32 << bits);
    match bytes.is_finite() && bytes >= 0.0 && bits > 0 {
        // A number with a fraction loses what is below a byte.
        true => Ok(bytes as u64),
        false => Err(wrong()),
    }
}

/// Reads a number of levels of directories. With zero, nothing would be read.
pub(crate) fn levels(text: &str) -> Result<usize, String> {
    let levels: Option<usize> = text.parse().ok();
    levels
        .filter(|levels| *levels > 0)
        .ok_or_else(|| format!("`{text}` is not a number of levels above 0"))
}

/// Reads seconds, which may have a fraction. Zero is refused: nothing could be done in this time.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| !time.is_zero())
        .ok_or_else(|| format!("`{text}` is not a number of seconds above 0"))
}

/// Reads a port, or the first and the last one of a range: `50000-50100`.
pub(crate) fn ports(text: &str) -> Result<Ports, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if first > 0 && first <= last => Ok(first..=last),
        _ => Err(format!(
            "`{text}` is not a range of ports such as 50000-50100"
        )),
    }
}

/// Reads the permission bits of a file, in octal digits.
pub(crate) fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok();
    mode.filter(|mode| *mode <= 0o7777 && !text.starts_with('+'))
        .ok_or_else(|| format!("`{text}` is not a mode of 3 or 4 octal digits, such as 644"))
}

/// Reads a time in UTC: `2026-01-02`, `2026-01-02T03:04:05`, or `20260102030405`.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let is_digit_or_sign = |c: char| c.is_ascii_digit() || "-:T Z".contains(c);
    let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let whole = matches!(digits.len(), 8 | 12 | 14) && text.chars().all(is_digit_or_sign);
    while digits.len() < 14 {
        digits.push('0');
    }
    let time = Timestamp::parse(digits.as_bytes()).ok();
    time.filter(|_| whole).ok_or_else(|| {
        format!("`{text}` is not a time in UTC such as 2026-01-02 or 2026-01-02T03:04:05")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_letters_of_curl() {
        assert_eq!(bytes("500"), Ok(500));
        assert_eq!(bytes("2k"), Ok(2048));
        assert_eq!(bytes("1.5M"), Ok(1_572_864));
        for wrong in [
            "",
            "k",
            "-1",
            "1.5",
            "x",
            "1T",
            "99999999999G",
            "infk",
            "NaNk",
            "é",
        ] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds_are_above_zero() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "", "inf", "1e400", "ten"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_of_ports_has_an_order() {
        assert_eq!(ports("50000-50100"), Ok(50000..=50100));
        assert_eq!(ports("21"), Ok(21..=21));
        for wrong in ["0-5", "5-4", "", "-", "1-70000"] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mode_is_octal() {
        assert_eq!(mode("0644"), Ok(0o644));
        for wrong in ["", "8", "+644", "10000", "rwx"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_a_day_a_minute_or_a_second() {
        let digits = |text| time(text).map(Timestamp::to_digits);
        assert_eq!(digits("2026-01-02").as_deref(), Ok("20260102000000"));
        assert_eq!(
            digits("2026-01-02T03:04:05Z").as_deref(),
            Ok("20260102030405")
        );
        assert_eq!(digits("202601020304").as_deref(), Ok("20260102030400"));
        for wrong in ["", "2026", "2026-13-01", "20260102x", "yesterday"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
