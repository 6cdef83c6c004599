//! The operations of FTP, such as a login or a download, each as a value ([`Flow`](crate::Flow)).
//! This folder decides which commands follow each other in an operation.
//!
//! You make a flow from its arguments, which are checked at once. Then you give the flow to a
//! driver: [`Session::start`](crate::Session::start), or `run` of an adapter's client.
//!
//! In the examples of the flows, `drive` is the loop of the example on the [crate's page](crate). It
//! starts the flow on the session, and answers its wants. `Server` has its replies ready, and
//! `heard` returns the commands that it has got. If an example does not make a session, it uses one
//! that is logged in.

mod abort;
mod active;
mod attributes;
mod batch;
pub(crate) mod check_sent;
mod choose_facts;
mod clear_control;
mod compose;
pub(crate) mod copy;
mod directory;
mod discover;
mod early_handshake;
mod exchange;
mod extension;
mod features;
mod fence;
mod finish;
mod greeting;
mod hash;
pub(crate) mod inspect;
mod inspect_many;
mod login;
mod open;
mod passive;
mod prepare;
mod protect;
mod proxy_login;
mod purge;
mod questions;
mod quit;
mod raw;
mod read_directory;
mod rename;
mod representation;
mod restore;
mod secure;
mod set_modified;
mod utf8;
pub(crate) mod visit;

pub use abort::Abort;
pub use attributes::{Modified, Size};
pub use batch::Batch;
pub use choose_facts::ChooseFacts;
pub use clear_control::ClearControl;
pub use directory::ChangeDirectory;
pub use discover::Discover;
pub use exchange::{
    Account, Allocate, ClientName, Delete, Facts, Help, Host, Language, MakeDirectory, Mode, Mount,
    Noop, Pwd, Reinitialize, RemoveDirectory, SetOption, Site, Status, Structure, System,
};
pub use extension::{
    Available, Chmod, ClientId, Combine, DirectorySize, RemoveDirectoryTree, SetCreated, SetFacts,
    Symlink,
};
pub use features::Feat;
pub use finish::Finish;
pub use greeting::Greeting;
pub use hash::HashOf;
pub use inspect::Inspect;
pub use inspect_many::InspectMany;
pub use login::Login;
pub use open::Open;
pub use protect::Protect;
pub use quit::Quit;
pub use raw::Raw;
pub use read_directory::ReadDirectory;
pub use rename::Rename;
pub use representation::Type;
pub use restore::Restore;
pub use secure::Secure;
pub use set_modified::SetModified;

pub use crate::options::credentials::Credentials;
