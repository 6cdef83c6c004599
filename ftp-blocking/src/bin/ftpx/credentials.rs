//! Who logs in, and with which password.
//!
//! The user is the one of `--user`, of the URL, of `$FTPX_USER`, of the netrc file, or `anonymous`:
//! the first of them that is given. The password is that of `--password-fd`, of the URL, of
//! `$FTPX_PASSWORD`, or of the netrc file. If there is none, a prompt asks a person for it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};

use ftp_blocking::{Credentials, Netrc, Options, Url};

use crate::arguments::login::Login;
use crate::environment::{self, Variable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::names::shown;
use crate::settings::Settings;

/// A password longer than this is a mistake, such as a descriptor that never ends.
const LONGEST: u64 = 64 * 1024;

/// Puts the credentials into the options, which are those of the URL.
pub(crate) fn add(
    options: Options,
    url: &Url,
    login: &Login,
    settings: &Settings,
) -> Result<Options, Failure> {
    let user = user(url, login);
    let password = match &settings.password {
        Some(password) => Some(password.clone()),
        None => password_of(user.as_deref(), url),
    };
    let credentials = match (user, password) {
        (None, Some(_)) => {
            let why = "there is a password, but no user: name one by --user or in the URL";
            return Err(Failure::usage(why));
        }
        (Some(user), Some(password)) => Some(Credentials::new(user, password)?),
        (user, None) => match in_netrc(url, user.as_deref(), login)? {
            Some(found) => Some(found),
            None => user
                .map(|user| asked(&user, url, &settings.interrupt))
                .transpose()?,
        },
    };
    match (credentials, &login.account) {
        (Some(credentials), Some(account)) => {
            Ok(options.with_credentials(credentials.with_account(account)?))
        }
        (Some(credentials), None) => Ok(options.with_credentials(credentials)),
        (None, Some(_)) => {
            let why = "there is an account, but no user: name one by --user or in the URL";
            Err(Failure::usage(why))
        }
        // The URL's own, which are anonymous.
        (None, None) => Ok(options),
    }
}

/// Returns the user that the command line, the URL or the environment names.
fn user(url: &Url, login: &Login) -> Option<Vec<u8>> {
    let chosen = login.user.clone().map(String::into_bytes);
    let in_url = || url.user().filter(|user| !user.is_empty());
    chosen
        .or_else(|| in_url().map(<[u8]>::to_vec))
        .or_else(|| in_environment(environment::USER))
}

/// Returns the password in the URL or in the environment. It goes to no other user than the one
/// beside it.
fn password_of(user: Option<&[u8]>, url: &Url) -> Option<Vec<u8>> {
    let in_url = url.password().filter(|_| user == url.user());
    in_url.map(<[u8]>::to_vec).or_else(|| {
        let owner = in_environment(environment::USER);
        let is_theirs = owner.is_none() || owner.as_deref() == user;
        in_environment(environment::PASSWORD).filter(|_| is_theirs)
    })
}

fn in_environment(variable: Variable) -> Option<Vec<u8>> {
    variable.value().map(OsString::into_encoded_bytes)
}

fn in_netrc(url: &Url, user: Option<&[u8]>, login: &Login) -> Result<Option<Credentials>, Failure> {
    if login.no_netrc || user == Some(b"anonymous") {
        return Ok(None);
    }
    let netrc = match &login.netrc_file {
        Some(path) => Netrc::read_from(path)?,
        None => Netrc::read()?,
    };
    let user = user.map(String::from_utf8_lossy);
    Ok(netrc.credentials(url.host(), user.as_deref()))
}

/// Asks a person for the password. Without a person the password is empty: some servers take it.
fn asked(user: &[u8], url: &Url, interrupt: &Interrupt) -> Result<Credentials, Failure> {
    if user == b"anonymous" || !io::stdin().is_terminal() {
        return Ok(Credentials::new(user, "")?);
    }
    let prompt = format!(
        "Password of {} at {}: ",
        shown(user),
        shown(url.host().as_bytes())
    );
    let password = interrupt
        .while_idle(|| rpassword::prompt_password(prompt))
        .map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => Failure::new(Exit::Interrupted, "stopped on request"),
            _ => Failure::new(Exit::Read, format!("no password: {error}")),
        })?;
    Ok(Credentials::new(user, password)?)
}

/// Reads the first line of an open descriptor.
pub(crate) fn read_password(descriptor: u32) -> Result<Vec<u8>, Failure> {
    let read = || -> io::Result<Vec<u8>> {
        let source: Box<dyn Read> = match descriptor {
            0 => Box::new(io::stdin()),
            other => Box::new(File::open(format!("/dev/fd/{other}"))?),
        };
        let mut text = Vec::new();
        source.take(LONGEST).read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| {
        let why = format!("the password cannot be read from descriptor {descriptor}: {error}");
        Failure::new(Exit::Read, why)
    })?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
}
