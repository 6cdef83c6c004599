//! The files of the program itself, all in one directory.

/// Makes the names from a table: name in the code, name of the file, and the text for the man page.
macro_rules! files {
    ($($name:ident = $file:literal, $meaning:literal;)*) => {
        $(#[doc = $meaning] pub(crate) const $name: &str = $file;)*

        /// The files and what they are for, for the man page.
        #[cfg(feature = "cli-papers")]
        pub(crate) const TABLE: &[(&str, &str)] = &[$(($file, $meaning),)*];
    };
}

files! {
    BOOKMARKS = "bookmarks.toml", "Bookmarks, which you write by hand; see BOOKMARKS. If it has a password, nobody else may be able to read it.";
    KNOWN_SERVERS = "known_servers", "The keys of servers that --trust-first-use has pinned, one on each line: host, port and key. Remove the line of a server whose key has changed for a reason that you know.";
    HISTORY = "history", "The lines that you have typed in `ftpx shell`.";
}
