//! Tests of the text of each error.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};
use ftp_proto::tls::{TlsConfig, TlsVersion, rustls};
use ftp_proto::{
    Cause, Config, DataMode, Error, ErrorKind, ListingLimits, Options, PassiveAddress, Protection,
    Resumption, Security, SizeCheck, Timeouts, TransferOptions,
};

use crate::face::{Client, Memory};
use crate::support::certificates::{CA, Flaw, Identity};
use crate::support::options::options_to;

fn trusting() -> TlsConfig {
    TlsConfig::with_roots_pem(&CA.pem).expect("a root")
}

fn plain() -> Options {
    options_to("localhost")
}

fn explicit() -> Options {
    plain().with_tls(trusting())
}

/// Returns options for implicit TLS at port 21, where a server usually greets in clear text.
fn implicit() -> Options {
    plain().with_implicit_tls(trusting()).with_port(21)
}

fn files() -> Setup {
    Setup::new()
        .file("/five", "12345")
        .file("/long", vec![7; 300_000])
}

fn secured(flaw: Flaw) -> Setup {
    files().tls(Identity::new("localhost", flaw).server(&rustls::version::TLS13))
}

fn reply(line: &str) -> Action {
    Action::Reply(format!("{line}\r\n").into_bytes())
}

/// An operation that a test performs after the greeting. Its error is the one to check.
type Try = fn(&mut Client) -> Result<(), Error>;

fn login(client: &mut Client) -> Result<(), Error> {
    client.login("user", "secret").map(drop)
}

fn download(client: &mut Client) -> Result<(), Error> {
    login(client)?;
    client.download("/five")?.read_to_end(&mut Vec::new())?;
    Ok(())
}

#[track_caller]
fn said(setup: Setup, options: Options, attempt: Try) -> Error {
    let memory = Memory::new(Simulator::new(setup));
    Client::connect_over(memory, options)
        .and_then(|mut client| attempt(&mut client))
        .expect_err("fails")
}

#[track_caller]
fn assert_says(setup: Setup, options: Options, attempt: Try, line: &str) {
    let error = said(setup, options, attempt);
    assert_eq!(error.to_string(), line);
    // If `main` returns an error, Rust prints the error's `Debug` form. So this form must begin
    // with the text of the error (`line`).
    let says = format!("Error {{ says: {line:?}, kind: ");
    assert!(format!("{error:?}").starts_with(&says), "{error:?}");
}

#[test]
fn a_server_that_cannot_be_reached() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = taken.local_addr().expect("bound");
    drop(taken);
    let system = TcpStream::connect(address).expect_err("nobody listens");
    let options = options_to("127.0.0.1").with_port(address.port());
    let error = Client::connect(options).expect_err("nobody listens");
    let port = address.port();
    assert_eq!(
        error.to_string(),
        format!("connecting to 127.0.0.1, port {port}: {system}")
    );
}

/// No resolver knows a name with an empty part. So this test asks no server.
#[test]
fn a_name_that_cannot_be_resolved() {
    let system = ("no..such", 21).to_socket_addrs().expect_err("no name");
    let error = Client::connect(options_to("no..such")).expect_err("no name");
    assert_eq!(error.kind(), ErrorKind::Unresolved);
    assert_eq!(error.cause(), Cause::Connection);
    let line = format!("connecting to no..such, port 21: {system}");
    assert_eq!(error.to_string(), line);
}

#[test]
fn a_server_that_does_not_greet() {
    let rows = [
        (
            plain(),
            reply("421 Too many users."),
            "connecting to localhost, port 21: the server closed the control connection: 421 Too \
             many users.",
        ),
        (
            plain(),
            Action::Hangup,
            "connecting to localhost, port 21: the server closed the control connection",
        ),
        (
            plain(),
            reply("HTTP/1.1 400 Bad Request"),
            "connecting to localhost, port 21: the server breaks the rules of FTP: not an \
             FTP reply: HTTP/1.1 400 Bad Request",
        ),
        (
            explicit(),
            Action::Silent,
            "connecting to localhost, port 21: timed out after 60s (Timeouts::greeting), waiting \
             for the greeting: the server sent nothing; it may wait for TLS, or not be an FTP \
             server: try implicit TLS (Options::with_implicit_tls, usually at port 990)",
        ),
        (
            implicit(),
            reply("220 Welcome"),
            "connecting to localhost, port 21: TLS failed: the server answered in clear text \
             instead of TLS: try explicit TLS (Options::with_tls, usually at port 21); the server \
             said: 220 Welcome",
        ),
        (
            implicit(),
            reply("421 Too many connections."),
            "connecting to localhost, port 21: TLS failed: the server answered in clear text \
             instead of TLS: try explicit TLS (Options::with_tls, usually at port 21); the server \
             said: 421 Too many connections.",
        ),
        (
            implicit(),
            Action::PartialThenHangup(b"500 OOPS: no certificate".to_vec()),
            "connecting to localhost, port 21: TLS failed: the server answered in clear text \
             instead of TLS: try explicit TLS (Options::with_tls, usually at port 21); the server \
             said: 500 OOPS: no certificate",
        ),
    ];
    for (options, greeting, line) in rows {
        let setup = files().fault(Fault::on("GREETING", greeting));
        assert_says(setup, options, |_| Ok(()), line);
    }
}

#[test]
fn a_server_that_cannot_be_trusted() {
    let rows = [
        (Flaw::Expired, "has expired: renew it on the server"),
        (Flaw::NotYetValid, "is not valid yet"),
        (
            Flaw::SelfSigned,
            "is self-signed: if you trust it, add it as a root",
        ),
        (
            Flaw::WrongAuthority,
            "no trusted authority has signed the server's certificate: if a private authority \
             has, add its certificate as a root (TlsConfig::with_roots_pem)",
        ),
        (
            Flaw::WrongHost,
            "not for localhost, but for other.example: connect by a name in the certificate",
        ),
    ];
    for (flaw, words) in rows {
        let error = said(secured(flaw), explicit(), login);
        let reason = error.tls_reason().expect("a reason").to_string();
        assert!(reason.contains(words), "{reason}");
        assert_eq!(error.to_string(), format!("AUTH TLS: TLS failed: {reason}"));

        let bad = Identity::new("localhost", flaw).server(&rustls::version::TLS13);
        let error = said(secured(Flaw::None).data_tls(bad), explicit(), download);
        let line = format!("RETR /five: securing the data connection: TLS failed: {reason}");
        assert!(error.to_string().starts_with(&line), "{error}");
    }
}

#[test]
fn the_error_of_a_transfer_that_is_not_whole() {
    let cut = |then| Action::At {
        after: 2,
        control: Vec::new(),
        then,
    };
    let line = "RETR /five: the download is not complete: the server announced 5 bytes (2 bytes \
                received); the server said: 226 Transfer complete.; download it again, or the \
                rest of it by TransferOptions::with_offset; if the server announces wrong sizes, \
                set TransferOptions::with_size_check(SizeCheck::Never)";
    let setup = files().fault(Fault::on("RETR", cut(Then::Fin)));
    assert_says(setup.clone(), plain(), download, line);
    let error = said(setup, plain(), download);
    assert_eq!((error.transferred(), error.expected()), (Some(2), Some(5)));

    let line = "STOR /new: the upload is not complete: the server reset the data connection, and \
                the file on the server has 2 bytes, but 5 were sent; the server said: 226 \
                Transfer complete.; upload it again";
    let setup = files()
        .fault(Fault::on("STOR", cut(Then::Discard)))
        .fault(Fault::on("STOR", Action::ResetEnd));
    let store: Try = |client| {
        login(client)?;
        client.store("/new", b"12345").map(drop)
    };
    assert_says(setup, plain(), store, line);

    let line = "STOR /new: the transfer may not be complete: the size of the file on the server is \
                not known (0 bytes sent); the server said: 226 Transfer complete.; upload it \
                again, or compare the file on the server with yours";
    let careful: Try = |client| {
        login(client)?;
        let options = TransferOptions::new().with_size_check(SizeCheck::Always);
        client.upload_with("/new", &options)?.finish().map(drop)
    };
    assert_says(files().without("SIZE"), plain(), careful, line);

    let line = "RETR /five: the download is longer than expected: 3 bytes were expected (5 \
                bytes received); the server said: 226 Transfer complete.; the file may have grown: ask for \
                its size again";
    let longer: Try = |client| {
        login(client)?;
        let options = TransferOptions::new().with_expected(3);
        let mut download = client.download_with("/five", &options)?;
        download.read_to_end(&mut Vec::new())?;
        Ok(())
    };
    assert_says(files(), plain(), longer, line);

    let other = b"211 End.\r\n".to_vec();
    let line = "RETR /five: the transfer may not be complete: the reply that came for it belongs \
                to another command (5 bytes received); the server said: 211 End.; download it again";
    let setup = files().fault(Fault::on("RETR", Action::Words(other)));
    assert_says(setup, plain(), download, line);
}

#[test]
fn a_server_that_refuses() {
    let rows: [(Fault, Try, &str); 8] = [
        (
            Fault::on("AUTH", reply("500 AUTH not understood")),
            login,
            "AUTH TLS: the server refused: 500 AUTH not understood; the server does not support \
             AUTH TLS: try implicit TLS (Options::with_implicit_tls, usually at port 990), or, for an old \
             server, Config::with_auth(Auth::TlsThenSsl); do not just leave out \
             Options::with_tls: the password would travel in clear text",
        ),
        (
            Fault::on("PASS", reply("530 \x1b[1mNo.")),
            login,
            "PASS: the server refused: 530 \\x1b[1mNo.",
        ),
        (
            Fault::on("PROT", reply("534 Not here.")),
            login,
            "PROT P: asking for TLS on data connections: the server refused: 534 Not here.",
        ),
        (
            Fault::on("RETR", reply("450 Busy.")),
            download,
            "RETR /five: the server refused for now: 450 Busy.",
        ),
        (
            Fault::on("HANDSHAKE", Action::RefuseHandshake),
            download,
            "RETR /five: the server refused: 522 SSL connection failed; session reuse required: \
             probably because the data connection did not resume the TLS session of the login: \
             call `reconnect`, which begins another TLS session, and try again",
        ),
        (
            Fault::on("RETR", Action::NoCloseNotify),
            download,
            "RETR /five: the download is not complete: the data ended without close_notify, so \
             it may have been cut (5 bytes received); the server said: 226 Transfer complete.; \
             download it again; if this server never sends close_notify, set \
             Config::with_missing_close_notify(MissingCloseNotify::IfSizeAgrees), which asks for \
             the size",
        ),
        (
            Fault::on("RETR", Action::SilentFinal),
            download,
            "RETR /five: the transfer may not be complete: timed out after 180s \
             (Timeouts::final_reply), waiting for the final reply (5 bytes received); download it \
             again",
        ),
        (
            Fault::on("PWD", Action::Silent),
            |client| {
                login(client)?;
                client.pwd().map(drop)
            },
            "PWD: timed out after 60s (Timeouts::reply), waiting for a reply; the session goes on: \
             try again, or raise this limit",
        ),
    ];
    for (fault, attempt, line) in rows {
        assert_says(secured(Flaw::None).fault(fault), explicit(), attempt, line);
    }
}

#[test]
fn a_data_connection_that_cannot_be_made() {
    let refused = files().fault(Fault::on("CONNECT", Action::RefuseConnect));
    let error = said(refused, plain(), download);
    let system = error.inner().expect("the system's").to_string();
    let line = error.to_string();
    let begin = "RETR /five: connecting to 127.0.0.1:";
    assert!(line.starts_with(begin), "{line}");
    assert!(line.ends_with(&format!(" for data: {system}")), "{line}");
}

#[test]
fn a_server_that_does_not_resume() {
    let options = explicit().with_resumption(Resumption::Required);
    let other = Identity::good().server(&rustls::version::TLS13);
    let error = said(secured(Flaw::None).data_tls(other), options, download);
    let line = "RETR /five: securing the data connection: TLS failed: the data connection did \
                not resume the TLS session of the login, as you required: call `reconnect`, \
                    which begins another TLS session, and try again";
    assert!(error.to_string().starts_with(line), "{error}");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let zero = Duration::ZERO;
    let to_nowhere = |config: Config| config.with_active_address(Ipv4Addr::UNSPECIFIED);
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let rows = [
        (
            plain().with_timeouts(Timeouts::default().with_data_close(zero)),
            "Timeouts::data_close is zero",
        ),
        (
            plain().with_active_ports(5..=4),
            "Options::active_ports is empty, or begins with port 0",
        ),
        (
            plain().with_config(to_nowhere),
            "Config::active_address is an address that no server can connect to",
        ),
        (
            plain().with_config(|config| config.with_security(Security::Explicit)),
            "this needs TLS, but the options have none: make a new client with Options::with_tls",
        ),
        (
            explicit().with_config(|config| config.with_security(Security::Plain)),
            "Options::tls is set, but Config::security is Plain: set TLS by Options::with_tls \
             alone",
        ),
    ];
    for (options, why) in rows {
        let error = Client::connect(options).expect_err("makes no sense");
        assert_eq!(error.to_string(), why);
    }
    let line =
        "this needs TLS, but the options have none: make a new client with Options::with_tls";
    assert_says(files(), plain(), Client::secure, line);
}

#[test]
fn the_errors_of_calls_that_make_no_sense() {
    let rows: [(Try, &str); 7] = [
        (
            |client| client.names(None).map(drop),
            "TYPE: not sent, because it would travel in clear text: TLS has not begun: call \
             `login` or `secure` first",
        ),
        (
            |client| {
                login(client)?;
                client.protect(Protection::Clear)
            },
            "PROT: not sent, because it would travel in clear text: allow clear data connections \
             first, by Config::with_protection(Protection::Clear)",
        ),
        (
            |client| {
                login(client)?;
                client.clear_control()?;
                client.raw("USER ada").map(drop)
            },
            "USER: not sent, because it would travel in clear text: the control connection is in \
             clear text after CCC: call `secure` first",
        ),
        (
            |client| client.raw("RETR x").map(drop),
            "RETR: it is more than a command and its reply: use the method that is made for it",
        ),
        (
            |client| client.raw("DELE a\nDELE b").map(drop),
            "an argument cannot be sent: the argument of DELE holds a line end",
        ),
        (
            |client| {
                login(client)?;
                client.download("/long")?.finish().map(drop)
            },
            "misuse: the download has not reached its end: read it to its end, or call `abort`",
        ),
        (
            Client::reconnect,
            "misuse: nobody has logged in yet: call `login` first",
        ),
    ];
    for (attempt, line) in rows {
        assert_says(secured(Flaw::None), explicit(), attempt, line);
    }
}

#[test]
fn tls_configurations_that_cannot_be_built() {
    let own = || {
        let provider = rustls::crypto::ring::default_provider();
        rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    };
    let (ours, other) = (Identity::good(), Identity::new("ada", Flaw::None));
    let rows = [
        (
            TlsConfig::with_pinned_keys([]),
            "the list of pinned keys is empty",
        ),
        (
            TlsConfig::from(own()).with_only_version(TlsVersion::V1_2),
            "this TlsConfig has your own rustls::ClientConfig: set the versions there",
        ),
        (
            TlsConfig::with_roots_pem("company-ca.pem"),
            "TLS failed: no certificate in the PEM text: give the text itself, not the path of a \
             file",
        ),
        (
            trusting().with_client_certificate(&ours.pem, &other.key_pem),
            "TLS failed: the client's certificate and the key do not belong together",
        ),
        (
            trusting().with_client_certificate(&ours.pem, &ours.pem),
            "TLS failed: no private key in the PEM text, or an encrypted one",
        ),
    ];
    for (config, line) in rows {
        assert_eq!(config.expect_err("no trust").to_string(), line);
    }
}

#[test]
fn hosts_that_are_neither_a_name_nor_an_address() {
    for (host, why) in [
        ("ftp://ada:hunter2@ftp.example.org/pub", "is a URL"),
        (
            "localhost:21",
            "`Options::new(\"localhost\").with_port(21)`",
        ),
        ("", "the host is empty"),
    ] {
        for options in [options_to(host), options_to(host).with_tls(trusting())] {
            let error = Client::connect(options).expect_err("no host");
            assert!(error.to_string().contains(why), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
    // The simulated network accepts this host name, which a TCP network could not resolve. But no
    // certificate can match the name.
    let memory = || Memory::new(Simulator::new(secured(Flaw::None)));
    let host = "ftp://ada:hunter2@localhost";
    let error = Client::connect_over(memory(), options_to(host).with_tls(trusting()));
    let error = error.expect_err("no name").to_string();
    let line = "the host \"ftp://***@localhost\" is neither a name nor an address: ";
    assert!(error.starts_with(line), "{error}");
    let fault = Fault::on("GREETING", Action::Hangup);
    let memory = Memory::new(Simulator::new(files().fault(fault)));
    let error = Client::connect_over(memory, options_to(host)).expect_err("no greeting");
    let line = "connecting to ftp://***@localhost, port 21: ";
    assert!(error.to_string().starts_with(line), "{error}");
}

/// The greeting shows that the peer is no FTP server. Or the greeting is cut short, and the client
/// cannot know whether the peer is one. The error must quote what the peer sent.
#[test]
fn the_error_of_a_peer_that_is_no_ftp_server() {
    for (words, quoted) in [
        (
            "SSH-2.0-OpenSSH_9.2\r\n",
            "not an FTP reply: SSH-2.0-OpenSSH_9.2",
        ),
        (
            "* OK [CAPABILITY IMAP4rev1] ready\r\n",
            "not an FTP reply: * OK [CAPA",
        ),
        (
            "J\0\0\0\n5.7.33\0rest",
            "a NUL byte in a reply; it sent: J\\x00\\x00\\x00\\n5.7.33\\x00rest",
        ),
        ("login: ", "; it sent: login:"),
        ("220-Welcome\r\n", "; it sent: 220-Welcome"),
    ] {
        let setup = files().fault(Fault::on("GREETING", Action::Reply(words.into())));
        let error = said(setup, plain(), |_| Ok(())).to_string();
        assert!(
            error.starts_with("connecting to localhost, port 21: "),
            "{error}"
        );
        assert!(error.contains(quoted), "{error}");
    }
    // A mail server greets with 220, as an FTP server does. Only the refusal of USER shows that
    // this server is no FTP server.
    let mail = files()
        .banner("220 mx.example ESMTP Postfix")
        .fault(Fault::on(
            "USER",
            reply("502 5.5.2 Error: command not recognized"),
        ));
    assert_says(
        mail,
        plain(),
        login,
        "USER user: the server refused: 502 5.5.2 Error: command not recognized; it may not be \
         an FTP server; its greeting was 220 mx.example ESMTP Postfix",
    );
    // The peer closes the connection in the middle of its greeting.
    let hangup = Action::PartialThenHangup(b"RFB 003.008".to_vec());
    let error = said(
        files().fault(Fault::on("GREETING", hangup)),
        plain(),
        |_| Ok(()),
    );
    assert!(error.to_string().contains("RFB 003.008"), "{error}");
    // A service of another protocol may send nothing in the handshake of implicit TLS, or no
    // greeting after the handshake. The error must say that it may not be an FTP server.
    let (listener, address) = (TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), "127.0.0.1");
    let listener = listener.expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    let timeouts = Timeouts::default().with_handshake(Duration::from_millis(50));
    let waits = Options::new(address)
        .with_implicit_tls(trusting())
        .with_port(port)
        .with_timeouts(timeouts);
    let error = Client::connect(waits).expect_err("silence").to_string();
    assert!(
        error.ends_with("; it may not be an FTP server, or have no implicit TLS"),
        "{error}"
    );
    drop(listener);
    let silent = Identity::good().server(&rustls::version::TLS13);
    let silent = files()
        .implicit_tls(silent)
        .fault(Fault::on("GREETING", Action::Silent));
    let error = said(silent, implicit(), |_| Ok(()));
    assert_eq!(
        error.to_string(),
        "connecting to localhost, port 21: timed out after 60s (Timeouts::greeting), waiting for \
         the greeting; it may not be an FTP server"
    );
}

/// The error quotes the argument of the command, such as the file name, unless it is a secret.
#[test]
fn errors_quote_the_argument_of_the_command() {
    let rows: [(Try, &str); 6] = [
        (
            |client| client.download("/no\x1b").map(drop),
            "RETR /no\\x1b: the server refused: 550 Failed to open file.",
        ),
        (
            |client| client.rename("/none", "/six").map(drop),
            "RNFR /none: the server refused: 550 RNFR command failed.",
        ),
        (
            |client| client.rename("/five", "/five/x").map(drop),
            "RNTO /five/x: the server refused: 550 Rename failed.",
        ),
        (
            |client| client.account("hunter2").map(drop),
            "ACCT: the server refused: 530 Account incorrect.",
        ),
        (
            |client| client.site("PSWD hunter2 x").map(drop),
            "SITE PSWD ***: the server refused: 500 Unknown SITE command.",
        ),
        (
            |client| client.cwd("/secret").map(drop),
            "CWD /***: the server refused: 550 Failed to change directory.",
        ),
    ];
    let setup = files().fault(Fault::on("ACCT", reply("530 Account incorrect.")));
    for (attempt, line) in rows {
        let memory = Memory::new(Simulator::new(setup.clone()));
        let mut client = Client::connect_over(memory, plain()).expect("greeted");
        login(&mut client).expect("logged in");
        let error = attempt(&mut client).expect_err("fails");
        assert_eq!(error.to_string(), line);
    }
    let error = said(files(), plain(), |client| {
        client.login("user", "wrong").map(drop)
    });
    assert_eq!(error.command(), Some("PASS"));
    assert_eq!(error.argument(), None);
}

/// Servers use many different texts to demand TLS. The error must advise to use TLS.
#[test]
fn a_server_that_wants_tls() {
    for (verb, words) in [
        ("USER", "550 SSL/TLS required on the control channel"),
        ("USER", "530 Non-anonymous sessions must use encryption."),
        ("PASS", "534 Policy requires SSL."),
        ("USER", "421 Please use FTPS"),
        ("GREETING", "421 TLS is mandatory here"),
        ("USER", "522 (1)"),
    ] {
        let setup = files().fault(Fault::on(verb, reply(words)));
        let error = said(setup, plain(), login).to_string();
        let advice = "; the server wants TLS: set Options::with_tls";
        assert!(error.ends_with(&format!(": {words}{advice}")), "{error}");
    }
    let setup = files().fault(Fault::on("PASS", reply("530 Login incorrect.")));
    let error = said(setup, plain(), login).to_string();
    assert!(error.ends_with("Login incorrect."), "{error}");
}

/// The server refuses AUTH. The error must tell what to try instead.
#[test]
fn a_server_without_tls() {
    for code in ["500", "502", "504", "530", "534", "550"] {
        let words = format!("{code} No.");
        let setup = files().fault(Fault::on("AUTH", reply(&words)));
        let error = said(setup, explicit(), login).to_string();
        assert!(error.contains("; the server does not "), "{error}");
        for option in ["Options::with_implicit_tls", "Options::with_tls"] {
            assert!(error.contains(option), "{error}");
        }
        let other_name = !matches!(code, "530" | "550");
        assert_eq!(error.contains("TlsThenSsl"), other_name, "{error}");
    }
}

#[test]
fn the_errors_of_data_connections_with_other_addresses() {
    let from_elsewhere = Fault::on("CONNECT", Action::FromElsewhere);
    let active = plain().with_config(|config| config.with_data_mode(DataMode::Active));
    assert_says(
        files().fault(from_elsewhere),
        active,
        |client| {
            login(client)?;
            client.download("/long").map(drop)
        },
        "RETR /long: the server refused for now: 426 Connection closed; transfer aborted.; a \
         connection \
         from 127.0.0.2 was rejected, because the server is at 127.0.0.1: to accept it, set \
             Config::with_active_peer(ActivePeer::Anyone)",
    );
    let elsewhere = files()
        .pasv_address([127, 0, 0, 2])
        .fault(Fault::on("CONNECT", Action::RefuseConnect));
    let error = said(elsewhere.clone(), plain(), download).to_string();
    let advice = "; a firewall may block the port; the server had named the address 127.0.0.2, \
                  which was ignored: to connect to it, if it can be reached from here, set \
                  Config::with_passive_address(PassiveAddress::TrustServer)";
    assert!(error.ends_with(advice), "{error}");
    let trusting =
        plain().with_config(|config| config.with_passive_address(PassiveAddress::TrustServer));
    let error = said(elsewhere, trusting, download).to_string();
    assert!(!error.contains("ignored"), "{error}");
    // The error mentions the address in the 227 reply only if that address may be the reason for
    // the failure. A missing file has another reason.
    let missing: Try = |client| {
        login(client)?;
        client.download("/none").map(drop)
    };
    let named = files().pasv_address([127, 0, 0, 2]).without("EPSV");
    let error = said(named, plain(), missing).to_string();
    assert!(!error.contains("ignored"), "{error}");
    // This transfer has begun, so the address in the 227 reply is not the reason for its failure.
    let cut = Action::At {
        after: 2,
        control: b"426 Broken.\r\n".to_vec(),
        then: Then::Reset,
    };
    let begun = files()
        .pasv_address([127, 0, 0, 2])
        .without("EPSV")
        .fault(Fault::on("RETR", cut));
    let error = said(begun, plain(), download).to_string();
    assert!(
        error.contains("426 Broken.") && !error.contains("ignored"),
        "{error}"
    );
    let itself = files().fault(Fault::on("CONNECT", Action::RefuseConnect));
    let error = said(itself, plain(), download).to_string();
    assert!(!error.contains("ignored"), "{error}");
}

/// The server replies 150, but does not connect. The client waits 60 s for the connection, and then
/// 5 s for a reply that tells the reason.
#[test]
fn an_operation_that_waits_more_than_once() {
    let silent = || files().fault(Fault::on("RETR", reply("150 Here.")));
    let options = plain().with_config(|config| config.with_data_mode(DataMode::Active));
    let error = said(silent(), options.clone(), download);
    assert_eq!(error.waited(), Some(Duration::from_secs(60)));
    assert_eq!(error.elapsed(), Some(Duration::from_secs(65)));
    assert!(
        error.to_string().contains(
            "timed out after 60s (Timeouts::accept), waiting for the server to connect (the \
             operation took 65s)"
        ),
        "{error}"
    );
    let error = said(
        silent().fault(Fault::on("PASS", reply("530 No."))),
        options,
        download,
    );
    assert_eq!(error.elapsed(), None);
}

#[test]
fn a_reply_that_ends_with_another_code() {
    let pwd: Try = |client| {
        login(client)?;
        client.pwd().map(drop)
    };
    let words = "a reply began with 221 and ended with 211: \
                 to read such replies, set Config::with_multiline(Multiline::Lenient)";
    let bytes = || b"221-Here\r\n211 End\r\n".to_vec();
    assert_says(
        files().fault(Fault::on("PWD", Action::Reply(bytes()))),
        plain(),
        pwd,
        &format!("PWD: the server breaks the rules of FTP: {words}"),
    );
    // Each line of this reply has a hyphen after its code, so the reply does not end.
    let endless = Action::Reply(b"257-Here\r\n257-\"/\"\r\n257-End\r\n".to_vec());
    assert_says(
        files().fault(Fault::on("PWD", endless)),
        plain(),
        pwd,
        "PWD: timed out after 60s (Timeouts::reply), waiting for a reply; a reply of several \
         lines began with 257-, and its last line did not come",
    );
    // The server may also close the connection in the middle of a reply that has several lines.
    // After QUIT this is no error.
    let closes = |verb| files().fault(Fault::on(verb, Action::PartialThenHangup(bytes())));
    assert_says(
        closes("PWD"),
        plain(),
        pwd,
        &format!(
            "the server closed the control connection: {words}; the session has ended: connect \
             again (`reconnect`)"
        ),
    );
    let memory = Memory::new(Simulator::new(closes("QUIT")));
    let mut client = Client::connect_over(memory, plain()).expect("greeted");
    login(&mut client).expect("logged in");
    assert!(client.quit().expect("said goodbye").is_none());
}

/// The local file cannot be written, for example because the disk is full. The error must say so.
#[cfg(target_os = "linux")]
#[test]
fn a_local_file_that_fails() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let full = full.expect("a device that is always full");
    let options = [(files(), plain()), (secured(Flaw::None), explicit())];
    for (setup, options) in options {
        let memory = Memory::new(Simulator::new(setup));
        let mut client = Client::connect_over(memory, options).expect("greeted");
        login(&mut client).expect("logged in");
        let saved = client
            .download("/long")
            .expect("opened")
            .save_to(&full, |_| ());
        let error = saved.expect_err("full").to_string();
        let line = "writing the local file: No space left on device (os error 28) (after 0 bytes)";
        assert_eq!(error, line);
        let directory = std::fs::File::open("/").expect("a directory");
        let sent = client
            .upload("/new")
            .expect("opened")
            .send_from(&directory, |_| ());
        let error = sent.expect_err("no file").to_string();
        assert!(error.starts_with("reading the local file: "), "{error}");
        client.noop().expect("in step");
    }
}

#[test]
fn listings_that_are_too_large() {
    let few = ListingLimits::default().with_lines(1);
    let error = said(files(), plain().with_listing_limits(few), |client| {
        login(client)?;
        client.names(None).map(drop)
    });
    assert_eq!(
        error.to_string(),
        "the listing has more lines or bytes than the limit; raise Options::with_listing_limits, \
         or read piece by piece (`read_dir`, `list_lines`)"
    );
}
