//! What every wire must answer, told as scenarios: the same list runs through each of them.
//!
//! Fields that a violation or an unimplemented field is about are named by their path in the proto:
//! `authenticators.usernames[0].username`. `organization` is the message that is absent, `organization.org_id` the id
//! that is empty.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a failed expectation is how a scenario fails"
)]

mod answer;
mod authorization;
mod bad_input;
mod conditions;
mod creating;
mod crowd;
mod deleting;
mod eavesdropper;
mod expecting;
mod expiry;
mod history;
mod history_pages;
mod keys;
mod kinds_of_locks;
mod lapsing;
mod lifecycle;
mod linearizability;
mod listing;
mod locking;
mod lockout;
mod names;
mod operation_requests;
mod operations;
mod own_passwords;
mod passing_time;
mod policies;
mod policy_messages;
mod profile;
mod reading;
mod repeating;
mod request;
mod resetting_passwords;
mod searching;
mod session_access;
mod session_lists;
mod session_messages;
mod session_notes;
mod session_stage;
mod session_tokens;
mod sign_in_history;
mod signing_in;
mod silence;
mod stage;
mod subjects;
mod tenant;
mod throttling;
mod unlocking;
mod watching;
mod wire;
mod world;

use eavesdropper::Eavesdropper;
use stage::Stage;

pub use answer::{Answer, Details, Event, EventPage, Lock, Reply, SignInBlock, Update, User, UserList, Username};
pub use operations::{Operation, Reaching, Subject};
pub use policy_messages::{EffectivePolicy, LockoutPolicy, LockoutSettings, ObjectDetails, SettingsOwner};
pub use request::{
    CreateUserRequest, ListEventsRequest, ListUsersRequest, PasswordRequest, Request, ResetMedium, Safeguards,
    SearchQuery, SetPasswordRequest, TimeRange, UpdateUserRequest, Verification, WatchEventsRequest,
};
pub use session_messages::{
    Challenge, CheckUser, Checks, CreateSessionRequest, ListSessionsRequest, OtherCheck, Session, SessionList,
    SessionQuery, SessionUser, SetSessionRequest, UserAgent,
};
pub use wire::{Failure, Watch, Wire};
pub use world::{Member, World};

pub use lifecycle::the_last_instance_owner_stays_in_service;
pub use linearizability::parallel_operations_are_explained_by_the_history;
pub use passing_time::run_all_in_time;
pub use policies::the_policy_of_the_instance_holds_where_there_is_no_other;

/// Every scenario, one after the other; each under fresh ids, so that the list can be run on a store that is in use. The
/// name of each is printed, so that the last line of a failed run says which one failed. No answer of any of them may hold a
/// secret that was said before.
///
/// # Panics
/// When the wire answers otherwise than a scenario tells.
#[expect(clippy::too_many_lines, reason = "it is one list")]
pub async fn run_all(world: &World, wire: &dyn Wire) {
    let eavesdropper = Eavesdropper::on(wire);
    let stage = &Stage {
        world,
        wire: &eavesdropper,
    };
    policies::let_sources_fail_at_any_number_of_names(stage).await;
    macro_rules! play {
        ($($theme:ident::$scenario:ident,)*) => {
            $(
                println!("{}", stringify!($scenario));
                Box::pin($theme::$scenario(stage)).await;
            )*
        };
    }
    play! {
        unlocking::a_locked_user_is_let_back_in,
        unlocking::unlocking_twice_is_refused_the_second_time,
        unlocking::unlocking_an_active_user_is_refused,
        unlocking::an_unlocked_user_can_be_locked_again,
        unlocking::a_locked_users_token_is_refused_at_once_and_works_again_after_the_unlock,
        unlocking::nobody_who_is_locked_unlocks_themselves,
        locking::locking_twice_is_refused_the_second_time,
        locking::a_lock_needs_neither_a_reason_nor_an_end,
        locking::an_empty_reason_is_no_reason,
        locking::a_reason_of_500_characters_comes_back_as_it_was_given,
        locking::the_end_of_a_lock_is_shown_in_utc,
        locking::a_lock_cannot_end_in_the_past,
        lifecycle::an_active_user_is_put_aside_and_taken_back,
        lifecycle::a_lock_ends_with_the_deactivation,
        lifecycle::what_a_state_does_not_allow_is_refused,
        lifecycle::an_inactive_users_token_is_refused_at_once_and_works_again_after_the_reactivation,
        lifecycle::an_instance_owner_can_leave_while_another_one_is_active,
        deleting::a_user_can_be_deleted_in_every_state_and_does_not_exist_from_then_on,
        deleting::the_id_of_a_deleted_user_stays_taken,
        deleting::the_usernames_of_a_deleted_user_are_free_again,
        deleting::the_token_of_a_deleted_user_is_refused_at_once,
        deleting::a_user_with_everything_can_be_deleted,
        profile::data_is_replaced_as_a_whole,
        profile::data_has_to_be_given_and_is_bounded,
        profile::users_in_every_state_can_be_edited,
        profile::a_username_is_added_and_removed,
        profile::a_username_that_somebody_has_cannot_be_added,
        profile::a_username_that_is_not_the_users_cannot_be_removed,
        profile::the_101st_username_is_refused,
        profile::a_username_has_to_be_given_and_well_formed,
        profile::a_password_is_set_as_typed_or_hashed,
        profile::a_password_has_to_be_given_and_is_not_repeated,
        profile::what_is_not_done_yet_is_refused_by_its_name,
        searching::usernames_are_compared_in_eight_ways,
        searching::ids_are_compared_in_eight_ways,
        searching::wildcards_are_characters_like_any_other,
        searching::names_of_the_organization_can_be_told_apart,
        conditions::conditions_are_combined,
        conditions::locks_are_found_by_cause_and_time,
        conditions::conditions_are_nested_up_to_20_levels_deep,
        conditions::conditions_are_counted_and_have_to_say_something,
        conditions::texts_and_numbers_of_conditions_have_to_be_well_formed,
        conditions::conditions_on_what_is_not_kept_are_refused_by_their_names,
        listing::users_are_listed_as_they_are_read,
        listing::only_who_is_within_reach_is_listed_and_counted,
        listing::deleted_users_are_neither_listed_nor_counted,
        listing::lists_are_ordered_and_ties_are_broken_by_the_id,
        listing::a_list_has_100_users_unless_another_number_is_given,
        listing::parts_of_lists_have_bounds,
        listing::what_lists_can_be_ordered_by_is_defined,
        history::each_change_is_told_once_with_who_and_why,
        history::what_people_have_said_about_a_user_goes_with_the_user,
        history::what_unlockd_does_itself_has_no_actor,
        history::history_is_filtered_by_all_that_is_given,
        history::history_is_filtered_by_time_and_the_bounds_do_not_count,
        history::only_history_within_reach_is_told,
        history::what_history_is_filtered_by_has_to_be_well_formed,
        history::history_names_nobody,
        history_pages::pages_lead_through_the_history_once_in_both_directions,
        history_pages::what_happens_between_two_pages_moves_nothing,
        history_pages::a_page_token_leads_on_in_its_own_listing_only,
        history_pages::a_page_has_100_events_unless_another_number_is_given,
        watching::a_watch_tells_what_happens_from_now_on,
        watching::a_watch_begins_behind_any_position,
        watching::a_watch_that_broke_off_goes_on_without_a_gap_and_without_a_repetition,
        watching::a_watch_goes_on_where_a_listing_has_ended,
        watching::a_watch_tells_what_it_is_asked_for,
        watching::only_what_is_within_reach_is_watched,
        watching::a_watch_ends_when_its_caller_may_not_come_in_any_more,
        watching::what_is_watched_has_to_be_well_formed,
        watching::nobody_watches_behind_the_last_event,
        repeating::a_repeated_request_gets_the_first_answer_again,
        repeating::a_request_is_repeated_over_whatever_came_in_between,
        repeating::a_request_can_be_repeated_after_the_user_was_deleted,
        repeating::a_user_without_a_given_id_is_created_once,
        repeating::two_copies_at_once_are_done_once_and_answered_alike,
        repeating::repeating_is_no_way_around_a_lock,
        keys::a_key_belongs_to_one_request,
        keys::of_a_creation_every_field_counts,
        keys::each_caller_has_keys_of_their_own,
        keys::a_request_that_was_refused_has_not_used_its_key,
        keys::a_key_has_1_to_200_printable_characters_and_is_given_once,
        keys::a_key_is_refused_where_repeating_is_not_safe_and_ignored_where_nothing_changes,
        expecting::a_user_is_changed_as_they_were_seen,
        expecting::a_user_who_is_not_as_they_were_seen_is_left_alone,
        expecting::a_user_who_is_to_be_has_no_sequence,
        expecting::the_sequence_is_looked_at_before_the_state,
        expecting::the_sequence_is_looked_at_behind_permission_and_user,
        expecting::of_two_who_have_seen_the_same_one_gets_through,
        expecting::a_repeated_request_is_answered_though_the_user_has_changed,
        creating::a_user_without_an_id_gets_one,
        creating::a_user_keeps_the_id_they_are_given,
        creating::an_id_of_200_characters_is_taken_as_it_is,
        creating::an_id_is_given_out_once,
        creating::usernames_are_unique_ignoring_case,
        creating::organization_specific_usernames_are_unique_within_the_organization,
        creating::a_user_cannot_have_one_username_twice,
        creating::an_organization_has_to_exist,
        creating::of_a_password_only_its_time_is_shown,
        creating::data_comes_back_as_it_was_given,
        creating::data_of_16_kibibytes_and_30_levels_is_kept,
        names::a_login_name_means_one_user,
        names::blanks_and_characters_without_a_width_make_no_other_name,
        names::a_username_consists_of_letters_digits_and_ascii_punctuation,
        names::a_login_name_that_nobody_could_type_is_refused,
        names::ids_that_mean_another_path_are_refused_for_new_users,
        reading::a_user_is_shown_as_they_were_created,
        reading::a_user_with_nothing_is_shown_with_nothing,
        reading::reading_oneself_needs_no_role,
        reading::readers_of_the_instance_are_told_that_a_user_does_not_exist,
        reading::ids_are_compared_letter_by_letter,
        authorization::nobody_gets_in_without_a_token,
        authorization::tokens_that_were_never_issued_are_refused,
        authorization::the_token_is_looked_at_before_the_form,
        authorization::the_form_is_looked_at_before_the_permission,
        authorization::the_permission_is_looked_at_before_the_user,
        authorization::the_user_is_looked_for_before_their_state,
        authorization::owners_of_the_instance_are_told_what_does_not_exist,
        authorization::a_user_of_another_organization_and_one_who_does_not_exist_look_the_same,
        authorization::another_organization_and_one_that_does_not_exist_look_the_same,
        authorization::a_session_of_another_organization_and_one_that_does_not_exist_look_the_same,
        authorization::what_is_out_of_reach_is_neither_listed_nor_told,
        authorization::everybody_does_what_their_role_allows_within_their_reach,
        authorization::roles_on_the_instance_reach_every_organization,
        authorization::changing_oneself_needs_the_permission,
        authorization::a_manager_can_lock_themselves_and_is_out_at_once,
        signing_in::a_locked_user_cannot_sign_in_and_can_again_after_the_unlock,
        signing_in::somebody_signs_in_by_id_or_by_name_in_any_case,
        signing_in::somebody_is_named_first_and_shows_the_password_later,
        signing_in::a_session_can_begin_with_nobody,
        signing_in::naming_somebody_tells_nothing_about_them,
        signing_in::a_wrong_password_begins_no_session_and_changes_none,
        signing_in::the_user_of_a_session_cannot_be_changed,
        signing_in::a_password_is_the_same_however_its_characters_are_composed,
        signing_in::what_is_checked_otherwise_is_refused_by_its_name,
        signing_in::checks_have_to_be_well_formed,
        session_tokens::the_token_changes_with_every_change_and_the_one_before_stops_working,
        session_tokens::a_token_that_is_not_the_sessions_is_refused_whoever_brings_it,
        session_tokens::the_token_is_a_bearer_for_what_its_user_may_do,
        session_tokens::before_the_password_is_shown_the_token_is_no_bearer,
        session_tokens::the_session_of_a_user_who_is_kept_out_is_refused_and_works_again_later,
        session_tokens::the_session_of_a_user_who_is_kept_out_can_be_ended,
        session_tokens::the_sessions_of_a_deleted_user_are_gone,
        session_tokens::a_session_is_ended_once_and_ending_it_again_changes_nothing,
        session_access::sessions_are_begun_by_who_may_do_so_on_the_instance,
        session_access::its_token_opens_a_session_to_everybody,
        session_access::without_its_token_only_who_may_comes_to_a_session,
        session_access::a_session_in_which_no_password_was_shown_belongs_to_the_instance,
        session_access::who_signed_in_sees_the_other_sessions_of_the_same_user_agent,
        session_access::sessions_are_listed_to_who_may_read_them,
        session_lists::sessions_are_found_by_their_ids_and_their_user,
        session_lists::sessions_are_listed_as_they_are_read,
        session_lists::sessions_are_ordered_by_their_beginning_and_told_in_parts,
        session_lists::what_sessions_are_searched_by_is_defined_and_bounded,
        session_notes::notes_are_merged_and_an_empty_value_takes_one_away,
        session_notes::a_session_has_up_to_32_notes,
        session_notes::the_user_agent_is_shown_as_it_was_given,
        session_notes::a_session_ends_when_its_lifetime_is_over,
        session_notes::a_lifetime_is_longer_than_nothing,
        silence::every_kind_of_wrong_guess_is_answered_alike,
        silence::every_kind_of_wrong_guess_in_a_session_is_answered_alike,
        lockout::wrong_passwords_are_counted_and_one_too_many_locks,
        lockout::behind_the_lock_no_password_is_tried_until_the_unlock,
        lockout::a_success_forgets_the_failures,
        lockout::a_policy_of_0_attempts_never_locks,
        lockout::a_lock_without_a_duration_lasts_until_somebody_unlocks,
        lockout::each_further_lock_lasts_longer_until_a_sign_in_succeeds,
        lockout::a_lock_is_revealed_to_those_who_know_the_password_where_the_policy_says_so,
        lockout::of_many_guesses_at_once_no_more_are_counted_than_the_limit,
        kinds_of_locks::a_policy_lock_bars_new_sign_ins_and_leaves_sessions_and_access_tokens,
        kinds_of_locks::a_policy_lock_ends_sessions_and_access_tokens_where_the_policy_says_so,
        kinds_of_locks::an_operators_lock_replaces_one_of_the_policy_in_one_event,
        kinds_of_locks::an_operators_lock_is_changed_by_a_lock_that_replaces_it,
        kinds_of_locks::a_password_that_an_operator_sets_lifts_a_lock_of_the_policy,
        throttling::a_source_has_so_many_wrong_guesses_for_a_name,
        throttling::blocks_are_shown_with_the_user_and_told_to_whoever_unlocks_them,
        throttling::a_source_is_slowed_down_for_names_that_nobody_has,
        throttling::failures_that_change_no_user_are_told_and_refusals_once_a_minute,
        throttling::names_that_differ_in_case_are_one,
        throttling::a_success_forgets_the_failures_of_its_source,
        throttling::whoever_lets_a_user_back_in_gives_all_sources_attempts_anew,
        throttling::a_new_password_gives_all_sources_attempts_anew,
        own_passwords::whoever_knows_their_password_replaces_it_without_any_role,
        own_passwords::the_password_of_somebody_else_needs_the_permission_as_well,
        own_passwords::a_wrong_current_password_counts_and_locks,
        own_passwords::a_current_password_is_not_tried_behind_a_lock_of_an_operator,
        own_passwords::current_passwords_are_counted_by_source_together_with_sign_ins,
        own_passwords::the_sequence_is_that_before_the_current_password_was_shown,
        own_passwords::a_new_password_has_at_least_8_characters,
        resetting_passwords::a_code_replaces_a_forgotten_password,
        resetting_passwords::a_code_can_be_typed_in_any_case,
        resetting_passwords::a_reset_lifts_a_lock_of_the_policy_and_leaves_that_of_an_operator,
        resetting_passwords::five_wrong_codes_use_the_right_one_up,
        resetting_passwords::four_wrong_codes_leave_one_try,
        resetting_passwords::a_code_works_once,
        resetting_passwords::another_code_takes_the_place_of_an_earlier_one,
        resetting_passwords::a_code_is_no_good_after_another_change_of_the_password,
        resetting_passwords::a_code_is_good_for_its_user_only,
        resetting_passwords::an_inactive_user_gets_a_password_and_stays_inactive,
        resetting_passwords::whoever_has_a_code_replaces_their_password_without_any_role,
        resetting_passwords::without_an_open_code_every_code_is_wrong,
        resetting_passwords::unlockd_sends_no_codes_itself,
        policies::an_organization_has_a_policy_of_its_own_until_it_is_reset,
        policies::what_is_not_set_is_as_in_the_default,
        policies::numbers_and_spans_of_policies_have_bounds,
        policies::settings_tell_the_same_as_the_policy,
        policies::the_policy_of_the_instance_is_no_business_of_an_organization,
        sign_in_history::sign_ins_and_resets_are_told_with_their_source,
        sign_in_history::where_somebody_signed_in_goes_with_the_user,
        sign_in_history::changes_of_a_policy_are_told_with_what_was_set,
        sign_in_history::every_policy_is_told_as_it_was_set,
        bad_input::an_id_has_1_to_200_characters_and_no_nul,
        bad_input::a_reason_has_at_most_500_characters_and_no_nul,
        bad_input::a_reason_of_500_characters_goes_with_an_unlock,
        bad_input::an_organization_has_to_be_given,
        bad_input::a_username_has_1_to_200_characters_and_no_nul,
        bad_input::a_user_has_at_most_100_usernames,
        bad_input::a_password_has_1_to_200_characters_and_no_nul_and_is_not_repeated,
        bad_input::a_hash_has_to_be_of_a_known_algorithm_and_is_not_repeated,
        bad_input::data_has_at_most_16_kibibytes_and_30_levels,
        bad_input::all_that_is_wrong_is_said_at_once,
        bad_input::of_many_that_are_wrong_the_first_20_are_said,
        bad_input::what_is_documented_and_not_done_is_refused_by_its_name,
    }
}
