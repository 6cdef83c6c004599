//! Hard case 13: replies cut in two at every position, through this adapter.

mod support;

use ftp_proto::simulator::cases;

#[test]
fn hard_13_every_reply_cut_everywhere() {
    let runs = cases::a_whole_session()
        .run_cut_everywhere::<support::Smol>()
        .unwrap_or_else(|why| panic!("{why}"));
    println!("{runs} cuts");
    assert!(
        runs > 1000,
        "the session has become too short to prove anything"
    );
}
