//! A server of a few lines in a process of its own, so that an allocator that counts the client's
//! memory does not count the server's: for the tests of both adapters.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::{env, io, process, thread};

/// Says to this program that it is the server.
const ROLE: &str = "FTP_TEST_SERVER";

/// What the server sends as a file.
pub(crate) const FILE: usize = 300 * 1024;

/// What it sends as a listing: lines.
pub(crate) const LISTING: usize = 500;

/// As ProFTPD answers with its modules loaded, the longest of the common ones.
const FEATURES: &str = "211-Features:\r\n AUTH TLS\r\n CCC\r\n CLNT\r\n CSID\r\n EPRT\r\n EPSV\r\n \
    HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512\r\n HOST\r\n LANG en-US.UTF-8*;de-DE.UTF-8;fr-FR.UTF-8\r\n \
    MDTM\r\n MFF modify;UNIX.group;UNIX.mode;\r\n MFMT\r\n MLST modify*;perm*;size*;type*;unique*;\
    UNIX.group*;UNIX.groupname*;UNIX.mode*;UNIX.owner*;UNIX.ownername*;\r\n PBSZ\r\n PROT\r\n \
    RANG STREAM\r\n REST STREAM\r\n SITE COPY\r\n SITE MKDIR\r\n SITE RMDIR\r\n SITE SYMLINK\r\n \
    SITE UTIME\r\n SIZE\r\n SSCN\r\n TVFS\r\n UTF8\r\n XCRC\r\n XMD5\r\n XSHA256\r\n211 End\r\n";

/// A running server; dropping it stops it.
pub(crate) struct Elsewhere {
    child: Child,
    port: u16,
}

impl Elsewhere {
    /// Starts this program a second time, with its one test as the server.
    pub(crate) fn start() -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg("--nocapture")
            .env(ROLE, "")
            // It stops when this one is gone, for whatever reason.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(said) = child.stderr.take() {
            BufReader::new(said).read_line(&mut line)?;
        }
        let port = line.trim().parse();
        Ok(Self {
            child,
            port: port.map_err(io::Error::other)?,
        })
    }

    /// The port of the control connection, at 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves and does not return, in the process that was started as the server.
pub(crate) fn serve_if_asked() {
    if env::var_os(ROLE).is_none() {
        return;
    }
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    eprintln!("{port}");
    for control in listener.incoming() {
        let control = control.expect("a client");
        thread::spawn(|| drop(session(control)));
    }
}

fn session(mut control: TcpStream) -> io::Result<()> {
    control.set_nodelay(true)?;
    let mut lines = BufReader::new(control.try_clone()?);
    let mut data: Option<TcpListener> = None;
    control.write_all(b"220 ready\r\n")?;
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let reply = match line.split_ascii_whitespace().next() {
            Some("USER") => "331 go on\r\n".to_owned(),
            Some("PASS") => "230 welcome\r\n".to_owned(),
            Some("FEAT") => FEATURES.to_owned(),
            Some("PWD") => "257 \"/a/directory/of/some/length\"\r\n".to_owned(),
            Some("EPSV") => {
                let listener = data.insert(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?);
                let port = listener.local_addr()?.port();
                format!("229 Entering Extended Passive Mode (|||{port}|)\r\n")
            }
            Some("LIST") => {
                let line = "-rw-r--r--   1 ftp  ftp  1024 Jan 01 12:00 a file of some length\r\n";
                bring(&mut control, &mut data, line.repeat(LISTING).as_bytes())?
            }
            Some("RETR") => bring(&mut control, &mut data, &vec![b'x'; FILE])?,
            Some("STOR") => take(&mut control, &mut data)?,
            _ => "200 ok\r\n".to_owned(),
        };
        control.write_all(reply.as_bytes())?;
        line.clear();
    }
    Ok(())
}

fn bring(
    control: &mut TcpStream,
    data: &mut Option<TcpListener>,
    content: &[u8],
) -> io::Result<String> {
    accept(control, data)?.write_all(content)?;
    Ok("226 Transfer complete\r\n".to_owned())
}

fn take(control: &mut TcpStream, data: &mut Option<TcpListener>) -> io::Result<String> {
    accept(control, data)?.read_to_end(&mut Vec::new())?;
    Ok("226 Transfer complete\r\n".to_owned())
}

fn accept(control: &mut TcpStream, data: &mut Option<TcpListener>) -> io::Result<TcpStream> {
    control.write_all(b"150 Opening BINARY mode data connection\r\n")?;
    let listener = data.take().ok_or(io::ErrorKind::NotConnected)?;
    Ok(listener.accept()?.0)
}
