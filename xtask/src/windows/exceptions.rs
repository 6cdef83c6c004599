//! The tests that do not run under Wine, each with its reason.

/// Tests that are left out for one reason.
pub(super) struct Exception {
    pub(super) reason: &'static str,
    pub(super) tests: &'static [&'static str],
}

impl Exception {
    /// Returns the arguments that leave these tests out.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &'static str> {
        self.tests.iter().flat_map(|name| ["--skip", *name])
    }
}

pub(super) const EXCEPTIONS: [Exception; 3] = [
    Exception {
        reason: "Wine 8 makes no links: `CreateSymbolicLinkW` reports success and does nothing, so \
                 that `read_link` then fails with error 4390 or the link is not there. Its programs \
                 see the links of Unix as what they lead to.",
        tests: &[
            "both::sync::a_link_that_appears_after_the_plan_is_refused",
            "both::whole_files::a_link_leads_to_the_file_that_is_replaced",
            "sys::disk::tests::a_link_in_the_place_of_the_partial_file_is_refused",
            "sys::disk::tests::a_link_to_the_target_stays_a_link",
            "sys::local_place::tests::a_link_is_deleted_itself_and_never_written_through",
            "sys::local_place::tests::no_change_goes_through_a_link_or_above_the_root",
            "sys::local_tree::tests::a_scan_follows_links_if_you_ask_and_ends_at_a_loop",
            "sys::local_tree::tests::a_scan_of_a_target_follows_no_links",
            "sys::local_tree::tests::a_scan_reports_links_and_does_not_follow_them",
        ],
    },
    Exception {
        reason: "Wine 8 does not tell that the peer has reset a connection: a program in C, whose \
                 peer closes with a linger time of zero, gets 0 from `recv` and no error. So each \
                 reset looks like the end of the data. On Windows it is WSAECONNRESET.",
        tests: &[
            "both::files::a_reset_after_the_end_of_an_upload_is_found_on_sockets",
            "both::files::a_reset_in_mid_download_is_no_end_of_file",
            // The test's server must tell a reset from an end, too.
            "both::files::an_unreadable_file_is_an_error_and_no_empty_file_is_stored",
            "both::files::over_sockets::reset_upload_whose_size_differs",
            "both::sockets::hard_04_upload_given_up_in_every_way",
            "over_sockets::hard_04_upload_given_up_in_every_way",
            // In `ftplib.rs`: two of 39 dialogues end by a reset.
            "downloads",
            "sys::socket::a_reset_is_found_by_reading_and_not_by_half_closing",
        ],
    },
    Exception {
        reason: "Wine 8 deletes an open file only when it is closed, so that its directory cannot \
                 be removed (error 145). Windows 10 removes the name at once.",
        tests: &[
            "sys::disk::tests::if_the_directory_vanishes_the_commit_fails_and_nothing_is_left",
        ],
    },
];
