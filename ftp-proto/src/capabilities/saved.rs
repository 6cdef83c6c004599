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

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Capabilities, Capability, Experience};
use crate::reply::Features;

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

/// A text of the server, as bytes. A readable format such as JSON saves the bytes as text if they
/// are UTF-8, and otherwise as a list of numbers.
struct Text<'t>(Cow<'t, [u8]>);

impl<'t> Text<'t> {
    fn borrowed(bytes: &'t [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match core::str::from_utf8(&self.0) {
            Ok(text) if serializer.is_human_readable() => serializer.serialize_str(text),
            _ => serializer.serialize_bytes(&self.0),
        }
    }
}

impl<'de: 't, 't> Deserialize<'de> for Text<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(Bytes),
            false => deserializer.deserialize_byte_buf(Bytes),
        };
        bytes.map(|bytes| Self(Cow::Owned(bytes)))
    }
}

struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = numbers.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}
