//! What the types promise to every runtime: they can move between threads and need no pinning, and
//! a value that may be used only once cannot be cloned.

use ftp_proto::flows::{
    Abort, ClearControl, Credentials, Feat, Finish, Greeting, Login, Noop, Open, Protect, Pwd,
    Quit, Raw, Secure, Size, Type,
};
use ftp_proto::{
    Accept, Answer, CloseData, Command, Completion, Config, Connect, DataEnd, Error, Flow, Listen,
    Options, Receive, RemotePath, Reply, Running, SecureControl, SecureData, Session, Step,
    Transfer, Want,
};

/// Compiles only for types that an async runtime can move and share between threads.
const fn goes_anywhere<T: Send + Sync + Unpin + 'static>() {}

const _: () = {
    goes_anywhere::<Session>();
    goes_anywhere::<Error>();
    goes_anywhere::<Transfer>();
    goes_anywhere::<Running<Open>>();
    goes_anywhere::<Running<Login>>();
    goes_anywhere::<Step<Transfer>>();
    goes_anywhere::<Want>();
    goes_anywhere::<Answer>();
    goes_anywhere::<Reply>();
    goes_anywhere::<Command>();
    goes_anywhere::<RemotePath>();
    goes_anywhere::<Config>();
    goes_anywhere::<Options>();
    goes_anywhere::<Completion>();
    goes_anywhere::<DataEnd>();
    goes_anywhere::<Credentials>();
};

/// Compiles only for flows that an async runtime can move and share between threads.
const fn is_a_flow<F: Flow + Send + Sync + Unpin + core::fmt::Debug + 'static>() {}

const _: () = {
    is_a_flow::<Greeting>();
    is_a_flow::<Secure>();
    is_a_flow::<Login>();
    is_a_flow::<Protect>();
    is_a_flow::<Feat>();
    is_a_flow::<Pwd>();
    is_a_flow::<Noop>();
    is_a_flow::<Type>();
    is_a_flow::<Size>();
    is_a_flow::<Open>();
    is_a_flow::<Finish>();
    is_a_flow::<Abort>();
    is_a_flow::<Quit>();
    is_a_flow::<Raw>();
    is_a_flow::<ClearControl>();
};

/// Tells at compile time whether a type is `Clone`. A type that is `Clone` has two implementations
/// of this trait, so a call of `cannot_be_copied` on it does not compile.
trait UnlessClone<Which> {
    fn cannot_be_copied() {}
}

impl<T> UnlessClone<()> for T {}

impl<T: Clone> UnlessClone<u8> for T {}

#[test]
fn values_that_may_be_used_once_are_not_clone() {
    <Transfer as UnlessClone<_>>::cannot_be_copied();
    <Answer as UnlessClone<_>>::cannot_be_copied();
    <Want as UnlessClone<_>>::cannot_be_copied();
    <Receive as UnlessClone<_>>::cannot_be_copied();
    <Connect as UnlessClone<_>>::cannot_be_copied();
    <Listen as UnlessClone<_>>::cannot_be_copied();
    <Accept as UnlessClone<_>>::cannot_be_copied();
    <SecureControl as UnlessClone<_>>::cannot_be_copied();
    <ftp_proto::ClearControl as UnlessClone<_>>::cannot_be_copied();
    <SecureData as UnlessClone<_>>::cannot_be_copied();
    <CloseData as UnlessClone<_>>::cannot_be_copied();
    <Session as UnlessClone<_>>::cannot_be_copied();
    <Running<Pwd> as UnlessClone<_>>::cannot_be_copied();
}

#[test]
fn an_error_is_a_standard_error_and_small() {
    fn is_an_error<E: std::error::Error + Clone>() {}
    is_an_error::<Error>();
    // Every `Result` holds an error, so an error must be small.
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
