//! Performs the operations of the contract table by flows, for drivers that run flows and have no
//! methods of their own for each operation.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::DerefMut;

use crate::data::{DataPhase, DataStep, LineCollector, LineKind, Listing};
use crate::flows::{
    self, Abort, Credentials, HashOf, Login, Open, Protect, Quit, Raw, SetFacts, SetModified,
};
use crate::listing::Directory;
use crate::reply::{Algorithm, Timestamp};
use crate::simulator::contract::{Call, Driver, Ending, Look, Operation, Outcome};
use crate::simulator::{Simulator, World};
use crate::{
    Completion, DataEnd, Direction, Error, Flow, Options, Reply, Session, TransferOptions,
    TransferType,
};

/// A driver that runs flows. [`ByFlows`] turns it into a [`Driver`], so that
/// [`contract_tests!`](crate::contract_tests) can test it.
pub trait RunsFlows: Sized {
    /// Connects to the server of this world, and runs [`Greeting`](flows::Greeting). The session is
    /// made from these options ([`Session::with_options`]), which may demand TLS.
    ///
    /// # Errors
    /// The error of the flow, or of making the connection.
    fn connect(world: World, options: Options) -> Result<Self, Error>;

    /// Runs a flow to its end.
    ///
    /// # Errors
    /// The error of the flow.
    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error>;

    /// Returns the session.
    fn session(&mut self) -> &mut Session;

    /// Reads a download. Appends to `file` what has come, until `file` has at least `most` bytes, or
    /// until the phase wants something else than to move bytes or to look.
    ///
    /// [`DataStep::Finish`] comes once. So return if the data [has ended](DataPhase::has_ended),
    /// before you call [`step`](DataPhase::step) again, or run the flow and report its result by
    /// [`finished`](DataPhase::finished).
    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize);

    /// Sends all these bytes of an upload, unless the phase wants something else than to move bytes
    /// or to look: for `Finish`, see [`receive`](Self::receive). If line ends are
    /// [translated](DataPhase::fill), the bytes are text.
    fn send(&mut self, phase: &mut DataPhase, bytes: &[u8]);

    /// Replaces the control connection by a new one. `None`, the default, if the driver cannot do
    /// that: rows that need it are then left out.
    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        None
    }

    /// Returns whether the driver can follow these options, as [`Driver::supports`] says.
    fn supports(_options: &Options) -> bool {
        true
    }

    /// Returns whether the driver knows how many bytes the server has not acknowledged, as
    /// [`Driver::knows_backlog`] says.
    fn knows_backlog() -> bool {
        true
    }
}

/// A [`Driver`] made from a driver that runs flows.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use ftp_proto::simulator::{ByFlows, tls_ends};
/// # struct MyDriver;
///
/// // `MyDriver` implements `RunsFlows`.
/// ftp_proto::contract_tests!(ByFlows<MyDriver>, tls_ends());
/// # }
/// ```
#[derive(Debug)]
pub struct ByFlows<D> {
    /// `None` after QUIT.
    driver: Option<D>,
    world: World,
    options: Options,
}

impl<D: RunsFlows> Driver for ByFlows<D> {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let world = World::new(server);
        Ok(Self {
            driver: Some(D::connect(world.clone(), options.clone())?),
            world,
            options,
        })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        let mut file = Vec::new();
        match self.outcome(operation, &mut file) {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed((&error).into(), file),
        }
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(self.world.server().deref_mut())
    }

    fn supports(options: &Options) -> bool {
        D::supports(options)
    }

    fn knows_backlog() -> bool {
        D::knows_backlog()
    }
}

impl<D: RunsFlows> ByFlows<D> {
    fn driver(&mut self) -> &mut D {
        self.driver.as_mut().expect("no operation follows QUIT")
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.driver().run(flow)
    }

    fn outcome(&mut self, operation: &Operation, file: &mut Vec<u8>) -> Result<Outcome, Error> {
        match operation {
            Operation::Login => self.login("user", "secret"),
            Operation::LoginAs(user, password) => self.login(user, password),
            Operation::Quit => {
                let mut driver = self.driver.take().expect("only one QUIT");
                driver.run(Quit::new()).map(|_| Outcome::Done)
            }
            Operation::Reconnect => match self.driver().reconnect() {
                Some(result) => result.map(|()| Outcome::Done),
                None => Ok(Outcome::Unsupported),
            },
            Operation::DataMode(mode) => {
                let options = self.options.clone();
                if !D::supports(&options.with_config(|it| it.with_data_mode(*mode))) {
                    return Ok(Outcome::Unsupported);
                }
                self.driver().session().set_data_mode(*mode);
                Ok(Outcome::Done)
            }
            Operation::Protect(protection) => {
                self.run(Protect::new(*protection)).map(|()| Outcome::Done)
            }
            _ => match self.transfer(operation, file)? {
                Some(outcome) => Ok(outcome),
                None => self.command(operation),
            },
        }
    }

    fn login(&mut self, user: &str, password: &str) -> Result<Outcome, Error> {
        let login = Login::new(Credentials::new(user, password)?);
        self.run(login).map(|_| Outcome::Done)
    }

    /// Performs an operation that opens a data connection. `None` if this is no such operation.
    fn transfer(
        &mut self,
        operation: &Operation,
        file: &mut Vec<u8>,
    ) -> Result<Option<Outcome>, Error> {
        let options = TransferOptions::new();
        let outcome = match operation {
            Operation::List => {
                Outcome::Count(self.lines(Open::list(NONE)?, LineKind::Entry)?.len())
            }
            Operation::Names => Outcome::Lines(self.lines(Open::names(NONE)?, LineKind::Name)?),
            Operation::FactsOfAll => {
                let lines = self.lines(Open::facts(NONE)?, LineKind::Entry)?;
                let all = Directory::from_facts(lines);
                Outcome::Lines(all.entries().iter().map(|it| it.name().to_vec()).collect())
            }
            Operation::Look(look, path) => return self.look(*look, path).map(Some),
            Operation::Download(path, offset) => {
                let options = options.with_offset(*offset);
                self.download(Open::retrieve(path)?, &options, file)?
            }
            Operation::DownloadExpecting(path, size) => {
                let options = options.with_expected(*size);
                self.download(Open::retrieve(path)?, &options, file)?
            }
            Operation::DownloadWith(path, options) => {
                self.download(Open::retrieve(path)?, options, file)?
            }
            Operation::DownloadText(path) => {
                self.download(Open::retrieve(path)?, &TransferOptions::text(), file)?
            }
            Operation::DownloadLines(path) => {
                Outcome::Lines(self.lines(Open::retrieve(path)?, LineKind::Text)?)
            }
            Operation::DownloadCommand(line) => {
                let options = options.with_type(TransferType::TEXT);
                let open = Open::command(Direction::Download, line, options.transfer_type)?;
                self.download(open, &options, file)?
            }
            Operation::DownloadKeptAlive(path, after) => {
                let mut phase = self.begin(Open::retrieve(path)?, &options)?;
                self.driver().receive(&mut phase, file, *after);
                phase.keep_alive(self.driver().session());
                self.read_to_end(phase, file)?
            }
            Operation::Begin(path, bytes, ending) => {
                let mut phase = self.begin(Open::retrieve(path)?, &options)?;
                let mut head = Vec::new();
                self.driver().receive(&mut phase, &mut head, *bytes);
                self.give_up(phase, *ending)?
            }
            _ => return self.upload(operation),
        };
        Ok(Some(outcome))
    }

    fn upload(&mut self, operation: &Operation) -> Result<Option<Outcome>, Error> {
        let options = TransferOptions::new();
        let text = TransferOptions::text();
        let ascii = options.with_type(TransferType::TEXT);
        let done = match operation {
            Operation::Upload(path, bytes) => self.store(Open::store(path)?, &options, bytes)?,
            Operation::UploadWith(path, options, bytes) => {
                self.store(Open::store(path)?, options, bytes)?
            }
            Operation::UploadAt(path, offset, bytes) => {
                self.store(Open::store(path)?, &options.with_offset(*offset), bytes)?
            }
            Operation::UploadText(path, bytes) => self.store(Open::store(path)?, &text, bytes)?,
            Operation::UploadAscii(path, content) => {
                self.store(Open::store(path)?, &ascii, content.as_bytes())?
            }
            Operation::StoreLines(path, lines) => {
                let lines: String = lines.iter().copied().map(with_line_end).collect();
                self.store(Open::store(path)?, &text, lines.as_bytes())?
            }
            Operation::UploadCommand(line, bytes) => {
                let open = Open::command(Direction::Upload, line, options.transfer_type)?;
                self.store(open, &options, bytes)?
            }
            Operation::Append(path, bytes) => self.store(Open::append(path)?, &options, bytes)?,
            Operation::UploadUnique(bytes) => {
                let done = self.store(Open::store_unique(NONE)?, &options, bytes)?;
                let name = done.name.map(Vec::from).unwrap_or_default();
                return Ok(Some(Outcome::Bytes(name)));
            }
            Operation::BeginUpload(path, bytes, ending) => {
                let mut phase = self.begin(Open::store(path)?, &options)?;
                self.driver().send(&mut phase, bytes);
                return self.give_up(phase, *ending).map(Some);
            }
            _ => return Ok(None),
        };
        Ok(Some(Outcome::Count(done.bytes as usize)))
    }

    fn begin(&mut self, open: Open, options: &TransferOptions) -> Result<DataPhase, Error> {
        let transfer = self.run(open.with_options(options))?;
        let phase = DataPhase::new(transfer, options);
        Ok(phase.or_limits(options, &self.options.transfer_limits))
    }

    fn download(
        &mut self,
        open: Open,
        options: &TransferOptions,
        file: &mut Vec<u8>,
    ) -> Result<Outcome, Error> {
        let phase = self.begin(open, options)?;
        self.read_to_end(phase, file)
    }

    fn read_to_end(&mut self, mut phase: DataPhase, file: &mut Vec<u8>) -> Result<Outcome, Error> {
        self.driver().receive(&mut phase, file, usize::MAX);
        self.finish(&mut phase);
        let mut last = [0];
        let count = phase.read_end(&mut last)?;
        file.extend_from_slice(&last[..count]);
        phase.into_outcome()?;
        Ok(Outcome::Bytes(file.clone()))
    }

    fn store(
        &mut self,
        open: Open,
        options: &TransferOptions,
        bytes: &[u8],
    ) -> Result<Completion, Error> {
        let mut phase = self.begin(open, options)?;
        self.driver().send(&mut phase, bytes);
        phase.end(DataEnd::Clean);
        self.finish(&mut phase);
        phase.into_outcome()
    }

    /// Runs the flow that ends the transfer.
    fn finish(&mut self, phase: &mut DataPhase) {
        while let DataStep::Finish(flow) = phase.step(self.driver().session()) {
            phase.finished(self.run(flow));
        }
    }

    fn give_up(&mut self, phase: DataPhase, ending: Ending) -> Result<Outcome, Error> {
        match ending {
            Ending::Abort => {
                let abort: Abort = phase.into_abort()?;
                self.run(abort)?;
            }
            Ending::Drop => drop(phase),
            Ending::Forget => core::mem::forget(phase),
        }
        Ok(Outcome::Done)
    }

    fn lines(&mut self, open: Open, kind: LineKind) -> Result<Vec<Vec<u8>>, Error> {
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        let mut text = Vec::new();
        self.download(open, &options, &mut text)?;
        let limits = self.options.listing_limits;
        let mut listing = Listing::new(kind, limits.line);
        let mut lines = LineCollector::new(limits);
        let mut rest = text.as_slice();
        loop {
            match listing.next_line()? {
                Some(line) => lines.push(line)?,
                None if listing.has_ended() => return Ok(lines.finish(&listing)),
                None => {
                    let space = listing.space();
                    let count = space.len().min(rest.len());
                    space[..count].copy_from_slice(&rest[..count]);
                    rest = &rest[count..];
                    listing.filled(count);
                }
            }
        }
    }

    fn look(&mut self, look: Look, path: &str) -> Result<Outcome, Error> {
        let path = optional(path);
        Ok(Outcome::Lines(match look {
            Look::List => self.lines(Open::list(path)?, LineKind::Entry)?,
            Look::Nlst => self.lines(Open::names(path)?, LineKind::Name)?,
            Look::Mlsd => {
                let entries =
                    Directory::from_facts(self.lines(Open::facts(path)?, LineKind::Entry)?);
                entries
                    .entries()
                    .iter()
                    .map(|it| it.raw().to_vec())
                    .collect()
            }
            Look::Mlst => vec![self.run(flows::Facts::new(path)?)?.raw().to_vec()],
            Look::Stat => {
                let reply = self.run(flows::Status::new(path)?)?;
                reply.text_lines().map(<[u8]>::to_vec).collect()
            }
        }))
    }

    /// Performs an operation that needs no data connection.
    fn command(&mut self, operation: &Operation) -> Result<Outcome, Error> {
        Ok(match operation {
            Operation::Pwd => Outcome::Bytes(self.run(flows::Pwd::new())?.as_bytes().to_vec()),
            Operation::Size(path) => Outcome::Size(self.run(flows::Size::new(path)?)?),
            Operation::Features => {
                let features = self.run(flows::Feat::new())?;
                let names = features.iter().flat_map(|(name, _)| [name, b" "].concat());
                Outcome::Bytes(names.collect())
            }
            Operation::Noop => code(&self.run(flows::Noop::new())?),
            Operation::Raw(line) => code(&self.run(Raw::new(line)?)?),
            Operation::Call(call, argument) => code(&self.call(*call, argument)?),
            Operation::MakeDirectory(path) => {
                let made = self.run(flows::MakeDirectory::new(path)?)?;
                Outcome::Bytes(made.map(Vec::from).unwrap_or_default())
            }
            Operation::Rename(from, to) => code(&self.run(flows::Rename::new(from, to)?)?),
            Operation::Modified(path) => text(self.run(flows::Modified::new(path)?)?),
            Operation::Facts(path) => {
                let entry = self.run(flows::Facts::new(Some(path))?)?;
                let fact = |(key, value): (&[u8], &[u8])| [key, b"=", value].concat();
                let lines = core::iter::once(entry.name().to_vec());
                Outcome::Lines(lines.chain(entry.facts().map(fact)).collect())
            }
            Operation::Allocate(bytes) => code(&self.run(flows::Allocate::new(*bytes))?),
            Operation::Type(it) => self.run(flows::Type::new(*it)).map(|()| Outcome::Done)?,
            Operation::Mode(it) => self.run(flows::Mode::new(*it)).map(|()| Outcome::Done)?,
            Operation::Structure(it) => self
                .run(flows::Structure::new(*it))
                .map(|()| Outcome::Done)?,
            _ => return self.extension(operation),
        })
    }

    fn call(&mut self, call: Call, argument: &str) -> Result<Reply, Error> {
        let topic = optional(argument);
        match call {
            Call::Cwd => self.run(flows::ChangeDirectory::new(argument)?),
            Call::Rmd => self.run(flows::RemoveDirectory::new(argument)?),
            Call::Delete => self.run(flows::Delete::new(argument)?),
            Call::System => self.run(flows::System::new()),
            Call::Status => self.run(flows::Status::new(topic)?),
            Call::Help => self.run(flows::Help::new(topic)?),
            Call::Site => self.run(flows::Site::new(argument)?),
            Call::Opts => self.run(flows::SetOption::new(argument)?),
            Call::Account => self.run(flows::Account::new(argument)?),
            Call::Mount => self.run(flows::Mount::new(argument)?),
            Call::Reinitialize => self.run(flows::Reinitialize::new()),
            Call::Host => self.run(flows::Host::new(argument)?),
            Call::Language => self.run(flows::Language::new(topic)?),
            Call::ClientName => self.run(flows::ClientName::new(argument)?),
            Call::RemoveDirectoryTree => self.run(flows::RemoveDirectoryTree::new(argument)?),
        }
    }

    /// Performs an operation whose command many servers do not know.
    fn extension(&mut self, operation: &Operation) -> Result<Outcome, Error> {
        Ok(match operation {
            Operation::Discover => {
                let known = self.run(flows::Discover::new())?;
                Outcome::Bytes(known.system().unwrap_or_default().to_vec())
            }
            Operation::SetModified(path, digits) => {
                text(Some(self.run(SetModified::new(path, time(digits))?)?))
            }
            Operation::SetCreated(path, digits) => {
                code(&self.run(flows::SetCreated::new(path, time(digits))?)?)
            }
            Operation::SetFact(path, fact, value) => {
                code(&self.run(SetFacts::new(path, [(fact, value)])?)?)
            }
            Operation::Chmod(path, mode) => code(&self.run(flows::Chmod::new(path, *mode)?)?),
            Operation::Symlink(target, link) => {
                code(&self.run(flows::Symlink::new(target, link)?)?)
            }
            Operation::Combine(target, parts) => {
                code(&self.run(flows::Combine::new(target, *parts)?)?)
            }
            Operation::Checksum(path) => text(self.run(HashOf::new(path, Algorithm::Crc32)?)?),
            Operation::ClientId => {
                let server = self.run(flows::ClientId::new("test", "1")?)?;
                let name = server.and_then(|server| server.get("Name").map(<[u8]>::to_vec));
                Outcome::Bytes(name.unwrap_or_default())
            }
            Operation::Available(path) => Outcome::Size(self.run(flows::Available::new(path)?)?),
            Operation::DirectorySize(path) => {
                Outcome::Size(self.run(flows::DirectorySize::new(path)?)?)
            }
            // A row whose operation has no flow is left out.
            _ => Outcome::Unsupported,
        })
    }
}

const NONE: Option<&str> = None;

fn optional(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn with_line_end(line: &str) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    format!("{}\r\n", line.strip_suffix('\r').unwrap_or(line))
}

fn code(reply: &Reply) -> Outcome {
    Outcome::Code(reply.code().value())
}

fn text(shown: Option<impl ToString>) -> Outcome {
    Outcome::Bytes(
        shown
            .map(|it| it.to_string().into_bytes())
            .unwrap_or_default(),
    )
}

fn time(digits: &str) -> Timestamp {
    digits.parse().expect("a time")
}
