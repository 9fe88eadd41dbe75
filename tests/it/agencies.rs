//! Agencies: what is kept, hierarchies, and who keeps them.

use crate::world::{
    World, create, draft_of,
    drafts::{agency, full_agency, marked, red},
    nouns::Noun as _,
    on_both, with_roles,
};
use interdiction::domain::{
    agencies::{ANCESTORS_MAX, Agency, AgencyDraft},
    errors::Kind,
    filters::Filter,
    markings::Tlp,
    viewers::Role,
};

on_both! {
    keeps_every_field_of_an_agency: every_field;
    keeps_the_least_agency: least;
    registers_the_own_agency_once: own;
    an_agency_has_at_most_sixteen_ancestors: depth;
    an_agency_is_not_its_own_ancestor: cycle;
    an_agency_id_is_taken_once: taken;
    an_agency_id_stays_taken_after_deletion: taken_when_deleted;
    a_parent_must_exist: absent_parent;
    hidden_ancestors_are_not_counted: hidden_ancestors;
    a_deep_agency_changes_where_its_parent_stays: deep_changes;
    nobody_deletes_the_agency_that_it_acts_for: own_deletion;
    a_hidden_parent_is_shown_to_nobody_else: hidden_parent;
    only_administrators_keep_agencies: roles;
    a_list_of_grantees_names_known_agencies: grantees;
    an_originator_sees_the_whole_list_and_others_their_entry: shown_list;
}

async fn every_field(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", full_agency()).await;
    assert_eq!(draft_of(&made), full_agency());
    assert_eq!(world.see(&viewer, &made).await, made);
    let listed = world.list::<Agency>(&viewer, Filter::default()).await;
    assert!(listed.contains(&made));
    let names = [made.id.to_string()];
    assert_eq!(Agency::batch_get(&world.registry, &viewer, &names).await.unwrap(), [made]);
}

async fn least(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", agency("Navy")).await;
    let (body, meta) = (&made.body, &made.meta);
    assert_eq!((body.native_name.as_str(), body.acronym.as_str()), ("", ""));
    assert!(body.region_code.is_none() && body.kind.is_none() && body.parent.is_none());
    assert_eq!(meta.originator.as_ref(), Some(&viewer.agency));
    assert_eq!(
        (meta.version, meta.create_micros, meta.delete_micros),
        (1, meta.update_micros, None)
    );
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn own(world: World) {
    let viewer = world.viewer("mx-sedena");
    let before = world.list::<Agency>(&viewer, Filter::default()).await;
    world.registry.register_own_agency(&viewer).await.unwrap();
    assert_eq!(world.list::<Agency>(&viewer, Filter::default()).await, before);
    let mine = before.iter().find(|one| one.id == viewer.agency).unwrap();
    assert_eq!(mine.meta.originator, Some(viewer.agency));
    assert_eq!(mine.body.region_code, viewer.region);
}

async fn depth(world: World) {
    let viewer = world.viewer("us-dod");
    let mut parent = String::new();
    for level in 0..=ANCESTORS_MAX {
        let draft = AgencyDraft { parent, ..agency("Level") };
        let made: Agency = world.add_as(&viewer, &format!("level-{level}"), draft).await;
        parent = made.id.to_string();
    }
    let draft = AgencyDraft { parent, ..agency("Too deep") };
    let refused = Agency::create(&world.registry, &viewer, create("level-17", draft)).await;
    assert_eq!(refused.unwrap_err().violations[0].field, "agency.parent");
}

async fn cycle(world: World) {
    let viewer = world.viewer("us-dod");
    let top: Agency = world.add_as(&viewer, "top", agency("Top")).await;
    let draft = AgencyDraft { parent: top.id.to_string(), ..agency("Middle") };
    let middle: Agency = world.add_as(&viewer, "middle", draft).await;
    for parent in [&top, &middle] {
        let draft = AgencyDraft { parent: parent.id.to_string(), ..agency("") };
        let refused = world.change(&viewer, &top, &["parent"], draft).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Invalid);
        assert_eq!(refused.violations[0].field, "agency.parent");
    }
}

async fn hidden_ancestors(world: World) {
    let (viewer, other) = (world.viewer("us-dod"), world.viewer("co-ponal"));
    let mut parent = String::new();
    for level in 0..5 {
        let draft = AgencyDraft { parent, marking: red(), ..agency("Hidden") };
        parent = world.add_as::<Agency>(&viewer, &format!("h-{level}"), draft).await.id.to_string();
    }
    let draft = AgencyDraft { parent, ..agency("Seen") };
    parent = world.add_as::<Agency>(&viewer, "seen", draft).await.id.to_string();
    // As many levels as under an agency that has no parent.
    for level in 0..ANCESTORS_MAX {
        let draft = AgencyDraft { parent, ..agency("Level") };
        parent = world.add_as::<Agency>(&other, &format!("l-{level}"), draft).await.id.to_string();
    }
    let draft = AgencyDraft { parent, ..agency("Too deep") };
    let refused = Agency::create(&world.registry, &other, create("l-16", draft)).await;
    assert_eq!(refused.unwrap_err().violations[0].field, "agency.parent");
}

async fn deep_changes(world: World) {
    let viewer = world.viewer("us-dod");
    let mut levels: Vec<Agency> = Vec::new();
    for level in 0..=ANCESTORS_MAX {
        let parent = levels.last().map_or_else(String::new, |one| one.id.to_string());
        let draft = AgencyDraft { parent, ..agency("Level") };
        levels.push(world.add_as(&viewer, &format!("level-{level}"), draft).await);
    }
    let top: Agency = world.add_as(&viewer, "top", agency("Top")).await;
    let under_top = AgencyDraft { parent: top.id.to_string(), ..agency("") };
    world.change(&viewer, &levels[0], &["parent"], under_top).await.unwrap();
    let deepest = levels.last().unwrap();
    let renamed = world.change(&viewer, deepest, &["display_name"], agency("Renamed")).await;
    let renamed = renamed.unwrap();
    assert_eq!(renamed.body.display_name, "Renamed");
    let whole = AgencyDraft { acronym: "R".to_owned(), ..draft_of(&renamed) };
    world.change(&viewer, deepest, &["*"], whole).await.unwrap();
}

async fn own_deletion(world: World) {
    let viewer = world.viewer("us-dod");
    let own = Agency::get(&world.registry, &viewer, "agencies/us-dod").await.unwrap();
    let refused = world.remove(&viewer, &own).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "OWN_AGENCY"));
    assert_eq!(refused.resources, ["agencies/us-dod"]);
    assert_eq!(world.see(&viewer, &own).await, own);
}

async fn taken(world: World) {
    let (first, second) = (world.viewer("us-dod"), world.viewer("co-ponal"));
    let _made: Agency = world.add_as(&first, "mx-semar", agency("Navy")).await;
    for viewer in [&first, &second] {
        let again = create("mx-semar", agency("Another"));
        let refused = Agency::create(&world.registry, viewer, again).await.unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::AlreadyExists, "ID_TAKEN"));
        assert_eq!(refused.violations[0].field, "agency_id");
        assert_eq!(refused.resources, ["agencies/mx-semar"]);
    }
}

async fn taken_when_deleted(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", agency("Navy")).await;
    world.remove(&viewer, &made).await.unwrap();
    let again = create("mx-semar", agency("Another"));
    let refused = Agency::create(&world.registry, &viewer, again).await.unwrap_err();
    assert_eq!(refused.reason, "ID_TAKEN");
}

async fn absent_parent(world: World) {
    let viewer = world.viewer("us-dod");
    let draft = AgencyDraft { parent: "agencies/nobody".to_owned(), ..agency("Navy") };
    let refused = Agency::create(&world.registry, &viewer, create("mx-semar", draft)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    assert_eq!(refused.violations[0].field, "agency.parent");
    assert_eq!(refused.resources, ["agencies/nobody"]);
}

async fn hidden_parent(world: World) {
    let (viewer, other) = (world.viewer("us-dod"), world.viewer("co-ponal"));
    let draft = AgencyDraft { marking: red(), ..agency("Secret") };
    let parent: Agency = world.add_as(&viewer, "secret", draft).await;
    let draft = AgencyDraft { parent: parent.id.to_string(), ..agency("Open") };
    let made: Agency = world.add_as(&viewer, "open", draft).await;
    assert_eq!(world.see(&viewer, &made).await.body.parent, Some(parent.id));
    assert_eq!(world.see(&other, &made).await.body.parent, None);
    let listed = world.list::<Agency>(&other, Filter::default()).await;
    assert_eq!(listed.last().unwrap().body.parent, None);
}

async fn roles(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", agency("Navy")).await;
    for role in [Role::Reader, Role::Contributor, Role::Steward] {
        let lesser = with_roles(&viewer, &[role]);
        let request = create("mx-fgr", agency("Prosecutor"));
        let refused = Agency::create(&world.registry, &lesser, request).await.unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "ROLE_REQUIRED"));
        let refused = world.change(&lesser, &made, &["acronym"], agency("")).await.unwrap_err();
        assert_eq!(refused.reason, "ROLE_REQUIRED");
        assert_eq!(world.remove(&lesser, &made).await.unwrap_err().reason, "ROLE_REQUIRED");
    }
    let administrator = with_roles(&viewer, &[Role::Administrator]);
    world.remove(&administrator, &made).await.unwrap();
}

async fn grantees(world: World) {
    let viewer = world.viewer("us-dod");
    let listed = ["MX", "agencies/nobody", "agencies/co-ponal"];
    let draft = AgencyDraft { marking: marked(Tlp::Amber, &listed), ..agency("Navy") };
    let refused = Agency::create(&world.registry, &viewer, create("mx-semar", draft)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    assert_eq!(refused.resources, ["agencies/nobody"]);
}

async fn shown_list(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", full_agency()).await;
    let listed = |agency: Agency| -> Vec<String> {
        agency.body.marking.releasable_to.iter().map(ToString::to_string).collect()
    };
    let own = world.see(&viewer, &made).await;
    assert_eq!(listed(own), ["CO", "US", "agencies/co-ponal"]);
    let told = world.see(&world.viewer("co-ponal"), &made).await;
    assert_eq!(listed(told), ["CO", "US", "agencies/co-ponal"]);
    let neighbour = world.see(&world.viewer("us-cbp"), &made).await;
    assert_eq!(listed(neighbour), ["CO", "US"]);
}
