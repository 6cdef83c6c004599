//! Retries: which failure is worth another try, and after which pause.

mod attempts;
mod policy;

pub use attempts::{Again, Attempts, Trying};
pub use policy::RetryPolicy;
