//! Tests a server that closes an idle session. The client must not hang, and its next command must
//! report that the connection is closed.

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use ftp_blocking::{ErrorKind, Timeouts};

use super::way;
use crate::console::chain;
use crate::job::client::{Adapter, Client, ask};
use crate::job::during;
use crate::servers::Result;
use crate::servers::foreign::{Program, Setting};

/// How much longer than its idle limit a server may wait before it closes the session.
const GRACE: Duration = Duration::from_secs(15);

/// Starts a server with its shortest idle limit, and checks that the client notices when the server
/// closes an idle session. Pure-FTPd's shortest limit is a minute, so this test runs at the same
/// time as all other tests. Therefore it needs its own server.
pub(super) fn is_closed(program: &Program, adapter: Adapter) -> Result<()> {
    let idle = program.kind.shortest_idle();
    let server = program.start(&Setting {
        idle: Some(idle),
        ..Setting::default()
    })?;
    let limit = idle + GRACE;
    let options = way::options(&server).with_timeouts(Timeouts::default().with_all(limit));
    let mut client = during("connecting", Client::connect(adapter, options))?;
    let (user, password) = (server.user(), server.password());
    let login = ask!(client.open(), it => it.login(user, password));
    during("logging in", login)?;
    // Sends nothing while it waits, because each command would make the server count the idle time
    // from zero.
    let begin = Instant::now();
    wait_for_the_end(&client, begin + limit)?;
    let silent = begin.elapsed();
    let error = match ask!(client.open(), it => it.noop()) {
        Ok(reply) => return Err(format!("answered after {silent:?}: {reply}").into()),
        Err(error) => error,
    };
    if error.kind() != ErrorKind::Closed {
        return Err(format!("not a closed connection: {}", chain(&error)).into());
    }
    // A second command must also report that the connection is closed.
    match ask!(client.open(), it => it.pwd()) {
        Err(error) if error.kind() == ErrorKind::Closed => Ok(()),
        other => Err(format!("the second command: {other:?}").into()),
    }
}

/// Waits until the control connection has something to read: a last reply of the server, such as
/// 421, or the end of the connection.
fn wait_for_the_end(client: &Client, deadline: Instant) -> Result<()> {
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
