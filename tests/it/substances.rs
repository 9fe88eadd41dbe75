//! The vocabulary of substances.

use crate::world::{Case, World, case, on_both, size, with_roles};
use interdiction::domain::{
    errors::Kind,
    filters::{Filter, NameFilter, SubstanceField, SubstanceSort},
    ids::{ResourceId as _, SubstanceId},
    pages::List,
    substances::{Language, Substance, SubstanceClass},
};

on_both! {
    tells_everything_of_a_substance: get;
    answers_not_found_for_what_the_vocabulary_lacks: absent;
    walks_the_vocabulary_by_name: walk;
    filters_the_vocabulary: filters;
    finds_a_name_in_every_language_whatever_its_case_and_accents: called;
    binds_a_page_token_to_its_filter: token;
    needs_a_role_to_read: role;
}

fn list(filter: Filter<SubstanceField>) -> List<SubstanceField, SubstanceSort> {
    List {
        filter,
        order: Vec::new(),
        show_deleted: false,
        show_inactive: false,
        page_size: size(1_000),
        page_token: String::new(),
    }
}

async fn names(world: &World, filter: Filter<SubstanceField>) -> Vec<String> {
    let viewer = world.viewer("us-dod");
    let page = world.registry.list_substances(&viewer, list(filter)).await.unwrap();
    page.records.iter().map(|one| one.id.as_str().to_owned()).collect()
}

fn ids(ids: &[&str]) -> Vec<SubstanceId> {
    ids.iter().map(|id| SubstanceId::parse_id(id).unwrap()).collect()
}

async fn get(world: World) {
    let viewer = world.viewer("us-dod");
    let name = "substances/cocaine-hydrochloride";
    let one = world.registry.get_substance(&viewer, name).await.unwrap();
    assert_eq!(one.display_name, "Cocaine hydrochloride");
    assert_eq!(one.parent.unwrap().to_string(), "substances/cocaine");
    assert_eq!(one.class, SubstanceClass::Stimulant);
    let languages: Vec<Language> = one.terms.iter().map(|terms| terms.language).collect();
    assert_eq!(languages, [Language::English, Language::Spanish, Language::Portuguese]);
    assert_eq!(one.terms[1].name, "Clorhidrato de cocaína");
    assert_eq!((one.dea_codes, one.nibrs_category.as_str()), (vec!["9041".to_owned()], "COCAINE"));
}

async fn absent(world: World) {
    let viewer = world.viewer("us-dod");
    let refused = world.registry.get_substance(&viewer, "substances/stardust").await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    let refused = world.registry.get_substance(&viewer, "cocaine").await.unwrap_err();
    assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "name"));
}

async fn walk(world: World) {
    let viewer = world.viewer("us-dod");
    let whole = names(&world, Filter::default()).await;
    assert!(whole.len() > 100 && whole.is_sorted());
    let mut pages = List { page_size: size(7), ..list(Filter::default()) };
    let mut seen: Vec<Substance> = Vec::new();
    loop {
        let page = world.registry.list_substances(&viewer, pages.clone()).await.unwrap();
        seen.extend(page.records);
        if page.next_page_token.is_empty() {
            break;
        }
        pages.page_token = page.next_page_token;
    }
    let seen: Vec<&str> = seen.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(seen, whole);
}

async fn filters(world: World) {
    let named = |any: &[&str], none: &[&str]| {
        let any_of = (!any.is_empty()).then(|| ids(any));
        Filter::Is(SubstanceField::Name(NameFilter { any_of, none_of: ids(none) }))
    };
    let under = |ids_: &[&str]| Filter::Is(SubstanceField::Under(ids(ids_)));
    let opiates =
        ["codeine", "codeine-syrup", "heroin", "heroin-black-tar", "heroin-brown", "heroin-white"];
    let cases = [
        case("by name", named(&["heroin", "cocaine"], &[]), &["cocaine", "heroin"]),
        case("a leaf is under itself", under(&["basuco"]), &["basuco"]),
        case(
            "under with not",
            Filter::All(vec![under(&["heroin"]), named(&[], &["heroin"])]),
            &["heroin-black-tar", "heroin-brown", "heroin-white"],
        ),
        case(
            "under two",
            Filter::All(vec![under(&["codeine", "heroin"]), under(&["opioids"])]),
            &opiates,
        ),
        case(
            "under any",
            Filter::Any(vec![under(&["codeine"]), under(&["basuco"])]),
            &["basuco", "codeine", "codeine-syrup"],
        ),
    ];
    for Case { name, filter, passes } in cases {
        assert_eq!(names(&world, filter).await, passes, "{name}");
    }
    let stimulant = Filter::Is(SubstanceField::Class(vec![SubstanceClass::Stimulant]));
    let stimulants = names(&world, stimulant.clone()).await;
    assert!(stimulants.contains(&"cocaine".to_owned()));
    assert!(!stimulants.contains(&"heroin".to_owned()));
    let others = names(&world, Filter::Not(Box::new(stimulant))).await;
    assert_eq!(stimulants.len() + others.len(), names(&world, Filter::default()).await.len());
}

async fn called(world: World) {
    for (text, id) in [
        ("COCAINA", "cocaine"),
        ("Cocaína", "cocaine"),
        ("pasta basica de cocaina", "coca-paste"),
        ("cloridrato de cocaína", "cocaine-hydrochloride"),
    ] {
        let folded = interdiction::domain::text::fold(text);
        assert_eq!(names(&world, Filter::Is(SubstanceField::Called(folded))).await, [id], "{text}");
    }
    assert_eq!(names(&world, Filter::Is(SubstanceField::Called("coca".into()))).await.len(), 0);
}

async fn token(world: World) {
    let viewer = world.viewer("us-dod");
    let first = List { page_size: size(2), ..list(Filter::default()) };
    let page = world.registry.list_substances(&viewer, first).await.unwrap();
    let filter = Filter::Is(SubstanceField::Class(vec![SubstanceClass::Opioid]));
    let other = List { page_token: page.next_page_token, ..list(filter) };
    let refused = world.registry.list_substances(&viewer, other).await.unwrap_err();
    assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "page_token"));
}

async fn role(world: World) {
    let nobody = with_roles(&world.viewer("us-dod"), &[]);
    let refused = world.registry.get_substance(&nobody, "substances/heroin").await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "ROLE_REQUIRED"));
    let refused = world.registry.list_substances(&nobody, list(Filter::default())).await;
    assert_eq!(refused.unwrap_err().reason, "ROLE_REQUIRED");
}
