//! The operations that the jobs use, so that one sequence runs through either adapter.
//!
//! The functions are asynchronous because one of the adapters is. Those of the other never wait
//! anywhere but inside themselves, so that its job is done at the first poll.

use ftp_blocking::{
    Aborted, Completion, Error, Features, Observed, Options, RemotePath, Reply, Session,
    TransferOptions,
};

/// How much is read or written at a time.
const CHUNK: usize = 64 * 1024;

/// When a transfer is to be aborted.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    Never,
    /// Once this many bytes were moved.
    After(usize),
}

impl Stop {
    fn is_due(self, moved: usize) -> bool {
        match self {
            Self::Never => false,
            Self::After(bytes) => moved >= bytes,
        }
    }
}

/// A transfer that came to the end that was wanted.
pub(crate) struct Moved {
    /// Whether the data connection resumed the TLS session of the login; `None` in clear.
    pub(crate) resumed: Option<bool>,
    pub(crate) end: End,
}

pub(crate) enum End {
    Confirmed(Completion),
    Aborted(Aborted),
}

/// An adapter.
pub(crate) trait Driver: Sized {
    const NAME: &'static str;

    async fn connect(options: Options) -> Result<Self, Error>;
    fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static);
    fn session(&self) -> &Session;
    async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Error>;
    async fn features(&mut self) -> Result<Features, Error>;
    async fn pwd(&mut self) -> Result<RemotePath, Error>;
    async fn size(&mut self, path: &str) -> Result<Option<u64>, Error>;
    async fn list(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Error>;
    async fn names(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Error>;
    async fn raw(&mut self, line: &str) -> Result<Reply, Error>;
    async fn quit(self) -> Result<Option<Reply>, Error>;

    /// Sends `content`; `progress` is told how many bytes went with each write.
    async fn upload(
        &mut self,
        path: &str,
        content: &[u8],
        stop: Stop,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error>;

    /// Appends what comes to `into`.
    async fn download(
        &mut self,
        path: &str,
        options: &TransferOptions,
        stop: Stop,
        into: &mut Vec<u8>,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error>;
}

impl Driver for ftp_blocking::Client {
    const NAME: &'static str = "ftp-blocking";

    async fn connect(options: Options) -> Result<Self, Error> {
        Self::connect(options)
    }

    fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.observe(observer);
    }

    fn session(&self) -> &Session {
        self.session()
    }

    async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Error> {
        self.login(user, password)
    }

    async fn features(&mut self) -> Result<Features, Error> {
        self.features()
    }

    async fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.pwd()
    }

    async fn size(&mut self, path: &str) -> Result<Option<u64>, Error> {
        self.size(path)
    }

    async fn list(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Error> {
        self.list(Some(path))
    }

    async fn names(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Error> {
        self.names(Some(path))
    }

    async fn raw(&mut self, line: &str) -> Result<Reply, Error> {
        self.raw(line)
    }

    async fn quit(self) -> Result<Option<Reply>, Error> {
        self.quit()
    }

    async fn upload(
        &mut self,
        path: &str,
        content: &[u8],
        stop: Stop,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error> {
        use std::io::Write as _;
        let mut upload = self.upload(path)?;
        let resumed = upload.resumed();
        let mut sent = 0;
        for chunk in content.chunks(CHUNK) {
            if stop.is_due(sent) {
                break;
            }
            upload.write_all(chunk)?;
            sent += chunk.len();
            progress(chunk.len());
        }
        let end = if stop.is_due(sent) {
            End::Aborted(upload.abort()?)
        } else {
            End::Confirmed(upload.finish()?)
        };
        Ok(Moved { resumed, end })
    }

    async fn download(
        &mut self,
        path: &str,
        options: &TransferOptions,
        stop: Stop,
        into: &mut Vec<u8>,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error> {
        use std::io::Read as _;
        let mut download = self.download_with(path, options)?;
        let resumed = download.resumed();
        let mut buffer = vec![0; CHUNK];
        let mut received = 0;
        let end = loop {
            if stop.is_due(received) {
                break End::Aborted(download.abort()?);
            }
            let count = download.read(&mut buffer)?;
            if count == 0 {
                break End::Confirmed(download.finish()?);
            }
            into.extend_from_slice(&buffer[..count]);
            received += count;
            progress(count);
        };
        Ok(Moved { resumed, end })
    }
}

impl Driver for ftp_smol::Client {
    const NAME: &'static str = "ftp-smol";

    async fn connect(options: Options) -> Result<Self, Error> {
        Self::connect(options).await
    }

    fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.observe(observer);
    }

    fn session(&self) -> &Session {
        self.session()
    }

    async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Error> {
        self.login(user, password).await
    }

    async fn features(&mut self) -> Result<Features, Error> {
        self.features().await
    }

    async fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.pwd().await
    }

    async fn size(&mut self, path: &str) -> Result<Option<u64>, Error> {
        self.size(path).await
    }

    async fn list(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Error> {
        self.list(Some(path)).await
    }

    async fn names(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Error> {
        self.names(Some(path)).await
    }

    async fn raw(&mut self, line: &str) -> Result<Reply, Error> {
        self.raw(line).await
    }

    async fn quit(self) -> Result<Option<Reply>, Error> {
        self.quit().await
    }

    async fn upload(
        &mut self,
        path: &str,
        content: &[u8],
        stop: Stop,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error> {
        use smol::io::AsyncWriteExt as _;
        let mut upload = self.upload(path).await?;
        let resumed = upload.resumed();
        let mut sent = 0;
        for chunk in content.chunks(CHUNK) {
            if stop.is_due(sent) {
                break;
            }
            upload.write_all(chunk).await?;
            sent += chunk.len();
            progress(chunk.len());
        }
        let end = if stop.is_due(sent) {
            End::Aborted(upload.abort().await?)
        } else {
            End::Confirmed(upload.finish().await?)
        };
        Ok(Moved { resumed, end })
    }

    async fn download(
        &mut self,
        path: &str,
        options: &TransferOptions,
        stop: Stop,
        into: &mut Vec<u8>,
        progress: &dyn Fn(usize),
    ) -> Result<Moved, Error> {
        use smol::io::AsyncReadExt as _;
        let mut download = self.download_with(path, options).await?;
        let resumed = download.resumed();
        let mut buffer = vec![0; CHUNK];
        let mut received = 0;
        let end = loop {
            if stop.is_due(received) {
                break End::Aborted(download.abort().await?);
            }
            let count = download.read(&mut buffer).await?;
            if count == 0 {
                break End::Confirmed(download.finish().await?);
            }
            into.extend_from_slice(&buffer[..count]);
            received += count;
            progress(count);
        };
        Ok(Moved { resumed, end })
    }
}
