//! Entries of all dialects, printed as lines of MLSD.

use ftp_proto::listing::{Entry, Kind, Line, Parser};
use ftp_proto::wire::Escaped;

/// The printed form of the only entry of a listing.
fn printed(line: impl AsRef<[u8]>) -> String {
    let mut parser = Parser::new().with_now("20261127120000".parse().expect("a time"));
    let line = [line.as_ref(), b"\r\n"].concat();
    let mut input = &line[..];
    let Some(Line::Entry(entry)) = parser.next_line(&mut input) else {
        panic!("no entry: {}", Escaped::new(&line));
    };
    Escaped::new(&entry.to_facts()).to_string()
}

/// The printed form of a line of MLSD.
fn printed_facts(line: &str) -> String {
    let entry = Entry::from_facts(line).expect("an entry");
    String::from_utf8(entry.to_facts()).expect("UTF-8")
}

#[test]
fn each_dialect_has_the_same_form() {
    for (line, wanted) in [
        (
            "-rw-r--r-- 1 ada users 1024 Nov 27 10:00 notes.txt",
            "Type=file;Size=1024;X.Modify-Local=202611271000;X.Modify-Assumed=year;UNIX.mode=0644;\
             UNIX.ownername=ada;UNIX.groupname=users; notes.txt",
        ),
        (
            "drwxr-sr-t 2 1000 100 4096 Nov 27  2025 genomes",
            "Type=dir;X.Modify-Local=20251127;UNIX.mode=3755;UNIX.owner=1000;UNIX.group=100; genomes",
        ),
        (
            "-rw-r--r-- 1 0 0 5 2026-11-27 10:00:01.500000000 +0100 a",
            "Type=file;Size=5;Modify=20261127090001.5;UNIX.mode=0644;UNIX.owner=0;UNIX.group=0; a",
        ),
        (
            "lrwxrwxrwx 1 0 0 5 Nov 27  2025 a link -> /pub/a b",
            "Type=OS.unix=slink:/pub/a b;X.Modify-Local=20251127;UNIX.mode=0777;UNIX.owner=0;\
             UNIX.group=0; a link",
        ),
        (
            "erwxrwxrwx 1 0 0 5 Nov 27  2025 ext -> MVS.DATA.SET",
            "Type=OS.unix=other;X.Link-Target=MVS.DATA.SET;X.Modify-Local=20251127;UNIX.mode=0777;\
             UNIX.owner=0;UNIX.group=0; ext",
        ),
        (
            "drwxr-xr-x 2 0 0 4096 Nov 27  2025 ..",
            "Type=pdir;X.Modify-Local=20251127;UNIX.mode=0755;UNIX.owner=0;UNIX.group=0; ..",
        ),
        (
            "-????????? ? ? ? ?            ? unknown",
            "Type=file; unknown",
        ),
        (
            "03-04-26  09:30AM                   12 a; b = c",
            "Type=file;Size=12;X.Modify-Local=202603040930;X.Modify-Assumed=order; a; b = c",
        ),
        (
            "+i8388621.48594,m1795771805,r,s1024,up644,\tnotes.txt",
            "Type=file;Size=1024;Modify=20261127093005;UNIX.mode=0644;Unique=8388621.48594; notes.txt",
        ),
        ("+,\t=1; unknown", "Type=; =1; unknown"),
        (
            "GENOME.FASTA;3  12/15  27-NOV-2026 09:30:05  [SCIENCE,ADA]  (RWED,RWED,RE,)",
            "Type=file;X.Modify-Local=20261127093005;UNIX.ownername=ADA;UNIX.groupname=SCIENCE; \
             GENOME.FASTA;3",
        ),
    ] {
        assert_eq!(printed(line), wanted, "{line}");
    }
}

#[test]
fn facts_stay_as_they_are() {
    for (line, wanted) in [
        (
            "type=file;size=5;media-type=text/plain;x.y=z; a; b",
            "type=file;size=5;media-type=text/plain;x.y=z; a; b",
        ),
        // Blanks before the facts are left out, and a missing `;` after the last fact is added.
        (" \ttype=file;size=5 my file", "type=file;size=5; my file"),
        ("type=OS.unix=slink:/a b; c", "type=OS.unix=slink:/a b; c"),
        ("SIZE=1;size=2;;Size; a", "SIZE=1;size=2;;Size; a"),
        // A name alone.
        ("  a", "  a"),
        (" \ta; b", " \ta; b"),
        (" a=b", " a=b"),
    ] {
        assert_eq!(printed_facts(line), wanted);
        assert_eq!(printed_facts(wanted), wanted);
    }
}

#[test]
fn what_a_fact_cannot_hold_is_left_out() {
    assert_eq!(
        printed("lrwxrwxrwx 1 a;b users 5 Nov 27  2025 l -> c;d"),
        "Type=OS.unix=slink;X.Modify-Local=20251127;UNIX.mode=0777;UNIX.groupname=users; l",
    );
    assert_eq!(
        printed(b"-rw-r--r-- 1 ada a\rb 5 Nov 27  2025 l"),
        "Type=file;Size=5;X.Modify-Local=20251127;UNIX.mode=0644;UNIX.ownername=ada; l",
    );
}

/// A time in the server's local time is printed as the fact X.Modify-Local and not as Modify, which
/// is in UTC. So a program that does not know X.Modify-Local finds no time, instead of a wrong one.
#[test]
fn only_a_time_in_utc_is_a_modify_fact() {
    for line in [
        "-rw-r--r-- 1 ada users 1024 Nov 27 10:00 a",
        "-rw-r--r-- 1 ada users 1024 2026-11-27 10:00:59 a",
        "03-04-26  09:30AM                   12 a",
        "A.TXT;3  12/15  27-NOV-2026 09:30:05  [ADA]  (RWED,RWED,RE,)",
    ] {
        let text = printed(line);
        let entry = Entry::from_facts(&text).expect("an entry");
        assert_eq!(entry.fact("modify"), None, "{text}");
        assert!(entry.fact("x.modify-local").is_some(), "{text}");
    }
}

#[test]
fn a_local_time_has_the_precision_of_its_digits() {
    for (fact, wanted) in [
        (
            "X.Modify-Local=20261127",
            "2026-11-27T00:00:00, Day, Server",
        ),
        (
            "x.modify-local=202611270930",
            "2026-11-27T09:30:00, Minute, Server",
        ),
        (
            "X.MODIFY-LOCAL=20261127093005.25",
            "2026-11-27T09:30:05.25, Second, Server",
        ),
        (
            "X.Modify-Local=20261127;X.Modify-Assumed=order,year",
            "2026-11-27T00:00:00, Day, Server, year resolved, order assumed",
        ),
        // This line has both facts. Modify, the time in UTC, comes first and counts.
        (
            "Modify=20261127093005;X.Modify-Local=20261127",
            "2026-11-27T09:30:05, Second, Utc",
        ),
    ] {
        let line = format!("type=file;{fact}; a");
        let entry = Entry::from_facts(&line).expect("an entry");
        let modified = entry.modified().expect("a time");
        assert_eq!(format!("{modified:?}"), format!("Modified({wanted})"));
    }
    for wrong in ["", "2026112", "20261327", "2026112709", "2026112709300"] {
        let line = format!("type=file;X.Modify-Local={wrong}; a");
        let entry = Entry::from_facts(&line).expect("an entry");
        assert_eq!((entry.kind(), entry.modified()), (Kind::File, None));
    }
}
