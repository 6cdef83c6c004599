//! Translates line ends in TYPE A (RFC 959, section 3.1.1.1): CRLF on the wire, LF in your program.

/// Translates the bytes of a TYPE A download into local text: each CRLF becomes LF, in the slice
/// that received the bytes.
///
/// A CR before any other byte stays as it is. An LF without a CR also stays, because some servers
/// ignore TYPE A and send files unchanged. Nothing is allocated, and time is linear. A CR at the
/// end of a slice is held back until the next byte is known, so the result does not depend on the
/// pieces in which the bytes arrive.
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
///                 // At the end, the held byte comes last.
///                 return Ok(self.1.finish().map_or(0, |byte| {
///                     buffer[0] = byte;
///                     1
///                 }));
///             }
///             // 0 is not the end here: a CR came alone and is held back.
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
    /// The byte that the decoder has kept back, and puts before the next input. It is a CR whose LF
    /// may still come, or a later byte for which the slice had no room.
    held: Option<u8>,
}

impl AsciiDecoder {
    /// Makes a decoder for the start of a transfer.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: None }
    }

    /// Translates these bytes in place. Returns how many bytes at the start of the slice are text.
    ///
    /// The text is never longer than the input. The decoder may keep one byte back: a CR at the end
    /// of the slice, or a byte that has no room in it. The next call puts this byte first, and
    /// [`finish`](Self::finish) returns it at the end of the data. So a result of 0 does not mean
    /// that the data has ended.
    #[must_use = "what follows the text is not part of it"]
    pub fn decode(&mut self, received: &mut [u8]) -> usize {
        let Some(&last) = received.last() else {
            return 0;
        };
        // The byte that was kept back goes to the front of the slice. The other bytes move up by
        // one, so the last byte (`pushed`) has no room in the slice.
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

    /// Ends the data. Returns the byte that the decoder has kept back until now, if there is one. A
    /// CR at the end of the data stays a CR.
    pub fn finish(&mut self) -> Option<u8> {
        self.held.take()
    }
}

/// Turns each CRLF in `bytes` into LF. Returns how many bytes are left.
fn join_line_ends(bytes: &mut [u8]) -> usize {
    let mut written = 0_usize;
    // The bytes from `moved` to `seen` were searched but not moved yet. The search goes on at
    // `seen`.
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

/// Moves the bytes between `from` and `end` down to `to`. Returns the position after them.
fn move_down(bytes: &mut [u8], from: usize, end: usize, to: usize) -> usize {
    if from != to {
        bytes.copy_within(from..end, to);
    }
    to.saturating_add(end.saturating_sub(from))
}

/// Translates local text into the bytes of a TYPE A upload: each LF becomes CRLF.
///
/// An LF after a CR stays as it is, and so does every CR. So text that already has CRLF is sent
/// unchanged. Nothing is allocated, and time is linear.
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
    /// Whether the last byte that the encoder has written is a CR. An LF after it then needs no
    /// second CR.
    after_cr: bool,
}

/// The result of [`AsciiEncoder::encode`]: how much text it has used, and how many bytes it has
/// written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// How many bytes of the text were translated.
    pub consumed: usize,
    /// How many bytes at the start of the output are translated text, which you can send.
    pub written: usize,
}

impl AsciiEncoder {
    /// Makes an encoder for the start of a transfer.
    #[must_use]
    pub const fn new() -> Self {
        Self { after_cr: false }
    }

    /// Translates as much of `text` as `output` has room for. Pass the bytes that were not consumed
    /// to the next call.
    ///
    /// A call writes both bytes of a CRLF, or none. There is one exception: if `output` has a
    /// single byte, this call writes the CR, and the next call writes and consumes the LF. So each
    /// call makes progress if neither slice is empty.
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

    /// Copies text up to the next LF, or as much as fits. Returns how many bytes were copied, and
    /// whether the next byte of the text is an LF for which `output` has room.
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
