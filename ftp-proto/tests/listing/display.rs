//! How entries are printed.

use ftp_proto::listing::{Line, Parser};

/// Prints the only entry of this listing.
fn printed(listing: &str) -> String {
    let mut parser = Parser::new().with_now("20261127120000".parse().expect("a time"));
    let mut bytes = listing.as_bytes();
    match parser.next_line(&mut bytes) {
        Some(Line::Entry(entry)) => entry.to_string(),
        other => panic!("{listing:?} is no entry: {other:?}"),
    }
}

#[test]
fn an_entry_is_printed_in_columns_with_its_time_as_exact_as_the_listing_says_it() {
    for (listing, expected) in [
        (
            "-rwsr-xr-T 1 ada users 5 Nov 26 09:30 a b\n",
            "-rwsr-xr-T            5  2026-11-26T09:30      a b",
        ),
        (
            "drwxr-xr-x 2 ada users 4096 Dec 24  2025 pub\n",
            "drwxr-xr-x               2025-12-24            pub",
        ),
        (
            "lrwxrwxrwx 1 ada users 3 Dec 24  2025 link -> pub\n",
            "lrwxrwxrwx               2025-12-24            link -> pub",
        ),
        (
            "11-27-26  09:30AM  5 a.txt\n",
            "-                     5  2026-11-27T09:30      a.txt",
        ),
        (
            "type=OS.unix=slink:x\u{1b}[2J;modify=20261127093000; a\u{7}b\n",
            "l                        2026-11-27T09:30:00Z  a\\x07b -> x\\x1b[2J",
        ),
    ] {
        assert_eq!(printed(listing), expected);
    }
}
