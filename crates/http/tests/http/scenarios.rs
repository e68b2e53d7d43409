use std::sync::Arc;

use unlockd_testkit::Services;
use unlockd_testkit::scenarios::{
    World, every_role_acts_on_every_role_within_its_permissions, run_all, run_all_in_time,
    the_last_instance_owner_stays_in_service, the_policy_of_the_instance_holds_where_there_is_no_other,
};
use unlockd_testkit::wires::JsonWire;

use crate::service::{OPTIONS, routes};

#[tokio::test]
async fn json_over_http_answers_as_every_wire_must() {
    let (services, clock, _) = Services::in_memory();
    let world = World::build(&services.administration).await;
    let wire = JsonWire::new(routes(&services, Arc::new(services.clone()), OPTIONS), "");

    run_all(&world, &wire).await;
    run_all_in_time(&world, &wire, &clock, &services.housekeeping).await;
    the_policy_of_the_instance_holds_where_there_is_no_other(&world, &wire).await;
}

#[tokio::test]
async fn the_last_instance_owner_stays_in_service_over_json() {
    let (services, ..) = Services::in_memory();
    let world = World::build(&services.administration).await;
    let wire = JsonWire::new(routes(&services, Arc::new(services.clone()), OPTIONS), "");

    the_last_instance_owner_stays_in_service(&world, &wire).await;
}

#[tokio::test]
async fn every_role_acts_on_every_role_within_its_permissions_over_json() {
    let (services, ..) = Services::in_memory();
    let world = World::build(&services.administration).await;
    let wire = JsonWire::new(routes(&services, Arc::new(services.clone()), OPTIONS), "");

    every_role_acts_on_every_role_within_its_permissions(&world, &wire).await;
}
