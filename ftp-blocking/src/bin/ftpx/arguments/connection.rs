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
    /// Lets the server make the data connections (active mode)
    #[arg(short = 'P', long, global = true)]
    pub(crate) active: bool,
    /// The address that active mode tells the server, if a router changes addresses (NAT)
    #[arg(long, value_name = "ADDRESS", global = true, requires = "active")]
    pub(crate) active_address: Option<IpAddr>,
    /// The local ports for active mode
    #[arg(long, value_name = "FROM-TO", global = true, requires = "active", value_parser = values::ports)]
    pub(crate) active_ports: Option<values::Ports>,
    /// Connects from this local address
    #[arg(long, value_name = "ADDRESS", global = true)]
    pub(crate) source_address: Option<IpAddr>,
    /// Connects through a proxy: socks5://, socks5h://, socks4://, socks4a:// or http://
    #[arg(short = 'x', long, value_name = "URL", global = true, value_parser = Proxy::from_url)]
    pub(crate) proxy: Option<Proxy>,
    /// Allows the server what is against the rules. You can give it several times
    #[arg(long, value_enum, value_name = "WHAT", global = true)]
    pub(crate) allow: Vec<Deviation>,
    /// The most seconds to connect
    #[arg(long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) connect_timeout: Option<Duration>,
    /// The most seconds to wait for a reply, or for data
    #[arg(long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) timeout: Option<Duration>,
    /// The most seconds for a whole session
    #[arg(short = 'm', long, value_name = "SECONDS", global = true, value_parser = values::seconds)]
    pub(crate) max_time: Option<Duration>,
}
