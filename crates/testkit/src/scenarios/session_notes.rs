use std::collections::BTreeMap;

use super::session_stage::{HeldSession, by_id};
use super::stage::{assert_violates, moved, unexpected};
use super::{CreateSessionRequest, Failure, Request, SetSessionRequest, Stage, UserAgent};

pub(super) async fn notes_are_merged_and_an_empty_value_takes_one_away(stage: &Stage<'_>) {
    let session = stage
        .begun_with(CreateSessionRequest {
            metadata: notes(&[("kept", b"1"), ("changed", b"1"), ("removed", b"1"), ("never", b"")]),
            ..CreateSessionRequest::default()
        })
        .await;
    let every_byte: Vec<u8> = (0..=255).collect();

    let change = SetSessionRequest {
        metadata: notes(&[
            ("changed", b"2"),
            ("removed", b""),
            ("unknown", b""),
            ("ключ \u{1F511}", &every_byte),
        ]),
        ..SetSessionRequest::default()
    };
    let session = stage.went_on(&session, change).await;
    stage.went_on(&session, SetSessionRequest::default()).await;

    let expected = notes(&[("kept", b"1"), ("changed", b"2"), ("ключ \u{1F511}", &every_byte)]);
    let expected: BTreeMap<_, _> = expected.into_iter().collect();
    assert_eq!(stage.session(&session.id).await.metadata, expected);
}

pub(super) async fn a_session_has_up_to_32_notes(stage: &Stage<'_>) {
    let many = |count: usize| -> Vec<_> {
        let keys = (0..count).map(|number| format!("key {number}"));
        keys.map(|key| (key, b"value".to_vec())).collect()
    };
    let session = stage.begun_with(with_notes(many(32))).await;
    assert_eq!(stage.session(&session.id).await.metadata.len(), 32);
    let one_more = SetSessionRequest {
        metadata: notes(&[("one more", b"value")]),
        ..SetSessionRequest::default()
    };
    assert_violates(&stage.change_refusal(&session, one_more).await, &["metadata"]);
    let exchange = SetSessionRequest {
        metadata: notes(&[("one more", b"value"), ("key 0", b"")]),
        ..SetSessionRequest::default()
    };
    stage.went_on(&session, exchange).await;

    let longest = format!("k{}", "\u{1F511}".repeat(199));
    stage.begun_with(with_notes(vec![(longest, vec![0; 4_096])])).await;
    for bad in [
        many(33),
        vec![(String::new(), b"value".to_vec())],
        vec![("k".repeat(201), b"value".to_vec())],
        vec![("a\0b".to_owned(), b"value".to_vec())],
        vec![("key".to_owned(), vec![0; 4_097])],
    ] {
        let owner = stage.world.instance_owner.token.as_str();
        let failure = stage.refusal(owner, Request::CreateSession(with_notes(bad))).await;
        assert_violates(&failure, &["metadata"]);
    }
}

pub(super) async fn the_user_agent_is_shown_as_it_was_given(stage: &Stage<'_>) {
    let header = [
        ("user-agent", vec!["curl/8.7.1"]),
        ("accept", vec!["text/html", "*/*"]),
        ("empty", vec![]),
    ];
    let header = header.map(|(name, values)| (name.to_owned(), values.into_iter().map(str::to_owned).collect()));
    let full = UserAgent {
        fingerprint_id: Some(stage.world.fresh_id()),
        ip: Some("203.0.113.7".to_owned()),
        description: Some("Firefox on a tablet".to_owned()),
        header: BTreeMap::from(header),
    };
    for user_agent in [None, Some(full)] {
        let session = stage
            .begun_with(CreateSessionRequest {
                user_agent: user_agent.clone(),
                ..CreateSessionRequest::default()
            })
            .await;
        assert_eq!(stage.session(&session.id).await.user_agent, user_agent);
    }
    let too_long = "x".repeat(501);
    for bad in [
        UserAgent {
            fingerprint_id: Some(String::new()),
            ..UserAgent::default()
        },
        UserAgent {
            ip: Some(too_long.clone()),
            ..UserAgent::default()
        },
        UserAgent {
            description: Some(too_long),
            ..UserAgent::default()
        },
        UserAgent {
            header: (0..33).map(|number| (format!("name {number}"), vec![])).collect(),
            ..UserAgent::default()
        },
    ] {
        let request = CreateSessionRequest {
            user_agent: Some(bad),
            ..CreateSessionRequest::default()
        };
        let owner = stage.world.instance_owner.token.as_str();
        let failure = stage.refusal(owner, Request::CreateSession(request)).await;
        assert_violates(&failure, &["user_agent"]);
    }
}

pub(super) async fn a_session_ends_when_its_lifetime_is_over(stage: &Stage<'_>) {
    let hour = CreateSessionRequest {
        lifetime: Some("3600s".to_owned()),
        ..CreateSessionRequest::default()
    };
    let session = stage.begun_with(hour).await;
    let seen = stage.session(&session.id).await;
    let end = moved(&seen.creation_date, 3_600_000_000);
    assert_eq!(seen.expiration_date.as_ref(), Some(&end));

    let session = stage.went_on(&session, SetSessionRequest::default()).await;
    assert_eq!(stage.session(&session.id).await.expiration_date, Some(end));

    let minutes = SetSessionRequest {
        lifetime: Some("90.5s".to_owned()),
        ..SetSessionRequest::default()
    };
    let session = stage.went_on(&session, minutes).await;
    let seen = stage.session(&session.id).await;
    assert_eq!(seen.expiration_date, Some(moved(&seen.change_date, 90_500_000)));
}

pub(super) async fn a_lifetime_is_longer_than_nothing(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    for bad in ["0s", "-1s"] {
        let creation = CreateSessionRequest {
            lifetime: Some(bad.to_owned()),
            ..CreateSessionRequest::default()
        };
        let owner = stage.world.instance_owner.token.as_str();
        let failure = stage.refusal(owner, Request::CreateSession(creation)).await;
        assert_violates(&failure, &["lifetime"]);
        let change = SetSessionRequest {
            lifetime: Some(bad.to_owned()),
            ..SetSessionRequest::default()
        };
        assert_violates(&stage.change_refusal(&session, change).await, &["lifetime"]);
    }
}

impl Stage<'_> {
    async fn begun_with(&self, request: CreateSessionRequest) -> HeldSession {
        let begun = self.begin(request).await;
        begun.unwrap_or_else(|failure| unexpected("a session", &failure))
    }

    /// A change by the session's token that must fail.
    async fn change_refusal(&self, session: &HeldSession, request: SetSessionRequest) -> Failure {
        let request = SetSessionRequest {
            session_id: session.id.clone(),
            session_token: Some(session.token.clone()),
            ..request
        };
        let roleless = self.world.roleless.token.as_str();
        self.refusal(roleless, Request::SetSession(request)).await
    }
}

fn notes(entries: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    let entries = entries.iter();
    entries
        .map(|(key, value)| ((*key).to_owned(), value.to_vec()))
        .collect()
}

fn with_notes(metadata: Vec<(String, Vec<u8>)>) -> CreateSessionRequest {
    CreateSessionRequest {
        metadata,
        ..CreateSessionRequest::default()
    }
}
