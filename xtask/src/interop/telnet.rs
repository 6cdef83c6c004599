//! How the byte 0xFF has to be sent in a name, measured: as it is, or doubled as Telnet wants it.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use ftp_blocking::Client;
use ftp_blocking::wire::Telnet;

use super::jobs;
use crate::console::say;
use crate::job::during;
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::tree::WRITABLE;

/// What 0xFF can stand ahead of, and a word for it.
const NAMES: [(&str, &[u8]); 4] = [
    ("a letter", b"a\xffb"),
    ("itself", b"a\xff\xffb"),
    ("the end", b"a\xff"),
    ("Telnet's IP", b"a\xff\xf4b"),
];

/// What is known: whether a directory gets each of the names. It is why [`Telnet::Raw`] is the
/// default.
const KNOWN: [(Kind, Telnet, [bool; NAMES.len()]); 10] = [
    (Kind::Vsftpd, Telnet::Raw, [true, true, true, true]),
    (Kind::Vsftpd, Telnet::Doubled, [false, false, false, false]),
    // It takes Telnet's signals out, and reads a doubled one as one.
    (Kind::ProFtpd, Telnet::Raw, [true, false, true, false]),
    (Kind::ProFtpd, Telnet::Doubled, [true, true, true, true]),
    (Kind::PureFtpd, Telnet::Raw, [true, true, true, true]),
    (
        Kind::PureFtpd,
        Telnet::Doubled,
        [false, false, false, false],
    ),
    (Kind::Pyftpdlib, Telnet::Raw, [true, true, true, true]),
    (
        Kind::Pyftpdlib,
        Telnet::Doubled,
        [false, false, false, false],
    ),
    (Kind::Libunftp, Telnet::Raw, [true, true, true, true]),
    (
        Kind::Libunftp,
        Telnet::Doubled,
        [false, false, false, false],
    ),
];

/// Measures it and prints a table.
///
/// # Errors
///
/// When a server behaves other than is known.
pub(super) fn run(programs: &[Program]) -> Result<()> {
    let words = NAMES.map(|(word, _)| format!("{word:<11}")).join(" ");
    say(&format!(
        "\n0xFF in a name, ahead of\nserver    sent    {words}"
    ));
    let mut different = Vec::new();
    for program in programs {
        let server = program.start(&Setting::default())?;
        for (kind, telnet, known) in KNOWN {
            if kind != program.kind() {
                continue;
            }
            let found = measure(&server, kind, telnet)?;
            let words = found.map(|kept| if kept { "arrives    " } else { "is mangled " });
            let form = match telnet {
                Telnet::Raw => "raw",
                Telnet::Doubled => "doubled",
            };
            let line = format!("{:<9} {form:<7} {}", kind.name(), words.join(" "));
            say(line.trim_end());
            if found != known {
                different.push(format!("{}, {form}", kind.name()));
            }
        }
    }
    match different.as_slice() {
        [] => Ok(()),
        _ => Err(format!("0xFF: other than known: {}", different.join("; ")).into()),
    }
}

/// Which of the names a directory gets.
fn measure(server: &Foreign, kind: Kind, telnet: Telnet) -> Result<[bool; NAMES.len()]> {
    let options = jobs::options(server).with_config(|config| config.with_telnet(telnet));
    let mut client = during("connecting", Client::connect(options))?;
    let login = client.login(server.user(), server.password());
    during("logging in", login)?;
    during("CWD", client.cwd(WRITABLE))?;
    let mut found = [false; NAMES.len()];
    for ((_, name), found) in NAMES.into_iter().zip(&mut found) {
        during("MKD", client.mkd(name))?;
        for entry in fs::read_dir(server.writable())? {
            let entry = entry?;
            let there = entry.file_name();
            *found = match kind {
                // They store a U+FFFD for each byte that is not UTF-8, but for each one.
                Kind::Pyftpdlib | Kind::Libunftp => {
                    there.as_bytes() == String::from_utf8_lossy(name).as_bytes()
                }
                _ => there.as_bytes() == name,
            };
            fs::remove_dir(entry.path())?;
        }
    }
    during("QUIT", client.quit())?;
    Ok(found)
}
