use axum::http::Method;
use serde_json::{Value, json};

use crate::service::{PASSWORD, Service, problem};

const SESSIONS: &str = "/v2/sessions";
const SEARCH: &str = "/v2/sessions/search";
const SESSION: &str = "/v2/sessions/1";

#[tokio::test]
async fn what_is_documented_and_not_done_is_501_by_its_name() {
    let service = Service::new().await;
    let check = |name: &str, value: Value| json!({"checks": {name: value}});
    let challenge = |name: &str, value: Value| json!({"challenges": {name: value}});
    for (body, field) in [
        (
            check("webAuthN", json!({"credentialAssertionData": {}})),
            "checks.web_auth_n",
        ),
        (check("web_auth_n", json!({})), "checks.web_auth_n"),
        (check("idpIntent", json!({"idpIntentId": "1"})), "checks.idp_intent"),
        (check("totp", json!({"code": "123456"})), "checks.totp"),
        (check("otpSms", json!("nonsense")), "checks.otp_sms"),
        (check("otpEmail", json!({})), "checks.otp_email"),
        (
            challenge("webAuthN", json!({"domain": "example.com"})),
            "challenges.web_auth_n",
        ),
        (challenge("otpSms", json!({})), "challenges.otp_sms"),
        (challenge("otp_email", json!({"sendCode": {}})), "challenges.otp_email"),
    ] {
        let message = format!("{field} is not implemented.");
        let expected = problem(12, &message, "UNIMPLEMENTED", &json!({"field": field}));
        let body = body.to_string();
        service.post(SESSIONS, &body).await.assert_problem(501, &expected);
        let set = service.call(Method::PATCH, SESSION, &[], &body).await;
        set.assert_problem(501, &expected);
    }
    for name in [
        "creationDateQuery",
        "creatorQuery",
        "userAgentQuery",
        "expiration_date_query",
    ] {
        let reply = service
            .post(SEARCH, &json!({"queries": [{name: {}}]}).to_string())
            .await;
        assert_eq!((reply.status, &reply.json()["code"]), (501, &json!(12)), "{name}");
    }
}

#[tokio::test]
async fn null_is_unset() {
    let service = Service::new().await;
    for body in [
        json!({"checks": null, "metadata": null, "challenges": null, "userAgent": null, "lifetime": null}),
        json!({"checks": {"user": null, "password": null, "webAuthN": null, "totp": null}}),
        json!({"challenges": {"webAuthN": null}, "userAgent": {"fingerprintId": null, "header": null}}),
    ] {
        let reply = service.post(SESSIONS, &body.to_string()).await;
        assert_eq!(reply.status, 201, "{body}: {}", reply.text());
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_session_that_is_to_begin_is_named() {
    let service = Service::new().await;
    let span = "must be a duration in seconds that is not negative, like \"900s\" or \"1.5s\"";
    for (body, field, problem) in [
        (
            json!({"checks": {"user": {}}}),
            "checks.user",
            "must have a user_id or a login_name",
        ),
        (
            json!({"checks": {"user": {"userId": "eva", "loginName": "eva"}}}),
            "checks.user",
            "must have a user_id or a login_name",
        ),
        (
            json!({"checks": {"user": {"loginName": ""}}}),
            "checks.user.login_name",
            "must not be empty",
        ),
        (
            json!({"checks": {"user": {"userId": "a\0"}}}),
            "checks.user.user_id",
            "must not contain the character U+0000",
        ),
        (
            json!({"checks": {"password": {"password": PASSWORD}}}),
            "checks.user",
            "must be given with a password",
        ),
        (
            json!({"checks": {"password": PASSWORD}}),
            "checks.password",
            "must be an object",
        ),
        (
            json!({"checks": {"password": {"password": [PASSWORD]}}}),
            "checks.password.password",
            "must be a string",
        ),
        (
            json!({"checks": {"user": {"name": "eva"}}}),
            "checks.user.name",
            "is not known",
        ),
        (
            json!({"metadata": {"myKey": "*"}}),
            "metadata[\"myKey\"]",
            "must be base64",
        ),
        (json!({"metadata": {"k": "YQ==="}}), "metadata[\"k\"]", "must be base64"),
        (json!({"metadata": {"k": "+_8="}}), "metadata[\"k\"]", "must be base64"),
        (json!({"metadata": {"k": null}}), "metadata[\"k\"]", "must be base64"),
        (
            json!({"metadata": ["YQ=="]}),
            "metadata",
            "must be an object that has no name twice",
        ),
        (json!({"metadata": {"": "YQ=="}}), "metadata", "keys: must not be empty"),
        (
            json!({"userAgent": {"fingerprintId": ""}}),
            "user_agent",
            "fingerprint_id: must not be empty",
        ),
        (
            json!({"userAgent": {"header": {"User-Agent": {"values": [1]}}}}),
            "user_agent.header[\"User-Agent\"].values[0]",
            "must be a string",
        ),
        (
            json!({"userAgent": {"header": {"a": {"value": "b"}}}}),
            "user_agent.header[\"a\"].value",
            "is not known",
        ),
        (json!({"lifetime": 900}), "lifetime", "must be a string"),
        (json!({"lifetime": "900"}), "lifetime", span),
        (json!({"lifetime": "-1s"}), "lifetime", span),
        (json!({"lifetime": "0s"}), "lifetime", "must be longer than 0"),
        (json!({"sessionToken": "x"}), "sessionToken", "is not known"),
    ] {
        service
            .post(SESSIONS, &body.to_string())
            .await
            .assert_invalid(&[(field, problem)]);
    }
}

#[tokio::test]
async fn a_name_that_the_client_makes_up_is_told_up_to_its_100th_character() {
    let service = Service::new().await;
    let body = json!({"metadata": {"k".repeat(30_000): 1}}).to_string();
    let field = format!("metadata[\"{}…\"]", "k".repeat(100));
    service
        .post(SESSIONS, &body)
        .await
        .assert_invalid(&[(&field, "must be base64")]);
}

#[tokio::test]
async fn nothing_may_be_given_twice() {
    let service = Service::new().await;
    for (body, field, problem) in [
        (r#"{"checks":{},"checks":{}}"#, "checks", "must not be given twice"),
        (
            r#"{"userAgent":{},"user_agent":{}}"#,
            "user_agent",
            "must not be given twice",
        ),
        (
            r#"{"metadata":{"k":"YQ==","k":"YQ=="}}"#,
            "metadata",
            "must be an object that has no name twice",
        ),
    ] {
        service.post(SESSIONS, body).await.assert_invalid(&[(field, problem)]);
    }
}

#[tokio::test]
async fn path_and_body_of_a_session_are_judged_together() {
    let service = Service::new().await;
    let body = json!({"sessionId": "2", "lifetime": "0s", "checks": {"user": {}}}).to_string();
    service.call(Method::PATCH, SESSION, &[], &body).await.assert_invalid(&[
        ("session_id", "must be the same in the path and in the body"),
        ("checks.user", "must have a user_id or a login_name"),
        ("lifetime", "must be longer than 0"),
    ]);
    for (id, problem) in [
        ("", "must not be empty"),
        ("%ff", "must be percent-encoded UTF-8"),
        ("a%00", "must not contain the character U+0000"),
    ] {
        let path = format!("{SESSIONS}/{id}");
        let violation = [("session_id", problem)];
        service.get(&path).await.assert_invalid(&violation);
        for (method, body) in [
            (Method::PATCH, ""),
            (Method::PATCH, "{"),
            (Method::DELETE, ""),
            (Method::DELETE, "[]"),
        ] {
            service.call(method, &path, &[], body).await.assert_invalid(&violation);
        }
    }
}

#[tokio::test]
async fn the_query_string_of_a_session_is_judged_and_its_token_not_repeated() {
    let service = Service::new().await;
    for (query, field, problem) in [
        ("token=unlockd_session_1", "token", "is not known"),
        (
            "sessionToken=hunter2&session_token=hunter2",
            "session_token",
            "must not be given twice",
        ),
        (
            "sessionToken=hunter2%ff",
            "session_token",
            "must be percent-encoded UTF-8",
        ),
    ] {
        let reply = service.get(&format!("{SESSION}?{query}")).await;
        reply.assert_invalid(&[(field, problem)]);
        assert!(!reply.text().contains("hunter2"), "{}", reply.text());
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_search_is_named() {
    let service = Service::new().await;
    let one = "must have exactly one query";
    for (body, field, problem) in [
        (json!({"queries": [{}]}), "queries[0]", one),
        (json!({"queries": [{"idsQuery": null}]}), "queries[0]", one),
        (
            json!({"queries": [{"idsQuery": {}, "userIdQuery": {"id": "eva"}}]}),
            "queries[0]",
            one,
        ),
        (
            json!({"queries": [{"idsQuery": {"ids": ["1", ""]}}]}),
            "queries[0].ids_query.ids[1]",
            "must not be empty",
        ),
        (
            json!({"queries": [{"userIdQuery": {}}]}),
            "queries[0].user_id_query.id",
            "must not be empty",
        ),
        (
            json!({"queries": [{"userIdQuery": {"id": "eva", "method": 1}}]}),
            "queries[0].user_id_query.method",
            "is not known",
        ),
        (json!({"queries": {}}), "queries", "must be a sequence"),
        (json!({"query": {"limit": 1001}}), "query.limit", "must be at most 1000"),
        (
            json!({"query": {"limit": -1}}),
            "query.limit",
            "must be a number from 0 to 4294967295",
        ),
        (
            json!({"sortingColumn": 2}),
            "sorting_column",
            "must be one of the values that are defined",
        ),
        (
            json!({"sortingColumn": "NAME"}),
            "sorting_column",
            "must be one of SESSION_FIELD_NAME_UNSPECIFIED, SESSION_FIELD_NAME_CREATION_DATE",
        ),
    ] {
        service
            .post(SEARCH, &body.to_string())
            .await
            .assert_invalid(&[(field, problem)]);
    }
}

#[tokio::test]
async fn changes_of_sessions_have_no_precondition_and_a_wellformed_key() {
    let service = Service::new().await;
    for (method, path) in [
        (Method::POST, SESSIONS),
        (Method::PATCH, SESSION),
        (Method::DELETE, SESSION),
    ] {
        let headers = [("Idempotency-Key", ""), ("If-Match", "\"1\"")];
        let reply = service.call(method, path, &headers, "").await;
        reply.assert_invalid(&[
            ("if-match", "is not known by this request"),
            ("idempotency-key", "must have 1 to 200 printable ASCII characters"),
        ]);
    }
}
