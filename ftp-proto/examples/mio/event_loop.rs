//! The event loop: a session takes a turn when a socket of it is ready, or its deadline has passed.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use ftp_proto::{Error, Options};
use mio::{Events, Poll, Token};

use crate::session::Session;

/// What has become of the sessions: each has a file or an error.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) files: Vec<Vec<u8>>,
    pub(crate) errors: Vec<Error>,
}

/// Downloads the file at this path in this many sessions at the same time.
pub(crate) fn download(
    count: usize,
    address: SocketAddr,
    options: &Options,
    path: &[u8],
) -> io::Result<Outcome> {
    let mut poll = Poll::new()?;
    let registry = Rc::new(poll.registry().try_clone()?);
    let (mut sessions, mut outcome) = (BTreeMap::new(), Outcome::default());
    for token in (0..count).map(Token) {
        match Session::new(registry.clone(), token, address, options.clone(), path) {
            Ok(session) => drop(sessions.insert(token, session)),
            Err(error) => outcome.errors.push(error),
        }
    }
    let mut events = Events::with_capacity(1024);
    while !sessions.is_empty() {
        let next = sessions.values().map(Session::deadline).min();
        let wait = next.map(|next| next.saturating_duration_since(Instant::now()));
        match poll.poll(&mut events, wait) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        let now = Instant::now();
        let late = sessions
            .iter()
            .filter(|(_, session)| session.deadline() <= now);
        let mut ready: Vec<Token> = late.map(|(token, _)| *token).collect();
        ready.extend(events.iter().map(|event| event.token()));
        for token in ready {
            // An earlier event of this round may have ended it.
            let Some(session) = sessions.get_mut(&token) else {
                continue;
            };
            match session.turn() {
                Ok(None) => continue,
                Ok(Some(file)) => outcome.files.push(file),
                Err(error) => outcome.errors.push(error),
            }
            sessions.remove(&token);
        }
    }
    Ok(outcome)
}
