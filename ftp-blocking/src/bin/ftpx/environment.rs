//! The environment variables that the program reads. Nothing else in the program reads any, so that
//! the man page names them all.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// An environment variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable(&'static str);

/// Makes the variables from a table: name in the code, name, and the text for the man page.
macro_rules! variables {
    ($($name:ident = $variable:literal, $meaning:literal;)*) => {
        $(#[doc = $meaning] pub(crate) const $name: Variable = Variable($variable);)*

        /// The variables and what they mean, for the man page.
        #[cfg(feature = "cli-papers")]
        pub(crate) const TABLE: &[(&str, &str)] = &[$(($variable, $meaning),)*];
    };
}

variables! {
    USER = "FTPX_USER", "The user, if neither an option nor the URL names one.";
    PASSWORD = "FTPX_PASSWORD", "The password of $FTPX_USER, or of the user whom an option or the URL names if there is no $FTPX_USER.";
    CONFIG = "XDG_CONFIG_HOME", "The directory in which the directory ftpx is, instead of ~/.config.";
    APP_DATA = "APPDATA", "The same on Windows, where no XDG_CONFIG_HOME is usual.";
    HOME = "HOME", "The home directory: the ~ in the names of files below.";
}

impl Variable {
    /// Returns the value. An empty one is none.
    pub(crate) fn value(self) -> Option<OsString> {
        env::var_os(self.0).filter(|value| !value.is_empty())
    }

    /// Returns the value, if it is a path that does not depend on the current directory.
    pub(crate) fn absolute_path(self) -> Option<PathBuf> {
        let path = self.value().map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    }
}
