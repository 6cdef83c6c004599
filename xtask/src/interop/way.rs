//! What is asked of every server, each by its name in the report.

use ftp_blocking::DataMode;

use super::trust::Secured;
use crate::servers::foreign::Kind;
use crate::servers::process::Family;
use crate::servers::tls::{Start, TlsVersion};

/// How a client reaches a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) mode: DataMode,
    pub(super) family: Family,
    /// In clear when nothing.
    pub(super) secured: Option<Secured>,
}

impl Way {
    /// In the order of the columns of the report; the first is the one in which most is done.
    pub(super) const ALL: [Self; 7] = [
        Self::new(DataMode::Passive, Family::V4),
        Self::new(DataMode::Active, Family::V4),
        Self::new(DataMode::Passive, Family::V6),
        Self::new(DataMode::Active, Family::V6),
        Self::over(Secured::new(TlsVersion::Tls12)),
        Self::over(Secured::new(TlsVersion::Tls13)),
        Self::over(Secured::IMPLICIT),
    ];

    const fn new(mode: DataMode, family: Family) -> Self {
        Self {
            mode,
            family,
            secured: None,
        }
    }

    const fn over(secured: Secured) -> Self {
        Self {
            secured: Some(secured),
            ..Self::new(DataMode::Passive, Family::V4)
        }
    }

    /// Whether one server will do for both.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.family, self.secured) == (other.family, other.secured)
    }

    pub(super) fn secured_by(self, kind: Kind) -> Option<Secured> {
        self.secured.map(|secured| secured.suited(kind))
    }

    pub(super) fn is_offered(self, kind: Kind) -> bool {
        let start = self.secured.map(|secured| secured.start);
        let is_extended = (self.mode, self.family) == (DataMode::Active, Family::V6);
        (start != Some(Start::Implicit) || kind.offers_implicit())
            && (!is_extended || kind.knows_eprt())
    }

    pub(super) const fn name(self) -> &'static str {
        match self.secured {
            Some(secured) if matches!(secured.start, Start::Implicit) => return "implicit TLS",
            Some(secured) => return secured.version.name(),
            None => {}
        }
        match (self.mode, self.family) {
            (DataMode::Passive, Family::V4) => "passive, IPv4",
            (DataMode::Active, Family::V4) => "active, IPv4",
            (DataMode::Passive, Family::V6) => "passive, IPv6",
            (DataMode::Active, Family::V6) => "active, IPv6",
        }
    }
}

macro_rules! operations {
    ($($name:ident => $text:literal,)*) => {
        /// One row of the report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Operation {
            $($name,)*
        }

        impl Operation {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

operations! {
    Login => "login, QUIT",
    LoginRefused => "login refused, then accepted",
    Features => "FEAT",
    System => "SYST",
    Pwd => "PWD",
    Cwd => "CWD and CWD ..",
    Mkd => "MKD",
    Rmd => "RMD",
    Delete => "DELE",
    Rename => "RNFR, RNTO",
    Size => "SIZE",
    Modified => "MDTM",
    Status => "STAT",
    StatusOf => "STAT of a directory",
    Help => "HELP",
    SiteHelp => "SITE HELP",
    Noop => "NOOP",
    Opts => "OPTS UTF8 ON",
    Unknown => "an unknown command",
    List => "LIST",
    Names => "NLST",
    Facts => "MLSD",
    FactsOf => "MLST",
    EmptyList => "LIST, empty directory",
    EmptyNames => "NLST, empty directory",
    EmptyFacts => "MLSD, empty directory",
    Upload => "upload",
    Download => "download",
    Files => "files, by the kernel",
    Append => "APPE",
    Unique => "STOU",
    Empty => "empty file, both ways",
    ResumeDownload => "resumed download, REST",
    ResumeUpload => "resumed upload, REST",
    TextDownload => "TYPE A down, lines with LF",
    TextDownloadCrlf => "TYPE A down, lines with CRLF",
    TextUpload => "TYPE A up, lines",
    TextUploadCrlf => "TYPE A up, CRLF as it is",
    AbortDownload => "download aborted, more work",
    AbortUpload => "upload aborted, more work",
    DropDownload => "download dropped, more work",
    DropUpload => "upload dropped, more work",
    NoDirectory => "upload into no directory",
    NoPermission => "upload without permission",
    NoFile => "download of no file",
    TwoSessions => "two sessions at once",
    Copy => "copy between two sessions",
    Reconnect => "reconnect",
    NameBlanks => "name with blanks inside",
    NameQuotes => "name with quotes",
    NameLeading => "name with a leading blank",
    NameTrailing => "name with a trailing blank",
    NameSemicolon => "name with ;",
    NameDash => "name that begins with -",
    NameUtf8 => "name in UTF-8",
    NameLatin1 => "name in Latin-1",
    NameIac => "name with 0xFF",
    DirectoryIac => "directory with 0xFF, PWD",
    Large => "256 MiB, both ways",
    Thousand => "1,000 files in one session",
    Idle => "silent too long",
}

impl Operation {
    /// Where it is done: what takes long and does not depend on the way is done in the first way
    /// alone.
    pub(super) fn is_done(self, way: Way) -> bool {
        match self {
            Self::LoginRefused | Self::Large | Self::Thousand | Self::Idle => way == Way::ALL[0],
            Self::TwoSessions => way.family == Family::V4,
            // Two servers cannot be each other's client under TLS.
            Self::Copy => way.family == Family::V4 && way.secured.is_none(),
            _ => true,
        }
    }
}
