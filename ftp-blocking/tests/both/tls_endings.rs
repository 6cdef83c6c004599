//! How connections end under TLS: close_notify, half-close and the server's end on data
//! connections, and CCC on the control connection.

use std::io::{self, Read as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard};

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};
use ftp_proto::tls::TlsConfig;

use crate::face::{Behind, Client, Error, ErrorKind, Memory, Resumption};
use crate::support::certificates::{CA, Identity, VERSIONS};
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::options::options_to;

/// What the client does on a data connection. If it does the same several times in a row, one event
/// is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Wrote,
    HalfClosed,
    Read,
    Closed,
    Reset,
}

/// What an attacker on the path does to the control connection after the client has sent its next
/// command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meddling {
    /// Adds these bytes directly after the bytes that the server sends next.
    Forge(&'static [u8]),
    /// Ends the connection directly after the bytes that the server sends next.
    Fin,
}

#[derive(Clone, Default)]
struct Wiretap(Arc<Mutex<Tapped>>);

#[derive(Default)]
struct Tapped {
    events: Vec<Event>,
    /// All bytes that the client has written on the control connection.
    control: Vec<u8>,
    meddling: Option<Meddling>,
    /// Whether the client has sent a command since `meddling` was set.
    sent: bool,
    fin: bool,
    /// How many reads find nothing after the handshake of each data connection, as if the server's
    /// bytes were late.
    late: u32,
    /// How many reads of the current data connection will still find nothing, because of `late`.
    on_its_way: u32,
}

impl Wiretap {
    fn tapped(&self) -> MutexGuard<'_, Tapped> {
        self.0.lock().expect("no panic")
    }

    fn note(&self, event: Event) {
        let events = &mut self.tapped().events;
        if events.last() != Some(&event) {
            events.push(event);
        }
    }

    /// Returns the recorded events since the last call of this method.
    fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.tapped().events)
    }

    /// Returns whether this read must find nothing, because the server's bytes are late. Only a
    /// read of the data connection uses up one of the late reads.
    fn is_late(&self, is_control: bool) -> bool {
        let mut tapped = self.tapped();
        let is_late = tapped.on_its_way > 0;
        if is_late && !is_control {
            tapped.on_its_way -= 1;
        }
        is_late
    }

    fn meddle(&self, meddling: Meddling) {
        let mut tapped = self.tapped();
        (tapped.meddling, tapped.sent) = (Some(meddling), false);
    }
}

impl Middlebox for Wiretap {
    type Passage = Tap;

    fn dial(&mut self, is_control: bool) -> io::Result<Option<Tap>> {
        Ok(Some(Tap {
            tap: self.clone(),
            is_control,
            reset: false,
            writes: 0,
        }))
    }

    fn stops_the_clock(&self) -> bool {
        self.tapped().on_its_way > 0
    }
}

/// One connection of the client, whose bytes the test observes and changes.
struct Tap {
    tap: Wiretap,
    is_control: bool,
    reset: bool,
    writes: u32,
}

impl Tap {
    /// Adds the attacker's bytes to the bytes that were read from the control connection. Returns
    /// the new number of bytes in `buffer`.
    fn meddled(&self, buffer: &mut [u8], count: usize) -> usize {
        let mut tapped = self.tap.tapped();
        match tapped.meddling.filter(|_| tapped.sent) {
            Some(Meddling::Forge(forged)) => {
                buffer[count..][..forged.len()].copy_from_slice(forged);
                tapped.meddling = None;
                count + forged.len()
            }
            Some(Meddling::Fin) => {
                (tapped.meddling, tapped.fin) = (None, true);
                count
            }
            None => count,
        }
    }

    fn is_at_end(&self) -> bool {
        self.is_control && self.tap.tapped().fin
    }
}

impl Passage for Tap {
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        if self.is_at_end() {
            return Ok(0);
        }
        match self.tap.is_late(self.is_control) {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => Ok(wanted),
        }
    }

    fn after_read(&mut self, buffer: &mut [u8], count: usize) -> usize {
        if self.is_control {
            return self.meddled(buffer, count);
        }
        if count > 0 {
            self.tap.note(Event::Read);
        }
        count
    }

    fn after_write(&mut self, bytes: &[u8]) {
        if self.is_control {
            let mut tapped = self.tap.tapped();
            tapped.sent = true;
            tapped.control.extend(bytes);
        } else {
            self.tap.note(Event::Wrote);
            self.writes += 1;
            // The client's first write is its ClientHello, and its second write ends with its
            // Finished. After that, the handshake is over, and the late reads begin.
            if self.writes == 2 {
                let mut tapped = self.tap.tapped();
                tapped.on_its_way = tapped.late;
            }
        }
    }

    fn before_half_close(&mut self) -> io::Result<()> {
        self.tap.note(Event::HalfClosed);
        Ok(())
    }

    fn on_reset_on_close(&mut self, reset: bool) {
        self.reset = reset;
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        if !self.is_control {
            self.tap.tapped().on_its_way = 0;
            self.tap.note(match self.reset {
                true => Event::Reset,
                false => Event::Closed,
            });
        }
    }
}

fn greeted(setup: Setup) -> (Client, Memory, Wiretap) {
    let memory = Memory::new(Simulator::new(setup));
    let tap = Wiretap::default();
    let network = Behind {
        middlebox: tap.clone(),
        network: memory.clone(),
    };
    let tls = TlsConfig::with_roots_pem(&CA.pem).expect("a root");
    let options = options_to("localhost")
        .with_tls(tls)
        .with_resumption(Resumption::Required);
    let client = Client::connect_over(network, options).expect("greeted");
    (client, memory, tap)
}

fn logged_in(setup: Setup) -> (Client, Memory, Wiretap) {
    let (mut client, memory, tap) = greeted(setup);
    client.login("user", "secret").expect("logged in");
    (client, memory, tap)
}

fn store(client: &mut Client, content: &[u8]) -> Result<bool, Error> {
    let mut upload = client.upload("/up")?;
    upload.write_all(content)?;
    Ok(upload.finish()?.clean_close)
}

fn download(client: &mut Client, path: &str) -> Result<bool, Error> {
    let mut download = client.download(path)?;
    download.read_to_end(&mut Vec::new())?;
    Ok(download.finish()?.clean_close)
}

fn abort_upload(client: &mut Client) -> Result<(), Error> {
    let mut upload = client.upload("/half")?;
    upload.write_all(b"half")?;
    upload.flush()?;
    upload.abort().map(|_| ())
}

/// An attacker injects bytes after the reply to AUTH. The client must then send nothing more, not
/// even a ClientHello (class B1 of SECURITY.md).
#[test]
fn b1_no_byte_is_sent_after_an_injection() {
    const INJECTED: &[u8] = b"331 x\r\n230 y\r\n";
    for accepted in [true, false] {
        for cut in 0..INJECTED.len() + 60 {
            let action = match accepted {
                true => Action::After(INJECTED.to_vec()),
                false => Action::Reply([b"500 no\r\n", INJECTED].concat()),
            };
            let setup = Setup::new().fault(Fault::on("AUTH", action)).cut_at(cut);
            let setup = setup.tls(Identity::good().server(VERSIONS[1]));
            let (mut client, _, tap) = greeted(setup);
            let error = client.login("user", "secret").expect_err("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "cut at {cut}: {error}");
            client.pwd().expect_err("dead");
            assert_eq!(tap.tapped().control, b"AUTH TLS\r\n", "cut at {cut}");
        }
    }
}

/// At the end of an upload, the client sends close_notify and half-closes the connection. Only
/// after that does it wait for the server to end the connection.
#[test]
fn b5_an_upload_ends_by_close_notify_half_close_and_the_servers_end() {
    for version in VERSIONS {
        for content in [&b"content"[..], b"", &[7; 300_000]] {
            let setup = Setup::new().tls(Identity::good().server(version));
            let (mut client, memory, tap) = logged_in(setup);
            assert!(store(&mut client, content).expect("confirmed"), "clean");
            let events = tap.events();
            // The client reads the server's close_notify and closes at once, since no session
            // ticket can follow.
            let ending = [Event::Wrote, Event::HalfClosed, Event::Read, Event::Closed];
            assert!(events.ends_with(&ending), "{version:?}: {events:?}");
            assert!(memory.server().transfers()[0].close_notify);
        }
    }
}

/// If a client vanishes in the middle of an upload, the data connection must end by a reset. After
/// an ordinary end without close_notify, most servers would by default take the half upload for a
/// whole file.
#[test]
fn b5_an_upload_that_vanishes_with_its_client_is_reset() {
    for version in VERSIONS {
        let setup = Setup::new().tls(Identity::good().server(version));
        let (mut client, _, tap) = logged_in(setup);
        let mut upload = client.upload("/half").expect("opened");
        upload.write_all(b"half").expect("written");
        upload.flush().expect("sent");
        drop(upload);
        drop(client);
        assert_eq!(tap.events().last(), Some(&Event::Reset), "{version:?}");
    }
}

#[test]
fn b5_a_download_is_answered_by_close_notify() {
    for version in VERSIONS {
        for path in ["/five", "/empty"] {
            let setup = Setup::new().file("/five", "12345").file("/empty", "");
            let setup = setup.tls(Identity::good().server(version));
            let (mut client, memory, tap) = logged_in(setup);
            assert!(download(&mut client, path).expect("confirmed"), "clean");
            let events = tap.events();
            let ending = [Event::Read, Event::Wrote, Event::Closed];
            assert!(events.ends_with(&ending), "{version:?}: {events:?}");
            client.pwd().expect("in step");
            assert!(memory.server().transfers()[0].close_notify);
        }
    }
}

/// Each aborted upload uses up a session ticket. Before it closes the connection, the client waits
/// for a new ticket, so that the next data connection can resume (class B6 of SECURITY.md).
#[test]
fn b6_aborted_uploads_in_a_row_resume() {
    for version in VERSIONS {
        let setup = Setup::new().tls(Identity::good().server(version));
        let (mut client, memory, tap) = logged_in(setup.require_reuse());
        for round in 0..40 {
            abort_upload(&mut client).unwrap_or_else(|error| panic!("{round}: {error}"));
            assert_eq!(tap.events().last(), Some(&Event::Reset));
        }
        let server = memory.server();
        assert_eq!(server.transfers().len(), 40);
        assert!(server.transfers().iter().all(|t| t.resumed == Some(true)));
    }
}

/// The server's session ticket arrives late. The client must wait for it before it resets the
/// connection of the aborted upload.
#[test]
fn b6_aborted_uploads_wait_for_a_ticket_that_is_late() {
    for version in VERSIONS {
        let setup = Setup::new().tls(Identity::good().server(version));
        let (mut client, memory, tap) = logged_in(setup.require_reuse());
        tap.tapped().late = 5;
        for round in 0..40 {
            let aborted = abort_upload(&mut client);
            aborted.unwrap_or_else(|error| panic!("{round}: {error}"));
            assert_eq!(tap.events().last(), Some(&Event::Reset));
        }
        let server = memory.server();
        assert!(server.transfers().iter().all(|t| t.resumed == Some(true)));
    }
}

/// After CCC, bytes arrive directly after the server's close_notify. The server has not sent them,
/// so the client must report an injection (class B8 of SECURITY.md).
#[test]
fn b8_bytes_right_after_close_notify_are_an_injection() {
    for version in VERSIONS {
        for forged in [&b"226 forged\r\n"[..], b"2", b"\x17\x03\x03"] {
            let setup = Setup::new().tls(Identity::good().server(version));
            let (mut client, memory, tap) = logged_in(setup);
            tap.meddle(Meddling::Forge(forged));
            let error = client.clear_control().expect_err("not the server's");
            assert_eq!(error.kind(), ErrorKind::Injection, "{error}");
            client.pwd().expect_err("dead");
            assert_eq!(memory.server().commands().last(), Some(&b"CCC".to_vec()));
        }
    }
}

/// The server accepts CCC, and then the TCP connection of the control connection ends before the
/// server's close_notify has come. An attacker could have cut it. So CCC must fail, and the session
/// must be dead (class B8 of SECURITY.md).
#[test]
fn b8_an_end_without_close_notify_kills_the_session() {
    for version in VERSIONS {
        let reply = Action::Reply(b"200 ok\r\n".to_vec());
        let setup = Setup::new().fault(Fault::on("CCC", reply));
        let (mut client, _, tap) = logged_in(setup.tls(Identity::good().server(version)));
        tap.meddle(Meddling::Fin);
        let error = client.clear_control().expect_err("no close_notify");
        assert_eq!(client.pwd().expect_err("dead").kind(), error.kind());
        assert!(client.session().is_dead());
    }
}
