//! A driver of two sessions, for copies from server to server.

use std::net::{IpAddr, Ipv4Addr};

use ftp_proto::{Copied, CopyStep, ServerCopy, Side};

use super::{Driver, Server, Stop, failure};

/// The IP address of the source's server, as the client sees it on the control connection.
pub(crate) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

pub(crate) struct Couple<S> {
    pub(crate) source: Driver<S>,
    pub(crate) target: Driver<S>,
    /// Every command line that was sent, with the side that received it, for example
    /// `source: PASV`.
    pub(crate) log: Vec<String>,
}

impl<S: Server> Couple<S> {
    pub(crate) fn new(source: Driver<S>, target: Driver<S>) -> Self {
        Self {
            source,
            target,
            log: Vec::new(),
        }
    }

    /// Runs a copy to its end. If the copy reaches the point that the source driver's `drop_after`
    /// names, drops the copy there.
    pub(crate) fn try_copy(&mut self, mut copy: ServerCopy) -> Result<Copied, Stop> {
        let mut answer = None;
        for _ in 0..10_000 {
            self.source.point()?;
            let step = copy.step(
                &mut self.source.session,
                &mut self.target.session,
                answer.take(),
            );
            let (side, want) = match step {
                Ok(CopyStep::Done(copied)) => return Ok(copied),
                Ok(CopyStep::Want(side, want)) => (side, want),
                Err(error) => return Err(Stop::Failed(error)),
            };
            for most in [1, usize::MAX] {
                self.source.point()?;
                let driver = self.side(side);
                let before = driver.wire.len();
                driver.write(most);
                let sent: Vec<_> = driver.wire[before..].to_vec();
                let name = match side {
                    Side::Source => "source",
                    Side::Target => "target",
                };
                self.log
                    .extend(sent.iter().map(|line| format!("{name}: {line}")));
            }
            self.source.point()?;
            answer = Some(self.side(side).serve(want));
        }
        panic!("no end in sight");
    }

    /// Runs a copy, and returns its outcome as text.
    pub(crate) fn copy(&mut self, copy: ServerCopy) -> String {
        match self.try_copy(copy) {
            Ok(copied) => format!("{}, {}", copied.source, copied.target),
            Err(Stop::Failed(error)) => failure(&error),
            Err(Stop::Dropped) => "dropped".into(),
        }
    }

    fn side(&mut self, side: Side) -> &mut Driver<S> {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }
}

pub(crate) fn server_copy() -> ServerCopy {
    ServerCopy::new("a", PEER, "b c").expect("two paths")
}
