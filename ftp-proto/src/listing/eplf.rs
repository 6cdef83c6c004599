//! TODO eplf

use super::dialect::{Context, Meaning};

pub(super) fn read<'a>(_line: &'a [u8], _context: &mut Context) -> Option<Meaning<'a>> {
    None
}
