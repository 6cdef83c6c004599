//! Times in the replies to MDTM and in the facts of MLSD and MLST.

use ftp_proto::listing::Entry;
use ftp_proto::reply::{InvalidTimestamp, Malformed, Timestamp, modified};
use ftp_proto::wire::{Code, Reply};
use proptest::prelude::*;

fn shown(text: &str) -> Result<String, InvalidTimestamp> {
    Timestamp::parse(text.as_bytes()).map(|time| time.to_string())
}

fn answered(line: &str) -> Result<String, Malformed> {
    modified(&Reply::parse(line.as_bytes()).expect("one reply")).map(|time| time.to_string())
}

#[test]
fn times_show_as_iso_8601_without_a_zone() {
    for (text, wanted) in [
        ("19700101000000", "1970-01-01T00:00:00"),
        ("00000101000000", "0000-01-01T00:00:00"),
        ("99991231235959", "9999-12-31T23:59:59"),
        ("20261231235960", "2026-12-31T23:59:60"),
        ("20260102030405.1", "2026-01-02T03:04:05.1"),
        ("20260102030405.120", "2026-01-02T03:04:05.12"),
        ("20260102030405.000", "2026-01-02T03:04:05"),
        ("20260102030405.000000001", "2026-01-02T03:04:05.000000001"),
        ("20260102030405.1234567899", "2026-01-02T03:04:05.123456789"),
        ("20240229000000", "2024-02-29T00:00:00"),
        ("20000229000000", "2000-02-29T00:00:00"),
    ] {
        assert_eq!(shown(text).as_deref(), Ok(wanted), "{text}");
    }
    let time: Timestamp = "20260102030405".parse().unwrap();
    assert_eq!(format!("{time:?}"), "Timestamp(2026-01-02T03:04:05)");
}

#[test]
fn quirk_the_year_19100() {
    for (text, wanted) in [
        ("191000102030405", "2000-01-02T03:04:05"),
        ("191041231235959.5", "2004-12-31T23:59:59.5"),
        ("191260102030405", "2026-01-02T03:04:05"),
        ("191991231000000", "2099-12-31T00:00:00"),
    ] {
        assert_eq!(shown(text).as_deref(), Ok(wanted), "{text}");
    }
    // A time of 14 digits is read as it is. A time of 15 digits is read only if its year is 19100
    // to 19199, which is a known fault of the year 2000.
    assert_eq!(shown("19100102030405").unwrap(), "1910-01-02T03:04:05");
    for text in ["192000102030405", "200260102030405", "190990102030405"] {
        assert_eq!(shown(text), Err(InvalidTimestamp::Form), "{text}");
    }
}

#[test]
fn times_that_do_not_exist() {
    for text in [
        "20260002030405",
        "20261302030405",
        "20260100030405",
        "20260132030405",
        "20260229000000",
        "19000229000000",
        "20260431000000",
        "20260631000000",
        "20260931000000",
        "20261131000000",
        "20260102240000",
        "20260102006000",
        "20260102000061",
        "99999999999999",
        "00000000000000",
        "191009902030405",
    ] {
        assert_eq!(shown(text), Err(InvalidTimestamp::Range), "{text}");
    }
}

#[test]
fn bad_times_are_refused() {
    for text in [
        "",
        "2026",
        "2026010203040",
        "202601020304055",
        // curl's test 1684 has this time.
        "2003040a102659",
        "2026-01-02T03:04",
        "+2026010203040",
        "-2026010203040",
        "20260102030405.",
        "20260102030405.x",
        "20260102030405.1x",
        "20260102030405.123456789x",
        "20260102030405.1.2",
        "20260102030405,1",
        "20260102030405 ",
        " 20260102030405",
        ".5",
        "\u{662}0260102030405",
        "18446744073709551616",
    ] {
        assert_eq!(shown(text), Err(InvalidTimestamp::Form), "{text}");
    }
}

#[test]
fn times_compare_in_the_order_of_time() {
    let times = [
        "19991231235959",
        "191000101000000",
        "20000101000000.000000001",
        "20000101000000.1",
        "20000101000001",
        "20000101000100",
        "20000101010000",
        "20000102000000",
        "20000201000000",
        "20010101000000",
    ];
    let times: Vec<Timestamp> = times.iter().map(|time| time.parse().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    let other: Timestamp = "20000101000000.100".parse().unwrap();
    assert_eq!(times[3], other);
}

#[test]
fn mdtm_answers() {
    let wanted = Ok("2026-01-02T03:04:05".to_owned());
    for line in [
        "213 20260102030405",
        "213  20260102030405 ",
        "213-Modified\r\n213 20260102030405",
    ] {
        assert_eq!(answered(line), wanted, "{line}");
    }
    for line in ["213", "213 ", "213 2003040a102659", "213 20260102030405 x"] {
        let reason = InvalidTimestamp::Form;
        assert_eq!(answered(line), Err(Malformed::Time { reason }), "{line}");
    }
    let reason = InvalidTimestamp::Range;
    let never = answered("213 20260230000000");
    assert_eq!(never, Err(Malformed::Time { reason }));
    // Only a 213 reply holds a time.
    let code = Code::new(253).unwrap();
    let other = answered("253 20260102030405");
    assert_eq!(other, Err(Malformed::Code { code }));
}

#[test]
fn a_bad_fact_leaves_the_entry_as_it_is() {
    let entry = Entry::from_facts("modify=yesterday;size=3; a").unwrap();
    let time = entry.fact("Modify").map(Timestamp::parse);
    assert_eq!(time, Some(Err(InvalidTimestamp::Form)));
    assert_eq!(entry.fact("size"), Some(&b"3"[..]));
}

proptest! {
    #[test]
    fn times_round_trip(
        year in 0..=9999_u16, month in 1..=12_u8, day in 1..=28_u8, hour in 0..=23_u8,
        minute in 0..=59_u8, second in 0..=60_u8, nanosecond in 0..1_000_000_000_u32,
    ) {
        let digits = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}");
        let time = Timestamp::parse(format!("{digits}.{nanosecond:09}").as_bytes()).unwrap();
        prop_assert_eq!((time.year(), time.month(), time.day()), (year, month, day));
        prop_assert_eq!((time.hour(), time.minute(), time.second()), (hour, minute, second));
        prop_assert_eq!(time.nanosecond(), nanosecond);
        prop_assert_eq!(time.to_digits(), &digits[..]);
        let whole: Timestamp = digits.parse().unwrap();
        prop_assert_eq!(whole <= time, true);
        prop_assert_eq!(whole == time, nanosecond == 0);
        // Without its separators, the ISO 8601 text of a time parses to the same time.
        let plain = time.to_string().replace(['-', ':', 'T'], "");
        prop_assert_eq!(plain.parse(), Ok(time));
    }

    #[test]
    fn times_are_ordered_as_their_digits(
        a in "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]",
        b in "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]",
    ) {
        let (one, other): (Timestamp, Timestamp) = (a.parse().unwrap(), b.parse().unwrap());
        prop_assert_eq!(one.cmp(&other), a.cmp(&b));
    }

    #[test]
    fn any_bytes_parse_as_a_time_or_fail(text in "[0-9.]{13,17}", junk in "\\PC{0,20}") {
        for text in [text, junk] {
            if let Ok(time) = Timestamp::parse(text.as_bytes()) {
                prop_assert!(matches!(time.month(), 1..=12));
                prop_assert!(matches!(time.day(), 1..=31));
                prop_assert!(time.hour() <= 23 && time.minute() <= 59 && time.second() <= 60);
                prop_assert_eq!(time.to_digits().len(), 14);
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
            }
        }
    }
}
