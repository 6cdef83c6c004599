//! Writes an entry of any dialect as a line of MLSD.

use alloc::format;
use alloc::vec::Vec;

use super::entry::Entry;
use super::found::Dialect;
use super::kind::Kind;
use super::mlsx::{self, LINK_TARGET, MODIFY_ASSUMED, MODIFY_LOCAL, ORDER, YEAR};
use super::modified::{Modified, Precision, Zone};
use super::scan;

impl Entry<'_> {
    /// Returns the entry as one line of MLSD (RFC 3659, section 7.2), without a line end, whatever
    /// dialect it came in. [`from_facts`](Self::from_facts) reads the line and finds the same
    /// fields.
    ///
    /// ```
    /// use ftp_proto::listing::{Entry, Line, Parser};
    ///
    /// let mut parser = Parser::new();
    /// let mut line = &b"-rw-r--r-- 1 ada users 5 2026-11-27 10:00 notes.txt\n"[..];
    /// let Some(Line::Entry(entry)) = parser.next_line(&mut line) else {
    ///     panic!("no entry");
    /// };
    /// let facts = entry.to_facts();
    /// assert_eq!(
    ///     String::from_utf8(facts.clone())?,
    ///     "Type=file;Size=5;X.Modify-Local=202611271000;UNIX.mode=0644;\
    ///      UNIX.ownername=ada;UNIX.groupname=users; notes.txt"
    /// );
    /// let again = Entry::from_facts(&facts).unwrap();
    /// assert_eq!((again.name(), again.modified()), (entry.name(), entry.modified()));
    /// # Ok::<(), std::string::FromUtf8Error>(())
    /// ```
    ///
    /// An entry that came as facts keeps all its facts as they are. For the others:
    ///
    /// * `Modify` is UTC by the RFC. A time in the server's zone comes as `X.Modify-Local` instead,
    ///   with as many digits as are known: 8 for a day, 12 for a minute, 14 for a second.
    ///   `X.Modify-Assumed` says what of it the listing leaves open: `year` or `order`
    ///   ([`is_year_resolved`](super::Modified::is_year_resolved),
    ///   [`is_order_assumed`](super::Modified::is_order_assumed)).
    /// * A number is `UNIX.owner` or `UNIX.group`, and a name `UNIX.ownername` or `UNIX.groupname`,
    ///   as ProFTPD sends them.
    /// * The target of a link is in its type, `OS.unix=slink:/pub`, as Pure-FTPd sends it. If
    ///   something else has a target (an external link of z/OS), it is `X.Link-Target`.
    /// * A value with a blank is written as it is, although the RFC forbids the blank. A value with
    ///   a `;`, CR or LF is left out, since a fact cannot hold it.
    ///
    /// The bytes of the name and of the values are those of the server. Before you print the line
    /// on a terminal, escape it with [`Escaped`](crate::wire::Escaped).
    #[must_use]
    pub fn to_facts(&self) -> Vec<u8> {
        let mut line = match self.dialect() {
            Dialect::Mlsx => kept(mlsx::facts(self.raw())),
            _ => written(self),
        };
        line.push(b' ');
        line.extend_from_slice(self.name());
        line
    }
}

/// Returns the facts of an MLSD line as the server sent them, but without the blanks before them,
/// and always with a `;` after the last fact.
fn kept(facts: &[u8]) -> Vec<u8> {
    let mut line = scan::skip_blanks(facts).to_vec();
    if line.last().is_some_and(|last| *last != b';') {
        line.push(b';');
    }
    line
}

fn written(entry: &Entry<'_>) -> Vec<u8> {
    let mut facts = Facts(Vec::with_capacity(128));
    facts.push_kind(entry);
    if let Some(size) = entry.size() {
        facts.push("Size", format!("{size}").as_bytes());
    }
    if let Some(modified) = entry.modified() {
        facts.push_modified(modified);
    }
    if let Some(perm) = entry.perm() {
        facts.push("Perm", perm);
    }
    if let Some(mode) = entry.mode() {
        facts.push("UNIX.mode", format!("{mode:04o}").as_bytes());
    }
    facts.push_account(entry.owner(), ["UNIX.owner", "UNIX.ownername"]);
    facts.push_account(entry.group(), ["UNIX.group", "UNIX.groupname"]);
    if let Some(unique) = entry.unique() {
        facts.push("Unique", unique);
    }
    facts.0
}

struct Facts(Vec<u8>);

impl Facts {
    /// Writes a fact, unless it cannot hold the value.
    fn push(&mut self, name: &str, value: &[u8]) {
        if can_hold(value) {
            for part in [name.as_bytes(), b"=", value, b";"] {
                self.0.extend_from_slice(part);
            }
        }
    }

    fn push_kind(&mut self, entry: &Entry<'_>) {
        let target = entry.link_target().filter(|target| can_hold(target));
        let kind = match (entry.kind(), target) {
            (Kind::File, _) => "file",
            (Kind::Directory, _) => "dir",
            (Kind::Current, _) => "cdir",
            (Kind::Parent, _) => "pdir",
            (Kind::Link, None) => "OS.unix=slink",
            (Kind::Link, Some(target)) => {
                let value = [&b"OS.unix=slink:"[..], target].concat();
                return self.push("Type", &value);
            }
            (Kind::Other, _) => "OS.unix=other",
            // The fact is written even though its value is empty, because a line without facts may
            // be read in another way.
            (Kind::Unknown, _) => "",
        };
        self.push("Type", kind.as_bytes());
        if let Some(target) = target {
            self.push_local(LINK_TARGET, target);
        }
    }

    fn push_modified(&mut self, modified: Modified) {
        let time = modified.time();
        let digits = time.to_time_val();
        let digits = digits.as_bytes();
        let (precision, zone) = (modified.precision(), modified.zone());
        if (precision, zone) == (Precision::Second, Zone::Utc) {
            return self.push("Modify", digits);
        }
        let known = match precision {
            Precision::Day => 8,
            Precision::Minute => 12,
            Precision::Second => digits.len(),
        };
        self.push_local(MODIFY_LOCAL, digits.get(..known).unwrap_or(digits));
        match (modified.is_year_resolved(), modified.is_order_assumed()) {
            (true, true) => self.push_local(MODIFY_ASSUMED, format!("{YEAR},{ORDER}").as_bytes()),
            (true, false) => self.push_local(MODIFY_ASSUMED, YEAR.as_bytes()),
            (false, true) => self.push_local(MODIFY_ASSUMED, ORDER.as_bytes()),
            (false, false) => {}
        }
    }

    /// Writes an owner or a group under the first of the names if it is a number, and otherwise
    /// under the second.
    fn push_account(&mut self, account: Option<&[u8]>, [number, name]: [&str; 2]) {
        if let Some(account) = account {
            let is_number = scan::is_number(account);
            self.push(if is_number { number } else { name }, account);
        }
    }

    /// Writes a fact of this crate (a `local-fact` of RFC 3659, section 7.5).
    fn push_local(&mut self, name: &str, value: &[u8]) {
        self.push(&format!("X.{name}"), value);
    }
}

fn can_hold(value: &[u8]) -> bool {
    memchr::memchr3(b';', b'\r', b'\n', value).is_none()
}
