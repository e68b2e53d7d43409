use bytes::Bytes;
use prost::Message;
use prost_types::FileDescriptorSet;

use crate::raw_client::{RawRequest, code_and_reason, framed_bytes};
use crate::stage::Stage;

#[tokio::test]
async fn what_is_no_rpc_is_unimplemented() {
    let stage = Stage::new().await;
    for path in [
        "/zitadel.user.v3alpha.UserService/SetContactEmail",
        "/zitadel.user.v3alpha.UserService/unlockuser",
        "/zitadel.user.v3alpha.UserService/UnlockUser/",
        "/zitadel.user.v2.UserService/UnlockUser",
        "/v3alpha/users/a/email/verify",
        "/v2beta/users/a/lock",
        "/unlockd.event.v1.EventService/Listevents",
        "/",
    ] {
        for request in [
            RawRequest::grpc(path, framed_bytes(b"")),
            RawRequest::http1(path, "application/grpc-web-text", Bytes::from_static(b"AAAAAAA=")),
        ] {
            let answer = request.send(&stage.server).await;

            assert_eq!(
                code_and_reason(&answer.failure()),
                (12, "RPC_NOT_FOUND".to_owned()),
                "{path}"
            );
            assert_eq!(answer.http_status, 200);
        }
    }
}

#[tokio::test]
async fn every_rpc_of_the_contract_is_served_and_none_without_a_token() {
    let stage = Stage::new().await;
    let contract = FileDescriptorSet::decode(unlockd_proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut rpcs = 0;
    for file in contract.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                let answer = RawRequest::grpc(&path, framed_bytes(b"")).send(&stage.server).await;

                assert_eq!(
                    code_and_reason(&answer.failure()),
                    (16, "UNAUTHENTICATED".to_owned()),
                    "{path}"
                );
                rpcs += 1;
            }
        }
    }
    assert_eq!(rpcs, 24);
}
