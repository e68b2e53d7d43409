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

mod authorization;
mod bad_input;
mod creating;
mod locking;
mod reading;
mod stage;
mod unlocking;
mod wire;
mod world;

use stage::Stage;
pub use wire::{Answer, CreateUserRequest, Details, Failure, Lock, PasswordRequest, Request, User, Username, Wire};
pub use world::{Member, World};

pub use locking::the_last_instance_owner_cannot_be_locked;

/// Every scenario, one after the other; each under fresh ids, so that the list can be run on a store that is in use. The
/// name of each is printed, so that the last line of a failed run says which one failed.
///
/// # Panics
/// When the wire answers otherwise than a scenario tells.
pub async fn run_all(world: &World, wire: &dyn Wire) {
    let stage = &Stage { world, wire };
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
        locking::an_instance_owner_can_be_locked_while_another_one_is_active,
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
        authorization::a_user_of_another_organization_and_one_who_does_not_exist_look_the_same,
        authorization::another_organization_and_one_that_does_not_exist_look_the_same,
        authorization::owners_and_managers_create_read_lock_and_unlock_within_their_reach,
        authorization::roles_on_the_instance_reach_every_organization,
        authorization::viewers_read_and_do_not_write,
        authorization::changing_oneself_needs_the_permission,
        authorization::a_manager_can_lock_themselves_and_is_out_at_once,
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
