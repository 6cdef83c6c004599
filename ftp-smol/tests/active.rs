//! Active mode over real sockets (invariant 11).

#[path = "../../ftp-blocking/tests/support/stranger.rs"]
mod stranger;

use ftp_proto::DataMode;
use ftp_smol::{Client, Options};
use smol::block_on;
use smol::io::AsyncReadExt as _;

#[test]
fn invariant_11_a_stranger_at_the_listener_is_sent_away() {
    let options = Options::new("127.0.0.1")
        .with_port(stranger::serve())
        .with_config(|config| config.with_data_mode(DataMode::Active));
    let mut client = block_on(Client::connect(options)).expect("greeted");
    block_on(client.login("user", "secret")).expect("logged in");
    let mut content = String::new();
    let mut download = block_on(client.download("file")).expect("opened");
    block_on(download.read_to_string(&mut content)).expect("confirmed");
    assert_eq!(content, "genuine");
    block_on(client.quit()).expect("said goodbye");
}
