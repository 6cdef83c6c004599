//! Dialogues about what `set_debuglevel` prints. Each result is what the call inside `printing` has
//! printed.

use crate::dialogue::{Dialogue, Encoding, dialogue};
use crate::server::Step::HangUp;
use crate::server::{file, raw, say};

/// Returns the dialogues that compare what ftplib prints at its debug levels with
/// [`DebugLevel`](ftp_blocking::DebugLevel).
pub(crate) fn debug_levels() -> Vec<Dialogue> {
    let printing = |name, calls: &[&[&'static str]]| dialogue(name, calls).in_full();
    let status = |name, reply: &[u8]| {
        printing(name, &[&["printing", "2", "command", "STAT"]]).on("STAT", [raw(reply)])
    };
    let account = &["printing", "1", "login", "ada", "secret", "research"];
    vec![
        printing(
            "printing at level 0",
            &[&["printing", "0", "connect"], &["printing", "0", "login"]],
        )
        .both("ok / ok"),
        printing(
            "printing at level 1",
            &[
                &["printing", "1", "connect"],
                &["printing", "1", "login", "ada", "secret"],
                &["printing", "1", "pwd"],
                &["printing", "1", "quit"],
            ],
        )
        .both(
            "ok *resp* '220 ready' / ok *cmd* 'USER ada' | *resp* '331 Password?' | \
             *cmd* 'PASS ******' | *resp* '230 In' / ok *cmd* 'PWD' | *resp* '257 \"/here\"' \
             / ok *cmd* 'QUIT' | *resp* '221 Bye'",
        ),
        printing(
            "printing at level 2",
            &[
                &["printing", "2", "connect"],
                &["printing", "2", "login", "ada", "secret"],
            ],
        )
        .both(
            "ok *get* '220 ready\\n' | *resp* '220 ready' \
             / ok *cmd* 'USER ada' | *put* 'USER ada\\r\\n' | \
             *get* '331 Password?\\n' | *resp* '331 Password?' | \
             *cmd* 'PASS ******' | *put* 'PASS ******\\r\\n' | \
             *get* '230 In\\n' | *resp* '230 In'",
        ),
        printing(
            "printing a password in UTF-8",
            &[&["printing", "1", "login", "adé", "sécret"]],
        )
        .both(
            "ok *cmd* 'USER adé' | *resp* '331 Password?' | \
             *cmd* 'PASS ******' | *resp* '230 In'",
        ),
        printing(
            "printing an empty password",
            &[&["printing", "1", "login", "ada", ""]],
        )
        .both(
            "ok *cmd* 'USER ada' | *resp* '331 Password?' | \
             *cmd* 'PASS ' | *resp* '230 In'",
        ),
        printing(
            "printing a refusal",
            &[&["printing", "2", "login", "ada", "secret"]],
        )
        .on("USER", [say("530 Not you")])
        .both(
            "ok *cmd* 'USER ada' | *put* 'USER ada\\r\\n' | \
             *get* '530 Not you\\n' | *resp* '530 Not you'",
        ),
        status(
            "printing several lines",
            b"211-a\r\n b\r\n\r\n211-c\r\n211 d\r\n",
        )
        .both(
            "ok *cmd* 'STAT' | *put* 'STAT\\r\\n' | *get* '211-a\\n' | *get* ' b\\n' | \
             *get* '\\n' | *get* '211-c\\n' | *get* '211 d\\n' | \
             *resp* '211-a\\n b\\n\\n211-c\\n211 d'",
        ),
        status("printing a single quote", b"211 Ada's\r\n").both(
            "ok *cmd* 'STAT' | *put* 'STAT\\r\\n' | \
             *get* \"211 Ada's\\n\" | *resp* \"211 Ada's\"",
        ),
        status("printing both quotes", b"211 \"Ada's\"\r\n").both(
            "ok *cmd* 'STAT' | *put* 'STAT\\r\\n' | \
             *get* '211 \"Ada\\'s\"\\n' | *resp* '211 \"Ada\\'s\"'",
        ),
        status("printing control characters", b"211 \\ \t \x1b[0m \x7f\r\n").both(
            "ok *cmd* 'STAT' | *put* 'STAT\\r\\n' | \
             *get* '211 \\\\ \\t \\x1b[0m \\x7f\\n' | \
             *resp* '211 \\\\ \\t \\x1b[0m \\x7f'",
        ),
        status(
            "printing characters beyond ASCII",
            "211 é 文 \u{301} 😀 \u{80} \u{a0} \u{ad} \u{202e} \u{e0001} \u{ffff}\r\n".as_bytes(),
        )
        .both(
            "ok *cmd* 'STAT' | *put* 'STAT\\r\\n' | \
             *get* '211 é 文 \u{301} 😀 \\x80 \\xa0 \\xad \\u202e \\U000e0001 \
             \\uffff\\n' | \
             *resp* '211 é 文 \u{301} 😀 \\x80 \\xa0 \\xad \\u202e \\U000e0001 \
             \\uffff'",
        ),
        printing(
            "printing a listing over IPv6",
            &[&["printing", "2", "names"]],
        )
        .over_ipv6()
        .on("NLST", file("a\r\nb\r\n"))
        .both(
            "ok *cmd* 'TYPE A' | *put* 'TYPE A\\r\\n' | *get* '200 Type\\n' | *resp* '200 Type' | \
             *cmd* 'EPSV' | *put* 'EPSV\\r\\n' | *get* '229 Here (|||port|)\\n' | \
             *resp* '229 Here (|||port|)' | *cmd* 'NLST' | *put* 'NLST\\r\\n' | \
             *get* '150 Here it comes\\n' | *resp* '150 Here it comes' | *get* '226 Done\\n' | \
             *resp* '226 Done'",
        ),
        printing("printing an account", &[account])
            .on("PASS", [say("332 Account?")])
            .on("ACCT", [say("230 In")]),
        printing(
            "printing a password that the server repeats",
            &[&["printing", "1", "login", "ada", "secret"]],
        )
        .on("PASS", [say("530 Not secret")]),
        printing(
            "printing a command in lower case",
            &[&["printing", "1", "command", "noop"]],
        )
        .on("NOOP", [say("200 Fine")])
        .on("noop", [say("200 Fine")]),
        printing("printing Latin-1", &[&["printing", "1", "cwd", "é"]])
            .set(|setting| setting.encoding = Encoding::Latin1)
            .on("CWD", [say("250 Here")]),
        printing(
            "printing the end of the connection",
            &[&["printing", "2", "command", "STAT"]],
        )
        .on("STAT", [raw("211-a\r\n"), HangUp]),
        printing(
            "printing the welcome",
            &[&["connect"], &["printing", "1", "getwelcome"]],
        ),
    ]
}
