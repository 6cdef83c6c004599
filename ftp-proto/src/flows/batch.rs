//! Many transfers on one session, one after the other.

use core::iter::Fuse;

use super::Open;
use crate::error::Error;
use crate::options::encoding::{Encoding, Name};
use crate::options::transfer::TransferOptions;
use crate::session::transfer::Direction;

/// The transfers of many files on one session. It is an iterator of [`Open`], one for each name. It
/// reads the names one ahead, so that each transfer knows whether another one follows: the session
/// can then ask for the next port while a transfer is under way
/// ([`Pipelining::next_port`](crate::Pipelining::next_port)).
///
/// A name that cannot be sent is an error in its place, of the kind
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument). The other names are not affected.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Batch, Finish};
/// use ftp_proto::{DataEnd, Direction, Encoding, TransferOptions};
///
/// let (encoding, options) = (Encoding::Utf8, TransferOptions::new());
/// let names = ["a.csv", "b.csv"];
/// let mut server = Server::new([
///     "200 Binary", "229 (|||2020|)", "150 Here it comes", "226 Done",
///     "229 (|||2021|)", "150 Here it comes", "226 Done",
/// ]);
/// for open in Batch::new(Direction::Download, names, &encoding, &options) {
///     let transfer = drive(&mut session, open?, &mut server)?;
///     // Here the driver reads the data.
///     drive(&mut session, Finish::new(transfer, 0, DataEnd::Clean), &mut server)?;
/// }
/// let heard = server.heard();
/// assert_eq!(heard, ["TYPE I", "EPSV", "RETR a.csv", "EPSV", "RETR b.csv"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch<N: Iterator> {
    names: Fuse<N>,
    direction: Direction,
    encoding: Encoding,
    options: TransferOptions,
    /// The transfer of the name that was read ahead. `None` before the first name, and after the
    /// last one.
    ahead: Option<Result<Open, Error>>,
}

impl<N: Iterator<Item: Name>> Batch<N> {
    /// Makes the transfers in this direction: RETR or STOR. `encoding` turns names into bytes. Each
    /// transfer has these options. No name is read yet.
    pub fn new(
        direction: Direction,
        names: impl IntoIterator<IntoIter = N>,
        encoding: &Encoding,
        options: &TransferOptions,
    ) -> Self {
        Self {
            names: names.into_iter().fuse(),
            direction,
            encoding: encoding.clone(),
            options: *options,
            ahead: None,
        }
    }

    /// Reads a name, and makes its transfer.
    fn read(&mut self) -> Option<Result<Open, Error>> {
        let name = self.names.next()?;
        let open = name
            .bytes(&self.encoding)
            .and_then(|path| match self.direction {
                Direction::Download => Open::retrieve(path),
                Direction::Upload => Open::store(path),
            });
        Some(open.map(|open| open.with_options(&self.options)))
    }
}

impl<N: Iterator<Item: Name>> Iterator for Batch<N> {
    type Item = Result<Open, Error>;

    fn next(&mut self) -> Option<Result<Open, Error>> {
        let open = self.ahead.take().or_else(|| self.read())?;
        self.ahead = self.read();
        Some(open.map(|open| match &self.ahead {
            Some(Ok(next)) => open.followed_by(next),
            // What comes after a name that cannot be sent is not known yet.
            Some(Err(_)) => open,
            None => open.followed_by_another(false),
        }))
    }
}
