//! The man page.

use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

use crate::environment;
use crate::exit::Exit;
use crate::own_files;

/// What to type for the tasks of a first day.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "What is there, with sizes and times:",
        "ftpx ls -l ftp.example.org/pub",
    ),
    (
        "A file. The same command goes on where it was interrupted:",
        "ftpx get ftp.example.org/pub/a.iso",
    ),
    (
        "A file to another place, under TLS. A prompt asks for the password:",
        "ftpx put report.pdf ftpes://ada@ftp.example.org/in/",
    ),
    (
        "A directory down, with four files at a time:",
        "ftpx mirror -j 4 ftp.example.org/pub/data data",
    ),
    (
        "A directory up. What is no longer here is deleted there:",
        "ftpx mirror --up --delete site ftpes://ada@ftp.example.org/htdocs",
    ),
    (
        "Each new file of a directory, as a line of JSON:",
        "ftpx watch ftp.example.org/out",
    ),
];

/// The variables that the libraries read.
const OF_LIBRARIES: &[(&str, &str)] = &[
    ("NETRC", "The netrc file, instead of ~/.netrc."),
    (
        "USERPROFILE",
        "The home directory on Windows, in which the netrc file is named _netrc.",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "A file and directories with the certificates of authorities, instead of those of the system \
         (not on Windows and macOS).",
    ),
    ("NO_COLOR", "If it is set, bars have no colors."),
    ("TERM", "The kind of the terminal, as for any program."),
];

/// The directory of the program's own files, as the page writes it.
const DIRECTORY: &str = "~/.config/ftpx";

/// The file of the library.
const NETRC: (&str, &str) = (
    "~/.netrc",
    "Users and passwords, as for ftp(1) and curl(1). If it has a password, nobody else may be able to \
     read it.",
);

const BOOKMARKS: &str = "\
A bookmark is a table of the file. Its name stands for its URL, so that `ftpx ls work/in` lists the \
directory in below the URL. Besides url, a table may have tls (required or off), pin (a list), cacert, \
cert, key, active (true) and proxy. They mean what the options mean, and an option counts more.";

const BOOKMARK: &str = "\
[work]
url = \"ftpes://ada@ftp.example.org/projects\"
pin = [\"sha256//wtA5r0rMSsNvDEKbXH3Cjtq+znI4C1mYlWXGgpdzrpk=\"]";

/// Returns the man page for these commands and options.
pub(super) fn render(command: &Command, date: &str) -> String {
    let mut page = Page::default();
    let version = format!("ftpx {}", command.get_version().unwrap_or_default());
    page.roff
        .control("TH", ["FTPX", "1", date, &version, "User Commands"]);
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let about = about.trim_end_matches('.');
    page.section("NAME");
    page.roff
        .text([roman(format!("ftpx - {}", lower_first(about)))]);
    page.section("SYNOPSIS");
    page.roff.text([
        bold("ftpx"),
        roman(" [options] "),
        italic("command"),
        roman(" [arguments]"),
    ]);
    page.section("DESCRIPTION");
    page.prose(&long_about(command));
    page.section("EXAMPLES");
    for (what, line) in EXAMPLES {
        page.example(what, line);
    }
    page.section("OPTIONS FOR ALL COMMANDS");
    page.roff
        .text([roman("They stand before or after the command.")]);
    page.options(command);
    page.section("COMMANDS");
    for command in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        page.command(command);
    }
    page.section("EXIT STATUS");
    page.prose("The codes are those of curl(1) for FTP.");
    for line in Exit::table().lines().skip(1) {
        let (code, meaning) = line.trim().split_once("  ").unwrap_or((line, ""));
        page.entry(bold(code), meaning);
    }
    page.section("ENVIRONMENT");
    for (name, text) in environment::TABLE.iter().chain(OF_LIBRARIES) {
        page.entry(bold(*name), text);
    }
    page.section("FILES");
    for (name, text) in own_files::TABLE {
        page.entry(italic(format!("{DIRECTORY}/{name}")), text);
    }
    page.entry(italic(NETRC.0), NETRC.1);
    page.section("BOOKMARKS");
    page.prose(BOOKMARKS);
    page.verbatim(BOOKMARK);
    page.section("SEE ALSO");
    page.prose("curl(1), lftp(1), netrc(5)");
    page.roff.render()
}

#[derive(Default)]
struct Page {
    roff: Roff,
}

impl Page {
    fn section(&mut self, name: &str) {
        self.roff.control("SH", [name]);
    }

    /// Adds paragraphs. Lines that begin with a blank stay as they are.
    fn prose(&mut self, text: &str) {
        for (number, paragraph) in text.split("\n\n").enumerate() {
            if paragraph.starts_with(' ') {
                self.verbatim(&unindented(paragraph));
                continue;
            }
            if number > 0 {
                self.roff.control("PP", []);
            }
            for line in paragraph.lines() {
                self.roff.text([roman(line)]);
            }
        }
    }

    fn verbatim(&mut self, text: &str) {
        self.roff
            .control("PP", [])
            .control("RS", ["4"])
            .control("nf", []);
        for line in text.lines() {
            self.roff.text([roman(line)]);
        }
        self.roff.control("fi", []).control("RE", []);
    }

    fn example(&mut self, what: &str, line: &str) {
        self.roff.control("TP", []);
        self.roff.text([roman(what)]);
        self.roff.text([bold(line)]);
    }

    fn entry(&mut self, name: Inline, text: &str) {
        self.roff.control("TP", []);
        self.roff.text([name]);
        self.roff.text([roman(text)]);
    }

    fn command(&mut self, command: &Command) {
        let name = format!("ftpx {}", command.get_name());
        self.roff.control("SS", [name.as_str()]);
        let mut usage = command.clone().mut_args(with_own_only);
        let usage = usage.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        self.roff.text([bold(usage)]);
        self.roff.control("PP", []);
        self.prose(&long_about(command));
        for alias in command.get_visible_aliases() {
            self.roff.control("PP", []);
            self.roff
                .text([roman("Also: "), bold(format!("ftpx {alias}"))]);
        }
        self.options(&command.clone().mut_args(with_own_only));
    }

    /// Adds the arguments of a command, and then its options, below their headings.
    fn options(&mut self, command: &Command) {
        let shown: Vec<_> = command
            .get_arguments()
            .filter(|it| !it.is_hide_set())
            .collect();
        let (positional, options): (Vec<_>, Vec<_>) =
            shown.iter().partition(|it| it.is_positional());
        positional.into_iter().for_each(|arg| self.option(arg));
        let mut headings = Vec::new();
        for heading in options.iter().map(|it| it.get_help_heading()) {
            if !headings.contains(&heading) {
                headings.push(heading);
            }
        }
        for heading in headings {
            if let Some(heading) = heading {
                self.roff.control("SS", [heading]);
            }
            let is_here = |arg: &&&Arg| arg.get_help_heading() == heading;
            options
                .iter()
                .filter(is_here)
                .for_each(|arg| self.option(arg));
        }
    }

    fn option(&mut self, arg: &Arg) {
        self.roff.control("TP", []);
        self.roff.text(spelling(arg));
        let help = arg.get_long_help().or_else(|| arg.get_help());
        let mut help = help.map(ToString::to_string).unwrap_or_default();
        let aliases = arg.get_visible_aliases().unwrap_or_default();
        for alias in aliases {
            help.push_str(&format!(" [also: --{alias}]"));
        }
        let takes_value = arg.get_action().takes_values();
        let defaults = arg.get_default_values().iter().filter(|_| takes_value);
        for default in defaults {
            help.push_str(&format!(" [default: {}]", default.to_string_lossy()));
        }
        self.roff.text([roman(help)]);
        let values = arg.get_possible_values();
        let values: Vec<_> = values.iter().filter(|_| takes_value).collect();
        if values.is_empty() {
            return;
        }
        self.roff.control("RS", []);
        for value in values {
            let help = value
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            self.entry(bold(value.get_name()), &help);
        }
        self.roff.control("RE", []);
    }
}

/// Returns how an option is written, such as `-j, --jobs N`, or the name of an argument.
fn spelling(arg: &Arg) -> Vec<Inline> {
    let names = arg.get_value_names().unwrap_or_default();
    let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
    let value = names.join(" ");
    if arg.is_positional() {
        return vec![italic(value)];
    }
    let short = arg.get_short().map(|short| bold(format!("-{short}")));
    let long = arg.get_long().map(|long| bold(format!("--{long}")));
    let mut text: Vec<_> = short.into_iter().collect();
    if !text.is_empty() && long.is_some() {
        text.push(roman(", "));
    }
    text.extend(long);
    match (arg.get_action().takes_values(), arg.is_require_equals_set()) {
        (false, _) => {}
        (true, true) => text.extend([roman("[="), italic(value), roman("]")]),
        (true, false) => text.extend([roman(" "), italic(value)]),
    }
    text
}

/// Whether an argument belongs to one command. The options for all commands stand in a section of
/// their own.
pub(super) fn is_own(arg: &Arg) -> bool {
    !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help"
}

fn with_own_only(arg: Arg) -> Arg {
    match is_own(&arg) {
        true => arg,
        false => arg.hide(true),
    }
}

/// Removes the blanks with which each line begins.
fn unindented(text: &str) -> String {
    let blanks = |line: &str| line.len() - line.trim_start().len();
    let filled = text.lines().filter(|line| !line.is_empty());
    let least = filled.map(blanks).min().unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| line.get(least..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

fn long_about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests;
