//! Runs the program `ftpx` against a server in this process.

mod batch;
mod exits;
mod files;
mod interrupted;
mod listings;
mod logins;
mod mirror;
mod program;
mod server;
mod trust;
mod words;
