//! Transfers from and to local files (`save_to`, `send_from`): cases of the contract table with
//! real files, in memory and over sockets, and tests in which a file fails.

use std::io::{Read as _, Seek as _, SeekFrom};

use ftp_proto::LineEnds;
use ftp_proto::simulator::contract::{Driver, Operation, Outcome};
use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::{
    Behind, Bridge, Client, Error, ErrorKind, Memory, Options, Progress, Timeouts, TransferOptions,
};
use crate::support;
use crate::support::counting::{BOTH, Copied, Counting, Way};
use crate::support::files::{appending_to, big, content, holding, serve_resets, unreadable};
use crate::support::options::options_to;
use crate::support::tcp_server::TcpServer;

/// Performs an operation of the contract table. Every download is saved to a file, and every upload
/// is sent from a file.
fn perform_on(client: &mut Option<Client>, operation: &Operation) -> Outcome {
    let open = client.as_mut().expect("still connected");
    let mut came = Vec::new();
    let whole = TransferOptions::new();
    let outcome = match operation {
        Operation::Download(path, offset) => {
            download(open, path, &whole.with_offset(*offset), &mut came)
        }
        Operation::DownloadExpecting(path, size) => {
            download(open, path, &whole.with_expected(*size), &mut came)
        }
        Operation::DownloadWith(path, options) => download(open, path, options, &mut came),
        Operation::DownloadText(path) => download(open, path, &TransferOptions::text(), &mut came),
        Operation::Upload(path, content) => upload(open, path, &whole, content),
        Operation::UploadWith(path, options, content) => upload(open, path, options, content),
        Operation::UploadAt(path, offset, content) => {
            upload(open, path, &whole.with_offset(*offset), content)
        }
        Operation::UploadText(path, content) => {
            upload(open, path, &TransferOptions::text(), content)
        }
        _ => return support::contract::perform_on(client, operation),
    };
    outcome.unwrap_or_else(|error| Outcome::Failed((&error).into(), came))
}

/// Notes how many bytes of a transfer were moved. The progress must begin at the restart offset and
/// then rise with each call.
fn note(told: &mut Option<u64>, progress: Progress, options: &TransferOptions) {
    let moved = progress.done - options.offset;
    assert!(told.map_or(moved == 0, |told| moved > told), "{progress:?}");
    assert!(progress.total.is_none_or(|total| total >= progress.done));
    *told = Some(moved);
}

fn download(
    client: &mut Client,
    path: &str,
    options: &TransferOptions,
    came: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    let file = holding(b"");
    let mut told = None;
    let download = client.download_with(path, options)?;
    let saved = download.save_to(&file, |progress| note(&mut told, progress, options));
    *came = content(&file);
    let said = match &saved {
        Ok(completion) => Some(completion.bytes),
        Err(error) => error.transferred(),
    };
    assert_eq!(said, told, "what was told");
    if options.line_ends == LineEnds::AsSent {
        assert_eq!(said, Some(came.len() as u64), "exactly what is in the file");
    }
    saved.map(|_| Outcome::Bytes(came.clone()))
}

fn upload(
    client: &mut Client,
    path: &str,
    options: &TransferOptions,
    content: &[u8],
) -> Result<Outcome, Error> {
    let file = holding(content);
    let mut told = None;
    let upload = client.upload_with(path, options)?;
    let sent = upload.send_from(&file, |progress| {
        note(&mut told, progress, options);
        if options.line_ends == LineEnds::AsSent {
            assert_eq!(progress.total, Some(options.offset + content.len() as u64));
        }
    });
    let said = match &sent {
        Ok(completion) => Some(completion.bytes),
        Err(error) => error.transferred(),
    };
    assert_eq!(said, told, "what was told");
    sent.map(|completion| Outcome::Count(completion.bytes as usize))
}

struct InMemory {
    client: Option<Client>,
    memory: Memory,
}

impl Driver for InMemory {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let memory = Memory::new(server);
        let client = Some(Client::connect_over(memory.clone(), options)?);
        Ok(Self { client, memory })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.memory.server())
    }
}

struct OverTcp {
    client: Option<Client>,
    hosted: TcpServer,
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux's tests ask")
    )]
    copied: Copied,
}

impl OverTcp {
    fn connect_by(way: Way, server: Simulator, options: Options) -> Result<Self, Error> {
        let hosted = TcpServer::new(server);
        let copied = Copied::default();
        let counting = Counting {
            copied: copied.clone(),
            way,
        };
        let network = Behind {
            middlebox: counting,
            network: Bridge::to(&hosted),
        };
        // The contract table limits each wait to one second, but of simulated time. Real sockets on
        // a busy machine need more.
        let options = options.with_timeouts(Timeouts::default());
        let client = Some(Client::connect_over(network, options)?);
        Ok(Self {
            client,
            hosted,
            copied,
        })
    }

    fn logged_in(way: Way, setup: Setup) -> Self {
        let options = options_to("localhost");
        let mut this = Self::connect_by(way, Simulator::new(setup), options).expect("greeted");
        this.client().login("user", "secret").expect("logged in");
        this
    }

    fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("still connected")
    }

    /// Checks that the next operation aborts the transfer and then works.
    fn assert_usable(&mut self) {
        let path = self.client().pwd().expect("in step");
        assert_eq!(path.as_bytes(), b"/");
    }
}

impl Driver for OverTcp {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        Self::connect_by(Way::Kernel, server, options)
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.hosted.server())
    }
}

macro_rules! by_file {
    ($driver:ident: $($name:ident)*) => {$(
        #[test]
        fn $name() {
            if let Err(why) = cases::$name().run::<super::$driver>(crate::support::tls::tls()) {
                panic!("{why}");
            }
        }
    )*};
}

mod in_memory {
    use ftp_proto::simulator::cases;

    by_file! {
        InMemory:
        a_whole_session
        uploads_of_all_kinds
        texts_both_ways
        texts_through_a_small_window
        size_not_as_expected
        shorter_than_announced
        shorter_than_announced_from_an_offset
        announced_sizes_that_do_not_count
        announced_sizes_by_option_not_compared
        reset_upload_is_usable_afterwards
        reset_upload_whose_size_differs
        reset_upload_by_option_accepted
        upload_by_option_compared
        refusals_leave_the_session_in_step
        hard_02_upload_refused_with_552_half_way
        hard_05_421_in_the_middle_of_a_download
        hard_06_final_reply_before_the_data
        hard_06_final_reply_after_the_data
        hard_06_no_final_reply
        hard_12_cut_inside_a_record
        hard_12_cut_between_records
        hard_12_no_close_notify
        data_connection_reset
        data_connection_stalls
    }
}

mod over_sockets {
    use ftp_proto::simulator::cases;

    by_file! {
        OverTcp:
        a_whole_session
        uploads_of_all_kinds
        texts_both_ways
        texts_through_a_small_window
        size_not_as_expected
        shorter_than_announced
        shorter_than_announced_from_an_offset
        announced_sizes_that_do_not_count
        announced_sizes_by_option_not_compared
        reset_upload_is_usable_afterwards
        reset_upload_whose_size_differs
        reset_upload_by_option_accepted
        upload_by_option_compared
        refusals_leave_the_session_in_step
        hard_02_upload_refused_with_552_half_way
        hard_06_final_reply_before_the_data
        hard_06_final_reply_after_the_data
        hard_12_cut_between_records
        hard_12_no_close_notify
    }
}

#[cfg(target_os = "linux")]
#[test]
fn bytes_of_a_clear_transfer_stay_in_the_kernel() {
    for way in BOTH {
        let sent = big(3_000_000);
        let mut session = OverTcp::logged_in(way, Setup::new().window(1 << 20));
        let upload = session.client().upload("/file").expect("opened");
        upload.send_from(holding(&sent), |_| {}).expect("confirmed");
        let file = holding(b"");
        let download = session.client().download("/file").expect("opened");
        download.save_to(&file, |_| {}).expect("confirmed");
        assert!(content(&file) == sent, "another file came back");
        let by_hand = match way {
            Way::Kernel => 0,
            Way::Hands => 2 * sent.len(),
        };
        assert_eq!(session.copied.total(), by_hand, "{way:?}");
    }
}

#[test]
fn files_are_read_and_written_from_their_position_on() {
    for way in BOTH {
        let all = big(300_000);
        let mut session = OverTcp::logged_in(way, Setup::new());
        let mut source = holding(&all);
        source.seek(SeekFrom::Start(100_000)).expect("seekable");
        let upload = session.client().upload("/file").expect("opened");
        let done = upload.send_from(&source, |_| {}).expect("confirmed");
        assert_eq!(done.bytes, 200_000);
        assert_eq!(source.stream_position().expect("seekable"), 300_000);
        assert_eq!(session.hosted.server().file("/file"), Some(&all[100_000..]));

        let mut target = holding(b"head and tail");
        target.seek(SeekFrom::Start(4)).expect("seekable");
        let options = TransferOptions::new().with_offset(50_000);
        let download = session.client().download_with("/file", &options);
        let download = download.expect("opened");
        let done = download.save_to(&target, |_| {}).expect("confirmed");
        assert_eq!(done.bytes, 150_000);
        assert_eq!(target.stream_position().expect("seekable"), 150_004);
        assert!(content(&target) == [b"head", &all[150_000..]].concat());
    }
}

#[test]
fn a_file_opened_for_appending_is_appended_to() {
    for way in BOTH {
        let all = big(2_500_000);
        let mut session = OverTcp::logged_in(way, Setup::new().file("/file", all.clone()));
        let target = appending_to(b"before");
        let download = session.client().download("/file").expect("opened");
        let done = download.save_to(&target, |_| {}).expect("confirmed");
        assert_eq!(done.bytes, 2_500_000);
        assert!(content(&target) == [b"before".as_slice(), &all].concat());
    }
}

#[test]
fn bytes_that_were_read_ahead_are_saved_first() {
    for way in BOTH {
        let all = big(300_000);
        let mut session = OverTcp::logged_in(way, Setup::new().file("/file", all.clone()));
        let mut download = session.client().download("/file").expect("opened");
        let mut first = [0; 10];
        download.read_exact(&mut first).expect("more than that");
        assert_eq!(download.transferred(), 10);
        let target = holding(b"");
        let done = download.save_to(&target, |_| {}).expect("confirmed");
        assert_eq!(done.bytes, 300_000);
        assert!([first.as_slice(), &content(&target)].concat() == all);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_the_files_error_and_the_session_stays_usable() {
    use std::io;

    use crate::support::files::full;

    for way in BOTH {
        let mut session = OverTcp::logged_in(way, Setup::new().file("/file", big(3_000_000)));
        let download = session.client().download("/file").expect("opened");
        let error = download.save_to(full(), |_| {}).expect_err("no room");
        assert_eq!(error.kind(), ErrorKind::Local);
        assert!(error.is_local());
        assert_eq!((error.command(), error.transferred()), (None, Some(0)));
        let source = error.inner().expect("the file's");
        let source: &io::Error = source.downcast_ref().expect("of input and output");
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::StorageFull);
        session.assert_usable();
    }
}

#[test]
fn an_unreadable_file_is_an_error_and_no_empty_file_is_stored() {
    for way in BOTH {
        let mut session = OverTcp::logged_in(way, Setup::new());
        let upload = session.client().upload("/file").expect("opened");
        let error = upload.send_from(unreadable(), |_| {});
        let error = error.expect_err("opened for writing alone");
        assert_eq!(error.kind(), ErrorKind::Local);
        assert!(error.is_local());
        assert_eq!((error.command(), error.transferred()), (None, Some(0)));
        session.assert_usable();
        let server = session.hosted.server();
        assert!(server.commands().contains(&b"ABOR".to_vec()));
        assert!(server.transfers().iter().all(|transfer| !transfer.complete));
    }
}

#[test]
fn hard_02_a_552_stops_a_sender_who_is_blocked() {
    for way in BOTH {
        let action = Action::At {
            after: 100_000,
            control: b"552 Disk full.\r\n".to_vec(),
            then: Then::Stall,
        };
        let mut session = OverTcp::logged_in(way, Setup::new().fault(Fault::on("STOR", action)));
        // The file is larger than the buffers of both sockets, so the client must wait for the
        // server before it has sent the whole file.
        let source = holding(b"");
        source.set_len(64 << 20).expect("a regular file");
        let mut told = 0;
        let upload = session.client().upload("/file").expect("opened");
        let sent = upload.send_from(&source, |progress| told = progress.done);
        let error = sent.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Permanent);
        assert_eq!(error.reply().expect("the server's").code().value(), 552);
        assert_eq!(error.transferred(), Some(told));
        assert!((100_000..64 << 20).contains(&told), "{told} bytes");
        assert_eq!(session.client().pwd().expect("in step").as_bytes(), b"/");
    }
}

#[test]
fn a_reset_in_mid_download_is_no_end_of_file() {
    let sent = big(300_000);
    let options = options_to("127.0.0.1").with_port(serve_resets(sent.clone()));
    let mut client = Client::connect(options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    let file = holding(b"");
    let download = client.download("file").expect("opened");
    let error = download.save_to(&file, |_| {}).expect_err("reset");
    assert_eq!(error.kind(), ErrorKind::Truncated);
    let saved = content(&file);
    assert_eq!(error.transferred(), Some(saved.len() as u64));
    assert!(sent.starts_with(&saved));
    assert_eq!(client.pwd().expect("in step").as_bytes(), b"/");
}

#[test]
fn a_reset_after_the_end_of_an_upload_is_found_on_sockets() {
    let options = options_to("127.0.0.1").with_port(serve_resets(Vec::new()));
    let mut client = Client::connect(options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    for round in 0..20 {
        let sent = vec![round; 100_000];
        // The server resets the data connection at the end of each upload. After that, it reports
        // by SIZE the whole length of `whole`, but only ten bytes of `cut`.
        let stored = client.store("whole", &sent).expect("there");
        assert_eq!((stored.bytes, stored.clean_close), (100_000, false));
        let error = client.store("cut", &sent).expect_err("not there");
        assert_eq!(error.kind(), ErrorKind::Unconfirmed);
        assert_eq!(error.expected(), Some(100_000));
        assert_eq!(client.pwd().expect("in step").as_bytes(), b"/");
    }
}

/// The pairs of sockets of these tests are files on Unix alone.
#[cfg(unix)]
mod pipes {
    use std::io::Write as _;
    use std::net::Shutdown;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    #[test]
    fn pipes_work_at_both_ends_blocking_or_not() {
        for way in BOTH {
            for nonblocking in [false, true] {
                let all = big(1_000_000);
                let mut session = OverTcp::logged_in(way, Setup::new().window(1 << 20));
                let (mut feeder, source) = UnixStream::pair().expect("two ends");
                source.set_nonblocking(nonblocking).expect("an option");
                let (fed, last) = (all.clone(), all.clone());
                let feeding = thread::spawn(move || feeder.write_all(&fed).expect("taken"));
                let upload = session.client().upload("/file").expect("opened");
                upload.send_from(&source, |_| {}).expect("confirmed");
                feeding.join().expect("fed");

                let (target, mut eater) = UnixStream::pair().expect("two ends");
                target.set_nonblocking(nonblocking).expect("an option");
                let eating = thread::spawn(move || {
                    let mut eaten = Vec::new();
                    eater.read_to_end(&mut eaten).expect("given");
                    eaten
                });
                let download = session.client().download("/file").expect("opened");
                download.save_to(target, |_| {}).expect("confirmed");
                assert!(eating.join().expect("eaten") == last, "{way:?}");
            }
        }
    }

    #[test]
    fn bytes_that_never_reached_the_file_are_not_reported_as_saved() {
        for way in BOTH {
            let all = big(3_000_000);
            let mut session = OverTcp::logged_in(way, Setup::new().file("/file", all.clone()));
            let (target, mut eater) = UnixStream::pair().expect("two ends");
            let eating = thread::spawn(move || {
                let mut eaten = vec![0; 400_000];
                eater.read_exact(&mut eaten).expect("given");
                // From now on, the client cannot write to the file. The bytes that it has already
                // written can still be read.
                eater.shutdown(Shutdown::Read).expect("connected");
                (eater, eaten)
            });
            let download = session.client().download("/file").expect("opened");
            let mut told = 0;
            let saved = download.save_to(&target, |progress| told = progress.done);
            let error = saved.expect_err("nobody reads it");
            drop(target);
            let (mut eater, mut eaten) = eating.join().expect("eaten");
            eater.read_to_end(&mut eaten).expect("the rest");
            assert_eq!(error.transferred(), Some(eaten.len() as u64), "{way:?}");
            assert!(told <= eaten.len() as u64);
            assert!(all.starts_with(&eaten));
            session.assert_usable();
        }
    }
}
