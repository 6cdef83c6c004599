//! What an entry of a listing is.

/// What an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A file with content.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; [`Entry::link_target`](super::Entry::link_target) is where it leads.
    Link,
    /// The directory that was listed: `.`, or `type=cdir`.
    Current,
    /// The directory above it: `..`, or `type=pdir`.
    Parent,
    /// Something else: a device, a socket, a pipe.
    Other,
    /// The listing does not say it.
    #[default]
    Unknown,
}
