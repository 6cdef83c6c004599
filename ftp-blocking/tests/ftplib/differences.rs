//! Where this crate and ftplib come to different results, and why.

/// One dialogue that differs. A row whose difference does not occur any more fails the test.
pub(crate) struct Difference {
    pub(crate) dialogue: &'static str,
    pub(crate) ftplib: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) reason: &'static str,
}

/// All of them, in the order of the dialogues.
pub(crate) const DIFFERENCES: &[Difference] = &[];
