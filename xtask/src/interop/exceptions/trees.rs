//! The exceptions of the task "trees". The file `trees.rs` in `interop` has the steps of this task.

use super::{Exception, Occurs, Ways};
use crate::servers::foreign::Kind::Inetutils;

exceptions! { LIST:
    &[Inetutils], All Always, "LIST of a missing directory is an error message in the listing" => {
        "trees" "upload: into nothing" "No such file or directory";
    }
}
