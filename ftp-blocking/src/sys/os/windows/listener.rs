//! The handle of a listener, for a reactor.

use std::net::TcpListener;
use std::os::windows::io::{AsSocket, BorrowedSocket};

use crate::sys::listening::Listening;

impl AsSocket for Listening {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        let listener: &TcpListener = self.as_ref();
        listener.as_socket()
    }
}
