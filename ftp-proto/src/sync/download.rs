//! What a download does with each entry on the server, and with the local files that the server does
//! not have.

use alloc::boxed::Box;

use super::action::{Change, Reason};
use super::draft::{Draft, Met, Next, empty_listing, holds_others, joined, other_kind};
use super::local_index::twin;
use super::local_tree::LocalKind;
use super::partial;
use crate::error::Error;
use crate::listing::{Entry, Kind};
use crate::local_name::{LocalName, UnsafeName};
use crate::session::transfer::Direction;
use crate::tree::{Links, Note, WalkEntry, file_name};

impl Draft {
    /// Plans an entry of the source.
    pub(super) fn meet_source(&mut self, item: WalkEntry) -> Next {
        let name = match LocalName::new(item.entry.name(), &self.encoding) {
            Ok(name) => name,
            Err(unsafe_name) => {
                self.refuse_name(&item.entry, item.depth, unsafe_name);
                return Next::After;
            }
        };
        let met = self.met(item, name.as_str().as_bytes());
        let is_directory = met.kind == Kind::Directory;
        // It is not known yet whether a link leads to a directory.
        let is_way = met.kind == Kind::Link && self.options.walk.links == Links::Follow;
        let filter = &self.options.filter;
        let is_wanted =
            filter.wants(&met.local, is_directory) || is_way && filter.wants(&met.local, true);
        if !is_wanted {
            return self.leave_alone(&met);
        }
        if !is_directory && partial::final_name(file_name(&met.local)).is_some() {
            return Next::After;
        }
        if met.note == Some(Note::Duplicate) {
            return self.give_up(&met, None, Note::Duplicate.into());
        }
        if !self.is_new_name(&met) {
            self.fail(&met.local, None, twin());
            return Next::After;
        }
        match (met.kind, met.note) {
            (Kind::Directory, _) => self.download_directory(met),
            (Kind::File, _) => self.download_file(met),
            (Kind::Link, _) if self.options.walk.links == Links::Report => {
                self.skip(&met, Reason::Link)
            }
            (Kind::Link, Some(note)) => self.give_up(&met, None, note.into()),
            (Kind::Link, None) => Next::Follow(Box::new(met)),
            _ => self.skip(&met, Reason::Special),
        }
    }

    /// Plans a link, after its listing has shown whether it leads to a directory.
    pub(super) fn meet_linked(&mut self, mut met: Met, is_directory: bool) -> Next {
        if !self.options.filter.wants(&met.local, is_directory) {
            return self.leave_alone(&met);
        }
        // The listing has told those of the link itself.
        (met.size, met.modified) = (None, None);
        match is_directory {
            true => self.download_directory(met),
            // A refused listing does not prove that the link leads to a file.
            false if self.has_directory(&met) => {
                self.give_up(&met, Some(Change::Create), other_kind())
            }
            false => self.download_file(met),
        }
    }

    fn has_directory(&self, met: &Met) -> bool {
        met.at
            .is_some_and(|at| self.local.kind(at) == LocalKind::Directory)
    }

    /// Notes a name that no local file can have. A local file that has it all the same stays.
    pub(super) fn refuse_name(&mut self, entry: &Entry<'_>, depth: usize, why: UnsafeName) {
        let name = self.encoding.decode_lossless(entry.name());
        let name = name.filter(|name| !name.contains('/'));
        let above = &self.above(depth).local;
        let path = match &name {
            Some(name) => joined(above, name.as_bytes()),
            None => joined(above, entry.name()),
        };
        if let Some(at) = self.local.find(&path) {
            self.local.close(at);
        }
        if name.is_none() {
            // Any local name may be the counterpart of this one.
            self.is_unread(depth.saturating_sub(1));
        }
        self.fail(&path, None, Error::from(why));
    }

    fn download_directory(&mut self, mut met: Met) -> Next {
        if let Some(note) = met.note {
            return self.give_up(&met, None, note.into());
        }
        let Some(at) = met.at else {
            if self.above(met.depth).is_closed {
                return Next::After;
            }
            self.act(Change::MakeDirectory, Reason::Missing, &met);
            return self.enter(&met, false, None);
        };
        if self.local.kind(at) == LocalKind::Directory {
            self.act(Change::Skip, Reason::Same, &met);
            self.local.mark(at).is_met = true;
            let is_closed = self.local.marks(Some(at)).is_incomplete;
            return self.enter(&met, is_closed, None);
        }
        if !self.deletes() {
            return self.give_up(&met, Some(Change::MakeDirectory), other_kind());
        }
        self.act_at(Change::Delete, Reason::OtherKind, at);
        self.local.close(at);
        met.at = None;
        self.act(Change::MakeDirectory, Reason::OtherKind, &met);
        self.enter(&met, false, None)
    }

    fn download_file(&mut self, met: Met) -> Next {
        let Some(at) = met.at else {
            if !self.above(met.depth).is_closed {
                self.act(Change::Create, Reason::Missing, &met);
            }
            return Next::After;
        };
        let kind = self.local.kind(at);
        if kind == LocalKind::File {
            self.local.mark(at).is_met = true;
            return Next::Compare(Box::new(met));
        }
        if !self.deletes() {
            return self.give_up(&met, Some(Change::Create), other_kind());
        }
        let marks = self.local.marks(Some(at));
        if marks.is_kept || marks.is_incomplete {
            return self.give_up(&met, Some(Change::Create), holds_others());
        }
        self.remove(at, Reason::OtherKind);
        for below in self.local.below(at) {
            self.remove(below, Reason::OtherKind);
        }
        self.local.close(at);
        self.act(Change::Create, Reason::OtherKind, &met);
        Next::After
    }

    /// Notes that the directory that was read last has an empty listing.
    pub(super) fn note_empty(&mut self) {
        let depth = self.open.len().saturating_sub(1);
        let Some(open) = self.open.last().filter(|open| !open.is_trusted) else {
            return;
        };
        let holds_something = open.at.is_some_and(|at| !self.local.below(at).is_empty());
        if depth > 0 && self.deletes() && holds_something {
            let path = open.local.clone();
            self.is_unread(depth);
            self.fail(&path, None, empty_listing());
        }
    }

    /// Notes that the directory itself has an empty listing, and that no question to the server
    /// settles whether it may be read.
    pub(super) fn note_empty_root(&mut self) {
        let may_delete = self.direction == Direction::Download && self.deletes();
        if may_delete && self.local.len() > 0 && !self.local.marks(None).is_unread {
            self.is_unread(0);
            self.fail(b"", None, empty_listing());
        }
    }

    /// Plans the deletion of what the server does not have.
    pub(super) fn delete_local_extras(&mut self) {
        let root = self.local.marks(None);
        if !self.deletes() || root.is_unread || root.is_incomplete {
            return;
        }
        // Everything before this position is protected, and before that one in a directory that the
        // server does not have.
        let (mut protected, mut extra) = (0, 0);
        for at in 0..self.local.len() {
            let marks = self.local.marks(Some(at));
            let is_unknown = marks.is_unread || marks.is_incomplete;
            if at < protected {
            } else if is_unknown || (!marks.is_met && at >= extra && self.may_be_hidden(at)) {
                protected = self.local.below(at).end;
            } else if !marks.is_met {
                extra = extra.max(self.local.below(at).end);
                if !marks.is_kept {
                    self.remove(at, Reason::Extra);
                }
            }
        }
    }

    /// Whether the server may have this entry without showing it in its listings.
    pub(super) fn may_be_hidden(&self, at: usize) -> bool {
        !self.shows_hidden && file_name(self.local.path(at)).starts_with(b".")
    }

    /// Plans the removal of one local entry.
    fn remove(&mut self, at: usize, reason: Reason) {
        let change = match self.local.kind(at) {
            LocalKind::Directory => Change::RemoveDirectory,
            _ => Change::Delete,
        };
        self.act_at(change, reason, at);
    }
}
