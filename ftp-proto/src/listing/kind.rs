//! The kind of an entry in a listing: file, directory, link and so on.

/// What an entry is.
///
/// ```
/// use ftp_proto::listing::{Entry, Kind};
///
/// let entry = Entry::from_facts("type=dir; pub").expect("an entry");
/// let mark = match entry.kind() {
///     Kind::Directory | Kind::Current | Kind::Parent => "/",
///     Kind::Link => "@",
///     _ => "",
/// };
/// assert_eq!(mark, "/");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Kind {
    /// A file with content.
    File,
    /// A directory.
    Directory,
    /// A symbolic link. [`Entry::link_target`](super::Entry::link_target) says where it leads.
    Link,
    /// The directory that was listed, as an entry of its own listing: `.`, or `type=cdir`.
    Current,
    /// The parent of the directory that was listed: `..`, or `type=pdir`.
    Parent,
    /// Something else: a device, a socket, a pipe.
    Other,
    /// The listing does not say what the entry is.
    #[default]
    Unknown,
}
