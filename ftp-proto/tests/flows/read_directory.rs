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

/// Returns the script in which the client enters the directory by CWD, and then sends LIST without
/// an argument.
fn listed_inside(directory: &str) -> Vec<Item> {
    [
        &[hear("FEAT"), say("500 what")][..],
        &pwd(),
        &[hear(&format!("CWD {directory}")), say("250 ok")],
        &opening_in_text("LIST"),
    ]
    .concat()
}

#[test]
fn a_path_with_blanks_is_no_argument_of_list() {
    // GNU inetutils takes `a b` after LIST for two paths, and lists neither. A server may also read
    // `*` or `~` as something other than a name. So the client enters the directory by CWD, and
    // sends LIST alone.
    for path in ["a b", "a  b", "a b/c", "trailing ", "a*", "~"] {
        let flow = flows::ReadDirectory::new(Some(path)).expect("a path");
        let outcome = flow_outcome(flow, listed_inside(path));
        assert!(outcome.starts_with("(Transfer"), "{path}: {outcome}");
    }
}

#[test]
fn blanks_at_the_beginning_of_a_path_cannot_get_lost() {
    // These servers lose leading blanks of a path: after `MLSD` and two blanks, ProFTPD and aioftp
    // list the current directory, and GNU inetutils does so after `LIST` and two blanks. So the
    // client sends `./` before such a path.
    for (path, sent) in [(" ", "./ "), (" leading", "./ leading"), ("\t", r"./\t")] {
        let new = || flows::ReadDirectory::new(Some(path)).expect("a path");
        let outcome = flow_outcome(new(), listed_inside(sent));
        assert!(outcome.starts_with("(Transfer"), "{path:?}: {outcome}");
        let features = [hear("FEAT"), say("211-Features\r\n MLST type*;\r\n211 End")];
        let facts = opening_in_text(&format!("MLSD {sent}"));
        let outcome = flow_outcome(new(), [&features[..], &facts].concat());
        assert!(outcome.starts_with("(Transfer"), "{path:?}: {outcome}");
    }
}

#[test]
fn a_refused_cwd_is_the_refusal_of_the_listing() {
    // LIST with this path could list other directories, `a` and `b` for example.
    let script = [
        &[hear("FEAT"), say("500 what")][..],
        &pwd(),
        &[hear("CWD a b"), say("550 no")],
    ];
    let flow = flows::ReadDirectory::new(Some("a b")).expect("a path");
    let outcome = flow_outcome(flow, script.concat());
    assert!(outcome.starts_with("Permanent"), "{outcome}");
}

#[test]
fn without_pwd_a_leading_dash_is_still_no_option() {
    let script = [
        &[hear("FEAT"), say("500 what"), hear("PWD"), say("502 what")][..],
        &opening_in_text("LIST ./-a b"),
    ];
    let flow = flows::ReadDirectory::new(Some("-a b")).expect("a path");
    let outcome = flow_outcome(flow, script.concat());
    assert!(outcome.starts_with("(Transfer"), "{outcome}");
}
