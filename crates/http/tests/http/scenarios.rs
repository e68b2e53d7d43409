use std::sync::Arc;

use unlockd_testkit::Services;
use unlockd_testkit::scenarios::{World, run_all, the_last_instance_owner_stays_in_service};
use unlockd_testkit::wires::JsonWire;

use crate::service::{OPTIONS, routes};

#[tokio::test]
async fn json_over_http_answers_as_every_wire_must() {
    let (services, _, _) = Services::in_memory();
    let world = World::build(&services.administration).await;
    let wire = JsonWire::new(routes(&services, Arc::new(services.clone()), OPTIONS), "");

    run_all(&world, &wire).await;
    the_last_instance_owner_stays_in_service(&world, &wire).await;
}
