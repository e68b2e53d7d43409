//! One port, three wires: what belongs to none of them alone.

use tempfile::TempDir;

use crate::program::{Program, unlockd};
use crate::running::{admin_token, get, post, request};

/// An empty message as a gRPC or gRPC-Web frame.
const EMPTY_FRAME: &str = "\0\0\0\0\0";

fn serve(settings: &[(&str, &str)]) -> (TempDir, Program) {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command.envs(settings.iter().copied());
    let program = Program::serve(command);
    (folder, program)
}

#[test]
fn a_request_keeps_its_id_and_gets_one_if_it_has_none() {
    let (_folder, program) = serve(&[]);
    let answer = request(
        program.address,
        "GET",
        "/healthz",
        None,
        "x-request-id: ticket-4711\r\n",
        "",
    );
    assert!(answer.head.contains("\r\nx-request-id: ticket-4711"), "{}", answer.head);
    for odd in [
        "",
        "x-request-id: with space\r\n",
        &format!("x-request-id: {}\r\n", "x".repeat(129)),
    ] {
        let answer = request(program.address, "GET", "/healthz", None, odd, "");
        let id = answer
            .head
            .split("\r\nx-request-id: ")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(id.len(), 36, "{id}");
    }
}

#[test]
fn pages_of_other_origins_cannot_call_unless_their_origin_is_given() {
    let (_folder, program) = serve(&[]);
    let answer = request(
        program.address,
        "GET",
        "/healthz",
        None,
        "origin: https://desk.example.com\r\n",
        "",
    );
    assert!(!answer.head.contains("access-control-"), "{}", answer.head);

    let (_folder, program) = serve(&[("UNLOCKD_CORS_ORIGIN", "https://desk.example.com,http://localhost:3000")]);
    let preflight = |origin: &str| {
        let headers = format!(
            "origin: {origin}\r\naccess-control-request-method: DELETE\r\n\
             access-control-request-headers: authorization,content-type,idempotency-key,if-match,last-event-id,\
             x-grpc-web,x-user-agent\r\n"
        );
        request(
            program.address,
            "OPTIONS",
            "/v3alpha/users/bob/unlock",
            None,
            &headers,
            "",
        )
    };
    let answer = preflight("https://desk.example.com");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .head
            .contains("access-control-allow-origin: https://desk.example.com\r\n"),
        "{}",
        answer.head
    );
    for allowed in [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "last-event-id",
        "x-grpc-web",
        "x-user-agent",
        "DELETE",
        "PATCH",
        "PUT",
    ] {
        assert!(answer.head.contains(&allowed.to_ascii_lowercase()), "{}", answer.head);
    }
    assert!(
        !preflight("https://evil.example.com")
            .head
            .contains("access-control-allow-origin")
    );
    let answer = request(
        program.address,
        "GET",
        "/v3alpha/users/x",
        None,
        "origin: http://localhost:3000\r\n",
        "",
    );
    assert_eq!(answer.status, 401);
    let exposed = answer
        .head
        .split("access-control-expose-headers: ")
        .nth(1)
        .expect("headers are exposed");
    for header in [
        "etag",
        "grpc-status",
        "grpc-message",
        "grpc-status-details-bin",
        "idempotency-replayed",
    ] {
        assert!(exposed.lines().next().unwrap().contains(header), "{exposed}");
    }
}

#[test]
fn only_a_browsers_question_is_answered_by_cors() {
    let (_folder, program) = serve(&[("UNLOCKD_CORS_ORIGIN", "https://desk.example.com")]);
    let options = |path, headers| request(program.address, "OPTIONS", path, None, headers, "").status;
    assert_eq!(options("/no/such/path", ""), 404);
    assert_eq!(options("/v3alpha/users", ""), 405);
    assert_eq!(options("/v3alpha/users", "origin: https://desk.example.com\r\n"), 405);
}

#[test]
fn the_path_of_an_rpc_says_what_it_takes() {
    let (_folder, program) = serve(&[]);
    let path = "/zitadel.user.v3alpha.UserService/UnlockUser";
    let answer = get(program.address, path, None);
    assert_eq!(answer.status, 405);
    assert!(answer.head.contains("\r\nallow: post"), "{}", answer.head);
    let answer = post(program.address, path, None, "{}");
    assert!(
        answer.status == 415 && answer.body.contains("application/grpc or application/grpc-web"),
        "{}",
        answer.body
    );
}

#[test]
fn grpc_web_is_served_on_the_rest_path_with_the_user_of_the_path() {
    let (folder, program) = serve(&[]);
    let token = admin_token(folder.path());
    let body = r#"{"userId":"bob","organization":{"orgId":"default"}}"#;
    assert_eq!(post(program.address, "/v3alpha/users", Some(&token), body).status, 201);
    assert_eq!(
        post(program.address, "/v3alpha/users/bob/lock", Some(&token), "").status,
        200
    );
    let unlock = || {
        let headers = "content-type: application/grpc-web+proto\r\n";
        request(
            program.address,
            "POST",
            "/v3alpha/users/bob/unlock",
            Some(&token),
            headers,
            EMPTY_FRAME,
        )
    };
    let answer = unlock();
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("grpc-status:0"), "{:?}", answer.body);
    let refused = unlock();
    assert!(
        refused.head.contains("\r\ngrpc-status: 9") && refused.body.is_empty(),
        "{}",
        refused.head
    );
    let user = get(program.address, "/v3alpha/users/bob", Some(&token));
    assert!(user.body.contains("USER_STATE_ACTIVE"), "{}", user.body);
}

#[test]
fn a_wire_that_is_switched_off_does_not_exist() {
    let rpc = "/zitadel.user.v3alpha.UserService/UnlockUser";
    let rest = "/v3alpha/users/bob/unlock";
    let web = "content-type: application/grpc-web+proto\r\n";
    let (folder, program) = serve(&[("UNLOCKD_TRANSPORTS", "json")]);
    assert_eq!(
        request(program.address, "POST", rpc, None, web, EMPTY_FRAME).status,
        404
    );
    assert_eq!(post(program.address, rest, None, "").status, 401);
    let token = admin_token(folder.path());
    for body in ["", EMPTY_FRAME] {
        assert_eq!(
            request(program.address, "POST", rest, Some(&token), web, body).status,
            415
        );
    }

    let (_folder, program) = serve(&[("UNLOCKD_TRANSPORTS", "grpc,grpc-web")]);
    assert_eq!(post(program.address, rest, None, "").status, 404);
    assert_eq!(get(program.address, "/openapi.json", None).status, 404);
    assert_eq!(get(program.address, "/readyz", None).status, 200);
    let answer = request(program.address, "POST", rpc, None, web, EMPTY_FRAME);
    assert!(
        answer.head.contains("\r\ngrpc-status: 16") && answer.body.is_empty(),
        "{}",
        answer.head
    );
}
