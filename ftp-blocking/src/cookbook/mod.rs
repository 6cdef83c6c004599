//! Recipes: programs for common tasks. And pages for those who come from another client.
//!
//! The programs are whole: copy one and change the host. All but a few run in the tests of this
//! crate, against the simulated server of the page [`testing`].
//!
//! | you want to | page |
//! |---|---|
//! | download, upload, show the progress, resume, stream | [`files`] |
//! | upload, download, sync or mirror a tree | [`trees`] |
//! | move many files at once | [`parallel`] |
//! | try again, with back-off | [`retry`] |
//! | list, find, ask whether something is there | [`listings`] |
//! | use FTPS: explicit, implicit, a private CA, pinned keys, client certificates, resumption | [`tls`] |
//! | use active mode, a proxy, a certain address, a password from elsewhere | [`connections`] |
//! | use names that are not UTF-8, or not safe | [`names`] |
//! | know what an error means, and whether to try again | [`errors`] |
//! | cancel, limit times and speeds | [`stopping`] |
//! | use this crate in a program on tokio | [`tokio`] |
//! | see what is sent | [`logs`] |
//! | test your own program | [`testing`] |
//!
//! | you come from | page |
//! |---|---|
//! | suppaftp | [`from_suppaftp`] |
//! | Python's ftplib | [`from_ftplib`] |
//! | curl or libcurl | [`from_curl`] |
//! | lftp's `mirror` | [`trees`](trees#from-lftps-mirror) |

pub mod connections;
pub mod errors;
pub mod files;
pub mod from_curl;
pub mod from_ftplib;
pub mod from_suppaftp;
pub mod listings;
pub mod logs;
pub mod names;
pub mod parallel;
pub mod retry;
pub mod stopping;
pub mod testing;
pub mod tls;
pub mod tokio;
pub mod trees;
