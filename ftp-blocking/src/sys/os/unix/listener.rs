//! The descriptor of a listener, for a reactor.

use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};

use crate::sys::listening::Listening;

impl AsFd for Listening {
    fn as_fd(&self) -> BorrowedFd<'_> {
        let listener: &TcpListener = self.as_ref();
        listener.as_fd()
    }
}
