//! The contract table for the driver of the example `no_std`. It has neither TLS, nor active mode, nor
//! urgent data, nor limits of speed and total time, cannot replace its control connection, and does not
//! know what the server has not acknowledged: these rows are left out.
#![cfg(all(feature = "simulator", feature = "ring"))]

#[path = "../../examples/no_std/driver.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod driver;

use std::cell::Cell;
use std::io::ErrorKind::WouldBlock;
use std::time::Instant;

use ftp_proto::data::DataPhase;
use ftp_proto::flows::Greeting;
use ftp_proto::simulator::contract::Case;
use ftp_proto::simulator::{ByFlows, End, RunsFlows, World, cases};
use ftp_proto::{
    AbortSignal, DataMode, Error, Flow, Options, Session, Timeouts, TransferLimits, Wait,
};

use crate::driver::{Channel, Device, Driver};

ftp_proto::contract_tests!(ByFlows<Bare>, &[]);

struct Bare(Driver<Simulated>);

struct Simulated {
    world: World,
    timeouts: Timeouts,
    deadline: Instant,
    control: End,
    data: Option<End>,
}

impl Simulated {
    fn end(&mut self, channel: Channel) -> Result<&mut End, Error> {
        match channel {
            Channel::Control => Ok(&mut self.control),
            Channel::Data => self
                .data
                .as_mut()
                .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotConnected).into()),
        }
    }
}

impl Device for Simulated {
    fn start_clock(&mut self, wait: Wait) {
        self.deadline = self.world.now() + self.timeouts.of(wait);
    }

    fn idle(&mut self) -> bool {
        self.world.advance_clock(self.deadline)
    }

    fn read(&mut self, from: Channel, buffer: &mut [u8]) -> Result<Option<usize>, Error> {
        match self.end(from)?.read(buffer) {
            Err(error) if error.kind() == WouldBlock => Ok(None),
            read => Ok(read.map(Some)?),
        }
    }

    fn write(&mut self, to: Channel, bytes: &[u8]) -> Result<usize, Error> {
        match self.end(to)?.write(bytes) {
            Err(error) if error.kind() == WouldBlock => Ok(0),
            written => Ok(written?),
        }
    }

    fn connect(&mut self, port: u16) -> Result<(), Error> {
        self.data = None;
        self.data = Some(self.world.connect(port)?);
        Ok(())
    }

    fn is_connected(&mut self) -> Result<bool, Error> {
        Ok(self.end(Channel::Data)?.poll_accepted())
    }

    fn shutdown(&mut self) {
        if let Some(end) = &self.data {
            end.shutdown();
        }
    }

    fn close(&mut self, reset: bool) {
        if let Some(mut end) = self.data.take() {
            end.reset_on_close(reset);
        }
    }
}

impl RunsFlows for Bare {
    fn connect(world: World, options: Options) -> Result<Self, Error> {
        options.check_without_sockets()?;
        CONNECTED.set(true);
        let device = Simulated {
            control: world.connect(options.control_peer().1)?,
            data: None,
            deadline: world.now(),
            timeouts: options.timeouts,
            world,
        };
        let session = Session::with_options(&options);
        let mut driver = Self(Driver { session, device });
        driver.run(Greeting::new())?;
        Ok(driver)
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.0.run(flow)
    }

    fn session(&mut self) -> &mut Session {
        &mut self.0.session
    }

    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize) {
        while file.len() < most {
            let mut buffer = [0; 700];
            let room = buffer.len().min(most - file.len());
            let count = self.0.receive(phase, &mut buffer[..room]);
            file.extend_from_slice(&buffer[..count]);
            if count == 0 {
                return;
            }
        }
    }

    fn send(&mut self, phase: &mut DataPhase, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.0.send(phase, bytes) {
                Some(count) => bytes = &bytes[count..],
                None => return,
            }
        }
        self.0.send_text(phase);
    }

    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        LEFT_OUT.set(true);
        None
    }

    fn knows_backlog() -> bool {
        false
    }

    fn supports(options: &Options) -> bool {
        let passive = options.config.data_mode == DataMode::Passive;
        let is_plain = options.config.abort_signal == AbortSignal::None
            && options.total_time.is_none()
            && options.transfer_limits == TransferLimits::new();
        LEFT_OUT.set(LEFT_OUT.get() || !passive || !is_plain);
        passive && is_plain && options.tls.is_none()
    }
}

thread_local! {
    /// Whether the driver has made a connection for the row, and whether it has left something out.
    static CONNECTED: Cell<bool> = const { Cell::new(false) };
    static LEFT_OUT: Cell<bool> = const { Cell::new(false) };
}

#[test]
fn these_rows_are_left_out() {
    let is_left_out = |case: &Case| {
        CONNECTED.set(false);
        LEFT_OUT.set(false);
        case.run::<ByFlows<Bare>>(&[])
            .expect("it has a test of its own");
        LEFT_OUT.get() || !CONNECTED.get()
    };
    let rows = cases::ALL.iter().map(|(name, case)| (name, case()));
    let left_out: Vec<_> = rows.filter(|(_, case)| is_left_out(case)).collect();
    for (name, _) in &left_out {
        println!("left out: {name}");
    }
    let most = cases::ALL.len() / 2;
    assert!(
        left_out.len() < most,
        "{} rows are left out",
        left_out.len()
    );
}
