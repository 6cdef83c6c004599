//! A walk through a tree of directories, entry by entry.

use ftp_proto::tree::{WalkEntry, WalkError, Walker};

use crate::client::Client;

/// A walk through a tree of directories. [`Client::walk`] and [`Client::glob`] make it.
///
/// What goes wrong in one directory is an item, and the walk goes on with the rest. If the session
/// is lost, its error is the last item.
///
/// Between two entries no transfer is under way, so you can use the [client](Self::client):
///
/// ```no_run
/// # smol::block_on(async {
/// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
/// let mut old = client.glob("logs/*.old")?;
/// while let Some(entry) = old.next().await {
///     let path = entry?.path;
///     old.client().delete(&path).await?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
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

    /// Returns the next entry, or what went wrong in one directory. `None` is the end.
    ///
    /// You can drop the future before it is done, and call the method again: no entry is lost. A
    /// directory whose listing was under way is then read again.
    pub async fn next(&mut self) -> Option<Result<WalkEntry, WalkError>> {
        match self.client.carry_out(&mut self.walker).await {
            Ok(item) => item,
            Err(error) => Some(Err(self.walker.stop(error))),
        }
    }

    /// Leaves out what is below the directory that [`next`](Self::next) returned last.
    pub fn skip_directory(&mut self) {
        self.walker.skip_directory();
    }

    /// Returns the client, for other operations between two entries. If the walk began with a
    /// relative path, do not change the current directory, because the walk would then list wrong
    /// paths.
    pub fn client(&mut self) -> &mut Client {
        self.client
    }
}
