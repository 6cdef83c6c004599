//! One entry of a listing.

use alloc::borrow::Cow;
use core::fmt;

use super::found::{Dialect, Found, Meaning};
use super::kind::Kind;
use super::mlsx;
use super::modified::Modified;
use crate::path::{InvalidPath, RemotePath};
use crate::wire::Escaped;

/// What a listing says about one file or directory.
///
/// An entry borrows its line, or owns it after [`into_owned`](Self::into_owned). A field is `None`
/// if the listing does not say it.
///
/// ```
/// use ftp_proto::listing::{Entry, Kind};
///
/// let entry = Entry::from_facts("Type=file;Size=12;UNIX.mode=0644; notes; 2026.txt").unwrap();
/// assert_eq!(entry.name(), b"notes; 2026.txt");
/// assert_eq!((entry.kind(), entry.size()), (Kind::File, Some(12)));
/// assert_eq!(entry.mode(), Some(0o644));
/// assert_eq!(entry.fact("unix.mode"), Some(&b"0644"[..]));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    raw: Cow<'a, [u8]>,
    // An entry that borrows its line from a parser also borrows its fields. To copy so many fields
    // for each line would take time.
    fields: Cow<'a, Fields>,
}

/// What the login may do with a file or a directory, by the `perm` fact (RFC 3659, section 7.5.5).
///
/// ```
/// use ftp_proto::listing::{Entry, Permission};
///
/// let entry = Entry::from_facts("type=file;perm=r; a.txt").expect("an entry");
/// assert_eq!(entry.allows(Permission::Retrieve), Some(true));
/// assert_eq!(entry.allows(Permission::Delete), Some(false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Permission {
    /// `a`: append to the file (APPE).
    Append,
    /// `c`: create files in the directory (STOR, STOU, APPE, RNTO).
    Create,
    /// `d`: delete the file or the directory (DELE, RMD).
    Delete,
    /// `e`: enter the directory (CWD).
    Enter,
    /// `f`: rename the file or the directory (RNFR).
    Rename,
    /// `l`: list the directory (LIST, NLST, MLSD).
    List,
    /// `m`: make directories in the directory (MKD).
    MakeDirectory,
    /// `p`: delete what is in the directory.
    Purge,
    /// `r`: download the file (RETR).
    Retrieve,
    /// `w`: write to the file (STOR).
    Store,
}

/// The fields of an entry. Text fields are stored as positions in the line, so that an entry can
/// either borrow its line or own it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    dialect: Dialect,
    kind: Kind,
    size: Option<u64>,
    modified: Option<Modified>,
    mode: Option<u16>,
    name: Span,
    target: Span,
    owner: Span,
    group: Span,
    unique: Span,
    perm: Span,
}

/// The position of a field in the line. A field that the line lacks has a position after the end of
/// any line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    begin: u32,
    end: u32,
}

impl<'a> Entry<'a> {
    /// Reads one line of MLSD or MLST, such as `type=file;size=5; notes.txt`, without its line end.
    /// `None` if the line has no facts and does not begin with a blank. In a reply to MLST the name
    /// may be empty.
    ///
    /// Blanks and tabs may precede the facts. The facts end at the first `; `, and everything after
    /// it is the name, which may hold blanks, `;` and `=` too. The value of a fact may hold a
    /// blank: the RFC forbids this, but Pure-FTPd sends `type=OS.unix=slink:/a b;`. If there is no
    /// `; `, because NcFTPd leaves out the last `;`, the facts end at the first blank. A line
    /// without facts is a blank and then the name.
    ///
    /// For a line of LIST, use a [`Parser`](super::Parser), because what such a line means depends
    /// on the lines before it.
    #[must_use]
    pub fn from_facts<L: AsRef<[u8]> + ?Sized>(line: &'a L) -> Option<Self> {
        let line = line.as_ref();
        match mlsx::parse(line)? {
            Meaning::Entry(found) => {
                let fields = Fields::locate(Dialect::Mlsx, line, &found)?;
                Some(Self::new(Cow::Borrowed(line), Cow::Owned(fields)))
            }
            Meaning::Noise | Meaning::Unfinished => None,
        }
    }

    pub(super) const fn new(raw: Cow<'a, [u8]>, fields: Cow<'a, Fields>) -> Self {
        Self { raw, fields }
    }

    /// Replaces the time. The line was read a second time, after later lines had shown the order of
    /// day and month.
    pub(super) fn set_modified(&mut self, modified: Modified) {
        self.fields.to_mut().modified = Some(modified);
    }

    /// Copies the line, if this entry borrows it, so that the entry can outlive the listing's
    /// buffer.
    #[must_use]
    pub fn into_owned(self) -> Entry<'static> {
        Entry {
            raw: Cow::Owned(self.raw.into_owned()),
            fields: Cow::Owned(self.fields.into_owned()),
        }
    }

    /// Returns the name, byte for byte. The reply to MLST, and the listings of some servers, give a
    /// whole path as the name.
    ///
    /// The server chooses the name, so it may lead anywhere: `../../etc/passwd` is a possible name.
    /// In a command, send [`path`](Self::path). For the name of a local file, use `LocalName`.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.part(self.fields().name).unwrap_or_default()
    }

    /// Returns the name as a path that you can send to the server in a command.
    ///
    /// If the name begins with `~` or a blank, `./` comes before it: many servers take `~` for the
    /// home directory, and some leave blanks out.
    ///
    /// # Errors
    /// [`InvalidPath`] if the name holds a byte that FTP cannot carry.
    ///
    /// ```
    /// use ftp_proto::listing::Entry;
    ///
    /// let path = |line| Entry::from_facts(line).unwrap().path().unwrap().to_string();
    /// assert_eq!(path("type=file; notes.txt"), "notes.txt");
    /// assert_eq!(path("type=dir; ~"), "./~");
    /// ```
    pub fn path(&self) -> Result<RemotePath, InvalidPath> {
        // The other dialects are of systems that may not know `./`.
        let knows_here = matches!(
            self.dialect(),
            Dialect::Mlsx | Dialect::Unix | Dialect::Eplf
        );
        let begins_oddly = matches!(self.name(), [b' ' | b'\t' | b'~', ..]);
        match knows_here && begins_oddly {
            true => RemotePath::new([b"./", self.name()].concat()),
            false => RemotePath::new(self.name()),
        }
    }

    /// Returns the name in a form that is safe to print: one line, with control characters and
    /// bytes that are not UTF-8 escaped.
    #[must_use]
    pub fn display_name(&self) -> Escaped<'_> {
        Escaped::new(self.name())
    }

    /// Returns the kind of the entry: a file, a directory, a link and so on.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.fields().kind
    }

    /// Returns whether the entry is a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind() == Kind::File
    }

    /// Returns whether the entry is a directory. Returns false for `.` and `..`.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.kind() == Kind::Directory
    }

    /// Returns whether the entry is the directory that was listed (`.`), or its parent (`..`).
    pub(crate) fn is_dot(&self) -> bool {
        matches!(self.kind(), Kind::Current | Kind::Parent)
    }

    /// Returns the size of a file in bytes. `None` for a directory, and if the listing gives the
    /// size in other units, such as blocks, or not at all.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.fields().size
    }

    /// Returns when the file was last modified. `None` if the listing does not say it.
    #[must_use]
    pub const fn modified(&self) -> Option<Modified> {
        self.fields().modified
    }

    /// Returns the permission bits of Unix, 0 to 0o7777. `None` if the listing does not give them.
    #[must_use]
    pub const fn mode(&self) -> Option<u16> {
        self.fields().mode
    }

    /// Returns the name or number of the owner. `None` if the listing does not give it.
    #[must_use]
    pub fn owner(&self) -> Option<&[u8]> {
        self.part(self.fields().owner)
    }

    /// Returns the name or number of the owner's group. `None` if the listing does not give it.
    #[must_use]
    pub fn group(&self) -> Option<&[u8]> {
        self.part(self.fields().group)
    }

    /// Returns an identifier that two entries share only if they are the same file (the `unique`
    /// fact of MLSD, or the identifier of EPLF). `None` if the line has no identifier.
    #[must_use]
    pub fn unique(&self) -> Option<&[u8]> {
        self.part(self.fields().unique)
    }

    /// Returns where a symbolic link leads, as the server wrote it. `None` if the entry is no link,
    /// or the listing does not say where it leads.
    #[must_use]
    pub fn link_target(&self) -> Option<&[u8]> {
        self.part(self.fields().target)
    }

    /// Returns whether the login may do this, by the `perm` fact of MLSD. `None` if the entry has
    /// no such fact.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> Option<bool> {
        let letters = self.perm()?;
        let letter = permission.letter();
        Some(
            letters
                .iter()
                .any(|byte| byte.eq_ignore_ascii_case(&letter)),
        )
    }

    /// The value of the `perm` fact.
    pub(super) fn perm(&self) -> Option<&[u8]> {
        self.part(self.fields.perm)
    }

    /// Returns the facts of RFC 3659 as pairs of name and value, in the server's order and
    /// unchanged. An entry of any dialect but MLSD has none. A fact without a value (`Size;`) has
    /// an empty value.
    pub fn facts(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let facts = match self.fields().dialect {
            Dialect::Mlsx => mlsx::facts(&self.raw),
            _ => &[],
        };
        mlsx::pairs(facts)
    }

    /// Returns the value of the first fact with this name. Upper and lower case are the same.
    /// `None` if there is no such fact.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&[u8]> {
        self.facts()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Returns the dialect in which the line was read.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.fields().dialect
    }

    /// Returns the line as the server sent it, without its line end. An entry that a server of VMS
    /// has wrapped onto two lines holds a line feed.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    const fn fields(&self) -> &Fields {
        match &self.fields {
            Cow::Borrowed(fields) => fields,
            Cow::Owned(fields) => fields,
        }
    }

    fn part(&self, span: Span) -> Option<&[u8]> {
        self.raw.get(span.begin as usize..span.end as usize)
    }
}

impl Permission {
    const fn letter(self) -> u8 {
        match self {
            Self::Append => b'a',
            Self::Create => b'c',
            Self::Delete => b'd',
            Self::Enter => b'e',
            Self::Rename => b'f',
            Self::List => b'l',
            Self::MakeDirectory => b'm',
            Self::Purge => b'p',
            Self::Retrieve => b'r',
            Self::Store => b'w',
        }
    }
}

impl Fields {
    /// Turns the fields that a dialect has found into positions in the line. `None` if the line is
    /// longer than 4 GiB.
    // If this function is not inlined, a line of `ls` takes 4 % more instructions.
    #[inline(always)]
    pub(super) fn locate(dialect: Dialect, line: &[u8], found: &Found<'_>) -> Option<Self> {
        u32::try_from(line.len()).ok()?;
        let span = |part: Option<&[u8]>| part.map_or(Span::MISSING, |part| Span::of(line, part));
        let (kind, size) = match (found.kind, found.name) {
            (Kind::File | Kind::Unknown, _) => (found.kind, found.size),
            // Some servers list `.` and `..` like any other directory.
            (Kind::Directory, b".") => (Kind::Current, None),
            (Kind::Directory, b"..") => (Kind::Parent, None),
            // The size of a directory counts blocks of the file system, not bytes that can be read.
            (kind, _) => (kind, None),
        };
        Some(Self {
            dialect,
            kind,
            size,
            modified: found.modified,
            mode: found.mode,
            name: span(Some(found.name)),
            target: span(found.target),
            owner: span(found.owner),
            group: span(found.group),
            unique: span(found.unique),
            perm: span(found.perm),
        })
    }
}

impl Span {
    const MISSING: Self = Self {
        begin: u32::MAX,
        end: u32::MAX,
    };

    /// Returns the position of `part` in `line`. `part` must be a slice of `line`, because the
    /// position is the difference of their addresses. The line must not be longer
    /// than 4 GiB.
    #[inline]
    fn of(line: &[u8], part: &[u8]) -> Self {
        let begin = part.as_ptr().addr().wrapping_sub(line.as_ptr().addr());
        let end = begin.wrapping_add(part.len());
        // If `part` begins before the line, the subtraction wraps, so `begin` is too large in this
        // case too.
        if begin > line.len() {
            return Self::MISSING;
        }
        Self {
            begin: begin as u32,
            end: end as u32,
        }
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("dialect", &self.dialect())
            .field("name", &self.display_name())
            .field("kind", &self.kind())
            .field("size", &self.size())
            .field("modified", &self.modified())
            .field("raw", &Escaped::new(&self.raw))
            .finish_non_exhaustive()
    }
}
