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
    /// How many levels of directories the walk reads. The default is 128, and 1 means only the
    /// first directory. The walk yields a directory at this depth with
    /// [`Note::TooDeep`](super::Note::TooDeep).
    pub depth: usize,
    /// How many entries the walk may meet. The default is 10,000,000. One more entry ends the walk.
    pub entries: u64,
    /// How many directories the walk may read. The default is 1,000,000. One more directory ends
    /// the walk.
    pub directories: u64,
    /// How much memory the walk may use at a time for entries that it has not yielded yet, in
    /// bytes. The default is 256 MiB. These are entries of the directory that it has read last, and
    /// of the directories above it.
    pub bytes: usize,
    /// What the walk does with links. The default is [`Links::Report`].
    pub links: Links,
}

/// What a walk does with symbolic links.
///
/// ```
/// use ftp_proto::tree::{Links, WalkOptions};
///
/// let options = WalkOptions::new().with_links(Links::Follow).with_depth(20);
/// assert_eq!(options.links, Links::Follow);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Links {
    /// The walk yields links, but never goes through them. This is the default.
    #[default]
    Report,
    /// The walk yields links, and goes into the directories that they lead to. If the server
    /// refuses to list a link with 501 or 550, the walk assumes that the link leads to a file.
    ///
    /// If a link leads to a directory above it, the walk yields the link with
    /// [`Note::Loop`](super::Note::Loop). The walk recognises such a link by the target in the
    /// listing, or by the `unique` fact. If the server sends neither, [`WalkOptions::depth`] ends
    /// the loop.
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
    /// Makes options with the default limits, which the docs of the fields name. The walk does not
    /// follow links.
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
