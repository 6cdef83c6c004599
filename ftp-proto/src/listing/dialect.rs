//! The dialects of listings, and how one is found for a line.

use super::entry::Kind;
use super::modified::{DateOrder, Modified};
use super::{dos, eplf, mac, mlsx, netware, nonstop, os2, os400, unix, vms, zos};
use crate::reply::Timestamp;

/// Who writes listings like this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// MLSD and MLST (RFC 3659): facts, and a name.
    Mlsx,
    /// `ls -l` of Unix, and what imitates it.
    Unix,
    /// `dir` of DOS, as IIS sends it.
    Dos,
    /// EPLF, the easily parsed list format of publicfile and anonftpd.
    Eplf,
    /// NetWare.
    NetWare,
    /// OS/2.
    Os2,
    /// OpenVMS; long names are wrapped.
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

/// What one line of a dialect is.
pub(super) enum Meaning<'a> {
    Entry(Found<'a>),
    /// A heading, a total, a rule: a line that names no file.
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

/// What is known about a listing when one of its lines is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// The time that a date without a year is compared with.
    pub(super) now: Option<Timestamp>,
    /// Which of day and month comes first where a line leaves that open.
    pub(super) order: DateOrder,
    /// Whether a line has shown the order, so that it is no longer assumed.
    pub(super) order_is_known: bool,
    /// The one dialect of the listing, if you have named it.
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

/// All dialects, in the order in which they are tried: those that a stray line cannot be taken for
/// come first.
const ALL: [Dialect; 11] = [
    Dialect::Mlsx,
    Dialect::Unix,
    Dialect::Dos,
    Dialect::Eplf,
    Dialect::NetWare,
    Dialect::Os2,
    Dialect::Vms,
    Dialect::Zos,
    Dialect::Os400,
    Dialect::NonStop,
    Dialect::Mac,
];

impl Dialect {
    /// Reads a line in this dialect. `None` if the line is not of this dialect.
    fn read<'a>(self, line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
        match self {
            Self::Mlsx => mlsx::read(line, context),
            Self::Unix => unix::read(line, context),
            Self::Dos => dos::read(line, context),
            Self::Eplf => eplf::read(line, context),
            Self::NetWare => netware::read(line, context),
            Self::Os2 => os2::read(line, context),
            Self::Vms => vms::read(line, context),
            Self::Zos => zos::read(line, context),
            Self::Os400 => os400::read(line, context),
            Self::NonStop => nonstop::read(line, context),
            Self::Mac => mac::read(line, context),
        }
    }
}

/// Reads a line in the dialect that is fixed. If none is, the dialect of the line before it is tried
/// first, and then all others. `dialect` becomes the one that has read the line.
#[inline]
pub(super) fn read<'a>(
    line: &'a [u8],
    dialect: &mut Option<Dialect>,
    context: &mut Context,
) -> Option<Meaning<'a>> {
    let first = context.fixed.or(*dialect);
    let meaning = match first {
        Some(first) => first.read(line, context),
        None => None,
    };
    if meaning.is_none() && context.fixed.is_none() {
        return read_other(line, dialect, context);
    }
    *dialect = first;
    meaning
}

/// Tries all dialects but the one that has been tried first.
#[cold]
fn read_other<'a>(
    line: &'a [u8],
    dialect: &mut Option<Dialect>,
    context: &mut Context,
) -> Option<Meaning<'a>> {
    let first = *dialect;
    let others = ALL.into_iter().filter(|other| Some(*other) != first);
    others
        .filter_map(|other| Some((other, other.read(line, context)?)))
        .map(|(other, meaning)| {
            *dialect = Some(other);
            meaning
        })
        .next()
}
