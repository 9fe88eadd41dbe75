//! Page tokens: bound to their query, without authority, and told from garbage.

use crate::world::{
    World, all, ascending, delete, drafts, labels, nouns::Noun as _, on_both, size,
};
use interdiction::domain::{
    agencies::Agency,
    codes::Code as _,
    errors::Kind,
    filters::{AgencyField, AgencySort, Filter, SeizureField, SeizureSort},
    pages::{Direction, List, OrderTerm, PAGE_TOKEN_CHARS_MAX, PageSize},
    seizures::{Seizure, SeizureDraft},
};

on_both! {
    a_token_is_bound_to_its_query: bound;
    a_token_may_change_the_page_size: page_size;
    a_token_is_of_no_use_to_another_agency: authority;
    a_token_survives_the_deletion_of_its_record: deletion;
    a_token_of_a_record_that_hid_goes_on: hiding;
    garbage_is_no_token: garbage;
    the_last_page_has_no_token: last;
    a_page_holds_at_most_a_thousand_records: coerced;
    a_token_is_taken_back_whatever_the_names: long_names;
}

type Query = List<SeizureField, SeizureSort>;

async fn three(world: &World) -> Vec<Seizure> {
    let mut made = Vec::new();
    for label in ["a", "b", "c"] {
        made.push(world.add(&world.viewer("mx-sedena"), drafts::seizure(label)).await);
    }
    made
}

/// The query for the page after the first, which held one record.
async fn second_page(world: &World) -> Query {
    let first = List { page_size: size(1), ..all::<Seizure>() };
    let viewer = world.viewer("mx-sedena");
    let page = Seizure::list(&world.registry, &viewer, first.clone()).await.unwrap();
    assert!(!page.next_page_token.is_empty());
    List { page_token: page.next_page_token, ..first }
}

async fn refused(world: &World, list: Query) {
    let viewer = world.viewer("mx-sedena");
    let error = Seizure::list(&world.registry, &viewer, list).await.unwrap_err();
    assert_eq!((error.kind, error.violations[0].field.as_str()), (Kind::Invalid, "page_token"));
}

async fn bound(world: World) {
    three(&world).await;
    let next = second_page(&world).await;
    refused(&world, List { show_deleted: true, ..next.clone() }).await;
    refused(&world, List { show_inactive: true, ..next.clone() }).await;
    refused(&world, List { order: ascending(SeizureSort::When), ..next.clone() }).await;
    let filter = Filter::Is(SeizureField::HasAgency(true));
    refused(&world, List { filter, ..next.clone() }).await;
    let other: List<AgencyField, AgencySort> =
        List { page_token: next.page_token.clone(), ..all::<Agency>() };
    let error = Agency::list(&world.registry, &world.viewer("mx-sedena"), other).await;
    assert_eq!(error.unwrap_err().violations[0].field, "page_token");
    let rest = world.walk::<Seizure>(&world.viewer("mx-sedena"), next).await;
    assert_eq!(labels(&rest), ["b", "c"]);
}

async fn page_size(world: World) {
    three(&world).await;
    let next = List { page_size: size(100), ..second_page(&world).await };
    let rest = world.walk::<Seizure>(&world.viewer("mx-sedena"), next).await;
    assert_eq!(labels(&rest), ["b", "c"]);
}

async fn authority(world: World) {
    let viewer = world.viewer("mx-sedena");
    for (label, marking) in [("a", drafts::red()), ("b", drafts::red()), ("c", drafts::green())] {
        let draft = SeizureDraft { marking, ..drafts::seizure(label) };
        let _made: Seizure = world.add(&viewer, draft).await;
    }
    let next = second_page(&world).await;
    let error = Seizure::list(&world.registry, &world.viewer("us-dod"), next).await.unwrap_err();
    assert_eq!((error.kind, error.violations[0].field.as_str()), (Kind::Invalid, "page_token"));
}

async fn deletion(world: World) {
    let made = three(&world).await;
    let viewer = world.viewer("mx-sedena");
    let next = second_page(&world).await;
    for gone in &made[..2] {
        Seizure::delete(&world.registry, &viewer, delete(gone)).await.unwrap();
    }
    assert_eq!(labels(&world.walk::<Seizure>(&viewer, next).await), ["c"]);
}

async fn hiding(world: World) {
    let made = three(&world).await;
    let (owner, viewer) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let first = List { page_size: size(1), ..all::<Seizure>() };
    let page = Seizure::list(&world.registry, &viewer, first.clone()).await.unwrap();
    let next = List { page_token: page.next_page_token, ..first };
    let hide = SeizureDraft { marking: drafts::red(), ..drafts::seizure("") };
    world.change(&owner, &made[0], &["marking"], hide).await.unwrap();
    let seen = world.walk::<Seizure>(&viewer, next).await;
    assert_eq!(labels(&seen), ["b", "c"]);
}

async fn garbage(world: World) {
    three(&world).await;
    let next = second_page(&world).await;
    let mut flipped = next.page_token.clone().into_bytes();
    flipped[3] = if flipped[3] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let cut = next.page_token[..next.page_token.len() - 2].to_owned();
    let long = "A".repeat(4_096);
    let odd = ["x", "AAAA", "====", "e30", "\u{fffd}", "a b", &long].map(ToOwned::to_owned);
    for page_token in [flipped, cut].into_iter().chain(odd) {
        refused(&world, List { page_token, ..next.clone() }).await;
    }
}

async fn last(world: World) {
    three(&world).await;
    let viewer = world.viewer("mx-sedena");
    for (page_size, more) in [(1, true), (2, true), (3, false), (4, false)] {
        let list = List { page_size: size(page_size), ..all::<Seizure>() };
        let page = Seizure::list(&world.registry, &viewer, list).await.unwrap();
        assert_eq!(!page.next_page_token.is_empty(), more, "{page_size}");
    }
}

async fn coerced(world: World) {
    three(&world).await;
    assert_eq!(size(1_000_000).get(), PageSize::MAX);
    assert_eq!(size(0).get(), PageSize::DEFAULT);
    let list = List { page_size: size(i32::MAX), ..all::<Seizure>() };
    assert_eq!(world.walk::<Seizure>(&world.viewer("us-dod"), list).await.len(), 3);
    let mut violations = Default::default();
    let _size = PageSize::check(-1, &mut violations);
    assert_eq!(violations.into_found()[0].field, "page_size");
}

/// Every sort at once, by names of the most characters that fold to the most bytes, and that a
/// token has to escape.
async fn long_names(world: World) {
    let viewer = world.viewer("mx-sedena");
    for (n, c) in ["\u{fdfa}", "\u{ad00}", "\"", "\\", "\u{1f200}"].into_iter().enumerate() {
        for twin in ["a", "b"] {
            let draft = drafts::agency(&c.repeat(200));
            let id = format!("{twin}-{n}{}", "x".repeat(58));
            let _made: Agency = world.add_as(&viewer, &id, draft).await;
        }
    }
    let every = AgencySort::ALL.iter().filter(|sort| **sort != AgencySort::DisplayName).take(4);
    let sorts = std::iter::once(&AgencySort::DisplayName).chain(every);
    let term = |sort: &AgencySort| OrderTerm { field: *sort, direction: Direction::Descending };
    let order = sorts.map(term).collect();
    let mut list = List { order, page_size: size(1), ..all::<Agency>() };
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let page = Agency::list(&world.registry, &viewer, list.clone()).await.unwrap();
        seen.extend(page.records.iter().map(|agency| agency.id.clone()));
        if page.next_page_token.is_empty() {
            break;
        }
        assert!(page.next_page_token.len() <= PAGE_TOKEN_CHARS_MAX);
        list.page_token = page.next_page_token;
    }
    assert_eq!(seen.len(), 10 + crate::world::AGENCIES.len());
}
