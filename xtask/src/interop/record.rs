//! Records a session with each server in a file, the transcript. `ftp-proto`'s tests replay it
//! without sockets.
//!
//! The steps of a session are lines of text, which the transcript contains too. The replay reads
//! each step from the transcript, and runs the same operation on the core.

use std::fs;
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use ftp_blocking::wire::Escaped;
use ftp_blocking::{Client, Completion, DataMode, Error, Observed, Reply, TransferOptions};

use super::way;
use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::{Kind, Program, Setting};
use crate::workspace;

/// The directory of the transcripts, relative to the workspace.
const DIRECTORY: &str = "ftp-proto/tests/transcripts";

/// The steps of a session, for example `upload small 5000`: a verb that this file defines, and its
/// arguments. Numbers count bytes. The steps abort a transfer only after many bytes: if a transfer
/// has hardly begun, pyftpdlib continues it over the next data connection.
const STEPS: &str = "\
    greeting | login | features | system | status | help | site HELP | opts UTF8 ON | \
    raw XYZZY | noop | pwd | cwd open | mkd made | mkd made | cwd made | pwd | cwd .. | \
    rmd made | upload small 5000 | size small | modified small | append small 10 | \
    unique suggested 7 | download small 0 5010 | download small 5000 10 | list | names | \
    facts | entry small | rename small moved | size small | upload none/file 5 | \
    download none 0 5 | upload large 16777216 | abort-download large 1000000 | pwd | \
    abort-upload other 8000000 | pwd | download moved 0 5010 | active | upload active 5 | \
    download active 0 5 | list | passive | download active 2 3 | delete moved | \
    delete moved | quit";

/// Records a session with each server. The result of a step is only recorded: an error does not end
/// the session.
pub(super) fn run(programs: &[Program]) -> Result<()> {
    let directory = workspace::root()?.join(DIRECTORY);
    fs::create_dir_all(&directory)?;
    for program in programs {
        let server = program.start(&Setting::default())?;
        let transcript = Transcript::default();
        let mut client = Some(Client::connect(way::options(&server))?);
        for step in STEPS.split(" | ") {
            // Does not send STOU with a name to libunftp. libunftp cannot parse this command, and
            // closes the connection after a command that it cannot parse.
            if program.kind == Kind::Libunftp && step.starts_with("unique") {
                continue;
            }
            transcript.add(format!("\n: {step}"));
            let Some(open) = &mut client else {
                break;
            };
            let came = match step {
                "greeting" => {
                    let greeting = open.session().greeting().cloned();
                    let greeting = greeting.ok_or("no greeting")?;
                    transcript.reply(&greeting);
                    open.observe(transcript.observer());
                    greeting.code().to_string()
                }
                "login" => result(open.login(server.user(), server.password()).map(code)),
                "quit" => {
                    let quit = client.take().map(Client::quit).transpose();
                    result(quit.map(|reply| reply.flatten().map_or_else(String::new, code)))
                }
                step => result(perform(open, step)),
            };
            transcript.add(format!("= {came}"));
        }
        let name = program.kind.name();
        let path = directory.join(format!("{}.txt", name.to_ascii_lowercase()));
        let text = transcript.text(&format!(
            "# {name}, user {}: recorded by `cargo xtask interop --record`, replayed by\n\
             # transcripts.rs. A step is `:` and what is done, `>` a command, `<` a reply and\n\
             # `|` its further lines, `=` what came of it.\n",
            server.user()
        ));
        fs::write(&path, text)?;
        say(&format!("recorded {}", path.display()));
    }
    Ok(())
}

/// Performs one step, and returns its result for the transcript, for example the code of the reply.
fn perform(client: &mut Client, step: &str) -> std::result::Result<String, Error> {
    let (verb, argument) = step.split_once(' ').unwrap_or((step, ""));
    let words: Vec<_> = argument.split(' ').collect();
    let name = words[0];
    let number = |at: usize| -> u64 {
        let word = words.get(at).and_then(|word| word.parse().ok());
        word.expect("the steps of this file have their numbers")
    };
    Ok(match verb {
        "features" => client.features()?.iter().count().to_string(),
        "system" => code(client.system()?),
        "status" => code(client.status(None)?),
        "help" => code(client.help(None)?),
        "site" => code(client.site(argument)?),
        "opts" => code(client.opts(argument)?),
        "raw" => code(client.raw(argument)?),
        "noop" => code(client.noop()?),
        "pwd" => client.pwd()?.to_string(),
        "cwd" => code(client.cwd(argument)?),
        "mkd" => or_none(client.mkd(argument)?),
        "rmd" => code(client.rmd(argument)?),
        "delete" => code(client.delete(argument)?),
        "rename" => code(client.rename(words[0], words[1])?),
        "size" => or_none(client.size(argument)?),
        "modified" => or_none(client.modified(argument)?.map(|time| time.to_digits())),
        "entry" => Escaped::new(client.mlst(argument)?.raw()).to_string(),
        "list" => done(client.list(None)?),
        "names" => done(client.names(None)?),
        "facts" => done(client.mlsd(None)?),
        "active" => {
            client.set_data_mode(DataMode::Active);
            done(())
        }
        "passive" => {
            client.set_data_mode(DataMode::Passive);
            done(())
        }
        "upload" => send(client.upload(name)?, number(1))?,
        "append" => send(client.append(name)?, number(1))?,
        "unique" => send(client.upload_unique(name)?, number(1))?,
        "download" => {
            let options = TransferOptions::new()
                .with_offset(number(1))
                .with_expected(number(2));
            let mut download = client.download_with(name, &options)?;
            std::io::copy(&mut download, &mut std::io::sink())?;
            completed(&download.finish()?)
        }
        "abort-download" => {
            let mut download = client.download(name)?;
            let mut part = vec![0; number(1) as usize];
            download.read_exact(&mut part)?;
            or_none(download.abort()?.reply.map(code))
        }
        "abort-upload" => {
            let mut upload = client.upload(name)?;
            upload.write_all(&vec![0; number(1) as usize])?;
            or_none(upload.abort()?.reply.map(code))
        }
        _ => unreachable!("{verb} is no step"),
    })
}

fn send(mut upload: ftp_blocking::Upload<'_>, bytes: u64) -> std::result::Result<String, Error> {
    upload.write_all(&vec![b'x'; bytes as usize])?;
    Ok(completed(&upload.finish()?))
}

// Functions that format the results of steps. The test `transcripts.rs` formats its results in the
// same way.

fn result(result: std::result::Result<String, Error>) -> String {
    result.unwrap_or_else(|error| {
        let code = error.reply().cloned().map(code);
        format!("{:?} {}", error.kind(), or_none(code))
    })
}

fn code(reply: Reply) -> String {
    reply.code().to_string()
}

fn completed(completion: &Completion) -> String {
    let name = completion.name.as_ref().map(|name| format!(" as {name}"));
    let (code, bytes) = (completion.reply.code(), completion.bytes);
    format!("{code} for {bytes}{}", name.unwrap_or_default())
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn done<T>(_: T) -> String {
    "done".to_owned()
}

/// The lines of a transcript that were recorded so far. Clones of this value share the lines.
#[derive(Clone, Default)]
struct Transcript(Arc<Mutex<Vec<String>>>);

impl Transcript {
    fn add(&self, line: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    fn reply(&self, reply: &Reply) {
        for (number, line) in reply.lines().enumerate() {
            let mark = if number == 0 { '<' } else { '|' };
            self.add(format!("{mark} {}", Escaped::new(line)));
        }
    }

    /// Returns an observer that records the client's commands and replies. The library has masked
    /// the secrets in them.
    fn observer(&self) -> impl FnMut(Observed<'_>) + Send + Sync + 'static {
        let transcript = self.clone();
        move |observed| match observed {
            Observed::Sent(command) | Observed::Fence(command) => {
                transcript.add(format!("> {command}"))
            }
            Observed::Received(reply) => transcript.reply(reply),
            _ => {}
        }
    }

    fn text(&self, head: &str) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{head}{}\n", lines.join("\n"))
    }
}
