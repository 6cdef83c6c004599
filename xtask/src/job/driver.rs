//! The operations that the jobs use, so that one sequence runs through either adapter.
//!
//! The functions are asynchronous because one of the adapters is. Those of the other never wait
//! anywhere but inside themselves, so that its job is done at the first poll.

use std::os::fd::BorrowedFd;

use ftp_blocking::wire::Class;
use ftp_blocking::{
    Aborted, Completion, Error, Features, Observed, Options, RemotePath, Reply, Session,
    TransferOptions,
};

use super::content::{CHUNK, Content};

/// When a transfer is to be given up.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    Never,
    /// Aborted once this many bytes were moved.
    After(u64),
    /// Dropped once this many bytes were moved.
    DropAfter(u64),
}

impl Stop {
    const fn is_due(self, moved: u64) -> bool {
        match self {
            Self::Never => false,
            Self::After(bytes) | Self::DropAfter(bytes) => moved >= bytes,
        }
    }
}

/// How a file is stored.
#[derive(Clone, Copy)]
pub(crate) enum Storing<'a> {
    /// STOR, at the offset in the options.
    Store(&'a [u8]),
}

/// A transfer that came to the end that was wanted.
pub(crate) struct Moved {
    /// Whether the data connection resumed the TLS session of the login; `None` in clear.
    pub(crate) resumed: Option<bool>,
    pub(crate) bytes: u64,
    pub(crate) end: End,
}

pub(crate) enum End {
    Confirmed(Completion),
    Aborted(Aborted),
    Dropped,
}

/// What is done with the bytes that come.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&[u8]);

/// An adapter.
pub(crate) trait Driver: Send + Sized {
    const NAME: &'static str;

    async fn connect(options: Options) -> Result<Self, Error>;
    fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static);
    fn session(&self) -> &Session;
    /// The control connection's.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;
    async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Error>;
    async fn features(&mut self) -> Result<Features, Error>;
    async fn noop(&mut self) -> Result<Reply, Error>;
    async fn pwd(&mut self) -> Result<RemotePath, Error>;
    async fn size(&mut self, path: &[u8]) -> Result<Option<u64>, Error>;
    async fn list(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>, Error>;
    async fn names(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>, Error>;
    async fn raw(&mut self, line: &[u8]) -> Result<Reply, Error>;
    async fn quit(self) -> Result<Option<Reply>, Error>;

    /// Sends `content`; `progress` is told how many bytes went with each write.
    async fn upload(
        &mut self,
        how: Storing<'_>,
        options: &TransferOptions,
        content: Content<'_>,
        stop: Stop,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error>;

    /// Gives what comes to `into`.
    async fn download(
        &mut self,
        path: &[u8],
        options: &TransferOptions,
        stop: Stop,
        into: Sink<'_>,
    ) -> Result<Moved, Error>;

    async fn cwd(&mut self, path: &[u8]) -> Result<Reply, Error> {
        self.command("CWD", path).await
    }
    async fn mkd(&mut self, path: &[u8]) -> Result<Option<RemotePath>, Error> {
        let reply = self.command("MKD", path).await?;
        ftp_proto::reply::pathname(&reply).map_err(Error::from)
    }
    async fn rmd(&mut self, path: &[u8]) -> Result<Reply, Error> {
        self.command("RMD", path).await
    }
    async fn delete(&mut self, path: &[u8]) -> Result<Reply, Error> {
        self.command("DELE", path).await
    }
    async fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<Reply, Error> {
        let reply = self.raw(&[b"RNFR ", from].concat()).await?;
        if reply.class() != Class::Intermediate {
            return Err(Error::from_reply(reply));
        }
        self.command("RNTO", to).await
    }
    async fn modified(&mut self, path: &[u8]) -> Result<String, Error> {
        let reply = self.command("MDTM", path).await?;
        Ok(reply.text().to_string())
    }

    /// A command that has to be answered with success.
    async fn command(&mut self, verb: &str, argument: &[u8]) -> Result<Reply, Error> {
        let line = [verb.as_bytes(), argument].join(&b' ');
        let reply = self
            .raw(if argument.is_empty() {
                verb.as_bytes()
            } else {
                &line
            })
            .await?;
        match reply.class() {
            Class::Completion => Ok(reply),
            _ => Err(Error::from_reply(reply).with_command(verb)),
        }
    }
}

/// `$wait` is what stands behind a call of this adapter: `.await`, or nothing.
macro_rules! driver {
    ($name:literal, $client:ty, $read:path, $write:path, { $($wait:tt)* }) => {
        impl Driver for $client {
            const NAME: &'static str = $name;

            async fn connect(options: Options) -> Result<Self, Error> {
                Self::connect(options)$($wait)*
            }

            fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
                self.observe(observer);
            }

            fn session(&self) -> &Session {
                self.session()
            }

            fn descriptor(&self) -> Option<BorrowedFd<'_>> {
                self.stream().descriptor()
            }

            async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Error> {
                self.login(user, password)$($wait)*
            }

            async fn features(&mut self) -> Result<Features, Error> {
                self.features()$($wait)*
            }

            async fn noop(&mut self) -> Result<Reply, Error> {
                self.noop()$($wait)*
            }

            async fn pwd(&mut self) -> Result<RemotePath, Error> {
                self.pwd()$($wait)*
            }

            async fn size(&mut self, path: &[u8]) -> Result<Option<u64>, Error> {
                self.size(path)$($wait)*
            }

            async fn list(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>, Error> {
                self.list(path)$($wait)*
            }

            async fn names(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>, Error> {
                self.names(path)$($wait)*
            }

            async fn raw(&mut self, line: &[u8]) -> Result<Reply, Error> {
                self.raw(line)$($wait)*
            }

            async fn quit(self) -> Result<Option<Reply>, Error> {
                self.quit()$($wait)*
            }

            async fn upload(
                &mut self,
                how: Storing<'_>,
                options: &TransferOptions,
                content: Content<'_>,
                stop: Stop,
                progress: &dyn Fn(usize),
            ) -> Result<Moved, Error> {
                use $write as _;
                let mut upload = match how {
                    Storing::Store(path) => self.upload_with(path, options)$($wait)*?,
                };
                let resumed = upload.resumed();
                let mut bytes = 0;
                for chunk in content.chunks() {
                    if stop.is_due(bytes) {
                        break;
                    }
                    upload.write_all(chunk)$($wait)*?;
                    bytes += chunk.len() as u64;
                    progress(chunk.len());
                }
                let end = match stop {
                    Stop::After(_) if stop.is_due(bytes) => End::Aborted(upload.abort()$($wait)*?),
                    Stop::DropAfter(_) if stop.is_due(bytes) => {
                        drop(upload);
                        End::Dropped
                    }
                    _ => End::Confirmed(upload.finish()$($wait)*?),
                };
                Ok(Moved { resumed, bytes, end })
            }

            async fn download(
                &mut self,
                path: &[u8],
                options: &TransferOptions,
                stop: Stop,
                into: Sink<'_>,
            ) -> Result<Moved, Error> {
                use $read as _;
                let mut download = self.download_with(path, options)$($wait)*?;
                let resumed = download.resumed();
                let mut buffer = vec![0; CHUNK];
                let mut bytes = 0;
                let end = loop {
                    match stop {
                        Stop::After(_) if stop.is_due(bytes) => {
                            break End::Aborted(download.abort()$($wait)*?);
                        }
                        Stop::DropAfter(_) if stop.is_due(bytes) => {
                            drop(download);
                            break End::Dropped;
                        }
                        _ => {}
                    }
                    let count = download.read(&mut buffer)$($wait)*?;
                    if count == 0 {
                        break End::Confirmed(download.finish()$($wait)*?);
                    }
                    into(&buffer[..count]);
                    bytes += count as u64;
                };
                Ok(Moved { resumed, bytes, end })
            }
        }
    };
}

driver!(
    "ftp-blocking",
    ftp_blocking::Client,
    std::io::Read,
    std::io::Write,
    {}
);
driver!(
    "ftp-smol",
    ftp_smol::Client,
    smol::io::AsyncReadExt,
    smol::io::AsyncWriteExt,
    { .await }
);
