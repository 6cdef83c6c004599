//! The bytes that the jobs upload and download, and checks that these bytes have arrived unchanged.

use crate::servers::Result;

/// The number of bytes that are read or written in one call.
pub(crate) const CHUNK: usize = 64 * 1024;

/// The content of a file: a block of bytes, repeated up to a length, so that the largest file needs
/// no more memory than one block.
#[derive(Clone, Copy)]
pub(crate) struct Content<'a> {
    block: &'a [u8],
    length: u64,
}

impl<'a> Content<'a> {
    /// Creates the content of a file that has the bytes of `block`, once.
    pub(crate) const fn of(block: &'a [u8]) -> Self {
        Self {
            block,
            length: block.len() as u64,
        }
    }

    /// Creates the content of a file of `length` bytes, which repeats `block`.
    pub(crate) const fn repeated(block: &'a [u8], length: u64) -> Self {
        Self { block, length }
    }

    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// Returns the bytes from this offset on, up to the end of the block or of the content,
    /// whichever comes first.
    fn at(&self, offset: u64) -> &'a [u8] {
        let left = self.length.saturating_sub(offset);
        if self.block.is_empty() || left == 0 {
            return &[];
        }
        let begin = usize::try_from(offset % self.block.len() as u64).unwrap_or_default();
        let rest = &self.block[begin..];
        &rest[..rest.len().min(usize::try_from(left).unwrap_or(usize::MAX))]
    }

    /// Returns the content in pieces of at most [`CHUNK`] bytes.
    pub(crate) fn chunks(self) -> impl Iterator<Item = &'a [u8]> {
        let mut offset = 0;
        std::iter::from_fn(move || {
            let rest = self.at(offset);
            let chunk = &rest[..rest.len().min(CHUNK)];
            offset += chunk.len() as u64;
            (!chunk.is_empty()).then_some(chunk)
        })
    }
}

/// Compares a file that arrives in pieces with its expected content.
pub(crate) struct Comparison<'a> {
    content: Content<'a>,
    at: u64,
    differs: Option<u64>,
}

impl<'a> Comparison<'a> {
    pub(crate) const fn new(content: Content<'a>) -> Self {
        Self {
            content,
            at: 0,
            differs: None,
        }
    }

    /// Compares the next piece with the content.
    pub(crate) fn add(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() && self.differs.is_none() {
            let expected = self.content.at(self.at);
            let length = expected.len().min(piece.len());
            let (head, rest) = piece.split_at(length);
            // Looks for the first different byte only in a piece that differs: in an unoptimised
            // build, this search takes longer than the transfer.
            if length == 0 || head != &expected[..length] {
                let same = head.iter().zip(expected).take_while(|(a, b)| a == b);
                self.differs = Some(self.at + same.count() as u64);
                return;
            }
            self.at += length as u64;
            piece = rest;
        }
    }

    /// Checks that the whole content has arrived and nothing else.
    pub(crate) fn end(&self, what: &str) -> Result<()> {
        match self.differs {
            Some(at) => Err(format!("{what}: byte {at} of {} differs", self.content.length).into()),
            None => equal(
                &format!("{what}: number of bytes"),
                &self.content.length,
                &self.at,
            ),
        }
    }
}

/// Returns bytes that look random and are the same for the same seed (SplitMix64). They contain no
/// repeated pattern, so that a lost, doubled or swapped block is noticed.
pub(crate) fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut content = Vec::with_capacity(length + 8);
    while content.len() < length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        content.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    content.truncate(length);
    content
}

/// Checks that two byte strings are equal. The error names the first byte that differs.
pub(crate) fn compare(what: &str, expected: &[u8], actual: &[u8]) -> Result<()> {
    let mut comparison = Comparison::new(Content::of(expected));
    comparison.add(actual);
    comparison.end(what)
}

/// Checks that two values are equal. The error shows both, and begins with `what`.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    actual: &T,
) -> Result<()> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what}: {expected:?} expected, {actual:?} found").into())
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Content, bytes, compare};

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(bytes(7, 1000), bytes(7, 1003)[..1000]);
        assert_ne!(bytes(7, 1000), bytes(8, 1000));
    }

    #[test]
    fn a_repeated_block_compares_however_it_is_cut() {
        let block = bytes(3, 100_003);
        let content = Content::repeated(&block, 250_000);
        let all: Vec<u8> = content.chunks().flatten().copied().collect();
        assert_eq!(all.len(), 250_000);
        assert_eq!(all[200_006..], block[..49_994]);
        for size in [1, 977, 65_536, 300_000] {
            let mut comparison = Comparison::new(content);
            all.chunks(size).for_each(|piece| comparison.add(piece));
            assert!(comparison.end("x").is_ok());
            comparison.add(b"x");
            assert!(comparison.end("x").is_err());
            let mut comparison = Comparison::new(content);
            all[1..]
                .chunks(size)
                .for_each(|piece| comparison.add(piece));
            assert!(comparison.end("x").is_err());
        }
        let mut comparison = Comparison::new(content);
        comparison.add(&all[..249_999]);
        assert!(comparison.end("x").is_err());
    }

    #[test]
    fn a_comparison_names_the_first_difference() {
        let sent = bytes(1, 100);
        assert!(compare("x", &sent, &sent).is_ok());
        let mut changed = sent.clone();
        changed[42] ^= 1;
        let error = compare("x", &sent, &changed).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("byte 42 of 100")));
        let error = compare("x", &sent, &sent[..99]).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("100 expected, 99 found")));
    }
}
