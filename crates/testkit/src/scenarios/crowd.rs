use unlockd_domain::OrganizationId;

use super::stage::unexpected;
use super::{Answer, CreateUserRequest, ListUsersRequest, Request, SearchQuery, Stage};

/// The numbers of `TextQueryMethod`.
pub(super) const EQUALS: i32 = 0;
pub(super) const EQUALS_IGNORE_CASE: i32 = 1;
pub(super) const STARTS_WITH: i32 = 2;
pub(super) const STARTS_WITH_IGNORE_CASE: i32 = 3;
pub(super) const CONTAINS: i32 = 4;
pub(super) const CONTAINS_IGNORE_CASE: i32 = 5;
pub(super) const ENDS_WITH: i32 = 6;
pub(super) const ENDS_WITH_IGNORE_CASE: i32 = 7;

/// The numbers of `State`.
pub(super) const ACTIVE: i32 = 1;
pub(super) const INACTIVE: i32 = 2;
pub(super) const DELETED: i32 = 3;
pub(super) const LOCKED: i32 = 4;

/// An organization with nobody in it but those whom the scenario puts there.
pub(super) struct Crowd<'a> {
    stage: &'a Stage<'a>,
    organization: OrganizationId,
}

impl Crowd<'_> {
    pub(super) async fn gather<'a>(stage: &'a Stage<'a>) -> Crowd<'a> {
        let organization = stage.world.empty_organization().await;
        Crowd { stage, organization }
    }

    /// One more user, with a name of the organization.
    pub(super) async fn join(&self, name: &str) -> String {
        self.create(CreateUserRequest {
            usernames: vec![(name.to_owned(), true)],
            ..CreateUserRequest::default()
        })
        .await
    }

    pub(super) async fn create(&self, request: CreateUserRequest) -> String {
        let request = Request::CreateUser(CreateUserRequest {
            organization_id: Some(self.organization.to_string()),
            ..request
        });
        match self.stage.call(&self.stage.world.instance_manager.token, request).await {
            Ok(Answer::Created { user_id, .. }) => user_id,
            other => unexpected("a created user", &other),
        }
    }

    pub(super) async fn change(&self, request: Request) {
        self.stage
            .change(&self.stage.world.instance_manager.token, request)
            .await;
    }

    /// The ids of those of the crowd who are found, in the order of ids.
    pub(super) async fn found(&self, query: SearchQuery) -> Vec<String> {
        let here = SearchQuery::OrganizationId(self.organization.to_string(), EQUALS);
        let request = ListUsersRequest {
            ascending: true,
            queries: vec![here, query],
            ..ListUsersRequest::default()
        };
        let list = self.stage.list(&self.stage.world.instance_viewer.token, request).await;
        assert_eq!(list.total, list.users.len() as u64);
        list.users.into_iter().map(|user| user.user_id).collect()
    }

    /// The names of those who are found by their name, in alphabetical order.
    pub(super) async fn names(&self, text: &str, method: i32) -> Vec<String> {
        let here = SearchQuery::OrganizationId(self.organization.to_string(), EQUALS);
        let request = ListUsersRequest {
            queries: vec![here, SearchQuery::Username(text.to_owned(), method, false)],
            ..ListUsersRequest::default()
        };
        let list = self.stage.list(&self.stage.world.instance_viewer.token, request).await;
        let mut names: Vec<_> = list
            .users
            .into_iter()
            .map(|user| user.usernames[0].username.clone())
            .collect();
        names.sort_unstable();
        names
    }
}
