//! The current directory: PWD, CWD and CDUP, MKD and RMD.

use crate::support::*;

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
