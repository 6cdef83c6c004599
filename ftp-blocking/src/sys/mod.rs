//! What the adapters need from the operating system: sockets, `poll`, and the kernel's fast paths
//! for bulk data.
//!
//! This module is for `ftp-smol` and other adapters of this project. The documentation hides it,
//! and every version may change it, so an adapter must depend on one exact version. The module
//! does not need the feature `client`. Each adapter waits for its sockets in its
//! own way, so the functions here do not wait. The exceptions are [`poll`], and calls on a file in
//! non-blocking mode.
//!
//! | file | what it does | where |
//! |---|---|---|
//! | `addresses.rs` | the order in which a host's addresses are tried | everywhere, no system call |
//! | `race.rs` | which attempt to connect begins when | everywhere, no system call |
//! | `seed.rs` | a random number | everywhere |
//! | `socket.rs` | makes, binds, connects, tunes and closes a socket | everywhere |
//! | `listening.rs` | listens for data connections, on a range of ports | everywhere |
//! | `poll.rs` | waits for sockets | everywhere |
//! | `os/` | what differs between Unix and Windows: open files, paths, a few calls on sockets | a folder for each |
//! | `disk.rs` | the files of whole-file transfers, for `ftp_proto::files` | everywhere |
//! | `leftovers.rs` | deletes the partial files of earlier downloads | everywhere |
//! | `local_file.rs` | what a transfer can read or write on this machine | everywhere |
//! | `local_place.rs` | where a path of a sync leads, and its directories, for `ftp_proto::sync` | everywhere |
//! | `local_tree.rs` | reads a local directory and all below it, for `ftp_proto::sync` | everywhere |
//! | `kernel/` | moves bytes between a socket and a file | Linux and Android; elsewhere nothing |

pub mod addresses;
pub mod disk;
pub mod kernel;
mod leftovers;
pub mod listening;
pub mod local_file;
pub mod local_place;
pub mod local_tree;
pub mod os;
pub mod poll;
pub mod race;
pub mod seed;
pub mod socket;
