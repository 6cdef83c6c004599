//! `ftpx ftplib`: the command line of `python -m ftplib`, in its spelling.

use std::rc::Rc;

use clap::Args;
use ftp_blocking::{Client, DataMode, Error, HERE, Netrc};

use crate::connecting;
use crate::context::Context;
use crate::failure::Failure;
use crate::settings::Settings;

/// Does what `python -m ftplib` does, with its spelling
///
/// ftpx ftplib [-d]... [-rFILE] HOST [-l[DIR]] [-d[DIR]] [-p] [FILE]...
///
///   -d before HOST   shows the dialogue, on standard error; twice: each raw line
///   -rFILE           reads this netrc file
///   -l[DIR]          lists a directory
///   -d[DIR]          changes the directory
///   -p               changes between passive and active mode
///   FILE             downloads a file to standard output
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    override_usage = "ftpx ftplib [-d]... [-rFILE] HOST [-l[DIR]] [-d[DIR]] [-p] [FILE]..."
)]
pub(crate) struct Ftplib {
    /// The words
    #[arg(
        hide = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required = true
    )]
    words: Vec<String>,
}

impl Ftplib {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let mut settings = Settings::clone(&context.settings);
        let mut words = self.words.as_slice();
        while let [first, rest @ ..] = words {
            if first != "-d" {
                break;
            }
            settings.common.verbosity.verbose = settings.common.verbosity.verbose.saturating_add(1);
            words = rest;
        }
        if let [first, rest @ ..] = words {
            if let Some(file) = first.strip_prefix("-r") {
                choose_netrc(file, &mut settings);
                words = rest;
            }
        }
        let [host, words @ ..] = words else {
            return Err(Failure::usage("name a host: ftpx ftplib HOST"));
        };
        let target = settings.target(host)?;
        if !settings.common.login.no_netrc && target.url.user().is_none() {
            tell_if_anonymous(target.url.host(), &settings)?;
        }
        let settings = Rc::new(settings);
        let mut client = connecting::connect(&settings, &target)?;
        let mut mode = match settings.common.connection.active {
            true => DataMode::Active,
            false => DataMode::Passive,
        };
        for word in words {
            do_word(word, &mut client, &mut mode, context)?;
            context.out.flush()?;
        }
        client.quit()?;
        Ok(())
    }
}

fn do_word(
    word: &str,
    client: &mut Client,
    mode: &mut DataMode,
    context: &mut Context,
) -> Result<(), Failure> {
    if let Some(directory) = word.strip_prefix("-l") {
        let mut lines = match directory {
            "" => client.list_lines(HERE)?,
            directory => client.list_lines(directory)?,
        };
        while let Some(line) = lines.next_line()? {
            context.out.name(&line)?;
        }
        lines.finish()?;
        return Ok(());
    }
    match word.strip_prefix("-d") {
        Some("") => {
            let reply = client.raw("CWD")?;
            return match reply.is_refusal() {
                true => Err(Error::from_reply(reply).with_command("CWD").into()),
                false => Ok(()),
            };
        }
        Some(directory) => {
            client.cwd(directory)?;
            return Ok(());
        }
        None => {}
    }
    if word == "-p" {
        *mode = match mode {
            DataMode::Passive => DataMode::Active,
            DataMode::Active => DataMode::Passive,
        };
        client.set_data_mode(*mode);
        return Ok(());
    }
    let download = client.download(word)?;
    let saved = download.save_to(context.out.file()?, |_| ());
    saved.map(drop).map_err(Failure::downloading)
}

/// Takes another netrc file. One that cannot be opened is no failure, as in ftplib.
fn choose_netrc(file: &str, settings: &mut Settings) {
    let login = &mut settings.common.login;
    match std::fs::File::open(file) {
        Ok(_) => {
            login.netrc_file = Some(file.into());
            login.no_netrc = false;
        }
        Err(_) => {
            eprintln!("Could not open account file -- using anonymous login.");
            login.netrc_file = None;
            login.no_netrc = true;
        }
    }
}

/// Says so if the netrc file has no entry for the host, as ftplib does.
fn tell_if_anonymous(host: &str, settings: &Settings) -> Result<(), Failure> {
    let netrc = match &settings.common.login.netrc_file {
        Some(path) => Netrc::read_from(path)?,
        None => Netrc::read()?,
    };
    if netrc.credentials(host, None).is_none() {
        eprintln!("No account -- using anonymous login.");
    }
    Ok(())
}
