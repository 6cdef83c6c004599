//! How data is represented, structured and transmitted (RFC 959 section 3.1 to 3.4).

use alloc::borrow::Cow;
use alloc::format;
use core::num::NonZeroU8;

/// The representation type (RFC 959 section 3.1.1).
///
/// ```
/// use ftp_proto::{Format, TransferType};
///
/// assert_eq!(TransferType::TEXT, TransferType::Ascii(Format::NonPrint));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransferType {
    /// TYPE A: lines that end with CRLF on the wire.
    Ascii(Format),
    /// TYPE E: EBCDIC, between machines that use it inside. Not translated here.
    Ebcdic(Format),
    /// TYPE I: bytes as they are.
    Image,
    /// TYPE L: logical bytes of this many bits. Eight are TYPE I by another name, which TOPS-20
    /// wanted; others come packed as the server packs them.
    Local(NonZeroU8),
}

/// What vertical format control a text has (RFC 959 section 3.1.1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// N: none, or none that matters.
    #[default]
    NonPrint,
    /// T: Telnet's CR, LF, NL, VT, FF.
    Telnet,
    /// C: ASA carriage control, a character in front of each line.
    CarriageControl,
}

/// The transmission mode (RFC 959 section 3.4). Transfers are made in stream mode alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TransmissionMode {
    /// MODE S: the end of the data is the end of the connection.
    #[default]
    Stream,
    /// MODE B: blocks with headers.
    Block,
    /// MODE C: run lengths.
    Compressed,
}

/// The file structure (RFC 959 section 3.1.2). Transfers are made of files without one alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FileStructure {
    /// STRU F: a sequence of bytes.
    #[default]
    File,
    /// STRU R: a sequence of records.
    Record,
    /// STRU P: numbered pages.
    Page,
}

impl TransferType {
    /// TYPE A, non-print: what text is sent in.
    pub const TEXT: Self = Self::Ascii(Format::NonPrint);

    /// As TYPE sends it.
    pub(crate) fn argument(self) -> Cow<'static, str> {
        match self {
            Self::Ascii(Format::NonPrint) => "A".into(),
            Self::Ascii(Format::Telnet) => "A T".into(),
            Self::Ascii(Format::CarriageControl) => "A C".into(),
            Self::Ebcdic(Format::NonPrint) => "E".into(),
            Self::Ebcdic(Format::Telnet) => "E T".into(),
            Self::Ebcdic(Format::CarriageControl) => "E C".into(),
            Self::Image => "I".into(),
            Self::Local(bits) => format!("L {bits}").into(),
        }
    }

    /// What TYPE with this argument means, where this crate has a name for it.
    pub(crate) fn from_argument(argument: &[u8]) -> Option<Self> {
        let argument = core::str::from_utf8(argument).ok()?;
        let (letter, parameter) = argument.split_once(' ').unwrap_or((argument, ""));
        let format = || match parameter {
            "" | "N" | "n" => Some(Format::NonPrint),
            "T" | "t" => Some(Format::Telnet),
            "C" | "c" => Some(Format::CarriageControl),
            _ => None,
        };
        match letter {
            "A" | "a" => format().map(Self::Ascii),
            "E" | "e" => format().map(Self::Ebcdic),
            "I" | "i" if parameter.is_empty() => Some(Self::Image),
            "L" | "l" => parameter.parse().ok().map(Self::Local),
            _ => None,
        }
    }
}

impl TransmissionMode {
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::Stream => "S",
            Self::Block => "B",
            Self::Compressed => "C",
        }
    }
}

impl FileStructure {
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::File => "F",
            Self::Record => "R",
            Self::Page => "P",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_back_as_it_is_sent() {
        let formats = [Format::NonPrint, Format::Telnet, Format::CarriageControl];
        let texts = formats.map(TransferType::Ascii).into_iter();
        let all = texts
            .chain(formats.map(TransferType::Ebcdic))
            .chain([TransferType::Image])
            .chain(
                (1..=255)
                    .filter_map(NonZeroU8::new)
                    .map(TransferType::Local),
            );
        for transfer_type in all {
            let argument = transfer_type.argument();
            let read = TransferType::from_argument(argument.as_bytes());
            assert_eq!(read, Some(transfer_type), "TYPE {argument}");
        }
        assert_eq!(
            TransferType::from_argument(b"a n"),
            Some(TransferType::TEXT)
        );
        for unknown in [&b"L 0"[..], b"L 256", b"L", b"A X", b"I 8", b"", b"\xff"] {
            assert_eq!(TransferType::from_argument(unknown), None);
        }
    }
}
