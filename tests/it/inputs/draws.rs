//! Random filters, as the two contracts write them: drawn over the messages of the gRPC contract, so
//! that a field which is added there is drawn here.

use super::contracts::{field_here, message, values_of};
use async_graphql::{Name, Value, indexmap::IndexMap};
use prost_reflect::{
    Cardinality, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    Value as Held,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::collections::HashSet;

/// The same filter twice, and the fields that it sets.
pub struct Drawn {
    pub input: Value,
    pub message: DynamicMessage,
    pub fields: HashSet<String>,
}

/// Fewer than the contracts allow: what is too large has tests of its own.
const MESSAGES_MAX: usize = 150;

/// A filter of a type. Of one in two every tenth text is wrong.
pub fn filter(seed: u64, of: &str) -> Drawn {
    let of = message(of);
    let mut draw =
        Draw { chance: StdRng::seed_from_u64(seed), fields: HashSet::new(), wrong_in: 0 };
    loop {
        draw.fields.clear();
        draw.wrong_in = if draw.once_in(2) { 10 } else { 0 };
        let (input, message) = draw.message(&of, "", 0);
        if objects(&input) <= MESSAGES_MAX {
            return Drawn { input, message, fields: draw.fields };
        }
    }
}

fn objects(value: &Value) -> usize {
    match value {
        Value::Object(fields) => 1 + fields.values().map(objects).sum::<usize>(),
        Value::List(list) => list.iter().map(objects).sum(),
        _ => 0,
    }
}

struct Draw {
    chance: StdRng,
    fields: HashSet<String>,
    /// How rarely a text is wrong; 0 for never.
    wrong_in: usize,
}

/// The fields that must be there.
fn is_required(of: &str, field: &str) -> bool {
    match of {
        "Measure" | "BoundingBox" | "Circle" => true,
        "ExternalIdFilter" => field == "scheme",
        _ => false,
    }
}

/// The collection of the names that a field holds.
fn collection(of: &str, field: &str) -> &'static str {
    match (of, field) {
        (_, "originator") | ("AgencyFilter", "name") => "agencies/mx-semar",
        ("SensorFilter", "name") => "sensors/hermosillo-radar",
        ("OperationFilter", "name") => "operations/01890a5d-ac96-774b-bcce-b302099a8057",
        ("SeizureFilter", "name") => "seizures/01890a5d-ac96-774b-bcce-b302099a8057",
        ("SubstanceFilter", _) => "substances/heroin",
        other => panic!("{other:?} holds names of what?"),
    }
}

const INSTANTS: [(&str, i64, i32); 4] = [
    ("2022-04-08T17:30:00Z", 1_649_439_000, 0),
    ("2022-04-08T10:30:00-07:00", 1_649_439_000, 0),
    ("2022-04-08T17:30:00.000001Z", 1_649_439_000, 1_000),
    ("1969-12-31T23:59:59.5+00:00", -1, 500_000_000),
];
const DATES: [&str; 5] = ["2019", "2019-10", "2019-10-15?", "2019-10-15T14:30-07:00", "2019/2020"];
const DEGREES: [f64; 5] = [-90.0, 0.0, 12.25, 89.999_999, 91.5];
const TEXTS: [&str; 5] = ["Sonora", "SÃO \"PAULO\"", "Peñasco", "\\ # {", "MX-SON"];
const WRONG: [&str; 4] = ["a\u{0}b", "a\nb", "2019-13", "agencies/NOBODY AT ALL"];
/// Levels below which no filter is drawn; the least that reaches every message.
const DEPTH_MAX: usize = 5;

impl Draw {
    fn once_in(&mut self, n: usize) -> bool {
        self.chance.random_range(0..n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.chance.random_range(0..from.len())]
    }

    fn message(
        &mut self,
        of: &MessageDescriptor,
        names: &'static str,
        depth: usize,
    ) -> (Value, DynamicMessage) {
        let (mut input, mut held) = (IndexMap::new(), DynamicMessage::new(of.clone()));
        let wanted = 4 + depth * 3;
        for field in of.fields() {
            let required = is_required(of.name(), field.name());
            let is_deep = depth >= DEPTH_MAX && is_filter(&field);
            let all = of.fields().len() <= 4 && depth < DEPTH_MAX;
            let left_out = if all { self.once_in(3) } else { !self.once_in(wanted) };
            if !required && (is_deep || left_out) {
                continue;
            }
            let name = field_here(&field);
            self.fields.insert(format!("{}.{name}", of.name()));
            let (written, set) = self.field(&field, names, depth);
            input.insert(Name::new(name), written);
            held.set_field(&field, set);
        }
        (Value::Object(input), held)
    }

    fn field(
        &mut self,
        field: &FieldDescriptor,
        names: &'static str,
        depth: usize,
    ) -> (Value, Held) {
        if field.cardinality() != Cardinality::Repeated {
            return self.one(field, names, depth);
        }
        let count = self.chance.random_range(1..=2);
        let (inputs, held) = (0..count).map(|_| self.one(field, names, depth)).unzip();
        (Value::List(inputs), Held::List(held))
    }

    fn one(&mut self, field: &FieldDescriptor, names: &'static str, depth: usize) -> (Value, Held) {
        let parent = field.parent_message();
        let (of, name) = (parent.name(), field.name());
        match field.kind() {
            Kind::Message(message) if message.name() == "Timestamp" => self.instant(&message),
            Kind::Message(message) => {
                let names = match message.name() {
                    "NameFilter" => collection(of, name),
                    "Measure" => of_measure(of),
                    _ => "",
                };
                let (input, held) = self.message(&message, names, depth + 1);
                (input, Held::Message(held))
            }
            Kind::Enum(values) => self.value(&values, names),
            Kind::Bool => {
                let yes = self.once_in(2);
                (Value::Boolean(yes), Held::Bool(yes))
            }
            Kind::Int32 => {
                let number = self.chance.random_range(if self.wrong_in > 0 { -1 } else { 0 }..100);
                (Value::from(number), Held::I32(number))
            }
            Kind::Double => {
                let degrees = self.pick(&DEGREES);
                (Value::from(degrees), Held::F64(degrees))
            }
            Kind::String => {
                let text = self.text(of, name, names);
                (Value::String(text.clone()), Held::String(text))
            }
            other => panic!("{of}.{name} is {other:?}"),
        }
    }

    fn instant(&mut self, of: &MessageDescriptor) -> (Value, Held) {
        let (text, seconds, nanos) = self.pick(&INSTANTS);
        let mut held = DynamicMessage::new(of.clone());
        held.set_field_by_name("seconds", Held::I64(seconds));
        held.set_field_by_name("nanos", Held::I32(nanos));
        (Value::from(text), Held::Message(held))
    }

    fn value(&mut self, of: &EnumDescriptor, names: &str) -> (Value, Held) {
        let values = values_of(of);
        let is_fit = |name: &str| names != MASS || name == "GRAM" || name == "POUND";
        let fit: Vec<_> = values.into_iter().filter(|(name, _)| is_fit(name)).collect();
        let (name, number) = fit[self.chance.random_range(0..fit.len())].clone();
        (Value::Enum(Name::new(name)), Held::EnumNumber(number))
    }

    fn text(&mut self, of: &str, field: &str, names: &'static str) -> String {
        if self.wrong_in > 0 && self.once_in(self.wrong_in) {
            return self.pick(&WRONG).to_owned();
        }
        match of {
            "NameFilter" => names.to_owned(),
            "SubstanceFilter" => collection(of, field).to_owned(),
            "WhenFilter" => self.pick(&DATES).to_owned(),
            "PercentFilter" => self.pick(&["0", "97.25", "100.000000"]).to_owned(),
            "Measure" => self.pick(&["1", "390", "12000"]).to_owned(),
            "ExternalIdFilter" => "cnes".to_owned(),
            "TextFilter" | "CodeFilter" => self.pick(&TEXTS).to_owned(),
            other => panic!("{other}.{field} holds what text?"),
        }
    }
}

/// Says of a measure that it is one of mass.
const MASS: &str = "mass";

fn of_measure(of: &str) -> &'static str {
    if of == "TotalMassFilter" { MASS } else { "" }
}

fn is_filter(field: &FieldDescriptor) -> bool {
    match field.kind() {
        Kind::Message(message) => message.name().ends_with("Filter"),
        _ => false,
    }
}
