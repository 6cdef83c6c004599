//! Logins through FTP proxies: what each kind sends, and what its refusals say.

use ftp_proto::{
    Cause, Config, Error, ErrorKind, FtpProxy, FtpProxyKind, Misuse, Options, ProxyFailure, Reply,
    Session, flows,
};

use crate::support::*;

fn proxy(kind: FtpProxyKind) -> FtpProxy {
    let login = flows::Credentials::new("pat", "passw0rd").expect("a login");
    FtpProxy::new("proxy.test", kind).with_login(login)
}

fn options(proxy: FtpProxy) -> Options {
    Options::new("ftp.test").with_ftp_proxy(proxy)
}

/// Logs in by these options, after the greeting.
fn login(
    options: &Options,
    user: flows::Credentials,
    items: impl IntoIterator<Item = Item>,
) -> (Driver<Script>, Result<Reply, Error>) {
    let mut driver = scripted(Config::default(), [say("220 ready")]);
    driver.session = Session::with_options(options);
    driver.outcome(&Op::Greeting);
    driver.server.extend(items);
    let result = driver.run(flows::Login::new(user));
    (driver, result)
}

#[test]
fn a_port_other_than_21_follows_the_host() {
    for (host, port, named) in [
        ("ftp.test", 2121, "USER ada@ftp.test:2121"),
        ("::1", 21, "USER ada@::1"),
        ("::1", 2121, "USER ada@[::1]:2121"),
    ] {
        let proxy = FtpProxy::new("proxy.test", FtpProxyKind::UserAtHost).with_port(8021);
        let options = Options::new(host).with_port(port).with_ftp_proxy(proxy);
        assert_eq!(options.control_peer(), ("proxy.test", 8021));
        let (driver, result) = login(&options, credentials(), [hear(named), say("230 in")]);
        result.expect("a login");
        driver.server.assert_over();
    }
}

#[test]
fn anonymous_keeps_its_password_and_an_account_its_place() {
    let options = options(proxy(FtpProxyKind::UserAtUserAtHost));
    let user = flows::Credentials::anonymous();
    let user = user.with_account("research").expect("an account");
    let items = [
        hear("USER anonymous@pat@ftp.test"),
        say("331 p"),
        hear("PASS anonymous@@passw0rd"),
        say("332 a"),
        hear("ACCT research"),
        say("230 in"),
    ];
    let (driver, result) = login(&options, user, items);
    result.expect("a login");
    driver.server.assert_over();
}

#[test]
fn the_proxys_account_is_sent_if_it_asks() {
    let at_proxy = flows::Credentials::new("pat", "passw0rd").expect("a login");
    let at_proxy = at_proxy.with_account("lab").expect("an account");
    let proxy = FtpProxy::new("proxy.test", FtpProxyKind::Site).with_login(at_proxy);
    let items = [
        hear("USER pat"),
        say("331 p"),
        hear("PASS passw0rd"),
        say("332 a"),
        hear("ACCT lab"),
        say("230 in"),
        hear("SITE ftp.test"),
        say("220 ready"),
        hear("USER ada"),
        say("230 in"),
    ];
    let (driver, result) = login(&options(proxy), credentials(), items);
    result.expect("a login");
    driver.server.assert_over();
}

#[test]
fn the_account_of_a_proxy_that_has_the_host_in_its_user_is_sent() {
    let at_proxy = flows::Credentials::new("pat", "passw0rd").expect("a login");
    let at_proxy = at_proxy.with_account("lab").expect("an account");
    let proxy = FtpProxy::new("proxy.test", FtpProxyKind::ProxyUserAtHost).with_login(at_proxy);
    let items = [
        hear("USER pat@ftp.test"),
        say("331 p"),
        hear("PASS passw0rd"),
        say("332 a"),
        hear("ACCT lab"),
        say("230 in"),
        hear("USER ada"),
        say("230 in"),
    ];
    let (driver, result) = login(&options(proxy), credentials(), items);
    result.expect("a login");
    driver.server.assert_over();
}

#[test]
fn the_servers_account_is_sent_if_the_proxy_has_no_password() {
    let at_proxy = flows::Credentials::new("pat", "").expect("a login");
    let proxy = FtpProxy::new("proxy.test", FtpProxyKind::UserAtHostUser).with_login(at_proxy);
    let user = credentials().with_account("research").expect("an account");
    let items = [
        hear("USER ada@ftp.test pat"),
        say("331 p"),
        hear("PASS hunter2"),
        say("332 a"),
        hear("ACCT research"),
        say("230 in"),
    ];
    let (driver, result) = login(&options(proxy), user, items);
    result.expect("a login");
    driver.server.assert_over();
}

#[test]
fn refusals_of_the_proxy_are_told_from_those_of_the_server() {
    let site = || options(proxy(FtpProxyKind::Site));
    let at_proxy = || [hear("USER pat"), say("331 p"), hear("PASS passw0rd")];
    let refused = [&at_proxy()[..], &[say("530 passw0rd is wrong")]].concat();
    let (driver, result) = login(&site(), credentials(), refused);
    let error = result.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::Login));
    assert_eq!(error.cause(), Cause::Refused);
    assert!(!error.is_login_refused());
    assert_eq!(
        error.to_string(),
        "PASS: the proxy refused the login: 530 *** is wrong"
    );
    assert!(!driver.session.is_logged_in() && !driver.session.is_dead());

    let names = [
        say("230 in"),
        hear("SITE ftp.test"),
        say("504 no such host"),
    ];
    let unknown = [&at_proxy()[..], &names].concat();
    let (driver, result) = login(&site(), credentials(), unknown);
    let error = result.expect_err("refused");
    assert_eq!(error.cause(), Cause::Connection);
    let text = "SITE ftp.test: the proxy made no connection: 504 no such host";
    assert_eq!(error.to_string(), text);
    assert!(!driver.session.is_logged_in());

    let names = [say("230 in"), hear("SITE ftp.test"), say("220 ready")];
    let server = [hear("USER ada"), say("530 no")];
    let refused = [&at_proxy()[..], &names, &server].concat();
    let (driver, result) = login(&site(), credentials(), refused);
    assert!(result.expect_err("refused").is_login_refused());
    assert!(!driver.session.is_logged_in());
}

#[test]
fn passwords_that_are_joined_are_masked_alone_too() {
    let options = options(proxy(FtpProxyKind::UserAtUserAtHost));
    let items = [
        hear("USER ada@pat@ftp.test"),
        say("331 p"),
        hear("PASS hunter2@passw0rd"),
        say("530 neither hunter2 nor passw0rd, nor hunter2@passw0rd"),
    ];
    let (_, result) = login(&options, credentials(), items);
    let text = result.expect_err("refused").to_string();
    assert!(
        !text.contains("hunter2") && !text.contains("passw0rd"),
        "{text}"
    );
}

#[test]
fn options_that_contradict_an_ftp_proxy_are_refused() {
    let refused = |options: &Options| {
        let error = options.check().expect_err("makes no sense");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        error.to_string()
    };
    for kind in [
        FtpProxyKind::UserAtUserAtHost,
        FtpProxyKind::ProxyUserAtHost,
        FtpProxyKind::UserAtHostUser,
    ] {
        let without = Options::new("ftp.test").with_ftp_proxy(FtpProxy::new("proxy.test", kind));
        assert!(refused(&without).contains("FtpProxy::with_login"));
        assert!(options(proxy(kind)).check().is_ok());
    }
    let wrong = FtpProxy::new("proxy.test:21", FtpProxyKind::UserAtHost);
    let text = refused(&options(wrong));
    assert!(text.starts_with("the FTP proxy: the host holds a port"));
    // `Options::new("proxy.test")` would connect to the proxy as if it were the server.
    assert!(!text.contains("Options::"), "{text}");
    let url = FtpProxy::new("ftp://proxy.test", FtpProxyKind::UserAtHost);
    assert!(!refused(&options(url)).contains("Options::"));
    let tls = options(proxy(FtpProxyKind::Site));
    let tls = tls.with_config(|config| config.with_security(ftp_proto::Security::Explicit));
    assert!(refused(&tls).starts_with("an FTP proxy and TLS"));
    let text = "connecting to the FTP proxy proxy.test, port 21, for ftp.test, port 21";
    assert_eq!(options(proxy(FtpProxyKind::Site)).connecting(), text);
    assert!(!format!("{:?}", options(proxy(FtpProxyKind::Site))).contains("passw0rd"));
}

#[test]
fn a_name_that_cannot_be_sent_is_refused_before_a_byte_is_sent() {
    let options = Options::new("ftp.test\r\nDELE x")
        .with_ftp_proxy(FtpProxy::new("proxy.test", FtpProxyKind::Open));
    let (driver, result) = login(&options, credentials(), []);
    let error = result.expect_err("two lines");
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(driver.wire, [""; 0]);
}
