//! `dir` of DOS and Windows: IIS by default, and small servers of Windows CE and the like.
//!
//! ```text
//! 11-27-26  09:30AM       <DIR>          pub
//! 11-27-2026  09:31AM                 1024 notes.txt
//! 27.11.2026  09:31    <SYMLINKD>     latest [C:\pub]
//! ```

use memchr::memmem;

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::modified::{DateOrder, Modified, Precision};
use super::scan;
use crate::reply::Timestamp;

/// The date of an entry, and what it says about the order of day and month.
struct Date {
    year: u16,
    month: u8,
    day: u8,
    order: Order,
}

impl Date {
    /// Makes the date. `None` if the month is not 1 to 12, or the day is not 1 to 31.
    fn new(year: u16, month: u8, day: u8, order: Order) -> Option<Self> {
        let is_possible = (1..=12).contains(&month) && (1..=31).contains(&day);
        is_possible.then_some(Self {
            year,
            month,
            day,
            order,
        })
    }
}

/// What a date shows about the order in which its server writes day and month.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Nothing: the day and the month are equal, as in `03-03-26`, or the form gives the order, as
    /// in `2026-11-27`.
    Irrelevant,
    /// Nothing: both orders give a date, as in `03-04-26`.
    Open,
    /// This order, because the other order gives no date, as in `27-11-26`.
    Shown(DateOrder),
}

/// A time of day: hour, minute, and the second if it is printed.
type Clock = (u8, u8, Option<u8>);

/// The column widths of IIS, and of `dir` itself, which pads with fewer blanks than IIS.
const IIS: Layout = Layout {
    marks: 7,
    sizes: 21,
};
const DIR: Layout = Layout {
    marks: 4,
    sizes: 18,
};

/// The widths of the columns between the time and the name.
struct Layout {
    /// The number of blanks between the time and `<DIR>`.
    marks: usize,
    /// The number of columns from the end of the time to the end of the size.
    sizes: usize,
}

/// The number of columns from the `<` of `<DIR>` to the name, for IIS and for `dir`.
const MARK: usize = 15;

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    if !line.first().is_some_and(u8::is_ascii_digit) {
        return is_heading(line).then_some(Meaning::Noise);
    }
    let (word, rest) = scan::word(line)?;
    let date = date(word, context.order)?;
    let (clock, columns) = clock(rest)?;
    let found = columns_and_name(columns)?;
    // This is done last, so that a line that is no entry cannot change the order.
    if let Order::Shown(order) = date.order {
        (context.order, context.order_is_known) = (order, true);
    }
    let assumed = date.order == Order::Open && !context.order_is_known;
    Some(Meaning::Entry(Found {
        modified: modified(&date, clock).map(|time| time.with_order_assumed(assumed)),
        ..found
    }))
}

/// Makes the modification time of an entry. `None` if the date does not exist, such as 31 February.
fn modified(date: &Date, (hour, minute, second): Clock) -> Option<Modified> {
    let precision = match second {
        Some(_) => Precision::Second,
        None => Precision::Minute,
    };
    let second = second.unwrap_or(0);
    let time = Timestamp::from_parts(date.year, date.month, date.day, hour, minute, second)?;
    Some(Modified::local(time, precision))
}

/// Reads a date such as `11-27-26`, `11/27/2026`, `27.11.26` or `2026-11-27`. `order` decides
/// between day and month if both can come first. In a date with points, such as `27.11.26`, the day
/// always comes first.
fn date(word: &[u8], order: DateOrder) -> Option<Date> {
    let is_separator = |byte: &u8| matches!(byte, b'-' | b'/' | b'.');
    let separator = word.iter().copied().find(|byte| is_separator(byte))?;
    let mut parts = word.splitn(3, |byte| *byte == separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if first.len() == 4 {
        return Date::new(year(first)?, part(second)?, part(third)?, Order::Irrelevant);
    }
    let (first, second, year) = (part(first)?, part(second)?, year(third)?);
    if separator == b'.' {
        return Date::new(year, second, first, Order::Irrelevant);
    }
    let (order, said) = match (first > 12, second > 12) {
        (true, true) => return None,
        (true, false) => (DateOrder::DayFirst, Order::Shown(DateOrder::DayFirst)),
        (false, true) => (DateOrder::MonthFirst, Order::Shown(DateOrder::MonthFirst)),
        (false, false) if first == second => (order, Order::Irrelevant),
        (false, false) => (order, Order::Open),
    };
    match order {
        // `YearFirst` means month first here, because this dialect puts only a year of four digits
        // first.
        DateOrder::MonthFirst | DateOrder::YearFirst => Date::new(year, first, second, said),
        DateOrder::DayFirst => Date::new(year, second, first, said),
    }
}

/// Reads a day or a month of one or two digits.
fn part(digits: &[u8]) -> Option<u8> {
    if digits.len() > 2 {
        return None;
    }
    scan::small(digits)
}

/// Reads a year of four digits, or of two: 70 is 1970, and 69 is 2069.
fn year(digits: &[u8]) -> Option<u16> {
    let number = u16::try_from(scan::number(digits)?).ok()?;
    match digits.len() {
        4 => Some(number),
        2 if number >= 70 => number.checked_add(1900),
        2 => number.checked_add(2000),
        _ => None,
    }
}

/// Reads a time such as `09:30AM`, `9:30 PM`, `9:30p`, `21:30` or `21:30:59`. Returns the time, and
/// the text after the time.
fn clock(text: &[u8]) -> Option<(Clock, &[u8])> {
    let (word, rest) = scan::until_blank(text);
    let end = word.iter().position(u8::is_ascii_alphabetic);
    let (digits, half) = word.split_at_checked(end.unwrap_or(word.len()))?;
    let mut parts = digits.split(|byte| *byte == b':');
    let (hour, minute) = (part(parts.next()?)?, parts.next()?);
    let second = parts.next();
    if minute.len() != 2 || parts.next().is_some() || second.is_some_and(|part| part.len() != 2) {
        return None;
    }
    let minute = part(minute)?;
    let second = match second {
        Some(second) => Some(part(second)?),
        None => None,
    };
    let (half, rest) = if half.is_empty() {
        detached_half(rest)
    } else {
        (Some(half), rest)
    };
    let hour = match half {
        None => hour,
        Some(half) => hour_of_day(hour, half)?,
    };
    let exists = hour <= 23 && minute <= 59 && second.unwrap_or(0) <= 60;
    exists.then_some(((hour, minute, second), rest))
}

/// Splits ` AM` or ` PM` from the beginning of the text. Returns `AM` or `PM`, and the text after
/// it. Returns `None` and the whole text if the text does not begin so.
fn detached_half(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let (word, rest) = scan::until_blank(text.get(1..).unwrap_or_default());
    if word.eq_ignore_ascii_case(b"AM") || word.eq_ignore_ascii_case(b"PM") {
        (Some(word), rest)
    } else {
        (None, text)
    }
}

fn hour_of_day(hour: u8, half: &[u8]) -> Option<u8> {
    let is_afternoon = match half {
        [b'A' | b'a'] | [b'A' | b'a', b'M' | b'm'] => false,
        [b'P' | b'p'] | [b'P' | b'p', b'M' | b'm'] => true,
        _ => return None,
    };
    match (hour, is_afternoon) {
        (12, false) => Some(0),
        (0..=11, true) => hour.checked_add(12),
        (0..=11, false) | (12.., true) => Some(hour),
        (13.., false) => None,
    }
}

/// Reads the text after the time: first a size or a mark such as `<DIR>`, then the name.
fn columns_and_name(columns: &[u8]) -> Option<Found<'_>> {
    let column = scan::skip_blanks(columns);
    let blanks = columns.len().checked_sub(column.len())?;
    if blanks == 0 {
        return None;
    }
    if column.starts_with(b"<") {
        return marked(column, blanks);
    }
    let (word, rest) = scan::until_blank(column);
    let end = blanks.checked_add(word.len())?;
    let name = if end == IIS.sizes || end == DIR.sizes {
        // The size ends in the column in which IIS or `dir` ends sizes. Both print one blank after
        // the size, so any further blanks belong to the name.
        rest.get(1..)?
    } else {
        scan::skip_blanks(rest)
    };
    Some(Found {
        kind: Kind::File,
        size: size(word)?,
        name,
        ..Found::default()
    })
}

/// Reads a mark and the name after the mark: `<DIR>          name`, or `<SYMLINK>      name
/// [target]`.
fn marked(column: &[u8], blanks: usize) -> Option<Found<'_>> {
    let end = memchr::memchr(b'>', column)?.checked_add(1)?;
    let (mark, rest) = column.split_at_checked(end)?;
    let is = |name: &str| mark.eq_ignore_ascii_case(name.as_bytes());
    let is_dir = is("<DIR>");
    if !is_dir && !is("<JUNCTION>") && !is("<SYMLINK>") && !is("<SYMLINKD>") {
        return None;
    }
    let text = if blanks == IIS.marks || blanks == DIR.marks {
        after_columns(rest, MARK.checked_sub(end)?)?
    } else {
        scan::skip_blanks(rest)
    };
    let (kind, (name, target)) = match text {
        b"." => (Kind::Current, (text, None)),
        b".." => (Kind::Parent, (text, None)),
        _ if is_dir => (Kind::Directory, (text, None)),
        _ => (Kind::Link, split_target(text)),
    };
    Some(Found {
        kind,
        name,
        target,
        ..Found::default()
    })
}

/// Skips at most this many blanks at the beginning of the text, and returns the rest. `None` if the
/// text begins with no blank.
fn after_columns(text: &[u8], columns: usize) -> Option<&[u8]> {
    let blanks = text.iter().take(columns).take_while(|byte| **byte == b' ');
    let blanks = blanks.count();
    (blanks > 0).then(|| text.get(blanks..)).flatten()
}

/// Reads a size in bytes, such as `1024` or `1,024`. `None` if the word is no number, `Some(None)`
/// if the number is above `u64::MAX`.
fn size(word: &[u8]) -> Option<Option<u64>> {
    if !word.is_empty() && word.iter().all(u8::is_ascii_digit) {
        return Some(scan::number(word));
    }
    scan::grouped_number(word)
}

/// Splits `name [target]` of a link. The name and the target may hold ` [` too. The target begins
/// after the first ` [` that an absolute path follows, otherwise after the last ` [`.
fn split_target(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(inner) = text.strip_suffix(b"]") else {
        return (text, None);
    };
    let is_absolute = |at: &usize| {
        let target = inner.get(at.saturating_add(2)..).unwrap_or_default();
        matches!(target, [b'\\', ..] | [_, b':', b'\\', ..])
    };
    let at = memmem::find_iter(inner, b" [")
        .find(is_absolute)
        .or_else(|| memmem::rfind(inner, b" ["));
    match at.and_then(|at| inner.split_at_checked(at)) {
        Some((name, rest)) if !name.is_empty() => {
            (name, rest.get(2..).filter(|target| !target.is_empty()))
        }
        _ => (text, None),
    }
}

/// Whether the line is a heading or a sum, which `dir` prints before and after the entries, in
/// English, German or French.
fn is_heading(line: &[u8]) -> bool {
    const HEADINGS: [&[u8]; 9] = [
        b"Volume in drive ",
        b"Volume Serial Number is ",
        b"Directory of ",
        b"Total Files Listed:",
        b"Volume in Laufwerk ",
        b"Volumeseriennummer: ",
        b"Verzeichnis von ",
        b"Le volume dans le lecteur ",
        b"Le num",
    ];
    let text = scan::skip_blanks(line);
    if text.len() == line.len() {
        return false;
    }
    HEADINGS.iter().any(|heading| text.starts_with(heading)) || is_sum(text)
}

/// Whether the text is a sum: `2 File(s)          1,024 bytes` or `2 Dir(s)  10,000,000 bytes free`.
fn is_sum(text: &[u8]) -> bool {
    let is_number = |word: &[u8]| size(word).is_some();
    let sum = || {
        let (count, rest) = scan::word(text)?;
        let (unit, rest) = scan::word(rest)?;
        let unit = unit.strip_suffix(b",").unwrap_or(unit);
        let (bytes, rest) = scan::word(rest)?;
        let plural = unit.ends_with(b")") && unit.contains(&b'(');
        Some(is_number(count) && plural && is_number(bytes) && !rest.is_empty())
    };
    sum().unwrap_or(false)
}
