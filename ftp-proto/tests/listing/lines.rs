//! Tests that the parser returns the lines of a listing in the order in which they came.

use ftp_proto::listing::{Line, Parser};

fn raw(line: &Line<'_>) -> String {
    let bytes = match line {
        Line::Entry(entry) => entry.raw(),
        Line::Noise(line) | Line::Unparsed(line) | Line::Cut(line) => line,
    };
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// VMS may wrap an entry: the name is on one line, and the other fields on the next. Here a line
/// above the limit follows the name. The parser must return the name first, as a line of its own,
/// and then the line that was cut.
#[test]
fn a_line_above_the_limit_does_not_overtake_the_line_before_it() {
    let name = "NAME.TXT;12";
    let long = "x".repeat(100);
    let fields = "        9/9  27-NOV-2026 09:31:12  [ADA]";
    let listing = format!("{name}\r\n{long}\r\n{fields}\r\n");
    for size in [1, 7, listing.len()] {
        let mut parser = Parser::new().with_limit(50);
        let mut found = Vec::new();
        for mut piece in listing.as_bytes().chunks(size) {
            while let Some(line) = parser.next_line(&mut piece) {
                found.push((matches!(line, Line::Cut(_)), raw(&line)));
            }
        }
        assert!(parser.finish().is_none());
        let wanted = [
            (false, name.to_owned()),
            (true, long[..50].to_owned()),
            (false, fields.to_owned()),
        ];
        assert_eq!(found, wanted, "in pieces of {size}");
    }
}
