//! The sessions of one run: one for each server and user, opened when a command needs it.

use std::rc::Rc;

use ftp_blocking::{Client, Error, Options, UrlType};

use crate::connecting;
use crate::failure::Failure;
use crate::names::joined;
use crate::settings::Settings;
use crate::target::{Target, is_url};

/// The open sessions.
pub(crate) struct Sessions {
    settings: Rc<Settings>,
    open: Vec<(Target, Client)>,
    /// The server of a shell: a text without `://` is a path there. `None` outside of a shell.
    home: Option<Target>,
}

/// A place on a server, and a session with this server.
pub(crate) struct Spot<'s> {
    pub(crate) client: &'s mut Client,
    pub(crate) path: Vec<u8>,
    /// The `;type=` of the URL.
    pub(crate) kind: Option<UrlType>,
}

/// One side of a copy: a session of its own, and a path.
pub(crate) type Side = (Client, Vec<u8>);

impl Spot<'_> {
    /// Checks that there is a path.
    pub(crate) fn has_path(&self) -> Result<(), Failure> {
        match self.path.is_empty() {
            true => {
                let why = "this names a whole server: name a path on it, such as host/in/a.txt";
                Err(Failure::usage(why))
            }
            false => Ok(()),
        }
    }

    /// Runs an operation that may be done twice. If the server demands that TLS resumes, and earlier
    /// commands of the session have used up its tickets, logs in again first.
    pub(crate) fn run<T>(
        &mut self,
        mut operation: impl FnMut(&mut Client, &[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match operation(self.client, &self.path) {
            Ok(done) => Ok(done),
            Err(error) => {
                renew(self.client, error)?;
                operation(self.client, &self.path)
            }
        }
    }

    /// Returns the path of a directory: an empty one is the directory of the login.
    pub(crate) fn directory(&self) -> &[u8] {
        match self.path.as_slice() {
            b"" => b".",
            path => path,
        }
    }
}

/// Logs in again after this error if the session lives, and its TLS tickets are used up. No data has
/// moved then.
///
/// # Errors
/// The error itself, if the session is in another state.
pub(crate) fn renew(client: &mut Client, error: Error) -> Result<(), Error> {
    let session = client.session();
    match !session.is_dead() && session.needs_reconnect() {
        true => client.reconnect(),
        false => Err(error),
    }
}

impl Sessions {
    pub(crate) fn new(settings: Rc<Settings>) -> Self {
        Self {
            settings,
            open: Vec::new(),
            home: None,
        }
    }

    /// Makes a server the home of a shell, and logs in there.
    pub(crate) fn enter(&mut self, text: &str) -> Result<(), Failure> {
        let target = self.settings.target(text)?;
        let spot = self.reach(&target, target.path().to_vec())?;
        if !spot.path.is_empty() {
            let path = spot.path.clone();
            spot.client.cwd(path)?;
        }
        self.home = Some(target);
        Ok(())
    }

    /// Whether the words of a command are paths at the home of a shell.
    pub(crate) fn is_at_home(&self) -> bool {
        self.home.is_some()
    }

    /// Returns the session and the path that a text means.
    pub(crate) fn at(&mut self, text: &str) -> Result<Spot<'_>, Failure> {
        let (target, path) = self.place(text)?;
        self.reach(&target, path)
    }

    /// Returns where a second path is that a command takes beside `first`: a path on the same
    /// server, or a URL of it.
    pub(crate) fn beside(&self, first: &str, second: &str) -> Result<Vec<u8>, Failure> {
        if !is_url(second) {
            return Ok(second.as_bytes().to_vec());
        }
        let (here, _) = self.place(first)?;
        let (there, path) = self.place(second)?;
        match here.is_beside(&there) {
            true => Ok(path),
            false => Err(Failure::usage("the two URLs are on different servers")
                .with_hint("`ftpx cp` copies from one server to another")),
        }
    }

    /// Opens two sessions that no other command uses, for the two sides of a copy. The paths do not
    /// depend on the directory of a shell. Options about TLS demand it from both sides. Only a side
    /// whose URL begins with `ftp://` stays in clear text, because the user asks for that.
    pub(crate) fn pair(&mut self, one: &str, other: &str) -> Result<[Side; 2], Failure> {
        let places = [self.independent_place(one)?, self.independent_place(other)?];
        let tls = &self.settings.common.tls;
        let is_for_all = tls.demand.is_some() || !tls.says_whom_to_trust();
        let texts = [one, other];
        let is_clear = [0, 1].map(|side| is_url(texts[side]) && !places[side].0.demands_tls());
        if !is_for_all && is_clear == [true; 2] {
            let why = "an option is about TLS, but neither side of the copy uses TLS";
            let hint = "for TLS: a URL with ftpes:// or ftps://, or for both sides --tls required";
            return Err(Failure::usage(why).with_hint(hint));
        }
        let mut clear = Settings::clone(&self.settings);
        clear.common.tls = tls.for_clear_text();
        let open = |(target, path): (Target, Vec<u8>), is_clear: bool| {
            let settings = match is_clear && !is_for_all {
                true => &clear,
                false => &*self.settings,
            };
            Ok::<_, Failure>((connecting::connect(settings, &target)?, path))
        };
        let [one, other] = places;
        Ok([open(one, is_clear[0])?, open(other, is_clear[1])?])
    }

    /// Calls `attempt` with options for several sessions and with the path that a text means. The
    /// path does not depend on the directory of a shell.
    pub(crate) fn with_options<T>(
        &mut self,
        text: &str,
        attempt: impl Fn(Options, &[u8]) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let (target, path) = self.independent_place(text)?;
        connecting::trusting(&self.settings, &target, |options| attempt(options, &path))
    }

    /// Ends all sessions. What was to be done is done, so an error of QUIT does not matter.
    pub(crate) fn close(&mut self) {
        for (_, client) in self.open.drain(..) {
            if !self.settings.interrupt.is_stopped() && !client.session().is_dead() {
                let _ = client.quit();
            }
        }
        self.home = None;
    }

    /// Returns a place with a path that a session of its own can use.
    fn independent_place(&mut self, text: &str) -> Result<(Target, Vec<u8>), Failure> {
        let (target, mut path) = self.place(text)?;
        if self.home.is_some() && !is_url(text) && !path.starts_with(b"/") {
            let here = self.reach(&target, Vec::new())?.client.pwd()?;
            path = joined(here.as_bytes(), &path);
        }
        Ok((target, path))
    }

    fn place(&self, text: &str) -> Result<(Target, Vec<u8>), Failure> {
        if let Some(home) = self.home.as_ref().filter(|_| !is_url(text)) {
            return Ok((home.clone(), text.as_bytes().to_vec()));
        }
        let target = self.settings.target(text)?;
        let path = target.path().to_vec();
        Ok((target, path))
    }

    fn reach(&mut self, target: &Target, path: Vec<u8>) -> Result<Spot<'_>, Failure> {
        let known = self
            .open
            .iter()
            .position(|(open, _)| open.is_beside(target));
        let index = match known {
            Some(index) => index,
            None => {
                let client = connecting::connect(&self.settings, target)?;
                self.open.push((target.clone(), client));
                self.open.len() - 1
            }
        };
        let client = &mut self.open[index].1;
        if client.session().needs_reconnect() {
            client.reconnect()?;
        }
        Ok(Spot {
            client,
            path,
            kind: target.kind(),
        })
    }
}
