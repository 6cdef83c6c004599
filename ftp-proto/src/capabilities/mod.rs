//! What a server can do. The client finds it out from the greeting, from the replies to FEAT and
//! SYST, and from those to all other commands.

mod capability;
#[cfg(feature = "serde")]
mod saved;

pub use capability::Capability;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::reply::Features;
use crate::wire::{Class, Escaped, Reply};

/// What is known about a server: its greeting, its features, its system, and for each
/// [`Capability`] whether it works.
///
/// [`Session::capabilities`](crate::Session::capabilities) returns it at any time. You can save it
/// (with the feature `serde`) and give it to the next connection to the same server by
/// [`Options::with_capabilities`](crate::Options::with_capabilities). That connection then sends
/// neither FEAT nor SYST to find out what it knows already, and no command that the server has
/// refused. If the server has changed and refuses a saved capability, the session notes that. It
/// does not find out that a saved refusal is out of date. So save the value anew from time to time,
/// or call [`forget`](Self::forget).
///
/// ```
/// use ftp_proto::{Capabilities, Capability, Features, Support};
///
/// let features = Features::from_lines(["MLST type*;size*;", "MFMT", "SITE UTIME;SYMLINK"]);
/// let capabilities = Capabilities::from_features(features);
/// assert_eq!(capabilities.support(Capability::Mlsd), Support::Advertised);
/// assert_eq!(capabilities.support(Capability::SiteSymlink), Support::Advertised);
/// assert_eq!(capabilities.support(Capability::Size), Support::Unknown);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Capabilities {
    greeting: Option<Box<[u8]>>,
    system: Option<Box<[u8]>>,
    features: Option<Features>,
    experience: [Experience; Capability::COUNT],
}

/// What is known about one [`Capability`].
///
/// ```
/// use ftp_proto::{Capabilities, Capability, Features, Support};
///
/// let capabilities = Capabilities::from_features(Features::from_lines(["SIZE"]));
/// let advice = |capability| match capabilities.support(capability) {
///     Support::Verified => "it works",
///     Support::Advertised => "it should work",
///     Support::Refused => "do not try it",
///     _ => "try it",
/// };
/// assert_eq!(advice(Capability::Size), "it should work");
/// assert_eq!(advice(Capability::Mfmt), "try it");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Support {
    /// Nothing is known. The command may work, because some servers have commands that their FEAT
    /// does not list.
    #[default]
    Unknown,
    /// FEAT lists the command, but no reply has shown yet whether it works. Some servers list
    /// commands that do not work.
    Advertised,
    /// The command has worked.
    Verified,
    /// The server has replied that it does not know the command, or not in the form that the
    /// capability needs (500, 502, 504). What FEAT lists does not matter then.
    Refused,
}

/// What the server's replies to a command have shown about one capability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Experience {
    #[default]
    None,
    /// The command worked in an earlier session. The network may have changed since then: for
    /// example, a new firewall may block the port of EPSV.
    WorkedBefore,
    Worked,
    Refused,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            greeting: None,
            system: None,
            features: None,
            experience: [Experience::None; Capability::COUNT],
        }
    }
}

impl Capabilities {
    /// Makes capabilities from the reply to FEAT alone. Nothing else is known about the server.
    pub fn from_features(features: Features) -> Self {
        Self {
            features: Some(features),
            ..Self::default()
        }
    }

    /// Returns what is known about this capability: nothing, that FEAT lists it, that it worked, or
    /// that the server refused it.
    #[must_use]
    pub fn support(&self, capability: Capability) -> Support {
        match self.experience(capability) {
            Experience::Worked | Experience::WorkedBefore => Support::Verified,
            Experience::Refused => Support::Refused,
            Experience::None => match &self.features {
                Some(features) if capability.is_listed(features) => Support::Advertised,
                _ => Support::Unknown,
            },
        }
    }

    /// Returns the text of the greeting: its lines without codes, with LF between them. The text
    /// often names the server's software. `None` before the greeting has come.
    #[must_use]
    pub fn greeting(&self) -> Option<&[u8]> {
        self.greeting.as_deref()
    }

    /// Returns the text of the reply to SYST, such as `UNIX Type: L8`. `None` if SYST was not sent,
    /// or if the server refused it.
    #[must_use]
    pub fn system(&self) -> Option<&[u8]> {
        self.system.as_deref().filter(|text| !text.is_empty())
    }

    /// Returns what FEAT lists. `None` if FEAT was not sent. If the server does not know FEAT, the
    /// list is empty.
    #[must_use]
    pub fn features(&self) -> Option<&Features> {
        self.features.as_ref()
    }

    /// Forgets whether this capability has worked or was refused, so that the client tries it
    /// again. What FEAT lists is not forgotten.
    pub fn forget(&mut self, capability: Capability) {
        self.set(capability, Experience::None);
    }

    /// Returns all capabilities about which something is known.
    pub fn iter(&self) -> impl Iterator<Item = (Capability, Support)> {
        let all = Capability::ALL.iter();
        all.map(|capability| (*capability, self.support(*capability)))
            .filter(|(_, support)| *support != Support::Unknown)
    }

    fn experience(&self, capability: Capability) -> Experience {
        let all = self.experience.get(capability as usize);
        all.copied().unwrap_or_default()
    }

    fn set(&mut self, capability: Capability, experience: Experience) {
        if let Some(known) = self.experience.get_mut(capability as usize) {
            *known = experience;
        }
    }
}

/// The methods by which a session records what the server can do, and looks it up.
impl Capabilities {
    /// Returns whether the capability has worked in this session, and not only in an earlier one.
    pub(crate) fn has_worked(&self, capability: Capability) -> bool {
        self.experience(capability) == Experience::Worked
    }

    pub(crate) fn is_refused(&self, capability: Capability) -> bool {
        self.experience(capability) == Experience::Refused
    }

    pub(crate) fn note(&mut self, capability: Capability, works: bool) {
        let experience = match works {
            true => Experience::Worked,
            false => Experience::Refused,
        };
        self.set(capability, experience);
    }

    /// Records what the final reply to a command shows about the capability, if it shows anything.
    pub(crate) fn learn(&mut self, capability: Capability, reply: &Reply) {
        if let Some(works) = capability.judge(reply) {
            self.note(capability, works);
        }
    }

    pub(crate) fn set_features(&mut self, features: Option<Features>) {
        self.features = features;
    }

    /// Records the reply to SYST. A refusal is recorded as an empty text.
    pub(crate) fn set_system(&mut self, reply: &Reply) {
        let done = reply.class() == Class::Completion;
        self.system = Some(if done { text(reply) } else { Box::default() });
    }

    /// Returns whether a reply to SYST is known, even if it was a refusal. SYST is then not sent
    /// again.
    pub(crate) fn knows_system(&self) -> bool {
        self.system.is_some()
    }

    #[must_use]
    pub(crate) fn with_greeting(mut self, greeting: Option<&Reply>) -> Self {
        self.greeting = greeting.map(text).or(self.greeting);
        self
    }

    /// Returns these capabilities for a new session: `Worked` becomes `WorkedBefore`.
    #[must_use]
    pub(crate) fn of_earlier_session(mut self) -> Self {
        for experience in &mut self.experience {
            if *experience == Experience::Worked {
                *experience = Experience::WorkedBefore;
            }
        }
        self
    }
}

/// Returns the lines of a reply without codes, with LF between them.
fn text(reply: &Reply) -> Box<[u8]> {
    let lines: Vec<_> = reply.text_lines().collect();
    lines.join(&b'\n').into_boxed_slice()
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |text| Option::map(text, Escaped::new);
        f.debug_struct("Capabilities")
            .field("greeting", &known(self.greeting()))
            .field("system", &known(self.system()))
            .field("features", &self.features)
            .field("support", &Known(self))
            .finish()
    }
}

/// Formats what is known about each capability, for `Debug`.
struct Known<'k>(&'k Capabilities);

impl fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.iter();
        f.debug_map()
            .entries(all.map(|(capability, support)| (capability.name(), support)))
            .finish()
    }
}
