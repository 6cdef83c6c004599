//! Opening a listing whose lines become entries.

use ftp_proto::flows;

use crate::support::*;

#[test]
fn the_reply_to_feat_is_not_taken_for_the_next_one() {
    let features = "211-Features\r\n MLST type*;size*;\r\n211 End";
    let script = [
        &[hear("FEAT"), say(features)][..],
        &opening_in_text("MLSD a"),
    ]
    .concat();
    let flow = flows::ReadDirectory::new(Some("a")).expect("a path");
    let outcome = flow_outcome(flow, script);
    assert!(outcome.starts_with("(Transfer"), "{outcome}");
}

#[test]
fn a_server_that_refuses_feat_is_asked_by_list() {
    for refusal in ["500 what", "530 not now", "550 no"] {
        let list = opening_in_text("LIST a");
        let script = [&[hear("FEAT"), say(refusal)][..], &list].concat();
        let flow = flows::ReadDirectory::new(Some("a")).expect("a path");
        let outcome = flow_outcome(flow, script);
        assert!(outcome.starts_with("(Transfer"), "{outcome}");
    }
}
