//! Dialogues that need no server, because the client only parses a reply in them.

use crate::dialogue::{Dialogue, dialogue};

/// Returns the dialogues that compare ftplib's `parse150`, `parse227`, `parse229`, `parse257` and
/// its constants with this crate's counterparts.
pub(crate) fn parsers() -> Vec<Dialogue> {
    let one = |name, parser: &'static str, reply: &'static str| dialogue(name, &[&[parser, reply]]);
    vec![
        one("parse150", "parse150", "150 Opening a (1234 bytes)").both("ok 1234"),
        one(
            "parse150 in capitals",
            "parse150",
            "150 OPENING A (1234 BYTES)",
        )
        .both("ok 1234"),
        one("parse150, one byte", "parse150", "150 Opening a (1 byte)"),
        one(
            "parse150, the last one",
            "parse150",
            "150 Opening (1 bytes) (2 bytes)",
        )
        .both("ok 2"),
        one("parse150 without words", "parse150", "150 (12 bytes)"),
        one(
            "parse150 of several lines",
            "parse150",
            "150-Opening a (12 bytes)\n150 go",
        ),
        one("parse150 without a size", "parse150", "150 Opening a").both("ok None"),
        one(
            "parse150 of another code",
            "parse150",
            "226 Opening a (12 bytes)",
        ),
        one(
            "parse150 of 2^64",
            "parse150",
            "150 Opening a (18446744073709551616 bytes)",
        ),
        one("parse227", "parse227", "227 Here (1,2,3,4,5,6).").both("ok 1.2.3.4 1286"),
        one(
            "parse227 without parentheses",
            "parse227",
            "227 Here 1,2,3,4,5,6",
        )
        .both("ok 1.2.3.4 1286"),
        one(
            "parse227 behind an equals sign",
            "parse227",
            "227 Here=1,2,3,4,5,6",
        )
        .both("ok 1.2.3.4 1286"),
        one(
            "parse227 with a blank",
            "parse227",
            "227 Here (1, 2,3,4,5,6)",
        ),
        one(
            "parse227 out of range",
            "parse227",
            "227 Here (999,2,3,4,300,6)",
        ),
        one("parse227 with port 0", "parse227", "227 Here (1,2,3,4,0,0)"),
        one(
            "parse227 of five numbers",
            "parse227",
            "227 Here (1,2,3,4,5)",
        )
        .both("protocol"),
        one(
            "parse227 of seven numbers",
            "parse227",
            "227 Here (1,2,3,4,5,6,7)",
        )
        .both("ok 1.2.3.4 1286"),
        one(
            "parse227 of another code",
            "parse227",
            "229 Here (1,2,3,4,5,6)",
        ),
        one("parse227 of 200", "parse227", "200 Here (1,2,3,4,5,6)"),
        one("parse229", "parse229", "229 Here (|||99|)").both("ok 99"),
        one(
            "parse229 with other delimiters",
            "parse229",
            "229 Here (!!!99!)",
        )
        .both("ok 99"),
        one(
            "parse229 with everything filled in",
            "parse229",
            "229 Here (|1|1.2.3.4|99|)",
        )
        .both("ok 99"),
        one(
            "parse229 without parentheses",
            "parse229",
            "229 Here |||99|",
        ),
        one(
            "parse229 without the closing one",
            "parse229",
            "229 Here (|||99|",
        ),
        one(
            "parse229 with unequal delimiters",
            "parse229",
            "229 Here (|||99!)",
        )
        .both("protocol"),
        one(
            "parse229 with a part missing",
            "parse229",
            "229 Here (||99|)",
        )
        .both("protocol"),
        one("parse229 without a number", "parse229", "229 Here (|||x|)"),
        one("parse229 of port 70000", "parse229", "229 Here (|||70000|)"),
        one("parse229 of port 0", "parse229", "229 Here (|||0|)"),
        one("parse229 of another code", "parse229", "227 Here (|||99|)"),
        one(
            "parse229 with the six numbers of 227",
            "parse229",
            "229 Here (1,2,3,4,5,6)",
        )
        .both("protocol"),
        one("parse257", "parse257", "257 \"/a\" created").both("ok /a"),
        one(
            "parse257 with quotes doubled",
            "parse257",
            "257 \"/a\"\"b\" created",
        )
        .both("ok /a\"b"),
        one("parse257 without a closing quote", "parse257", "257 \"/a"),
        one("parse257 with two blanks", "parse257", "257  \"/a\""),
        one(
            "parse257 of several lines",
            "parse257",
            "257-\"/a\"\n257 there",
        ),
        one("parse257 without quotes", "parse257", "257 /a").both("ok "),
        one("parse257 of another code", "parse257", "350 \"/a\""),
        one("FTP_PORT", "constant", "FTP_PORT").both("ok 21"),
        one("MAXLINE", "constant", "MAXLINE").both("ok 8192"),
    ]
}
