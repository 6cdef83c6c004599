//! Reads a listing while it arrives: you put in bytes, and get entries.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::dialect;
use super::entry::{Entry, Fields};
use super::found::{Context, Dialect, Meaning};
use super::lines::{Lines, Place, Text};
use super::modified::{DateOrder, Modified};
use crate::reply::Timestamp;

/// Reads a listing while its bytes arrive, in pieces of any size.
///
/// The parser finds the dialect by the shape of each line, and first tries the dialect of the line
/// before. It keeps at most a line or two. If a line is longer than the limit (64 KiB, if you do
/// not [set it](Self::with_limit)), you get only its beginning.
///
/// A date without a year needs `now`: see [`with_now`](Self::with_now). Without it such an entry
/// has no time.
///
/// ```
/// use ftp_proto::listing::{Line, Parser};
///
/// let mut parser = Parser::new();
/// let mut seen = Vec::new();
/// for mut piece in [&b"11-27-26  09:30AM  <DIR>  pub\r\n11-27-26  09"[..], b":31AM  5 a.txt\r\n"] {
///     while let Some(line) = parser.next_line(&mut piece) {
///         match line {
///             Line::Entry(entry) => seen.push(entry.display_name().to_string()),
///             Line::Noise(_) => {}
///             Line::Unparsed(line) | Line::Cut(line) => panic!("not understood: {line:?}"),
///         }
///     }
/// }
/// while let Some(line) = parser.finish() {
///     panic!("an unfinished line: {line:?}");
/// }
/// assert_eq!(seen, ["pub", "a.txt"]);
/// ```
#[derive(Clone)]
pub struct Parser {
    lines: Lines,
    // `meanings` is a separate struct, so that it can change while a line in `lines` is borrowed.
    meanings: Meanings,
}

/// What the parser remembers of earlier lines, so that it can understand the next line.
#[derive(Clone, Default)]
struct Meanings {
    /// The fields of the last entry. They stay here, because copying them for each line would cost
    /// time.
    fields: Option<Fields>,
    context: Context,
    /// The dialect of the last entry, which is tried first for the next line. `None` before the
    /// first entry.
    last: Option<Dialect>,
    /// A line that may be the first half of an entry on two lines (VMS).
    unfinished: Option<Vec<u8>>,
    /// The line after `unfinished`, if the two lines turned out not to be one entry. It is read
    /// next.
    held: Option<Held>,
    /// The last returned line, if it was neither in the input nor in `lines`: an entry of two
    /// lines, or a line of `unfinished` or `held`.
    joined: Vec<u8>,
}

/// One line of a listing. It borrows the input or the parser. Use [`into_owned`](Self::into_owned)
/// to keep it longer.
///
/// ```
/// use ftp_proto::listing::{Line, Parser};
///
/// let mut parser = Parser::new();
/// let text = match parser.next_line(&mut &b"total 12\r\n"[..]) {
///     Some(Line::Entry(entry)) => entry.display_name().to_string(),
///     Some(Line::Noise(_)) => "nothing".into(),
///     Some(Line::Unparsed(line) | Line::Cut(line)) => format!("a strange line: {line:?}"),
///     None => "the line is not complete".into(),
/// };
/// assert_eq!(text, "nothing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line that names a file, a directory, a link or something else.
    Entry(Entry<'a>),
    /// A line that names nothing: `total 12`, a heading, a blank line.
    Noise(Cow<'a, [u8]>),
    /// A line of no known dialect. It may be an error message, such as `ls: x: No such file`.
    Unparsed(Cow<'a, [u8]>),
    /// The first bytes of a line that is longer than the parser's limit. The rest of the line is
    /// lost.
    Cut(Cow<'a, [u8]>),
}

/// A line that was read: what it is, and where its bytes are. The fields of an entry are left in
/// [`Meanings::fields`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Parsed {
    class: Class,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Class {
    /// An entry, whose fields are in [`Meanings::fields`].
    Entry,
    Noise,
    Unparsed,
    Cut,
    /// Perhaps the first half of an entry on two lines. It is not returned before the next line has
    /// come.
    Unfinished,
}

/// A line that is held back until the line before it was returned.
#[derive(Clone)]
enum Held {
    Line(Vec<u8>),
    /// A line that is longer than the limit. Its beginning is in [`Lines::own`].
    Cut,
}

/// The limit for a line, unless another is set.
const LIMIT: usize = 64 * 1024;

impl Parser {
    /// Makes a parser that finds the dialect from the lines.
    #[must_use]
    pub fn new() -> Self {
        Self {
            lines: Lines::new(LIMIT),
            meanings: Meanings::default(),
        }
    }

    /// Makes the parser read every line in this dialect only. Use [`Dialect::Mlsx`] for MLSD.
    #[must_use]
    pub const fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.meanings.context.fixed = Some(dialect);
        self
    }

    /// Sets the present time, in UTC. A date without a year gets the latest year in which it is at
    /// most one day after this time.
    #[must_use]
    pub const fn with_now(mut self, now: Timestamp) -> Self {
        self.meanings.context.now = Some(now);
        self
    }

    /// Sets which comes first in a date such as `03-04-26`: the day, the month, or (OS/400) the
    /// year. A line that can be read only in another order (`27-11-26`) changes the order for the
    /// lines after it.
    #[must_use]
    pub const fn with_date_order(mut self, order: DateOrder) -> Self {
        self.meanings.context.order = order;
        self
    }

    /// Sets how many bytes a line may have. The first bytes of a longer line come as [`Line::Cut`].
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.lines.set_limit(bytes.max(1));
        self
    }

    /// Returns the next line from `input`, and advances `input` past it. Returns `None` after it
    /// has used all of `input` and no line is complete: call again with more bytes.
    pub fn next_line<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Line<'a>> {
        let bytes = *input;
        let (taken, parsed) = self.parse(bytes);
        *input = bytes.get(taken..).unwrap_or_default();
        Some(self.line(parsed?, bytes))
    }

    /// Returns the lines that are left at the end of the listing, one for each call. Call it until
    /// it returns `None`.
    pub fn finish(&mut self) -> Option<Line<'_>> {
        let parsed = self.parse_rest()?;
        Some(self.line(parsed, &[]))
    }

    /// Reads the date of an entry again, after all lines were read. `None` if none of the lines has
    /// shown whether the day or the month comes first.
    pub(super) fn date_again(&self, entry: &Entry<'_>) -> Option<Modified> {
        if !self.meanings.context.order_is_known {
            return None;
        }
        let mut context = self.meanings.context.clone();
        context.fixed = Some(entry.dialect());
        match dialect::read(entry.raw(), &mut None, &mut context)? {
            Meaning::Entry(found) => found.modified,
            Meaning::Noise | Meaning::Unfinished => None,
        }
    }

    /// Reads the next line. Returns how many bytes of the input were taken.
    #[inline(always)]
    pub(super) fn parse(&mut self, input: &[u8]) -> (usize, Option<Parsed>) {
        if self.meanings.held.is_some() || self.meanings.unfinished.is_some() {
            return self.parse_any(input, 0);
        }
        // Nearly all lines are in the input as a whole, and each is an entry of its own.
        let Some((length, taken)) = self.lines.next_whole(input) else {
            return self.parse_any(input, 0);
        };
        let line = input.get(..length).unwrap_or_default();
        let class = self.meanings.classify(line);
        if let Class::Unfinished = class {
            self.meanings.unfinished = Some(line.to_vec());
            return self.parse_any(input, taken);
        }
        let place = Place::in_input(0, length);
        (taken, Some(Parsed { class, place }))
    }

    /// Reads the next line, even if it is not in the input as a whole. `before` is how many bytes
    /// of the input were used before this call.
    #[inline(never)]
    fn parse_any(&mut self, input: &[u8], before: usize) -> (usize, Option<Parsed>) {
        let mut taken = before;
        if let Some(parsed) = self.meanings.parse_held() {
            return (taken, Some(parsed));
        }
        loop {
            let rest = input.get(taken..).unwrap_or_default();
            let (bytes, place) = self.lines.next(rest);
            let Some(place) = place else {
                return (taken.saturating_add(bytes), None);
            };
            let place = place.moved_by(taken);
            taken = taken.saturating_add(bytes);
            if let Some(parsed) = self.parse_at(place, input) {
                return (taken, Some(parsed));
            }
        }
    }

    /// Reads one of the lines that are left at the end of the listing. `None` if there is none.
    pub(super) fn parse_rest(&mut self) -> Option<Parsed> {
        if let Some(parsed) = self.meanings.parse_held() {
            return Some(parsed);
        }
        if let Some(place) = self.lines.finish() {
            if let Some(parsed) = self.parse_at(place, &[]) {
                return Some(parsed);
            }
        }
        self.meanings.joined = self.meanings.unfinished.take()?;
        Some(Parsed::joined(Class::Unparsed))
    }

    /// Returns the line of `parsed`, with its bytes. `input` is the input from which it was read.
    #[inline]
    pub(super) fn line<'a, 'i: 'a>(&'a self, parsed: Parsed, input: &'i [u8]) -> Line<'a> {
        let Parsed { class, place } = parsed;
        let bytes = Cow::Borrowed(match place.text {
            Text::Input => input.get(place.begin..place.end).unwrap_or_default(),
            Text::Own | Text::Cut => self.lines.own(),
            Text::Joined => &self.meanings.joined,
        });
        match (class, &self.meanings.fields) {
            (Class::Entry, Some(fields)) => Line::Entry(Entry::new(bytes, Cow::Borrowed(fields))),
            (Class::Noise, _) => Line::Noise(bytes),
            (Class::Cut, _) => Line::Cut(bytes),
            (Class::Entry | Class::Unparsed | Class::Unfinished, _) => Line::Unparsed(bytes),
        }
    }

    /// Reads the line at this place. `None` if the next line may complete it.
    fn parse_at(&mut self, place: Place, input: &[u8]) -> Option<Parsed> {
        let parsed = match place.text {
            Text::Input => {
                let line = input.get(place.begin..place.end).unwrap_or_default();
                self.meanings.parse_bytes(line, place)
            }
            Text::Own | Text::Joined => self.meanings.parse_bytes(self.lines.own(), place),
            Text::Cut => self.meanings.cut(),
        };
        (!matches!(parsed.class, Class::Unfinished)).then_some(parsed)
    }
}

impl Parsed {
    /// The beginning of a line above the limit, in [`Lines::own`].
    const CUT: Self = Self {
        class: Class::Cut,
        place: Place::whole(Text::Cut),
    };

    /// A line in [`Meanings::joined`].
    const fn joined(class: Class) -> Self {
        let place = Place::whole(Text::Joined);
        Self { class, place }
    }
}

impl Meanings {
    /// Reads the line that was held back, because it was not the second half of the line before it.
    #[cold]
    fn parse_held(&mut self) -> Option<Parsed> {
        let joined = match self.held.take()? {
            Held::Line(line) => line,
            Held::Cut => return Some(Parsed::CUT),
        };
        let class = self.classify(&joined);
        if let Class::Unfinished = class {
            self.unfinished = Some(joined);
            return None;
        }
        self.joined = joined;
        Some(Parsed::joined(class))
    }

    fn parse_bytes(&mut self, line: &[u8], place: Place) -> Parsed {
        if let Some(first) = self.unfinished.take() {
            return self.join(first, line);
        }
        let class = self.classify(line);
        if let Class::Unfinished = class {
            self.unfinished = Some(line.to_vec());
        }
        Parsed { class, place }
    }

    /// Reads a line after a possible first half of an entry. If the two lines are no entry, returns
    /// the first one as unparsed, and holds the second one back.
    #[cold]
    fn join(&mut self, first: Vec<u8>, line: &[u8]) -> Parsed {
        let mut joined = first.clone();
        joined.push(b'\n');
        joined.extend_from_slice(line);
        // Only VMS wraps lines. Two lines may be an entry of another dialect by chance.
        let fixed = self.context.fixed.replace(Dialect::Vms);
        let class = self.classify(&joined);
        self.context.fixed = fixed;
        if let Class::Entry = class {
            self.joined = joined;
            return Parsed::joined(class);
        }
        self.held = Some(Held::Line(line.to_vec()));
        self.joined = first;
        Parsed::joined(Class::Unparsed)
    }

    /// Handles a line that is longer than the limit. It cannot be the second half of an entry. So
    /// if a first half waits, returns the first half as unparsed, and holds this line back.
    #[cold]
    fn cut(&mut self) -> Parsed {
        match self.unfinished.take() {
            Some(first) => {
                self.held = Some(Held::Cut);
                self.joined = first;
                Parsed::joined(Class::Unparsed)
            }
            None => Parsed::CUT,
        }
    }

    #[inline]
    fn classify(&mut self, line: &[u8]) -> Class {
        if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            return Class::Noise;
        }
        let mut dialect = self.last;
        let Some(meaning) = dialect::read(line, &mut dialect, &mut self.context) else {
            return Class::Unparsed;
        };
        let class = match &meaning {
            Meaning::Noise => return Class::Noise,
            Meaning::Unfinished => Class::Unfinished,
            Meaning::Entry(found) if found.name.is_empty() => return Class::Unparsed,
            Meaning::Entry(found) => {
                self.fields = dialect.and_then(|dialect| Fields::locate(dialect, line, found));
                Class::Entry
            }
        };
        // For a line such as `total 12`, this method has returned before this point. So such a line
        // does not set the dialect, because many dialects have such lines.
        self.last = dialect;
        class
    }

    fn dialect(&self) -> Option<Dialect> {
        self.context.fixed.or(self.last)
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Line<'_> {
    /// Copies the bytes of the line, so that the line borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Line<'static> {
        let owned = |bytes: Cow<'_, [u8]>| Cow::Owned(bytes.into_owned());
        match self {
            Self::Entry(entry) => Line::Entry(entry.into_owned()),
            Self::Noise(bytes) => Line::Noise(owned(bytes)),
            Self::Unparsed(bytes) => Line::Unparsed(owned(bytes)),
            Self::Cut(bytes) => Line::Cut(owned(bytes)),
        }
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser")
            .field("limit", &self.lines.limit())
            .field("buffered", &self.lines.buffered())
            .field("dialect", &self.meanings.dialect())
            .finish_non_exhaustive()
    }
}
