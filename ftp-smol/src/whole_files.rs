//! The client's methods for whole files: into memory, into a local file, and from a local file.

use std::ops::ControlFlow;
use std::path::Path;

use ftp_blocking::sys::disk::Disk;
use ftp_proto::data::{Progress, ProgressFlow};
use ftp_proto::files::{
    FileFact, FileOptions, FilePlan, FileReport, FileStep, GetFile, PutFile, ReadPart, ReceiveFile,
    SendFile, above_limit,
};
use ftp_proto::{Error, Name};
use smol::io::AsyncReadExt as _;
use smol::unblock;

use crate::client::Client;
use crate::data::{Download, Upload};
use crate::data_connection::EarlyClose;

/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument); nothing is sent then), if the
/// server refuses (the error has the reply), if no data connection can be made, or if the session
/// has ended. The section "Errors" of a method lists only what the method adds to these general
/// errors.
impl Client {
    /// RETR: downloads a file into memory. A file with more bytes than
    /// [`Options::fetch_limit`](ftp_proto::Options::fetch_limit) is an error.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let motd = client.fetch("welcome.txt").await?;
    /// println!("{}", String::from_utf8_lossy(&motd));
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a larger file.
    pub async fn fetch(&mut self, path: impl Name) -> Result<Vec<u8>, Error> {
        let part = ReadPart::whole(self.encoded(&path)?, self.options.fetch_limit)?;
        Box::pin(self.read_part(part)).await
    }

    /// Downloads a file to a local path. The local file appears when the download is complete and
    /// its size was checked, if the server tells the size, and has the modification time of the
    /// remote file. An older local file is replaced in one step.
    ///
    /// Until then the data is in a partial file in the same directory, such as
    /// `.image.iso.0123456789abcdef.ftp-part`. If the process is killed, the partial file stays,
    /// and the next download to the same path uses or deletes it. If the local path is a directory,
    /// the file gets its name from the server, and [`LocalName`](ftp_proto::LocalName) checks that
    /// name. If you drop the future, the partial file is deleted, unless it may be resumed. A
    /// step on the disk that has begun still ends: the file may get its name after the drop.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let report = client.get_file("pub/image.iso", "image.iso").await?;
    /// println!("{} bytes", report.size);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Local`](ftp_proto::ErrorKind::Local) if the local file cannot be written, if its name is
    /// not safe, or if another process downloads to it.
    /// [`Truncated`](ftp_proto::ErrorKind::Truncated) if the file has fewer bytes than the server
    /// says. After any error the older local file is still there.
    pub async fn get_file(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<FileReport, Error> {
        self.get_file_with(remote, local, &FileOptions::new(), |_| ())
            .await
    }

    /// Downloads a file as [`get_file`](Self::get_file) does, with options: to resume an
    /// interrupted download, or to compare hashes. Calls `progress` with the bytes that are done.
    /// If `progress` returns `ControlFlow::Break(())`, the download stops.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::{FileOptions, Progress};
    ///
    /// let show = |progress: Progress| eprint!("\r{progress}");
    /// let options = FileOptions::resuming();
    /// let report = client.get_file_with("pub/image.iso", "image.iso", &options, show).await?;
    /// println!("{:?}", report.resumed);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`get_file`](Self::get_file).
    /// [`Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the hashes differ, or if the remote
    /// file was changed while a resumed download ran.
    /// [`Unsupported`](ftp_proto::ErrorKind::Unsupported) if the options demand a hash and the
    /// server has none. [`Aborted`](ftp_proto::ErrorKind::Aborted) if `progress` stopped the
    /// download.
    pub async fn get_file_with<R: ProgressFlow>(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &FileOptions,
        mut progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let plan = self.plan_get(remote, options)?;
        let disk = Disk::new(local.as_ref());
        let told = &mut |done| progress(done).flow();
        // A task keeps room for its largest future as long as it lives.
        Box::pin(self.carry_out_file(plan, disk, told)).await
    }

    /// Uploads a local file. The file on the server appears under its name when it is complete and
    /// its size was checked, if the server tells the size, and has the modification time of the
    /// local file if the server lets the client set it.
    ///
    /// Until then the data is in a file with another name in the same directory: `.a.ftp-part` for
    /// `a`. RNFR and RNTO then give the file its name. If the server refuses RNTO because the file
    /// exists, the client deletes the older file just before. If it refuses to rename at all, the
    /// file is stored under its name at once. [`FileReport::placed`] says what happened.
    ///
    /// If `remote` is empty or ends with `/`, it is a directory, and the file keeps its name there.
    ///
    /// If the process is killed, the partial file stays on the server, and the next upload to the
    /// same path replaces it. The same is true if you drop the future. Two clients must not upload
    /// to the same path at the same time.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let report = client.put_file("report.csv", "in/report.csv").await?;
    /// println!("{} bytes", report.size);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Local`](ftp_proto::ErrorKind::Local) if the local file cannot be read, or if it was
    /// changed during the upload. [`Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the file on
    /// the server has another size.
    pub async fn put_file(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<FileReport, Error> {
        self.put_file_with(local, remote, &FileOptions::new(), |_| ())
            .await
    }

    /// Uploads a local file as [`put_file`](Self::put_file) does, with options: to resume an
    /// interrupted upload, or to compare hashes. Calls `progress` with the bytes that are done. If
    /// `progress` returns `ControlFlow::Break(())`, the upload stops.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::{FileOptions, Progress};
    ///
    /// let show = |progress: Progress| eprint!("\r{progress}");
    /// client.put_file_with("image.iso", "in/", &FileOptions::resuming(), show).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`put_file`](Self::put_file).
    /// [`Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the hashes differ.
    /// [`Unsupported`](ftp_proto::ErrorKind::Unsupported) if the options demand a hash and the
    /// server has none. [`Aborted`](ftp_proto::ErrorKind::Aborted) if `progress` stopped the
    /// upload.
    pub async fn put_file_with<R: ProgressFlow>(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &FileOptions,
        mut progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let local = local.as_ref();
        let plan = self.plan_put(local, remote, options)?;
        let disk = Disk::new(local);
        let told = &mut |done| progress(done).flow();
        // A task keeps room for its largest future as long as it lives.
        Box::pin(self.carry_out_file(plan, disk, told)).await
    }

    /// Makes the plan of a download.
    pub(crate) fn plan_get(
        &self,
        remote: impl Name,
        options: &FileOptions,
    ) -> Result<GetFile, Error> {
        GetFile::new(self.encoded(&remote)?, &self.options, options)
    }

    /// Makes the plan of an upload.
    pub(crate) fn plan_put(
        &self,
        local: &Path,
        remote: impl Name,
        options: &FileOptions,
    ) -> Result<PutFile, Error> {
        let mut plan = PutFile::new(self.encoded(&remote)?, options)?;
        if let Some(name) = local.file_name() {
            plan = match name.to_str() {
                Some(name) => plan.with_name(&self.encoded(&name)?)?,
                None => plan.with_name(name.as_encoded_bytes())?,
            };
        }
        Ok(plan)
    }

    /// Does what a plan for a whole file says, step by step. The disk works on another thread, so
    /// that a slow disk does not hold up other tasks. The data itself is written on this thread.
    pub(crate) async fn carry_out_file(
        &mut self,
        mut plan: impl FilePlan,
        mut disk: Disk,
        progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<FileReport, Error> {
        loop {
            let result = match plan.next_step() {
                FileStep::Run(task) => self.run(task).await.map(FileFact::Task),
                FileStep::Local(step) => {
                    let mut used = disk;
                    let (back, fact) = unblock(move || {
                        let fact = used.run(step);
                        (used, fact)
                    })
                    .await;
                    disk = back;
                    fact.map(FileFact::Local)
                }
                FileStep::Receive(receive) => self.receive_file(receive, &disk, progress).await,
                FileStep::Send(send) => self.send_file(send, &disk, progress).await,
                FileStep::Read(part) => self.read_part(part).await.map(FileFact::Part),
                FileStep::Done(result) => return result.map(|done| disk.complete(done)),
            };
            plan.finished(result);
        }
    }

    async fn receive_file(
        &mut self,
        receive: ReceiveFile,
        disk: &Disk,
        progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<FileFact, Error> {
        let file = disk.file_at(receive.position)?;
        let transfer = self.run_as(EarlyClose::Ends, receive.open).await?;
        let mut download = Download::new(self, transfer, &receive.options);
        let mut head = Vec::new();
        let wanted = receive.head.len() as u64;
        (&mut download).take(wanted).read_to_end(&mut head).await?;
        if head != receive.head {
            // The next operation aborts the transfer.
            return Ok(FileFact::HeadDiffers);
        }
        let size = receive.size;
        let told = |done: Progress| progress(Progress::new(done.done, done.total.or(size)));
        let saved = download.save_to(file, told).await;
        saved.map(FileFact::Moved)
    }

    async fn send_file(
        &mut self,
        send: SendFile,
        disk: &Disk,
        progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<FileFact, Error> {
        let file = disk.file_at(send.position)?;
        let transfer = self.run(send.open).await?;
        let upload = Upload::new(self, transfer, &send.options);
        let sent = upload.send_from(file, progress).await;
        sent.map(FileFact::Moved)
    }

    /// Downloads into memory, up to the limit.
    async fn read_part(&mut self, part: ReadPart) -> Result<Vec<u8>, Error> {
        let transfer = self.run_as(EarlyClose::Ends, part.open).await?;
        let mut download = Download::new(self, transfer, &part.options);
        let mut content = Vec::new();
        let most = (part.limit as u64).saturating_add(1);
        (&mut download).take(most).read_to_end(&mut content).await?;
        if content.len() > part.limit {
            return Err(above_limit(part.limit));
        }
        download.finish().await.map(|_| content)
    }
}
