//! The object store: the tests of `object_store`'s authors, and what a server may do wrong.

mod authors;
mod lists;
mod reads;
mod writes;

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use ftp_proto::simulator::{Setup, Simulator};
use ftp_smol::store::{Create, FtpStore};
use ftp_smol::{Client, Credentials, Memory, Options, Pool, PoolOptions};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, Result};

/// Runs on one thread of tokio, which the authors' `WriteMultipart` needs.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.build().expect("a runtime").block_on(future)
}

fn options() -> Options {
    let credentials = Credentials::new("user", "secret").expect("credentials");
    Options::new("ftp.test").with_credentials(credentials)
}

/// Makes a store of this many sessions, with a server of its own.
fn store(setup: Setup, sessions: usize) -> (FtpStore, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let network = memory.clone();
    let connect = move || Client::connect_over(network.clone(), options());
    let store = FtpStore::over(Pool::over(connect, PoolOptions::new(sessions)));
    (store.with_create(Create::CheckedBefore), memory)
}

fn at(path: &str) -> Path {
    Path::parse(path).expect("a location")
}

async fn content(store: &FtpStore, path: &str) -> Result<Bytes> {
    store.get(&at(path)).await?.bytes().await
}

/// Bytes of which no two blocks are equal.
fn big(size: u32) -> Vec<u8> {
    (0..size / 4).flat_map(u32::to_le_bytes).collect()
}

/// The error of the library in an error of the store.
fn cause(error: &Error) -> Option<&ftp_smol::Error> {
    let source = std::error::Error::source(error)?;
    source.downcast_ref()
}

#[test]
fn a_store_and_its_futures_go_to_other_threads() {
    fn is_sent<T: Send + 'static>(value: T) -> T {
        value
    }
    let (store, _) = store(Setup::new().file("/a", "12345"), 1);
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    // The executor of smol, and not that of tokio.
    let task = smol::spawn(is_sent(async move {
        let result = store.get_opts(&at("a"), Default::default()).await?;
        result.bytes().await
    }));
    assert_eq!(&smol::block_on(task).expect("read")[..], b"12345");
}
