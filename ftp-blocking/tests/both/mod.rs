//! The tests that run for both adapters, one subject per file. They use only what the module `face`
//! exports of an adapter.

mod active;
mod capabilities;
mod contract;
mod copy;
mod cuts;
mod delete_tree;
mod directories;
mod errors;
mod files;
mod injection;
mod limits;
mod make_directories;
mod metadata;
mod model;
mod names;
mod observer;
mod options;
mod owned;
mod pool;
mod progress;
mod proxy;
mod retrying;
mod round_trips;
mod sockets;
mod source;
mod stopping;
mod sync;
mod tls;
mod tls_cut;
mod tls_endings;
mod tls_hostile;
mod uploads;
mod urgent;
mod walk;
mod whole_files;
