//! The task about names of any bytes: whatever a file is called, a client can upload it, find it in
//! the listing, and download, rename and delete it by the name that the listing shows.

use ftp_blocking::RemotePath;
use ftp_blocking::wire::Escaped;

use super::cell::Cell;
use crate::job::client::{Client, Entries, ask};
use crate::job::content::{Content, equal};
use crate::job::{during, shown};
use crate::servers::Result;

/// A class of names: what its names have in common, and these names.
type Class = (&'static str, &'static [&'static [u8]]);

/// A name of 200 bytes.
const LONG: &[u8] = &[b'n'; 200];

/// The names. Together they have every byte that FTP can carry in a name: all but NUL, CR, LF and
/// `/`. A directory holds all names of a class at once, so that similar names must stay apart.
const CLASSES: &[Class] = &[
    ("blanks inside", &[b"a b", b"a  b   c"]),
    ("leading blank", &[b" one", b"   three", b"one"]),
    ("trailing blank", &[b"one ", b"three   ", b"one"]),
    ("only blanks", &[b" ", b"   "]),
    ("leading dash", &[b"-", b"-la", b"--help", b"- b"]),
    ("dots", &[b".hidden", b"..a", b"...", b"a.", b"a.."]),
    ("semicolon", &[b"a;b", b"a; b", b"; b", b"size=3; b", b";"]),
    ("equals", &[b"=", b"a=b", b"type=dir;x"]),
    ("percent", &[b"%", b"100%", b"%s%n%41"]),
    ("arrow", &[b"a -> b", b" -> b", b"-> b", b"a ->", b"a"]),
    ("quotes", &[b"\"", b"a\"b", b"\"quoted\"", b"'", b"'quoted'"]),
    ("backslash", &[b"\\", b"a\\b", b"a\\", b"C:\\x", b"\\x41"]),
    ("brackets", &[b"[", b"[a]", b"b[a]c", b"a", b"bac"]),
    ("stars", &[b"*", b"a*b", b"a?b", b"?", b"axb"]),
    ("tilde", &[b"~", b"~root", b"a~"]),
    ("braces", &[b"{a,b}", b"{}", b"{"]),
    (
        "shell",
        &[b"$HOME", b"`x`", b"$(x)", b"a&b", b"a|b", b"#a", b"!a", b"<a>", b"a:b", b"@"],
    ),
    (
        "all of ASCII",
        &[
            b" !\"#$%&'()*+,-.0123456789:;<=>?@A",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`",
            b"abcdefghijklmnopqrstuvwxyz{|}~",
        ],
    ),
    ("tab", &[b"a\tb", b"\ta", b"a\t", b"\t"]),
    (
        "control bytes",
        &[
            b"a\x01\x02\x03\x04\x05\x06\x07\x08z",
            b"a\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1az",
            b"a\x1b\x1c\x1d\x1e\x1f\x7fz",
            b"\x1b[31mred",
        ],
    ),
    ("UTF-8", &["é".as_bytes(), "e\u{301}".as_bytes(), "奶酪-🧀".as_bytes()]),
    ("Latin-1", &[b"caf\xe9", b"\xa0nbsp\xa0"]),
    ("not UTF-8", &[b"a\xc3", b"\xed\xa0\x80", b"\xc0\xae", b"\x80"]),
    (
        "high bytes",
        &[
            b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\
              \x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab",
            b"\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\
              \xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7",
            b"\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\
              \xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
        ],
    ),
    ("0xFF", &[b"a\xffb", b"\xff\xff", b"\xff\xf4", b"a\xff"]),
    ("long", &[LONG]),
    (
        "like a listing",
        &[
            b"total 12",
            b"12:00 x",
            b"2024 x",
            b"Jan  1 12:00 x",
            b"2024-01-01 12:00 x",
            b"-rw-r--r-- 1 0 0 5 Jan  1  2024 x",
            b"01-01-24  10:00AM <DIR> x",
            b"type=file;size=3; x",
        ],
    ),
];

/// A check of file names: a word for what is checked, and the method that checks all names of a
/// class. The method returns a text for each file name that went wrong.
type Phase = (&'static str, fn(&mut Cell<'_>, &[&[u8]]) -> Vec<String>);

const PHASES: [Phase; 7] = [
    ("stored", |cell, names| cell.each(names, Cell::is_stored)),
    ("listed", |cell, names| cell.are_listed(names)),
    ("LIST", |cell, names| cell.are_listed_by_list(names)),
    ("fetched", |cell, names| {
        cell.each_listed(names, Cell::put_all, Cell::is_fetched)
    }),
    ("renamed", |cell, names| {
        cell.each_listed(names, Cell::put_all, Cell::is_renamed)
    }),
    ("deleted", |cell, names| {
        cell.each_listed(names, Cell::put_all, Cell::is_deleted)
    }),
    ("entered", |cell, names| {
        cell.each_listed(names, Cell::put_all_directories, Cell::is_entered)
    }),
];

/// Returns the steps of the task, for example `leading dash: listed`.
pub(super) fn steps() -> Vec<String> {
    let steps = CLASSES.iter().flat_map(|(class, _)| {
        PHASES
            .iter()
            .map(move |(phase, _)| format!("{class}: {phase}"))
    });
    steps.collect()
}

impl Cell<'_> {
    /// Does the task. Returns each step in which a file name went wrong: the step's number, and a
    /// text that says what went wrong.
    pub(super) fn names_of_any_bytes(&mut self) -> Result<Vec<(usize, String)>> {
        let mut different = Vec::new();
        let names = CLASSES.iter().map(|(_, names)| *names);
        let parts = names.flat_map(|names| PHASES.iter().map(move |(_, phase)| (names, phase)));
        for (step, (names, phase)) in parts.enumerate() {
            let wrong = phase(self, names);
            if !wrong.is_empty() {
                different.push((step, wrong.join(" | ")));
            }
        }
        Ok(different)
    }

    /// Calls `check` with each name. Before each call, empties the directory, and opens a session
    /// if none is open.
    fn each(
        &mut self,
        names: &[&[u8]],
        mut check: impl FnMut(&mut Self, &[u8]) -> Result<()>,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for name in names {
            let checked = self.clear().and_then(|()| self.begin());
            if let Err(error) = checked.and_then(|()| check(self, name)) {
                wrong.push(format!("{}: {error}", Escaped::new(name)));
                self.drop_broken_session();
            }
        }
        wrong
    }

    /// Lets `put` create files or directories with all these names on the server's disk, and lists
    /// them. Then calls `check` with each name and the path of its entry in the listing. If the
    /// listing does not show a name, `check` gets the name itself as the path.
    fn each_listed(
        &mut self,
        names: &[&[u8]],
        put: impl Fn(&Self, &[&[u8]]) -> Result<()>,
        check: impl Fn(&mut Self, &[u8], &RemotePath) -> Result<()>,
    ) -> Vec<String> {
        let listed = self.begin().and_then(|()| {
            put(self, names)?;
            during("read_dir", self.client().read_dir(None))
        });
        let entries = match listed {
            Ok(read) => read.entries,
            Err(error) => return self.said(Err(error)),
        };
        self.each(names, |cell, name| {
            put(cell, names)?;
            let entry = entries.iter().find(|entry| entry.name() == name);
            let path = match entry {
                Some(entry) => entry.path()?,
                None => RemotePath::new(name)?,
            };
            check(cell, name, &path)
        })
    }

    // Phases.

    fn is_stored(&mut self, name: &[u8]) -> Result<()> {
        let content = &self.block[..SIZE];
        self.store(name, content)?;
        self.has(name, content)
    }

    fn are_listed(&mut self, names: &[&[u8]]) -> Vec<String> {
        let listed = self.begin().and_then(|()| {
            self.put_all(names)?;
            check_listing(self.client(), names)
        });
        self.said(listed)
    }

    /// Checks, as `are_listed` does, that a listing shows all names. The session uses LIST, because
    /// it was told that the server has no MLSD.
    fn are_listed_by_list(&mut self, names: &[&[u8]]) -> Vec<String> {
        let listed = self.put_all(names).and_then(|()| {
            let check = |client: &mut Client| check_listing(client, names);
            self.with_list_only(check)
        });
        match listed {
            Ok(()) => Vec::new(),
            Err(error) => {
                self.drop_session();
                vec![error.to_string()]
            }
        }
    }

    fn is_fetched(&mut self, _: &[u8], path: &RemotePath) -> Result<()> {
        let content = Content::of(&self.block[..SIZE]);
        self.fetch(path.as_bytes(), content)
    }

    /// Renames the file to a plain name and back.
    fn is_renamed(&mut self, name: &[u8], path: &RemotePath) -> Result<()> {
        let content = &self.block[..SIZE];
        let renamed = ask!(self.client().open(), it => it.rename(path, PLAIN));
        during("renaming it", renamed)?;
        self.has(PLAIN, content)?;
        self.has_not(name)?;
        let renamed = ask!(self.client().open(), it => it.rename(PLAIN, path));
        during("renaming it back", renamed)?;
        self.has(name, content)
    }

    fn is_deleted(&mut self, name: &[u8], path: &RemotePath) -> Result<()> {
        during("DELE", ask!(self.client().open(), it => it.delete(path)))?;
        self.has_not(name)
    }

    /// Lists a directory of this name, which has one file. The session's current directory must
    /// stay the same.
    fn is_entered(&mut self, _: &[u8], path: &RemotePath) -> Result<()> {
        let read = during("read_dir", self.client().read_dir(Some(path.as_bytes())))?;
        let entries = read.entries.iter();
        let found: Vec<_> = entries.map(|entry| entry.name().to_vec()).collect();
        equal("its entries", &"\"inside\"".to_owned(), &shown(&found))?;
        self.check_in_step("read_dir")
    }

    fn put_all(&self, names: &[&[u8]]) -> Result<()> {
        self.clear()?;
        names
            .iter()
            .try_for_each(|name| self.put(name, &self.block[..SIZE]))
    }

    fn put_all_directories(&self, names: &[&[u8]]) -> Result<()> {
        self.clear()?;
        names.iter().try_for_each(|name| {
            self.put_directory(name, 0o755)?;
            self.put(&[name, &b"/inside"[..]].concat(), b"inside")
        })
    }

    fn said(&mut self, result: Result<()>) -> Vec<String> {
        let error = result.err();
        if error.is_some() {
            self.drop_broken_session();
        }
        error.into_iter().map(|error| error.to_string()).collect()
    }

    /// Drops the session after a failure, but only if it no longer works. A working session is
    /// kept, because a new login takes a second with some servers.
    fn drop_broken_session(&mut self) {
        if self.begin().is_err() || self.check_in_step("a refusal").is_err() {
            self.drop_session();
        }
    }
}

/// The size of each file in bytes.
const SIZE: usize = 100;

/// A name that every server takes.
const PLAIN: &[u8] = b"plain";

/// Checks that the listing of the current directory has exactly these files.
fn check_listing(client: &mut Client, names: &[&[u8]]) -> Result<()> {
    let Entries { entries, unparsed } = during("read_dir", client.read_dir(None))?;
    if !unparsed.is_empty() {
        return Err(format!("unparsed: {}", shown(&unparsed)).into());
    }
    let mut found: Vec<_> = entries.iter().map(|entry| entry.name().to_vec()).collect();
    let mut expected: Vec<_> = names.iter().map(|name| name.to_vec()).collect();
    found.sort();
    expected.sort();
    if found != expected {
        let (expected, found) = (shown(&expected), shown(&found));
        return Err(format!("{found} instead of {expected}").into());
    }
    match entries
        .iter()
        .find(|entry| !entry.is_file() || entry.size() != Some(SIZE as u64))
    {
        Some(entry) => Err(format!("{entry:?}").into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::CLASSES;

    #[test]
    fn the_names_have_every_byte_that_ftp_can_carry() {
        let names = CLASSES.iter().flat_map(|(_, names)| names.iter());
        let bytes: Vec<u8> = names.flat_map(|name| name.iter().copied()).collect();
        let is_missing = |byte: &u8| !b"\r\n/".contains(byte) && !bytes.contains(byte);
        let missing: Vec<u8> = (1..=255).filter(is_missing).collect();
        assert_eq!(missing, b"");
        assert!(!bytes.iter().any(|byte| b"\0\r\n/".contains(byte)));
    }
}
