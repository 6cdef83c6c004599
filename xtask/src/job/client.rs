//! A client of either adapter, so that every job is written only once for both.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::BorrowedFd;

use ftp_blocking::listing::Line;
use ftp_blocking::tls::TlsInfo;
use ftp_blocking::{
    Aborted, Completion, Copied, Entry, Error, Options, Reply, Session, TransferOptions,
    TransferType,
};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::content::{CHUNK, Content};
use super::during;
use crate::job::dialogue::Dialogue;

/// The adapter (this project's library) through which a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Adapter {
    Blocking,
    Smol,
}

impl Adapter {
    pub(crate) const ALL: [Self; 2] = [Self::Blocking, Self::Smol];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Blocking => "ftp-blocking",
            Self::Smol => "ftp-smol",
        }
    }
}

/// A value of either adapter, for example its client or its download.
pub(crate) enum Either<B, S> {
    Blocking(B),
    Smol(S),
}

/// Calls a method that both adapters have, and returns its result. With `ftp-smol`, the method
/// returns a future, which the macro runs to its end.
macro_rules! ask {
    ($either:expr, $it:ident => $call:expr) => {
        match $either {
            $crate::job::client::Either::Blocking($it) => $call,
            $crate::job::client::Either::Smol($it) => smol::block_on($call),
        }
    };
}
pub(crate) use ask;

/// Calls a method that both adapters have, and that returns no future in either of them.
macro_rules! tell {
    ($either:expr, $it:ident => $call:expr) => {
        match $either {
            Either::Blocking($it) => $call,
            Either::Smol($it) => $call,
        }
    };
}

/// Calls a method whose result has another type in each adapter, such as a download. The macro
/// returns an [`Either`].
macro_rules! begin {
    ($either:expr, $it:ident => $call:expr) => {
        match $either {
            Either::Blocking($it) => Either::Blocking($call?),
            Either::Smol($it) => Either::Smol(smol::block_on($call)?),
        }
    };
}

/// Ends a transfer as `$stop` says: by abort, by dropping it, or by `finish`. `$bytes` is the
/// number of bytes that were moved.
macro_rules! end {
    ($transfer:expr, $stop:expr, $resumed:expr, $bytes:expr) => {{
        let (resumed, bytes) = ($resumed, $bytes);
        let end = match $stop {
            Stop::After(_) if $stop.is_due(bytes) => End::Aborted(ask!($transfer, it => it.abort())?),
            Stop::DropAfter(_) if $stop.is_due(bytes) => {
                drop($transfer);
                End::Dropped
            }
            _ => End::Confirmed(ask!($transfer, it => it.finish())?),
        };
        Ok(Moved { resumed, bytes, end })
    }};
}

/// A client of either adapter.
pub(crate) struct Client(
    /// `None` after QUIT.
    pub(crate) Either<Option<ftp_blocking::Client>, Option<ftp_smol::Client>>,
);

/// Whether and how the test ends a transfer early.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    Never,
    /// The test calls `abort` after this many bytes.
    After(u64),
    /// The test drops the transfer after this many bytes, without `abort`.
    DropAfter(u64),
}

impl Stop {
    const fn is_due(self, moved: u64) -> bool {
        matches!(self, Self::After(bytes) | Self::DropAfter(bytes) if moved >= bytes)
    }
}

/// The command that uploads a file.
#[derive(Clone, Copy)]
pub(crate) enum Storing<'a> {
    /// STOR with this path. The transfer's options have the restart offset.
    Store(&'a [u8]),
    /// STOU with this suggested name; `None` lets the server choose the name.
    Unique(Option<&'a str>),
}

/// The result of a transfer that ended as the test wanted.
pub(crate) struct Moved {
    /// Whether the data connection resumed the TLS session of the login; `None` in clear text.
    pub(crate) resumed: Option<bool>,
    pub(crate) bytes: u64,
    pub(crate) end: End,
}

pub(crate) enum End {
    Confirmed(Completion),
    Aborted(Aborted),
    Dropped,
}

/// A listing that is read line by line: LIST or NLST.
#[derive(Clone, Copy)]
pub(crate) enum Listing {
    List,
    Names,
}

/// The result of a complete listing.
pub(crate) struct Listed {
    pub(crate) lines: Vec<Vec<u8>>,
    /// Whether the data connection resumed the TLS session of the login; `None` in clear text.
    pub(crate) resumed: Option<bool>,
}

/// What `read_dir` has found in a directory.
pub(crate) struct Entries {
    pub(crate) entries: Vec<Entry<'static>>,
    /// The lines that `read_dir` left out, because they are of no known dialect or too long.
    pub(crate) unparsed: Vec<Vec<u8>>,
}

const GONE: &str = "it has not quit";

impl Client {
    pub(crate) fn connect(adapter: Adapter, options: Options) -> Result<Self, Error> {
        Ok(Self(match adapter {
            Adapter::Blocking => Either::Blocking(Some(ftp_blocking::Client::connect(options)?)),
            Adapter::Smol => {
                Either::Smol(Some(smol::block_on(ftp_smol::Client::connect(options))?))
            }
        }))
    }

    /// Connects. The dialogue records all commands and replies, beginning with the greeting.
    pub(crate) fn connect_shown(
        adapter: Adapter,
        options: Options,
        dialogue: &Dialogue,
    ) -> crate::servers::Result<Self> {
        let mut client = during("connecting", Self::connect(adapter, options))?;
        if let Some(greeting) = client.session().greeting() {
            dialogue.line(format!("  < {greeting}"));
        }
        tell!(client.open(), it => it.observe(dialogue.observer()));
        Ok(client)
    }

    /// Returns the adapter's own client, on which [`ask!`] calls methods. Panics after QUIT.
    pub(crate) fn open(&mut self) -> Either<&mut ftp_blocking::Client, &mut ftp_smol::Client> {
        match &mut self.0 {
            Either::Blocking(client) => Either::Blocking(client.as_mut().expect(GONE)),
            Either::Smol(client) => Either::Smol(client.as_mut().expect(GONE)),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        tell!(&self.0, it => it.as_ref().expect(GONE).session())
    }

    pub(crate) fn tls(&self) -> Option<TlsInfo> {
        tell!(&self.0, it => it.as_ref().expect(GONE).tls_info())
    }

    /// Returns the file descriptor of the control connection, if it has one.
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        tell!(&self.0, it => it.as_ref().expect(GONE).stream().descriptor())
    }

    pub(crate) fn quit(self) -> Result<Option<Reply>, Error> {
        match self.0 {
            Either::Blocking(client) => client.expect(GONE).quit(),
            Either::Smol(client) => smol::block_on(client.expect(GONE).quit()),
        }
    }

    /// Uploads `content`. After each write, calls `progress` with the number of bytes written.
    pub(crate) fn upload(
        &mut self,
        how: Storing<'_>,
        options: &TransferOptions,
        content: Content<'_>,
        stop: Stop,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error> {
        let mut upload = match how {
            Storing::Store(path) => begin!(self.open(), it => it.upload_with(path, options)),
            Storing::Unique(path) => begin!(self.open(), it => it.upload_unique(path)),
        };
        let resumed = tell!(&upload, it => it.resumed());
        let mut bytes = 0;
        for chunk in content.chunks() {
            if stop.is_due(bytes) {
                break;
            }
            ask!(&mut upload, it => it.write_all(chunk))?;
            bytes += chunk.len() as u64;
            progress(chunk.len());
        }
        end!(upload, stop, resumed, bytes)
    }

    /// Downloads a file, and calls `into` with each piece of the file.
    pub(crate) fn download(
        &mut self,
        path: &[u8],
        options: &TransferOptions,
        stop: Stop,
        into: &mut dyn FnMut(&[u8]),
    ) -> Result<Moved, Error> {
        let mut download = begin!(self.open(), it => it.download_with(path, options));
        let resumed = tell!(&download, it => it.resumed());
        let mut buffer = vec![0; CHUNK];
        let mut bytes = 0;
        while !stop.is_due(bytes) {
            let count = ask!(&mut download, it => it.read(&mut buffer))?;
            if count == 0 {
                break;
            }
            into(&buffer[..count]);
            bytes += count as u64;
        }
        end!(download, stop, resumed, bytes)
    }

    /// Reads a listing line by line, because only such a listing tells whether its data connection
    /// resumed TLS.
    pub(crate) fn listing(&mut self, what: Listing, path: Option<&str>) -> Result<Listed, Error> {
        let mut listing = match what {
            Listing::List => begin!(self.open(), it => it.list_lines(path)),
            Listing::Names => begin!(self.open(), it => it.names_lines(path)),
        };
        let resumed = tell!(&listing, it => it.resumed());
        let mut lines = Vec::new();
        while let Some(line) = ask!(&mut listing, it => it.next_line())? {
            lines.push(line);
        }
        Ok(Listed { lines, resumed })
    }

    /// Reads a directory by `read_dir`, entry by entry. `None` is the current directory.
    pub(crate) fn read_dir(&mut self, path: Option<&[u8]>) -> Result<Entries, Error> {
        let mut reading = match path {
            Some(path) => begin!(self.open(), it => it.read_dir(path)),
            None => begin!(self.open(), it => it.read_dir(None)),
        };
        let mut entries = Vec::new();
        while let Some(entry) = ask!(&mut reading, it => it.next_entry())? {
            entries.push(entry.into_owned());
        }
        let bytes = |line: &Line<'_>| match line {
            Line::Entry(entry) => entry.raw().to_vec(),
            Line::Noise(line) | Line::Unparsed(line) | Line::Cut(line) => line.to_vec(),
        };
        let unparsed = tell!(&reading, it => it.unparsed());
        let unparsed = unparsed.iter().map(bytes).collect();
        Ok(Entries { entries, unparsed })
    }

    /// Downloads a file into a local file by `save_to`, which lets the kernel move the bytes.
    pub(crate) fn save(&mut self, path: &[u8], file: &File) -> Result<Completion, Error> {
        let download = begin!(self.open(), it => it.download(path));
        ask!(download, it => it.save_to(file, |_| {}))
    }

    /// Uploads a local file by `send_from`, which lets the kernel move the bytes.
    pub(crate) fn send(&mut self, file: &File, path: &[u8]) -> Result<Completion, Error> {
        let upload = begin!(self.open(), it => it.upload(path));
        ask!(upload, it => it.send_from(file, |_| {}))
    }

    /// Copies a file from this client's server directly to the server of `target`. Both clients
    /// must use the same adapter.
    pub(crate) fn copy(
        &mut self,
        from: &[u8],
        target: &mut Self,
        to: &[u8],
    ) -> Result<Copied, Error> {
        const TYPE: TransferType = TransferType::Image;
        match (self.open(), target.open()) {
            (Either::Blocking(client), Either::Blocking(target)) => {
                client.copy_to(from, target, to, TYPE)
            }
            (Either::Smol(client), Either::Smol(target)) => {
                smol::block_on(client.copy_to(from, target, to, TYPE))
            }
            _ => panic!("clients of two adapters"),
        }
    }
}
