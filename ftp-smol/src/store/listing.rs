//! Lists objects: all below a prefix, or those directly in it.

use std::mem;

use ftp_proto::listing::{Entry, Kind};
use ftp_proto::reply::Timestamp;
use ftp_proto::tree::{Inspected, Note, Trouble, WalkEntry, WalkError, WalkOptions};
use ftp_proto::{Encoding, Error, RemotePath};
use object_store::path::Path;
use object_store::{ListResult, ObjectMeta, Result};
use smol::stream::{Stream, StreamExt as _};

use super::FtpStore;
use super::errors::{Unclear, generic, told, unsupported};
use super::look::{exact, found, is_refusal};
use super::made::{Place, made};
use super::names::is_staged;
use crate::client::Client;
use crate::pool::PooledClient;
use crate::walk::Walk;

/// About how many files the server is asked at a time. So many fit into one flight.
const BATCH: usize = 16;

/// What a walk finds for a store.
enum Item {
    Object(ObjectMeta),
    /// A directory.
    Prefix(Path),
}

/// Lists all objects below a prefix.
pub(super) fn all(
    store: FtpStore,
    prefix: Path,
) -> impl Stream<Item = Result<ObjectMeta>> + Send + 'static {
    let items = items(store, prefix, WalkOptions::new());
    items.filter_map(|item| match item {
        Ok(Item::Object(meta)) => Some(Ok(meta)),
        Ok(Item::Prefix(_)) => None,
        Err(error) => Some(Err(error)),
    })
}

/// Lists the objects and the directories directly below a prefix, in the order of their names.
pub(super) async fn level(store: FtpStore, prefix: Path) -> Result<ListResult> {
    let (mut objects, mut common_prefixes) = (Vec::new(), Vec::new());
    let mut items = Box::pin(items(store, prefix, WalkOptions::new().with_depth(1)));
    while let Some(item) = items.next().await {
        match item? {
            Item::Object(meta) => objects.push(meta),
            Item::Prefix(path) => common_prefixes.push(path),
        }
    }
    objects.sort_by(|one, other| one.location.cmp(&other.location));
    common_prefixes.sort();
    Ok(ListResult {
        common_prefixes,
        objects,
    })
}

/// Walks through the directory of a prefix. What goes wrong in one directory is an item, and the walk
/// goes on.
fn items(
    store: FtpStore,
    prefix: Path,
    options: WalkOptions,
) -> impl Stream<Item = Result<Item>> + Send + 'static {
    made(move |place| async move {
        let directory = store.root.directory(&prefix)?;
        let mut client = store.session(&prefix).await?;
        let refused = read(&mut client, &directory, &prefix, &options, &place).await?;
        match refused {
            Some(error) => explain(&mut client, directory, &prefix, error).await,
            None => Ok(()),
        }
    })
}

/// Hands out what is in the directory. Returns the error if the server refuses to list it.
async fn read(
    client: &mut PooledClient,
    directory: &Option<String>,
    prefix: &Path,
    options: &WalkOptions,
    place: &Place<Item>,
) -> Result<Option<Error>> {
    let encoding = client.encoding().clone();
    let walk = client.walk(directory.as_deref(), options);
    let walk = walk.map_err(|error| told(error, prefix, Unclear::Denied))?;
    let mut reader = Reader {
        walk,
        directory: directory.as_deref().unwrap_or_default(),
        prefix,
        encoding,
        is_deep: options.depth > 1,
        unsure: Vec::new(),
        place,
    };
    while let Some(item) = reader.walk.next().await {
        match item {
            Ok(entry) => reader.sort(entry).await?,
            Err(error) => match error.trouble {
                Trouble::Unread(refusal) if error.depth == 0 && is_refusal(&refusal) => {
                    return Ok(Some(refusal));
                }
                _ => reader.fail(error).await,
            },
        }
    }
    reader.ask().await?;
    Ok(None)
}

/// Decides what it means that the server does not list the directory of the prefix. A prefix without
/// a directory has no objects.
async fn explain(
    client: &mut Client,
    directory: Option<String>,
    prefix: &Path,
    refusal: Error,
) -> Result<()> {
    let refusal = told(refusal, prefix, Unclear::Denied);
    let Some(directory) = directory else {
        return Err(refusal);
    };
    match client.metadata(directory).await {
        Ok(metadata) if metadata.is_dir() => Err(refusal),
        // The prefix is that of an object.
        Ok(_) => Ok(()),
        Err(error) => match told(error, prefix, Unclear::Missing) {
            object_store::Error::NotFound { .. } => Ok(()),
            error => Err(error),
        },
    }
}

/// Makes items of what a walk yields.
struct Reader<'w> {
    walk: Walk<'w>,
    /// The directory of the prefix. Empty is the directory after the login.
    directory: &'w str,
    prefix: &'w Path,
    encoding: Encoding,
    /// Whether the walk goes into directories.
    is_deep: bool,
    /// The entries whose listing tells too little.
    unsure: Vec<Unsure>,
    place: &'w Place<Item>,
}

/// An entry that may be an object: a link, or a file without an exact time or a size.
struct Unsure {
    location: Path,
    path: RemotePath,
    entry: Entry<'static>,
}

impl Reader<'_> {
    /// Makes an item of an entry, or keeps the entry until the server is asked about it.
    async fn sort(&mut self, found: WalkEntry) -> Result<()> {
        let location = match self.location(&found) {
            Ok(location) => location,
            Err(error) => {
                self.place.put(Err(error)).await;
                return Ok(());
            }
        };
        if found.depth == 1 && self.is_prefix(&location, &found).await? {
            return Ok(());
        }
        let kind = found.entry.kind();
        let is_hidden = location.filename().is_some_and(is_staged) && kind != Kind::Directory;
        match kind {
            _ if is_hidden => {}
            Kind::Directory => self.enter(location, found.note).await,
            Kind::File | Kind::Link | Kind::Unknown => {
                let unsure = Unsure {
                    location,
                    path: found.path,
                    entry: found.entry,
                };
                self.take(unsure).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the entry is no entry of the directory, but what LIST says about the prefix itself,
    /// which is then an object.
    async fn is_prefix(&mut self, location: &Path, found: &WalkEntry) -> Result<bool> {
        let own = self.directory.rsplit('/').next();
        if found.entry.is_dir() || location.filename() != own {
            return Ok(false);
        }
        let (directory, client) = (self.directory, self.walk.client());
        match client.size(&found.path).await {
            Ok(Some(_)) => return Ok(false),
            Err(error) if !is_refusal(&error) => {
                return Err(told(error, self.prefix, Unclear::Denied));
            }
            _ => {}
        }
        Ok(client
            .metadata(directory)
            .await
            .is_ok_and(|it| it.is_file()))
    }

    /// Hands out a directory. The objects in it come later, if the walk goes into it.
    async fn enter(&mut self, location: Path, note: Option<Note>) {
        let item = match note {
            // What is in it has been listed under another name.
            Some(Note::Loop) => return,
            Some(Note::TooDeep) if self.is_deep => {
                Err(generic(format!("{location}: the directory is too deep")))
            }
            Some(Note::Duplicate) => Err(generic(format!(
                "{location}: the listing has this name more than once"
            ))),
            _ => Ok(Item::Prefix(location)),
        };
        self.place.put(item).await;
    }

    /// Hands out a file if the listing tells all about it.
    async fn take(&mut self, file: Unsure) -> Result<()> {
        let time = file.entry.modified().and_then(exact);
        let size = file.entry.size().filter(|_| file.entry.is_file());
        if let (Some(size), Some(time)) = (size, time) {
            let found = found(file.location, size, Some(time), None);
            self.place.put(Ok(Item::Object(found.meta))).await;
            return Ok(());
        }
        self.unsure.push(file);
        match self.unsure.len() < BATCH {
            true => Ok(()),
            false => self.ask().await,
        }
    }

    /// Asks the server about the entries whose listing tells too little.
    async fn ask(&mut self) -> Result<()> {
        let unsure = mem::take(&mut self.unsure);
        if unsure.is_empty() {
            return Ok(());
        }
        let paths = unsure.iter().map(|file| &file.path);
        let told = self.walk.client().inspect_many(paths).await;
        let told = told.map_err(|error| self::told(error, self.prefix, Unclear::Denied))?;
        for (file, told) in unsure.into_iter().zip(told) {
            let object = self.object(file, told).await;
            if let Some(object) = object.transpose() {
                self.place.put(object.map(Item::Object)).await;
            }
        }
        Ok(())
    }

    /// Makes an object of an entry. `None` if it is no file.
    async fn object(&mut self, file: Unsure, told: Inspected) -> Result<Option<ObjectMeta>> {
        let Unsure {
            location,
            path,
            entry,
        } = file;
        let (size, time): (Option<u64>, Option<Timestamp>) = match told {
            Inspected::Facts(facts) if facts.is_file() => {
                (facts.size(), facts.modified().and_then(exact))
            }
            Inspected::Facts(facts) if facts.kind() == Kind::Link => self.target(&path).await?,
            Inspected::File { size, modified } => (size, modified),
            _ => (None, None),
        };
        let listed = entry.size().filter(|_| entry.is_file());
        match size.or(listed) {
            Some(size) => Ok(Some(found(location, size, time, entry.modified()).meta)),
            None if entry.is_file() => {
                let text = format!("{location}: the server tells no size");
                Err(unsupported(text))
            }
            None => Ok(None),
        }
    }

    /// Returns the size and the time of the file to which a link leads.
    async fn target(&mut self, path: &RemotePath) -> Result<(Option<u64>, Option<Timestamp>)> {
        let size = self.walk.client().size(path).await;
        match size {
            Ok(Some(size)) => {
                let time = self.walk.client().modified(path).await;
                Ok((Some(size), time.ok().flatten()))
            }
            Ok(None) => Ok((None, None)),
            Err(error) if is_refusal(&error) => Ok((None, None)),
            Err(error) => Err(told(error, self.prefix, Unclear::Denied)),
        }
    }

    /// Returns the location of an entry. Its names come from the server, and the walk has checked that
    /// each is a single name.
    fn location(&self, found: &WalkEntry) -> Result<Path> {
        let path = found.path.as_bytes();
        let names = path.rsplit(|byte| *byte == b'/').take(found.depth);
        let mut location = self.prefix.to_string();
        for name in names.collect::<Vec<_>>().into_iter().rev() {
            let name = self.encoding.decode_lossless(name).ok_or_else(|| {
                let text = format!("{}: the name is not in the encoding", found.path);
                generic(text)
            })?;
            if !location.is_empty() {
                location.push('/');
            }
            location.push_str(&name);
        }
        Ok(Path::parse(location)?)
    }

    /// Hands out what went wrong in one directory. A directory that is gone has no objects.
    async fn fail(&mut self, error: WalkError) {
        let gone = match &error.trouble {
            Trouble::Unread(refusal) if is_refusal(refusal) => {
                let refusal = self.walk.client().explain(refusal.clone()).await;
                refusal.is_not_found()
            }
            Trouble::Loop => true,
            _ => false,
        };
        if !gone {
            self.place.put(Err(generic(error))).await;
        }
    }
}
