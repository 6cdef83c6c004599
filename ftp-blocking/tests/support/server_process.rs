//! A small server in a separate process, for the tests of both adapters. So a test can measure the
//! memory of the client alone.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::{env, io, process, thread};

use ftp_proto::tls::rustls;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// If this environment variable is set, the test program runs the server instead of the test.
const ROLE: &str = "FTP_TEST_SERVER";

/// The address of the server. Other tests and jobs try ports of 127.0.0.1 until their servers
/// answer. If the system had given such a port to a data connection, the try would take its place.
pub(crate) const HOST: &str = match cfg!(target_os = "linux") {
    true => "127.0.0.9",
    false => "127.0.0.1",
};

/// The size of each file on the server, in bytes.
pub(crate) const FILE: usize = 300 * 1024;

/// The size of the files whose names begin with `small`, in bytes.
pub(crate) const SMALL_FILE: usize = 1024;

/// The stack of a session's thread, in bytes. A session needs little of it, and there may be
/// thousands.
const STACK: usize = 512 * 1024;

/// The number of lines in the server's listing.
pub(crate) const LISTING: usize = 500;

/// ProFTPD's reply to FEAT with its modules loaded. Of the common servers, ProFTPD sends the
/// longest reply.
const FEATURES: &str = "211-Features:\r\n AUTH TLS\r\n CCC\r\n CLNT\r\n CSID\r\n EPRT\r\n EPSV\r\n \
    HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512\r\n HOST\r\n LANG en-US.UTF-8*;de-DE.UTF-8;fr-FR.UTF-8\r\n \
    MDTM\r\n MFF modify;UNIX.group;UNIX.mode;\r\n MFMT\r\n MLST modify*;perm*;size*;type*;unique*;\
    UNIX.group*;UNIX.groupname*;UNIX.mode*;UNIX.owner*;UNIX.ownername*;\r\n PBSZ\r\n PROT\r\n \
    RANG STREAM\r\n REST STREAM\r\n SITE COPY\r\n SITE MKDIR\r\n SITE RMDIR\r\n SITE SYMLINK\r\n \
    SITE UTIME\r\n SIZE\r\n SSCN\r\n TVFS\r\n UTF8\r\n XCRC\r\n XMD5\r\n XSHA256\r\n211 End\r\n";

/// A server that runs in a second process. The server stops when this value is dropped.
pub(crate) struct ServerProcess {
    child: Child,
    port: u16,
    certificate: String,
}

impl ServerProcess {
    /// Starts this test program a second time, with `ROLE` set. The only test of the program then
    /// runs the server.
    pub(crate) fn start() -> io::Result<Self> {
        Self::start_by("--nocapture")
    }

    /// Starts this program with another argument, which must lead it to [`serve_if_asked`].
    pub(crate) fn start_by(argument: &str) -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg(argument)
            .env(ROLE, "")
            // The server stops when it reads the end of this pipe. The system closes the pipe even
            // if this process is killed.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let (mut line, mut certificate) = (String::new(), String::new());
        if let Some(said) = child.stderr.take() {
            let mut said = BufReader::new(said);
            said.read_line(&mut line)?;
            while !certificate.contains("-----END") && said.read_line(&mut certificate)? > 0 {}
        }
        let port = line.trim().parse();
        Ok(Self {
            child,
            port: port.map_err(io::Error::other)?,
            certificate,
        })
    }

    /// Returns the port of the control connection, at [`HOST`].
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the server's self-signed certificate for [`HOST`], in PEM. The server shows it
    /// under TLS 1.3.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// If this process was started as the server (`ROLE` is set), runs the server and never returns.
/// Otherwise does nothing.
pub(crate) fn serve_if_asked() {
    if env::var_os(ROLE).is_none() {
        return;
    }
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]);
    let made = made.expect("a certificate");
    let tls = tls(&made);
    let listener = TcpListener::bind((HOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    eprint!("{port}\n{}", made.cert.pem());
    for control in listener.incoming() {
        let control = control.expect("a client");
        let tls = tls.clone();
        let serve = move || drop(Session::new(tls, control).and_then(Session::serve));
        let thread = thread::Builder::new().stack_size(STACK).spawn(serve);
        thread.expect("room for a thread");
    }
}

/// Creates the server's TLS configuration. Each session ticket holds the whole session, so the
/// server stores none. Most servers do it in this way.
fn tls(made: &rcgen::CertifiedKey<rcgen::KeyPair>) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider knows it")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("certificate and key belong together");
    config.ticketer = rustls::crypto::ring::Ticketer::new().expect("randomness");
    Arc::new(config)
}

struct Session {
    tls: Arc<ServerConfig>,
    control: Stream,
    data: Option<TcpListener>,
    is_protected: bool,
}

impl Session {
    fn new(tls: Arc<ServerConfig>, control: TcpStream) -> io::Result<Self> {
        control.set_nodelay(true)?;
        Ok(Self {
            tls,
            control: Stream::Clear(control),
            data: None,
            is_protected: false,
        })
    }

    fn serve(mut self) -> io::Result<()> {
        self.control.write_all(b"220 ready\r\n")?;
        while let Some(line) = self.control.line()? {
            let mut words = line.split_ascii_whitespace();
            let reply = match words.next() {
                Some("AUTH") => {
                    self.control.write_all(b"234 go on\r\n")?;
                    let control = self.control.secured(&self.tls)?;
                    self = Self { control, ..self };
                    continue;
                }
                Some("PROT") => {
                    self.is_protected = words.next() == Some("P");
                    "200 ok\r\n".to_owned()
                }
                Some("USER") => "331 go on\r\n".to_owned(),
                Some("PASS") => "230 welcome\r\n".to_owned(),
                Some("FEAT") => FEATURES.to_owned(),
                Some("PWD") => "257 \"/a/directory/of/some/length\"\r\n".to_owned(),
                Some("EPSV") => {
                    let listener = TcpListener::bind((HOST, 0))?;
                    let port = self.data.insert(listener).local_addr()?.port();
                    format!("229 Entering Extended Passive Mode (|||{port}|)\r\n")
                }
                // A client asks for it if it cannot connect to the port of EPSV.
                Some("PASV") => {
                    let listener = TcpListener::bind((HOST, 0))?;
                    let port = self.data.insert(listener).local_addr()?.port();
                    let [high, low] = port.to_be_bytes();
                    let host = HOST.replace('.', ",");
                    format!("227 Entering Passive Mode ({host},{high},{low})\r\n")
                }
                Some("LIST") => {
                    let line =
                        "-rw-r--r--   1 ftp  ftp  1024 Jan 01 12:00 a file of some length\r\n";
                    self.bring(line.repeat(LISTING).as_bytes())?
                }
                Some("RETR") => match words.next() {
                    Some(name) if name.starts_with("small") => self.bring(&[b'x'; SMALL_FILE])?,
                    _ => self.bring(&vec![b'x'; FILE])?,
                },
                Some("STOR") => self.take()?,
                _ => "200 ok\r\n".to_owned(),
            };
            self.control.write_all(reply.as_bytes())?;
        }
        Ok(())
    }

    fn bring(&mut self, content: &[u8]) -> io::Result<String> {
        let mut data = self.accept()?;
        Ok(match data.write_all(content).and_then(|()| data.end()) {
            Ok(()) => "226 Transfer complete\r\n".to_owned(),
            Err(_) => "426 Transfer aborted\r\n".to_owned(),
        })
    }

    fn take(&mut self) -> io::Result<String> {
        let mut data = self.accept()?;
        data.read_to_end(&mut Vec::new())?;
        data.end()?;
        Ok("226 Transfer complete\r\n".to_owned())
    }

    fn accept(&mut self) -> io::Result<Stream> {
        let opening = b"150 Opening BINARY mode data connection\r\n";
        self.control.write_all(opening)?;
        let listener = self.data.take().ok_or(io::ErrorKind::NotConnected)?;
        let stream = Stream::Clear(listener.accept()?.0);
        match self.is_protected {
            true => stream.secured(&self.tls),
            false => Ok(stream),
        }
    }
}

enum Stream {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn secured(self, tls: &Arc<ServerConfig>) -> io::Result<Self> {
        let Self::Clear(mut stream) = self else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let mut connection = ServerConnection::new(tls.clone()).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, stream))))
    }

    /// Reads a line from the client. `None` at the end of the connection.
    fn line(&mut self) -> io::Result<Option<String>> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while !line.ends_with(b"\n") {
            if self.read(&mut byte)? == 0 {
                return Ok(None);
            }
            line.push(byte[0]);
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }

    fn end(&mut self) -> io::Result<()> {
        if let Self::Tls(stream) = self {
            stream.conn.send_close_notify();
        }
        self.flush()
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
