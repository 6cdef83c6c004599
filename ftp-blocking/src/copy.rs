//! Copies a file from one server to another.

use ftp_proto::{Copied, CopyStep, Error, Name, ServerCopy, Side, TransferType};

use crate::client::Client;

impl Client {
    /// Copies a file from this client's server to another client's server. The two servers send the
    /// file to each other directly, in clear text. See [`ServerCopy`] for what servers support.
    ///
    /// ```no_run
    /// use ftp_blocking::{Client, Options, TransferType};
    ///
    /// let mut source = Client::connect(Options::new("old.example.org"))?;
    /// let mut target = Client::connect(Options::new("new.example.org"))?;
    /// source.login("ada", "secret")?;
    /// target.login("ada", "secret")?;
    /// source.copy_to("genome.fa", &mut target, "genome.fa", TransferType::Image)?;
    /// # Ok::<(), ftp_blocking::Error>(())
    /// ```
    ///
    /// # Errors
    /// The refusal of either server. [`Protected`](ftp_proto::Misuse::Protected) if one of the
    /// clients protects its data connections. After an error, the next operation of each client
    /// first cleans up.
    pub fn copy_to(
        &mut self,
        path: impl Name,
        target: &mut Self,
        target_path: impl Name,
        transfer_type: TransferType,
    ) -> Result<Copied, Error> {
        let unknown = || std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        let peer = self.control.stream().peer_address().ok_or_else(unknown)?;
        let path = self.encoded(&path)?;
        let mut copy = ServerCopy::new(path, peer.ip(), target.encoded(&target_path)?)?
            .with_type(transfer_type);
        let mut answer = None;
        let copied = loop {
            if let Some(error) = self.stopped().or_else(|| target.stopped()) {
                break Err(error);
            }
            match copy.step(&mut self.session, &mut target.session, answer) {
                Ok(CopyStep::Want(Side::Source, want)) => answer = Some(self.serve(want)),
                Ok(CopyStep::Want(Side::Target, want)) => answer = Some(target.serve(want)),
                Ok(CopyStep::Done(copied)) => break Ok(copied),
                Err(error) => break Err(error),
            }
            if let Some(error) = self.cut.take().or_else(|| target.cut.take()) {
                break Err(error);
            }
        };
        self.tidy_up(copied.is_err());
        target.tidy_up(copied.is_err());
        copied
    }
}
