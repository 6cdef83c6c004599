//! Commands on directories: PWD, CWD, CDUP, MKD and RMD.

use ftp_proto::{Config, flows};

use crate::support::*;

fn cwd(path: &str) -> flows::ChangeDirectory {
    flows::ChangeDirectory::new(path).expect("a path")
}

fn mkd(path: &str) -> flows::MakeDirectory {
    flows::MakeDirectory::new(path).expect("a path")
}

fn rmd(path: &str) -> flows::RemoveDirectory {
    flows::RemoveDirectory::new(path).expect("a path")
}

#[test]
fn pwd_answers() {
    let pwd = |reply| plain(Op::Pwd, [hear("PWD"), say(reply)]);
    assert_eq!(pwd("257 \"/a\"\"b\" is current"), "/a\"b");
    assert_eq!(pwd("250 \"/a\""), "/a");
    assert_eq!(
        pwd("257 /a"),
        "Protocol Some(\"PWD\") Some(\"257 /a\") None"
    );
    assert_eq!(
        pwd("550 gone"),
        "Permanent Some(\"PWD\") Some(\"550 gone\") None"
    );
    assert_eq!(
        pwd("450 busy"),
        "Transient Some(\"PWD\") Some(\"450 busy\") None"
    );
    assert_eq!(
        pwd("331 hm"),
        "UnexpectedReply Some(\"PWD\") Some(\"331 hm\") None"
    );
}

#[test]
fn cwd_sends_the_path_as_it_is() {
    for (path, line) in [
        ("a b", "CWD a b"),
        (" a", "CWD  a"),
        ("/", "CWD /"),
        ("../a", "CWD ../a"),
        ("...", "CWD ..."),
        (".", "CWD ."),
        ("~ada", "CWD ~ada"),
    ] {
        let script = [hear(line), say("250 there")];
        assert_eq!(flow_outcome(cwd(path), script), "Reply(250 there)");
    }
}

#[test]
fn cwd_accepts_a_completion_that_it_can_have() {
    for reply in ["200 there", "250 there", "202 there"] {
        let outcome = flow_outcome(cwd("a"), [hear("CWD a"), say(reply)]);
        assert_eq!(outcome, format!("Reply({reply})"));
    }
}

#[test]
fn cwd_without_a_path_stays() {
    let script = [hear("CWD ."), say("250 here")];
    assert_eq!(flow_outcome(cwd(""), script), "Reply(250 here)");
}

#[test]
fn cwd_refused_stays_in_step() {
    for (reply, kind) in [
        ("550 no such directory", "Permanent"),
        ("500 what", "Permanent"),
        ("450 busy", "Transient"),
        ("350 and?", "UnexpectedReply"),
    ] {
        let script = [&[hear("CWD a"), say(reply)][..], &pwd_after(reply)].concat();
        let mut driver = logged_in(Config::default(), script);
        let outcome = driver.tell(cwd("a"));
        assert_eq!(
            outcome,
            format!("{kind} Some(\"CWD\") Some(\"{reply}\") None")
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn cwd_up_is_cdup() {
    for reply in ["250 up", "200 up"] {
        let outcome = flow_outcome(cwd(".."), [hear("CDUP"), say(reply)]);
        assert_eq!(outcome, format!("Reply({reply})"));
    }
}

#[test]
fn cwd_up_falls_back_where_cdup_is_not_implemented() {
    for refusal in ["500 what", "502 no", "504 no"] {
        let script = |reply| [hear("CDUP"), say(refusal), hear("CWD .."), say(reply)];
        assert_eq!(flow_outcome(cwd(".."), script("250 up")), "Reply(250 up)");
        assert_eq!(
            flow_outcome(cwd(".."), script("550 no")),
            "Permanent Some(\"CWD\") Some(\"550 no\") None"
        );
        // The server knows neither CDUP nor `CWD ..`. The client must fail, and not send CDUP
        // again.
        assert_eq!(
            flow_outcome(cwd(".."), script("500 what")),
            "Permanent Some(\"CWD\") Some(\"500 what\") None"
        );
    }
}

#[test]
fn cwd_up_that_is_refused_is_not_tried_in_another_way() {
    for (reply, kind) in [
        ("550 above the root", "Permanent"),
        ("530 log in", "Permanent"),
        ("501 no arguments", "Permanent"),
        ("450 busy", "Transient"),
        ("331 hm", "UnexpectedReply"),
    ] {
        assert_eq!(
            flow_outcome(cwd(".."), [hear("CDUP"), say(reply)]),
            format!("{kind} Some(\"CDUP\") Some(\"{reply}\") None")
        );
    }
}

#[test]
fn mkd_yields_the_path_where_one_is_quoted() {
    for (reply, path) in [
        ("257 \"/a\" created", "Some(\"/a\")"),
        ("257 \"a\"", "Some(\"a\")"),
        ("257 \"/say \"\"hi\"\"\" created", r#"Some("/say \"hi\"")"#),
        ("257 Created \"/a\"", "Some(\"/a\")"),
        ("257-Created\r\n257 \"/a\"", "Some(\"/a\")"),
        ("257 \"/a b\" and \"c\"", "Some(\"/a b\")"),
        ("257 created", "None"),
        ("257 a created", "None"),
        ("257 \"\" created", "None"),
        ("257", "None"),
        // Servers of embedded devices send these replies to MKD.
        ("250 created", "None"),
        ("250 \"/a\" created", "Some(\"/a\")"),
        ("200 ok", "None"),
        ("202 ok", "None"),
    ] {
        let outcome = flow_outcome(mkd("a"), [hear("MKD a"), say(reply)]);
        assert_eq!(outcome, path, "{reply}");
    }
}

#[test]
fn mkd_with_a_bad_path_in_its_reply_is_an_error_and_stays_in_step() {
    for reply in ["257 \"/a", "257 \"/a\tb\""] {
        let script = [&[hear("MKD a"), say(reply)][..], &pwd()].concat();
        let mut driver = logged_in(Config::default(), script);
        let outcome = driver.tell(mkd("a"));
        assert!(
            outcome.starts_with("Protocol Some(\"MKD\") Some(\"257 "),
            "{outcome}"
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
    }
}

#[test]
fn mkd_and_rmd_refused() {
    for (reply, kind) in [
        ("550 exists", "Permanent"),
        ("521 \"/a\" exists", "Permanent"),
        ("450 busy", "Transient"),
    ] {
        let quoted = reply.replace('"', "\\\"");
        assert_eq!(
            flow_outcome(mkd("a"), [hear("MKD a"), say(reply)]),
            format!("{kind} Some(\"MKD\") Some(\"{quoted}\") None")
        );
        assert_eq!(
            flow_outcome(rmd("a"), [hear("RMD a"), say(reply)]),
            format!("{kind} Some(\"RMD\") Some(\"{quoted}\") None")
        );
    }
}

#[test]
fn rmd_yields_the_reply() {
    let outcome = flow_outcome(rmd("a b"), [hear("RMD a b"), say("250 gone")]);
    assert_eq!(outcome, "Reply(250 gone)");
}
