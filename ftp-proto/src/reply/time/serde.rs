//! Reads and writes a [`Timestamp`] as text for `serde`.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Timestamp;

/// Writes the text of RFC 3659, such as `20260102030405.5`.
///
/// ```
/// use ftp_proto::reply::Timestamp;
///
/// let time = Timestamp::parse(b"20260102030405.50")?;
/// assert_eq!(serde_json::to_string(&time)?, r#""20260102030405.5""#);
/// assert_eq!(serde_json::from_str::<Timestamp>(r#""20260102030405.5""#)?, time);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_time_val())
    }
}

/// Reads any text that [`Timestamp::parse`] accepts.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TimeVal)
    }
}

struct TimeVal;

impl Visitor<'_> for TimeVal {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time of RFC 3659: YYYYMMDDHHMMSS, and perhaps a fraction")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<Timestamp, E> {
        Timestamp::parse(text).map_err(E::custom)
    }
}
