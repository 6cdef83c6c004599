//! Who logs in, and with which password.
//!
//! The user is the one of `--user`, of the URL, of `$FTPX_USER`, of the netrc file, or `anonymous`:
//! the first of them that is given. The password is that of `--password-fd`, of the URL, of
//! `$FTPX_PASSWORD`, or of the netrc file. If there is none, a prompt asks a person for it.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};

use ftp_blocking::{Credentials, Netrc, Options, Url};

use crate::arguments::login::Login;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::names::shown;

/// A password longer than this is a mistake, such as a descriptor that never ends.
const LONGEST: u64 = 64 * 1024;

/// Puts the credentials into the options, which are those of the URL.
pub(crate) fn add(
    options: Options,
    url: &Url,
    login: &Login,
    interrupt: &Interrupt,
) -> Result<Options, Failure> {
    let environment = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let from_url = url
        .user()
        .filter(|user| !user.is_empty())
        .map(<[u8]>::to_vec);
    let chosen = login.user.clone().map(String::into_bytes);
    let in_environment = environment("FTPX_USER").map(String::into_bytes);
    let user = chosen.or(from_url.clone()).or(in_environment.clone());
    // The password in the environment belongs to the user there. It goes to no other user.
    let is_of_environment = in_environment.is_none() || in_environment == user;
    let password = match login.password_fd {
        Some(descriptor) => Some(read_password(descriptor)?),
        None => url
            .password()
            .filter(|_| user == from_url)
            .map(<[u8]>::to_vec)
            .or_else(|| {
                let password = environment("FTPX_PASSWORD").filter(|_| is_of_environment);
                password.map(String::into_bytes)
            }),
    };
    let credentials = match (user, password) {
        (None, Some(_)) => {
            let why = "there is a password, but no user: name one by --user or in the URL";
            return Err(Failure::usage(why));
        }
        (Some(user), Some(password)) => Some(Credentials::new(user, password)?),
        (user, None) => match in_netrc(url, user.as_deref(), login)? {
            Some(found) => Some(found),
            None => user.map(|user| asked(&user, url, interrupt)).transpose()?,
        },
    };
    let credentials = match (credentials, &login.account) {
        (Some(credentials), Some(account)) => Some(credentials.with_account(account)?),
        (credentials, _) => credentials,
    };
    Ok(match credentials {
        Some(credentials) => options.with_credentials(credentials),
        // The URL's own, which are anonymous.
        None => options,
    })
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
    let prompt = format!("Password of {} at {}: ", shown(user), url.host());
    let password = interrupt
        .while_idle(|| rpassword::prompt_password(prompt))
        .map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => Failure::new(Exit::Interrupted, "stopped on request"),
            _ => Failure::new(Exit::Read, format!("no password: {error}")),
        })?;
    Ok(Credentials::new(user, password)?)
}

/// Reads the first line of an open descriptor.
fn read_password(descriptor: u32) -> Result<Vec<u8>, Failure> {
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
