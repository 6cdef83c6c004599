//! Runs dialogues with CPython's ftplib, in one Python process that reads a request from each line
//! of its input.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::dialogue::{Dialogue, Encoding, Mode};

/// The environment variable that makes the tests fail if there is no python3 with ftplib.
const REQUIRED: &str = "FTP_REQUIRE_PYTHON";

/// How long to wait for Python's result of one dialogue. It is several times the sum of the
/// sockets' time limits, so only a Python process that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(60);

struct Python {
    child: Child,
    calls: ChildStdin,
    outcomes: Receiver<String>,
}

/// Returns whether there is a python3 with ftplib. If there is none, prints a note once.
///
/// # Panics
/// If there is no such python3, but the environment requires one.
pub(crate) fn is_there() -> bool {
    static THERE: LazyLock<bool> = LazyLock::new(|| {
        let found = Command::new("python3")
            // Only a Python from 3.9 on is used: in earlier versions `FTP` has no argument
            // `encoding`.
            .args(["-c", "import ftplib; ftplib.FTP(encoding='utf-8')"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !found {
            println!("no python3 with ftplib: only our own side of the dialogues is checked");
        }
        found
    });
    assert!(
        *THERE || env::var_os(REQUIRED).is_none(),
        "{REQUIRED} is set, but there is no python3 with ftplib"
    );
    *THERE
}

/// Makes the calls of a dialogue with ftplib. Returns the result of each call.
pub(crate) fn run(dialogue: &Dialogue, port: u16, target: Option<u16>) -> Vec<Vec<u8>> {
    static PYTHON: LazyLock<Mutex<Python>> = LazyLock::new(|| Mutex::new(start()));
    let mut python = PYTHON.lock().unwrap_or_else(PoisonError::into_inner);
    let line = request(dialogue, port, target);
    writeln!(python.calls, "{line}").expect("python reads");
    let answer = python.outcomes.recv_timeout(PATIENCE);
    let answer = answer.unwrap_or_else(|error| {
        let _ = python.child.kill();
        panic!("{}: ftplib does not answer: {error}", dialogue.name)
    });
    answer.split('\t').map(decoded).collect()
}

fn start() -> Python {
    // The Python process reads its standard input from this process. So when this process ends,
    // Python reaches the end of its input and ends too.
    let mut child = Command::new("python3")
        .args(["-X", "utf8", "-W", "ignore", "-c", include_str!("peer.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let calls = child.stdin.take().expect("a pipe");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (told, outcomes) = channel();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if told.send(line).is_err() {
                return;
            }
        }
    });
    Python {
        child,
        calls,
        outcomes,
    }
}

fn request(dialogue: &Dialogue, port: u16, target: Option<u16>) -> String {
    let setting = &dialogue.setting;
    let mut fields = vec![
        format!("host={}", dialogue.script.host()),
        format!("port={port}"),
        format!("timeout={}", setting.timeout.as_secs_f64()),
    ];
    fields.push(match setting.mode {
        Mode::Passive => "mode=passive".into(),
        Mode::Active => "mode=active".into(),
    });
    fields.push(match setting.encoding {
        Encoding::Utf8 => "encoding=utf-8".into(),
        Encoding::Latin1 => "encoding=latin-1".into(),
    });
    fields.extend(setting.source.map(|source| format!("source={source}")));
    fields.extend(setting.trust.then(|| "trust=".into()));
    fields.extend(target.map(|target| format!("target={target}")));
    for name in dialogue.opening() {
        fields.push((*name).into());
    }
    for call in &dialogue.calls {
        let parts: Vec<String> = call.iter().map(|part| encoded(part)).collect();
        fields.push(parts.join(","));
    }
    fields.join("\t")
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                let digits = std::str::from_utf8(&digits).expect("two digits");
                u8::from_str_radix(digits, 16).expect("two digits")
            }
            byte => byte,
        });
    }
    decoded
}
