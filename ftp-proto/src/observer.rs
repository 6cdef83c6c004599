//! What your observer function gets: the commands and replies of the control connection.

use alloc::boxed::Box;
use core::fmt;

use crate::atomics::Arc;
use crate::wire::{Command, Reply};

/// What an observer sees: a command or a reply. Secrets are masked in both. `Display` is one line,
/// safe to show: `> USER ada` or `< 331 Password?`.
///
/// ```
/// use ftp_proto::Options;
///
/// let options = Options::new("ftp.example.org").with_observer(|seen| eprintln!("{seen}"));
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observed<'a> {
    /// A command that the client sends.
    Sent(&'a Command),
    /// A command whose only purpose is its reply. It is sent if replies may be out of step, for
    /// example after an abort. The session throws away every reply that comes before the reply to
    /// this command.
    Fence(&'a Command),
    /// A reply that the server has sent.
    Received(&'a Reply),
}

impl fmt::Display for Observed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(command) => write!(f, "> {command}"),
            Self::Fence(command) => write!(f, "> {command} (its reply shows which others are old)"),
            Self::Received(reply) => write!(f, "< {reply}"),
        }
    }
}

/// A function of yours that is called with every command and every reply, from the greeting on. You
/// set it with [`Options::with_observer`](crate::Options::with_observer).
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Observed<'_>) + Send + Sync>);

impl Observer {
    /// Makes an observer of this function.
    pub fn new(observer: impl Fn(Observed<'_>) + Send + Sync + 'static) -> Self {
        // The `Arc` of portable-atomic-util turns no function into a trait object, but a box does.
        let observer: Box<dyn Fn(Observed<'_>) + Send + Sync> = Box::new(observer);
        Self(Arc::from(observer))
    }

    pub(crate) fn show(&self, seen: Observed<'_>) {
        (self.0)(seen);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").finish_non_exhaustive()
    }
}
