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
                a_name_of_the_instance_is_taken_in_whatever_form
                a_name_of_the_instance_is_taken_in_every_organization
                a_name_of_an_organization_is_taken_within_it
                a_name_of_an_organization_is_free_in_another_one
                a_name_of_the_instance_and_the_same_one_of_an_organization_are_two_names
                a_login_name_means_one_user
                organizations_whose_ids_differ_in_case_share_their_names
                a_name_that_is_given_twice_is_refused
                the_other_names_of_a_refused_user_stay_free
                of_parallel_creations_with_one_name_exactly_one_is_written
                of_parallel_creations_with_one_login_name_exactly_one_is_written
            ]
            user_commits [
                event_and_state_are_written_together
                a_commit_leaves_the_profile_as_it_is
                a_stale_sequence_is_a_conflict_and_writes_nothing
                a_future_sequence_is_a_conflict_and_writes_nothing
                an_absent_user_is_a_conflict
                a_commit_touches_one_user_only
            ]
            identities [
                a_user_is_found_by_their_id
                a_user_is_found_by_a_name_of_the_instance
                a_user_is_found_by_a_name_that_is_specific_to_their_organization
                nobody_is_found_by_a_name_that_nobody_has
            ]
            several_events [
                several_events_are_written_in_their_order
                an_expired_lock_ends_in_front_of_what_is_asked_for
                a_change_of_several_events_is_written_whole_or_not_at_all
                the_request_goes_with_the_last_of_several_events
                of_64_parallel_changes_of_several_events_exactly_one_is_written
                parallel_locks_of_the_policy_leave_exactly_one_owner_active
            ]
            sign_ins [
                failures_are_part_of_the_state
                locks_of_the_policy_are_part_of_the_state
                failures_and_locks_at_the_limits_of_time_come_back
                every_kind_of_event_comes_back_whole
                after_random_changes_the_state_is_what_the_history_says_1
                after_random_changes_the_state_is_what_the_history_says_2
                after_random_changes_the_state_is_what_the_history_says_3
            ]
            password_resets [
                a_code_is_kept_until_it_is_used_up
                a_code_at_the_limits_of_its_type_comes_back
                a_code_can_be_made_for_a_user_in_any_state
                a_new_password_takes_the_code_away
                a_password_that_is_hashed_anew_stays_the_same_password
            ]
            expired_locks [
                an_expired_lock_is_written_down_as_it_ended
                what_has_not_expired_stays_as_it_is
                no_more_locks_are_lifted_at_a_time_than_asked_for
                each_lock_of_a_user_expires_for_itself
                of_parallel_sweeps_each_lock_is_written_down_once
                sweeps_and_changes_at_once_write_each_end_down_once
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
            profile_edits [
                each_edit_is_written_with_its_event_and_state
                an_edit_touches_one_profile_only
                data_and_password_are_replaced_whole
                names_keep_their_order_and_a_new_one_comes_last
                a_user_can_have_a_hundred_names_and_lose_them_all
                a_removed_name_is_free_again
                a_name_that_is_taken_is_not_added
                a_stale_edit_is_a_conflict_and_writes_nothing
                of_parallel_additions_of_one_name_exactly_one_is_written
            ]
            erasure [
                a_deletion_takes_away_what_is_personal
                a_deletion_leaves_a_history_without_reasons_and_sources
                a_deletion_takes_the_digests_and_leaves_the_keys
                a_deletion_leaves_other_users_as_they_are
                of_a_deleted_user_the_id_stays_taken_and_the_names_are_free
                a_deleted_user_gets_neither_token_nor_role
                what_races_with_a_deletion_does_not_outlive_it
            ]
            owner_departures [
                the_only_active_owner_is_neither_deactivated_nor_deleted
                an_owner_goes_while_another_one_is_active
                an_owner_who_has_gone_does_not_count
                an_owner_out_of_service_goes_only_while_another_one_is_active
                a_user_who_is_no_owner_goes_without_owners
                other_changes_of_the_last_owner_are_written
                parallel_departures_of_all_owners_leave_exactly_one_active
                of_two_owners_who_go_at_once_one_stays
            ]
            owners_in_time [
                an_owner_whose_lock_has_expired_counts
                the_last_owner_whose_lock_has_expired_stays
                a_role_is_taken_by_who_is_active_at_the_moment
                a_lock_in_the_far_future_ends_when_it_is_over
            ]
            idempotency [
                a_request_is_found_with_its_event_by_caller_and_key
                the_same_key_of_another_caller_is_another_key
                a_key_that_was_used_is_taken_and_nothing_is_written
                a_refused_request_leaves_its_key_free
                keys_that_differ_in_any_byte_are_different
                of_64_parallel_changes_of_one_user_under_one_key_exactly_one_is_written
                of_64_parallel_changes_of_many_users_under_one_key_exactly_one_is_written
                of_64_parallel_creations_under_one_key_exactly_one_is_written
                parallel_copies_of_a_creation_with_a_name_write_one_user
            ]
            user_search [
                users_are_found_whole
                an_empty_store_has_nobody_to_find
                deleted_users_are_not_found
                only_users_who_may_be_seen_are_found_and_counted
                each_order_runs_in_both_directions_with_ties_by_id
                limit_and_offset_cut_pages_out_of_the_whole
                the_largest_offset_is_behind_everybody
                a_page_shows_one_moment
            ]
            user_search_conditions [
                users_are_found_by_their_state
                users_are_found_by_the_cause_of_their_lock
                users_are_found_by_the_times_of_their_lock
                conditions_are_joined_by_and_or_and_not
                a_condition_on_what_a_user_does_not_have_is_false
                one_of_several_names_is_enough
                conditions_can_be_nested_20_levels_deep
                there_can_be_200_conditions
            ]
            user_search_texts [
                every_character_of_a_username_stands_for_itself
                every_character_of_an_id_stands_for_itself
                case_of_usernames_is_ignored_as_where_they_are_unique
                case_and_composition_of_usernames_count_unless_they_are_ignored
                case_of_ids_is_ignored_for_the_26_latin_letters_only
                the_longest_texts_are_found
            ]
            user_search_moments [
                users_whose_lock_has_expired_are_found_as_active
                a_lock_that_has_expired_has_no_properties
                the_order_by_state_is_that_of_the_moment
                an_end_that_was_written_down_is_found_like_one_that_was_not
            ]
            user_search_by_chance [
                random_questions_are_answered_as_in_memory_1
                random_questions_are_answered_as_in_memory_2
                random_questions_are_answered_as_in_memory_3
            ]
            events [
                an_empty_store_has_no_events
                positions_rise_with_every_write
                an_answered_write_is_settled
                a_users_events_have_rising_positions
                watchers_see_every_event_once_and_in_order
            ]
            event_selection [
                events_are_found_by_user_and_organization
                events_are_found_by_actor_and_kind
                events_are_found_by_time
                only_events_that_may_be_seen_are_found
                ranges_orders_and_limits_are_kept
                random_filters_find_what_they_match
            ]
            policy_events [
                events_of_policies_come_back_whole
                a_policy_that_was_written_is_settled
                events_of_policies_are_seen_like_the_users_they_are_about
                events_of_policies_are_found_by_what_they_are
                events_of_policies_outlive_who_brought_them_about
            ]
            activity_events [
                activities_come_back_whole_among_other_events
                an_activity_that_was_written_is_settled
                activities_are_seen_by_organization_or_by_the_whole_instance
                a_users_activities_stand_in_order_among_their_other_events
                an_activity_of_an_absent_user_is_refused
                a_deletion_erases_what_is_personal_from_activities
            ]
            activity_writes [
                an_organization_is_written_with_its_event
                a_token_is_written_and_revoked_with_its_event
                a_session_is_written_and_ended_with_its_event
                an_activity_of_a_deleted_user_is_written_erased
                no_activity_keeps_what_a_deletion_at_the_same_time_erases
                the_last_use_of_a_token_is_recorded
            ]
            event_retention [
                events_that_are_older_go_and_the_others_stay
                the_last_event_of_all_is_kept
                parallel_prunes_do_no_harm
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
                each_grant_and_each_removal_is_one_event_of_the_user
                a_grant_and_a_removal_make_a_commit_on_the_earlier_sequence_a_conflict
                a_user_is_found_with_the_grants_of_that_sequence
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
            session_store [
                a_session_comes_back_whole
                an_id_or_digest_in_use_is_a_conflict_and_nothing_is_written
                a_proof_of_an_absent_or_deleted_user_is_refused_and_nothing_is_written
                a_session_is_replaced_with_its_digest
                a_write_on_another_sequence_is_a_conflict_and_writes_nothing
                of_64_parallel_writes_on_one_sequence_exactly_one_succeeds
                a_holder_is_found_in_any_state_with_all_grants
                without_a_proof_nobody_holds_a_token
            ]
            session_search [
                sessions_are_found_whole
                sessions_come_by_the_time_of_their_beginning
                expired_sessions_are_not_found
                sessions_are_found_by_ids_and_user
                only_sessions_that_may_be_seen_are_found
                random_questions_about_sessions_are_answered_as_in_memory
            ]
            session_ends [
                deleting_answers_whether_there_was_a_session
                of_parallel_deletions_exactly_one_finds_the_session
                expired_sessions_are_pruned
                abandoned_sessions_are_pruned
                of_parallel_prunings_each_session_is_counted_once
                a_deletion_ends_the_sessions_of_the_user
                no_session_outlives_a_deletion_that_races_with_it
            ]
            session_passwords [
                a_new_password_ends_the_sessions_in_which_the_old_one_was_shown
                the_session_that_is_kept_goes_on_with_a_renewed_proof
                only_a_session_of_the_user_is_kept
                a_proof_that_is_older_than_the_password_is_refused_and_nothing_is_written
                no_session_outlives_a_new_password_that_races_with_it
                a_holder_is_found_with_the_duty_to_change_the_password
            ]
            session_passwords_by_chance [
                random_sign_ins_and_changes_leave_no_session_of_an_older_password_1
                random_sign_ins_and_changes_leave_no_session_of_an_older_password_2
            ]
            lockout_policy_store [
                a_policy_comes_back_whole
                changes_at_the_limits_of_time_come_back
                what_holds_is_the_organizations_policy_or_else_the_instances
                a_change_on_another_sequence_is_a_conflict_and_writes_nothing
                a_policy_of_an_absent_organization_is_refused_and_nothing_is_written
                of_64_parallel_changes_on_one_sequence_exactly_one_succeeds
                a_request_that_changed_a_policy_is_found_and_its_key_is_taken
            ]
            sign_in_failure_store [
                the_attempt_that_reaches_the_limit_begins_a_block
                what_is_forgotten_does_not_count
                each_origin_is_counted_for_itself
                blocked_sources_are_found_by_names
                a_source_that_fails_at_many_names_is_slowed_as_a_whole
                a_source_that_fails_often_is_slowed_as_a_whole
                of_64_parallel_attempts_at_64_names_no_more_than_the_limit_are_counted
                a_refusal_is_noted_once_a_minute
                of_64_parallel_attempts_no_more_than_the_limit_are_counted
                an_attempt_is_taken_back_once_and_with_its_block
                parallel_attempts_that_are_taken_back_leave_room
                the_failures_of_one_origin_are_forgotten
                what_has_no_effect_any_more_is_pruned
                failures_at_the_limits_of_time_come_back
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
