//! What the program shows of a server: `ls`, `stat`, `find`, `du`, `cat`, `hash`, `features` and
//! `raw`.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::Step;
use super::site::{FILES, Site, holds, shows, sorted};
use crate::job::content::equal;
use crate::servers::Result;
use crate::servers::foreign::Kind;
use crate::servers::tree::WRITABLE;
use crate::workspace;

pub(super) const STEPS: &[Step] = &[
    ("ls", ls),
    ("ls: long", ls_long),
    ("ls: JSON", ls_json),
    ("ls: recursive", ls_recursive),
    ("ls: patterns", ls_patterns),
    ("ls: active mode", ls_active),
    ("stat", stat),
    ("find", find),
    ("du", du),
    ("cat", cat),
    ("hash", hash),
    ("features", features),
    ("raw", raw),
    ("a dialogue without the password", dialogue),
];

const NAMES: &str = "a.txt\nb.bin\nempty.txt\nsub\ntwo words.txt\n";

fn ls(site: &Site<'_>) -> Result<()> {
    shows("ls", NAMES, &site.done(["ls", &site.url("d")])?)?;
    let one = site.done(["ls", "-1", &site.url("d/a.txt")])?;
    shows("a file", &format!("{WRITABLE}/d/a.txt\n"), &one)?;
    let several = site.done(["ls", &site.url("d/sub"), &site.url("d")])?;
    let (first, second) = (site.url("d/sub"), site.url("d"));
    let expected = format!("{first}:\ninner.txt\n{second}:\n{NAMES}");
    shows("two directories", &expected, &several)?;
    fs::create_dir(site.there("bare"))?;
    shows("an empty one", "", &site.done(["ls", &site.url("bare")])?)
}

fn ls_long(site: &Site<'_>) -> Result<()> {
    let text = site.done(["ls", "-l", &site.url("d")])?;
    let names: Vec<_> = NAMES.lines().collect();
    equal("lines", &names.len(), &text.lines().count())?;
    for (line, name) in text.lines().zip(names) {
        let size = FILES.iter().find(|(file, _)| *file == name);
        let (first, number) = match size {
            Some((_, size)) => ('-', format!(" {size} ")),
            None => ('d', " ".to_owned()),
        };
        let is_right = line.starts_with(first)
            && line.contains(&number)
            && line.ends_with(&format!("  {name}"))
            && (size.is_none() || line.contains(" 2020-01-02"));
        holds(is_right, format!("{name} is shown as {line:?}"))?;
    }
    Ok(())
}

fn ls_json(site: &Site<'_>) -> Result<()> {
    let entries = site.json(["ls", "--json", &site.url("d")])?;
    equal("entries", &NAMES.lines().count(), &entries.len())?;
    entries
        .iter()
        .try_for_each(|entry| is_as_on_disk(site, entry))
}

/// Checks an entry in JSON against the server's disk.
fn is_as_on_disk(site: &Site<'_>, entry: &Value) -> Result<()> {
    let path = entry["path"].as_str().ok_or("an entry without a path")?;
    let metadata = fs::metadata(site.server.root().join(path))?;
    let name = path.rsplit('/').next().unwrap_or(path);
    equal("the name", &Value::from(name), &entry["name"])?;
    if metadata.is_dir() {
        return equal("the kind", &Value::from("directory"), &entry["kind"]);
    }
    equal("the kind", &Value::from("file"), &entry["kind"])?;
    equal("the size", &Value::from(metadata.len()), &entry["size"])?;
    let time = entry["modified"]["time"].as_str().unwrap_or_default();
    holds(time.starts_with("20200102"), format!("{path} is of {time}"))
}

fn ls_recursive(site: &Site<'_>) -> Result<()> {
    let text = site.done(["ls", "-R", &site.url("d")])?;
    let mut expected: Vec<_> = FILES
        .iter()
        .map(|(name, _)| format!("{WRITABLE}/d/{name}"))
        .chain([format!("{WRITABLE}/d/sub")])
        .collect();
    expected.sort_unstable();
    equal("paths", &expected, &sorted(&text))?;
    let entries = site.json(["ls", "-R", "--json", &site.url("d")])?;
    equal("entries", &expected.len(), &entries.len())?;
    entries
        .iter()
        .try_for_each(|entry| is_as_on_disk(site, entry))
}

fn ls_patterns(site: &Site<'_>) -> Result<()> {
    let text = site.done(["ls", &site.url("d/*.txt")])?;
    let below = |name| format!("{WRITABLE}/d/{name}\n");
    let expected = ["a.txt", "empty.txt", "two words.txt"].map(below).concat();
    equal("files that fit", &expected, &text)?;
    site.failed(78, ["ls", &site.url("d/*.zip")])?;
    let text = site.done(["ls", &site.url("d/two%20w%3Frds.txt")])?;
    equal("a blank", &below("two words.txt"), &text)
}

fn ls_active(site: &Site<'_>) -> Result<()> {
    shows("ls", NAMES, &site.done(["ls", "-P", &site.url("d")])?)
}

fn stat(site: &Site<'_>) -> Result<()> {
    let (file, directory) = (site.url("d/b.bin"), site.url("d/sub"));
    let entries = site.json(["stat", "--json", &file, &directory])?;
    let kinds: Vec<_> = entries.iter().map(|entry| &entry["kind"]).collect();
    equal(
        "kinds",
        &vec![&Value::from("file"), &Value::from("directory")],
        &kinds,
    )?;
    equal("the size", &Value::from(70_000), &entries[0]["size"])?;
    let time = &entries[0]["modified"]["time"];
    equal("the time", &Value::from("20200102030405"), time)?;
    let text = site.done(["stat", &file])?;
    let is_right = text.contains(" 70000 ") && text.contains("2020-01-02T03:04:05Z");
    holds(is_right, format!("stat shows {text:?}"))?;
    site.failed(78, ["stat", &site.url("d/none")]).map(drop)
}

fn find(site: &Site<'_>) -> Result<()> {
    let target = site.url("d");
    let found = |words: &[&str], expected: &[&str]| -> Result<()> {
        let words = ["find", &target].into_iter().chain(words.iter().copied());
        let text = site.done(words.clone())?;
        let below = |name: &&str| format!("{WRITABLE}/d/{name}");
        let expected: Vec<_> = expected.iter().map(below).collect();
        let what = words.collect::<Vec<_>>().join(" ");
        equal(&what, &expected, &sorted(&text))
    };
    let texts = ["a.txt", "empty.txt", "sub/inner.txt", "two words.txt"];
    found(&["--name", "*.txt"], &texts)?;
    found(&["-t", "d"], &["sub"])?;
    found(
        &["-t", "f", "--min-size", "10", "--max-size", "1k"],
        &["two words.txt"],
    )?;
    found(
        &["--max-depth", "1", "-t", "f", "--max-size", "9"],
        &["a.txt", "empty.txt"],
    )?;
    found(&["-t", "f", "--newer", "2021-01-01"], &[])?;
    found(
        &["-t", "f", "--older", "2021-01-01", "--min-size", "9k"],
        &["b.bin"],
    )?;
    let zeros = site.done(["find", "-0", "--name", "a*", &target])?;
    equal("zero bytes", &format!("{WRITABLE}/d/a.txt\0"), &zeros)?;
    let entries = site.json(["find", "--json", &target])?;
    entries
        .iter()
        .try_for_each(|entry| is_as_on_disk(site, entry))
}

fn du(site: &Site<'_>) -> Result<()> {
    let bytes: usize = FILES.iter().map(|(_, size)| size).sum();
    let counted = site.json(["du", "--json", &site.url("d")])?;
    let counted = counted.first().ok_or("no line")?;
    for (name, number) in [("bytes", bytes), ("files", FILES.len()), ("directories", 1)] {
        equal(name, &Value::from(number), &counted[name])?;
    }
    equal("exact", &Value::from(true), &counted["is_exact"])?;
    let text = site.done(["du", "-H", &site.url("d")])?;
    let is_right = text.contains("KiB") && text.contains(" 5 files ");
    holds(is_right, format!("du -H shows {text:?}"))
}

fn cat(site: &Site<'_>) -> Result<()> {
    let words = ["cat", &site.url("d/b.bin"), &site.url("d/a.txt")];
    let output = site.command(words).output()?;
    let expected = [
        fs::read(site.there("d/b.bin"))?,
        fs::read(site.there("d/a.txt"))?,
    ];
    let is_right = output.status.success() && output.stdout == expected.concat();
    holds(is_right, "cat writes other bytes")?;
    site.failed(78, ["cat", &site.url("d/none")]).map(drop)
}

/// Only ProFTPD computes hashes.
fn hash(site: &Site<'_>) -> Result<()> {
    let target = site.url("d/b.bin");
    if site.kind() != Kind::ProFtpd {
        return site.failed(21, ["hash", &target]).map(drop);
    }
    let mut sum = Command::new("sha256sum");
    let local = workspace::output(sum.arg("b.bin").current_dir(site.there("d")))?;
    let local = local.replace("b.bin", &format!("{WRITABLE}/d/b.bin"));
    equal("the hash", &local, &site.done(["hash", &target])?)?;
    let words = ["hash", "--json", "-a", "md5", &target];
    let hashed = site.json(words)?;
    equal(
        "the algorithm",
        &Value::from("MD5"),
        &hashed[0]["algorithm"],
    )
}

fn features(site: &Site<'_>) -> Result<()> {
    let text = site.done(["features", &site.url("")])?;
    let wanted = [
        "greeting ",
        "feature   SIZE\n",
        "feature   MDTM\n",
        "feature   REST STREAM\n",
    ];
    for line in wanted {
        holds(
            text.contains(line),
            format!("{line:?} is missing in {text:?}"),
        )?;
    }
    let known = site.json(["features", "--json", &site.url("")])?;
    equal("lines", &1, &known.len())?;
    let greeting = known[0]["greeting"].as_str().unwrap_or("missing");
    let greeting = greeting.lines().next().unwrap_or_default();
    holds(
        text.contains(greeting),
        format!("the greeting is {greeting:?} in JSON"),
    )
}

fn raw(site: &Site<'_>) -> Result<()> {
    let target = site.url("");
    let reply = site.done(["raw", &target, "PWD"])?;
    holds(
        reply.starts_with("257 \"/\""),
        format!("PWD brings {reply:?}"),
    )?;
    let said = site.run(["raw", &target, "NOSUCH", "thing"])?;
    let is_right = said.code == Some(21) && said.out.starts_with('5') && said.err.is_empty();
    holds(is_right, format!("an unknown command: {said}"))?;
    let path = format!("{WRITABLE}/d/a.txt");
    let time = site.done(["quote", &target, "MDTM", &path])?;
    shows("MDTM", "213 20200102030405\n", &time)
}

fn dialogue(site: &Site<'_>) -> Result<()> {
    let said = site.run(["ls", "-v", &site.url("d")])?;
    equal("the code", &Some(0), &said.code)?;
    shows("the names", NAMES, &said.out)?;
    let is_right = said.err.contains("*cmd* 'USER") && !said.err.contains(site.server.password());
    holds(is_right, format!("-v shows {:?}", said.err))
}
