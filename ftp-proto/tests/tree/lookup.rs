//! Tests that [`Lookup`], which looks for one path in a directory listing, gives up if the listing
//! has no end.

use ftp_proto::ErrorKind;
use ftp_proto::listing::Line;
use ftp_proto::tree::{Inspected, Lookup, Outcome, Plan, Todo};

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
