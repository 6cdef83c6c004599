//! Patterns for paths, such as `pub/**/*.fa`.

mod name;

use alloc::vec::Vec;
use core::fmt;

use self::name::NamePattern;
use crate::error::{Error, ErrorKind};
use crate::listing::Kind;
use crate::path::RemotePath;
use crate::wire::Escaped;

/// A pattern for paths, which the client compares with listings. The server sees no wildcards.
///
/// | pattern | fits |
/// |---|---|
/// | `*` | any number of characters, but no `/` |
/// | `?` | one character |
/// | `[abc]`, `[a-z]` | one of these characters; `[]]` and `[a-]` are possible |
/// | `[!a-z]`, `[^a-z]` | one other character |
/// | `{a,b*}` | one of these; they may be nested, and hold no `/` |
/// | `**` | as a whole part: any number of directories, even none; at the end, everything below |
/// | `\*` | the character itself |
/// | `a/` | a directory |
///
/// A character is one of UTF-8, or a single byte that is not UTF-8. Case matters. Unlike in a
/// shell, `*` fits names that begin with a dot. `..` fits only before the first wildcard.
///
/// For every name and every pattern, the time to compare grows at most with the length of the name
/// times the length of the pattern.
///
/// ```
/// use ftp_proto::tree::Pattern;
///
/// let genomes = Pattern::new("pub/**/*.{fa,fa.gz}")?;
/// assert!(genomes.matches("pub/human.fa"));
/// assert!(genomes.matches("pub/plants/rice.fa.gz"));
/// assert!(!genomes.matches("pub/notes.txt"));
/// # Ok::<(), ftp_proto::tree::InvalidPattern>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern as it was given.
    text: Vec<u8>,
    /// The directories before the first part with a wildcard. `None` is the current directory.
    root: Option<RemotePath>,
    parts: Vec<Part>,
    only_directories: bool,
}

/// Why a text is no [`Pattern`]. Each `at` is a position in bytes, counted from 0.
///
/// ```
/// use ftp_proto::tree::{InvalidPattern, Pattern};
///
/// assert_eq!(Pattern::new("pub/[ab.csv").err(), Some(InvalidPattern::Bracket { at: 4 }));
/// assert_eq!(Pattern::new("pub/{a,b.csv").err(), Some(InvalidPattern::Brace { at: 4 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPattern {
    /// The pattern names nothing: it is empty, or only slashes.
    Empty,
    /// A `[` without its `]` in the same part of the path.
    Bracket {
        /// The position of the `[`.
        at: usize,
    },
    /// A range whose end comes before its beginning, such as `[z-a]`.
    Range {
        /// The position of the `[`.
        at: usize,
    },
    /// A `{` without its `}` in the same part of the path.
    Brace {
        /// The position of the `{`.
        at: usize,
    },
    /// A `\` at the end of a part, where no character follows that it could escape.
    Escape {
        /// The position of the `\`.
        at: usize,
    },
    /// A CR, LF or NUL, which no path can hold.
    Byte,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any number of directories, also none.
    AnyDepth,
    Name(NamePattern),
}

/// Which parts of a pattern may fit the next name of a path. There is one `bool` for each part. The
/// last `bool` says whether the names so far fit the whole pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Positions(Vec<bool>);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`InvalidPattern`] says what is wrong, and where.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, InvalidPattern> {
        let text = text.as_ref();
        if text.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(InvalidPattern::Byte);
        }
        let mut names = parts(text);
        let only_directories =
            names.len() > 1 && names.last().is_some_and(|last| last.1.is_empty());
        names.retain(|(_, name)| !name.is_empty());
        let mut names = names.into_iter().peekable();
        let mut root = Vec::new();
        if text.starts_with(b"/") {
            root.push(b'/');
        }
        // The last name goes into `parts` even if it has no wildcard, because the walk must find it
        // in a listing.
        let mut parts = Vec::new();
        while let Some((at, name)) = names.next() {
            let pattern = NamePattern::new(name).map_err(|invalid| invalid.moved_by(at))?;
            match pattern.literal() {
                Some(literal) if parts.is_empty() && names.peek().is_some() => {
                    if !matches!(root.last(), None | Some(b'/')) {
                        root.push(b'/');
                    }
                    root.extend_from_slice(&literal);
                }
                _ if name == b"**" => parts.push(Part::AnyDepth),
                _ => parts.push(Part::Name(pattern)),
            }
        }
        if parts.is_empty() {
            return Err(InvalidPattern::Empty);
        }
        Ok(Self {
            text: text.to_vec(),
            // The text of the root has no byte that is forbidden in a path. So the field is `None`
            // only if this text is empty.
            root: RemotePath::new(root).ok(),
            parts,
            only_directories,
        })
    }

    /// Returns the directory that holds everything that the pattern fits: the parts before the
    /// first wildcard. `None` is the current directory.
    #[must_use]
    pub const fn root(&self) -> Option<&RemotePath> {
        self.root.as_ref()
    }

    /// Returns whether the pattern fits this path. The path does not tell whether it is a
    /// directory, so a pattern such as `a/` fits the path `a` even if `a` is a file.
    #[must_use]
    pub fn matches(&self, path: impl AsRef<[u8]>) -> bool {
        let path = path.as_ref();
        let below = match &self.root {
            None => Some(path),
            Some(root) => path.strip_prefix(root.as_bytes()).and_then(|rest| {
                match root.as_bytes().ends_with(b"/") {
                    true => Some(rest),
                    false => rest.strip_prefix(b"/"),
                }
            }),
        };
        let Some(below) = below else {
            return false;
        };
        let names = below.split(|byte| *byte == b'/');
        let mut positions = self.start();
        for name in names {
            positions = self.advance(&positions, name);
        }
        positions.are_at_end()
    }

    /// Whether the pattern fits this path. A pattern that ends with `/` fits only a directory.
    pub(crate) fn fits_path(&self, path: &[u8], is_directory: bool) -> bool {
        (is_directory || !self.only_directories) && self.matches(path)
    }

    /// Returns the positions at the start of a path, before its first name.
    pub(super) fn start(&self) -> Positions {
        let mut positions = Positions(alloc::vec![false; self.parts.len().saturating_add(1)]);
        self.reach(&mut positions, 0);
        positions
    }

    /// Returns the positions after the next name of a path.
    pub(super) fn advance(&self, positions: &Positions, name: &[u8]) -> Positions {
        let mut next = Positions(alloc::vec![false; positions.0.len()]);
        let here = positions.0.iter().zip(&self.parts).enumerate();
        for (at, (is_here, part)) in here {
            match part {
                _ if !is_here => {}
                Part::AnyDepth => {
                    self.reach(&mut next, at);
                    if self.is_last(at) {
                        self.reach(&mut next, at.saturating_add(1));
                    }
                }
                Part::Name(pattern) if pattern.matches(name) => {
                    self.reach(&mut next, at.saturating_add(1));
                }
                Part::Name(_) => {}
            }
        }
        next
    }

    /// Whether the pattern fits an entry of this kind, after the names of its path have led to
    /// these positions. A pattern such as `a/` fits only what may be a directory.
    pub(super) fn fits(&self, positions: &Positions, kind: Kind) -> bool {
        let may_be_directory = matches!(kind, Kind::Directory | Kind::Link | Kind::Unknown);
        positions.are_at_end() && (!self.only_directories || may_be_directory)
    }

    /// Whether the pattern can fit a longer path, whose first names have led to these positions.
    pub(super) fn goes_on(&self, positions: &Positions) -> bool {
        positions
            .0
            .iter()
            .zip(&self.parts)
            .any(|(is_here, _)| *is_here)
    }

    fn is_last(&self, at: usize) -> bool {
        at.saturating_add(1) == self.parts.len()
    }

    /// Marks the part `at` as one that may fit the next name. If this part is `**`, it may fit no
    /// directory, so the part after it is marked too. A `**` at the end of the pattern must fit at
    /// least one name.
    fn reach(&self, positions: &mut Positions, at: usize) {
        let mut at = at;
        loop {
            match positions.0.get_mut(at) {
                Some(is_here) => *is_here = true,
                None => return,
            }
            match self.parts.get(at) {
                Some(Part::AnyDepth) if !self.is_last(at) => at = at.saturating_add(1),
                _ => return,
            }
        }
    }
}

impl Positions {
    fn are_at_end(&self) -> bool {
        self.0.last() == Some(&true)
    }
}

/// Returns the parts between slashes, each with its position in bytes. A `\` cannot escape a slash.
fn parts(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut at = 0_usize;
    text.split(|byte| *byte == b'/')
        .map(|part| {
            let begin = at;
            at = at.saturating_add(part.len()).saturating_add(1);
            (begin, part)
        })
        .collect()
}

impl InvalidPattern {
    fn moved_by(self, bytes: usize) -> Self {
        let moved = |at: usize| at.saturating_add(bytes);
        match self {
            Self::Bracket { at } => Self::Bracket { at: moved(at) },
            Self::Range { at } => Self::Range { at: moved(at) },
            Self::Brace { at } => Self::Brace { at: moved(at) },
            Self::Escape { at } => Self::Escape { at: moved(at) },
            Self::Empty | Self::Byte => self,
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", Escaped::new(&self.text))
    }
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the pattern is empty"),
            Self::Bracket { at } => write!(f, "the `[` at {at} of the pattern has no `]`"),
            Self::Range { at } => {
                write!(
                    f,
                    "the `[` at {at} of the pattern has a range that ends before it begins"
                )
            }
            Self::Brace { at } => write!(f, "the `{{` at {at} of the pattern has no `}}`"),
            Self::Escape { at } => write!(f, "nothing follows the `\\` at {at} of the pattern"),
            Self::Byte => f.write_str("the pattern holds CR, LF or NUL"),
        }
    }
}

impl core::error::Error for InvalidPattern {}

impl From<InvalidPattern> for Error {
    fn from(invalid: InvalidPattern) -> Self {
        Self::new(ErrorKind::InvalidArgument).with_source(invalid)
    }
}
