//! The operations that the jobs use, so that one sequence runs through either adapter.
//!
//! The functions are asynchronous because one of the adapters is. Those of the other never wait
//! anywhere but inside themselves, so that its job is done at the first poll.

use std::fs::File;
use std::os::fd::BorrowedFd;

use ftp_blocking::{
    Aborted, Completion, Copied, Entry, Error, Features, Observed, Options, RemotePath, Reply,
    Session, Timestamp, TransferOptions, TransferType,
};

use ftp_blocking::tls::TlsInfo;

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
    /// APPE.
    Append(&'a [u8]),
    /// STOU.
    Unique(Option<&'a [u8]>),
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

/// A listing by lines.
#[derive(Clone, Copy)]
pub(crate) enum Listing {
    /// LIST.
    List,
    /// NLST.
    Names,
}

/// One that is complete.
pub(crate) struct Listed {
    pub(crate) lines: Vec<Vec<u8>>,
    /// As [`Moved::resumed`].
    pub(crate) resumed: Option<bool>,
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
    fn tls(&self) -> Option<TlsInfo>;
    /// The control connection's.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;
    async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Error>;
    async fn features(&mut self) -> Result<Features, Error>;
    async fn noop(&mut self) -> Result<Reply, Error>;
    async fn system(&mut self) -> Result<Reply, Error>;
    async fn status(&mut self, path: Option<&[u8]>) -> Result<Reply, Error>;
    async fn help(&mut self) -> Result<Reply, Error>;
    async fn site(&mut self, line: &[u8]) -> Result<Reply, Error>;
    async fn opts(&mut self, line: &[u8]) -> Result<Reply, Error>;
    async fn pwd(&mut self) -> Result<RemotePath, Error>;
    async fn cwd(&mut self, path: &[u8]) -> Result<Reply, Error>;
    async fn mkd(&mut self, path: &[u8]) -> Result<Option<RemotePath>, Error>;
    async fn rmd(&mut self, path: &[u8]) -> Result<Reply, Error>;
    async fn delete(&mut self, path: &[u8]) -> Result<Reply, Error>;
    async fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<Reply, Error>;
    async fn modified(&mut self, path: &[u8]) -> Result<Option<Timestamp>, Error>;
    async fn size(&mut self, path: &[u8]) -> Result<Option<u64>, Error>;
    async fn list(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>, Error>;
    async fn names(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>, Error>;
    /// The same line by line, which tells of TLS.
    async fn listing(&mut self, what: Listing, path: Option<&[u8]>) -> Result<Listed, Error>;
    async fn mlsd(&mut self, path: Option<&[u8]>) -> Result<Vec<Entry>, Error>;
    async fn mlst(&mut self, path: Option<&[u8]>) -> Result<Entry, Error>;
    async fn raw(&mut self, line: &[u8]) -> Result<Reply, Error>;
    async fn reconnect(&mut self) -> Result<(), Error>;
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

    /// Line by line, in TYPE A.
    async fn download_lines(&mut self, path: &[u8]) -> Result<Vec<Vec<u8>>, Error>;
    async fn store_lines(&mut self, path: &[u8], lines: &[&[u8]]) -> Result<Completion, Error>;

    /// From and to files on this side, on the kernel's own paths.
    async fn save(&mut self, path: &[u8], file: &File) -> Result<Completion, Error>;
    async fn send(&mut self, file: &File, path: &[u8]) -> Result<Completion, Error>;

    /// From this server to another one's.
    async fn copy(&mut self, from: &[u8], target: &mut Self, to: &[u8]) -> Result<Copied, Error>;
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

            fn tls(&self) -> Option<TlsInfo> {
                self.tls_info()
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

            async fn system(&mut self) -> Result<Reply, Error> {
                self.system()$($wait)*
            }

            async fn status(&mut self, path: Option<&[u8]>) -> Result<Reply, Error> {
                self.status(path)$($wait)*
            }

            async fn help(&mut self) -> Result<Reply, Error> {
                self.help(None::<&str>)$($wait)*
            }

            async fn site(&mut self, line: &[u8]) -> Result<Reply, Error> {
                self.site(line)$($wait)*
            }

            async fn opts(&mut self, line: &[u8]) -> Result<Reply, Error> {
                self.opts(line)$($wait)*
            }

            async fn cwd(&mut self, path: &[u8]) -> Result<Reply, Error> {
                self.cwd(path)$($wait)*
            }

            async fn mkd(&mut self, path: &[u8]) -> Result<Option<RemotePath>, Error> {
                self.mkd(path)$($wait)*
            }

            async fn rmd(&mut self, path: &[u8]) -> Result<Reply, Error> {
                self.rmd(path)$($wait)*
            }

            async fn delete(&mut self, path: &[u8]) -> Result<Reply, Error> {
                self.delete(path)$($wait)*
            }

            async fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<Reply, Error> {
                self.rename(from, to)$($wait)*
            }

            async fn modified(&mut self, path: &[u8]) -> Result<Option<Timestamp>, Error> {
                self.modified(path)$($wait)*
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

            async fn listing(
                &mut self,
                what: Listing,
                path: Option<&[u8]>,
            ) -> Result<Listed, Error> {
                let mut listing = match what {
                    Listing::List => self.list_lines(path)$($wait)*?,
                    Listing::Names => self.names_lines(path)$($wait)*?,
                };
                let resumed = listing.resumed();
                let mut lines = Vec::new();
                while let Some(line) = listing.next_line()$($wait)*? {
                    lines.push(line);
                }
                Ok(Listed { lines, resumed })
            }

            async fn mlsd(&mut self, path: Option<&[u8]>) -> Result<Vec<Entry>, Error> {
                self.mlsd(path)$($wait)*
            }

            async fn mlst(&mut self, path: Option<&[u8]>) -> Result<Entry, Error> {
                self.mlst(path)$($wait)*
            }

            async fn reconnect(&mut self) -> Result<(), Error> {
                self.reconnect()$($wait)*
            }

            async fn download_lines(&mut self, path: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
                let mut lines = self.download_lines(path)$($wait)*?;
                let mut all = Vec::new();
                while let Some(line) = lines.next_line()$($wait)*? {
                    all.push(line);
                }
                Ok(all)
            }

            async fn store_lines(
                &mut self,
                path: &[u8],
                lines: &[&[u8]],
            ) -> Result<Completion, Error> {
                self.store_lines(path, lines)$($wait)*
            }

            async fn save(&mut self, path: &[u8], file: &File) -> Result<Completion, Error> {
                self.download(path)$($wait)*?.save_to(file, |_| {})$($wait)*
            }

            async fn send(&mut self, file: &File, path: &[u8]) -> Result<Completion, Error> {
                self.upload(path)$($wait)*?.send_from(file, |_| {})$($wait)*
            }

            async fn copy(
                &mut self,
                from: &[u8],
                target: &mut Self,
                to: &[u8],
            ) -> Result<Copied, Error> {
                self.copy_to(from, target, to, TransferType::Image)$($wait)*
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
                    Storing::Append(path) => self.append(path)$($wait)*?,
                    Storing::Unique(path) => self.upload_unique(path)$($wait)*?,
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
