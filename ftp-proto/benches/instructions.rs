//! Small programs whose CPU instructions `cargo xtask counts` counts. The arguments are the name of
//! a case and a number of rounds.
//!
//! Without arguments, as with `cargo bench`, every case runs once, which shows that all cases work.

use std::env;
use std::hint::black_box;

use ftp_proto::flows::{Credentials, Finish, Greeting, Login, Open};
use ftp_proto::listing::{Dialect, Line, Parser};
use ftp_proto::reply::{extended_passive, features, passive};
use ftp_proto::wire::{Command, Reply, ReplyDecoder, Telnet, Verb};
use ftp_proto::{Config, DataEnd, Error, Flow, Session, Step, Wait, Want};

#[cfg(feature = "ring")]
#[path = "instructions/handshakes.rs"]
mod handshakes;

/// The reply to FEAT that ProFTPD sends with its modules loaded.
const FEAT: &[u8] = b"211-Features:\r\n AUTH TLS\r\n CCC\r\n CLNT\r\n CSID\r\n EPRT\r\n EPSV\r\n \
    HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512\r\n HOST\r\n LANG en-US.UTF-8*;de-DE.UTF-8\r\n MDTM\r\n \
    MFF modify;UNIX.group;UNIX.mode;\r\n MFMT\r\n MLST modify*;perm*;size*;type*;unique*;\
    UNIX.group*;UNIX.mode*;UNIX.owner*;\r\n PBSZ\r\n PROT\r\n RANG STREAM\r\n REST STREAM\r\n \
    SITE COPY\r\n SITE MKDIR\r\n SITE RMDIR\r\n SITE SYMLINK\r\n SITE UTIME\r\n SIZE\r\n SSCN\r\n \
    TVFS\r\n UTF8\r\n211 End\r\n";
const PASV: &[u8] = b"227 Entering Passive Mode (127,0,0,1,233,89).\r\n";
const EPSV: &[u8] = b"229 Entering Extended Passive Mode (|||59737|)\r\n";
/// The server's replies in a session with a login and one download, in their order.
const DIALOGUE: [&[u8]; 6] = [
    b"220 Welcome\r\n",
    b"331 Password?\r\n",
    b"230 Hello\r\n",
    b"200 Binary\r\n",
    EPSV,
    b"150 Here it comes (5 bytes)\r\n226 Done\r\n",
];
const UNIX: &[u8] =
    b"-rw-r--r--    1 ada      users     1048576 Nov 26 09:30 sample-000001.fastq.gz\r\n";
const MLSD: &[u8] = b"modify=20261127093000;perm=adfrw;size=1048576;type=file;unique=801U1C5;\
    UNIX.group=100;UNIX.mode=0644;UNIX.owner=1000; sample-000001.fastq.gz\r\n";
const PATH: &str = "/pub/a directory/of some depth/a file with a name of some length.tar.gz";

/// The name of a case, and the function that runs the case. The function's argument is the number
/// of rounds.
type Case = (&'static str, fn(usize));

const CASES: &[Case] = &[
    ("decode-1000-replies", decode_replies),
    ("decode-feat", |rounds| decode(FEAT, rounds)),
    ("decode-feat-by-byte", decode_by_byte),
    ("read-feat", |rounds| read(FEAT, features, rounds)),
    ("read-227", |rounds| read(PASV, passive, rounds)),
    ("read-229", |rounds| read(EPSV, extended_passive, rounds)),
    ("encode-command", encode),
    ("login-and-download", dialogue),
    ("list-1000-of-unix", |rounds| list(UNIX, None, rounds)),
    ("list-1000-of-mlsd", |rounds| {
        list(MLSD, Some(Dialect::Mlsx), rounds);
    }),
    #[cfg(feature = "ring")]
    ("tls-handshake-full", handshakes::full),
    #[cfg(feature = "ring")]
    ("tls-handshake-resumed", handshakes::resumed),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [name, rounds] = arguments.as_slice() {
        let (_, case) = CASES.iter().find(|(case, _)| case == name).expect("a case");
        return case(rounds.parse().expect("a number of rounds"));
    }
    for (name, case) in CASES {
        case(1);
        println!("{name}");
    }
}

/// Decodes a thousand replies of one line each, all given to the decoder in one piece.
fn decode_replies(rounds: usize) {
    let replies =
        b"200 Type set to I\r\n150 Opening data connection\r\n226 Transfer complete\r\n250 OK\r\n";
    decode(&replies.repeat(250), rounds);
}

fn decode(bytes: &[u8], rounds: usize) {
    for _ in 0..rounds {
        let mut decoder = ReplyDecoder::default();
        let mut rest = black_box(bytes);
        while !rest.is_empty() {
            let decoded = decoder.decode(rest).expect("replies");
            rest = &rest[decoded.consumed..];
            black_box(decoded.reply.expect("no half of one"));
        }
    }
}

fn decode_by_byte(rounds: usize) {
    for _ in 0..rounds {
        let mut decoder = ReplyDecoder::default();
        for byte in black_box(FEAT) {
            let decoded = decoder.decode(&[*byte]).expect("a part of a reply");
            black_box(decoded.reply);
        }
    }
}

fn read<T>(bytes: &[u8], grammar: fn(&Reply) -> T, rounds: usize) {
    let reply = Reply::parse(bytes).expect("a reply");
    for _ in 0..rounds {
        black_box(grammar(black_box(&reply)));
    }
}

/// Parses a listing of a thousand equal lines that arrive in one piece. `None`: the parser finds
/// out the dialect.
fn list(line: &[u8], dialect: Option<Dialect>, rounds: usize) {
    let bytes = line.repeat(1000);
    let mut parser = Parser::new().with_now("20261127120000".parse().expect("a time"));
    if let Some(dialect) = dialect {
        parser = parser.with_dialect(dialect);
    }
    for _ in 0..rounds {
        let mut parser = parser.clone();
        let mut rest = black_box(&bytes[..]);
        while let Some(line) = parser.next_line(&mut rest) {
            let Line::Entry(entry) = line else {
                panic!("not an entry: {line:?}");
            };
            black_box((entry.name(), entry.size(), entry.modified()));
        }
    }
}

fn encode(rounds: usize) {
    let mut out = Vec::with_capacity(256);
    for _ in 0..rounds {
        out.clear();
        Verb::RETR
            .with(black_box(PATH))
            .expect("a path")
            .encode(Telnet::Doubled, &mut out);
        Command::from(Verb::PASV).encode(Telnet::Doubled, &mut out);
        black_box(&out);
    }
}

/// Runs all the core's code for a login and a small download. The server's replies come from
/// `DIALOGUE`, and no byte goes over a network.
fn dialogue(rounds: usize) {
    for _ in 0..rounds {
        let mut server = Server {
            session: Session::new(Config::default()),
            replies: DIALOGUE.iter(),
        };
        download(&mut server).expect("all goes well");
    }
}

fn download(server: &mut Server) -> Result<(), Error> {
    server.run(Greeting::new())?;
    server.run(Login::new(Credentials::new("ada", "secret")?))?;
    let transfer = server.run(Open::retrieve(black_box(PATH))?)?;
    let completion = server.run(Finish::new(transfer, 5, DataEnd::Clean))?;
    assert_eq!(completion.bytes, 5);
    Ok(())
}

struct Server {
    session: Session,
    replies: std::slice::Iter<'static, &'static [u8]>,
}

impl Server {
    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let (mut running, mut answer) = self.session.start(flow);
        loop {
            let want = match self.session.step(&mut running, answer)? {
                Step::Done(output) => return Ok(output),
                Step::Want(want) => want,
            };
            self.session.advance(self.session.outgoing().len());
            answer = match want {
                Want::Receive(want) if want.wait() == Wait::Arrived => want.timed_out(),
                Want::Receive(want) => {
                    match self.replies.next() {
                        Some(bytes) => self.session.receive(bytes),
                        None => self.session.receive_eof(),
                    }
                    want.received()
                }
                Want::Connect(want) => want.connected(),
                Want::CloseData(want) => want.closed(DataEnd::Clean),
                Want::Listen(want) => want.timed_out(),
                Want::Accept(want) => want.timed_out(),
                Want::SecureControl(want) => want.timed_out(),
                Want::ClearControl(want) => want.timed_out(),
                Want::SecureData(want) => want.timed_out(),
            };
        }
    }
}
