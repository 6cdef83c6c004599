//! URLs, paths and patterns.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(100, "lists a directory", &["ls", "{}/t/"]).shows("a.txt\nb.txt\nc.bin\n"),
    row(
        103,
        "a path with directories",
        &["cat", "-P", "{}/a/b/c/file"],
    )
    .told(&["RETR a/b/c/file"])
    .differs("the path goes whole, without CWD (as with curl's `--ftp-method nocwd`)"),
    row(
        106,
        "blanks in the URL, and ;type=A",
        &["cat", "{}/two%20words;type=A"],
    )
    .told(&["TYPE A", "RETR two words"]),
    row(
        125,
        "the directory of a file is not there",
        &["cat", "{}/path/file"],
    )
    .codes(9, 78)
    .differs("the path goes whole, so nothing tells a missing directory from a missing file"),
    row(
        142,
        "many levels of directories",
        &[
            "get",
            "-o",
            "f",
            "{}/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/../../../../../../../../../../../../../../../../../../../../../../../../../../../../../../file",
        ],
    ),
    row(
        143,
        "%2f makes a path absolute, and ;type=a",
        &["cat", "{}/%2fa/b/c/file;type=a"],
    )
    .told(&["TYPE A", "RETR /a/b/c/file"])
    .shows("deep\n"),
    row(
        146,
        "two paths on one server are one session",
        &["cat", "{}/a/b/c/file", "{}/file"],
    )
    .told(&["USER anonymous", "RETR a/b/c/file", "RETR file"])
    .shows("deep\ndata\n"),
    row(
        210,
        "two files of one directory",
        &["cat", "{}/t/a.txt", "{}/t/b.txt"],
    )
    .shows("12"),
    row(
        215,
        "two listings of one directory",
        &["ls", "--json", "{}/t", "{}/t"],
    )
    .told(&["MLSD t", "MLSD t"]),
    row(
        225,
        "a coded line end in user and name",
        &["cat", "bad%0auser:passwd@{}/file%0a"],
    )
    .fails(3),
    row(
        226,
        "a coded carriage return in a name",
        &["cat", "{}/file%0d"],
    )
    .fails(3),
    row(244, "coded signs in a path", &["ls", "{}/fir%23t/th%69rd/"])
        .told(&["MLSD fir#t/third/"])
        .shows("x\n"),
    row(
        340,
        "a coded zero byte in a path",
        &["cat", "{}/%00first/file"],
    )
    .fails(3),
    row(350, "lists the root", &["ls", "-P", "{}//"])
        .told(&["MLSD /"])
        .shows("a\nempty\nfile\nfir#t\nt\ntwo words\n"),
    row(353, "lists the directory of the login", &["ls", "{}/"])
        .told(&["MLSD ."])
        .shows("a\nempty\nfile\nfir#t\nt\ntwo words\n"),
    row(
        524,
        "an upload to a URL that ends with /",
        &["put", "up", "{}/t/"],
    )
    .codes(3, 0)
    .differs("the file keeps its name, as with curl's own tool and -T"),
    row(575, "a pattern in the URL", &["get", "{}/t/*.txt"])
        .told(&["RETR t/a.txt", "RETR t/b.txt"]),
    row(1010, "a path from the root", &["ls", "{}//t/", "{}//t/"]).told(&["MLSD /t/", "MLSD /t/"]),
    row(1162, "a pattern that is cut off", &["get", "{}/%5B*%5Bb-c"])
        .codes(78, 3)
        .differs("a wrong pattern is a wrong URL"),
    row(
        1163,
        "a pattern that ends with a bracket",
        &["get", "{}/t/*%5B"],
    )
    .codes(78, 3)
    .differs("a wrong pattern is a wrong URL"),
    row(1224, "a file in the root", &["cat", "{}//file"])
        .told(&["RETR /file"])
        .shows("data\n"),
    row(
        1225,
        "two paths from the root",
        &["cat", "{}//t/a.txt", "{}//a/b/c/file"],
    )
    .told(&["RETR /t/a.txt", "RETR /a/b/c/file"])
    .shows("1deep\n"),
    row(
        1245,
        "another scheme than those of FTP",
        &["cat", "http://{}/file"],
    )
    .fails(1),
    row(
        1469,
        "a blank in a URL",
        &["put", "up", "ftp://{}/with blank/"],
    )
    .fails(3),
    row(1091, ";type=i", &["cat", "{}/file;type=i"])
        .told(&["TYPE I", "RETR file"])
        .shows("data\n"),
    row(2045, "no scheme, and a server of HTTP", &["ls", "{}"])
        .replies(&[(
            "greeting",
            "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n500 Weird FTP Reply",
        )])
        .fails(8),
];
