//! What all commands of one run share: options, bookmarks, pins, and what Ctrl-C stops.

use std::env;
use std::path::PathBuf;

use crate::arguments::common::Common;
use crate::bookmarks::Bookmarks;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::known_servers::KnownServers;
use crate::target::Target;

/// What all commands of one run share.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) common: Common,
    pub(crate) bookmarks: Bookmarks,
    pub(crate) known_servers: KnownServers,
    pub(crate) interrupt: Interrupt,
    /// The directory of the program's own files. `None`: there is no home directory.
    pub(crate) directory: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn read(common: Common, interrupt: Interrupt) -> Result<Self, Failure> {
        let directory = common.config_dir.clone().or_else(usual_directory);
        let file = |name| directory.as_ref().map(|directory| directory.join(name));
        Ok(Self {
            bookmarks: match file("bookmarks.toml") {
                Some(path) => Bookmarks::read(&path)?,
                None => Bookmarks::default(),
            },
            known_servers: KnownServers::new(file("known_servers")),
            common,
            interrupt,
            directory,
        })
    }

    pub(crate) fn target(&self, text: &str) -> Result<Target, Failure> {
        Target::parse(text, &self.bookmarks)
    }

    /// Returns the options for a target: those of the command line, and those of the bookmark.
    pub(crate) fn common_for(&self, target: &Target) -> Result<Common, Failure> {
        let mut common = self.common.clone();
        if let Some(bookmark) = &target.bookmark {
            bookmark.complete(&mut common)?;
        }
        Ok(common)
    }
}

/// The directory of the program's own files. It is never below the current directory, where others
/// may write.
fn usual_directory() -> Option<PathBuf> {
    let of = |name| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(directory) = of("XDG_CONFIG_HOME").or_else(|| of("APPDATA")) {
        return Some(PathBuf::from(directory).join("ftpx"));
    }
    Some(PathBuf::from(of("HOME")?).join(".config/ftpx"))
}
