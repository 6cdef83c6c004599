//! What the server's files and the session's directory may be. After a dropped operation several
//! things may be true. Each later answer must agree with one of them, and leaves only those that
//! agree.

use std::collections::BTreeSet;
use std::sync::Arc;

use fastrand::Rng;
use ftp_smol::{Error, ErrorKind};

use super::operation::{Ending, Operation, Output};
use crate::job::content;
use crate::servers::tree::WRITABLE;

/// The directory in which clients may write.
pub(super) const ROOM: &str = "/open";

/// The sizes in bytes of the files that never change.
pub(super) const FIXED: [usize; 5] = [0, 10, 1_500, 70_001, 300_000];

/// The directories between which the session moves.
const DIRECTORIES: [&str; 2] = ["/", ROOM];

/// How many files, and how many directories, the operations change.
const SLOTS: usize = 4;

/// The name and the content of a file that never changes.
pub(super) fn fixed(number: usize) -> (String, Vec<u8>) {
    debug_assert_eq!(ROOM, format!("/{WRITABLE}"));
    let content = content::bytes(1_000 + number as u64, FIXED[number]);
    (format!("{ROOM}/fixed-{number}"), content)
}

/// What there may be at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Missing,
    Directory,
    File(Arc<[u8]>),
    /// The file of an upload that was not confirmed: any number of its first bytes.
    Beginning(Arc<[u8]>),
}

/// A path that operations change.
struct Slot {
    name: String,
    is_directory: bool,
    may_be: Vec<State>,
}

pub(super) struct Model {
    rng: Rng,
    may_be_in: Vec<&'static str>,
    /// Whether a CWD was dropped and no later answer has said where the session is.
    directory_in_doubt: bool,
    slots: Vec<Slot>,
    /// All names that were ever used. A forgotten file may appear late.
    used: BTreeSet<Vec<u8>>,
}

type Judged = Result<(), String>;

impl State {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Missing | Self::Directory => &[],
            Self::File(content) | Self::Beginning(content) => content,
        }
    }

    /// Returns this state as it is known if a file of this size is there. `None` if it is not.
    fn of_size(&self, size: u64) -> Option<Self> {
        match self {
            Self::File(content) if content.len() as u64 == size => Some(self.clone()),
            Self::Beginning(content) => {
                let beginning = content.get(..usize::try_from(size).ok()?)?;
                Some(Self::File(beginning.into()))
            }
            _ => None,
        }
    }

    fn is_content(&self, found: &[u8]) -> bool {
        self.of_size(found.len() as u64)
            .is_some_and(|state| state.bytes() == found)
    }
}

impl Slot {
    /// Leaves the states for which `narrow` returns one.
    fn leave(&mut self, what: &str, narrow: impl Fn(&State) -> Option<State>) -> Judged {
        let left: Vec<State> = self.may_be.iter().filter_map(narrow).collect();
        if left.is_empty() {
            let may_be: Vec<String> = self.may_be.iter().map(State::shown).collect();
            return Err(format!(
                "{what}, but {} is {}",
                self.name,
                may_be.join(" or ")
            ));
        }
        self.may_be = left;
        Ok(())
    }

    fn may_also_be(&mut self, states: impl IntoIterator<Item = State>) {
        for state in states {
            if !self.may_be.contains(&state) {
                self.may_be.push(state);
            }
        }
    }
}

impl State {
    fn shown(&self) -> String {
        match self {
            Self::Missing => "missing".to_owned(),
            Self::Directory => "a directory".to_owned(),
            Self::File(content) => format!("{} bytes", content.len()),
            Self::Beginning(content) => format!("up to {} bytes", content.len()),
        }
    }

    fn if_missing(&self) -> Option<Self> {
        matches!(self, Self::Missing).then_some(Self::Missing)
    }

    fn if_there(&self) -> Option<Self> {
        (!matches!(self, Self::Missing)).then(|| self.clone())
    }
}

impl Model {
    pub(super) fn new(seed: u64) -> Self {
        let mut model = Self {
            rng: Rng::with_seed(seed ^ 0x5eed),
            may_be_in: vec![DIRECTORIES[0]],
            directory_in_doubt: false,
            slots: Vec::new(),
            used: BTreeSet::new(),
        };
        for is_directory in [false, true] {
            for _ in 0..SLOTS {
                let name = model.new_name();
                model.slots.push(Slot {
                    name,
                    is_directory,
                    may_be: vec![State::Missing],
                });
            }
        }
        model
    }

    fn new_name(&mut self) -> String {
        let name = format!("own-{}", self.used.len());
        self.used.insert(name.clone().into_bytes());
        format!("{ROOM}/{name}")
    }

    /// Chooses the next operation.
    pub(super) fn choose(&mut self) -> Operation {
        let number = self.rng.usize(..FIXED.len());
        let file = self.rng.usize(..SLOTS);
        let name = self.slots[file].name.clone();
        let directory = self.slots[SLOTS + self.rng.usize(..SLOTS)].name.clone();
        match self.rng.u8(..40) {
            0..=4 => Operation::Pwd,
            5..=7 => Operation::Cwd(DIRECTORIES[self.rng.usize(..DIRECTORIES.len())]),
            8 => Operation::Noop,
            9 => Operation::Features,
            10..=12 => Operation::Size(name),
            13 => Operation::Size(fixed(number).0),
            14..=16 => Operation::Fetch(name),
            17..=21 => Operation::Fetch(fixed(number).0),
            22..=24 => self.piece(number),
            25..=30 => Operation::Store(name, self.content()),
            31..=32 => Operation::Names,
            33 => Operation::Facts,
            34 => Operation::MakeDirectory(directory),
            35 => Operation::RemoveDirectory(directory),
            36 => Operation::Delete(name),
            37..=38 => {
                let to = (file + self.rng.usize(1..SLOTS)) % SLOTS;
                Operation::Rename(name, self.slots[to].name.clone())
            }
            _ => Operation::Reconnect,
        }
    }

    fn piece(&mut self, number: usize) -> Operation {
        let offset = self.rng.usize(..=FIXED[number]);
        let ending = match self.rng.bool() {
            true => Ending::Abort,
            false => Ending::Drop,
        };
        Operation::Piece {
            name: fixed(number).0,
            offset: offset as u64,
            length: self.rng.usize(..=FIXED[number] - offset),
            ending,
        }
    }

    fn content(&mut self) -> State {
        let sizes = [0, 1, 900, 20_000, 150_000];
        let size = sizes[self.rng.usize(..sizes.len())];
        let content = content::bytes(self.rng.u64(..), size);
        State::File(content.into())
    }

    fn slot(&mut self, name: &str) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.name == name)
    }

    fn set(&mut self, name: &str, state: State) {
        if let Some(slot) = self.slot(name) {
            slot.may_be = vec![state];
        }
    }

    /// Checks what a finished operation has returned.
    pub(super) fn note_done(&mut self, operation: &Operation, output: Output) -> Judged {
        match (operation, output) {
            (Operation::Pwd, Output::Path(path)) => {
                let before = self.may_be_in.clone();
                self.directory_in_doubt = false;
                self.may_be_in.retain(|may| may.as_bytes() == path);
                if self.may_be_in.is_empty() {
                    let path = String::from_utf8_lossy(&path);
                    return Err(format!("PWD says {path}, but it is {before:?}"));
                }
            }
            (Operation::Cwd(path), _) => self.is_in(path),
            (Operation::Size(name), Output::Size(size)) => {
                let size = size.ok_or("the server has no SIZE")?;
                self.read(name, &format!("the size is {size}"), |state| {
                    state.of_size(size)
                })?;
            }
            (Operation::Fetch(name), Output::Bytes(found)) => self.is_content(name, &found)?,
            (Operation::Piece { name, offset, .. }, Output::Bytes(found)) => {
                let (_, content) = fixed_of(name).ok_or("no file that never changes")?;
                let begin = usize::try_from(*offset).map_err(|error| error.to_string())?;
                if content.get(begin..begin + found.len()) != Some(&found[..]) {
                    return Err("other bytes came".to_owned());
                }
            }
            (Operation::Store(name, state), _) => self.set(name, state.clone()),
            (Operation::Names | Operation::Facts, Output::Names(names)) => self.listed(&names)?,
            (Operation::MakeDirectory(name), _) => {
                self.read(name, "it was made", State::if_missing)?;
                self.set(name, State::Directory);
            }
            (Operation::RemoveDirectory(name) | Operation::Delete(name), _) => {
                self.read(name, "it was removed", State::if_there)?;
                self.set(name, State::Missing);
            }
            (Operation::Rename(from, to), _) => {
                self.read(from, "it was renamed", State::if_there)?;
                let moved = self.slot(from).map(|slot| slot.may_be.clone());
                self.set(from, State::Missing);
                if let (Some(slot), Some(moved)) = (self.slot(to), moved) {
                    slot.may_be = moved;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks that the server had a reason to refuse an operation.
    pub(super) fn note_refused(&mut self, operation: &Operation, error: &Error) -> Judged {
        let refused = error.code().is_some_and(|code| code.value() == 550);
        let why = format!("refused: {}", crate::console::chain(error));
        match operation {
            Operation::Reconnect if error.kind() == ErrorKind::TooLarge => {
                // The directory is unknown, and nothing was sent.
                self.directory_in_doubt.then_some(()).ok_or(why)
            }
            // The server could not make a data connection, for example to a port that is closed
            // because a future was dropped.
            _ if error.kind() == ErrorKind::Transient => {
                self.note_dropped(operation);
                Ok(())
            }
            _ if !refused => Err(why),
            Operation::MakeDirectory(name) => self.read(name, &why, State::if_there),
            Operation::Size(name)
            | Operation::Fetch(name)
            | Operation::RemoveDirectory(name)
            | Operation::Delete(name)
            | Operation::Rename(name, _) => self.read(name, &why, State::if_missing),
            _ => Err(why),
        }
    }

    /// Notes that an operation may have been done, or a part of it.
    pub(super) fn note_dropped(&mut self, operation: &Operation) {
        match operation {
            Operation::Cwd(path) => {
                self.directory_in_doubt = true;
                if !self.may_be_in.contains(path) {
                    self.may_be_in.push(path);
                }
            }
            Operation::Store(name, state) => {
                let begun = State::Beginning(state.bytes().into());
                self.may_also_be(name, [begun]);
            }
            Operation::MakeDirectory(name) => self.may_also_be(name, [State::Directory]),
            Operation::RemoveDirectory(name) | Operation::Delete(name) => {
                self.may_also_be(name, [State::Missing]);
            }
            Operation::Rename(from, to) => {
                let moved = self.slot(from).map(|slot| slot.may_be.clone());
                let moved = moved.unwrap_or_default();
                let moved = moved.into_iter().filter(|state| *state != State::Missing);
                let moved: Vec<State> = moved.collect();
                self.may_also_be(to, moved);
                self.may_also_be(from, [State::Missing]);
            }
            _ => {}
        }
    }

    fn may_also_be(&mut self, name: &str, states: impl IntoIterator<Item = State>) {
        if let Some(slot) = self.slot(name) {
            slot.may_also_be(states);
        }
    }

    /// Notes that a new session begins where every login does.
    pub(super) fn begin_at_root(&mut self) {
        self.is_in(DIRECTORIES[0]);
    }

    fn is_in(&mut self, directory: &'static str) {
        self.may_be_in = vec![directory];
        self.directory_in_doubt = false;
    }

    /// Gives up all paths of which several things may be true: what a session had begun that is
    /// dead now may still happen.
    pub(super) fn forget_uncertain(&mut self) {
        for number in 0..self.slots.len() {
            let is_known = match self.slots[number].may_be.as_slice() {
                [State::Beginning(_)] => false,
                may_be => may_be.len() == 1,
            };
            if !is_known {
                let name = self.new_name();
                let slot = &mut self.slots[number];
                (slot.name, slot.may_be) = (name, vec![State::Missing]);
            }
        }
    }

    /// Returns the paths of all files that may be on the server.
    pub(super) fn files(&self) -> Vec<String> {
        let slots = self.slots.iter().filter(|slot| !slot.is_directory);
        let slots = slots.map(|slot| slot.name.clone());
        slots
            .chain((0..FIXED.len()).map(|number| fixed(number).0))
            .collect()
    }

    /// Checks a file on the server's disk; `None` if it is not there.
    pub(super) fn check_disk(&mut self, name: &str, found: Option<&[u8]>) -> Judged {
        match found {
            Some(found) => self.is_content(name, found),
            None => self.read(name, "the disk has it not", State::if_missing),
        }
    }

    fn is_content(&mut self, name: &str, found: &[u8]) -> Judged {
        let what = format!("{} bytes came", found.len());
        self.read(name, &what, |state| {
            state.is_content(found).then(|| State::File(found.into()))
        })
    }

    /// Leaves what agrees with what was read about a path.
    fn read(&mut self, name: &str, what: &str, narrow: impl Fn(&State) -> Option<State>) -> Judged {
        if let Some((name, content)) = fixed_of(name) {
            let state = State::File(content.into());
            return match narrow(&state) {
                Some(_) => Ok(()),
                None => Err(format!("{what}, but {name} never changes")),
            };
        }
        let slot = self.slot(name).ok_or("no path of the model")?;
        slot.leave(what, narrow)
    }

    fn listed(&mut self, names: &[Vec<u8>]) -> Judged {
        let last = |name: &Vec<u8>| name.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
        let mut names: BTreeSet<Vec<u8>> = names.iter().filter_map(last).collect();
        for number in 0..FIXED.len() {
            let (name, _) = fixed(number);
            if !names.remove(&name.as_bytes()[ROOM.len() + 1..]) {
                return Err(format!("the listing lacks {name}"));
            }
        }
        if let Some(name) = names.iter().find(|name| !self.used.contains(*name)) {
            let name = String::from_utf8_lossy(name);
            return Err(format!("the listing has {name}, which nobody made"));
        }
        for slot in &mut self.slots {
            match names.contains(&slot.name.as_bytes()[ROOM.len() + 1..]) {
                true => slot.leave("the listing has it", State::if_there)?,
                false => slot.leave("the listing lacks it", State::if_missing)?,
            }
        }
        Ok(())
    }
}

/// The name and the content of the file with this name that never changes.
fn fixed_of(name: &str) -> Option<(String, Vec<u8>)> {
    let number = name.strip_prefix(ROOM)?.strip_prefix("/fixed-")?;
    Some(fixed(number.parse().ok()?))
}
