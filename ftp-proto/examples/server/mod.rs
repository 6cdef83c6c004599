//! A server for the examples, on loopback, with one file for everybody. It is no real server: it
//! knows only what a download needs. Each session has a thread.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Starts a server that sends this file for each RETR. It ends with the program.
pub(crate) fn start(file: Vec<u8>) -> io::Result<SocketAddr> {
    let listener = listen(1024)?;
    let address = listener.local_addr()?;
    let file: Arc<[u8]> = file.into();
    spawn(move || {
        loop {
            let file = file.clone();
            match listener.accept() {
                // Without a thread, the server turns the client away.
                Ok((stream, _)) => drop(spawn(move || session(stream, &file))),
                // Without a descriptor, the client waits until another one has left.
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    })?;
    Ok(address)
}

/// Listens at a free port. The standard library lets fewer clients wait at the same time.
fn listen(waiting: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    socket.listen(waiting)?;
    Ok(socket.into())
}

/// A thread with a small stack, since there may be thousands.
fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let small = thread::Builder::new().stack_size(128 * 1024);
    small.spawn(work).map(drop)
}

/// Serves one client, until it leaves or something fails.
fn session(stream: TcpStream, file: &[u8]) {
    let _ = converse(&stream, file);
}

fn converse(mut stream: &TcpStream, file: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream).lines();
    let mut passive = None;
    stream.write_all(b"220 Ready\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let reply = match line.split(' ').next().unwrap_or_default() {
            "USER" => "331 Password?\r\n".to_owned(),
            "PASS" => "230 Hello\r\n".to_owned(),
            "TYPE" => "200 Done\r\n".to_owned(),
            "EPSV" => match listen(1) {
                Ok(listener) => {
                    let port = listener.local_addr()?.port();
                    passive = Some(listener);
                    format!("229 Passive (|||{port}|)\r\n")
                }
                Err(_) => "421 Too many connections\r\n".to_owned(),
            },
            "RETR" => match passive.take() {
                Some(listener) => {
                    stream.write_all(format!("150 Here ({} bytes)\r\n", file.len()).as_bytes())?;
                    listener.accept()?.0.write_all(file)?;
                    "226 Sent\r\n".to_owned()
                }
                None => "425 No connection\r\n".to_owned(),
            },
            "QUIT" => "221 Bye\r\n".to_owned(),
            _ => "502 Not in an example\r\n".to_owned(),
        };
        stream.write_all(reply.as_bytes())?;
    }
    Ok(())
}
