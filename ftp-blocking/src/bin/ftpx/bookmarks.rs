//! The file of bookmarks, which people write by hand: TOML, a table for each bookmark.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ftp_blocking::{Proxy, Url};
use serde::Deserialize;

use crate::arguments::common::Common;
use crate::arguments::tls::Demand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::shown_path;

/// The bookmarks of a user, by name.
///
/// ```toml
/// [work]
/// url = "ftpes://ada@ftp.example.org/projects"
/// pin = ["5a91fa5d…"]
/// ```
#[derive(Clone, Debug, Default)]
pub(crate) struct Bookmarks(BTreeMap<String, Bookmark>);

/// One bookmark: where, and the options that it brings. An option on the command line counts more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bookmark {
    /// The URL. A path after the name of the bookmark goes on where the URL ends.
    pub(crate) url: String,
    tls: Option<Demand>,
    #[serde(default)]
    pin: Vec<String>,
    cacert: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    #[serde(default)]
    active: bool,
    proxy: Option<String>,
}

impl Bookmarks {
    /// Reads the file. Without a file there are no bookmarks.
    ///
    /// # Errors
    /// A file that is no TOML, or has an unknown word. A file with a password that other users can
    /// read.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let about = |why: &str| Failure::usage(format!("{}: {why}", shown_path(path)));
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(about(&error.to_string()).with_exit(Exit::Read)),
            Ok(text) => text,
        };
        let bookmarks: BTreeMap<String, Bookmark> = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(0, |before| before.matches('\n').count()) + 1;
            about(&format!("line {line}: {}", error.message()))
        })?;
        for (name, bookmark) in &bookmarks {
            let wrong = |why: String| about(&format!("in [{name}]: {why}"));
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.is_empty() || !name.chars().all(is_word) {
                return Err(wrong("a name has letters, digits, - and _ only".into()));
            }
            let url = Url::parse(&bookmark.url).map_err(|error| wrong(error.to_string()))?;
            let proxy = bookmark.proxy.as_deref().unwrap_or_default();
            if (url.password().is_some() || proxy.contains('@')) && !is_private(path) {
                let why = "other users can read the password in the URL: use `chmod 600`";
                return Err(wrong(why.into()));
            }
            let completed = bookmark.complete(&mut Common::default());
            completed.map_err(|failure| wrong(failure.to_string()))?;
        }
        Ok(Self(bookmarks))
    }

    /// Returns the bookmark with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Bookmark> {
        self.0.get(name)
    }
}

impl Bookmark {
    /// Whether the options of the bookmark demand TLS, whatever its URL says.
    pub(crate) fn demands_tls(&self) -> bool {
        let names = [
            self.tls == Some(Demand::Required),
            !self.pin.is_empty(),
            self.cacert.is_some(),
            self.cert.is_some(),
        ];
        names.contains(&true)
    }

    /// Adds what the bookmark says to the options of the command line.
    pub(crate) fn complete(&self, common: &mut Common) -> Result<(), Failure> {
        let (tls, connection) = (&mut common.tls, &mut common.connection);
        let says_whom = tls.says_whom_to_trust();
        tls.demand = tls.demand.or(self.tls);
        if !says_whom {
            for pin in &self.pin {
                tls.pin.push(pin.parse()?);
            }
            tls.cacert.clone_from(&self.cacert);
        }
        if tls.cert.is_none() {
            tls.cert.clone_from(&self.cert);
            tls.key.clone_from(&self.key);
        }
        connection.active |= self.active;
        if let (None, Some(url)) = (&connection.proxy, &self.proxy) {
            connection.proxy = Some(Proxy::from_url(url)?);
        }
        Ok(())
    }
}

/// Whether only the owner can read the file.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}
