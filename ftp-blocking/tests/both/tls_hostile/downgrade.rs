//! Downgrades: a server or an attacker tries to make the session continue without TLS (classes B2
//! and B3 of SECURITY.md).

use super::*;

/// Where the client refuses a method because there is no TLS, it also refuses the method's command
/// sent with `raw` (classes B1 to B3 and B8 of SECURITY.md).
#[test]
fn b3_raw_commands_are_refused_where_methods_are() {
    let memory = memory(setup(VERSIONS[1]));
    let mut client = Client::connect_over(memory.clone(), explicit()).expect("a greeting");
    let refused = |client: &mut Client, lines: &[&str], kind| {
        for line in lines {
            let error = client.raw(line).expect_err(line);
            assert_eq!(error.kind(), kind, "{line}: {error}");
        }
    };
    const CREDENTIALS: [&str; 5] = ["USER x", "user x", "PASS secret", "Pass secret", "ACCT x"];
    const DATA: [&str; 6] = [
        "EPSV",
        "pasv",
        "PORT 1,2,3,4,5,6",
        "EPRT |1|1.2.3.4|5|",
        "LPSV",
        "CPSV",
    ];
    let misuse = ErrorKind::Misuse(Misuse::Option);
    refused(&mut client, &CREDENTIALS, ErrorKind::Insecure);
    refused(&mut client, &DATA, ErrorKind::Insecure);
    refused(
        &mut client,
        &["PBSZ 0", "PROT P", "PWD", "REIN"],
        ErrorKind::Insecure,
    );
    refused(
        &mut client,
        &["AUTH TLS", "auth tls", "CCC", "RETR a"],
        misuse,
    );
    assert!(memory.server().commands().is_empty());

    client.secure().expect("under TLS");
    // Before PROT P, and again after PROT C, the client refuses the commands that open a data
    // connection.
    refused(&mut client, &DATA, ErrorKind::Insecure);
    client.login("user", "secret").expect("logged in");
    for (level, words) in [("PROT C", 200), ("PROT S", 536), ("prot c", 200)] {
        assert_eq!(
            client.raw(level).expect("answered").code().value(),
            words,
            "{level}"
        );
        if words == 200 {
            refused(&mut client, &DATA, ErrorKind::Insecure);
            assert_eq!(
                client.names(None).expect_err(level).kind(),
                ErrorKind::Insecure
            );
            assert_eq!(client.raw("PROT P").expect("answered").code().value(), 200);
        }
        assert_eq!(fetched(&mut client, "/five").expect("under TLS"), b"12345");
    }
    let misused = ErrorKind::Misuse(Misuse::AlreadySecured);
    refused(&mut client, &["REIN", "rein"], misused);
    refused(&mut client, &["AUTH TLS", "auth ssl", "CCC"], misuse);

    client.clear_control().expect("in clear");
    refused(&mut client, &CREDENTIALS, ErrorKind::Insecure);
    refused(&mut client, &["REIN"], misused);
    refused(&mut client, &["AUTH TLS", "CCC"], misuse);
    told_nothing_in_clear(&memory, "by hand");
}

/// The server greets with 230, which means "logged in". The client must demand TLS nevertheless
/// (class B2 of SECURITY.md).
#[test]
fn b2_a_greeting_of_230_does_not_replace_tls() {
    for refusal in ["500 no\r\n", "230 in\r\n", "421 bye\r\n"] {
        let setup = setup(VERSIONS[1])
            .banner("230 Logged in, TLS or not")
            .fault(Fault::on("AUTH", Action::Reply(refusal.into())));
        let memory = memory(setup);
        let mut client = Client::connect_over(memory.clone(), explicit()).expect("a greeting");
        assert_eq!(
            client.names(None).expect_err("no TLS").kind(),
            ErrorKind::Insecure
        );
        client.login("user", "secret").expect_err("no TLS");
        client.names(None).expect_err("no TLS");
        assert_eq!(memory.server().commands(), [b"AUTH TLS"]);
        sent_no_credentials(&memory, refusal);
    }
}

/// To AUTH, PBSZ or PROT, the server replies with a refusal or with garbage, or it closes the
/// connection. The test tries this with PROT before and after the login (class B3 of SECURITY.md).
#[test]
fn b3_auth_pbsz_and_prot_refused_closed_and_garbled() {
    let answers = || {
        [
            Action::Reply(b"431 later\r\n".to_vec()),
            Action::Reply(b"500 unknown\r\n".to_vec()),
            Action::Reply(b"534 not here\r\n".to_vec()),
            Action::Reply(b"200 fine\r\n".to_vec()),
            Action::Reply(b"331 password\r\n".to_vec()),
            Action::Reply(b"421 bye\r\n".to_vec()),
            Action::Reply(b"\x00\xff garbage\r\n".to_vec()),
            Action::PartialThenHangup(b"20".to_vec()),
            Action::Hangup,
            Action::ResetControl,
            Action::Silent,
        ]
    };
    let first: fn(Config) -> Config = |config| config.with_protect_when(ProtectWhen::BeforeLogin);
    let later: fn(Config) -> Config = |config| config;
    for verb in ["AUTH", "PBSZ", "PROT"] {
        for answer in answers() {
            for order in [first, later] {
                for is_implicit in [false, true] {
                    if is_implicit && verb == "AUTH" {
                        continue;
                    }
                    let context = format!("{verb} {answer:?}, implicit {is_implicit}");
                    let identity = Identity::good().server(VERSIONS[1]);
                    let (setup, options) = match is_implicit {
                        true => (files().implicit_tls(identity), implicit()),
                        false => (files().tls(identity), explicit()),
                    };
                    let memory = memory(setup.fault(Fault::on(verb, answer.clone())));
                    let options = options.with_config(order);
                    let mut client =
                        Client::connect_over(memory.clone(), options).expect("a greeting");
                    let login = client.login("user", "secret");
                    let data = [
                        client.names(None).is_ok(),
                        client.store("/up", b"x").is_ok(),
                    ];
                    told_nothing_in_clear(&memory, &context);
                    match verb {
                        "AUTH" => {
                            login.expect_err(&context);
                            assert_eq!(data, [false, false], "{context}");
                            sent_no_credentials(&memory, &context);
                            assert!(memory.server().transfers().is_empty(), "{context}");
                        }
                        // PBSZ 0 itself changes nothing. So even if PBSZ fails, the login succeeds
                        // as long as PROT works.
                        "PBSZ" if login.is_ok() => assert_eq!(data, [true, true], "{context}"),
                        // The login may succeed only if PROT gets 200. Under implicit TLS there is
                        // one exception: a server that does not know PROT protects data anyway.
                        "PROT" if login.is_ok() => {
                            let said = format!("{answer:?}");
                            let good = Action::Reply(b"200 fine\r\n".to_vec());
                            let unknown = Action::Reply(b"500 unknown\r\n".to_vec());
                            let implied = is_implicit && said == format!("{unknown:?}");
                            assert!(implied || said == format!("{good:?}"), "{context}");
                            // The fault replies 200, but the simulator has not handled PROT. Only
                            // under implicit TLS does it protect data without PROT, so only then do
                            // transfers succeed.
                            assert_eq!(data, [is_implicit; 2], "{context}");
                        }
                        _ => {
                            assert_eq!(data, [false, false], "{context}");
                            assert!(memory.server().transfers().is_empty(), "{context}");
                            let sent =
                                memory.server().commands().iter().any(|line| {
                                    line.starts_with(b"EPSV") || line.starts_with(b"PASV")
                                });
                            assert!(!sent, "{context}: a data connection was asked for");
                        }
                    }
                }
            }
        }
    }
}

/// The server accepts AUTH, but then sends no TLS handshake. The client must send no credentials
/// (class B3 of SECURITY.md).
#[test]
fn b3_auth_is_accepted_and_then_no_tls() {
    let garbage = [
        Action::Reply(b"234 Go ahead.\r\n".to_vec()),
        Action::PartialThenHangup(b"234 Go ahead.\r\n".to_vec()),
        Action::PartialThenHangup(b"234 Go ah".to_vec()),
    ];
    for answer in garbage {
        let memory = memory(setup(VERSIONS[1]).fault(Fault::on("AUTH", answer.clone())));
        let mut client = Client::connect_over(memory.clone(), explicit()).expect("a greeting");
        client.login("user", "secret").expect_err("no TLS");
        client.login("user", "secret").expect_err("dead");
        client.names(None).expect_err("dead");
        sent_no_credentials(&memory, &format!("{answer:?}"));
        assert!(memory.server().transfers().is_empty());
    }
}
