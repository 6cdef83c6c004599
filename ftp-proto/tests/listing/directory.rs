//! Tests of `Directory`: dates such as 03-04-26 whose order of day and month only a later line
//! shows, and listings in a reply to STAT.

use ftp_proto::ListingLimits;
use ftp_proto::listing::{Directory, Modified, Parser};
use ftp_proto::wire::Reply;

fn collect(listing: &str) -> Directory {
    let mut parser = Parser::new();
    let mut directory = Directory::new();
    let mut bytes = listing.as_bytes();
    while let Some(line) = parser.next_line(&mut bytes) {
        let limits = ListingLimits::default();
        directory.push(line, &limits).expect("within the limits");
    }
    directory.resolve_dates(&parser);
    directory
}

fn dates(directory: &Directory) -> Vec<(String, bool)> {
    let modified = directory
        .iter()
        .map(|entry| entry.modified().expect("a date"));
    let shown = |it: Modified| (it.time().to_string(), it.is_order_assumed());
    modified.map(shown).collect()
}

#[test]
fn a_later_line_shows_the_order_of_day_and_month_for_the_lines_before_it() {
    let directory = collect(
        "03-04-26  09:30AM  5 a.txt\r\n\
         27-11-25  09:30AM  5 b.txt\r\n\
         05-06-26  09:30AM  5 c.txt\r\n",
    );
    assert_eq!(
        dates(&directory),
        [
            ("2026-04-03T09:30:00".to_owned(), false),
            ("2025-11-27T09:30:00".to_owned(), false),
            ("2026-06-05T09:30:00".to_owned(), false),
        ]
    );
}

#[test]
fn a_date_in_the_future_does_not_change_an_order_that_a_line_has_shown() {
    let mut parser = Parser::new().with_now("20260315000000".parse().expect("a time"));
    let mut directory = Directory::new();
    let listing = "       5      A    03-04-25  09:30  a\r\n\
                          5      A    27-11-25  09:30  b\r\n\
                          5      A    03-04-26  09:30  c\r\n";
    let mut bytes = listing.as_bytes();
    while let Some(line) = parser.next_line(&mut bytes) {
        let limits = ListingLimits::default();
        directory.push(line, &limits).expect("within the limits");
    }
    directory.resolve_dates(&parser);
    let dates = dates(&directory);
    let days: Vec<_> = dates.iter().map(|(date, _)| &date[..10]).collect();
    assert_eq!(
        days,
        ["2025-04-03", "2025-11-27", "2026-04-03"],
        "{directory:?}"
    );
}

#[test]
fn an_order_that_no_line_shows_stays_assumed() {
    let directory = collect("03-04-26  09:30AM  5 a.txt\r\n");
    let expected = [("2026-03-04T09:30:00".to_owned(), true)];
    assert_eq!(dates(&directory), expected);
}

fn names(reply: &[u8]) -> Vec<String> {
    let reply = Reply::parse(reply).expect("a reply");
    let limits = ListingLimits::default();
    let directory = Directory::from_status(&reply, Parser::new(), &limits);
    let directory = directory.expect("a directory");
    assert!(directory.unparsed().is_empty(), "{directory:?}");
    let names = directory
        .iter()
        .map(|entry| entry.display_name().to_string());
    names.collect()
}

#[test]
fn a_reply_to_stat_holds_a_listing_between_its_first_and_its_last_line() {
    // vsftpd sends the lines as they are.
    let plain = b"213-Status follows:\r\n\
        drwxr-xr-x    2 0        0            4096 Jan 01  2026 .\r\n\
        -rw-r--r--    1 0        0               5 Jan 01  2026 213 End\r\n\
        213 End of status\r\n";
    assert_eq!(names(plain), ["213 End"]);
    // ProFTPD repeats the code on each line.
    let coded = b"213-Status of /d:\r\n\
        213--rw-r--r--   1 ftp      ftp             5 Jan  1  2026 a\r\n\
        213 End of status\r\n";
    assert_eq!(names(coded), ["a"]);
    // Others indent each line by a blank.
    let indented = b"212-d:\r\n total 4\r\n -rw-r--r-- 1 0 0 5 2026-01-01 10:00 a\r\n212 End\r\n";
    assert_eq!(names(indented), ["a"]);
    assert_eq!(names(b"213-Status follows:\r\n213 End\r\n"), [""; 0]);
    assert_eq!(names(b"213 Nothing\r\n"), [""; 0]);
}

#[test]
fn a_reply_to_stat_that_exceeds_the_limits_of_a_listing_is_refused() {
    let reply = b"213-\r\n-rw-r--r-- 1 0 0 5 2026-01-01 10:00 a\r\n213 End\r\n";
    let reply = Reply::parse(reply).expect("a reply");
    let limits = ListingLimits::default().with_lines(0);
    let error = Directory::from_status(&reply, Parser::new(), &limits).expect_err("a line");
    assert_eq!(error.kind(), ftp_proto::ErrorKind::TooLarge);
}
