//! From what a wire brings to commands and questions about sessions.

use std::time::Duration;

use unlockd_application::ports::{SecretToken, SortDirection};
use unlockd_application::sessions::{
    ChallengesForm, CheckUserForm, ChecksForm, CreateSessionForm, DeleteSession, GetSession, ListSessionsForm,
    SessionSearchQueryForm, SetSessionForm, UserCondition,
};
use unlockd_application::users::{IdForm, MalformedSegment, SafeguardsForm};
use unlockd_application::{Error, ErrorReason, MalformedDuration};
use unlockd_domain::UserAgentFields;
use unlockd_testkit::fixtures;

use crate::forms::{fields, violations};
use crate::lobby::{PASSWORD, ada, by_id, password};

fn named(id: &str) -> IdForm {
    IdForm {
        in_path: None,
        in_message: id.to_owned(),
    }
}

fn by_name(name: &str) -> CheckUserForm {
    CheckUserForm {
        login_name: Some(name.to_owned()),
        ..CheckUserForm::default()
    }
}

fn create_with(checks: ChecksForm) -> CreateSessionForm {
    CreateSessionForm {
        checks,
        ..CreateSessionForm::default()
    }
}

fn set_with(checks: ChecksForm) -> SetSessionForm {
    SetSessionForm {
        session_id: named("s"),
        checks,
        ..SetSessionForm::default()
    }
}

#[track_caller]
fn assert_unimplemented<T>(outcome: Result<T, Error>, field: &str) {
    let error = outcome.err().unwrap();
    assert_eq!(error.reason(), ErrorReason::Unimplemented);
    assert_eq!(error.describe(None).metadata, [("field", field.to_owned())]);
}

#[test]
fn a_session_begins_with_nothing_or_with_all_that_there_is() {
    let nothing = CreateSessionForm::default().parse().unwrap();
    assert_eq!((nothing.checks.user, nothing.checks.password), (None, None));
    assert_eq!((nothing.user_agent, nothing.lifetime), (None, None));

    let everything = CreateSessionForm {
        checks: ChecksForm {
            user: Some(by_name("ada")),
            password: Some(PASSWORD.to_owned()),
            ..ChecksForm::default()
        },
        metadata: vec![("a".to_owned(), vec![1])],
        challenges: ChallengesForm::default(),
        user_agent: Some(UserAgentFields::default()),
        lifetime: Some(Ok(Duration::from_mins(1))),
        safeguards: SafeguardsForm::default(),
    };
    let everything = everything.parse().unwrap();
    assert_eq!(everything.checks.user, Some(ada()));
    assert_eq!(everything.checks.password, Some(password(PASSWORD)));
    assert_eq!(everything.metadata.entries().len(), 1);
    assert_eq!(everything.lifetime, Some(Duration::from_mins(1)));
    let by_user_id = ChecksForm {
        user: Some(CheckUserForm {
            user_id: Some("ada".to_owned()),
            ..CheckUserForm::default()
        }),
        ..ChecksForm::default()
    };
    assert_eq!(create_with(by_user_id).parse().unwrap().checks.user, Some(by_id("ada")));
}

#[test]
fn all_that_is_wrong_with_a_beginning_is_said_in_the_order_of_the_proto() {
    let form = CreateSessionForm {
        checks: ChecksForm {
            user: Some(by_name("")),
            password: Some("p".repeat(1025)),
            ..ChecksForm::default()
        },
        metadata: vec![(String::new(), vec![1])],
        user_agent: Some(UserAgentFields {
            ip: Some("i".repeat(201)),
            ..UserAgentFields::default()
        }),
        lifetime: Some(Ok(Duration::ZERO)),
        ..CreateSessionForm::default()
    };
    let wrong = [
        "checks.user.login_name",
        "checks.password.password",
        "metadata",
        "user_agent",
        "lifetime",
    ];
    assert_eq!(fields(form.parse()), wrong);
}

#[test]
fn somebody_is_named_by_an_id_or_by_a_name() {
    let both = Some(CheckUserForm {
        user_id: Some("ada".to_owned()),
        login_name: Some("ada".to_owned()),
    });
    for user in [both, Some(CheckUserForm::default())] {
        let checks = ChecksForm {
            user,
            ..ChecksForm::default()
        };
        let problem = "must have a user_id or a login_name".to_owned();
        assert_eq!(
            violations(create_with(checks).parse()),
            [("checks.user".to_owned(), problem)]
        );
    }
}

#[test]
fn a_password_is_shown_by_somebody() {
    let alone = || ChecksForm {
        password: Some(PASSWORD.to_owned()),
        ..ChecksForm::default()
    };
    assert_eq!(fields(create_with(alone()).parse()), ["checks.user"]);
    // Who it is may have been said before.
    assert!(set_with(alone()).parse().is_ok());
}

/// Puts something into the checks that nothing is done with.
type Asking = fn(&mut ChecksForm);

#[test]
fn checks_and_challenges_that_are_not_made_are_refused_by_name() {
    let checks: [(Asking, &str); 5] = [
        (|checks| checks.has_web_auth_n = true, "checks.web_auth_n"),
        (|checks| checks.has_idp_intent = true, "checks.idp_intent"),
        (|checks| checks.has_totp = true, "checks.totp"),
        (|checks| checks.has_otp_sms = true, "checks.otp_sms"),
        (|checks| checks.has_otp_email = true, "checks.otp_email"),
    ];
    for (ask, field) in checks {
        let mut form = ChecksForm {
            user: Some(by_name("")),
            ..ChecksForm::default()
        };
        ask(&mut form);
        assert_unimplemented(create_with(form).parse(), field);
        let mut form = ChecksForm::default();
        ask(&mut form);
        assert_unimplemented(set_with(form).parse(), field);
    }
    let none = ChallengesForm::default();
    for (challenges, field) in [
        (
            ChallengesForm {
                has_web_auth_n: true,
                ..none
            },
            "challenges.web_auth_n",
        ),
        (
            ChallengesForm {
                has_otp_sms: true,
                ..none
            },
            "challenges.otp_sms",
        ),
        (
            ChallengesForm {
                has_otp_email: true,
                ..none
            },
            "challenges.otp_email",
        ),
    ] {
        let create = CreateSessionForm {
            challenges,
            ..CreateSessionForm::default()
        };
        assert_unimplemented(create.parse(), field);
        let set = SetSessionForm {
            challenges,
            ..SetSessionForm::default()
        };
        assert_unimplemented(set.parse(), field);
    }
}

#[test]
fn all_that_is_wrong_with_a_change_is_said_in_the_order_of_the_proto() {
    let form = SetSessionForm {
        session_id: IdForm {
            in_path: Some(Err(MalformedSegment)),
            in_message: String::new(),
        },
        metadata: vec![("a".to_owned(), vec![7; 4_097])],
        lifetime: Some(Err(MalformedDuration)),
        ..SetSessionForm::default()
    };
    assert_eq!(fields(form.parse()), ["session_id", "metadata", "lifetime"]);
}

fn delete(id: IdForm, token: Option<String>) -> Result<DeleteSession, Error> {
    DeleteSession::parse(id, token, &SafeguardsForm::default())
}

#[test]
fn keys_must_be_well_formed_and_expected_sequences_are_not_known_here() {
    let safeguards = || SafeguardsForm {
        idempotency_keys: vec![Vec::new()],
        if_match: vec![b"\"1\"".to_vec()],
        if_sequence: None,
    };
    let refused = ["if-match", "idempotency-key"];
    let create = CreateSessionForm {
        safeguards: safeguards(),
        ..CreateSessionForm::default()
    };
    assert_eq!(fields(create.parse()), refused);
    let set = SetSessionForm {
        safeguards: safeguards(),
        ..set_with(ChecksForm::default())
    };
    assert_eq!(fields(set.parse()), refused);
    assert_eq!(fields(DeleteSession::parse(named("s"), None, &safeguards())), refused);
}

#[test]
fn an_empty_token_is_none() {
    let token = |text: &str| {
        let form = SetSessionForm {
            session_token: text.to_owned(),
            ..set_with(ChecksForm::default())
        };
        form.parse().unwrap().token
    };
    assert_eq!(token(""), None);
    assert_eq!(token("t"), Some(SecretToken::new("t")));
    for (given, expected) in [
        (None, None),
        (Some(String::new()), None),
        (Some("t".to_owned()), Some(SecretToken::new("t"))),
    ] {
        assert_eq!(GetSession::parse(named("s"), given.clone()).unwrap().token, expected);
        assert_eq!(delete(named("s"), given).unwrap().token, expected);
    }
    assert_eq!(fields(GetSession::parse(IdForm::default(), None)), ["session_id"]);
    assert_eq!(fields(delete(IdForm::default(), None)), ["session_id"]);
}

fn queries(queries: Vec<SessionSearchQueryForm>) -> ListSessionsForm {
    ListSessionsForm {
        queries,
        ..ListSessionsForm::default()
    }
}

fn ids(ids: &[&str]) -> SessionSearchQueryForm {
    SessionSearchQueryForm::Ids(ids.iter().map(|id| (*id).to_owned()).collect())
}

fn user(id: &str) -> SessionSearchQueryForm {
    SessionSearchQueryForm::UserId(id.to_owned())
}

#[test]
fn without_anything_the_last_100_sessions_are_asked_for() {
    let query = ListSessionsForm::default().parse().unwrap();
    assert_eq!((query.ids, query.user), (None, UserCondition::Anybody));
    assert_eq!(
        (query.direction, query.offset, query.limit),
        (SortDirection::Descending, 0, 100)
    );
    let query = ListSessionsForm {
        offset: 7,
        limit: 1_000,
        ascending: true,
        sorting_column: 1,
        queries: Vec::new(),
    };
    let query = query.parse().unwrap();
    assert_eq!(
        (query.direction, query.offset, query.limit),
        (SortDirection::Ascending, 7, 1_000)
    );
}

#[test]
fn several_queries_have_to_be_fulfilled_together() {
    let session_ids = |texts: &[&str]| Some(texts.iter().map(|id| fixtures::session_id(id)).collect::<Vec<_>>());
    let parse = |forms| {
        let query = queries(forms).parse().unwrap();
        (query.ids, query.user)
    };
    let somebody = UserCondition::Somebody(fixtures::user_id("ada"));
    assert_eq!(
        parse(vec![ids(&["a", "b"]), ids(&["c", "b"])]),
        (session_ids(&["b"]), UserCondition::Anybody)
    );
    assert_eq!(parse(vec![ids(&[])]), (session_ids(&[]), UserCondition::Anybody));
    assert_eq!(
        parse(vec![user("ada"), user("ada"), ids(&["a"])]),
        (session_ids(&["a"]), somebody)
    );
    assert_eq!(
        parse(vec![user("ada"), user("grace"), user("ada")]),
        (None, UserCondition::Nobody)
    );
}

#[test]
fn all_that_is_wrong_with_a_question_is_said_at_once() {
    let form = ListSessionsForm {
        offset: u64::MAX,
        limit: 1_001,
        ascending: false,
        sorting_column: 2,
        queries: vec![
            ids(&["a", ""]),
            user(""),
            SessionSearchQueryForm::Malformed,
            ids(&["a"; 1_001]),
        ],
    };
    let wrong = [
        "query.limit",
        "query.offset",
        "sorting_column",
        "queries[0].ids_query.ids[1]",
        "queries[1].user_id_query.id",
        "queries[2]",
        "queries[3].ids_query.ids",
    ];
    assert_eq!(fields(form.parse()), wrong);
}

#[test]
fn a_query_that_is_not_answered_is_refused_by_name() {
    let form = queries(vec![
        user("ada"),
        SessionSearchQueryForm::Unimplemented("creation_date_query"),
    ]);
    assert_unimplemented(form.parse(), "queries[1].creation_date_query");
}
