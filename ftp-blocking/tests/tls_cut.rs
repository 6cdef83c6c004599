//! Data connections under TLS that are cut at every single byte of ciphertext, those of the
//! handshake and of close_notify among them, while the server goes on as if nothing were: classes
//! B5 and B6.

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/files.rs"]
#[allow(dead_code, reason = "made for other tests, too")]
mod files;

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Instant;

use certificates::{CA, Identity, VERSIONS};
use ftp_blocking::transport::{Dialled, Network, Stream, Target};
use ftp_blocking::{Client, Error, Memory, MissingCloseNotify, Options};
use ftp_proto::simulator::{Setup, Simulator};
use ftp_proto::tls::TlsConfig;

const CONTENT: &[u8] = b"a small file, of which no byte may be missing";

/// How somebody on the path cuts a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Fin,
    Reset,
}

/// Which bytes of data connections are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Here,
    There,
}

/// A network whose data connections are cut behind so many bytes of ciphertext.
struct Cutting {
    memory: Memory,
    way: Way,
    after: usize,
    cut: Cut,
}

struct CutStream {
    stream: Box<dyn Stream>,
    way: Way,
    left: usize,
    cut: Cut,
}

impl Network for Cutting {
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        let is_control = matches!(target, Target::Server { .. });
        Ok(match self.memory.dial(target, deadline)? {
            Dialled::Connected(stream) if !is_control => Dialled::Connected(Box::new(CutStream {
                stream,
                way: self.way,
                left: self.after,
                cut: self.cut,
            })),
            dialled => dialled,
        })
    }

    fn now(&self) -> Instant {
        self.memory.now()
    }
}

impl CutStream {
    /// Room for what still gets through; an error or the end once nothing does.
    fn room(&self, way: Way, wanted: usize) -> Option<usize> {
        match (way == self.way, self.left) {
            (true, 0) => None,
            (true, left) => Some(wanted.min(left)),
            (false, _) => Some(wanted),
        }
    }

    fn count(&mut self, way: Way, bytes: usize) -> usize {
        if way == self.way {
            self.left -= bytes;
        }
        bytes
    }
}

impl Stream for CutStream {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        match (self.room(Way::Here, buffer.len()), self.cut) {
            (Some(room), _) => {
                let bytes = self.stream.read(&mut buffer[..room], deadline)?;
                Ok(self.count(Way::Here, bytes))
            }
            (None, Cut::Fin) => Ok(0),
            (None, Cut::Reset) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        match (self.room(Way::There, buffer.len()), self.cut) {
            (Some(room), _) => {
                let bytes = self.stream.write(&buffer[..room], deadline)?;
                Ok(self.count(Way::There, bytes))
            }
            (None, Cut::Fin) => Err(io::ErrorKind::BrokenPipe.into()),
            (None, Cut::Reset) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.stream.shutdown()
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.stream.reset_on_close(reset);
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.stream.peer_address()
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.stream.local_address()
    }
}

/// A way to read a download.
type Save = fn(&mut Client, &str) -> Result<Vec<u8>, Error>;

/// All of them, and how many bytes there are from cut to cut.
const WAYS: [(Save, usize); 3] = [(at_once, 1), (in_small_pieces, 5), (to_a_file, 7)];

fn at_once(client: &mut Client, path: &str) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0; 64 * 1024];
    let mut content = Vec::new();
    let mut download = client.download(path)?;
    loop {
        match download.read(&mut buffer)? {
            0 => return Ok(content),
            count => content.extend(&buffer[..count]),
        }
    }
}

fn in_small_pieces(client: &mut Client, path: &str) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    client.download(path)?.read_to_end(&mut content)?;
    Ok(content)
}

fn to_a_file(client: &mut Client, path: &str) -> Result<Vec<u8>, Error> {
    let file = files::holding(b"");
    client.download(path)?.save_to(&file, |_| {})?;
    Ok(files::content(&file))
}

fn logged_in(memory: &Memory, cutting: Cutting, tolerance: MissingCloseNotify) -> Client {
    let tls = TlsConfig::with_roots_pem(&CA.pem).expect("a root");
    let options = Options::new("localhost")
        .with_tls(tls)
        .with_config(|config| config.with_missing_close_notify(tolerance));
    let mut client = Client::connect_over(cutting, options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    assert!(memory.server().transfers().is_empty());
    client
}

/// Yields how many places there were.
fn downloads(
    path: &str,
    whole: &[u8],
    tolerance: MissingCloseNotify,
    (save, step): (Save, usize),
) -> usize {
    let mut places = 0;
    for version in VERSIONS {
        for cut in [Cut::Fin, Cut::Reset] {
            for after in (0..).step_by(step) {
                let setup = Setup::new().file("/small", CONTENT).file("/empty", "");
                let setup = setup.tls(Identity::good().server(version));
                let memory = Memory::new(Simulator::new(setup));
                let cutting = Cutting {
                    memory: memory.clone(),
                    way: Way::Here,
                    after,
                    cut,
                };
                let mut client = logged_in(&memory, cutting, tolerance);
                let saved = save(&mut client, path);
                client.pwd().expect("in step");
                let Ok(saved) = saved else {
                    continue;
                };
                // All is here, and so is the server's word that it is all.
                assert_eq!(saved, whole, "{version:?}, {cut:?} behind {after}");
                let sent = memory.server().transfers()[0].bytes;
                assert_eq!(sent, whole.len(), "{version:?}, {cut:?} behind {after}");
                let strict = tolerance == MissingCloseNotify::Refused;
                assert!(after > 0 && (strict || cut == Cut::Fin || after > whole.len()));
                places += after;
                break;
            }
        }
    }
    places
}

#[test]
fn b5_downloads_cut_at_every_byte_of_ciphertext() {
    for save in WAYS {
        for (path, whole) in [("/small", CONTENT), ("/empty", b"")] {
            let places = downloads(path, whole, MissingCloseNotify::Refused, save);
            assert!(places > 600, "{path}: {places} places are too few");
        }
    }
}

/// The size vouches for the content, and for nothing less.
#[test]
fn b5_downloads_cut_everywhere_in_spite_of_tolerance() {
    for (path, whole) in [("/small", CONTENT), ("/empty", b"")] {
        let places = downloads(path, whole, MissingCloseNotify::IfSizeAgrees, (at_once, 3));
        assert!(places > 400, "{path}: {places} places are too few");
    }
}

/// The server reads that much and then nothing: no byte is lost without an error.
#[test]
fn b5_uploads_cut_at_every_byte_of_ciphertext() {
    for version in VERSIONS {
        for (content, step) in [(CONTENT, 1), (b"", 4)] {
            for cut in [Cut::Fin, Cut::Reset] {
                let mut places = 0;
                for after in (0..).step_by(step) {
                    let setup = Setup::new().tls(Identity::good().server(version));
                    let memory = Memory::new(Simulator::new(setup));
                    let cutting = Cutting {
                        memory: memory.clone(),
                        way: Way::There,
                        after,
                        cut,
                    };
                    let mut client = logged_in(&memory, cutting, MissingCloseNotify::Refused);
                    let stored = store(&mut client, content, after % 2 == 0);
                    client.pwd().expect("in step");
                    if stored.is_ok() {
                        assert_eq!(memory.server().file("/up"), Some(content));
                        places = after;
                        break;
                    }
                    let complete = memory.server().transfers().iter().any(|t| t.complete);
                    assert!(
                        !complete,
                        "{version:?}, {cut:?} behind {after}: half, or all"
                    );
                }
                assert!(places > 150, "{places} places are too few");
            }
        }
    }
}

fn store(client: &mut Client, content: &[u8], from_file: bool) -> Result<(), Error> {
    let mut upload = client.upload("/up")?;
    if from_file {
        let file = files::holding(content);
        return upload.send_from(&file, |_| {}).map(|_| ());
    }
    upload.write_all(content)?;
    upload.finish().map(|_| ())
}
