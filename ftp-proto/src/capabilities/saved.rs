//! Saving capabilities by serde.
//!
//! ```json
//! {
//!   "greeting": "ready",
//!   "system": "UNIX Type: L8",
//!   "features": ["MLST type*;size*;", "UTF8"],
//!   "experience": { "EPSV": "verified", "SIZE": "refused" }
//! }
//! ```
//!
//! If a later version of this crate has saved a capability that this version does not know, the
//! capability is left out.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Capabilities, Capability, Experience};
use crate::reply::Features;
use crate::saved_bytes::Text;

#[derive(Serialize, Deserialize)]
struct Saved<'s> {
    #[serde(default, borrow)]
    greeting: Option<Text<'s>>,
    #[serde(default, borrow)]
    system: Option<Text<'s>>,
    #[serde(default, borrow)]
    features: Option<Vec<Text<'s>>>,
    #[serde(default)]
    experience: BTreeMap<String, Shown>,
}

/// The form in which an [`Experience`] is saved. `Experience::None` is not saved.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shown {
    Verified,
    Refused,
}

impl Serialize for Capabilities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = |capability: &Capability| match self.experience(*capability) {
            Experience::None => None,
            Experience::Worked | Experience::WorkedBefore => Some(Shown::Verified),
            Experience::Refused => Some(Shown::Refused),
        };
        let named = |capability: &Capability| Some((capability.name().into(), shown(capability)?));
        let features = self.features.as_ref();
        let saved = Saved {
            greeting: self.greeting.as_deref().map(Text::borrowed),
            system: self.system.as_deref().map(Text::borrowed),
            features: features.map(|all| all.lines().map(Text::borrowed).collect()),
            experience: Capability::ALL.iter().filter_map(named).collect(),
        };
        saved.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Capabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::deserialize(deserializer)?;
        let lines = |lines: Vec<Text<'de>>| Features::from_lines(lines.into_iter().map(|it| it.0));
        let mut capabilities = Self {
            greeting: saved.greeting.map(|it| it.0.into_owned().into()),
            system: saved.system.map(|it| it.0.into_owned().into()),
            features: saved.features.map(lines),
            ..Self::default()
        };
        for (name, shown) in saved.experience {
            if let Some(capability) = Capability::named(&name) {
                capabilities.set(
                    capability,
                    match shown {
                        Shown::Verified => Experience::WorkedBefore,
                        Shown::Refused => Experience::Refused,
                    },
                );
            }
        }
        Ok(capabilities)
    }
}
