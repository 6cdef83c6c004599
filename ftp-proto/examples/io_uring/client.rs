//! An FTP client that waits for completions.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use ftp_proto::data::DataPhase;
use ftp_proto::embedding::{Driver, Network as _, Stream as _};
use ftp_proto::flows::{Credentials, Greeting, Login, Open};
use ftp_proto::{Completion, DataEnd, Error, ErrorKind, Flow, Options, TransferOptions, Wait};

use crate::ring::Ring;
use crate::stream::Rings;

pub(crate) struct Client<R: Ring> {
    pub(crate) driver: Driver<Rings<R>>,
    ring: R,
}

impl<R: Ring> Client<R> {
    /// Connects to this address of `options.host`, and waits for the greeting.
    pub(crate) fn connect(ring: R, address: SocketAddr, options: Options) -> Result<Self, Error> {
        let mut network = Rings(ring.clone());
        let deadline = ring.now() + options.timeouts.connect;
        let mut control = network.connect(address)?;
        while !control.is_connected()? {
            if ring.now() >= deadline {
                return Err(Error::new(ErrorKind::Timeout(Wait::Connect)));
            }
            ring.wait(deadline)?;
        }
        let driver = Driver::new(network, control, address, options)?;
        let mut client = Self { driver, ring };
        client.run(Greeting::new())?;
        Ok(client)
    }

    pub(crate) fn login(&mut self, credentials: Credentials) -> Result<(), Error> {
        self.run(Login::new(credentials)).map(drop)
    }

    /// Runs any flow to its end.
    pub(crate) fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let mut operation = self.driver.start(flow);
        self.until_done(|driver| driver.turn(&mut operation))?
    }

    /// Repeats a step of the driver until it need not wait.
    pub(crate) fn until_done<T>(
        &mut self,
        mut step: impl FnMut(&mut Driver<Rings<R>>) -> Option<T>,
    ) -> io::Result<T> {
        loop {
            match step(&mut self.driver) {
                Some(done) => return Ok(done),
                None => self.ring.wait(self.driver.deadline())?,
            }
        }
    }

    /// Writes a file of the server to `file`, and returns the server's confirmation.
    pub(crate) fn download(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
        file: &mut impl Write,
    ) -> Result<Completion, Error> {
        let transfer = self.run(Open::retrieve(path)?.with_options(options))?;
        let mut phase = self.driver.data_phase(transfer, options);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.until_done(|driver| driver.receive(&mut phase, &mut buffer))? {
                0 => break,
                count => {
                    let written = file.write_all(&buffer[..count]);
                    written.map_err(|error| phase.writing_failed(error, count))?;
                }
            }
        }
        let count = phase.read_end(&mut buffer)?;
        let written = file.write_all(&buffer[..count]);
        written.map_err(|error| phase.writing_failed(error, count))?;
        phase.into_outcome()
    }

    /// Stores what `file` holds on the server, and returns the server's confirmation.
    pub(crate) fn upload(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
        file: &mut impl Read,
    ) -> Result<Completion, Error> {
        let transfer = self.run(Open::store(path)?.with_options(options))?;
        let mut phase = self.driver.data_phase(transfer, options);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut buffer);
            let count = read.map_err(|error| phase.reading_failed(error))?;
            if count == 0 || !self.send(&mut phase, &buffer[..count])? {
                break;
            }
        }
        self.until_done(|driver| driver.send_rest(&mut phase))?;
        phase.end(DataEnd::Clean);
        self.until_done(|driver| driver.finish(&mut phase))?;
        phase.into_outcome()
    }

    /// Sends all these bytes. Returns `false` if the phase is over.
    pub(crate) fn send(&mut self, phase: &mut DataPhase, mut bytes: &[u8]) -> io::Result<bool> {
        while !bytes.is_empty() {
            match self.until_done(|driver| driver.send(phase, bytes))? {
                Some(count) => bytes = &bytes[count..],
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}
