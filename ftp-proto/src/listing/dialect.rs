//! Finds the dialect of a line: the listing format in which its server writes it.

use super::found::{Context, Dialect, Meaning};
use super::{dos, eplf, mac, mlsx, netware, nonstop, os2, os400, unix, vms, zos};

/// All dialects, in the order in which the parser tries them. A dialect with a strict format comes
/// before a dialect whose format a line of another dialect could match by chance.
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

/// Reads a line. If the context fixes a dialect, no other dialect is tried. Otherwise the dialect
/// of the line before (`dialect`) is tried first, and then all others. `dialect` becomes the one
/// that fits.
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

/// Tries all dialects except `dialect`, in which the line could not be parsed.
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
