//! Ctrl-C, and what it leaves.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::program::{Program, Said};
use crate::server::{Event, Server, Setup};

/// Runs the program, sends it SIGINT when the server stalls, and returns what it has said.
fn interrupted(program: &Program, server: &Server, words: &[&str]) -> Said {
    interrupted_with(program, server, words, Stdio::null())
}

fn interrupted_with(
    program: &Program,
    server: &Server,
    words: &[&str],
    stdin: impl Into<Stdio>,
) -> Said {
    let child = program
        .command(words)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let (id, events) = (child.id(), server.events());
    let waits = thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = events.send(Event::Ended(id));
        output
    });
    server.wait_for_stall(id);
    signal(id);
    let output = waits.join().expect("no panic");
    Said::from(output.expect("it ends"))
}

fn signal(process: u32) {
    let killed = Command::new("kill")
        .args(["-INT", &process.to_string()])
        .status();
    assert!(killed.expect("there is `kill`").success());
}

#[test]
fn a_download_leaves_no_half_file_under_its_name() {
    let server = Setup::new().stall(100_000).start();
    server.files.write("a", vec![b'x'; 1 << 20]);
    let program = Program::new();
    let said = interrupted(&program, &server, &["get", &server.at("a")]).failed(130);
    assert!(said.err.contains("stopped on request"), "{}", said.err);
    assert!(!program.place.has("a"));
}

#[test]
fn a_mirror_says_how_it_goes_on() {
    let server = Setup::new().stall(10).start();
    server.files.write("d/a", vec![b'x'; 1 << 20]);
    let program = Program::new();
    let words = ["mirror", &server.at("d"), "to"];
    let said = interrupted(&program, &server, &words).failed(130);
    assert!(
        said.err.contains("the same command goes on"),
        "{}",
        said.err
    );
    assert!(said.text().contains(" 0 failed"), "{}", said.text());
    assert!(!program.place.has("to/a"));
}

/// Writes a file that the buffers of the system do not hold.
fn large(program: &Program) -> PathBuf {
    let path = program.place.write("source", "");
    let file = File::options().write(true).open(&path);
    let made = file.and_then(|file| file.set_len(64 << 20));
    made.expect("there is room");
    path
}

/// Standard input is gone, so nothing could go on there.
#[test]
fn an_upload_of_standard_input_leaves_nothing() {
    let program = Program::new();
    let source = || File::open(large(&program)).expect("it is there");
    let server = Setup::new().stall(100_000).start();
    let words = ["put", "-", &server.at("d/b")];
    std::fs::create_dir(server.files.path().join("d")).expect("a directory");
    let said = interrupted_with(&program, &server, &words, source()).failed(130);
    assert!(said.err.contains("stopped on request ("), "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(!server.files.has("d/b") && !server.files.has("d/.b.ftp-part"));
    let words = ["put", "--no-temporary-name", "-", &server.at("d/b")];
    let said = interrupted_with(&program, &server, &words, source()).failed(130);
    assert!(said.err.contains("may be incomplete"), "{}", said.err);
    let words = ["put", "--append", "-", &server.at("d/b")];
    let said = interrupted_with(&program, &server, &words, source()).failed(130);
    assert!(said.err.contains("twice"), "{}", said.err);
}

/// The server does not let the program delete the part, so a person has to know of it.
#[test]
fn what_cannot_be_deleted_is_told() {
    let program = Program::new();
    let source = File::open(large(&program)).expect("it is there");
    let server = Setup::new().stall(100_000).reply("DELE", "550 no").start();
    let words = ["put", "-", &server.at("b")];
    let said = interrupted_with(&program, &server, &words, source).failed(130);
    assert!(said.err.contains(".b.ftp-part"), "{}", said.err);
    assert!(said.err.contains("`ftpx rm`"), "{}", said.err);
}

/// A shell whose lines come from a terminal.
struct Typed {
    child: Child,
    keys: File,
    chunks: Receiver<Vec<u8>>,
    /// What stands on the terminal after the last prompt.
    shown: String,
}

impl Typed {
    fn shell(program: &Program, server: &Server, words: &[&str]) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        // The programs of other tests must not inherit it.
        #[cfg(target_os = "linux")]
        let flags = flags | OpenptFlags::CLOEXEC;
        let keys = openpt(flags).expect("a terminal");
        grantpt(&keys).and_then(|()| unlockpt(&keys)).expect("ours");
        let name = ptsname(&keys, Vec::new()).expect("a name");
        // Without NOCTTY, it could become the terminal of this process.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let end = || rustix::fs::open(&name, flags, Mode::empty());
        let child = program
            .command(words)
            .env("TERM", "xterm")
            .stdin(end().expect("it is open"))
            .stdout(end().expect("it is open"))
            .stderr(end().expect("it is open"))
            .spawn()
            .expect("it starts");
        let keys = File::from(keys);
        let mut screen = keys.try_clone().expect("a descriptor");
        let (sender, chunks) = mpsc::channel();
        let (id, events) = (child.id(), server.events());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal ends with an error when the program has ended.
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                let _ = sender.send(buffer[..count].to_vec());
            }
            let _ = events.send(Event::Ended(id));
        });
        Self {
            child,
            keys,
            chunks,
            shown: String::new(),
        }
    }

    /// Waits for the next prompt. Returns what stands before it.
    fn answer(&mut self) -> String {
        loop {
            if let Some((answer, rest)) = self.shown.split_once("ftpx> ") {
                let answer = answer.to_owned();
                self.shown = rest.to_owned();
                return answer;
            }
            let chunk = self.chunks.recv();
            let chunk = chunk.unwrap_or_else(|_| panic!("no prompt in {}", self.shown));
            self.shown += &String::from_utf8_lossy(&chunk);
        }
    }

    fn types(&mut self, line: &str) {
        let line = format!("{line}\r");
        self.keys.write_all(line.as_bytes()).expect("a terminal");
    }

    /// Checks that the shell still runs commands: it lists `b`, in which `c` is, and ends.
    #[track_caller]
    fn lists_and_exits(&mut self) {
        self.types("ls b");
        let answer = self.answer();
        assert!(answer.contains("\nc\r\n"), "{answer}");
        self.types("exit");
        let status = self.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0));
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The editor of lines must not take the signal away from the transfer.
#[test]
fn ctrl_c_stops_a_command_of_a_shell_and_not_the_shell() {
    let server = Setup::new().stall(100_000).start();
    server.files.write("a", vec![b'x'; 1 << 20]);
    server.files.write("b/c", "");
    let program = Program::new();
    let words = ["shell", "--retries", "0", &server.at("")];
    let mut shell = Typed::shell(&program, &server, &words);
    shell.answer();
    shell.types("get a");
    server.wait_for_stall(shell.child.id());
    signal(shell.child.id());
    let answer = shell.answer();
    assert!(answer.contains("stopped on request"), "{answer}");
    shell.lists_and_exits();
    assert!(!program.place.has("a"));
}

/// As in the shell of a system, where Ctrl-C is for the command.
#[test]
fn ctrl_c_does_not_end_a_shell_while_a_command_of_this_machine_runs() {
    let server = Server::new();
    server.files.write("b/c", "");
    let program = Program::new();
    let mut shell = Typed::shell(&program, &server, &["shell", &server.at("")]);
    shell.answer();
    shell.types("!kill -INT $PPID; echo he''re");
    let answer = shell.answer();
    assert!(answer.contains("here"), "{answer}");
    shell.lists_and_exits();
}
