//! All operations with one server, in one way, through one adapter.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use ftp_blocking::wire::Escaped;
use ftp_blocking::{Error, ErrorKind, Options, TransferOptions};

use super::jobs;
use super::operation::{Operation, Way};
use super::trust::Trust;
use crate::console::{Dialogue, Show};
use crate::job::content::{Comparison, Content, equal};
use crate::job::driver::{Driver, End, Moved, Stop, Storing};
use crate::job::during;
use crate::servers::Result;
use crate::servers::foreign::Foreign;
use crate::servers::process::WRITABLE;

/// What came of an operation.
pub(super) struct Outcome {
    pub(super) operation: Operation,
    /// What failed, and the end of the dialogue.
    pub(super) result: std::result::Result<(), (String, String)>,
}

/// How much of a dialogue a failure shows.
const TAIL: usize = 24;

/// A session with a server, and the server's disk.
pub(super) struct Cell<'s, D> {
    pub(super) server: &'s Foreign,
    pub(super) options: Options,
    way: Way,
    pub(super) dialogue: Dialogue,
    /// There is none only while an operation is between two.
    client: Option<D>,
    /// The directory in which everything is done.
    pub(super) home: Vec<u8>,
    /// What large files are made of.
    pub(super) block: &'s [u8],
}

/// How to reach a server in this way.
///
/// # Errors
///
/// Those of a certificate.
pub(super) fn options(server: &Foreign, way: Way, trust: &Trust) -> Result<Options> {
    let options = jobs::options(server).with_config(|config| config.with_data_mode(way.mode));
    match way.secured_by(server.kind()) {
        None => Ok(options),
        Some(secured) => jobs::secured_options(options, secured, trust),
    }
}

/// Runs all operations that are done in this way.
pub(super) async fn run<D: Driver>(
    server: &Foreign,
    options: &Options,
    way: Way,
    block: &[u8],
) -> Vec<Outcome> {
    let mut cell = Cell::<D> {
        server,
        options: options.clone(),
        way,
        dialogue: Dialogue::new(Show::Kept),
        client: None,
        home: Vec::new(),
        block,
    };
    let mut outcomes = Vec::new();
    for &operation in Operation::ALL {
        // This one is done beside the others, with a server of its own.
        if operation == Operation::Idle || !operation.is_done(way) {
            continue;
        }
        let result = cell.one(operation).await.map_err(|error| {
            // Whatever state it is in, the next operation is not to suffer from it.
            cell.client = None;
            let log = jobs::tail(&cell.server.log());
            let dialogue = cell.dialogue.tail(TAIL);
            (
                error.to_string(),
                format!("{dialogue}\nThe server's log:\n{log}"),
            )
        });
        outcomes.push(Outcome { operation, result });
    }
    if let Some(client) = cell.client.take() {
        // The next session begins once the server is done with this one.
        let _ = client.quit().await;
    }
    outcomes
}

impl<'s, D: Driver> Cell<'s, D> {
    async fn one(&mut self, operation: Operation) -> Result<()> {
        self.clear()?;
        if self.client.is_none() {
            let mut client = self.session().await?;
            self.home = during("PWD", client.pwd().await)?.as_bytes().to_vec();
            self.client = Some(client);
        }
        self.dialogue.line(format!("  # {}", operation.name()));
        self.perform(operation).await?;
        self.is_in_step("the operation").await
    }

    /// A new session, in the directory in which everything is permitted.
    pub(super) async fn session(&self) -> Result<D> {
        let mut client = self.connected().await?;
        let login = client.login(self.server.user(), self.server.password());
        during("logging in", login.await)?;
        let version = client.tls().map(|tls| tls.version);
        let secured = self.way.secured_by(self.server.kind());
        let expected = secured.map(|secured| jobs::spoken(secured.version));
        equal("the version of TLS", &expected, &version)?;
        during("CWD", client.cwd(WRITABLE.as_bytes()).await)?;
        Ok(client)
    }

    /// A new connection.
    pub(super) async fn connected(&self) -> Result<D> {
        let mut client = during("connecting", D::connect(self.options.clone()).await)?;
        if let Some(greeting) = client.session().greeting() {
            self.dialogue.line(format!("  < {greeting}"));
        }
        client.observe(self.dialogue.observer());
        Ok(client)
    }

    /// The session.
    pub(super) fn client(&mut self) -> &mut D {
        self.client
            .as_mut()
            .expect("there is a session during an operation")
    }

    // The server's disk.

    /// Where the server keeps it.
    pub(super) fn disk(&self, name: &[u8]) -> PathBuf {
        self.server.writable().join(OsStr::from_bytes(name))
    }

    /// Puts a file there, which the server's user may change.
    pub(super) fn put(&self, name: &[u8], content: &[u8]) -> Result<()> {
        let path = self.disk(name);
        fs::write(&path, content)?;
        fs::set_permissions(path, Permissions::from_mode(0o666))?;
        Ok(())
    }

    /// The same for a directory.
    pub(super) fn put_directory(&self, name: &[u8]) -> Result<()> {
        let path = self.disk(name);
        fs::create_dir(&path)?;
        fs::set_permissions(path, Permissions::from_mode(0o777))?;
        Ok(())
    }

    /// Whether the server has exactly this in a file.
    pub(super) fn has(&self, name: &[u8], content: &[u8]) -> Result<()> {
        let what = format!("{} on the server's disk", Escaped::new(name));
        let found = fs::read(self.disk(name)).map_err(|error| {
            let there = self.entries().unwrap_or_default();
            format!("{what}: {error}; there is {}", shown(&there))
        })?;
        let mut comparison = Comparison::new(Content::of(content));
        comparison.add(&found);
        comparison.end(&what)
    }

    /// Whether the server has nothing of this name.
    pub(super) fn has_not(&self, name: &[u8]) -> Result<()> {
        match self.disk(name).symlink_metadata() {
            Err(_) => Ok(()),
            Ok(_) => Err(format!("{} is still there", Escaped::new(name)).into()),
        }
    }

    /// The names of all that is there.
    pub(super) fn entries(&self) -> Result<Vec<Vec<u8>>> {
        fs::read_dir(self.server.writable())?
            .map(|entry| Ok(entry?.file_name().as_bytes().to_vec()))
            .collect()
    }

    fn clear(&self) -> Result<()> {
        for entry in fs::read_dir(self.server.writable())? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    // What many operations do.

    /// Whether the session still answers what it is asked.
    pub(super) async fn is_in_step(&mut self, after: &str) -> Result<()> {
        let pwd = during(&format!("PWD after {after}"), self.client().pwd().await)?;
        equal(
            &format!("the directory after {after}"),
            &Escaped::new(&self.home).to_string(),
            &pwd.to_string(),
        )
    }

    /// Whether files still come and go.
    pub(super) async fn works(&mut self, after: &str) -> Result<()> {
        self.is_in_step(after).await?;
        let content = &self.block[..5_000];
        self.store(b"more work", content).await?;
        self.has(b"more work", content)?;
        self.fetch(b"more work", content).await
    }

    /// Uploads a file.
    pub(super) async fn store(&mut self, name: &[u8], content: &[u8]) -> Result<()> {
        let content = Content::of(content);
        let moved = self
            .send(Storing::Store(name), 0, content, Stop::Never)
            .await;
        let moved = during(&format!("uploading {}", Escaped::new(name)), moved)?;
        equal("bytes sent", &content.length(), &confirmed(&moved)?)
    }

    /// Downloads a file and compares it.
    pub(super) async fn fetch(&mut self, name: &[u8], content: &[u8]) -> Result<()> {
        self.fetch_content(name, 0, Content::of(content)).await
    }

    /// Downloads a file from an offset on and compares what comes.
    pub(super) async fn fetch_content(
        &mut self,
        name: &[u8],
        offset: u64,
        content: Content<'_>,
    ) -> Result<()> {
        let what = format!("downloading {}", Escaped::new(name));
        let options = TransferOptions::new().with_offset(offset);
        let mut comparison = Comparison::new(content);
        let mut into = |bytes: &[u8]| comparison.add(bytes);
        let moved = self
            .client()
            .download(name, &options, Stop::Never, &mut into)
            .await;
        let moved = during(&what, moved)?;
        comparison.end(&what)?;
        equal("bytes received", &content.length(), &confirmed(&moved)?)
    }

    /// Downloads a part of what it holds, and gives up.
    pub(super) async fn fetch_part(&mut self, name: &[u8], stop: Stop) -> Result<Moved> {
        let block = self.block;
        let mut received = Vec::new();
        let mut into = |bytes: &[u8]| received.extend_from_slice(bytes);
        let options = TransferOptions::new();
        let moved = self
            .client()
            .download(name, &options, stop, &mut into)
            .await;
        let moved = during("downloading in part", moved)?;
        if received[..] != block[..received.len()] {
            return Err("the part differs".into());
        }
        Ok(moved)
    }

    pub(super) async fn send(
        &mut self,
        how: Storing<'_>,
        offset: u64,
        content: Content<'_>,
        stop: Stop,
    ) -> std::result::Result<Moved, Error> {
        let options = TransferOptions::new().with_offset(offset);
        self.client()
            .upload(how, &options, content, stop, &|_| {})
            .await
    }
}

/// The bytes that both sides agree on.
pub(super) fn confirmed(moved: &Moved) -> Result<u64> {
    match &moved.end {
        End::Confirmed(completion) => {
            equal("bytes counted", &moved.bytes, &completion.bytes)?;
            Ok(moved.bytes)
        }
        _ => Err("given up, which nobody asked for".into()),
    }
}

/// Whether the server refused, and said so.
pub(super) fn refused<T>(what: &str, result: std::result::Result<T, Error>) -> Result<()> {
    match result {
        Ok(_) => Err(format!("{what}: not refused").into()),
        Err(error) if matches!(error.kind(), ErrorKind::Permanent | ErrorKind::Transient) => Ok(()),
        Err(error) => during(what, Err(error)),
    }
}

/// Names, for people.
pub(super) fn shown(names: &[Vec<u8>]) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("{:?}", Escaped::new(name)))
        .collect();
    names.join(", ")
}
