use prost::Message;
use prost_types::FileDescriptorProto;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};
use tonic_reflection::pb::v1alpha;

use crate::stage::{Stage, channel};

async fn ask(stage: &Stage, question: MessageRequest) -> MessageResponse {
    let mut client = ServerReflectionClient::new(channel(&stage.server).await);
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(question),
    };
    let mut answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let ServerReflectionResponse { message_response, .. } = answers.message().await.unwrap().expect("an answer");
    message_response.expect("an answer")
}

#[tokio::test]
async fn reflection_lists_the_services_to_anybody() {
    let stage = Stage::new().await;
    let MessageResponse::ListServicesResponse(list) = ask(&stage, MessageRequest::ListServices(String::new())).await
    else {
        panic!("not a list of services")
    };

    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    let expected = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "unlockd.event.v1.EventService",
        "unlockd.policy.v1.LockoutPolicyService",
        "zitadel.session.v2.SessionService",
        "zitadel.settings.v2.SettingsService",
        "zitadel.user.v3alpha.UserService",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn reflection_knows_the_services_and_everything_that_its_messages_are_made_of() {
    let stage = Stage::new().await;
    for symbol in [
        "zitadel.user.v3alpha.UserService",
        "zitadel.user.v3alpha.UserService.UnlockUser",
        "zitadel.user.v3alpha.SetPassword",
        "zitadel.user.v3alpha.SearchQuery",
        "zitadel.session.v2.SessionService.CreateSession",
        "zitadel.session.v2.UserAgent.HeaderValues",
        "zitadel.settings.v2.SettingsService.GetLockoutSettings",
        "zitadel.object.v2.Details",
        "zitadel.object.v2beta.Details",
        "unlockd.event.v1.EventService.WatchEvents",
        "unlockd.event.v1.Event",
        "unlockd.policy.v1.LockoutPolicyService.SetLockoutPolicy",
        "unlockd.policy.v1.LockoutPolicy",
        "google.protobuf.Duration",
        "google.protobuf.Struct",
        "google.protobuf.Timestamp",
    ] {
        let answer = ask(&stage, MessageRequest::FileContainingSymbol(symbol.to_owned())).await;
        let MessageResponse::FileDescriptorResponse(files) = answer else {
            panic!("{symbol} is not known: {answer:?}")
        };
        let file = FileDescriptorProto::decode(files.file_descriptor_proto[0].as_slice()).unwrap();
        assert!(symbol.starts_with(file.package()), "{symbol} in {}", file.package());
    }
}

#[tokio::test]
async fn clients_that_know_only_v1alpha_are_answered_too() {
    let stage = Stage::new().await;
    let channel = channel(&stage.server).await;
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let question = v1alpha::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(question),
    };

    let mut answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();

    let answer = format!("{:?}", answers.message().await.unwrap().expect("an answer"));
    assert!(answer.contains("zitadel.user.v3alpha.UserService"), "{answer}");
}
