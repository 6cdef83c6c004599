//! The number of round trips that a session takes.

use std::io::{self, Read as _, Write as _};
use std::sync::Mutex;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};
use ftp_proto::{DataMode, Pipelining};

use crate::face::{Behind, Client, Credentials, Memory, Options, Pool, PoolOptions, Resumption};
use crate::support::files::Room;
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::round_trips::{Line, Log};
use crate::support::tls::tls;

/// Runs a session that logs in, does `work` and quits. Returns a log that counts the session's
/// round trips.
fn trips(work: impl FnOnce(&mut Client)) -> Log {
    trips_with(Setup::new(), Options::new("localhost"), work)
}

/// Runs a session as [`trips`] does, but under TLS 1.3, with every data connection resumed.
fn trips_under_tls(work: impl FnOnce(&mut Client)) -> Log {
    let (setup, options) = under_tls(Setup::new());
    trips_with(setup, options, work)
}

/// Returns the settings of this server and of a client for TLS 1.3, with every data connection
/// resumed.
fn under_tls(setup: Setup) -> (Setup, Options) {
    let [_, ends] = tls() else {
        panic!("there are two versions");
    };
    let setup = setup.tls(ends.server.clone()).require_reuse();
    let options = Options::new("localhost")
        .with_tls(ends.client.clone())
        .with_resumption(Resumption::Required);
    (setup, options)
}

fn trips_with(setup: Setup, options: Options, work: impl FnOnce(&mut Client)) -> Log {
    let log = Log::default();
    let files = (0..4).fold(setup, |setup, number| {
        setup.file(format!("/{number}"), "small")
    });
    let network = Behind {
        middlebox: log.clone(),
        network: Memory::new(Simulator::new(files)),
    };
    let mut client = Client::connect_over(network, options).expect("connects");
    client.login("user", "secret").expect("logs in");
    work(&mut client);
    client.quit().expect("quits");
    log
}

fn download(client: &mut Client, path: &str) {
    let mut content = String::new();
    let mut download = client.download(path).expect("it is there");
    download.read_to_string(&mut content).expect("it comes");
    assert_eq!(content, "small");
}

#[test]
fn a_small_download_takes_nine_and_each_further_one_three() {
    let one = trips(|client| download(client, "/0"));
    assert!(one.trips() <= 9, "one download: {one}");
    let four = trips(|client| {
        for path in ["/0", "/1", "/2", "/3"] {
            download(client, path);
        }
    });
    assert!(four.trips() <= 9 + 3 * 3, "four downloads: {four}");
}

#[test]
fn a_small_upload_takes_ten_and_each_further_one_four() {
    let upload = |client: &mut Client, path: &str| {
        client.store(path, "small").expect("it is taken");
    };
    let one = trips(|client| upload(client, "/new0"));
    assert!(one.trips() <= 10, "one upload: {one}");
    let three = trips(|client| {
        for path in ["/new0", "/new1", "/new2"] {
            upload(client, path);
        }
    });
    assert!(three.trips() <= 10 + 2 * 4, "three uploads: {three}");
}

#[test]
fn a_listing_takes_as_many_as_a_download() {
    let list = |client: &mut Client| {
        let lines = client.list(None).expect("it comes");
        assert_eq!(lines.len(), 4);
    };
    let one = trips(list);
    // A listing sends TYPE A, and a download sends TYPE I. So both take the same number of round
    // trips.
    assert!(one.trips() <= 9, "one listing: {one}");
}

#[test]
fn under_tls_a_small_download_takes_fifteen_and_each_further_one_five() {
    let one = trips_under_tls(|client| download(client, "/0"));
    assert!(one.trips() <= 15, "one download: {one}");
    let four = trips_under_tls(|client| {
        for path in ["/0", "/1", "/2", "/3"] {
            download(client, path);
        }
    });
    assert!(four.trips() <= 15 + 3 * 5, "four downloads: {four}");
}

#[test]
fn under_tls_a_small_upload_takes_fifteen_and_each_further_one_five() {
    let upload = |client: &mut Client, path: &str| {
        client.store(path, "small").expect("it is taken");
    };
    let one = trips_under_tls(|client| upload(client, "/new0"));
    assert!(one.trips() <= 15, "one upload: {one}");
    let three = trips_under_tls(|client| {
        for path in ["/new0", "/new1", "/new2"] {
            upload(client, path);
        }
    });
    assert!(three.trips() <= 15 + 2 * 5, "three uploads: {three}");
}

/// The greeting of a server that is known to bear every kind of pipelining.
const KNOWN: &str = "220 (vsFTPd 3.0.5)";
const UNKNOWN: &str = "220 ready";

/// Returns the round trips of sessions with 1, 2, 3 … downloads. The first operation after the
/// login is a download.
fn pipelined<const N: usize>(banner: &str, pipelining: Pipelining, protected: bool) -> [usize; N] {
    pipelined_in(DataMode::Passive, banner, pipelining, protected)
}

fn pipelined_in<const N: usize>(
    data_mode: DataMode,
    banner: &str,
    pipelining: Pipelining,
    protected: bool,
) -> [usize; N] {
    counted_in(data_mode, banner, pipelining, protected, |client, count| {
        for number in 0..count {
            download(client, &format!("/{}", number % 4));
        }
    })
}

/// Returns the round trips of sessions that do `work` with 1, 2, 3 … files. The first operation after
/// the login is a transfer.
fn counted<const N: usize>(
    banner: &str,
    pipelining: Pipelining,
    protected: bool,
    work: impl Fn(&mut Client, usize),
) -> [usize; N] {
    counted_in(DataMode::Passive, banner, pipelining, protected, work)
}

fn counted_in<const N: usize>(
    data_mode: DataMode,
    banner: &str,
    pipelining: Pipelining,
    protected: bool,
    work: impl Fn(&mut Client, usize),
) -> [usize; N] {
    let pipelining = pipelining.with_transfer_next(true);
    core::array::from_fn(|further| {
        // The reply to QUIT comes only if the client waits for it.
        let late = Fault::on("QUIT", Action::Hold);
        let setup = Setup::new().banner(banner).fault(late);
        let (setup, options) = match protected {
            true => under_tls(setup),
            false => (setup, Options::new("localhost")),
        };
        let options = options.with_config(|config| {
            let config = config.with_data_mode(data_mode);
            config.with_pipelining(pipelining)
        });
        let log = trips_with(setup, options, |client| work(client, further + 1));
        log.trips()
    })
}

/// Nothing shows whether an unknown server bears EPSV ahead.
#[test]
fn pipelined_to_an_unknown_server() {
    let adaptive = Pipelining::default();
    assert_eq!(pipelined(UNKNOWN, adaptive, false), [8, 11, 14]);
    assert_eq!(pipelined(UNKNOWN, adaptive, true), [12, 16, 20]);
}

/// The second download is the first that asks for the next port, since one file may be all.
#[test]
fn pipelined_to_a_server_that_its_greeting_names() {
    for (banner, pipelining) in [
        (KNOWN, Pipelining::default()),
        (UNKNOWN, Pipelining::always()),
    ] {
        assert_eq!(pipelined(banner, pipelining, false), [7, 10, 12, 14]);
        assert_eq!(pipelined(banner, pipelining, true), [10, 14, 17, 20]);
    }
}

/// EPRT and RETR take one round trip, and the server's connection another one.
#[test]
fn pipelined_in_active_mode() {
    let active = |banner, pipelining, protected| {
        pipelined_in(DataMode::Active, banner, pipelining, protected)
    };
    for (banner, pipelining) in [
        (KNOWN, Pipelining::default()),
        (UNKNOWN, Pipelining::always()),
    ] {
        assert_eq!(active(banner, pipelining, false), [8, 10, 12]);
        assert_eq!(active(banner, pipelining, true), [11, 14, 17]);
    }
    let adaptive = Pipelining::default();
    assert_eq!(active(UNKNOWN, adaptive, false), [9, 12, 15]);
    assert_eq!(active(UNKNOWN, adaptive, true), [12, 16, 20]);
    let never = Pipelining::never();
    assert_eq!(active(KNOWN, never, false), [9, 12, 15]);
    assert_eq!(active(KNOWN, never, true), [14, 18, 22]);
}

/// A file of a batch knows that another one follows, so the second one already has its port.
#[test]
fn a_batch_asks_for_the_next_port_from_its_first_file_on() {
    let down = |client: &mut Client, count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("/{number}")).collect();
        let mut batch = client.download_many(&names);
        while let Some(download) = batch.next() {
            let mut content = String::new();
            let mut download = download.expect("it is there");
            download.read_to_string(&mut content).expect("it comes");
            assert_eq!(content, "small");
        }
    };
    let up = |client: &mut Client, count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("/new{number}")).collect();
        let mut batch = client.upload_many(&names);
        while let Some(upload) = batch.next() {
            let mut upload = upload.expect("it is taken");
            upload.write_all(b"small").expect("it goes");
            upload.finish().expect("it is stored");
        }
    };
    let adaptive = Pipelining::default();
    assert_eq!(counted(KNOWN, adaptive, false, down), [7, 9, 11, 13]);
    assert_eq!(counted(KNOWN, adaptive, true, down), [10, 13, 16, 19]);
    assert_eq!(counted(UNKNOWN, adaptive, false, down), [8, 11, 14]);
    assert_eq!(counted(UNKNOWN, adaptive, true, down), [12, 16, 20]);
    assert_eq!(counted(KNOWN, adaptive, false, up), [8, 11, 14, 17]);
    assert_eq!(counted(KNOWN, adaptive, true, up), [10, 13, 16, 19]);
    assert_eq!(counted(UNKNOWN, adaptive, false, up), [9, 13, 17]);
}

#[test]
fn pipelined_with_the_options_that_are_off_by_default() {
    let quit = Pipelining::default().with_quit_without_reply(true);
    assert_eq!(pipelined(KNOWN, quit, false), [6]);
    assert_eq!(pipelined(KNOWN, quit, true), [9]);
    let all = quit.with_password_with_user(true);
    assert_eq!(pipelined(KNOWN, all, false), [6]);
    assert_eq!(pipelined(KNOWN, all, true), [8]);
    assert_eq!(pipelined(UNKNOWN, all, true), [10]);
}

#[test]
fn never_pipelined_takes_as_many_as_before() {
    let never = Pipelining::never();
    assert_eq!(pipelined(KNOWN, never, false), [9, 12, 15]);
    assert_eq!(pipelined(KNOWN, never, true), [15, 20, 25]);
}

/// A server that lists by MLSD, or only by LIST as vsftpd does.
#[derive(Clone, Copy)]
enum Lists {
    Facts,
    Lines,
}

/// Returns the round trips of sessions that do `work` with 1, 2, 3 … whole files. The server has them
/// in `/few`, and the client in `up`.
fn whole<const N: usize>(
    banner: &str,
    lists: Lists,
    work: impl Fn(Client, usize, &Room),
) -> [usize; N] {
    core::array::from_fn(|further| {
        let log = Log::default();
        let setup = Setup::new().banner(banner);
        let setup = match lists {
            Lists::Facts => setup,
            Lists::Lines => setup.without("MLSD").without("MLST"),
        };
        let room = Room::new();
        std::fs::create_dir(room.path("up")).expect("a new directory");
        let setup = (0..=further).fold(setup, |setup, number| {
            room.write(&format!("up/{number}"), b"small");
            setup.file(format!("/few/{number}"), "small")
        });
        let network = Behind {
            middlebox: log.clone(),
            network: Memory::new(Simulator::new(setup.fault(Fault::on("QUIT", Action::Hold)))),
        };
        let credentials = Credentials::new("user", "secret").expect("credentials");
        let options = Options::new("localhost").with_credentials(credentials);
        let client = Client::connect_over(network, options).expect("connects");
        work(client, further + 1, &room);
        log.trips()
    })
}

/// Makes a pool that has this client as its only session.
fn pool_of(client: Client) -> Pool {
    let client = Mutex::new(Some(client));
    let take = move || {
        Ok(client
            .lock()
            .expect("no panic")
            .take()
            .expect("one session"))
    };
    Pool::over(take, PoolOptions::new(1))
}

fn download_tree(mut client: Client, count: usize, room: &Room) {
    let report = client.download_tree("/few", room.path("down"));
    assert_eq!(report.expect("planned").created, count as u64);
    client.quit().expect("quits");
}

fn upload_tree(mut client: Client, count: usize, room: &Room) {
    let report = client.upload_tree(room.path("up"), "/new");
    assert_eq!(report.expect("planned").created, count as u64);
    client.quit().expect("quits");
}

fn get_files(client: Client, count: usize, room: &Room) {
    let files = (0..count).map(|it| (format!("/few/{it}"), room.path(&it.to_string())));
    let report = pool_of(client).get_files(files);
    assert_eq!(report.created, count as u64, "{report}");
}

fn put_files(client: Client, count: usize, room: &Room) {
    let files = (0..count).map(|it| (room.path(&format!("up/{it}")), format!("/new{it}")));
    let report = pool_of(client).put_files(files);
    assert_eq!(report.created, count as u64, "{report}");
}

/// A listing by MLSD has told the size and the time of each file. After a LIST, and for a list of
/// files, 16 of them are asked about together: that is one round trip more for all four.
#[test]
fn a_further_whole_file_takes_two_to_download_from_a_known_server() {
    let known = |lists| whole(KNOWN, lists, download_tree);
    assert_eq!(known(Lists::Facts), [13, 15, 17, 19]);
    assert_eq!(known(Lists::Lines), [14, 16, 18, 20]);
    let known = |lists| whole(KNOWN, lists, get_files);
    assert_eq!(known(Lists::Facts), [9, 11, 13, 15]);
    assert_eq!(known(Lists::Lines), [9, 11, 13, 15]);
}

#[test]
fn a_further_whole_file_takes_three_to_five_to_download_from_an_unknown_server() {
    let unknown = |lists| whole(UNKNOWN, lists, download_tree);
    assert_eq!(unknown(Lists::Facts), [13, 16, 19, 22]);
    assert_eq!(unknown(Lists::Lines), [16, 21, 26, 31]);
    let unknown = |lists| whole(UNKNOWN, lists, get_files);
    assert_eq!(unknown(Lists::Facts), [9, 13, 17, 21]);
    assert_eq!(unknown(Lists::Lines), [11, 16, 21, 26]);
}

/// A new directory holds no part of an earlier upload, so nothing is asked before. The size is asked
/// for and the time is set together, and so is the name.
#[test]
fn a_further_whole_file_takes_five_or_six_to_upload_to_a_known_server() {
    let known = |lists| whole(KNOWN, lists, upload_tree);
    assert_eq!(known(Lists::Facts), [22, 27, 32, 37]);
    assert_eq!(known(Lists::Lines), [23, 28, 33, 38]);
    let known = |lists| whole(KNOWN, lists, put_files);
    assert_eq!(known(Lists::Facts), [13, 19, 25, 31]);
    assert_eq!(known(Lists::Lines), [13, 19, 25, 31]);
}

#[test]
fn a_further_whole_file_takes_eight_or_nine_to_upload_to_an_unknown_server() {
    let unknown = |lists| whole(UNKNOWN, lists, upload_tree);
    assert_eq!(unknown(Lists::Facts), [23, 31, 39, 47]);
    assert_eq!(unknown(Lists::Lines), [24, 32, 40, 48]);
    let unknown = |lists| whole(UNKNOWN, lists, put_files);
    assert_eq!(unknown(Lists::Facts), [14, 23, 32, 41]);
    assert_eq!(unknown(Lists::Lines), [15, 24, 33, 42]);
}

/// Beside the login, FEAT is the only other round trip.
#[test]
fn sixteen_paths_take_one_round_trip_at_a_known_server() {
    let trips = |banner, paths: usize| {
        let work = |mut client: Client, _, _: &Room| {
            client.features().expect("it answers");
            let found = client.inspect_many(vec!["/few/0"; paths]);
            let found = found.expect("they are there");
            assert!(found.iter().all(|it| it.size() == Some(5)), "{found:?}");
            client.quit().expect("quits");
        };
        let [trips] = whole(banner, Lists::Lines, work);
        trips
    };
    let without = trips(KNOWN, 0);
    assert_eq!(trips(KNOWN, 1), without + 1);
    assert_eq!(trips(KNOWN, 16), without + 1);
    assert_eq!(trips(KNOWN, 17), without + 2);
    let without = trips(UNKNOWN, 0);
    // TYPE I, and then SIZE and MDTM for each path.
    assert_eq!(trips(UNKNOWN, 16), without + 33);
}

impl Middlebox for Log {
    type Passage = Logged;

    fn dial(&mut self, _: bool) -> io::Result<Option<Logged>> {
        Ok(Some(Logged {
            line: self.connection(),
            at_end: false,
        }))
    }

    fn accept(&mut self) -> Option<Logged> {
        Some(Logged {
            line: self.accepted(),
            at_end: false,
        })
    }
}

/// One connection. The log records the bytes that pass through it.
pub(crate) struct Logged {
    line: Line,
    at_end: bool,
}

impl Passage for Logged {
    fn made(&mut self) {
        self.line.made();
    }

    fn after_read(&mut self, buffer: &mut [u8], count: usize) -> usize {
        self.at_end |= count == 0;
        self.line.received(&buffer[..count]);
        count
    }

    fn after_write(&mut self, bytes: &[u8]) {
        self.line.sent(bytes);
    }

    fn before_half_close(&mut self) -> io::Result<()> {
        self.line.ended();
        Ok(())
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.line.closed(self.at_end);
    }
}
