//! Runs the contract table (`ftp-proto`'s test cases for all adapters) with an adapter's client:
//! each operation of the table becomes a call.

use std::io::{Read as _, Write as _};

use ftp_proto::simulator::Simulator;
use ftp_proto::simulator::contract::{Call, Driver, Ending, Look, Operation, Outcome};

use super::face::reply::Algorithm;
use super::face::{Client, Error, Memory, Options, Reply, TransferOptions, TransferType, Upload};

/// A client and its network in memory. `client` is `None` after QUIT.
pub(crate) struct InMemory {
    client: Option<Client>,
    memory: Memory,
}

impl Driver for InMemory {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let memory = Memory::new(server);
        let client = Client::connect_over(memory.clone(), options)?;
        Ok(Self {
            client: Some(client),
            memory,
        })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.memory.server())
    }
}

/// Performs one operation of the contract table. QUIT consumes the client, so `client` is `None`
/// after QUIT.
pub(crate) fn perform_on(client: &mut Option<Client>, operation: &Operation) -> Outcome {
    if *operation == Operation::Quit {
        return match client.take().expect("still connected").quit() {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::failed(&error),
        };
    }
    let client = client.as_mut().expect("still connected");
    let mut came = Vec::new();
    perform(client, operation, &mut came)
        .unwrap_or_else(|error| Outcome::Failed((&error).into(), came))
}

fn perform(
    client: &mut Client,
    operation: &Operation,
    came: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    Ok(match operation {
        Operation::Login => client.login("user", "secret").map(|_| Outcome::Done)?,
        Operation::LoginAs(user, password) => {
            client.login(user, password)?;
            Outcome::Done
        }
        Operation::Pwd => Outcome::Bytes(client.pwd()?.as_bytes().to_vec()),
        Operation::Size(path) => Outcome::Size(client.size(path)?),
        Operation::Features => {
            let names = client.features()?;
            let names = names.iter().flat_map(|(name, _)| [name, b" "].concat());
            Outcome::Bytes(names.collect())
        }
        Operation::Noop => Outcome::Code(client.noop()?.code().value()),
        Operation::Raw(line) => Outcome::Code(client.raw(line)?.code().value()),
        Operation::List => Outcome::Count(client.list(None)?.len()),
        Operation::Names => Outcome::Lines(client.names(None)?),
        Operation::Download(path, offset) => {
            let options = TransferOptions::new().with_offset(*offset);
            download(client, path, &options, came)?
        }
        Operation::DownloadExpecting(path, size) => {
            let options = TransferOptions::new().with_expected(*size);
            download(client, path, &options, came)?
        }
        Operation::DownloadWith(path, options) => download(client, path, options, came)?,
        Operation::DownloadKeptAlive(path, after) => {
            let mut download = client.download(path)?;
            let mut first = vec![0; *after];
            download.read_exact(&mut first)?;
            came.extend(first);
            download.keep_alive()?;
            download.read_to_end(came)?;
            Outcome::Bytes(came.clone())
        }
        Operation::Begin(path, bytes, ending) => {
            let mut download = client.download(path)?;
            download.read_exact(&mut vec![0; *bytes])?;
            match ending {
                Ending::Abort => drop(download.abort()?),
                Ending::Drop => drop(download),
                Ending::Forget => std::mem::forget(download),
            }
            Outcome::Done
        }
        Operation::Upload(path, content) => {
            let completion = client.store(path, content)?;
            Outcome::Count(completion.bytes as usize)
        }
        Operation::BeginUpload(path, content, ending) => {
            let mut upload = client.upload(path)?;
            upload.write_all(content)?;
            upload.flush()?;
            match ending {
                Ending::Abort => drop(upload.abort()?),
                Ending::Drop => drop(upload),
                Ending::Forget => std::mem::forget(upload),
            }
            Outcome::Done
        }
        Operation::Call(call, argument) => {
            let optional = Some(*argument).filter(|argument| !argument.is_empty());
            let reply = match call {
                Call::Cwd => client.cwd(argument)?,
                Call::Rmd => client.rmd(argument)?,
                Call::Delete => client.delete(argument)?,
                Call::System => client.system()?,
                Call::Status => client.status(optional)?,
                Call::Help => client.help(optional)?,
                Call::Site => client.site(argument)?,
                Call::Opts => client.opts(argument)?,
                Call::Account => client.account(argument)?,
                Call::Mount => client.mount(argument)?,
                Call::Reinitialize => client.reinitialize()?,
                Call::Host => client.host(argument)?,
                Call::Language => client.language(optional)?,
                Call::ClientName => client.client_name(argument)?,
                Call::RemoveDirectoryTree => client.remove_directory_tree(argument)?,
                other => panic!("no such call here: {other:?}"),
            };
            Outcome::Code(reply.code().value())
        }
        Operation::MakeDirectory(path) => {
            let path = client.mkd(path)?;
            Outcome::Bytes(path.map(Vec::from).unwrap_or_default())
        }
        Operation::Rename(from, to) => Outcome::Code(client.rename(from, to)?.code().value()),
        Operation::Modified(path) => {
            let time = client.modified(path)?;
            Outcome::Bytes(time.map_or(Vec::new(), |time| time.to_string().into_bytes()))
        }
        Operation::Discover
        | Operation::SetModified(..)
        | Operation::SetCreated(..)
        | Operation::SetFact(..)
        | Operation::Chmod(..)
        | Operation::Symlink(..)
        | Operation::Combine(..)
        | Operation::Checksum(_)
        | Operation::ClientId
        | Operation::Available(_)
        | Operation::DirectorySize(_) => seldom(client, operation)?,
        Operation::Facts(path) => {
            let entry = client.mlst(path)?;
            let facts = entry
                .facts()
                .map(|(key, value)| [key, b"=", value].concat());
            Outcome::Lines([entry.name().to_vec()].into_iter().chain(facts).collect())
        }
        Operation::FactsOfAll => {
            let entries = client.mlsd(None)?;
            Outcome::Lines(entries.iter().map(|entry| entry.name().to_vec()).collect())
        }
        Operation::Look(look, path) => {
            let path = Some(*path).filter(|path| !path.is_empty());
            Outcome::Lines(match look {
                Look::List => client.list(path)?,
                Look::Nlst => client.names(path)?,
                Look::Mlsd => {
                    let entries = client.mlsd(path)?;
                    entries.iter().map(|entry| entry.raw().to_vec()).collect()
                }
                Look::Mlst => vec![client.mlst(path)?.raw().to_vec()],
                Look::Stat => {
                    let reply = client.status(path)?;
                    reply.text_lines().map(<[u8]>::to_vec).collect()
                }
            })
        }
        Operation::Allocate(bytes) => Outcome::Code(client.allocate(*bytes)?.code().value()),
        Operation::Type(transfer_type) => {
            client.set_type(*transfer_type)?;
            Outcome::Done
        }
        Operation::Mode(mode) => {
            client.set_mode(*mode)?;
            Outcome::Done
        }
        Operation::Structure(structure) => {
            client.set_structure(*structure)?;
            Outcome::Done
        }
        Operation::DownloadText(path) => download(client, path, &TransferOptions::text(), came)?,
        Operation::DownloadLines(path) => {
            let mut lines = client.download_lines(path)?;
            let mut all = Vec::new();
            while let Some(line) = lines.next_line()? {
                all.push(line);
            }
            Outcome::Lines(all)
        }
        Operation::DownloadCommand(line) => {
            let options = TransferOptions::new().with_type(TransferType::TEXT);
            let mut download = client.download_command(line, &options)?;
            download.read_to_end(came)?;
            Outcome::Bytes(came.clone())
        }
        Operation::UploadWith(path, options, content) => {
            stored(client.upload_with(path, options)?, content)?
        }
        Operation::UploadAt(path, offset, content) => {
            let options = TransferOptions::new().with_offset(*offset);
            let upload = client.upload_with(path, &options)?;
            stored(upload, content)?
        }
        Operation::UploadText(path, content) => {
            let upload = client.upload_with(path, &TransferOptions::text())?;
            stored(upload, content)?
        }
        Operation::UploadAscii(path, content) => {
            let options = TransferOptions::new().with_type(TransferType::TEXT);
            let upload = client.upload_with(path, &options)?;
            stored(upload, content.as_bytes())?
        }
        Operation::StoreLines(path, lines) => {
            Outcome::Count(client.store_lines(path, *lines)?.bytes as usize)
        }
        Operation::UploadCommand(line, content) => {
            let upload = client.upload_command(line, &TransferOptions::new())?;
            stored(upload, content)?
        }
        Operation::Append(path, content) => {
            let upload = client.append(path)?;
            stored(upload, content)?
        }
        Operation::UploadUnique(content) => {
            let mut upload = client.upload_unique(None)?;
            upload.write_all(content)?;
            let name = upload.finish()?.name;
            Outcome::Bytes(name.map(Vec::from).unwrap_or_default())
        }
        Operation::Protect(protection) => {
            client.protect(*protection)?;
            Outcome::Done
        }
        Operation::DataMode(mode) => {
            client.set_data_mode(*mode);
            Outcome::Done
        }
        Operation::Reconnect => {
            client.reconnect()?;
            Outcome::Done
        }
        other => panic!("no such operation here: {other:?}"),
    })
}

/// Performs an operation whose command many servers do not know, such as MFMT or HASH.
fn seldom(client: &mut Client, operation: &Operation) -> Result<Outcome, Error> {
    let code = |reply: Reply| Outcome::Code(reply.code().value());
    let time = |digits: &str| digits.parse().expect("a time");
    let bytes = |text: Option<String>| Outcome::Bytes(text.unwrap_or_default().into_bytes());
    Ok(match operation {
        Operation::Discover => {
            let known = client.discover()?;
            Outcome::Bytes(known.system().unwrap_or_default().to_vec())
        }
        Operation::SetModified(path, digits) => {
            let capability = client.set_modified(path, time(digits))?;
            bytes(Some(capability.to_string()))
        }
        Operation::SetCreated(path, digits) => code(client.set_created(path, time(digits))?),
        Operation::SetFact(path, fact, value) => code(client.set_facts(path, [(fact, value)])?),
        Operation::Chmod(path, mode) => code(client.chmod(path, *mode)?),
        Operation::Symlink(target, link) => code(client.symlink(target, link)?),
        Operation::Combine(target, parts) => code(client.combine(target, *parts)?),
        Operation::Checksum(path) => {
            let hash = client.hash(path, Algorithm::Crc32)?;
            bytes(hash.map(|hash| hash.to_string()))
        }
        Operation::ClientId => {
            let server = client.client_id("test", "1")?;
            let name = server.and_then(|server| server.get("Name").map(<[u8]>::to_vec));
            Outcome::Bytes(name.unwrap_or_default())
        }
        Operation::Available(path) => Outcome::Size(client.available(path)?),
        Operation::DirectorySize(path) => Outcome::Size(client.directory_size(path)?),
        other => panic!("no such operation here: {other:?}"),
    })
}

fn stored(mut upload: Upload<'_>, content: &[u8]) -> Result<Outcome, Error> {
    upload.write_all(content)?;
    Ok(Outcome::Count(upload.finish()?.bytes as usize))
}

fn download(
    client: &mut Client,
    path: &str,
    options: &TransferOptions,
    came: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    let mut download = client.download_with(path, options)?;
    download.read_to_end(came)?;
    download.finish()?;
    Ok(Outcome::Bytes(came.clone()))
}
