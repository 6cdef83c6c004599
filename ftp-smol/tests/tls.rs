//! TLS from the outside: whom it trusts, and that every data connection resumes.

mod support;

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Setup, Simulator};
use ftp_smol::{Client, Error, ErrorKind, Memory, Options, Resumption};
use smol::block_on;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn server(ends: &TlsEnds) -> Memory {
    let setup = Setup::new().tls(ends.server.clone()).require_reuse();
    Memory::new(Simulator::new(setup.file("/five", "12345")))
}

fn logged_in(memory: &Memory, options: Options) -> Result<Client, Error> {
    block_on(async {
        let mut client = Client::connect_over(memory.clone(), options).await?;
        client.login("user", "secret").await?;
        Ok(client)
    })
}

#[test]
fn invariant_7_no_credentials_for_another_host_or_another_authority() {
    let [ends, others] = [support::tls(), support::other_tls()];
    let wrong_name = Options::new("elsewhere").with_tls(ends[0].client.clone());
    let wrong_authority = Options::new("localhost").with_tls(others[0].client.clone());
    for options in [wrong_name, wrong_authority] {
        let memory = server(&ends[0]);
        let error = logged_in(&memory, options).expect_err("not to be trusted");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(memory.server().commands(), [b"AUTH TLS"]);
        assert_eq!(memory.server().open_links(), 0);
    }
}

#[test]
fn every_data_connection_resumes_uploads_in_a_row_included() {
    for ends in support::tls() {
        let memory = server(ends);
        let options = Options::new("localhost")
            .with_tls(ends.client.clone())
            .with_resumption(Resumption::Required);
        let mut client = logged_in(&memory, options).expect("logged in");
        for round in 0..40 {
            let mut upload = block_on(client.upload("/up")).expect("resumed");
            assert_eq!(upload.resumed(), Some(true), "upload {round}");
            block_on(upload.write_all(b"content")).expect("written");
            block_on(upload.finish()).expect("confirmed");
        }
        for _ in 0..10 {
            let mut content = Vec::new();
            let mut download = block_on(client.download("/five")).expect("resumed");
            block_on(download.read_to_end(&mut content)).expect("confirmed");
            assert_eq!(content, b"12345");
            block_on(client.store("/empty", [])).expect("an empty file shakes hands, too");
            assert_eq!(
                block_on(client.names(None::<&str>)).expect("listed").len(),
                3
            );
        }
        let server = memory.server();
        assert_eq!(server.transfers().len(), 70);
        assert!(
            server
                .transfers()
                .iter()
                .all(|transfer| transfer.resumed == Some(true))
        );
        assert!(
            server
                .transfers()
                .iter()
                .all(|transfer| transfer.close_notify)
        );
    }
}

#[test]
fn two_logins_at_once_do_not_share_their_sessions() {
    for ends in support::tls() {
        let [one, two] = [server(ends), server(ends)];
        let options = || {
            Options::new("localhost")
                .with_tls(ends.client.clone())
                .with_resumption(Resumption::Required)
        };
        let mut first = logged_in(&one, options()).expect("logged in");
        let mut second = logged_in(&two, options()).expect("logged in");
        for _ in 0..10 {
            for client in [&mut first, &mut second] {
                block_on(client.store("/up", "content")).expect("resumed its own session");
            }
        }
    }
}
