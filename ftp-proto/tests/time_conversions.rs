//! Conversions of times to and from other types: `SystemTime`, `jiff`, `chrono`, and text for
//! `serde`.

use ftp_proto::reply::{TimeOutOfRange, Timestamp};
use proptest::prelude::*;

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

/// Generates any time without a leap second.
fn any_time() -> impl Strategy<Value = Timestamp> {
    let first = time("00000101000000").unix_time();
    let last = time("99991231235959").unix_time();
    (first..=last, 0_u32..1_000_000_000).prop_map(|(seconds, nanosecond)| {
        Timestamp::from_unix_time(seconds, nanosecond).expect("in the years 0 to 9999")
    })
}

/// The calendar repeats after 400 years, so these years have every case.
#[test]
fn every_day_of_400_years_has_its_place() {
    let mut expected = time("18000101000000").unix_time();
    for year in 1800..2200 {
        for month in 1..=12 {
            for day in 1..=31 {
                let text = format!("{year:04}{month:02}{day:02}000000");
                let Ok(day) = text.parse::<Timestamp>() else {
                    continue;
                };
                assert_eq!(day.unix_time(), expected, "{text}");
                assert_eq!(Timestamp::from_unix_time(expected, 0), Ok(day));
                let last = Timestamp::from_unix_time(expected + 86_399, 999_999_999);
                assert_eq!(last.expect("the same day").day(), day.day());
                expected += 86_400;
            }
        }
    }
    assert_eq!(expected, time("22000101000000").unix_time());
}

#[test]
fn seconds_since_1970() {
    for (text, seconds) in [
        ("19700101000000", 0),
        ("19691231235959.5", -1),
        ("20260102030405", 1_767_323_045),
        ("20000229235959", 951_868_799),
        ("20161231235960", 1_483_228_800),
        ("20170101000000", 1_483_228_800),
        ("00000101000000", -62_167_219_200),
        ("99991231235959", 253_402_300_799),
        ("99991231235960", 253_402_300_800),
    ] {
        assert_eq!(time(text).unix_time(), seconds, "{text}");
    }
}

#[test]
fn what_a_timestamp_cannot_hold() {
    for (seconds, nanosecond) in [
        (-62_167_219_201, 999_999_999),
        (253_402_300_800, 0),
        (i64::MIN, 0),
        (i64::MAX, 0),
        (0, 1_000_000_000),
        (0, u32::MAX),
    ] {
        assert_eq!(
            Timestamp::from_unix_time(seconds, nanosecond),
            Err(TimeOutOfRange::Timestamp),
            "{seconds} {nanosecond}"
        );
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let said = TimeOutOfRange::Timestamp.to_string();
    assert_eq!(said, "a timestamp holds only the years 0 to 9999");
    let error = ftp_proto::Error::from(TimeOutOfRange::Timestamp);
    assert_eq!(error.kind(), ftp_proto::ErrorKind::InvalidArgument);
}

proptest! {
    #[test]
    fn times_keep_their_order(one in any_time(), other in any_time()) {
        let place = |time: Timestamp| (time.unix_time(), time.nanosecond());
        prop_assert_eq!(one.cmp(&other), place(one).cmp(&place(other)));
    }

    #[test]
    fn seconds_come_back(seconds in any::<i64>(), nanosecond in any::<u32>()) {
        if let Ok(time) = Timestamp::from_unix_time(seconds, nanosecond) {
            prop_assert_eq!((time.unix_time(), time.nanosecond()), (seconds, nanosecond));
        }
    }
}

#[cfg(feature = "std")]
mod system_time {
    use super::*;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    #[test]
    fn before_and_after_1970() {
        for (text, expected) in [
            ("19700101000000.25", UNIX_EPOCH + Duration::from_millis(250)),
            ("19691231235959.25", UNIX_EPOCH - Duration::from_millis(750)),
            ("19691231235959", UNIX_EPOCH - Duration::from_secs(1)),
            (
                "20161231235960.5",
                UNIX_EPOCH + Duration::from_millis(1_483_228_800_500),
            ),
        ] {
            assert_eq!(SystemTime::try_from(time(text)), Ok(expected), "{text}");
        }
    }

    #[test]
    fn the_second_60_comes_back_as_the_next_minute() {
        let leap = SystemTime::try_from(time("20161231235960.5")).expect("fits");
        assert_eq!(Timestamp::try_from(leap), Ok(time("20170101000000.5")));
    }

    #[test]
    fn the_year_10000_does_not_fit() {
        let late = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(Timestamp::try_from(late), Err(TimeOutOfRange::Timestamp));
    }

    // The time of Windows begins in 1601, and has steps of 100 ns.
    #[cfg(not(windows))]
    #[test]
    fn the_time_before_the_year_0_does_not_fit() {
        let early = UNIX_EPOCH - Duration::new(62_167_219_200, 1);
        assert_eq!(Timestamp::try_from(early), Err(TimeOutOfRange::Timestamp));
    }

    #[cfg(not(windows))]
    proptest! {
        #[test]
        fn round_trip(time in any_time()) {
            let there = SystemTime::try_from(time).expect("fits on this system");
            prop_assert_eq!(Timestamp::try_from(there), Ok(time));
        }
    }
}

#[cfg(feature = "jiff")]
mod jiff {
    use super::*;
    use ::jiff::civil::DateTime;

    #[test]
    fn the_last_day_does_not_fit() {
        let late = time("99991231000000");
        let error = ::jiff::Timestamp::try_from(late).expect_err("too late");
        assert_eq!(error, TimeOutOfRange::Other { time: late });
        assert_eq!(
            error.to_string(),
            "the type cannot hold the time 9999-12-31T00:00:00"
        );
        let last = ::jiff::Timestamp::try_from(time("99991230220000")).expect("fits");
        assert_eq!(last.to_string(), "9999-12-30T22:00:00Z");
        let late = time("99991231235960");
        let error = DateTime::try_from(late).expect_err("too late");
        assert_eq!(error, TimeOutOfRange::Other { time: late });
    }

    #[test]
    fn years_before_0_do_not_fit() {
        let least = Timestamp::try_from(::jiff::Timestamp::MIN);
        assert_eq!(least, Err(TimeOutOfRange::Timestamp));
        let least = Timestamp::try_from(DateTime::MIN);
        assert_eq!(least, Err(TimeOutOfRange::Timestamp));
    }

    #[test]
    fn the_second_60_is_the_next_minute() {
        let leap = time("20161231235960.5");
        let instant = ::jiff::Timestamp::try_from(leap).expect("fits");
        assert_eq!(instant.to_string(), "2017-01-01T00:00:00.5Z");
        let date = DateTime::try_from(leap).expect("fits");
        assert_eq!(date.to_string(), "2017-01-01T00:00:00.5");
    }

    proptest! {
        #[test]
        fn round_trip(time in any_time()) {
            if let Ok(there) = ::jiff::Timestamp::try_from(time) {
                prop_assert_eq!(there.to_string(), format!("{time}Z"));
                prop_assert_eq!(Timestamp::try_from(there), Ok(time));
            } else {
                prop_assert!(time > "99991230000000".parse().unwrap());
            }
            let there = DateTime::try_from(time).expect("fits");
            prop_assert_eq!(there.to_string(), time.to_string());
            prop_assert_eq!(Timestamp::try_from(there), Ok(time));
        }
    }
}

#[cfg(feature = "chrono")]
mod chrono {
    use super::*;
    use ::chrono::{DateTime, FixedOffset, NaiveDateTime, Timelike as _, Utc};

    #[test]
    fn the_second_60_stays() {
        let leap = time("20161231235960.5");
        let there = NaiveDateTime::try_from(leap).expect("fits");
        assert_eq!(there.to_string(), "2016-12-31 23:59:60.500");
        assert_eq!(Timestamp::try_from(there), Ok(leap));
    }

    #[test]
    fn nanoseconds_beyond_a_second_are_the_next_second() {
        let odd = NaiveDateTime::try_from(time("20260102030405"));
        let odd = odd.expect("fits").with_nanosecond(1_250_000_000);
        let back = Timestamp::try_from(odd.expect("chrono takes it"));
        assert_eq!(back, Ok(time("20260102030406.25")));
    }

    #[test]
    fn other_zones_become_utc() {
        let berlin = DateTime::<FixedOffset>::parse_from_rfc3339("2026-01-02T00:30:00+01:00");
        let back = Timestamp::try_from(berlin.expect("a time"));
        assert_eq!(back, Ok(time("20260101233000")));
    }

    #[test]
    fn other_years_do_not_fit() {
        for time in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            assert_eq!(Timestamp::try_from(time), Err(TimeOutOfRange::Timestamp));
        }
    }

    proptest! {
        #[test]
        fn round_trip(time in any_time()) {
            let there = DateTime::<Utc>::try_from(time).expect("fits");
            prop_assert_eq!(there.timestamp(), time.unix_time());
            prop_assert_eq!(Timestamp::try_from(there), Ok(time));
            let there = NaiveDateTime::try_from(time).expect("fits");
            prop_assert_eq!(Timestamp::try_from(there), Ok(time));
        }
    }
}

#[cfg(feature = "serde")]
mod serde {
    use super::*;

    #[test]
    fn text_of_rfc_3659() {
        let leap = time("20161231235960.500");
        let text = serde_json::to_string(&leap).expect("written");
        assert_eq!(text, r#""20161231235960.5""#);
        for wrong in [
            r#""2016-12-31""#,
            r#""20161331000000""#,
            "20161231000000",
            "null",
        ] {
            serde_json::from_str::<Timestamp>(wrong).expect_err(wrong);
        }
    }

    proptest! {
        #[test]
        fn round_trip(time in any_time()) {
            let text = serde_json::to_string(&time).expect("written");
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&text).expect("read"), time);
        }
    }
}
