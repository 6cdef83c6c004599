//! Line ends of TYPE A (RFC 959, section 3.1.1.1): CRLF on the wire, LF here.

/// Turns what a TYPE A transfer brings into local text: each CRLF becomes LF, in the slice that it
/// was received into.
///
/// A CR with anything else behind it is data, as is an LF of its own, which servers send that keep
/// to TYPE I. Nothing is allocated, and time is linear. A CR at the end of a slice is held back
/// until what follows it is known, so that what comes out does not depend on how the bytes
/// arrived.
///
/// ```
/// use ftp_proto::data::AsciiDecoder;
/// use std::io::{self, Read};
///
/// struct Text<R>(R, AsciiDecoder);
///
/// impl<R: Read> Read for Text<R> {
///     fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
///         while !buffer.is_empty() {
///             let received = self.0.read(buffer)?;
///             if received == 0 {
///                 // The end: what was held back comes last.
///                 return Ok(self.1.finish().map_or(0, |byte| {
///                     buffer[0] = byte;
///                     1
///                 }));
///             }
///             // 0 is not the end here: a CR came alone, and is held back.
///             match self.1.decode(&mut buffer[..received]) {
///                 0 => {}
///                 decoded => return Ok(decoded),
///             }
///         }
///         Ok(0)
///     }
/// }
///
/// let wire = b"one\r\ntwo\r".chain(&b"\nthree\rfour\r"[..]);
/// let mut text = Vec::new();
/// Text(wire, AsciiDecoder::new()).read_to_end(&mut text)?;
/// assert_eq!(text, b"one\ntwo\nthree\rfour\r");
/// # Ok::<(), io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AsciiDecoder {
    /// The byte in front of what comes next: a CR that may be half of a line end, or a byte for
    /// which there was no room behind such a CR.
    held: Option<u8>,
}

impl AsciiDecoder {
    /// A decoder at the beginning of a transfer.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: None }
    }

    /// Translates these bytes in place, and says how many at the front of the slice are the text.
    ///
    /// They are never more than were received. They may be fewer by one than the text has, as
    /// one byte is held back where it has no room, or where it is a CR at the end: it comes
    /// first in the next call, or from [`finish`](Self::finish). 0 is then no end of anything.
    #[must_use = "what stands behind the text is not part of it"]
    pub fn decode(&mut self, received: &mut [u8]) -> usize {
        let Some(&last) = received.last() else {
            return 0;
        };
        // The byte that was held moves in at the front, and pushes out the last one.
        let pushed = self.held.take().map(|held| {
            let moved = received.len().saturating_sub(1);
            received.copy_within(..moved, 1);
            if let Some(first) = received.first_mut() {
                *first = held;
            }
            last
        });
        let length = join_line_ends(received);
        let end = length.saturating_sub(1);
        match (pushed, received.get(end)) {
            (None, Some(b'\r')) => {
                self.held = Some(b'\r');
                end
            }
            (None, _) => length,
            (Some(b'\n'), Some(b'\r')) => {
                if let Some(cr) = received.get_mut(end) {
                    *cr = b'\n';
                }
                length
            }
            (Some(pushed), _) => match received.get_mut(length) {
                Some(place) if pushed != b'\r' => {
                    *place = pushed;
                    length.saturating_add(1)
                }
                _ => {
                    self.held = Some(pushed);
                    length
                }
            },
        }
    }

    /// Says that the data has ended: the byte that was still held back, if there is one. A CR that
    /// ends the data is data.
    pub fn finish(&mut self) -> Option<u8> {
        self.held.take()
    }
}

/// Takes the CR out of each CRLF, and says how many bytes are left.
fn join_line_ends(bytes: &mut [u8]) -> usize {
    let mut written = 0_usize;
    // From where to move, and from where to look.
    let mut moved = 0_usize;
    let mut seen = 0_usize;
    while let Some(at) = bytes
        .get(seen..)
        .and_then(|rest| memchr::memchr(b'\r', rest))
    {
        let cr = seen.saturating_add(at);
        seen = cr.saturating_add(1);
        if bytes.get(seen) == Some(&b'\n') {
            written = move_down(bytes, moved, cr, written);
            moved = seen;
        }
    }
    move_down(bytes, moved, bytes.len(), written)
}

/// Moves the bytes between two places down to a third, and says where they end there.
fn move_down(bytes: &mut [u8], from: usize, end: usize, to: usize) -> usize {
    if from != to {
        bytes.copy_within(from..end, to);
    }
    to.saturating_add(end.saturating_sub(from))
}

/// Turns local text into what a TYPE A transfer sends: each LF becomes CRLF.
///
/// One that has its CR in front stays as it is, and so does any other CR: text that has the wire's
/// line ends already is sent unchanged. Nothing is allocated, and time is linear.
///
/// ```
/// use ftp_proto::data::AsciiEncoder;
///
/// let mut encoder = AsciiEncoder::new();
/// let mut wire = Vec::new();
/// for mut text in [&b"one\ntwo\r"[..], b"\nthree\rfour"] {
///     let mut buffer = [0; 4];
///     while !text.is_empty() {
///         let encoded = encoder.encode(text, &mut buffer);
///         text = &text[encoded.consumed..];
///         wire.extend_from_slice(&buffer[..encoded.written]);
///     }
/// }
/// assert_eq!(wire, b"one\r\ntwo\r\nthree\rfour");
/// ```
#[derive(Clone, Debug, Default)]
pub struct AsciiEncoder {
    /// Whether the last byte written was a CR.
    after_cr: bool,
}

/// How far [`AsciiEncoder::encode`] came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// Bytes of the text that are done with.
    pub consumed: usize,
    /// Bytes at the front of the output that are to be sent.
    pub written: usize,
}

impl AsciiEncoder {
    /// An encoder at the beginning of a transfer.
    #[must_use]
    pub const fn new() -> Self {
        Self { after_cr: false }
    }

    /// Translates as much of `text` as `output` has room for. What was not consumed is to be given
    /// again.
    ///
    /// A line end is not torn apart, but for an output of a single byte: its CR is then written,
    /// and its LF consumed with the next call. Thus each call with something in both slices gets
    /// on.
    pub fn encode(&mut self, text: &[u8], output: &mut [u8]) -> Encoded {
        let mut encoded = Encoded::default();
        loop {
            let text = text.get(encoded.consumed..).unwrap_or_default();
            let output = output.get_mut(encoded.written..).unwrap_or_default();
            let (plain, at_line_end) = self.copy_line(text, output);
            encoded.consumed = encoded.consumed.saturating_add(plain);
            encoded.written = encoded.written.saturating_add(plain);
            if !at_line_end {
                return encoded;
            }
            let line_end: &[u8] = if self.after_cr { b"\n" } else { b"\r\n" };
            match output.get_mut(plain..) {
                Some([cr]) if !self.after_cr => {
                    if encoded.written == 0 {
                        *cr = b'\r';
                        self.after_cr = true;
                        encoded.written = 1;
                    }
                    return encoded;
                }
                Some(room) => {
                    for (place, byte) in room.iter_mut().zip(line_end) {
                        *place = *byte;
                    }
                }
                None => return encoded,
            }
            self.after_cr = false;
            encoded.consumed = encoded.consumed.saturating_add(1);
            encoded.written = encoded.written.saturating_add(line_end.len());
        }
    }

    /// Copies up to the next LF or to the end of either slice: how many bytes, and whether an LF
    /// follows for which there is room of at least a byte.
    fn copy_line(&mut self, text: &[u8], output: &mut [u8]) -> (usize, bool) {
        let window = text.get(..output.len()).unwrap_or(text);
        let end = memchr::memchr(b'\n', window);
        let line = end.and_then(|end| window.get(..end)).unwrap_or(window);
        if let Some(room) = output.get_mut(..line.len()) {
            room.copy_from_slice(line);
        }
        if let Some(last) = line.last() {
            self.after_cr = *last == b'\r';
        }
        (line.len(), end.is_some())
    }
}
