//! Invariant 8: no argument of any flow may hold CR, LF or NUL.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ftp_proto::flows::{self, Credentials, Open};
use ftp_proto::reply::{Algorithm, Timestamp};
use ftp_proto::{Direction, Error, ErrorKind, ServerCopy, TransferType};

use crate::support::*;

type Make = fn(&[u8]) -> Result<(), Error>;

/// Each row is the name of a constructor and a function that passes an argument to it. A
/// constructor with two arguments has two rows.
const CONSTRUCTORS: &[(&str, Make)] = &[
    ("Account::new", |bad| flows::Account::new(bad).map(drop)),
    ("Available::new", |bad| flows::Available::new(bad).map(drop)),
    ("ChangeDirectory::new", |bad| {
        flows::ChangeDirectory::new(bad).map(drop)
    }),
    ("Chmod::new", |bad| flows::Chmod::new(bad, 0o644).map(drop)),
    ("ChooseFacts::new", |bad| {
        flows::ChooseFacts::new([bad]).map(drop)
    }),
    ("ClientId::new", |bad| {
        flows::ClientId::new(bad, "1").map(drop)
    }),
    ("ClientId::new", |bad| {
        flows::ClientId::new("a", bad).map(drop)
    }),
    ("ClientName::new", |bad| {
        flows::ClientName::new(bad).map(drop)
    }),
    ("Combine::new", |bad| {
        flows::Combine::new(bad, ["a"]).map(drop)
    }),
    ("Combine::new", |bad| {
        flows::Combine::new("a", [bad]).map(drop)
    }),
    ("Credentials::new", |bad| {
        Credentials::new(bad, "x").map(drop)
    }),
    ("Credentials::new", |bad| {
        Credentials::new("ada", bad).map(drop)
    }),
    ("Credentials::with_password", |bad| {
        let ada = Credentials::new("ada", "x").expect("can be sent");
        ada.with_password(bad).map(drop)
    }),
    ("Credentials::with_account", |bad| {
        credentials().with_account(bad).map(drop)
    }),
    ("Delete::new", |bad| flows::Delete::new(bad).map(drop)),
    ("DirectorySize::new", |bad| {
        flows::DirectorySize::new(bad).map(drop)
    }),
    ("Facts::new", |bad| flows::Facts::new(Some(bad)).map(drop)),
    ("HashOf::new", |bad| {
        flows::HashOf::new(bad, Algorithm::Md5).map(drop)
    }),
    ("Help::new", |bad| flows::Help::new(Some(bad)).map(drop)),
    ("Host::new", |bad| flows::Host::new(bad).map(drop)),
    ("Inspect::new", |bad| flows::Inspect::new(bad).map(drop)),
    ("InspectMany::new", |bad| {
        flows::InspectMany::new(["a".as_bytes(), bad]).map(drop)
    }),
    ("Language::new", |bad| {
        flows::Language::new(Some(bad)).map(drop)
    }),
    ("MakeDirectory::new", |bad| {
        flows::MakeDirectory::new(bad).map(drop)
    }),
    ("Modified::new", |bad| flows::Modified::new(bad).map(drop)),
    ("Mount::new", |bad| flows::Mount::new(bad).map(drop)),
    ("Open::append", |bad| Open::append(bad).map(drop)),
    ("Open::command", |bad| {
        let line = [b"NLST ", bad].concat();
        Open::command(Direction::Download, line, TransferType::TEXT).map(drop)
    }),
    ("Open::facts", |bad| Open::facts(Some(bad)).map(drop)),
    ("Open::list", |bad| Open::list(Some(bad)).map(drop)),
    ("Open::names", |bad| Open::names(Some(bad)).map(drop)),
    ("Open::retrieve", |bad| Open::retrieve(bad).map(drop)),
    ("Open::store", |bad| Open::store(bad).map(drop)),
    ("Open::store_unique", |bad| {
        Open::store_unique(Some(bad)).map(drop)
    }),
    ("Raw::new", |bad| {
        flows::Raw::new([b"SITE ", bad].concat()).map(drop)
    }),
    ("ReadDirectory::new", |bad| {
        flows::ReadDirectory::new(Some(bad)).map(drop)
    }),
    ("RemoveDirectory::new", |bad| {
        flows::RemoveDirectory::new(bad).map(drop)
    }),
    ("RemoveDirectoryTree::new", |bad| {
        flows::RemoveDirectoryTree::new(bad).map(drop)
    }),
    ("Rename::new", |bad| flows::Rename::new(bad, "b").map(drop)),
    ("Rename::new", |bad| flows::Rename::new("a", bad).map(drop)),
    ("ServerCopy::new", |bad| {
        ServerCopy::new(bad, PEER, "b").map(drop)
    }),
    ("ServerCopy::new", |bad| {
        ServerCopy::new("a", PEER, bad).map(drop)
    }),
    ("SetCreated::new", |bad| {
        flows::SetCreated::new(bad, time()).map(drop)
    }),
    ("SetFacts::new", |bad| {
        flows::SetFacts::new(bad, [("a", "b")]).map(drop)
    }),
    ("SetFacts::new", |bad| {
        flows::SetFacts::new("a", [(bad, "b")]).map(drop)
    }),
    ("SetFacts::new", |bad| {
        flows::SetFacts::new("a", [("b", bad)]).map(drop)
    }),
    ("SetModified::new", |bad| {
        flows::SetModified::new(bad, time()).map(drop)
    }),
    ("SetOption::new", |bad| flows::SetOption::new(bad).map(drop)),
    ("Site::new", |bad| flows::Site::new(bad).map(drop)),
    ("Size::new", |bad| flows::Size::new(bad).map(drop)),
    ("Status::new", |bad| flows::Status::new(Some(bad)).map(drop)),
    ("Symlink::new", |bad| {
        flows::Symlink::new(bad, "b").map(drop)
    }),
    ("Symlink::new", |bad| {
        flows::Symlink::new("a", bad).map(drop)
    }),
];

fn time() -> Timestamp {
    Timestamp::parse(b"20260102030405").expect("a time")
}

#[test]
fn invariant_8_no_flow_takes_cr_lf_or_nul() {
    for (name, make) in CONSTRUCTORS {
        assert_eq!(
            make(b"good").err().map(|error| error.kind()),
            None,
            "{name}"
        );
        for byte in *b"\r\n\0" {
            // The bad byte is at the beginning, in the middle or at the end of the argument. One of
            // the arguments is very long.
            for (before, after) in [(0, 1), (1, 0), (1, 1), (0, 0), (1_000, 1_000), (14, 3)] {
                let bad = [&vec![b'1'; before][..], &[byte], &vec![b'a'; after]].concat();
                let error = make(&bad).expect_err(name);
                assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}");
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(['\r', '\n', '\0']), "{name}: {shown}");
            }
        }
        for bad in ["a\r\nDELE b", "..\r\n", ".\n", "\r\n", "a\u{0}"] {
            assert!(make(bad.as_bytes()).is_err(), "{name}: {bad:?}");
        }
    }
}

#[test]
fn invariant_8_no_line_accepts_cr_lf_or_nul_instead_of_the_blank() {
    for line in [
        "SITE\r\nDELE a",
        "NLST\nDELE a",
        "NLST\0",
        "\r\nNLST",
        "NLST\r",
    ] {
        assert!(flows::Raw::new(line).is_err(), "{line:?}");
        let open = Open::command(Direction::Upload, line, TransferType::Image);
        assert!(open.is_err(), "{line:?}");
    }
}

/// Returns how many byte-string arguments each public constructor takes, read from the sources.
fn taken() -> BTreeMap<String, usize> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let flows = std::fs::read_dir(sources.join("flows")).expect("the flows");
    let paths = flows.map(|entry| entry.expect("a file").path());
    // The helper of the examples is no part of the crate.
    let ours = |path: &PathBuf| path.is_file() && !path.ends_with("scripted.rs");
    let mut paths: Vec<_> = paths.filter(ours).collect();
    paths.push(sources.join("flows/copy/mod.rs"));
    paths.push(sources.join("options/credentials.rs"));
    let mut taken = BTreeMap::new();
    for path in paths {
        let source = std::fs::read_to_string(&path).expect("a source");
        let mut of = "";
        for (at, line) in source.lines().enumerate() {
            if let Some(rest) = line.trim_start().strip_prefix("impl ") {
                of = rest.trim_end_matches(" {");
            }
            // A macro creates some flows from a table. Each row of that table is a constructor with
            // one argument.
            let row = line.trim_start().split_once(": ").and_then(|(name, rest)| {
                let (verb, rest) = rest.split_once('(')?;
                let (argument, rest) = rest.split_once(')')?;
                let is_row = verb.bytes().all(|byte| byte.is_ascii_uppercase())
                    && rest.starts_with(" -> ")
                    && !verb.is_empty();
                let bytes = !argument.contains(':');
                (is_row && bytes).then_some(name)
            });
            if let Some(name) = row {
                taken.insert(format!("{name}::new"), 1);
            }
            // In `extension.rs`, a macro creates the flows from another table. Each row of that
            // table names a flow, its capability and its arguments.
            if path.ends_with("extension.rs") {
                let rest = source.lines().skip(at).collect::<Vec<_>>().join(" ");
                let row = line.trim_start().split_once(": ").filter(|(name, rest)| {
                    let starts = |text: &str| text.starts_with(|it: char| it.is_ascii_uppercase());
                    starts(name) && starts(rest) && rest.contains('(')
                });
                if let Some((name, _)) = row {
                    let arguments = rest.split("=>").next().unwrap_or_default();
                    let count = arguments.matches("AsRef<[u8]>").count();
                    taken.insert(format!("{name}::new"), count);
                }
            }
            let Some((_, rest)) = line.split_once("pub fn ") else {
                continue;
            };
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            let tail: Vec<_> = source.lines().skip(at).collect();
            let tail = tail.join("\n");
            let signature = tail.split(" {\n").next().unwrap_or_default();
            let arguments = signature.split(") ->").next().unwrap_or_default();
            for other in ["str", "String", "Vec<u8>", "[u8],", "Into<", "Cow<"] {
                assert!(
                    !arguments.contains(other),
                    "{of}::{name} takes its bytes in another way: {signature}"
                );
            }
            let count = arguments.matches("AsRef<[u8]>").count();
            if count > 0 && !of.starts_with('$') {
                taken.insert(format!("{of}::{name}"), count);
            }
        }
    }
    taken
}

#[test]
fn every_constructor_with_an_argument_is_listed() {
    let mut listed = BTreeMap::new();
    for (name, _) in CONSTRUCTORS {
        *listed.entry((*name).to_owned()).or_insert(0) += 1;
    }
    assert!(listed.len() > 25);
    assert_eq!(listed, taken());
}
