use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use unlockd_application::ports::{AccessTokenStore, GrantStore, OrganizationStore, UserStore};
use unlockd_domain::{Actor, Grant, StoredPassword, TokenDigest, UserData};
use unlockd_sqlite::{OpenError, SqliteOptions, SqliteStore};
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn all_files_and_the_folder_are_for_their_owner_alone() {
    let file = DatabaseFile::new();
    let _store = file.open_migrated().await;
    let folder = file.path().parent().unwrap().to_owned();
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["unlockd.db", "unlockd.db-shm", "unlockd.db-wal"]);
}

#[tokio::test]
async fn a_folder_that_is_there_keeps_its_mode() {
    let file = DatabaseFile::new();
    let folder = file.path().parent().unwrap().to_owned();
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
    let _store = file.open().await;
    assert_eq!(mode(&folder), 0o750);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = DatabaseFile::new();
    fs::create_dir(file.path().parent().unwrap()).unwrap();
    let text = "these are notes, and they are longer than the header of a database; ".repeat(100);
    fs::write(file.path(), &text).unwrap();
    let refusal = SqliteStore::open(SqliteOptions::new(file.path())).await;
    assert!(matches!(refusal, Err(OpenError::Database(_))), "{refusal:?}");
    assert_eq!(fs::read_to_string(file.path()).unwrap(), text);
}

#[tokio::test]
async fn a_file_in_a_folder_that_cannot_be_made_is_refused() {
    let file = DatabaseFile::new();
    fs::write(file.path().parent().unwrap(), "in the way").unwrap();
    let refusal = SqliteStore::open(SqliteOptions::new(file.path())).await;
    assert!(matches!(refusal, Err(OpenError::File(_))), "{refusal:?}");
}

#[tokio::test]
async fn a_reopened_store_has_everything() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    let mut new = fixtures::named_user("u", "acme", &["Alice", "alice@example.com"]);
    new.profile.data = Some(UserData::from_json(r#"{ "b": 1.0, "a": null, "b": 2 }"#).unwrap());
    new.profile.password = Some(StoredPassword {
        hash: unlockd_domain::PasswordHash::trusted("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned()),
        changed_at: fixtures::now(),
        change_required: true,
    });
    let organization = fixtures::organization("acme");
    OrganizationStore::create(&store, &organization, None).await.unwrap();
    UserStore::create(&store, &new).await.unwrap();
    let user = new.change.user();
    let lock = user.lock(fixtures::lock_order(), Actor::User(user.id().clone()), fixtures::now());
    let lock = lock.unwrap();
    store.commit(&lock, None).await.unwrap();
    let owner = Grant::instance_owner();
    GrantStore::add(&store, user.id(), &owner, fixtures::now())
        .await
        .unwrap();
    let granted = lock.user().grant_role(owner, Actor::System, fixtures::now()).unwrap();
    let (token, digest) = (fixtures::access_token("t", "u"), TokenDigest([7; 32]));
    AccessTokenStore::add(&store, &token, &digest, None).await.unwrap();
    store.close().await;
    let left: Vec<_> = fs::read_dir(file.path().parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "a closed store leaves one file: {left:?}");

    let store = file.open_migrated().await;
    assert_eq!(OrganizationStore::list(&store).await.unwrap(), [organization]);
    let found = store.find_with_profile(user.id()).await.unwrap();
    assert_eq!(found, Some((granted.user().clone(), new.profile)));
    let history = store.history(user.id()).await.unwrap();
    assert_eq!(
        history,
        [&new.change, &lock, &granted].map(|change| change.event().clone())
    );
    let holder = store.find_holder(&digest).await.unwrap().unwrap();
    assert_eq!((holder.token, &holder.user), (token, granted.user()));
    assert_eq!(holder.grants.iter().collect::<Vec<_>>(), [&Grant::instance_owner()]);
}
