//! The man page and the completions, in a build with the feature `cli-papers`. The program that
//! people get has none of this.
//!
//! `cargo xtask dist` runs `ftpx papers DIR DATE`, a command of this build alone.

mod page;

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::arguments::Arguments;

/// Where each completion goes below the directory of an installation. Each shell but PowerShell looks
/// there by itself.
const COMPLETIONS: [(Shell, &str); 4] = [
    (Shell::Bash, "share/bash-completion/completions/ftpx"),
    (Shell::Zsh, "share/zsh/site-functions/_ftpx"),
    (Shell::Fish, "share/fish/vendor_completions.d/ftpx.fish"),
    (Shell::PowerShell, "share/ftpx/ftpx.ps1"),
];

const PAGE: &str = "share/man/man1/ftpx.1";

/// Writes the papers, if the command line asks for them. Returns `None` if it asks for something else.
pub(crate) fn asked() -> Option<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [command, directory, date] = &words[..] else {
        return None;
    };
    if command != "papers" {
        return None;
    }
    Some(match write(Path::new(directory), date) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ftpx: {directory}: {error}");
            ExitCode::FAILURE
        }
    })
}

/// Writes the papers below the directory of an installation. The date is that of the man page.
fn write(directory: &Path, date: &str) -> io::Result<()> {
    let page = directory.join(PAGE);
    make_parent(&page)?;
    fs::write(page, page::render(&words(), date))?;
    for (shell, path) in COMPLETIONS {
        let path = directory.join(path);
        make_parent(&path)?;
        generate(shell, &mut words(), "ftpx", &mut File::create(path)?);
    }
    Ok(())
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Returns all commands and options. Each command also has the options for all commands.
fn words() -> clap::Command {
    let mut command = Arguments::command();
    command.build();
    command
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn completion(shell: Shell) -> String {
        let mut text = Vec::new();
        generate(shell, &mut words(), "ftpx", &mut text);
        String::from_utf8(text).expect("it is UTF-8")
    }

    /// Returns the text without the words that only `man` reads.
    fn plain(page: &str) -> String {
        let page = ["\\fB", "\\fI", "\\fR", "\\&"]
            .iter()
            .fold(page.to_owned(), |page, it| page.replace(it, ""));
        page.replace("\\-", "-")
    }

    #[test]
    fn the_man_page_has_each_option_of_each_command() {
        let page = plain(&page::render(&words(), "2026-01-02"));
        let (general, commands) = page.split_once(".SH COMMANDS").expect("a section");
        let has = |section: &str, arg: &Arg| {
            let lines = || section.lines();
            let entries = lines()
                .zip(lines().skip(1))
                .filter(|(before, _)| *before == ".TP");
            let entries: Vec<_> = entries
                .flat_map(|(_, it)| it.split([' ', ',', '[']))
                .collect();
            let short = arg.get_short().map(|it| format!("-{it}"));
            let long = arg.get_long().map(|it| format!("--{it}"));
            for word in short.into_iter().chain(long) {
                assert!(entries.contains(&&*word), "{word} is not in {section}");
            }
            for alias in arg.get_visible_aliases().unwrap_or_default() {
                assert!(section.contains(&format!("[also: --{alias}]")), "{alias}");
            }
            let values = arg.get_possible_values();
            for value in values.iter().filter(|_| arg.get_action().takes_values()) {
                let entry = format!("\n{}\n", value.get_name());
                assert!(section.contains(&entry), "{value:?} is not in {section}");
            }
        };
        words().get_arguments().for_each(|arg| has(general, arg));
        for command in words().get_subcommands() {
            let begin = format!(".SS \"ftpx {}\"", command.get_name());
            let section = commands.split(&begin).nth(1).expect(&begin);
            let section = section.split(".SS ").next().unwrap_or_default();
            let own = command.get_arguments().filter(|arg| page::is_own(arg));
            own.for_each(|arg| has(section, arg));
            for alias in command.get_visible_aliases() {
                assert!(section.contains(alias), "{alias}");
            }
        }
    }

    #[test]
    fn the_man_page_has_each_exit_code() {
        let page = page::render(&words(), "2026-01-02");
        for line in crate::exit::Exit::table().lines().skip(1) {
            let (code, meaning) = line.trim().split_once("  ").expect("a code");
            let entry = format!("\\fB{code}\\fR\n{}", meaning.replace('-', "\\-"));
            assert!(
                plain(&page).contains(&plain(&entry).replace('\'', "\\*(Aq")),
                "{entry}"
            );
        }
    }

    #[test]
    fn each_completion_has_each_command_and_option() {
        for (shell, _) in COMPLETIONS {
            let text = completion(shell);
            for command in words().get_subcommands() {
                assert!(
                    text.contains(command.get_name()),
                    "{shell}: {}",
                    command.get_name()
                );
                for long in command.get_arguments().filter_map(Arg::get_long) {
                    // fish writes `-l dry-run`.
                    let is_there =
                        text.contains(&format!("--{long}")) || text.contains(&format!("-l {long}"));
                    assert!(is_there, "{shell}: --{long}");
                }
            }
        }
    }
}
