//! The dialogues in which this crate and ftplib have different results, with the reasons.

/// A dialogue in which this crate and ftplib have different results. If one day the results are
/// equal, the test fails, and this row must be removed.
pub(crate) struct Difference {
    pub(crate) dialogue: &'static str,
    pub(crate) ftplib: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) reason: &'static str,
    /// The result of newer ftplib releases, if they have corrected a part of ftplib's fault. `None`
    /// if they have not.
    pub(crate) mended: Option<&'static str>,
}

const fn row(
    dialogue: &'static str,
    ftplib: &'static str,
    ours: &'static str,
    reason: &'static str,
) -> Difference {
    Difference {
        dialogue,
        ftplib,
        ours,
        reason,
        mended: None,
    }
}

impl Difference {
    const fn mended_to(mut self, result: &'static str) -> Self {
        self.mended = Some(result);
        self
    }
}

const STEP: &str = "each reply goes to the command that it answers; a reply that belongs to no \
    command is found and skipped";
const ENDED: &str = "421 ends the session at any time: the kind of the error says so, and the \
    error holds the reply";
const GARBAGE: &str = "after bytes that are not a reply, nobody can tell where the next reply \
    begins: the session ends";
const BYTES: &str = "names and texts are bytes, so bytes that are not UTF-8 are no error";
const BOUNDED: &str = "every reply is limited in bytes and in lines; `Config::limits` changes \
    the limits";
const UNCONFIRMED: &str = "all bytes were moved, but the server has not confirmed them; a \
    time-out or an end of file is no confirmation";
const WHOLE: &str = "all arguments of an operation are checked before its first byte is sent";
const NUL: &str = "NUL is refused like CR and LF, because servers cut names at it";
const QUOTED: &str = "the path is the text in quotes, anywhere in the reply";
const NO_PATH: &str = "an empty path is no directory: the error holds the reply";
const NUMBER: &str = "a size has only digits and fits 64 bits; another size is a fault of the \
    server, not of your program";
const BOTH_WAYS: &str = "EPSV and PASV replace each other after a refusal, and so do EPRT and PORT";
const PORT: &str = "ports are 1 to 65535, and addresses are octets";
const TEXT_IS_LOOSE: &str = "the size is read anywhere in the reply; a size that does not fit 64 \
    bits is ignored";
const WATCHED: &str = "the control connection is watched during the wait for data, so a refusal \
    is reported at once";
const ABORTED: &str = "an abort reads all of its replies, so that the next command gets its own \
    reply";
const EMPTY_NAME: &str = "the empty name is refused: `None` asks for the current directory";
const FORM: &str = "a positive reply without the value that the command asks for is not a \
    refusal, but a fault of the server";
const NO_SIZE: &str = "`None` means that the server does not know SIZE";

const MASKED: &str =
    "an account, and a secret that the server repeats, are masked as a password is";

/// All differences, in the order in which the dialogues are defined.
pub(crate) const DIFFERENCES: &[Difference] = &[
    row(
        "greeting 120 and 220",
        "ok 120 In a minute",
        "ok 220 ready",
        "120 announces a delay; the greeting comes after it",
    ),
    row(
        "greeting 331",
        "ok 331 Who?",
        "reply 331 Who?",
        "a greeting is 220; after 3xx it is not known what the server waits for",
    ),
    row(
        "greeting 421",
        "transient 421 Too many",
        "closed 421 Too many",
        ENDED,
    ),
    row(
        "greeting of an SSH server",
        "closed",
        "protocol",
        "the first line shows that this is not FTP, so it is not read as the first line of several",
    ),
    row(
        "greeting after a blank line",
        "protocol",
        "ok 220 ready",
        "embedded servers send one; a limited number is skipped",
    ),
    row(
        "leaving a scope",
        "ok  / sent QUIT",
        "ok ",
        "dropping never does I/O; `quit` sends QUIT",
    ),
    row(
        "quit and the server just closes",
        "closed",
        "ok ",
        "the connection has ended, as QUIT asked; the reply is `None`",
    ),
    row(
        "debugging shows no secret",
        "ok hidden",
        "ok ",
        "the observer masks ACCT as it masks PASS, and both where a server echoes them",
    ),
    row(
        "pwd after 421",
        "transient 421 Idle too long / closed",
        "closed 421 Idle too long / closed 421 Idle too long",
        ENDED,
    ),
    row(
        "login 332 without an account",
        "permanent 501 Empty / sent USER ada / sent PASS secret / sent ACCT ",
        "reply 332 Account? / sent USER ada / sent PASS secret",
        "an account that you did not give is not sent; the error says that the server asks for one",
    ),
    row(
        "login 421",
        "transient 421 Too many / sent USER ada",
        "closed 421 Too many / sent USER ada",
        ENDED,
    ),
    row(
        "continuation with a number that begins like the code",
        "ok 211-a\\n2110 b / ok ",
        "ok 211-a\\n2110 b\\n211 c / ok /here",
        "a number of four digits is not a code, so the reply continues",
    ),
    row(
        "CR CR LF",
        "ok 211 a / protocol",
        "ok 211 a / ok /here",
        "several CRs before LF are one line end, as in the replies of some servers",
    ),
    row(
        "lone CR",
        "ok 211 a / protocol",
        "ok 211 a\\rb / ok /here",
        "CR without LF ends no line: the rest would be taken for the answer to the next command",
    ),
    row(
        "blank line before the reply",
        "protocol / ok ",
        "ok 211 a / ok /here",
        "embedded servers send one; a limited number is skipped",
    ),
    row(
        "NUL in a reply",
        "ok 211 a\\u{0}b / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "Telnet negotiation",
        "unicode / ok /here",
        "ok 211 a / ok /here",
        "the control connection is a Telnet connection: a negotiation ahead of a reply \
         is dropped",
    ),
    row(
        "reply that is not UTF-8",
        "unicode / ok /here",
        "ok 211 caf\\xe9 / ok /here",
        BYTES,
    ),
    row(
        "line of 9,000 bytes",
        "error / protocol",
        "protocol / protocol",
        BOUNDED,
    ),
    row(
        "line of 8,000 characters and 16,000 bytes",
        "ok 211 éééééééééééééééé�... 15995 bytes / ok /here",
        "protocol / protocol",
        BOUNDED,
    ),
    row(
        "reply of 300 lines",
        "ok 211-a\\n211-a\\n211-a\\n211-a\\n211-a\\n211-a\\n2... 1802 bytes / ok /here",
        "protocol / protocol",
        BOUNDED,
    ),
    row(
        "reply of 100 KiB",
        "ok 211-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... 102308 bytes / ok /here",
        "protocol / protocol",
        BOUNDED,
    ),
    row(
        "closed inside a line",
        "ok 211 a and",
        "closed",
        "a reply that was cut is not a reply; only the reply to QUIT may lack its line end",
    ),
    row(
        "code of two digits",
        "ok 21 a / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "code of four digits",
        "ok 2110 a / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "code of letters",
        "protocol / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "blank before the code",
        "protocol / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "code 000",
        "protocol / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "code 600",
        "protocol / ok /here",
        "protocol / protocol",
        GARBAGE,
    ),
    row(
        "two replies to one command",
        "ok 211 a / ok ",
        "ok 211 a / ok /here",
        STEP,
    ),
    row(
        "command 150 and 250",
        "ok 150 Wait / ok ",
        "ok 250 Yes / ok /here",
        "1xx promises another reply, which is the answer",
    ),
    row(
        "command in lower case",
        "ok 200 Yes / sent site a",
        "ok 200 Yes / sent SITE a",
        "verbs are sent in capitals, as RFC 959 writes them",
    ),
    row(
        "empty command",
        "permanent 500 What? / ok /here",
        "value / ok /here",
        "a command has a verb",
    ),
    row(
        "cwd up 502",
        "permanent 502 What? / sent CDUP",
        "ok 250 There / sent CDUP / sent CWD ..",
        "servers use 500, 502 and 504 alike; each of them means that there is no CDUP",
    ),
    row(
        "mkd 257 without a closing quote",
        "ok /a",
        "protocol",
        "half a path would be a wrong one",
    ),
    row("mkd 257 with two blanks", "ok ", "ok /a", QUOTED),
    row(
        "pwd 257 with words before the path",
        "ok ",
        "ok /here",
        QUOTED,
    ),
    row("pwd 257 without quotes", "ok ", "protocol", NO_PATH),
    row("pwd 257 with nothing in quotes", "ok ", "protocol", NO_PATH),
    row(
        "pwd 257 with a control character",
        "ok /a\\u{1b}b",
        "protocol",
        "no real path holds one, and a terminal would execute it",
    ),
    row("pwd 257 of several lines", "ok ", "ok /here", QUOTED),
    row(
        "pwd 250",
        "ok ",
        "ok /here",
        "embedded servers say 250 with the path in quotes",
    ),
    row(
        "size 213 of 2^64",
        "ok 18446744073709551616",
        "protocol",
        NUMBER,
    ),
    row("size 213 below zero", "ok -1", "protocol", NUMBER),
    row("size 213 with underscores", "ok 1000", "protocol", NUMBER),
    row("size 213 without a number", "value", "protocol", NUMBER),
    row("size 213 with nothing", "value", "protocol", NUMBER),
    row("size 250", "ok None", "reply 250 1048576", NO_SIZE),
    row("size 350", "ok None", "reply 350 And?", NO_SIZE),
    row("size 500", "permanent 500 What?", "ok None", NO_SIZE),
    row(
        "size in binary",
        "ok 7",
        "ok 7 / sent TYPE I",
        "servers count something else in TYPE A, or refuse",
    ),
    row(
        "line end in the new name",
        "value / value / ok /here / sent RNFR a / sent RNFR a",
        "value / value / ok /here",
        WHOLE,
    ),
    row(
        "line end in download",
        "value / value / ok /here / sent TYPE I / sent TYPE I",
        "value / value / ok /here",
        WHOLE,
    ),
    row(
        "line end in a password",
        "value / value / ok 230 In / sent USER a / sent USER a / sent USER user",
        "value / value / ok 230 In / sent USER user",
        WHOLE,
    ),
    row(
        "line end in an account",
        "value / sent USER a",
        "value",
        WHOLE,
    ),
    row(
        "NUL in a command",
        "ok 200 Yes / ok /here",
        "value / ok /here",
        NUL,
    ),
    row(
        "NUL in delete",
        "ok 250 Gone / ok /here",
        "value / ok /here",
        NUL,
    ),
    row("NUL in a password", "ok 230 In", "value", NUL),
    row(
        "download with 226 alone",
        "timeout / io",
        "ok  | 226 Done / ok /here",
        "226 without 150 ends a transfer, usually an empty one",
    ),
    row(
        "download with 226 alone, no data connection",
        "timeout / io",
        "truncated 226 Done / ok /here",
        "the data connection was reset, so that what came may not be all, whatever the \
         server says",
    ),
    row(
        "download 421",
        "transient 421 Going down / closed",
        "closed 421 Going down / closed 421 Going down",
        ENDED,
    ),
    row(
        "download 150 550, the data connection left open",
        "timeout / permanent 550 After all, no",
        "permanent 550 After all, no / ok /here",
        WATCHED,
    ),
    row(
        "download 150 421",
        "transient 421 Going down / closed",
        "unconfirmed 421 Going down / closed 421 Going down",
        UNCONFIRMED,
    ),
    row(
        "download reset, 426",
        "io / transient 426 Broken",
        "transient 426 Broken / ok /here",
        "the server's reply is read before the error is reported, because it says why",
    ),
    row(
        "download reset, 226",
        "io / ok ",
        "truncated 226 Done / ok /here",
        "the server's reply is read, but does not make a broken transfer complete",
    ),
    row(
        "download shorter than 150 said",
        "ok hello | 226 Done / ok /here",
        "truncated 226 Done / ok /here",
        "in clear text nothing else shows that the data was cut; \
         `TransferOptions::with_size_check` \
            is for servers that announce another size",
    ),
    row(
        "download and no reply at the end",
        "timeout / io",
        "unconfirmed / ok /here",
        UNCONFIRMED,
    ),
    row(
        "download and closed at the end",
        "closed / closed",
        "unconfirmed / closed",
        UNCONFIRMED,
    ),
    row(
        "TYPE of two downloads",
        "ok one | 226 Done / ok two | 226 Done / sent TYPE I / sent TYPE I",
        "ok one | 226 Done / ok two | 226 Done / sent TYPE I",
        "the session knows its type, which saves a round trip for each further file",
    ),
    row(
        "download from offset 0",
        "ok hello | 226 Done / sent REST 0",
        "ok hello | 226 Done",
        "transfers begin at 0, so REST is sent only for another offset",
    ),
    row(
        "download, REST 200",
        "ok lo | 226 Done",
        "reply 200 Yes",
        "only 3xx accepts the offset; otherwise the whole file could be taken for its rest",
    ),
    row("size in 125", "ok None", "ok 1048576", TEXT_IS_LOOSE),
    row(
        "PASV refused on IPv4",
        "permanent 502 What? / ok /here",
        "ok hello | 226 Done / ok /here",
        BOTH_WAYS,
    ),
    row(
        "227 whose port refuses, 229 whose port does not",
        "io / ok /here",
        "ok hello | 226 Done / ok /here",
        BOTH_WAYS,
    ),
    row(
        "229 without parentheses",
        "protocol / ok /here",
        "ok hello | 226 Done / ok /here",
        "old servers leave them out, and the delimiters are enough",
    ),
    row(
        "229 without a port",
        "value / ok /here",
        "protocol / ok /here",
        PORT,
    ),
    row(
        "active, PORT refused",
        "permanent 500 What? / ok /here",
        "ok hello | 226 Done / ok /here",
        BOTH_WAYS,
    ),
    row(
        "active 150 425",
        "timeout / transient 425 Cannot reach you",
        "transient 425 Cannot reach you / ok /here",
        WATCHED,
    ),
    row(
        "store and closed at the end",
        "closed / closed / stored hello",
        "unconfirmed / closed / stored hello",
        UNCONFIRMED,
    ),
    row(
        "store and no reply at the end",
        "timeout / io / stored hello",
        "unconfirmed / ok /here / stored hello",
        UNCONFIRMED,
    ),
    row(
        "store with 226 ahead of the data",
        "ok 226 Done / ok /here / stored hello",
        "unconfirmed 226 Done / ok /here / stored ",
        "the end of the data was not sent yet, so no server can know that it has everything",
    ),
    row(
        "lines with a lone CR",
        "ok [a][b] / ok /here",
        "ok [a\\rb] / ok /here",
        "CR without LF is part of the line, as everywhere in listings",
    ),
    row(
        "lines that end with CR CR LF",
        "ok [a][][b] / ok /here",
        "ok [a\\r][b] / ok /here",
        "CR without LF is part of the line, as everywhere in listings",
    ),
    row(
        "lines that are not UTF-8",
        "unicode / ok ",
        "ok [caf\\xe9] / ok /here",
        BYTES,
    ),
    row(
        "line of 9,000 bytes of data",
        "error / ok ",
        "ok [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... 9005 bytes / ok /here",
        "lines of data have a limit of their own, `ListingLimits::line`, 16 KiB by default",
    ),
    row(
        "line of 20,000 bytes of data",
        "error / ok ",
        "too large / ok /here",
        "lines of data have a limit of their own, and the session stays in step",
    ),
    row(
        "lines, TYPE 350",
        "ok [a]",
        "reply 350 And?",
        "TYPE was not done: lines would come in whatever type there was before",
    ),
    row(
        "store a line of 9,000 bytes",
        "error / stored ",
        "ok 226 Done / stored aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... 9009 bytes",
        "your own lines have no limit",
    ),
    row(
        "names of the empty name",
        "ok [a] / sent NLST ",
        "value",
        EMPTY_NAME,
    ),
    row(
        "names, none, 226 alone",
        "timeout",
        "ok ",
        "226 without 150 ends a transfer, usually an empty one",
    ),
    row(
        "names that are not UTF-8",
        "unicode",
        "ok [caf\\xe9]",
        BYTES,
    ),
    row(
        "list of the empty name",
        "ok [total 0] / sent LIST",
        "value",
        EMPTY_NAME,
    ),
    row(
        "mlsd without facts",
        "ok [=; a]",
        "ok [ a]",
        "an entry without facts has none, instead of one without a name",
    ),
    row(
        "mlsd without the last semicolon",
        "ok [type=file;size=; a]",
        "ok [type=file;size=3; a]",
        "NcFTPd leaves the last semicolon out: no byte of the value is lost",
    ),
    row(
        "mlsd of a line without a blank",
        "ok [type=file;size=3;=; ]",
        "ok [unparsed type=file;size=3;a]",
        "such a line is not an entry; it is kept whole among the unparsed lines",
    ),
    row(
        "abort 426 226",
        "ok 426 Aborted / ok ",
        "ok 426 Aborted / ok /here",
        ABORTED,
    ),
    row(
        "abort 426 225",
        "ok 426 Aborted / ok ",
        "ok 426 Aborted / ok /here",
        ABORTED,
    ),
    row(
        "abort 226 226",
        "ok 226 Done / ok ",
        "ok 226 Done / ok /here",
        ABORTED,
    ),
    row(
        "abort 426 and closed",
        "ok 426 Aborted / closed",
        "closed / closed",
        "the second reply that a 426 announces never comes: the session is over, which \
         is said at once",
    ),
    row(
        "abort 451 226",
        "protocol / ok ",
        "ok 451 Broken / ok /here",
        "the reply to the transfer and the reply to ABOR are both read",
    ),
    row(
        "abort 500",
        "protocol / ok ",
        "ok 226 Done / ok /here",
        "a server that does not know ABOR finishes or breaks the transfer: its word on \
         that is read too",
    ),
    row(
        "abort and silence",
        "timeout / io",
        "timeout / ok /here",
        "the data connection is closed and the session comes back into step; a time-out \
         does not cost it",
    ),
    row(
        "abort after 226",
        "ok 226 Done / ok ",
        "ok 226 Done / ok /here",
        ABORTED,
    ),
    row(
        "copy, a misleading address",
        "transient 425 Cannot reach it / target 192.0.2.1",
        "transient 425 Cannot reach it / target 127.0.0.1 / target 127.0.0.1",
        "data goes to the peer of the source's control connection, as in the ftplib of \
         2026 (GHSA-w8c5-q2xf-gf7c), and EPRT is tried ahead of PORT",
    )
    .mended_to("transient 425 Cannot reach it / target 127.0.0.1"),
    row("parse150, one byte", "ok None", "ok 1", TEXT_IS_LOOSE),
    row("parse150 without words", "ok None", "ok 12", TEXT_IS_LOOSE),
    row(
        "parse150 of several lines",
        "ok None",
        "ok 12",
        TEXT_IS_LOOSE,
    ),
    row(
        "parse150 of another code",
        "reply 226 Opening a (12 bytes)",
        "ok None",
        TEXT_IS_LOOSE,
    ),
    row(
        "parse150 of 2^64",
        "ok 18446744073709551616",
        "ok None",
        TEXT_IS_LOOSE,
    ),
    row(
        "parse227 with a blank",
        "protocol",
        "ok 1.2.3.4 1286",
        "embedded servers put a blank after a comma",
    ),
    row(
        "parse227 out of range",
        "ok 999.2.3.4 76806",
        "protocol",
        PORT,
    ),
    row("parse227 with port 0", "ok 1.2.3.4 0", "protocol", PORT),
    row(
        "parse227 of another code",
        "reply 229 Here (1,2,3,4,5,6)",
        "protocol",
        "a 229 is read as one, whichever of the two commands it answers",
    ),
    row(
        "parse227 of 200",
        "reply 200 Here (1,2,3,4,5,6)",
        "protocol",
        FORM,
    ),
    row(
        "parse229 without parentheses",
        "protocol",
        "ok 99",
        "old servers leave them out, and the delimiters are enough",
    ),
    row(
        "parse229 without the closing one",
        "protocol",
        "ok 99",
        "old servers leave them out, and the delimiters are enough",
    ),
    row("parse229 without a number", "value", "protocol", PORT),
    row("parse229 of port 70000", "ok 70000", "protocol", PORT),
    row("parse229 of port 0", "ok 0", "protocol", PORT),
    row(
        "parse229 of another code",
        "reply 227 Here (|||99|)",
        "protocol",
        "a 227 is read as one, whichever of the two commands it answers",
    ),
    row(
        "parse257 without a closing quote",
        "ok /a",
        "protocol",
        "half a path would be a wrong one",
    ),
    row("parse257 with two blanks", "ok ", "ok /a", QUOTED),
    row("parse257 of several lines", "ok ", "ok /a", QUOTED),
    row(
        "parse257 of another code",
        "reply 350 \"/a\"",
        "protocol",
        FORM,
    ),
    row(
        "printing an account",
        "ok *cmd* 'USER ada' | *resp* '331 Password?' | *cmd* 'PASS ******' | \
         *resp* '332 Account?' | *cmd* 'ACCT research' | *resp* '230 In'",
        "ok *cmd* 'USER ada' | *resp* '331 Password?' | *cmd* 'PASS ******' | \
         *resp* '332 Account?' | *cmd* 'ACCT ***' | *resp* '230 In'",
        MASKED,
    ),
    row(
        "printing a password that the server repeats",
        "ok *cmd* 'USER ada' | *resp* '331 Password?' | *cmd* 'PASS ******' | \
         *resp* '530 Not secret'",
        "ok *cmd* 'USER ada' | *resp* '331 Password?' | *cmd* 'PASS ******' | \
         *resp* '530 Not ***'",
        MASKED,
    ),
    row(
        "printing a command in lower case",
        "ok *cmd* 'noop' | *resp* '200 Fine'",
        "ok *cmd* 'NOOP' | *resp* '200 Fine'",
        "verbs are sent in upper case",
    ),
    row(
        "printing Latin-1",
        "ok *cmd* 'CWD é' | *resp* '250 Here'",
        "ok *cmd* 'CWD \\xe9' | *resp* '250 Here'",
        "an observer gets bytes; those that are not UTF-8 are escaped",
    ),
    row(
        "printing the end of the connection",
        "ok *cmd* 'STAT' | *put* 'STAT\\r\\n' | *get* '211-a\\n' | *get* ''",
        "ok *cmd* 'STAT' | *put* 'STAT\\r\\n'",
        "an observer gets whole replies; the error says that the connection ended",
    ),
    row(
        "printing the welcome",
        "ok 220 ready / ok *welcome* '220 ready'",
        "ok 220 ready / ok",
        "`Session::greeting` returns the greeting and prints nothing",
    ),
];
