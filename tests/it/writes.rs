//! What every write does alike: masks, etags, validate_only, soft deletion, rights.

use crate::world::{
    World, all, create, delete, draft_of,
    drafts::{self, agency, operation, red, seizure, sensor},
    nouns::Noun,
    on_both, update, with_roles,
};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    errors::Kind,
    filters::Filter,
    operations::Operation,
    pages::List,
    records::Draft,
    requests::{Delete, Update, WriteOptions},
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorType},
    viewers::Viewer,
};

on_both! {
    a_mask_sets_what_it_names_alone: mask_sets;
    a_mask_clears_what_the_draft_leaves_out: mask_clears;
    a_star_replaces_everything: mask_star;
    a_mask_names_fields_and_nothing_else: mask_unknown;
    a_mask_cannot_clear_what_is_required: mask_required;
    a_missing_marking_in_the_mask_is_the_default: mask_marking;
    an_etag_guards_an_update: etag_update;
    an_etag_guards_a_deletion: etag_delete;
    versions_count_the_changes_of_a_record_alone: versions;
    validate_only_writes_nothing: validate_only;
    validate_only_finds_what_a_write_would: validate_only_refuses;
    a_deleted_record_is_read_by_name_and_listed_on_request: soft_delete;
    a_deleted_record_changes_no_more: deleted;
    only_the_originator_changes_a_record: originator;
    nobody_changes_what_is_hidden_from_them: hidden;
    a_marking_opens_and_closes_a_record: marking;
    a_viewer_without_roles_reads_nothing: no_roles;
    an_unregistered_agency_cannot_write: unregistered;
    a_batch_keeps_the_order_and_repeats_of_its_names: batch;
    a_batch_names_everything_it_lacks: batch_missing;
    a_name_of_another_collection_is_refused: wrong_name;
    a_refused_write_leaves_nothing_behind: all_or_nothing;
}

/// One record of each kind, by the same agency.
struct Four {
    agency: Agency,
    sensor: Sensor,
    operation: Operation,
    seizure: Seizure,
}

async fn four(world: &World, viewer: &Viewer) -> Four {
    Four {
        agency: world.add_as(viewer, "mx-semar", agency("Navy")).await,
        sensor: world.add_as(viewer, "radar", sensor("Radar", SensorType::GroundRadar)).await,
        operation: world.add(viewer, operation("Case")).await,
        seizure: world.add(viewer, seizure("417")).await,
    }
}

/// Runs a generic check on one record of each kind.
macro_rules! each {
    ($four:ident, $check:ident($($argument:expr),*)) => {
        $check($($argument,)* &$four.agency).await;
        $check($($argument,)* &$four.sensor).await;
        $check($($argument,)* &$four.operation).await;
        $check($($argument,)* &$four.seizure).await;
    };
}

fn navy() -> AgencyDraft {
    AgencyDraft { native_name: "Marina".into(), acronym: "SEMAR".into(), ..agency("Navy") }
}

async fn mask_sets(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", navy()).await;
    let draft = AgencyDraft { acronym: "SM".into(), ..agency("Ignored") };
    let changed = world.change(&viewer, &made, &["acronym"], draft).await.unwrap();
    assert_eq!(draft_of(&changed), AgencyDraft { acronym: "SM".into(), ..navy() });
    assert_eq!(world.see(&viewer, &made).await, changed);
    assert_eq!(changed.meta.create_micros, made.meta.create_micros);
}

async fn mask_clears(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", drafts::full_agency()).await;
    let fields = ["native_name", "acronym", "region_code", "kind", "parent"];
    let changed = world.change(&viewer, &made, &fields, AgencyDraft::default()).await.unwrap();
    let full = drafts::full_agency();
    let left = AgencyDraft {
        display_name: full.display_name,
        marking: full.marking,
        ..AgencyDraft::default()
    };
    assert_eq!(draft_of(&changed), left);
    assert_eq!(world.see(&viewer, &made).await, changed);
}

async fn mask_star(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", drafts::full_agency()).await;
    let changed = world.change(&viewer, &made, &["*"], agency("Navy")).await.unwrap();
    assert_eq!(draft_of(&changed), agency("Navy"));
    assert_eq!(changed.id, made.id);
}

async fn bad_masks<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    for (mask, field) in [
        (&[][..], "update_mask"),
        (&["colour"], "update_mask.paths[0]"),
        (&["marking", "name"], "update_mask.paths[1]"),
        (&["etag"], "update_mask.paths[0]"),
        (&["create_time"], "update_mask.paths[0]"),
        (&["marking.label"], "update_mask.paths[0]"),
        (&["marking", "*"], "update_mask.paths[1]"),
        (&[""], "update_mask.paths[0]"),
    ] {
        let refused = world.change(viewer, record, mask, draft_of(record)).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Invalid);
        assert_eq!(refused.violations[0].field, field, "{mask:?}");
    }
    assert_eq!(&world.see(viewer, record).await, record);
}

async fn mask_unknown(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, bad_masks(&world, &viewer));
}

async fn mask_required(world: World) {
    let viewer = world.viewer("us-dod");
    let made = four(&world, &viewer).await;
    let refused =
        world.change(&viewer, &made.agency, &["display_name"], AgencyDraft::default()).await;
    assert_eq!(refused.unwrap_err().violations[0].field, "agency.display_name");
    let refused = world.change(&viewer, &made.seizure, &["items"], SeizureDraft::default()).await;
    assert_eq!(refused.unwrap_err().violations[0].field, "seizure.items");
}

async fn mask_marking(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", navy()).await;
    let changed = world.change(&viewer, &made, &["marking"], AgencyDraft::default()).await.unwrap();
    assert_eq!(changed.body.marking, Default::default());
    let other = world.viewer("co-ponal");
    assert_eq!(world.try_see(&other, &made).await.unwrap_err().kind, Kind::NotFound);
}

async fn stale_update<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    let request = |etag: String| Update { etag, ..update(record, &["*"], draft_of(record)) };
    let (registry, etag) = (&world.registry, record.meta().etag());
    let changed = R::update(registry, viewer, request(etag.clone())).await.unwrap();
    let refused = R::update(registry, viewer, request(etag)).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::Aborted, "ETAG_MISMATCH"));
    assert_eq!(refused.violations[0].field, format!("{}.etag", <R::Draft as Draft>::FIELD));
    assert_eq!(refused.resources, [record.id().to_string()]);
    assert_eq!(world.see(viewer, record).await, changed);
    R::update(registry, viewer, request(changed.meta().etag())).await.unwrap();
}

async fn etag_update(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, stale_update(&world, &viewer));
}

async fn stale_delete<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    let request = |etag: &str| Delete { etag: etag.to_owned(), ..delete(record) };
    let refused = R::delete(&world.registry, viewer, request("\"0\"")).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::Aborted, "ETAG_MISMATCH"));
    let deleted = R::delete(&world.registry, viewer, request("\"1\"")).await.unwrap();
    assert_eq!(deleted.meta().version, 2);
}

async fn etag_delete(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, stale_delete(&world, &viewer));
}

async fn counted<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    for version in 2..5 {
        let changed = world.change(viewer, record, &["marking"], draft_of(record)).await.unwrap();
        assert_eq!(changed.meta().version, version);
        assert_eq!(changed.meta().etag(), format!("\"{version}\""));
        assert!(changed.meta().update_micros > changed.meta().create_micros);
    }
}

async fn versions(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, counted(&world, &viewer));
}

fn only_validate() -> WriteOptions {
    WriteOptions { validate_only: true, request_id: String::new() }
}

async fn not_written<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    let before = world.list::<R>(viewer, Filter::default()).await;
    let change =
        Update { options: only_validate(), ..update(record, &["marking"], draft_of(record)) };
    let told = R::update(&world.registry, viewer, change).await.unwrap();
    assert_eq!(told.meta().version, 2);
    let removal = Delete { options: only_validate(), ..delete(record) };
    let told = R::delete(&world.registry, viewer, removal).await.unwrap();
    assert!(told.meta().delete_micros.is_some());
    assert_eq!(&world.see(viewer, record).await, record);
    assert_eq!(world.list::<R>(viewer, Filter::default()).await, before);
}

async fn validate_only(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, not_written(&world, &viewer));
    let mut request = create("mx-fgr", agency("Prosecutor"));
    request.options = only_validate();
    let told = Agency::create(&world.registry, &viewer, request.clone()).await.unwrap();
    assert_eq!(world.try_see(&viewer, &told).await.unwrap_err().kind, Kind::NotFound);
    let again = Agency::create(&world.registry, &viewer, request).await.unwrap();
    assert_eq!(again.body, told.body);
}

async fn validate_only_refuses(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    let mut taken = create("mx-semar", agency("Navy"));
    taken.options = only_validate();
    let refused = Agency::create(&world.registry, &viewer, taken).await.unwrap_err();
    assert_eq!(refused.reason, "ID_TAKEN");
    let mut taken = create("", seizure("417"));
    taken.options = only_validate();
    let refused = Seizure::create(&world.registry, &viewer, taken).await.unwrap_err();
    assert_eq!(refused.reason, "EXTERNAL_ID_TAKEN");
    let stale =
        Delete { etag: "\"7\"".to_owned(), options: only_validate(), ..delete(&four.operation) };
    let refused = Operation::delete(&world.registry, &viewer, stale).await.unwrap_err();
    assert_eq!(refused.reason, "ETAG_MISMATCH");
}

async fn softly<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    let others = world.list::<R>(viewer, Filter::default()).await.len() - 1;
    let gone = world.remove(viewer, record).await.unwrap();
    assert_eq!((gone.body(), gone.meta().version), (record.body(), 2));
    assert_eq!(gone.meta().delete_micros, Some(gone.meta().update_micros));
    assert_eq!(world.see(viewer, record).await, gone);
    let names = [record.id().to_string()];
    let batch = R::batch_get(&world.registry, viewer, &names).await.unwrap();
    assert_eq!(batch, std::slice::from_ref(&gone));
    assert_eq!(world.list::<R>(viewer, Filter::default()).await.len(), others);
    let shown = world.walk::<R>(viewer, List { show_deleted: true, ..all::<R>() }).await;
    assert_eq!((shown.len(), shown.contains(&gone)), (others + 1, true));
}

async fn soft_delete(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, softly(&world, &viewer));
}

async fn fixed<R: Noun>(world: &World, viewer: &Viewer, record: &R) {
    let gone = world.remove(viewer, record).await.unwrap();
    let refused = world.remove(viewer, record).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "DELETED"));
    let refused = world.change(viewer, record, &["marking"], draft_of(record)).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "DELETED"));
    assert_eq!(refused.resources, [record.id().to_string()]);
    assert_eq!(world.see(viewer, record).await, gone);
}

async fn deleted(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, fixed(&world, &viewer));
}

async fn denied<R: Noun>(world: &World, other: &Viewer, record: &R) {
    let refused = world.change(other, record, &["marking"], draft_of(record)).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "NOT_ORIGINATOR"));
    assert_eq!(refused.resources, [record.id().to_string()]);
    assert_eq!(world.remove(other, record).await.unwrap_err().reason, "NOT_ORIGINATOR");
    assert_eq!(&world.see(other, record).await, record);
}

async fn originator(world: World) {
    let four = four(&world, &world.viewer("us-dod")).await;
    let other = world.viewer("mx-sedena");
    each!(four, denied(&world, &other));
}

async fn unfound<R: Noun>(world: &World, viewer: &Viewer, other: &Viewer, record: &R) {
    let mut draft = draft_of(record);
    let mut closed = draft.clone();
    closed.take("marking", &hidden_draft::<R>(record));
    world.change(viewer, record, &["marking"], closed).await.unwrap();
    draft.take("marking", &draft_of(record));
    let refused = world.change(other, record, &["marking"], draft).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    assert_eq!(world.remove(other, record).await.unwrap_err().kind, Kind::NotFound);
    assert_eq!(world.try_see(other, record).await.unwrap_err().kind, Kind::NotFound);
}

/// The record's draft, marked for its originator alone.
fn hidden_draft<R: Noun>(record: &R) -> R::Draft {
    use interdiction::domain::{
        markings::{Marking, Tlp},
        records::Body as _,
    };
    let mut body = record.body().clone();
    body.set_marking(Marking { label: Tlp::Red, releasable_to: Vec::new() });
    R::Draft::of(&body)
}

async fn hidden(world: World) {
    let (viewer, other) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let four = four(&world, &viewer).await;
    each!(four, unfound(&world, &viewer, &other));
}

async fn marking(world: World) {
    let (viewer, other) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let made: Operation = world.add(&viewer, operation("Case")).await;
    for (marking, seen) in [
        (red(), false),
        (drafts::marked(interdiction::domain::markings::Tlp::Amber, &["MX"]), true),
        (drafts::marked(interdiction::domain::markings::Tlp::Amber, &["CO"]), false),
        (drafts::green(), true),
    ] {
        let mut draft = operation("Case");
        draft.marking = marking;
        world.change(&viewer, &made, &["marking"], draft).await.unwrap();
        assert_eq!(world.try_see(&other, &made).await.is_ok(), seen);
        let listed = world.list::<Operation>(&other, Filter::default()).await;
        assert_eq!(!listed.is_empty(), seen);
    }
}

async fn unread<R: Noun>(world: &World, nobody: &Viewer, record: &R) {
    let name = record.id().to_string();
    let refused = world.try_see(nobody, record).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "ROLE_REQUIRED"));
    let refused = R::batch_get(&world.registry, nobody, &[name]).await.unwrap_err();
    assert_eq!(refused.reason, "ROLE_REQUIRED");
    let refused = R::list(&world.registry, nobody, all::<R>()).await.unwrap_err();
    assert_eq!(refused.reason, "ROLE_REQUIRED");
}

async fn no_roles(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    let nobody = with_roles(&viewer, &[]);
    each!(four, unread(&world, &nobody));
}

async fn unregistered(world: World) {
    let stranger = world.viewer("br-pf");
    let refused = world.try_add::<Seizure>(&stranger, seizure("417")).await.unwrap_err();
    let wanted = (Kind::PermissionDenied, "AGENCY_NOT_REGISTERED");
    assert_eq!((refused.kind, refused.reason), wanted);
    let listed = world.list::<Seizure>(&world.viewer("us-dod"), Filter::default()).await;
    assert_eq!(listed, []);
}

async fn batch(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Seizure> = Vec::new();
    for label in ["a", "b", "c"] {
        made.push(world.add(&viewer, seizure(label)).await);
    }
    let order = [2, 0, 1];
    let names: Vec<String> = order.iter().map(|i| made[*i].id.to_string()).collect();
    let read = Seizure::batch_get(&world.registry, &viewer, &names).await.unwrap();
    let wanted: Vec<Seizure> = order.iter().map(|i| made[*i].clone()).collect();
    assert_eq!(read, wanted);
}

async fn batch_missing(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Agency = world.add_as(&viewer, "mx-semar", agency("Navy")).await;
    let names = ["agencies/x", &made.id.to_string(), "agencies/y"].map(ToString::to_string);
    let refused = Agency::batch_get(&world.registry, &viewer, &names).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    let fields: Vec<&str> = refused.violations.iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["names[0]", "names[2]"]);
    assert_eq!(refused.resources, ["agencies/x", "agencies/y"]);
    let refused = Agency::batch_get(&world.registry, &viewer, &[]).await.unwrap_err();
    assert_eq!(refused.violations[0].field, "names");
    let twice = ["agencies/x", &made.id.to_string(), "agencies/x"].map(ToString::to_string);
    let refused = Agency::batch_get(&world.registry, &viewer, &twice).await.unwrap_err();
    assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "names[2]"));
    let many = vec!["agencies/x".to_owned(); 1_001];
    let refused = Agency::batch_get(&world.registry, &viewer, &many).await.unwrap_err();
    assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "names"));
}

async fn misnamed<R: Noun>(world: &World, viewer: &Viewer, _record: &R) {
    for name in ["", "x", "cases/1", "agencies/", "operations/1", "seizures/A"] {
        let refused = R::get(&world.registry, viewer, name).await.unwrap_err();
        assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "name"));
    }
}

async fn wrong_name(world: World) {
    let viewer = world.viewer("us-dod");
    let four = four(&world, &viewer).await;
    each!(four, misnamed(&world, &viewer));
}

/// The last part of a write fails after the first ones are written.
async fn all_or_nothing(world: World) {
    let viewer = world.viewer("us-dod");
    let first: Seizure = world.add(&viewer, seizure("417")).await;
    let mut both = seizure("418");
    both.external_ids.push(drafts::external_id("case", "417"));
    let refused = world.try_add::<Seizure>(&viewer, both.clone()).await.unwrap_err();
    assert_eq!(refused.reason, "EXTERNAL_ID_TAKEN");
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, [first]);
    both.external_ids.pop();
    let second: Seizure = world.add(&viewer, both).await;
    assert_eq!(second.meta.version, 1);
}
