//! The representation type, the transmission mode and the file structure of a transfer (RFC 959
//! sections 3.1 to 3.4).

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
    /// TYPE A: text. On the data connection, each line ends with CRLF.
    Ascii(Format),
    /// TYPE E: text in EBCDIC, for machines that use EBCDIC. This crate does not translate it.
    Ebcdic(Format),
    /// TYPE I: bytes, which are transferred unchanged.
    Image,
    /// TYPE L: logical bytes of this many bits. With 8 bits it means the same as TYPE I; servers on
    /// TOPS-20 needed it. With another number of bits, you get the bytes as the server packs them.
    Local(NonZeroU8),
}

/// The vertical format control of a text (RFC 959 section 3.1.1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// N: the text has no characters for vertical format control.
    #[default]
    NonPrint,
    /// T: the text has the vertical format controls of Telnet: CR, LF, NL, VT, FF.
    Telnet,
    /// C: the first character of each line is an ASA carriage control.
    CarriageControl,
}

/// The transmission mode (RFC 959 section 3.4). This crate can transfer in stream mode only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TransmissionMode {
    /// MODE S: the data ends when the data connection ends.
    #[default]
    Stream,
    /// MODE B: the data comes in blocks, each with a header.
    Block,
    /// MODE C: the data is compressed by run-length encoding.
    Compressed,
}

/// The file structure (RFC 959 section 3.1.2). This crate can transfer files in STRU F only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FileStructure {
    /// STRU F: a file is a sequence of bytes.
    #[default]
    File,
    /// STRU R: a file is a sequence of records.
    Record,
    /// STRU P: a file consists of numbered pages.
    Page,
}

impl TransferType {
    /// TYPE A N, for text.
    pub const TEXT: Self = Self::Ascii(Format::NonPrint);

    /// The argument of TYPE.
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

    /// Reads the argument of TYPE, such as `A N`. `None` if it is not one of these types.
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
