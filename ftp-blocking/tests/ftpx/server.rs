//! A small FTP server on 127.0.0.1, whose files are in a directory of this machine.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::UNIX_EPOCH;

use ftp_blocking::Timestamp;
use ftp_blocking::tls::rustls;
use rustls::pki_types::PrivateKeyDer;
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

use super::program::Place;

/// A server, its files, and what it was told.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) files: Place,
    told: Arc<Mutex<Vec<String>>>,
    /// Gets a message when the server stalls, and when a program ends.
    events: Receiver<Event>,
    sender: Sender<Event>,
    certificate: String,
}

/// What a test waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// The server stalls.
    Stalls,
    /// The program with this process ID has ended.
    Ended(u32),
}

/// How a server differs from a good one.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    /// Fixed replies, by verb. An empty one closes the connection.
    replies: HashMap<&'static str, &'static str>,
    /// The lines of each listing, instead of what is in the directory.
    listing: Option<&'static [u8]>,
    /// How many bytes of the first file are sent before the data connection ends.
    cut: Option<usize>,
    /// How many bytes of a file are sent before the server waits for the end of the client.
    stall: Option<usize>,
    /// How many bytes of an upload there is room for.
    room: Option<usize>,
    /// How many bytes of a file move before the server ends both connections.
    vanish: Option<usize>,
    /// Whether there is AUTH TLS.
    tls: bool,
    /// Whether the server ends the connection in the first handshake.
    ends_in_handshake: bool,
    /// Whether a data connection must resume the TLS session of the login, and gets no new ticket.
    demands_resumption: bool,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn reply(mut self, verb: &'static str, reply: &'static str) -> Self {
        self.replies.insert(verb, reply);
        self
    }

    pub(crate) fn listing(mut self, lines: &'static [u8]) -> Self {
        self.listing = Some(lines);
        self
    }

    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    pub(crate) fn stall(mut self, bytes: usize) -> Self {
        self.stall = Some(bytes);
        self
    }

    pub(crate) fn room(mut self, bytes: usize) -> Self {
        self.room = Some(bytes);
        self
    }

    pub(crate) fn vanish(mut self, bytes: usize) -> Self {
        self.vanish = Some(bytes);
        self
    }

    pub(crate) fn ends_in_handshake(mut self) -> Self {
        self.ends_in_handshake = true;
        self.tls()
    }

    /// As ProFTPD does.
    pub(crate) fn demands_resumption(mut self) -> Self {
        self.demands_resumption = true;
        self.tls()
    }

    pub(crate) fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    pub(crate) fn start(self) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let files = Place::new();
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
        let made = made.expect("a certificate");
        let tls = self.tls.then(|| tls(&made));
        let (root, heard) = (files.path().to_path_buf(), told.clone());
        let has_cut: Arc<AtomicBool> = Arc::default();
        let (sender, events) = mpsc::channel();
        let stalls = sender.clone();
        thread::spawn(move || {
            for control in listener.incoming() {
                let session = Session {
                    control: Stream::Clear(control.expect("a client")),
                    setup: self.clone(),
                    tls: tls.clone(),
                    root: root.clone(),
                    here: "/".into(),
                    told: heard.clone(),
                    data: None,
                    rest: 0,
                    from: None,
                    is_private: false,
                    has_cut: has_cut.clone(),
                    stalls: stalls.clone(),
                };
                thread::spawn(move || drop(session.serve()));
            }
        });
        Server {
            port,
            files,
            told,
            events,
            sender,
            certificate: made.cert.pem(),
        }
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Setup::new().start()
    }

    /// Returns the target of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("127.0.0.1:{}/{path}", self.port)
    }

    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}", self.at(path))
    }

    /// Returns where to say that a program has ended.
    pub(crate) fn events(&self) -> Sender<Event> {
        self.sender.clone()
    }

    /// Waits until the server stalls, which it does only while the program with this process ID runs.
    #[track_caller]
    pub(crate) fn wait_for_stall(&self, program: u32) {
        loop {
            match self.events.recv().expect("the server keeps a sender") {
                Event::Stalls => return,
                Event::Ended(id) if id == program => panic!("the program ended before the stall"),
                // A program of an earlier part of the test.
                Event::Ended(_) => {}
            }
        }
    }

    /// Returns the commands that have come.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().expect("no panic").clone()
    }

    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }
}

enum Stream {
    Clear(TcpStream),
    Secured(Box<StreamOwned<ServerConnection, TcpStream>>),
}

/// How the next data connection is made.
enum Data {
    Passive(TcpListener),
    /// The server connects to this port of this machine, whatever address it was told.
    Active(u16),
}

impl Data {
    fn open(self) -> io::Result<TcpStream> {
        match self {
            Self::Passive(listener) => Ok(listener.accept()?.0),
            Self::Active(port) => TcpStream::connect((Ipv4Addr::LOCALHOST, port)),
        }
    }
}

struct Session {
    control: Stream,
    setup: Setup,
    tls: Option<Arc<ServerConfig>>,
    root: PathBuf,
    /// The directory, from `/`.
    here: String,
    told: Arc<Mutex<Vec<String>>>,
    data: Option<Data>,
    rest: u64,
    from: Option<PathBuf>,
    is_private: bool,
    has_cut: Arc<AtomicBool>,
    stalls: Sender<Event>,
}

const FEATURES: &str = "211-Features:\r\n AUTH TLS\r\n EPSV\r\n MDTM\r\n MFMT\r\n MLST type*;size*;\
                        modify*;UNIX.mode*;\r\n REST STREAM\r\n SIZE\r\n UTF8\r\n211 End\r\n";

impl Session {
    fn serve(mut self) -> io::Result<()> {
        let greeting = self.setup.replies.get("greeting").unwrap_or(&"220 ready");
        self.say(greeting)?;
        while let Some(line) = self.line()? {
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            self.told.lock().expect("no panic").push(line.clone());
            match self.setup.replies.get(verb.as_str()).copied() {
                Some("") => return Ok(()),
                Some(reply) => self.say(reply)?,
                None if verb == "QUIT" => return self.say("221 bye"),
                None if verb == "AUTH" && self.tls.is_some() => {
                    self.say("234 go on")?;
                    if self.setup.ends_in_handshake {
                        // All of it, or the end would reset the connection.
                        let _ = self.control.read(&mut [0; 4096])?;
                        return Ok(());
                    }
                    let tls = self.tls.clone().expect("it is there");
                    self.control = self.control.secured(&tls)?;
                }
                None => match self.answer(&verb, argument) {
                    Ok(reply) => self.say(&reply)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        self.say("550 No such file.")?;
                    }
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                        self.say("426 The data connection was lost.")?;
                    }
                    Err(error) => self.say(&format!("550 {error}"))?,
                },
            }
        }
        Ok(())
    }

    fn answer(&mut self, verb: &str, argument: &str) -> io::Result<String> {
        let path = self.path(argument);
        Ok(match verb {
            "USER" => "331 password?".into(),
            "PASS" => "230 welcome".into(),
            "SYST" => "215 UNIX Type: L8".into(),
            "FEAT" => FEATURES.trim_end().into(),
            "PBSZ" | "TYPE" | "OPTS" | "NOOP" | "ALLO" => "200 ok".into(),
            "PROT" => {
                self.is_private = argument == "P";
                "200 ok".into()
            }
            "PWD" => format!("257 \"{}\"", self.here),
            "CWD" => {
                fs::read_dir(path)?;
                self.here = self.joined(argument);
                "250 ok".into()
            }
            "EPSV" => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                let port = listener.local_addr()?.port();
                self.data = Some(Data::Passive(listener));
                format!("229 (|||{port}|)")
            }
            "PASV" => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                let [high, low] = listener.local_addr()?.port().to_be_bytes();
                self.data = Some(Data::Passive(listener));
                format!("227 (127,0,0,1,{high},{low})")
            }
            "PORT" => {
                let numbers: Vec<u8> = argument.split(',').flat_map(str::parse).collect();
                let [.., high, low] = numbers[..] else {
                    return Err(io::ErrorKind::InvalidInput.into());
                };
                self.data = Some(Data::Active(u16::from_be_bytes([high, low])));
                "200 ok".into()
            }
            "EPRT" => {
                let port = argument.split('|').nth(3).unwrap_or_default();
                self.data = Some(Data::Active(port.parse().map_err(io::Error::other)?));
                "200 ok".into()
            }
            "REST" => {
                self.rest = argument.parse().map_err(io::Error::other)?;
                "350 go on".into()
            }
            "SIZE" if path.is_dir() => "550 a directory".into(),
            "SIZE" => format!("213 {}", fs::metadata(path)?.len()),
            "MDTM" if path.is_dir() => "550 a directory".into(),
            "MDTM" => format!("213 {}", modified(&path)?),
            "MLST" => format!("250-\r\n {}\r\n250 end", facts(&path, argument)?),
            "MFMT" => set_time(argument, |path| self.path(path))?,
            "DELE" => fs::remove_file(path).map(|()| "250 ok".into())?,
            "RMD" => fs::remove_dir(path).map(|()| "250 ok".into())?,
            "MKD" => fs::create_dir(path).map(|()| format!("257 \"{argument}\""))?,
            "RNFR" => {
                path.symlink_metadata()?;
                self.from = Some(path);
                "350 go on".into()
            }
            "RNTO" => match self.from.take() {
                Some(from) => fs::rename(from, path).map(|()| "250 ok".into())?,
                None => "503 RNFR first".into(),
            },
            "SITE" => chmod(argument, |path| self.path(path))?,
            "RETR" | "STOR" | "APPE" | "MLSD" | "LIST" | "NLST" => self.transfer(verb, argument)?,
            _ => "502 unknown".into(),
        })
    }

    fn transfer(&mut self, verb: &str, argument: &str) -> io::Result<String> {
        let path = self.path(argument);
        let rest = std::mem::take(&mut self.rest);
        let upload = match verb {
            "STOR" => Some(
                OpenOptions::new()
                    .create(true)
                    .truncate(true)
                    .write(true)
                    .open(&path)?,
            ),
            "APPE" => Some(OpenOptions::new().create(true).append(true).open(&path)?),
            _ => None,
        };
        let mut bytes = match (verb, self.setup.listing) {
            ("RETR", _) => {
                let mut file = File::open(&path)?;
                file.seek(SeekFrom::Start(rest))?;
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                bytes
            }
            ("MLSD" | "LIST" | "NLST", Some(lines)) => lines.to_vec(),
            ("MLSD", None) => listing(&path)?,
            ("LIST" | "NLST", None) => b"-rw-r--r-- 1 a a 5 Jan 2 2020 a.txt\r\n".to_vec(),
            _ => Vec::new(),
        };
        let data = self.data.take().ok_or(io::ErrorKind::NotConnected)?;
        self.say("150 here it comes")?;
        let mut data = Stream::Clear(data.open()?);
        if self.is_private {
            let tls = self.tls.clone().expect("PROT needs TLS");
            let mut of_data = ServerConfig::clone(&tls);
            if self.setup.demands_resumption {
                of_data.send_tls13_tickets = 0;
            }
            data = data.secured(&of_data.into())?;
            if self.setup.demands_resumption && !data.resumes()? {
                return Ok("522 TLS must resume the session of the login.".into());
            }
        }
        if let Some(mut file) = upload {
            return self.take(&mut data, &mut file);
        }
        let cut = self
            .setup
            .cut
            .filter(|cut| verb == "RETR" && *cut < bytes.len());
        let cut = cut.filter(|_| !self.has_cut.swap(true, Ordering::Relaxed));
        bytes.truncate(cut.unwrap_or(bytes.len()));
        if let Some(count) = self.vanishes(verb == "RETR") {
            data.write_all(&bytes[..count])?;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if let Some(stall) = self.setup.stall.filter(|_| verb == "RETR") {
            data.write_all(&bytes[..stall])?;
            let _ = self.stalls.send(Event::Stalls);
            // The client closes, or resets.
            let _ = data.read(&mut [0]);
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        data.write_all(&bytes)?;
        data.end()?;
        match cut {
            Some(_) => Err(io::ErrorKind::ConnectionReset.into()),
            None => Ok("226 done".into()),
        }
    }

    /// Takes in a file.
    fn take(&mut self, data: &mut Stream, file: &mut File) -> io::Result<String> {
        if let Some(count) = self.vanishes(true) {
            data.read_exact(&mut vec![0; count])?;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if let Some(room) = self.setup.room {
            data.read_exact(&mut vec![0; room])?;
            return Ok("552 The disk is full.".into());
        }
        if let Some(stall) = self.setup.stall {
            data.read_exact(&mut vec![0; stall])?;
            let _ = self.stalls.send(Event::Stalls);
            // The client says something, such as ABOR, or ends.
            if let Stream::Clear(control) = &self.control {
                control.peek(&mut [0])?;
            }
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        io::copy(data, file)?;
        Ok("226 done".into())
    }

    /// Returns how many bytes move before the end. Each server vanishes once.
    fn vanishes(&self, is_transfer: bool) -> Option<usize> {
        let count = self.setup.vanish.filter(|_| is_transfer);
        count.filter(|_| !self.has_cut.swap(true, Ordering::Relaxed))
    }

    /// Returns a path from `/`, without `.` and `..`.
    fn joined(&self, argument: &str) -> String {
        let whole = match argument.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None => format!("{}/{argument}", self.here),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    fn path(&self, argument: &str) -> PathBuf {
        self.root.join(&self.joined(argument)[1..])
    }

    fn say(&mut self, reply: &str) -> io::Result<()> {
        self.control.write_all(format!("{reply}\r\n").as_bytes())
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut byte = [0];
        while self.control.read(&mut byte)? == 1 {
            match byte[0] {
                b'\n' => {
                    let text = String::from_utf8_lossy(&line);
                    return Ok(Some(text.trim_end_matches('\r').to_owned()));
                }
                byte => line.push(byte),
            }
        }
        Ok(None)
    }
}

impl Stream {
    fn secured(&self, tls: &Arc<ServerConfig>) -> io::Result<Self> {
        let Self::Clear(stream) = self else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let connection = ServerConnection::new(tls.clone()).map_err(io::Error::other)?;
        let stream = StreamOwned::new(connection, stream.try_clone()?);
        Ok(Self::Secured(Box::new(stream)))
    }

    /// Completes the handshake. Returns whether it has resumed a session.
    fn resumes(&mut self) -> io::Result<bool> {
        let Self::Secured(stream) = self else {
            return Ok(false);
        };
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(stream.conn.handshake_kind() == Some(HandshakeKind::Resumed))
    }

    /// Says that no more bytes come.
    fn end(self) -> io::Result<()> {
        match self {
            Self::Clear(_) => Ok(()),
            Self::Secured(mut stream) => {
                stream.conn.send_close_notify();
                stream.flush()
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer),
            Self::Secured(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(bytes),
            Self::Secured(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush(),
            Self::Secured(stream) => stream.flush(),
        }
    }
}

fn listing(path: &PathBuf) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let line = facts(&entry.path(), &entry.file_name().to_string_lossy())?;
        lines.extend_from_slice(format!("{line}\r\n").as_bytes());
    }
    Ok(lines)
}

fn facts(path: &PathBuf, name: &str) -> io::Result<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path)?;
    let mode = metadata.permissions().mode() & 0o7777;
    let modified = modified(path)?;
    Ok(match metadata.is_dir() {
        true => format!("type=dir;modify={modified};UNIX.mode={mode:04o}; {name}"),
        false => {
            let size = metadata.len();
            format!("type=file;size={size};modify={modified};UNIX.mode={mode:04o}; {name}")
        }
    })
}

fn modified(path: &PathBuf) -> io::Result<String> {
    let time = fs::metadata(path)?.modified()?;
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_err(io::Error::other)?
        .as_secs();
    let seconds = i64::try_from(seconds).map_err(io::Error::other)?;
    let time = Timestamp::from_unix_time(seconds, 0).map_err(io::Error::other)?;
    Ok(time.to_digits())
}

fn set_time(argument: &str, path: impl Fn(&str) -> PathBuf) -> io::Result<String> {
    let (time, name) = argument
        .split_once(' ')
        .ok_or(io::ErrorKind::InvalidInput)?;
    let stamp = Timestamp::parse(time.as_bytes()).map_err(io::Error::other)?;
    let file = OpenOptions::new().append(true).open(path(name))?;
    let time_of_file = stamp.try_into().map_err(io::Error::other)?;
    file.set_modified(time_of_file)?;
    Ok(format!("213 Modify={time}; {name}"))
}

fn chmod(argument: &str, path: impl Fn(&str) -> PathBuf) -> io::Result<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut words = argument.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some("CHMOD"), Some(mode), Some(name)) => {
            let mode = u32::from_str_radix(mode, 8).map_err(io::Error::other)?;
            fs::set_permissions(path(name), fs::Permissions::from_mode(mode))?;
            Ok("200 ok".into())
        }
        _ => Ok("504 unknown".into()),
    }
}

fn tls(made: &rcgen::CertifiedKey<rcgen::KeyPair>) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("certificate and key belong together");
    config.ticketer = rustls::crypto::ring::Ticketer::new().expect("randomness");
    Arc::new(config)
}
