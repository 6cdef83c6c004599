//! An attacker cuts the TLS data connection, in each run after one more byte of ciphertext, also
//! inside the handshake and close_notify. The server does not notice the cut (classes B5 and B6 of
//! SECURITY.md).

use std::io::{self, Read as _, Write as _};

use ftp_proto::simulator::{Setup, Simulator};
use ftp_proto::tls::TlsConfig;

use crate::face::{Behind, Client, Error, Memory, MissingCloseNotify};
use crate::support::certificates::{CA, Identity, VERSIONS};
use crate::support::files::{content, holding};
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::options::options_to;

const CONTENT: &[u8] = b"a small file, of which no byte may be missing";

/// How an attacker on the path cuts a connection: by an ordinary end or by a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Fin,
    Reset,
}

/// The direction in which bytes pass through the attacker: `Here` is to the client, and `There` is
/// to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Here,
    There,
}

/// A network with an attacker. He cuts each data connection after `left` bytes of ciphertext in the
/// direction `way`.
#[derive(Clone)]
struct Cutting {
    way: Way,
    left: usize,
    cut: Cut,
}

impl Middlebox for Cutting {
    type Passage = Self;

    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self>> {
        Ok((!is_control).then(|| self.clone()))
    }
}

impl Cutting {
    /// Returns how many of the `wanted` bytes may still pass in the direction `way`. `None` if the
    /// connection is cut.
    fn room(&self, way: Way, wanted: usize) -> Option<usize> {
        match (way == self.way, self.left) {
            (true, 0) => None,
            (true, left) => Some(wanted.min(left)),
            (false, _) => Some(wanted),
        }
    }

    fn count(&mut self, way: Way, bytes: usize) {
        if way == self.way {
            self.left -= bytes;
        }
    }
}

impl Passage for Cutting {
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        match (self.room(Way::Here, wanted), self.cut) {
            (Some(room), _) => Ok(room),
            (None, Cut::Fin) => Ok(0),
            (None, Cut::Reset) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    fn after_read(&mut self, _: &mut [u8], count: usize) -> usize {
        self.count(Way::Here, count);
        count
    }

    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        match (self.room(Way::There, wanted), self.cut) {
            (Some(room), _) => Ok(room),
            (None, Cut::Fin) => Err(io::ErrorKind::BrokenPipe.into()),
            (None, Cut::Reset) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    fn after_write(&mut self, bytes: &[u8]) {
        self.count(Way::There, bytes.len());
    }
}

/// A function that downloads a file and returns its content.
type Save = fn(&mut Client, &str) -> Result<Vec<u8>, Error>;

/// All ways to read a download. The number is the step, in bytes, from the cut of one run to the
/// cut of the next run.
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
    let file = holding(b"");
    client.download(path)?.save_to(&file, |_| {})?;
    Ok(content(&file))
}

fn logged_in(memory: &Memory, cutting: Cutting, tolerance: MissingCloseNotify) -> Client {
    let tls = TlsConfig::with_roots_pem(&CA.pem).expect("a root");
    let options = options_to("localhost")
        .with_tls(tls)
        .with_config(|config| config.with_missing_close_notify(tolerance));
    let network = Behind {
        middlebox: cutting,
        network: memory.clone(),
    };
    let mut client = Client::connect_over(network, options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    assert!(memory.server().transfers().is_empty());
    client
}

/// Repeats a download and cuts it later and later, until it succeeds. Does this with each TLS
/// version and each kind of cut, and notes the position (in bytes of ciphertext) of the first cut
/// that does no harm. Returns the sum of these positions.
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
                    way: Way::Here,
                    left: after,
                    cut,
                };
                let mut client = logged_in(&memory, cutting, tolerance);
                let saved = save(&mut client, path);
                client.pwd().expect("in step");
                let Ok(saved) = saved else {
                    continue;
                };
                // If the download succeeds, it must be complete, and the server must have confirmed
                // it.
                assert_eq!(saved, whole, "{version:?}, {cut:?} after {after}");
                let sent = memory.server().transfers()[0].bytes;
                assert_eq!(sent, whole.len(), "{version:?}, {cut:?} after {after}");
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

/// With `MissingCloseNotify::IfSizeAgrees`, a download without close_notify may succeed, but only
/// if as many bytes have arrived as the server announced.
#[test]
fn b5_downloads_cut_everywhere_with_a_tolerant_option() {
    for (path, whole) in [("/small", CONTENT), ("/empty", b"")] {
        let places = downloads(path, whole, MissingCloseNotify::IfSizeAgrees, (at_once, 3));
        assert!(places > 400, "{path}: {places} places are too few");
    }
}

/// The attacker cuts an upload, and the server stores only the bytes before the cut. If any byte is
/// lost, the client must not report success.
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
                        way: Way::There,
                        left: after,
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
                        "{version:?}, {cut:?} after {after}: half, or all"
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
        let file = holding(content);
        return upload.send_from(&file, |_| {}).map(|_| ());
    }
    upload.write_all(content)?;
    upload.finish().map(|_| ())
}
