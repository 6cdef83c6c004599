//! Local files for the tests (some cannot be read or written), and a server that resets data
//! connections.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use socket2::SockRef;

fn fresh() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("bulk-{}-{number}", std::process::id());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A directory for the files of one test. It is deleted in the end.
pub(crate) struct Room(PathBuf);

impl Room {
    pub(crate) fn new() -> Self {
        let path = fresh();
        std::fs::create_dir_all(&path).expect("a new directory");
        Self(path)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file with a modification time in 2020, before that of all files of the simulator.
    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let mut file = File::create(self.path(name)).expect("a new file");
        file.write_all(content).expect("there is room");
        let time = UNIX_EPOCH + Duration::from_secs(1_577_836_800);
        file.set_modified(time).expect("a time");
    }

    pub(crate) fn content(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file")
    }

    /// Returns the names of all files in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into()).collect();
        names.sort();
        names
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes a link.
pub(crate) fn symlink(target: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, link);
    // Windows wants to know whether the link leads to a directory.
    #[cfg(windows)]
    match target.as_ref().is_dir() {
        true => std::os::windows::fs::symlink_dir(target, link),
        false => std::os::windows::fs::symlink_file(target, link),
    }
}

fn opened(options: &mut OpenOptions) -> File {
    let path = fresh();
    let file = options.create_new(true).open(&path).expect("a new file");
    std::fs::remove_file(path).expect("open files need no name");
    file
}

/// Creates a file with this content. Reading and writing begin at its start.
pub(crate) fn holding(content: &[u8]) -> File {
    let mut file = opened(OpenOptions::new().read(true).write(true));
    file.write_all(content).expect("there is room");
    file.rewind().expect("a regular file");
    file
}

/// Creates a file with this content that is opened for appending (O_APPEND).
pub(crate) fn appending_to(content: &[u8]) -> File {
    let mut file = opened(OpenOptions::new().read(true).append(true));
    file.write_all(content).expect("there is room");
    file
}

/// Creates a file that is opened for writing only, so that every read fails.
pub(crate) fn unreadable() -> File {
    let file = opened(OpenOptions::new().write(true));
    file.set_len(1_000_000).expect("a regular file");
    file
}

/// Opens `/dev/full`, on which every write fails as if the disk were full.
pub(crate) fn full() -> File {
    let full = OpenOptions::new().write(true).open("/dev/full");
    full.expect("a device of every Linux")
}

/// Returns the whole content of a file.
pub(crate) fn content(mut file: &File) -> Vec<u8> {
    let mut content = Vec::new();
    file.rewind().expect("a regular file");
    file.read_to_end(&mut content).expect("readable");
    content
}

/// Returns bytes without long repetitions. If a client puts a part in the wrong place, a comparison
/// with these bytes fails.
pub(crate) fn big(length: usize) -> Vec<u8> {
    let mut state: u32 = 7;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// Starts a server for one session, and returns its port. The server resets each data connection,
/// and then confirms the transfer with 226. In a download the server sends `bytes` before the
/// reset. The client may lose those bytes that it has not read before the reset. The server reads
/// an upload to its end, but reports a SIZE of ten bytes for the file `cut`.
pub(crate) fn serve_resets(bytes: Vec<u8>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (mut control, _) = listener.accept().expect("a client");
        let mut lines = BufReader::new(control.try_clone().expect("a second handle"));
        let mut say = |text: &str| control.write_all(text.as_bytes()).expect("a reply");
        say("220 ready\r\n");
        let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let mut line = String::new();
        let mut stored = 0;
        while lines.read_line(&mut line).expect("a command") > 0 {
            match line.split_ascii_whitespace().next() {
                Some("EPSV") => {
                    let port = data.local_addr().expect("an address").port();
                    say(&format!("229 here (|||{port}|)\r\n"));
                }
                Some("RETR") => {
                    let (mut data, _) = data.accept().expect("the client connects first");
                    say("150 coming\r\n");
                    data.write_all(&bytes).expect("taken");
                    let linger = Some(Duration::ZERO);
                    SockRef::from(&data).set_linger(linger).expect("an option");
                    drop(data);
                    say("226 done\r\n");
                }
                Some("STOR") => {
                    let (mut data, _) = data.accept().expect("the client connects first");
                    say("150 coming\r\n");
                    stored = io::copy(&mut data, &mut io::sink()).expect("sent");
                    if line.trim_end() == "STOR cut" {
                        stored = 10;
                    }
                    let linger = Some(Duration::ZERO);
                    SockRef::from(&data).set_linger(linger).expect("an option");
                    drop(data);
                    say("226 done\r\n");
                }
                Some("SIZE") => say(&format!("213 {stored}\r\n")),
                Some("PWD") => say("257 \"/\"\r\n"),
                Some("QUIT") => say("221 bye\r\n"),
                _ => say("200 ok\r\n"),
            }
            line.clear();
        }
    });
    port
}
