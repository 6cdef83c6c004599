//! What curl's own tests of FTP ask of a program, asked of this one. A row has the number of curl's
//! test, and says what it is about. `docs/FTPX-AND-CURL.md` lists each row that differs.

mod logins;
mod names;
mod refusals;
mod transfers;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::program::Program;
use crate::server::{Server, Setup};

/// One of curl's tests, and what this program does in its place.
#[derive(Clone, Copy)]
struct Row {
    /// The number of curl's test.
    number: u16,
    /// What it says.
    says: &'static str,
    /// The words of this program. `{}` stands for the address of the server.
    words: &'static [&'static str],
    /// Fixed replies of the server.
    replies: &'static [(&'static str, &'static str)],
    /// The exit code of curl, and that of this program.
    codes: [i32; 2],
    /// Commands that the server must get, in this order. Others may come between them.
    told: &'static [&'static str],
    /// Standard output.
    shows: Option<&'static str>,
    /// How this program differs. Nothing: it does the same.
    differs: &'static str,
}

/// All rows, a group for each file.
const GROUPS: [&[Row]; 4] = [logins::ROWS, names::ROWS, transfers::ROWS, refusals::ROWS];

/// A row in which all goes well.
const fn row(number: u16, says: &'static str, words: &'static [&'static str]) -> Row {
    Row {
        number,
        says,
        words,
        replies: &[],
        codes: [0, 0],
        told: &[],
        shows: None,
        differs: "",
    }
}

impl Row {
    const fn replies(self, replies: &'static [(&'static str, &'static str)]) -> Self {
        Self { replies, ..self }
    }

    const fn told(self, told: &'static [&'static str]) -> Self {
        Self { told, ..self }
    }

    const fn shows(self, text: &'static str) -> Self {
        let shows = Some(text);
        Self { shows, ..self }
    }

    /// Both fail with this code.
    const fn fails(self, code: i32) -> Self {
        let codes = [code, code];
        Self { codes, ..self }
    }

    /// The two exit codes differ.
    const fn codes(self, curl: i32, ours: i32) -> Self {
        let codes = [curl, ours];
        Self { codes, ..self }
    }

    const fn differs(self, differs: &'static str) -> Self {
        Self { differs, ..self }
    }

    /// Runs the program. Returns what is not as the row says.
    fn check(&self) -> Result<(), String> {
        let replies = self.replies.iter();
        let setup = replies.fold(Setup::new(), |setup, (verb, reply)| {
            setup.reply(verb, reply)
        });
        let server = setup.start();
        let program = Program::new();
        fill(&server, &program);
        let address = format!("127.0.0.1:{}", server.port);
        let words: Vec<_> = self
            .words
            .iter()
            .map(|word| word.replace("{}", &address))
            .collect();
        let said = program.run(words);
        let told = server.told();
        let about = |what: &str| format!("{what}: {:?}; {told:?}; {}", said.code, said.err);
        if said.code != Some(self.codes[1]) {
            return Err(about("another exit code"));
        }
        let is_silent = said.err.is_empty();
        if said.err.contains("panicked") || (said.code == Some(0)) != is_silent {
            return Err(about("another standard error"));
        }
        let mut commands = told.iter();
        for command in self.told {
            if !commands.any(|line| line == command) {
                return Err(about(&format!("{command} is missing")));
            }
        }
        match self.shows {
            Some(text) if text != said.text() => Err(about(&format!("shows {:?}", said.text()))),
            _ => Ok(()),
        }
    }
}

/// What is on the server and on the local disk at first.
fn fill(server: &Server, program: &Program) {
    for (name, bytes) in [
        ("file", "data\n"),
        ("a/b/c/file", "deep\n"),
        ("two words", "blank\n"),
        ("fir#t/third/x", ""),
        ("empty", ""),
        ("t/a.txt", "1"),
        ("t/b.txt", "2"),
        ("t/c.bin", "3"),
    ] {
        server.files.write(name, bytes);
    }
    for (name, text) in [
        ("up", "to upload\n"),
        ("other-up", "more\n"),
        ("cd", "cd t\n"),
        ("download-and-rm", "cat file\nrm t/c.bin\n"),
        ("rm-download-rm", "rm t/b.txt\ncat file\nrm t/c.bin\n"),
        ("two-uploads", "put up t/149\nput up a/149\n"),
        ("pwd", "pwd\n"),
    ] {
        program.place.write(name, text);
    }
    let by_host = "machine 127.0.0.1 login user1 password passwd1\n\
                   machine 127.0.0.1 login mary password yram\n";
    let macros = "macdef testmacro\n  bin\n  cd default\n\n\
                  machine 127.0.0.1 login user1 password passwd1\n";
    let default = "machine other.example login no password no\n\
                   default login userdef password passwddef\n";
    for (name, text) in [
        ("rc", by_host),
        ("rc-macro", macros),
        ("rc-default", default),
    ] {
        let path = program.place.write(name, text);
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).expect("it is ours");
    }
}

#[test]
fn each_row_is_as_it_says() {
    let rows = GROUPS.concat();
    let mut wrong = Vec::new();
    std::thread::scope(|scope| {
        let checks: Vec<_> = rows
            .iter()
            .map(|row| (row, scope.spawn(|| row.check())))
            .collect();
        for (row, check) in checks {
            let result = check.join().unwrap_or_else(|_| Err("panicked".into()));
            if let Err(what) = result {
                wrong.push(format!("{}, {}: {what}", row.number, row.says));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_row_with_another_exit_code_says_why() {
    for row in GROUPS.concat() {
        let is_same = row.codes[0] == row.codes[1];
        assert!(is_same || !row.differs.is_empty(), "{}", row.number);
    }
}

#[test]
fn the_document_has_each_row_that_differs() {
    let document = include_str!("../../../../docs/FTPX-AND-CURL.md");
    let rows = GROUPS.concat();
    let mut differing = 0;
    for row in rows.iter().filter(|row| !row.differs.is_empty()) {
        let [curl, ours] = row.codes;
        let codes = match curl == ours {
            true => String::new(),
            false => format!("{curl}, {ours}"),
        };
        let line = format!(
            "| {} | {} | {codes} | {} |",
            row.number, row.says, row.differs
        );
        assert!(document.contains(&line), "this line is missing:\n{line}");
        differing += 1;
    }
    let counts = format!("{} rows, of which {differing} differ", rows.len());
    assert!(
        document.contains(&counts),
        "the document should say: {counts}"
    );
}
