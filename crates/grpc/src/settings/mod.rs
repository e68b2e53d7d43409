//! `zitadel.settings.v2.SettingsService`, as far as it is here.

mod get_lockout_settings;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::LockoutPolicyService;
use unlockd_proto::zitadel::settings::v2::{
    GetLockoutSettingsRequest, GetLockoutSettingsResponse, settings_service_server,
};

use crate::call::answer;

/// The RPCs on top of the use cases.
pub(crate) struct SettingsRpcs {
    policies: Arc<dyn LockoutPolicyService>,
}

impl SettingsRpcs {
    pub(crate) fn new(policies: Arc<dyn LockoutPolicyService>) -> Self {
        Self { policies }
    }
}

#[tonic::async_trait]
impl settings_service_server::SettingsService for SettingsRpcs {
    async fn get_lockout_settings(
        &self,
        request: Request<GetLockoutSettingsRequest>,
    ) -> Result<Response<GetLockoutSettingsResponse>, Status> {
        answer(request, |call| {
            get_lockout_settings::get_lockout_settings(&*self.policies, call)
        })
        .await
    }
}
