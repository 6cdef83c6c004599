//! What an upload does with each entry on the server, and with the local files that the server does
//! not have.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::action::{Change, Reason};
use super::draft::{Draft, Met, Next, Open, Removal, holds_others, other_kind};
use super::local_index::twin;
use super::local_tree::LocalKind;
use crate::listing::Kind;
use crate::tree::{Note, WalkEntry};

impl Draft {
    /// Plans an entry of the target.
    pub(super) fn meet_target(&mut self, item: WalkEntry) -> Next {
        let decoded = self.encoding.decode_lossless(item.entry.name());
        let decoded = decoded.filter(|name| !name.contains('/'));
        let local = match decoded {
            Some(name) => name.as_bytes().to_vec(),
            None => item.entry.name().to_vec(),
        };
        let met = self.met(item, &local);
        self.note_part(&met);
        let is_wanted = self
            .options
            .filter
            .wants(&met.local, met.kind == Kind::Directory);
        if !is_wanted {
            self.keep_above(met.depth);
            return self.leave_alone(&met);
        }
        if met.note == Some(Note::Duplicate) {
            self.keep_above(met.depth);
            return self.give_up(&met, None, Note::Duplicate.into());
        }
        if !self.is_new_name(&met) {
            self.keep_above(met.depth);
            self.fail(&met.local, None, twin());
            return Next::After;
        }
        let Some(at) = met.at else {
            return self.meet_extra(&met);
        };
        self.local.mark(at).is_met = true;
        match self.local.kind(at) {
            LocalKind::File | LocalKind::LinkToFile => self.upload_file(met, at),
            LocalKind::Directory | LocalKind::LinkToDirectory => self.upload_directory(&met, at),
            LocalKind::Link => self.skip(&met, Reason::Link),
            LocalKind::Special => self.skip(&met, Reason::Special),
        }
    }

    /// Plans the deletion of something that the source does not have.
    fn meet_extra(&mut self, met: &Met) -> Next {
        let above = self.above(met.depth);
        let reason = match &above.removal {
            Some(removal) => removal.reason,
            None if self.deletes() && !above.is_closed => Reason::Extra,
            None => return Next::After,
        };
        match (met.kind, met.note) {
            (Kind::Directory, Some(note @ Note::TooDeep)) => {
                self.keep_above(met.depth);
                self.give_up(met, Some(Change::RemoveDirectory), note.into())
            }
            (Kind::Directory, None) => {
                let removal = self.removal(reason, None);
                self.enter(met, false, Some(removal))
            }
            (Kind::Unknown, _) => {
                self.keep_above(met.depth);
                Next::After
            }
            // A directory that seems to hold itself is a link.
            _ => {
                self.act(Change::Delete, reason, met);
                Next::After
            }
        }
    }

    fn upload_directory(&mut self, met: &Met, at: usize) -> Next {
        match (met.kind, met.note) {
            (Kind::Directory, Some(note)) => self.give_up(met, None, note.into()),
            (Kind::Directory, None) => {
                self.act(Change::Skip, Reason::Same, met);
                let is_incomplete = self.local.marks(Some(at)).is_incomplete;
                let is_closed = self.above(met.depth).is_closed || is_incomplete;
                self.enter(met, is_closed, None)
            }
            (Kind::Unknown, _) => self.give_up(met, Some(Change::MakeDirectory), other_kind()),
            _ if self.deletes() => {
                self.act(Change::Delete, Reason::OtherKind, met);
                self.act_at(Change::MakeDirectory, Reason::OtherKind, at);
                Next::After
            }
            _ => self.give_up(met, Some(Change::MakeDirectory), other_kind()),
        }
    }

    fn upload_file(&mut self, met: Met, at: usize) -> Next {
        match (met.kind, met.note) {
            (Kind::File | Kind::Unknown, _) => Next::Compare(Box::new(met)),
            _ if !self.deletes() => self.give_up(&met, Some(Change::Create), other_kind()),
            (Kind::Directory, Some(note @ Note::TooDeep)) => {
                self.give_up(&met, Some(Change::Create), note.into())
            }
            (Kind::Directory, None) => {
                let removal = self.removal(Reason::OtherKind, Some(at));
                self.enter(&met, false, Some(removal))
            }
            _ => {
                self.act(Change::Delete, Reason::OtherKind, &met);
                self.act_at(Change::Create, Reason::OtherKind, at);
                Next::After
            }
        }
    }

    fn removal(&self, reason: Reason, replaced_by: Option<usize>) -> Removal {
        Removal {
            mark: self.actions.len(),
            reason,
            replaced_by,
        }
    }

    /// Leaves the directories that are deeper than this.
    pub(super) fn leave_to(&mut self, depth: usize) {
        while self.open.len() > depth.max(1) {
            if let Some(open) = self.open.pop() {
                self.leave(open);
            }
        }
    }

    /// Plans the removal of the directory that the walk leaves, if all that was in it is deleted.
    fn leave(&mut self, open: Open) {
        let Some(removal) = open.removal else {
            return;
        };
        match (open.is_kept, removal.replaced_by) {
            (true, None) => {}
            (true, Some(_)) => {
                self.drop_from(removal.mark);
                self.fail(&open.local, Some(Change::Create), holds_others());
            }
            (false, replaced_by) => {
                let (local, remote) = (&open.local, &open.remote);
                self.act_on(Change::RemoveDirectory, removal.reason, local, remote, None);
                if let Some(at) = replaced_by {
                    self.act_at(Change::Create, Reason::OtherKind, at);
                }
            }
        }
    }

    /// Plans what the server does not have. Returns the files and directories that it may have
    /// without showing them, each directory before what is in it.
    pub(super) fn upload_missing(&mut self) -> Vec<usize> {
        let root = self.local.marks(None);
        let mut doubtful = Vec::new();
        // The directories around the position, each with its end.
        let mut around = alloc::vec![(
            usize::MAX,
            match root.is_unread {
                true => Place::Unread,
                false => Place::Listed,
            }
        )];
        for at in 0..self.local.len() {
            while around.len() > 1 && around.last().is_some_and(|(end, _)| at >= *end) {
                around.pop();
            }
            let mut place = around.last().map_or(Place::Unread, |(_, place)| *place);
            let marks = self.local.marks(Some(at));
            let kind = self.local.kind(at);
            let is_directory = matches!(kind, LocalKind::Directory | LocalKind::LinkToDirectory);
            if marks.is_met {
                place = match marks.is_unread {
                    true => Place::Unread,
                    false => Place::Listed,
                };
            } else {
                if place == Place::Listed && self.may_be_hidden(at) {
                    place = Place::Hidden;
                } else if place == Place::Listed {
                    place = Place::New;
                }
                match place {
                    Place::Unread => {}
                    Place::Hidden => doubtful.push(at),
                    _ => self.upload_new(at, kind),
                }
            }
            if is_directory {
                around.push((self.local.below(at).end, place));
            }
        }
        doubtful
    }

    /// Plans something that the server does not have.
    pub(super) fn upload_new(&mut self, at: usize, kind: LocalKind) {
        let (change, reason) = match kind {
            LocalKind::File | LocalKind::LinkToFile => (Change::Create, Reason::Missing),
            LocalKind::Directory | LocalKind::LinkToDirectory => {
                (Change::MakeDirectory, Reason::Missing)
            }
            LocalKind::Link => (Change::Skip, Reason::Link),
            LocalKind::Special => (Change::Skip, Reason::Special),
        };
        self.act_at(change, reason, at);
    }
}

/// What is known about a directory on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It was read, so it lacks what it did not show.
    Listed,
    /// It was not read completely.
    Unread,
    /// It does not exist, so it is empty.
    New,
    /// Its name begins with a dot, and the server may not show such names.
    Hidden,
}
