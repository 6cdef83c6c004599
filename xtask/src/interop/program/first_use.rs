//! The first connection to a server whose certificate nobody has signed, as with ssh: the program
//! shows the key, sends nothing, and pins the key by request.

use std::fs;

use super::ftpx::Said;
use super::site::{Scheme, Site, holds, shows};
use super::{Ground, with_directory};
use crate::console::say;
use crate::servers::Result;
use crate::servers::authority::Identity;
use crate::servers::foreign::{Foreign, Program, Setting};
use crate::servers::tls::{Tls, TlsVersion};

/// What the file holds that the program shows.
const TEXT: &str = "shown to those who know the key";

/// Runs all this with one server.
pub(super) fn run(ground: &Ground<'_>, program: &Program) -> Result<()> {
    let (first, second) = (identity()?, identity()?);
    let server = start(program, &first)?;
    let changed = start(program, &second)?;
    let name = program.kind.name();
    with_directory(ground, &server, &changed, Scheme::Explicit, |site| {
        let done = Visit { site }.all(&first);
        done.map_err(|error| format!("{name}, first use: {error}").into())
    })?;
    say(&format!(
        "{name:<24} first use: the key is shown, pinned, and told from another one"
    ));
    Ok(())
}

fn identity() -> Result<Identity> {
    Identity::self_signed("127.0.0.1")
}

fn start(program: &Program, identity: &Identity) -> Result<Foreign> {
    program.start(&Setting {
        tls: Some(Tls::new(TlsVersion::Both, identity)),
        ..Setting::default()
    })
}

struct Visit<'v> {
    site: &'v Site<'v>,
}

impl Visit<'_> {
    fn all(&self, identity: &Identity) -> Result<()> {
        self.site.place("secret.txt", TEXT.as_bytes())?;
        let said = self.cat(&[])?.failed(60)?;
        for word in ["the key of 127.0.0.1", "--pin ", "--trust-first-use"] {
            holds(
                said.err.contains(word),
                format!("{word:?} is not in {said}"),
            )?;
        }
        let log = self.site.server.log_tail();
        let is_told = [self.site.server.user(), self.site.server.password()];
        let is_told = is_told.iter().any(|secret| log.contains(secret));
        holds(!is_told, "the server got a name or a password")?;
        let key = said.err.lines().find_map(|line| line.split_once("--pin "));
        let key = key.map(|(_, key)| key.trim()).ok_or("no key")?;
        self.pins(key)?;
        self.trusts_once()?;
        self.knows_another_key(key)?;
        shows("--insecure", TEXT, &self.cat(&["-k"])?.done()?)?;
        self.site
            .write("own.pem", identity.certificate_pem.as_bytes())?;
        shows(
            "--cacert",
            TEXT,
            &self.cat(&["--cacert", "own.pem"])?.done()?,
        )
    }

    /// Runs `cat` with these options more. Nobody has signed the certificate.
    fn cat(&self, options: &[&str]) -> Result<Said> {
        let url = self.site.url("secret.txt");
        let words = ["cat", &url].into_iter().chain(options.iter().copied());
        Said::by(&mut self.site.command_of_stranger(words))
    }

    fn pins(&self, key: &str) -> Result<()> {
        shows("--pin", TEXT, &self.cat(&["--pin", key])?.done()?)?;
        self.cat(&["--pin", &"5a".repeat(32)])?.failed(90)?;
        shows(
            "two pins",
            TEXT,
            &self
                .cat(&["--pin", &"5a".repeat(32), "--pin", key])?
                .done()?,
        )
    }

    fn trusts_once(&self) -> Result<()> {
        self.cat(&[])?.failed(60)?;
        let said = self.cat(&["--trust-first-use"])?;
        let is_right = said.code == Some(0) && said.out == TEXT;
        holds(
            is_right && said.err.contains("known_servers"),
            format!("first use: {said}"),
        )?;
        shows("later", TEXT, &self.cat(&[])?.done()?)
    }

    /// The other server has another key. The program believes to know it.
    fn knows_another_key(&self, key: &str) -> Result<()> {
        let known = self.site.here("home/.config/ftpx/known_servers");
        let port = self.site.other.port();
        let line = format!("127.0.0.1 {port} {key}\n");
        let lines = fs::read_to_string(&known)? + &line;
        fs::write(known, lines)?;
        let url = format!("ftpes://127.0.0.1:{port}/");
        for option in [None, Some("--trust-first-use")] {
            let words = ["ls", &url].into_iter().chain(option);
            let said = Said::by(&mut self.site.command_of_stranger(words))?.failed(90)?;
            holds(
                said.err.contains("known_servers"),
                format!("which file? {said}"),
            )?;
        }
        Ok(())
    }
}
