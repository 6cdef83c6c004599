//! Files on an FTP server as the objects of the crate [`object_store`](https://docs.rs/object_store),
//! which DataFusion and others read and write.
//!
//! ```no_run
//! use ftp_smol::Options;
//! use ftp_smol::store::FtpStore;
//! use object_store::path::Path;
//! use object_store::{GetRange, ObjectStore as _, ObjectStoreExt as _};
//! use smol::stream::StreamExt as _;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! smol::block_on(async {
//!     let options = Options::from_url("ftps://ada@ftp.example.org")?.with_password("secret")?;
//!     let store = FtpStore::new(options, 4).with_root("measurements");
//!
//!     let location = Path::from("2026/11/28.csv");
//!     store.put(&location, "time,value\n".into()).await?;
//!     let header = store.get_range(&location, 0..4).await?;
//!     assert_eq!(&header[..], b"time");
//!
//!     let mut objects = store.list(Some(&Path::from("2026")));
//!     while let Some(object) = objects.next().await {
//!         let object = object?;
//!         println!("{} {} bytes", object.location, object.size);
//!     }
//!     Ok(())
//! })
//! # }
//! ```
//!
//! # On tokio
//!
//! Take the feature `tokio` too, and make the store by `FtpStore::on_tokio`. Its sockets are then on
//! the reactor of your runtime. [`FtpStore::new`] works there as well: a thread of smol, which starts
//! when it is needed, then watches the sockets.
//!
//! ```no_run
//! # #[cfg(feature = "tokio")]
//! # mod example {
//! use std::sync::Arc;
//!
//! use ftp_smol::Options;
//! use ftp_smol::store::FtpStore;
//! use object_store::path::Path;
//! use object_store::{ObjectStore, ObjectStoreExt as _};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let options = Options::from_url("ftps://ada@ftp.example.org")?.with_password("secret")?;
//!     let store: Arc<dyn ObjectStore> = Arc::new(FtpStore::on_tokio(options, 4));
//!     let report = store.get(&Path::from("report.csv")).await?.bytes().await?;
//!     println!("{} bytes", report.len());
//!     Ok(())
//! }
//! # }
//! ```
//!
//! # Locations
//!
//! A location is a path below the root, which is the directory after the login or that of
//! [`FtpStore::with_root`]. The parts of the location are the names of the directories and of the
//! file, as they are: `%20` in a location is `%20` in the name. Missing directories are made when an
//! object is written. They stay when their last object is deleted.
//!
//! # What is promised
//!
//! | operation | how | what FTP cannot promise |
//! |---|---|---|
//! | `put_opts` | STOR under a temporary name, then RNFR and RNTO | On a server whose RNTO does not overwrite (Windows), the old object gets a temporary name first: for a moment there is none. |
//! | `PutMode::Create`, `copy_if_not_exists`, `rename_if_not_exists` | `NotImplemented`, unless you choose [`Create::CheckedBefore`] | FTP has no atomic create. |
//! | `PutMode::Update` | `NotImplemented` | There are no ETags and no versions. |
//! | `put_multipart` | One upload takes the parts in their order, under a temporary name, which `complete` changes. `abort` deletes it. | It keeps a session from its first part to its end. |
//! | `get_opts` | SIZE and MDTM or MLST, then REST and RETR. A range ends by ABOR, or by reading the rest if that is short. | Nothing holds a file still while it is read. If the end of the object was asked for and the size has changed, the stream ends with an error. |
//! | `if_modified_since`, `if_unmodified_since` | by MDTM, in seconds | `NotSupported` on a server that tells no exact times. |
//! | `if_match`, `if_none_match` | as for an object without an ETag: `if_match` fails with `Precondition`, except `*`; `if_none_match` is fulfilled, except `*` | There are no ETags. |
//! | `version` | `NotSupported` | There are no versions. |
//! | `list` | a walk by MLSD or LIST, which follows no link to a directory | On vsftpd, names that begin with `.` do not show. |
//! | `list_with_delimiter` | one listing | An empty directory shows as a common prefix. |
//! | `delete` | DELE | |
//! | `copy` | a download and an upload, up to 4 MiB by one session, above by two at the same time | The bytes pass through this machine. SITE CPFR, which few servers have, is not used. |
//! | `rename` | RNFR and RNTO | as for `put_opts` |
//! | attributes | `NotImplemented` | FTP stores none. Tags are ignored. |
//!
//! A listing without exact times (LIST) costs SIZE and MDTM for each file, so that `list` and `head`
//! say the same. A name that cannot be part of a location, such as one with a control character, and a
//! directory that cannot be read are errors as items of the list, and the list goes on: nothing that
//! the server shows is left out silently. A refusal by 550 that the server does not explain is
//! `NotFound` if an object was to be read, and `PermissionDenied` if one was to be written. The source
//! of an error is the [`Error`](crate::Error) of this crate, if there is one.
//!
//! If a future is dropped, or the connection is lost in the middle of a write, a file with the name
//! `.TAG.ftp-part` may stay on the server, where TAG are 16 hexadecimal digits. It never shows as an
//! object, and no object can have such a name.
//!
//! # How many sessions
//!
//! A stream of bytes or of a list has a session from the moment when you first poll it until you have
//! read it to its end or dropped it. An upload in parts has one from its first part to `complete` or
//! `abort`. So a program that does several of these at the same time needs as many sessions, and one
//! more for the rest. If there are too few, an operation waits for
//! [`PoolOptions::patience`](crate::PoolOptions) and then fails.
//!
//! The store does not try a failed operation again.
//!
//! # DataFusion
//!
//! This program queries the CSV files in a directory of an FTPS server, with DataFusion 55:
//!
//! ```ignore
#![doc = include_str!("datafusion.rs")]
//! ```

mod copying;
mod errors;
mod listing;
mod look;
mod made;
mod names;
mod parts;
mod read;
mod write;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ftp_proto::Options;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};
use smol::lock::Mutex;
use smol::stream::{Boxed, StreamExt as _};

use crate::pool::{Pool, PooledClient};
use errors::{Unclear, missing, told};
use names::Root;

/// The name of this store in the errors of `object_store`.
const STORE: &str = "FTP";

/// An [`ObjectStore`] whose objects are the files on an FTP server. See the [module](self).
///
/// Clones share one pool of sessions.
///
/// ```
/// use ftp_smol::{Credentials, Options, Pool};
/// use ftp_smol::store::{Create, FtpStore};
///
/// let credentials = Credentials::new("ada", "secret")?;
/// let options = Options::new("ftp.example.org").with_credentials(credentials);
/// let store = FtpStore::new(options, 4)
///     .with_root("/data")
///     .with_create(Create::CheckedBefore);
/// assert_eq!(store.to_string(), "FtpStore(/data)");
/// # Ok::<(), ftp_smol::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FtpStore {
    pool: Pool,
    root: Root,
    create: Create,
    /// Held by the copy that uses two sessions.
    copies: Arc<Mutex<()>>,
}

/// What the store does if an object must be written only where there is none.
///
/// FTP has no such command: a program can only look first and write then. Between the two, another
/// program may write an object, which is then lost. Programs such as Delta Lake rely on this never
/// happening.
///
/// ```
/// use ftp_smol::store::Create;
///
/// assert_eq!(Create::default(), Create::Refused);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Create {
    /// It fails with `NotImplemented`. This is the default.
    #[default]
    Refused,
    /// It looks directly before it writes, and fails with `AlreadyExists` if there is an object.
    /// Choose this only if no other program writes at the same time.
    CheckedBefore,
}

impl FtpStore {
    /// Makes a store of this many sessions at most, with sockets on smol's reactor. Nothing is
    /// connected yet. The options must hold the credentials.
    pub fn new(options: Options, sessions: usize) -> Self {
        Self::over(Pool::new(options, sessions))
    }

    /// Makes a store of this many sessions at most, with sockets on tokio's reactor. Nothing is
    /// connected yet. The options must hold the credentials.
    #[cfg(feature = "tokio")]
    pub fn on_tokio(options: Options, sessions: usize) -> Self {
        use crate::{Client, PoolOptions, TokioTcp};

        let connect = move || Client::connect_over(TokioTcp::new(), options.clone());
        Self::over(Pool::over(connect, PoolOptions::new(sessions)))
    }

    /// Makes a store on a pool of your own.
    pub fn over(pool: Pool) -> Self {
        Self {
            pool,
            root: Root::default(),
            create: Create::default(),
            copies: Arc::default(),
        }
    }

    /// Sets the directory that holds all objects, such as `/data`. A path without a `/` in front
    /// begins at the directory after the login, which is the default. The directory is made with the
    /// first object.
    #[must_use]
    pub fn with_root(mut self, path: impl AsRef<str>) -> Self {
        self.root = Root::new(path.as_ref());
        self
    }

    /// Sets what the store does if an object must be written only where there is none.
    #[must_use]
    pub fn with_create(mut self, create: Create) -> Self {
        self.create = create;
        self
    }

    /// Returns the pool of the sessions, for example to close it.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Returns a session for work on this object.
    async fn session(&self, location: &Path) -> Result<PooledClient> {
        let session = self.pool.get().await;
        session.map_err(|error| told(error, location, Unclear::Denied))
    }

    async fn delete(&self, location: &Path) -> Result<()> {
        let path = self.root.path_of(location)?;
        let mut client = self.session(location).await?;
        let Err(error) = client.delete(&path).await else {
            return Ok(());
        };
        let error = client.explain(error).await;
        if !error.is_denied() {
            return Err(told(error, location, Unclear::Missing));
        }
        match client.metadata(&path).await {
            Ok(metadata) if metadata.is_dir() => Err(missing(location, "it is a directory")),
            _ => Err(told(error, location, Unclear::Denied)),
        }
    }
}

#[async_trait]
impl ObjectStore for FtpStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        write::put(self, location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        write::check_attributes(&options.attributes)?;
        Ok(Box::new(parts::Parts::new(self.clone(), location)?))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        read::get(self, location, options).await
    }

    fn delete_stream(&self, locations: Boxed<Result<Path>>) -> Boxed<Result<Path>> {
        let store = self.clone();
        let deleted = locations.then(move |location| {
            let store = store.clone();
            async move {
                let location = location?;
                store.delete(&location).await?;
                Ok(location)
            }
        });
        deleted.boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> Boxed<Result<ObjectMeta>> {
        let prefix = prefix.cloned().unwrap_or_default();
        listing::all(self.clone(), prefix).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let prefix = prefix.cloned().unwrap_or_default();
        listing::level(self.clone(), prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        copying::copy(self, from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        copying::rename(self, from, to, options).await
    }
}

impl fmt::Display for FtpStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FtpStore({})", self.root.as_str())
    }
}
