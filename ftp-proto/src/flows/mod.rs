//! The operations, one value each: every sequence of commands lives here, and only here.
//!
//! A flow is made with its input, which is checked at once, and handed to a driver:
//! [`Session::start`](crate::Session::start), or `run` of an adapter's client.

mod abort;
mod active;
mod attributes;
mod clear;
pub(crate) mod copy;
mod directory;
mod exchange;
mod features;
mod finish;
mod greeting;
mod login;
mod open;
mod passive;
mod protect;
mod quit;
mod raw;
mod rename;
mod representation;
mod restore;
mod secure;

pub use abort::Abort;
pub use attributes::{Modified, Size};
pub use clear::ClearControl;
pub use directory::ChangeDirectory;
pub use exchange::{
    Account, Allocate, ClientName, Delete, Facts, Help, Host, Language, MakeDirectory, Mode, Mount,
    Noop, Pwd, Reinitialize, RemoveDirectory, SetOption, Site, Status, Structure, System,
};
pub use features::Feat;
pub use finish::Finish;
pub use greeting::Greeting;
pub use login::Login;
pub use open::Open;
pub use protect::Protect;
pub use quit::Quit;
pub use raw::Raw;
pub use rename::Rename;
pub use representation::Type;
pub use restore::Restore;
pub use secure::Secure;

pub use crate::options::credentials::Credentials;

use crate::error::Error;
use crate::wire::{Class, Reply};

/// The next reply, or out of the enclosing `step` with the want that brings it.
macro_rules! reply {
    ($session:expr, $event:expr, $wait:expr) => {
        match $session.reply(&mut $event, $wait)? {
            Ok(reply) => reply,
            Err(want) => return Ok($crate::flow::Step::Want(want)),
        }
    };
}
pub(crate) use reply;

/// What an inner flow is done with, or out of the enclosing `step` with what it wants.
macro_rules! inner {
    ($flow:expr, $session:expr, $event:expr) => {{
        let event = core::mem::replace(&mut $event, $crate::flow::Event::Begin);
        let answer = $session.begin().ticket.answer(event);
        match $flow.step($session, answer)? {
            $crate::flow::Step::Done(output) => output,
            $crate::flow::Step::Want(want) => return Ok($crate::flow::Step::Want(want)),
        }
    }};
}
pub(crate) use inner;

/// A reply of another class than 2xx is an error.
pub(crate) fn completion(reply: Reply, verb: &str) -> Result<Reply, Error> {
    match reply.class() {
        Class::Completion => Ok(reply),
        _ => Err(Error::from_reply(reply).with_command(verb)),
    }
}
