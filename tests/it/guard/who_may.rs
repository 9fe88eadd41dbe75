//! Who may ask what: every method of gRPC and every root field of GraphQL, by every role, of records
//! under every marking, as seen by everybody that a marking tells apart. Both lists are taken from
//! the contracts themselves, so that what is added there without a row here fails.

use super::wire::{Seen, Wire};
use crate::world::{AGENCIES, World, create, drafts, nouns::Noun, on_both};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    codes::Code as _,
    ids::AgencyId,
    markings::{MarkingDraft, Tlp},
    operations::{Operation, OperationDraft},
    regions::RegionCode,
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
    viewers::{Role, Viewer},
};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both! {
    each_method_answers_each_caller_as_the_table_says: methods;
    each_root_field_answers_each_caller_as_the_table_says: root_fields;
}

/// Who a caller is to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Originator,
    ListedAgency,
    ListedRegion,
    Stranger,
    Anonymous,
}
use Relation::{Anonymous, ListedAgency, ListedRegion, Originator, Stranger};

/// Who sees a record of a marking. The list of AMBER and AMBER_STRICT names [`Relation::ListedAgency`]
/// and the region of [`Relation::ListedRegion`].
const MARKINGS: [(Option<Tlp>, &[Relation]); 6] = [
    (Some(Tlp::Clear), &[Originator, ListedAgency, ListedRegion, Stranger, Anonymous]),
    (Some(Tlp::Green), &[Originator, ListedAgency, ListedRegion, Stranger]),
    (Some(Tlp::Amber), &[Originator, ListedAgency, ListedRegion]),
    (Some(Tlp::AmberStrict), &[Originator, ListedAgency]),
    (Some(Tlp::Red), &[Originator]),
    // No marking given.
    (None, &[Originator]),
];

/// The caller without a role.
const NONE: &str = "none";
/// The caller without a credential.
const ANONYMOUS: &str = "anonymous";

/// Who may ask: names of roles, [`NONE`] and [`ANONYMOUS`].
type Roles = &'static [&'static str];
const EVERYBODY: Roles =
    &["READER", "CONTRIBUTOR", "STEWARD", "ADMINISTRATOR", "AUDITOR", NONE, ANONYMOUS];
const READERS: Roles = &["READER", "CONTRIBUTOR", "STEWARD", "ADMINISTRATOR", "AUDITOR", ANONYMOUS];
const CONTRIBUTOR: Roles = &["CONTRIBUTOR"];
const STEWARD: Roles = &["STEWARD"];
const ADMINISTRATOR: Roles = &["ADMINISTRATOR"];
const AUDITOR: Roles = &["AUDITOR"];

/// What those who may ask are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It tells nothing of records.
    Tells,
    /// The record, for whoever sees it; to others it is NOT_FOUND.
    Shows,
    /// An answer that holds this where the caller sees the record, and else does not.
    Holds(&'static str),
    /// The change, for the originator; PERMISSION_DENIED for whoever else sees the record; to others
    /// it is NOT_FOUND.
    Changes,
    /// The new record, for whoever sees the one that it refers to; to others that is NOT_FOUND.
    Refers,
}
use Effect::{Changes, Holds, Refers, Shows, Tells};

/// The record that a request is about.
#[derive(Debug, Clone, Copy)]
enum About {
    Nothing,
    Agency,
    Sensor,
    Operation,
    Seizure,
}

/// What stands for the name of the record, in requests and in what answers hold.
const NAME: &str = "NAME";
const THE_RECORD: Effect = Holds(NAME);
const DRY: &str = "\"validateOnly\": true";

struct Row(&'static str, Roles, Effect, About, &'static str);

/// Every method: who may ask it, what they are answered, of what record, and a request. `DRY` is
/// `validateOnly`, so that nothing is changed.
#[rustfmt::skip]
const METHODS: &[Row] = &[
    Row("AccessService/WhoAmI", EVERYBODY, Tells, About::Nothing, "{}"),
    Row("AccessService/ExplainAccess", READERS, Shows, About::Seizure, r#"{"name": "NAME"}"#),
    Row("AccessService/ListAccessRecords", AUDITOR, Tells, About::Nothing, "{}"),

    Row("AgencyService/GetAgency", READERS, Shows, About::Agency, r#"{"name": "NAME"}"#),
    Row("AgencyService/ListAgencies", READERS, THE_RECORD, About::Agency, r#"{"pageSize": 1000}"#),
    Row("AgencyService/BatchGetAgencies", READERS, Shows, About::Agency, r#"{"names": ["NAME"]}"#),
    Row("AgencyService/CreateAgency", ADMINISTRATOR, Refers, About::Agency,
        r#"{"agencyId": "new", "agency": {"displayName": "New", "parent": "NAME"}, DRY}"#),
    Row("AgencyService/UpdateAgency", ADMINISTRATOR, Changes, About::Agency,
        r#"{"agency": {"name": "NAME", "acronym": "N"}, "updateMask": "acronym", DRY}"#),
    Row("AgencyService/DeleteAgency", ADMINISTRATOR, Changes, About::Agency,
        r#"{"name": "NAME", DRY}"#),

    Row("SensorService/GetSensor", READERS, Shows, About::Sensor, r#"{"name": "NAME"}"#),
    Row("SensorService/ListSensors", READERS, THE_RECORD, About::Sensor, r#"{"pageSize": 1000}"#),
    Row("SensorService/BatchGetSensors", READERS, Shows, About::Sensor, r#"{"names": ["NAME"]}"#),
    Row("SensorService/CreateSensor", ADMINISTRATOR, Refers, About::Agency,
        r#"{"sensorId": "new", "sensor": {"displayName": "New", "type": "SENSOR_TYPE_AIS",
            "operator": "NAME"}, DRY}"#),
    Row("SensorService/UpdateSensor", ADMINISTRATOR, Changes, About::Sensor,
        r#"{"sensor": {"name": "NAME", "displayName": "N"}, "updateMask": "displayName", DRY}"#),
    Row("SensorService/DeleteSensor", ADMINISTRATOR, Changes, About::Sensor,
        r#"{"name": "NAME", DRY}"#),

    Row("OperationService/GetOperation", READERS, Shows, About::Operation, r#"{"name": "NAME"}"#),
    Row("OperationService/ListOperations", READERS, THE_RECORD, About::Operation,
        r#"{"pageSize": 1000}"#),
    Row("OperationService/BatchGetOperations", READERS, Shows, About::Operation,
        r#"{"names": ["NAME"]}"#),
    Row("OperationService/SummarizeOperations", READERS, Holds(r#""operationCount":"1""#),
        About::Operation, r#"{"filter": {"name": {"anyOf": ["NAME"]}}, "includeTotal": true}"#),
    Row("OperationService/CreateOperation", CONTRIBUTOR, Refers, About::Agency,
        r#"{"operation": {"displayName": "New", "leadAgency": "NAME"}, DRY}"#),
    Row("OperationService/UpdateOperation", CONTRIBUTOR, Changes, About::Operation,
        r#"{"operation": {"name": "NAME", "narrative": "N"}, "updateMask": "narrative", DRY}"#),
    Row("OperationService/DeleteOperation", CONTRIBUTOR, Changes, About::Operation,
        r#"{"name": "NAME", DRY}"#),

    Row("SeizureService/GetSeizure", READERS, Shows, About::Seizure, r#"{"name": "NAME"}"#),
    Row("SeizureService/ListSeizures", READERS, THE_RECORD, About::Seizure,
        r#"{"pageSize": 1000}"#),
    Row("SeizureService/BatchGetSeizures", READERS, Shows, About::Seizure,
        r#"{"names": ["NAME"]}"#),
    Row("SeizureService/SummarizeSeizures", READERS, Holds(r#""seizureCount":"1""#),
        About::Seizure, r#"{"filter": {"name": {"anyOf": ["NAME"]}}, "includeTotal": true}"#),
    Row("SeizureService/ExportSeizures", READERS, THE_RECORD, About::Seizure, "{}"),
    Row("SeizureService/CreateSeizure", CONTRIBUTOR, Refers, About::Agency,
        r#"{"seizure": {"items": [{"substance": "substances/heroin"}], "agency": "NAME"}, DRY}"#),
    Row("SeizureService/ImportSeizures", CONTRIBUTOR, Holds(r#""createdCount":"1""#), About::Agency,
        r#"{"options": {"dataset": "d", DRY}, "rows": [{"sequenceNumber": 1, "rowId": "r",
            "seizure": {"items": [{"substance": "substances/heroin"}], "agency": "NAME"}}]}"#),
    Row("SeizureService/UpdateSeizure", CONTRIBUTOR, Changes, About::Seizure,
        r#"{"seizure": {"name": "NAME", "agency": ""}, "updateMask": "agency", DRY}"#),
    Row("SeizureService/DeleteSeizure", CONTRIBUTOR, Changes, About::Seizure,
        r#"{"name": "NAME", DRY}"#),
    Row("SeizureService/RetractSeizure", STEWARD, Changes, About::Seizure,
        r#"{"name": "NAME", "reason": "counted twice", DRY}"#),

    Row("SubstanceService/GetSubstance", READERS, Tells, About::Nothing,
        r#"{"name": "substances/heroin"}"#),
    Row("SubstanceService/ListSubstances", READERS, Tells, About::Nothing, "{}"),
];

/// Every root field, in the same form. A record that is hidden from the caller is null.
#[rustfmt::skip]
const ROOT_FIELDS: &[Row] = &[
    Row("service", EVERYBODY, Tells, About::Nothing, "{ service { name } }"),
    Row("node", READERS, THE_RECORD, About::Seizure, r#"{ node(id: "NAME") { id } }"#),
    Row("nodes", READERS, THE_RECORD, About::Operation, r#"{ nodes(ids: ["NAME"]) { id } }"#),
    Row("agency", READERS, THE_RECORD, About::Agency, r#"{ agency(id: "NAME") { id } }"#),
    Row("agencies", READERS, THE_RECORD, About::Agency,
        "{ agencies(first: 1000) { edges { node { id } } } }"),
    Row("sensor", READERS, THE_RECORD, About::Sensor, r#"{ sensor(id: "NAME") { id } }"#),
    Row("sensors", READERS, THE_RECORD, About::Sensor,
        "{ sensors(first: 1000) { edges { node { id } } } }"),
    Row("operation", READERS, THE_RECORD, About::Operation, r#"{ operation(id: "NAME") { id } }"#),
    Row("operations", READERS, Holds(r#""totalCount":1"#), About::Operation,
        r#"{ operations(filter: { name: { anyOf: ["NAME"] } }, first: 1) { totalCount } }"#),
    Row("seizure", READERS, THE_RECORD, About::Seizure, r#"{ seizure(id: "NAME") { id } }"#),
    Row("seizures", READERS, Holds(r#""seizureCount":1"#), About::Seizure,
        r#"{ seizures(filter: { name: { anyOf: ["NAME"] } }, first: 1) {
            summary { total { seizureCount } } } }"#),
    Row("substance", READERS, Tells, About::Nothing, r#"{ substance(id: "substances/heroin") { id } }"#),
    Row("substances", READERS, Tells, About::Nothing, "{ substances(first: 1) { totalCount } }"),
];

/// What a caller is to be answered.
#[derive(Debug, PartialEq, Eq)]
enum Answered {
    /// With what the record is told by, or without it.
    With(bool),
    Unauthenticated,
    RoleRequired,
    NotOriginator,
    NotFound,
}

fn wanted(row: &Row, role: &str, sees: bool, relation: Relation) -> Answered {
    let Row(_, roles, effect, ..) = row;
    if !roles.contains(&role) {
        let nobody = role == ANONYMOUS;
        return if nobody { Answered::Unauthenticated } else { Answered::RoleRequired };
    }
    match effect {
        Tells => Answered::With(false),
        Shows | Refers if sees => Answered::With(true),
        Holds(_) => Answered::With(sees),
        Changes if sees && relation == Originator => Answered::With(true),
        Changes if sees => Answered::NotOriginator,
        Shows | Refers | Changes => Answered::NotFound,
    }
}

/// Every caller: a role or none of each relation, and the anonymous.
fn callers() -> Vec<(&'static str, Relation, Viewer)> {
    let agencies = [
        (Originator, AGENCIES[0], "US"),
        (ListedAgency, AGENCIES[1], "MX"),
        (ListedRegion, AGENCIES[2], "CO"),
        (Stranger, STRANGER, "BR"),
    ];
    let mut all = vec![(ANONYMOUS, Anonymous, Viewer::anonymous())];
    for (relation, agency, region) in agencies {
        let roles = Role::ALL.iter().map(|role| (role.name(), vec![*role]));
        for (name, roles) in roles.chain([(NONE, Vec::new())]) {
            let agency = AgencyId::from_stored(agency.to_owned());
            let region = RegionCode::parse(region).ok();
            all.push((name, relation, Viewer { agency, region, roles, principal: None }));
        }
    }
    all
}

const STRANGER: &str = "br-pf";

/// A record of each kind under a marking.
struct Marked {
    label: Option<Tlp>,
    seen_by: &'static [Relation],
    names: [String; 4],
}

impl Marked {
    fn name(&self, about: About) -> &str {
        match about {
            About::Nothing => "",
            About::Agency => &self.names[0],
            About::Sensor => &self.names[1],
            About::Operation => &self.names[2],
            About::Seizure => &self.names[3],
        }
    }
}

async fn made<R: Noun>(world: &World, id: &str, draft: R::Draft) -> String {
    let viewer = world.viewer(AGENCIES[0]);
    R::create(&world.registry, &viewer, create(id, draft)).await.unwrap().id().to_string()
}

async fn record(world: &World) -> Vec<Marked> {
    world.registry.register_own_agency(&world.viewer(STRANGER)).await.unwrap();
    let mut all = Vec::new();
    for (label, seen_by) in MARKINGS {
        let lists = matches!(label, Some(Tlp::Amber | Tlp::AmberStrict));
        let list: &[&str] = if lists { &["agencies/mx-sedena", "CO"] } else { &[] };
        let marking: Option<MarkingDraft> = label.and_then(|label| drafts::marked(label, list));
        let id = format!("marked-{}", all.len());
        let agency = AgencyDraft { marking: marking.clone(), ..drafts::agency("Agency") };
        let sensor = drafts::sensor("Sensor", SensorType::Ais);
        let sensor = SensorDraft { marking: marking.clone(), ..sensor };
        let operation = OperationDraft { marking: marking.clone(), ..drafts::operation("Case") };
        let seizure = SeizureDraft { marking: marking.clone(), ..drafts::seizure(&id) };
        let names = [
            made::<Agency>(world, &id, agency).await,
            made::<Sensor>(world, &id, sensor).await,
            made::<Operation>(world, "", operation).await,
            made::<Seizure>(world, "", seizure).await,
        ];
        all.push(Marked { label, seen_by, names });
    }
    all
}

/// Holds a row against every caller and every marking; how many answers that were.
async fn check(
    row: &Row,
    marked: &[Marked],
    ask: impl AsyncFn(&Viewer, &str, &str) -> Answered,
) -> usize {
    let Row(name, _, effect, about, request) = row;
    let mut count = 0;
    for one in marked {
        let record = one.name(*about);
        let request = request.replace("DRY", DRY).replace(NAME, record);
        let marker = match effect {
            Holds(marker) => marker.replace(NAME, record),
            // What is refused is refused with a status; an answer is one.
            Shows | Changes | Refers | Tells => String::new(),
        };
        for (role, relation, viewer) in callers() {
            let sees = one.seen_by.contains(&relation);
            let answer = ask(&viewer, &request, &marker).await;
            let wanted = wanted(row, role, sees, relation);
            let label = one.label;
            assert_eq!(answer, wanted, "{name} by {role}, {relation:?}, of {label:?}: {request}");
            count += 1;
        }
    }
    count
}

fn told(seen: &Seen) -> Answered {
    let refusal = seen.refusal().unwrap();
    match (seen.status(), refusal.split(' ').next().unwrap()) {
        (16, "CREDENTIAL_REQUIRED") => Answered::Unauthenticated,
        (7, "ROLE_REQUIRED") => Answered::RoleRequired,
        (7, "NOT_ORIGINATOR") => Answered::NotOriginator,
        (5, _) => Answered::NotFound,
        other => panic!("{other:?}"),
    }
}

fn contract() -> Vec<MethodDescriptor> {
    let bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.binpb"));
    let pool = DescriptorPool::decode(bytes).unwrap();
    pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

fn path(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().name(), method.name())
}

/// Holds that the rows are of these names, each once.
fn covers(rows: &[Row], names: impl Iterator<Item = String>) {
    let names: BTreeSet<String> = names.collect();
    let rows: Vec<String> = rows.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(rows.iter().cloned().collect::<BTreeSet<_>>(), names, "want a row for each");
    assert_eq!(rows.len(), names.len(), "a row stands twice");
}

async fn methods(world: World) {
    let contract = contract();
    covers(METHODS, contract.iter().map(path));
    let marked = record(&world).await;
    let wire = Wire::over(&world.registry).await;
    let mut count = 0;
    for row in METHODS {
        let method = contract.iter().find(|method| path(method) == row.0).unwrap();
        let ask = async |viewer: &Viewer, request: &str, marker: &str| {
            let mut json = serde_json::Deserializer::from_str(request);
            let message = DynamicMessage::deserialize(method.input(), &mut json).unwrap();
            let seen = wire.call(viewer, row.0, &[message.encode_to_vec()]).await;
            if seen.status() != 0 {
                return told(&seen);
            }
            let read = |bytes| DynamicMessage::decode(method.output(), bytes).unwrap();
            let read = seen.messages().into_iter().map(read);
            let text: String = read.map(|one| serde_json::to_string(&one).unwrap()).collect();
            Answered::With(row.2 != Tells && text.contains(marker))
        };
        count += check(row, &marked, ask).await;
    }
    assert_eq!(count, METHODS.len() * MARKINGS.len() * (4 * 6 + 1));
}

async fn root_fields(world: World) {
    let schema = interdiction::graphql::schema();
    let document = "{ __schema { mutationType { name } subscriptionType { name }
        queryType { fields { name } } } }";
    let schema = serde_json::to_value(schema.execute(document).await).unwrap();
    let schema = &schema["data"]["__schema"];
    // What comes to be written or watched there needs rows of its own.
    assert_eq!(
        (&schema["mutationType"], &schema["subscriptionType"]),
        (&Value::Null, &Value::Null)
    );
    let fields = schema["queryType"]["fields"].as_array().unwrap().iter();
    covers(ROOT_FIELDS, fields.map(|field| field["name"].as_str().unwrap().to_owned()));
    let marked = record(&world).await;
    let wire = Wire::over(&world.registry).await;
    for row in ROOT_FIELDS {
        let ask = async |viewer: &Viewer, document: &str, marker: &str| {
            let seen = wire.ask(viewer, document, &json!({})).await;
            let answer: Value = serde_json::from_slice(&seen.body).unwrap();
            match answer["errors"][0]["extensions"]["reason"].as_str() {
                Some("ROLE_REQUIRED") => Answered::RoleRequired,
                None => {
                    Answered::With(row.2 != Tells && answer["data"].to_string().contains(marker))
                }
                Some(other) => panic!("{other}: {answer}"),
            }
        };
        check(row, &marked, ask).await;
    }
}
