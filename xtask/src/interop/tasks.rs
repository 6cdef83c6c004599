//! The tasks: questions to a server that do not fit into a row of the contract table. Some need two
//! sessions, local files, or names that are not text. Some choose a command by an earlier reply, or
//! need a directory without write permission. Some need more bytes or time than the adapters' own
//! tests should take.

use std::fs::{self, File};

use ftp_blocking::ErrorKind;
use ftp_blocking::wire::{Escaped, Telnet};

use super::cell::{Cell, confirmed};
use super::trust::Secured;
use super::way::Way;
use super::{metadata, names, trees, whole_files};
use crate::job::client::{End, Listing, Stop, Storing, ask};
use crate::job::content::{Content, compare, equal};
use crate::job::{during, shown};
use crate::servers::Result;
use crate::servers::foreign::Kind;
use crate::servers::listening::Family;
use crate::servers::tls::TlsVersion;
use crate::servers::tree::CLOSED;

/// The size in bytes of the file that is transferred in part. Socket buffers hold less, so the
/// transfer is still running when the client aborts or drops it.
const UNDER_WAY: usize = 16 * 1024 * 1024;
const DOWN: u64 = UNDER_WAY as u64 / 8;
const UP: u64 = UNDER_WAY as u64 / 2;

const LARGE: u64 = 256 * 1024 * 1024;
const THOUSAND: usize = 1_000;

/// Directory names that contain the byte 0xFF, which is IAC in Telnet. The text before each name
/// says what follows the byte 0xFF.
const IAC: [(&str, &[u8]); 4] = [
    ("a letter", b"a\xffb"),
    ("itself", b"a\xff\xffb"),
    ("the end", b"a\xff"),
    ("Telnet's IP", b"a\xff\xf4b"),
];

/// A question that does not fit into a row of the contract table.
#[derive(Clone, Copy)]
pub(super) enum Task {
    Files,
    Unique,
    Download(Stop),
    Upload(Stop),
    NoPermission,
    TwoSessions,
    Copy,
    Name(&'static [u8]),
    /// The task of `names.rs`: names of any bytes.
    AnyName,
    /// The task of `metadata.rs`: what the server tells about files, and what it can set.
    Metadata,
    /// The task of `whole_files.rs`: `get_file`, `put_file` and `fetch`.
    WholeFiles,
    /// The task of `trees.rs`: plans and syncs of whole trees.
    Trees,
    Directory(&'static [u8]),
    Iac(Telnet),
    Large,
    Thousand,
    /// The test of idle sessions. It runs at the same time as all other questions, with a separate
    /// server.
    Idle,
}

/// All tasks, each with its name in the report.
pub(super) const TASKS: &[(&str, Task)] = &[
    ("files, by the kernel", Task::Files),
    ("STOU", Task::Unique),
    ("download aborted", Task::Download(Stop::After(DOWN))),
    ("upload aborted", Task::Upload(Stop::After(UP))),
    ("download dropped", Task::Download(Stop::DropAfter(DOWN))),
    ("upload dropped", Task::Upload(Stop::DropAfter(UP))),
    ("upload without permission", Task::NoPermission),
    ("two sessions at once", Task::TwoSessions),
    ("copy between two sessions", Task::Copy),
    (
        "name with blanks inside",
        Task::Name(b"a name  with blanks"),
    ),
    ("name with quotes", Task::Name(b"a \"quoted\" 'name'")),
    ("name with a leading blank", Task::Name(b" leading")),
    ("name with a trailing blank", Task::Name(b"trailing ")),
    ("name with ;", Task::Name(b"a;b=c; d")),
    ("name that begins with -", Task::Name(b"-la")),
    ("name in UTF-8", Task::Name("käse-奶酪".as_bytes())),
    ("name in Latin-1", Task::Name(b"caf\xe9")),
    ("name with 0xFF", Task::Name(b"a\xffb")),
    ("names of any bytes", Task::AnyName),
    ("directory with 0xFF, PWD", Task::Directory(b"a\xffb")),
    ("0xFF as it is in names", Task::Iac(Telnet::Raw)),
    ("0xFF doubled in names", Task::Iac(Telnet::Doubled)),
    ("256 MiB, both ways", Task::Large),
    ("1,000 files in one session", Task::Thousand),
    ("metadata", Task::Metadata),
    ("whole files", Task::WholeFiles),
    ("trees", Task::Trees),
    (IDLE, Task::Idle),
];

pub(super) const IDLE: &str = "silent too long";

impl Task {
    /// Returns whether the task runs in this way of connecting. In the first way of [`Way::ALL`]
    /// every task runs, even if this function returns `false`.
    pub(super) fn is_done(self, way: Way) -> bool {
        match self {
            Self::Iac(_) | Self::Large | Self::Thousand | Self::Idle => false,
            // This task runs in clear text (the first way) and under TLS 1.2, which every server
            // with TLS has.
            Self::AnyName | Self::WholeFiles => {
                way.secured == Some(Secured::new(TlsVersion::Tls12))
            }
            Self::TwoSessions => way.family == Family::V4,
            // A copy under TLS would fail: one of the two servers would have to be the TLS client
            // on the data connection, and none of the servers can.
            Self::Copy => way.family == Family::V4 && way.secured.is_none(),
            _ => true,
        }
    }

    /// Returns the texts of the task's steps. If the task is a single step, the text of this step
    /// is empty.
    pub(super) fn steps(self) -> Vec<String> {
        match self {
            Self::AnyName => names::steps(),
            Self::Metadata => metadata::steps(),
            Self::WholeFiles => whole_files::steps(),
            Self::Trees => trees::steps(),
            _ => vec![String::new()],
        }
    }
}

impl Cell<'_> {
    /// Does the task. Returns each step with an unexpected result, and this result. A task of a
    /// single step returns an error instead.
    pub(super) fn task(&mut self, task: Task) -> Result<Vec<(usize, String)>> {
        self.begin()?;
        match task {
            Task::AnyName => return self.names_of_any_bytes(),
            Task::Metadata => return self.metadata(),
            Task::WholeFiles => return self.whole_files(),
            Task::Trees => return self.trees(),
            Task::Files => self.files(),
            Task::Unique => self.unique(),
            Task::Download(stop) => self.give_up_download(stop),
            Task::Upload(stop) => self.give_up_upload(stop),
            Task::NoPermission => self.no_permission(),
            Task::TwoSessions => self.two_sessions(),
            Task::Copy => self.copy(),
            Task::Name(name) => self.name(name),
            Task::Directory(name) => self.directory(name),
            Task::Iac(telnet) => self.iac(telnet),
            Task::Large => self.large(),
            Task::Thousand => self.thousand(),
            Task::Idle => Err("is done beside the others".into()),
        }?;
        self.check_in_step("the task")?;
        Ok(Vec::new())
    }

    // Methods that several tasks call.

    /// Checks that replies still match the commands: PWD must return the root directory.
    pub(super) fn check_in_step(&mut self, after: &str) -> Result<()> {
        let pwd = ask!(self.client().open(), it => it.pwd());
        let pwd = during(&format!("PWD after {after}"), pwd)?;
        equal(
            &format!("the directory after {after}"),
            &"/".to_owned(),
            &pwd.to_string(),
        )
    }

    /// Checks that PWD, a small upload and a download still work. `after` says what came before,
    /// for the error.
    fn works(&mut self, after: &str) -> Result<()> {
        self.check_in_step(after)?;
        let content = &self.block[..5_000];
        self.store(b"more work", content)?;
        self.has(b"more work", content)?;
        self.fetch(b"more work", Content::of(content))
    }

    /// Returns the sorted names that NLST lists in the current directory.
    fn names(&mut self) -> Result<Vec<Vec<u8>>> {
        let listed = during("NLST", self.client().listing(Listing::Names, None))?;
        let mut found = listed.lines;
        // Removes `.` and `..`, which Pure-FTPd lists. The question `listings` already tests this,
        // and `exceptions.rs` names the difference there.
        found.retain(|name| !matches!(name.as_slice(), b"." | b".."));
        found.sort();
        Ok(found)
    }

    // Tasks with transfers.

    fn files(&mut self) -> Result<()> {
        // The local files are outside the directory that clients see, next to it.
        let (here, back) = (self.disk(b"../here"), self.disk(b"../back"));
        fs::write(&here, &self.block[..UNDER_WAY - 11])?;
        let sent = self.client().send(&File::open(&here)?, b"file");
        let sent = during("sending a file", sent)?;
        equal("bytes sent", &(UNDER_WAY as u64 - 11), &sent.bytes)?;
        let came = self.client().save(b"file", &File::create(&back)?);
        let came = during("saving to a file", came)?;
        equal("bytes saved", &sent.bytes, &came.bytes)?;
        compare(
            "the file that came back",
            &fs::read(here)?,
            &fs::read(back)?,
        )
    }

    /// Checks that each STOU creates a new file, and that the file has the name in the server's
    /// reply.
    fn unique(&mut self) -> Result<()> {
        let mut names = Vec::new();
        for suggestion in [Some("suggested"), Some("suggested"), None] {
            let content = Content::of(&self.block[..1_000]);
            let moved = self.send(Storing::Unique(suggestion), content, Stop::Never);
            let moved = during("STOU", moved)?;
            confirmed(&moved)?;
            let End::Confirmed(completion) = moved.end else {
                continue;
            };
            let name = completion.name.ok_or_else(|| {
                let reply = &completion.reply;
                format!("STOU: no name in {reply}")
            })?;
            let name = Vec::from(name);
            if names.contains(&name) {
                return Err(format!("STOU: {} twice", Escaped::new(&name)).into());
            }
            self.has(&name, &self.block[..1_000])?;
            names.push(name);
        }
        Ok(())
    }

    fn give_up_download(&mut self, stop: Stop) -> Result<()> {
        self.put(b"file", &self.block[..UNDER_WAY])?;
        let end = self.fetch_part(b"file", stop)?;
        self.given_up(&end)?;
        self.works("it was given up")?;
        // Two downloads are aborted or dropped, one directly after the other. The session must
        // still work.
        self.fetch_part(b"file", stop)?;
        self.fetch_part(b"file", stop)?;
        self.works("it was given up twice")
    }

    /// Begins a download, aborts or drops it as `stop` says, and checks the bytes that have
    /// arrived.
    fn fetch_part(&mut self, name: &[u8], stop: Stop) -> Result<End> {
        let block = self.block;
        let mut received = Vec::new();
        let mut into = |bytes: &[u8]| received.extend_from_slice(bytes);
        let options = Default::default();
        let moved = self.client().download(name, &options, stop, &mut into);
        let moved = during("downloading in part", moved)?;
        if received[..] != block[..received.len()] {
            return Err("the part differs".into());
        }
        Ok(moved.end)
    }

    fn give_up_upload(&mut self, stop: Stop) -> Result<()> {
        let content = Content::of(&self.block[..UNDER_WAY]);
        let moved = self.send(Storing::Store(b"file"), content, stop);
        let moved = during("uploading in part", moved)?;
        self.given_up(&moved.end)?;
        self.works("it was given up")?;
        // The server may keep a part of the file or delete it, but the file must not be whole.
        let part = fs::read(self.disk(b"file")).unwrap_or_default();
        if part.len() >= UNDER_WAY || part[..] != self.block[..part.len()] {
            return Err(format!("{} bytes are left, not a part", part.len()).into());
        }
        Ok(())
    }

    fn given_up(&self, end: &End) -> Result<()> {
        match end {
            End::Confirmed(_) => Err("it came to its end before it was given up".into()),
            End::Aborted(aborted) => {
                let reply = aborted.reply.as_ref().map(ToString::to_string);
                self.dialogue.line(format!("  # aborted: {reply:?}"));
                Ok(())
            }
            End::Dropped => Ok(()),
        }
    }

    fn no_permission(&mut self) -> Result<()> {
        self.put_directory(CLOSED.as_bytes(), 0o755)?;
        let name = [CLOSED.as_bytes(), b"/file"].concat();
        let content = Content::of(&self.block[..1_000]);
        match self.send(Storing::Store(&name), content, Stop::Never) {
            Ok(_) => return Err("uploading: not refused".into()),
            Err(error) if matches!(error.kind(), ErrorKind::Permanent | ErrorKind::Transient) => {}
            Err(error) => return during("uploading", Err(error)),
        }
        self.works("a refused upload")
    }

    // Tasks with two sessions.

    /// Uploads in one session while a second session downloads. Both files must arrive whole.
    fn two_sessions(&mut self) -> Result<()> {
        let content = &self.block[..UNDER_WAY];
        self.put(b"down", content)?;
        let mut other = self.session()?;
        std::thread::scope(|scope| {
            let upload = scope.spawn(|| {
                let (how, options) = (Storing::Store(b"up"), Default::default());
                let content = Content::of(content);
                let moved = other
                    .upload(how, &options, content, Stop::Never, &|_| {})
                    .map_err(|error| error.to_string())?;
                confirmed(&moved).map_err(|error| error.to_string())?;
                other.quit().map_err(|error| error.to_string())
            });
            let download = self.fetch(b"down", Content::of(content));
            let upload = upload.join().unwrap_or_else(|_| Err("panicked".to_owned()));
            upload.map_err(|error| format!("the other session: {error}"))?;
            download
        })?;
        self.has(b"up", content)
    }

    /// Copies a file between two sessions. The server sends the file to itself, so no byte of the
    /// file passes through this program.
    fn copy(&mut self) -> Result<()> {
        let content = &self.block[..300_007];
        self.put(b"original", content)?;
        let mut other = self.session()?;
        let copied = self.client().copy(b"original", &mut other, b"copy");
        during("copying", copied)?;
        self.has(b"copy", content)?;
        self.works("a copy")?;
        during("QUIT", other.quit()).map(drop)
    }

    // Tasks about names.

    /// Checks that a file name keeps its bytes: in an upload, on the server's disk, in listings,
    /// and in a download.
    fn name(&mut self, name: &[u8]) -> Result<()> {
        let content = &self.block[..100];
        self.store(name, content)?;
        self.has(name, content)?;
        let found = self.names()?;
        alike("NLST", &shown(&[name.to_vec()]), &shown(&found))?;
        let features = ask!(self.client().open(), it => it.features());
        if during("FEAT", features)?.supports("MLST") {
            let entries = ask!(self.client().open(), it => it.mlsd(None));
            let entries = during("MLSD", entries)?;
            let files = entries.iter().filter(|entry| entry.is_file());
            let found: Vec<_> = files.map(|entry| entry.name().to_vec()).collect();
            alike("MLSD", &shown(&[name.to_vec()]), &shown(&found))?;
        }
        self.fetch(name, Content::of(content))?;
        let size = ask!(self.client().open(), it => it.size(name));
        equal("SIZE", &Some(100), &during("SIZE", size)?)?;
        during("DELE", ask!(self.client().open(), it => it.delete(name)))?;
        self.has_not(name)
    }

    /// Checks that the name of a directory keeps its bytes, also in the reply to PWD.
    fn directory(&mut self, name: &[u8]) -> Result<()> {
        during("MKD", ask!(self.client().open(), it => it.mkd(name)))?;
        if !self.disk(name).is_dir() {
            let there = self.entries()?;
            return Err(format!("MKD: there is {}", shown(&there)).into());
        }
        during("CWD", ask!(self.client().open(), it => it.cwd(name)))?;
        let pwd = during("PWD", ask!(self.client().open(), it => it.pwd()))?;
        during("CWD ..", ask!(self.client().open(), it => it.cwd("..")))?;
        let expected = [b"/", name].concat();
        alike("PWD", &shown(&[expected]), &shown(&[pwd.into()]))?;
        during("RMD", ask!(self.client().open(), it => it.rmd(name)))?;
        self.has_not(name)
    }

    /// Checks whether directory names with the byte 0xFF arrive unchanged. `telnet` says how the
    /// client sends this byte: as it is, or doubled as in Telnet.
    fn iac(&self, telnet: Telnet) -> Result<()> {
        let options = self.options.clone();
        let options = options.with_config(|config| config.with_telnet(telnet));
        let mut client = self.connected(options)?;
        during("logging in", self.login(&mut client))?;
        let mut mangled = Vec::new();
        for (what, name) in IAC {
            during("MKD", ask!(client.open(), it => it.mkd(name)))?;
            let kept = match self.server.kind {
                // These servers store U+FFFD instead of each byte that is not UTF-8.
                Kind::Pyftpdlib | Kind::Libunftp | Kind::FtpSrv | Kind::SimpleFtpd => {
                    String::from_utf8_lossy(name).into_owned().into()
                }
                // Twisted takes each byte for a Latin-1 character, and stores the name in UTF-8.
                Kind::Twisted => name
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect::<String>()
                    .into(),
                _ => name.to_vec(),
            };
            if self.entries()? != [kept] {
                mangled.push(what);
            }
            self.clear()?;
        }
        during("QUIT", client.quit())?;
        alike("mangled before", "", &mangled.join(", "))
    }

    // Tasks with large amounts of data.

    fn large(&mut self) -> Result<()> {
        // The block's length is no multiple of a buffer's size, so that a lost or doubled piece
        // shifts what follows and is noticed.
        let block = &self.block[..UNDER_WAY - 4_099];
        let content = Content::repeated(block, LARGE);
        let moved = self.send(Storing::Store(b"large"), content, Stop::Never);
        let moved = during("uploading 256 MiB", moved)?;
        equal("bytes sent", &LARGE, &confirmed(&moved)?)?;
        let size = ask!(self.client().open(), it => it.size("large"));
        equal("SIZE", &Some(LARGE), &during("SIZE", size)?)?;
        self.fetch(b"large", content)
    }

    fn thousand(&mut self) -> Result<()> {
        let name = |number: usize| format!("file-{number:04}").into_bytes();
        // The files have 0 to 1,999 bytes, and each begins at a different offset in the block.
        let content = |number: usize| number * 31..number * 31 + number * 7 % 2_000;
        let block = self.block;
        for number in 0..THOUSAND {
            self.store(&name(number), &block[content(number)])?;
        }
        let names: Vec<_> = (0..THOUSAND).map(name).collect();
        alike("NLST", &shown(&names), &shown(&self.names()?))?;
        for number in 0..THOUSAND {
            self.fetch(&name(number), Content::of(&block[content(number)]))?;
        }
        for number in 0..THOUSAND {
            let deleted = ask!(self.client().open(), it => it.delete(name(number)));
            during("DELE", deleted)?;
        }
        alike("what is left", "", &shown(&self.entries()?))
    }
}

/// Checks that two texts are equal. The error shows them as they are, because control characters in
/// them are already escaped.
fn alike(what: &str, expected: &str, found: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}: {expected} expected, {found} found").into())
}
