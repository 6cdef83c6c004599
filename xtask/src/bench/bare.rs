//! Moves the bytes of a transfer without an FTP client, by a single loop of `splice` or `sendfile`,
//! to measure what the system itself needs. The peer is a thread that behaves like vsftpd, or
//! vsftpd itself.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use rustix::fs::sendfile;
use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, pipe, splice};

use crate::servers::Result;

use super::client::{Url, copy_by};

/// The size of the pipe for `splice`, in bytes. With the default of 64 KiB, a transfer took 1.5
/// times as much CPU time.
const PIPE: usize = 1024 * 1024;

/// How many bytes one call of `sendfile` may move. The kernel's own limit is a little below 2 GiB.
const ALL: usize = 1 << 30;

/// The size in bytes of the buffer with which vsftpd reads uploads. The peer in this file uses the
/// same size.
const SERVER_BUFFER: usize = 64 * 1024;

/// Receives a file from the peer.
pub(super) fn receive(address: SocketAddr, into: &Path) -> Result<()> {
    take(&TcpStream::connect(address)?, into)
}

/// Sends a file to the peer, and waits until the peer closes the connection.
pub(super) fn send(from: &Path, address: SocketAddr) -> Result<()> {
    let mut socket = TcpStream::connect(address)?;
    bring(from, &socket)?;
    socket.shutdown(Shutdown::Write)?;
    socket.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Downloads a file from an FTP server, with the fewest commands. Of each reply, only the first
/// digit is checked.
pub(super) fn receive_served(url: &Url, into: &Path) -> Result<()> {
    let mut dialogue = Dialogue::open(url)?;
    let data = dialogue.transfer("RETR", &url.path)?;
    take(&data, into)?;
    drop(data);
    dialogue.end()
}

/// Uploads a file to an FTP server, with the fewest commands. Of each reply, only the first digit
/// is checked.
pub(super) fn send_served(from: &Path, url: &Url) -> Result<()> {
    let mut dialogue = Dialogue::open(url)?;
    let data = dialogue.transfer("STOR", &url.path)?;
    bring(from, &data)?;
    drop(data);
    dialogue.end()
}

/// Receives bytes and writes them to a file, until the peer closes the connection.
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

/// A control connection that accepts each reply whose first digit is 1, 2 or 3.
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
        self.control
            .get_mut()
            .write_all(format!("{command}\r\n").as_bytes())?;
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

/// The peer of a transfer without FTP. The measured program is a child process, and only its CPU
/// time is counted. The peer is a thread of this process, so that its own CPU time does not count.
pub(super) struct FarEnd {
    address: SocketAddr,
    thread: JoinHandle<io::Result<()>>,
}

impl FarEnd {
    /// Starts a peer that sends a file by `sendfile`, as vsftpd does.
    pub(super) fn sending(path: PathBuf) -> Result<Self> {
        Self::start(move |socket| {
            bring(&path, &socket)?;
            socket.shutdown(Shutdown::Both)
        })
    }

    /// Starts a peer that receives bytes and writes them to a file, with a buffer as large as
    /// vsftpd's.
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

    /// Waits until the peer's thread ends, and returns the thread's error.
    pub(super) fn join(self) -> Result<()> {
        match self.thread.join() {
            Ok(result) => Ok(result?),
            Err(_) => Err("the far end panicked".into()),
        }
    }
}
