use serde_json::{Value, json};

use crate::service::{Reply, Service, problem};

const SEARCH: &str = "/v3alpha/users/search";
const NOW: &str = "2024-06-25T13:35:39.148123Z";

async fn search(service: &Service, queries: &Value) -> Reply {
    service.post(SEARCH, &json!({"queries": queries}).to_string()).await
}

/// The ids of those who were found, in their order.
fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let users = reply.json()["result"].as_array().cloned().unwrap_or_default();
    users
        .iter()
        .map(|user| user["userId"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn users_are_listed_with_what_the_list_is_a_part_of() {
    let service = Service::with_users(&["eva", "adam"]).await;
    service.post("/v3alpha/users/eva/lock", "").await;
    let request = json!({
        "query": {"offset": "0", "limit": 2, "asc": true},
        "sortingColumn": "FIELD_NAME_STATE",
        "queries": [{"stateQuery": {"state": "USER_STATE_LOCKED"}}],
    });

    let reply = service.post(SEARCH, &request.to_string()).await;

    let expected = json!({
        "details": {"totalResult": "1", "timestamp": NOW},
        "sortingColumn": "FIELD_NAME_STATE",
        "result": [service.get("/v3alpha/users/eva").await.json()["user"]],
    });
    assert_eq!((reply.status, reply.json()), (200, expected));
}

#[tokio::test]
async fn nothing_found_is_left_out() {
    let service = Service::new().await;
    let reply = search(&service, &json!([{"userIdQuery": {"id": "nobody"}}])).await;
    let expected = json!({"details": {"timestamp": NOW}, "sortingColumn": "FIELD_NAME_ID"});
    assert_eq!((reply.status, reply.json()), (200, expected));
}

#[tokio::test]
async fn without_a_body_all_are_listed() {
    let service = Service::with_users(&["eva", "adam"]).await;
    for nothing in [
        "",
        "{}",
        r#"{"query":null,"sortingColumn":null,"queries":null}"#,
        r#"{"queries":[]}"#,
    ] {
        let reply = service.post(SEARCH, nothing).await;
        assert_eq!(ids(&reply), ["eva", "admin", "adam"], "{nothing}");
    }
}

#[tokio::test]
async fn every_query_may_be_written_in_both_ways() {
    let service = Service::with_users(&["eva", "adam"]).await;
    service
        .post(
            "/v3alpha/users/eva/username",
            r#"{"username":{"username":"Eva","isOrganizationSpecific":true}}"#,
        )
        .await;
    service
        .post("/v3alpha/users/eva/lock", r#"{"lockedUntil":"2024-06-26T00:00:00Z"}"#)
        .await;
    let id = json!({"id": "EV", "method": "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE"});
    let nobody = json!({"user_id_query": {"id": "nobody"}});
    for query in [
        json!({"userIdQuery": id}),
        json!({"user_id_query": {"id": "ev", "method": 2}}),
        json!({"user_id_query": {"id": "ev", "method": 2.0}}),
        json!({"orQuery": {"queries": [{"userIdQuery": id}, nobody]}}),
        json!({"or_query": {"queries": [nobody, {"userIdQuery": id}]}}),
        json!({"andQuery": {"queries": [{"userIdQuery": id}]}}),
        json!({"and_query": {"queries": [{"organizationIdQuery": {"id": "default"}}, {"userIdQuery": id}]}}),
        json!({"notQuery": {"query": {"userIdQuery": {"id": "a", "method": "TEXT_QUERY_METHOD_STARTS_WITH"}}}}),
        json!({"not_query": {"query": {"organization_id_query": {"id": "default"}}}, "userIdQuery": null}),
        json!({"usernameQuery": {"username": "v", "method": "TEXT_QUERY_METHOD_CONTAINS"}}),
        json!({"username_query": {"username": "Eva", "is_organization_specific": true}}),
        json!({"usernameQuery": {"username": "eva", "method": 1, "isOrganizationSpecific": true}}),
        json!({"stateQuery": {"state": "USER_STATE_LOCKED"}}),
        json!({"state_query": {"state": 4}}),
        json!({"lockCauseQuery": {"cause": "LOCK_CAUSE_OPERATOR"}}),
        json!({"lock_cause_query": {"cause": 1}}),
        json!({"lockedSinceQuery": {"after": "2024-06-25T00:00:00Z"}}),
        json!({"locked_since_query": {"before": "2024-06-26T00:00:00+02:00"}}),
        json!({"lockedUntilQuery": {"after": "2024-06-25T00:00:00Z", "before": "2024-06-27T00:00:00Z"}}),
        json!({"locked_until_query": {"after": "2024-06-25T00:00:00Z", "before": null}}),
    ] {
        let expected: &[&str] = if query.get("not_query").is_some() {
            &[]
        } else {
            &["eva"]
        };
        assert_eq!(ids(&search(&service, &json!([query])).await), expected, "{query}");
    }
}

#[tokio::test]
async fn a_query_is_exactly_one() {
    let service = Service::new().await;
    let eva = json!({"id": "eva"});
    for (queries, field, problem) in [
        (json!([{}]), "queries[0]", "must have a query"),
        (json!([{"orQuery": null}]), "queries[0]", "must have a query"),
        (
            json!([{"userIdQuery": eva}, {"userIdQuery": eva, "stateQuery": {"state": 1}}]),
            "queries[1]",
            "must be one query only",
        ),
        (
            json!([{"orQuery": {"queries": [{"userIdQuery": eva, "emailQuery": {}}]}}]),
            "queries[0].or_query.queries[0]",
            "must be one query only",
        ),
        (json!([null]), "queries[0]", "must be an object"),
        (json!(["orQuery"]), "queries[0]", "must be an object"),
        (json!([{"idQuery": eva}]), "queries[0].idQuery", "is not known"),
        (
            json!([{"userIdQuery": {"id": "eva", "text": "x"}}]),
            "queries[0].user_id_query.text",
            "is not known",
        ),
        (json!([{"notQuery": {}}]), "queries[0].not_query.query", "must be given"),
        (
            json!([{"andQuery": {"queries": []}}]),
            "queries[0].and_query.queries",
            "must not be empty",
        ),
    ] {
        search(&service, &queries).await.assert_invalid(&[(field, problem)]);
    }
}

#[tokio::test]
async fn a_value_of_an_enum_that_is_not_known_is_told_the_others() {
    let service = Service::new().await;
    let states = "must be one of USER_STATE_UNSPECIFIED, USER_STATE_ACTIVE, USER_STATE_INACTIVE, USER_STATE_DELETED, \
                  USER_STATE_LOCKED";
    for state in [
        json!("USER_STATE_GONE"),
        json!("4"),
        json!(true),
        json!(1.5),
        json!(5_000_000_000_i64),
    ] {
        let reply = search(&service, &json!([{"stateQuery": {"state": state}}])).await;
        reply.assert_invalid(&[("queries[0].state_query.state", states)]);
    }
    let undefined = "must be one of the values that are defined";
    for number in [0, 5, -1] {
        let reply = search(&service, &json!([{"stateQuery": {"state": number}}])).await;
        reply.assert_invalid(&[("queries[0].state_query.state", undefined)]);
    }
    let reply = search(&service, &json!([{"userIdQuery": {"id": "eva", "method": 8}}])).await;
    reply.assert_invalid(&[("queries[0].user_id_query.method", undefined)]);
    let reply = service.post(SEARCH, r#"{"sortingColumn":9}"#).await;
    reply.assert_invalid(&[("sorting_column", undefined)]);
}

#[tokio::test]
async fn what_unlockd_does_not_keep_is_501_by_its_name() {
    let service = Service::new().await;
    for (request, field) in [
        (
            json!({"queries": [{"emailQuery": {"address": "x"}}]}),
            "queries[0].email_query",
        ),
        (json!({"queries": [{"phone_query": {}}]}), "queries[0].phone_query"),
        (
            json!({"queries": [{"schemaIDQuery": {"id": "1"}}]}),
            "queries[0].schema_ID_query",
        ),
        (
            json!({"queries": [{"schema_ID_query": {"id": "1"}}]}),
            "queries[0].schema_ID_query",
        ),
        (
            json!({"queries": [{"schemaTypeQuery": {}}]}),
            "queries[0].schema_type_query",
        ),
        (
            json!({"sortingColumn": "FIELD_NAME_EMAIL"}),
            "sorting_column FIELD_NAME_EMAIL",
        ),
    ] {
        let reply = service.post(SEARCH, &request.to_string()).await;
        let message = format!("{field} is not implemented.");
        reply.assert_problem(501, &problem(12, &message, "UNIMPLEMENTED", &json!({"field": field})));
    }
}

#[tokio::test]
async fn a_part_of_the_list_is_told_in_numbers_or_strings() {
    let service = Service::with_users(&["eva", "adam"]).await;
    for query in [
        r#"{"offset":1,"limit":1,"asc":true}"#,
        r#"{"offset":"1","limit":"1","asc":true}"#,
    ] {
        let reply = service.post(SEARCH, &format!(r#"{{"query":{query}}}"#)).await;
        assert_eq!(ids(&reply), ["admin"], "{query}");
        assert_eq!(reply.json()["details"]["totalResult"], "3");
    }
    let reply = service.post(SEARCH, r#"{"query":{"limit":4294967296}}"#).await;
    reply.assert_invalid(&[("query.limit", "must be a number from 0 to 4294967295")]);
    let reply = service
        .post(SEARCH, r#"{"query":{"limit":1001,"offset":"9223372036854775808"}}"#)
        .await;
    reply.assert_invalid(&[
        ("query.limit", "must be at most 1000"),
        ("query.offset", "must be at most 9223372036854775807"),
    ]);
}

/// A query within others, `depth` of them, in as much text as these take.
fn nested(depth: usize, open: &str, close: &str) -> String {
    let innermost = r#"{"userIdQuery":{"id":"eva"}}"#;
    format!(
        r#"{{"queries":[{}{innermost}{}]}}"#,
        open.repeat(depth),
        close.repeat(depth)
    )
}

#[tokio::test]
async fn queries_are_nested_up_to_20_deep() {
    let service = Service::with_users(&["eva"]).await;
    let (open, close) = (r#"{"orQuery":{"queries":["#, "]}}");
    let reply = service.post(SEARCH, &nested(20, open, close)).await;
    assert_eq!(ids(&reply), ["eva"]);

    let reply = service.post(SEARCH, &nested(21, open, close)).await;
    let path = format!("queries[0]{}", ".or_query.queries[0]".repeat(20));
    reply.assert_invalid(&[(&path, "must not be nested more than 20 levels deep")]);
}

#[tokio::test]
async fn a_hostile_nesting_is_400_whatever_its_depth() {
    let service = Service::new().await;
    let too_deep = ("body", "must not be nested more than 127 levels deep");
    for (open, close) in [
        (r#"{"orQuery":{"queries":["#, "]}}"),
        (r#"{"notQuery":{"query":"#, "}}"),
        (r#"{"emailQuery":"#, "}"),
    ] {
        for depth in [45, 63, 1_500] {
            let reply = service.post(SEARCH, &nested(depth, open, close)).await;
            assert!(matches!(reply.status, 400 | 501), "{depth} {open}: {}", reply.text());
        }
        let unclosed = format!(r#"{{"queries":[{}"#, open.repeat(63 * 1024 / open.len()));
        let reply = service.post(SEARCH, &unclosed).await;
        assert_eq!(reply.status, 400, "{open}");
        if open.contains('[') || open.contains("not") {
            reply.assert_invalid(&[too_deep]);
        }
    }
}
