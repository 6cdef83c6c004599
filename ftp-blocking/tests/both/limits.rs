//! The speed limits of transfers: the rate, and the least speed. Time is simulated.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::transport::Network as _;
use crate::face::{Cause, Client, ErrorKind, Memory, Progress, TransferLimits, TransferOptions};
use crate::support::files::{big, content, holding};
use crate::support::options::options_to;
use crate::support::tls::tls;

const SIZE: usize = 500_000;

/// The rate of these tests, in bytes per second.
const RATE: u64 = 100_000;

fn logged_in(setup: Setup, limits: TransferLimits, ends: Option<&TlsEnds>) -> (Client, Memory) {
    let setup = setup.window(40_000).file("/file", big(SIZE));
    let options = options_to("localhost").with_transfer_limits(limits);
    let (setup, options) = match ends {
        Some(ends) => (
            setup.tls(ends.server.clone()),
            options.with_tls(ends.client.clone()),
        ),
        None => (setup, options),
    };
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

/// The time of this many bytes at the rate, without the first burst.
fn assert_paced(memory: &Memory, begun: Instant, bytes: usize, what: &str) {
    let took = memory.now().duration_since(begun);
    let least = Duration::from_secs_f64((bytes as f64 - RATE as f64 / 10.0) / RATE as f64);
    let most = least + Duration::from_secs(1);
    assert!(took >= least, "{what}: {took:?}, not {least:?}");
    assert!(took <= most, "{what}: {took:?}, not {least:?}");
}

#[test]
fn every_kind_of_transfer_keeps_the_rate() {
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        let limits = TransferLimits::new().with_rate(RATE);
        let (mut client, memory) = logged_in(Setup::new(), limits, ends);

        let begun = memory.now();
        let file = holding(b"");
        let (mut last, mut longest) = (begun, Duration::ZERO);
        let download = client.download("/file").expect("opened");
        let network = memory.clone();
        let saved = download.save_to(&file, |_: Progress| {
            let now = network.now();
            longest = longest.max(now.duration_since(last));
            last = now;
        });
        assert_eq!(saved.expect("confirmed").bytes, SIZE as u64);
        assert_eq!(content(&file), big(SIZE));
        assert_paced(&memory, begun, SIZE, "saving");
        assert!(longest <= Duration::from_millis(100), "{longest:?}");

        let begun = memory.now();
        let mut all = Vec::new();
        let mut download = client.download("/file").expect("opened");
        download.read_to_end(&mut all).expect("confirmed");
        assert_eq!(all, big(SIZE));
        assert_paced(&memory, begun, SIZE, "reading");

        let begun = memory.now();
        let upload = client.upload("/sent").expect("opened");
        upload
            .send_from(holding(&big(SIZE)), |_| ())
            .expect("confirmed");
        assert_eq!(memory.server().file("/sent"), Some(&big(SIZE)[..]));
        assert_paced(&memory, begun, SIZE, "sending");

        let begun = memory.now();
        let mut upload = client.upload("/written").expect("opened");
        upload.write_all(&big(SIZE)).expect("written");
        upload.finish().expect("confirmed");
        assert_eq!(memory.server().file("/written"), Some(&big(SIZE)[..]));
        assert_paced(&memory, begun, SIZE, "writing");

        let begun = memory.now();
        let lines = b"line\n".repeat(50_000);
        let upload = client.upload_with("/text", &TransferOptions::text());
        let sent = upload.expect("opened").send_from(holding(&lines), |_| ());
        sent.expect("confirmed");
        assert_paced(&memory, begun, 300_000, "sending a text");

        let mut download = client.into_download("/file").expect("opened");
        let begun = memory.now();
        all.clear();
        download.read_to_end(&mut all).expect("confirmed");
        assert_paced(&memory, begun, SIZE, "reading with the client inside");
        download
            .finish()
            .expect("confirmed")
            .0
            .noop()
            .expect("in step");
    }
}

#[test]
fn a_listing_keeps_the_rate_too() {
    let listing = Action::Listing(b"-rw-r--r-- 1 a b 1 Jan 1 2026 name\r\n".repeat(5_000));
    let fault = Fault::on("LIST", listing);
    let limits = TransferLimits::new().with_rate(RATE);
    let (mut client, memory) = logged_in(Setup::new().fault(fault), limits, None);
    let begun = memory.now();
    assert_eq!(client.list(None).expect("a listing").len(), 5_000);
    assert_paced(&memory, begun, 5_000 * 36, "listing");
}

#[test]
fn one_transfer_can_have_other_limits() {
    let limits = TransferLimits::new().with_rate(RATE);
    let (mut client, memory) = logged_in(Setup::new(), limits, None);
    let begun = memory.now();
    let free = TransferOptions::new().with_limits(TransferLimits::new());
    let download = client.download_with("/file", &free).expect("opened");
    download.save_to(holding(b""), |_| ()).expect("confirmed");
    assert_eq!(memory.now(), begun);

    let (mut client, memory) = logged_in(Setup::new(), TransferLimits::new(), None);
    let begun = memory.now();
    let slow = TransferOptions::new().with_limits(limits);
    let download = client.download_with("/file", &slow).expect("opened");
    download.save_to(holding(b""), |_| ()).expect("confirmed");
    assert_paced(&memory, begun, SIZE, "one slow transfer");
}

#[test]
fn a_transfer_that_stalls_fails_when_its_average_is_too_low() {
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        for verb in ["RETR", "STOR"] {
            let stall = Action::At {
                after: 50_000,
                control: Vec::new(),
                then: Then::Stall,
            };
            let limits = TransferLimits::new().with_low_speed(1000, Duration::from_secs(10));
            let setup = Setup::new().fault(Fault::nth(verb, 0, stall));
            let (mut client, memory) = logged_in(setup, limits, ends);
            let begun = memory.now();
            let outcome = if verb == "RETR" {
                let download = client.download("/file").expect("opened");
                download.save_to(holding(b""), |_| ())
            } else {
                let upload = client.upload("/new").expect("opened");
                upload.send_from(holding(&big(SIZE)), |_| ())
            };
            let took = memory.now().duration_since(begun);
            let error = outcome.expect_err("too slow");
            assert_eq!(error.kind(), ErrorKind::TooSlow, "{error}");
            assert_eq!(error.cause(), Cause::Temporary);
            let why = "fewer than 1000 bytes per second in 10s (TransferLimits::low_speed)";
            assert!(error.to_string().contains(why), "{error}");
            assert!(error.transferred() >= Some(50_000), "{error}");
            let window = Duration::from_secs(10)..Duration::from_secs(22);
            assert!(window.contains(&took), "{took:?}");
            client.store("/other", "12345").expect("in step");
            assert_eq!(memory.server().file("/other"), Some(&b"12345"[..]));
        }
    }
}

#[test]
fn a_rate_below_the_least_speed_is_not_too_slow() {
    let limits = TransferLimits::new()
        .with_rate(RATE)
        .with_low_speed(10 * RATE, Duration::from_secs(1));
    let (mut client, memory) = logged_in(Setup::new(), limits, None);
    let begun = memory.now();
    let download = client.download("/file").expect("opened");
    download.save_to(holding(b""), |_| ()).expect("confirmed");
    assert_paced(&memory, begun, SIZE, "saving");
}
