//! What the system takes for the same bytes without FTP: one `splice` or `sendfile` loop, written
//! as plainly as can be, and the far ends that behave as the server of the comparison does.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use rustix::fs::sendfile;
use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, pipe, splice};

use crate::servers::Result;

/// The room of the pipe: 64 KiB, the default, were measured at half as much again.
const PIPE: usize = 1024 * 1024;

/// What one `sendfile` is asked for: the kernel caps it at a little less than 2 GiB by itself.
const ALL: usize = 1 << 30;

/// As vsftpd reads uploads.
const SERVER_BUFFER: usize = 64 * 1024;

/// From a socket to a file, until the end.
pub(super) fn receive(address: SocketAddr, into: &Path) -> Result<()> {
    let socket = TcpStream::connect(address)?;
    let file = File::create(into)?;
    let (exit, entry) = pipe()?;
    let room = fcntl_setpipe_size(&entry, PIPE).unwrap_or(PIPE);
    let flags = SpliceFlags::MOVE | SpliceFlags::MORE;
    loop {
        let mut held = splice(&socket, None, &entry, None, room, flags)?;
        if held == 0 {
            return Ok(());
        }
        while held > 0 {
            held -= splice(&exit, None, &file, None, held, flags)?;
        }
    }
}

/// From a file to a socket, until the end, which the far end confirms.
pub(super) fn send(from: &Path, address: SocketAddr) -> Result<()> {
    let mut socket = TcpStream::connect(address)?;
    let file = File::open(from)?;
    while sendfile(&socket, &file, None, ALL)? > 0 {}
    socket.shutdown(Shutdown::Write)?;
    socket.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// The other end of one of the two, in a thread, so that its CPU is nobody's.
pub(super) struct FarEnd {
    address: SocketAddr,
    thread: JoinHandle<std::io::Result<()>>,
}

impl FarEnd {
    /// Sends a file, as vsftpd does.
    pub(super) fn sending(path: PathBuf) -> Result<Self> {
        Self::start(move |socket| {
            let file = File::open(path)?;
            while sendfile(&socket, &file, None, ALL)? > 0 {}
            socket.shutdown(Shutdown::Both)
        })
    }

    /// Writes what comes to a file, as vsftpd does.
    pub(super) fn receiving(path: PathBuf) -> Result<Self> {
        Self::start(move |mut socket| {
            let mut file = File::create(path)?;
            let mut buffer = vec![0; SERVER_BUFFER];
            loop {
                match socket.read(&mut buffer)? {
                    0 => return Ok(()),
                    count => file.write_all(&buffer[..count])?,
                }
            }
        })
    }

    fn start(
        serve: impl FnOnce(TcpStream) -> std::io::Result<()> + Send + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let thread = thread::spawn(move || serve(listener.accept()?.0));
        Ok(Self { address, thread })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for its end.
    pub(super) fn join(self) -> Result<()> {
        match self.thread.join() {
            Ok(result) => Ok(result?),
            Err(_) => Err("the far end panicked".into()),
        }
    }
}
