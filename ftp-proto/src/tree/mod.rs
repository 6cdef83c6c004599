//! Work on trees of directories: what a path is, walks, patterns, sizes, and deletion.
//!
//! Each of these takes many operations. So each is a [`Plan`], which says what to do next and does
//! no I/O. The clients of the adapters have a method for each plan.

mod counted;
mod delete;
mod level;
mod lookup;
mod make_directories;
mod metadata;
mod path;
mod pattern;
mod plan;
mod size;
mod walk;
mod walk_entry;
mod walk_options;

pub use crate::flows::inspect::Inspected;
pub(crate) use path::{file_name, is_root_or_here, is_safe_name};

pub use counted::Counted;
pub use delete::{DeleteOptions, DeleteTree, Deleted, OnError, Roots};
pub use lookup::Lookup;
pub use make_directories::MakeDirectories;
pub use metadata::{Existence, Finding, FoundBy, Metadata};
pub use pattern::{InvalidPattern, Pattern};
pub use plan::{HashLocal, Outcome, Plan, Task, Todo};
pub use size::{CountTree, TreeSize};
pub use walk::Walker;
pub use walk_entry::{Limit, Note, Trouble, WalkEntry, WalkError};
pub use walk_options::{Links, WalkOptions};
