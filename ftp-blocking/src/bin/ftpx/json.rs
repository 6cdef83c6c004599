//! Values as JSON that cannot move the cursor.

use std::io::{self, Write};

use ftp_blocking::wire::Escaped;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes a value on one line.
pub(crate) fn write(writer: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(writer, Safe);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Escapes signs that change the direction of text, and such. JSON itself demands this of control
/// characters below U+0020 only.
struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            let mut buffer = [0; 4];
            let text = &*c.encode_utf8(&mut buffer);
            if Escaped::new(text).to_string() == text {
                writer.write_all(text.as_bytes())?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_moves_no_cursor_and_means_the_same() {
        let name = "txt.\u{202e}exe\u{9b}\u{e0001} \u{1b}日本 \"\\";
        let mut text = Vec::new();
        write(&mut text, &name).expect("memory");
        let text = String::from_utf8(text).expect("text");
        assert_eq!(text, r#""txt.\u202eexe\u009b\udb40\udc01 \u001b日本 \"\\""#);
        assert_eq!(serde_json::from_str::<String>(&text).expect("JSON"), name);
    }
}
