//! Exit codes that come from real causes. The table of all codes is in `exit.rs` of the program.

use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;

use super::super::trust::{Clients, Secured};
use super::ftpx::Said;
use super::site::{Scheme, Site, holds, shows};
use super::stopping::{interrupted, wait_for_partial};
use super::{Ground, Step, with_directory};
use crate::console::say;
use crate::job::content::bytes;
use crate::servers::Result;
use crate::servers::foreign::{Kind, Program, Setting};
use crate::servers::tls::TlsVersion;
use crate::servers::tree::CLOSED;

/// What each server is asked in each way.
pub(super) const STEPS: &[Step] = &[
    ("exit 1, 2, 3: wrong words", words),
    ("exit 5, 6, 7: no server", no_server),
    ("exit 9, 21, 78: nothing there", nothing_there),
    ("exit 23, 26: local files", local_files),
    ("exit 25: not writable", not_writable),
    ("exit 28: time is over", out_of_time),
    ("exit 30: not this address", other_address),
    ("exit 35, 60, 64, 90: TLS", tls),
    ("exit 45: no such address here", source_address),
    ("exit 58, 77: certificates of the user", own_certificates),
    ("exit 67: wrong password", wrong_password),
    ("exit 70 and 23: a full disk", full_disks),
    ("exit 130: Ctrl-C", ctrl_c),
];

fn words(site: &Site<'_>) -> Result<()> {
    site.failed(1, ["ls", &format!("http://{}/", site.address())])?;
    site.failed(2, ["ls", "--no-such-option", &site.url("d")])?;
    site.failed(2, ["ls", "--limit-rate", "fast", &site.url("d")])?;
    site.failed(3, ["get", &site.url("d/%0aDELE%20d/a.txt")])?;
    site.failed(3, ["get", &site.url("d/%zz")])?;
    holds(
        site.there("d/a.txt").exists(),
        "a line end in a URL became a command",
    )
}

fn no_server(site: &Site<'_>) -> Result<()> {
    site.failed(5, ["ls", "-x", "socks5h://no..such", &site.url("d")])?;
    Said::by(&mut site.command_of_stranger(["ls", "no..such/pub"]))?.failed(6)?;
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = closed.local_addr()?.port();
    drop(closed);
    let nobody = format!("127.0.0.1:{port}");
    site.failed(7, ["ls", &nobody])?;
    site.failed(7, ["ls", "-x", &format!("http://{nobody}"), &site.url("d")])
        .map(drop)
}

fn nothing_there(site: &Site<'_>) -> Result<()> {
    // vsftpd lists what is not there as an empty directory.
    if site.kind() != Kind::Vsftpd {
        site.failed(9, ["ls", &site.url("none/")])?;
    }
    site.failed(9, ["batch", &site.url("none"), "/dev/null"])?;
    site.failed(78, ["get", &site.url("d/none")])?;
    site.failed(78, ["get", "-o", "new", &site.url("none/none")])?;
    site.failed(78, ["get", &site.url("d/sub")])?;
    site.failed(21, ["mv", &site.url("none"), "new"])?;
    holds(
        !site.here("new").exists(),
        "a failed download has made a file",
    )
}

fn local_files(site: &Site<'_>) -> Result<()> {
    site.write("plain", b"a file")?;
    site.failed(23, ["get", "-d", "plain", &site.url("d/a.txt")])?;
    site.failed(23, ["get", "-o", "plain/a.txt", &site.url("d/a.txt")])?;
    let mut command = site.command(["cat", &site.url("d/b.bin")]);
    let full = OpenOptions::new().write(true).open("/dev/full")?;
    Said::from(command.stdout(full).output()?).failed(23)?;
    let mut command = site.command(["ls", &site.url("d")]);
    let full = OpenOptions::new().write(true).open("/dev/full")?;
    Said::from(command.stdout(full).output()?).failed(23)?;
    site.failed(26, ["put", "none", &site.url("d/")])?;
    site.failed(26, ["put", ".", &site.url("d/")])?;
    site.failed(26, ["batch", &site.url("d"), "none"])?;
    let mut command = site.command(["ls", "--netrc-file", "none", &site.url("d")]);
    for name in ["FTPX_USER", "FTPX_PASSWORD"] {
        command.env_remove(name);
    }
    Said::by(&mut command)?.failed(26).map(drop)
}

/// Clients may write in one directory only.
fn not_writable(site: &Site<'_>) -> Result<()> {
    site.write("a", b"a")?;
    site.failed(25, ["put", "a", &site.url_of_root("a")])?;
    site.failed(25, ["put", "a", &site.url("none/a")])?;
    site.failed(21, ["mkdir", &site.url_of_root(CLOSED)])?;
    let said = site.run(["mirror", "-q", "--up", ".", &site.url_of_root(CLOSED)])?;
    holds(
        said.code == Some(21),
        format!("mirror into the root: {said}"),
    )
}

fn out_of_time(site: &Site<'_>) -> Result<()> {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = silent.local_addr()?.port();
    site.failed(28, ["ls", "--timeout", "0.2", &format!("127.0.0.1:{port}")])?;
    let slow = ["get", "--limit-rate", "20k", &site.url("d/b.bin")];
    site.failed(28, slow.iter().chain(&["-m", "1"])).map(drop)
}

/// The servers connect to no other machine than that of the client.
fn other_address(site: &Site<'_>) -> Result<()> {
    let words = ["ls", "-P", "--active-address", "192.0.2.1", &site.url("d")];
    site.failed(30, words).map(drop)
}

fn tls(site: &Site<'_>) -> Result<()> {
    let (address, url) = (site.address(), site.url("d"));
    let clear = format!("ftp://{address}/");
    let implicit = format!("ftps://{address}/");
    let stranger = |words: &[&str]| Said::by(&mut site.command_of_stranger(words));
    match site.scheme {
        Scheme::Clear => {
            stranger(&["ls", "--tls", "required", "-k", &url])?.failed(64)?;
            stranger(&["ls", "-k", &format!("ftpes://{address}/")])?.failed(64)?;
            stranger(&["ls", "-k", &implicit])?.failed(35)?;
        }
        Scheme::Explicit => {
            // As in curl, a refused login is 67, and a lost connection is 56. The hint says more.
            let said = stranger(&["ls", &clear])?;
            let is_right = matches!(said.code, Some(56 | 64 | 67)) && said.err.contains("ftpes://");
            holds(is_right, format!("the server demands TLS: {said}"))?;
            stranger(&["ls", &url])?.failed(60)?;
            stranger(&["ls", "--pin", &"00".repeat(32), &url])?.failed(90)?;
            stranger(&["ls", "--tls", "off", &url])?.failed(2)?;
            stranger(&["ls", "-k", &implicit])?.failed(35)?;
        }
        Scheme::Implicit => {
            stranger(&["ls", &url])?.failed(60)?;
            stranger(&["ls", "--pin", &"00".repeat(32), &url])?.failed(90)?;
            // Both sides wait for the other one to begin.
            stranger(&["ls", "--timeout", "0.3", &clear])?.failed(28)?;
        }
    }
    Ok(())
}

fn source_address(site: &Site<'_>) -> Result<()> {
    site.done(["ls", "--source-address", "127.0.0.1", &site.url("d")])?;
    site.failed(45, ["ls", "--source-address", "192.0.2.1", &site.url("d")])
        .map(drop)
}

fn own_certificates(site: &Site<'_>) -> Result<()> {
    if site.scheme == Scheme::Clear {
        return Ok(());
    }
    let words = |option| ["ls", option, "none.pem", &site.url("d")].map(str::to_owned);
    site.failed(58, words("--cert"))?;
    Said::by(&mut site.command_of_stranger(words("--cacert")))?.failed(77)?;
    site.write("none.pem", b"no certificate")?;
    site.failed(58, words("--cert"))?;
    Said::by(&mut site.command_of_stranger(words("--cacert")))?
        .failed(77)
        .map(drop)
}

fn wrong_password(site: &Site<'_>) -> Result<()> {
    let mut command = site.command(["ls", "-u", "ada", &site.url("d")]);
    command
        .env("FTPX_USER", "ada")
        .env("FTPX_PASSWORD", "wrong word");
    let said = Said::from(command.output()?).failed(67)?;
    holds(
        !said.err.contains("wrong word"),
        format!("the password is shown: {said}"),
    )
}

/// A disk of 64 KiB in the place of a directory. Mounting may be forbidden.
fn full_disks(site: &Site<'_>) -> Result<()> {
    site.write("large", &bytes(6, 300_000))?;
    for directory in [site.there("full"), site.here("full")] {
        fs::create_dir(&directory)?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k,mode=777", "none"]);
        if !mount.arg(&directory).output()?.status.success() {
            say("a disk cannot be mounted here, so none can be full");
            return Ok(());
        }
    }
    let result = on_full_disks(site);
    for directory in [site.there("full"), site.here("full")] {
        // A session may still have its file open.
        Command::new("umount").arg("-l").arg(directory).status()?;
    }
    result
}

fn on_full_disks(site: &Site<'_>) -> Result<()> {
    let said = site.failed(23, ["get", "-d", "full", &site.url("d/b.bin")])?;
    holds(
        said.err.contains("space"),
        format!("no word about the disk: {said}"),
    )?;
    holds(
        !site.here("full/b.bin").exists(),
        "a half file has the final name",
    )?;
    let target = site.url("full/");
    let words = ["put", "--retries", "0", "--timeout", "3", "large", &target];
    let said = site.run(words)?;
    // ProFTPD says now and then that the disk is full (452). Other replies are 451 and 426.
    // pyftpdlib under TLS says nothing at all.
    let is_silent = site.kind() == Kind::Pyftpdlib && site.scheme != Scheme::Clear;
    holds(
        matches!(said.code, Some(25 | 70)) || is_silent && said.code == Some(18),
        format!("a full disk there: {said}"),
    )?;
    holds(
        !site.there("full/large").exists(),
        "a half file has the final name",
    )
}

fn ctrl_c(site: &Site<'_>) -> Result<()> {
    site.place("large", &bytes(4, 12_000_000))?;
    let target = site.url("large");
    let mut command = site.command(["get", "--limit-rate", "500k", &target]);
    let said = interrupted(&mut command, &site.local)?.failed(130)?;
    let is_told = said.err.contains("goes on from there");
    holds(is_told, format!("no word about it: {said}"))?;
    let is_there = site.here("large").exists();
    holds(!is_there, "a half file has the final name")?;
    site.done(["get", &target])?;
    site.same("large", "large")
}

/// What needs a server of its own.
pub(super) fn run(ground: &Ground<'_>, program: &Program) -> Result<()> {
    let name = program.kind.name();
    for scheme in [Scheme::Clear, Scheme::Explicit] {
        let how = scheme.name();
        let [down, up] = [DOWN, UP].map(|way| vanishing(ground, program, scheme, &way));
        let [down, up] = [down?, up?];
        let is_right = matches!(down, 18 | 56) && matches!(up, 18 | 55 | 56);
        holds(
            is_right,
            format!("{name}, {how}, killed: exit codes {down} and {up}"),
        )?;
        say(&format!(
            "{name:<24} killed, {how}: exit {down} for get and {up} for put"
        ));
    }
    if program.kind.asks_for_certificates() {
        certified(ground, program)?;
    }
    Ok(())
}

/// A transfer during which the server is killed.
struct Vanishing {
    command: &'static str,
    /// Where the partial file grows.
    place: fn(&Site<'_>) -> PathBuf,
}

const DOWN: Vanishing = Vanishing {
    command: "get",
    place: |site| site.here(""),
};

const UP: Vanishing = Vanishing {
    command: "put",
    place: |site| site.there(""),
};

/// Kills the server during a transfer. Returns the exit code.
fn vanishing(
    ground: &Ground<'_>,
    program: &Program,
    scheme: Scheme,
    way: &Vanishing,
) -> Result<i32> {
    let server = ground.start(program, scheme)?;
    with_directory(ground, &server, &server, scheme, |site| {
        // More than the buffers of the sockets hold.
        let content = bytes(5, 12_000_000);
        match way.command {
            "get" => site.place("large", &content)?,
            _ => site.write("large", &content)?,
        }
        let target = site.url(if way.command == "get" { "large" } else { "" });
        let mut words = vec![way.command, "--retries", "0", "--limit-rate", "500k"];
        words.extend((way.command == "put").then_some("large"));
        words.push(&target);
        let mut running = site.command(words).spawn()?;
        let result = wait_for_partial(&(way.place)(site), &mut running);
        server.kill();
        let said = Said::from(running.wait_with_output()?);
        result?;
        let is_told = said.err.starts_with("ftpx: ") && !(way.place)(site).join("large").exists();
        holds(is_told, format!("{}: {said}", way.command))?;
        said.code.ok_or_else(|| "a signal ended it".into())
    })
}

/// The server demands a certificate of the user.
fn certified(ground: &Ground<'_>, program: &Program) -> Result<()> {
    let secured = Secured {
        clients: Clients::Certified,
        ..Secured::new(TlsVersion::Both)
    };
    let secured = secured.suited(program.kind);
    let server = program.start(&Setting {
        tls: Some(ground.trust.server(secured)),
        ..Setting::default()
    })?;
    with_directory(ground, &server, &server, Scheme::Explicit, |site| {
        site.place("a.txt", b"for some")?;
        let target = site.url("a.txt");
        let said = site.run(["cat", &target])?;
        let name = program.kind.name();
        holds(
            matches!(said.code, Some(58)),
            format!("{name}, no certificate: {said}"),
        )?;
        let [certificate, key] = ground.trust.client_pem();
        site.write("certificate.pem", certificate.as_bytes())?;
        site.write("key.pem", key.as_bytes())?;
        let words = [
            "cat",
            "--cert",
            "certificate.pem",
            "--key",
            "key.pem",
            &target,
        ];
        shows("with a certificate", "for some", &site.done(words)?)
    })
}
