//! Where a file or a directory is on a server: a URL, a host with a path, or a bookmark.

use ftp_blocking::{InvalidUrl, Security, Url, UrlType};

use crate::bookmarks::{Bookmark, Bookmarks};
use crate::failure::Failure;
use crate::names::shown;

/// A place on a server.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) bookmark: Option<Bookmark>,
}

impl Target {
    /// Reads a target. A text with `://` is a URL. Otherwise its first part is the name of a
    /// bookmark or of a host, to which the client connects in clear text.
    ///
    /// # Errors
    /// What is wrong with the URL. The text does not show a password.
    pub(crate) fn parse(text: &str, bookmarks: &Bookmarks) -> Result<Self, Failure> {
        let (name, rest) = text.split_once('/').unwrap_or((text, ""));
        let bookmark = bookmarks.find(name).filter(|_| !is_url(text));
        let full = match bookmark {
            Some(bookmark) if rest.is_empty() => bookmark.url.clone(),
            Some(bookmark) => format!("{}/{rest}", bookmark.url.trim_end_matches('/')),
            None if is_url(text) => text.to_owned(),
            None => format!("ftp://{text}"),
        };
        let url = Url::parse(&full).map_err(|invalid| explained(invalid, text))?;
        Ok(Self {
            url,
            bookmark: bookmark.cloned(),
        })
    }

    /// Whether both are on the same server, as the same user.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        let login = |target: &Self| {
            let url = &target.url;
            let user = url.user().map(<[u8]>::to_vec);
            (
                url.security(),
                url.host().to_ascii_lowercase(),
                url.port(),
                user,
            )
        };
        login(self) == login(other) && self.url.password() == other.url.password()
    }

    /// Whether the URL or the bookmark demands TLS.
    pub(crate) fn demands_tls(&self) -> bool {
        let bookmark = self.bookmark.as_ref();
        self.url.security() != Security::Plain || bookmark.is_some_and(Bookmark::demands_tls)
    }

    /// Returns the path of a file.
    pub(crate) fn path(&self) -> &[u8] {
        self.url.path()
    }

    /// Returns the `;type=` of the URL.
    pub(crate) fn kind(&self) -> Option<UrlType> {
        self.url.transfer_type()
    }
}

/// Whether a text says by itself that it is a URL.
pub(crate) fn is_url(text: &str) -> bool {
    text.contains("://")
}

fn explained(invalid: InvalidUrl, text: &str) -> Failure {
    let failure = Failure::from(ftp_blocking::Error::from(invalid));
    // The text may hold a password before an `@`.
    match text.contains('@') {
        true => failure,
        false => failure.with_hint(format!("it is about `{}`", shown(text.as_bytes()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        let target = Target::parse(text, &Bookmarks::default());
        target.map_or_else(
            |failure| failure.to_string(),
            |target| target.url.to_string(),
        )
    }

    #[test]
    fn a_host_needs_no_scheme() {
        assert_eq!(parsed("ftp.example.org"), "ftp://ftp.example.org");
        assert_eq!(
            parsed("ftp.example.org:2121/a"),
            "ftp://ftp.example.org:2121/a"
        );
        assert_eq!(parsed("ada@host//etc/motd"), "ftp://ada@host/%2Fetc/motd");
        assert_eq!(parsed("ftps://host/a"), "ftps://host/a");
    }

    #[test]
    fn an_error_shows_no_password() {
        let failure = parsed("ftp://ada:secret@host/%");
        assert!(!failure.contains("secret"), "{failure}");
        assert!(failure.contains("%25"), "{failure}");
    }

    #[test]
    fn another_user_is_another_login() {
        let target = |text| Target::parse(text, &Bookmarks::default()).expect("a target");
        assert!(target("host/a").is_beside(&target("ftp://HOST:21/b")));
        assert!(!target("host/a").is_beside(&target("ada@host/a")));
        assert!(!target("host").is_beside(&target("ftpes://host")));
    }
}
