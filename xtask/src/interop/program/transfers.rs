//! What the program transfers: `get`, `put`, `cp` and `mirror`.

use std::fs::{self, File};
use std::time::UNIX_EPOCH;

use serde_json::Value;

use super::super::random_tree::{Kinds, Tree};
use super::Step;
use super::ftpx::Said;
use super::site::{FILES, MODIFIED, Site, holds, paths_below, same_files, shows, values};
use super::stopping::{interrupted, wait_while_it_grows};
use crate::job::content::{bytes, equal};
use crate::servers::Result;
use crate::servers::tree::WRITABLE;

pub(super) const STEPS: &[Step] = &[
    ("get", get),
    ("get: several", get_several),
    ("get: JSON, resumed", get_resumed),
    ("put", put),
    ("put: several", put_several),
    ("put: standard input", put_stream),
    ("put: JSON, resumed", put_resumed),
    ("cp", cp),
    ("mirror: down", mirror_down),
    ("mirror: up", mirror_up),
    ("mirror: patterns", mirror_patterns),
];

fn get(site: &Site<'_>) -> Result<()> {
    shows(
        "nothing is said",
        "",
        &site.done(["get", &site.url("d/b.bin")])?,
    )?;
    site.same("d/b.bin", "b.bin")?;
    let time = fs::metadata(site.here("b.bin"))?.modified()?;
    equal("the time", &(UNIX_EPOCH + MODIFIED), &time)?;
    site.done([
        "get",
        "--no-times",
        "-o",
        "other",
        &site.url("d/two%20words.txt"),
    ])?;
    site.same("d/two words.txt", "other")?;
    let time = fs::metadata(site.here("other"))?.modified()?;
    holds(time > UNIX_EPOCH + MODIFIED, "--no-times keeps the time")?;
    let text = site.run(["get", "-o", "-", &site.url("d/b.bin")])?;
    equal("the code", &Some(0), &text.code)?;
    site.done([
        "get",
        "-P",
        "--limit-rate",
        "10M",
        "-o",
        "active",
        &site.url("d/b.bin"),
    ])?;
    site.same("d/b.bin", "active")?;
    equal(
        "local files",
        &vec!["active", "b.bin", "other"],
        &ours(&paths_below(&site.local)?),
    )
}

fn ours(paths: &[String]) -> Vec<&str> {
    paths.iter().map(String::as_str).collect()
}

fn get_several(site: &Site<'_>) -> Result<()> {
    let (texts, inner) = (site.url("d/*.txt"), site.url("d/sub/inner.txt"));
    site.done(["get", "-d", "new/below", &texts, &inner])?;
    for name in ["a.txt", "empty.txt", "two words.txt"] {
        site.same(&format!("d/{name}"), &format!("new/below/{name}"))?;
    }
    site.same("d/sub/inner.txt", "new/below/inner.txt")?;
    // One that is missing does not keep the next from being tried.
    site.failed(78, ["get", &site.url("d/none"), &site.url("d/a.txt")])?;
    site.same("d/a.txt", "a.txt")?;
    holds(!site.here("none").exists(), "a missing file was made")?;
    site.failed(78, ["get", &site.url("d/*.zip")]).map(drop)
}

/// A transfer that Ctrl-C stops leaves a partial file, and the same call goes on there.
fn get_resumed(site: &Site<'_>) -> Result<()> {
    site.place("large", &bytes(7, LARGE as usize))?;
    let target = site.url("large");
    let mut command = site.command(["get", "--limit-rate", "1M", &target]);
    let said = interrupted(&mut command, &site.local)?.failed(130)?;
    holds(
        said.err.contains("goes on from there"),
        format!("no word about it: {said}"),
    )?;
    holds(
        !site.here("large").exists(),
        "a half file has the final name",
    )?;
    let report = site.json(["get", "--json", &target])?;
    was_resumed(&report[0], LARGE)?;
    equal(
        "the remote name",
        &Value::from(format!("{WRITABLE}/large")),
        &report[0]["remote"],
    )?;
    equal(
        "local files",
        &vec!["large"],
        &ours(&paths_below(&site.local)?),
    )?;
    site.same("large", "large")
}

/// More than the buffers of the sockets hold.
const LARGE: u64 = 12 * 1024 * 1024;

fn was_resumed(report: &Value, size: u64) -> Result<()> {
    equal("the size", &Value::from(size), &report["size"])?;
    let number = |name: &str| report[name].as_u64().unwrap_or_default();
    let (at, moved) = (number("resumed_at"), number("transferred"));
    // The end of the first part moves again, to be compared.
    holds(
        at > 0 && (size - at..size).contains(&moved),
        format!("not resumed: {report}"),
    )
}

fn put(site: &Site<'_>) -> Result<()> {
    site.write("local.bin", &bytes(9, 100_000))?;
    site.done(["put", "local.bin", &site.url("d/")])?;
    site.same("d/local.bin", "local.bin")?;
    let time = fs::metadata(site.there("d/local.bin"))?.modified()?;
    equal("the time", &(UNIX_EPOCH + MODIFIED), &time)?;
    site.done(["put", "local.bin", &site.url("d/a.txt")])?;
    site.same("d/a.txt", "local.bin")?;
    site.done([
        "put",
        "-P",
        "--no-temporary-name",
        "local.bin",
        &site.url("d/active.bin"),
    ])?;
    site.same("d/active.bin", "local.bin")?;
    site.failed(26, ["put", "none", &site.url("d/")])?;
    let mut names: Vec<_> = FILES.map(|(name, _)| name).to_vec();
    names.extend(["active.bin", "local.bin", "sub"]);
    names.sort_unstable();
    equal(
        "remote files",
        &names,
        &ours(&paths_below(&site.there("d"))?),
    )
}

fn put_several(site: &Site<'_>) -> Result<()> {
    site.write("one", b"1")?;
    site.write("two words", b"2")?;
    site.done(["put", "-p", "one", "two words", &site.url("new/below/")])?;
    site.same("new/below/one", "one")?;
    site.same("new/below/two words", "two words")?;
    site.failed(26, ["put", "none", "one", &site.url("d/")])?;
    site.same("d/one", "one")?;
    site.failed(2, ["put", "one", "two words", &site.url("d/file")])?;
    many_uploads(site)
}

/// ProFTPD demands that TLS resumes, but gives no new ticket for an upload under TLS 1.3.
fn many_uploads(site: &Site<'_>) -> Result<()> {
    let names: Vec<String> = (0..12).map(|number| format!("many-{number}")).collect();
    for name in &names {
        site.write(name, name.as_bytes())?;
    }
    let (target, new) = (site.url("many/"), |name| site.url(&format!("many/{name}")));
    let all = ["put", "-p"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    site.done(all.chain([target.as_str()]))?;
    let urls: Vec<String> = ["t1", "t2", "t3", "t4", "t5", "t6"].map(new).to_vec();
    site.done(["touch"].into_iter().chain(urls.iter().map(String::as_str)))?;
    let all = ["put", "--append"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    site.done(all.chain([target.as_str()]))?;
    for name in &names {
        let there = fs::read_to_string(site.there(&format!("many/{name}")))?;
        shows(name, &name.repeat(2), &there)?;
    }
    holds(site.there("many/t6").exists(), "no empty file")
}

fn put_stream(site: &Site<'_>) -> Result<()> {
    for (words, expected) in [
        (["put", "-q"], "input"),
        (["put", "--append"], "inputinput"),
    ] {
        site.write("source", b"input")?;
        let target = site.url("d/stream");
        let mut command = site.command(words.into_iter().chain(["-", &target]));
        let output = command.stdin(File::open(site.here("source"))?).output()?;
        Said::from(output).done()?;
        shows(
            "what arrived",
            expected,
            &fs::read_to_string(site.there("d/stream"))?,
        )?;
    }
    Ok(())
}

fn put_resumed(site: &Site<'_>) -> Result<()> {
    site.write("large", &bytes(8, LARGE as usize))?;
    let target = site.url("");
    let mut command = site.command(["put", "--limit-rate", "1M", "large", &target]);
    interrupted(&mut command, &site.there(""))?.failed(130)?;
    // The server's session may still write what it has received. A file that grows is no start.
    wait_while_it_grows(&site.there(".large.ftp-part"))?;
    holds(
        !site.there("large").exists(),
        "a half file has the final name",
    )?;
    let said = site.run(["put", "-v", "--json", "large", &target])?;
    let report = values(&said.out)?;
    let report = report.first().ok_or_else(|| said.to_string())?;
    was_resumed(report, LARGE).map_err(|error| format!("{error}\n{}", said.err))?;
    site.same("large", "large")?;
    let mut names: Vec<_> = FILES.map(|(name, _)| format!("d/{name}")).to_vec();
    names.extend(["d".to_owned(), "d/sub".to_owned(), "large".to_owned()]);
    names.sort_unstable();
    equal("remote files", &names, &paths_below(&site.there(""))?)
}

/// To another server, from it, and on the same one. Under TLS the data passes this machine. The
/// options about certificates, or a bookmark, are for the side with TLS.
fn cp(site: &Site<'_>) -> Result<()> {
    site.bookmark("here")?;
    let copied = |words: &[&str]| -> Result<()> {
        let words = ["cp"].iter().chain(words);
        let done = Said::by(&mut site.command_of_stranger(words))?.done()?;
        shows("nothing is said", "", &done)
    };
    copied(&["here/d/b.bin", &site.url_elsewhere("")])?;
    same_files(&site.there("d/b.bin"), &site.elsewhere("b.bin"))?;
    copied(&[&site.url_elsewhere("b.bin"), "here/d/back"])?;
    same_files(&site.there("d/back"), &site.elsewhere("b.bin"))?;
    copied(&["--relay", "here/d/a.txt", "here/d/copy%20of%20a"])?;
    same_files(&site.there("d/a.txt"), &site.there("d/copy of a"))?;
    copied(&["here/d/a.txt", "here/d/beside"])?;
    same_files(&site.there("d/a.txt"), &site.there("d/beside"))?;
    site.done(["cp", &site.url_elsewhere("b.bin"), &site.url("d/by-option")])?;
    same_files(&site.there("d/by-option"), &site.elsewhere("b.bin"))?;
    let words = ["cp", "here/d/none", &site.url_elsewhere("none")];
    Said::by(&mut site.command_of_stranger(words))?.failed(78)?;
    let copies = paths_below(&site.elsewhere(""))?;
    equal("copies", &vec!["b.bin"], &ours(&copies))
}

/// A random tree, and the state in which it was before.
fn trees(seed: u64) -> (Tree, Tree) {
    const NAMES: &[&str] = &[
        "a",
        "b.csv",
        "two words",
        "käse",
        "[x]",
        "a;b=c",
        "~",
        "#1",
        "%41",
    ];
    let mut random = fastrand::Rng::with_seed(seed);
    let kinds = Kinds {
        files: 30..40,
        directories: 4..8,
        largest: 400_000,
        names: NAMES,
        of_files: &[],
    };
    let tree = Tree::random(&mut random, &kinds);
    let mut before = tree.before(&mut random);
    before.add_extras(&mut random, &tree);
    (tree, before)
}

fn mirror_down(site: &Site<'_>) -> Result<()> {
    let (tree, before) = trees(1);
    tree.write(&site.there("tree"))?;
    site.give_to_sessions()?;
    let target = site.url("tree");
    site.done(["mirror", "-q", "-j", "4", &target, "to"])?;
    tree.check("the copy", &Tree::read(&site.here("to"))?)?;
    is_done(&site.json(["mirror", "--json", "--delete", &target, "to"])?[0])?;
    before.write(&site.here("old"))?;
    both_ways(
        site,
        &[&target, "old"],
        || tree.check("after --delete", &Tree::read(&site.here("old"))?),
        || before.check("after --dry-run", &Tree::read(&site.here("old"))?),
    )?;
    site.failed(9, ["mirror", &site.url("none"), "to"])
        .map(drop)
}

fn mirror_up(site: &Site<'_>) -> Result<()> {
    let (tree, before) = trees(2);
    tree.write(&site.here("tree"))?;
    let target = site.url("to");
    site.done(["mirror", "-q", "-j", "4", "--up", "tree", &target])?;
    tree.check("the copy", &Tree::read(&site.there("to"))?)?;
    is_done(&site.json(["mirror", "--json", "--delete", "-R", "tree", &target])?[0])?;
    before.write(&site.there("old"))?;
    site.give_to_sessions()?;
    let target = site.url("old");
    both_ways(
        site,
        &["--up", "tree", &target],
        || tree.check("after --delete", &Tree::read(&site.there("old"))?),
        || before.check("after --dry-run", &Tree::read(&site.there("old"))?),
    )
}

/// Checks a report that says that there was nothing to do.
fn is_done(report: &Value) -> Result<()> {
    for (name, value) in [
        ("is_complete", Value::from(true)),
        ("transferred", Value::from(0)),
    ] {
        equal(name, &value, &report[name])?;
    }
    for name in ["created", "updated", "deleted", "failed", "undone"] {
        equal(name, &Value::from(0), &report[name])?;
    }
    Ok(())
}

/// Mirrors over another tree: first with `--dry-run`, whose lines must be what is done then.
fn both_ways(
    site: &Site<'_>,
    words: &[&str],
    is_as_source: impl Fn() -> Result<()>,
    is_as_before: impl Fn() -> Result<()>,
) -> Result<()> {
    let all = ["mirror", "--delete", "-j", "4", "--json"];
    let words = || all.iter().chain(words).copied();
    let planned = site.json(words().chain(["--dry-run"]))?;
    is_as_before()?;
    let report = &site.json(words())?[0];
    is_as_source()?;
    let count = |change: &str| planned.iter().filter(|it| it["change"] == change).count();
    let deleted = count("delete");
    let counts = [("updated", count("update")), ("deleted", deleted)];
    for (name, count) in counts {
        equal(name, &Value::from(count), &report[name])?;
    }
    equal("failed", &Value::from(0), &report["failed"])?;
    holds(
        deleted > 0 && count("create") > 0,
        "there was nothing to do",
    )
}

fn mirror_patterns(site: &Site<'_>) -> Result<()> {
    let target = site.url("d");
    let words = ["-X", "*", "-I", "*/", "-I", "*.txt"];
    site.done(["mirror", "-q", &target, "to"].iter().chain(&words))?;
    let expected = vec![
        "a.txt",
        "empty.txt",
        "sub",
        "sub/inner.txt",
        "two words.txt",
    ];
    let found = paths_below(&site.here("to"))?;
    equal("what fits", &expected, &ours(&found))?;
    let text = site.done(["mirror", "-n", "--by", "hash", &target, "other"])?;
    let is_right = text.contains("5 files to transfer, 70026 bytes\n");
    holds(is_right, format!("--dry-run shows {text:?}"))?;
    holds(
        !site.here("other").exists(),
        "--dry-run has made the directory",
    )
}
