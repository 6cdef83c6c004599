//! The tests that the authors of `object_store` have written for any store: on the simulated server,
//! and (`cargo xtask interop store`) on real ones.
//!
//! These of their tests do not run:
//!
//! * `multipart` and `list_paginated` are for other traits. `MultipartStore` takes numbered parts in
//!   any order, and FTP cannot join files. `PaginatedListStore` begins a list in its middle.
//! * `put_opts` with updates: FTP has no ETags.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use ftp_proto::simulator::Setup;
use ftp_smol::store::{Create, FtpStore};
use ftp_smol::transport::BoxFuture;
use ftp_smol::{Credentials, Options, Timeouts, TlsConfig};
use object_store::{DynObjectStore, Error, integration};
use tokio::runtime::Builder;

use crate::store;

/// One of their tests.
struct Theirs {
    name: &'static str,
    create: Create,
    run: fn(Arc<DynObjectStore>) -> BoxFuture<()>,
    /// If the test must fail: a part of the text with which it panics, and the reason.
    fails: Option<(&'static str, &'static str)>,
}

macro_rules! theirs {
    ($create:ident $name:ident, |$store:ident| $call:expr) => {
        Theirs {
            name: stringify!($name),
            create: Create::$create,
            run: |$store| Box::pin(async move { $call.await }),
            fails: None,
        }
    };
}

impl Theirs {
    const fn fails(self, text: &'static str, reason: &'static str) -> Self {
        Self {
            fails: Some((text, reason)),
            ..self
        }
    }

    /// Runs the test on a store in which nothing is.
    fn check(&self, store: FtpStore, runtime: &tokio::runtime::Runtime) {
        let store = Arc::new(store.with_create(self.create));
        let done = runtime.block_on(async { tokio::spawn((self.run)(store)).await });
        let panic = done.err().map(|error| text(error.into_panic()));
        match (panic, self.fails) {
            (None, None) => {}
            (Some(said), Some((expected, _))) if said.contains(expected) => {}
            (None, Some((_, reason))) => {
                panic!("{}: this exception did not occur: {reason}", self.name)
            }
            (Some(said), _) => panic!("{}: {said}", self.name),
        }
    }
}

/// What a panic has said.
fn text(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic
            .downcast::<&str>()
            .map_or_else(|_| "?".to_owned(), |text| (*text).to_owned()),
    }
}

const NO_CREATE: &str =
    "FTP has no atomic create, so the store refuses it unless you choose otherwise";

/// All of their tests that run. Those that create objects run in both modes.
fn theirs() -> Vec<Theirs> {
    vec![
        theirs!(Refused put_get_delete_list, |store| integration::put_get_delete_list(&*store)),
        theirs!(Refused put_get_attributes, |store| integration::put_get_attributes(&*store)),
        theirs!(Refused get_opts, |store| integration::get_opts(&*store)).fails(
            "`Option::unwrap()` on a `None` value",
            "no object has an ETag; the conditions about times come before, and pass",
        ),
        theirs!(CheckedBefore put_opts, |store| integration::put_opts(&*store, false)),
        theirs!(Refused put_opts, |store| integration::put_opts(&*store, false))
            .fails("NotImplemented", NO_CREATE),
        theirs!(Refused stream_get, |store| integration::stream_get(&*store)),
        theirs!(Refused list_uses_directories_correctly, |store| {
            integration::list_uses_directories_correctly(&*store)
        }),
        theirs!(Refused list_with_delimiter, |store| integration::list_with_delimiter(&*store)),
        theirs!(Refused get_nonexistent_object, |store| async {
            let got = integration::get_nonexistent_object(&*store, None).await;
            assert!(matches!(got, Err(Error::NotFound { .. })), "{got:?}");
        }),
        theirs!(Refused rename_and_copy, |store| integration::rename_and_copy(&*store)),
        theirs!(CheckedBefore copy_if_not_exists, |store| {
            integration::copy_if_not_exists(&*store)
        }),
        theirs!(Refused copy_if_not_exists, |store| integration::copy_if_not_exists(&*store))
            .fails("AlreadyExists", NO_CREATE),
        theirs!(CheckedBefore copy_rename_nonexistent_object, |store| {
            integration::copy_rename_nonexistent_object(&*store)
        }),
        theirs!(Refused multipart_race_condition, |store| {
            integration::multipart_race_condition(&*store, true)
        }),
        theirs!(Refused multipart_out_of_order, |store| {
            integration::multipart_out_of_order(&*store)
        }),
        theirs!(Refused list_with_offset_exclusivity, |store| {
            integration::list_with_offset_exclusivity(&*store)
        }),
    ]
}

#[test]
fn on_the_simulated_server() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    for test in theirs() {
        for setup in [Setup::new(), Setup::new().without("MLSD").without("MLST")] {
            eprintln!("{} {:?}", test.name, test.create);
            let (store, _) = store(setup.window(1024 * 1024), 4);
            test.check(store, &runtime);
        }
    }
}

/// Runs them on the server that the environment names, with sockets on the reactors of smol and of
/// tokio. Its directory `FTP_ROOM` must be empty.
#[test]
#[ignore = "`cargo xtask interop store` starts the servers"]
fn on_a_real_server() {
    let told = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let credentials = Credentials::new(told("FTP_USER"), told("FTP_PASSWORD"));
    let mut options = Options::new(told("FTP_HOST"))
        .with_port(told("FTP_PORT").parse().expect("a port"))
        .with_timeouts(Timeouts::default().with_all(Duration::from_secs(20)))
        .with_credentials(credentials.expect("credentials"));
    if let Ok(roots) = env::var("FTP_ROOTS") {
        let roots = fs::read(roots).expect("certificates");
        let tls = TlsConfig::with_roots_pem(roots).expect("certificates");
        options = options.with_tls(tls);
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    for (number, test) in theirs().iter().enumerate() {
        for (reactor, make) in [
            ("smol", FtpStore::new as fn(Options, usize) -> FtpStore),
            ("tokio", FtpStore::on_tokio),
        ] {
            let root = format!("{}/{reactor} {number}", told("FTP_ROOM"));
            test.check(make(options.clone(), 4).with_root(root), &runtime);
            println!("{} {:?}, {reactor}: ok", test.name, test.create);
        }
    }
}
