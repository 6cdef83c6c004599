//! From a file to a socket, by sendfile.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, fstat, sendfile};
use rustix::io::Errno;

use super::{KernelCopy, LEAST, kernel_copy};

/// How much one call sends: enough that calls do not count, little enough that the control
/// connection is looked at several times a second on a slow disk.
const SEND: usize = 1024 * 1024;

/// Sends from a file, at its position, to a socket in non-blocking mode.
///
/// # Errors
/// [`WouldBlock`](io::ErrorKind::WouldBlock) where the socket has no room yet, or what ends the
/// connection.
pub fn send(socket: BorrowedFd<'_>, file: BorrowedFd<'_>) -> io::Result<KernelCopy> {
    match sendfile(socket, file, None, SEND) {
        // Reading and writing will tell whether the file or the socket was at fault; but what
        // ended the connection is told only once.
        Err(error) if !is_the_connections(error) => Ok(KernelCopy::Refused),
        sent => kernel_copy(sent),
    }
}

/// Whether [`send`] may and should be used for this file.
pub fn worth_sending(file: BorrowedFd<'_>) -> bool {
    let large = fstat(file).is_ok_and(|stat| {
        let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        regular && stat.st_size >= LEAST as i64
    });
    large && ignores_broken_pipes()
}

/// Where the far end has closed, sendfile raises SIGPIPE, unlike all else that is done with
/// sockets here. Rust programs ignore it, but some undo that, and others are not written in
/// Rust.
fn ignores_broken_pipes() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| is_ignored(&status))
}

/// Whether `/proc/self/status` has SIGPIPE, number 13, in its mask of ignored signals.
fn is_ignored(status: &str) -> bool {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << 12 != 0)
}

/// An error of a connection and never of a file, or of both alike.
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
