//! The debug levels of Python's ftplib: what it prints about commands and replies.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::observer::Observed;
use crate::wire::{Command, Reply};

/// How much of the control connection to show, in the form that Python's ftplib prints after
/// [`set_debuglevel`].
///
/// At level 1 you see commands and replies:
///
/// ```text
/// *cmd* 'USER ada'
/// *resp* '331 Password?'
/// *cmd* 'PASS ******'
/// *resp* '230 Logged in'
/// ```
///
/// At level 2 you also see each line with its line end, `*put* 'USER ada\r\n'` and `*get* '331
/// Password?\n'`.
///
/// To print to standard output from the greeting on, call [`Options::with_debug_level`]. To change
/// the level of a client, give `observe` the function that [`to_stdout`](Self::to_stdout) returns.
/// To write anywhere else, call [`lines`](Self::lines) in an observer of your own:
///
/// ```
/// # #[cfg(feature = "std")] {
/// use ftp_proto::{DebugLevel, Options};
///
/// let options = Options::new("ftp.example.org")
///     .with_observer(|seen| eprint!("{}", DebugLevel::Lines.lines(seen)));
/// # let _ = options;
/// # }
/// ```
///
/// Some lines differ from those of ftplib:
///
/// * ftplib prints an account (ACCT), the passwords in SITE commands, and secrets that the server
///   repeats. Here they are `***`. A password (PASS) is one `*` for each character, as in ftplib.
/// * Bytes that are not UTF-8 are shown as `\xNN`, in every encoding.
/// * Verbs are in upper case, as they are sent.
/// * ABOR and the replies to it are shown like those of any other command. ftplib prints
///   `*put urgent*`, and only at level 2.
/// * `*get*` lines come when the whole reply has come. The end of the connection has no line.
/// * `*welcome*` does not occur, because [`Session::greeting`](crate::Session::greeting) prints
///   nothing. The greeting is a `*resp*`.
///
/// [`set_debuglevel`]: https://docs.python.org/3/library/ftplib.html#ftplib.FTP.set_debuglevel
/// [`Options::with_debug_level`]: crate::Options::with_debug_level
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DebugLevel {
    /// Nothing (level 0).
    #[default]
    Off,
    /// Each command and each reply (level 1).
    Commands,
    /// Also each line of the control connection (level 2).
    Lines,
}

/// Turns the number of a level into the level. Numbers above 2 are level 2. (ftplib's level 3 also
/// prints the lines of a download. You have these lines yourself.)
impl From<u8> for DebugLevel {
    fn from(number: u8) -> Self {
        match number {
            0 => Self::Off,
            1 => Self::Commands,
            _ => Self::Lines,
        }
    }
}

impl DebugLevel {
    /// Returns the lines that ftplib prints at this level about a command or a reply. Each line
    /// ends with LF. At level 0 the text is empty.
    ///
    /// Control characters are escaped as Python's `repr` escapes them, so the text is safe to show.
    pub fn lines(self, seen: Observed<'_>) -> String {
        match seen {
            _ if self == Self::Off => String::new(),
            Observed::Sent(command) | Observed::Fence(command) => self.of_command(command),
            Observed::Received(reply) => self.of_reply(reply),
        }
    }

    /// Returns an observer that prints to standard output what ftplib prints at this level. It
    /// ignores an error of standard output.
    ///
    /// ```no_run
    /// use ftp_proto::{DebugLevel, Session};
    ///
    /// # fn main() {
    /// # let mut session = Session::new(Default::default());
    /// session.observe(DebugLevel::Commands.to_stdout()); // or `client.observe(...)`
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn to_stdout(self) -> impl Fn(Observed<'_>) + Send + Sync + 'static {
        move |seen| {
            let _ = std::io::Write::write_all(&mut std::io::stdout(), self.lines(seen).as_bytes());
        }
    }

    fn of_command(self, command: &Command) -> String {
        let mut line = command.verb().as_bytes().to_vec();
        if let Some(argument) = command.argument() {
            line.push(b' ');
            line.extend_from_slice(argument);
        }
        let mut shown = format!("*cmd* {}\n", repr(&line));
        if self == Self::Lines {
            line.extend_from_slice(b"\r\n");
            shown.push_str(&format!("*put* {}\n", repr(&line)));
        }
        shown
    }

    fn of_reply(self, reply: &Reply) -> String {
        let mut shown = String::new();
        if self == Self::Lines {
            for line in reply.lines() {
                shown.push_str(&format!("*get* {}\n", repr(&[line, b"\n"].concat())));
            }
        }
        let lines: Vec<_> = reply.lines().collect();
        shown.push_str(&format!("*resp* {}\n", repr(&lines.join(&b'\n'))));
        shown
    }
}

/// Writes text as Python's `repr` does, in single quotes. In double quotes if the text has a single
/// quote and no double quote.
fn repr(text: &[u8]) -> String {
    let single = text.contains(&b'\'') && !text.contains(&b'"');
    let quote = if single { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for chunk in text.utf8_chunks() {
        for symbol in chunk.valid().chars() {
            match symbol {
                '\n' => shown.push_str("\\n"),
                '\r' => shown.push_str("\\r"),
                '\t' => shown.push_str("\\t"),
                '\\' => shown.push_str("\\\\"),
                _ if symbol == quote => shown.extend(['\\', quote]),
                _ if is_printable(symbol) => shown.push(symbol),
                _ => shown.push_str(&match u32::from(symbol) {
                    code @ 0..=0xff => format!("\\x{code:02x}"),
                    code @ 0x100..=0xffff => format!("\\u{code:04x}"),
                    code => format!("\\U{code:08x}"),
                }),
            }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    shown.push(quote);
    shown
}

/// Whether Python's `str.isprintable` returns true. `str::escape_debug` follows the same categories
/// of Unicode. It also escapes a combining character, but only at the start of a text.
fn is_printable(symbol: char) -> bool {
    if symbol.is_ascii() {
        return matches!(symbol, ' '..='~');
    }
    let after_another = String::from_iter(['a', symbol]);
    after_another.escape_debug().nth(1) == Some(symbol)
}
