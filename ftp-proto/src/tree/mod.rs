//! Work on trees of directories: what a path is, walks, patterns, sizes, and deletion.
//!
//! Each of these takes many operations. So each is a [`Plan`], which says what to do next and does
//! no I/O. The clients of the adapters have a method for each plan.

mod lookup;
mod metadata;
mod path;
mod plan;

pub use crate::flows::inspect::Inspected;
pub use lookup::Lookup;
pub use metadata::{Existence, Finding, FoundBy, Metadata};
pub use plan::{Outcome, Plan, Task, Todo};
