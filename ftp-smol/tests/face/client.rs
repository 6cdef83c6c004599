//! The client that the shared tests call. It is the client of this adapter, but each call waits for
//! its future.
//!
//! For a new async method of the client, add a line to `waits_for!`. Other methods need no line,
//! because `Deref` makes them available.

use std::io::{self, BufRead, Read, Write};
use std::ops::{ControlFlow, Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;

use ftp_smol::listing::{Directory, Line};
use ftp_smol::reply::{Algorithm, FileHash, Identity, Timestamp};
use ftp_smol::transport::Network;
use ftp_smol::tree::Deleted;
use smol::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

// Except for `wait`, this file uses nothing from its parent module. The interop suite also includes
// this file, in a module that has another `wait`.
use super::wait;

pub(crate) use ftp_smol::*;

#[derive(Debug)]
pub(crate) struct Client(pub(crate) ftp_smol::Client);

impl Client {
    pub(crate) fn connect(options: impl Into<Arc<Options>>) -> Result<Self, Error> {
        wait(ftp_smol::Client::connect(options)).map(Self)
    }

    pub(crate) fn connect_over(
        network: impl Network + 'static,
        options: Options,
    ) -> Result<Self, Error> {
        wait(ftp_smol::Client::connect_over(network, options)).map(Self)
    }

    pub(crate) fn copy_to(
        &mut self,
        path: impl Name,
        target: &mut Self,
        target_path: impl Name,
        transfer_type: TransferType,
    ) -> Result<Copied, Error> {
        wait(
            self.0
                .copy_to(path, &mut target.0, target_path, transfer_type),
        )
    }

    pub(crate) fn walk(
        &mut self,
        path: impl OptionalName,
        options: &WalkOptions,
    ) -> Result<Walk<'_>, Error> {
        self.0.walk(path, options).map(Walk)
    }

    pub(crate) fn glob(&mut self, pattern: impl Name) -> Result<Walk<'_>, Error> {
        self.0.glob(pattern).map(Walk)
    }

    pub(crate) fn glob_with(
        &mut self,
        pattern: impl Name,
        options: &WalkOptions,
    ) -> Result<Walk<'_>, Error> {
        self.0.glob_with(pattern, options).map(Walk)
    }

    pub(crate) fn explain(&mut self, error: Error) -> Error {
        let explained = async { Ok::<_, Error>(self.0.explain(error).await) };
        wait(explained).expect("no error of its own")
    }

    pub(crate) fn sync(&mut self, plan: SyncPlan) -> SyncReport {
        ready(self.0.sync(plan))
    }

    pub(crate) fn sync_with<R: ProgressFlow>(
        &mut self,
        plan: SyncPlan,
        progress: impl FnMut(SyncProgress<'_>) -> R,
    ) -> SyncReport {
        ready(self.0.sync_with(plan, progress))
    }

    pub(crate) fn quit(self) -> Result<Option<Reply>, Error> {
        wait(self.0.quit())
    }
}

/// Defines blocking versions of the client's async methods, from their signatures: for a client of
/// its own, for one of a pool, and for one that is borrowed.
macro_rules! waits_for {
    ($($call:ident($($argument:ident: $type:ty),*) -> $given:ty;)*) => {
        impl Client {$(
            pub(crate) fn $call(&mut self, $($argument: $type),*) -> Result<$given, Error> {
                Ok(wait(self.0.$call($($argument),*))?.into())
            }
        )*}
        impl PooledClient {$(
            pub(crate) fn $call(&mut self, $($argument: $type),*) -> Result<$given, Error> {
                Ok(wait(self.0.$call($($argument),*))?.into())
            }
        )*}
        impl Borrowed<'_> {$(
            pub(crate) fn $call(&mut self, $($argument: $type),*) -> Result<$given, Error> {
                Ok(wait(self.0.$call($($argument),*))?.into())
            }
        )*}
    };
}

/// A client that the operation of [`Retrying::run`] borrows.
#[derive(Debug)]
pub(crate) struct Borrowed<'c>(&'c mut ftp_smol::Client);

#[derive(Debug)]
pub(crate) struct Retrying<'c>(ftp_smol::Retrying<'c>);

impl Client {
    pub(crate) fn connect_retrying(options: Options, policy: &RetryPolicy) -> Result<Self, Error> {
        wait(ftp_smol::Client::connect_retrying(options, policy)).map(Self)
    }

    pub(crate) fn connect_over_retrying(
        network: impl Network + 'static,
        options: Options,
        policy: &RetryPolicy,
    ) -> Result<Self, Error> {
        let connecting = ftp_smol::Client::connect_over_retrying(network, options, policy);
        wait(connecting).map(Self)
    }

    pub(crate) fn retrying(&mut self, policy: &RetryPolicy) -> Retrying<'_> {
        Retrying(self.0.retrying(policy))
    }
}

impl Retrying<'_> {
    pub(crate) fn get_file(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<FileReport, Error> {
        wait(self.0.get_file(remote, local))
    }

    pub(crate) fn get_file_with<R: ProgressFlow>(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &FileOptions,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        wait(self.0.get_file_with(remote, local, options, progress))
    }

    pub(crate) fn put_file(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<FileReport, Error> {
        wait(self.0.put_file(local, remote))
    }

    pub(crate) fn put_file_with<R: ProgressFlow>(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &FileOptions,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        wait(self.0.put_file_with(local, remote, options, progress))
    }

    pub(crate) fn run<T>(
        &mut self,
        mut operation: impl FnMut(&mut Borrowed<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        wait(self.0.run(async |client| operation(&mut Borrowed(client))))
    }
}

#[derive(Debug)]
pub(crate) struct PooledClient(ftp_smol::PooledClient);

impl PooledClient {
    pub(crate) fn into_client(self) -> Client {
        Client(self.0.into_client())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Pool(ftp_smol::Pool);

impl Pool {
    pub(crate) fn new(options: Options, sessions: usize) -> Self {
        Self(ftp_smol::Pool::new(options, sessions))
    }

    pub(crate) fn over(
        connect: impl Fn() -> Result<Client, Error> + Send + Sync + 'static,
        options: PoolOptions,
    ) -> Self {
        let connect = Arc::new(connect);
        let connect = move || {
            let connect = connect.clone();
            async move { connect().map(|client| client.0) }
        };
        Self(ftp_smol::Pool::over(connect, options))
    }

    pub(crate) fn get(&self) -> Result<PooledClient, Error> {
        wait(self.0.get()).map(PooledClient)
    }

    pub(crate) fn try_get(&self) -> Result<PooledClient, Error> {
        wait(self.0.try_get()).map(PooledClient)
    }

    pub(crate) fn close(&self) {
        let closed = async {
            self.0.close().await;
            Ok::<_, Error>(())
        };
        wait(closed).expect("no error of its own");
    }
}

/// Waits for a call that cannot fail.
fn ready<T>(future: impl Future<Output = T>) -> T {
    wait(async { Ok::<_, Error>(future.await) }).expect("no error of its own")
}

/// Whole trees, and many files.
impl Pool {
    pub(crate) fn plan_download(
        &self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        wait(self.0.plan_download(remote, local, options))
    }

    pub(crate) fn plan_upload(
        &self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncPlan, Error> {
        wait(self.0.plan_upload(local, remote, options))
    }

    pub(crate) fn sync_with<R: ProgressFlow>(
        &self,
        plan: SyncPlan,
        progress: impl FnMut(SyncProgress<'_>) -> R + Send,
    ) -> SyncReport {
        ready(self.0.sync_with(plan, progress))
    }

    pub(crate) fn download_tree(
        &self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<SyncReport, Error> {
        wait(self.0.download_tree(remote, local))
    }

    pub(crate) fn download_tree_with(
        &self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        wait(self.0.download_tree_with(remote, local, options))
    }

    pub(crate) fn upload_tree(
        &self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<SyncReport, Error> {
        wait(self.0.upload_tree(local, remote))
    }

    pub(crate) fn upload_tree_with(
        &self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions,
    ) -> Result<SyncReport, Error> {
        wait(self.0.upload_tree_with(local, remote, options))
    }

    pub(crate) fn get_files(
        &self,
        files: impl IntoIterator<Item = (impl Name, impl AsRef<Path>)>,
    ) -> SyncReport {
        ready(self.0.get_files(files))
    }

    pub(crate) fn get_files_with<R: ProgressFlow>(
        &self,
        files: impl IntoIterator<Item = (impl Name, impl AsRef<Path>)>,
        options: &SyncOptions,
        progress: impl FnMut(SyncProgress<'_>) -> R + Send,
    ) -> SyncReport {
        ready(self.0.get_files_with(files, options, progress))
    }

    pub(crate) fn put_files(
        &self,
        files: impl IntoIterator<Item = (impl AsRef<Path>, impl Name)>,
    ) -> SyncReport {
        ready(self.0.put_files(files))
    }
}

waits_for! {
    login(user: impl Name, password: impl Name) -> Reply;
    login_with(credentials: Credentials) -> Reply;
    secure() -> ();
    clear_control() -> ();
    protect(protection: Protection) -> ();
    reconnect() -> ();
    features() -> Features;
    discover() -> Capabilities;
    pwd() -> RemotePath;
    cwd(path: impl Name) -> Reply;
    mkd(path: impl Name) -> Option<RemotePath>;
    rmd(path: impl Name) -> Reply;
    delete(path: impl Name) -> Reply;
    rename(from: impl Name, to: impl Name) -> Reply;
    size(path: impl Name) -> Option<u64>;
    modified(path: impl Name) -> Option<Timestamp>;
    mlst(path: impl OptionalName) -> Entry<'static>;
    inspect_many(paths: impl IntoIterator<Item = impl Name>) -> Vec<tree::Inspected>;
    system() -> Reply;
    status(path: impl OptionalName) -> Reply;
    help(topic: impl OptionalName) -> Reply;
    site(line: impl Name) -> Reply;
    opts(line: impl Name) -> Reply;
    choose_facts(facts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Reply;
    status_entries(path: impl Name) -> Directory;
    account(account: impl Name) -> Reply;
    allocate(bytes: u64) -> Reply;
    mount(path: impl Name) -> Reply;
    reinitialize() -> Reply;
    host(name: impl Name) -> Reply;
    language(tag: impl OptionalName) -> Reply;
    client_name(name: impl Name) -> Reply;
    set_type(transfer_type: TransferType) -> ();
    set_mode(mode: TransmissionMode) -> ();
    set_structure(structure: FileStructure) -> ();
    noop() -> Reply;
    set_modified(path: impl Name, time: Timestamp) -> Capability;
    set_created(path: impl Name, time: Timestamp) -> Reply;
    set_facts(
        path: impl Name,
        facts: impl IntoIterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>
    ) -> Reply;
    chmod(path: impl Name, mode: u32) -> Reply;
    symlink(target: impl Name, link: impl Name) -> Reply;
    hash(path: impl Name, algorithm: Algorithm) -> Option<FileHash>;
    combine(target: impl Name, parts: impl IntoIterator<Item = impl Name>) -> Reply;
    remove_directory_tree(path: impl Name) -> Reply;
    client_id(name: impl Name, version: impl Name) -> Option<Identity>;
    available(path: impl Name) -> Option<u64>;
    directory_size(path: impl Name) -> Option<u64>;
    raw(line: impl Name) -> Reply;
    download(path: impl Name) -> Download<'_>;
    download_with(path: impl Name, options: &TransferOptions) -> Download<'_>;
    download_lines(path: impl Name) -> Lines<'_>;
    download_command(line: impl Name, options: &TransferOptions) -> Download<'_>;
    upload(path: impl Name) -> Upload<'_>;
    upload_with(path: impl Name, options: &TransferOptions) -> Upload<'_>;
    append(path: impl Name) -> Upload<'_>;
    upload_unique(suggestion: impl OptionalName) -> Upload<'_>;
    upload_command(line: impl Name, options: &TransferOptions) -> Upload<'_>;
    store(path: impl Name, content: impl AsRef<[u8]>) -> Completion;
    store_lines(path: impl Name, lines: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Completion;
    list(path: impl OptionalName) -> Vec<Vec<u8>>;
    names(path: impl OptionalName) -> Vec<Vec<u8>>;
    mlsd(path: impl OptionalName) -> Directory;
    entries(path: impl OptionalName) -> Directory;
    read_dir(path: impl OptionalName) -> ReadDir<'_>;
    list_lines(path: impl OptionalName) -> Lines<'_>;
    names_lines(path: impl OptionalName) -> Lines<'_>;
    metadata(path: impl Name) -> Metadata;
    exists(path: impl Name) -> Existence;
    tree_size(path: impl OptionalName) -> TreeSize;
    make_directories(path: impl Name) -> ();
    delete_tree(path: impl Name) -> Deleted;
    delete_tree_with(path: impl Name, options: &DeleteOptions) -> Deleted;
    mlsd_lines(path: impl OptionalName) -> Lines<'_>;
    fetch(path: impl Name) -> Vec<u8>;
    get_file(remote: impl Name, local: impl AsRef<Path>) -> FileReport;
    get_file_with(
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &FileOptions,
        progress: impl FnMut(Progress) -> ControlFlow<()>
    ) -> FileReport;
    plan_download(
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions
    ) -> SyncPlan;
    plan_upload(
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions
    ) -> SyncPlan;
    download_tree(remote: impl Name, local: impl AsRef<Path>) -> SyncReport;
    download_tree_with(
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &SyncOptions
    ) -> SyncReport;
    upload_tree(local: impl AsRef<Path>, remote: impl Name) -> SyncReport;
    upload_tree_with(
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &SyncOptions
    ) -> SyncReport;
    put_file(local: impl AsRef<Path>, remote: impl Name) -> FileReport;
    put_file_with(
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &FileOptions,
        progress: impl FnMut(Progress) -> ControlFlow<()>
    ) -> FileReport;
}

impl Deref for Client {
    type Target = ftp_smol::Client;

    fn deref(&self) -> &ftp_smol::Client {
        &self.0
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut ftp_smol::Client {
        &mut self.0
    }
}

impl Deref for PooledClient {
    type Target = ftp_smol::Client;

    fn deref(&self) -> &ftp_smol::Client {
        &self.0
    }
}

impl DerefMut for PooledClient {
    fn deref_mut(&mut self) -> &mut ftp_smol::Client {
        &mut self.0
    }
}

macro_rules! transfers {
    ($($name:ident)*) => {$(
        #[derive(Debug)]
        pub(crate) struct $name<'c>(ftp_smol::$name<'c>);

        impl<'c> From<ftp_smol::$name<'c>> for $name<'c> {
            fn from(transfer: ftp_smol::$name<'c>) -> Self {
                Self(transfer)
            }
        }

        impl<'c> Deref for $name<'c> {
            type Target = ftp_smol::$name<'c>;

            fn deref(&self) -> &ftp_smol::$name<'c> {
                &self.0
            }
        }

        impl $name<'_> {
            pub(crate) fn finish(self) -> Result<Completion, Error> {
                wait(self.0.finish())
            }
        }
    )*};
}

transfers! { Download Upload Lines ReadDir }

/// Waits for a future whose error holds the client.
fn give_back<T>(
    future: impl Future<Output = Result<T, Returned<ftp_smol::Client>>>,
) -> Result<T, Returned<Client>> {
    let outcome = wait(async { Ok::<_, Error>(future.await) });
    outcome.expect("no error of its own").map_err(|returned| {
        let (client, error) = returned.into_parts();
        Returned::new(Client(client), error)
    })
}

macro_rules! owned_transfers {
    ($($name:ident)*) => {$(
        #[derive(Debug)]
        pub(crate) struct $name(ftp_smol::$name);

        impl $name {
            pub(crate) fn finish(self) -> Result<(Client, Completion), Returned<Client>> {
                give_back(self.0.finish()).map(|(client, done)| (Client(client), done))
            }

            pub(crate) fn abort(self) -> Result<(Client, Aborted), Returned<Client>> {
                give_back(self.0.abort()).map(|(client, aborted)| (Client(client), aborted))
            }
        }
    )*};
}

owned_transfers! { OwnedDownload OwnedUpload }

impl Client {
    pub(crate) fn into_download(self, path: impl Name) -> Result<OwnedDownload, Returned<Self>> {
        give_back(self.0.into_download(path)).map(OwnedDownload)
    }

    pub(crate) fn into_upload(self, path: impl Name) -> Result<OwnedUpload, Returned<Self>> {
        give_back(self.0.into_upload(path)).map(OwnedUpload)
    }
}

impl Read for OwnedDownload {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        wait(self.0.read(buffer))
    }
}

impl BufRead for OwnedDownload {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        wait(self.0.fill_buf())
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl Write for OwnedUpload {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        wait(self.0.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        wait(self.0.flush())
    }
}

impl Download<'_> {
    pub(crate) fn abort(self) -> Result<Aborted, Error> {
        wait(self.0.abort())
    }

    pub(crate) fn keep_alive(&mut self) -> Result<(), Error> {
        wait(self.0.keep_alive())
    }

    pub(crate) fn save_to<R: ProgressFlow>(
        self,
        file: impl LocalFile,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<Completion, Error> {
        wait(self.0.save_to(file, progress))
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        wait(self.0.read(buffer))
    }
}

impl BufRead for Download<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        wait(self.0.fill_buf())
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl Upload<'_> {
    pub(crate) fn abort(self) -> Result<Aborted, Error> {
        wait(self.0.abort())
    }

    pub(crate) fn keep_alive(&mut self) -> Result<(), Error> {
        wait(self.0.keep_alive())
    }

    pub(crate) fn send_from<R: ProgressFlow>(
        self,
        file: impl LocalFile,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<Completion, Error> {
        wait(self.0.send_from(file, progress))
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        wait(self.0.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        wait(self.0.flush())
    }
}

impl Lines<'_> {
    pub(crate) fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        wait(self.0.next_line())
    }
}

impl ReadDir<'_> {
    pub(crate) fn next_entry(&mut self) -> Result<Option<Entry<'_>>, Error> {
        wait(self.0.next_entry())
    }

    pub(crate) fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        wait(self.0.next_line())
    }
}

macro_rules! batches {
    ($($name:ident of $item:ident by $call:ident $call_with:ident)*) => {$(
        #[derive(Debug)]
        pub(crate) struct $name<'c, N: Iterator>(ftp_smol::$name<'c, N>);

        impl<N: Iterator<Item: Name>> $name<'_, N> {
            pub(crate) fn next(&mut self) -> Option<Result<$item<'_>, Error>> {
                let next = async { self.0.next().await.transpose() };
                wait(next).map(|item| item.map($item::from)).transpose()
            }
        }

        impl Client {
            pub(crate) fn $call<N: IntoIterator<Item: Name>>(
                &mut self,
                names: N,
            ) -> $name<'_, N::IntoIter> {
                $name(self.0.$call(names))
            }

            pub(crate) fn $call_with<N: IntoIterator<Item: Name>>(
                &mut self,
                names: N,
                options: &TransferOptions,
            ) -> $name<'_, N::IntoIter> {
                $name(self.0.$call_with(names, options))
            }
        }
    )*};
}

batches! {
    Downloads of Download by download_many download_many_with
    Uploads of Upload by upload_many upload_many_with
}

#[derive(Debug)]
pub(crate) struct Walk<'c>(ftp_smol::Walk<'c>);

impl Walk<'_> {
    pub(crate) fn skip_directory(&mut self) {
        self.0.skip_directory();
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<WalkEntry, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        wait(async { Ok::<_, Error>(self.0.next().await) }).expect("no error of the face")
    }
}
