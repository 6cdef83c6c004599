//! The buffers inside the streams: downloads that read ahead, and uploads that gather small writes.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::sync::{Arc, Mutex};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::{Behind, Client, Error, ErrorKind, Memory, TransferOptions};
use crate::support::files::{big, content, holding};
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::options::options_to;
use crate::support::tls::tls;

/// Keeps what the client writes over data connections, one entry for each write to the network.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Vec<Vec<u8>>>>);

impl Middlebox for Tap {
    type Passage = Self;

    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self>> {
        Ok((!is_control).then(|| self.clone()))
    }
}

impl Passage for Tap {
    fn after_write(&mut self, bytes: &[u8]) {
        self.0.lock().expect("nobody panics").push(bytes.to_vec());
    }
}

impl Tap {
    fn writes(&self) -> Vec<Vec<u8>> {
        self.0.lock().expect("nobody panics").clone()
    }
}

/// Returns every kind of connection to test: clear text (`None`), TLS 1.2 and TLS 1.3.
fn channels() -> impl Iterator<Item = Option<&'static TlsEnds>> {
    [None].into_iter().chain(tls().iter().map(Some))
}

fn logged_in(setup: Setup, ends: Option<&TlsEnds>) -> (Client, Memory, Tap) {
    let (setup, options) = match ends {
        Some(ends) => (
            setup.tls(ends.server.clone()),
            options_to("localhost").with_tls(ends.client.clone()),
        ),
        None => (setup, options_to("localhost")),
    };
    let memory = Memory::new(Simulator::new(setup.window(1024 * 1024)));
    let tap = Tap::default();
    let network = Behind {
        middlebox: tap.clone(),
        network: memory.clone(),
    };
    let mut client = Client::connect_over(network, options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    (client, memory, tap)
}

/// Returns how many bytes the server has received in its last transfer.
fn received(memory: &Memory) -> usize {
    let server = memory.server();
    server.transfers().last().expect("a transfer").bytes
}

/// Finished means confirmed: whatever the sizes of the writes are, the server has every byte.
#[test]
fn every_written_byte_is_owed_until_finish() {
    for ends in channels() {
        for size in [1000, 8192, 10_000, 32_767, 40_000, 150_000] {
            let (mut client, memory, _) = logged_in(Setup::new(), ends);
            let all = big(300_000);
            let mut upload = client.upload("/f").expect("opened");
            for (number, piece) in all.chunks(size).enumerate() {
                upload.write_all(piece).expect("taken");
                if number % 7 == 3 {
                    upload.flush().expect("sent");
                }
            }
            assert_eq!(upload.finish().expect("confirmed").bytes, 300_000);
            assert_eq!(memory.server().file("/f"), Some(&all[..]), "{size}");
        }
    }
}

#[test]
fn a_text_of_small_writes_is_translated_in_order() {
    let (mut client, memory, _) = logged_in(Setup::new(), None);
    let options = TransferOptions::text();
    let mut upload = client.upload_with("/f", &options).expect("opened");
    for number in 0..20_000 {
        writeln!(upload, "{number}").expect("taken");
    }
    upload.write_all(&b"long\n".repeat(10_000)).expect("taken");
    upload.finish().expect("confirmed");
    let lines = (0..20_000).map(|number| number.to_string());
    let lines = lines.chain(std::iter::repeat_n("long".to_owned(), 10_000));
    // The simulator stores the text with its own line ends.
    let expected: String = lines.map(|line| line + "\n").collect();
    let server = memory.server();
    assert!(server.file("/f") == Some(expected.as_bytes()));
    let wire = expected.len() + 30_000;
    assert_eq!(server.transfers().last().expect("a transfer").bytes, wire);
}

#[test]
fn small_writes_leave_together_and_under_tls_in_full_records() {
    for ends in channels() {
        let (mut client, _memory, tap) = logged_in(Setup::new(), ends);
        let mut upload = client.upload("/f").expect("opened");
        let before = tap.writes().len();
        for _ in 0..64 {
            upload.write_all(&[7; 8192]).expect("taken");
        }
        // The async adapter may still hold the last of them, if the connection was not ready.
        upload.flush().expect("sent");
        let writes = tap.writes().split_off(before);
        assert_eq!(writes.len(), 8, "eight times 64 KiB");
        let bytes = writes.concat();
        if ends.is_none() {
            assert_eq!(bytes.len(), 64 * 8192);
            continue;
        }
        let (mut rest, mut records) = (&bytes[..], 0);
        while let [_, _, _, high, low, after @ ..] = rest {
            let length = usize::from(*high) * 256 + usize::from(*low);
            assert!(length > 16 * 1024, "a record of {length} bytes is not full");
            rest = &after[length..];
            records += 1;
        }
        assert_eq!(records, 32);
    }
}

/// A log whose lines must not wait is flushed after each of them.
#[test]
fn flush_sends_what_was_gathered_at_once() {
    for ends in channels() {
        let (mut client, memory, _) = logged_in(Setup::new(), ends);
        let mut upload = client.upload("/log").expect("opened");
        for number in 1..4 {
            upload.write_all(b"a line\n").expect("taken");
            assert_eq!(upload.transferred(), 7 * (number - 1), "it waits");
            upload.flush().expect("sent");
            assert_eq!(upload.transferred(), 7 * number);
            assert_eq!(received(&memory) as u64, 7 * number);
        }
        upload.finish().expect("confirmed");
    }
}

#[test]
fn gathered_bytes_go_out_before_a_file() {
    for ends in channels() {
        let (mut client, memory, _) = logged_in(Setup::new(), ends);
        let mut upload = client.upload("/f").expect("opened");
        upload.write_all(b"head ").expect("taken");
        let mut seen = Vec::new();
        let sent = upload.send_from(holding(b"and body"), |progress| seen.push(progress));
        assert_eq!(sent.expect("confirmed").bytes, 13);
        assert_eq!(memory.server().file("/f"), Some(&b"head and body"[..]));
        assert_eq!((seen[0].done, seen[0].total), (5, Some(13)));
    }
}

/// Whether an upload is dropped, aborted or forgotten: what it has gathered is not sent, and the
/// server never takes a part for the whole.
#[test]
fn gathered_bytes_of_an_upload_that_is_given_up_are_not_sent() {
    for ends in channels() {
        for way in 0..3 {
            let (mut client, memory, _) = logged_in(Setup::new(), ends);
            let mut upload = client.upload("/f").expect("opened");
            upload.write_all(b"half").expect("taken");
            match way {
                0 => drop(upload),
                1 => drop(upload.abort().expect("aborted")),
                _ => std::mem::forget(upload),
            }
            client.noop().expect("in step");
            let server = memory.server();
            let transfer = server.transfers().last().expect("a transfer");
            assert!(!transfer.complete && transfer.bytes == 0, "{transfer:?}");
        }
    }
}

/// The server refuses an upload, in its middle or at its end. A later write, or `finish` at the
/// latest, fails.
#[test]
fn a_refusal_comes_at_a_later_write_or_at_finish() {
    let control = b"552 Disk full\r\n".to_vec();
    let early = Action::At {
        after: 70_000,
        control: control.clone(),
        then: Then::Discard,
    };
    for ends in channels() {
        for (refusal, in_a_write) in [
            (early.clone(), true),
            (Action::Words(control.clone()), false),
        ] {
            let setup = Setup::new().fault(Fault::on("STOR", refusal));
            let (mut client, _memory, _) = logged_in(setup, ends);
            let mut upload = client.upload("/f").expect("opened");
            let written = (0..200).try_for_each(|_| upload.write_all(&[7; 8192]));
            assert_eq!(written.is_err(), in_a_write);
            let error = upload.finish().expect_err("a refusal");
            assert_eq!(error.kind(), ErrorKind::Permanent);
            if let Err(written) = written {
                assert_eq!(Error::from(written).kind(), ErrorKind::Permanent);
            }
            client.noop().expect("in step");
        }
    }
}

/// The server resets the data connection and says 226, while bytes wait in the buffer. They are
/// owed, so `finish` cannot succeed.
#[test]
fn owed_bytes_that_cannot_be_sent_fail_the_upload() {
    for ends in channels() {
        let reset = Action::At {
            after: 60_000,
            control: Vec::new(),
            then: Then::Reset,
        };
        let (mut client, _memory, _) =
            logged_in(Setup::new().fault(Fault::on("STOR", reset)), ends);
        let mut upload = client.upload("/f").expect("opened");
        upload.write_all(&[7; 8 * 8192]).expect("sent");
        upload.write_all(b"owed").expect("taken");
        upload.finish().expect_err("four bytes were never sent");
        client.noop().expect("in step");
    }
}

#[test]
fn lines_come_from_a_download_as_from_any_buffered_reader() {
    for ends in channels() {
        let text: String = (0..100_000).map(|n| format!("line {n}\n")).collect();
        let (mut client, _memory, _) = logged_in(Setup::new().file("/f", text.clone()), ends);
        let mut download = client.download("/f").expect("opened");
        let mut line = String::new();
        for number in 0..10 {
            line.clear();
            download.read_line(&mut line).expect("a line");
            assert_eq!(line, format!("line {number}\n"));
        }
        assert_eq!(
            download.transferred(),
            70,
            "what was read ahead does not count"
        );
        let mut rest = String::new();
        download.read_to_string(&mut rest).expect("the rest");
        assert_eq!(rest, text[70..]);
        assert_eq!(download.fill_buf().expect("the end"), b"");
        assert_eq!(download.transferred(), text.len() as u64);
        assert_eq!(
            download.finish().expect("confirmed").bytes,
            text.len() as u64
        );
    }
}

/// Each reader gets each byte once, whichever of the ways to read it mixes.
#[test]
fn the_ways_to_read_can_be_mixed() {
    for options in [TransferOptions::new(), TransferOptions::text()] {
        // Under TYPE A, the simulator sends each LF as CRLF.
        let expected = b"one\n\rtwo\r".repeat(60_000);
        let (mut client, _memory, _) = logged_in(Setup::new().file("/f", expected.clone()), None);
        let mut download = client.download_with("/f", &options).expect("opened");
        let (mut got, mut buffer) = (Vec::new(), vec![0; 100_000]);
        for size in [0, 3, 5000, 0, 100_000, 0, 70_000].into_iter().cycle() {
            let count = match size {
                0 => {
                    let waiting = download.fill_buf().expect("bytes");
                    let count = waiting.len().min(777);
                    got.extend_from_slice(&waiting[..count]);
                    download.consume(count);
                    count
                }
                size => {
                    let count = download.read(&mut buffer[..size]).expect("bytes");
                    got.extend_from_slice(&buffer[..count]);
                    count
                }
            };
            if count == 0 {
                break;
            }
        }
        assert!(got == expected, "{} of {}", got.len(), expected.len());
        download.finish().expect("confirmed");
    }
}

/// Invariant of `Read`, for `BufRead` too: the end of the file is shown only if the server has
/// confirmed the whole file.
#[test]
fn the_empty_buffer_at_the_end_means_confirmed() {
    for ends in channels() {
        let words = Action::Words(b"451 Read error\r\n".to_vec());
        let setup = Setup::new().file("/f", big(100_000));
        let (mut client, _memory, _) = logged_in(setup.fault(Fault::on("RETR", words)), ends);
        let mut download = client.download("/f").expect("opened");
        let error = loop {
            match download.fill_buf() {
                Ok(bytes) => {
                    assert!(!bytes.is_empty(), "the end without a confirmation");
                    let count = bytes.len();
                    download.consume(count);
                }
                Err(error) => break Error::from(error),
            }
        };
        assert_eq!(error.kind(), ErrorKind::Transient);
    }
}

#[test]
fn what_was_read_ahead_is_saved_too() {
    for ends in channels() {
        let all = big(500_000);
        let (mut client, _memory, _) = logged_in(Setup::new().file("/f", all.clone()), ends);
        let mut download = client.download("/f").expect("opened");
        assert!(!download.fill_buf().expect("bytes").is_empty());
        download.consume(10);
        let (file, mut first) = (holding(b""), None);
        let saved = download.save_to(&file, |progress| {
            first.get_or_insert((progress.done, content(&file).len() as u64 + 10));
        });
        assert_eq!(saved.expect("confirmed").bytes, 500_000);
        assert!(content(&file) == all[10..]);
        let (told, there) = first.expect("told");
        assert_eq!(told, there, "progress counts what is in the file");
    }
}

#[test]
fn owned_transfers_have_the_same_buffers() {
    let (client, memory, tap) = logged_in(Setup::new().file("/f", "one\ntwo\n"), None);
    let mut download = client.into_download("/f").expect("opened");
    let mut line = String::new();
    download.read_line(&mut line).expect("a line");
    assert_eq!(
        (line.as_str(), download.fill_buf().expect("more")),
        ("one\n", &b"two\n"[..])
    );
    download.read_to_string(&mut line).expect("the rest");
    let (client, _) = download.finish().expect("confirmed");
    let mut upload = client.into_upload("/g").expect("opened");
    for _ in 0..100 {
        upload.write_all(b"a few bytes ").expect("taken");
    }
    assert!(tap.writes().is_empty());
    let (_client, done) = upload.finish().expect("confirmed");
    assert_eq!((done.bytes, tap.writes().len()), (1200, 1));
    assert_eq!(memory.server().file("/g").map(<[u8]>::len), Some(1200));
}
