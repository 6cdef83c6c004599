//! Builds the program `ftpx` as people get it: the stripped program, its man page, its completions
//! and the licences, in the directories of an installation. Checks all of them.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::console::{Result, say};
use crate::workspace::{self, output};

/// Where the tree is, below the workspace. `target/dist` is cargo's directory for the profile.
const TREE: &str = "target/dist/tree";

/// The limit for the size of the program, in bytes.
const MOST: u64 = 6_000_000;

/// The files that are copied, and where they go.
const COPIED: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

const PAGE: &str = "share/man/man1/ftpx.1";
const BASH: &str = "share/bash-completion/completions/ftpx";
const ZSH: &str = "share/zsh/site-functions/_ftpx";
const FISH: &str = "share/fish/vendor_completions.d/ftpx.fish";
const POWERSHELL: &str = "share/ftpx/ftpx.ps1";

/// Programs that check a file and are silent if it is right. Each is run if this machine has it.
/// `groff` and `mandoc` are also told to report what is only unusual.
const CHECKS: [(&str, &[&str], &str); 6] = [
    ("groff", &["-man", "-Tutf8", "-ww", "-z"], PAGE),
    ("mandoc", &["-T", "lint", "-W", "warning"], PAGE),
    ("bash", &["-n"], BASH),
    ("zsh", &["-n"], ZSH),
    ("fish", &["--no-execute"], FISH),
    ("pwsh", &["-NoProfile", "-File"], POWERSHELL),
];

/// Asks bash for the commands that begin with `mi`, and for the options of `mirror` that begin with
/// `--dr`. The argument is the file of the completion.
const COMPLETED: &str = r#"
source "$1" && complete -p ftpx >/dev/null || exit 1
COMP_WORDS=(ftpx mi) COMP_CWORD=1
_ftpx ftpx mi ftpx
echo "${COMPREPLY[@]}"
COMP_WORDS=(ftpx mirror --dr) COMP_CWORD=2
_ftpx ftpx --dr mirror
echo "${COMPREPLY[@]}"
"#;

/// Builds the tree, and checks it.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let tree = root.join(TREE);
    match fs::remove_dir_all(&tree) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => fs::create_dir_all(tree.join("bin"))?,
    }
    let size = program(&root, &tree)?;
    papers(&tree)?;
    let documents = tree.join("share/doc/ftpx");
    fs::create_dir_all(&documents)?;
    for name in COPIED {
        fs::copy(root.join(name), documents.join(name))?;
    }
    check(&tree)?;
    say(&format!(
        "{}: the program has {size} bytes of at most {MOST}",
        tree.display()
    ));
    match size {
        ..=MOST => Ok(()),
        _ => Err(format!("the program has {size} bytes, which is more than {MOST}").into()),
    }
}

/// Builds the program into the tree. Returns its size.
fn program(root: &Path, tree: &Path) -> Result<u64> {
    let mut build = workspace::cargo()?;
    build.args(["build", "--profile", "dist", "--package", "ftp-blocking"]);
    build.args(["--features", "cli", "--bin", "ftpx"]);
    // The directory that the next lines read.
    build
        .args(["--target-dir", "target"])
        .env_remove("CARGO_BUILD_TARGET");
    workspace::run(&mut build)?;
    let name = format!("ftpx{}", std::env::consts::EXE_SUFFIX);
    let place = tree.join("bin").join(&name);
    fs::copy(root.join("target/dist").join(&name), &place)?;
    let said = output(Command::new(&place).arg("--version"))?;
    if !said.starts_with("ftpx ") {
        return Err(format!("ftpx --version prints {said:?}").into());
    }
    Ok(fs::metadata(place)?.len())
}

/// Writes the man page and the completions, with a build of the program that can do so.
fn papers(tree: &Path) -> Result<()> {
    // The date is that of the last commit, so that the same commit gives the same page.
    let mut date = Command::new("git");
    date.args(["log", "-1", "--format=%cs"])
        .current_dir(workspace::root()?);
    let date = output(&mut date)?;
    let mut write = workspace::cargo()?;
    write.args([
        "run",
        "--quiet",
        "--package",
        "ftp-blocking",
        "--features",
        "cli-papers",
    ]);
    write.args(["--bin", "ftpx", "--", "papers"]);
    write.arg(tree).arg(date.trim());
    workspace::run(&mut write)
}

/// Runs the checks whose programs are there, and says which are not.
fn check(tree: &Path) -> Result<()> {
    for (program, arguments, file) in CHECKS {
        let mut command = Command::new(program);
        command.args(arguments).arg(tree.join(file));
        let checked = match command.output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                say(&format!(
                    "{file}: not checked by {program}, which is not on this machine"
                ));
                continue;
            }
            checked => checked?,
        };
        let said = [checked.stdout, checked.stderr].concat();
        if !checked.status.success() || !said.is_empty() {
            let said = String::from_utf8_lossy(&said);
            return Err(format!("{program}, about {file}: {}", said.trim()).into());
        }
        say(&format!("{file}: no complaint by {program}"));
    }
    let mut complete = Command::new("bash");
    complete
        .args(["-c", COMPLETED, "bash"])
        .arg(tree.join(BASH));
    let said = output(&mut complete)?;
    match said.as_str() {
        "mirror\n--dry-run\n" => Ok(()),
        said => Err(format!("bash completes `mi` and `--dr` to {said:?}").into()),
    }
}
