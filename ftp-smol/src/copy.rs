//! Copies a file from one server to another.

use std::future::poll_fn;
use std::task::Poll;

use ftp_proto::{Answer, Copied, CopyStep, Error, Name, ServerCopy, Side, TransferType, Want};

use crate::client::Client;

impl Client {
    /// Copies a file from this client's server to another client's server. The two servers send the
    /// file to each other directly, in clear text. See [`ServerCopy`] for what servers support.
    ///
    /// ```no_run
    /// use ftp_smol::{Client, Options, TransferType};
    ///
    /// # async fn example() -> Result<(), ftp_smol::Error> {
    /// let mut source = Client::connect(Options::new("old.example.org")).await?;
    /// let mut target = Client::connect(Options::new("new.example.org")).await?;
    /// source.login("ada", "secret").await?;
    /// target.login("ada", "secret").await?;
    /// source.copy_to("genome.fa", &mut target, "genome.fa", TransferType::Image).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The refusal of either server. [`Protected`](ftp_proto::Misuse::Protected) if one of the
    /// clients protects its data connections. After an error, the next operation of each client
    /// first cleans up.
    pub async fn copy_to(
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
                Ok(CopyStep::Want(Side::Source, want)) => answer = Some(self.served(want).await),
                Ok(CopyStep::Want(Side::Target, want)) => answer = Some(target.served(want).await),
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

    /// Does what one want asks for, for example reads a reply, and returns the answer. Only a copy
    /// between servers needs this function, because it drives two clients in turn.
    async fn served(&mut self, want: Want) -> Answer {
        self.set_clocks(&want);
        let mut next = Some((want, false));
        poll_fn(|cx| {
            let Some((want, begun)) = next.take() else {
                return Poll::Pending;
            };
            match self.serve(cx, want, begun) {
                Ok(answer) => Poll::Ready(answer),
                Err(unserved) => {
                    next = Some(unserved);
                    Poll::Pending
                }
            }
        })
        .await
    }
}
