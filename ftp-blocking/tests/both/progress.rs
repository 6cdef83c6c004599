//! The progress of transfers from and to local files, and the function that stops a transfer.

use std::ops::ControlFlow;

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::{
    Cause, Client, Completion, Error, ErrorKind, Memory, Progress, SizeCheck, TransferOptions,
};
use crate::support::files::{big, content, holding};
use crate::support::options::options_to;
use crate::support::tls::tls;

/// The size of the file in these tests. It takes several blocks.
const SIZE: usize = 200_000;

fn logged_in(setup: Setup, ends: Option<&TlsEnds>) -> (Client, Memory) {
    let setup = setup.window(40_000).file("/file", big(SIZE));
    let options = options_to("localhost");
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

/// Saves the file, or sends one, and returns each progress. After `calls` calls of the function, it
/// stops the transfer.
fn transfer(
    client: &mut Client,
    downloading: bool,
    options: &TransferOptions,
    calls: usize,
) -> (Result<Completion, Error>, Vec<Progress>) {
    let mut seen = Vec::new();
    let watch = |progress| {
        seen.push(progress);
        match seen.len() < calls {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    };
    let outcome = if downloading {
        let download = client.download_with("/file", options).expect("opened");
        download.save_to(holding(b""), watch)
    } else {
        let rest = big(SIZE).split_off(options.offset as usize);
        let upload = client.upload_with("/new", options).expect("opened");
        upload.send_from(holding(&rest), watch)
    };
    (outcome, seen)
}

#[test]
fn progress_goes_from_the_restart_offset_to_the_size_of_the_file() {
    for downloading in [true, false] {
        for offset in [0, 50_000] {
            let (mut client, memory) = logged_in(Setup::new().file("/new", big(50_000)), None);
            // The server announces only the size of the rest, as some real ones do.
            let options = TransferOptions::new()
                .with_offset(offset)
                .with_size_check(SizeCheck::Always);
            let (outcome, seen) = transfer(&mut client, downloading, &options, usize::MAX);
            assert_eq!(outcome.expect("confirmed").bytes, SIZE as u64 - offset);
            let (first, last) = (seen[0], seen[seen.len() - 1]);
            assert_eq!((first.done, last.done), (offset, SIZE as u64));
            assert!(seen.iter().all(|it| it.total == Some(SIZE as u64)));
            assert!(seen.len() > 3, "{seen:?}");
            assert_eq!(last.to_string(), "195.3 KiB of 195.3 KiB, 100 %");
            assert_eq!(memory.server().file("/file"), Some(&big(SIZE)[..]));
            if !downloading {
                assert_eq!(memory.server().file("/new"), Some(&big(SIZE)[..]));
            }
        }
    }
}

#[test]
fn the_expected_size_is_the_total_if_the_server_announces_none() {
    let silent = Fault::on("RETR", Action::Announcing(b"150 Here.\r\n".to_vec()));
    let (mut client, _memory) = logged_in(Setup::new().fault(silent), None);
    let expected = TransferOptions::new().with_expected(SIZE as u64);
    let from_an_offset = TransferOptions::new().with_offset(1);
    for (options, total) in [
        (expected, Some(SIZE as u64)),
        (TransferOptions::new(), None),
        (
            from_an_offset.with_expected(SIZE as u64 - 1),
            Some(SIZE as u64),
        ),
        (from_an_offset, None),
    ] {
        let (outcome, seen) = transfer(&mut client, true, &options, usize::MAX);
        outcome.expect("confirmed");
        assert!(seen.iter().all(|it| it.total == total), "{seen:?}");
        assert_eq!(seen[0].fraction().is_some(), total.is_some());
    }
}

#[test]
fn an_empty_file_is_done_at_the_start() {
    let (mut client, _memory) = logged_in(Setup::new(), None);
    let mut seen = Vec::new();
    let upload = client.upload("/empty").expect("opened");
    let sent = upload.send_from(holding(b""), |progress| seen.push(progress));
    assert_eq!(sent.expect("confirmed").bytes, 0);
    assert_eq!(seen, [Progress::new(0, Some(0))]);
    assert_eq!(seen[0].fraction(), Some(1.0));
}

#[test]
fn a_text_is_told_in_bytes_of_the_wire_and_its_total_is_not_known() {
    let (mut client, memory) = logged_in(Setup::new(), None);
    let lines = b"line\n".repeat(30_000);
    let mut seen = Vec::new();
    let upload = client.upload_with("/text", &TransferOptions::text());
    let upload = upload.expect("opened");
    let sent = upload.send_from(holding(&lines), |progress| seen.push(progress));
    assert_eq!(sent.expect("confirmed").bytes, 180_000);
    assert_eq!(seen.last(), Some(&Progress::new(180_000, None)));
    // One block is what the connection takes at once, not what was translated at once.
    assert!(
        seen.windows(2)
            .all(|two| two[1].done - two[0].done <= 40_000)
    );
    drop(memory);
}

#[test]
fn a_program_can_stop_a_transfer_at_every_block() {
    let mut stops = 0;
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        for downloading in [true, false] {
            for calls in 1.. {
                let (mut client, memory) = logged_in(Setup::new(), ends);
                let whole = TransferOptions::new();
                let (outcome, seen) = transfer(&mut client, downloading, &whole, calls);
                if seen.len() < calls {
                    outcome.expect("confirmed");
                    break;
                }
                let error = outcome.expect_err("stopped");
                assert_eq!(error.kind(), ErrorKind::Aborted);
                assert_eq!(error.cause(), Cause::Aborted);
                assert!(!error.is_temporary() && !error.is_local());
                assert_eq!(error.transferred(), Some(seen[calls - 1].done));
                let verb = if downloading { "RETR" } else { "STOR" };
                assert_eq!(error.command(), Some(verb));
                assert!(memory.server().commands().contains(&b"ABOR".to_vec()));
                // The session is clean: nothing is cleaned up before the next command.
                let before = memory.server().commands().len();
                client.store("/other", "12345").expect("in step");
                assert!(!memory.server().commands()[before..].contains(&b"ABOR".to_vec()));
                assert_eq!(memory.server().file("/other"), Some(&b"12345"[..]));
                stops += 1;
            }
        }
    }
    assert!(stops > 30, "{stops} blocks");
}

#[test]
fn a_file_that_was_stopped_ends_where_the_progress_says() {
    let (mut client, _memory) = logged_in(Setup::new(), None);
    let file = holding(b"");
    let mut done = 0;
    let download = client.download("/file").expect("opened");
    let saved = download.save_to(&file, |progress| {
        done = progress.done;
        match done > 100_000 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    let error = saved.expect_err("stopped");
    assert_eq!(content(&file), big(SIZE)[..done as usize]);
    let text = format!("RETR: stopped on request ({done} bytes received)");
    assert_eq!(error.to_string(), text);
}
