//! Turns the results of a dialogue's calls into text, in the same way for both clients.

use crate::dialogue::Dialogue;
use crate::server::Seen;

/// The most bytes of a value that the text shows. If a value is longer, the text shows its start
/// and its length.
const SHOWN: usize = 40;

/// Returns the result of a dialogue as one line: what its calls returned, and what the server
/// received.
pub(crate) fn summary(dialogue: &Dialogue, outcomes: &[Vec<u8>], seen: &[Seen]) -> String {
    let watched = dialogue.watched;
    let outcomes = outcomes.iter().map(|outcome| match dialogue.in_full {
        true => printed(outcome),
        false => shown(outcome),
    });
    let mut parts: Vec<String> = outcomes.collect();
    for seen in seen {
        if watched.contains(&"from") {
            parts.extend(seen.from.map(|address| format!("from {address}")));
        }
        if watched.contains(&"target") {
            let targets = seen.targets.iter();
            parts.extend(targets.map(|address| format!("target {address}")));
        }
        let is_watched = |command: &&String| {
            let verb = command.split(' ').next().unwrap_or_default();
            watched.contains(&verb)
        };
        let commands = seen.commands.iter().filter(is_watched);
        parts.extend(commands.map(|command| format!("sent {}", escaped(command.chars()))));
        let taken = seen.taken.iter();
        parts.extend(taken.map(|bytes| shown(&[b"stored ", &bytes[..]].concat())));
        parts.extend(seen.troubles.iter().cloned());
    }
    parts.join(" / ")
}

/// Returns text of several lines in full, with ` | ` between lines. The number of the port in a
/// 229 is replaced, because it is another one in each run.
fn printed(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_end().replace('\n', " | ");
    let mut parts = text.split("(|||");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|symbol: char| symbol.is_ascii_digit());
        out += &format!("(|||port{rest}");
    }
    out
}

fn shown(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN) {
        Some(beginning) => {
            let beginning = String::from_utf8_lossy(beginning);
            format!("{}... {} bytes", escaped(beginning.chars()), bytes.len())
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => escaped(text.chars()),
            Err(_) => bytes.escape_ascii().to_string(),
        },
    }
}

fn escaped(text: impl Iterator<Item = char>) -> String {
    let escape = |symbol: char| match symbol {
        '\0'..='\x1f' | '\x7f' => symbol.escape_default().collect(),
        symbol => String::from(symbol),
    };
    text.map(escape).collect()
}
