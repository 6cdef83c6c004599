//! Tests of the simulator, and [`Bench`], the small client that they share.

mod commands;
mod couple;
mod facts;
mod faults;
mod lines;
mod links;
mod mid_transfer;
mod sessions;
mod settings;
#[cfg(feature = "ring")]
mod tls;
#[cfg(feature = "ring")]
mod tls_control;
mod transfers;
mod world;

use std::string::String;
use std::vec::Vec;

use super::*;

/// The small client of the tests: a simulated server, and a control connection to it.
struct Bench {
    sim: Simulator,
    control: Link,
}

impl Bench {
    fn new(setup: Setup) -> Self {
        let mut sim = Simulator::new(setup);
        let control = open(sim.connect(21));
        Self { sim, control }
    }

    /// Connects to a server with these settings, logs in, and sets TYPE I.
    fn ready(setup: Setup) -> Self {
        let mut bench = Self::text_mode(setup);
        assert!(bench.cmd("TYPE I").starts_with("200 "));
        bench
    }

    /// Connects to a server with these settings and logs in. The server's initial type, TYPE A,
    /// stays in force.
    fn text_mode(setup: Setup) -> Self {
        let mut bench = Self::new(setup);
        bench.text();
        assert!(bench.cmd("USER user").starts_with("331 "));
        assert!(bench.cmd("PASS secret").starts_with("230 "));
        bench
    }

    fn with_fault(verb: &str, action: Action) -> Self {
        Self::ready(
            Setup::new()
                .file("/f", "0123456789")
                .fault(Fault::on(verb, action)),
        )
    }

    /// Reads all that the server has sent on the control connection.
    fn text(&mut self) -> String {
        let (bytes, _) = drain(&mut self.sim, self.control);
        String::from_utf8(bytes).unwrap()
    }

    /// Reads once from the control connection, and returns the bytes of this read. Empty if nothing
    /// has come.
    fn segment(&mut self) -> String {
        let mut buffer = [0; 1000];
        match self.sim.read(self.control, &mut buffer) {
            Read::Bytes(n) => String::from_utf8(buffer[..n].to_vec()).unwrap(),
            _ => String::new(),
        }
    }

    /// Sends a command line. It does not read the reply.
    fn send(&mut self, line: &str) {
        let bytes = [line.as_bytes(), b"\r\n"].concat();
        let written = self.sim.write(self.control, &bytes);
        assert_eq!(written, Write::Bytes(bytes.len()));
    }

    fn cmd(&mut self, line: &str) -> String {
        self.send(line);
        self.text()
    }

    /// Reads once from the control connection. Returns `Eof` if the server has closed the
    /// connection, `Reset` if it has reset the connection, and `Empty` if it is still open. The
    /// test must read all replies before this call.
    fn end(&mut self) -> Read {
        self.sim.read(self.control, &mut [0; 1])
    }

    fn epsv(&mut self) -> u16 {
        let reply = self.cmd("EPSV");
        let port = reply.split('|').nth(3).expect("a port");
        port.parse().unwrap()
    }

    fn passive(&mut self) -> Link {
        let port = self.epsv();
        open(self.sim.connect(port))
    }

    /// Makes a passive data connection and sends this transfer command. Returns the connection and
    /// the replies so far.
    fn start(&mut self, line: &str) -> (Link, String) {
        let link = self.passive();
        let text = self.cmd(line);
        (link, text)
    }

    fn drain(&mut self, link: Link) -> (Vec<u8>, Read) {
        drain(&mut self.sim, link)
    }
}

#[track_caller]
fn open(connected: Connected) -> Link {
    match connected {
        Connected::Open(link) => link,
        other => panic!("{other:?}"),
    }
}

/// Reads until nothing more comes. Returns the bytes, and the result of the last read: `Empty`,
/// `Eof` or `Reset`.
fn drain(sim: &mut Simulator, link: Link) -> (Vec<u8>, Read) {
    let mut all = Vec::new();
    let mut buffer = [0; 1000];
    loop {
        match sim.read(link, &mut buffer) {
            Read::Bytes(n) => all.extend_from_slice(&buffer[..n]),
            end => return (all, end),
        }
    }
}

const OPENING: &str = "150 Opening BINARY mode data connection (10 bytes).\r\n";
const COMPLETE: &str = "226 Transfer complete.\r\n";
const ABORTED: &str = "426 Connection closed; transfer aborted.\r\n";
