//! Aborted transfers that stay in the server's queue: pyftpdlib sends such a file over the next
//! data connection. The client must not take it for the file of its next transfer.

use ftp_proto::{Config, DataEnd, Error, ErrorKind};

use crate::support::*;

/// Aborts a download. The server replies to RETR with `first` and to ABOR with `answer`. Before the
/// next command, the client must send a fence (an extra PWD).
fn aborted(first: &str, answer: &str) -> Driver<Script> {
    let mut opening = opening("RETR a");
    opening.pop();
    opening.push(say(first));
    let mut driver = logged_in(Config::default(), opening);
    driver.outcome(&Op::Retrieve("a", 0));
    let abort = [hear("ABOR"), serve("close abandon"), say(answer)];
    driver.server.extend(abort);
    driver.outcome(&Op::Abort);
    driver.server.extend(fence());
    driver.forget();
    driver
}

/// Returns the dialogue of a purge: the client opens a data connection and closes it without a data
/// command, so that the server uses this connection for the transfer in its queue.
fn purging() -> Vec<Item> {
    vec![
        hear("EPSV"),
        say("229 (|||6000|)"),
        serve("connect peer:6000"),
        serve("close graceful upload"),
    ]
}

fn opened_next() -> Vec<Item> {
    vec![
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("RETR b"),
        say("150 here"),
    ]
}

#[test]
fn a_transfer_that_abor_did_not_find_is_flushed_out_by_a_data_connection() {
    let mut driver = aborted("150 soon", "225 no transfer");
    driver.server.extend(purging());
    // The server still has RETR a in its queue, because it replied 225 (no transfer) to ABOR. It
    // runs RETR a over the data connection that the purge opens, and ends it with 226. This 226
    // comes before the 257, the reply to the fence (an extra PWD).
    let replies = [hear("PWD"), say("226 the old one"), say("257 \"/fence\"")];
    driver.server.extend(replies);
    driver.server.extend(opened_next());
    assert_eq!(driver.outcome(&Op::Retrieve("b", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn a_transfer_that_is_known_to_be_over_is_not_queued() {
    for (first, answer) in [("150 soon", "226 aborted"), ("125 is open", "225 aborted")] {
        let mut driver = aborted(first, answer);
        driver.server.extend(opened_next());
        assert_eq!(
            driver.outcome(&Op::Retrieve("b", 0)),
            DOWNLOADING,
            "{answer}"
        );
        driver.server.assert_over();
    }
}

#[test]
fn a_late_reply_to_the_transfer_shows_that_it_is_not_queued() {
    let mut driver = aborted("150 soon", "225 no transfer");
    driver.server = Script::new([hear("PWD"), say("426 cut"), say("257 \"/fence\"")]);
    driver.server.extend(opened_next());
    assert_eq!(driver.outcome(&Op::Retrieve("b", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn a_session_ends_if_a_queued_transfer_cannot_be_ruled_out() {
    let unreachable = Reaction::Fails(ErrorKind::Io);
    let silent = [
        &purging()[..3],
        &[Item::Serve("close graceful upload", Reaction::TimesOut)],
    ]
    .concat();
    let refused = [
        &purging()[..2],
        &[Item::Serve("connect peer:6000", unreachable)],
    ]
    .concat();
    for purge in [silent, refused] {
        let mut driver = aborted("150 soon", "225 no transfer");
        driver.server.extend(purge);
        let error = driver.run(ftp_proto::flows::Open::retrieve("b").expect("a path"));
        let error = error.expect_err("what is queued would be taken for b");
        assert_eq!(error.kind(), ErrorKind::OutOfStep);
        assert!(error.to_string().contains("an aborted transfer"), "{error}");
        assert!(driver.session.is_dead());
        driver.server.assert_over();
    }
}

/// The data handshake fails, and no final reply comes. The transfer may still be in the server's
/// queue, so the client opens a data connection for it.
#[test]
fn a_transfer_that_was_given_up_is_flushed_out_by_a_data_connection() {
    let mut driver = logged_in(explicit(), opening("RETR a"));
    let handshake = fails("secure data", ErrorKind::Tls);
    driver
        .server
        .extend([handshake, serve("close abandon"), Item::Silence]);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Tls"), "{outcome}");
    driver.server.extend(fence());
    let mut purging = purging();
    purging.insert(3, serve("secure data"));
    driver.server.extend(purging);
    driver.server.extend(fence());
    driver.server.extend(opened_next());
    driver.server.extend([serve("secure data")]);
    let outcome = driver.outcome(&Op::Retrieve("b", 0));
    assert!(outcome.ends_with("protected: true"), "{outcome}");
    driver.server.assert_over();
}

/// Runs a transfer that ends with the operation `end` and gets no final reply. Before the next
/// transfer, the client must send a fence (an extra PWD).
fn finished(command: &str, op: &Op, end: Op, closes: &[Item]) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), opening(command));
    driver.outcome(op);
    driver.server.extend(closes.iter().cloned());
    driver.server.extend([Item::Silence]);
    driver.outcome(&end);
    driver.server.assert_over();
    driver.server.extend(fence());
    driver
}

#[test]
fn a_transfer_that_never_used_its_data_connection_is_flushed_out() {
    let failed = |bytes| Op::Finish(bytes, DataEnd::Failed(Error::new(ErrorKind::Io)));
    let download = Op::Retrieve("a", 0);
    let upload = Op::Store("a");
    let discarded = [serve("close abandon")];
    let abandoned = [serve("close abandon")];
    let clean = [serve("close graceful download")];
    let sent = [serve("close send end"), serve("close graceful upload")];
    let never_closed = Item::Serve("close graceful upload", Reaction::TimesOut);
    let unanswered = [serve("close send end"), never_closed];
    for (what, mut driver, purged) in [
        (
            "no byte came",
            finished("RETR a", &download, failed(0), &discarded),
            true,
        ),
        (
            "a byte came",
            finished("RETR a", &download, failed(1), &discarded),
            false,
        ),
        (
            "the end came",
            finished("RETR a", &download, Op::Finish(0, DataEnd::Clean), &clean),
            false,
        ),
        (
            "not sent",
            finished("STOR a", &upload, failed(7), &abandoned),
            true,
        ),
        (
            "never closed",
            finished(
                "STOR a",
                &upload,
                Op::Finish(7, DataEnd::Clean),
                &unanswered,
            ),
            true,
        ),
        (
            "closed",
            finished("STOR a", &upload, Op::Finish(7, DataEnd::Clean), &sent),
            false,
        ),
    ] {
        if purged {
            driver.server.extend(purging());
            driver.server.extend(fence());
        }
        driver.server.extend(opened_next());
        assert_eq!(driver.outcome(&Op::Retrieve("b", 0)), DOWNLOADING, "{what}");
        driver.server.assert_over();
    }
}
