//! The limits of a walk, and what it does with links.

use crate::options::setters::setters;

/// The limits of a walk, and what it does with links.
///
/// ```
/// use ftp_proto::tree::WalkOptions;
///
/// let shallow = WalkOptions::new().with_depth(2).with_entries(10_000);
/// # let _ = shallow;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WalkOptions {
    /// How many directories deep the walk goes: 128. 1 is the first directory alone. A directory at
    /// this depth is handed out with [`Note::TooDeep`](super::Note::TooDeep).
    pub depth: usize,
    /// How many entries the walk may meet: 10,000,000. One more ends it.
    pub entries: u64,
    /// How many directories the walk may read: 1,000,000. One more ends it.
    pub directories: u64,
    /// How many bytes of listings the walk may hold at a time: 256 MiB. The walk holds the entries
    /// of a directory, and of the directories above it, that it has not handed out yet.
    pub bytes: usize,
    /// What the walk does with links.
    pub links: Links,
}

/// What a walk does with symbolic links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Links {
    /// Hands them out, and never goes through one.
    #[default]
    Report,
    /// Hands them out, and goes into the directories that they lead to. A link whose target cannot
    /// be listed (501, 550) is taken for a link to a file.
    ///
    /// A link that leads to a directory above it ends with [`Note::Loop`](super::Note::Loop). The
    /// walk knows such a link by the target that the listing shows, or by the `unique` fact. Where a
    /// server tells neither, [`WalkOptions::depth`] ends the loop.
    Follow,
}

setters! { WalkOptions
    /// Sets [`WalkOptions::depth`].
    with_depth => depth: usize;
    /// Sets [`WalkOptions::entries`].
    with_entries => entries: u64;
    /// Sets [`WalkOptions::directories`].
    with_directories => directories: u64;
    /// Sets [`WalkOptions::bytes`].
    with_bytes => bytes: usize;
    /// Sets what the walk does with links.
    with_links => links: Links;
}

impl WalkOptions {
    /// Makes the options with the limits that the fields name. Links are not followed.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            depth: 128,
            entries: 10_000_000,
            directories: 1_000_000,
            bytes: 256 * 1024 * 1024,
            links: Links::Report,
        }
    }
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self::new()
    }
}
