//! A walk through a tree of directories, entry by entry.

use ftp_proto::tree::{WalkEntry, WalkError, Walker};

use crate::client::Client;

/// A walk through a tree of directories. [`Client::walk`] and [`Client::glob`] make it.
///
/// It is an iterator. What goes wrong in one directory is an item, and the walk goes on with the
/// rest. If the session is lost, its error is the last item.
///
/// Between two entries no transfer is under way, so you can use the [client](Self::client):
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// let mut old = client.glob("logs/*.old")?;
/// while let Some(entry) = old.next() {
///     let path = entry?.path;
///     old.client().delete(&path)?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct Walk<'c> {
    client: &'c mut Client,
    walker: Walker,
}

impl<'c> Walk<'c> {
    pub(crate) fn new(client: &'c mut Client, walker: Walker) -> Self {
        Self { client, walker }
    }

    /// Leaves out the content of the directory that the walk has returned last.
    pub fn skip_directory(&mut self) {
        self.walker.skip_directory();
    }

    /// Returns the client, for other operations between two entries. If the walk began with a
    /// relative path, do not change the current directory: the walk still uses paths relative to
    /// it.
    pub fn client(&mut self) -> &mut Client {
        self.client
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<WalkEntry, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.client.carry_out(&mut self.walker) {
            Ok(item) => item,
            Err(error) => Some(Err(self.walker.stop(error))),
        }
    }
}
