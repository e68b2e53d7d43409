//! From what a wire brings to the commands that change a user.

use unlockd_application::users::{
    AddUsername, CreateUserForm, DeactivateUser, DeleteUser, IdForm, LockUser, OrganizationForm, PasswordForm,
    ReactivateUser, RemoveUsername, SafeguardsForm, SetPasswordForm, UnlockUser, UpdateUserForm, UsernameForm,
};
use unlockd_application::{Error, ErrorReason};
use unlockd_domain::{Timestamp, UserData, UserDataError};
use unlockd_testkit::fixtures;

use crate::forms::{fields, violations};
use crate::stage;

fn named(id: &str) -> IdForm {
    IdForm {
        in_path: None,
        in_message: id.to_owned(),
    }
}

/// A key that is none, and a sequence that is none.
fn wrong() -> SafeguardsForm {
    SafeguardsForm {
        idempotency_keys: vec![Vec::new()],
        if_match: vec![b"3".to_vec()],
        if_sequence: None,
    }
}

fn with_key() -> SafeguardsForm {
    SafeguardsForm {
        idempotency_keys: vec![b"key".to_vec()],
        ..SafeguardsForm::default()
    }
}

fn username(name: &str) -> UsernameForm {
    UsernameForm {
        username: name.to_owned(),
        is_organization_specific: false,
    }
}

fn password(text: &str) -> PasswordForm {
    PasswordForm {
        password: Some(text.to_owned()),
        ..PasswordForm::default()
    }
}

#[track_caller]
fn assert_unimplemented<T: std::fmt::Debug>(outcome: Result<T, Error>, field: &str) {
    let description = outcome.expect_err("it is not done").describe(None);
    assert_eq!(description.reason, ErrorReason::Unimplemented);
    assert_eq!(description.metadata, [("field", field.to_owned())]);
}

#[test]
fn all_that_is_wrong_with_a_change_of_state_is_said_in_the_order_of_the_proto() {
    let too_long = || "r".repeat(501);
    let tomorrow = Some(Timestamp::parse_rfc3339("tomorrow"));
    let nobody = IdForm::default;
    let safeguards = ["idempotency-key", "if-match"];

    let lock = fields(LockUser::parse(nobody(), too_long(), tomorrow, false, wrong()));
    assert_eq!(lock[..3], ["user_id", "reason", "locked_until"]);
    assert_eq!(lock[3..], safeguards);
    for outcome in [
        fields(UnlockUser::parse(nobody(), too_long(), wrong())),
        fields(DeactivateUser::parse(nobody(), too_long(), wrong())),
        fields(ReactivateUser::parse(nobody(), too_long(), wrong())),
    ] {
        assert_eq!(outcome[..2], ["user_id", "reason"]);
        assert_eq!(outcome[2..], safeguards);
    }
    let delete = fields(DeleteUser::parse(nobody(), wrong()));
    assert_eq!(delete, ["user_id", "idempotency-key", "if-match"]);
}

#[test]
fn a_well_formed_change_of_state_says_what_it_was_given() {
    let reason = || "moved on".to_owned();
    let said = || Some(fixtures::reason("moved on"));
    let until = Timestamp::MAX;

    let lock = LockUser::parse(named("ada"), reason(), Some(Ok(until)), true, with_key()).unwrap();
    assert_eq!((lock.until, lock.safeguards), (Some(until), stage::under("key")));
    assert_eq!((lock.user_id.as_str(), lock.reason), ("ada", said()));
    let unlock = UnlockUser::parse(named("ada"), String::new(), with_key()).unwrap();
    assert_eq!((unlock.reason, unlock.safeguards), (None, stage::under("key")));
    let deactivate = DeactivateUser::parse(named("ada"), reason(), with_key()).unwrap();
    assert_eq!(
        (deactivate.reason, deactivate.safeguards),
        (said(), stage::under("key"))
    );
    let reactivate = ReactivateUser::parse(named("ada"), reason(), with_key()).unwrap();
    assert_eq!(
        (reactivate.reason, reactivate.safeguards),
        (said(), stage::under("key"))
    );
    let delete = DeleteUser::parse(named("ada"), with_key()).unwrap();
    assert_eq!(
        (delete.user_id.as_str(), delete.safeguards),
        ("ada", stage::under("key"))
    );
}

#[test]
fn what_takes_no_key_still_takes_a_sequence() {
    let at_three = || SafeguardsForm {
        if_match: vec![b"\"3\"".to_vec()],
        ..SafeguardsForm::default()
    };
    let update = UpdateUserForm {
        user_id: named("ada"),
        data: Some(UserData::from_json("{}")),
        safeguards: at_three(),
        ..UpdateUserForm::default()
    };
    let set_password = SetPasswordForm {
        user_id: named("ada"),
        new_password: Some(password("open sesame")),
        safeguards: at_three(),
        ..SetPasswordForm::default()
    };
    for safeguards in [
        update.parse().unwrap().safeguards,
        set_password.parse().unwrap().safeguards,
        AddUsername::parse(named("ada"), Some(username("ada")), at_three())
            .unwrap()
            .safeguards,
        RemoveUsername::parse(named("ada"), named("1"), at_three())
            .unwrap()
            .safeguards,
    ] {
        assert_eq!(safeguards, stage::only_at(3));
    }
}

#[test]
fn all_that_is_wrong_with_an_update_is_said_in_the_order_of_the_proto() {
    let update = |data| UpdateUserForm {
        data,
        safeguards: wrong(),
        ..UpdateUserForm::default()
    };
    let expected = ["user_id", "data", "idempotency-key", "if-match"];
    assert_eq!(fields(update(None).parse()), expected);
    assert_eq!(fields(update(Some(Err(UserDataError::NotJson))).parse()), expected);
    let missing = violations(update(None).parse()).swap_remove(1);
    assert_eq!(missing, ("data".to_owned(), "must be given".to_owned()));
}

#[test]
fn an_update_of_what_is_not_kept_is_refused_by_name_before_anything_is_judged() {
    let contact = UpdateUserForm {
        has_contact: true,
        ..UpdateUserForm::default()
    };
    let schema = UpdateUserForm {
        has_schema_id: true,
        ..UpdateUserForm::default()
    };
    assert_unimplemented(contact.parse(), "contact");
    assert_unimplemented(schema.parse(), "schema_id");
}

#[test]
fn all_that_is_wrong_with_a_new_password_is_said_in_the_order_of_the_proto() {
    let set = |new_password| SetPasswordForm {
        new_password,
        safeguards: wrong(),
        ..SetPasswordForm::default()
    };
    let hash = |hash: &str| PasswordForm {
        hash: Some(hash.to_owned()),
        ..PasswordForm::default()
    };
    let both = PasswordForm {
        password: Some("open sesame".to_owned()),
        ..hash("$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy")
    };
    for (form, field, problem) in [
        (None, "new_password", "must be given"),
        (
            Some(PasswordForm::default()),
            "new_password",
            "must have a password or a hash",
        ),
        (Some(both), "new_password", "must have a password or a hash, not both"),
        (Some(password("")), "new_password.password", "must not be empty"),
        (Some(hash("")), "new_password.hash", "must not be empty"),
    ] {
        let wrong = violations(set(form).parse());
        assert_eq!(wrong[0].0, "user_id");
        assert_eq!(wrong[1], (field.to_owned(), problem.to_owned()));
        assert_eq!(
            (wrong[2].0.as_str(), wrong[3].0.as_str()),
            ("idempotency-key", "if-match")
        );
        assert_eq!(wrong.len(), 4);
    }
}

#[test]
fn all_that_is_wrong_with_a_username_is_said_in_the_order_of_the_proto() {
    let add = |form| AddUsername::parse(IdForm::default(), form, wrong());
    for (form, field) in [(None, "username"), (Some(username("")), "username.username")] {
        assert_eq!(fields(add(form)), ["user_id", field, "idempotency-key", "if-match"]);
    }
    let remove = RemoveUsername::parse(IdForm::default(), IdForm::default(), wrong());
    assert_eq!(
        fields(remove),
        ["user_id", "username_id", "idempotency-key", "if-match"]
    );
    let contradiction = IdForm {
        in_path: Some(Ok("1".to_owned())),
        in_message: "2".to_owned(),
    };
    let remove = violations(RemoveUsername::parse(
        named("ada"),
        contradiction,
        SafeguardsForm::default(),
    ));
    let problem = "must be the same in the path and in the body".to_owned();
    assert_eq!(remove, [("username_id".to_owned(), problem)]);
}

#[test]
fn the_safeguards_of_a_new_user_are_judged_last() {
    let form = CreateUserForm {
        data: Some(Err(UserDataError::NotJson)),
        safeguards: wrong(),
        ..CreateUserForm::default()
    };
    assert_eq!(
        fields(form.parse()),
        ["organization", "data", "idempotency-key", "if-match"]
    );
    let organization = OrganizationForm {
        org_id: "default".to_owned(),
        ..OrganizationForm::default()
    };
    let form = CreateUserForm {
        organization: Some(organization),
        safeguards: with_key(),
        ..CreateUserForm::default()
    };
    assert_eq!(form.parse().unwrap().safeguards, stage::under("key"));
}

#[test]
fn a_new_user_has_up_to_100_names() {
    let with_names = |count: usize| CreateUserForm {
        usernames: (0..count).map(|number| username(&number.to_string())).collect(),
        ..CreateUserForm::default()
    };
    assert_eq!(fields(with_names(100).parse()), ["organization"]);
    assert_eq!(
        fields(with_names(101).parse()),
        ["organization", "authenticators.usernames"]
    );
}
