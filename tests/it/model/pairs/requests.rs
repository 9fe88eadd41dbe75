//! Random requests of both contracts, drawn over the messages of the contract, so that a method or a
//! field that is added there is asked here.

use super::worlds::{Pair, REQUEST_IDS};
use crate::{
    guard::wire::Seen,
    model::{chance::Chance, documents::Document, draws},
};
use prost::Message as _;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind,
    MessageDescriptor, MethodDescriptor, Value,
};
use std::{fmt, sync::LazyLock};

/// What is sent to both worlds.
#[derive(Clone)]
pub enum Request {
    Grpc { method: String, messages: Vec<Vec<u8>>, told: Vec<DynamicMessage> },
    Document(String),
}

impl Request {
    pub fn method(&self) -> &str {
        match self {
            Self::Grpc { method, .. } => method,
            Self::Document(_) => "GraphQL",
        }
    }

    fn of(method: &str, told: Vec<DynamicMessage>) -> Self {
        let messages = told.iter().map(DynamicMessage::encode_to_vec).collect();
        Self::Grpc { method: method.to_owned(), messages, told }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(text) => f.write_str(text),
            Self::Grpc { method, told, .. } => {
                let told: Vec<String> =
                    told.iter().map(|one| serde_json::to_string(one).unwrap()).collect();
                write!(f, "{method} {}", told.join("\n"))
            }
        }
    }
}

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let contract: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.binpb"));
    DescriptorPool::decode(contract).unwrap()
});

fn methods() -> Vec<MethodDescriptor> {
    POOL.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

fn message_of(name: &str) -> MessageDescriptor {
    POOL.get_message_by_name(&format!("interdiction.v1.{name}")).unwrap()
}

fn is_write(method: &MethodDescriptor) -> bool {
    ["Create", "Update", "Delete", "Retract", "Import"]
        .iter()
        .any(|verb| method.name().starts_with(verb))
}

/// Whoever asks, and what it has learned.
pub struct Asking {
    names: [Vec<String>; 4],
    /// What to ask next: the page after one that was answered.
    next: Option<Request>,
    tokens: Vec<String>,
}

const COLLECTIONS: [&str; 4] = ["agencies", "sensors", "operations", "seizures"];
const ABSENT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

impl Asking {
    /// Knows the names of everything, hidden or not, of both worlds, and of nothing.
    pub fn of(pair: &Pair) -> Self {
        let names = COLLECTIONS.map(|collection| {
            let mut names = pair.known(collection);
            names.push(format!("{collection}/{ABSENT}"));
            names
        });
        Self { names, next: None, tokens: Vec::new() }
    }

    pub fn draw(&mut self, pair: &mut Pair) -> Request {
        let chance = &mut pair.chance;
        if let Some(next) = self.next.take().filter(|_| !chance.once_in(4)) {
            return next;
        }
        if chance.once_in(4) {
            let text = Document::draw(&pair.tables, chance).text();
            let cursors = "hasPreviousPage startCursor endCursor }";
            return Request::Document(text.replace("hasPreviousPage }", cursors));
        }
        let writes = chance.once_in(3);
        let methods: Vec<_> =
            methods().into_iter().filter(|method| is_write(method) == writes).collect();
        let method = chance.maybe_one(&methods).unwrap().clone();
        let count = if method.is_client_streaming() { 1 + chance.below(2) } else { 1 };
        let mut draw = Draw { names: &self.names, tokens: &self.tokens, chance, row: 0 };
        let messages = (0..count).map(|n| {
            let mut message = draw.message(&method.input(), "", 0);
            if n > 0 {
                message.clear_field_by_name("options");
            }
            message
        });
        let messages = messages.collect();
        Request::of(&format!("{}/{}", method.parent_service().name(), method.name()), messages)
    }

    /// Goes on where a page ends, and comes to know what was made.
    pub fn learn(&mut self, request: &Request, seen: &Seen) {
        let Request::Grpc { method, told, .. } = request else { return };
        if seen.status() != 0 {
            return;
        }
        let output = methods().into_iter().find(|one| method.ends_with(one.name())).unwrap();
        for bytes in seen.messages() {
            let answer = DynamicMessage::decode(output.output(), bytes).unwrap();
            let text = |field: &str| {
                let value = answer.get_field_by_name(field)?;
                value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
            };
            for (from, to) in [("next_page_token", "page_token"), ("resume_token", "resume_token")]
            {
                let Some(token) = text(from) else { continue };
                let mut next = told[0].clone();
                if prost_reflect::ReflectMessage::descriptor(&next).get_field_by_name(to).is_some()
                {
                    next.set_field_by_name(to, Value::String(token.clone()));
                    self.next = Some(Request::of(method, vec![next]));
                }
                self.tokens.push(token);
            }
            if let Some(name) = text("name") {
                let known = COLLECTIONS.iter().position(|one| name.starts_with(one));
                // Its own, which it may change, it asks for more often.
                known.into_iter().for_each(|i| self.names[i].extend([name.clone(), name.clone()]));
            }
        }
    }
}

struct Draw<'a> {
    names: &'a [Vec<String>; 4],
    tokens: &'a [String],
    chance: &'a mut Chance,
    row: i64,
}

/// Below this no filter is drawn.
const DEPTH_MAX: usize = 5;

/// What a draft has to have to be taken.
fn is_required(of: &str, field: &str) -> bool {
    matches!(
        (of, field),
        ("Agency" | "Sensor" | "Operation", "display_name")
            | ("Sensor", "type")
            | ("Seizure", "items")
            | ("SeizedItem", "substance")
            | ("Quantity", "value" | "unit")
            | ("Detection", "sensor" | "role")
            | ("Participant", "agency" | "role")
            | ("Step" | "Conveyance", "kind")
            | ("Waypoint", "kind" | "place")
            | ("Provision", "provider" | "kind")
            | ("When", "edtf")
            | ("Point", "latitude" | "longitude")
            | ("Marking", "label")
            | ("Source", "title")
            | ("ImportRow", "sequence_number" | "seizure")
            | ("GroupBy", "key")
            | ("ExternalIdFilter", "scheme")
            | ("FieldMask" | "Measure" | "BoundingBox" | "Circle" | "ExternalId", _)
            | ("AdministrativeCode", _)
    )
}

/// What the server sets.
fn is_output(of: &MessageDescriptor, field: &str) -> bool {
    match of.name() {
        "Agency" | "Sensor" | "Operation" | "Seizure" => matches!(
            field,
            "originator"
                | "create_time"
                | "update_time"
                | "delete_time"
                | "state"
                | "retraction_reason"
                | "total_mass_micrograms"
        ),
        "When" => field != "edtf",
        "Quantity" => matches!(field, "dimension" | "normalized_value"),
        _ => false,
    }
}

/// One in how many of these fields of a request is set.
fn rarity(field: &str) -> usize {
    match field {
        "name" | "names" | "agency_id" | "sensor_id" | "agency" | "sensor" | "operation"
        | "seizure" | "rows" | "reason" | "options" | "group_by" | "update_mask" => 1,
        "filter" | "page_size" => 2,
        "show_deleted" | "show_inactive" | "order_by" | "include_total" | "figures"
        | "attribution" => 3,
        "request_id" => 4,
        "validate_only" | "first" => 6,
        _ => 12,
    }
}

impl Draw<'_> {
    fn is_left_out(
        &mut self,
        of: &MessageDescriptor,
        field: &FieldDescriptor,
        depth: usize,
    ) -> bool {
        let (name, file) = (of.name(), of.parent_file());
        if is_required(name, field.name()) {
            return false;
        }
        if is_output(of, field.name()) {
            return true;
        }
        if name.starts_with("Summarize") && matches!(field.name(), "order_by" | "figures") {
            return !self.chance.once_in(8);
        }
        if name.ends_with("Request") {
            return !self.chance.once_in(rarity(field.name()));
        }
        if file.name().ends_with("/filters.proto") {
            let is_deep = depth >= DEPTH_MAX && matches!(field.kind(), Kind::Message(_));
            let few = of.fields().len() <= 4;
            return is_deep || !self.chance.once_in(if few { 2 } else { 3 + depth * 3 });
        }
        let rarely = |draw: &mut Self, n| !draw.chance.once_in(n);
        match (name, field.name()) {
            // What mostly breaks a rule.
            ("SeizedItem", "kind") => true,
            ("GroupBy", "depth") => rarely(self, 8),
            ("Operation", "route") => rarely(self, 4),
            ("Agency" | "Sensor" | "Operation" | "Seizure", "name") => false,
            (_, "etag") => !self.chance.once_in(5),
            ("ImportOptions", "dataset") => false,
            (_, "having" | "empty_buckets" | "mass_unit" | "volume_unit") => true,
            // One record in three is for everybody.
            (_, "marking") => self.chance.once_in(3),
            _ => self.chance.once_in(2),
        }
    }

    fn message(
        &mut self,
        of: &MessageDescriptor,
        names: &'static str,
        depth: usize,
    ) -> DynamicMessage {
        let mut message = DynamicMessage::new(of.clone());
        if of.name() == "Place" {
            self.place(&mut message);
            return message;
        }
        for field in of.fields() {
            if self.is_left_out(of, &field, depth) {
                continue;
            }
            let names = if depth == 0 { collection_of(of.name()) } else { names };
            let value = if field.cardinality() == Cardinality::Repeated {
                let count = 1 + self.chance.below(2);
                Value::List((0..count).map(|_| self.one(&field, names, depth)).collect())
            } else {
                self.one(&field, names, depth)
            };
            message.set_field(&field, value);
        }
        message
    }

    fn one(&mut self, field: &FieldDescriptor, names: &'static str, depth: usize) -> Value {
        let parent = field.parent_message();
        let (of, name) = (parent.name(), field.name());
        match field.kind() {
            Kind::Message(message) if message.name() == "Timestamp" => {
                let mut held = DynamicMessage::new(message);
                let seconds = 1_600_000_000 + i64::try_from(self.chance.below(150)).unwrap();
                held.set_field_by_name("seconds", Value::I64(seconds));
                Value::Message(held)
            }
            Kind::Message(message) => {
                let names = match (of, name) {
                    (_, "originator") | ("AgencyFilter", "name") => "agencies",
                    ("SensorFilter", "name") => "sensors",
                    ("OperationFilter", "name") => "operations",
                    ("SeizureFilter", "name") => "seizures",
                    ("SubstanceFilter", "name") => "substances",
                    ("TotalMassFilter" | "FigureBounds", _) => "mass",
                    (_, "agency") => "agencies",
                    (_, "sensor") => "sensors",
                    (_, "operation") => "operations",
                    (_, "seizure") => "seizures",
                    _ => names,
                };
                Value::Message(self.message(&message, names, depth + 1))
            }
            Kind::Enum(values) => self.value(&values, names),
            Kind::Bool => Value::Bool(name == "validate_only" || self.chance.once_in(2)),
            Kind::Int32 => Value::I32(i32::try_from(self.chance.below(4)).unwrap()),
            Kind::Int64 => {
                self.row += 1;
                Value::I64(self.row)
            }
            Kind::Double => Value::F64(self.degrees(name)),
            Kind::String => Value::String(self.text(of, name, names)),
            other => panic!("{of}.{name} is {other:?}"),
        }
    }

    /// A place that breaks no rule: its parts have to fit each other.
    fn place(&mut self, place: &mut DynamicMessage) {
        let text = |text: &str| Value::String(text.to_owned());
        match self.chance.below(4) {
            0 => place.set_field_by_name("text", text(self.chance.pick(&draws::NAMES))),
            1 => place.set_field_by_name("region_code", text(self.chance.pick(&draws::REGIONS))),
            2 => {
                let subdivision = self.chance.pick(&draws::SUBDIVISIONS);
                place.set_field_by_name("region_code", text(&subdivision[..2]));
                place.set_field_by_name("subdivision_code", text(subdivision));
            }
            _ => {
                let mut point = DynamicMessage::new(message_of("Point"));
                let (latitude, longitude) = self.chance.pick(&draws::POINTS);
                point.set_field_by_name("latitude", Value::F64(latitude));
                point.set_field_by_name("longitude", Value::F64(longitude));
                place.set_field_by_name("point", Value::Message(point));
            }
        }
    }

    fn value(&mut self, of: &EnumDescriptor, names: &str) -> Value {
        let numbers: Vec<i32> = of.values().map(|value| value.number()).collect();
        let number = match (of.name(), names) {
            // Grams, kilograms.
            ("Unit", "mass") => self.chance.pick(&[1, 2, 3, 4]),
            // Confirming and tracking; one alone may be the primary.
            ("DetectionRole", "") | ("DetectionRole", "operations") => {
                self.chance.pick(&[2, 2, 3, 3, 1])
            }
            _ if self.chance.once_in(40) => 0,
            _ => numbers[1 + self.chance.below(numbers.len() - 1)],
        };
        Value::EnumNumber(number)
    }

    fn degrees(&mut self, field: &str) -> f64 {
        match field {
            "south" => -20.0,
            "north" => 35.0,
            "west" => -120.0,
            "east" => -70.0,
            "latitude" => self.chance.pick(&draws::POINTS).0,
            "longitude" => self.chance.pick(&draws::POINTS).1,
            _ => 500.0,
        }
    }

    fn named(&mut self, collection: &str) -> String {
        match COLLECTIONS.iter().position(|one| *one == collection) {
            Some(i) => {
                let names = self.names;
                self.chance.maybe_one(&names[i]).unwrap().clone()
            }
            None => format!("substances/{}", self.chance.pick(&draws::SUBSTANCES)),
        }
    }

    fn text(&mut self, of: &str, field: &str, names: &'static str) -> String {
        let pool: &[&str] = match (of, field) {
            ("NameFilter", _) | (_, "name" | "names") => {
                let collection = self.any(names);
                return self.named(collection);
            }
            (_, "agency" | "parent" | "operator" | "provider" | "lead_agency") => {
                return if self.chance.once_in(3) { String::new() } else { self.named("agencies") };
            }
            (_, "sensor") => return self.named("sensors"),
            (_, "operation") => {
                return if self.chance.once_in(3) {
                    String::new()
                } else {
                    self.named("operations")
                };
            }
            (_, "substance") | ("SubstanceFilter", _) => return self.named("substances"),
            (_, "agency_id" | "sensor_id") => return format!("v-{}", self.chance.below(30)),
            (_, "page_token" | "resume_token") => {
                return self.chance.maybe_one(self.tokens).cloned().unwrap_or_default();
            }
            (_, "edtf" | "from" | "until") => &draws::DATES,
            ("PercentFilter", _) | (_, "purity_percent") => &draws::PERCENTS,
            ("ExternalId", "value") => &draws::VALUES,
            (_, "value") => &["0", "1", "1.5", "390"],
            ("ExternalId" | "ExternalIdFilter", "scheme") => &draws::SCHEMES,
            ("ExternalIdFilter", _) => &draws::VALUES,
            ("Marking", _) => &["MX", "US", "CO", "agencies/mx-sedena", "agencies/us-dod"],
            ("CodeFilter", _) => &["MX", "US", "CO", "MX-SON", "US-AZ", "9074729", "345070123"],
            (_, "region_code" | "flag_region_code") => &draws::REGIONS,
            (_, "subdivision_code") => &draws::SUBDIVISIONS,
            (_, "imo_number") => &draws::IMO_NUMBERS,
            (_, "mmsi") => &draws::MMSIS,
            (_, "unlocode") => &["MXZLO"],
            (_, "url") => &["https://example.org/a"],
            (_, "request_id") => &REQUEST_IDS,
            (_, "etag") => &["\"1\"", "\"2\"", "\"1\""],
            (_, "dataset") => &["d", "e"],
            (_, "row_id" | "operation_row_id") => &["1", "2", "3", "4", "5"],
            ("FieldMask", _) => fields_of(names),
            _ => &draws::NAMES,
        };
        self.chance.pick(pool).to_owned()
    }

    /// Any collection, where none is meant.
    fn any(&mut self, names: &'static str) -> &'static str {
        if names.is_empty() { self.chance.pick(&COLLECTIONS) } else { names }
    }
}

/// What a request is about, by its name.
fn collection_of(request: &str) -> &'static str {
    let of = [
        ("Substance", "substances"),
        ("Agenc", "agencies"),
        ("Sensor", "sensors"),
        ("Operation", "operations"),
        ("Seizure", "seizures"),
    ];
    of.into_iter().find(|(noun, _)| request.contains(noun)).map_or("", |(_, names)| names)
}

fn fields_of(collection: &str) -> &'static [&'static str] {
    match collection {
        "agencies" => &["display_name", "acronym", "parent", "kind", "marking"],
        "sensors" => &["display_name", "type", "operator", "provisions", "marking"],
        "operations" => &["display_name", "lead_agency", "detections", "participants", "marking"],
        _ => &["when", "place", "agency", "operation", "external_ids", "marking"],
    }
}
