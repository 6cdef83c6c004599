//! What a user reads when something fails: the text of each error.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};
use ftp_proto::tls::{TlsConfig, TlsVersion, rustls};
use ftp_proto::{
    Config, Error, ListingLimits, Options, Protection, Resumption, Security, Timeouts,
};

use crate::face::{Client, Memory};
use crate::support::certificates::{CA, Flaw, Identity};

fn trusting() -> TlsConfig {
    TlsConfig::with_roots_pem(&CA.pem).expect("a root")
}

fn plain() -> Options {
    Options::new("localhost")
}

fn explicit() -> Options {
    plain().with_tls(trusting())
}

/// Implicit TLS at port 21, where the simulator greets in clear text.
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

/// What is tried after the greeting.
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
    // A `main` that returns the error prints this.
    let says = format!("Error {{ says: {line:?}, kind: ");
    assert!(format!("{error:?}").starts_with(&says), "{error:?}");
}

#[test]
fn a_server_that_cannot_be_reached() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = taken.local_addr().expect("bound");
    drop(taken);
    let system = TcpStream::connect(address).expect_err("nobody listens");
    let options = Options::new("127.0.0.1").with_port(address.port());
    let error = Client::connect(options).expect_err("nobody listens");
    let port = address.port();
    assert_eq!(
        error.to_string(),
        format!("connecting to 127.0.0.1, port {port}: {system}")
    );
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
            "connecting to localhost, port 21: the server does not speak FTP as it should: not an \
             FTP reply: HTTP/1.1 400 Bad Request",
        ),
        (
            explicit(),
            Action::Silent,
            "connecting to localhost, port 21: timed out after 60s, waiting for the greeting: the \
             server says nothing: it may be waiting for implicit TLS, as a rule at port 990",
        ),
        (
            implicit(),
            reply("220 Welcome"),
            "connecting to localhost, port 21: TLS failed: the server answers in clear text where \
             TLS is due: if this is implicit TLS, try explicit TLS, as a rule at port 21; the server \
             said: 220 Welcome",
        ),
        (
            implicit(),
            reply("421 Too many connections."),
            "connecting to localhost, port 21: TLS failed: the server answers in clear text where \
             TLS is due: if this is implicit TLS, try explicit TLS, as a rule at port 21; the server \
             said: 421 Too many connections.",
        ),
        (
            implicit(),
            Action::PartialThenHangup(b"500 OOPS: no certificate".to_vec()),
            "connecting to localhost, port 21: TLS failed: the server answers in clear text where \
             TLS is due: if this is implicit TLS, try explicit TLS, as a rule at port 21; the server \
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
        (Flaw::Expired, "has expired"),
        (Flaw::NotYetValid, "is not valid yet"),
        (Flaw::SelfSigned, "signed its certificate itself"),
        (
            Flaw::WrongAuthority,
            "signed by nobody who is trusted: if there is a private authority, give its certificate \
             as a root (TlsConfig::with_roots_pem)",
        ),
        (
            Flaw::WrongHost,
            "not for localhost, but for other.example: connect by a name that it is for",
        ),
    ];
    for (flaw, words) in rows {
        let error = said(secured(flaw), explicit(), login);
        let reason = error.tls_reason().expect("a reason").to_string();
        assert!(reason.contains(words), "{reason}");
        assert_eq!(error.to_string(), format!("AUTH: TLS failed: {reason}"));

        let bad = Identity::new("localhost", flaw).server(&rustls::version::TLS13);
        let error = said(secured(Flaw::None).data_tls(bad), explicit(), download);
        let line = format!("RETR: securing the data connection: TLS failed: {reason}");
        assert!(error.to_string().starts_with(&line), "{error}");
    }
}

#[test]
fn a_file_that_is_not_whole() {
    let cut = |then| Action::At {
        after: 2,
        control: Vec::new(),
        then,
    };
    let line = "RETR: the data did not end as it should: 5 bytes were announced (of a server that \
                announces another size than that of what it sends, TransferOptions::with_size_check \
                takes the size from SIZE, or none); the server said: 226 Transfer complete. (after \
                2 bytes)";
    let setup = files().fault(Fault::on("RETR", cut(Then::Fin)));
    assert_says(setup.clone(), plain(), download, line);
    let error = said(setup, plain(), download);
    assert_eq!((error.transferred(), error.expected()), (Some(2), Some(5)));

    let line = "STOR: the data ended, but the server never confirmed it: the server has reset the data \
                connection, and SIZE does not say that it has all (TransferOptions::with_size_check \
                does not ask): 2 bytes instead of 5; the server said: 226 Transfer complete. (after \
                5 bytes)";
    let setup = files()
        .fault(Fault::on("STOR", cut(Then::Discard)))
        .fault(Fault::on("STOR", Action::ResetEnd));
    let store: Try = |client| {
        login(client)?;
        client.store("/new", b"12345").map(drop)
    };
    assert_says(setup, plain(), store, line);

    let other = b"211 End.\r\n".to_vec();
    let line = "RETR: the data ended, but the server never confirmed it: a reply came for it that \
                belongs to another command; the server said: 211 End. (after 5 bytes)";
    let setup = files().fault(Fault::on("RETR", Action::Words(other)));
    assert_says(setup, plain(), download, line);
}

#[test]
fn a_server_that_refuses() {
    let rows: [(Fault, Try, &str); 8] = [
        (
            Fault::on("AUTH", reply("500 AUTH not understood")),
            login,
            "AUTH: asking for TLS: the server refused: 500 AUTH not understood",
        ),
        (
            Fault::on("PASS", reply("530 \x1b[1mNo.")),
            login,
            "PASS: the server refused: 530 \\x1b[1mNo.",
        ),
        (
            Fault::on("PROT", reply("534 Not here.")),
            login,
            "PROT: asking for TLS on data connections: the server refused: 534 Not here.",
        ),
        (
            Fault::on("RETR", reply("450 Busy.")),
            download,
            "RETR: the server refused for now: 450 Busy.",
        ),
        (
            Fault::on("HANDSHAKE", Action::RefuseHandshake),
            download,
            "RETR: the server refused: 522 SSL connection failed; session reuse required: the \
             server refuses the data connection, as a rule because it did not resume the TLS \
             session of the login: reconnect to get one that can be resumed",
        ),
        (
            Fault::on("RETR", Action::NoCloseNotify),
            download,
            "RETR: the data did not end as it should: it ended without close_notify, so that nobody \
             can tell the end from a cut (of a server that never sends one, \
             Config::with_missing_close_notify takes a file whose size agrees); the server said: \
             226 Transfer complete. (after 5 bytes)",
        ),
        (
            Fault::on("RETR", Action::SilentFinal),
            download,
            "RETR: the data ended, but the server never confirmed it: timed out after 180s, waiting \
             for the final reply (after 5 bytes)",
        ),
        (
            Fault::on("PWD", Action::Silent),
            |client| {
                login(client)?;
                client.pwd().map(drop)
            },
            "PWD: timed out after 60s, waiting for a reply",
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
    let begin = "RETR: connecting to the server's port ";
    assert!(line.starts_with(begin), "{line}");
    assert!(line.ends_with(&format!(" for data: {system}")), "{line}");
}

#[test]
fn a_server_that_does_not_resume() {
    let options = explicit().with_resumption(Resumption::Required);
    let other = Identity::good().server(&rustls::version::TLS13);
    let error = said(secured(Flaw::None).data_tls(other), options, download);
    let line = "RETR: securing the data connection: TLS failed: the data connection did not resume \
                the TLS session of the login, which was required: reconnect to get one that can be \
                resumed";
    assert!(error.to_string().starts_with(line), "{error}");
}

#[test]
fn options_that_make_no_sense() {
    const MISUSE: &str = "misuse: an option or a command makes no sense here";
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
            "Config::active_address is no address that a server could connect to",
        ),
        (
            plain().with_config(|config| config.with_security(Security::Explicit)),
            "Config::security demands TLS, and nobody is trusted: Options::with_tls says whom",
        ),
        (
            explicit().with_config(|config| config.with_security(Security::Plain)),
            "Options::tls is set and Config::security is plain",
        ),
    ];
    for (options, why) in rows {
        let error = Client::connect(options).expect_err("makes no sense");
        assert_eq!(error.to_string(), format!("{MISUSE}: {why}"));
    }
    let line = "misuse: an option or a command makes no sense here: nobody is trusted: \
                Options::with_tls says whom";
    assert_says(files(), plain(), Client::secure, line);
}

#[test]
fn calls_that_make_no_sense() {
    let rows: [(Try, &str); 7] = [
        (
            |client| client.names(None::<&str>).map(drop),
            "TYPE: held back, because something would travel in clear text: TLS is demanded and not \
             there yet: `login` or `secure` comes first",
        ),
        (
            |client| {
                login(client)?;
                client.protect(Protection::Clear)
            },
            "PROT: held back, because something would travel in clear text: clear data connections \
             must be allowed first, by Config::with_protection(Protection::Clear)",
        ),
        (
            |client| {
                login(client)?;
                client.clear_control()?;
                client.raw("USER ada").map(drop)
            },
            "USER: held back, because something would travel in clear text: behind CCC no credentials \
             leave: `secure` comes first",
        ),
        (
            |client| client.raw("RETR x").map(drop),
            "RETR: misuse: an option or a command makes no sense here: more belongs to it than a \
             reply: it has a flow of its own",
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
            "misuse: the download has not reached its end",
        ),
        (Client::reconnect, "misuse: there was no login yet"),
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
            "misuse: an option or a command makes no sense here: no key is pinned, so that nobody is \
             trusted",
        ),
        (
            TlsConfig::from(own()).with_only_version(TlsVersion::V1_2),
            "misuse: an option or a command makes no sense here: a rustls::ClientConfig of the \
             caller's says by itself what it speaks",
        ),
        (
            TlsConfig::with_roots_pem("company-ca.pem"),
            "TLS failed: no certificate in the PEM text, which is to be the text and not the path of \
             a file",
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
    for host in ["ftp://ftp.example.org", "localhost:21", ""] {
        let options = Options::new(host).with_tls(trusting());
        let error = Client::connect(options).expect_err("no host");
        let line = format!("the host {host:?} is neither a name nor an address: ");
        assert!(error.to_string().starts_with(&line), "{error}");
    }
}

#[test]
fn listings_that_are_too_large() {
    let few = ListingLimits::default().with_lines(1);
    let error = said(files(), plain().with_listing(few), |client| {
        login(client)?;
        client.names(None::<&str>).map(drop)
    });
    assert_eq!(
        error.to_string(),
        "larger than the limit: the listing has more lines or bytes than Options::listing allows"
    );
}
