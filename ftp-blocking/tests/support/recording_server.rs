//! A small server that records the addresses of the client: those that connections come from, and
//! those in its EPRT commands.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A server for one session, in passive or active mode. It replies 425 to RETR of the file
/// `refused`, and 150 and nothing else to RETR of `silent`. Any other file contains its own name.
/// The server throws the content of uploads away.
pub(crate) struct RecordingServer {
    address: SocketAddr,
    notes: Receiver<Note>,
    thread: JoinHandle<io::Result<()>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// The client's control connection came from this address.
    Control(SocketAddr),
    /// The client sent an EPRT command with this address.
    Eprt(SocketAddr),
    /// In passive mode, the client's data connection came from this address.
    Data(SocketAddr),
}

impl RecordingServer {
    /// Starts a server that listens at this IP address. `None` if the machine does not have the
    /// address.
    pub(crate) fn at(ip: impl Into<IpAddr>) -> Option<Self> {
        let listener = TcpListener::bind((ip.into(), 0)).ok()?;
        let address = listener.local_addr().ok()?;
        let (noted, notes) = channel();
        let thread = thread::spawn(move || serve(&listener, &noted));
        Some(Self {
            address,
            notes,
            thread,
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for the server's next note, and returns it. The note holds an address, and says where
    /// the server has seen the address.
    #[track_caller]
    pub(crate) fn note(&self) -> Note {
        let note = self.notes.recv_timeout(Duration::from_secs(20));
        note.expect("something happened")
    }

    /// Waits for the next EPRT command, and returns the address in it.
    #[track_caller]
    pub(crate) fn next_eprt(&self) -> SocketAddr {
        loop {
            if let Note::Eprt(address) = self.note() {
                return address;
            }
        }
    }

    /// Waits until the session is over and all connections are closed.
    pub(crate) fn join(self) {
        // If the client has cut the connection, the server's thread returns an error. The tests do
        // not mind that.
        let _ = self.thread.join().expect("no panic");
    }
}

fn serve(listener: &TcpListener, noted: &Sender<Note>) -> io::Result<()> {
    let (mut control, peer) = listener.accept()?;
    let note = |note| noted.send(note).map_err(io::Error::other);
    note(Note::Control(peer))?;
    let mut lines = BufReader::new(control.try_clone()?);
    let mut say = |text: &str| control.write_all(format!("{text}\r\n").as_bytes());
    say("220 ready")?;
    let (mut passive, mut active) = (None, None);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let command = line.trim_end();
        let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
        match verb {
            "EPSV" => {
                let data = TcpListener::bind((listener.local_addr()?.ip(), 0))?;
                say(&format!("229 (|||{}|)", data.local_addr()?.port()))?;
                passive = Some(data);
            }
            "EPRT" => {
                let address = eprt_address(argument).ok_or(io::ErrorKind::InvalidData)?;
                note(Note::Eprt(address))?;
                // The server takes only the port from EPRT, and connects to the address that the
                // control connection came from. So a test may announce another address, as behind a
                // NAT.
                active = Some(SocketAddr::new(peer.ip(), address.port()));
                say("200 ok")?;
            }
            "RETR" if argument == "refused" => say("425 no way")?,
            "RETR" if argument == "silent" => say("150 here it comes")?,
            "RETR" | "STOR" => {
                say("150 here it comes")?;
                let mut data = match (passive.take(), active.take()) {
                    (Some(passive), _) => {
                        let (data, from) = passive.accept()?;
                        note(Note::Data(from))?;
                        data
                    }
                    (None, Some(address)) => TcpStream::connect(address)?,
                    (None, None) => return Err(io::ErrorKind::NotConnected.into()),
                };
                if verb == "STOR" {
                    io::copy(&mut data, &mut io::sink())?;
                } else {
                    data.write_all(argument.as_bytes())?;
                }
                drop(data);
                say("226 done")?;
            }
            "QUIT" => say("221 bye")?,
            "ABOR" => say("226 nothing to abort")?,
            "PWD" => say("257 \"/\"")?,
            _ => say("200 ok")?,
        }
        line.clear();
    }
    Ok(())
}

fn eprt_address(argument: &str) -> Option<SocketAddr> {
    let mut parts = argument.split('|').skip(2);
    let address: IpAddr = parts.next()?.parse().ok()?;
    Some(SocketAddr::new(address, parts.next()?.parse().ok()?))
}
