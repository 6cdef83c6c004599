//! What servers refuse, and what they send that is wrong.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(115, "314 to PASV", &["cat", "{}/file"])
        .replies(&[("EPSV", "500 no"), ("PASV", "314 no")])
        .fails(13),
    row(116, "refuses active mode", &["cat", "-P", "{}/file"])
        .replies(&[("EPRT", "500 no"), ("PORT", "500 no")])
        .fails(30),
    row(117, "314 to TYPE", &["cat", "{}/file"])
        .replies(&[("TYPE", "314 no")])
        .fails(17),
    row(118, "314 to RETR", &["cat", "{}/file"])
        .replies(&[("RETR", "314 no")])
        .fails(19),
    row(119, "314 to RETR in active mode", &["cat", "-P", "{}/file"])
        .replies(&[("RETR", "314 no"), ("SIZE", "500 no")])
        .fails(19),
    row(124, "refuses PWD", &["cat", "{}/file"])
        .replies(&[("PWD", "314 no")])
        .shows("data\n"),
    row(144, "450 to a listing without files", &["ls", "-P", "{}/"])
        .replies(&[
            ("MLSD", "450 No files found"),
            ("LIST", "450 No files found"),
        ])
        .codes(0, 19)
        .differs("a refusal is no empty directory"),
    row(145, "550 to a listing", &["ls", "-P", "{}/"])
        .replies(&[("MLSD", "550 no"), ("LIST", "550 no"), ("NLST", "550 no")])
        .codes(19, 9)
        .differs("the directory is not there, or may not be read"),
    row(
        148,
        "refuses MKD",
        &["put", "-p", "up", "{}/attempt/to/148"],
    )
    .replies(&[("CWD", "550 no"), ("MKD", "550 no")])
    .codes(9, 21)
    .differs("the command is refused, not the directory"),
    row(236, "refuses an upload", &["put", "up", "{}/236"])
        .replies(&[("APPE", "550 no"), ("STOR", "550 no"), ("SIZE", "500 no")])
        .fails(25),
    row(
        237,
        "a wrong address in the reply to PASV",
        &["cat", "{}/file"],
    )
    .replies(&[("EPSV", "500 no"), ("PASV", "227 (1216,256,2,127,127,127)")])
    .codes(14, 13)
    .differs("there is no passive mode"),
    row(
        238,
        "a wrong port in the reply to EPSV",
        &["cat", "{}/file"],
    )
    .replies(&[("EPSV", "229 (|||1000000|)")])
    .codes(13, 0)
    .told(&["EPSV", "PASV", "RETR file"])
    .differs("PASV is tried then"),
    row(261, "226 to TYPE", &["cat", "{}/file"])
        .replies(&[("TYPE", "226 Kind of on the positive side!")])
        .codes(0, 17)
        .differs("only with `--allow odd-replies`"),
    row(
        289,
        "the local file of an upload is not there",
        &["put", "none", "{}/289"],
    )
    .fails(26),
    row(
        348,
        "552 to an upload",
        &["put", "--retries", "0", "up", "{}/348"],
    )
    .replies(&[("STOR", "552 disk full")])
    .fails(70),
    row(
        402,
        "TLS is demanded, and there is none",
        &["cat", "-k", "--tls", "required", "{}/file"],
    )
    .fails(64),
    row(
        404,
        "a wrong file of authorities",
        &["ls", "--cacert", "up", "ftps://{}/"],
    )
    .fails(77),
    row(
        405,
        "implicit TLS to a server without",
        &["cat", "-m", "5", "-k", "ftps://{}/file"],
    )
    .fails(35),
    row(
        511,
        "asks about a file that is not there",
        &["stat", "{}/none"],
    )
    .replies(&[("MLST", "500 no"), ("MDTM", "550 no"), ("SIZE", "550 no")])
    .fails(78),
    row(
        983,
        "replies to AUTH that nobody has asked for",
        &["put", "-k", "up", "ftpes://{}/983"],
    )
    .replies(&[(
        "AUTH",
        "500 unknown\r\n500 unknown\r\n331 password\r\n230 in\r\n257 \"/\"\r\n200 OK",
    )])
    .fails(8),
    row(
        986,
        "the greeting is 230, and there is no TLS",
        &["put", "-k", "up", "ftpes://{}/986"],
    )
    .replies(&[("greeting", "230 welcome"), ("AUTH", "500 unknown")])
    .fails(64),
    row(
        1096,
        "two downloads that are refused are one session",
        &["cat", "{}/t/none", "{}/t/other"],
    )
    .told(&["USER anonymous", "RETR t/none", "RETR t/other"])
    .fails(78),
    row(1120, "421 to CWD", &["batch", "{}/", "cd"])
        .replies(&[("CWD", "421 Timeout!")])
        .codes(28, 56)
        .differs("the connection is lost"),
    row(
        1152,
        "PWD without the second quotation mark",
        &["cat", "{}/file"],
    )
    .replies(&[("PWD", "257 \"Only one")])
    .codes(8, 0)
    .differs("PWD is not sent, unless something needs it"),
    row(
        1153,
        "PWD with quotation marks in the path",
        &["batch", "{}/", "pwd"],
    )
    .replies(&[("PWD", "257 \"/\"\"hello\"\"\"")])
    .shows("/\"hello\"\n"),
    row(
        1217,
        "PWD with a text before the path",
        &["batch", "{}/", "pwd"],
    )
    .replies(&[("PWD", "257 there is rubbish all over \"/this/is/the/path\"")])
    .shows("/this/is/the/path\n"),
    row(
        3217,
        "PWD with a control character",
        &["batch", "{}/", "pwd"],
    )
    .replies(&[("PWD", "257 \"/\u{3}\"")])
    .fails(8),
    row(1206, "425 in active mode", &["cat", "-P", "{}/file"])
        .replies(&[("RETR", "425 no connection")])
        .codes(10, 19)
        .differs("the download is refused"),
    row(1207, "421 in active mode", &["cat", "-P", "{}/file"])
        .replies(&[("RETR", "421 no connection")])
        .codes(10, 56)
        .differs("the connection is lost"),
    row(
        1208,
        "no data connection in active mode",
        &["cat", "-P", "-m", "0.5", "{}/file"],
    )
    .replies(&[("RETR", "150 soon")])
    .fails(28),
    row(2108, "a zero byte in a reply", &["cat", "{}/file"])
        .replies(&[("PASS", "230 logged\0 in")])
        .fails(8),
    row(
        1913,
        "asks for a file that is not there",
        &["stat", "{}/none"],
    )
    .fails(78),
];
