//! Tests of [`Lookup`], which looks for one path in a directory listing, with odd listings.

use ftp_proto::ErrorKind;
use ftp_proto::listing::{Entry, Line};
use ftp_proto::tree::{Existence, Inspected, Lookup, Outcome, Plan, Todo};

#[test]
fn a_lookup_ends_in_an_endless_listing() {
    let mut lookup = Lookup::metadata("d/a").expect("a path");
    assert!(matches!(lookup.next_step(), Todo::Run(_)));
    lookup.finished(Ok(Outcome::Inspected(Inspected::Unasked)));
    assert!(matches!(lookup.next_step(), Todo::Read(_)));
    let endless = std::iter::repeat_with(|| lookup.take_line(Line::Noise(b"".into())));
    let error = endless.take(20_000_000).find_map(Result::err);
    let error = error.expect("a limit");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    lookup.finished(Err(error));
    let Todo::Yield(Err(error)) = lookup.next_step() else {
        panic!("no error");
    };
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(matches!(lookup.next_step(), Todo::Done));
}

/// Answers a lookup by LIST with these lines.
fn list(lookup: &mut Lookup, lines: Vec<Line<'_>>) {
    assert!(matches!(lookup.next_step(), Todo::Run(_)));
    lookup.finished(Ok(Outcome::Inspected(Inspected::Unasked)));
    assert!(matches!(lookup.next_step(), Todo::Read(_)));
    for line in lines {
        lookup.take_line(line).expect("no limit");
    }
    lookup.finished(Ok(Outcome::Done));
}

#[test]
fn a_listing_may_say_in_a_line_that_its_directory_is_missing() {
    // GNU inetutils sends the error of `ls` as the only line of the listing.
    let mut lookup = Lookup::existence("d/a").expect("a path");
    let line = b"d: No such file or directory";
    list(&mut lookup, vec![Line::Unparsed(line.into())]);
    let entry = Entry::from_facts("type=dir; x").expect("an entry");
    list(&mut lookup, vec![Line::Entry(entry)]);
    let Todo::Yield(Ok(finding)) = lookup.next_step() else {
        panic!("no finding");
    };
    assert_eq!(finding.existence(), Existence::Absent);
}

#[test]
fn lines_of_no_known_dialect_do_not_show_that_a_file_is_missing() {
    let mut lookup = Lookup::existence("d/a").expect("a path");
    list(&mut lookup, vec![Line::Unparsed(b"what is this?".into())]);
    let entry = Entry::from_facts("type=dir; d").expect("an entry");
    list(&mut lookup, vec![Line::Entry(entry)]);
    let Todo::Yield(Ok(finding)) = lookup.next_step() else {
        panic!("no finding");
    };
    assert_eq!(finding.existence(), Existence::Unknown);
}
