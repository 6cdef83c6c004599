//! The client's methods for whole files: into memory, into a local file, and from a local file.

use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;

use ftp_proto::data::{Progress, ProgressFlow};
use ftp_proto::files::{
    FileFact, FileOptions, FilePlan, FileReport, FileStep, GetFile, PutFile, ReadPart, ReceiveFile,
    SendFile, above_limit,
};
use ftp_proto::{Error, Name};

use crate::client::Client;
use crate::data::{Download, Upload};
use crate::data_connection::EarlyClose;
use crate::sys::disk::Disk;

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
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let motd = client.fetch("welcome.txt")?;
    /// println!("{}", String::from_utf8_lossy(&motd));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a larger file.
    pub fn fetch(&mut self, path: impl Name) -> Result<Vec<u8>, Error> {
        let part = ReadPart::whole(self.encoded(&path)?, self.options.fetch_limit)?;
        self.read_part(part)
    }

    /// Downloads a file to a local path. The local file appears when the download is complete and
    /// its size was checked, if the server tells the size, and has the modification time of the
    /// remote file. An older local file is replaced in one step.
    ///
    /// Until then the data is in a partial file in the same directory, such as
    /// `.image.iso.0123456789abcdef.ftp-part`. If the process is killed, the partial file stays,
    /// and the next download to the same path uses or deletes it. If the local path is a directory,
    /// the file gets its name from the server, and [`LocalName`](ftp_proto::LocalName) checks that
    /// name.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let report = client.get_file("pub/image.iso", "image.iso")?;
    /// println!("{} bytes", report.size);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Local`](ftp_proto::ErrorKind::Local) if the local file cannot be written, if its name is
    /// not safe, or if another process downloads to it.
    /// [`Truncated`](ftp_proto::ErrorKind::Truncated) if the file has fewer bytes than the server
    /// says. After any error the older local file is still there.
    pub fn get_file(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
    ) -> Result<FileReport, Error> {
        self.get_file_with(remote, local, &FileOptions::new(), |_| ())
    }

    /// Downloads a file as [`get_file`](Self::get_file) does, with options: to resume an
    /// interrupted download, or to compare hashes. Calls `progress` with the bytes that are done.
    /// If `progress` returns `ControlFlow::Break(())`, the download stops.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::{FileOptions, Progress};
    ///
    /// let show = |progress: Progress| eprint!("\r{progress}");
    /// let options = FileOptions::resuming();
    /// let report = client.get_file_with("pub/image.iso", "image.iso", &options, show)?;
    /// println!("{:?}", report.resumed);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`get_file`](Self::get_file).
    /// [`Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the hashes differ, or if the remote
    /// file was changed while a resumed download ran.
    /// [`Unsupported`](ftp_proto::ErrorKind::Unsupported) if the options demand a hash and the
    /// server has none. [`Aborted`](ftp_proto::ErrorKind::Aborted) if `progress` stopped the
    /// download.
    pub fn get_file_with<R: ProgressFlow>(
        &mut self,
        remote: impl Name,
        local: impl AsRef<Path>,
        options: &FileOptions,
        mut progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let plan = self.plan_get(remote, options)?;
        let disk = Disk::new(local.as_ref());
        self.carry_out_file(plan, disk, &mut |done| progress(done).flow())
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
    /// same path replaces it. Two clients must not upload to the same path at the same time.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let report = client.put_file("report.csv", "in/report.csv")?;
    /// println!("{} bytes", report.size);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Local`](ftp_proto::ErrorKind::Local) if the local file cannot be read, or if it was
    /// changed during the upload. [`Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the file on
    /// the server has another size.
    pub fn put_file(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
    ) -> Result<FileReport, Error> {
        self.put_file_with(local, remote, &FileOptions::new(), |_| ())
    }

    /// Uploads a local file as [`put_file`](Self::put_file) does, with options: to resume an
    /// interrupted upload, or to compare hashes. Calls `progress` with the bytes that are done. If
    /// `progress` returns `ControlFlow::Break(())`, the upload stops.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::{FileOptions, Progress};
    ///
    /// let show = |progress: Progress| eprint!("\r{progress}");
    /// client.put_file_with("image.iso", "in/", &FileOptions::resuming(), show)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`put_file`](Self::put_file).
    /// [`Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the hashes differ.
    /// [`Unsupported`](ftp_proto::ErrorKind::Unsupported) if the options demand a hash and the
    /// server has none. [`Aborted`](ftp_proto::ErrorKind::Aborted) if `progress` stopped the
    /// upload.
    pub fn put_file_with<R: ProgressFlow>(
        &mut self,
        local: impl AsRef<Path>,
        remote: impl Name,
        options: &FileOptions,
        mut progress: impl FnMut(Progress) -> R,
    ) -> Result<FileReport, Error> {
        let local = local.as_ref();
        let plan = self.plan_put(local, remote, options)?;
        let disk = Disk::new(local);
        self.carry_out_file(plan, disk, &mut |done| progress(done).flow())
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

    /// Does what a plan for a whole file says, step by step.
    pub(crate) fn carry_out_file(
        &mut self,
        mut plan: impl FilePlan,
        mut disk: Disk,
        progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<FileReport, Error> {
        loop {
            let result = match plan.next_step() {
                FileStep::Run(task) => self.run(task).map(FileFact::Task),
                FileStep::Local(step) => disk.run(step).map(FileFact::Local),
                FileStep::Receive(receive) => self.receive_file(receive, &disk, progress),
                FileStep::Send(send) => self.send_file(send, &disk, progress),
                FileStep::Read(part) => self.read_part(part).map(FileFact::Part),
                FileStep::Done(result) => return result.map(|done| disk.complete(done)),
            };
            plan.finished(result);
        }
    }

    fn receive_file(
        &mut self,
        receive: ReceiveFile,
        disk: &Disk,
        progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<FileFact, Error> {
        let file = disk.file_at(receive.position)?;
        let transfer = self.run_as(EarlyClose::Ends, receive.open)?;
        let mut download = Download::new(self, transfer, &receive.options);
        let mut head = Vec::new();
        let wanted = receive.head.len() as u64;
        download.by_ref().take(wanted).read_to_end(&mut head)?;
        if head != receive.head {
            // The next operation aborts the transfer.
            return Ok(FileFact::HeadDiffers);
        }
        let size = receive.size;
        let told = |done: Progress| progress(Progress::new(done.done, done.total.or(size)));
        download.save_to(file, told).map(FileFact::Moved)
    }

    fn send_file(
        &mut self,
        send: SendFile,
        disk: &Disk,
        progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<FileFact, Error> {
        let file = disk.file_at(send.position)?;
        let transfer = self.run(send.open)?;
        let upload = Upload::new(self, transfer, &send.options);
        upload.send_from(file, progress).map(FileFact::Moved)
    }

    /// Downloads into memory, up to the limit.
    fn read_part(&mut self, part: ReadPart) -> Result<Vec<u8>, Error> {
        let transfer = self.run_as(EarlyClose::Ends, part.open)?;
        let mut download = Download::new(self, transfer, &part.options);
        let mut content = Vec::new();
        let most = (part.limit as u64).saturating_add(1);
        download.by_ref().take(most).read_to_end(&mut content)?;
        if content.len() > part.limit {
            return Err(above_limit(part.limit));
        }
        download.finish().map(|_| content)
    }
}
