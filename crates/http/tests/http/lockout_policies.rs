use axum::http::Method;
use serde_json::{Value, json};

use crate::service::{NOW, SOURCE, Service, problem};

const INSTANCE: &str = "/v1/lockout-policy";
const ORGANIZATION: &str = "/v1/organizations/default/lockout-policy";
const SETTINGS: &str = "/v2/settings/lockout";

fn default() -> Value {
    json!({
        "maxPasswordAttempts": 10, "attemptWindow": "3600s", "lockDuration": "900s", "backoffFactor": 2,
        "maxLockDuration": "86400s", "revealLock": false, "sourceWindow": "86400s",
        "lockEndsSessions": false, "maxSourceNames": 30, "maxSourceFailures": 100, "sourceTotalWindow": "3600s",
    })
}

async fn put(service: &Service, path: &str, policy: &Value) -> Value {
    let reply = service.call(Method::PUT, path, &[], &policy.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn where_nothing_was_set_the_default_holds() {
    let service = Service::new().await;
    let expected = json!({"policy": default(), "origin": "LOCKOUT_POLICY_ORIGIN_DEFAULT"});
    for path in [INSTANCE, ORGANIZATION] {
        let reply = service.get(path).await;
        assert_eq!((reply.status, reply.json()), (200, expected.clone()), "{path}");
    }
}

#[tokio::test]
async fn the_policy_of_an_organization_goes_before_that_of_the_instance_until_it_is_reset() {
    let service = Service::new().await;
    let of_instance = put(&service, INSTANCE, &json!({"max_password_attempts": "7"})).await;
    let of_organization = put(&service, ORGANIZATION, &json!({"maxPasswordAttempts": 5})).await;
    assert_eq!(of_instance, json!({"details": {"sequence": "1", "changeDate": NOW}}));
    let details = json!({"sequence": "1", "changeDate": NOW, "resourceOwner": "default"});
    assert_eq!(of_organization, json!({"details": details}));
    let limit_and_origin = async |path: &str| {
        let found = service.get(path).await.json();
        (
            found["policy"]["maxPasswordAttempts"].clone(),
            found["origin"].clone(),
            found["details"].clone(),
        )
    };
    let instance = (
        json!(7),
        json!("LOCKOUT_POLICY_ORIGIN_INSTANCE"),
        of_instance["details"].clone(),
    );
    let organization = (json!(5), json!("LOCKOUT_POLICY_ORIGIN_ORGANIZATION"), details);
    assert_eq!(limit_and_origin(INSTANCE).await, instance);
    assert_eq!(limit_and_origin(ORGANIZATION).await, organization);

    for _ in 0..2 {
        let reset = service.call(Method::DELETE, ORGANIZATION, &[], "").await;
        let details = json!({"sequence": "2", "changeDate": NOW, "resourceOwner": "default"});
        assert_eq!((reset.status, reset.json()), (200, json!({"details": details})));
        assert_eq!(limit_and_origin(ORGANIZATION).await, instance);
    }
}

#[tokio::test]
async fn resetting_what_was_never_set_has_no_sequence() {
    let service = Service::new().await;
    for (path, details) in [
        (INSTANCE, json!({})),
        (ORGANIZATION, json!({"resourceOwner": "default"})),
    ] {
        let reset = service.call(Method::DELETE, path, &[], "").await;
        assert_eq!(
            (reset.status, reset.json()),
            (200, json!({"details": details})),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_whole_policy_is_shown_with_its_zeros() {
    let service = Service::new().await;
    let policy = json!({
        "maxPasswordAttempts": 0, "attemptWindow": "0.000001s", "lockDuration": "0s", "backoffFactor": 1,
        "maxLockDuration": "315360000s", "revealLock": true, "sourceAttempts": 0, "sourceWindow": "1.500s",
        "lockEndsSessions": true, "maxSourceNames": 0, "maxSourceFailures": 0, "sourceTotalWindow": "2s",
    });
    put(&service, INSTANCE, &policy).await;
    assert_eq!(service.get(INSTANCE).await.json()["policy"], policy);

    put(
        &service,
        INSTANCE,
        &json!({"revealLock": null, "sourceAttempts": null, "lock_duration": null}),
    )
    .await;
    assert_eq!(service.get(INSTANCE).await.json()["policy"], default());
}

#[tokio::test]
async fn all_that_is_wrong_with_a_policy_is_named() {
    let service = Service::new().await;
    let policy = json!({
        "maxPasswordAttempts": 101, "attemptWindow": "0s", "lockDuration": "1h", "backoffFactor": 0,
        "maxLockDuration": "315360001s", "sourceAttempts": "101", "sourceWindow": "",
        "maxSourceNames": 1_000_001, "maxSourceFailures": "1000001", "sourceTotalWindow": "0s",
    });
    let reply = service
        .call(
            Method::PUT,
            "/v1/organizations/%ff/lockout-policy",
            &[],
            &policy.to_string(),
        )
        .await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    let violations = reply.json()["details"][1]["fieldViolations"]
        .as_array()
        .cloned()
        .unwrap();
    let fields: Vec<_> = violations
        .iter()
        .map(|violation| violation["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        fields,
        [
            "organization_id",
            "max_password_attempts",
            "source_attempts",
            "max_source_names",
            "max_source_failures",
            "attempt_window",
            "lock_duration",
            "max_lock_duration",
            "source_window",
            "source_total_window",
            "backoff_factor",
        ]
    );
    for (body, field, problem) in [
        ("", "body", "must not be empty"),
        ("[]", "body", "must be an object"),
        (r#"{"maxOtpAttempts":5}"#, "maxOtpAttempts", "is not known"),
        (r#"{"policy":{}}"#, "policy", "is not known"),
        (r#"{"revealLock":0}"#, "reveal_lock", "must be a boolean"),
        (r#"{"attemptWindow":60}"#, "attempt_window", "must be a string"),
    ] {
        for path in [INSTANCE, ORGANIZATION] {
            service
                .call(Method::PUT, path, &[], body)
                .await
                .assert_invalid(&[(field, problem)]);
        }
    }
}

#[tokio::test]
async fn an_organization_has_to_be_there_and_well_named() {
    let service = Service::new().await;
    let missing = problem(
        5,
        "The organization does not exist.",
        "ORGANIZATION_NOT_FOUND",
        &json!({"organizationId": "shop"}),
    );
    for (method, body) in [(Method::GET, ""), (Method::PUT, "{}"), (Method::DELETE, "")] {
        let reply = service
            .call(method.clone(), "/v1/organizations/shop/lockout-policy", &[], body)
            .await;
        reply.assert_problem(404, &missing);
        let nameless = service
            .call(method.clone(), "/v1/organizations//lockout-policy", &[], body)
            .await;
        nameless.assert_invalid(&[("organization_id", "must not be empty")]);
    }
    let unreadable = service
        .call(Method::PUT, "/v1/organizations/%ff/lockout-policy", &[], "{")
        .await;
    unreadable.assert_invalid(&[("organization_id", "must be percent-encoded UTF-8")]);
}

#[tokio::test]
async fn policies_know_no_sequence() {
    let service = Service::new().await;
    let tag = [("If-Match", "\"1\"")];
    for (method, body) in [(Method::PUT, "{}"), (Method::DELETE, "")] {
        let reply = service.call(method, INSTANCE, &tag, body).await;
        reply.assert_invalid(&[("if-match", "is not known by this request")]);
    }
    assert_eq!(service.call(Method::GET, INSTANCE, &tag, "").await.status, 200);
}

#[tokio::test]
async fn the_settings_of_zitadel_answer_from_the_same_data() {
    let service = Service::new().await;
    let by_default = json!({
        "settings": {"maxPasswordAttempts": "10", "resourceOwnerType": "RESOURCE_OWNER_TYPE_INSTANCE"},
    });
    assert_eq!(service.get(SETTINGS).await.json(), by_default);
    let of_instance = put(&service, INSTANCE, &json!({"maxPasswordAttempts": 7})).await;
    let of_organization = put(&service, ORGANIZATION, &json!({"maxPasswordAttempts": 0})).await;
    let instance = json!({
        "details": of_instance["details"],
        "settings": {"maxPasswordAttempts": "7", "resourceOwnerType": "RESOURCE_OWNER_TYPE_INSTANCE"},
    });
    let organization = json!({
        "details": of_organization["details"], "settings": {"resourceOwnerType": "RESOURCE_OWNER_TYPE_ORG"},
    });
    for (query, expected) in [
        ("", &organization),
        ("?ctx.orgId=default", &organization),
        ("?ctx.org_id=default&ctx.instance=false", &organization),
        ("?ctx.instance=true", &instance),
    ] {
        let reply = service.get(&format!("{SETTINGS}{query}")).await;
        assert_eq!((reply.status, &reply.json()), (200, expected), "{query}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_question_for_settings_is_named() {
    let service = Service::new().await;
    for (query, field, problem) in [
        ("ctx.instance=yes", "ctx.instance", "must be true or false"),
        (
            "ctx.orgId=default&ctx.instance=true",
            "ctx",
            "must be an organization or the instance, not both",
        ),
        ("ctx.orgId=a&ctx.org_id=b", "ctx.org_id", "must not be given twice"),
        ("ctx.orgId=%00", "ctx.org_id", "must not contain the character U+0000"),
        ("orgId=default", "orgId", "is not known"),
    ] {
        service
            .get(&format!("{SETTINGS}?{query}"))
            .await
            .assert_invalid(&[(field, problem)]);
    }
}

#[tokio::test]
async fn changes_of_policies_are_told_in_the_history() {
    let service = Service::new().await;
    let policy = json!({"maxPasswordAttempts": 5, "sourceAttempts": 3});
    assert_eq!(
        service.call_from_source(Method::PUT, INSTANCE, &policy).await.status,
        200
    );
    assert_eq!(
        service
            .call_from_source(Method::DELETE, INSTANCE, &json!({}))
            .await
            .status,
        200
    );
    put(&service, ORGANIZATION, &json!({})).await;

    let reply = service
        .get("/v1/events?kind=lockout_policy.set&kind=lockout_policy.reset")
        .await;

    let mut set = default();
    set["maxPasswordAttempts"] = json!(5);
    set["sourceAttempts"] = json!(3);
    let expected = json!([
        {
            "position": "5", "sequence": "1", "kind": "lockout_policy.set", "actorId": "admin", "time": NOW,
            "source": SOURCE, "lockoutPolicy": set,
        },
        {
            "position": "6", "sequence": "2", "kind": "lockout_policy.reset", "actorId": "admin", "time": NOW,
            "source": SOURCE,
        },
        {
            "position": "7", "sequence": "1", "kind": "lockout_policy.set", "organizationId": "default",
            "actorId": "admin", "time": NOW, "lockoutPolicy": default(),
        },
    ]);
    assert_eq!(reply.json()["events"], expected, "{}", reply.text());
    let of_organization = service
        .get("/v1/events?organizationId=default&kind=lockout_policy.set")
        .await
        .json();
    assert_eq!(of_organization["events"].as_array().unwrap().len(), 1);
}
