//! The exceptions of the task "names of any bytes": the names that servers change or refuse. A step
//! of this task is a class of names and what is done with these names, for example `tab: stored`.
//! The file `names.rs` in `interop` has both lists. An exception with only a class, for example
//! `tab: `, applies to all steps of this class.

use super::{Exception, Occurs, Ways};
use crate::servers::foreign::Kind::{
    Aioftp, FtpSrv, Inetutils, Libunftp, ProFtpd, PureFtpd, Pyftpdlib, SimpleFtpd, Twisted, Vsftpd,
};

exceptions! { LIST:
    &[Vsftpd], All Always, "LIST leaves hidden files out" => {
        "names of any" "dots: listed" r#""a.", "a.." instead of"#;
        "names of any" "dots: LIST" r#""a.", "a.." instead of"#;
    }
    &[ProFtpd, PureFtpd], All Always, "LIST leaves hidden files out, which MLSD shows" => {
        "names of any" "dots: LIST" r#""a.", "a.." instead of"#;
    }
    &[Vsftpd, ProFtpd, Inetutils], All Always,
        "`STOR ~` is about the home directory, and `STOR ./~` about a file"
    => { "names of any" "tilde: stored"; }
    &[ProFtpd], All Always,
        "an upload to a name of blanks alone is a command without a name; `./` before it helps"
    => {
        "names of any" "only blanks: stored" "500 'STOR' not understood";
        "names of any" "tab: stored" "500 'STOR' not understood";
    }
    &[ProFtpd], All Always,
        "it takes Telnet's signals out, and reads a doubled 0xFF as one: `Telnet::Doubled` helps"
    => {
        "names of any" "0xFF: stored";
        "names of any" "0xFF: fetched";
        "names of any" "0xFF: renamed";
        "names of any" "0xFF: deleted";
        "names of any" "0xFF: entered";
    }
    &[Inetutils], All Always,
        "it takes 0xFF and what follows out of commands: `Telnet::Doubled` helps"
    => {
        "names of any" "0xFF: stored";
        "names of any" "0xFF: fetched";
        "names of any" "0xFF: renamed";
        "names of any" "0xFF: deleted";
        "names of any" "0xFF: entered";
    }
    &[PureFtpd], All Always,
        "it stores a blank at the beginning or at the end of a name as _, also when it renames a file"
    => {
        "names of any" "leading blank: stored" "there is \"_one\"";
        "names of any" "leading blank: renamed" "\"_one\"";
        "names of any" "trailing blank: stored" "there is \"one_\"";
        "names of any" "trailing blank: renamed" "\"one_\"";
        "names of any" "only blanks: stored" "there is \"_\"";
        "names of any" "only blanks: renamed" "\"_\"";
        "names of any" "arrow: stored" "there is \"_-> b\"";
        "names of any" "arrow: renamed" "\"_-> b\"";
        "names of any" "all of ASCII: stored" "there is \"_!";
        "names of any" "all of ASCII: renamed" "\"_!";
    }
    &[PureFtpd], All Always, "it refuses names with a backslash, but lists and enters them" => {
        "names of any" "backslash: stored" "553 Prohibited file name";
        "names of any" "backslash: fetched" "553 Prohibited file name";
        "names of any" "backslash: renamed" "553 Prohibited file name";
        "names of any" "backslash: deleted" "553 Prohibited file name";
        "names of any" "all of ASCII: fetched" "553 Prohibited file name";
        "names of any" "all of ASCII: deleted" "553 Prohibited file name";
    }
    &[PureFtpd], All Always,
        "it reads a control byte as _, and its listings leave out names with such bytes"
    => {
        "names of any" "control bytes: ";
        "names of any" "tab: ";
    }
    &[Pyftpdlib, Libunftp, FtpSrv, SimpleFtpd], All Always,
        "it knows names in UTF-8 alone, and shows others with `?` or U+FFFD, or not at all"
    => {
        "names of any" "Latin-1: ";
        "names of any" "not UTF-8: ";
        "names of any" "high bytes: ";
        "names of any" "0xFF: ";
    }
    &[Aioftp], All Always,
        "it closes the connection when a command or a listing has a name that is not UTF-8"
    => {
        "names of any" "Latin-1: " "closed the control";
        "names of any" "not UTF-8: " "closed the control";
        "names of any" "high bytes: " "closed the control";
        "names of any" "0xFF: " "closed the control";
    }
    &[Aioftp], All Always, "it removes blanks and tabs at the end of a command" => {
        "names of any" "trailing blank: stored" "there is \"one\"";
        "names of any" "trailing blank: fetched" "550 path does not exists";
        "names of any" "trailing blank: renamed" "550 path does not exists";
        "names of any" "trailing blank: deleted" "550 path does not exists";
        "names of any" "trailing blank: entered" "550 path does not exists";
        "names of any" "only blanks: stored" "451 file system error";
        "names of any" "only blanks: fetched" "550 path is not a file";
        "names of any" "only blanks: renamed" "451 file system error";
        "names of any" "only blanks: deleted" "550 path is not a file";
        "names of any" "only blanks: entered" "its entries";
        "names of any" "tab: stored" "there is \"a\"";
        "names of any" "tab: fetched" "550 path does not exists";
        "names of any" "tab: renamed" "550 path does not exists";
        "names of any" "tab: deleted" "550 path does not exists";
        "names of any" "tab: entered" "550 path does not exists";
    }
    &[Twisted], All Always,
        "it reads commands as Latin-1 and stores names as UTF-8, so that a listed name in UTF-8 means \
        another file"
    => {
        "names of any" "UTF-8: stored";
        "names of any" "UTF-8: fetched" "550";
        "names of any" "UTF-8: renamed" "550";
        "names of any" "UTF-8: deleted" "550";
        "names of any" "UTF-8: entered" "550";
    }
    &[Twisted], All Always,
        "it stores names as UTF-8, and cannot list a directory with a name that is not UTF-8"
    => {
        "names of any" "Latin-1: ";
        "names of any" "not UTF-8: ";
        "names of any" "high bytes: ";
        "names of any" "0xFF: ";
    }
    &[SimpleFtpd], All Always,
        "it removes blanks and tabs at both ends of a command, and all but one of several inside a name"
    => {
        "names of any" "blanks inside: stored";
        "names of any" "blanks inside: fetched";
        "names of any" "blanks inside: renamed";
        "names of any" "blanks inside: deleted";
        "names of any" "blanks inside: entered";
        "names of any" "leading blank: stored";
        "names of any" "leading blank: fetched";
        "names of any" "leading blank: renamed";
        "names of any" "leading blank: deleted";
        "names of any" "leading blank: entered";
        "names of any" "trailing blank: stored";
        "names of any" "trailing blank: fetched";
        "names of any" "trailing blank: renamed";
        "names of any" "trailing blank: deleted";
        "names of any" "trailing blank: entered";
        "names of any" "only blanks: stored";
        "names of any" "only blanks: fetched";
        "names of any" "only blanks: renamed";
        "names of any" "only blanks: deleted";
        "names of any" "only blanks: entered";
        "names of any" "tab: stored";
        "names of any" "tab: fetched";
        "names of any" "tab: renamed";
        "names of any" "tab: deleted";
        "names of any" "tab: entered";
        "names of any" "control bytes: stored";
        "names of any" "control bytes: fetched";
        "names of any" "control bytes: renamed";
        "names of any" "control bytes: deleted";
        "names of any" "control bytes: entered";
        "names of any" "like a listing: stored";
        "names of any" "like a listing: fetched";
        "names of any" "like a listing: renamed";
        "names of any" "like a listing: deleted";
        "names of any" "like a listing: entered";
        "names of any" "arrow: stored";
        "names of any" "all of ASCII: stored";
    }
    &[SimpleFtpd], All Always, "LIST always lists the current directory" => {
        "names of any" "leading dash: entered";
        "names of any" "dots: entered";
        "names of any" "equals: entered";
        "names of any" "percent: entered";
        "names of any" "quotes: entered";
        "names of any" "brackets: entered";
        "names of any" "stars: entered";
        "names of any" "semicolon: entered";
        "names of any" "shell: entered";
        "names of any" "UTF-8: entered";
        "names of any" "long: entered";
        "names of any" "arrow: entered";
    }
    &[FtpSrv], All Always, "it removes quotes from commands" => {
        "names of any" "quotes: stored";
        "names of any" "quotes: fetched";
        "names of any" "quotes: renamed";
        "names of any" "quotes: deleted";
        "names of any" "quotes: entered";
    }
    &[FtpSrv], All Always, "it reads a backslash as a slash" => {
        "names of any" "backslash: stored";
        "names of any" "backslash: fetched";
        "names of any" "backslash: renamed";
        "names of any" "backslash: deleted";
        "names of any" "backslash: entered";
    }
    &[FtpSrv], All Always, "it removes quotes from commands, and reads a backslash as a slash" => {
        "names of any" "all of ASCII: stored";
        "names of any" "all of ASCII: fetched";
        "names of any" "all of ASCII: renamed";
        "names of any" "all of ASCII: deleted";
        "names of any" "all of ASCII: entered";
    }
}
