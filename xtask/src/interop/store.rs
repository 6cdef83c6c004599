//! Runs the tests of `object_store`'s authors on real servers, with the object store of `ftp-smol`.
//! The tests, and the list of those that FTP cannot pass, are in `ftp-smol/tests/store/authors.rs`.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::trust::{Secured, Trust};
use super::way::Way;
use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::{Kind, Setting};
use crate::servers::tls::TlsVersion;
use crate::servers::tree::WRITABLE;
use crate::workspace;

/// The servers: one without MLSD, and one with it.
const SERVERS: [Kind; 2] = [Kind::Vsftpd, Kind::Pyftpdlib];

/// In clear text, and under TLS.
const WAYS: [Way; 2] = [Way::ALL[0], Way::over(Secured::new(TlsVersion::Tls13))];

/// Starts each server in each way, and runs the tests on it.
pub(super) fn run(workdir: &Path, trust: &Trust) -> Result<()> {
    let roots = workdir.join("store-roots.pem");
    fs::create_dir_all(workdir)?;
    fs::write(&roots, trust.root_pem())?;
    for kind in SERVERS {
        let program = kind.fetch(workdir)?;
        for way in WAYS {
            let begin = Instant::now();
            let secured = way.secured_by(kind);
            let server = program.start(&Setting {
                tls: secured.map(|secured| trust.server(secured)),
                ..Setting::default()
            })?;
            let mut cargo = workspace::cargo()?;
            cargo.args(["test", "--package", "ftp-smol", "--test", "store", "--"]);
            cargo.args(["--ignored", "--exact", "authors::on_a_real_server"]);
            cargo.env("FTP_HOST", server.host());
            cargo.env("FTP_PORT", server.port().to_string());
            cargo.env("FTP_USER", server.user());
            cargo.env("FTP_PASSWORD", server.password());
            cargo.env("FTP_ROOM", format!("/{WRITABLE}"));
            if secured.is_some() {
                cargo.env("FTP_ROOTS", &roots);
            }
            let name = format!("{}, {}", kind.name(), way.name());
            workspace::run(&mut cargo)
                .map_err(|error| format!("{name}: {error}\n{}", server.log_tail()))?;
            let seconds = begin.elapsed().as_secs_f64();
            say(&format!("{name}: all pass, {seconds:.1} s"));
        }
    }
    Ok(())
}
