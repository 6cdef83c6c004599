//! The client's methods that find out what a path is, and that work on whole directory trees.

use ftp_proto::flows::ReadDirectory;
use ftp_proto::tree::{
    CountTree, DeleteOptions, DeleteTree, Deleted, Existence, Lookup, MakeDirectories, Metadata,
    Outcome, Pattern, Plan, Todo, TreeSize, WalkOptions, Walker,
};
use ftp_proto::{Error, ErrorKind, Misuse, Name, OptionalName};

use crate::client::Client;
use crate::sys::disk;
use crate::walk::Walk;

/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ErrorKind::InvalidArgument); nothing is sent then), if no data connection
/// can be made, or if the session has ended. The section "Errors" of a method lists only what the
/// method adds to these general errors.
impl Client {
    /// Returns what a file or a directory is, its size, its time and its mode, as far as the server
    /// tells them. Sends MLST if the server has it, and SIZE and MDTM otherwise. If the replies do
    /// not tell what the path is, for example because the server refuses SIZE for a directory, the
    /// method reads the listing of the directory above.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let metadata = client.metadata("pub/genome.fa")?;
    /// println!("{:?}, {:?} bytes, {:?}", metadata.kind, metadata.size, metadata.modified);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The server's refusal. [`Permanent`](ErrorKind::Permanent) without a reply if the server has
    /// refused nothing, but its listing does not show the name.
    pub fn metadata(&mut self, path: impl Name) -> Result<Metadata, Error> {
        let lookup = Lookup::metadata(self.encoded(&path)?)?;
        self.complete(lookup)?.into_metadata()
    }

    /// Returns whether there is something with this path. [`Existence`] has a table of what each
    /// kind of server can tell. A refusal by the server is an answer here, and no error.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::tree::Existence;
    ///
    /// match client.exists("pub/genome.fa")? {
    ///     Existence::Exists => println!("there it is"),
    ///     Existence::Absent => println!("there is none"),
    ///     Existence::Forbidden | Existence::Unknown => println!("the server does not say it"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, no data connection, or a dead
    /// session.
    pub fn exists(&mut self, path: impl Name) -> Result<Existence, Error> {
        let lookup = Lookup::existence(self.encoded(&path)?)?;
        Ok(self.complete(lookup)?.existence())
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
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if let Err(error) = client.delete("pub/old.txt") {
    ///     let error = client.explain(error);
    ///     if !error.is_not_found() {
    ///         return Err(error);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn explain(&mut self, error: Error) -> Error {
        let Some(lookup) = Lookup::explaining(&error) else {
            return error;
        };
        match self.complete(lookup) {
            Ok(finding) => finding.explain(error),
            Err(_) => error,
        }
    }

    /// Walks through a directory and all below it; `None` is the current directory. Nothing is sent
    /// before you ask for the first entry. [`Walker`] says in which order entries come, and
    /// [`WalkOptions`] has limits and says what happens to links.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::WalkOptions;
    ///
    /// for entry in client.walk("pub", &WalkOptions::new())? {
    ///     let entry = entry?;
    ///     println!("{} {:?}", entry.path, entry.entry.size());
    /// }
    /// # Ok(())
    /// # }
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
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// for entry in client.glob("pub/**/*.fa")? {
    ///     println!("{}", entry?.path);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a pattern that is wrong. What goes wrong
    /// later is an item of the walk.
    pub fn glob(&mut self, pattern: impl Name) -> Result<Walk<'_>, Error> {
        self.glob_with(pattern, &WalkOptions::new())
    }

    /// Finds the paths that match a pattern, with limits and options of your own.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::WalkOptions;
    ///
    /// let shallow = WalkOptions::new().with_depth(2);
    /// for entry in client.glob_with("pub/**/*.fa", &shallow)? {
    ///     println!("{}", entry?.path);
    /// }
    /// # Ok(())
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
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let size = client.tree_size("pub")?;
    /// println!("{} files, {} bytes", size.files, size.bytes);
    /// if !size.is_exact() {
    ///     println!("and more: {} sizes are unknown", size.unknown_sizes);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The refusal of the first directory. [`TreeSize`] has what went wrong below.
    pub fn tree_size(&mut self, path: impl OptionalName) -> Result<TreeSize, Error> {
        let plan = CountTree::new(self.encoded_optional(&path)?)?;
        self.complete(plan)
    }

    /// Makes a directory, and the directories above it that are missing. A directory that is there
    /// already is no error.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.make_directories("backup/2026/11")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The server's refusal. If a file is in the way, the error says so.
    pub fn make_directories(&mut self, path: impl Name) -> Result<(), Error> {
        let plan = MakeDirectories::new(self.encoded(&path)?)?;
        self.complete(plan)
    }

    /// Deletes a directory and all that is in it, or a file, or a link. Links are deleted and never
    /// followed. Ends at the first error.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let deleted = client.delete_tree("pub/old")?;
    /// println!("{} files, {} directories", deleted.files, deleted.directories);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The server's first refusal. [`Misuse::Option`] for `/`, `.`, an empty path, and a path with
    /// `..`; nothing was sent then.
    pub fn delete_tree(&mut self, path: impl Name) -> Result<Deleted, Error> {
        self.delete_tree_with(path, &DeleteOptions::new())
    }

    /// Deletes a directory and all that is in it, with options: to go on after errors, to empty `/`
    /// or the current directory, and limits.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::{DeleteOptions, tree::OnError};
    ///
    /// let options = DeleteOptions::new().with_on_error(OnError::Continue);
    /// let deleted = client.delete_tree_with("pub/old", &options)?;
    /// println!("{} files, {} errors", deleted.files, deleted.errors.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`delete_tree`](Self::delete_tree).
    pub fn delete_tree_with(
        &mut self,
        path: impl Name,
        options: &DeleteOptions,
    ) -> Result<Deleted, Error> {
        let plan = DeleteTree::new(self.encoded(&path)?, options)?;
        self.complete(plan)
    }

    /// Does what a plan says, step by step, until the plan returns its result.
    pub(crate) fn complete<T>(
        &mut self,
        mut plan: impl Plan<Item = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.complete_by(&mut plan)
    }

    /// Does what a plan says, step by step, until the plan returns its result. After an error you can
    /// go on with the plan over a new session.
    pub(crate) fn complete_by<T>(
        &mut self,
        plan: &mut impl Plan<Item = Result<T, Error>>,
    ) -> Result<T, Error> {
        let over = || Error::new(ErrorKind::Misuse(Misuse::Finished));
        self.carry_out(plan)?.ok_or_else(over)?
    }

    /// Does what a plan says, step by step, until the plan returns its next item. `None` means that
    /// the plan has ended.
    pub(crate) fn carry_out<P: Plan>(&mut self, plan: &mut P) -> Result<Option<P::Item>, Error> {
        loop {
            let result = match plan.next_step() {
                Todo::Yield(item) => return Ok(Some(item)),
                Todo::Done => return Ok(None),
                Todo::Run(task) => self.run(task),
                Todo::HashLocal(file) => disk::hash(&file).map(Outcome::LocalHash),
                Todo::Read(flow) => self.read_for(plan, flow).map(|()| Outcome::Done),
            };
            match result {
                Err(error) if self.session.ends_plan(&error) => {
                    return Err(error);
                }
                result => plan.finished(result),
            }
        }
    }

    /// Reads the listing that a plan needs, and hands each of its lines to the plan.
    fn read_for(&mut self, plan: &mut impl Plan, flow: ReadDirectory) -> Result<(), Error> {
        let mut listing = self.open_directory(flow)?;
        while let Some(line) = listing.next_line()? {
            plan.take_line(line)?;
        }
        listing.finish().map(drop)
    }
}
