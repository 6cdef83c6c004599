//! The sections that no option tells: variables, files and bookmarks are those of the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::arguments::common::Common;
use crate::bookmarks::Bookmarks;

/// Returns each source file of the program with its text, without tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/ftpx")];
    let mut sources = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).expect("a text");
                let code = text.split("#[cfg(test)]\nmod tests").next();
                sources.push((path, code.unwrap_or_default().to_owned()));
            }
        }
    }
    assert!(sources.len() > 40);
    sources
}

fn names_of(table: &[(&str, &str)]) -> BTreeSet<String> {
    let names = table.iter().flat_map(|(names, _)| names.split(", "));
    names.map(str::to_owned).collect()
}

/// Returns the words in capital letters between quotation marks that stand in a text.
fn quoted_variables(text: &str) -> BTreeSet<String> {
    let words = text.split('"').skip(1).step_by(2);
    let is_name =
        |word: &&str| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    words.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn each_variable_that_is_read_is_on_the_page() {
    for (path, text) in sources() {
        let reads = text.contains("env::var");
        assert!(
            !reads || path.ends_with("environment.rs"),
            "{path:?} reads a variable"
        );
    }
    let netrc =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../ftp-proto/src/options/netrc/file.rs");
    // A package has not the other crate.
    if let Ok(text) = fs::read_to_string(netrc) {
        let all = [environment::TABLE, OF_LIBRARIES].concat();
        let read = quoted_variables(&text);
        assert!(
            read.contains("NETRC") && read.is_subset(&names_of(&all)),
            "{read:?}"
        );
    }
    let page = render(&Command::new("ftpx"), "2026-01-02");
    let page = page.replace("\\-", "-").replace("\\&", "");
    for (name, text) in environment::TABLE.iter().chain(OF_LIBRARIES) {
        let entry = format!("\\fB{name}\\fR\n");
        assert!(page.contains(&entry), "{entry} is not in {page}");
        assert!(text.ends_with('.'), "{text}");
    }
}

#[test]
fn each_file_of_the_program_is_on_the_page() {
    for (path, text) in sources() {
        // The directory of these files is made in one place, and their names come from the table.
        let is_name =
            |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
        let names_file = text.split(".join(\"").skip(1).any(is_name);
        assert!(
            !names_file || path.ends_with("settings.rs"),
            "{path:?} names a file"
        );
    }
    let page = render(&Command::new("ftpx"), "2026-01-02");
    let page = page.replace("\\-", "-").replace("\\&", "");
    for (name, _) in own_files::TABLE {
        let entry = format!("\\fI{DIRECTORY}/{name}\\fR\n");
        assert!(page.contains(&entry), "{entry} is not in {page}");
    }
    let settings = sources()
        .into_iter()
        .find(|(path, _)| path.ends_with("settings.rs"));
    let (_, settings) = settings.expect("it is there");
    assert!(settings.contains(&format!("{:?}", DIRECTORY.trim_start_matches("~/"))));
}

/// Reads a file of bookmarks, and returns what is wrong with it.
fn read(text: &str, name: &str) -> Result<Bookmarks, String> {
    let path = std::env::temp_dir().join(format!("ftpx-page-{}-{name}", std::process::id()));
    fs::write(&path, text).expect("a file");
    let bookmarks = Bookmarks::read(&path);
    fs::remove_file(&path).expect("it is there");
    bookmarks.map_err(|failure| failure.to_string())
}

#[test]
fn the_example_of_a_bookmark_can_be_read() {
    let bookmarks = read(BOOKMARK, "example").expect("the example is right");
    let bookmark = bookmarks.find("work").expect("it is there");
    let mut common = Common::default();
    bookmark.complete(&mut common).expect("the pin is right");
    assert_eq!(common.tls.pin.len(), 1);
}

#[test]
fn each_word_of_a_bookmark_is_on_the_page() {
    let error = read("[a]\nnonsense = 1\n", "words").expect_err("no such word");
    let (_, expected) = error.split_once("expected one of ").expect(&error);
    let known: BTreeSet<&str> = expected.split('`').skip(1).step_by(2).collect();
    assert!(known.contains("url") && known.len() > 5, "{error}");
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (_, prose) = BOOKMARKS.split_once("Besides ").expect("a list");
    let (list, _) = prose.split_once(". ").expect("an end");
    let mut told: BTreeSet<&str> = list.split(|c| !is_letter(c)).collect();
    for known in &known {
        assert!(told.remove(known), "{known} is not in {BOOKMARKS}");
    }
    let plain = [
        "", "a", "and", "have", "list", "may", "off", "or", "required", "table", "true",
    ];
    told.retain(|word| !plain.contains(word));
    assert!(told.is_empty(), "{told:?} are no words of a bookmark");
}
