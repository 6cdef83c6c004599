//! The rows of the contract table: each is a test case for one behaviour of servers.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU8;
use core::time::Duration;

use super::contract::{Call, Case, Channels, Ending, Expect, Look, Operation, Outcome, Resumes};
use super::{Action, DuringTransfer, Fault, Setup, Then};
use crate::flows::Credentials;
use crate::wire::Multiline;
use crate::{
    AbortClose, AbortSignal, ActivePeer, Auth, Config, DataCommand, DataMode, ErrorKind,
    FileStructure, Format, FtpProxy, FtpProxyKind, MissingCloseNotify, Misuse, Options,
    PassiveCommand, ProtectWhen, Protection, ProxyFailure, Resumption, SizeCheck, TransferLimits,
    TransferOptions, TransferType, TransmissionMode, Utf8Names, Wait,
};

use ErrorKind::{Closed, Injection, Permanent, Protocol, Transient, Truncated, Unconfirmed};
use Expect::{Entries, Fails, FailsAfter, Is};
use Operation::{
    Begin, BeginUpload, Download, DownloadExpecting, DownloadKeptAlive, Features, List, Login,
    Names, Noop, Pwd, Quit, Raw, Size, Upload,
};

macro_rules! cases {
    // `$d` stands for the character `$`. The inner macro needs this character for its own
    // parameters.
    (($d:tt) $($(#[doc = $doc:literal])+ $name:ident => $case:expr;)*) => {
        /// One function for each row of the table, which returns the test case of the row.
        #[allow(missing_docs, reason = "each carries its line below")]
        pub mod cases {
            use super::*;

            /// The name and the function of every row.
            pub const ALL: &[(&str, fn() -> Case)] = &[$((stringify!($name), $name),)*];

            $($(#[doc = $doc])+ pub fn $name() -> Case { $case })*
        }

        /// Makes one `#[test]` for each row of the [contract table](crate::simulator::contract).
        /// The first argument is the type of your [`Driver`](crate::simulator::contract::Driver),
        /// with which each test runs its row. The second argument is an expression of type
        /// `&[TlsEnds]`.
        #[macro_export]
        macro_rules! contract_tests {
            ($d driver:ty, $d tls:expr) => {
                $(#[test]
                fn $name() {
                    let case = $crate::simulator::cases::$name();
                    if let Err(why) = case.run::<$d driver>($d tls) {
                        panic!("{why}");
                    }
                })*
            };
        }
    };
}

cases! {
    ($)
    /// The client does each operation once in one session, and all must succeed.
    a_whole_session => session(Setup::new())
        .in_every_way()
        .steps(everything())
        .step(Quit, done());
    /// The client sends commands that ask about the server, such as FEAT, SYST, STAT and HELP. It
    /// also sends a command that no server knows, which must fail.
    questions => session(Setup::new().file("/d/below/inside", "1"))
        .in_every_way()
        .steps(answers());
    /// The client sends each listing command for directories and files. Some names have blanks or
    /// letters that are not ASCII.
    listings => session(Setup::new()
            .file("/d/one", "1")
            .file("/d/two words", "22")
            .file("/d/drei-ß", "333")
            .directory("/d/void"))
        .in_every_way()
        .steps(descriptions());
    /// The client renames, makes and removes files and directories by relative names. After each
    /// change, the test looks at what the server has stored.
    names_below_a_directory => session(Setup::new()
            .file("/d/old", "content")
            .file("/d/text", "one\ntwo\n")
            .directory("/d/below"))
        .in_every_way()
        .steps(changes());
    /// The client changes from passive to active mode and back. Transfers must succeed in both
    /// modes.
    passive_and_active_in_turn => session(Setup::new())
        .step(Operation::DataMode(DataMode::Active), done())
        .steps(still_in_step())
        .step(Operation::DataMode(DataMode::Passive), done())
        .steps(still_in_step());
    /// In active mode, the server sends 226 before it connects to the client (mod_proxy, issue
    /// 335). The download must still succeed.
    active_mode_226_before_accept => session(Setup::new()
            .fault(Fault::on("CONNECT", Action::AcceptLate))
            .fault(Fault::on("RETR", Action::FinalFirst)))
        .config(active)
        .steps(still_in_step());
    /// In active mode, the server sends 150 and 226, but never connects. The download must fail
    /// without a long wait.
    active_mode_226_without_a_connection => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(
                b"150 Here.\r\n226 Done.\r\n".to_vec(),
            ))))
        .config(active)
        .step(
            Download("/five", 0),
            Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)),
        )
        .steps(still_in_step());
    /// The server does not know EPSV. The client must send PASV, and all transfers must succeed.
    epsv_refused_then_pasv => session(Setup::new().without("EPSV")).steps(everything());
    /// A firewall blocks the port that the server named in its reply to EPSV. The client must send
    /// PASV.
    epsv_port_blocked_then_pasv => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::RefuseConnect)))
        .steps(everything());
    /// The client knows that a firewall blocks the first ports that the server names. It must ask
    /// for others, and all transfers must succeed.
    blocked_ports_are_skipped => session(Setup::new())
        .config(|config| config.with_blocked_ports([50_001..=50_002, 50_005..=50_013]))
        .steps(everything());
    /// The client knows that a firewall blocks all ports that the server names. It must ask ten
    /// times and then fail. A later download gets another port, and must succeed.
    ten_blocked_ports => session(Setup::new().without("EPSV"))
        .config(|config| config.with_blocked_ports([50_000..=50_012]))
        .step(Download("/five", 0), Fails(ErrorKind::Io, None))
        .steps(still_in_step());
    /// A server with PRET names ports that a firewall blocks. The client must send PRET again
    /// before it asks for another port.
    blocked_ports_with_pret => session(Setup::new().pret())
        .config(|config| config.with_blocked_ports([50_001..=50_003]))
        .step(Features, Expect::Words(&["PRET"]))
        .step(Download("/five", 0), bytes(b"12345"))
        .steps(still_in_step());
    /// A firewall swallows EPSV, so no reply comes. The client must use PASV from then on.
    epsv_swallowed_then_pasv => session(Setup::new().fault(Fault::on("EPSV", Action::Silent)))
        .steps(everything());
    /// With `DataCommand::WithConnect`, the client sends the data command while it connects. It
    /// cannot reach the port that the server named in its reply to EPSV, and must still succeed by
    /// PASV.
    epsv_port_blocked_with_connect => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::RefuseConnect)))
        .config(with_connect)
        .steps(everything());
    /// With `DataCommand::WithConnect`, the client sends REST and the data command while it
    /// connects to the passive port. The download must begin at the offset.
    rest_with_connect => session(Setup::new())
        .config(with_connect)
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Download("/five", 2), bytes(b"345"))
        .steps(still_in_step());
    /// With `PassiveCommand::Pasv`, the client must send PASV and never EPSV. This server closes
    /// the connection when it gets EPSV.
    pasv_alone => session(Setup::new().fault(Fault::on("EPSV", Action::Hangup)))
        .config(|config| config.with_passive_command(PassiveCommand::Pasv))
        .steps(everything());
    /// In active mode, all operations must succeed.
    active_mode => session(Setup::new()).config(active).steps(everything());
    /// In active mode, the server does not know EPRT. The client must send PORT.
    eprt_refused_then_port => session(Setup::new().without("EPRT"))
        .config(active)
        .steps(everything());
    /// With `DataCommand::WithConnect`, the client sends the data command while it connects to the
    /// passive port. All operations must succeed.
    command_with_connect => session(Setup::new()).config(with_connect).steps(everything());
    /// The server knows neither FEAT nor SIZE. A download must still succeed.
    no_feat_no_size => session(Setup::new().without("FEAT").without("SIZE"))
        .step(Features, bytes(b""))
        .step(Size("/five"), Is(Outcome::Size(None)))
        .step(Download("/five", 0), bytes(b"12345"));
    /// The server refuses a wrong password. The login must fail, and the session must still work.
    login_refused => Case::new(Setup::new().user("user", "other"))
        .step(Login, Fails(Permanent, Some(530)))
        .step(Noop, Is(Outcome::Code(200)));
    /// The server refuses the first login. A second login in the same session must succeed.
    login_refused_then_accepted => Case::new(Setup::new())
        .step(Operation::LoginAs("stranger", "wrong"), Fails(Permanent, Some(530)))
        .step(Login, done())
        .step(Quit, done());
    /// The server sends a file of five bytes and replies 226. If the caller expects six bytes, the
    /// download must fail.
    size_not_as_expected => session(Setup::new())
        .step(DownloadExpecting("/five", 5), bytes(b"12345"))
        .step(DownloadExpecting("/five", 6), Fails(Truncated, Some(226)))
        .step(Pwd, bytes(b"/"));
    /// The server refuses to send files that do not exist, and to store under names that it does
    /// not allow. After each refusal, the session must still work.
    refusals_leave_the_session_in_step => session(Setup::new().directory("/d"))
        .in_every_way()
        .step(Download("/none", 0), Fails(Permanent, Some(550)))
        .step(Pwd, bytes(b"/"))
        .step(Download("/d", 0), Fails(Permanent, Some(550)))
        .steps(still_in_step())
        .step(Upload("/no/such/directory", vec![1, 2]), Fails(Permanent, Some(553)))
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Size("/none"), Fails(Permanent, Some(550)))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(Operation::Stored("/new"), bytes(&big(10)))
        .step(Pwd, bytes(b"/"));
    /// The client makes, renames, describes and removes files and directories. Some names have
    /// blanks or quotes.
    directories_and_files => session(Setup::new().directory("/d")).steps(housekeeping());
    /// The server does not know CDUP. The client must send `CWD ..` instead.
    cdup_unknown => session(Setup::new().directory("/d").without("CDUP"))
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Operation::Call(Call::Cwd, ".."), code(250))
        .step(Pwd, bytes(b"/"));
    /// The server refuses CDUP with 550. This does not mean that it does not know CDUP. So the
    /// client must report the error and must not send `CWD ..`.
    cdup_refused => session(Setup::new()
            .fault(Fault::on("CDUP", Action::Reply(b"550 No.\r\n".to_vec()))))
        .step(Operation::Call(Call::Cwd, ".."), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// The server refuses RNFR, or replies 250 instead of 350. In both cases the client must not
    /// send RNTO.
    rename_refused => session(Setup::new()
            .fault(Fault::nth("RNFR", 1, Action::Reply(b"250 Done.\r\n".to_vec()))))
        .step(Operation::Rename("/none", "/other"), Fails(Permanent, Some(550)))
        .step(Operation::Rename("/five", "/other"), Fails(ErrorKind::UnexpectedReply, Some(250)))
        .steps(still_in_step());
    /// The client sends commands that ask about the server or change the settings of the session,
    /// such as SYST, HELP and OPTS.
    the_server_and_its_settings => session(Setup::new()).steps(settings());
    /// The client sends HOST before the login, and CLNT and OPTS after it.
    host_ahead_of_the_login => Case::new(Setup::new())
        .only(Channels::Clear)
        .step(Operation::Call(Call::Host, "ftp.example.org"), code(220))
        .step(Login, done())
        .step(Operation::Call(Call::ClientName, "test"), code(200))
        .step(Operation::Call(Call::Opts, "UTF8 ON"), code(200));
    /// The client ends its login by REIN. Commands then fail with 530 until the client logs in
    /// again.
    logged_out_and_in_again => session(Setup::new())
        .only(Channels::Clear)
        .step(Operation::Call(Call::Reinitialize, ""), code(220))
        .step(Operation::Call(Call::Cwd, "/"), Fails(Permanent, Some(530)))
        .step(Login, done())
        .steps(still_in_step());
    /// Under TLS, the client must not send REIN. The call fails with a misuse error.
    rein_under_tls_is_misuse => session(Setup::new())
        .only(Channels::Tls)
        .step(
            Operation::Call(Call::Reinitialize, ""),
            Fails(ErrorKind::Misuse(Misuse::AlreadySecured), None),
        )
        .steps(still_in_step());
    /// After the login, the server refuses uploads with 532 until the client has sent an account.
    /// After ACCT, the upload must succeed.
    account_demanded_for_storing => session(Setup::new().account_to_store("research"))
        .step(Upload("/new", big(10)), Fails(Permanent, Some(532)))
        .step(Operation::Call(Call::Account, "research"), code(230))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)));
    /// The server knows neither SIZE nor MDTM. After the first refusal of each, the client must not
    /// send it again.
    size_and_mdtm_unknown => session(Setup::new().without("SIZE").without("MDTM"))
        .step(Size("/five"), Is(Outcome::Size(None)))
        .step(Size("/five"), Is(Outcome::Size(None)))
        .step(Operation::Modified("/five"), bytes(b""))
        .step(Operation::Modified("/five"), bytes(b""));
    /// The client sends FEAT and SYST to learn what the server can do. A second discovery must
    /// return the same without sending them again.
    what_the_server_can_do => session(Setup::new().extensions())
        .step(Operation::Discover, bytes(b"UNIX Type: L8"))
        .step(Operation::Discover, bytes(b"UNIX Type: L8"))
        .step(Features, features())
        .steps(still_in_step());
    /// The server knows MFMT, so the client sets the time of a file by MFMT.
    time_set_by_mfmt => session(Setup::new().extensions())
        .steps(time_set_by("MFMT"));
    /// The server does not know MFMT. The client must set the time of a file by `MDTM <time>
    /// <path>`, as vsftpd allows it.
    time_set_by_mdtm => session(Setup::new()
            .without("MFMT")
            .sets_time_by_mdtm())
        .steps(time_set_by("MDTM time path"));
    /// The server does not know MFMT, and takes `<time> <path>` after MDTM for a single path. The
    /// client must set the time of a file by SITE UTIME.
    time_set_by_site_utime => session(Setup::new()
            .extensions()
            .without("MFMT"))
        .steps(time_set_by("SITE UTIME"));
    /// The server takes `20260102030405 five` after MDTM for a path, and this file exists. So it
    /// replies with the time of that file. The client must not take this reply for success, and
    /// must set the time by SITE UTIME.
    time_set_and_mdtm_answers_as_a_query => session(Setup::new()
            .extensions()
            .without("MFMT")
            .file("/20260102030405 five", "1"))
        .step(Operation::SetModified("five", "20260102030405"), bytes(b"SITE UTIME"))
        .step(Operation::Modified("/five"), bytes(b"2026-01-02T03:04:05"))
        .step(Operation::Modified("/20260102030405 five"), bytes(b"2024-01-01T00:00:00"));
    /// The server knows no command that sets the time of a file. The operation must fail, and a
    /// second one must fail without sending these commands again.
    time_that_cannot_be_set => session(Setup::new()
            .without("MFMT")
            .without("MDTM"))
        .only(Channels::Clear)
        .step(Operation::SetModified("/five", "20260102030405"), unsupported(500))
        .step(
            Operation::SetModified("/five", "20260102030405"),
            Fails(ErrorKind::Unsupported, None),
        )
        .steps(still_in_step());
    /// The client sends commands that few servers have, such as HASH and COMB. This server has
    /// them, so all must succeed.
    seldom_commands => session(Setup::new()
            .extensions()
            .file("/d/inside", "123")
            .file("/two words", "12345"))
        .steps(seldom());
    /// The server does not know commands such as HASH and COMB. Each must fail, and must not be
    /// sent a second time.
    seldom_commands_unknown => session(Setup::new().without("SITE CHMOD"))
        .only(Channels::Clear)
        .steps(unknown(Some(500)))
        .steps(unknown(None))
        .steps(still_in_step());
    /// FEAT lists HASH and XCRC, but the server refuses both. The client gets no checksum, and must
    /// not send them again.
    hash_listed_and_refused => session(Setup::new()
            .extensions()
            .fault(Fault::on("HASH", reply("502 Not here.")))
            .fault(Fault::on("XCRC", reply("500 Not here."))))
        .only(Channels::Clear)
        .step(Operation::Checksum("/five"), bytes(b""))
        .step(Operation::Checksum("/five"), bytes(b""))
        .heard(&[
            "USER user", "PASS secret", "FEAT", "OPTS HASH CRC32", "HASH /five", "XCRC /five",
        ]);
    /// The client downloads and uploads texts with LF, CRLF or mixed line ends. It must translate
    /// the line ends in both directions.
    texts_both_ways => session(Setup::new()
            .file("/text", "one\ntwo\r\n\nlast")
            .file("/lf", "one\n\ntwo\n")
            .file("/crlf", "one\r\n\r\ntwo\r\n"))
        .in_every_way()
        .steps(texts())
        .steps(texts_of_one_kind());
    /// The data of texts arrives in pieces of at most seven bytes. The client must still translate
    /// the line ends.
    texts_through_a_small_window => session(Setup::new()
            .window(7)
            .file("/text", "one\ntwo\r\n\nlast"))
        .steps(texts());
    /// The client uploads to an offset of a file, appends to a file (APPE), and uploads under a
    /// name that the server chooses (STOU).
    uploads_of_all_kinds => session(Setup::new().file("/half", big(123_456)))
        .in_every_way()
        .steps(uploads());
    /// DELE, AUTH and XCWD move no data. If the caller passes one of them as the command of a
    /// transfer, the client must fail with a misuse error and make no data connection.
    no_data_command => session(Setup::new())
        .step(
            Operation::DownloadCommand("DELE /five"),
            Fails(ErrorKind::Misuse(Misuse::Option), None),
        )
        .step(
            Operation::UploadCommand("AUTH TLS", vec![]),
            Fails(ErrorKind::Misuse(Misuse::Option), None),
        )
        .step(
            Operation::DownloadCommand("XCWD /"),
            Fails(ErrorKind::Misuse(Misuse::Option), None),
        )
        .steps(still_in_step());
    /// The server accepts block mode (MODE B) and record structure (STRU R). The bytes of a
    /// transfer would then not be the bytes of the file, so the client must refuse transfers with a
    /// misuse error.
    framed_transfers_are_misuse => session(Setup::new()
            .fault(Fault::on("MODE", Action::Reply(b"200 Fine.\r\n".to_vec())))
            .fault(Fault::on("STRU", Action::Reply(b"200 Fine.\r\n".to_vec()))))
        .step(Operation::Mode(TransmissionMode::Block), done())
        .step(Download("/five", 0), Fails(ErrorKind::Misuse(Misuse::Framing), None))
        .step(Operation::Mode(TransmissionMode::Stream), done())
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Operation::Structure(FileStructure::Record), done())
        .step(Upload("/new", vec![]), Fails(ErrorKind::Misuse(Misuse::Framing), None))
        .step(Operation::Structure(FileStructure::File), done())
        .steps(still_in_step());
    /// The server demands PRET and lists it in FEAT. The client must send PRET before each PASV or
    /// EPSV.
    pret_where_it_is_listed => session(Setup::new().pret())
        .only(Channels::Clear)
        .step(Operation::Call(Call::Cwd, "/"), code(250))
        .step(Features, pret_features())
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(List, Is(Outcome::Count(4)));
    /// The server has closed the connection, and the client makes a new one. It must repeat the
    /// login, OPTS and TYPE, and go back to its directory.
    reconnected_where_it_stood => session(Setup::new()
            .directory("/d/e")
            .file("/d/e/here", "here")
            .fault(Fault::nth("NOOP", 0, Action::Reply(b"421 Bye.\r\n".to_vec()))))
        .step(Operation::Call(Call::Opts, "MLST type;"), code(200))
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Operation::Call(Call::Cwd, "e"), code(250))
        .step(Download("here", 0), bytes(b"here"))
        .step(Noop, Fails(Closed, Some(421)))
        .step(Pwd, Fails(Closed, Some(421)))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/d/e"))
        .step(
            Operation::Facts("here"),
            Is(Outcome::Lines(vec![b"/d/e/here".to_vec(), b"type=file".to_vec()])),
        )
        .step(Download("here", 0), bytes(b"here"));
    /// The caller reconnects although the old connection still works, and even has an open
    /// transfer. The new session must work.
    reconnected_without_need => session(Setup::new().window(4096))
        .step(Begin("/big", 1000, Ending::Forget), done())
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// During a reconnect, the server refuses the CWD that leads to the old directory. The new
    /// session would then work in the wrong directory, so the client must refuse every operation
    /// until another reconnect.
    reconnected_half_way => session(Setup::new()
            .directory("/a")
            .directory("/b")
            .fault(Fault::nth("CWD", 1, Action::Reply(b"550 Busy.\r\n".to_vec()))))
        .step(Operation::Call(Call::Cwd, "/a"), code(250))
        .step(Operation::Reconnect, Fails(Permanent, Some(550)))
        .step(Operation::Call(Call::Cwd, "/b"), Fails(Closed, None))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/a"));
    /// The client remembers at most 256 relative CWDs. After 300 it does not know how to get back
    /// to its directory, so a reconnect must fail. The reply to PWD names the directory, and the
    /// next reconnect must succeed.
    reconnect_wants_to_know_the_way => session(Setup::new().directory("/a"))
        .steps(vec![(Operation::Call(Call::Cwd, "."), code(250)); 300])
        .step(Operation::Reconnect, Fails(ErrorKind::TooLarge, None))
        .step(Pwd, bytes(b"/"))
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// The caller reconnects although the old connection still works. The new session must be in
    /// the same directory.
    reconnected_in_a_directory => session(Setup::new().directory("/d"))
        .in_every_way()
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/d"))
        .step(Operation::Call(Call::Cwd, ".."), code(250))
        .steps(still_in_step());
    /// A second login brings the session back to the directory in which logins start. So a
    /// reconnect must also end in that directory.
    reconnected_after_a_second_login => session(Setup::new().directory("/d"))
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Login, done())
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/"));
    /// In clear text, the caller has sent a raw PROT, which has no effect without TLS. A reconnect
    /// must not repeat it.
    reconnected_after_prot_in_clear => session(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"200 Fine.\r\n".to_vec()))))
        .only(Channels::Clear)
        .step(Raw("PROT C"), code(200))
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// The server sends 100 again and again, and no final reply. The client must fail, because it
    /// would otherwise wait forever.
    preliminaries_without_end => session(Setup::new()
            .fault(Fault::on("SITE", Action::Before(b"100 Wait.\r\n".repeat(300)))))
        .step(Raw("SITE HELP"), Fails(Protocol, Some(100)))
        .step(Pwd, Fails(Protocol, Some(100)));
    /// In place of the greeting, the server sends 120 again and again. Connecting must fail.
    greeting_that_is_never_ready => greeted("120 Later.\r\n".repeat(300))
        .connects(Fails(Protocol, Some(120)));
    /// The caller sends a raw `REST 5 `. The client cannot parse this offset, but the server
    /// accepts it. So the client must send REST 0 before the next download.
    raw_rest_is_taken_back => session(Setup::new()
            .fault(Fault::nth("REST", 0, Action::Reply(b"350 Armed.\r\n".to_vec()))))
        .only(Channels::Clear)
        .step(Operation::Type(TransferType::Image), done())
        .step(Raw("REST 5 "), code(350))
        .step(Download("/five", 0), bytes(b"12345"))
        .heard(&[
            "USER user",
            "PASS secret",
            "TYPE I",
            "REST 5 ",
            "EPSV",
            "REST 0",
            "RETR /five",
        ]);
    /// A reconnect repeats the login. Before any login, the client must refuse it with a misuse
    /// error.
    reconnect_before_login_is_misuse => Case::new(Setup::new())
        .step(
            Operation::Reconnect,
            Fails(ErrorKind::Misuse(Misuse::NotLoggedIn), None),
        );
    /// A path with CR, LF or NUL could smuggle another command to the server. The client must
    /// refuse such a path before it sends anything, and the session must still work.
    injection_is_refused_before_a_byte_is_sent => Case::new(Setup::new())
        .step(Raw("NOOP\r\nDELE /five"), Fails(ErrorKind::InvalidArgument, None))
        .step(Download("/five\nDELE /five", 0), Fails(ErrorKind::InvalidArgument, None))
        .step(Upload("/\0", vec![]), Fails(ErrorKind::InvalidArgument, None))
        .heard(&[]);

    // The next cases are about unusual replies of real servers.

    /// In its reply to PWD, the server does not double the quote in the name `/a"b`. PWD must still
    /// return the right name, and a reconnect must lead to that directory.
    quotes_that_are_not_doubled => session(Setup::new()
            .directory("/a\"b")
            .directory("/a")
            .fault(Fault::on("PWD", Action::Words(b"257 \"/a\"b\" is it.\r\n".to_vec()))))
        .step(Operation::Call(Call::Cwd, "a\"b"), code(250))
        .step(Pwd, bytes(b"/a\"b"))
        .step(Operation::Reconnect, done())
        .step(Operation::Call(Call::Cwd, "../a\"b"), code(250));
    /// The first listing is a single blank line, as some servers send it for an empty directory. It
    /// must bring no entries. The second listing has blank lines between its entries, which the
    /// client must skip.
    blank_lines_in_listings => session(two_listings(
            b"\r\n",
            b"\r\ntype=file; a\r\n \r\n\ntype=file; b\r\n",
        ))
        .step(Names, Is(Outcome::Lines(Vec::new())))
        .step(Operation::Look(Look::List, ""), Is(Outcome::Lines(Vec::new())))
        .step(Operation::Look(Look::Mlsd, ""), Is(Outcome::Lines(Vec::new())))
        .step(Names, lines(&["type=file; a", " ", "type=file; b"]))
        .step(Operation::Look(Look::List, ""), lines(&["type=file; a", "type=file; b"]))
        .step(Operation::Look(Look::Mlsd, ""), lines(&["type=file; a", "type=file; b"]))
        .steps(still_in_step());
    /// In the first listing, every line ends with CR CR LF, so the client must drop both CRs. In
    /// the second listing only one line ends with CR CR LF, so the first of these two CRs belongs
    /// to the name.
    lines_that_end_with_two_crs => session(two_listings(
            b"type=file; a\r\r\ntype=file; b\r\r\n",
            b"type=file; a\r\r\ntype=file; b\r\n",
        ))
        .step(Names, lines(&["type=file; a", "type=file; b"]))
        .step(Operation::Look(Look::List, ""), lines(&["type=file; a", "type=file; b"]))
        .step(Operation::FactsOfAll, lines(&["a", "b"]))
        .step(Names, lines(&["type=file; a\r", "type=file; b"]))
        .step(Operation::Look(Look::List, ""), lines(&["type=file; a\r", "type=file; b"]))
        .step(Operation::FactsOfAll, lines(&["a\r", "b"]))
        .steps(still_in_step());
    /// In a line of MLSD or MLST, the client must skip blanks and tabs before the facts. One blank
    /// ends the facts. All further blanks belong to the name.
    blanks_before_facts => session(two_listings(
            b"  type=file;size=1; a\r\n\t type=file;  b\r\n",
            b"",
        )
        .fault(Fault::on("MLST", Action::Words(
            b"250-Here\r\n \t  type=file;  a\r\n250 End\r\n".to_vec(),
        ))))
        .step(Operation::FactsOfAll, lines(&["a", " b"]))
        .step(Operation::Facts("a"), lines(&[" a", "type=file"]))
        .steps(still_in_step());
    /// The server replies `213 12 34` to SIZE. The client must fail, and must not take 12 or 34 for
    /// the size.
    two_numbers_for_a_size => session(Setup::new()
            .fault(Fault::nth("SIZE", 0, Action::Words(b"213 12 34\r\n".to_vec()))))
        .step(Size("/five"), Fails(Protocol, Some(213)))
        .step(Size("/five"), Is(Outcome::Size(Some(5))))
        .steps(still_in_step());
    /// In active mode, the data connection comes from 127.0.0.2 and not from the server's address.
    /// The client must drop it, so the download fails.
    active_mode_from_another_address => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::FromElsewhere)))
        .config(active)
        .step(Download("/big", 0), Fails(Transient, Some(426)))
        .steps(still_in_step());
    /// In active mode, the data connection comes from 127.0.0.2 and not from the server's address.
    /// The server has sent the whole file over it and replied 226. The client must drop this
    /// connection too, so the download fails.
    active_mode_from_another_address_unnoticed => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::FromElsewhere)))
        .config(active)
        .only(Channels::Clear)
        .step(Download("/five", 0), Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)))
        .steps(still_in_step());
    /// In active mode, the data connection comes from 127.0.0.2. With `ActivePeer::Anyone`, the
    /// client must accept it.
    active_mode_from_another_address_allowed => session(Setup::new()
            .fault(Fault::on("CONNECT", Action::FromElsewhere)))
        .config(active_with_anyone)
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(List, Is(Outcome::Count(4)))
        .steps(still_in_step());
    /// The server's reply begins with `221-` and ends with `211 End`. The client cannot know
    /// whether the reply is over, and must fail without a long wait.
    other_code_at_the_end => session(Setup::new()
            .fault(Fault::on("FEAT", Action::Reply(b"221-Here\r\n211 End\r\n".to_vec()))))
        .step(Features, Fails(Protocol, None))
        .step(Pwd, Fails(Protocol, None));
    /// The server's reply begins with `221-` and ends with `211 End`. With `Multiline::Lenient`,
    /// the client must accept it.
    other_code_at_the_end_by_option => session(Setup::new()
            .fault(Fault::on("FEAT", Action::Reply(b"221-Here\r\n UTF8\r\n211 End\r\n".to_vec()))))
        .config(lenient)
        .step(Features, bytes(b"UTF8 "))
        .steps(still_in_step());
    /// The server's greeting begins with `220-` and ends with `230 Ready`. Connecting must fail.
    other_code_at_the_end_of_the_greeting => greeted("220-Welcome\r\n230 Ready\r\n")
        .connects(Fails(Protocol, None));
    /// Inside a multi-line reply, a line such as `550 is a code` begins with another code. If more
    /// lines follow, the client must take it for text.
    other_codes_in_the_middle => session(Setup::new()
            .fault(Fault::on("HELP", Action::Reply(
                b"214-Help\r\n550 is a code\r\n150 too\r\n214 End\r\n".to_vec(),
            ))))
        .step(Operation::Call(Call::Help, ""), code(214))
        .steps(still_in_step());
    /// The caller has logged in by raw USER and PASS, so the client does not know the user. A
    /// reconnect could log in as another user, so it must fail with a misuse error.
    reconnect_after_a_raw_login_is_misuse => session(Setup::new()
            .fault(Fault::nth("USER", 1, Action::Reply(b"331 Yes?\r\n".to_vec())))
            .fault(Fault::nth("PASS", 1, Action::Reply(b"230 In.\r\n".to_vec()))))
        .step(Raw("USER bob"), code(331))
        .step(Raw("PASS hunter2"), code(230))
        .step(Pwd, bytes(b"/"))
        .step(Operation::Reconnect, Fails(ErrorKind::Misuse(Misuse::Option), None))
        .step(Pwd, bytes(b"/"))
        .step(Login, done())
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// The server does not reply to CWD in time, but may have changed the directory. A reconnect
    /// must fail, because the directory is unknown. After PWD has returned the directory, a
    /// reconnect must succeed.
    reconnect_after_a_lost_cwd_wants_to_know_the_way => session(Setup::new()
            .directory("/a/b")
            .fault(Fault::nth("CWD", 1, Action::Silent)))
        .step(Operation::Call(Call::Cwd, "/a"), code(250))
        .step(Operation::Call(Call::Cwd, "b"), Fails(ErrorKind::Timeout(Wait::Reply), None))
        .step(Operation::Reconnect, Fails(ErrorKind::TooLarge, None))
        .step(Pwd, bytes(b"/a/b"))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/a/b"));
    /// The server refuses CWD, but this reply comes late. The directory is unchanged, so a
    /// reconnect must lead to the old directory.
    reconnect_after_a_late_refusal_of_cwd => session(Setup::new()
            .directory("/a")
            .fault(Fault::nth("CWD", 1, Action::Hold)))
        .step(Operation::Call(Call::Cwd, "/a"), code(250))
        .step(Operation::Call(Call::Cwd, "none"), Fails(Permanent, Some(550)))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/a"));
    /// A raw command may have a verb of up to 32 letters and digits. The client must refuse a
    /// longer verb.
    long_verbs => session(Setup::new()
            .fault(Fault::on("SETLONGRETR", Action::Reply(b"200 Fine.\r\n".to_vec()))))
        .step(Raw("setlongretr on"), code(200))
        .step(Raw("THISISTHELONGESTONETHEREMAYBE032"), code(500))
        .step(
            Raw("LONGERTHANTHIRTYTWOLETTERSANDDIGI"),
            Fails(ErrorKind::InvalidArgument, None),
        )
        .steps(still_in_step());

    // The next cases are about sizes: those that the server announces in a 150, and those that SIZE
    // returns.

    /// The server cuts a download after 50,000 bytes, but replies 226. In clear text, only the size
    /// in the 150 shows that bytes are missing. The download must fail, and the session must still
    /// work.
    shorter_than_announced => session(cut(Then::Fin))
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The client downloads from byte 500 on. The 150 announces 200,000 bytes, but the server sends
    /// none. The download must fail.
    shorter_than_announced_from_an_offset => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::At {
                after: 0,
                control: Vec::new(),
                then: Then::Fin,
            }))
            .fault(Fault::nth("RETR", 0, Action::Announcing(announcing(200_000)))))
        .step(Download("/big", 500), FailsAfter(Truncated, Some(226), 0))
        .step(Download("/big", 150_000), bytes(big(200_000).split_at(150_000).1))
        .steps(still_in_step());
    /// Each 150 announces a size that must not make the transfer fail: a size smaller than the
    /// file, the size of the whole file although the download begins at an offset, or a size for a
    /// text, a listing or an upload. If the caller names the size, the client ignores the size in
    /// the 150.
    announced_sizes_that_do_not_count => session(Setup::new()
            .file("/text", "one\ntwo\n")
            .fault(Fault::nth("RETR", 0, Action::Announcing(announcing(4))))
            .fault(Fault::nth("RETR", 1, Action::Announcing(announcing(5))))
            .fault(Fault::nth("RETR", 2, Action::Announcing(announcing(500))))
            .fault(Fault::nth("RETR", 3, Action::Announcing(announcing(6))))
            .fault(Fault::nth("NLST", 0, Action::Announcing(announcing(5000))))
            .fault(Fault::nth("STOR", 0, Action::Announcing(announcing(5000)))))
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Download("/five", 3), bytes(b"45"))
        .step(Operation::DownloadText("/text"), bytes(b"one\ntwo\n"))
        .step(DownloadExpecting("/five", 5), bytes(b"12345"))
        .step(List, Is(Outcome::Count(4)))
        .step(Names, Is(Outcome::Lines(["big", "empty", "five", "text"]
            .map(|name| name.as_bytes().to_vec())
            .into())))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .steps(still_in_step());
    /// The file's name contains `(99 bytes)`, and the 150 repeats the name. The client must not
    /// take this for the size that the 150 announces.
    announced_by_a_name => session(Setup::new()
            .file("/a (99 bytes)", "12345")
            .fault(Fault::nth("RETR", 0, Action::Announcing(
                b"150 Sending a (99 bytes).\r\n".to_vec(),
            )))
            .fault(Fault::nth("RETR", 1, Action::Announcing(
                b"150 Sending a (99 bytes) (6 bytes).\r\n".to_vec(),
            ))))
        .step(Download("/a (99 bytes)", 0), bytes(b"12345"))
        .step(Download("/a (99 bytes)", 0), FailsAfter(Truncated, Some(226), 5))
        .step(Download("/a (99 bytes)", 0), bytes(b"12345"));
    /// The 150 announces 4096 bytes for a file of five, so the download must fail. With
    /// `SizeCheck::Never`, or if the caller names the size, the client does not compare this
    /// number, and the download must succeed.
    announced_sizes_by_option_not_compared => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Announcing(announcing(4096))))
            .fault(Fault::nth("RETR", 1, Action::Announcing(announcing(4096))))
            .fault(Fault::nth("RETR", 2, Action::Announcing(announcing(4096)))))
        .step(Download("/five", 0), FailsAfter(Truncated, Some(226), 5))
        .step(
            Operation::DownloadWith("/five", TransferOptions::new().with_size_check(SizeCheck::Never)),
            bytes(b"12345"),
        )
        .step(DownloadExpecting("/five", 5), bytes(b"12345"))
        .steps(still_in_step());
    /// With `SizeCheck::Always`, the client sends SIZE before a download. So it must notice a cut
    /// even if the 150 announces no size, or only the size of the rest after the offset.
    sizes_asked_by_option => session(cut(Then::Fin)
            .fault(Fault::nth("RETR", 0, Action::Announcing(b"150 Here.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 1, Action::At {
                after: 0,
                control: Vec::new(),
                then: Then::Fin,
            })))
        .step(
            Operation::DownloadWith("/big", asking()),
            FailsAfter(Truncated, Some(226), 50_000),
        )
        .step(
            Operation::DownloadWith("/five", asking().with_offset(3)),
            FailsAfter(Truncated, Some(226), 0),
        )
        .step(Operation::DownloadWith("/five", asking().with_offset(3)), bytes(b"45"))
        .step(Operation::DownloadWith("/none", asking()), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// With `SizeCheck::Always`, the client sends SIZE before a download, but this server does not
    /// know SIZE. The client must then use the size in the 150.
    sizes_asked_by_option_of_a_server_without_size => session(cut(Then::Fin).without("SIZE"))
        .step(
            Operation::DownloadWith("/big", asking()),
            FailsAfter(Truncated, Some(226), 50_000),
        )
        .step(Operation::DownloadWith("/five", asking()), bytes(b"12345"))
        .steps(still_in_step());

    /// The server does not resume TLS sessions, and the options demand that it does. Each transfer
    /// must fail, because another server may be at the other end of the data connection.
    resumption_demanded_of_a_server_without_it => session(Setup::new())
        .only(Channels::Tls)
        .without_resumption()
        .options_with(|options| options.with_resumption(Resumption::Required))
        .step(Download("/big", 0), Fails(ErrorKind::Tls, Some(426)))
        .step(Upload("/new", big(10)), Fails(ErrorKind::Tls, Some(426)))
        .step(Operation::Stored("/new"), bytes(b""))
        .step(Pwd, bytes(b"/"));
    /// The server does not resume TLS sessions. Without `Resumption::Required`, a full handshake is
    /// good enough.
    resumption_not_demanded => session(Setup::new())
        .only(Channels::Tls)
        .without_resumption()
        .steps(still_in_step());
    /// The options demand that data connections resume, and the server does it. Every transfer
    /// works, also after some that were given up.
    resumption_demanded_and_done => session(Setup::new())
        .only(Channels::Tls)
        .options_with(|options| options.with_resumption(Resumption::Required))
        .step(Begin("/big", 10, Ending::Drop), done())
        .step(Begin("/big", 0, Ending::Abort), done())
        .steps(still_in_step());
    /// Under TLS 1.3, the server sends one ticket on each connection, and refuses three uploads half
    /// way. The client resets their data connections (`Closing::Abandon`), but must take the tickets
    /// out of them before. Otherwise no ticket is left for the next transfer.
    tickets_of_refused_uploads_are_kept => session(half_way_refused(3))
        .only(Channels::Tls)
        .one_ticket_each()
        .steps(vec![(Upload("/new", big(100_000)), Fails(Permanent, Some(552))); 3])
        .steps(still_in_step());
    /// Under TLS 1.3, the server sends one ticket on each connection. It refuses three downloads
    /// after the handshake of their data connections. The client closes these connections
    /// (`Closing::Discard`), but must take the tickets out of them before.
    tickets_of_unused_data_connections_are_kept => session(refused_after_the_handshake(3))
        .only(Channels::Tls)
        .one_ticket_each()
        .steps(vec![(Download("/five", 0), Fails(Permanent, Some(550))); 3])
        .steps(still_in_step());
    /// After a reconnect, the server does not resume the TLS sessions of the old control connection,
    /// as ProFTPD does it. So the client must make a new TLS login, and use it for both connections.
    reconnected_with_a_new_tls_login => session(Setup::new())
        .only(Channels::Tls)
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Operation::Reconnect, done())
        .steps(still_in_step())
        .step(Operation::Reconnect, done())
        .steps(still_in_step());

    /// After the login, the control connection takes no more bytes. The next operation must fail
    /// after the limit for sending, and the session is then dead.
    control_connection_full => Case::new(Setup::new().full_after(2))
        .only(Channels::Clear)
        .step(Login, done())
        .step(Pwd, Fails(ErrorKind::Timeout(Wait::Send), None))
        .step(Noop, Fails(ErrorKind::Timeout(Wait::Send), None));

    /// The client's line is slow: when the client has written all of an upload and its end, the system
    /// still sends for seconds, longer than the limits for the end of the data connection and for the
    /// final reply. As long as the server acknowledges more bytes, the client must wait (`Backlog`).
    upload_over_a_slow_line => session(Setup::new()
            .fault(Fault::on("STOR", Action::SlowLine(10_000))))
        .step(Upload("/new", big(40_000)), Is(Outcome::Count(40_000)))
        .step(Operation::Stored("/new"), bytes(&big(40_000)))
        .step(Pwd, bytes(b"/"));
    /// The client's line is slow, and the server refuses an upload while the system still sends the
    /// rest of it. The upload must fail with the refusal.
    upload_over_a_slow_line_refused => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::SlowLine(10_000)))
            .fault(Fault::nth("STOR", 0, Action::At {
                after: 15_000,
                control: b"552 Disk full.\r\n".to_vec(),
                then: Then::Stall,
            })))
        .step(Upload("/new", big(40_000)), Fails(Permanent, Some(552)))
        .steps(still_in_step());

    // The next cases are about options that the driver must keep, because the session cannot.

    /// The options demand a local address, and the simulated world has none to choose. A driver that
    /// cannot follow an option refuses it before it connects, and does not ignore it.
    options_that_need_sockets_are_refused => Case::new(Setup::new())
        .options_with(|options| options.with_source_address(([127, 0, 0, 1], 0)))
        .connects(Fails(ErrorKind::Misuse(Misuse::Option), None));
    /// The server does not reply to NOOP. The total time is over before the limit of this wait. The
    /// operation and all later ones fail, and the session is not dead.
    total_time_ends_a_wait => session(Setup::new().fault(Fault::on("NOOP", Action::Silent)))
        .options_with(|options| options.with_total_time(HALF_A_SECOND))
        .step(Noop, Fails(ErrorKind::OutOfTime, None))
        .step(Pwd, Fails(ErrorKind::OutOfTime, None));
    /// In the middle of a download, the server sends nothing more. The total time is over before the
    /// limit of idle data.
    total_time_ends_a_download => session(cut(Then::Stall))
        .options_with(|options| options.with_total_time(HALF_A_SECOND))
        .step(Download("/big", 0), Fails(ErrorKind::OutOfTime, None))
        .step(Pwd, Fails(ErrorKind::OutOfTime, None));
    /// In the middle of a download, the server sends nothing more. The download is then slower than the
    /// limits allow, before the limit of idle data has passed. The session goes on.
    download_below_the_least_speed => session(cut(Then::Stall))
        .options_with(|options| options.with_transfer_limits(
            TransferLimits::new().with_low_speed(1000, HALF_A_SECOND),
        ))
        .step(Download("/big", 0), FailsAfter(ErrorKind::TooSlow, None, 50_000))
        .steps(still_in_step());

    // The next cases are about uploads after which the server resets the data connection, or of
    // which it stores only a part.

    /// The server stores two uploads, and resets the data connection of the second. After the reset
    /// the client must send SIZE, which shows that everything is stored. After the first upload it
    /// must not send SIZE.
    reset_upload_whose_size_agrees => session(Setup::new()
            .fault(Fault::nth("STOR", 1, Action::ResetEnd)))
        .only(Channels::Clear)
        .step(Upload("/new", big(1000)), Is(Outcome::Count(1000)))
        .step(Upload("/new", big(1000)), Is(Outcome::Count(1000)))
        .heard(&[
            "USER user",
            "PASS secret",
            "TYPE I",
            "EPSV",
            "STOR /new",
            "EPSV",
            "STOR /new",
            "SIZE /new",
        ]);
    /// The server resets the data connection of uploads that begin at an offset. The final size
    /// confirms such an upload only if the client has sent SIZE before the upload too
    /// (`SizeCheck::Always`), and the file has grown since then.
    reset_upload_at_an_offset => session(Setup::new()
            .file("/half", big(500))
            .fault(Fault::on("STOR", Action::ResetEnd)))
        .only(Channels::Clear)
        .step(Operation::UploadAt("/half", 400, big(1000)), Fails(Unconfirmed, Some(226)))
        .step(
            Operation::UploadWith("/half", asking().with_offset(400), big(1000)),
            Fails(Unconfirmed, Some(226)),
        )
        .step(
            Operation::UploadWith("/half", asking().with_offset(400), big(2000)),
            Is(Outcome::Count(2000)),
        )
        .heard(&[
            "USER user",
            "PASS secret",
            "TYPE I",
            "EPSV",
            "REST 400",
            "STOR /half",
            "SIZE /half",
            "EPSV",
            "REST 400",
            "STOR /half",
            "SIZE /half",
            "EPSV",
            "REST 400",
            "STOR /half",
            "SIZE /half",
        ]);
    /// The server resets the data connection of each upload, under TLS too. The uploads must
    /// succeed because SIZE agrees, even under a name that the server has chosen (STOU). The
    /// session must still work.
    reset_upload_is_usable_afterwards => session(Setup::new()
            .fault(Fault::on("STOR", Action::ResetEnd))
            .fault(Fault::on("STOU", Action::ResetEnd)))
        .step(Upload("/new", big(100_000)), Is(Outcome::Count(100_000)))
        .step(Operation::Stored("/new"), bytes(&big(100_000)))
        .step(Operation::UploadUnique(big(1000)), bytes(b"stou.0001"))
        .steps(still_in_step());
    /// The server stores ten bytes of an upload, resets the data connection and replies 226. SIZE
    /// returns 10, so the upload must fail.
    reset_upload_whose_size_differs => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::At {
                after: 10,
                control: Vec::new(),
                then: Then::Discard,
            }))
            .fault(Fault::nth("STOR", 0, Action::ResetEnd)))
        .step(Upload("/new", big(100_000)), Fails(Unconfirmed, Some(226)))
        .steps(still_in_step())
        .step(Upload("/new", big(100_000)), Is(Outcome::Count(100_000)));
    /// The server resets the data connection of an upload, and does not know SIZE. The client
    /// cannot find out what is stored, so the upload must fail.
    reset_upload_whose_size_is_not_known => session(Setup::new()
            .without("SIZE")
            .fault(Fault::on("STOR", Action::ResetEnd)))
        .step(Upload("/new", big(100)), Fails(Unconfirmed, Some(226)))
        .steps(still_reading());
    /// The server resets the data connection of two uploads: one is a text, the other is an APPE.
    /// The client cannot tell which size the stored file must have, so both uploads must fail.
    reset_upload_whose_size_does_not_tell => session(Setup::new()
            .fault(Fault::on("STOR", Action::ResetEnd))
            .fault(Fault::on("APPE", Action::ResetEnd)))
        .step(Operation::UploadText("/new", b"one\n".to_vec()), Fails(Unconfirmed, Some(226)))
        .step(Operation::Append("/five", big(100)), Fails(Unconfirmed, Some(226)))
        .steps(still_reading());
    /// The server refuses an upload with 552 and resets the data connection. The upload must fail
    /// with the 552, and not with the reset.
    reset_upload_that_is_refused => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::ResetEnd))
            .fault(Fault::nth("STOR", 0, Action::Words(b"552 Disk full.\r\n".to_vec()))))
        .step(Upload("/new", big(100)), Fails(Permanent, Some(552)))
        .steps(still_in_step());
    /// The server resets the data connection of an upload. With `SizeCheck::Never`, the client must
    /// trust the 226 and must not send SIZE.
    reset_upload_by_option_accepted => session(Setup::new()
            .without("SIZE")
            .fault(Fault::on("STOR", Action::ResetEnd)))
        .step(
            Operation::UploadWith(
                "/new",
                TransferOptions::new().with_size_check(SizeCheck::Never),
                big(100),
            ),
            Is(Outcome::Count(100)),
        )
        .steps(still_reading());
    /// The server replies 226 although it has stored only ten bytes. With `SizeCheck::Always`, the
    /// client sends SIZE after every upload, so this upload must fail.
    upload_by_option_compared => session(Setup::new()
            .file("/half", big(500))
            .fault(Fault::nth("STOR", 0, Action::At {
                after: 10,
                control: Vec::new(),
                then: Then::Discard,
            })))
        .step(
            Operation::UploadWith("/new", asking(), big(1000)),
            Fails(Unconfirmed, Some(226)),
        )
        .step(Operation::UploadWith("/new", asking(), big(1000)), Is(Outcome::Count(1000)))
        .step(
            Operation::UploadWith("/half", asking().with_offset(400), big(50)),
            Is(Outcome::Count(50)),
        )
        .step(
            Operation::UploadWith("/half", asking().with_offset(400), big(200)),
            Is(Outcome::Count(200)),
        )
        .steps(still_in_step());

    // The next cases are about which replies confirm that a transfer is complete.

    /// A 226 comes before the 150, so it belongs to an earlier command. The server then cuts the
    /// download and replies 451. The download must fail.
    confirmed_by_no_226_before_the_150 => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Before(b"226 Old.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 0, Action::At {
                after: 50_000,
                control: b"451 Broken.\r\n".to_vec(),
                then: Then::Fin,
            })))
        .step(Download("/big", 0), FailsAfter(Transient, Some(451), 50_000))
        .steps(still_in_step());
    /// A 226 comes before the 150. Then the server cuts the download, but replies 226. The client
    /// cannot tell which 226 belongs to the download, so it reports the download as unconfirmed.
    confirmed_by_no_226_after_another_one_before_the_150 => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Before(b"226 Old.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 0, Action::At {
                after: 50_000,
                control: Vec::new(),
                then: Then::Fin,
            })))
        .step(Download("/big", 0), FailsAfter(Unconfirmed, Some(226), 50_000))
        .steps(still_in_step());
    /// A 226 comes before the 150 of a listing, so it belongs to an earlier command. The server
    /// then cuts the listing and replies 451. The listing must fail.
    confirmed_by_no_226_before_the_150_of_a_listing => session(Setup::new()
            .fault(Fault::nth("NLST", 0, Action::Before(b"226 Old.\r\n".to_vec())))
            .fault(Fault::nth("NLST", 0, Action::At {
                after: 5,
                control: b"451 Broken.\r\n".to_vec(),
                then: Then::Fin,
            })))
        .step(Names, Fails(Transient, Some(451)))
        .steps(still_in_step());
    /// A 226 comes before the 150 of an upload, so it belongs to an earlier command. The server
    /// then refuses the upload with 552. The upload must fail.
    confirmed_by_no_226_before_the_150_of_an_upload => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::Before(b"226 Old.\r\n".to_vec())))
            .fault(Fault::nth("STOR", 0, Action::Words(b"552 Disk full.\r\n".to_vec()))))
        .step(Upload("/new", big(100_000)), Fails(Permanent, Some(552)))
        .steps(still_in_step());
    /// After the data, the server sends 226 and then a refusal (451 or 552), in one segment or in
    /// two. The transfer must fail with the refusal.
    confirmed_and_refused_is_refused => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Words(b"226 Done.\r\n451 Broken.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 1, Action::Stray(b"451 Broken.\r\n".to_vec())))
            .fault(Fault::nth("STOR", 0, Action::Words(b"226 Done.\r\n552 Full.\r\n".to_vec())))
            .fault(Fault::nth("STOR", 1, Action::Stray(b"552 Full.\r\n".to_vec())))
            .fault(Fault::nth("NLST", 0, Action::Stray(b"451 Broken.\r\n".to_vec()))))
        .step(Download("/big", 0), FailsAfter(Transient, Some(451), 200_000))
        .step(Download("/five", 0), FailsAfter(Transient, Some(451), 5))
        .step(Upload("/new", big(10)), Fails(Permanent, Some(552)))
        .step(Upload("/new", big(10)), Fails(Permanent, Some(552)))
        .step(Names, Fails(Transient, Some(451)))
        .steps(still_in_step());
    /// The client has sent a NOOP during a download. The server sends 226 and then 451 before it
    /// replies to the NOOP. The download must fail with the 451.
    confirmed_and_refused_with_a_noop_owed_is_refused => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("RETR", 0, Action::Words(b"226 Done.\r\n451 Broken.\r\n".to_vec()))))
        .step(DownloadKeptAlive("/big", 1000), FailsAfter(Transient, Some(451), 200_000))
        .steps(still_in_step());
    /// After the data, the server sends a reply that only another command can have, for example
    /// 257. The transfer must fail as unconfirmed.
    confirmed_by_no_other_reply => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Words(b"257 \"/\"\r\n".to_vec())))
            .fault(Fault::nth("RETR", 1, Action::Words(b"211 End.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 2, Action::Words(b"227 Passive (127,0,0,1,2,3).\r\n".to_vec())))
            .fault(Fault::nth("RETR", 3, Action::Words(b"225 Open.\r\n".to_vec())))
            .fault(Fault::nth("STOR", 0, Action::Words(b"213 5\r\n".to_vec()))))
        .step(Download("/five", 0), Fails(Unconfirmed, Some(257)))
        .step(Download("/five", 0), Fails(Unconfirmed, Some(211)))
        .step(Download("/five", 0), Fails(Unconfirmed, Some(227)))
        .step(Download("/five", 0), Fails(Unconfirmed, Some(225)))
        .step(Upload("/new", big(5)), Fails(Unconfirmed, Some(213)))
        .steps(still_in_step());
    /// A 250 confirms a transfer, and so does a 226 that comes twice. A 200 after the data confirms
    /// it if no other reply follows. A 200 before the 150 is not the final reply.
    confirmed_by_250_200_and_226_twice => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Words(b"250 Done.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 1, Action::Words(b"200 Done.\r\n".to_vec())))
            .fault(Fault::nth("RETR", 2, Action::Twice))
            .fault(Fault::nth("STOR", 0, Action::Before(b"200 Okay.\r\n".to_vec())))
            .fault(Fault::nth("STOR", 1, Action::Words(b"200 Done.\r\n".to_vec())))
            .fault(Fault::nth("NLST", 0, Action::Before(b"200 Okay.\r\n".to_vec()))))
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(
            Names,
            Is(Outcome::Lines(vec![
                b"big".to_vec(),
                b"empty".to_vec(),
                b"five".to_vec(),
                b"new".to_vec(),
            ])),
        )
        .steps(still_in_step());

    /// The server refuses a download with 550 before it has accepted the data connection. The
    /// client must notice this while it still waits for the connection.
    hard_01_refused_with_550_while_connecting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"550 No.\r\n".to_vec()))))
        .config(with_connect)
        .step(Download("/five", 0), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// The server replies 425 before it has accepted the data connection. The client must notice
    /// this while it still waits for the connection.
    hard_01_refused_with_425_while_connecting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"425 No.\r\n".to_vec()))))
        .config(with_connect)
        .step(Download("/five", 0), Fails(Transient, Some(425)))
        .steps(still_in_step());
    /// In active mode, the server refuses a download with 550 and does not connect. The client must
    /// notice this while it still waits for the server to connect.
    hard_01_refused_with_550_while_accepting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"550 No.\r\n".to_vec()))))
        .config(active)
        .step(Download("/five", 0), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// In active mode, the server replies 425 and does not connect. The client must notice this
    /// while it still waits for the server to connect.
    hard_01_refused_with_425_while_accepting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"425 No.\r\n".to_vec()))))
        .config(active)
        .step(Download("/five", 0), Fails(Transient, Some(425)))
        .steps(still_in_step());
    /// The server accepts the data connection late. Transfers must still succeed.
    hard_01_accepted_late => session(Setup::new()
            .fault(Fault::on("CONNECT", Action::AcceptLate)))
        .steps(still_in_step());
    /// In active mode, the server connects late. Transfers must still succeed.
    hard_01_accepted_late_in_active_mode => session(Setup::new()
            .fault(Fault::on("CONNECT", Action::AcceptLate)))
        .config(active)
        .steps(still_in_step());
    /// The process of the server ends if the client resets a data connection that no transfer uses.
    /// So the client must close such a connection by FIN when a command is refused or a transfer is
    /// dropped.
    unused_data_connection_is_not_reset => session(Setup::new()
            .dies_of_resets()
            .without("MLSD")
            .fault(Fault::nth("NLST", 0, reply("502 Not here.")))
            .fault(Fault::nth("STOR", 0, reply("553 Not allowed.")))
            .fault(Fault::nth("REST", 0, reply("501 Not from there."))))
        .step(Names, Fails(Permanent, Some(502)))
        .step(Operation::FactsOfAll, Fails(Permanent, Some(500)))
        .step(Download("/none", 0), Fails(Permanent, Some(550)))
        .step(Upload("/new", big(10)), Fails(Permanent, Some(553)))
        .step(Download("/five", 2), Fails(Permanent, Some(501)))
        .step(Begin("/big", 0, Ending::Drop), done())
        .step(Begin("/big", 10, Ending::Abort), done())
        .steps(still_in_step());
    /// The process of the server ends if the client closes a data connection by FIN during a
    /// download. So the client must reset the data connection when it aborts or drops a download.
    download_given_up_is_reset => session(Setup::new().dies_of_ends())
        .step(Begin("/big", 10, Ending::Abort), done())
        .step(Begin("/big", 10, Ending::Drop), done())
        .step(Begin("/big", 10, Ending::Forget), done())
        .steps(still_in_step());
    /// The server refuses TYPE A. The client must then request listings in TYPE I.
    listing_where_type_a_is_refused => session(Setup::new()
            .file("/d/one", "1")
            .fault(Fault::nth("TYPE", 0, reply("504 Binary only."))))
        .step(Operation::Call(Call::Cwd, "/d"), code(250))
        .step(Names, Is(Outcome::Lines(vec![b"one".to_vec()])))
        .step(List, Is(Outcome::Count(1)))
        .step(
            Operation::FactsOfAll,
            Is(Outcome::Lines(vec![b".".to_vec(), b"one".to_vec()])),
        );
    /// The client must send `OPTS UTF8 ON` before the first command with a name that is not ASCII,
    /// and only once.
    utf8_before_the_first_name => session(Setup::new())
        .only(Channels::Clear)
        .step(Size("/five"), Is(Outcome::Size(Some(5))))
        .step(Operation::Call(Call::Delete, "/\u{e9}"), Fails(Permanent, Some(550)))
        .step(Operation::Call(Call::Delete, "/\u{e9}"), Fails(Permanent, Some(550)))
        .heard(&[
            "USER user", "PASS secret", "TYPE I", "SIZE /five", "FEAT", "OPTS UTF8 ON",
            "DELE /\u{e9}", "DELE /\u{e9}",
        ]);
    /// With `Utf8Names::SwitchOnEarly`, the client sends `OPTS UTF8 ON` before the first listing.
    /// The server refuses it, and the client must not send it again.
    utf8_before_the_first_listing => session(Setup::new()
            .directory("/void")
            .fault(Fault::on("OPTS", reply("501 What?"))))
        .only(Channels::Clear)
        .config(|config| config.with_utf8_names(Utf8Names::SwitchOnEarly))
        .step(Operation::Call(Call::Cwd, "/void"), code(250))
        .step(List, Is(Outcome::Count(0)))
        .step(List, Is(Outcome::Count(0)))
        .heard(&[
            "USER user", "PASS secret", "CWD /void", "FEAT", "OPTS UTF8 ON", "TYPE A", "EPSV",
            "LIST", "EPSV", "LIST",
        ]);
    /// In active mode, the server sends 150 and never connects. The download must fail, and the
    /// next operation must send ABOR.
    active_mode_where_nobody_connects => session(Setup::new()
            .fault(Fault::nth("RETR", 0, reply("150 Here.")))
            .fault(Fault::nth("ABOR", 0, reply("226 Given up."))))
        .config(active)
        .step(
            Download("/five", 0),
            Fails(ErrorKind::Timeout(Wait::Accept), None),
        )
        .steps(still_in_step());
    /// The server sends 226, but no data, and leaves the data connection open. The download must
    /// fail without a long wait.
    silent_data_after_the_last_word => session(Setup::new()
            .fault(Fault::nth("RETR", 0, reply("226 Done."))))
        .step(
            Download("/five", 0),
            Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)),
        )
        .steps(still_in_step());
    /// The server sends 226 to NLST, but no data, and leaves the data connection open. The listing
    /// must fail without a long wait.
    silent_listing_after_the_last_word => session(Setup::new()
            .fault(Fault::nth("NLST", 0, reply("226 Done."))))
        .step(
            Names,
            Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)),
        )
        .steps(still_in_step());
    /// The server sends five bytes and 226, but leaves the data connection open. The download must
    /// fail, because more bytes might come.
    open_data_after_the_last_word => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::At {
                after: 5,
                control: b"226 Done.\r\n".to_vec(),
                then: Then::Stall,
            })))
        .step(
            Download("/big", 0),
            FailsAfter(ErrorKind::Timeout(Wait::DataClose), Some(226), 5),
        )
        .steps(still_in_step());
    /// The server does not know ABOR. When the client aborts a transfer, the server sends 426 for
    /// the transfer, or nothing. The session must still work.
    abor_unknown => session(Setup::new()
            .without("ABOR")
            .fault(Fault::nth("RETR", 2, Action::SilentFinal)))
        .step(Begin("/big", 10, Ending::Abort), done())
        .step(Begin("/big", 10, Ending::Drop), done())
        .step(Begin("/big", 10, Ending::Abort), done())
        .step(BeginUpload("/new", big(10), Ending::Abort), done())
        .steps(still_in_step());
    /// In the middle of an upload, the server sends 552 and stops reading. The driver waits until
    /// it can write more, and must notice the 552 while it waits.
    hard_02_upload_refused_with_552_half_way => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("STOR", 0, Action::At {
                after: 100_000,
                control: b"552 Disk full.\r\n".to_vec(),
                then: Then::Stall,
            })))
        .step(Upload("/new", big(1_000_000)), Fails(Permanent, Some(552)))
        .steps(still_in_step());
    /// The driver aborts a download, drops it, or forgets it by `mem::forget`. After each of these,
    /// the next operations must succeed.
    hard_04_download_given_up_in_every_way => session(Setup::new().window(4096))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Drop), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Forget), done())
        .steps(still_in_step());
    /// The driver aborts, drops or forgets a download. This server handles ABOR during the transfer
    /// and replies 426 and 226. The next operations must succeed.
    hard_04_download_given_up_where_abor_is_heard => session(Setup::new()
            .window(4096)
            .during_transfer(DuringTransfer::Immediate))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .steps(still_in_step())
        .step(Begin("/big", 0, Ending::Drop), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Forget), done())
        .steps(still_in_step());
    /// The driver aborts an upload, drops it, or forgets it by `mem::forget`. After each of these,
    /// the next operations must succeed.
    hard_04_upload_given_up_in_every_way => session(Setup::new().window(4096))
        .step(BeginUpload("/new", big(3000), Ending::Abort), done())
        .steps(still_in_step())
        .step(BeginUpload("/new", big(3000), Ending::Drop), done())
        .steps(still_in_step())
        .step(BeginUpload("/new", big(3000), Ending::Forget), done())
        .steps(still_in_step());
    /// The server ends the session if the client closes the data connection before the reply to
    /// ABOR. With `AbortClose::AfterReply`, the client must wait for this reply first, so the
    /// session must still work.
    abort_answered_before_the_close => session(Setup::new()
            .window(4096)
            .during_transfer(DuringTransfer::Immediate)
            .dies_before_it_answers()
            .fault(Fault::nth("RETR", 0, Action::HoldFinal))
            .fault(Fault::nth("RETR", 3, Action::HoldFinal))
            .fault(Fault::nth("RETR", 6, Action::HoldFinal))
            .fault(Fault::nth("STOR", 3, Action::HoldFinal)))
        .config(|config| config.with_abort_close(AbortClose::AfterReply))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Drop), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Forget), done())
        .steps(still_in_step())
        .step(BeginUpload("/new", big(3000), Ending::Abort), done())
        .steps(still_in_step());
    /// The server replies to ABOR only after the client has closed the data connection. With
    /// `AbortClose::AfterReply`, the client waits for the reply first. It must give up this wait
    /// after a time, and close the data connection.
    abort_answered_after_the_close => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("RETR", 0, Action::HoldFinal)))
        .config(|config| config.with_abort_close(AbortClose::AfterReply))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .step(Begin("/big", 1000, Ending::Drop), done())
        .step(BeginUpload("/new", big(3000), Ending::Forget), done())
        .steps(still_in_step());
    /// With `AbortSignal::TelnetSynch`, the client sends IAC IP IAC DM before each ABOR, in the order of
    /// the control connection, and the DM as urgent data (RFC 959 section 4.1.3).
    abort_with_a_telnet_synch => session(Setup::new()
            .window(4096)
            .during_transfer(DuringTransfer::Immediate))
        .only(Channels::Clear)
        .config(|config| config.with_abort_signal(AbortSignal::TelnetSynch))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Drop), done())
        .step(BeginUpload("/new", big(3000), Ending::Abort), done())
        .steps(still_in_step());
    /// After ABOR, the server holds the aborted transfer in a queue, and would run it over the next
    /// data connection. So before the next transfer, the client must open an extra data connection
    /// for the queued one.
    rule_2b_an_aborted_transfer_does_not_stay_queued => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::QueueAborted))
            .fault(Fault::nth("RETR", 2, Action::QueueAborted))
            .fault(Fault::nth("STOR", 1, Action::QueueAborted)))
        .step(Begin("/big", 0, Ending::Drop), done())
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Begin("/five", 0, Ending::Abort), done())
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(Operation::Stored("/new"), bytes(&big(10)))
        .step(BeginUpload("/other", Vec::new(), Ending::Drop), done())
        .step(Upload("/new", big(20)), Is(Outcome::Count(20)))
        .step(Operation::Stored("/new"), bytes(&big(20)))
        .steps(still_in_step());
    /// The server sends 421 in the middle of a download. The download must fail with this reply,
    /// and the session is over.
    hard_05_421_in_the_middle_of_a_download => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::At {
                after: 1000,
                control: b"421 Shutting down.\r\n".to_vec(),
                then: Then::Stall,
            })))
        .step(Download("/big", 0), FailsAfter(Closed, Some(421), 1000))
        .step(Pwd, Fails(Closed, Some(421)));
    /// The server sends 226 before the data. The download must still succeed.
    hard_06_final_reply_before_the_data => session(Setup::new()
            .fault(Fault::on("RETR", Action::FinalFirst)))
        .steps(still_in_step());
    /// The server sends 226 long after the data. The transfers must still succeed.
    hard_06_final_reply_after_the_data => session(Setup::new()
            .fault(Fault::on("RETR", Action::HoldFinal))
            .fault(Fault::on("STOR", Action::HoldFinal)))
        .steps(still_in_step());
    /// The server sends all data, but never a 226. The download must fail as unconfirmed.
    hard_06_no_final_reply => session(Setup::new()
            .fault(Fault::on("RETR", Action::SilentFinal)))
        .step(Download("/big", 0), FailsAfter(Unconfirmed, None, 200_000));
    /// After its reply to NOOP, the server sends a 250 that belongs to no command. The client must
    /// not take it for the reply to the next command, DELE.
    hard_07_stray_250_before_dele => session(Setup::new()
            .fault(Fault::nth("NOOP", 0, Action::Stray(b"250 Done.\r\n".to_vec()))))
        .step(Noop, Is(Outcome::Code(200)))
        .step(Raw("DELE /none"), Is(Outcome::Code(550)))
        .steps(still_in_step());
    /// After its reply to EPSV, the server sends a 226 that belongs to no command. After an abort,
    /// pyftpdlib sends such a late 226, and then sends the data of the aborted transfer over the
    /// new data connection. So the client must not use the new data connection, and the download
    /// fails.
    hard_07_stray_226_before_retr => session(Setup::new()
            .fault(Fault::nth("EPSV", 0, Action::Stray(b"226 Transfer complete.\r\n".to_vec()))))
        .step(Download("/five", 0), Fails(ErrorKind::OutOfStep, None))
        .steps(still_in_step());
    /// During a download, the client sends a NOOP. The server replies to the NOOP before it sends
    /// 226. The download must succeed.
    hard_08_noop_answered_before_226 => session(Setup::new()
            .window(4096)
            .during_transfer(DuringTransfer::Immediate))
        .step(DownloadKeptAlive("/big", 1000), bytes(&big(200_000)))
        .steps(still_in_step());
    /// During a download, the client sends a NOOP. The server replies to the NOOP only after the
    /// 226. The download must succeed.
    hard_08_noop_answered_after_226 => session(Setup::new().window(4096))
        .step(DownloadKeptAlive("/big", 1000), bytes(&big(200_000)))
        .steps(still_in_step());
    /// During a download, the client sends a NOOP, and the server never replies to it. The download
    /// must still succeed.
    hard_08_noop_never_answered => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("NOOP", 0, Action::Silent)))
        .step(DownloadKeptAlive("/big", 1000), bytes(&big(200_000)))
        .steps(still_in_step());
    /// The server accepts REST 2, but refuses the RETR after it. It may keep the offset, so the
    /// client must make sure that the next download starts at byte 0.
    hard_09_restart_offset_left_over => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Reply(b"450 Not now.\r\n".to_vec()))))
        .step(Download("/five", 2), Fails(Transient, Some(450)))
        .step(Download("/five", 0), bytes(b"12345"));
    /// After its 234 to AUTH, the server sends more bytes in clear text. An attacker may have sent
    /// them, so the session must end.
    hard_11_bytes_after_auth_accepted => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::After(b"230 Come in.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Injection, None))
        .step(Pwd, Fails(Injection, None))
        .heard(&["AUTH TLS"]);
    /// The server refuses AUTH, and more bytes follow its reply. An attacker may have sent them, so
    /// the session must end.
    hard_11_bytes_after_auth_refused => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"500 No.\r\n331 Password?\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Injection, None))
        .step(Pwd, Fails(Injection, None))
        .heard(&["AUTH TLS"]);
    /// The client demands TLS, and the server refuses AUTH. The client must send neither USER nor
    /// PASS.
    auth_refused => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"502 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Permanent, Some(502)))
        .step(Pwd, Fails(ErrorKind::Insecure, None))
        .heard(&["AUTH TLS"]);
    /// The client demands TLS for data connections, and the server refuses PROT P. The client must
    /// not make a data connection.
    prot_refused => Case::new(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"534 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Permanent, Some(534)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .step(Pwd, bytes(b"/"));
    /// Under implicit TLS, the handshake comes before the greeting. All operations must succeed.
    implicit_tls_a_whole_session => session(Setup::new())
        .only(Channels::Implicit)
        .steps(everything())
        .step(Quit, done());
    /// Under implicit TLS, all operations must succeed in active mode.
    implicit_tls_active_mode => session(Setup::new())
        .only(Channels::Implicit)
        .config(active)
        .steps(everything());
    /// Under implicit TLS, the client makes a new connection in place of the old one. The new
    /// session must work.
    implicit_tls_reconnect => session(Setup::new())
        .only(Channels::Implicit)
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// Under implicit TLS, the server does not know PROT, but its data connections are under TLS.
    /// All operations must succeed.
    implicit_tls_prot_unknown => session(Setup::new().without("PBSZ").without("PROT"))
        .only(Channels::Implicit)
        .steps(everything());
    /// Under implicit TLS, the server replies 502 (not implemented) to PROT, but its data
    /// connections are under TLS. All operations must succeed.
    implicit_tls_prot_not_implemented => session(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"502 No.\r\n".to_vec()))))
        .only(Channels::Implicit)
        .steps(everything());
    /// Under implicit TLS, the server refuses PROT with 534. The client must not make a data
    /// connection.
    implicit_tls_prot_refused => Case::new(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"534 No.\r\n".to_vec()))))
        .only(Channels::Implicit)
        .step(Login, Fails(Permanent, Some(534)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .step(Pwd, bytes(b"/"));
    /// Under implicit TLS, the greeting has the code 230 (logged in). The client must still log in
    /// by USER and PASS.
    b2_implicit_tls_greeting_230 => Case::new(Setup::new().banner("230 Logged in."))
        .only(Channels::Implicit)
        .step(Login, done())
        .heard(&["USER user", "PASS secret", "PBSZ 0", "PROT P"]);
    /// The client demands TLS, and the greeting has the code 230 (logged in). In clear text an
    /// attacker can fake this code, so the client must not skip AUTH and the login (class B2 of
    /// SECURITY.md).
    b2_greeting_230_where_tls_is_demanded => Case::new(Setup::new()
            .banner("230 Logged in.")
            .fault(Fault::on("AUTH", Action::Reply(b"500 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Names, Fails(ErrorKind::Insecure, None))
        .step(Login, Fails(Permanent, Some(500)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .heard(&["AUTH TLS"]);
    /// The server accepts AUTH with 334 instead of 234, as some servers do. The client must begin
    /// TLS.
    auth_accepted_by_334 => session(Setup::new()
            .fault(Fault::on("AUTH", Action::Words(b"334 Go ahead.\r\n".to_vec()))))
        .only(Channels::Tls)
        .steps(everything());
    /// The server replies `334 ADAT=...` to AUTH, which belongs to another security mechanism than
    /// TLS. The client must not begin a TLS handshake.
    auth_334_with_data => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"334 ADAT=aGVsbG8=\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(ErrorKind::UnexpectedReply, Some(334)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .heard(&["AUTH TLS"]);
    /// The server refuses AUTH TLS. Without `Auth::TlsThenSsl`, the client must not send AUTH SSL.
    auth_tls_unknown => Case::new(Setup::new().without("AUTH TLS"))
        .only(Channels::Tls)
        .step(Login, Fails(Permanent, Some(504)))
        .heard(&["AUTH TLS"]);
    /// The server refuses AUTH TLS. With `Auth::TlsThenSsl`, the client must then send AUTH SSL,
    /// and PBSZ and PROT after it as usual.
    auth_ssl_as_second_try => Case::new(Setup::new().without("AUTH TLS"))
        .only(Channels::Tls)
        .config(with_auth_ssl)
        .step(Login, done())
        .heard(&["AUTH TLS", "AUTH SSL", "USER user", "PASS secret", "PBSZ 0", "PROT P"]);
    /// The server refuses AUTH TLS and then AUTH SSL. The client must send neither USER nor PASS.
    auth_ssl_refused_too => Case::new(Setup::new().without("AUTH TLS").without("AUTH SSL"))
        .only(Channels::Tls)
        .config(with_auth_ssl)
        .step(Login, Fails(Permanent, Some(504)))
        .heard(&["AUTH TLS", "AUTH SSL"]);
    /// The server refuses AUTH TLS, and more bytes follow its reply. An attacker may have sent
    /// them, so the client must not send AUTH SSL (class B1 of SECURITY.md: bytes from before TLS).
    b1_bytes_after_auth_before_the_second_try => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"504 No.\r\n234 Yes.\r\n".to_vec()))))
        .only(Channels::Tls)
        .config(with_auth_ssl)
        .step(Login, Fails(Injection, None))
        .step(Pwd, Fails(Injection, None))
        .heard(&["AUTH TLS"]);
    /// With `with_protection(Clear)`, data connections are in clear text, also after the caller has
    /// sent PROT C. After the caller has sent PROT P, data connections are under TLS.
    clear_data_by_choice => session(Setup::new())
        .only(Channels::Tls)
        .config(|config| config.with_protection(Protection::Clear))
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Operation::Protect(Protection::Clear), done())
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Operation::Protect(Protection::Private), done())
        .steps(still_in_step());
    /// With `ProtectWhen::BeforeLogin`, the client must send PBSZ and PROT before USER.
    prot_before_login => Case::new(Setup::new().file("/big", big(200_000)))
        .only(Channels::Tls)
        .config(with_prot_first)
        .step(Login, done())
        .heard(&["AUTH TLS", "PBSZ 0", "PROT P", "USER user", "PASS secret"]);
    /// With `ProtectWhen::BeforeLogin`, the client sends PROT before USER. The server refuses PROT,
    /// so the client must not send USER (class B3 of SECURITY.md).
    b3_prot_before_login_refused => Case::new(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"504 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .config(with_prot_first)
        .step(Login, Fails(Permanent, Some(504)))
        .heard(&["AUTH TLS", "PBSZ 0", "PROT P"]);
    /// In place of the greeting, the server sends a TLS alert. The client must report a TLS error.
    tls_alert_as_greeting => greeted(*b"\x15\x03\x01\x00\x02\x02\x0a")
        .connects(Fails(ErrorKind::Tls, None));
    /// In place of the greeting, the server sends a TLS handshake message. The client must report a
    /// TLS error.
    tls_handshake_as_greeting => greeted(*b"\x16\x03\x03\x00\x04\x00\x00\x00\x00")
        .connects(Fails(ErrorKind::Tls, None));
    /// After an upload, the server replies 226, but never ends its direction of the data
    /// connection. The upload must still succeed.
    upload_whose_end_is_not_answered => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::KeepOpen)))
        .step(Upload("/new", big(100_000)), Is(Outcome::Count(100_000)))
        .step(Upload("/new", Vec::new()), Is(Outcome::Count(0)))
        .steps(still_in_step());
    /// The server ends downloads without `close_notify`. With `MissingCloseNotify::IfSizeAgrees`,
    /// the client must accept a download if it has the right size, and refuse it if not.
    no_close_notify_tolerated => session(Setup::new()
            .fault(Fault::on("RETR", Action::NoCloseNotify)))
        .only(Channels::Tls)
        .config(tolerant)
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Download("/big", 150_000), bytes(big(200_000).split_at(150_000).1))
        .step(DownloadExpecting("/five", 5), bytes(b"12345"))
        .step(DownloadExpecting("/five", 6), Fails(Truncated, Some(226)))
        .step(Download("/empty", 0), bytes(b""))
        .step(Pwd, bytes(b"/"));
    /// The server cuts a download and sends no `close_notify`. The download must fail even with
    /// `MissingCloseNotify::IfSizeAgrees`, because the size is wrong (class B5 of SECURITY.md).
    b5_cut_in_spite_of_tolerance => session(cut(Then::Fin))
        .only(Channels::Tls)
        .config(tolerant)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server cuts a download inside a TLS record. The download must fail even with
    /// `MissingCloseNotify::IfSizeAgrees` (class B5 of SECURITY.md).
    b5_cut_inside_a_record_in_spite_of_tolerance => session(cut(Then::FinInsideRecord))
        .only(Channels::Tls)
        .config(tolerant)
        .step(DownloadExpecting("/big", 200_000), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server ends a listing and a download without `close_notify`. A listing has no size, and
    /// this server does not know SIZE, so no size can agree. Both must fail even with
    /// `MissingCloseNotify::IfSizeAgrees` (class B5 of SECURITY.md).
    b5_no_size_no_tolerance => session(Setup::new()
            .without("SIZE")
            .fault(Fault::on("NLST", Action::NoCloseNotify))
            .fault(Fault::nth("RETR", 0, Action::NoCloseNotify)))
        .only(Channels::Tls)
        .config(tolerant)
        .step(Names, Fails(Truncated, Some(226)))
        .step(Download("/five", 0), FailsAfter(Truncated, Some(226), 5))
        .steps(still_in_step());
    /// The server refuses the TLS handshake of a data connection and replies 522. The download must
    /// fail with the 522.
    data_handshake_refused => session(Setup::new()
            .fault(Fault::nth("HANDSHAKE", 0, Action::RefuseHandshake)))
        .only(Channels::Tls)
        .step(Download("/five", 0), Fails(Permanent, Some(522)))
        .steps(still_in_step());
    /// The server sends 150 only after the TLS handshake of the data connection, as ftp-srv does.
    /// It then refuses six downloads. Their handshakes must not use up the last TLS session ticket,
    /// because later transfers need it.
    reply_after_data_handshake => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .steps(everything())
        .steps(vec![(Download("/none", 0), Fails(Permanent, Some(550))); 6])
        .steps(still_in_step());
    /// In active mode, the server sends 150 only after the TLS handshake of the data connection.
    /// All operations must succeed.
    reply_after_data_handshake_active_mode => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .config(active)
        .steps(everything());
    /// Under implicit TLS, the server sends 150 only after the TLS handshake of the data
    /// connection. All operations must succeed.
    reply_after_data_handshake_implicit_tls => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Implicit)
        .steps(everything());
    /// With `DataCommand::WithConnect`, the client sends the data command while it connects to the
    /// passive port. The server sends 150 only after the TLS handshake of the data connection. All
    /// operations must succeed.
    reply_after_data_handshake_with_connect => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .config(with_connect)
        .steps(everything());
    /// For two of the transfers, the server sends 150 only after the TLS handshake of the data
    /// connection. For all others it sends 150 first. All transfers must succeed, even after a
    /// reconnect.
    reply_after_data_handshake_now_and_then => session(Setup::new()
            .fault(Fault::nth("HANDSHAKE", 1, Action::ReplyAfterHandshake))
            .fault(Fault::nth("HANDSHAKE", 4, Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .steps(still_in_step())
        .step(Operation::Reconnect, done())
        .steps(still_in_step())
        .steps(still_in_step());
    /// The server sends 150 late, and takes part in the handshake of the data connection only after
    /// that. The client must wait for the 150.
    late_reply_before_data_handshake => session(Setup::new()
            .fault(Fault::on("RETR", Action::Hold)))
        .only(Channels::Tls)
        .steps(everything());
    /// The server cuts a download inside a TLS record and replies 226. The download must fail.
    hard_12_cut_inside_a_record => session(cut(Then::FinInsideRecord))
        .only(Channels::Tls)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server cuts a download between two TLS records, sends no `close_notify`, and replies
    /// 226. The download must fail.
    hard_12_cut_between_records => session(cut(Then::Fin))
        .only(Channels::Tls)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server sends a whole download and 226, but no `close_notify`. The download must fail,
    /// because a download that an attacker has cut looks the same.
    hard_12_no_close_notify => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::NoCloseNotify)))
        .only(Channels::Tls)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 200_000))
        .steps(still_in_step());
    /// The server resets the data connection in the middle of a download and replies 226. The
    /// download must fail.
    data_connection_reset => session(cut(Then::Reset))
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// In the middle of a download, the server sends nothing more on both connections. The download
    /// must time out.
    data_connection_stalls => session(cut(Then::Stall))
        .step(
            Download("/big", 0),
            FailsAfter(ErrorKind::Timeout(Wait::DataIdle), None, 50_000),
        )
        .steps(still_in_step());
    /// The greeting has five hundred lines such as `220-More to come.` and no last line. Connecting
    /// must fail.
    hard_14_five_hundred_continuation_lines => greeted("220-More to come.\r\n".repeat(500))
        .connects(Fails(Protocol, None));
    /// The greeting is one line that never ends. Connecting must fail.
    hard_14_endless_line => greeted("220 ".repeat(100_000)).connects(Fails(Protocol, None));
    /// The greeting has a hundred lines of about 4,000 bytes and no last line. Connecting must
    /// fail.
    hard_14_endless_reply => greeted(["220-", &"x".repeat(4000), "\r\n"].concat().repeat(100))
        .connects(Fails(Protocol, None));
    /// The client has connected to an HTTP server. Its first line, `HTTP/1.1 400 Bad Request`, is
    /// no FTP reply. Connecting must fail.
    hard_14_http_greeting => greeted("HTTP/1.1 400 Bad Request\r\n")
        .connects(Fails(Protocol, None));
    /// The server begins a reply to SIZE, `213 12`, and closes the connection before the line end.
    /// The client must not take 12 for the size.
    hard_14_213_12_and_close => session(Setup::new()
            .fault(Fault::on("SIZE", Action::PartialThenHangup(b"213 12".to_vec()))))
        .step(Size("/five"), Fails(Closed, None))
        .step(Pwd, Fails(Closed, None));
    /// In place of a greeting, the server sends 421, because it is full. Connecting must fail with
    /// this reply.
    full_server => Case::new(Setup::new()
            .fault(Fault::on("GREETING", Action::Reply(b"421 Full.\r\n".to_vec()))))
        .connects(Fails(Closed, Some(421)));
    /// When the client sends QUIT, the server closes the connection without a reply. QUIT must
    /// still succeed.
    quit_without_reply => session(Setup::new().fault(Fault::on("QUIT", Action::Hangup)))
        .step(Quit, done());

    // In the next cases the server is an FTP proxy. The reply to the login's last command is
    // already that of the server behind the proxy. A reconnect must repeat all of it.

    /// The FTP proxy wants `USER user@localhost`, and no login of its own.
    ftp_proxy_user_at_host => session(Setup::new().user("user@localhost", "secret"))
        .through(FtpProxyKind::UserAtHost, None)
        .steps(reconnecting())
        .heard(&[
            "USER user@localhost", "PASS secret", "NOOP",
            "USER user@localhost", "PASS secret", "NOOP",
        ]);
    /// The FTP proxy wants a login of its own, and then `USER user@localhost`.
    ftp_proxy_logs_in_first => session(proxy_logins(Setup::new().user("user@localhost", "secret")))
        .through(FtpProxyKind::UserAtHost, Some(("pat", "word")))
        .steps(reconnecting())
        .heard(&[
            "USER pat", "PASS word", "USER user@localhost", "PASS secret", "NOOP",
            "USER pat", "PASS word", "USER user@localhost", "PASS secret", "NOOP",
        ]);
    /// The FTP proxy wants `SITE localhost` after a login of its own.
    ftp_proxy_site => session(proxy_logins(Setup::new())
            .fault(Fault::on("SITE", reply("220 Connected."))))
        .through(FtpProxyKind::Site, Some(("pat", "word")))
        .steps(reconnecting())
        .heard(&[
            "USER pat", "PASS word", "SITE localhost", "USER user", "PASS secret", "NOOP",
            "USER pat", "PASS word", "SITE localhost", "USER user", "PASS secret", "NOOP",
        ]);
    /// The FTP proxy wants `OPEN localhost`, and no login of its own.
    ftp_proxy_open => session(Setup::new()
            .fault(Fault::on("OPEN", reply("220 Connected."))))
        .through(FtpProxyKind::Open, None)
        .steps(reconnecting())
        .heard(&[
            "OPEN localhost", "USER user", "PASS secret", "NOOP",
            "OPEN localhost", "USER user", "PASS secret", "NOOP",
        ]);
    /// The FTP proxy wants both logins in one (Check Point).
    ftp_proxy_joined => session(Setup::new().user("user@pat@localhost", "secret@word"))
        .through(FtpProxyKind::UserAtUserAtHost, Some(("pat", "word")))
        .steps(reconnecting())
        .heard(&[
            "USER user@pat@localhost", "PASS secret@word", "NOOP",
            "USER user@pat@localhost", "PASS secret@word", "NOOP",
        ]);
    /// The FTP proxy wants its own user with the host, and then the login at the server.
    ftp_proxy_own_user_at_host => session(proxy_logins(Setup::new()))
        .through(FtpProxyKind::ProxyUserAtHost, Some(("pat", "word")))
        .steps(reconnecting())
        .heard(&[
            "USER pat@localhost", "PASS word", "USER user", "PASS secret", "NOOP",
            "USER pat@localhost", "PASS word", "USER user", "PASS secret", "NOOP",
        ]);
    /// The FTP proxy wants its own user after the host, and its own password by ACCT (Blue Coat).
    ftp_proxy_account => session(Setup::new().user("user@localhost pat", "secret").account("word"))
        .through(FtpProxyKind::UserAtHostUser, Some(("pat", "word")))
        .steps(reconnecting())
        .heard(&[
            "USER user@localhost pat", "PASS secret", "ACCT word", "NOOP",
            "USER user@localhost pat", "PASS secret", "ACCT word", "NOOP",
        ]);
    /// The FTP proxy refuses its own login. The error must tell it from a refusal by the server,
    /// which does not hear of the login.
    ftp_proxy_refuses_its_login => Case::new(Setup::new())
        .through(FtpProxyKind::Site, Some(("pat", "wrong")))
        .step(Login, Fails(ErrorKind::Proxy(ProxyFailure::Login), Some(530)))
        .step(Noop, code(200))
        .heard(&["USER pat", "PASS wrong", "NOOP"]);
    /// The FTP proxy does not reach the server.
    ftp_proxy_reaches_no_server => Case::new(proxy_logins(Setup::new())
            .fault(Fault::on("OPEN", reply("501 No such host."))))
        .through(FtpProxyKind::Open, Some(("pat", "word")))
        .step(Login, Fails(ErrorKind::Proxy(ProxyFailure::Failed), Some(501)))
        .heard(&["USER pat", "PASS word", "OPEN localhost"]);
    /// The server behind the FTP proxy refuses the login.
    ftp_proxy_server_refuses => Case::new(proxy_logins(Setup::new().user("user@localhost", "other")))
        .through(FtpProxyKind::UserAtHost, Some(("pat", "word")))
        .step(Login, Fails(Permanent, Some(530)));
}

/// Returns operations that succeed only if the session still works and is in step. Most cases end
/// with them.
fn still_in_step() -> Vec<(Operation, Expect)> {
    vec![
        (Pwd, bytes(b"/")),
        (Download("/big", 0), bytes(&big(200_000))),
        (Upload("/again", big(70_000)), Is(Outcome::Count(70_000))),
        (Download("/again", 0), bytes(&big(70_000))),
        (Raw("DELE /again"), Is(Outcome::Code(250))),
    ]
}

fn everything() -> Vec<(Operation, Expect)> {
    vec![
        (Pwd, bytes(b"/")),
        (Noop, Is(Outcome::Code(200))),
        (Size("/five"), Is(Outcome::Size(Some(5)))),
        (Download("/five", 0), bytes(b"12345")),
        (Download("/five", 3), bytes(b"45")),
        (Download("/empty", 0), bytes(b"")),
        (List, Is(Outcome::Count(3))),
        (
            Names,
            Is(Outcome::Lines(vec![
                b"big".to_vec(),
                b"empty".to_vec(),
                b"five".to_vec(),
            ])),
        ),
        (Upload("/new", big(300_000)), Is(Outcome::Count(300_000))),
        (Operation::Stored("/new"), bytes(&big(300_000))),
        (Upload("/new-empty", vec![]), Is(Outcome::Count(0))),
        (Operation::Stored("/new-empty"), bytes(b"")),
        (Download("/new-empty", 0), bytes(b"")),
        (Size("/new"), Is(Outcome::Size(Some(300_000)))),
        (
            Download("/new", 299_990),
            bytes(big(300_000).split_at(299_990).1),
        ),
        (Raw("DELE /new"), Is(Outcome::Code(250))),
    ]
}

fn answers() -> Vec<(Operation, Expect)> {
    let answer = |call, argument, codes| (Operation::Call(call, argument), Expect::Code(codes));
    vec![
        (Features, Expect::Words(&["SIZE", "MDTM", "REST", "EPSV"])),
        answer(Call::System, "", &[215]),
        (Pwd, bytes(b"/")),
        answer(Call::Status, "", &[211]),
        answer(Call::Cwd, "d", &[200, 250]),
        (
            Operation::Look(Look::Stat, "below"),
            Entries(&[&["inside"]]),
        ),
        answer(Call::Help, "", &[214, 211]),
        answer(Call::Site, "HELP", &[200, 214]),
        (Noop, Is(Outcome::Code(200))),
        answer(Call::Opts, "UTF8 ON", &[200]),
        (Raw("XYZZY"), Expect::Code(&[500, 502])),
        (Pwd, bytes(b"/d")),
    ]
}

fn descriptions() -> Vec<(Operation, Expect)> {
    let look = |look, path, entries| (Operation::Look(look, path), Entries(entries));
    let names = [&b"drei-\xc3\x9f"[..], b"one", b"two words", b"void"];
    vec![
        (Operation::Call(Call::Cwd, "d"), code(250)),
        look(
            Look::List,
            "",
            &[&["drei-ß"], &["one"], &["two words"], &["void"]],
        ),
        look(Look::List, "one", &[&["one"]]),
        (
            Names,
            Is(Outcome::Lines(names.map(<[u8]>::to_vec).to_vec())),
        ),
        look(
            Look::Mlsd,
            "",
            &[
                &[" drei-ß", "type=file;", "size=3;"],
                &[" one", "type=file;", "size=1;"],
                &[" two words", "type=file;", "size=2;"],
                &[" void", "type=dir;"],
            ],
        ),
        look(Look::Mlst, "one", &[&["one", "size=1;", "modify="]]),
        (Operation::Facts("none"), Fails(Permanent, Some(550))),
        // Without a path, MLST describes the current directory.
        look(Look::Mlst, "", &[&["", "dir;"]]),
        look(Look::List, "void", &[]),
        // NLST of an empty directory sends no names, not even `.`.
        (
            Operation::Look(Look::Nlst, "void"),
            Is(Outcome::Lines(Vec::new())),
        ),
        look(Look::Mlsd, "void", &[]),
        (Pwd, bytes(b"/d")),
    ]
}

fn changes() -> Vec<(Operation, Expect)> {
    let refused = || Fails(Permanent, Some(550));
    let is_gone = || Is(Outcome::Size(None));
    let names = [&b"below"[..], b"old", b"text"];
    vec![
        (Operation::Call(Call::Cwd, "d"), code(250)),
        // The listing has set TYPE A, in which SIZE need not return the size of the stored file. So
        // the client must send TYPE I before SIZE.
        (
            Names,
            Is(Outcome::Lines(names.map(<[u8]>::to_vec).to_vec())),
        ),
        (Size("text"), Is(Outcome::Size(Some(8)))),
        (Size("none"), refused()),
        (Operation::Modified("old"), bytes(b"2024-01-01T00:00:00")),
        (Operation::Modified("none"), refused()),
        (Operation::Rename("old", "below/new"), code(250)),
        (Operation::Stored("/d/old"), is_gone()),
        (Operation::Stored("/d/below/new"), bytes(b"content")),
        (Operation::Rename("old", "new"), refused()),
        (Operation::Call(Call::Delete, "text"), code(250)),
        (Operation::Stored("/d/text"), is_gone()),
        (Operation::Call(Call::Delete, "text"), refused()),
        (Operation::MakeDirectory("made"), bytes(b"/d/made")),
        (Operation::Stored("/d/made"), done()),
        (Operation::MakeDirectory("made"), refused()),
        (Operation::Call(Call::Rmd, "made"), code(250)),
        (Operation::Stored("/d/made"), is_gone()),
        (Operation::Call(Call::Rmd, "made"), refused()),
        (Operation::Call(Call::Cwd, "below"), code(250)),
        (Pwd, bytes(b"/d/below")),
        (Operation::Call(Call::Cwd, ".."), code(250)),
        (Pwd, bytes(b"/d")),
        (Operation::Call(Call::Cwd, "nowhere"), refused()),
        (Pwd, bytes(b"/d")),
    ]
}

fn uploads() -> Vec<(Operation, Expect)> {
    let whole = big(300_007);
    let (half, rest) = whole.split_at(123_456);
    let count = |bytes: &[u8]| Is(Outcome::Count(bytes.len()));
    vec![
        (
            Operation::UploadAt("/five", 3, b"xyz".to_vec()),
            count(b"xyz"),
        ),
        (Download("/five", 0), bytes(b"123xyz")),
        (Operation::Append("/five", b"!".to_vec()), count(b"!")),
        (Download("/five", 0), bytes(b"123xyz!")),
        (
            Operation::UploadAt("/half", 123_456, rest.to_vec()),
            count(rest),
        ),
        (Operation::Stored("/half"), bytes(&whole)),
        // This upload must replace the longer file completely.
        (Upload("/half", big(9)), count(&big(9))),
        (Operation::Stored("/half"), bytes(&big(9))),
        (Operation::Append("/parts", half.to_vec()), count(half)),
        (Operation::Append("/parts", rest.to_vec()), count(rest)),
        (Operation::Stored("/parts"), bytes(&whole)),
        (Download("/parts", 123_456), bytes(rest)),
        (Download("/parts", 0), bytes(&whole)),
        (
            Operation::UploadUnique(b"unique".to_vec()),
            bytes(b"stou.0001"),
        ),
        (Download("/stou.0001", 0), bytes(b"unique")),
        (
            Operation::UploadCommand("STOR /raw", b"raw".to_vec()),
            count(b"raw"),
        ),
        (Download("/raw", 0), bytes(b"raw")),
        (Operation::DownloadCommand("NLST /raw"), bytes(b"raw\r\n")),
        (Pwd, bytes(b"/")),
    ]
}

fn housekeeping() -> Vec<(Operation, Expect)> {
    vec![
        (Operation::Call(Call::Cwd, "d"), code(250)),
        (Pwd, bytes(b"/d")),
        (Operation::MakeDirectory("a \"b\""), bytes(b"/d/a \"b\"")),
        (Operation::Call(Call::Cwd, "a \"b\""), code(250)),
        (Pwd, bytes(b"/d/a \"b\"")),
        (Operation::Call(Call::Cwd, ".."), code(250)),
        (Operation::Call(Call::Cwd, ""), code(250)),
        (Pwd, bytes(b"/d")),
        (Operation::Call(Call::Rmd, "a \"b\""), code(250)),
        (Operation::Rename("/five", " leading"), code(250)),
        (Download(" leading", 0), bytes(b"12345")),
        (
            Operation::FactsOfAll,
            Is(Outcome::Lines(vec![b".".to_vec(), b" leading".to_vec()])),
        ),
        (
            Operation::Facts("/d/ leading"),
            Is(Outcome::Lines(vec![
                b"/d/ leading".to_vec(),
                b"type=file".to_vec(),
                b"size=5".to_vec(),
                b"modify=20240101000000".to_vec(),
            ])),
        ),
        (Operation::Facts("none"), Fails(Permanent, Some(550))),
        (
            Operation::Modified(" leading"),
            bytes(b"2024-01-01T00:00:00"),
        ),
        (Operation::Call(Call::Delete, " leading"), code(250)),
        (
            Operation::Call(Call::Delete, " leading"),
            Fails(Permanent, Some(550)),
        ),
        (
            Operation::FactsOfAll,
            Is(Outcome::Lines(vec![b".".to_vec()])),
        ),
    ]
}

fn settings() -> Vec<(Operation, Expect)> {
    vec![
        (Operation::Call(Call::Status, "/five"), code(213)),
        (Operation::Call(Call::Help, "RETR"), code(214)),
        (Operation::Call(Call::Site, "CHMOD 644 /five"), code(200)),
        (
            Operation::Call(Call::Site, "NONE"),
            Fails(Permanent, Some(500)),
        ),
        (Operation::Call(Call::Language, "EN"), code(200)),
        (Operation::Call(Call::Language, ""), code(200)),
        (
            Operation::Call(Call::Language, "xx"),
            Fails(Permanent, Some(504)),
        ),
        (Operation::Call(Call::ClientName, "test"), code(200)),
        (Operation::Call(Call::Opts, "UTF8 ON"), code(200)),
        (
            Operation::Call(Call::Opts, "NONE"),
            Fails(Permanent, Some(501)),
        ),
        (Operation::Allocate(1 << 40), code(202)),
        (Operation::Call(Call::Account, "any"), code(202)),
        (
            Operation::Call(Call::Mount, "/d"),
            Fails(Permanent, Some(502)),
        ),
        (Operation::Mode(TransmissionMode::Stream), done()),
        (
            Operation::Mode(TransmissionMode::Compressed),
            Fails(Permanent, Some(504)),
        ),
        (Operation::Structure(FileStructure::File), done()),
        (
            Operation::Structure(FileStructure::Page),
            Fails(Permanent, Some(504)),
        ),
        (Operation::Type(TransferType::Ascii(Format::Telnet)), done()),
        (
            Operation::Type(TransferType::Ebcdic(Format::NonPrint)),
            done(),
        ),
        (Operation::Type(TransferType::TEXT), done()),
        (Operation::Type(TransferType::Local(EIGHT)), done()),
        (
            Operation::Type(TransferType::Local(SEVEN)),
            Fails(Permanent, Some(504)),
        ),
        (Pwd, bytes(b"/")),
        (Download("/five", 0), bytes(b"12345")),
    ]
}

/// Half of each limit for a wait.
const HALF_A_SECOND: Duration = Duration::from_millis(500);

const SEVEN: NonZeroU8 = NonZeroU8::new(7).unwrap();
const EIGHT: NonZeroU8 = NonZeroU8::new(8).unwrap();

/// Returns operations that set the time of files. `command` names the command by which the client
/// must do this. For a missing file, the operation must fail with 550.
fn time_set_by(command: &str) -> Vec<(Operation, Expect)> {
    let mut steps = vec![
        (
            Operation::SetModified("/five", "20260102030405"),
            bytes(command.as_bytes()),
        ),
        (Operation::Modified("/five"), bytes(b"2026-01-02T03:04:05")),
        (
            Operation::SetModified("/none", "20260102030405"),
            Fails(Permanent, Some(550)),
        ),
        (
            Operation::SetModified("/big", "20250102030405"),
            bytes(command.as_bytes()),
        ),
        (Operation::Modified("/big"), bytes(b"2025-01-02T03:04:05")),
    ];
    steps.extend(still_in_step());
    steps
}

/// Returns operations with commands that few servers have. They succeed if the server has them
/// (`Setup::extensions`).
fn seldom() -> Vec<(Operation, Expect)> {
    vec![
        (Operation::ClientId, bytes(b"simulator")),
        (Operation::SetCreated("/five", "20260102030405"), code(213)),
        (
            Operation::SetFact("/five", "Modify", "20260102030405"),
            code(213),
        ),
        (Operation::Modified("/five"), bytes(b"2026-01-02T03:04:05")),
        (
            Operation::SetFact("/five", "Create", "20260102030405"),
            Fails(Permanent, Some(504)),
        ),
        (Operation::Chmod("/five", 0o600), code(200)),
        (
            Operation::Chmod("/none", 0o600),
            Fails(Permanent, Some(550)),
        ),
        (
            Operation::Chmod("/five", 0o10000),
            Fails(ErrorKind::InvalidArgument, None),
        ),
        (Operation::Symlink("/five", "/link"), code(200)),
        (Download("/link", 0), bytes(b"12345")),
        (
            Operation::Symlink("/five", "/li nk"),
            Fails(ErrorKind::InvalidArgument, None),
        ),
        (Operation::Checksum("/five"), bytes(b"cbf53a1c")),
        (Operation::Checksum("/two words"), bytes(b"cbf53a1c")),
        (Operation::Checksum("/none"), Fails(Permanent, Some(550))),
        (Operation::Available("/"), Is(Outcome::Size(Some(1 << 40)))),
        (Operation::DirectorySize("/d"), Is(Outcome::Size(Some(3)))),
        (
            Operation::Combine("/d/all", &["/five", "/d/inside"]),
            code(250),
        ),
        (Operation::Stored("/d/all"), bytes(b"12345123")),
        (Operation::Call(Call::RemoveDirectoryTree, "/d"), code(250)),
        (Operation::Stored("/d/all"), Is(Outcome::Size(None))),
        (Pwd, bytes(b"/")),
        (Download("/five", 0), bytes(b"12345")),
    ]
}

/// Returns the operations of [`seldom`] for a server that does not know the commands. All must fail
/// or return nothing. `code` is the code of the server's refusal. It is `None` if the client
/// already knows that the server would refuse, and sends nothing.
fn unknown(code: Option<u16>) -> Vec<(Operation, Expect)> {
    let fails = || Fails(ErrorKind::Unsupported, code);
    vec![
        (Operation::ClientId, bytes(b"")),
        (Operation::SetCreated("/five", "20260102030405"), fails()),
        (
            Operation::SetFact("/five", "Modify", "20260102030405"),
            fails(),
        ),
        (Operation::Chmod("/five", 0o600), fails()),
        (Operation::Symlink("/five", "/link"), fails()),
        (Operation::Checksum("/five"), bytes(b"")),
        (Operation::Available("/"), Is(Outcome::Size(None))),
        (Operation::DirectorySize("/"), Is(Outcome::Size(None))),
        (Operation::Combine("/all", &["/five"]), fails()),
        (Operation::Call(Call::RemoveDirectoryTree, "/d"), fails()),
    ]
}

fn unsupported(code: u16) -> Expect {
    Fails(ErrorKind::Unsupported, Some(code))
}

/// Returns the features that every simulated server lists in FEAT.
fn features() -> Expect {
    Expect::Words(&["EPSV", "MDTM", "MFMT", "MLST", "REST", "SIZE", "UTF8"])
}

fn texts() -> Vec<(Operation, Expect)> {
    let lines = |lines: &[&str]| {
        let lines = lines.iter().map(|line| line.as_bytes().to_vec());
        Is(Outcome::Lines(lines.collect()))
    };
    vec![
        (
            Operation::DownloadText("/text"),
            bytes(b"one\ntwo\r\n\nlast"),
        ),
        (
            Operation::DownloadCommand("RETR /text"),
            bytes(b"one\r\ntwo\r\r\n\r\nlast"),
        ),
        (
            Operation::DownloadLines("/text"),
            lines(&["one", "two\r", "", "last"]),
        ),
        // This text has line ends LF and CRLF, a single CR, and no line end after its last line.
        (
            Operation::UploadText("/new", b"a\nb\r\nc\rd\n\ne".to_vec()),
            Is(Outcome::Count(14)),
        ),
        (Download("/new", 0), bytes(b"a\nb\nc\rd\n\ne")),
        (Operation::DownloadText("/new"), bytes(b"a\nb\nc\rd\n\ne")),
        (
            Operation::StoreLines("/lines", &["one\n", "two\r\n", "", "three"]),
            Is(Outcome::Count(19)),
        ),
        (Download("/lines", 0), bytes(b"one\ntwo\n\nthree\n")),
        (
            Operation::StoreLines("/lines", &["abc\r\r\n"]),
            Is(Outcome::Count(6)),
        ),
        (Download("/lines", 0), bytes(b"abc\r\n")),
        (
            Operation::UploadText("/new", b"\r".to_vec()),
            Is(Outcome::Count(1)),
        ),
        (Operation::DownloadText("/new"), bytes(b"\r")),
        (Operation::DownloadText("/empty"), bytes(b"")),
        (Download("/big", 0), bytes(&big(200_000))),
    ]
}

/// Returns operations with texts whose lines all end with LF, or all with CRLF.
fn texts_of_one_kind() -> Vec<(Operation, Expect)> {
    let lines = |lines: [&str; 3]| Is(Outcome::Lines(lines.map(|line| line.into()).to_vec()));
    let (lf, wire) = (&b"one\n\ntwo\n"[..], "one\r\n\r\ntwo\r\n");
    vec![
        (Operation::DownloadLines("/lf"), lines(["one", "", "two"])),
        (
            Operation::DownloadCommand("RETR /lf"),
            bytes(wire.as_bytes()),
        ),
        (
            Operation::DownloadLines("/crlf"),
            lines(["one\r", "\r", "two\r"]),
        ),
        (
            Operation::DownloadCommand("RETR /crlf"),
            bytes(b"one\r\r\n\r\r\ntwo\r\r\n"),
        ),
        (
            Operation::StoreLines("/stored", &["one", "", "two"]),
            Is(Outcome::Count(12)),
        ),
        (Operation::Stored("/stored"), bytes(lf)),
        // This upload is in TYPE I, so the server must store CRLF as it is.
        (
            Upload("/binary", wire.as_bytes().to_vec()),
            Is(Outcome::Count(12)),
        ),
        (Operation::Stored("/binary"), bytes(wire.as_bytes())),
        (
            Operation::UploadAscii("/wire", wire),
            Is(Outcome::Count(12)),
        ),
        (Operation::Stored("/wire"), bytes(lf)),
        (Pwd, bytes(b"/")),
    ]
}

fn pret_features() -> Expect {
    bytes(b"CLNT EPRT EPSV HOST LANG MDTM MFMT MLST PASV PRET REST SIZE TVFS UTF8 ")
}

fn code(code: u16) -> Expect {
    Is(Outcome::Code(code))
}

fn cut(then: Then) -> Setup {
    Setup::new().fault(Fault::nth(
        "RETR",
        0,
        Action::At {
            after: 50_000,
            control: Vec::new(),
            then,
        },
    ))
}

/// Returns the settings of a server that refuses the first uploads with 552, after 10,000 bytes.
fn half_way_refused(uploads: usize) -> Setup {
    let full = || Action::At {
        after: 10_000,
        control: b"552 Disk full.\r\n".to_vec(),
        then: Then::Stall,
    };
    let setup = Setup::new().window(4096);
    (0..uploads).fold(setup, |setup, nth| {
        setup.fault(Fault::nth("STOR", nth, full()))
    })
}

/// Returns the settings of a server that refuses the first downloads with 550, but only after the
/// handshake of their data connections.
fn refused_after_the_handshake(downloads: usize) -> Setup {
    let setup = Setup::new().fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake));
    (0..downloads).fold(setup, |setup, nth| {
        let refusal = Action::Announcing(b"550 No.\r\n".to_vec());
        setup
            .fault(Fault::nth("RETR", nth, refusal))
            .fault(Fault::nth("RETR", nth, Action::SilentFinal))
    })
}

/// Returns operations that succeed only if the session still works. None of them is an upload, for
/// cases in which the server disturbs every upload.
fn still_reading() -> Vec<(Operation, Expect)> {
    vec![
        (Pwd, bytes(b"/")),
        (Download("/big", 0), bytes(&big(200_000))),
    ]
}

/// Returns a preliminary reply that announces this size in bytes.
fn announcing(size: u64) -> Vec<u8> {
    format!("150 Here ({size} bytes).\r\n").into()
}

/// Returns options by which the client always asks for the size by SIZE.
fn asking() -> TransferOptions {
    TransferOptions::new().with_size_check(SizeCheck::Always)
}

fn reply(line: &str) -> Action {
    Action::Reply(format!("{line}\r\n").into_bytes())
}

/// Adds the login of an FTP proxy to a server: it accepts the first login of each of two control
/// connections, whoever logs in.
fn proxy_logins(setup: Setup) -> Setup {
    [0, 2].into_iter().fold(setup, |setup, nth| {
        setup
            .fault(Fault::nth(
                "USER",
                nth,
                reply("331 Password for the proxy?"),
            ))
            .fault(Fault::nth("PASS", nth, reply("230 Welcome at the proxy.")))
    })
}

/// Returns operations before and after a reconnect.
fn reconnecting() -> Vec<(Operation, Expect)> {
    vec![
        (Noop, code(200)),
        (Operation::Reconnect, done()),
        (Noop, code(200)),
    ]
}

fn session(setup: Setup) -> Case {
    let setup = setup
        .file("/five", "12345")
        .file("/empty", "")
        .file("/big", big(200_000));
    Case::new(setup).step(Login, done())
}

fn greeted(greeting: impl Into<Vec<u8>>) -> Case {
    let action = Action::Reply(greeting.into());
    Case::new(Setup::new().fault(Fault::on("GREETING", action))).only(Channels::Clear)
}

/// Returns the settings of a server with scripted listings. Each of NLST, LIST and MLSD sends the
/// bytes `first` for its first occurrence, and `second` for the next.
fn two_listings(first: &[u8], second: &[u8]) -> Setup {
    let mut setup = Setup::new();
    for verb in ["NLST", "LIST", "MLSD"] {
        for (nth, text) in [first, second].into_iter().enumerate() {
            setup = setup.fault(Fault::nth(verb, nth, Action::Listing(text.to_vec())));
        }
    }
    setup
}

fn lines(expected: &[&str]) -> Expect {
    let expected = expected.iter().map(|line| line.as_bytes().to_vec());
    Is(Outcome::Lines(expected.collect()))
}

/// Returns pseudo-random bytes, so that a test notices if a download begins at a wrong offset.
fn big(length: usize) -> Vec<u8> {
    let mut state: u32 = 1;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect()
}

fn bytes(expected: &[u8]) -> Expect {
    Is(Outcome::Bytes(expected.to_vec()))
}

fn done() -> Expect {
    Is(Outcome::Done)
}

fn active(config: Config) -> Config {
    config.with_data_mode(DataMode::Active)
}

fn active_with_anyone(config: Config) -> Config {
    active(config).with_active_peer(ActivePeer::Anyone)
}

fn lenient(config: Config) -> Config {
    config.with_multiline(Multiline::Lenient)
}

fn with_auth_ssl(config: Config) -> Config {
    config.with_auth(Auth::TlsThenSsl)
}

fn with_prot_first(config: Config) -> Config {
    config.with_protect_when(ProtectWhen::BeforeLogin)
}

fn tolerant(config: Config) -> Config {
    config.with_missing_close_notify(MissingCloseNotify::IfSizeAgrees)
}

fn with_connect(config: Config) -> Config {
    config.with_data_command(DataCommand::WithConnect)
}

impl Case {
    fn new(setup: Setup) -> Self {
        Self {
            setup,
            in_every_way: false,
            config: |config| config,
            options: |options| options,
            resumes: Resumes::Usual,
            channels: Channels::Both,
            connects: None,
            steps: Vec::new(),
            commands: None,
            ftp_proxy: None,
        }
    }

    fn config(mut self, config: fn(Config) -> Config) -> Self {
        self.config = config;
        self
    }

    fn options_with(mut self, options: fn(Options) -> Options) -> Self {
        self.options = options;
        self
    }

    /// Makes the server do a full TLS handshake on each connection.
    fn without_resumption(mut self) -> Self {
        self.resumes = Resumes::Nothing;
        self
    }

    /// Makes the server send one TLS 1.3 ticket on each connection.
    fn one_ticket_each(mut self) -> Self {
        self.resumes = Resumes::OneTicket;
        self
    }

    /// Makes real servers run this case in every combination of passive or active mode, IPv4 or
    /// IPv6, and clear text or TLS, because the result may differ between them.
    fn in_every_way(mut self) -> Self {
        self.in_every_way = true;
        self
    }

    fn only(mut self, channels: Channels) -> Self {
        self.channels = channels;
        self
    }

    fn connects(mut self, expected: Expect) -> Self {
        self.connects = Some(expected);
        self
    }

    fn step(mut self, operation: Operation, expected: Expect) -> Self {
        self.steps.push((operation, expected));
        self
    }

    fn steps(mut self, steps: Vec<(Operation, Expect)>) -> Self {
        self.steps.extend(steps);
        self
    }

    /// Puts an FTP proxy of this kind between the client and the server. The pair is the login at
    /// the proxy. No TLS, because it is refused with FTP proxies.
    fn through(mut self, kind: FtpProxyKind, login: Option<(&str, &str)>) -> Self {
        let mut proxy = FtpProxy::new("localhost", kind);
        if let Some(login) = login.and_then(|(user, word)| Credentials::new(user, word).ok()) {
            proxy = proxy.with_login(login);
        }
        self.ftp_proxy = Some(proxy);
        self.only(Channels::Clear)
    }

    fn heard(mut self, commands: &'static [&'static str]) -> Self {
        self.commands = Some(commands);
        self
    }
}
