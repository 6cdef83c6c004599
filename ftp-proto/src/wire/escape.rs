//! Makes bytes from a server safe to show.

use core::fmt;

/// Shows bytes from a server on a terminal or in a log, as one line.
///
/// It escapes the C0 and C1 controls, DEL, line and paragraph separators, characters that change
/// the direction of text or have no width (Unicode's *format* class), and bytes that are not UTF-8.
/// All other characters stay as they are. `Debug` adds quotes, and also escapes quotes and
/// backslashes.
///
/// ```
/// use ftp_proto::wire::Escaped;
///
/// assert_eq!(Escaped::new(b"a\x1b[2J\xff").to_string(), r"a\x1b[2J\xff");
/// assert_eq!(Escaped::new("exe.\u{202e}txt").to_string(), r"exe.\u{202e}txt");
/// assert_eq!(format!("{:?}", Escaped::new(r"C:\x")), r#""C:\\x""#);
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'a>(&'a [u8]);

impl<'a> Escaped<'a> {
    /// Wraps these bytes, without a copy.
    #[must_use]
    pub fn new<B: AsRef<[u8]> + ?Sized>(bytes: &'a B) -> Self {
        Self(bytes.as_ref())
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, f, must_escape)
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        write(self.0, f, |c| matches!(c, '"' | '\\') || must_escape(c))?;
        f.write_str("\"")
    }
}

fn write(bytes: &[u8], f: &mut fmt::Formatter<'_>, special: impl Fn(char) -> bool) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find(&special) {
            let (plain, tail) = rest.split_at(at);
            f.write_str(plain)?;
            let mut tail = tail.chars();
            if let Some(c) = tail.next() {
                write_char(c, f)?;
            }
            rest = tail.as_str();
        }
        f.write_str(rest)?;
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
        }
    }
    Ok(())
}

fn write_char(c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match c {
        '\r' => f.write_str("\\r"),
        '\n' => f.write_str("\\n"),
        '\t' => f.write_str("\\t"),
        '"' => f.write_str("\\\""),
        '\\' => f.write_str("\\\\"),
        '\0'..='\x7f' => write!(f, "\\x{:02x}", u32::from(c)),
        _ => write!(f, "\\u{{{:x}}}", u32::from(c)),
    }
}

fn must_escape(c: char) -> bool {
    match c {
        // Printable ASCII is decided first, because most characters are printable ASCII.
        ' '..='~' => false,
        _ => {
            c.is_control()
                || matches!(c,
                    // Unicode's category Cf (format), and the line and paragraph separators (Zl,
                    // Zp).
                    '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
                    | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                    | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
                    | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
                    | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
        }
    }
}
