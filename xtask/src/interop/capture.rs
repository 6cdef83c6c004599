//! Captures listings: each server lists a directory of known files, and this job writes the bytes
//! that the server sends to files, exactly as they came. `ftp-proto`'s tests
//! (`tests/listing/captured.rs`) parse these files. They compare the result with the `.corpus` file
//! of the server, in the same directory, which a person has reviewed. After a new capture, compare
//! it with the old one, and review each line of a `.corpus` file that must change.

use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use ftp_blocking::{Client, Error, TransferOptions, TransferType};

use super::way;
use crate::console::{chain, say};
use crate::servers::Result;
use crate::servers::foreign::{Kind, Program, Setting};
use crate::servers::tree::WRITABLE;
use crate::workspace;

/// The directory of the captured listings, relative to the workspace.
const DIRECTORY: &str = "ftp-proto/tests/listing/captured";

/// A file or directory of the listed directory: its name, what it is, its permission bits, and its
/// modification time in seconds since 1970.
type Member = (&'static str, Content, u32, u64);

/// What a member of the listed directory is.
enum Content {
    /// A file of this many bytes.
    File(u64),
    Directory,
    /// A symbolic link with this target.
    Link(&'static str),
}

use Content::{Directory, File as FileOf, Link};

// The times of the members. `ls`, and servers that list like `ls`, show no year for times of the
// last half year. If the listing is captured before May 2027, they show no year for `RECENT`.
const OLD: u64 = 1_000_000_000; // 2001-09-09T01:46:40
const LEAP_DAY: u64 = 1_709_210_096; // 2024-02-29T12:34:56
const RECENT: u64 = 1_795_170_615; // 2026-11-20T10:30:15

/// The target of a link that leads nowhere.
const LOST: &str = "gone to rest";

/// The members of the listed directory. `captured.rs` has the same list.
const MEMBERS: &[Member] = &[
    ("notes.txt", FileOf(5), 0o640, OLD),
    ("empty", FileOf(0), 0o644, LEAP_DAY),
    ("genome.fa", FileOf(1_234_567), 0o444, RECENT),
    ("run.sh", FileOf(42), 0o755, LEAP_DAY),
    (".hidden", FileOf(3), 0o600, OLD),
    ("sub", Directory, 0o755, LEAP_DAY),
    ("shared", Directory, 0o1777, RECENT),
    ("latest", Link("genome.fa"), 0, OLD),
    ("folder", Link("sub"), 0, OLD),
    ("nowhere", Link(LOST), 0, OLD),
    ("a name  with blanks", FileOf(7), 0o644, OLD),
    (" leading", FileOf(8), 0o644, OLD),
    ("trailing ", FileOf(9), 0o644, OLD),
    ("a -> b", FileOf(10), 0o644, OLD),
    ("semi; colon=1", FileOf(11), 0o644, OLD),
    ("käse-奶酪.txt", FileOf(12), 0o644, RECENT),
];

/// Captures the listings of each server. A command that a server refuses leaves no file.
pub(super) fn run(programs: &[Program]) -> Result<()> {
    let directory = workspace::root()?.join(DIRECTORY);
    fs::create_dir_all(&directory)?;
    for program in programs {
        let server = program.start(&Setting::default())?;
        fill(&server.root(), program.kind)?;
        let mut client = Client::connect(way::options(&server))?;
        client.login(server.user(), server.password())?;
        client.cwd(WRITABLE)?;
        let name = program.kind.name().to_ascii_lowercase();
        for (command, capture) in COMMANDS {
            let path = directory.join(format!("{name}.{command}"));
            match capture(&mut client) {
                Ok(bytes) => {
                    fs::write(&path, bytes)?;
                    say(&format!("captured {}", path.display()));
                }
                Err(error) => say(&format!("{name}: {}", chain(&error))),
            }
        }
        // Ignores an error, because simple-ftpd does not know QUIT.
        let _ = client.quit();
    }
    Ok(())
}

/// A command that lists, for example `mlsd`, and the function that captures its listing. The
/// command's name is also the ending of the captured file's name.
type Capture = (
    &'static str,
    fn(&mut Client) -> std::result::Result<Vec<u8>, Error>,
);

const COMMANDS: [Capture; 4] = [
    ("list", |client| listed(client, "LIST")),
    ("mlsd", |client| listed(client, "MLSD")),
    // Twisted wants a path.
    ("nlst", |client| {
        listed(client, "NLST").or_else(|_| listed(client, "NLST ."))
    }),
    ("stat", stat),
];

fn listed(client: &mut Client, command: &str) -> std::result::Result<Vec<u8>, Error> {
    let options = TransferOptions::new().with_type(TransferType::TEXT);
    let mut download = client.download_command(command, &options)?;
    let mut bytes = Vec::new();
    download.read_to_end(&mut bytes)?;
    download.finish()?;
    Ok(bytes)
}

/// Returns the reply to STAT, with its codes and line ends.
fn stat(client: &mut Client) -> std::result::Result<Vec<u8>, Error> {
    let reply = client.status(format!("/{WRITABLE}"))?;
    let lines = reply.lines().map(|line| [line, b"\r\n"].concat());
    Ok(lines.collect::<Vec<_>>().concat())
}

/// Creates the members in the directory that is listed.
fn fill(root: &Path, kind: Kind) -> Result<()> {
    let directory = root.join(WRITABLE);
    for (name, content, mode, time) in MEMBERS {
        let path = directory.join(name);
        match content {
            FileOf(size) => File::create(&path)?.set_len(*size)?,
            Directory => fs::create_dir(&path)?,
            // Leaves out the link that leads nowhere, because Twisted and simple-ftpd refuse to
            // list a directory with such a link.
            Link(LOST) if matches!(kind, Kind::Twisted | Kind::SimpleFtpd) => continue,
            Link(target) => {
                symlink(target, &path)?;
                touch(&path, *time)?;
                continue;
            }
        }
        fs::set_permissions(&path, Permissions::from_mode(*mode))?;
        touch(&path, *time)?;
    }
    // Sets the times of the listed directory and of the root above it, because some servers list
    // these two as `.` and `..`.
    touch(&directory, LEAP_DAY)?;
    touch(root, LEAP_DAY)
}

/// Sets the modification time of a file, a directory, or a link. The standard library cannot set the
/// time of a link itself.
fn touch(path: &Path, time: u64) -> Result<()> {
    let touch = Command::new("touch")
        .args(["--no-dereference", "--date", &format!("@{time}")])
        .arg(path)
        .status()?;
    match touch.success() {
        true => Ok(()),
        false => Err(format!("touch: {touch}").into()),
    }
}
