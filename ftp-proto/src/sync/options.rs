//! The options of a sync.

use super::filter::Filter;
use crate::files::FileOptions;
use crate::options::setters::setters;
use crate::retry::RetryPolicy;
use crate::tree::WalkOptions;

/// How two directories are compared, and what a sync may do. Each field has a default, which its
/// text names. [`PlanSync`](super::PlanSync) says what a plan makes of times, hidden names and
/// partial files.
///
/// ```
/// use ftp_proto::sync::{Compare, Extra, Filter, SyncOptions};
///
/// let mirror = SyncOptions::new()
///     .with_extra(Extra::Delete)
///     .with_filter(Filter::new().exclude("*.tmp")?);
/// let newer = SyncOptions::new().with_compare(Compare::Newer);
/// # let _ = (mirror, newer);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncOptions {
    /// How files are compared. The default is [`Compare::SizeOrNewer`].
    pub compare: Compare,
    /// What happens to what is in the target only. The default is [`Extra::Keep`].
    pub extra: Extra,
    /// Which files and directories take part. By default all do.
    pub filter: Filter,
    /// Whether two names that differ in the case of letters only are the same name in the target.
    /// The default is [`LetterCase::Ignored`] on Windows and macOS, and [`LetterCase::Matters`] on
    /// other systems.
    pub letter_case: LetterCase,
    /// The limits of the walk through both trees. [`WalkOptions::links`] says whether the links of
    /// the source are followed. By default they are not: links are skipped, and are no failure
    /// ([`Reason::Link`](super::Reason::Link)). Links of the target are never followed.
    /// [`WalkOptions::bytes`] also limits the memory for the whole local tree, and that for the
    /// paths in the plan. The other defaults are those of [`WalkOptions`].
    pub walk: WalkOptions,
    /// The options of each file. The default is [`FileOptions::resuming`]: a file goes on where it
    /// was interrupted, keeps its modification time, and is written to the disk (fsync) before it
    /// gets its name. An upload goes to a temporary name first.
    pub files: FileOptions,
    /// How often a step is repeated if it fails for a reason that may pass. The default is
    /// [`RetryPolicy::new`]: 5 attempts. Each file and each other change has its own attempts. A
    /// file that has got further than in all attempts before begins its count anew, unless it was
    /// moved to its end and proved wrong. A lost connection is opened again with as many attempts.
    ///
    /// While the plan is made, a step is repeated only if its connection is lost. Each step that is
    /// done begins the count anew. A directory that the server refuses to list fails at once.
    ///
    /// A pool opens its first session under this policy. For a client, `connect_retrying` takes a
    /// policy of its own.
    pub retry: RetryPolicy,
}

/// How a sync compares a file of the source with the file of the same name in the target.
///
/// Many servers list times without seconds, and old ones without the time of day. A time then
/// stands for a whole minute or day, and a file is newer only if it is newer than all of it.
/// [`PlanSync`](super::PlanSync) has the rules. Times that differ by one second are the same.
///
/// Sizes and hashes are not compared for text
/// ([`FileOptions::transfer`](crate::files::FileOptions::transfer)), because the two files differ in
/// their line ends.
///
/// ```
/// use ftp_proto::sync::{Compare, Extra, SyncOptions};
///
/// // An exact copy, as far as sizes and times can tell.
/// let exact = SyncOptions::new()
///     .with_compare(Compare::SizeOrTime)
///     .with_extra(Extra::Delete);
/// assert_eq!(exact.compare, Compare::SizeOrTime);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compare {
    /// It is transferred if the sizes differ, or if the file of the source is newer. This is the
    /// default. It does not notice that the file of the source was replaced by an older one of the
    /// same size: [`SizeOrTime`](Self::SizeOrTime) does.
    #[default]
    SizeOrNewer,
    /// It is transferred if the file of the source is newer. A file of the target that is newer
    /// stays, whatever its size is. Without a time on both sides, the size decides.
    Newer,
    /// It is transferred if the sizes or the times differ. With [`Extra::Delete`], this makes an
    /// exact copy, as far as sizes and times can tell. An upload needs a server that lets the
    /// client set times. Otherwise each sync transfers all files again.
    SizeOrTime,
    /// It is transferred if the sizes differ.
    Size,
    /// It is transferred if the sizes differ, or the hashes do. If the server computes no hash that
    /// this build knows, the time decides as for [`SizeOrNewer`](Self::SizeOrNewer).
    Hash,
    /// A file that exists in the target is never transferred.
    Existence,
    /// Nothing is compared: every file is transferred.
    Never,
}

/// What happens to what is in the target of a sync, and not in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extra {
    /// It stays. This is the default: nothing is deleted. Something of another kind than in the
    /// source is a failure and stays too, for example a directory or a link where the source has a
    /// file.
    #[default]
    Keep,
    /// It is deleted. Something of another kind than in the source is replaced
    /// ([`Reason::OtherKind`](super::Reason::OtherKind)). Nothing is deleted in a directory whose
    /// source could not be read completely, and nothing that the filter leaves out. A directory
    /// that holds something left out stays.
    ///
    /// If the source is empty, all is deleted. Look at the plan first if that may be a mistake,
    /// such as a disk that is not mounted.
    Delete,
}

/// Whether the target of a sync takes two names that differ in the case of letters only for the
/// same name. If it does, only the first of such names takes part, and the report names the others.
///
/// If you say that it does not, a sync still deletes no name that differs from a new one in the case
/// of letters only, and reports it. If the target has both names, the next sync deletes the old one.
///
/// Two names that write the same accents in two ways (NFC and NFD in Unicode) are two names here.
/// macOS takes them for the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LetterCase {
    /// `a` and `A` are two names. This is the default on most systems.
    Matters,
    /// `a` and `A` are the same name. This is the default on Windows and macOS.
    Ignored,
}

setters! { SyncOptions
    /// Sets how files are compared.
    with_compare => compare: Compare;
    /// Sets what happens to what is in the target only.
    with_extra => extra: Extra;
    /// Sets which files and directories take part.
    with_filter => filter: Filter;
    /// Sets whether `a` and `A` are the same name in the target.
    with_letter_case => letter_case: LetterCase;
    /// Sets the limits of the walk, and whether links are followed.
    with_walk => walk: WalkOptions;
    /// Sets the options of each file.
    with_files => files: FileOptions;
    /// Sets how often a step is repeated.
    with_retry => retry: RetryPolicy;
}

impl SyncOptions {
    /// Makes options for a sync that transfers files that are missing, that have another size, or
    /// that are newer. It deletes nothing and follows no links. It repeats what may pass
    /// ([`RetryPolicy::new`]).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            compare: Compare::default(),
            extra: Extra::default(),
            filter: Filter::new(),
            letter_case: LetterCase::default(),
            walk: WalkOptions::new(),
            files: FileOptions::resuming(),
            retry: RetryPolicy::new(),
        }
    }
}

impl Default for LetterCase {
    fn default() -> Self {
        match cfg!(any(windows, target_vendor = "apple")) {
            true => Self::Ignored,
            false => Self::Matters,
        }
    }
}
