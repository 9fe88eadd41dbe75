//! A hidden record answers as an absent one, to the letter: only its name tells the two apart.

use crate::world::{
    World, all, ascending, create, delete, draft_of, drafts, labels, nouns::Noun, on_both, size,
    update,
};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    errors::{Error, Kind, Result},
    filters::{
        AgencyField, DetectionField, Filter, NameFilter, OperationField, Quantified, SeizureField,
        SeizureSort, SensorField,
    },
    ids::{OperationId, ResourceId as _, SensorId},
    operation_parts::{DetectionRole, ParticipantRole},
    operations::{Operation, OperationDraft},
    pages::List,
    records::Draft as _,
    requests::{Delete, Retract, Update, WriteOptions},
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
    viewers::Viewer,
};
use std::fmt::Debug;

on_both! {
    reads_tell_a_hidden_record_from_none_in_nothing: reads;
    writes_tell_a_hidden_record_from_none_in_nothing: writes;
    references_tell_a_hidden_record_from_none_in_nothing: references;
    filters_tell_a_hidden_record_from_none_in_nothing: filters;
    pages_and_tokens_do_not_feel_hidden_records: pages;
    orders_do_not_feel_hidden_records: orders;
    external_ids_of_others_are_no_obstacle: external_ids;
    an_id_that_is_taken_says_no_more_than_that: taken;
    versions_and_etags_do_not_feel_hidden_records: versions;
    shown_markings_do_not_tell_who_else_is_listed: listed;
}

const ABSENT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A record that the viewer of these tests may not see, and the name of none.
struct Pair<R> {
    hidden: R,
    absent: String,
}

impl<R: Noun> Pair<R> {
    fn names(&self) -> [String; 2] {
        [self.hidden.id().to_string(), self.absent.clone()]
    }
}

struct Hidden {
    agency: Pair<Agency>,
    sensor: Pair<Sensor>,
    operation: Pair<Operation>,
    seizure: Pair<Seizure>,
}

async fn hidden(world: &World) -> Hidden {
    let viewer = world.viewer("mx-sedena");
    let marking = drafts::red;
    let agency = AgencyDraft { marking: marking(), ..drafts::agency("Secret") };
    let sensor = drafts::sensor("Secret", SensorType::Signals);
    let sensor = SensorDraft { marking: marking(), ..sensor };
    let operation = OperationDraft { marking: marking(), ..drafts::operation("Secret") };
    let seizure = SeizureDraft { marking: marking(), ..drafts::seizure("417") };
    Hidden {
        agency: Pair {
            hidden: world.add_as(&viewer, "secret", agency).await,
            absent: "agencies/absent".to_owned(),
        },
        sensor: Pair {
            hidden: world.add_as(&viewer, "secret", sensor).await,
            absent: "sensors/absent".to_owned(),
        },
        operation: Pair {
            hidden: world.add(&viewer, operation).await,
            absent: format!("operations/{ABSENT}"),
        },
        seizure: Pair {
            hidden: world.add(&viewer, seizure).await,
            absent: format!("seizures/{ABSENT}"),
        },
    }
}

/// Holds that two answers are the same but for the names in them, and errors of a kind.
fn same<T: Debug>(answers: [Result<T>; 2], names: [String; 2], kind: Kind) {
    let [hidden, absent] = answers.map(|answer| answer.unwrap_err());
    assert_eq!(hidden.kind, kind);
    let [hidden, absent] = [(hidden, &names[0]), (absent, &names[1])].map(spelled);
    assert_eq!(hidden, absent);
}

/// The whole error with a name in it replaced.
fn spelled((error, name): (Error, &String)) -> String {
    let spelled = format!("{error:?}");
    assert!(spelled.contains(name.as_str()), "{spelled}");
    spelled.replace(name.as_str(), "NAME")
}

async fn read<R: Noun>(world: &World, viewer: &Viewer, pair: &Pair<R>, visible: &R) {
    let [hidden, absent] = pair.names();
    let registry = &world.registry;
    let answers =
        [R::get(registry, viewer, &hidden).await, R::get(registry, viewer, &absent).await];
    same(answers, pair.names(), Kind::NotFound);
    let batch = |name: &String| [visible.id().to_string(), name.clone()];
    let answers = [
        R::batch_get(registry, viewer, &batch(&hidden)).await,
        R::batch_get(registry, viewer, &batch(&absent)).await,
    ];
    same(answers, pair.names(), Kind::NotFound);
    let listed = world.walk::<R>(viewer, List { show_deleted: true, ..all::<R>() }).await;
    assert!(listed.iter().all(|one| one.id() != pair.hidden.id()));
    assert!(listed.contains(visible));
}

async fn reads(world: World) {
    let hidden = hidden(&world).await;
    let viewer = world.viewer("us-dod");
    let agency: Agency = world.add_as(&viewer, "open", drafts::agency("Open")).await;
    read(&world, &viewer, &hidden.agency, &agency).await;
    let draft = drafts::sensor("Open", SensorType::Signals);
    let sensor: Sensor = world.add_as(&viewer, "open", draft).await;
    read(&world, &viewer, &hidden.sensor, &sensor).await;
    let operation: Operation = world.add(&viewer, drafts::operation("Open")).await;
    read(&world, &viewer, &hidden.operation, &operation).await;
    let seizure: Seizure = world.add(&viewer, drafts::seizure("open")).await;
    read(&world, &viewer, &hidden.seizure, &seizure).await;
}

async fn written<R: Noun>(world: &World, viewer: &Viewer, pair: &Pair<R>) {
    let registry = &world.registry;
    for etag in ["", "\"1\"", "\"7\""] {
        let request = |name: String| Update {
            name,
            etag: etag.to_owned(),
            ..update(&pair.hidden, &["marking"], draft_of(&pair.hidden))
        };
        let [hidden, absent] = pair.names().map(request);
        let answers =
            [R::update(registry, viewer, hidden).await, R::update(registry, viewer, absent).await];
        same(answers, pair.names(), Kind::NotFound);
        let request = |name: String| Delete { name, etag: etag.to_owned(), ..delete(&pair.hidden) };
        let [hidden, absent] = pair.names().map(request);
        let answers =
            [R::delete(registry, viewer, hidden).await, R::delete(registry, viewer, absent).await];
        same(answers, pair.names(), Kind::NotFound);
    }
    // What is wrong in the draft is told before the record is looked for.
    let request =
        |name: String| Update { name, ..update(&pair.hidden, &["*"], R::Draft::default()) };
    let [hidden, absent] = pair.names().map(request);
    let answers =
        [R::update(registry, viewer, hidden).await, R::update(registry, viewer, absent).await];
    let [hidden, absent] = answers.map(|answer| answer.unwrap_err());
    assert_eq!((hidden.kind, &hidden), (Kind::Invalid, &absent));
    let owner = world.viewer("mx-sedena");
    assert_eq!(world.see(&owner, &pair.hidden).await, pair.hidden);
}

async fn writes(world: World) {
    let hidden = hidden(&world).await;
    let viewer = world.viewer("us-dod");
    written(&world, &viewer, &hidden.agency).await;
    written(&world, &viewer, &hidden.sensor).await;
    written(&world, &viewer, &hidden.operation).await;
    written(&world, &viewer, &hidden.seizure).await;
    let retract = |name: String| Retract {
        name,
        reason: "wrong".to_owned(),
        etag: "\"7\"".to_owned(),
        options: WriteOptions::default(),
    };
    let [first, second] = hidden.seizure.names().map(retract);
    let answers = [
        world.registry.retract_seizure(&viewer, first).await,
        world.registry.retract_seizure(&viewer, second).await,
    ];
    same(answers, hidden.seizure.names(), Kind::NotFound);
}

/// Holds that a draft with a name in it is refused alike for both names, at a field.
async fn referring<R: Noun>(
    world: &World,
    names: [String; 2],
    field: &str,
    draft: impl Fn(&str) -> R::Draft,
) {
    let viewer = world.viewer("us-dod");
    let id = if R::Id::parse_id("new").is_ok() { "new" } else { "" };
    let mut answers = Vec::new();
    for name in &names {
        let answer = R::create(&world.registry, &viewer, create(id, draft(name))).await;
        let error = answer.as_ref().unwrap_err();
        let fields: Vec<&str> = error.violations.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, [field]);
        answers.push(answer);
    }
    same(answers.try_into().unwrap(), names, Kind::NotFound);
}

async fn references(world: World) {
    let hidden = hidden(&world).await;
    let agency = || hidden.agency.names();
    let last = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    let listed =
        |name: &str| drafts::marked(interdiction::domain::markings::Tlp::Amber, &["MX", name]);
    referring::<Agency>(&world, agency(), "agency.parent", |name| AgencyDraft {
        parent: name.to_owned(),
        ..drafts::agency("New")
    })
    .await;
    referring::<Agency>(&world, agency(), "agency.marking.releasable_to", |name| AgencyDraft {
        marking: listed(name),
        ..drafts::agency("New")
    })
    .await;
    let sensor = || drafts::sensor("New", SensorType::Ais);
    referring::<Sensor>(&world, agency(), "sensor.operator", |name| SensorDraft {
        operator: name.to_owned(),
        ..sensor()
    })
    .await;
    referring::<Sensor>(&world, agency(), "sensor.provisions[0].provider", |name| SensorDraft {
        provisions: vec![drafts::provision(
            &last(name),
            interdiction::domain::sensors::ProvisionKind::Owned,
        )],
        ..sensor()
    })
    .await;
    referring::<Operation>(&world, agency(), "operation.participants[0].agency", |name| {
        OperationDraft {
            participants: vec![drafts::participant(&last(name), ParticipantRole::Support)],
            ..drafts::operation("New")
        }
    })
    .await;
    let sensors = hidden.sensor.names();
    referring::<Operation>(&world, sensors, "operation.detections[0].sensor", |name| {
        OperationDraft {
            detections: vec![drafts::detection(&last(name), DetectionRole::Primary)],
            ..drafts::operation("New")
        }
    })
    .await;
    referring::<Seizure>(&world, agency(), "seizure.agency", |name| SeizureDraft {
        agency: name.to_owned(),
        ..drafts::seizure("new")
    })
    .await;
    referring::<Seizure>(&world, hidden.operation.names(), "seizure.operation", |name| {
        SeizureDraft { operation: name.to_owned(), ..drafts::seizure("new") }
    })
    .await;
}

/// Holds that a filter passes nothing, whichever of the two names is in it.
async fn finds_nothing<R: Noun>(
    world: &World,
    names: [String; 2],
    filter: impl Fn(&str) -> Filter<R::Field>,
) {
    let viewer = world.viewer("us-dod");
    for name in names {
        let id = name.rsplit('/').next().unwrap();
        let list = List { filter: filter(id), show_deleted: true, ..all::<R>() };
        let page = R::list(&world.registry, &viewer, list).await.unwrap();
        assert_eq!((page.records, page.next_page_token.as_str()), (vec![], ""), "{name}");
    }
}

fn some<F>(filter: Filter<F>) -> Quantified<F> {
    Quantified { some: Some(Box::new(filter)), none: None, every: None }
}

async fn filters(world: World) {
    let hidden = hidden(&world).await;
    let viewer = world.viewer("mx-sedena");
    let draft = OperationDraft {
        lead_agency: "agencies/secret".to_owned(),
        detections: vec![drafts::detection("secret", DetectionRole::Primary)],
        ..drafts::operation("Open")
    };
    let _open: Operation = world.add(&viewer, draft).await;
    let name = hidden.operation.hidden.id.to_string();
    let draft = SeizureDraft { operation: name, ..drafts::seizure("open") };
    let _open: Seizure = world.add(&viewer, draft).await;
    let agency = |id: &str| {
        let any_of = Some(vec![interdiction::domain::ids::AgencyId::parse_id(id).unwrap()]);
        Filter::Is(AgencyField::Name(NameFilter { any_of, none_of: Vec::new() }))
    };
    finds_nothing::<Agency>(&world, hidden.agency.names(), agency).await;
    finds_nothing::<Operation>(&world, hidden.agency.names(), |id| {
        Filter::Is(OperationField::LeadAgency(agency(id)))
    })
    .await;
    finds_nothing::<Operation>(&world, hidden.sensor.names(), |id| {
        let any_of = Some(vec![SensorId::parse_id(id).unwrap()]);
        let name = Filter::Is(SensorField::Name(NameFilter { any_of, none_of: Vec::new() }));
        let sensor = Filter::Is(DetectionField::Sensor(Box::new(name)));
        Filter::Is(OperationField::Detections(some(sensor)))
    })
    .await;
    finds_nothing::<Seizure>(&world, hidden.operation.names(), |id| {
        let any_of = Some(vec![OperationId::parse_id(id).unwrap()]);
        let name = Filter::Is(OperationField::Name(NameFilter { any_of, none_of: Vec::new() }));
        Filter::Is(SeizureField::Operation(Box::new(name)))
    })
    .await;
}

async fn add(world: &World, agency: &str, label: &str, green: bool) -> Seizure {
    let marking = if green { drafts::green() } else { drafts::red() };
    let draft = SeizureDraft { marking, ..drafts::seizure(label) };
    world.add(&world.viewer(agency), draft).await
}

async fn pages(world: World) {
    for (label, green) in
        [("a", true), ("h1", false), ("b", true), ("h2", false), ("h3", false), ("h4", false)]
    {
        add(&world, "mx-sedena", label, green).await;
    }
    let viewer = world.viewer("us-dod");
    for (page_size, pages) in [(1, [1, 1]), (2, [2, 0]), (3, [2, 0])] {
        let mut list = List { page_size: size(page_size), ..all::<Seizure>() };
        let page = Seizure::list(&world.registry, &viewer, list.clone()).await.unwrap();
        assert_eq!(page.records.len(), pages[0]);
        assert_eq!(page.next_page_token.is_empty(), pages[1] == 0, "page of {page_size}");
        if pages[1] > 0 {
            list.page_token = page.next_page_token;
            let page = Seizure::list(&world.registry, &viewer, list).await.unwrap();
            assert_eq!((page.records.len(), page.next_page_token.as_str()), (pages[1], ""));
        }
    }
}

async fn orders(world: World) {
    let visible = ["c", "a", "b"];
    for label in visible {
        add(&world, "us-dod", label, true).await;
    }
    let viewer = world.viewer("us-dod");
    let listed = |field| {
        let list = List { order: ascending(field), page_size: size(1), ..all::<Seizure>() };
        world.walk::<Seizure>(&viewer, list)
    };
    use interdiction::domain::codes::Code as _;
    let mut before = Vec::new();
    for field in SeizureSort::ALL {
        before.push(labels(&listed(*field).await));
    }
    for label in ["h1", "h2", "h3"] {
        add(&world, "mx-sedena", label, false).await;
    }
    for (field, before) in SeizureSort::ALL.iter().zip(before) {
        assert_eq!(labels(&listed(*field).await), before, "{field:?}");
    }
}

async fn external_ids(world: World) {
    let hidden = hidden(&world).await;
    assert_eq!(hidden.seizure.hidden.body.external_ids[0].value, "417");
    let viewer = world.viewer("us-dod");
    let made: Seizure = world.add(&viewer, drafts::seizure("417")).await;
    let second: Seizure = world.add(&viewer, drafts::seizure("418")).await;
    let again = drafts::seizure("417");
    let refused = world.change(&viewer, &second, &["external_ids"], again).await.unwrap_err();
    assert!(!format!("{refused:?}").contains(&hidden.seizure.hidden.id.to_string()));
    world.remove(&viewer, &made).await.unwrap();
}

/// Agencies and sensors share one space of names, so a taken name cannot be given twice: that much
/// is told, and in the same words whether the holder of the name is seen or not.
async fn taken(world: World) {
    hidden(&world).await;
    let viewer = world.viewer("us-dod");
    let _seen: Agency = world.add_as(&viewer, "visible", drafts::agency("Visible")).await;
    let draft = drafts::sensor("Visible", SensorType::Ais);
    let _seen: Sensor = world.add_as(&viewer, "visible", draft.clone()).await;
    let mut errors = Vec::new();
    for id in ["secret", "visible"] {
        let request = create(id, drafts::agency("New"));
        let agency = Agency::create(&world.registry, &viewer, request).await.unwrap_err();
        let request = create(id, draft.clone());
        let sensor = Sensor::create(&world.registry, &viewer, request).await.unwrap_err();
        errors.push([agency, sensor].map(|error| format!("{error:?}").replace(id, "ID")));
    }
    assert_eq!(errors[0], errors[1]);
    assert!(errors[0][0].contains("ID_TAKEN"));
}

async fn versions(world: World) {
    let viewer = world.viewer("us-dod");
    let first = add(&world, "us-dod", "a", true).await;
    let secret = add(&world, "mx-sedena", "h", false).await;
    let owner = world.viewer("mx-sedena");
    world.change(&owner, &secret, &["when"], draft_of(&secret)).await.unwrap();
    let second = add(&world, "us-dod", "b", true).await;
    assert_eq!((first.meta.etag(), second.meta.etag()), ("\"1\"".to_owned(), "\"1\"".to_owned()));
    assert_eq!(world.see(&viewer, &first).await, first);
}

async fn listed(world: World) {
    let draft = SeizureDraft {
        marking: drafts::marked(
            interdiction::domain::markings::Tlp::Amber,
            &["US", "agencies/co-ponal", "agencies/us-dod"],
        ),
        ..drafts::seizure("417")
    };
    let made: Seizure = world.add(&world.viewer("mx-sedena"), draft).await;
    let viewer = world.viewer("us-dod");
    let seen = world.see(&viewer, &made).await;
    let names: Vec<String> =
        seen.body.marking.releasable_to.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["US", "agencies/us-dod"]);
    assert_eq!(SeizureDraft::of(&seen.body).marking.unwrap().releasable_to, names);
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, [seen]);
}
