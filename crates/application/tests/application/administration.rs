use std::time::Duration;

use unlockd_application::Authenticator;
use unlockd_application::ports::{AccessTokenStore, SecretToken, UserStore};
use unlockd_domain::{AccessTokenId, Actor, Grant, GrantScope, OrganizationName, Role, UserState};
use unlockd_testkit::{Services, fixtures};

use crate::stage::{Stage, reason};

#[tokio::test]
async fn an_empty_store_begins_with_an_organization_an_owner_and_their_token() {
    let (services, _, store) = Services::in_memory();
    let administration = &services.administration;
    let prepared = administration.prepare_bootstrap(None).unwrap();
    assert!(
        administration.needs_bootstrap().await.unwrap(),
        "nothing is written before the secret is safe"
    );

    assert!(administration.bootstrap(&prepared).await.unwrap());

    assert!(!administration.needs_bootstrap().await.unwrap());
    let caller = services
        .authentication
        .authenticate(Some(prepared.secret))
        .await
        .unwrap();
    assert_eq!(caller.organization().as_str(), "default");
    assert_eq!(caller.grants().iter().collect::<Vec<_>>(), [&Grant::instance_owner()]);
    let (user, profile) = store.find_with_profile(caller.user_id()).await.unwrap().unwrap();
    assert_eq!((&user.record().state, user.sequence().get()), (&UserState::Active, 2));
    let history = store.history(user.id()).await.unwrap();
    assert!(history.iter().all(|event| event.actor == Actor::System), "{history:?}");
    assert_eq!(profile.usernames[0].name(), "admin");
    let organizations = administration.list_organizations().await.unwrap();
    let [organization] = organizations.as_slice() else {
        panic!("one organization is the beginning, not {organizations:?}");
    };
    assert_eq!(
        (organization.id.as_str(), organization.name.as_str()),
        ("default", "default")
    );
}

#[tokio::test]
async fn a_store_begins_once() {
    let (services, _, _) = Services::in_memory();
    let administration = &services.administration;
    let first = administration.prepare_bootstrap(None).unwrap();
    let second = administration.prepare_bootstrap(None).unwrap();

    assert!(administration.bootstrap(&first).await.unwrap());
    assert!(!administration.bootstrap(&second).await.unwrap());

    assert_eq!(administration.list_tokens(None).await.unwrap().len(), 1);
    let outcome = services.authentication.authenticate(Some(second.secret)).await;
    assert_eq!(reason(outcome), "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_first_token_can_be_given() {
    let (services, _, _) = Services::in_memory();
    let given = SecretToken::new("a-token-that-was-handed-in-as-a-secret");
    let prepared = services.administration.prepare_bootstrap(Some(given.clone())).unwrap();
    services.administration.bootstrap(&prepared).await.unwrap();

    assert!(services.authentication.authenticate(Some(given)).await.is_ok());
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_is_told_to() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let for_ever = administration
        .create_token(fixtures::user_id("here"), None, None)
        .await
        .unwrap();
    let for_an_hour = administration
        .create_token(fixtures::user_id("here"), None, Some(Duration::from_hours(1)))
        .await
        .unwrap();

    assert_eq!(for_ever.token.expires_at, None);
    let end = fixtures::now().saturating_add(Duration::from_hours(1));
    assert_eq!(for_an_hour.token.expires_at, Some(end));
    assert_ne!(for_ever.secret, for_an_hour.secret);
    stage.clock.set(end);
    assert!(
        stage
            .services
            .authentication
            .authenticate(Some(for_ever.secret))
            .await
            .is_ok()
    );
    assert_eq!(
        reason(
            stage
                .services
                .authentication
                .authenticate(Some(for_an_hour.secret))
                .await
        ),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_token_needs_a_user() {
    let stage = Stage::new().await;

    let outcome = stage
        .services
        .administration
        .create_token(fixtures::user_id("nobody"), None, None)
        .await;

    assert_eq!(reason(outcome), "USER_NOT_FOUND");
}

#[tokio::test]
async fn tokens_are_listed_by_user_and_without_their_secrets() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let here = administration
        .create_token(fixtures::user_id("here"), None, None)
        .await
        .unwrap();
    let there = administration
        .create_token(fixtures::user_id("there"), None, None)
        .await
        .unwrap();

    assert_eq!(administration.list_tokens(None).await.unwrap().len(), 2);
    let listed = administration
        .list_tokens(Some(&fixtures::user_id("there")))
        .await
        .unwrap();
    assert_eq!(listed, std::slice::from_ref(&there.token));
    for issued in [here, there] {
        assert!(!format!("{issued:?}").contains(issued.secret.expose()));
    }
}

#[tokio::test]
async fn a_token_is_revoked_once() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let issued = administration
        .create_token(fixtures::user_id("here"), None, None)
        .await
        .unwrap();

    administration.revoke_token(&issued.token.id).await.unwrap();

    let outcome = stage.services.authentication.authenticate(Some(issued.secret)).await;
    assert_eq!(reason(outcome), "UNAUTHENTICATED");
    assert_eq!(
        reason(administration.revoke_token(&issued.token.id).await),
        "ACCESS_TOKEN_NOT_FOUND"
    );
    let unknown = AccessTokenId::new("unknown").unwrap();
    assert_eq!(
        reason(administration.revoke_token(&unknown).await),
        "ACCESS_TOKEN_NOT_FOUND"
    );
}

#[tokio::test]
async fn an_organization_keeps_the_id_it_is_given_or_gets_one() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let name = || OrganizationName::new("Harbour Office").unwrap();

    let given = administration
        .create_organization(Some(fixtures::organization_id("harbour")), name())
        .await
        .unwrap();
    let made = administration.create_organization(None, name()).await.unwrap();

    assert_eq!((given.id.as_str(), &given.name), ("harbour", &made.name));
    assert_ne!(given.id, made.id);
    let outcome = administration.create_organization(Some(given.id), name()).await;
    assert_eq!(reason(outcome), "ORGANIZATION_ID_TAKEN");
}

#[tokio::test]
async fn a_role_can_be_granted_again_and_taken_away_once() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let user_id = fixtures::user_id("here");
    let scope = GrantScope::Organization(fixtures::organization_id("there"));
    let grant = Grant::new(Role::OrgOwner, scope).unwrap();

    administration.add_grant(&user_id, &grant).await.unwrap();
    administration.add_grant(&user_id, &grant).await.unwrap();
    assert_eq!(
        administration.list_grants(Some(&user_id)).await.unwrap(),
        [(user_id.clone(), grant.clone())]
    );

    administration.remove_grant(&user_id, &grant).await.unwrap();
    assert_eq!(administration.list_grants(None).await.unwrap(), []);
    assert_eq!(
        reason(administration.remove_grant(&user_id, &grant).await),
        "GRANT_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_role_needs_a_user_and_an_organization() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let nowhere = Grant::new(
        Role::OrgOwner,
        GrantScope::Organization(fixtures::organization_id("nowhere")),
    )
    .unwrap();

    let outcome = administration.add_grant(&fixtures::user_id("nobody"), &nowhere).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    let outcome = administration.add_grant(&fixtures::user_id("here"), &nowhere).await;
    assert_eq!(reason(outcome), "ORGANIZATION_NOT_FOUND");
}

#[tokio::test]
async fn the_last_active_instance_owner_stays_one() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let (here, there) = (fixtures::user_id("here"), fixtures::user_id("there"));
    let owner = Grant::instance_owner();
    for user_id in [&here, &there] {
        administration.add_grant(user_id, &owner).await.unwrap();
    }
    stage.lock_here().await;

    assert_eq!(
        reason(administration.remove_grant(&there, &owner).await),
        "LAST_INSTANCE_OWNER"
    );
    administration.remove_grant(&here, &owner).await.unwrap();

    assert_eq!(administration.list_grants(None).await.unwrap(), [(there, owner)]);
}

#[tokio::test]
async fn of_a_token_the_store_has_only_the_digest() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let issued = administration
        .create_token(fixtures::user_id("here"), None, None)
        .await
        .unwrap();
    let digest = administration.token_issuer.digest(&issued.secret);

    let holder = stage
        .store
        .find_holder(&digest)
        .await
        .unwrap()
        .expect("the token is known");

    assert_eq!(holder.token, issued.token);
    assert!(!format!("{holder:?}{digest:?}").contains(issued.secret.expose()));
}
