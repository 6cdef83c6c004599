//! The commands that set the port of the next data connection (PASV, EPSV, PORT, EPRT), and PRET.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::format;
use std::vec::Vec;

use crate::simulator::server::Simulator;
use crate::simulator::state::{DataSource, Held, split};

const UNSUPPORTED: &str = "522 Protocol not supported, use (1,2)";
const ILLEGAL: &str = "501 Illegal address.";

impl Simulator {
    pub(super) fn data_port(&mut self, s: usize, verb: &str, argument: &[u8]) -> Vec<u8> {
        let argument = argument.to_ascii_uppercase();
        let named = match (verb, argument.as_slice()) {
            ("EPSV", b"ALL") => Err("200 EPSV only."),
            ("EPSV" | "PASV", _) if self.setup.pret && !self.sessions[s].announced_transfer => {
                Err("500 PRET comes first.")
            }
            ("EPSV", b"" | b"1" | b"2") => {
                let port = self.listen_anew(s);
                return format!("229 Entering Extended Passive Mode (|||{port}|)").into();
            }
            ("EPSV", _) => Err(UNSUPPORTED),
            ("PASV", _) => {
                let port = self.listen_anew(s);
                let [a, b, c, d] = self.setup.pasv_address;
                let [high, low] = port.to_be_bytes();
                let address = format!("{a},{b},{c},{d},{high},{low}");
                return format!("227 Entering Passive Mode ({address}).").into();
            }
            ("PORT", argument) => address_of_port(argument).ok_or(ILLEGAL),
            (_, argument) => address_of_eprt(argument),
        };
        let address = match named {
            Ok(address) => address,
            Err(text) => return text.into(),
        };
        self.drop_data(s);
        self.announced = Some(address);
        self.sessions[s].data = DataSource::Active(address.port());
        // pyftpdlib connects to the client at once, even before a transfer command. If it still
        // holds a queued transfer, it sends that transfer over this connection.
        if self.sessions[s].queued.is_some() && self.connect_to_client(s, address.port()) {
            self.held.push_back(Held::Queued(s));
        }
        format!("200 {verb} command successful.").into()
    }

    fn listen_anew(&mut self, s: usize) -> u16 {
        self.drop_data(s);
        let port = self.passive_port(s);
        self.sessions[s].data = DataSource::Listening(port);
        port
    }

    /// Handles PRET, which names the transfer command that the client will send after the next PASV
    /// or EPSV. Returns the reply.
    pub(super) fn announce_transfer(&mut self, s: usize, argument: &[u8]) -> &'static str {
        let (verb, name) = split(argument);
        match verb.as_str() {
            "RETR" | "STOR" | "APPE" if name.is_empty() => return "501 A file name, please.",
            "RETR" | "STOR" | "APPE" | "STOU" | "LIST" | "NLST" | "MLSD" => {}
            _ => return "501 No transfer.",
        }
        self.sessions[s].announced_transfer = true;
        "200 Ready for the transfer."
    }
}

/// Parses the argument of PORT, `h1,h2,h3,h4,p1,p2`. Returns `None` if it is malformed or the port
/// is 0.
fn address_of_port(argument: &[u8]) -> Option<SocketAddr> {
    let text = core::str::from_utf8(argument).ok()?;
    let numbers: Option<Vec<u8>> = text.split(',').map(|n| n.parse().ok()).collect();
    match *numbers?.as_slice() {
        [_, _, _, _, 0, 0] => None,
        [a, b, c, d, high, low] => Some(([a, b, c, d], u16::from_be_bytes([high, low])).into()),
        _ => None,
    }
}

/// Parses the argument of EPRT, for example `|1|127.0.0.1|1025|`. The first character is the
/// delimiter. If the argument is malformed, or the address does not belong to the named family,
/// returns the server's reply as an error.
fn address_of_eprt(argument: &[u8]) -> Result<SocketAddr, &'static str> {
    let text = core::str::from_utf8(argument).map_err(|_| ILLEGAL)?;
    let parts: Vec<&str> = text.split(text.chars().next().ok_or(ILLEGAL)?).collect();
    let ["", family, address, port, ""] = *parts.as_slice() else {
        return Err(ILLEGAL);
    };
    let address: Option<IpAddr> = match family {
        "1" => address.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        "2" => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        _ if !family.is_empty() && family.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(UNSUPPORTED);
        }
        _ => None,
    };
    match (address, port.parse()) {
        (Some(address), Ok(port @ 1..)) => Ok(SocketAddr::new(address, port)),
        _ => Err(ILLEGAL),
    }
}
