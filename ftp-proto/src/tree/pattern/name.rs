//! The pattern of one name, compiled into a small program.
//!
//! All threads of the program run at the same time (Thompson's construction), so no pattern takes
//! exponential time.

use alloc::vec::Vec;
use core::mem;

use super::InvalidPattern;

/// The program for one part of a path, such as `*.fa`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamePattern(Vec<Op>);

/// One instruction of the program. If a thread has no instruction left at the end of the name, the
/// pattern fits the name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Op {
    /// Takes this unit.
    Unit(Unit),
    /// Takes any unit.
    Any,
    /// Takes a unit that is in one of these ranges. If `not` is set, takes a unit that is in none.
    Class {
        ranges: Vec<(Unit, Unit)>,
        not: bool,
    },
    /// Splits the thread: one thread goes on at each of these instructions.
    Split(Vec<usize>),
    /// The thread goes on at this instruction.
    Jump(usize),
}

/// A character, or a byte that is not part of a UTF-8 character. The value of such a byte is higher
/// than that of every character.
type Unit = u32;

/// The unit of a byte outside UTF-8 is this number plus the byte. The number is higher than that of
/// every character.
const STRAY: Unit = 0x11_0000;

/// A `{` whose `}` the compiler has not reached yet.
struct Open {
    /// The position of the `{` in the text.
    at: usize,
    /// The `Split` instruction that leads to all alternatives between the braces.
    split: usize,
    /// The `Jump` instructions at the ends of the alternatives. Their target is known only at the
    /// `}`.
    ends: Vec<usize>,
}

impl NamePattern {
    pub(super) fn new(text: &[u8]) -> Result<Self, InvalidPattern> {
        Compiler {
            text: units(text),
            next: 0,
            program: Vec::new(),
            open: Vec::new(),
        }
        .compile()
        .map(Self)
    }

    /// Returns the only name that the pattern fits, in bytes. `None` if the pattern has a wildcard.
    pub(super) fn literal(&self) -> Option<Vec<u8>> {
        let mut name = Vec::new();
        for op in &self.0 {
            let Op::Unit(unit) = op else {
                return None;
            };
            match (char::from_u32(*unit), unit.checked_sub(STRAY)) {
                (Some(character), _) => {
                    name.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                (None, Some(byte)) => name.push(u8::try_from(byte).ok()?),
                (None, None) => return None,
            }
        }
        Some(name)
    }

    pub(super) fn matches(&self, name: &[u8]) -> bool {
        let mut threads = Threads::new(self.0.len());
        let mut next = Threads::new(self.0.len());
        threads.add(0, &self.0);
        for (_, unit) in units(name) {
            next.clear();
            for at in mem::take(&mut threads.list) {
                if self.0.get(at).is_some_and(|op| op.takes(unit)) {
                    next.add(at.saturating_add(1), &self.0);
                }
            }
            mem::swap(&mut threads, &mut next);
        }
        threads.are_at_end()
    }
}

impl Op {
    fn takes(&self, unit: Unit) -> bool {
        match self {
            Self::Unit(wanted) => *wanted == unit,
            Self::Any => true,
            Self::Class { ranges, not } => {
                let is_in = ranges
                    .iter()
                    .any(|(low, high)| (*low..=*high).contains(&unit));
                is_in != *not
            }
            Self::Split(_) | Self::Jump(_) => false,
        }
    }
}

/// The threads of a program. Each thread waits at an instruction for the next unit of the name.
struct Threads {
    list: Vec<usize>,
    /// Which instructions a thread has reached. The last element is for the end of the program.
    seen: Vec<bool>,
    waiting: Vec<usize>,
}

impl Threads {
    fn new(program: usize) -> Self {
        Self {
            list: Vec::new(),
            seen: alloc::vec![false; program.saturating_add(1)],
            waiting: Vec::new(),
        }
    }

    fn are_at_end(&self) -> bool {
        self.seen.last() == Some(&true)
    }

    fn clear(&mut self) {
        self.list.clear();
        self.seen.fill(false);
    }

    /// Adds a thread at an instruction. `Split` and `Jump` take no unit, so the threads are added
    /// at their targets instead.
    fn add(&mut self, at: usize, program: &[Op]) {
        self.waiting.push(at);
        while let Some(at) = self.waiting.pop() {
            match self.seen.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match program.get(at) {
                Some(Op::Split(targets)) => self.waiting.extend(targets),
                Some(Op::Jump(target)) => self.waiting.push(*target),
                Some(_) => self.list.push(at),
                None => {}
            }
        }
    }
}

struct Compiler {
    /// The units of the pattern, each with its position in bytes.
    text: Vec<(usize, Unit)>,
    next: usize,
    program: Vec<Op>,
    open: Vec<Open>,
}

impl Compiler {
    fn compile(mut self) -> Result<Vec<Op>, InvalidPattern> {
        while let Some((at, unit)) = self.take() {
            match u8::try_from(unit).unwrap_or_default() {
                b'*' => self.star(),
                b'?' => self.program.push(Op::Any),
                b'[' => {
                    let class = self.class(at)?;
                    self.program.push(class);
                }
                b'{' => self.begin(at),
                b',' if !self.open.is_empty() => self.alternative(),
                b'}' if !self.open.is_empty() => self.end(),
                b'\\' => {
                    let (_, unit) = self.take().ok_or(InvalidPattern::Escape { at })?;
                    self.program.push(Op::Unit(unit));
                }
                _ => self.program.push(Op::Unit(unit)),
            }
        }
        match self.open.last() {
            Some(open) => Err(InvalidPattern::Brace { at: open.at }),
            None => Ok(self.program),
        }
    }

    fn take(&mut self) -> Option<(usize, Unit)> {
        let taken = self.text.get(self.next).copied();
        self.next = self.next.saturating_add(1);
        taken
    }

    fn peek(&self) -> Option<Unit> {
        self.text.get(self.next).map(|(_, unit)| *unit)
    }

    /// Compiles `*`: either nothing, or any unit and then `*` again.
    fn star(&mut self) {
        let begin = self.program.len();
        let [any, end] = [1, 3].map(|more| begin.saturating_add(more));
        self.program.push(Op::Split([any, end].into()));
        self.program.push(Op::Any);
        self.program.push(Op::Jump(begin));
    }

    /// `{`.
    fn begin(&mut self, at: usize) {
        let split = self.program.len();
        self.program
            .push(Op::Split([split.saturating_add(1)].into()));
        self.open.push(Open {
            at,
            split,
            ends: Vec::new(),
        });
    }

    /// `,` in braces.
    fn alternative(&mut self) {
        let end = self.program.len();
        self.program.push(Op::Jump(end));
        let begin = self.program.len();
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.ends.push(end);
        if let Some(Op::Split(targets)) = self.program.get_mut(open.split) {
            targets.push(begin);
        }
    }

    /// `}`.
    fn end(&mut self) {
        let after = self.program.len();
        let ends = self.open.pop().map(|open| open.ends).unwrap_or_default();
        for end in ends {
            if let Some(Op::Jump(target)) = self.program.get_mut(end) {
                *target = after;
            }
        }
    }

    /// What follows a `[`.
    fn class(&mut self, at: usize) -> Result<Op, InvalidPattern> {
        let unclosed = InvalidPattern::Bracket { at };
        let is = |unit: Option<Unit>, byte: u8| unit == Some(Unit::from(byte));
        let not = is(self.peek(), b'!') || is(self.peek(), b'^');
        if not {
            self.take();
        }
        let mut ranges = Vec::new();
        loop {
            let (_, low) = self.take().ok_or(unclosed)?;
            match u8::try_from(low).unwrap_or_default() {
                // A `]` right after the opening `[`, `[!` or `[^` is a character of the class and
                // does not end it.
                b']' if !ranges.is_empty() => return Ok(Op::Class { ranges, not }),
                b'\\' => {
                    let (_, low) = self.take().ok_or(unclosed)?;
                    ranges.push(self.range(low, unclosed)?);
                }
                _ => ranges.push(self.range(low, unclosed)?),
            }
            if ranges.last().is_some_and(|(low, high)| low > high) {
                return Err(InvalidPattern::Range { at });
            }
        }
    }

    /// Reads one unit of a class, or a range such as `a-z`. A `-` just before the `]` is an
    /// ordinary unit.
    fn range(
        &mut self,
        low: Unit,
        unclosed: InvalidPattern,
    ) -> Result<(Unit, Unit), InvalidPattern> {
        let after = self.next.saturating_add(1);
        let end = self.text.get(after).map(|(_, unit)| *unit);
        let is_range =
            self.peek() == Some(u32::from(b'-')) && end.is_some_and(|end| end != u32::from(b']'));
        if !is_range {
            return Ok((low, low));
        }
        self.next = after;
        let (_, high) = self.take().ok_or(unclosed)?;
        match high == u32::from(b'\\') {
            true => self.take().ok_or(unclosed).map(|(_, high)| (low, high)),
            false => Ok((low, high)),
        }
    }
}

/// Splits a name into its characters and its bytes outside UTF-8, each with its position in bytes.
fn units(name: &[u8]) -> Vec<(usize, Unit)> {
    let mut units = Vec::with_capacity(name.len());
    let mut at = 0_usize;
    for chunk in name.utf8_chunks() {
        for (begin, character) in chunk.valid().char_indices() {
            units.push((at.saturating_add(begin), Unit::from(character)));
        }
        at = at.saturating_add(chunk.valid().len());
        for byte in chunk.invalid() {
            units.push((at, STRAY.saturating_add(Unit::from(*byte))));
            at = at.saturating_add(1);
        }
    }
    units
}
