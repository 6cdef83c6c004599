//! Measures the memory of clients that read a listing of 256 MiB. It would take too long to create
//! such a directory for a real server, so a thread of this process plays the server and sends the
//! listing.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use crate::bench::report::Verdict;
use crate::console::say;
use crate::servers::Result;

use super::directory::{entries, table};
use super::memory;
use super::parsers::{OTHER_FACTS, mlsd};

/// How many bytes the listing has at least.
const BYTES: usize = 256 * 1024 * 1024;

const ADAPTERS: [&str; 2] = ["blocking-copy", "smol-copy"];

/// Lists the directory once with each adapter.
pub(super) fn run() -> Result<Vec<Verdict>> {
    let block = mlsd(OTHER_FACTS);
    let times = BYTES.div_ceil(block.len());
    let expected = block.lines().count() * times;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("ftp://ada:secret@{}/", listener.local_addr()?);
    let server = thread::spawn(move || -> io::Result<()> {
        for _ in ADAPTERS {
            serve(listener.accept()?.0, block.as_bytes(), times)?;
        }
        Ok(())
    });
    let mut costs = Vec::new();
    for client in ADAPTERS {
        costs.push(vec![entries(client, &url, "MLSD", expected)?]);
    }
    server.join().map_err(|_| "the server panicked")??;
    let what = format!("MLSD of {} MiB", BYTES / 1024 / 1024);
    say(&format!("\n{what}, {expected} entries, once"));
    table(&costs);
    let clients = ADAPTERS.iter().zip(&costs);
    Ok(clients
        .map(|(client, costs)| memory(client, &what, costs.iter().map(|listed| listed.own)))
        .collect())
}

/// Serves one session. A listing consists of `block`, sent `times` times.
fn serve(control: TcpStream, block: &[u8], times: usize) -> io::Result<()> {
    let mut say = control.try_clone()?;
    say.write_all(b"220 Ready\r\n")?;
    let mut passive = None;
    for line in BufReader::new(control).lines() {
        let line = line?;
        let verb = line.split(' ').next().unwrap_or_default();
        match verb {
            "USER" => say.write_all(b"331 Password?\r\n")?,
            "PASS" => say.write_all(b"230 Hello\r\n")?,
            "TYPE" => say.write_all(b"200 Done\r\n")?,
            "FEAT" => {
                say.write_all(b"211-Features\r\n MLST type*;size*;modify*;\r\n211 End\r\n")?
            }
            "EPSV" => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                let port = listener.local_addr()?.port();
                passive = Some(listener);
                say.write_all(format!("229 Passive (|||{port}|)\r\n").as_bytes())?;
            }
            "MLSD" => {
                let Some(listener) = passive.take() else {
                    say.write_all(b"425 No data connection\r\n")?;
                    continue;
                };
                say.write_all(b"150 Here it comes\r\n")?;
                let mut data = listener.accept()?.0;
                for _ in 0..times {
                    data.write_all(block)?;
                }
                drop(data);
                say.write_all(b"226 Done\r\n")?;
            }
            "QUIT" => return say.write_all(b"221 Goodbye\r\n"),
            _ => say.write_all(b"502 Unknown\r\n")?,
        }
    }
    Ok(())
}
