//! Runs a whole session many times. In each run, the server's bytes are split in two at another
//! position, so that a reply arrives in two pieces.

use ftp_proto::simulator::cases;

use crate::support::options::Switched;

#[test]
fn hard_13_every_reply_cut_everywhere() {
    let runs = cases::a_whole_session()
        .run_cut_everywhere::<Switched>()
        .unwrap_or_else(|why| panic!("{why}"));
    println!("{runs} cuts");
    assert!(
        runs > 1000,
        "the session has become too short to prove anything"
    );
}
