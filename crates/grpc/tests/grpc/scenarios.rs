use std::sync::Arc;

use http::Uri;
use unlockd_testkit::scenarios::{
    self, every_role_acts_on_every_role_within_its_permissions, run_all, run_all_in_time,
};
use unlockd_testkit::wires::GrpcWire;

use crate::stage::{Stage, channel};
use crate::web_transport::WebTransport;

#[tokio::test]
async fn grpc_plays_every_scenario() {
    let Stage { server, world, .. } = Stage::new().await;
    run_all(&world, &GrpcWire::new(channel(&server).await, Uri::default())).await;
}

#[tokio::test]
async fn every_role_acts_on_every_role() {
    let Stage { server, world, .. } = Stage::new().await;
    let wire = GrpcWire::new(channel(&server).await, Uri::default());
    every_role_acts_on_every_role_within_its_permissions(&world, &wire).await;
}

#[tokio::test]
async fn grpc_web_in_bytes_plays_every_scenario() {
    let Stage { server, world, .. } = Stage::new().await;
    let transport = WebTransport::binary(Arc::new(server));
    run_all(&world, &GrpcWire::new(transport, Uri::default())).await;
}

#[tokio::test]
async fn grpc_web_in_text_plays_every_scenario() {
    let Stage { server, world, .. } = Stage::new().await;
    let transport = WebTransport::text(Arc::new(server));
    run_all(&world, &GrpcWire::new(transport, Uri::default())).await;
}

#[tokio::test]
async fn the_last_instance_owner_stays_in_service() {
    let Stage { server, world, .. } = Stage::new().await;
    let wire = GrpcWire::new(channel(&server).await, Uri::default());
    scenarios::the_last_instance_owner_stays_in_service(&world, &wire).await;
}

#[tokio::test]
async fn grpc_plays_every_scenario_in_which_time_passes() {
    let stage = Stage::new().await;
    let wire = GrpcWire::new(channel(&stage.server).await, Uri::default());
    run_all_in_time(&stage.world, &wire, &stage.clock, &stage.housekeeping).await;
}

#[tokio::test]
async fn the_policy_of_the_instance_holds_where_there_is_no_other() {
    let Stage { server, world, .. } = Stage::new().await;
    let wire = GrpcWire::new(channel(&server).await, Uri::default());
    scenarios::the_policy_of_the_instance_holds_where_there_is_no_other(&world, &wire).await;
}
