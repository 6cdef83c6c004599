//! Runs dialogues with this crate, and describes its results in ftplib's words.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use ftp_blocking::wire::{Class, Limits};
use ftp_blocking::{
    Client, Config, Credentials, DataMode, DebugLevel, Encoding, Entry, Error, ErrorKind, Observed,
    Options, Pipelining, Reply, SizeCheck, Timeouts, TransferOptions, TransferType,
};
use ftp_proto::PassiveAddress;
use ftp_proto::reply::{self, Malformed};

use crate::dialogue::{self, Dialogue, Mode, Setting};

/// Makes the calls of a dialogue with this crate. Returns the result of each call.
pub(crate) fn run(dialogue: &Dialogue, port: u16, target: Option<u16>) -> Vec<Vec<u8>> {
    let host = dialogue.script.host();
    let mut ours = Ours {
        options: options(&dialogue.setting, host, port),
        target: target.map(|port| options(&dialogue.setting, host, port)),
        client: None,
    };
    let opening = dialogue.opening().iter().map(|name| vec![*name]);
    let calls = opening.chain(dialogue.calls.iter().cloned());
    calls
        .map(|call| outcome(ours.perform(call[0], &call[1..])))
        .collect()
}

fn options(setting: &Setting, host: IpAddr, port: u16) -> Options {
    // ftplib sends one command at a time. The order of the commands and replies is compared too.
    let config = |config: Config| {
        config
            .with_pipelining(Pipelining::never())
            .with_data_mode(match setting.mode {
                Mode::Passive => DataMode::Passive,
                Mode::Active => DataMode::Active,
            })
            .with_passive_address(match setting.trust {
                true => PassiveAddress::TrustServer,
                false => PassiveAddress::ControlPeer,
            })
    };
    let mut options = Options::new(host.to_string())
        .with_port(port)
        .with_timeouts(Timeouts::default().with_all(setting.timeout))
        .with_encoding(match setting.encoding {
            dialogue::Encoding::Utf8 => Encoding::Utf8,
            dialogue::Encoding::Latin1 => Encoding::Latin1,
        })
        .with_config(config);
    if let Some(source) = setting.source {
        let address: IpAddr = source.parse().expect("an address");
        options = options.with_source_address(SocketAddr::new(address, 0));
    }
    options
}

/// This crate's side of a dialogue: the client, its options, and the options for the second server
/// of a copy.
struct Ours {
    options: Options,
    target: Option<Options>,
    client: Option<Client>,
}

impl Ours {
    fn perform(&mut self, name: &str, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        match (name, arguments) {
            ("connect", []) => {
                let client = self.client.insert(Client::connect(self.options.clone())?);
                let greeting = client.session().greeting();
                Ok(text(greeting.expect("it was waited for")))
            }
            ("printing", [level, name, arguments @ ..]) => {
                Ok(self.printed(level.parse().expect("a level"), name, arguments))
            }
            ("getwelcome", []) => {
                let client = self.client.as_ref().expect("connected");
                Ok(text(client.session().greeting().expect("it has come")))
            }
            ("constant", ["FTP_PORT"]) => Ok(shown(Options::new("").port)),
            ("constant", ["MAXLINE"]) => Ok(shown(Limits::default().line)),
            ("parse150", [text]) => Ok(optional(reply::transfer_size(&parsed(text)?))),
            ("parse227", [text]) => {
                let passive = read(text, reply::passive)?;
                let address = passive.address.map_or("the peer".into(), |address| {
                    IpAddr::from(address).to_string()
                });
                Ok(shown(format_args!("{address} {}", passive.port)))
            }
            ("parse229", [text]) => {
                let passive = read(text, reply::extended_passive)?;
                Ok(shown(passive.port))
            }
            ("parse257", [text]) => {
                let path = read(text, reply::pathname)?;
                Ok(path.map(Vec::from).unwrap_or_default())
            }
            ("leave" | "close", []) => {
                self.client = None;
                Ok(Vec::new())
            }
            ("quit", []) => {
                let client = self.client.take().expect("connected");
                Ok(client.quit()?.as_ref().map(text).unwrap_or_default())
            }
            ("copy", [path, rest @ ..]) => {
                let options = self.target.clone().expect("a second server");
                let mut target = Client::connect(options)?;
                target.login("user", "secret")?;
                let source = self.client.as_mut().expect("connected");
                let target_path = rest.first().unwrap_or(path);
                source.copy_to(path, &mut target, target_path, TransferType::Image)?;
                Ok(Vec::new())
            }
            _ => {
                let Some(client) = &mut self.client else {
                    // There is no client: the session never began, or it is over. This error is the
                    // result.
                    return Err(Error::new(ErrorKind::Closed));
                };
                on(client, &self.options.encoding, name, arguments)
            }
        }
    }

    /// Makes a call, and returns what is printed at this level. Before `connect` there is no
    /// client, so the level is set in the options.
    fn printed(&mut self, level: u8, name: &str, arguments: &[&str]) -> Vec<u8> {
        let printed = Arc::new(Mutex::new(String::new()));
        let log = Arc::clone(&printed);
        let observer = move |seen: Observed<'_>| {
            *log.lock().expect("one thread") += &DebugLevel::from(level).lines(seen);
        };
        match &mut self.client {
            Some(client) => client.observe(observer),
            None => self.options = self.options.clone().with_observer(observer),
        }
        let _ = self.perform(name, arguments);
        if let Some(client) = &mut self.client {
            client.observe(DebugLevel::Off.to_stdout());
        }
        let printed = printed.lock().expect("one thread");
        printed.clone().into_bytes()
    }
}

fn on(
    client: &mut Client,
    encoding: &Encoding,
    name: &str,
    arguments: &[&str],
) -> Result<Vec<u8>, Error> {
    Ok(match (name, arguments) {
        ("login", []) => text(&client.login("user", "secret")?),
        ("login", [user, password]) => text(&client.login(user, password)?),
        ("login", [user, password, account]) => {
            let credentials = credentials(encoding, user, password, account)?;
            text(&client.login_with(credentials)?)
        }
        ("debug", [user, password, account]) => {
            let shown = Arc::new(Mutex::new(String::new()));
            let log = Arc::clone(&shown);
            client.observe(move |observed| {
                *log.lock().expect("one thread") += &format!("{observed:?}\n");
            });
            let credentials = credentials(encoding, user, password, account)?;
            client.login_with(credentials)?;
            let shown = shown.lock().expect("one thread");
            let secrets = [*password, *account].into_iter();
            let secrets: Vec<&str> = secrets.filter(|secret| shown.contains(secret)).collect();
            secrets.join(" ").into_bytes()
        }
        // If the server refuses the command, `raw` returns the reply. ftplib's `sendcmd` fails, so
        // this call must fail too.
        ("command", [line]) => {
            let reply = client.raw(line)?;
            match reply.class() {
                Class::Transient | Class::Permanent => return Err(Error::from_reply(reply)),
                _ => text(&reply),
            }
        }
        ("completed", [line]) => {
            let reply = client.raw(line)?;
            match reply.class() {
                Class::Completion => text(&reply),
                _ => return Err(Error::from_reply(reply)),
            }
        }
        ("mode", [mode]) => {
            client.set_data_mode(match *mode {
                "passive" => DataMode::Passive,
                _ => DataMode::Active,
            });
            Vec::new()
        }
        ("pwd", []) => client.pwd()?.into(),
        ("cwd", [path]) => text(&client.cwd(path)?),
        ("mkd", [path]) => client.mkd(path)?.map(Vec::from).unwrap_or_default(),
        ("rmd", [path]) => text(&client.rmd(path)?),
        ("delete", [path]) => text(&client.delete(path)?),
        ("rename", [from, to]) => text(&client.rename(from, to)?),
        ("acct", [account]) => text(&client.account(account)?),
        ("size", [path]) => optional(client.size(path)?),
        ("size_hint", [path]) => {
            let unchecked = TransferOptions::new().with_size_check(SizeCheck::Never);
            let mut download = client.download_with(path, &unchecked)?;
            let hint = download.size_hint();
            download.read_to_end(&mut Vec::new())?;
            optional(hint)
        }
        ("download", [path]) => download(client, path, TransferOptions::new())?,
        ("download", [path, offset]) => {
            let offset = offset.parse().expect("a number");
            download(client, path, TransferOptions::new().with_offset(offset))?
        }
        ("download_lines", [path]) => {
            let mut lines = client.download_lines(path)?;
            let mut came = Vec::new();
            while let Some(line) = lines.next_line()? {
                came.push(line);
            }
            listed(&came)
        }
        ("store", [path, content]) => text(&client.store(path, encoding.encode(content)?)?.reply),
        ("store", [path, content, offset]) => {
            let offset = offset.parse().expect("a number");
            let options = TransferOptions::new().with_offset(offset);
            let mut upload = client.upload_with(path, &options)?;
            upload.write_all(content.as_bytes())?;
            text(&upload.finish()?.reply)
        }
        ("append", [path, content]) => {
            let mut upload = client.append(path)?;
            upload.write_all(content.as_bytes())?;
            text(&upload.finish()?.reply)
        }
        ("store_unique", [content]) => {
            let mut upload = client.upload_unique(None)?;
            upload.write_all(content.as_bytes())?;
            text(&upload.finish()?.reply)
        }
        ("store_lines", [path, content]) => {
            let lines = content.split_inclusive('\n');
            text(&client.store_lines(path, lines)?.reply)
        }
        ("names", []) => listed(&client.names(None)?),
        ("names", [path]) => listed(&client.names(path)?),
        ("names", [option, path]) => command_lines(client, &format!("NLST {option} {path}"))?,
        ("list", []) => listed(&client.list(None)?),
        ("list", [path]) => listed(&client.list(path)?),
        ("list", [option, path]) => command_lines(client, &format!("LIST {option} {path}"))?,
        ("mlsd", rest) => {
            if let [_, facts @ ..] = rest {
                if !facts.is_empty() {
                    client.opts(format!("MLST {};", facts.join(";")))?;
                }
            }
            let path = rest.first().copied().filter(|path| !path.is_empty());
            let entries = client.mlsd(path)?;
            let unparsed = entries
                .unparsed()
                .iter()
                .map(|line| [b"unparsed ", &line[..]].concat());
            listed(
                &entries
                    .iter()
                    .map(entry)
                    .chain(unparsed)
                    .collect::<Vec<_>>(),
            )
        }
        ("abort", [path, count]) => {
            let count = count.parse().expect("a number");
            let mut download = client.download(path)?;
            download.read_exact(&mut vec![0; count])?;
            download
                .abort()?
                .reply
                .as_ref()
                .map(text)
                .unwrap_or_default()
        }
        _ => panic!("no such call: {name} {arguments:?}"),
    })
}

fn credentials(
    encoding: &Encoding,
    user: &str,
    password: &str,
    account: &str,
) -> Result<Credentials, Error> {
    let credentials = Credentials::new(encoding.encode(user)?, encoding.encode(password)?)?;
    credentials.with_account(encoding.encode(account)?)
}

fn download(client: &mut Client, path: &str, options: TransferOptions) -> Result<Vec<u8>, Error> {
    let mut download = client.download_with(path, &options)?;
    let mut came = Vec::new();
    download.read_to_end(&mut came)?;
    let completion = download.finish()?;
    Ok([&came[..], b" | ", &text(&completion.reply)].concat())
}

fn command_lines(client: &mut Client, line: &str) -> Result<Vec<u8>, Error> {
    let mut came = String::new();
    let mut download = client.download_command(line, &TransferOptions::text())?;
    download.read_to_string(&mut came)?;
    let lines: Vec<Vec<u8>> = came.lines().map(Vec::from).collect();
    Ok(listed(&lines))
}

/// Formats an entry of a listing as `peer.py` does with ftplib's entries.
fn entry(entry: &Entry<'_>) -> Vec<u8> {
    let mut shown = Vec::new();
    for (fact, value) in entry.facts() {
        shown.extend([&fact.to_ascii_lowercase()[..], b"=", value, b";"].concat());
    }
    [&shown[..], b" ", entry.name()].concat()
}

fn parsed(text: &str) -> Result<Reply, Error> {
    Ok(Reply::parse(format!("{text}\r\n").as_bytes())?)
}

fn read<T>(text: &str, parser: fn(&Reply) -> Result<T, Malformed>) -> Result<T, Error> {
    let reply = parsed(text)?;
    parser(&reply).map_err(|malformed| Error::from(malformed).with_reply(reply))
}

/// Formats a reply as ftplib returns it: all lines, with LF between them.
fn text(reply: &Reply) -> Vec<u8> {
    reply.lines().collect::<Vec<_>>().join(&b'\n')
}

fn shown(value: impl ToString) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn optional(value: Option<u64>) -> Vec<u8> {
    value.map_or(b"None".to_vec(), shown)
}

fn listed(lines: &[Vec<u8>]) -> Vec<u8> {
    lines
        .iter()
        .flat_map(|line| [b"[", &line[..], b"]"].concat())
        .collect()
}

fn outcome(result: Result<Vec<u8>, Error>) -> Vec<u8> {
    let error = match result {
        Ok(value) => return [b"ok ", &value[..]].concat(),
        Err(error) => error,
    };
    let class = class(&error);
    match error.reply() {
        Some(reply) if !matches!(class, "protocol") => {
            [class.as_bytes(), b" ", &text(reply)].concat()
        }
        _ => class.into(),
    }
}

/// Returns the word by which `peer.py` names this kind of error, so that the results can be
/// compared.
fn class(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::UnexpectedReply => "reply",
        ErrorKind::Transient => "transient",
        ErrorKind::Permanent => "permanent",
        ErrorKind::Protocol => "protocol",
        ErrorKind::Closed => "closed",
        ErrorKind::Io => "io",
        ErrorKind::Timeout(_) => "timeout",
        ErrorKind::InvalidArgument | ErrorKind::Misuse(_) => "value",
        ErrorKind::TooLarge => "too large",
        ErrorKind::Truncated => "truncated",
        ErrorKind::Unconfirmed => "unconfirmed",
        ErrorKind::OutOfStep => "out of step",
        _ => "another kind",
    }
}
