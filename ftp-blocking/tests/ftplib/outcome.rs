//! Turns the results of a dialogue's calls into text, in the same way for both clients.

use crate::server::Seen;

/// The most bytes of a value that the text shows. If a value is longer, the text shows its start
/// and its length.
const SHOWN: usize = 40;

/// Returns the result of a dialogue as one line: what its calls returned, and what the server
/// received.
pub(crate) fn summary(outcomes: &[Vec<u8>], watched: &[&str], seen: &[Seen]) -> String {
    let mut parts: Vec<String> = outcomes.iter().map(|outcome| shown(outcome)).collect();
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
