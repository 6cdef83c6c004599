//! One session, as a small state machine: each turn goes as far as it can without waiting.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use ftp_proto::data::DataPhase;
use ftp_proto::embedding::{Driver, Network as _, Operation, Stream as _};
use ftp_proto::flows::{Credentials, Greeting, Login, Open, Quit};
use ftp_proto::{Error, ErrorKind, Options, TransferOptions, Wait};
use mio::{Registry, Token};

use crate::network::Tcp;

pub(crate) struct Session {
    client: Driver<Tcp>,
    path: Vec<u8>,
    /// When the connection must be made.
    deadline: Instant,
    stage: Stage,
    file: Vec<u8>,
}

enum Stage {
    Connecting,
    Greeting(Operation<Greeting>),
    Login(Operation<Login>),
    Open(Operation<Open>),
    Reading(Box<DataPhase>),
    Quit(Operation<Quit>),
}

impl Session {
    /// Begins to connect.
    pub(crate) fn new(
        registry: Rc<Registry>,
        token: Token,
        address: SocketAddr,
        options: Options,
        path: &[u8],
    ) -> Result<Self, Error> {
        let mut network = Tcp { registry, token };
        let control = network.connect(address)?;
        Ok(Self {
            deadline: network.now() + options.timeouts.connect,
            client: Driver::new(network, control, address, options)?,
            path: path.to_owned(),
            stage: Stage::Connecting,
            file: Vec::new(),
        })
    }

    /// Returns when to take a turn, even if no event has come.
    pub(crate) fn deadline(&self) -> Instant {
        match self.stage {
            Stage::Connecting => self.deadline,
            _ => self.client.deadline(),
        }
    }

    /// Goes on. Returns the file at the end of the session, and `None` before.
    pub(crate) fn turn(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let client = &mut self.client;
        loop {
            self.stage = match &mut self.stage {
                Stage::Connecting if client.parts().1.is_connected()? => {
                    Stage::Greeting(client.start(Greeting::new()))
                }
                Stage::Connecting if Instant::now() >= self.deadline => {
                    return Err(Error::new(ErrorKind::Timeout(Wait::Connect)));
                }
                Stage::Connecting => return Ok(None),
                Stage::Greeting(greeting) => match client.turn(greeting).transpose()? {
                    Some(_) => {
                        let credentials = client.options().credentials.clone();
                        let credentials = credentials.unwrap_or(Credentials::anonymous());
                        Stage::Login(client.start(Login::new(credentials)))
                    }
                    None => return Ok(None),
                },
                Stage::Login(login) => match client.turn(login).transpose()? {
                    Some(_) => Stage::Open(client.start(Open::retrieve(&self.path)?)),
                    None => return Ok(None),
                },
                Stage::Open(open) => match client.turn(open).transpose()? {
                    Some(transfer) => Stage::Reading(Box::new(
                        client.data_phase(transfer, &TransferOptions::new()),
                    )),
                    None => return Ok(None),
                },
                Stage::Reading(phase) => {
                    let mut buffer = [0; 16 * 1024];
                    match client.receive(phase, &mut buffer) {
                        // The end comes after the server has confirmed the download.
                        Some(0) => {
                            phase.outcome()?;
                            Stage::Quit(client.start(Quit::new()))
                        }
                        Some(count) => {
                            self.file.extend_from_slice(&buffer[..count]);
                            continue;
                        }
                        None => return Ok(None),
                    }
                }
                Stage::Quit(quit) => match client.turn(quit).transpose()? {
                    Some(_) => return Ok(Some(std::mem::take(&mut self.file))),
                    None => return Ok(None),
                },
            };
        }
    }
}
