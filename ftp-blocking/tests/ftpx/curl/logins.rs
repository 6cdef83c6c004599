//! User, password, account and netrc.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        102,
        "an anonymous login needs no option",
        &["cat", "{}/file"],
    )
    .told(&["USER anonymous", "RETR file"])
    .shows("data\n"),
    row(
        105,
        "user and password from the URL",
        &["cat", "ftp://userdude:passfellow@{}/file;type=a"],
    )
    .told(&["USER userdude", "PASS passfellow", "TYPE A", "RETR file"]),
    row(113, "314 to USER", &["cat", "{}/file"])
        .replies(&[("USER", "314 no")])
        .fails(67),
    row(114, "314 to PASS", &["cat", "{}/file"])
        .replies(&[("PASS", "314 no")])
        .fails(67),
    row(
        130,
        "netrc, without a user in the URL",
        &["ls", "--netrc-file", "rc", "{}/"],
    )
    .told(&["USER user1", "PASS passwd1"]),
    row(
        131,
        "netrc, with a user in the URL",
        &["ls", "--netrc-file", "rc", "mary@{}/"],
    )
    .told(&["USER mary", "PASS yram"]),
    row(
        132,
        "a login in the URL counts more than netrc",
        &["ls", "--netrc-file", "rc", "mary:mark@{}/"],
    )
    .told(&["USER mary", "PASS mark"]),
    row(
        133,
        "an option that lets netrc count more than the URL",
        &["ls", "--netrc-file", "rc", "mary:mark@{}/"],
    )
    .told(&["USER mary", "PASS mark"])
    .differs("the URL always counts more"),
    row(
        134,
        "a user by an option",
        &["ls", "-u", "mary", "--netrc-file", "rc", "{}/"],
    )
    .told(&["USER mary", "PASS yram"]),
    row(
        136,
        "a user with an empty password",
        &["cat", "user:@{}/file"],
    )
    .told(&["USER user", "PASS "]),
    row(
        191,
        "coded signs in user and password",
        &["cat", "use%3fr:pass%3fword@{}/file"],
    )
    .told(&["USER use?r", "PASS pass?word"]),
    row(195, "530 to PASS", &["cat", "{}/file"])
        .replies(&[("PASS", "530 temporarily not available")])
        .fails(67),
    row(
        196,
        "430 to PASS is tried once more",
        &["cat", "--retries", "1", "{}/file"],
    )
    .replies(&[("PASS", "430 temporarily not available")])
    .fails(67),
    row(
        228,
        "an account, by an option",
        &[
            "cat",
            "--account",
            "one count",
            "-u",
            "anonymous",
            "{}/file",
        ],
    )
    .replies(&[("PASS", "332 account?"), ("ACCT", "230 thank you")])
    .told(&["ACCT one count", "RETR file"]),
    row(
        229,
        "the account is refused",
        &[
            "cat",
            "--account",
            "one count",
            "-u",
            "anonymous",
            "{}/file",
        ],
    )
    .replies(&[("PASS", "332 account?"), ("ACCT", "532 no")])
    .fails(11),
    row(
        295,
        "the server wants an account, and there is none",
        &["cat", "{}/file"],
    )
    .replies(&[("PASS", "332 account?")])
    .fails(67),
    row(354, "the server wants no password", &["cat", "{}/file"])
        .replies(&[("USER", "230 welcome")])
        .told(&["USER anonymous", "RETR file"]),
    row(
        380,
        "netrc with several users of a host",
        &["ls", "--netrc-file", "rc", "mary@{}/"],
    )
    .told(&["USER mary", "PASS yram"]),
    row(
        381,
        "a password in the URL counts more than netrc",
        &["ls", "--netrc-file", "rc", "mary:drfrank@{}/"],
    )
    .told(&["USER mary", "PASS drfrank"]),
    row(
        494,
        "a macro in netrc is passed over",
        &["cat", "--netrc-file", "rc-macro", "{}/file"],
    )
    .told(&["USER user1", "PASS passwd1"]),
    row(
        1219,
        "the greeting is 230: there is no login",
        &["cat", "{}/file"],
    )
    .replies(&[("greeting", "230 welcome")])
    .told(&["RETR file"]),
    row(1282, "633 to PASS", &["cat", "{}/file"])
        .replies(&[("PASS", "633 XXXX")])
        .codes(67, 8)
        .differs("633 is no code of FTP"),
    row(
        2039,
        "the default entry of netrc",
        &["ls", "--netrc-file", "rc-default", "{}/"],
    )
    .told(&["USER userdef", "PASS passwddef"]),
    row(
        2114,
        "a line end in the user name",
        &["cat", "-u", "a\r\nDELE file", "{}/file"],
    )
    .codes(43, 3)
    .differs("a wrong user is a wrong URL"),
    row(
        2115,
        "a line end in the account",
        &["cat", "--account", "a\r\nDELE file", "-u", "a", "{}/file"],
    )
    .codes(43, 3)
    .differs("a wrong account is a wrong URL"),
];
