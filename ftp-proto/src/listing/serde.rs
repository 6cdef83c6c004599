//! Entries as text for `serde`.

use alloc::format;
use alloc::string::String;

use serde::{Serialize, Serializer};

use super::entry::Entry;
use super::found::Dialect;
use super::kind::Kind;
use super::modified::Modified;
use crate::saved_bytes::Text;

/// Writes the fields, one for each method of the same name. A field that the listing does not say
/// is `null`. The permission bits are four octal digits, and the permissions of RFC 3659 its
/// letters. Bytes are text if they are UTF-8, and otherwise a list of numbers.
///
/// ```
/// use ftp_proto::listing::Entry;
///
/// let line = "type=file;size=5;modify=20261127093000;perm=adfr;UNIX.mode=0644; notes.txt";
/// let entry = Entry::from_facts(line).unwrap();
/// let json: serde_json::Value = serde_json::from_str(&serde_json::to_string(&entry)?)?;
/// assert_eq!(json, serde_json::json!({
///     "name": "notes.txt",
///     "kind": "file",
///     "size": 5,
///     "modified": {
///         "time": "20261127093000",
///         "precision": "second",
///         "zone": "utc",
///         "year_resolved": false,
///         "order_assumed": false,
///     },
///     "mode": "0644",
///     "perm": "adfr",
///     "owner": null,
///     "group": null,
///     "unique": null,
///     "link_target": null,
///     "dialect": "mlsx",
/// }));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The line is not written, so there is no `Deserialize`. To save entries and read them again, use
/// [`to_facts`](Entry::to_facts) and [`from_facts`](Entry::from_facts).
impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = Fields {
            name: Text::borrowed(self.name()),
            kind: self.kind(),
            size: self.size(),
            modified: self.modified(),
            mode: self.mode().map(|mode| format!("{mode:04o}")),
            perm: self.perm().map(Text::borrowed),
            owner: self.owner().map(Text::borrowed),
            group: self.group().map(Text::borrowed),
            unique: self.unique().map(Text::borrowed),
            link_target: self.link_target().map(Text::borrowed),
            dialect: self.dialect(),
        };
        fields.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename = "Entry")]
struct Fields<'e> {
    name: Text<'e>,
    kind: Kind,
    size: Option<u64>,
    modified: Option<Modified>,
    mode: Option<String>,
    perm: Option<Text<'e>>,
    owner: Option<Text<'e>>,
    group: Option<Text<'e>>,
    unique: Option<Text<'e>>,
    link_target: Option<Text<'e>>,
    dialect: Dialect,
}
