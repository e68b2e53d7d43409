//! `unlockd.policy.v1.LockoutPolicyService`, one file an RPC: hand over the fields, call, map, return.

mod get_lockout_policy;
mod reset_lockout_policy;
mod set_lockout_policy;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::LockoutPolicyService;
use unlockd_application::lockout_policies::OwnerForm;
use unlockd_application::users::{IdForm, SafeguardsForm};
use unlockd_proto::unlockd::policy::v1::{
    GetLockoutPolicyRequest, GetLockoutPolicyResponse, ResetLockoutPolicyRequest, ResetLockoutPolicyResponse,
    SetLockoutPolicyRequest, SetLockoutPolicyResponse, lockout_policy_service_server,
};

use crate::call::{answer, answer_once};

/// The RPCs on top of the use cases.
pub(crate) struct PolicyRpcs {
    policies: Arc<dyn LockoutPolicyService>,
}

impl PolicyRpcs {
    pub(crate) fn new(policies: Arc<dyn LockoutPolicyService>) -> Self {
        Self { policies }
    }
}

#[tonic::async_trait]
impl lockout_policy_service_server::LockoutPolicyService for PolicyRpcs {
    async fn get_lockout_policy(
        &self,
        request: Request<GetLockoutPolicyRequest>,
    ) -> Result<Response<GetLockoutPolicyResponse>, Status> {
        answer(request, |call| {
            get_lockout_policy::get_lockout_policy(&*self.policies, call)
        })
        .await
    }

    async fn set_lockout_policy(
        &self,
        request: Request<SetLockoutPolicyRequest>,
    ) -> Result<Response<SetLockoutPolicyResponse>, Status> {
        answer_once(request, |call| {
            set_lockout_policy::set_lockout_policy(&*self.policies, call)
        })
        .await
    }

    async fn reset_lockout_policy(
        &self,
        request: Request<ResetLockoutPolicyRequest>,
    ) -> Result<Response<ResetLockoutPolicyResponse>, Status> {
        answer_once(request, |call| {
            reset_lockout_policy::reset_lockout_policy(&*self.policies, call)
        })
        .await
    }
}

/// Whose policy a call is about: an organization's, or the instance's when none is named.
fn owner(organization_id: String, safeguards: SafeguardsForm) -> OwnerForm {
    OwnerForm {
        organization: IdForm {
            in_path: None,
            in_message: organization_id,
        },
        safeguards,
    }
}
