//! Runs the program `ftpx` against a server in this process.

mod batch;
mod curl;
mod exits;
mod files;
mod hostile;
mod interrupted;
mod listings;
mod logins;
mod lost;
mod mirror;
mod mistakes;
mod options;
mod program;
mod server;
mod trust;
mod words;
