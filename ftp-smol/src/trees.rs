//! The client's methods that find out what a path is, and those that walk, count or delete whole
//! trees of directories.

use ftp_blocking::sys::disk;
use ftp_proto::flows::ReadDirectory;
use ftp_proto::tree::{
    CountTree, DeleteOptions, DeleteTree, Deleted, Existence, Lookup, MakeDirectories, Metadata,
    Outcome, Pattern, Plan, Todo, TreeSize, WalkOptions, Walker,
};
use ftp_proto::{Error, ErrorKind, Misuse, Name, OptionalName};
use smol::unblock;

use crate::client::Client;
use crate::walk::Walk;

/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ErrorKind::InvalidArgument); nothing is sent then), if no data connection
/// can be made, or if the session has ended. The section "Errors" of a method lists only what the
/// method adds.
impl Client {
    /// Returns what a file or a directory is, its size, its time and its mode, as far as the server
    /// tells them. Sends MLST if the server has it, and SIZE and MDTM otherwise. If the replies do
    /// not tell what the path is, for example because the server refuses SIZE for a directory, the
    /// method reads the listing of the directory above.
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
    /// The errors that all methods here share: an invalid argument, no data connection, or a dead
    /// session.
    pub async fn exists(&mut self, path: impl Name) -> Result<Existence, Error> {
        let lookup = Lookup::existence(self.encoded(&path)?)?;
        Ok(self.complete(lookup).await?.existence())
    }

    /// Finds out what a refusal means. If the error is [`Cause::NotFoundOrDenied`](ftp_proto::Cause::NotFoundOrDenied), this asks the
    /// server whether the path exists, as [`exists`](Self::exists) does, and returns the error with
    /// the cause that this shows. Any other error, and an error that nothing explains, stays as it
    /// is.
    ///
    /// A relative path is looked up from the current directory, so call this before you change the
    /// directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> { smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if let Err(error) = client.delete("pub/old.txt").await {
    ///     let error = client.explain(error).await;
    ///     if !error.is_not_found() {
    ///         return Err(error);
    ///     }
    /// }
    /// # Ok(())
    /// # }) }
    /// ```
    pub async fn explain(&mut self, error: Error) -> Error {
        let Some(lookup) = Lookup::explaining(&error) else {
            return error;
        };
        match self.complete(lookup).await {
            Ok(finding) => finding.explain(error),
            Err(_) => error,
        }
    }

    /// Walks through a directory and all below it; `None` is the current directory. Nothing is sent
    /// before you ask for the first entry. [`Walker`] says in which order entries come, and
    /// [`WalkOptions`] has limits and says what happens to links.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::WalkOptions;
    ///
    /// let mut walk = client.walk("pub", &WalkOptions::new())?;
    /// while let Some(entry) = walk.next().await {
    ///     let entry = entry?;
    ///     println!("{} {:?}", entry.path, entry.entry.size());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, no data connection, or a dead
    /// session. What goes wrong later is an item of the walk.
    pub fn walk(
        &mut self,
        path: impl OptionalName,
        options: &WalkOptions,
    ) -> Result<Walk<'_>, Error> {
        let walker = Walker::new(self.encoded_optional(&path)?, options)?;
        Ok(Walk::new(self, walker))
    }

    /// Finds the paths that a pattern fits, such as `pub/**/*.fa`. [`Pattern`] lists the wildcards.
    /// Reads only directories that can hold such a path.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let mut found = client.glob("pub/**/*.fa")?;
    /// while let Some(entry) = found.next().await {
    ///     println!("{}", entry?.path);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a pattern that is wrong. What goes wrong
    /// later is an item of the walk.
    pub fn glob(&mut self, pattern: impl Name) -> Result<Walk<'_>, Error> {
        self.glob_with(pattern, &WalkOptions::new())
    }

    /// Finds the paths that match a pattern, as [`glob`](Self::glob) does, with limits and options
    /// of your own.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::WalkOptions;
    ///
    /// let shallow = WalkOptions::new().with_depth(2);
    /// let mut found = client.glob_with("pub/**/*.fa", &shallow)?;
    /// while let Some(entry) = found.next().await {
    ///     println!("{}", entry?.path);
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`glob`](Self::glob).
    pub fn glob_with(
        &mut self,
        pattern: impl Name,
        options: &WalkOptions,
    ) -> Result<Walk<'_>, Error> {
        let pattern = Pattern::new(self.encoded(&pattern)?)?;
        Ok(Walk::new(self, Walker::matching(pattern, options)))
    }

    /// Counts the files, directories, links and bytes below a directory; `None` is the current
    /// directory.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let size = client.tree_size("pub").await?;
    /// println!("{} files, {} bytes", size.files, size.bytes);
    /// if !size.is_exact() {
    ///     println!("and more: {} sizes are unknown", size.unknown_sizes);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The refusal of the first directory. [`TreeSize`] has what went wrong below.
    pub async fn tree_size(&mut self, path: impl OptionalName) -> Result<TreeSize, Error> {
        let plan = CountTree::new(self.encoded_optional(&path)?)?;
        self.complete(plan).await
    }

    /// Makes a directory, and the directories above it that are missing. A directory that is there
    /// already is no error.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.make_directories("backup/2026/11").await?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The server's refusal. If a file is in the way, the error says so.
    pub async fn make_directories(&mut self, path: impl Name) -> Result<(), Error> {
        let plan = MakeDirectories::new(self.encoded(&path)?)?;
        self.complete(plan).await
    }

    /// Deletes a directory and all that is in it, or a file, or a link. Links are deleted and never
    /// followed. Ends at the first error.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let deleted = client.delete_tree("pub/old").await?;
    /// println!("{} files, {} directories", deleted.files, deleted.directories);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The server's first refusal. [`Misuse::Option`] for `/`, `.`, an empty path, and a path with
    /// `..`; nothing was sent then.
    pub async fn delete_tree(&mut self, path: impl Name) -> Result<Deleted, Error> {
        self.delete_tree_with(path, &DeleteOptions::new()).await
    }

    /// Deletes a directory and all that is in it. The options can make it go on after errors, let
    /// it empty `/` or the current directory, and change the limits.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::{DeleteOptions, tree::OnError};
    ///
    /// let options = DeleteOptions::new().with_on_error(OnError::Continue);
    /// let deleted = client.delete_tree_with("pub/old", &options).await?;
    /// println!("{} files, {} errors", deleted.files, deleted.errors.len());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`delete_tree`](Self::delete_tree).
    pub async fn delete_tree_with(
        &mut self,
        path: impl Name,
        options: &DeleteOptions,
    ) -> Result<Deleted, Error> {
        let plan = DeleteTree::new(self.encoded(&path)?, options)?;
        self.complete(plan).await
    }

    /// Does what a plan says, step by step, until the plan returns its result.
    pub(crate) async fn complete<T>(
        &mut self,
        mut plan: impl Plan<Item = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.complete_by(&mut plan).await
    }

    /// Does what a plan says, step by step, until the plan returns its result. After an error you can
    /// go on with the plan over a new session.
    pub(crate) async fn complete_by<T>(
        &mut self,
        plan: &mut impl Plan<Item = Result<T, Error>>,
    ) -> Result<T, Error> {
        let over = || Error::new(ErrorKind::Misuse(Misuse::Finished));
        self.carry_out(plan).await?.ok_or_else(over)?
    }

    /// Carries out a plan until it yields its next item. Returns `None` after the last item.
    pub(crate) async fn carry_out<P: Plan>(
        &mut self,
        plan: &mut P,
    ) -> Result<Option<P::Item>, Error> {
        loop {
            let result = match plan.next_step() {
                Todo::Yield(item) => return Ok(Some(item)),
                Todo::Done => return Ok(None),
                Todo::Run(task) => self.run(task).await,
                Todo::HashLocal(file) => {
                    let hash = unblock(move || disk::hash(&file)).await;
                    hash.map(Outcome::LocalHash)
                }
                Todo::Read(flow) => self.read_for(plan, flow).await.map(|()| Outcome::Done),
            };
            match result {
                Err(error) if self.session.ends_plan(&error) => {
                    return Err(error);
                }
                result => plan.finished(result),
            }
        }
    }

    /// Reads a directory listing, and gives each line to the plan.
    async fn read_for(&mut self, plan: &mut impl Plan, flow: ReadDirectory) -> Result<(), Error> {
        let mut listing = self.open_directory(flow).await?;
        while let Some(line) = listing.next_line().await? {
            plan.take_line(line)?;
        }
        listing.finish().await.map(drop)
    }
}
