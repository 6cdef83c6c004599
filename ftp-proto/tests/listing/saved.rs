//! Entries as JSON.

use ftp_proto::listing::{
    DateOrder, Dialect, Kind, Line, Modified, Parser, Permission, Precision, Zone,
};
use serde_json::{Value, json};

fn saved(line: &[u8]) -> Value {
    let mut parser = Parser::new().with_now("20261127120000".parse().expect("a time"));
    let line = [line, b"\n"].concat();
    let Some(Line::Entry(entry)) = parser.next_line(&mut &line[..]) else {
        panic!("no entry");
    };
    let text = serde_json::to_string(&entry).expect("text");
    assert!(!text.contains('\n'), "one line of JSON: {text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn an_entry_has_a_key_for_each_field() {
    let json = saved(b"lrwxrwxrwx 1 ada users 5 Nov 27 10:00 latest -> notes.txt");
    let wanted = json!({
        "name": "latest",
        "kind": "link",
        "size": null,
        "modified": {
            "time": "20261127100000",
            "precision": "minute",
            "zone": "server",
            "year_resolved": true,
            "order_assumed": false,
        },
        "mode": "0777",
        "perm": null,
        "owner": "ada",
        "group": "users",
        "unique": null,
        "link_target": "notes.txt",
        "dialect": "unix",
    });
    assert_eq!(json, wanted);
}

#[test]
fn bytes_that_are_not_utf8_are_numbers() {
    let json = saved(b"-rw-r--r-- 1 ada users 5 Nov 27 10:00 caf\xe9");
    assert_eq!(json["name"], json!([99, 97, 102, 233]));
    let json = saved(b"-rw-r--r-- 1 ada users 5 Nov 27 10:00 a\x1b\"\xc3\xa9");
    assert_eq!(json["name"], "a\u{1b}\"é");
}

#[test]
fn sizes_are_whole_up_to_the_largest() {
    let json = saved(b"type=file;size=18446744073709551615; a");
    assert_eq!(json["size"], json!(u64::MAX));
}

#[test]
fn a_time_is_read_again() {
    let mut parser = Parser::new();
    let listing =
        b"03-04-26  09:30AM  12 a\n+m1795771805,r,\tb\n-rw------- 1 0 0 1 Nov 27  2025 c\n";
    let mut input = &listing[..];
    let mut count = 0;
    while let Some(Line::Entry(entry)) = parser.next_line(&mut input) {
        let modified = entry.modified().expect("a time");
        let text = serde_json::to_string(&modified).expect("text");
        let again: Modified = serde_json::from_str(&text).expect("a time");
        assert_eq!(again, modified, "{text}");
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn each_name_is_read_again() {
    macro_rules! check {
        ($($value:expr => $text:literal)*) => {$(
            assert_eq!(serde_json::to_value(&$value).expect("text"), $text);
            assert_eq!(serde_json::from_value::<_>(json!($text)).ok(), Some($value));
        )*};
    }
    check! {
        Kind::Directory => "directory"
        Kind::Unknown => "unknown"
        Precision::Day => "day"
        Zone::Server => "server"
        DateOrder::MonthFirst => "month_first"
        Permission::MakeDirectory => "make_directory"
        Dialect::NonStop => "nonstop"
        Dialect::Os400 => "os400"
    }
}
