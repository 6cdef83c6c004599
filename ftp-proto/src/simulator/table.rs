//! The rows of the contract table: one test case for each way in which servers behave.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU8;

use super::contract::{Call, Case, Channels, Ending, Expect, Look, Operation, Outcome};
use super::{Action, DuringTransfer, Fault, Setup, Then};
use crate::wire::Multiline;
use crate::{
    AbortClose, ActivePeer, Auth, Config, DataCommand, DataMode, ErrorKind, FileStructure, Format,
    MissingCloseNotify, Misuse, PassiveCommand, ProtectWhen, Protection, SizeCheck,
    TransferOptions, TransferType, TransmissionMode, Utf8Names, Wait,
};

use ErrorKind::{Closed, Injection, Permanent, Protocol, Transient, Truncated, Unconfirmed};
use Expect::{Entries, Fails, FailsAfter, Is};
use Operation::{
    Begin, BeginUpload, Download, DownloadExpecting, DownloadKeptAlive, Features, List, Login,
    Names, Noop, Pwd, Quit, Raw, Size, Upload,
};

macro_rules! cases {
    // `$d` stands for a dollar sign, which the inner macro needs for its own parameters.
    (($d:tt) $($(#[doc = $doc:literal])+ $name:ident => $case:expr;)*) => {
        /// One function for each row of the table.
        #[allow(missing_docs, reason = "each carries its line below")]
        pub mod cases {
            use super::*;

            /// All rows, by their names.
            pub const ALL: &[(&str, fn() -> Case)] = &[$((stringify!($name), $name),)*];

            $($(#[doc = $doc])+ pub fn $name() -> Case { $case })*
        }

        /// Makes one `#[test]` for each row of the [contract table](crate::simulator::contract),
        /// run through this [`Driver`](crate::simulator::contract::Driver). The second argument is
        /// an expression of type `&[TlsEnds]`.
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
    /// One session does each operation once, and all succeed.
    a_whole_session => session(Setup::new())
        .in_every_way()
        .steps(everything())
        .step(Quit, done());
    /// The client asks the server about the server itself, and sends a command that no server
    /// knows.
    questions => session(Setup::new().file("/d/below/inside", "1"))
        .in_every_way()
        .steps(answers());
    /// The client lists directories and files by each listing command. The names have blanks and
    /// letters that are not ASCII.
    listings => session(Setup::new()
            .file("/d/one", "1")
            .file("/d/two words", "22")
            .file("/d/drei-ß", "333")
            .directory("/d/void"))
        .in_every_way()
        .steps(descriptions());
    /// The client changes files and directories by relative names. Each change must show in what
    /// the server has stored.
    names_below_a_directory => session(Setup::new()
            .file("/d/old", "content")
            .file("/d/text", "one\ntwo\n")
            .directory("/d/below"))
        .in_every_way()
        .steps(changes());
    /// The session changes from passive to active mode and back, and transfers succeed in both
    /// modes.
    passive_and_active_in_turn => session(Setup::new())
        .step(Operation::DataMode(DataMode::Active), done())
        .steps(still_in_step())
        .step(Operation::DataMode(DataMode::Passive), done())
        .steps(still_in_step());
    /// In active mode, the server sends the final reply before it connects to the client
    /// (mod_proxy, issue 335). The download must still succeed.
    active_mode_226_before_accept => session(Setup::new()
            .fault(Fault::on("CONNECT", Action::AcceptLate))
            .fault(Fault::on("RETR", Action::FinalFirst)))
        .config(active)
        .steps(still_in_step());
    /// In active mode, the server sends the final reply, but never connects. The download must fail
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
    /// The server does not know EPSV, so the client sends PASV.
    epsv_refused_then_pasv => session(Setup::new().without("EPSV")).steps(everything());
    /// A firewall blocks the port that the server named in its reply to EPSV, so the client sends
    /// PASV.
    epsv_port_blocked_then_pasv => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::RefuseConnect)))
        .steps(everything());
    /// A firewall swallows EPSV, so that no reply comes. The client uses PASV from then on.
    epsv_swallowed_then_pasv => session(Setup::new().fault(Fault::on("EPSV", Action::Silent)))
        .steps(everything());
    /// The client cannot reach the port that the server named in its reply to EPSV. With an option,
    /// the client sends the data command while it connects.
    epsv_port_blocked_with_connect => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::RefuseConnect)))
        .config(with_connect)
        .steps(everything());
    /// With an option, the client sends REST and the data command while it connects to the passive
    /// port.
    rest_with_connect => session(Setup::new())
        .config(with_connect)
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Download("/five", 2), bytes(b"345"))
        .steps(still_in_step());
    /// With an option, the client uses PASV and never sends EPSV, on which this server would close
    /// the connection.
    pasv_alone => session(Setup::new().fault(Fault::on("EPSV", Action::Hangup)))
        .config(|config| config.with_passive_command(PassiveCommand::Pasv))
        .steps(everything());
    /// All transfers succeed in active mode.
    active_mode => session(Setup::new()).config(active).steps(everything());
    /// In active mode, the server does not know EPRT, so the client sends PORT.
    eprt_refused_then_port => session(Setup::new().without("EPRT"))
        .config(active)
        .steps(everything());
    /// With an option, the client sends the data command while it connects to the passive port.
    command_with_connect => session(Setup::new()).config(with_connect).steps(everything());
    /// The server knows neither FEAT nor SIZE. A download must still succeed.
    no_feat_no_size => session(Setup::new().without("FEAT").without("SIZE"))
        .step(Features, bytes(b""))
        .step(Size("/five"), Is(Outcome::Size(None)))
        .step(Download("/five", 0), bytes(b"12345"));
    /// A wrong password is an error, but the session stays usable.
    login_refused => Case::new(Setup::new().user("user", "other"))
        .step(Login, Fails(Permanent, Some(530)))
        .step(Noop, Is(Outcome::Code(200)));
    /// The server refuses the first login and accepts the second one.
    login_refused_then_accepted => Case::new(Setup::new())
        .step(Operation::LoginAs("stranger", "wrong"), Fails(Permanent, Some(530)))
        .step(Login, done())
        .step(Quit, done());
    /// A download that brings fewer bytes than the client expects must fail.
    size_not_as_expected => session(Setup::new())
        .step(DownloadExpecting("/five", 5), bytes(b"12345"))
        .step(DownloadExpecting("/five", 6), Fails(Truncated, Some(226)))
        .step(Pwd, bytes(b"/"));
    /// The server refuses files that do not exist and names under which it cannot store. After each
    /// refusal, the session must still work.
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
    /// One session makes, renames, describes and removes files and directories. Names have blanks
    /// and quotes.
    directories_and_files => session(Setup::new().directory("/d")).steps(housekeeping());
    /// The server does not know CDUP, so the client sends `CWD ..`.
    cdup_unknown => session(Setup::new().directory("/d").without("CDUP"))
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Operation::Call(Call::Cwd, ".."), code(250))
        .step(Pwd, bytes(b"/"));
    /// The server refuses CDUP with 550, which does not mean that CDUP is unknown. So the client
    /// reports the error and does not try `CWD ..`.
    cdup_refused => session(Setup::new()
            .fault(Fault::on("CDUP", Action::Reply(b"550 No.\r\n".to_vec()))))
        .step(Operation::Call(Call::Cwd, ".."), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// The server refuses RNFR, or answers it with 250 instead of 350. The client must not send
    /// RNTO then.
    rename_refused => session(Setup::new()
            .fault(Fault::nth("RNFR", 1, Action::Reply(b"250 Done.\r\n".to_vec()))))
        .step(Operation::Rename("/none", "/other"), Fails(Permanent, Some(550)))
        .step(Operation::Rename("/five", "/other"), Fails(ErrorKind::UnexpectedReply, Some(250)))
        .steps(still_in_step());
    /// The client asks the server about the server itself, and changes the settings of the session.
    the_server_and_its_settings => session(Setup::new()).steps(settings());
    /// The client sends HOST before the login, and CLNT and OPTS after it.
    host_ahead_of_the_login => Case::new(Setup::new())
        .only(Channels::Clear)
        .step(Operation::Call(Call::Host, "ftp.example.org"), code(220))
        .step(Login, done())
        .step(Operation::Call(Call::ClientName, "test"), code(200))
        .step(Operation::Call(Call::Opts, "UTF8 ON"), code(200));
    /// The client logs out by REIN, and can log in again.
    logged_out_and_in_again => session(Setup::new())
        .only(Channels::Clear)
        .step(Operation::Call(Call::Reinitialize, ""), code(220))
        .step(Operation::Call(Call::Cwd, "/"), Fails(Permanent, Some(530)))
        .step(Login, done())
        .steps(still_in_step());
    /// Under TLS, REIN is misuse, and the client does not send it.
    rein_under_tls_is_misuse => session(Setup::new())
        .only(Channels::Tls)
        .step(
            Operation::Call(Call::Reinitialize, ""),
            Fails(ErrorKind::Misuse(Misuse::AlreadySecured), None),
        )
        .steps(still_in_step());
    /// After the login, the server refuses to store files with 532 until the client has sent an
    /// account.
    account_demanded_for_storing => session(Setup::new().account_to_store("research"))
        .step(Upload("/new", big(10)), Fails(Permanent, Some(532)))
        .step(Operation::Call(Call::Account, "research"), code(230))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)));
    /// The server does not know SIZE and MDTM. After the first refusal, the client does not send
    /// these commands again.
    size_and_mdtm_unknown => session(Setup::new().without("SIZE").without("MDTM"))
        .step(Size("/five"), Is(Outcome::Size(None)))
        .step(Size("/five"), Is(Outcome::Size(None)))
        .step(Operation::Modified("/five"), bytes(b""))
        .step(Operation::Modified("/five"), bytes(b""));
    /// The client asks what the server can do, once.
    what_the_server_can_do => session(Setup::new().extensions())
        .step(Operation::Discover, bytes(b"UNIX Type: L8"))
        .step(Operation::Discover, bytes(b"UNIX Type: L8"))
        .step(Features, features())
        .steps(still_in_step());
    /// The time of a file is set by MFMT.
    time_set_by_mfmt => session(Setup::new().extensions())
        .steps(time_set_by("MFMT"));
    /// The server does not know MFMT, but MDTM with two arguments (vsftpd).
    time_set_by_mdtm => session(Setup::new()
            .without("MFMT")
            .sets_time_by_mdtm())
        .steps(time_set_by("MDTM time path"));
    /// The server takes both arguments of MDTM for a name, and knows SITE UTIME.
    time_set_by_site_utime => session(Setup::new()
            .extensions()
            .without("MFMT"))
        .steps(time_set_by("SITE UTIME"));
    /// The server takes both arguments of MDTM for the name of a file that exists.
    time_set_and_mdtm_answers_as_a_query => session(Setup::new()
            .extensions()
            .without("MFMT")
            .file("/20260102030405 five", "1"))
        .step(Operation::SetModified("five", "20260102030405"), bytes(b"SITE UTIME"))
        .step(Operation::Modified("/five"), bytes(b"2026-01-02T03:04:05"))
        .step(Operation::Modified("/20260102030405 five"), bytes(b"2024-01-01T00:00:00"));
    /// No command sets the time. None of those that the server does not know is sent again.
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
    /// Commands that few servers have.
    seldom_commands => session(Setup::new()
            .extensions()
            .file("/d/inside", "123")
            .file("/two words", "12345"))
        .steps(seldom());
    /// The server knows none of the commands that few servers have. None is sent twice.
    seldom_commands_unknown => session(Setup::new().without("SITE CHMOD"))
        .only(Channels::Clear)
        .steps(unknown(Some(500)))
        .steps(unknown(None))
        .steps(still_in_step());
    /// FEAT lists HASH and XCRC, and the server refuses both.
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
    /// The client translates the line ends of texts in both directions, whatever line ends the
    /// texts have.
    texts_both_ways => session(Setup::new()
            .file("/text", "one\ntwo\r\n\nlast")
            .file("/lf", "one\n\ntwo\n")
            .file("/crlf", "one\r\n\r\ntwo\r\n"))
        .in_every_way()
        .steps(texts())
        .steps(texts_of_one_kind());
    /// The client translates the line ends of texts although the data arrives in pieces of at most
    /// seven bytes.
    texts_through_a_small_window => session(Setup::new()
            .window(7)
            .file("/text", "one\ntwo\r\n\nlast"))
        .steps(texts());
    /// The client uploads from an offset on, appends to a file, and uploads under a name that the
    /// server chooses.
    uploads_of_all_kinds => session(Setup::new().file("/half", big(123_456)))
        .in_every_way()
        .steps(uploads());
    /// DELE, AUTH and XCWD move no data. If a program gives one of them as the command of a
    /// transfer, the client refuses it as misuse and opens no data connection.
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
    /// In block mode or record structure, the data on the wire is not the plain file. So the client
    /// refuses a transfer as misuse.
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
    /// FEAT lists PRET, so the client sends PRET before PASV or EPSV.
    pret_where_it_is_listed => session(Setup::new().pret())
        .only(Channels::Clear)
        .step(Operation::Call(Call::Cwd, "/"), code(250))
        .step(Features, pret_features())
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(List, Is(Outcome::Count(4)));
    /// The client replaces a connection that the server has closed. It repeats the login, OPTS and
    /// TYPE, and goes back to the working directory.
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
    /// A reconnect may replace a connection that still works, even in the middle of a transfer.
    reconnected_without_need => session(Setup::new().window(4096))
        .step(Begin("/big", 1000, Ending::Forget), done())
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// The server refuses CWD during a reconnect, so the session would work in the wrong directory.
    /// The client then allows nothing but another reconnect.
    reconnected_half_way => session(Setup::new()
            .directory("/a")
            .directory("/b")
            .fault(Fault::nth("CWD", 1, Action::Reply(b"550 Busy.\r\n".to_vec()))))
        .step(Operation::Call(Call::Cwd, "/a"), code(250))
        .step(Operation::Reconnect, Fails(Permanent, Some(550)))
        .step(Operation::Call(Call::Cwd, "/b"), Fails(Closed, None))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/a"));
    /// After 300 relative CWDs, the client no longer knows how to get back to its directory, so a
    /// reconnect fails. PWD tells the client the directory, and the next reconnect succeeds.
    reconnect_wants_to_know_the_way => session(Setup::new().directory("/a"))
        .steps(vec![(Operation::Call(Call::Cwd, "."), code(250)); 300])
        .step(Operation::Reconnect, Fails(ErrorKind::TooLarge, None))
        .step(Pwd, bytes(b"/"))
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// A reconnect replaces a connection that still works. The new session is in the same
    /// directory.
    reconnected_in_a_directory => session(Setup::new().directory("/d"))
        .in_every_way()
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/d"))
        .step(Operation::Call(Call::Cwd, ".."), code(250))
        .steps(still_in_step());
    /// After a second login, the client is in the directory in which logins start. So a reconnect
    /// leads to that directory.
    reconnected_after_a_second_login => session(Setup::new().directory("/d"))
        .step(Operation::Call(Call::Cwd, "d"), code(250))
        .step(Login, done())
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/"));
    /// A raw PROT in clear text sets a protection level that means nothing without TLS. So a
    /// reconnect does not repeat it.
    reconnected_after_prot_in_clear => session(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"200 Fine.\r\n".to_vec()))))
        .only(Channels::Clear)
        .step(Raw("PROT C"), code(200))
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// The server sends preliminary replies without end. The client must fail, because it would
    /// otherwise wait forever.
    preliminaries_without_end => session(Setup::new()
            .fault(Fault::on("SITE", Action::Before(b"100 Wait.\r\n".repeat(300)))))
        .step(Raw("SITE HELP"), Fails(Protocol, Some(100)))
        .step(Pwd, Fails(Protocol, Some(100)));
    /// The server sends replies 120 without end instead of a greeting. The client must fail.
    greeting_that_is_never_ready => greeted("120 Later.\r\n".repeat(300))
        .connects(Fails(Protocol, Some(120)));
    /// The client cannot parse the offset of a raw `REST 5 `, but the server may have accepted it.
    /// So the client sends REST 0 before the next download.
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
    /// A reconnect repeats the login, so a reconnect before the login is misuse.
    reconnect_before_login_is_misuse => Case::new(Setup::new())
        .step(
            Operation::Reconnect,
            Fails(ErrorKind::Misuse(Misuse::NotLoggedIn), None),
        );
    /// An argument with CR, LF or NUL could smuggle in another command. The client refuses it
    /// before it sends anything, and the session stays usable.
    injection_is_refused_before_a_byte_is_sent => Case::new(Setup::new())
        .step(Raw("NOOP\r\nDELE /five"), Fails(ErrorKind::InvalidArgument, None))
        .step(Download("/five\nDELE /five", 0), Fails(ErrorKind::InvalidArgument, None))
        .step(Upload("/\0", vec![]), Fails(ErrorKind::InvalidArgument, None))
        .heard(&[]);

    // The next cases are about unusual replies of real servers.

    /// The server does not double the quotes in the name `/a"b`. PWD must still return the right
    /// name, and a reconnect must lead to that directory.
    quotes_that_are_not_doubled => session(Setup::new()
            .directory("/a\"b")
            .directory("/a")
            .fault(Fault::on("PWD", Action::Words(b"257 \"/a\"b\" is it.\r\n".to_vec()))))
        .step(Operation::Call(Call::Cwd, "a\"b"), code(250))
        .step(Pwd, bytes(b"/a\"b"))
        .step(Operation::Reconnect, done())
        .step(Operation::Call(Call::Cwd, "../a\"b"), code(250));
    /// The first listing is only a blank line, which stands for an empty directory. The second
    /// listing has blank lines between its entries.
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
    /// In the first listing, every line ends with CR CR LF, so both CRs are dropped. In the second,
    /// only one line does, so its first CR is part of the name.
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
    /// The client skips blanks and tabs before the facts. One blank ends the facts, and further
    /// blanks belong to the name.
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
    /// The server answers SIZE with `213 12 34`. The client must not take two numbers for a size.
    two_numbers_for_a_size => session(Setup::new()
            .fault(Fault::nth("SIZE", 0, Action::Words(b"213 12 34\r\n".to_vec()))))
        .step(Size("/five"), Fails(Protocol, Some(213)))
        .step(Size("/five"), Is(Outcome::Size(Some(5))))
        .steps(still_in_step());
    /// In active mode, the connection comes from another address of the server. The client drops
    /// it, so the download fails.
    active_mode_from_another_address => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::FromElsewhere)))
        .config(active)
        .step(Download("/big", 0), Fails(Transient, Some(426)))
        .steps(still_in_step());
    /// In active mode, the connection comes from another address of the server, which has already
    /// sent the whole file over it. The client drops it all the same.
    active_mode_from_another_address_unnoticed => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::FromElsewhere)))
        .config(active)
        .only(Channels::Clear)
        .step(Download("/five", 0), Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)))
        .steps(still_in_step());
    /// In active mode, an option lets the client accept a connection from another address.
    active_mode_from_another_address_allowed => session(Setup::new()
            .fault(Fault::on("CONNECT", Action::FromElsewhere)))
        .config(active_with_anyone)
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Upload("/new", big(10)), Is(Outcome::Count(10)))
        .step(List, Is(Outcome::Count(4)))
        .steps(still_in_step());
    /// A reply begins with the code 221 and ends with the code 211. The client must fail without a
    /// long wait.
    other_code_at_the_end => session(Setup::new()
            .fault(Fault::on("FEAT", Action::Reply(b"221-Here\r\n211 End\r\n".to_vec()))))
        .step(Features, Fails(Protocol, None))
        .step(Pwd, Fails(Protocol, None));
    /// With an option, the client accepts a reply that begins with the code 221 and ends with the
    /// code 211.
    other_code_at_the_end_by_option => session(Setup::new()
            .fault(Fault::on("FEAT", Action::Reply(b"221-Here\r\n UTF8\r\n211 End\r\n".to_vec()))))
        .config(lenient)
        .step(Features, bytes(b"UTF8 "))
        .steps(still_in_step());
    /// A greeting begins with the code 220 and ends with the code 230. The client must not accept
    /// it.
    other_code_at_the_end_of_the_greeting => greeted("220-Welcome\r\n230 Ready\r\n")
        .connects(Fails(Protocol, None));
    /// Inside a multi-line reply, a line that begins with another code is text if more lines
    /// follow.
    other_codes_in_the_middle => session(Setup::new()
            .fault(Fault::on("HELP", Action::Reply(
                b"214-Help\r\n550 is a code\r\n150 too\r\n214 End\r\n".to_vec(),
            ))))
        .step(Operation::Call(Call::Help, ""), code(214))
        .steps(still_in_step());
    /// After a login by raw commands, the client does not know which user is logged in. A reconnect
    /// could log in as another user, so it is misuse.
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
    /// The server does not answer CWD in time, but may have changed the directory. So a reconnect
    /// to the old directory must fail until PWD has told the directory.
    reconnect_after_a_lost_cwd_wants_to_know_the_way => session(Setup::new()
            .directory("/a/b")
            .fault(Fault::nth("CWD", 1, Action::Silent)))
        .step(Operation::Call(Call::Cwd, "/a"), code(250))
        .step(Operation::Call(Call::Cwd, "b"), Fails(ErrorKind::Timeout(Wait::Reply), None))
        .step(Operation::Reconnect, Fails(ErrorKind::TooLarge, None))
        .step(Pwd, bytes(b"/a/b"))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/a/b"));
    /// The server refuses CWD, but the refusal comes late. The directory is unchanged, so a
    /// reconnect leads to the old directory.
    reconnect_after_a_late_refusal_of_cwd => session(Setup::new()
            .directory("/a")
            .fault(Fault::nth("CWD", 1, Action::Hold)))
        .step(Operation::Call(Call::Cwd, "/a"), code(250))
        .step(Operation::Call(Call::Cwd, "none"), Fails(Permanent, Some(550)))
        .step(Operation::Reconnect, done())
        .step(Pwd, bytes(b"/a"));
    /// The client sends raw commands with verbs of up to 32 letters and digits, and refuses longer
    /// verbs.
    long_verbs => session(Setup::new()
            .fault(Fault::on("SETLONGRETR", Action::Reply(b"200 Fine.\r\n".to_vec()))))
        .step(Raw("setlongretr on"), code(200))
        .step(Raw("THISISTHELONGESTONETHEREMAYBE032"), code(500))
        .step(
            Raw("LONGERTHANTHIRTYTWOLETTERSANDDIGI"),
            Fails(ErrorKind::InvalidArgument, None),
        )
        .steps(still_in_step());

    // The next cases are about sizes that the server announces or reports.

    /// The server cuts a download after 50,000 bytes, but replies 226. In clear text only the size
    /// in the 150 shows the cut. The download must fail, and the session must still work.
    shorter_than_announced => session(cut(Then::Fin))
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// A download starts at byte 500, and the server sends none of the bytes after it. The 150
    /// announces 200,000 bytes, so the download must fail.
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
    /// The client compares the size in the 150 only for a download of a file in TYPE I, and fails
    /// only if fewer bytes come. If the size is that of the whole file, the client subtracts the
    /// offset.
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
    /// The file name contains `(99 bytes)`. The client must not take it for the size that the 150
    /// announces.
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
    /// The server announces a wrong size in the 150, so the download fails. An option switches the
    /// comparison off.
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
    /// With an option, the client asks for the size by SIZE before a download. So it notices a cut
    /// even if the 150 announces no size, or only that of the rest.
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
    /// With an option, the client sends SIZE, but the server does not know it. So the client
    /// compares with the size in the 150.
    sizes_asked_by_option_of_a_server_without_size => session(cut(Then::Fin).without("SIZE"))
        .step(
            Operation::DownloadWith("/big", asking()),
            FailsAfter(Truncated, Some(226), 50_000),
        )
        .step(Operation::DownloadWith("/five", asking()), bytes(b"12345"))
        .steps(still_in_step());

    // The next cases are about uploads whose data connection the server resets, or that it does not
    // store.

    /// The server stores an upload, but resets the data connection. So the client sends SIZE, which
    /// shows that everything is stored. After the first upload, which is not reset, the client does
    /// not send SIZE.
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
    /// The server resets the data connection of an upload at an offset. SIZE after the upload
    /// confirms it only if the client also sent SIZE before the upload, and the file has grown.
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
    /// After an upload whose data connection the server has reset, the session must still work.
    /// This also holds under TLS, and for a file name that the server has chosen.
    reset_upload_is_usable_afterwards => session(Setup::new()
            .fault(Fault::on("STOR", Action::ResetEnd))
            .fault(Fault::on("STOU", Action::ResetEnd)))
        .step(Upload("/new", big(100_000)), Is(Outcome::Count(100_000)))
        .step(Operation::Stored("/new"), bytes(&big(100_000)))
        .step(Operation::UploadUnique(big(1000)), bytes(b"stou.0001"))
        .steps(still_in_step());
    /// The server stores ten bytes of an upload, resets the data connection and replies 226. SIZE
    /// shows that the file has only ten bytes, so the upload must fail.
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
    /// The server resets the data connection of an upload and does not know SIZE. So nothing
    /// confirms the upload, and it must fail.
    reset_upload_whose_size_is_not_known => session(Setup::new()
            .without("SIZE")
            .fault(Fault::on("STOR", Action::ResetEnd)))
        .step(Upload("/new", big(100)), Fails(Unconfirmed, Some(226)))
        .steps(still_reading());
    /// After a reset, SIZE cannot confirm an upload as text or by APPE, because the size of the
    /// stored file says nothing about them. So these uploads must fail.
    reset_upload_whose_size_does_not_tell => session(Setup::new()
            .fault(Fault::on("STOR", Action::ResetEnd))
            .fault(Fault::on("APPE", Action::ResetEnd)))
        .step(Operation::UploadText("/new", b"one\n".to_vec()), Fails(Unconfirmed, Some(226)))
        .step(Operation::Append("/five", big(100)), Fails(Unconfirmed, Some(226)))
        .steps(still_reading());
    /// The server refuses an upload with 552 and resets the data connection. The error is the
    /// refusal.
    reset_upload_that_is_refused => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::ResetEnd))
            .fault(Fault::nth("STOR", 0, Action::Words(b"552 Disk full.\r\n".to_vec()))))
        .step(Upload("/new", big(100)), Fails(Permanent, Some(552)))
        .steps(still_in_step());
    /// With an option, the client accepts the upload after a reset and does not send SIZE.
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
    /// With an option, the client sends SIZE after every upload, because a server may reply 226
    /// although it has not stored everything.
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

    // The next cases are about which replies confirm a transfer.

    /// A 226 that comes before the 150 belongs to an earlier command. The server then cuts the
    /// download and replies 451, so the download must fail.
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
    /// A 226 that comes before the 150 belongs to an earlier command. It must not confirm a listing
    /// that the server refuses later.
    confirmed_by_no_226_before_the_150_of_a_listing => session(Setup::new()
            .fault(Fault::nth("NLST", 0, Action::Before(b"226 Old.\r\n".to_vec())))
            .fault(Fault::nth("NLST", 0, Action::At {
                after: 5,
                control: b"451 Broken.\r\n".to_vec(),
                then: Then::Fin,
            })))
        .step(Names, Fails(Transient, Some(451)))
        .steps(still_in_step());
    /// A 226 that comes before the 150 belongs to an earlier command. It must not confirm an upload
    /// that the server refuses later.
    confirmed_by_no_226_before_the_150_of_an_upload => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::Before(b"226 Old.\r\n".to_vec())))
            .fault(Fault::nth("STOR", 0, Action::Words(b"552 Disk full.\r\n".to_vec()))))
        .step(Upload("/new", big(100_000)), Fails(Permanent, Some(552)))
        .steps(still_in_step());
    /// The server sends 226 and then a refusal, in one segment or in two. The transfer must fail
    /// with the refusal.
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
    /// The server sends 226 and then 451 while the reply to a NOOP is still to come. The download
    /// must fail with the 451.
    confirmed_and_refused_with_a_noop_owed_is_refused => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("RETR", 0, Action::Words(b"226 Done.\r\n451 Broken.\r\n".to_vec()))))
        .step(DownloadKeptAlive("/big", 1000), FailsAfter(Transient, Some(451), 200_000))
        .steps(still_in_step());
    /// The final reply has a code that belongs to another command, for example 257. Such a reply
    /// must not confirm a transfer.
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
    /// A 250 confirms a transfer, and so does a 226 that the server sends twice. A 200 confirms it
    /// only if no other reply follows.
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

    /// The server refuses the download with 550 while the client still waits for the data
    /// connection to be accepted.
    hard_01_refused_with_550_while_connecting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"550 No.\r\n".to_vec()))))
        .config(with_connect)
        .step(Download("/five", 0), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// The server replies 425 while the client still waits for the data connection to be accepted.
    hard_01_refused_with_425_while_connecting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"425 No.\r\n".to_vec()))))
        .config(with_connect)
        .step(Download("/five", 0), Fails(Transient, Some(425)))
        .steps(still_in_step());
    /// In active mode, the server refuses the download with 550 while the client waits for the
    /// server to connect.
    hard_01_refused_with_550_while_accepting => session(Setup::new()
            .fault(Fault::nth("CONNECT", 0, Action::AcceptLate))
            .fault(Fault::nth("RETR", 0, Action::ReplyBeforeAccept(b"550 No.\r\n".to_vec()))))
        .config(active)
        .step(Download("/five", 0), Fails(Permanent, Some(550)))
        .steps(still_in_step());
    /// In active mode, the server replies 425 while the client waits for the server to connect.
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
    /// This server stops working if the client resets a data connection without a transfer. So the
    /// client must close, not reset, a data connection that it has not used or no longer wants.
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
    /// This server stops working if the client closes a data connection by FIN while the server
    /// sends. So the client must reset the data connection when it gives up a download.
    download_given_up_is_reset => session(Setup::new().dies_of_ends())
        .step(Begin("/big", 10, Ending::Abort), done())
        .step(Begin("/big", 10, Ending::Drop), done())
        .step(Begin("/big", 10, Ending::Forget), done())
        .steps(still_in_step());
    /// The server supports only TYPE I and refuses TYPE A. The client then lists in TYPE I.
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
    /// The client switches on UTF-8 for names once, before the first name that is not ASCII.
    utf8_before_the_first_name => session(Setup::new())
        .only(Channels::Clear)
        .step(Size("/five"), Is(Outcome::Size(Some(5))))
        .step(Operation::Call(Call::Delete, "/\u{e9}"), Fails(Permanent, Some(550)))
        .step(Operation::Call(Call::Delete, "/\u{e9}"), Fails(Permanent, Some(550)))
        .heard(&[
            "USER user", "PASS secret", "TYPE I", "SIZE /five", "FEAT", "OPTS UTF8 ON",
            "DELE /\u{e9}", "DELE /\u{e9}",
        ]);
    /// With an option, the client switches on UTF-8 for names before the first listing. If the
    /// server refuses, the client does not ask again.
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
    /// In active mode, the server sends 150 and never connects. The download fails, and the next
    /// operation aborts it on the server.
    active_mode_where_nobody_connects => session(Setup::new()
            .fault(Fault::nth("RETR", 0, reply("150 Here.")))
            .fault(Fault::nth("ABOR", 0, reply("226 Given up."))))
        .config(active)
        .step(
            Download("/five", 0),
            Fails(ErrorKind::Timeout(Wait::Accept), None),
        )
        .steps(still_in_step());
    /// The server sends the final reply, but no data, and leaves the data connection open. The
    /// download must fail without a long wait.
    silent_data_after_the_last_word => session(Setup::new()
            .fault(Fault::nth("RETR", 0, reply("226 Done."))))
        .step(
            Download("/five", 0),
            Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)),
        )
        .steps(still_in_step());
    /// The server sends the final reply, but no data, and leaves the data connection open. The
    /// listing must fail without a long wait.
    silent_listing_after_the_last_word => session(Setup::new()
            .fault(Fault::nth("NLST", 0, reply("226 Done."))))
        .step(
            Names,
            Fails(ErrorKind::Timeout(Wait::DataClose), Some(226)),
        )
        .steps(still_in_step());
    /// The server sends five bytes and the final reply, but does not close the data connection. The
    /// download must fail, because its end is unknown.
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
    /// The server does not know ABOR. For a transfer that the client aborts, it sends 426 or no
    /// final reply. The session must still work.
    abor_unknown => session(Setup::new()
            .without("ABOR")
            .fault(Fault::nth("RETR", 2, Action::SilentFinal)))
        .step(Begin("/big", 10, Ending::Abort), done())
        .step(Begin("/big", 10, Ending::Drop), done())
        .step(Begin("/big", 10, Ending::Abort), done())
        .step(BeginUpload("/new", big(10), Ending::Abort), done())
        .steps(still_in_step());
    /// The server refuses an upload halfway with 552 and stops reading, so the driver is blocked in
    /// a write. It must still notice the refusal.
    hard_02_upload_refused_with_552_half_way => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("STOR", 0, Action::At {
                after: 100_000,
                control: b"552 Disk full.\r\n".to_vec(),
                then: Then::Stall,
            })))
        .step(Upload("/new", big(1_000_000)), Fails(Permanent, Some(552)))
        .steps(still_in_step());
    /// The driver aborts a download, drops it, or forgets it by `mem::forget`. The operations after
    /// it must succeed.
    hard_04_download_given_up_in_every_way => session(Setup::new().window(4096))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Drop), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Forget), done())
        .steps(still_in_step());
    /// The driver gives up downloads in three ways, and the server handles ABOR while a transfer is
    /// under way.
    hard_04_download_given_up_where_abor_is_heard => session(Setup::new()
            .window(4096)
            .during_transfer(DuringTransfer::Immediate))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .steps(still_in_step())
        .step(Begin("/big", 0, Ending::Drop), done())
        .steps(still_in_step())
        .step(Begin("/big", 1000, Ending::Forget), done())
        .steps(still_in_step());
    /// The driver aborts an upload, drops it, or forgets it by `mem::forget`. The operations after
    /// it must succeed.
    hard_04_upload_given_up_in_every_way => session(Setup::new().window(4096))
        .step(BeginUpload("/new", big(3000), Ending::Abort), done())
        .steps(still_in_step())
        .step(BeginUpload("/new", big(3000), Ending::Drop), done())
        .steps(still_in_step())
        .step(BeginUpload("/new", big(3000), Ending::Forget), done())
        .steps(still_in_step());
    /// This server ends the session if the client closes the data connection before the server has
    /// answered ABOR. So an option makes the client wait for that reply first.
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
    /// This server answers ABOR only after the client has closed the data connection. By option,
    /// the client waits for the reply first, in vain, and must then go on.
    abort_answered_after_the_close => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("RETR", 0, Action::HoldFinal)))
        .config(|config| config.with_abort_close(AbortClose::AfterReply))
        .step(Begin("/big", 1000, Ending::Abort), done())
        .step(Begin("/big", 1000, Ending::Drop), done())
        .step(BeginUpload("/new", big(3000), Ending::Forget), done())
        .steps(still_in_step());
    /// After an abort, the server keeps the transfer in a queue and would send it over the next
    /// data connection. So the client opens an extra data connection for the queued transfer before
    /// the next transfer.
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
    /// The server sends 226 before the data. The transfers must still succeed.
    hard_06_final_reply_before_the_data => session(Setup::new()
            .fault(Fault::on("RETR", Action::FinalFirst)))
        .steps(still_in_step());
    /// The server sends 226 long after the data. The transfers must still succeed.
    hard_06_final_reply_after_the_data => session(Setup::new()
            .fault(Fault::on("RETR", Action::HoldFinal))
            .fault(Fault::on("STOR", Action::HoldFinal)))
        .steps(still_in_step());
    /// The server sends all data, but no 226. The download is unconfirmed.
    hard_06_no_final_reply => session(Setup::new()
            .fault(Fault::on("RETR", Action::SilentFinal)))
        .step(Download("/big", 0), FailsAfter(Unconfirmed, None, 200_000));
    /// The server sends a stray 250, and the client must not take it for the reply to the DELE
    /// after it.
    hard_07_stray_250_before_dele => session(Setup::new()
            .fault(Fault::nth("NOOP", 0, Action::Stray(b"250 Done.\r\n".to_vec()))))
        .step(Noop, Is(Outcome::Code(200)))
        .step(Raw("DELE /none"), Is(Outcome::Code(550)))
        .steps(still_in_step());
    /// The server sends a stray 226 between EPSV and RETR. pyftpdlib does this late after an abort,
    /// and then sends the data of the aborted transfer over the new data connection. So the client
    /// must not use that connection.
    hard_07_stray_226_before_retr => session(Setup::new()
            .fault(Fault::nth("EPSV", 0, Action::Stray(b"226 Transfer complete.\r\n".to_vec()))))
        .step(Download("/five", 0), Fails(ErrorKind::OutOfStep, None))
        .steps(still_in_step());
    /// The server answers a NOOP during a transfer before it sends the 226.
    hard_08_noop_answered_before_226 => session(Setup::new()
            .window(4096)
            .during_transfer(DuringTransfer::Immediate))
        .step(DownloadKeptAlive("/big", 1000), bytes(&big(200_000)))
        .steps(still_in_step());
    /// The server answers a NOOP during a transfer only after the 226.
    hard_08_noop_answered_after_226 => session(Setup::new().window(4096))
        .step(DownloadKeptAlive("/big", 1000), bytes(&big(200_000)))
        .steps(still_in_step());
    /// The server never answers a NOOP during a transfer. The download must still succeed.
    hard_08_noop_never_answered => session(Setup::new()
            .window(4096)
            .fault(Fault::nth("NOOP", 0, Action::Silent)))
        .step(DownloadKeptAlive("/big", 1000), bytes(&big(200_000)))
        .steps(still_in_step());
    /// The server accepts REST, but refuses the transfer after it. The next transfer must start at
    /// byte 0.
    hard_09_restart_offset_left_over => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::Reply(b"450 Not now.\r\n".to_vec()))))
        .step(Download("/five", 2), Fails(Transient, Some(450)))
        .step(Download("/five", 0), bytes(b"12345"));
    /// The server accepts AUTH, and more bytes in clear text follow its reply. An attacker may have
    /// sent them, so the client must stop.
    hard_11_bytes_after_auth_accepted => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::After(b"230 Come in.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Injection, None))
        .step(Pwd, Fails(Injection, None))
        .heard(&["AUTH TLS"]);
    /// The server refuses AUTH, and more bytes follow its reply. An attacker may have sent them, so
    /// the client must stop.
    hard_11_bytes_after_auth_refused => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"500 No.\r\n331 Password?\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Injection, None))
        .step(Pwd, Fails(Injection, None))
        .heard(&["AUTH TLS"]);
    /// The server refuses AUTH, so the client must not send user name or password.
    auth_refused => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"502 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Permanent, Some(502)))
        .step(Pwd, Fails(ErrorKind::Insecure, None))
        .heard(&["AUTH TLS"]);
    /// The server refuses PROT, so the client must not make a data connection.
    prot_refused => Case::new(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"534 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(Permanent, Some(534)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .step(Pwd, bytes(b"/"));
    /// Under implicit TLS, the handshake comes before the greeting. All operations of a session
    /// succeed.
    implicit_tls_a_whole_session => session(Setup::new())
        .only(Channels::Implicit)
        .steps(everything())
        .step(Quit, done());
    /// Under implicit TLS, all transfers succeed in active mode.
    implicit_tls_active_mode => session(Setup::new())
        .only(Channels::Implicit)
        .config(active)
        .steps(everything());
    /// Under implicit TLS, the client replaces its connection by a new one.
    implicit_tls_reconnect => session(Setup::new())
        .only(Channels::Implicit)
        .step(Operation::Reconnect, done())
        .steps(still_in_step());
    /// Under implicit TLS, the server does not know PROT, but protects data connections all the
    /// same.
    implicit_tls_prot_unknown => session(Setup::new().without("PBSZ").without("PROT"))
        .only(Channels::Implicit)
        .steps(everything());
    /// Under implicit TLS, the server answers PROT with 502 (not implemented), but protects data
    /// connections all the same.
    implicit_tls_prot_not_implemented => session(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"502 No.\r\n".to_vec()))))
        .only(Channels::Implicit)
        .steps(everything());
    /// Under implicit TLS, the server refuses PROT with 534, so the client must not make a data
    /// connection.
    implicit_tls_prot_refused => Case::new(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"534 No.\r\n".to_vec()))))
        .only(Channels::Implicit)
        .step(Login, Fails(Permanent, Some(534)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .step(Pwd, bytes(b"/"));
    /// Under implicit TLS, the server greets with 230. The client must not take this for a login.
    b2_implicit_tls_greeting_230 => Case::new(Setup::new().banner("230 Logged in."))
        .only(Channels::Implicit)
        .step(Login, done())
        .heard(&["USER user", "PASS secret", "PBSZ 0", "PROT P"]);
    /// The client demands TLS, and the server greets with 230 (logged in). This greeting must not
    /// replace AUTH and the login (class B2 of SECURITY.md).
    b2_greeting_230_where_tls_is_demanded => Case::new(Setup::new()
            .banner("230 Logged in.")
            .fault(Fault::on("AUTH", Action::Reply(b"500 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Names, Fails(ErrorKind::Insecure, None))
        .step(Login, Fails(Permanent, Some(500)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .heard(&["AUTH TLS"]);
    /// The server accepts AUTH with 334 instead of 234, as some servers do. The client must go on
    /// with TLS.
    auth_accepted_by_334 => session(Setup::new()
            .fault(Fault::on("AUTH", Action::Words(b"334 Go ahead.\r\n".to_vec()))))
        .only(Channels::Tls)
        .steps(everything());
    /// The server answers AUTH with `334 ADAT=...`, which continues another security mechanism. The
    /// client must not begin a TLS handshake.
    auth_334_with_data => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"334 ADAT=aGVsbG8=\r\n".to_vec()))))
        .only(Channels::Tls)
        .step(Login, Fails(ErrorKind::UnexpectedReply, Some(334)))
        .step(Names, Fails(ErrorKind::Insecure, None))
        .heard(&["AUTH TLS"]);
    /// The server refuses AUTH TLS. Without the option, the client must not try AUTH SSL.
    auth_tls_unknown => Case::new(Setup::new().without("AUTH TLS"))
        .only(Channels::Tls)
        .step(Login, Fails(Permanent, Some(504)))
        .heard(&["AUTH TLS"]);
    /// With an option, the client tries AUTH SSL after the server has refused AUTH TLS. PBSZ and
    /// PROT follow as usual.
    auth_ssl_as_second_try => Case::new(Setup::new().without("AUTH TLS"))
        .only(Channels::Tls)
        .config(with_auth_ssl)
        .step(Login, done())
        .heard(&["AUTH TLS", "AUTH SSL", "USER user", "PASS secret", "PBSZ 0", "PROT P"]);
    /// The server knows neither AUTH TLS nor AUTH SSL, so the client must not send user name or
    /// password.
    auth_ssl_refused_too => Case::new(Setup::new().without("AUTH TLS").without("AUTH SSL"))
        .only(Channels::Tls)
        .config(with_auth_ssl)
        .step(Login, Fails(Permanent, Some(504)))
        .heard(&["AUTH TLS", "AUTH SSL"]);
    /// The server refuses AUTH TLS, and more bytes follow its reply. The client must not try AUTH
    /// SSL then (class B1 of SECURITY.md: bytes from before TLS).
    b1_bytes_after_auth_before_the_second_try => Case::new(Setup::new()
            .fault(Fault::on("AUTH", Action::Reply(b"504 No.\r\n234 Yes.\r\n".to_vec()))))
        .only(Channels::Tls)
        .config(with_auth_ssl)
        .step(Login, Fails(Injection, None))
        .step(Pwd, Fails(Injection, None))
        .heard(&["AUTH TLS"]);
    /// With `with_protection(Clear)`, data connections are in clear text, also after a PROT C that the
    /// caller sends. After PROT P they are protected.
    clear_data_by_choice => session(Setup::new())
        .only(Channels::Tls)
        .config(|config| config.with_protection(Protection::Clear))
        .step(Download("/five", 0), bytes(b"12345"))
        .step(Operation::Protect(Protection::Clear), done())
        .step(Download("/big", 0), bytes(&big(200_000)))
        .step(Operation::Protect(Protection::Private), done())
        .steps(still_in_step());
    /// With an option, the client sends PBSZ and PROT before USER.
    prot_before_login => Case::new(Setup::new().file("/big", big(200_000)))
        .only(Channels::Tls)
        .config(with_prot_first)
        .step(Login, done())
        .heard(&["AUTH TLS", "PBSZ 0", "PROT P", "USER user", "PASS secret"]);
    /// With an option, the client sends PROT before USER. If the server refuses PROT, the client
    /// must not send USER (class B3 of SECURITY.md).
    b3_prot_before_login_refused => Case::new(Setup::new()
            .fault(Fault::on("PROT", Action::Reply(b"504 No.\r\n".to_vec()))))
        .only(Channels::Tls)
        .config(with_prot_first)
        .step(Login, Fails(Permanent, Some(504)))
        .heard(&["AUTH TLS", "PBSZ 0", "PROT P"]);
    /// The server sends a TLS alert instead of the greeting, so the client reports an error of TLS.
    tls_alert_as_greeting => greeted(*b"\x15\x03\x01\x00\x02\x02\x0a")
        .connects(Fails(ErrorKind::Tls, None));
    /// The server sends a TLS handshake message instead of the greeting, so the client reports an
    /// error of TLS.
    tls_handshake_as_greeting => greeted(*b"\x16\x03\x03\x00\x04\x00\x00\x00\x00")
        .connects(Fails(ErrorKind::Tls, None));
    /// After an upload, the server never closes its side of the data connection. The upload must
    /// succeed, because the server replies 226.
    upload_whose_end_is_not_answered => session(Setup::new()
            .fault(Fault::nth("STOR", 0, Action::KeepOpen)))
        .step(Upload("/new", big(100_000)), Is(Outcome::Count(100_000)))
        .step(Upload("/new", Vec::new()), Is(Outcome::Count(0)))
        .steps(still_in_step());
    /// The server ends downloads without `close_notify`. With an option, the client accepts a
    /// download whose size is right.
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
    /// The server cuts a download and sends no `close_notify`. The option that tolerates a missing
    /// `close_notify` must not help, because the size is wrong (class B5 of SECURITY.md).
    b5_cut_in_spite_of_tolerance => session(cut(Then::Fin))
        .only(Channels::Tls)
        .config(tolerant)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server cuts a download inside a TLS record. The option that tolerates a missing
    /// `close_notify` must not help (class B5 of SECURITY.md).
    b5_cut_inside_a_record_in_spite_of_tolerance => session(cut(Then::FinInsideRecord))
        .only(Channels::Tls)
        .config(tolerant)
        .step(DownloadExpecting("/big", 200_000), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// A listing has no size, and a server without SIZE tells none. The option that tolerates a
    /// missing `close_notify` must not help then (class B5 of SECURITY.md).
    b5_no_size_no_tolerance => session(Setup::new()
            .without("SIZE")
            .fault(Fault::on("NLST", Action::NoCloseNotify))
            .fault(Fault::nth("RETR", 0, Action::NoCloseNotify)))
        .only(Channels::Tls)
        .config(tolerant)
        .step(Names, Fails(Truncated, Some(226)))
        .step(Download("/five", 0), FailsAfter(Truncated, Some(226), 5))
        .steps(still_in_step());
    /// The server refuses the TLS handshake of a data connection. The error of the download is the
    /// server's reply 522.
    data_handshake_refused => session(Setup::new()
            .fault(Fault::nth("HANDSHAKE", 0, Action::RefuseHandshake)))
        .only(Channels::Tls)
        .step(Download("/five", 0), Fails(Permanent, Some(522)))
        .steps(still_in_step());
    /// The server sends 150 only after the TLS handshake of the data connection, as ftp-srv does.
    /// Refused transfers must not use up the session ticket that a later transfer needs.
    reply_after_data_handshake => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .steps(everything())
        .steps(vec![(Download("/none", 0), Fails(Permanent, Some(550))); 6])
        .steps(still_in_step());
    /// In active mode, the server sends 150 only after the TLS handshake of the data connection.
    reply_after_data_handshake_active_mode => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .config(active)
        .steps(everything());
    /// Under implicit TLS, the server sends 150 only after the TLS handshake of the data
    /// connection.
    reply_after_data_handshake_implicit_tls => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Implicit)
        .steps(everything());
    /// With an option, the client sends the data command while it connects to the passive port. The
    /// server sends 150 only after the TLS handshake of the data connection.
    reply_after_data_handshake_with_connect => session(Setup::new()
            .fault(Fault::on("HANDSHAKE", Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .config(with_connect)
        .steps(everything());
    /// For some transfers, the server sends 150 only after the TLS handshake of the data
    /// connection. This also happens after a reconnect.
    reply_after_data_handshake_now_and_then => session(Setup::new()
            .fault(Fault::nth("HANDSHAKE", 1, Action::ReplyAfterHandshake))
            .fault(Fault::nth("HANDSHAKE", 4, Action::ReplyAfterHandshake)))
        .only(Channels::Tls)
        .steps(still_in_step())
        .step(Operation::Reconnect, done())
        .steps(still_in_step())
        .steps(still_in_step());
    /// The server sends 150 late, but before the TLS handshake of the data connection. The
    /// handshake must wait for the 150.
    late_reply_before_data_handshake => session(Setup::new()
            .fault(Fault::on("RETR", Action::Hold)))
        .only(Channels::Tls)
        .steps(everything());
    /// The server cuts a download inside a TLS record. The download must fail, although the server
    /// replies 226.
    hard_12_cut_inside_a_record => session(cut(Then::FinInsideRecord))
        .only(Channels::Tls)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server cuts a download between two TLS records and sends no `close_notify`. The download
    /// must fail, although the server replies 226.
    hard_12_cut_between_records => session(cut(Then::Fin))
        .only(Channels::Tls)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// The server sends a whole download, but no `close_notify`. The download must fail, because a
    /// cut would look like this.
    hard_12_no_close_notify => session(Setup::new()
            .fault(Fault::nth("RETR", 0, Action::NoCloseNotify)))
        .only(Channels::Tls)
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 200_000))
        .steps(still_in_step());
    /// The server resets the data connection in the middle of a download. The download must fail,
    /// although the server replies 226.
    data_connection_reset => session(cut(Then::Reset))
        .step(Download("/big", 0), FailsAfter(Truncated, Some(226), 50_000))
        .steps(still_in_step());
    /// In the middle of a download, the server stops sending on the data connection and on the
    /// control connection. The download must time out.
    data_connection_stalls => session(cut(Then::Stall))
        .step(
            Download("/big", 0),
            FailsAfter(ErrorKind::Timeout(Wait::DataIdle), None, 50_000),
        )
        .steps(still_in_step());
    /// The greeting has five hundred lines and no last line. The client must fail.
    hard_14_five_hundred_continuation_lines => greeted("220-More to come.\r\n".repeat(500))
        .connects(Fails(Protocol, None));
    /// The server sends a line without end. The client must fail.
    hard_14_endless_line => greeted("220 ".repeat(100_000)).connects(Fails(Protocol, None));
    /// The server sends a reply with a hundred lines of about 4,000 bytes and no last line. The
    /// client must fail.
    hard_14_endless_reply => greeted(["220-", &"x".repeat(4000), "\r\n"].concat().repeat(100))
        .connects(Fails(Protocol, None));
    /// The client has connected to an HTTP server. The first line is not a reply of FTP, so
    /// connecting must fail.
    hard_14_http_greeting => greeted("HTTP/1.1 400 Bad Request\r\n")
        .connects(Fails(Protocol, None));
    /// The server begins a reply to SIZE, `213 12`, and closes the connection before the line end.
    /// The client must not take 12 for the size.
    hard_14_213_12_and_close => session(Setup::new()
            .fault(Fault::on("SIZE", Action::PartialThenHangup(b"213 12".to_vec()))))
        .step(Size("/five"), Fails(Closed, None))
        .step(Pwd, Fails(Closed, None));
    /// The server greets with 421, because it is full. Connecting must fail with this reply.
    full_server => Case::new(Setup::new()
            .fault(Fault::on("GREETING", Action::Reply(b"421 Full.\r\n".to_vec()))))
        .connects(Fails(Closed, Some(421)));
    /// The server answers QUIT only by closing the connection. QUIT must succeed all the same.
    quit_without_reply => session(Setup::new().fault(Fault::on("QUIT", Action::Hangup)))
        .step(Quit, done());
}

/// Returns operations that must succeed in every session, even after a failed operation.
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
        // An empty directory has no names, not even its own.
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
        // After a listing, TYPE A is in force, but SIZE must count bytes as in TYPE I. So the
        // client has to set TYPE I before SIZE.
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
        // This upload overwrites the file with a shorter one.
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

const SEVEN: NonZeroU8 = NonZeroU8::new(7).unwrap();
const EIGHT: NonZeroU8 = NonZeroU8::new(8).unwrap();

/// The time of a file is set by this command, and a missing file is refused.
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

/// Commands that few servers have.
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

/// The same commands, with a server that does not know them. `code`: the server says so now.
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

/// The features that the server lists without options.
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
        // The text has an LF, a CRLF, a lone CR, and no line end after its last line.
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

/// Returns operations with texts whose line ends are all of one kind.
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
        // This upload is in TYPE I, so the CRLF line ends stay.
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

/// Returns operations that must succeed in every session, without any upload.
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

/// Returns the setup of a server that sends these bytes as its first and its second listing by each
/// command.
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

/// Returns pseudo-random bytes, so that a download from a wrong offset is noticed.
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
            channels: Channels::Both,
            connects: None,
            steps: Vec::new(),
            commands: None,
        }
    }

    fn config(mut self, config: fn(Config) -> Config) -> Self {
        self.config = config;
        self
    }

    /// Marks this case to run with real servers in active mode, over IPv6 and under TLS too,
    /// because its result may differ between them.
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

    fn heard(mut self, commands: &'static [&'static str]) -> Self {
        self.commands = Some(commands);
        self
    }
}
