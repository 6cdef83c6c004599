//! Tests of the simulator's MLST, MLSD and MFMT.

use super::*;

fn bench() -> Bench {
    Bench::ready(Setup::new().file("/d/f", "12345").directory("/d/e"))
}

fn listing(b: &mut Bench, line: &str) -> String {
    let (data, text) = b.start(line);
    assert!(
        text.starts_with("150 ") && text.ends_with(COMPLETE),
        "{text}"
    );
    String::from_utf8(b.drain(data).0).unwrap()
}

#[test]
fn a_listing() {
    let mut b = bench();
    let expected = "type=cdir;modify=20240101000000; .\r\n\
                    type=dir;modify=20240101000000; e\r\n\
                    type=file;size=5;modify=20240101000000; f\r\n";
    assert_eq!(listing(&mut b, "MLSD d"), expected);
    b.cmd("CWD d");
    assert_eq!(listing(&mut b, "MLSD"), expected);
    let nothing_else = "type=cdir;modify=20240101000000; .\r\n";
    assert_eq!(listing(&mut b, "MLSD e"), nothing_else);
    let data = b.passive();
    assert_eq!(b.cmd("MLSD f"), "501 Not a directory.\r\n");
    assert_eq!(b.cmd("MLSD -la"), "550 No such file or directory.\r\n");
    assert!(b.sim.is_open(data));
}

#[test]
fn one_entry() {
    let mut b = bench();
    b.cmd("CWD d");
    for (line, entry) in [
        ("MLST f", "type=file;size=5;modify=20240101000000; /d/f"),
        ("MLST /d/e", "type=dir;modify=20240101000000; /d/e"),
        ("MLST", "type=cdir;modify=20240101000000; /d"),
    ] {
        let expected = ["250-Listing:\r\n ", entry, "\r\n250 End\r\n"].concat();
        assert_eq!(b.cmd(line), expected, "{line}");
    }
    assert_eq!(b.cmd("MLST none"), "550 No such file or directory.\r\n");
}

#[test]
fn chosen_facts() {
    let mut b = bench();
    for (line, reply, entry) in [
        ("type;size;", " type;size;", "type=file;size=5;"),
        ("SIZE;perm;Type;", " type;size;", "type=file;size=5;"),
        ("size;", " size;", "size=5;"),
        ("perm;", "", ""),
    ] {
        let text = b.cmd(&["OPTS MLST ", line].concat());
        assert_eq!(text, ["200 MLST OPTS", reply, "\r\n"].concat());
        let expected = ["250-Listing:\r\n ", entry, " /d/f\r\n250 End\r\n"].concat();
        assert_eq!(b.cmd("MLST d/f"), expected);
    }
    assert_eq!(
        b.cmd("OPTS MLST type"),
        "501 Facts end with a semicolon.\r\n"
    );
    assert_eq!(b.cmd("OPTS MLST size;"), "200 MLST OPTS size;\r\n");
    assert_eq!(listing(&mut b, "MLSD d"), " .\r\n e\r\nsize=5; f\r\n");
    let features = b.cmd("FEAT");
    assert!(features.contains("\r\n MLST type;size*;modify;\r\n"));
    assert_eq!(b.cmd("OPTS MLST"), "200 MLST OPTS\r\n");
    // After REIN, MLST and MLSD send all facts again, and not only those that the client had
    // chosen.
    b.cmd("REIN");
    assert!(b.cmd("FEAT").contains("MLST type*;size*;modify*;"));
}

#[test]
fn times() {
    let mut b = bench();
    let set = "213 Modify=20011224133059; /d/f\r\n";
    assert_eq!(b.cmd("MFMT 20011224133059 d/f"), set);
    assert_eq!(b.cmd("MDTM d/f"), "213 20011224133059\r\n");
    assert!(b.cmd("MLST d/f").contains(";modify=20011224133059; "));
    // A renamed file keeps the time that MFMT has set. After an upload to the file, it has the time
    // of a new file again.
    b.cmd("RNFR d");
    b.cmd("RNTO c");
    assert_eq!(b.cmd("MDTM c/f"), "213 20011224133059\r\n");
    let (data, _) = b.start("STOR c/f");
    b.sim.close(data);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.cmd("MDTM c/f"), "213 20240101000000\r\n");
    for line in ["MFMT 2001 c/f", "MFMT 20011224133059", "MFMT"] {
        assert!(b.cmd(line).starts_with("501 "), "{line}");
    }
    assert!(b.cmd("MFMT 20011224133059 c/g").starts_with("550 "));
}
