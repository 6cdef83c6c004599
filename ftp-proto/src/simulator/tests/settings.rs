//! Tests of the simulator's commands that change settings of a session, such as TYPE and MODE.

use super::*;

#[test]
fn types() {
    let mut b = Bench::ready(Setup::new().file("/f", "abc"));
    let (ascii, ebcdic, binary) = (
        "200 Switching to ASCII mode.\r\n",
        "200 Switching to EBCDIC mode.\r\n",
        "200 Switching to Binary mode.\r\n",
    );
    for (line, reply) in [
        ("TYPE A", ascii),
        ("TYPE A N", ascii),
        ("TYPE A T", ascii),
        ("type a c", ascii),
        ("TYPE E", ebcdic),
        ("TYPE E N", ebcdic),
        ("TYPE I", binary),
        ("TYPE L 8", binary),
        ("TYPE A X", "504 Unknown type.\r\n"),
        ("TYPE L 7", "504 Unknown type.\r\n"),
        ("TYPE L", "504 Unknown type.\r\n"),
        ("TYPE X", "504 Unknown type.\r\n"),
        ("TYPE", "501 Which type?\r\n"),
    ] {
        assert_eq!(b.cmd(line), reply, "{line}");
    }
    // The server has refused the earlier commands, so TYPE I is still in force.
    assert_eq!(b.cmd("SIZE f"), "213 3\r\n");
    for line in ["TYPE A", "TYPE E"] {
        b.cmd(line);
        assert!(b.cmd("SIZE f").starts_with("550 "), "{line}");
        assert!(b.cmd("REST 1").starts_with("501 "), "{line}");
    }
    assert_eq!(b.cmd("STAT"), "211-Status:\r\n TYPE: EBCDIC\r\n211 End\r\n");
}

#[test]
fn what_needs_no_more_than_an_answer() {
    let mut b = Bench::ready(Setup::new().file("/f", "abc"));
    for (line, reply) in [
        ("MODE S", "200 Mode set to S."),
        ("MODE B", "504 Unknown mode."),
        ("MODE", "501 An argument, please."),
        ("STRU F", "200 Structure set to F."),
        ("STRU R", "504 Unknown structure."),
        ("STRU", "501 An argument, please."),
        ("ALLO 1000", "202 No allocation needed."),
        ("ALLO 1000 R 80", "202 No allocation needed."),
        ("ALLO much", "501 A number, please."),
        ("ALLO", "501 An argument, please."),
        ("SMNT /mnt", "502 SMNT not implemented."),
        ("CLNT test", "200 Noted."),
        ("HOST localhost", "503 HOST comes before USER."),
        ("LANG", "200 Using language EN."),
        ("LANG en", "200 Using language EN."),
        ("LANG de", "504 Unknown language."),
        ("SITE HELP", "200 CHMOD HELP"),
        ("SITE CHMOD 644 f", "200 SITE CHMOD command successful."),
        ("SITE chmod 0644 /f", "200 SITE CHMOD command successful."),
        ("SITE CHMOD 644 g", "550 No such file or directory."),
        (
            "SITE CHMOD 648 f",
            "501 SITE CHMOD takes a mode and a name.",
        ),
        ("SITE CHMOD 644", "501 SITE CHMOD takes a mode and a name."),
        ("SITE DANCE", "500 Unknown SITE command."),
        ("SITE", "501 An argument, please."),
        ("OPTS UTF8 ON", "200 UTF8 is on."),
        ("OPTS utf8 off", "200 UTF8 is off."),
        ("OPTS UTF8 maybe", "501 Unknown option."),
        ("OPTS HASH", "501 Unknown option."),
        ("HELP retr", "214 Syntax: RETR"),
        ("HELP DANCE", "502 Unknown command."),
        ("NOOP", "200 NOOP ok."),
        ("SYST", "215 UNIX Type: L8"),
    ] {
        assert_eq!(b.cmd(line), [reply, "\r\n"].concat(), "{line}");
    }
}

#[test]
fn before_the_login() {
    let mut b = Bench::new(Setup::new());
    b.text();
    assert_eq!(b.cmd("HOST ftp.example.com"), "220 Host accepted.\r\n");
    assert_eq!(b.cmd("HOST"), "501 An argument, please.\r\n");
    for line in ["CLNT test", "LANG en", "OPTS UTF8 ON"] {
        assert!(b.cmd(line).starts_with("200 "), "{line}");
    }
    for line in ["SITE HELP", "MODE S", "ALLO 1", "MLST", "STOU", "SMNT x"] {
        assert!(b.cmd(line).starts_with("530 "), "{line}");
    }
    b.cmd("USER user");
    assert!(b.cmd("HOST ftp.example.com").starts_with("503 "));
    b.cmd("PASS secret");
    b.cmd("REIN");
    assert!(b.cmd("HOST ftp.example.com").starts_with("220 "));
}

#[test]
fn features() {
    let mut b = Bench::ready(Setup::new());
    let expected = "211-Features:\r\n CLNT\r\n EPRT\r\n EPSV\r\n HOST\r\n LANG EN*\r\n MDTM\r\n \
                    MFMT\r\n MLST type*;size*;modify*;\r\n PASV\r\n REST STREAM\r\n SIZE\r\n \
                    TVFS\r\n UTF8\r\n211 End\r\n";
    assert_eq!(b.cmd("FEAT"), expected);
    let mut b = Bench::ready(Setup::new().without("MLST").without("UTF8").without("HOST"));
    let text = b.cmd("FEAT");
    for missing in ["MLST", "UTF8", "HOST"] {
        assert!(!text.contains(missing), "{text}");
    }
    assert!(b.cmd("OPTS UTF8 ON").starts_with("501 "));
    assert!(b.cmd("OPTS MLST type;").starts_with("501 "));
}
