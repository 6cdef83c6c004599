//! The program `cargo xtask`: the jobs of this workspace that a person starts by hand.

mod bench;
mod ci;
mod compilers;
mod console;
mod counts;
#[cfg(feature = "embedded")]
mod demo;
mod dist;
#[cfg(feature = "embedded")]
mod drivers;
#[cfg(feature = "embedded")]
mod examples;
mod features;
mod figures;
mod fuzz;
#[cfg(feature = "clients")]
mod interop;
#[cfg(feature = "clients")]
mod job;
mod no_std;
mod release;
#[cfg(all(feature = "clients", unix))]
mod scale;
#[cfg(feature = "clients")]
mod servers;
mod targets;
mod windows;
mod workspace;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <job>

  demo     runs a whole session over TLS with both adapters, and the short examples; the server
           is in this process
  interop  runs whole jobs and a set of questions with ten servers, or with those that you name;
           five rarely used servers get only a part, unless you name them or pass --full
           (needs Debian or a relative, and root; Python with pip; Node.js with npm);
           `interop proxies` runs a job through five proxies alone; `interop store` runs the
           tests of the object store's authors on two servers; `interop program` runs `ftpx`
           with four servers, and with `--kills 200` kills its mirrors; `interop --many 1000`
           transfers small files with pipelining forced on; `interop --dropped 8 1500` drops
           futures at any poll, with vsftpd and pyftpdlib
  no-std   links and runs a program without the standard library
  bench    compares bulk transfers, listings, plans of trees and small files with curl, lftp,
           ftplib and suppaftp (Linux; see --help)
  scale    opens thousands of sessions at once with both adapters: how much memory an idle one
           holds, and whether all transfer a file and close (Linux)
  counts   counts instructions of the core and records them; --check compares (needs valgrind)
  features checks that no feature compiles, and all but aws-lc-rs; --every checks all combinations
  fuzz     runs every fuzz target for 3 s, or for the seconds that you give (needs nightly
           with cargo-fuzz)
  targets  checks that the crates compile with Rust 1.85, for Windows, and for processors without
           a system (Debian; its compilers are unpacked below target/); --every checks macOS and
           FreeBSD too
  windows  runs the tests of the three libraries as programs for Windows, under Wine; arguments are
           for `cargo test`, such as `--package ftp-proto` (Debian; installs wine64 and mingw-w64)
  figures  prints how much code there is, and which files import each other in a circle
  dist     builds the program `ftpx` as people get it into target/dist/tree, with its man page and
           its completions, and checks its size
  release  packages, documentation as on docs.rs, semantic versions since the last tag
  ci       runs all that a change must pass; --full runs all that a release must pass
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        #[cfg(feature = "embedded")]
        ["demo"] => demo::run(),
        #[cfg(feature = "clients")]
        ["interop", arguments @ ..] => interop::run(arguments),
        #[cfg(not(feature = "embedded"))]
        ["demo"] => workspace::again(&["--features", "embedded"], "demo", &[]),
        #[cfg(not(feature = "clients"))]
        ["interop", arguments @ ..] => {
            workspace::again(&["--features", "embedded"], "interop", arguments)
        }
        #[cfg(all(feature = "embedded", unix))]
        [servers::libunftp::JOB, arguments @ ..] => servers::libunftp::serve(arguments),
        #[cfg(feature = "clients")]
        [interop::VICTIM, arguments @ ..] => interop::victim(arguments),
        #[cfg(all(feature = "clients", unix))]
        ["scale", arguments @ ..] => scale::run(arguments),
        #[cfg(not(feature = "clients"))]
        ["scale", arguments @ ..] => {
            workspace::again(&["--features", "embedded"], "scale", arguments)
        }
        #[cfg(all(feature = "clients", unix))]
        [scale::CLIENT, arguments @ ..] => scale::client(arguments),
        #[cfg(all(feature = "clients", unix))]
        [scale::SERVER] => {
            scale::serve();
            Ok(())
        }
        ["no-std"] => no_std::link(),
        ["bench", arguments @ ..] => bench::run(arguments),
        #[cfg(all(feature = "bench", target_os = "linux"))]
        ["bench-client", arguments @ ..] => match bench::client(arguments) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        ["counts"] => counts::record(),
        ["counts", "--check"] => counts::check(),
        ["features"] => features::check(features::Extent::Few),
        ["features", "--every"] => features::check(features::Extent::Every),
        ["fuzz"] => fuzz::run(fuzz::BRIEFLY),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run(seconds),
            Err(_) => Err(format!("{seconds:?} is no number of seconds").into()),
        },
        ["release"] => release::check(),
        ["dist"] => dist::run(),
        ["targets"] => targets::check(targets::Extent::Few),
        ["targets", "--every"] => targets::check(targets::Extent::Every),
        ["windows", arguments @ ..] => windows::test(arguments),
        ["figures"] => figures::run(),
        ["ci"] => ci::run(ci::Extent::Gate),
        ["ci", "--full"] => ci::run(ci::Extent::Full),
        [] | ["help" | "-h" | "--help"] => {
            console::say(USAGE.trim_end());
            return ExitCode::SUCCESS;
        }
        _ => {
            console::complain(USAGE.trim_end());
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&format!("xtask: {}", console::chain(&*error)));
            ExitCode::FAILURE
        }
    }
}
