//! The first inputs of the fuzz targets that parse listings. They come from the corpora of the
//! dialects, `ftp-proto/src/listing/*.corpus`.

#[path = "../../ftp-proto/tests/listing/unescape.rs"]
mod unescape;

/// The fuzz targets that parse listings, each with the names of its corpora.
pub const CORPORA: [(&str, &[&str]); 4] = [
    ("listing_mlsx", &["mlsx"]),
    ("listing_unix", &["unix", "eplf"]),
    ("listing_pc", &["dos", "os2", "netware", "mac"]),
    ("listing_mainframe", &["vms", "zos", "os400", "nonstop"]),
];

/// How many lines a seed has at most. libFuzzer finds more with short inputs.
const LINES: usize = 12;

/// Cuts the listings of a corpus into seeds of at most `LINES` lines. A seed never contains lines
/// of two listings: each `reset` in the corpus begins a new listing, and so a new seed.
pub fn seeds(corpus: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut lines = Vec::new();
    for text in corpus.lines() {
        if text == "reset" || lines.len() == LINES {
            seeds.push(lines.concat());
            lines.clear();
        }
        if let Some(line) = text.strip_prefix("<") {
            let line = unescape::unescape(line.strip_prefix(" ").unwrap_or(line));
            lines.push([&line[..], b"\r\n"].concat());
        }
    }
    seeds.push(lines.concat());
    seeds.retain(|seed| !seed.is_empty());
    seeds
}
