//! The exceptions of the task "whole files". The file `whole_files.rs` in `interop` has the steps
//! of this task.

use super::{Exception, Occurs, Ways};
use crate::servers::foreign::Kind::{
    Aioftp, FtpSrv, Inetutils, Libunftp, PureFtpd, Pyftpdlib, SimpleFtpd, Twisted, Vsftpd,
};

exceptions! { LIST:
    &[Vsftpd, PureFtpd, Pyftpdlib, Libunftp, Inetutils, Aioftp, Twisted, FtpSrv, SimpleFtpd],
        All Always, "it computes no hash"
    => { "whole files" "hash" "no hash algorithm in common"; }
    &[Aioftp, SimpleFtpd], All Always, "it tells no time by MDTM or MLST" => {
        "whole files" "get: the time" "false found";
    }
    &[Libunftp, Inetutils, Aioftp, Twisted, FtpSrv, SimpleFtpd], All Always, "it can set no time" => {
        "whole files" "put: the time" "false found";
    }
    &[Aioftp, SimpleFtpd], All Always, "it tells no size, so the partial file is not found" => {
        "whole files" "put: resumed" "not resumed: No";
    }
    &[Aioftp], All Always,
        "RNTO does not overwrite, and nothing shows whether the file is there: it is stored again"
    => { "whole files" "put: over an old file" "Direct found"; }
    &[Twisted], All Always, "REST and APPE are unknown" => {
        "whole files" "get: resumed" "NoRestart";
        "whole files" "put: resumed" "NoRestart";
    }
    &[FtpSrv], All Perhaps, "it writes an aborted upload to the disk late or never" => {
        "whole files" "put: resumed" "not resumed: No";
    }
    &[FtpSrv], All Perhaps, "it creates the file of an aborted upload late, after DELE" => {
        "whole files" "put: stopped" ".file.ftp-part";
    }
}
