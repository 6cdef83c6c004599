//! Compares the reader of `.netrc` with CPython's module `netrc`: a table of files, what this crate
//! reads, and where Python reads something else, and why.
//!
//! If there is no python3 from 3.11 on, only this crate's side runs. If `FTP_REQUIRE_PYTHON` is
//! set, the test then fails. (Python before 3.11 has another lexer.)

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::{env, println};

use proptest::prelude::*;

use super::{Entry, InvalidNetrc, Netrc, NetrcFault};
use crate::options::Options;
use crate::options::credentials::Credentials;

/// A file, what this crate reads, and, if Python reads something else, what it reads and why. An
/// entry is `host:login,password,account`.
type Row = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const FILES: &[Row] = &[
    ("", "", None),
    (" \t\r\n\n ", "", None),
    ("machine h login l password p\n", "h:l,p,", None),
    ("machine h login l password p", "h:l,p,", None),
    ("machine h\n\tlogin l\n\tpassword p\n", "h:l,p,", None),
    ("machine\n h\nlogin\n\nl\npassword\np", "h:l,p,", None),
    ("machine h user l password p account a\n", "h:l,p,a", None),
    ("machine h password p login l\n", "h:l,p,", None),
    ("machine h", "h:,,", None),
    ("machine h login l\n", "h:l,,", None),
    ("machine h password p\n", "h:,p,", None),
    (
        "machine h login l login m password p password q",
        "h:m,q,",
        None,
    ),
    ("machine h login l user m", "h:m,,", None),
    ("default login l password p\n", "default:l,p,", None),
    (
        "machine h login l password p\ndefault login m password q",
        "h:l,p, | default:m,q,",
        None,
    ),
    (
        "default login m password q\nmachine h login l password p",
        "default:m,q, | h:l,p,",
        None,
    ),
    (
        "machine a machine b login l machine c",
        "a:,, | b:l,, | c:,,",
        None,
    ),
    (
        "machine h login machine password default",
        "h:machine,default,",
        None,
    ),
    (
        "machine h login l password \"two words\"",
        "h:l,two words,",
        None,
    ),
    (
        "machine h login \"l\" password \"a\\\"b\\\\c\"",
        "h:l,a\"b\\c,",
        None,
    ),
    ("machine \"h\" \"login\" l", "h:l,,", None),
    ("machine h login l password \"\"", "h:l,,", None),
    ("machine h login l password \"p\"account a", "h:l,p,a", None),
    ("machine h login l password a\"b\"c", "h:l,a\"b\"c,", None),
    ("machine h login l password a\\ b", "h:l,a b,", None),
    ("machine h login l password \\\"p", "h:l,\"p,", None),
    ("machine h login l password a\\\\b\\c", "h:l,a\\bc,", None),
    ("machine h login l password p\\", "h:l,p,", None),
    ("machine h login l password #p", "h:l,#p,", None),
    ("machine h login l password p#q", "h:l,p#q,", None),
    (
        "machine h login #l # a comment\npassword p",
        "h:#l,p,",
        None,
    ),
    ("machine h login l #comment\npassword p", "h:l,p,", None),
    ("machine h login l #a comment\npassword p", "h:l,p,", None),
    ("# a comment\nmachine h login l", "h:l,,", None),
    ("#comment\nmachine h login l", "h:l,,", None),
    ("#\nmachine h login l", "h:l,,", None),
    ("machine h login l\n#", "h:l,,", None),
    ("machine h login l\r\npassword p\r\n", "h:l,p,", None),
    ("machine h login é password ß", "h:é,ß,", None),
    (
        "macdef m\ncd /x\n\nmachine h login l",
        "h:l,, | macro m=cd /x\n",
        None,
    ),
    ("macdef m\n\n", "macro m=", None),
    (
        "macdef m\n one\n# two\nmachine x\n\n",
        "macro m= one\n# two\nmachine x\n",
        None,
    ),
    ("macdef m a b\nc\n\n", "macro m=a b\nc\n", None),
    (
        "machine h login l macdef m\nx\n\nmachine i",
        "h:l,, | i:,, | macro m=x\n",
        None,
    ),
    (
        "machine h\nmacdef m\nx\n\ndefault login l",
        "h:,, | default:l,, | macro m=x\n",
        None,
    ),
    (
        "machine h login l\nmacdef m\nx\n\npassword p",
        "error 5 Word",
        None,
    ),
    ("macdef m\nx\n", "error 1 OpenMacro", None),
    ("\n\nmacdef m\nx", "error 3 OpenMacro", None),
    ("macdef", "error 1 NoName", None),
    ("machine", "error 1 NoName", None),
    ("machine h login l\nmachine ", "error 2 NoName", None),
    ("machine \"\" login l", "error 1 NoName", None),
    ("host h", "error 1 Word", None),
    ("login l", "error 1 Word", None),
    ("machine h\nlogin l\npasswd p", "error 3 Word", None),
    ("machine h login l password two words", "error 1 Word", None),
    ("machine h i", "error 1 Word", None),
    ("machine h login", "h:,,", None),
    ("machine h login l password", "h:l,,", None),
    (
        "machine h login l password \"p",
        "error 1 OpenQuote",
        Some(("h:l,p,", "a password that was cut off is no password")),
    ),
    (
        "machine h login l password \"a\nb\"",
        "error 1 Unsendable",
        Some(("h:l,a\nb,", "FTP cannot carry it")),
    ),
    (
        "MACHINE h Login l PassWord p",
        "h:l,p,",
        Some(("error", "curl does not mind the case")),
    ),
    (
        "machine h login l password p\nmachine h login m password q",
        "h:l,p, | h:m,q,",
        Some(("h:m,q,", "curl can tell them apart by the user name")),
    ),
    (
        "machine h login l \"\" password p",
        "error 1 Word",
        Some((
            "h:l,,",
            "Python takes an empty word for the end of the file",
        )),
    ),
    (
        "#a comment\nmachine h login l",
        "h:l,,",
        Some((
            "error",
            "Python wants a blank after the first `#` of a file",
        )),
    ),
    (
        "\n# a comment\nmachine h login l",
        "h:l,,",
        Some((
            "error",
            "Python does not find the end of a comment after a blank line",
        )),
    ),
    (
        "macdef m\r\nx\r\n\r\nmachine h",
        "h:,, | macro m=x\r\n",
        Some(("h:,, | macro m=x\n", "a macro keeps its bytes")),
    ),
    (
        "\u{feff}machine h",
        "h:,,",
        Some(("error", "editors on Windows write a byte order mark")),
    ),
];

const SCRIPT: &str = "
import netrc, sys, tempfile
for line in sys.stdin:
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes.fromhex(line))
        file.flush()
        try:
            read = netrc.netrc(file.name)
            parts = [f'{h}:{l},{p},{a}' for h, (l, a, p) in read.hosts.items()]
            parts += [f'macro {k}=' + ''.join(v) for k, v in read.macros.items()]
            text = ' | '.join(parts)
        except netrc.NetrcParseError:
            text = 'error'
    print(text.encode().hex())
";

fn shown(text: &str) -> String {
    let netrc = match Netrc::parse(text) {
        Ok(netrc) => netrc,
        Err(InvalidNetrc { line, fault }) => return format!("error {line} {fault:?}"),
    };
    let text = |bytes: Option<&[u8]>| {
        let bytes = bytes.unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let entry = |entry: &Entry| {
        let host = entry.host.as_deref().unwrap_or(b"default");
        let fields = [&entry.login, &entry.password, &entry.account];
        let fields = fields.map(|field| text(field.as_deref()));
        format!("{}:{}", text(Some(host)), fields.join(","))
    };
    let macros = netrc.macros.iter();
    let macros = macros.map(|(name, lines)| {
        let (name, lines) = (text(Some(name)), text(Some(lines)));
        format!("macro {name}={lines}")
    });
    let parts: Vec<String> = netrc.entries.iter().map(entry).chain(macros).collect();
    parts.join(" | ")
}

/// Returns what Python reads. `None` if there is no such Python.
fn pythons() -> Option<Vec<String>> {
    let found = Command::new("python3")
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        let required = env::var_os("FTP_REQUIRE_PYTHON").is_some();
        assert!(
            !required,
            "FTP_REQUIRE_PYTHON is set, but there is no python3 from 3.11 on"
        );
        println!("no python3 from 3.11 on: only our own side is checked");
        return None;
    }
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let hex = |text: &str| {
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let lines: Vec<String> = FILES.iter().map(|(text, ..)| hex(text)).collect();
    let mut input = python.stdin.take().expect("a pipe");
    writeln!(input, "{}", lines.join("\n")).expect("python reads");
    drop(input);
    let output = python.wait_with_output().expect("python ends");
    let output = String::from_utf8(output.stdout).expect("hexadecimal digits");
    let unhex = |line: &str| {
        let digits = line.as_bytes().chunks(2);
        let bytes = digits.map(|two| u8::from_str_radix(str(two), 16).expect("two digits"));
        str(&bytes.collect::<Vec<u8>>()).to_string()
    };
    Some(output.lines().map(unhex).collect())
}

fn str(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn files_are_read_as_python_reads_them() {
    let pythons = pythons();
    if let Some(pythons) = &pythons {
        assert_eq!(pythons.len(), FILES.len());
    }
    let mut failures = Vec::new();
    for (index, (text, ours, difference)) in FILES.iter().enumerate() {
        let read = shown(text);
        if read != *ours {
            failures.push(format!("{text:?}: {read:?} instead of {ours:?}"));
        }
        let same = match ours.starts_with("error") {
            true => "error",
            false => ours,
        };
        let expected = difference.map_or(same, |(python, _)| python);
        let python = pythons.as_ref().and_then(|all| all.get(index));
        if let Some(python) = python.filter(|python| *python != expected) {
            failures.push(format!(
                "{text:?}: Python {python:?} instead of {expected:?}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn netrc() -> Netrc {
    let text = "default login anyone password d\n\
                machine h login ada password p1 account a\n\
                machine h login bob password p2\n\
                machine H login eve\n\
                machine bare password p3\n";
    Netrc::parse(text).expect("a file")
}

#[track_caller]
fn assert_is(credentials: Option<&Credentials>, user: &str, password: &str) {
    let credentials = credentials.expect("credentials");
    assert_eq!(credentials.user().argument(), Some(user.as_bytes()));
    assert_eq!(credentials.password().argument(), Some(password.as_bytes()));
}

#[test]
fn the_entry_of_the_host_and_the_user_counts() {
    let netrc = netrc();
    let found = |host, user| netrc.credentials(host, user);
    assert_is(found("h", None).as_ref(), "ada", "p1");
    assert!(found("h", None).is_some_and(|it| it.account().is_some()));
    assert_is(found("H", Some("bob")).as_ref(), "bob", "p2");
    assert!(found("h", Some("bob")).is_some_and(|it| it.account().is_none()));
    assert_is(found("h", Some("eve")).as_ref(), "eve", "");
    assert_is(found("h", Some("anyone")).as_ref(), "anyone", "d");
    assert!(found("h", Some("ADA")).is_none());
    assert!(found("h", Some("")).is_none());
    assert_is(found("bare", None).as_ref(), "anonymous", "p3");
    assert!(found("bare", Some("ada")).is_none());
    assert_is(found("other", None).as_ref(), "anyone", "d");
    assert!(found("other", Some("ada")).is_none());
    let none = Netrc::parse("machine h login l").expect("a file");
    assert!(none.credentials("other", None).is_none());
}

#[test]
fn options_take_what_is_missing_and_keep_what_was_given() {
    let netrc = netrc();
    let fill = |options: Options| options.with_netrc(&netrc).credentials;
    let by_url = |url| Options::from_url(url).expect(url);
    let with = |user, password| Credentials::new(user, password).expect("credentials");
    let given = |credentials| Options::new("h").with_credentials(credentials);
    assert_is(fill(Options::new("h")).as_ref(), "ada", "p1");
    assert_is(fill(by_url("ftp://h")).as_ref(), "ada", "p1");
    assert_is(fill(by_url("ftp://bob@h")).as_ref(), "bob", "p2");
    assert_is(fill(by_url("ftp://bob:own@h")).as_ref(), "bob", "own");
    assert_is(fill(by_url("ftp://carol@h")).as_ref(), "carol", "");
    assert_is(
        fill(by_url("ftp://anonymous@h")).as_ref(),
        "anonymous",
        "anonymous@",
    );
    assert_is(fill(given(with("bob", ""))).as_ref(), "bob", "p2");
    assert_is(fill(given(with("bob", "own"))).as_ref(), "bob", "own");
    assert_is(
        fill(given(Credentials::anonymous())).as_ref(),
        "anonymous",
        "anonymous@",
    );
    let mine = by_url("ftp://h").with_password("me@").expect("a password");
    assert_is(fill(mine).as_ref(), "anonymous", "me@");
    let nothing = Netrc::default();
    assert!(Options::new("h").with_netrc(&nothing).credentials.is_none());
    let anyone = by_url("ftp://h").with_netrc(&nothing).credentials;
    assert_is(anyone.as_ref(), "anonymous", "anonymous@");
}

#[test]
fn no_text_shows_a_secret() {
    let text = "machine h login ada password hunter2 account hunter3\nmacdef m\nhunter4\n\n";
    let netrc = Netrc::parse(text).expect("a file");
    let options = Options::new("h").with_netrc(&netrc);
    let shown = format!("{netrc:?} {options:?}");
    assert!(
        shown.contains("ada") && !shown.contains("hunter"),
        "{shown}"
    );
    assert_eq!(netrc.macro_text("m"), Some(&b"hunter4\n"[..]));
    assert_eq!(netrc.macro_text("n"), None);
    let error = Netrc::parse("machine h login ada password hunter2 hunter3").expect_err("a word");
    let error = crate::Error::from(error);
    let line = "line 1 of the netrc file: an unknown word; a password with a blank needs quotation \
                marks";
    assert_eq!(error.to_string(), line);
    assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
}

#[test]
fn bytes_that_are_not_utf8_are_kept() {
    let netrc = Netrc::parse(b"machine h login \xe9 password \xff").expect("a file");
    let credentials = netrc.credentials("h", None).expect("credentials");
    assert_eq!(credentials.user().argument(), Some(&b"\xe9"[..]));
    assert_eq!(credentials.password().argument(), Some(&b"\xff"[..]));
    let nul = Netrc::parse(b"machine h login a\0b");
    let fault = NetrcFault::Unsendable;
    assert_eq!(nul.err(), Some(InvalidNetrc { line: 1, fault }));
}

#[cfg(all(feature = "std", unix))]
mod files {
    use std::fs::{self, Permissions};
    use std::io;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;
    use crate::ErrorKind;

    struct File(PathBuf);

    impl File {
        fn new(name: &str, text: &str, mode: u32) -> Self {
            let name = format!("ftp-proto-netrc-{}-{name}", std::process::id());
            let path = env::temp_dir().join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
            Self(path)
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    const SECRET: &str = "machine h login ada password hunter2";

    #[test]
    fn a_file_with_passwords_must_be_private() {
        for (index, (text, mode, is_read)) in [
            (SECRET, 0o600, true),
            (SECRET, 0o400, true),
            (SECRET, 0o644, false),
            (SECRET, 0o620, false),
            (SECRET, 0o601, false),
            ("machine h login ada account hunter2", 0o644, false),
            ("machine h login anonymous password me@", 0o644, true),
            ("machine h login ada", 0o644, true),
            ("", 0o666, true),
        ]
        .into_iter()
        .enumerate()
        {
            let file = File::new(&index.to_string(), text, mode);
            match Netrc::read_from(&file.0) {
                Ok(_) => assert!(is_read, "{text:?} {mode:o}"),
                Err(error) => {
                    assert!(!is_read, "{text:?} {mode:o}: {error}");
                    assert_eq!(error.kind(), ErrorKind::Local);
                    let shown = format!("{error} {error:?}");
                    assert!(
                        shown.contains("chmod 600") && !shown.contains("hunter"),
                        "{shown}"
                    );
                    assert!(shown.contains(&*file.0.to_string_lossy()), "{shown}");
                    let error = io::Error::from(error);
                    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
                }
            }
        }
    }

    /// Only root can give a file away, so that the test does nothing for others.
    #[test]
    fn a_file_with_passwords_must_be_ones_own() {
        let file = File::new("owner", SECRET, 0o600);
        assert!(Netrc::read_from(&file.0).is_ok());
        if std::os::unix::fs::chown(&file.0, Some(65_534), None).is_err() {
            println!("skipped: this user cannot give a file away");
            return;
        }
        let error = Netrc::read_from(&file.0).expect_err("of another user");
        assert!(error.to_string().ends_with("must belong to you"), "{error}");
    }

    #[test]
    fn a_file_that_is_missing_or_malformed_is_named() {
        let error = Netrc::read_from("/nowhere/netrc").expect_err("nothing there");
        assert_eq!(error.kind(), ErrorKind::Local);
        assert!(
            error.to_string().starts_with("reading /nowhere/netrc: "),
            "{error}"
        );
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);
        let file = File::new("malformed", "machine h\npasswd hunter2", 0o600);
        let error = Netrc::read_from(&file.0).expect_err("malformed");
        assert_eq!(error.kind(), ErrorKind::Local);
        assert!(
            error.to_string().contains(": line 2 of the netrc file: "),
            "{error}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        text in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..64),
            proptest::collection::vec(
                proptest::sample::select(alloc::vec![
                    "machine ", "default ", "login ", "password ", "account ", "macdef ", "h ", "#",
                    "\"", "\\", "\n", "\r\n", " ", "é",
                ]),
                0..20,
            )
            .prop_map(|words| words.concat().into_bytes()),
        ],
    ) {
        match Netrc::parse(&text) {
            Ok(netrc) => {
                for entry in &netrc.entries {
                    prop_assert!(entry.credentials().is_some());
                }
                let _ = Options::new("h").with_netrc(&netrc);
            }
            Err(invalid) => {
                let lines = text.iter().filter(|byte| **byte == b'\n').count();
                prop_assert!((1..=lines + 1).contains(&invalid.line));
            }
        }
    }
}
