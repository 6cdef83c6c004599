//! Active mode over real sockets (invariant 11).

#[path = "support/stranger.rs"]
mod stranger;

use std::io::Read as _;

use ftp_blocking::{Client, Options};
use ftp_proto::DataMode;

#[test]
fn invariant_11_a_stranger_at_the_listener_is_sent_away() {
    let options = Options::new("127.0.0.1")
        .with_port(stranger::serve())
        .with_config(|config| config.with_data_mode(DataMode::Active));
    let mut client = Client::connect(options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    let mut content = String::new();
    let mut download = client.download("file").expect("opened");
    download.read_to_string(&mut content).expect("confirmed");
    assert_eq!(content, "genuine");
    client.quit().expect("said goodbye");
}
