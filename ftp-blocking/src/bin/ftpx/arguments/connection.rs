//! How connections are made.

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;
use ftp_blocking::Proxy;

use super::deviation::Deviation;
use super::values;

/// How connections are made.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connections")]
pub(crate) struct Connection {
    /// Lets the server open the data connections (PORT, EPRT)
    #[arg(short = 'P', long, global = true)]
    pub(crate) active: bool,
    /// The address that the server is told in active mode, if this machine is after a NAT
    #[arg(long, value_name = "ADDRESS", global = true, requires = "active")]
    pub(crate) active_address: Option<IpAddr>,
    /// The local ports for active mode
    #[arg(long, value_name = "FROM-TO", global = true, value_parser = values::ports)]
    pub(crate) active_ports: Option<values::Ports>,
    /// Connects from this local address
    #[arg(long, value_name = "ADDRESS", global = true)]
    pub(crate) source_address: Option<IpAddr>,
    /// A proxy: socks5://, socks5h://, socks4://, socks4a:// or http:// (CONNECT)
    #[arg(short = 'x', long, value_name = "URL", global = true, value_parser = Proxy::from_url)]
    pub(crate) proxy: Option<Proxy>,
    /// Allows a server what is against the rules. May be given several times
    #[arg(long, value_enum, value_name = "WHAT", global = true)]
    pub(crate) allow: Vec<Deviation>,
    /// The longest time to connect, in seconds
    #[arg(long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) connect_timeout: Option<Duration>,
    /// The longest time for each reply and in which no data moves, in seconds
    #[arg(long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) timeout: Option<Duration>,
    /// The longest time of each session, from connecting to the end, in seconds
    #[arg(short = 'm', long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) max_time: Option<Duration>,
}
