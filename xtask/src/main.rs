//! The jobs of this workspace that a person starts by hand.

mod bench;
mod ci;
mod console;
mod counts;
#[cfg(feature = "embedded")]
mod demo;
mod features;
mod figures;
mod fuzz;
#[cfg(feature = "clients")]
mod interop;
#[cfg(feature = "clients")]
mod job;
mod no_std;
#[cfg(feature = "clients")]
mod servers;
mod workspace;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <job>

  demo     a whole session over TLS against a server inside this process, through both adapters
  interop  whole jobs and one suite of questions against ten servers, or those that are named;
           in brief of the five that are seldom met, unless they are named or --full is given
           (Debian or a relative, as root; Python with pip; Node.js with npm)
  no-std   link and run a program that has no standard library
  bench    bulk transfers beside curl, lftp, ftplib and suppaftp (Linux; --help says more)
  counts   instructions of what the core does most, recorded; with --check compared (valgrind)
  features no feature and all of them compile; with --every, every combination does
  fuzz     every fuzz target, 10 s each or as many as are given (a nightly with cargo-fuzz)
  figures  how much code there is, what stands twice, which files import each other
  ci       all that a change must pass; with --full all that a release must pass
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
        [job @ ("demo" | "interop"), arguments @ ..] => {
            workspace::again(&["--features", "embedded"], job, arguments)
        }
        #[cfg(all(feature = "embedded", unix))]
        [servers::libunftp::JOB, arguments @ ..] => servers::libunftp::serve(arguments),
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
