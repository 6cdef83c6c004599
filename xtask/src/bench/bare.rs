//! Moves the same bytes without a client, to measure what the system itself needs: a single
//! `splice` or `sendfile` loop. The peer is a thread that behaves like the server of the
//! comparison, or that server itself.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use rustix::fs::sendfile;
use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, pipe, splice};

use crate::servers::Result;

use super::client::{Url, copy_by};

/// The pipe's size in bytes. With the default, 64 KiB, it took half as much CPU again.
const PIPE: usize = 1024 * 1024;

/// The number of bytes per `sendfile` call. The kernel's own limit is a little below 2 GiB.
const ALL: usize = 1 << 30;

/// The buffer size with which vsftpd reads uploads.
const SERVER_BUFFER: usize = 64 * 1024;

/// Receives from the peer into a file.
pub(super) fn receive(address: SocketAddr, into: &Path) -> Result<()> {
    take(&TcpStream::connect(address)?, into)
}

/// Sends a file to the peer, and waits for its end.
pub(super) fn send(from: &Path, address: SocketAddr) -> Result<()> {
    let mut socket = TcpStream::connect(address)?;
    bring(from, &socket)?;
    socket.shutdown(Shutdown::Write)?;
    socket.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Receives from a server into a file, with the fewest commands and without checking the replies.
pub(super) fn receive_served(url: &Url, into: &Path) -> Result<()> {
    let mut dialogue = Dialogue::open(url)?;
    let data = dialogue.transfer("RETR", &url.path)?;
    take(&data, into)?;
    drop(data);
    dialogue.end()
}

/// Sends a file to a server in the same way.
pub(super) fn send_served(from: &Path, url: &Url) -> Result<()> {
    let mut dialogue = Dialogue::open(url)?;
    let data = dialogue.transfer("STOR", &url.path)?;
    bring(from, &data)?;
    drop(data);
    dialogue.end()
}

/// Receives until the end.
fn take(socket: &TcpStream, into: &Path) -> Result<()> {
    let file = File::create(into)?;
    let (exit, entry) = pipe()?;
    let room = fcntl_setpipe_size(&entry, PIPE).unwrap_or(PIPE);
    let flags = SpliceFlags::MOVE | SpliceFlags::MORE;
    loop {
        let mut held = splice(socket, None, &entry, None, room, flags)?;
        if held == 0 {
            return Ok(());
        }
        while held > 0 {
            held -= splice(&exit, None, &file, None, held, flags)?;
        }
    }
}

fn bring(from: &Path, socket: &TcpStream) -> io::Result<()> {
    let file = File::open(from)?;
    while sendfile(socket, &file, None, ALL)? > 0 {}
    Ok(())
}

/// A control connection that accepts every reply.
struct Dialogue {
    control: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Dialogue {
    fn open(url: &Url) -> Result<Self> {
        let address = url.address()?;
        let mut dialogue = Self {
            control: BufReader::new(TcpStream::connect(address)?),
            address,
        };
        dialogue.reply()?;
        dialogue.ask(&format!("USER {}", url.user))?;
        dialogue.ask(&format!("PASS {}", url.password))?;
        dialogue.ask("TYPE I")?;
        Ok(dialogue)
    }

    fn transfer(&mut self, verb: &str, path: &str) -> Result<TcpStream> {
        let reply = self.ask("EPSV")?;
        let port = reply.split('|').nth(3).ok_or("no port")?.parse()?;
        let data = TcpStream::connect((self.address.ip(), port))?;
        self.ask(&format!("{verb} {path}"))?;
        Ok(data)
    }

    fn end(mut self) -> Result<()> {
        self.reply()?;
        self.ask("QUIT")?;
        Ok(())
    }

    fn ask(&mut self, command: &str) -> Result<String> {
        write!(self.control.get_mut(), "{command}\r\n")?;
        self.reply()
    }

    fn reply(&mut self) -> Result<String> {
        let mut line = String::new();
        self.control.read_line(&mut line)?;
        match line.bytes().next() {
            Some(b'1'..=b'3') => Ok(line),
            _ => Err(format!("the server says {}", line.trim()).into()),
        }
    }
}

/// The peer, in a thread, so that its CPU time is not counted.
pub(super) struct FarEnd {
    address: SocketAddr,
    thread: JoinHandle<io::Result<()>>,
}

impl FarEnd {
    /// Starts a peer that sends a file, as vsftpd does.
    pub(super) fn sending(path: PathBuf) -> Result<Self> {
        Self::start(move |socket| {
            bring(&path, &socket)?;
            socket.shutdown(Shutdown::Both)
        })
    }

    /// Starts a peer that writes what arrives to a file, as vsftpd does.
    pub(super) fn receiving(path: PathBuf) -> Result<Self> {
        Self::start(move |mut socket| copy_by(SERVER_BUFFER, &mut socket, &mut File::create(path)?))
    }

    fn start(serve: impl FnOnce(TcpStream) -> io::Result<()> + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let thread = thread::spawn(move || serve(listener.accept()?.0));
        Ok(Self { address, thread })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the peer to end.
    pub(super) fn join(self) -> Result<()> {
        match self.thread.join() {
            Ok(result) => Ok(result?),
            Err(_) => Err("the far end panicked".into()),
        }
    }
}
