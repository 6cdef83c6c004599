//! OS/2.
//!
//! ```text
//!                  0           DIR   11-27-26   09:30  genomes
//!               1024      A          11-27-26   09:31  notes.txt
//! ```

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::modified::DateOrder;
use super::{order, scan};

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    let (size, rest) = scan::word(line)?;
    if !scan::is_number(size) {
        return None;
    }
    let (_attributes, rest) = column(rest, is_attributes);
    let (directory, rest) = column(rest, |word| word == b"DIR");
    let (date, rest) = scan::word(rest)?;
    let numbers = scan::parts::<3>(date, b'-')?;
    let is_date = numbers.iter().all(|number| scan::is_number(number))
        && matches!(numbers.map(<[u8]>::len), [1..=2, 2, 2 | 4]);
    if !is_date {
        return None;
    }
    let (time, rest) = scan::token(rest)?;
    let clock = scan::clock(time, b':')?;
    let name = name(rest)?;
    let kind = match (name, directory) {
        (b".", _) => Kind::Current,
        (b"..", _) => Kind::Parent,
        (_, Some(_)) => Kind::Directory,
        (_, None) => Kind::File,
    };
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    let date = order::resolve(numbers, &orders, DateOrder::MonthFirst, context);
    let modified = date.and_then(|date| {
        let time = clock.on((date.day.year(), date.day.month(), date.day.day()))?;
        Some(time.with_order_assumed(date.is_assumed))
    });
    Some(Meaning::Entry(Found {
        kind,
        name,
        size: scan::number(size).filter(|_| kind == Kind::File),
        modified,
        ..Found::default()
    }))
}

/// Returns the next word and the text after it, if the word belongs into this column. Otherwise
/// returns `None` and the whole text, because a column may be empty.
fn column(text: &[u8], belongs: impl Fn(&[u8]) -> bool) -> (Option<&[u8]>, &[u8]) {
    match scan::word(text) {
        Some((word, rest)) if belongs(word) => (Some(word), rest),
        _ => (None, text),
    }
}

/// Whether the word consists of the letters of file attributes: archive, read-only, system, hidden.
fn is_attributes(word: &[u8]) -> bool {
    word.len() <= 4 && word.iter().all(|letter| b"ARSH".contains(letter))
}

/// Returns the name at the end of the line. The servers print one or two blanks before it; further
/// blanks belong to the name.
fn name(text: &[u8]) -> Option<&[u8]> {
    let name = match text {
        [b' ', b' ', name @ ..] if !name.is_empty() => name,
        [b' ' | b'\t', name @ ..] => name,
        _ => return None,
    };
    (!scan::skip_blanks(name).is_empty()).then_some(name)
}
