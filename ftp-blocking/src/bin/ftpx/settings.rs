//! What all commands of one run share: options, bookmarks, pins, and what Ctrl-C stops.

use std::path::PathBuf;

use crate::arguments::common::Common;
use crate::bookmarks::Bookmarks;
use crate::credentials;
use crate::environment;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::known_servers::KnownServers;
use crate::own_files;
use crate::target::Target;

/// What all commands of one run share.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) common: Common,
    pub(crate) bookmarks: Bookmarks,
    pub(crate) known_servers: KnownServers,
    pub(crate) interrupt: Interrupt,
    /// The password from `--password-fd`, which can be read only once.
    pub(crate) password: Option<Vec<u8>>,
    /// The directory of the program's own files. `None`: there is no home directory.
    pub(crate) directory: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn read(common: Common, interrupt: Interrupt) -> Result<Self, Failure> {
        let directory = common.config_dir.clone().or_else(usual_directory);
        let file = |name| directory.as_ref().map(|directory| directory.join(name));
        let descriptor = common.login.password_fd;
        Ok(Self {
            password: descriptor.map(credentials::read_password).transpose()?,
            bookmarks: match file(own_files::BOOKMARKS) {
                Some(path) => Bookmarks::read(&path)?,
                None => Bookmarks::default(),
            },
            known_servers: KnownServers::new(file(own_files::KNOWN_SERVERS)),
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
    let configuration = environment::CONFIG.absolute_path();
    if let Some(directory) = configuration.or_else(|| environment::APP_DATA.absolute_path()) {
        return Some(directory.join("ftpx"));
    }
    Some(environment::HOME.absolute_path()?.join(".config/ftpx"))
}
