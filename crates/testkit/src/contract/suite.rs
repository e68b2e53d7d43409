/// Makes a test of every function of the contract suite.
///
/// Takes a future of an `Option` of a [`StoreHarness`](crate::contract::StoreHarness), built anew for each test. Without a
/// harness the test is skipped, and says so. A second future may give the harness for the tests of outages, which wait
/// for each operation to time out. The calling crate needs `tokio` with its macros and threads, and calls this once a
/// module.
///
/// ```
/// mod contract {
///     use unlockd_testkit::{MemoryStore, contract_tests};
///
///     async fn harness() -> Option<MemoryStore> {
///         Some(MemoryStore::new())
///     }
///
///     contract_tests!(harness());
/// }
/// ```
#[macro_export]
macro_rules! contract_tests {
    ($harness:expr) => {
        $crate::contract_tests!($harness, $harness);
    };
    ($harness:expr, $impatient:expr) => {
        $crate::contract_tests! { @files $harness;
            user_creation [
                an_absent_user_is_none_and_has_no_history
                a_created_user_is_read_back_whole
                an_empty_profile_stays_empty
                an_id_that_is_taken_is_refused_and_nothing_is_written
                a_user_of_an_absent_organization_is_refused_and_nothing_is_written
                the_organization_goes_before_the_id_and_the_id_before_the_usernames
                of_parallel_creations_of_one_id_exactly_one_is_written
            ]
            user_names [
                a_name_of_the_instance_is_taken_whatever_its_case
                a_name_of_the_instance_is_taken_in_every_organization
                a_name_of_an_organization_is_taken_within_it
                a_name_of_an_organization_is_free_in_another_one
                names_of_the_instance_and_of_an_organization_do_not_collide
                a_name_that_is_given_twice_is_refused
                the_other_names_of_a_refused_user_stay_free
                of_parallel_creations_with_one_name_exactly_one_is_written
            ]
            user_commits [
                event_and_state_are_written_together
                a_commit_leaves_the_profile_as_it_is
                failed_password_attempts_are_part_of_the_state
                a_stale_sequence_is_a_conflict_and_writes_nothing
                a_future_sequence_is_a_conflict_and_writes_nothing
                an_absent_user_is_a_conflict
                a_commit_touches_one_user_only
            ]
            user_concurrency [
                of_64_parallel_writers_one_wins_each_sequence_without_a_gap
                of_64_parallel_commits_on_one_sequence_exactly_one_succeeds
                a_read_sees_every_write_that_was_answered_before
            ]
            values [
                text_up_to_its_limit_comes_back
                text_of_every_unicode_plane_comes_back
                ids_that_differ_in_any_byte_are_different
                times_at_the_limits_of_the_type_come_back
                nul_is_refused_before_it_reaches_the_store
            ]
            instance_owners [
                the_only_active_owner_is_not_locked
                an_owner_is_locked_while_another_one_is_active
                a_locked_owner_does_not_count
                a_user_who_is_no_owner_is_locked_without_owners
                a_stale_lock_of_the_only_owner_is_a_conflict
                the_grant_of_the_only_active_owner_is_not_removed
                the_grant_of_a_locked_owner_is_removed
                the_grant_of_a_locked_owner_is_removed_without_an_active_one
                a_locked_owner_is_unlocked_without_an_active_one
                parallel_locks_of_all_owners_leave_exactly_one_active
                a_grant_that_races_with_locks_leaves_an_active_owner
                parallel_locks_and_removals_leave_exactly_one_active_owner
            ]
            organization_store [
                an_absent_organization_is_none
                an_organization_id_that_is_taken_is_refused_and_nothing_is_written
                organizations_are_listed_by_time_then_by_id
            ]
            grant_store [
                granting_again_succeeds_and_changes_nothing
                a_grant_needs_its_user_and_its_organization
                a_removal_takes_exactly_what_was_granted
                removing_what_was_never_granted_is_refused
                grants_are_listed_by_user_then_role_then_organization
            ]
            access_token_store [
                an_unknown_digest_has_no_holder
                a_holder_is_found_in_any_state_with_all_grants
                a_token_of_an_absent_user_is_refused_and_nothing_is_written
                an_id_or_digest_in_use_is_refused_and_nothing_is_written
                tokens_are_listed_by_time_then_by_id
                a_revoked_token_has_no_holder
                revoking_answers_whether_there_was_a_token
            ]
            instance_store [
                a_store_that_can_be_read_answers_a_ping
                a_store_is_empty_until_an_organization_is_written
                a_bootstrap_is_written_whole_and_once
                a_store_that_is_not_empty_is_not_bootstrapped
                of_16_parallel_bootstraps_exactly_one_is_written
            ]
        }
        $crate::contract_tests! { @files $impatient;
            outages [
                without_connections_every_operation_is_unavailable
                without_an_answer_every_operation_is_unavailable
            ]
        }
    };
    (@files $harness:expr; $($file:ident $names:tt)*) => {
        $($crate::contract_tests! { @tests $harness; $file $names })*
    };
    (@tests $harness:expr; $file:ident [$($name:ident)*]) => {
        mod $file {
            use super::*;

            $(
                #[::tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    match $harness.await {
                        Some(harness) => $crate::contract::$file::$name(&harness).await,
                        None => println!("skipped, for want of a store: {}", stringify!($name)),
                    }
                }
            )*
        }
    };
}
