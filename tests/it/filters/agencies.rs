//! Filters of agencies.

use super::{
    agency, any, contains, equals, is, known, meta_fields, names, no_names, none_of, not, one_of,
    prefix,
};
use crate::world::{Case, World, case, drafts, on_both};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft, AgencyKind},
    codes::Code as _,
    filters::{AgencyField as F, Filter},
};

on_both! {
    agencies_by_name: by_name;
    agencies_by_texts: by_texts;
    agencies_by_region: by_region;
    agencies_by_kind: by_kind;
    agencies_by_parent: by_parent;
    agencies_by_what_every_record_has: by_meta;
}

/// The three agencies of every world, then a navy of Mexico under it, its infantry, and a police.
async fn fixture(world: &World) -> Vec<Agency> {
    let (us, mx) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let navy = AgencyDraft {
        native_name: "Secretaría de Marina".to_owned(),
        acronym: "SEMAR".to_owned(),
        region_code: "MX".to_owned(),
        kind: AgencyKind::Navy.code(),
        parent: "agencies/mx-sedena".to_owned(),
        ..drafts::agency("Mexican Navy 100%")
    };
    let infantry = AgencyDraft {
        native_name: "Infantería".to_owned(),
        acronym: "IM".to_owned(),
        parent: "agencies/mx-semar".to_owned(),
        ..drafts::agency("Naval_Infantry")
    };
    let police = AgencyDraft {
        native_name: "Polícia Federal".to_owned(),
        acronym: "PF".to_owned(),
        region_code: "BR".to_owned(),
        kind: AgencyKind::Police.code(),
        ..drafts::agency("FEDERAL police")
    };
    vec![
        world.add_as(&us, "mx-semar", navy).await,
        world.add_as(&mx, "mx-im", infantry).await,
        world.add_as(&us, "br-pf", police).await,
    ]
}

async fn check(world: World, cases: Vec<Case<F>>) {
    fixture(&world).await;
    world.filters::<Agency>(&world.viewer("co-ponal"), cases).await;
}

async fn by_name(world: World) {
    let others = ["us-dod", "mx-sedena", "co-ponal", "br-pf"];
    check(
        world,
        vec![
            case("any of", is(F::Name(names(&["br-pf", "mx-im", "absent"]))), &["mx-im", "br-pf"]),
            case("none of", is(F::Name(no_names(&["mx-semar", "mx-im"]))), &others),
        ],
    )
    .await;
}

async fn by_texts(world: World) {
    check(
        world,
        vec![
            case("display name equals", is(F::DisplayName(equals("federal POLICE"))), &["br-pf"]),
            case("display name begins", is(F::DisplayName(prefix("naval"))), &["mx-im"]),
            case(
                "display name contains",
                is(F::DisplayName(contains("NAV"))),
                &["mx-semar", "mx-im"],
            ),
            case("a percent sign is literal", is(F::DisplayName(contains("0%"))), &["mx-semar"]),
            case("an underscore is literal", is(F::DisplayName(contains("l_i"))), &["mx-im"]),
            case(
                "native name folds accents",
                is(F::NativeName(equals("policia FEDERAL"))),
                &["br-pf"],
            ),
            case("native name begins", is(F::NativeName(prefix("SECRETARIA"))), &["mx-semar"]),
            case(
                "native name contains",
                is(F::NativeName(contains("RÍA"))),
                &["mx-semar", "mx-im"],
            ),
            case("acronym equals", is(F::Acronym(equals("im"))), &["mx-im"]),
            case("acronym begins", is(F::Acronym(prefix("SE"))), &["mx-semar"]),
            case("acronym contains", is(F::Acronym(contains("m"))), &["mx-semar", "mx-im"]),
        ],
    )
    .await;
}

async fn by_region(world: World) {
    let all_known = ["us-dod", "mx-sedena", "co-ponal", "mx-semar", "br-pf"];
    check(
        world,
        vec![
            case(
                "one of",
                is(F::RegionCode(one_of(&["MX", "BR"]))),
                &["mx-sedena", "mx-semar", "br-pf"],
            ),
            case(
                "known and none of",
                is(F::RegionCode(none_of(&["MX", "US"]))),
                &["co-ponal", "br-pf"],
            ),
            case("known", is(F::RegionCode(known(true))), &all_known),
            case("unknown", is(F::RegionCode(known(false))), &["mx-im"]),
        ],
    )
    .await;
}

async fn by_kind(world: World) {
    let kinds = |kinds: &[AgencyKind]| is(F::Kind(kinds.to_vec()));
    check(
        world,
        vec![
            case("one", kinds(&[AgencyKind::Navy]), &["mx-semar"]),
            case(
                "one of two",
                kinds(&[AgencyKind::Navy, AgencyKind::Police]),
                &["mx-semar", "br-pf"],
            ),
        ],
    )
    .await;
}

async fn by_parent(world: World) {
    let parent = |filter: Filter<F>| is(F::Parent(Box::new(filter)));
    check(
        world,
        vec![
            case("the parent", parent(agency("mx-sedena")), &["mx-semar"]),
            case("the parent's parent", parent(parent(agency("mx-sedena"))), &["mx-im"]),
            case("any parent", parent(any()), &["mx-semar", "mx-im"]),
            case("another parent", parent(not(agency("mx-sedena"))), &["mx-im"]),
            case("has a parent", is(F::HasParent(true)), &["mx-semar", "mx-im"]),
            case(
                "has none",
                is(F::HasParent(false)),
                &["us-dod", "mx-sedena", "co-ponal", "br-pf"],
            ),
        ],
    )
    .await;
}

async fn by_meta(world: World) {
    let mut made = fixture(&world).await;
    let viewer = world.viewer("us-dod");
    let changed = world.change(&viewer, &made[0], &["acronym"], drafts::agency("")).await.unwrap();
    made[0] = changed;
    let ours = ["mx-semar", "mx-im", "br-pf"];
    for (name, field, passes) in meta_fields([&made[0].meta, &made[1].meta, &made[2].meta]) {
        let labels: Vec<&str> = passes.iter().map(|i| ours[*i]).collect();
        let filter = Filter::All(vec![is(F::Name(names(&ours))), is(F::Meta(field))]);
        world.filters::<Agency>(&viewer, vec![case(name, filter, &labels)]).await;
    }
}
