//! One server that one adapter reaches in one way, for example in passive mode over IPv4. This file
//! opens the sessions with that server and handles its files.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use ftp_blocking::wire::Escaped;
use ftp_blocking::{Capabilities, Error, Features, Options, TransferOptions};

use super::question::{Question, QuestionKind};
use super::trust::{Secured, Trust};
use super::way::{self, Way};
use crate::job::client::{Adapter, Client, End, Moved, Stop, Storing, ask};
use crate::job::content::{Comparison, Content, equal};
use crate::job::dialogue::{Dialogue, Show};
use crate::job::{during, shown};
use crate::servers::Result;
use crate::servers::foreign::Foreign;

/// The result of one question (a row of the contract table, or a task) that was run against a
/// server.
pub(super) struct Answer {
    /// Each step with an unexpected result: the step's number in the question, and the result as
    /// text.
    pub(super) different: Vec<(usize, String)>,
    /// The last commands and replies, and the end of the server's log. Empty if no result was
    /// unexpected.
    pub(super) dialogue: String,
}

impl Answer {
    pub(super) const fn new(different: Vec<(usize, String)>) -> Self {
        Self {
            different,
            dialogue: String::new(),
        }
    }
}

/// How many of the last commands and replies are shown after a failure.
const TAIL: usize = 24;

/// The modification time of all files that the tests put on the server's disk: 2024-01-01, as the
/// time since 1970. The rows of the contract table expect this time, because the simulator's files
/// have it.
pub(super) const MODIFIED: Duration = Duration::from_secs(1_704_067_200);

/// One server that one adapter reaches in one way, with the session in which the tasks run.
pub(super) struct Cell<'s> {
    pub(super) server: &'s Foreign,
    pub(super) adapter: Adapter,
    pub(super) way: Way,
    pub(super) options: Options,
    pub(super) dialogue: Dialogue,
    /// The session in which the tasks run. `None` before the first task, and after a task that
    /// failed: the next task then opens a new session.
    client: Option<Client>,
    /// A second session, which lists by LIST even if the server has MLSD. `None` before its first
    /// use.
    list_only: Option<Client>,
    /// Bytes that look random. The tests cut the content of their files from them, and repeat them
    /// for the largest file.
    pub(super) block: &'s [u8],
}

impl<'s> Cell<'s> {
    pub(super) fn new(
        server: &'s Foreign,
        adapter: Adapter,
        way: Way,
        trust: &Trust,
        block: &'s [u8],
    ) -> Result<Self> {
        let options = way::options(server).with_config(|config| config.with_data_mode(way.mode));
        let options = match way.secured_by(server.kind) {
            None => options,
            Some(secured) => trust.options(options, secured)?,
        };
        Ok(Self {
            server,
            adapter,
            way,
            options,
            dialogue: Dialogue::new(Show::Kept),
            client: None,
            list_only: None,
            block,
        })
    }

    /// Empties the server's directory, and runs a question (a row of the contract table, or a
    /// task).
    pub(super) fn ask(&mut self, question: &Question) -> Result<Answer> {
        self.dialogue.line(format!("  # {}", question.name));
        self.clear()?;
        let different = match &question.what {
            QuestionKind::Row(case) => self.row(case)?,
            QuestionKind::Task(task) => match self.task(*task) {
                Ok(different) => different,
                Err(error) => {
                    self.drop_session();
                    vec![(0, error.to_string())]
                }
            },
        };
        let mut answer = Answer::new(different);
        if !answer.different.is_empty() {
            let (dialogue, log) = (self.dialogue.tail(TAIL), self.server.log_tail());
            answer.dialogue = format!("{dialogue}\nThe server's log:\n{log}");
        }
        Ok(answer)
    }

    /// Sends QUIT in each open session, and waits for the server's reply.
    pub(super) fn end(self) {
        for client in self.client.into_iter().chain(self.list_only) {
            let _ = client.quit();
        }
    }

    // Methods that open sessions.

    /// Opens a control connection without a login. The dialogue records its commands and replies.
    pub(super) fn connected(&self, options: Options) -> Result<Client> {
        Client::connect_shown(self.adapter, options, &self.dialogue)
    }

    /// Logs in with the user name and the password that this server accepts.
    pub(super) fn login(&self, client: &mut Client) -> std::result::Result<(), Error> {
        let (user, password) = (self.server.user(), self.server.password());
        self.behind_a_closed_root(|| ask!(client.open(), it => it.login(user, password)).map(drop))
    }

    /// Calls `begin`, which opens a session, while the server's root directory is read-only. vsftpd
    /// refuses guests if they may write to the root directory, but checks this only when a session
    /// begins.
    pub(super) fn behind_a_closed_root<T>(&self, begin: impl FnOnce() -> T) -> T {
        let set = |mode| {
            fs::set_permissions(self.server.root(), Permissions::from_mode(mode))
                .expect("the root is this process's own")
        };
        set(0o555);
        let begun = begin();
        set(0o755);
        begun
    }

    /// Checks the TLS of the control connection: the expected version, or clear text if this way of
    /// connecting has no TLS.
    pub(super) fn is_secured(&self, client: &Client) -> Result<()> {
        let version = client.tls().map(|tls| tls.version);
        let secured = self.way.secured_by(self.server.kind);
        let expected = secured.map(Secured::spoken);
        equal("the version of TLS", &expected, &version)
    }

    /// Opens a connection, logs in, and checks the TLS version.
    pub(super) fn session(&self) -> Result<Client> {
        let mut client = self.connected(self.options.clone())?;
        during("logging in", self.login(&mut client))?;
        self.is_secured(&client)?;
        Ok(client)
    }

    /// Opens the session in which the tasks run, unless it is open.
    pub(super) fn begin(&mut self) -> Result<()> {
        if self.client.is_none() {
            self.client = Some(self.session()?);
        }
        Ok(())
    }

    /// Drops the sessions, because a failed task may leave them in any state. The next task opens
    /// new ones.
    pub(super) fn drop_session(&mut self) {
        (self.client, self.list_only) = (None, None);
    }

    /// Calls `then` with the session that lists by LIST even if the server has MLSD.
    pub(super) fn with_list_only<T>(
        &mut self,
        then: impl FnOnce(&mut Client) -> Result<T>,
    ) -> Result<T> {
        let client = match &mut self.list_only {
            Some(client) => client,
            None => {
                // Tells the client that FEAT lists nothing, so that it does not use MLSD.
                let nothing = Capabilities::from_features(Features::default());
                let options = self.options.clone().with_capabilities(nothing);
                let mut client = self.connected(options)?;
                during("logging in", self.login(&mut client))?;
                self.list_only.insert(client)
            }
        };
        then(client)
    }

    pub(super) fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("a task has begun")
    }

    // Methods that read and change the server's files directly on this machine's disk.

    /// Returns where a file of the server is on this machine's disk. `name` is the file's path as
    /// clients write it.
    pub(super) fn disk(&self, name: &[u8]) -> PathBuf {
        let name = name.strip_prefix(b"/").unwrap_or(name);
        self.server.root().join(OsStr::from_bytes(name))
    }

    /// Creates a file on the server's disk, outside any session. The file gets the owner of the
    /// root directory, so that sessions may change it.
    pub(super) fn put(&self, name: &[u8], content: &[u8]) -> Result<()> {
        let path = self.disk(name);
        fs::write(&path, content)?;
        let owner = fs::metadata(self.server.root())?;
        chown(&path, Some(owner.uid()), Some(owner.gid()))?;
        let file = File::options().write(true).open(path)?;
        file.set_modified(SystemTime::UNIX_EPOCH + MODIFIED)?;
        Ok(())
    }

    /// Creates a directory on the server's disk, with the permission bits `mode`.
    pub(super) fn put_directory(&self, name: &[u8], mode: u32) -> Result<()> {
        let path = self.disk(name);
        fs::create_dir(&path)?;
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        Ok(())
    }

    /// Checks that a file on the server's disk has exactly this content.
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

    /// Checks that the server's disk has no file or directory of this name.
    pub(super) fn has_not(&self, name: &[u8]) -> Result<()> {
        match self.disk(name).symlink_metadata() {
            Err(_) => Ok(()),
            Ok(_) => Err(format!("{} is still there", Escaped::new(name)).into()),
        }
    }

    /// Returns the names of all files and directories in the root directory on the server's disk.
    pub(super) fn entries(&self) -> Result<Vec<Vec<u8>>> {
        fs::read_dir(self.server.root())?
            .map(|entry| Ok(entry?.file_name().as_bytes().to_vec()))
            .collect()
    }

    pub(super) fn clear(&self) -> Result<()> {
        for entry in fs::read_dir(self.server.root())? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    // Methods that transfer files.

    /// Uploads a file, and checks that the server confirms the upload and that all bytes were sent.
    pub(super) fn store(&mut self, name: &[u8], content: &[u8]) -> Result<()> {
        let content = Content::of(content);
        let moved = self.send(Storing::Store(name), content, Stop::Never);
        let moved = during(&format!("uploading {}", Escaped::new(name)), moved)?;
        equal("bytes sent", &content.length(), &confirmed(&moved)?)
    }

    pub(super) fn send(
        &mut self,
        how: Storing<'_>,
        content: Content<'_>,
        stop: Stop,
    ) -> std::result::Result<Moved, Error> {
        let options = TransferOptions::new();
        self.client().upload(how, &options, content, stop, &|_| {})
    }

    /// Downloads a file, and checks that its bytes are those of `content`.
    pub(super) fn fetch(&mut self, name: &[u8], content: Content<'_>) -> Result<()> {
        let what = format!("downloading {}", Escaped::new(name));
        let (length, mut comparison) = (content.length(), Comparison::new(content));
        let mut into = |bytes: &[u8]| comparison.add(bytes);
        let options = TransferOptions::new();
        let moved = self
            .client()
            .download(name, &options, Stop::Never, &mut into);
        let moved = during(&what, moved)?;
        comparison.end(&what)?;
        equal("bytes received", &length, &confirmed(&moved)?)
    }
}

/// Checks that the server confirmed the transfer, and that this test and the library counted the
/// same number of bytes. Returns that number.
pub(super) fn confirmed(moved: &Moved) -> Result<u64> {
    match &moved.end {
        End::Confirmed(completion) => {
            equal("bytes counted", &moved.bytes, &completion.bytes)?;
            Ok(moved.bytes)
        }
        _ => Err("given up, which nobody asked for".into()),
    }
}
