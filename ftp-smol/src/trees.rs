//! What a path is, and work on whole trees.

use ftp_proto::flows::ReadDirectory;
use ftp_proto::tree::{Existence, Lookup, Metadata, Outcome, Plan, Todo};
use ftp_proto::{Error, ErrorKind, Misuse, Name};

use crate::client::Client;

/// The errors of all these methods: [`InvalidArgument`](ErrorKind::InvalidArgument) before anything
/// is sent; the reason why the session is dead; the reason why there is no data connection. Each
/// method lists further ones.
impl Client {
    /// Returns what a file or a directory is, its size, its time and its mode, as far as the server
    /// says it. Asks by MLST if the server has it, and else by SIZE and MDTM. If they do not
    /// answer, as for a directory, it reads the listing of the directory above.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let metadata = client.metadata("pub/genome.fa").await?;
    /// println!("{:?}, {:?} bytes, {:?}", metadata.kind, metadata.size, metadata.modified);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The server's refusal. [`Permanent`](ErrorKind::Permanent) without a reply if the server has
    /// refused nothing, but its listing does not show the name.
    pub async fn metadata(&mut self, path: impl Name) -> Result<Metadata, Error> {
        let lookup = Lookup::metadata(self.encoded(&path)?)?;
        self.complete(lookup).await?.into_metadata()
    }

    /// Returns whether there is something with this path. [`Existence`] has a table of what each
    /// kind of server can tell. A refusal by the server is an answer here, and no error.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::tree::Existence;
    ///
    /// match client.exists("pub/genome.fa").await? {
    ///     Existence::Exists => println!("there it is"),
    ///     Existence::Absent => println!("there is none"),
    ///     Existence::Forbidden | Existence::Unknown => println!("the server does not say it"),
    /// }
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// None besides those of all these methods.
    pub async fn exists(&mut self, path: impl Name) -> Result<Existence, Error> {
        let lookup = Lookup::existence(self.encoded(&path)?)?;
        Ok(self.complete(lookup).await?.existence())
    }

    /// Carries out a plan until it hands out its result.
    async fn complete<T>(
        &mut self,
        mut plan: impl Plan<Item = Result<T, Error>>,
    ) -> Result<T, Error> {
        let over = || Error::new(ErrorKind::Misuse(Misuse::Finished));
        self.carry_out(&mut plan).await?.ok_or_else(over)?
    }

    /// Carries out a plan until it hands out the next item. `None` is its end.
    async fn carry_out<P: Plan>(&mut self, plan: &mut P) -> Result<Option<P::Item>, Error> {
        loop {
            let result = match plan.next_step() {
                Todo::Yield(item) => return Ok(Some(item)),
                Todo::Done => return Ok(None),
                Todo::Run(task) => self.run(task).await,
                Todo::Read(flow) => self.read_for(plan, flow).await.map(|()| Outcome::Done),
            };
            match result {
                Err(error) if self.session.is_dead() => return Err(error),
                result => plan.finished(result),
            }
        }
    }

    /// Hands each line of a listing to the plan.
    async fn read_for(&mut self, plan: &mut impl Plan, flow: ReadDirectory) -> Result<(), Error> {
        let mut listing = self.open_directory(flow).await?;
        while let Some(line) = listing.next_line().await? {
            plan.take_line(line)?;
        }
        listing.finish().await.map(drop)
    }
}
