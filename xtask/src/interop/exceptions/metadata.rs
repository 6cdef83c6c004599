//! The exceptions of the task "metadata": what servers say differently about files, and what they
//! set differently. The file `metadata.rs` in `interop` has the steps of this task.

use super::{Exception, Occurs, Ways};
use crate::servers::foreign::Kind::{
    Aioftp, FtpSrv, Inetutils, Libunftp, ProFtpd, PureFtpd, Pyftpdlib, SimpleFtpd, Twisted, Vsftpd,
};

exceptions! { LIST:
    // Listings.
    &[Vsftpd], All Always, "LIST leaves hidden files out" => {
        "metadata" "read_dir: names" r#"expected, "\"five\"#;
    }
    &[Vsftpd, Inetutils], All Always, "LIST of a directory that is missing is empty" => {
        "metadata" "read_dir: of nothing" "0 entries";
    }
    &[ProFtpd, PureFtpd], All Always, "MLSD shows that something is a link, but not where it leads" => {
        "metadata" "read_dir: links" "(Link, None) found";
    }
    &[Pyftpdlib, Libunftp, Aioftp, Twisted, FtpSrv, SimpleFtpd], All Always,
        "a link shows as a file"
    => { "metadata" "read_dir: links" "(File, None) found"; }
    &[Twisted, FtpSrv], All Always, "it answers SIZE for a directory" => {
        "metadata" "metadata: a directory" "File found";
    }
    &[SimpleFtpd], All Always, "LIST always lists the current directory" => {
        "metadata" "read_dir: of a path";
        "metadata" "read_dir: of nothing" "6 entries";
        "metadata" "exists: a file below" "Absent found";
    }
    &[SimpleFtpd], All Always, "LIST leaves the year out of every date" => {
        "metadata" "read_dir: times" "year resolved";
        "metadata" "metadata: a file" "year resolved";
    }
    // Times and modes.
    &[Libunftp, Inetutils, Twisted, FtpSrv], All Always,
        "it can set no time; it takes MDTM with two arguments for a question about one name, and \
        refuses it as a server does that knows it"
    => {
        "metadata" "set_modified: done" "Permanent: MDTM: the server refused: 550";
        "metadata" "set_modified: blanks" "Permanent: MDTM: the server refused: 550";
    }
    &[Aioftp, SimpleFtpd], All Always, "it can set no time" => {
        "metadata" "set_modified: done" "Unsupported";
        "metadata" "set_modified: blanks" "Unsupported";
        "metadata" "set_modified: nothing" "Unsupported";
    }
    &[Vsftpd], All Always, "SITE is for users of the machine, not for guests" => {
        "metadata" "chmod: done" "550 Permission denied";
        "metadata" "chmod: blanks" "550 Permission denied";
    }
    &[Libunftp, Aioftp, Twisted, SimpleFtpd], All Always, "SITE CHMOD is unknown" => {
        "metadata" "chmod: done" "Unsupported";
        "metadata" "chmod: blanks" "Unsupported";
        "metadata" "chmod: nothing" "Unsupported";
    }
    &[Pyftpdlib], All Always, "MLSD shows no mode, unless OPTS MLST asks for it" => {
        "metadata" "chmod: listed" "None found";
    }
    &[FtpSrv], All Always, "it answers SITE CHMOD of a file that is missing by 500" => {
        "metadata" "chmod: nothing" "Unsupported";
    }
}
