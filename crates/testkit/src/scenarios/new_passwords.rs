//! Passwords that are too easy to guess, and hashes of other systems.

use super::session_stage::{by_id, plain};
use super::signing_in::assert_invalid_credentials;
use super::stage::assert_violates;
use super::{CreateUserRequest, Failure, PasswordRequest, Request, SetPasswordRequest, Stage};

const COMMON: &str = "1QAZ2wsx3EDC4rfv";

pub(super) async fn a_common_password_and_ones_own_username_are_refused(stage: &Stage<'_>) {
    for (password, problem) in [
        (COMMON, "is among the most common passwords"),
        ("              ", "must not consist of blanks only"),
        ("NINA.Simone.1933", "is one of the user's own usernames"),
    ] {
        let request = CreateUserRequest {
            usernames: vec![("nina.simone.1933".to_owned(), false)],
            password: Some(plain(password)),
            ..stage.new_user()
        };
        let failure = stage.managers_refusal(Request::CreateUser(request)).await;
        assert_refused_for(&failure, "authenticators.password.password", problem);
    }
    let user_id = stage.user_with_password().await;
    let failure = stage.managers_refusal(set(&user_id, plain(COMMON))).await;
    assert_refused_for(&failure, "new_password.password", "is among the most common passwords");
}

pub(super) async fn a_hash_with_padding_is_imported_and_lets_its_owner_in(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let hash = "$pbkdf2-sha256$i=1000$AQIDBAUGBwgJCgsMDQ4PEA==$/2dI7XBJLqudio8xCBLKrd+9BcvFBeZHw4vl26PcHPo=";
    stage.managers_change(set(&user_id, hashed(hash))).await;

    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), "tr0ub4dor&3 x").await);
    // The second time it is compared with the hash that has replaced the imported one.
    for _ in 0..2 {
        let session = stage.sign_in(by_id(&user_id), "Tr0ub4dor&3 x").await;
        assert!(session.is_ok(), "{session:?}");
    }
}

pub(super) async fn a_long_password_behind_an_imported_hash_lets_its_owner_in(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let hash = "$6$rounds=1000$B4TVHLKFH.lBirxO$40Wvs5EasP91duURB9aKA8fZiK3M2Weepx2qMO6OgtzP48MWHoBvi5ARtha0LDE3xqj1exUhZ/\
                pPlGTHUpLgp1";
    stage.managers_change(set(&user_id, hashed(hash))).await;
    for _ in 0..2 {
        let session = stage.sign_in(by_id(&user_id), &"a".repeat(300)).await;
        assert!(session.is_ok(), "{session:?}");
    }
}

pub(super) async fn a_hash_that_costs_too_much_is_not_imported(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let hash = "$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$crqBzssGZtxY13DCV5Ivn1XR8kgjx1jj7W3jy8f66Hk";
    let failure = stage.managers_refusal(set(&user_id, hashed(hash))).await;
    let problem = "costs too much to verify; the limit is 128 MiB of memory";
    assert_refused_for(&failure, "new_password.hash", problem);
}

fn set(user_id: &str, new_password: PasswordRequest) -> Request {
    Request::SetPassword(SetPasswordRequest {
        user_id: user_id.to_owned(),
        new_password: Some(new_password),
        verification: None,
    })
}

fn hashed(hash: &str) -> PasswordRequest {
    PasswordRequest::Hash {
        hash: hash.to_owned(),
        change_required: false,
    }
}

#[track_caller]
fn assert_refused_for(failure: &Failure, field: &str, problem: &str) {
    assert_violates(failure, &[field]);
    assert_eq!(failure.field_violations, [(field.to_owned(), problem.to_owned())]);
}
