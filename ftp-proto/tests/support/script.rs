//! A simulated server that follows a script.

use std::collections::VecDeque;

use ftp_proto::{ErrorKind, Wait};

use super::{Arrival, Reaction, Server, random};

/// One step of a script: what the server sends, or what the client must do.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// The server sends these bytes. If no operation waits for a reply, they are a stray, which the
    /// client finds by a look before it sends the next line. If the session waits for something
    /// else, such as a handshake, the driver answers that want with `control_first`.
    Say(Vec<u8>),
    /// The client must send exactly this line. It may send it before the replies that stand
    /// directly before this item, as a part of the same flight.
    Hear(String),
    /// The session must have this want. The driver answers it with this reaction.
    Serve(&'static str, Reaction),
    /// When the client next waits for the server, the driver answers the want with `timed_out`.
    Silence,
    /// The next look at what has arrived finds nothing, because the bytes of the next item arrive
    /// only after that look.
    NotYet,
    /// The control connection ends.
    Eof,
    /// The control connection fails.
    Broken,
}

pub(crate) fn say(line: &str) -> Item {
    Item::Say(format!("{line}\r\n").into_bytes())
}

pub(crate) fn bytes(bytes: &[u8]) -> Item {
    Item::Say(bytes.to_vec())
}

pub(crate) fn hear(line: &str) -> Item {
    Item::Hear(line.into())
}

pub(crate) fn serve(want: &'static str) -> Item {
    Item::Serve(want, Reaction::Done)
}

pub(crate) fn fails(want: &'static str, kind: ErrorKind) -> Item {
    Item::Serve(want, Reaction::Fails(kind))
}

/// Into which pieces the server's bytes are split before they arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// The bytes of each [`Say`](Item::Say) arrive in one piece.
    Whole,
    /// As [`Whole`](Self::Whole), but the bytes are also split after this many bytes of the whole
    /// script.
    At(usize),
    /// Every byte arrives alone.
    Bytes,
    /// The bytes arrive in random pieces. The first number is the seed, the second the largest
    /// length of a piece in bytes.
    Random(u64, usize),
}

pub(crate) struct Script {
    items: VecDeque<Item>,
    /// How many of the first `Hear` items the client has sent already, although the replies before
    /// them have not all gone out.
    early: usize,
    /// Whether the client must wait for each reply before it sends the next line.
    strict: bool,
    cut: Cut,
    said: usize,
}

impl Script {
    pub(crate) fn new(items: impl IntoIterator<Item = Item>) -> Self {
        Self {
            items: items.into_iter().collect(),
            early: 0,
            strict: false,
            cut: Cut::Whole,
            said: 0,
        }
    }

    pub(crate) fn with_cut(mut self, cut: Cut) -> Self {
        self.cut = cut;
        self
    }

    /// Demands that the client waits for each reply before it sends the next line.
    pub(crate) fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    pub(crate) fn extend(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }

    #[track_caller]
    pub(crate) fn assert_over(&self) {
        assert!(self.items.is_empty(), "left over: {:?}", self.items);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn hears_next(&self, line: &str) -> bool {
        self.next_line().is_some_and(|expected| expected == line)
    }

    /// Returns the next line that the client must send, if nothing but replies stands before it.
    fn next_line(&self) -> Option<&str> {
        let mut items = self.items.iter();
        let mut before = items.by_ref().take_while(|it| match it {
            Item::Say(_) => !self.strict,
            it => matches!(it, Item::Hear(_)),
        });
        let mut lines = before.by_ref().filter_map(|item| match item {
            Item::Hear(line) => Some(line.as_str()),
            _ => None,
        });
        lines.nth(self.early)
    }

    /// Removes the next item, and the lines after it that the client has sent already.
    fn pop(&mut self) -> Option<Item> {
        let item = self.items.pop_front();
        self.skip_heard();
        item
    }

    fn skip_heard(&mut self) {
        while self.early > 0 && matches!(self.items.front(), Some(Item::Hear(_))) {
            self.items.pop_front();
            self.early -= 1;
        }
    }

    fn due(&mut self) -> Option<Arrival> {
        match self.items.front()? {
            Item::Say(_) => {}
            Item::Eof => {
                self.pop();
                return Some(Arrival::Eof);
            }
            Item::Broken => {
                self.pop();
                return Some(Arrival::Broken);
            }
            _ => return None,
        }
        let Some(Item::Say(mut bytes)) = self.items.pop_front() else {
            return None;
        };
        let length = match &mut self.cut {
            Cut::Whole => bytes.len(),
            Cut::At(at) => match at.checked_sub(self.said) {
                Some(length @ 1..) => length.min(bytes.len()),
                _ => bytes.len(),
            },
            Cut::Bytes => 1,
            Cut::Random(seed, most) => (1 + random(seed) % *most).min(bytes.len()),
        };
        let rest = bytes.split_off(length);
        match rest.is_empty() {
            true => self.skip_heard(),
            false => self.items.push_front(Item::Say(rest)),
        }
        self.said += length;
        Some(Arrival::Bytes(bytes))
    }
}

impl Server for Script {
    fn hear(&mut self, line: &str) {
        if !self.hears_next(line) {
            let next = self.items.front();
            panic!("the client sent {line:?}, the script says {next:?}");
        }
        self.early += 1;
        self.skip_heard();
    }

    fn arrival(&mut self, wait: Wait) -> Arrival {
        if wait == Wait::Arrived && matches!(self.items.front(), Some(Item::NotYet)) {
            self.pop();
            return Arrival::Silence;
        }
        if let Some(arrival) = self.due() {
            return arrival;
        }
        if wait == Wait::Arrived {
            return Arrival::Silence;
        }
        match self.pop() {
            Some(Item::Silence) => Arrival::Silence,
            other => panic!("the client waits ({wait:?}), the script says {other:?}"),
        }
    }

    fn meanwhile(&mut self, want: &str) -> Option<Arrival> {
        if self.is_implied(want) {
            return None;
        }
        if matches!(self.items.front(), Some(Item::Silence)) {
            self.pop();
            return Some(Arrival::Silence);
        }
        self.due()
    }

    fn serve(&mut self, want: &str) -> Reaction {
        if self.is_implied(want) {
            return Reaction::Done;
        }
        match self.pop() {
            Some(Item::Serve(expected, reaction)) if expected == want => reaction,
            other => panic!("the client wants {want:?}, the script says {other:?}"),
        }
    }
}

impl Script {
    /// Returns whether this want ends the data of an upload, and the next item of the script does
    /// not mention it. Such a want succeeds without an item.
    fn is_implied(&self, want: &str) -> bool {
        let said = matches!(self.items.front(), Some(Item::Serve(said, _)) if *said == SEND_END);
        want == SEND_END && !said
    }
}

/// The name of the want by which the client ends the data of an upload, as
/// [`describe`](super::describe) writes it.
pub(crate) const SEND_END: &str = "close send end";
