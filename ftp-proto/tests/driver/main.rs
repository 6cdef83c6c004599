//! Runs the contract table with a driver that was written from `ftp_proto::embedding` alone. It has
//! no methods for operations: the table performs them by flows.
#![cfg(all(feature = "simulator", feature = "ring"))]

mod link;
mod memory;
#[path = "../../../ftp-blocking/tests/support/tls.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tls;

use ftp_proto::simulator::{ByFlows, cases};

use crate::memory::{BROKEN, Memory, Rule};
use crate::tls::tls;

ftp_proto::contract_tests!(ByFlows<Memory>, tls());

/// Each row finds the driver that breaks its rule.
#[test]
fn a_broken_rule_fails_its_row() {
    for (rule, row) in [
        (
            Rule::ReadBeforeClosing,
            cases::tickets_of_refused_uploads_are_kept(),
        ),
        (
            Rule::ReadBeforeClosing,
            cases::tickets_of_unused_data_connections_are_kept(),
        ),
        (Rule::NewLogin, cases::reconnected_with_a_new_tls_login()),
        (
            Rule::NewLoginForData,
            cases::reconnected_with_a_new_tls_login(),
        ),
        (Rule::SendUrgent, cases::abort_with_a_telnet_synch()),
        (Rule::AskBacklog, cases::upload_over_a_slow_line()),
    ] {
        BROKEN.set(Some(rule));
        let why = row.run::<ByFlows<Memory>>(tls());
        println!("{rule:?}: {}", why.expect_err("the rule is broken"));
    }
}
