//! What is transferred, and how.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(101, "lists in active mode", &["ls", "-P", "{}/t"]).shows("a.txt\nb.txt\nc.bin\n"),
    row(
        104,
        "asks for the size of a file only",
        &["stat", "{}/file"],
    ),
    row(107, "uploads a file", &["put", "up", "{}/t/107"])
        .told(&["STOR t/.107.ftp-part", "RNFR t/.107.ftp-part", "RNTO t/107"])
        .differs(
            "the file has a temporary name until it is complete; not with `--no-temporary-name`",
        ),
    row(
        108,
        "uploads in active mode",
        &["put", "-P", "--no-temporary-name", "up", "{}/t/108"],
    )
    .told(&["STOR t/108"]),
    row(
        109,
        "appends to a file",
        &["put", "--append", "up", "{}/file"],
    )
    .told(&["APPE file"]),
    row(
        120,
        "deletes after a download",
        &["batch", "{}/", "download-and-rm"],
    )
    .told(&["RETR file", "DELE t/c.bin"])
    .differs("a line of `batch`, not an option"),
    row(
        121,
        "deletes before and after a download",
        &["batch", "{}/", "rm-download-rm"],
    )
    .told(&["DELE t/b.txt", "RETR file", "DELE t/c.bin"])
    .differs("lines of `batch`, not options"),
    row(
        122,
        "the whole file is there already",
        &["mirror", "-q", "{}/t", "to"],
    ),
    row(127, "no EPSV", &["cat", "{}/file"])
        .replies(&[("EPSV", "500 no")])
        .told(&["EPSV", "PASV", "RETR file"])
        .shows("data\n"),
    row(138, "the server tells no size", &["get", "{}/file"])
        .replies(&[("SIZE", "500 no"), ("MLST", "500 no")]),
    row(
        147,
        "makes the directories that are missing",
        &["put", "-p", "up", "{}/first/dir/here/147"],
    )
    .told(&["MKD first", "MKD first/dir", "MKD first/dir/here"]),
    row(
        149,
        "uploads to two directories",
        &["batch", "{}/", "two-uploads"],
    )
    .told(&["STOR t/.149.ftp-part", "STOR a/.149.ftp-part"]),
    row(
        161,
        "the file is shorter than the server has said",
        &["get", "--retries", "0", "{}/file"],
    )
    .replies(&[("SIZE", "213 10928"), ("MLST", "500 no")])
    .fails(18),
    row(182, "downloads an empty file", &["cat", "{}/empty"]).shows(""),
    row(
        211,
        "no EPSV, two files",
        &["cat", "{}/t/a.txt", "{}/t/b.txt"],
    )
    .replies(&[("EPSV", "500 no")])
    .told(&["EPSV", "PASV", "RETR t/a.txt", "PASV", "RETR t/b.txt"])
    .shows("12"),
    row(
        212,
        "no EPRT, two files",
        &["cat", "-P", "{}/t/a.txt", "{}/t/b.txt"],
    )
    .replies(&[("EPRT", "500 no")])
    .told(&["RETR t/a.txt", "RETR t/b.txt"])
    .shows("12"),
    row(
        216,
        "uploads two files to one directory",
        &["put", "up", "other-up", "{}/t/"],
    ),
    row(227, "sends a command as it is", &["raw", "{}", "NOOP", "1"]).told(&["NOOP 1"]),
    row(
        362,
        "resumes an upload of which there is nothing",
        &["put", "up", "{}/t/362"],
    ),
    row(475, "uploads as text", &["put", "up", "{}/t/475;type=a"]).told(&["TYPE A"]),
    row(505, "renames after an upload", &["put", "up", "{}/t/505"])
        .told(&["STOR t/.505.ftp-part", "RNTO t/505"]),
    row(1000, "asks about a directory only", &["stat", "{}/t"]),
    row(
        1233,
        "nothing listens at the port of EPSV",
        &["cat", "{}/file"],
    )
    .replies(&[("EPSV", "229 (|||1|)")])
    .told(&["EPSV", "PASV", "RETR file"])
    .shows("data\n"),
    row(
        1348,
        "the local file has the name of the remote one",
        &["get", "{}/a/b/c/file"],
    ),
    row(
        1378,
        "the local file has a name of its own",
        &["get", "-o", "new", "{}/a/b/c/file"],
    ),
    row(1414, "neither SIZE nor EPRT", &["cat", "-P", "{}/file"])
        .replies(&[("SIZE", "502 no"), ("EPRT", "502 no")])
        .shows("data\n"),
    row(1444, "keeps the time of a file", &["get", "{}/file"])
        .differs("this is so without an option; `--no-times` is the other way"),
    row(1684, "MDTM has a wrong reply", &["get", "{}/file"])
        .replies(&[("MLST", "500 no"), ("MDTM", "213 2025")]),
];
