//! Events about what a driver is to do, and what it answers.

#![cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, reason = "the functions are empty")
)]

use alloc::vec::Vec;

#[cfg(feature = "tracing")]
use tracing::{debug, warn};

#[cfg(feature = "tracing")]
use super::{Asked, DATA, TLS, end_of};
use super::{Traced, traced};
use crate::flow::{Event, Want};
#[cfg(feature = "tracing")]
use crate::wait::Clock;

traced! {
    /// Tells what the driver is to do next, unless it goes on with the same.
    fn wanted(traced: &mut Traced, want: &Want) {
        traced.asked = match want {
            Want::Receive(_) => None,
            Want::SecureControl(_) | Want::ClearControl(_) | Want::SecureData(_) => {
                Some(Asked::Tls)
            }
            _ => Some(Asked::Data),
        };
        if want.clock() == Clock::Continues {
            return;
        }
        match want {
            Want::Receive(_) => {}
            Want::Connect(want) => {
                debug!(target: DATA, endpoint = ?want.endpoint(), "connecting");
            }
            Want::Listen(_) => debug!(target: DATA, "listening"),
            Want::Accept(_) => debug!(target: DATA, "accepting"),
            Want::CloseData(want) => debug!(target: DATA, how = ?want.closing(), "closing"),
            Want::SecureControl(_) => debug!(target: TLS, "securing the control connection"),
            Want::ClearControl(_) => debug!(target: TLS, "ending TLS on the control connection"),
            Want::SecureData(_) => debug!(target: TLS, "securing the data connection"),
        }
    }

    /// Tells what the driver has answered to the last want.
    fn answered(traced: &Traced, event: Option<&Event>, secrets: &[Vec<u8>]) {
        match (event, traced.asked) {
            (Some(Event::Connected), _) => debug!(target: DATA, "connected"),
            (Some(Event::Listening(address)), _) => debug!(target: DATA, %address, "listens"),
            (Some(Event::Accepted), _) => debug!(target: DATA, "accepted"),
            (Some(Event::TurnedAway(from)), _) => {
                let from = from.map(tracing::field::display);
                warn!(target: DATA, from, "turned away a connection");
            }
            (Some(Event::Secured), _) => debug!(target: TLS, "secured"),
            (Some(Event::Resumed), _) => debug!(target: TLS, "secured, by a resumed session"),
            (Some(Event::KeptLastTicket), _) => debug!(target: TLS, "kept the last ticket"),
            (Some(Event::Cleared), _) => debug!(target: TLS, "cleared"),
            (Some(Event::Closed(end)), _) => {
                debug!(target: DATA, end = end_of(end, secrets), "closed");
            }
            (Some(Event::Failed(error)), asked) => {
                let error = error.clone().masked(secrets);
                match asked {
                    Some(Asked::Tls) => debug!(target: TLS, %error, "failed"),
                    _ => debug!(target: DATA, %error, "failed"),
                }
            }
            (Some(Event::TimedOut), Some(Asked::Tls)) => debug!(target: TLS, "timed out"),
            (Some(Event::TimedOut), Some(Asked::Data)) => debug!(target: DATA, "timed out"),
            _ => {}
        }
    }
}
