//! A request id has one effect, however often and however much at once it is sent.

use crate::world::{World, create, delete, drafts, nouns::Noun, on_both, update};
use interdiction::{
    domain::{
        agencies::{Agency, AgencyDraft},
        errors::{Error, Kind, Result},
        filters::Filter,
        operations::Operation,
        records::Record,
        requests::{Create, Delete, Retract, Update, WriteOptions},
        seizures::{Seizure, SeizureDraft, SeizureState},
        sensors::{Sensor, SensorDraft, SensorType},
        viewers::Viewer,
    },
    registry::Registry,
};
use uuid::Uuid;

on_both! {
    a_hundred_tasks_create_agencies_once_each: many_agencies;
    a_hundred_tasks_create_sensors_once_each: many_sensors;
    a_hundred_tasks_create_operations_once_each: many_operations;
    a_hundred_tasks_create_seizures_once_each: many_seizures;
    a_repeated_update_changes_once: updates;
    a_repeated_deletion_deletes_once: deletions;
    a_repeated_retraction_retracts_once: retractions;
    another_body_is_refused_naming_the_field: other_body;
    another_method_is_refused: other_method;
    another_agency_has_request_ids_of_its_own: other_agency;
    the_first_answer_is_given_after_later_changes: first_answer;
    a_refused_request_leaves_its_id_free: refused;
    a_validation_leaves_its_request_id_free: validation;
    a_repetition_with_awkward_numbers_is_the_same_request: awkward;
    a_request_id_must_be_a_uuid: malformed;
}

const TASKS: usize = 100;
const COPIES: usize = 3;

/// A request id for a number.
fn id(n: usize) -> WriteOptions {
    let request_id = Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_0000_0000_0000 + n as u128);
    WriteOptions { request_id: request_id.to_string(), validate_only: false }
}

fn new<D>(chosen: &str, draft: D, n: usize) -> Create<D> {
    Create { options: id(n), ..create(chosen, draft) }
}

/// Runs copies of a call at once and returns their answers.
async fn at_once<T, F>(
    world: &World,
    viewer: &Viewer,
    call: impl Fn(Registry, Viewer) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let copies: Vec<_> =
        (0..COPIES).map(|_| tokio::spawn(call(world.registry.clone(), viewer.clone()))).collect();
    let mut answers = Vec::new();
    for copy in copies {
        answers.push(copy.await.unwrap().unwrap());
    }
    answers
}

/// Sends every request of a hundred tasks three times at once; then each with another body.
async fn many<R: Noun>(
    world: &World,
    request: fn(usize) -> Create<R::Draft>,
    other: fn(usize) -> Create<R::Draft>,
    field: &str,
) {
    let viewer = world.viewer("mx-sedena");
    let before = world.list::<R>(&viewer, Filter::default()).await.len();
    let mut tasks = Vec::new();
    for n in (0..TASKS).flat_map(|n| [n; COPIES]) {
        let (registry, viewer) = (world.registry.clone(), viewer.clone());
        tasks.push((
            n,
            tokio::spawn(async move { R::create(&registry, &viewer, request(n)).await }),
        ));
    }
    let mut answers: Vec<Vec<R>> = (0..TASKS).map(|_| Vec::new()).collect();
    for (n, task) in tasks {
        answers[n].push(task.await.unwrap().unwrap());
    }
    assert!(answers.iter().all(|copies| copies.iter().all(|copy| *copy == copies[0])));
    let listed = world.list::<R>(&viewer, Filter::default()).await;
    assert_eq!(listed.len(), before + TASKS);
    for (n, copies) in answers.iter().enumerate().step_by(10) {
        let refused = R::create(&world.registry, &viewer, other(n)).await.unwrap_err();
        assert_reused(&refused, field);
        assert_eq!(world.see(&viewer, &copies[0]).await, copies[0]);
    }
    assert_eq!(world.list::<R>(&viewer, Filter::default()).await, listed);
}

fn assert_reused(error: &Error, field: &str) {
    assert_eq!((error.kind, error.reason), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
    assert_eq!(error.violations[0].field, field);
}

async fn many_agencies(world: World) {
    let request = |n| new(&format!("agency-{n}"), drafts::agency("Agency"), n);
    let other = |n| {
        let draft = AgencyDraft { acronym: "X".into(), ..drafts::agency("Agency") };
        new(&format!("agency-{n}"), draft, n)
    };
    many::<Agency>(&world, request, other, "agency.acronym").await;
}

async fn many_sensors(world: World) {
    let request = |n| new(&format!("s-{n}"), drafts::sensor("S", SensorType::Aerostat), n);
    let other = |n| new(&format!("t-{n}"), drafts::sensor("S", SensorType::Aerostat), n);
    many::<Sensor>(&world, request, other, "sensor_id").await;
}

async fn many_operations(world: World) {
    let request = |n| new("", drafts::operation(&format!("Case {n}")), n);
    let other = |n| new("", drafts::operation("Case"), n);
    many::<Operation>(&world, request, other, "operation.display_name").await;
}

async fn many_seizures(world: World) {
    let request = |n| new("", drafts::seizure(&format!("{n}")), n);
    let other = |n| new("", drafts::seizure(&format!("{n}-b")), n);
    many::<Seizure>(&world, request, other, "seizure.external_ids[0].value").await;
}

async fn updates(world: World) {
    let viewer = world.viewer("mx-sedena");
    for n in 0..20 {
        let made: Seizure = world.add(&viewer, drafts::seizure(&n.to_string())).await;
        let draft = SeizureDraft { when: Some("2020".into()), ..drafts::seizure("") };
        let etag = made.meta.etag();
        let request = Update { etag, options: id(n), ..update(&made, &["when"], draft) };
        let answers = at_once(&world, &viewer, |registry, viewer| {
            let request = request.clone();
            async move { Seizure::update(&registry, &viewer, request).await }
        });
        let answers = answers.await;
        assert_eq!(answers[0].meta.version, 2);
        assert_eq!(answers, vec![answers[0].clone(); COPIES]);
        assert_eq!(world.see(&viewer, &made).await, answers[0]);
    }
}

async fn deletions(world: World) {
    let viewer = world.viewer("mx-sedena");
    for n in 0..20 {
        let made: Operation = world.add(&viewer, drafts::operation("Case")).await;
        let request = Delete { options: id(n), ..delete(&made) };
        let answers = at_once(&world, &viewer, |registry, viewer| {
            let request = request.clone();
            async move { Operation::delete(&registry, &viewer, request).await }
        });
        let answers = answers.await;
        assert!(answers[0].meta.delete_micros.is_some());
        assert_eq!(answers, vec![answers[0].clone(); COPIES]);
    }
}

async fn retractions(world: World) {
    let viewer = world.viewer("mx-sedena");
    for n in 0..20 {
        let made: Seizure = world.add(&viewer, drafts::seizure(&n.to_string())).await;
        let request = Retract {
            name: made.id.to_string(),
            reason: "wrong".into(),
            etag: String::new(),
            options: id(n),
        };
        let answers = at_once(&world, &viewer, |registry, viewer| {
            let request = request.clone();
            async move { registry.retract_seizure(&viewer, request).await }
        });
        let answers = answers.await;
        assert_eq!(answers[0].state, SeizureState::Retracted);
        assert_eq!(answers, vec![answers[0].clone(); COPIES]);
    }
}

async fn other_body(world: World) {
    let viewer = world.viewer("mx-sedena");
    let first = new("", drafts::seizure("417"), 1);
    let made = Seizure::create(&world.registry, &viewer, first.clone()).await.unwrap();
    for (change, field) in [
        (|d: &mut SeizureDraft| d.when = Some("2020".into()), "seizure.when"),
        (|d| d.items[0].purity_percent = "1".into(), "seizure.items[0].purity_percent"),
        (|d| d.items.push(d.items[0].clone()), "seizure.items"),
        (|d| d.marking = None, "seizure.marking"),
        (|d| d.external_ids[0].scheme = "x".into(), "seizure.external_ids[0].scheme"),
    ] as [(fn(&mut SeizureDraft), &str); 5]
    {
        let mut other = first.clone();
        change(&mut other.draft);
        let refused = Seizure::create(&world.registry, &viewer, other).await.unwrap_err();
        assert_reused(&refused, field);
    }
    let mut change = update(&made, &["when"], drafts::seizure(""));
    change.options = id(2);
    Seizure::update(&world.registry, &viewer, change.clone()).await.unwrap();
    change.update_mask = vec!["place".into()];
    let refused = Seizure::update(&world.registry, &viewer, change).await.unwrap_err();
    assert_reused(&refused, "update_mask.paths[0]");
}

async fn other_method(world: World) {
    let viewer = world.viewer("mx-sedena");
    let request = new("", drafts::seizure("417"), 1);
    let made = Seizure::create(&world.registry, &viewer, request).await.unwrap();
    let removal = Delete { options: id(1), ..delete(&made) };
    let refused = Seizure::delete(&world.registry, &viewer, removal).await.unwrap_err();
    assert_reused(&refused, "request_id");
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn other_agency(world: World) {
    let request = new("", drafts::seizure("417"), 1);
    let mut made = Vec::new();
    for agency in ["mx-sedena", "us-dod"] {
        let viewer = world.viewer(agency);
        made.push(Seizure::create(&world.registry, &viewer, request.clone()).await.unwrap());
    }
    assert_ne!(made[0].id, made[1].id);
}

async fn first_answer(world: World) {
    let viewer = world.viewer("mx-sedena");
    let request = new("", drafts::full_seizure(""), 1);
    let made = Seizure::create(&world.registry, &viewer, request.clone()).await.unwrap();
    let changed = world.change(&viewer, &made, &["when"], drafts::seizure("")).await.unwrap();
    world.remove(&viewer, &made).await.unwrap();
    let again = Seizure::create(&world.registry, &viewer, request).await.unwrap();
    assert_eq!(again, made);
    assert_ne!(again, changed);
}

async fn refused(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = SeizureDraft { agency: "agencies/mx-semar".into(), ..drafts::seizure("417") };
    let request = new("", draft, 1);
    let refused = Seizure::create(&world.registry, &viewer, request.clone()).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    let _navy: Agency = world.add_as(&viewer, "mx-semar", drafts::agency("Navy")).await;
    Seizure::create(&world.registry, &viewer, request).await.unwrap();
}

async fn validation(world: World) {
    let viewer = world.viewer("mx-sedena");
    let mut request = new("", drafts::seizure("417"), 1);
    request.options.validate_only = true;
    Seizure::create(&world.registry, &viewer, request).await.unwrap();
    let other = new("", drafts::seizure("418"), 1);
    let made = Seizure::create(&world.registry, &viewer, other).await.unwrap();
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, [made]);
}

async fn awkward(world: World) {
    let viewer = world.viewer("mx-sedena");
    for n in 0..50_u8 {
        let degrees = f64::from(n) / 7.0 + 0.1;
        let site = Some(drafts::point(degrees * 0.9, degrees * 1.7));
        let draft = SensorDraft { site, ..drafts::sensor("Radar", SensorType::GroundRadar) };
        let request = new(&format!("radar-{n}"), draft, n.into());
        let made = Sensor::create(&world.registry, &viewer, request.clone()).await.unwrap();
        let again = Sensor::create(&world.registry, &viewer, request).await.unwrap();
        assert_eq!(again, made);
        assert_eq!(made.id().as_str(), format!("radar-{n}"));
    }
}

async fn malformed(world: World) {
    let viewer = world.viewer("mx-sedena");
    for wrong in ["1", "00000000-0000-0000-0000-000000000000", "01890a5dac96774bbcceb302099a8057"] {
        let mut request = create("", drafts::seizure("417"));
        request.options.request_id = wrong.to_owned();
        let refused = Seizure::create(&world.registry, &viewer, request).await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.violations[0].field.as_str()),
            (Kind::Invalid, "request_id")
        );
    }
}
