//! What a dialect finds in one line, and what the parser knows about the listing from earlier
//! lines.

use super::kind::Kind;
use super::modified::{DateOrder, Modified};
use crate::reply::Timestamp;

/// The format of a listing, named after the system or server that writes it.
///
/// ```
/// use ftp_proto::listing::{Dialect, Line, Parser};
///
/// let mut line = &b"-rw-r--r--   1 ada  users  5 Jan  1  2024 hello\r\n"[..];
/// // A parser for one dialect does not read the others.
/// let mut parser = Parser::new().with_dialect(Dialect::Mlsx);
/// assert!(matches!(parser.next_line(&mut line), Some(Line::Unparsed(_))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Dialect {
    /// MLSD and MLST (RFC 3659): facts such as `size=5;`, and then the name.
    Mlsx,
    /// `ls -l` of Unix, and of the servers that imitate it.
    Unix,
    /// `dir` of DOS and Windows, as IIS sends it.
    Dos,
    /// EPLF, the easily parsed list format of publicfile and anonftpd.
    Eplf,
    /// NetWare.
    NetWare,
    /// OS/2.
    Os2,
    /// OpenVMS. If a name is long, its line ends after the name, and the other fields follow on the
    /// next line.
    Vms,
    /// z/OS (MVS): data sets, members of a data set, and jobs (JES).
    Zos,
    /// OS/400 (IBM i).
    Os400,
    /// The Guardian files of HPE NonStop (Tandem).
    NonStop,
    /// Classic Mac OS (Peter's server, WebSTAR).
    Mac,
}

/// What kind of line a dialect has read.
pub(super) enum Meaning<'a> {
    Entry(Found<'a>),
    /// A line that names no file: a heading, a total, or a line of dashes.
    Noise,
    /// The name of an entry whose other fields follow on the next line (VMS). The parser waits for
    /// that line.
    Unfinished,
}

/// The fields of an entry, as a dialect finds them in its line. The slices borrow the line.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a [u8],
    pub(super) target: Option<&'a [u8]>,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Modified>,
    /// The permission bits of Unix, 0 to 0o7777. `None` if the line does not show them.
    pub(super) mode: Option<u16>,
    pub(super) owner: Option<&'a [u8]>,
    pub(super) group: Option<&'a [u8]>,
    pub(super) unique: Option<&'a [u8]>,
    /// The letters of the `perm` fact of RFC 3659: what the login may do. Only MLSD has them.
    pub(super) perm: Option<&'a [u8]>,
}

/// What a dialect needs for the next line besides the line: your settings, and what earlier lines
/// have shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// The present time, which gives a year to dates without one. `None` if you have not set it.
    pub(super) now: Option<Timestamp>,
    /// Whether the day or the month comes first in a date such as `03-04-26`, which can be read
    /// both ways.
    pub(super) order: DateOrder,
    /// Whether `order` is certain, because a line such as `27-11-26` has shown it. Until then it is
    /// a guess.
    pub(super) order_is_known: bool,
    /// The dialect in which every line must be read. `None` if the parser finds the dialect.
    pub(super) fixed: Option<Dialect>,
    /// The heading above the current line. In the dialect of z/OS it says which columns the line
    /// has.
    pub(super) heading: Heading,
}

/// A heading of z/OS, which says which columns the lines below it have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Heading {
    #[default]
    None,
    /// `Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname`
    ZosDataSets,
    /// `Name     VV.MM   Created       Changed      Size  Init   Mod   Id`, or `Name  Size  TTR
    /// ...` for load modules
    ZosMembers,
    /// `JOBNAME  JOBID    OWNER    STATUS CLASS`
    ZosJobs,
    /// `ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT`
    ZosSpool,
}
