use super::crowd::{
    CONTAINS, CONTAINS_IGNORE_CASE, Crowd, ENDS_WITH, ENDS_WITH_IGNORE_CASE, EQUALS, EQUALS_IGNORE_CASE, STARTS_WITH,
    STARTS_WITH_IGNORE_CASE,
};
use super::{CreateUserRequest, SearchQuery, Stage};

pub(super) async fn usernames_are_compared_in_eight_ways(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    for name in ["Alpha", "alpha beta", "ALPHABET", "beta alpha", "Straße"] {
        crowd.join(name).await;
    }
    let expectations: [(&str, i32, &[&str]); 12] = [
        ("Alpha", EQUALS, &["Alpha"]),
        ("ALPHA", EQUALS, &[]),
        ("ALPHA", EQUALS_IGNORE_CASE, &["Alpha"]),
        (" STRAẞE\u{200B}", EQUALS_IGNORE_CASE, &["Straße"]),
        ("alpha", STARTS_WITH, &["alpha beta"]),
        ("aLPHA", STARTS_WITH_IGNORE_CASE, &["ALPHABET", "Alpha", "alpha beta"]),
        ("alpha", CONTAINS, &["alpha beta", "beta alpha"]),
        (
            "aLPHA",
            CONTAINS_IGNORE_CASE,
            &["ALPHABET", "Alpha", "alpha beta", "beta alpha"],
        ),
        ("ß", CONTAINS, &["Straße"]),
        ("alpha", ENDS_WITH, &["beta alpha"]),
        ("aLPHA", ENDS_WITH_IGNORE_CASE, &["Alpha", "beta alpha"]),
        ("gamma", CONTAINS_IGNORE_CASE, &[]),
    ];
    for (text, method, names) in expectations {
        assert_eq!(crowd.names(text, method).await, names, "{text} {method}");
    }
}

pub(super) async fn ids_are_compared_in_eight_ways(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    let fresh = stage.world.fresh_id();
    let id = |name: &str| format!("É{fresh} {name}");
    for name in ["Alpha", "alpha beta"] {
        let user_id = Some(id(name));
        crowd
            .create(CreateUserRequest {
                user_id,
                ..CreateUserRequest::default()
            })
            .await;
    }
    let (upper, lower) = (id("ALPHA"), id("alpha"));
    let expectations: [(&str, i32, &[&str]); 9] = [
        (&id("Alpha"), EQUALS, &["Alpha"]),
        (&upper, EQUALS, &[]),
        (&upper, EQUALS_IGNORE_CASE, &["Alpha"]),
        (&lower, STARTS_WITH, &["alpha beta"]),
        (&upper, STARTS_WITH_IGNORE_CASE, &["Alpha", "alpha beta"]),
        ("alpha b", CONTAINS, &["alpha beta"]),
        ("ALPHA", CONTAINS_IGNORE_CASE, &["Alpha", "alpha beta"]),
        ("Alpha", ENDS_WITH, &["Alpha"]),
        ("BETA", ENDS_WITH_IGNORE_CASE, &["alpha beta"]),
    ];
    for (text, method, names) in expectations {
        let ids: Vec<_> = names.iter().map(|name| id(name)).collect();
        let query = SearchQuery::UserId(text.to_owned(), method);
        assert_eq!(crowd.found(query).await, ids, "{text} {method}");
    }
    let other_letter = upper.replace('É', "é");
    let query = SearchQuery::UserId(other_letter, EQUALS_IGNORE_CASE);
    assert_eq!(crowd.found(query).await, [""; 0], "case is that of 26 letters in an id");
}

pub(super) async fn wildcards_are_characters_like_any_other(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    for name in [
        "100%_sure",
        "100 percent sure",
        r"back\slash",
        "backXslash",
        "a*b?[c]",
        "aXbYc",
    ] {
        crowd.join(name).await;
    }
    let expectations: [(&str, i32, &[&str]); 10] = [
        ("%", CONTAINS, &["100%_sure"]),
        ("_", CONTAINS_IGNORE_CASE, &["100%_sure"]),
        ("100%", STARTS_WITH, &["100%_sure"]),
        ("100%", STARTS_WITH_IGNORE_CASE, &["100%_sure"]),
        ("%sure", ENDS_WITH, &[]),
        ("_SURE", ENDS_WITH_IGNORE_CASE, &["100%_sure"]),
        ("back_slash", EQUALS_IGNORE_CASE, &[]),
        (r"K\S", CONTAINS_IGNORE_CASE, &[r"back\slash"]),
        ("a*b", STARTS_WITH, &["a*b?[c]"]),
        ("?[c]", ENDS_WITH, &["a*b?[c]"]),
    ];
    for (text, method, names) in expectations {
        assert_eq!(crowd.names(text, method).await, names, "{text} {method}");
    }
}

pub(super) async fn names_of_the_organization_can_be_told_apart(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    let name = stage.world.fresh_id();
    let specific = crowd.join(&name).await;
    let general = crowd
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), false)],
            ..CreateUserRequest::default()
        })
        .await;

    let both = crowd.found(SearchQuery::Username(name.clone(), EQUALS, false)).await;
    assert_eq!(both.len(), 2, "{both:?} are {specific} and {general}");
    assert_eq!(crowd.found(SearchQuery::Username(name, EQUALS, true)).await, [specific]);
}
