//! A server that closes a session which was silent too long: no hang, and an error that says so.

use std::net::TcpStream;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use ftp_blocking::{ErrorKind, Timeouts};

use super::jobs;
use crate::console::chain;
use crate::job::driver::Driver;
use crate::job::{Adapter, during};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};

/// How much longer than it was told a server may wait.
const GRACE: Duration = Duration::from_secs(15);

/// A server whose silence is being measured, beside all else: one of them cannot be told to wait
/// for less than a minute.
pub(super) struct Idle<'s>(ScopedJoinHandle<'s, Vec<(Adapter, std::result::Result<(), String>)>>);

impl<'s> Idle<'s> {
    pub(super) fn start(scope: &'s Scope<'s, '_>, program: &'s Program) -> Self {
        Self(scope.spawn(|| {
            let setting = Setting {
                idle: Some(program.kind().shortest_idle()),
                ..Setting::default()
            };
            match program.start(&setting) {
                Err(error) => Adapter::ALL
                    .map(|adapter| (adapter, Err(error.to_string())))
                    .into(),
                Ok(server) => thread::scope(|scope| {
                    let (server, kind) = (&server, program.kind());
                    Adapter::ALL
                        .map(|adapter| {
                            let closed = move || closed_through(adapter, kind, server);
                            (adapter, scope.spawn(closed))
                        })
                        .map(|(adapter, handle)| {
                            let panicked = |_| Err("panicked".to_owned());
                            (adapter, handle.join().unwrap_or_else(panicked))
                        })
                        .into()
                }),
            }
        }))
    }

    /// What came of it.
    pub(super) fn end(self) -> Vec<(Adapter, std::result::Result<(), String>)> {
        self.0.join().unwrap_or_else(|_| {
            Adapter::ALL
                .map(|adapter| (adapter, Err("panicked".to_owned())))
                .into()
        })
    }
}

fn closed_through(
    adapter: Adapter,
    kind: Kind,
    server: &Foreign,
) -> std::result::Result<(), String> {
    let result = match adapter {
        Adapter::Blocking => smol::block_on(closed::<ftp_blocking::Client>(kind, server)),
        Adapter::Smol => smol::block_on(closed::<ftp_smol::Client>(kind, server)),
    };
    result.map_err(|error| error.to_string())
}

async fn closed<D: Driver>(kind: Kind, server: &Foreign) -> Result<()> {
    let limit = kind.shortest_idle() + GRACE;
    let options = jobs::options(server).with_timeouts(Timeouts::default().with_all(limit));
    let mut client = during("connecting", D::connect(options).await)?;
    let login = client.login(server.user(), server.password());
    during("logging in", login.await)?;
    // Silent until the server has had enough. Every question would start its clock again, so that
    // there is but one way to know: to wait for what it says when it closes.
    let begin = Instant::now();
    wait_for_the_end(&client, begin + limit)?;
    let silent = begin.elapsed();
    let error = match client.noop().await {
        Ok(reply) => return Err(format!("answered after {silent:?}: {reply}").into()),
        Err(error) => error,
    };
    if error.kind() != ErrorKind::Closed {
        return Err(format!("not a closed connection: {}", chain(&error)).into());
    }
    // And so for each further one, at once.
    match client.pwd().await {
        Err(error) if error.kind() == ErrorKind::Closed => Ok(()),
        other => Err(format!("the second command: {other:?}").into()),
    }
}

/// Until there is something to read: a last word or the end.
fn wait_for_the_end(client: &impl Driver, deadline: Instant) -> Result<()> {
    let descriptor = client
        .descriptor()
        .ok_or("a connection without a descriptor")?;
    let stream = TcpStream::from(descriptor.try_clone_to_owned()?);
    while Instant::now() < deadline {
        match stream.peek(&mut [0]) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(20));
            }
            _ => return Ok(()),
        }
    }
    Err("the server never lost patience".into())
}
