//! Finds an encoding by its label, such as `gbk`, with the crate `encoding_rs`.

use alloc::string::String;
use alloc::vec::Vec;

use super::encoding::{Codec, Encoding};
use crate::atomics::Arc;

impl Encoding {
    /// Returns the encoding with this label of the [Encoding Standard], such as `gbk`, `gb18030`,
    /// `big5`, `shift-jis`, `euc-jp`, `euc-kr`, `windows-1251`, `koi8-r` or `iso-8859-2`, in upper
    /// or lower case. Needs the feature `encoding_rs`.
    ///
    /// `None` for a label that is not known, and for encodings in which a byte below 0x80 may be no
    /// ASCII character: UTF-16 and ISO-2022-JP. A command cannot carry such a name.
    ///
    /// As in browsers, `latin1` and `iso-8859-1` mean `windows-1252`. For ISO 8859-1 itself, use
    /// [`Encoding::Latin1`].
    ///
    /// [Encoding Standard]: https://encoding.spec.whatwg.org/#names-and-labels
    ///
    /// ```
    /// use ftp_proto::{Encoding, Options};
    ///
    /// let gbk = Encoding::for_label("gbk").expect("a known label");
    /// assert_eq!(gbk.encode("报告")?, &b"\xb1\xa8\xb8\xe6"[..]);
    /// assert_eq!(gbk.decode(b"\xb1\xa8\xb8\xe6"), "报告");
    /// assert!(gbk.encode("🦀").is_err());
    /// assert!(Encoding::for_label("utf-16").is_none());
    ///
    /// let options = Options::new("ftp.example.org").with_encoding(gbk);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use]
    pub fn for_label(label: &str) -> Option<Self> {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        if encoding == encoding_rs::UTF_8 {
            return Some(Self::Utf8);
        }
        let is_usable = encoding.is_ascii_compatible();
        is_usable.then(|| Self::Custom(Arc::new(Labelled(encoding))))
    }
}

#[derive(Debug)]
struct Labelled(&'static encoding_rs::Encoding);

impl Codec for Labelled {
    fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let (bytes, _, has_unmappable) = self.0.encode(text);
        if has_unmappable {
            return None;
        }
        // Some encodings write two characters as the same byte: in Shift-JIS, the yen sign and the
        // backslash. The client would then name another file than you meant. So a text is refused
        // if its bytes do not decode to the same text.
        let (back, _) = self.0.decode_without_bom_handling(&bytes);
        (back == text).then(|| bytes.into_owned())
    }

    fn decode(&self, bytes: &[u8]) -> String {
        self.0.decode_without_bom_handling(bytes).0.into_owned()
    }
}
