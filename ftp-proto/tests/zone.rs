//! Tests of `zone_offset`, which computes the server's time zone from one file's modification time,
//! given in local time and in UTC.

use ftp_proto::reply::{Timestamp, zone_offset};

fn offset(local: &str, utc: &str) -> Option<i16> {
    let parse = |text: &str| -> Timestamp {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().expect("a time")
    };
    zone_offset(parse(local), parse(utc))
}

#[test]
fn offsets_of_zones_that_exist() {
    for (local, utc, minutes) in [
        ("2026-01-01 12:00:00", "2026-01-01 12:00:00", 0),
        ("2026-01-01 12:00:00", "2026-01-01 12:00:59", 0),
        ("2026-07-01 14:05:07", "2026-07-01 12:05:07", 120),
        // The offsets of Nepal, the Marquesas, Samoa in summer, and Baker Island, in minutes.
        ("2026-01-01 17:45:00", "2026-01-01 12:00:30", 345),
        ("2026-01-01 02:30:00", "2026-01-01 12:00:30", -570),
        ("2026-01-02 02:00:00", "2026-01-01 12:00:30", 840),
        ("2025-12-31 13:00:00", "2026-01-01 01:00:30", -720),
        // Local time and UTC are on two sides of the end of February, in years with and without a
        // leap day. The last two rows do the same at the end of a year.
        ("2024-02-29 23:30:00", "2024-03-01 00:30:00", -60),
        ("2026-02-28 23:30:00", "2026-03-01 00:30:00", -60),
        ("2000-03-01 00:30:00", "2000-02-29 23:30:00", 60),
        ("1900-03-01 00:30:00", "1900-02-28 23:30:00", 60),
        ("2000-01-01 00:30:00", "1999-12-31 23:30:00", 60),
        ("2001-01-01 00:30:00", "2000-12-31 23:30:00", 60),
    ] {
        assert_eq!(offset(local, utc), Some(minutes), "{local} {utc}");
    }
}

#[test]
fn times_that_differ_by_something_else() {
    for (local, utc) in [
        ("2026-01-01 12:07:00", "2026-01-01 12:00:00"),
        ("2026-01-01 12:00:00", "2026-01-01 12:01:00"),
        ("2026-01-01 12:00:01", "2026-01-01 12:00:02"),
        ("2026-01-02 02:15:00", "2026-01-01 12:00:00"),
        ("2026-01-01 12:00:00", "2026-01-02 02:15:00"),
        ("2025-01-01 12:00:00", "2026-01-01 12:00:00"),
        // The server gives only a day, with midnight instead of the time.
        ("2026-01-03 00:00:00", "2026-01-01 12:34:56"),
        ("0000-01-01 00:00:00", "9999-12-31 23:59:60"),
    ] {
        assert_eq!(offset(local, utc), None, "{local} {utc}");
    }
}
