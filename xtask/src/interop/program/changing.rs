//! What the program changes on a server: `rm`, `mv`, `mkdir`, `rmdir`, `chmod` and `touch`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Step;
use super::site::{Site, holds, paths_below, shows};
use crate::job::content::equal;
use crate::servers::Result;
use crate::servers::foreign::Kind;
use crate::servers::tree::WRITABLE;

pub(super) const STEPS: &[Step] = &[
    ("rm", rm),
    ("rm: recursive", rm_recursive),
    ("mv", mv),
    ("mkdir", mkdir),
    ("rmdir", rmdir),
    ("chmod", chmod),
    ("touch", touch),
];

fn rm(site: &Site<'_>) -> Result<()> {
    shows(
        "nothing is said",
        "",
        &site.done(["rm", &site.url("d/a.txt")])?,
    )?;
    holds(!site.there("d/a.txt").exists(), "the file is still there")?;
    site.failed(21, ["rm", &site.url("d/a.txt")])?;
    site.done(["rm", "-f", &site.url("d/a.txt")])?;
    site.done(["rm", &site.url("d/*.txt")])?;
    let left: Vec<_> = ["b.bin", "sub", "sub/inner.txt"]
        .map(str::to_owned)
        .to_vec();
    equal("what is left", &left, &paths_below(&site.there("d"))?)?;
    site.failed(21, ["rm", &site.url("d/sub")])?;
    holds(site.there("d/sub").is_dir(), "a directory was deleted")
}

fn rm_recursive(site: &Site<'_>) -> Result<()> {
    fs::create_dir(site.there("linked"))?;
    fs::write(site.there("linked/kept"), "kept")?;
    std::os::unix::fs::symlink("../linked", site.there("d/link"))?;
    site.give_to_sessions()?;
    site.done(["rm", "-r", &site.url("d")])?;
    let left: Vec<_> = ["linked", "linked/kept"].map(str::to_owned).to_vec();
    equal("what is left", &left, &paths_below(&site.there(""))?)?;
    site.done(["rm", "-rf", &site.url("d")])?;
    site.failed(78, ["rm", "-r", &site.url("d")]).map(drop)
}

fn mv(site: &Site<'_>) -> Result<()> {
    let bytes = fs::read(site.there("d/a.txt"))?;
    let new = format!("{WRITABLE}/d/new name.txt");
    site.done(["mv", &site.url("d/a.txt"), &new])?;
    equal(
        "the bytes",
        &bytes,
        &fs::read(site.there("d/new name.txt"))?,
    )?;
    site.done(["mv", &site.url("d/new%20name.txt"), &site.url("d/sub/")])?;
    equal(
        "the bytes",
        &bytes,
        &fs::read(site.there("d/sub/new name.txt"))?,
    )?;
    site.done(["mv", &site.url("d/sub"), &site.url("moved")])?;
    holds(
        site.there("moved/inner.txt").exists(),
        "the directory has not moved",
    )?;
    site.failed(21, ["mv", &site.url("d/none"), &site.url("d/other")])?;
    site.failed(2, ["mv", &site.url("d/b.bin"), "ftp://other.example/b"])
        .map(drop)
}

fn mkdir(site: &Site<'_>) -> Result<()> {
    site.done(["mkdir", &site.url("d/new"), &site.url("d/two%20words")])?;
    site.failed(21, ["mkdir", &site.url("d/new")])?;
    site.failed(21, ["mkdir", &site.url("none/new")])?;
    site.done(["mkdir", "-p", &site.url("x/y/z")])?;
    site.done(["mkdir", "-p", &site.url("x/y/z")])?;
    for name in ["d/new", "d/two words", "x/y/z"] {
        holds(site.there(name).is_dir(), format!("{name} was not made"))?;
    }
    Ok(())
}

fn rmdir(site: &Site<'_>) -> Result<()> {
    site.failed(21, ["rmdir", &site.url("d/sub")])?;
    fs::remove_file(site.there("d/sub/inner.txt"))?;
    site.done(["rmdir", &site.url("d/sub")])?;
    holds(
        !site.there("d/sub").exists(),
        "the directory is still there",
    )?;
    site.failed(21, ["rmdir", &site.url("d/sub")]).map(drop)
}

/// vsftpd lets guests change no permissions.
fn chmod(site: &Site<'_>) -> Result<()> {
    let (file, other) = (site.url("d/a.txt"), site.url("d/two%20words.txt"));
    if site.kind() == Kind::Vsftpd {
        return site.failed(21, ["chmod", "640", &file]).map(drop);
    }
    site.done(["chmod", "640", &file, &other])?;
    for name in ["d/a.txt", "d/two words.txt"] {
        let mode = fs::metadata(site.there(name))?.permissions().mode();
        equal(name, &0o640, &(mode & 0o7777))?;
    }
    site.failed(21, ["chmod", "640", &site.url("d/none")])?;
    site.failed(2, ["chmod", "rwx", &file]).map(drop)
}

fn touch(site: &Site<'_>) -> Result<()> {
    let time =
        |name: &str| -> Result<SystemTime> { Ok(fs::metadata(site.there(name))?.modified()?) };
    site.done(["touch", "-t", "2003-02-01T04:05:06", &site.url("d/a.txt")])?;
    let set = UNIX_EPOCH + Duration::from_secs(1_044_072_306);
    equal("the time", &set, &time("d/a.txt")?)?;
    site.done(["touch", &site.url("d/a.txt"), &site.url("d/new")])?;
    let now = SystemTime::now();
    for name in ["d/a.txt", "d/new"] {
        let age = now.duration_since(time(name)?).unwrap_or_default();
        holds(
            age < Duration::from_secs(60),
            format!("{name} is {age:?} old"),
        )?;
    }
    equal("the size", &0, &fs::metadata(site.there("d/new"))?.len())?;
    site.done(["touch", "-c", &site.url("d/none")])?;
    holds(!site.there("d/none").exists(), "-c has made the file")
}
