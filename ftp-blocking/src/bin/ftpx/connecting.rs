//! Makes the options of a connection, and connects. The first connection under TLS to an unknown
//! server shows its key.

use std::net::SocketAddr;

use ftp_blocking::tls::KeyPin;
use ftp_blocking::{Client, DebugLevel, Error, Options, Pipelining, Timeouts, TlsConfig};

use crate::arguments::common::Common;
use crate::credentials;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{shown, shown_path};
use crate::settings::Settings;
use crate::streams::tell;
use crate::target::Target;
use crate::trust::{self, Trust};

/// Connects to the server of a target, and logs in.
pub(crate) fn connect(settings: &Settings, target: &Target) -> Result<Client, Failure> {
    let policy = settings.common.transfer.connect_policy();
    trusting(settings, target, |options| {
        Client::connect_retrying(options, &policy)
    })
}

/// Calls `attempt` with the options for a target. If the server is unknown, says what its key is,
/// or pins it and calls `attempt` again.
pub(crate) fn trusting<T>(
    settings: &Settings,
    target: &Target,
    attempt: impl Fn(Options) -> Result<T, Error>,
) -> Result<T, Failure> {
    let common = settings.common_for(target)?;
    let (options, trust) = trust::options(&target.url, &common.tls, &settings.known_servers)?;
    let options = credentials::add(options, &target.url, &common.login, settings)?;
    let mut options = completed(options, &common, settings)?;
    let error = match attempt(options.clone()) {
        Ok(result) => return Ok(result),
        Err(error) => error,
    };
    let key = match trust {
        Trust::Pins => return Err(about_pins(error, settings)),
        Trust::System => trust::unknown_key(&error),
        Trust::Nobody | Trust::Option => None,
    };
    let Some(key) = key else {
        return Err(error.into());
    };
    if !common.tls.trust_first_use {
        return Err(about_unknown(error, target, key));
    }
    // The server has shown the key. Now it must prove that it has it.
    options.tls = Some(TlsConfig::with_pinned_keys([key])?);
    let result = attempt(options)?;
    let (host, port) = (target.url.host(), target.url.port());
    settings.known_servers.add(host, port, key)?;
    if !common.verbosity.quiet {
        let (host, file) = (
            shown(host.as_bytes()),
            shown_path(settings.known_servers.path()),
        );
        tell(format_args!(
            "ftpx: {host}, port {port}, is trusted from now on; its key {key} is in {file}\n"
        ));
    }
    Ok(result)
}

/// Puts what the command line says into the options.
fn completed(options: Options, common: &Common, settings: &Settings) -> Result<Options, Failure> {
    let connection = &common.connection;
    let mut timeouts = Timeouts::default();
    if let Some(limit) = connection.timeout {
        timeouts = timeouts.with_all(limit);
    }
    if let Some(limit) = connection.connect_timeout {
        timeouts = timeouts.with_connect(limit);
    }
    // All is done before QUIT, so its reply is worth no wait.
    let pipelining = Pipelining::default().with_quit_without_reply(true);
    let mut options = options
        .with_config(|config| config.with_pipelining(pipelining))
        .with_timeouts(timeouts)
        .with_transfer_limits(common.transfer.limits())
        .with_abort_handle(settings.interrupt.handle());
    if let Some(time) = connection.max_time {
        options = options.with_total_time(time);
    }
    if connection.active {
        options = options.with_active_mode();
    }
    if let Some(address) = connection.active_address {
        options = options.with_active_address(address);
    }
    if let Some(ports) = &connection.active_ports {
        options = options.with_active_ports(ports.clone());
    }
    if let Some(address) = connection.source_address {
        options = options.with_source_address(SocketAddr::new(address, 0));
    }
    if let Some(proxy) = &connection.proxy {
        options = options.with_proxy(proxy.clone());
    }
    for deviation in &connection.allow {
        options = options.with_config(|config| deviation.allow(config));
    }
    let level = match common.verbosity.verbose {
        0 => return Ok(options),
        1 => DebugLevel::Commands,
        _ => DebugLevel::Lines,
    };
    Ok(options.with_observer(move |seen| tell(level.lines(seen))))
}

/// Says how to trust an unknown server.
fn about_unknown(error: Error, target: &Target, key: KeyPin) -> Failure {
    let (host, port) = (target.url.host(), target.url.port());
    Failure::from(error)
        .without_hints()
        .with_hint(format!("the key of {host}, port {port}, is {key}"))
        .with_hint("compare it with what the operator of the server says; if it is right:")
        .with_hint(format!("  --pin {key}"))
        .with_hint("  or --trust-first-use, which pins it for later connections")
}

/// Says where the pin is, if the server has another key.
fn about_pins(error: Error, settings: &Settings) -> Failure {
    let failure = Failure::from(error);
    if failure.exit() != Exit::Pin {
        return failure;
    }
    let file = shown_path(settings.known_servers.path());
    failure
        .with_hint(format!("the pinned key is in {file}"))
        .with_hint("if the operator says that the key is new, remove the line of this server")
}
