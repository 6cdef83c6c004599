//! Moves bytes from a file to a socket, by sendfile.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, fstat, sendfile};
use rustix::io::Errno;

use super::{KernelCopy, LEAST, kernel_copy};
use crate::sys::os::open_file::OpenFile;

/// The most bytes that one call sends: enough that few calls are needed, and few enough that even
/// with a slow disk the control connection is read several times a second.
const SEND: usize = 1024 * 1024;

/// Sends a part of a file, from the file's current position, to a non-blocking socket: at most
/// `most` bytes.
///
/// # Errors
/// [`WouldBlock`](io::ErrorKind::WouldBlock) if the socket has no room yet; an error that ends the
/// connection.
pub fn send(socket: BorrowedFd<'_>, file: &OpenFile<'_>, most: usize) -> io::Result<KernelCopy> {
    match sendfile(socket, file.descriptor(), None, SEND.min(most)) {
        // An error of sendfile may come from the file or from the socket. After `Refused`, the
        // caller reads and writes instead, and then gets the error again. But the system reports
        // the end of a connection only once. So an error of the connection is returned at once.
        Err(error) if !is_the_connections(error) => Ok(KernelCopy::Refused),
        sent => kernel_copy(sent),
    }
}

/// Returns whether [`send`] can be used for this file and is faster than reading and writing.
pub fn worth_sending(file: &OpenFile<'_>) -> bool {
    let large = fstat(file.descriptor()).is_ok_and(|stat| {
        let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        regular && stat.st_size >= LEAST as i64
    });
    large && ignores_broken_pipes()
}

/// Returns whether this process ignores the signal SIGPIPE. Otherwise sendfile would end the
/// process when the peer has closed the connection; the other socket calls of this crate do not
/// raise SIGPIPE. Rust programs ignore it by default, but some undo that, and this library may also
/// run in a program that is not written in Rust.
fn ignores_broken_pipes() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| is_ignored(&status))
}

/// Returns whether `/proc/self/status` lists SIGPIPE, number 13, among the ignored signals.
fn is_ignored(status: &str) -> bool {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << 12 != 0)
}

/// Returns whether this error can only come from the connection. Otherwise it may also come from
/// the file.
fn is_the_connections(error: Errno) -> bool {
    matches!(
        error,
        Errno::AGAIN | Errno::INTR | Errno::PIPE | Errno::CONNRESET | Errno::TIMEDOUT
    )
}

#[test]
fn sigpipe_is_the_thirteenth_signal() {
    let status =
        |mask| format!("Name:\tx\nSigBlk:\t0000000000001000\nSigIgn:\t{mask}\nSigCgt:\t0\n");
    assert!(is_ignored(&status("0000000000001000")));
    assert!(is_ignored(&status("00000000000000000000000000001006")));
    assert!(!is_ignored(&status("ffffffffffffefff")));
    assert!(!is_ignored(&status("")));
    assert!(!is_ignored(""));
    assert!(
        ignores_broken_pipes(),
        "this is a Rust program, and it left that alone"
    );
}
