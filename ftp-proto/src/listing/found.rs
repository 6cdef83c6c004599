//! What a dialect finds in a line, and what is known about the listing meanwhile.

use super::kind::Kind;
use super::modified::{DateOrder, Modified};
use crate::reply::Timestamp;

/// The format of a listing, named after the system or server that writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// MLSD and MLST (RFC 3659): facts, and a name.
    Mlsx,
    /// `ls -l` of Unix, and the servers that imitate it.
    Unix,
    /// `dir` of DOS, as IIS sends it.
    Dos,
    /// EPLF, the easily parsed list format of publicfile and anonftpd.
    Eplf,
    /// NetWare.
    NetWare,
    /// OS/2.
    Os2,
    /// OpenVMS. After a long name, the other fields follow on the next line.
    Vms,
    /// z/OS (MVS): data sets, members of a data set, and jobs (JES).
    Zos,
    /// OS/400 (IBM i).
    Os400,
    /// HPE NonStop (Tandem Guardian).
    NonStop,
    /// Classic Mac OS (Peter's server, WebSTAR).
    Mac,
}

/// What one line of a listing is, as a dialect reads it.
pub(super) enum Meaning<'a> {
    Entry(Found<'a>),
    /// A line that names no file: a heading, a total, or a line of dashes.
    Noise,
    /// The name of an entry whose other fields follow on the next line (VMS).
    Unfinished,
}

/// The fields of an entry, as a dialect finds them in its line. All slices are part of the line.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a [u8],
    pub(super) target: Option<&'a [u8]>,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Modified>,
    /// The permission bits of Unix, 0 to 0o7777.
    pub(super) mode: Option<u16>,
    pub(super) owner: Option<&'a [u8]>,
    pub(super) group: Option<&'a [u8]>,
    pub(super) unique: Option<&'a [u8]>,
    /// The `perm` fact of RFC 3659.
    pub(super) perm: Option<&'a [u8]>,
}

/// What the earlier lines of a listing and your settings say, for reading its next line.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// The time that a date without a year is compared with.
    pub(super) now: Option<Timestamp>,
    /// Which of day and month comes first in a date such as `03-04-26`, which allows both.
    pub(super) order: DateOrder,
    /// Whether a line such as `27-11-26` has shown the order. Before, the order is only assumed.
    pub(super) order_is_known: bool,
    /// The dialect in which every line is read. `None` if the dialect is to be found.
    pub(super) fixed: Option<Dialect>,
    /// The last heading, for dialects whose columns depend on it.
    pub(super) heading: Heading,
}

/// A heading that says what the columns of the next lines are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Heading {
    #[default]
    None,
    /// `Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname`
    ZosDataSets,
    /// `Name     VV.MM   Created       Changed      Size  Init   Mod   Id`, or the heading of load modules
    ZosMembers,
    /// `JOBNAME  JOBID    OWNER    STATUS CLASS`
    ZosJobs,
    /// `ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT`
    ZosSpool,
}
