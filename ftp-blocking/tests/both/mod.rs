//! The tests of both adapters, one file a concept. They call an adapter by its face alone.

mod active;
mod contract;
mod copy;
mod cuts;
mod errors;
mod files;
mod injection;
mod observer;
mod proxy;
mod resume;
mod round_trips;
mod sockets;
mod source;
mod tls;
mod tls_cut;
mod tls_endings;
mod tls_hostile;
mod uploads;
mod urgent;
