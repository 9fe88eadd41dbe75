//! Random documents of the analysts' contract, and what the model answers to them.

mod totals;

use super::{
    chance::Chance,
    conditions::View,
    summaries::oracle::{Counted, Within},
    tables::{Modelled, Tables, sees},
};
use crate::world::all;
use interdiction::domain::{
    agencies::Agency,
    codes::Code,
    ids::{AgencyId, OperationId, SensorId},
    operation_kinds::DetectionRole,
    operation_parts::Detection,
    operations::Operation,
    pages::{Direction, List, OrderTerm},
    records::{Body as _, Record},
    seizures::Seizure,
    sensors::Sensor,
    summaries::Request,
    viewers::Viewer,
};
use serde_json::{Map, Value, json};
use totals::{Totals, answered};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Agency,
    Sensor,
    Operation,
    Seizure,
}

/// Lists below a record, and what they hold.
const LISTS: [(Kind, &str, Kind); 10] = [
    (Kind::Agency, "children", Kind::Agency),
    (Kind::Agency, "operationsLed", Kind::Operation),
    (Kind::Agency, "operationsJoined", Kind::Operation),
    (Kind::Agency, "sensorsOperated", Kind::Sensor),
    (Kind::Agency, "sensorsFurnished", Kind::Sensor),
    (Kind::Agency, "seizures", Kind::Seizure),
    (Kind::Sensor, "operations", Kind::Operation),
    (Kind::Sensor, "seizures", Kind::Seizure),
    (Kind::Sensor, "seizuresDetected", Kind::Seizure),
    (Kind::Operation, "seizures", Kind::Seizure),
];

/// Records that another names.
const ONES: [(Kind, &str, Kind); 9] = [
    (Kind::Agency, "originator", Kind::Agency),
    (Kind::Agency, "parent", Kind::Agency),
    (Kind::Sensor, "originator", Kind::Agency),
    (Kind::Sensor, "operator", Kind::Agency),
    (Kind::Operation, "originator", Kind::Agency),
    (Kind::Operation, "leadAgency", Kind::Agency),
    (Kind::Seizure, "originator", Kind::Agency),
    (Kind::Seizure, "agency", Kind::Agency),
    (Kind::Seizure, "operation", Kind::Operation),
];

/// Fields without records below them that can be lists.
fn plain(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Agency => &[
            ("displayName", ""),
            ("nativeName", ""),
            ("regionCode", ""),
            ("etag", ""),
            ("marking", "{ label releasableTo }"),
        ],
        Kind::Sensor => &[
            ("displayName", ""),
            ("type", ""),
            ("site", "{ subdivisionCode text }"),
            ("provisions", "{ kind provider { id } }"),
            ("marking", "{ label releasableTo }"),
        ],
        Kind::Operation => &[
            ("displayName", ""),
            ("outcome", ""),
            ("narrative", ""),
            ("when", "{ edtf }"),
            ("place", "{ subdivisionCode text }"),
            ("participants", "{ role agency { id } }"),
            ("detections", "{ role sensor { id } when { edtf } }"),
            ("steps", "{ kind agency { id } }"),
            ("conveyances", "{ kind registration }"),
            ("route", "{ kind place { text } }"),
        ],
        Kind::Seizure => &[
            ("state", ""),
            ("totalMass", "{ micrograms }"),
            ("when", "{ edtf }"),
            ("place", "{ subdivisionCode text }"),
            ("items", "{ kind substance { id } quantity { value normalized } }"),
            ("externalIds", "{ scheme value }"),
            ("etag", ""),
        ],
    }
}

/// What is asked of a record.
#[derive(Debug)]
pub struct Wish {
    kind: Kind,
    fields: Vec<(&'static str, &'static str)>,
    ones: Vec<(&'static str, Wish)>,
    lists: Vec<Listed>,
    /// Of a sensor: how many detections, and whether the last ones.
    detections: Option<(usize, bool)>,
}

/// What is asked of a list.
#[derive(Debug)]
struct Listed {
    alias: String,
    field: &'static str,
    size: usize,
    last: bool,
    /// Numbers of sorts, and whether descending.
    order: Vec<(usize, bool)>,
    show_deleted: bool,
    show_inactive: bool,
    summary: Option<Totals>,
    each: Wish,
}

impl Wish {
    fn draw(kind: Kind, chance: &mut Chance, depth: usize) -> Self {
        let fields = plain(kind).iter().filter(|_| chance.once_in(3)).copied().collect();
        let mut wish = Self { kind, fields, ones: Vec::new(), lists: Vec::new(), detections: None };
        if kind == Kind::Sensor && chance.once_in(2) {
            wish.detections = Some((chance.below(4), chance.once_in(3)));
        }
        if depth == 0 {
            return wish;
        }
        for (_, field, to) in ONES.iter().filter(|(from, _, _)| *from == kind) {
            if chance.once_in(3) {
                wish.ones.push((field, Self::draw(*to, chance, depth - 1)));
            }
        }
        let lists: Vec<_> = LISTS.iter().filter(|(from, _, _)| *from == kind).collect();
        for (n, (_, field, to)) in lists.iter().enumerate() {
            if chance.once_in(2) {
                wish.lists.push(Listed::draw(&format!("l{n}"), field, *to, chance, depth - 1));
            }
        }
        wish
    }

    fn text(&self) -> String {
        let mut text = "{ id ".to_owned();
        for (field, below) in &self.fields {
            text += &format!("{field} {below} ");
        }
        for (field, below) in &self.ones {
            text += &format!("{field} {} ", below.text());
        }
        for list in &self.lists {
            text += &list.text();
        }
        if let Some((size, last)) = self.detections {
            let end = if last { "last" } else { "first" };
            text += &format!(
                "detections({end}: {size}) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage }} \
                 nodes {{ role when {{ edtf }} operation {{ id displayName }} }} }} "
            );
        }
        text + "} "
    }

    fn answer<R: Told>(&self, record: &R, view: View<'_>) -> Value {
        let told = record.told(view);
        let mut answer = Map::from_iter([("id".to_owned(), json!(record.id().to_string()))]);
        for (field, _) in &self.fields {
            answer.insert((*field).to_owned(), told[*field].clone());
        }
        for (field, below) in &self.ones {
            answer.insert((*field).to_owned(), below.named(record.names(field), view));
        }
        for list in &self.lists {
            answer.insert(list.alias.clone(), list.answer(Some(&told["id"]), view));
        }
        if let Some(window) = self.detections {
            let sensor = told["id"].as_str().unwrap();
            answer.insert("detections".to_owned(), detections(sensor, window, view));
        }
        Value::Object(answer)
    }

    /// A record that another names; null where it is hidden.
    fn named(&self, name: Option<String>, view: View<'_>) -> Value {
        let Some(name) = name else { return Value::Null };
        match self.kind {
            Kind::Agency => self.of::<Agency>(&name, view),
            Kind::Sensor => self.of::<Sensor>(&name, view),
            Kind::Operation => self.of::<Operation>(&name, view),
            Kind::Seizure => self.of::<Seizure>(&name, view),
        }
    }

    fn of<R: Told>(&self, name: &str, view: View<'_>) -> Value {
        let found = R::rows(view.tables).iter().find(|one| one.id().to_string() == name);
        let seen = found.filter(|one| sees(view.viewer, *one));
        let shown = seen.map(|one| view.tables.shown(one, view.viewer));
        shown.map_or(Value::Null, |one| self.answer(&one, view))
    }
}

impl Listed {
    fn draw(
        alias: &str,
        field: &'static str,
        kind: Kind,
        chance: &mut Chance,
        depth: usize,
    ) -> Self {
        Self {
            alias: alias.to_owned(),
            field,
            size: chance.below(4),
            last: chance.once_in(3),
            order: order(kind, chance),
            show_deleted: chance.once_in(4),
            show_inactive: chance.once_in(4),
            summary: match kind {
                Kind::Seizure if chance.once_in(3) => Some(Totals::of_seizures(chance)),
                Kind::Operation if chance.once_in(3) => Some(Totals::of_operations(chance)),
                Kind::Agency | Kind::Sensor | Kind::Operation | Kind::Seizure => None,
            },
            each: Wish::draw(kind, chance, depth),
        }
    }

    fn text(&self) -> String {
        let end = if self.last { "last" } else { "first" };
        let order: Vec<String> = self.order.iter().map(|term| self.term(*term)).collect();
        format!(
            "{}: {}({end}: {}, orderBy: [{}], showDeleted: {}, showInactive: {}) {{ totalCount \
             pageInfo {{ hasNextPage hasPreviousPage }} {}nodes {} }} ",
            self.alias,
            self.field,
            self.size,
            order.join(", "),
            self.show_deleted,
            self.show_inactive,
            self.summary.as_ref().map_or_else(String::new, Totals::text),
            self.each.text()
        )
    }

    fn term(&self, (sort, descending): (usize, bool)) -> String {
        let field = match self.each.kind {
            Kind::Agency => sort_of::<Agency>(sort).name(),
            Kind::Sensor => sort_of::<Sensor>(sort).name(),
            Kind::Operation => sort_of::<Operation>(sort).name(),
            Kind::Seizure => sort_of::<Seizure>(sort).name(),
        };
        let direction = if descending { "DESCENDING" } else { "ASCENDING" };
        format!("{{ field: {field}, direction: {direction} }}")
    }

    fn answer(&self, parent: Option<&Value>, view: View<'_>) -> Value {
        let mut answer = self.page(parent, view);
        let summary = match &self.summary {
            Some(Totals::Seizures(request)) => Some(self.total::<Seizure>(request, parent, view)),
            Some(Totals::Operations(request)) => {
                Some(self.total::<Operation>(request, parent, view))
            }
            None => None,
        };
        if let (Some(summary), Some(answer)) = (summary, answer.as_object_mut()) {
            answer.insert("summary".to_owned(), summary);
        }
        answer
    }

    /// The summary of the list below a parent; below a sensor its own detections are credited.
    fn total<R: Told + Counted>(
        &self,
        request: &Request<R::Field>,
        parent: Option<&Value>,
        view: View<'_>,
    ) -> Value {
        let parent = parent.map(|parent| parent.as_str().unwrap());
        let passes = |one: &R| {
            parent.is_none_or(|parent| {
                view.tables.shown(one, view.viewer).hangs_on(self.field, parent, view)
            })
        };
        let sensor = parent.and_then(|parent| parent.strip_prefix("sensors/"));
        let sensor = sensor.map(|id| SensorId::from_stored(id.to_owned()));
        answered::<R>(request, view, &Within { passes: &passes, sensor })
    }

    fn page(&self, parent: Option<&Value>, view: View<'_>) -> Value {
        match self.each.kind {
            Kind::Agency => self.of::<Agency>(parent, view),
            Kind::Sensor => self.of::<Sensor>(parent, view),
            Kind::Operation => self.of::<Operation>(parent, view),
            Kind::Seizure => self.of::<Seizure>(parent, view),
        }
    }

    fn of<R: Told>(&self, parent: Option<&Value>, view: View<'_>) -> Value {
        let order = self.order.iter().map(|(sort, descending)| OrderTerm {
            field: sort_of::<R>(*sort),
            direction: if *descending { Direction::Descending } else { Direction::Ascending },
        });
        let list = List {
            order: order.collect(),
            show_deleted: self.show_deleted,
            show_inactive: self.show_inactive,
            ..all::<R>()
        };
        let mut rows = view.tables.list::<R>(view.viewer, &list);
        if let Some(parent) = parent {
            rows.retain(|row| row.hangs_on(self.field, parent.as_str().unwrap(), view));
        }
        let total = rows.len();
        let cut = total.saturating_sub(self.size);
        let (from, more) = if self.last { (cut, cut > 0) } else { (0, cut > 0) };
        let shown = rows.iter().skip(from).take(self.size);
        json!({
            "totalCount": total,
            "pageInfo": {
                "hasNextPage": more && !self.last,
                "hasPreviousPage": more && self.last,
            },
            "nodes": shown.map(|row| self.each.answer(row, view)).collect::<Vec<_>>(),
        })
    }
}

/// The detections of a sensor, in the order of the recording of their operations.
fn detections(sensor: &str, (size, last): (usize, bool), view: View<'_>) -> Value {
    let listed = view.tables.list::<Operation>(view.viewer, &all::<Operation>());
    let of_it = listed.iter().flat_map(|operation| {
        let named = |part: &&Detection| is(part.sensor.as_ref(), sensor);
        operation.body.detections.iter().filter(named).map(move |part| {
            let name = &operation.body.display_name;
            json!({
                "role": part.role.name(),
                "when": when(part.when.as_ref()),
                "operation": { "id": operation.id.to_string(), "displayName": name },
            })
        })
    });
    let rows: Vec<Value> = of_it.collect();
    let cut = rows.len().saturating_sub(size);
    let shown = rows.iter().skip(if last { cut } else { 0 }).take(size);
    json!({
        "totalCount": rows.len(),
        "pageInfo": { "hasNextPage": cut > 0 && !last, "hasPreviousPage": cut > 0 && last },
        "nodes": shown.collect::<Vec<_>>(),
    })
}

fn sort_of<R: Modelled>(sort: usize) -> R::Sort {
    R::Sort::ALL[sort % R::Sort::ALL.len()]
}

/// Terms of different fields.
fn order(kind: Kind, chance: &mut Chance) -> Vec<(usize, bool)> {
    let sorts = match kind {
        Kind::Agency => 6,
        Kind::Sensor => 5,
        Kind::Operation | Kind::Seizure => 6,
    };
    let mut order: Vec<(usize, bool)> = Vec::new();
    for _ in 0..chance.below(3) {
        let sort = chance.below(sorts);
        if order.iter().all(|(known, _)| *known != sort) {
            order.push((sort, chance.once_in(2)));
        }
    }
    order
}

/// A random document of one to three lists.
pub struct Document(Vec<Listed>);

impl Document {
    pub fn draw(chance: &mut Chance) -> Self {
        let roots = [
            ("agencies", Kind::Agency),
            ("sensors", Kind::Sensor),
            ("operations", Kind::Operation),
            ("seizures", Kind::Seizure),
        ];
        let lists = (0..=chance.below(2)).map(|n| {
            let (field, kind) = chance.pick(&roots);
            Listed::draw(&format!("r{n}"), field, kind, chance, 3)
        });
        Self(lists.collect())
    }

    pub fn text(&self) -> String {
        let lists: Vec<String> = self.0.iter().map(Listed::text).collect();
        format!("{{ {} }}", lists.join(" "))
    }

    /// What the model answers.
    pub fn answer(&self, tables: &Tables, viewer: &Viewer) -> Value {
        let view = View { tables, viewer };
        let lists = self.0.iter().map(|list| (list.alias.clone(), list.answer(None, view)));
        Value::Object(lists.collect())
    }
}

/// A record as the model tells it, after hidden references were taken away.
trait Told: Modelled {
    fn told(&self, view: View<'_>) -> Value;
    /// The record that a field names.
    fn names(&self, field: &str) -> Option<String>;
    /// Whether it is in a list below a record.
    fn hangs_on(&self, list: &str, parent: &str, view: View<'_>) -> bool;
}

fn is<I: ToString>(id: Option<&I>, name: &str) -> bool {
    id.is_some_and(|id| id.to_string() == name)
}

fn name<I: ToString>(id: Option<&I>) -> Option<String> {
    id.map(ToString::to_string)
}

fn named<I: ToString>(id: Option<&I>) -> Value {
    id.map_or(Value::Null, |id| json!({ "id": id.to_string() }))
}

fn known(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn marking<R: Record>(record: &R) -> Value {
    let marking = record.body().marking();
    let list: Vec<String> = marking.releasable_to.iter().map(ToString::to_string).collect();
    json!({ "label": marking.label.name(), "releasableTo": list })
}

fn place(place: Option<&interdiction::domain::places::Place>) -> Value {
    place.map_or(Value::Null, |place| {
        json!({ "subdivisionCode": known(&place.subdivision_code), "text": known(&place.text) })
    })
}

fn when(when: Option<&interdiction::domain::dates::When>) -> Value {
    when.map_or(Value::Null, |when| json!({ "edtf": when.as_str() }))
}

fn operation<'t>(id: Option<&OperationId>, view: View<'t>) -> Option<&'t Operation> {
    let found = view.tables.operation(view.operation_id(id.copied())?)?;
    Some(found).filter(|one| one.meta.delete_micros.is_none())
}

impl Told for Agency {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "nativeName": known(&body.native_name),
            "regionCode": body.region_code.as_ref().map(ToString::to_string),
            "etag": self.meta.etag(),
            "marking": marking(self),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "parent" => name(self.body.parent.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn hangs_on(&self, _list: &str, parent: &str, _view: View<'_>) -> bool {
        is(self.body.parent.as_ref(), parent)
    }
}

impl Told for Sensor {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        let provisions = body.provisions.iter().map(
            |one| json!({ "kind": one.kind.name(), "provider": named(one.provider.as_ref()) }),
        );
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "type": body.sensor_type.name(),
            "site": place(body.site.as_ref()),
            "provisions": provisions.collect::<Vec<_>>(),
            "marking": marking(self),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "operator" => name(self.body.operator.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn hangs_on(&self, list: &str, parent: &str, _view: View<'_>) -> bool {
        let is_parent = |id: Option<&AgencyId>| is(id, parent);
        match list {
            "sensorsOperated" => is_parent(self.body.operator.as_ref()),
            _ => self.body.provisions.iter().any(|one| is_parent(one.provider.as_ref())),
        }
    }
}

impl Told for Operation {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        let participants = body.participants.iter();
        let participants = participants
            .map(|one| json!({ "role": one.role.name(), "agency": named(one.agency.as_ref()) }));
        let detections = body.detections.iter().map(|one| {
            let (sensor, at) = (named(one.sensor.as_ref()), when(one.when.as_ref()));
            json!({ "role": one.role.name(), "sensor": sensor, "when": at })
        });
        let steps = body.steps.iter();
        let steps = steps
            .map(|one| json!({ "kind": one.kind.name(), "agency": named(one.agency.as_ref()) }));
        let conveyances = body.conveyances.iter().map(
            |one| json!({ "kind": one.kind.name(), "registration": known(&one.registration) }),
        );
        let route = body.route.iter().map(|one| {
            let is_known = one.place != Default::default();
            let text = is_known.then(|| json!({ "text": known(&one.place.text) }));
            json!({ "kind": one.kind.name(), "place": text })
        });
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "outcome": body.outcome.name(),
            "narrative": known(&body.narrative),
            "when": when(body.when.as_ref()),
            "place": place(body.place.as_ref()),
            "participants": participants.collect::<Vec<_>>(),
            "detections": detections.collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
            "conveyances": conveyances.collect::<Vec<_>>(),
            "route": route.collect::<Vec<_>>(),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "leadAgency" => name(self.body.lead_agency.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn hangs_on(&self, list: &str, parent: &str, _view: View<'_>) -> bool {
        let body = &self.body;
        match list {
            "operationsLed" => is(body.lead_agency.as_ref(), parent),
            "operationsJoined" => {
                body.participants.iter().any(|one| is(one.agency.as_ref(), parent))
            }
            _ => body.detections.iter().any(|one| is(one.sensor.as_ref(), parent)),
        }
    }
}

impl Told for Seizure {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        let mass = body.total_mass_micrograms();
        let items = body.items.iter().map(|item| {
            let quantity = item.quantity.as_ref().map(|one| {
                json!({ "value": one.amount.as_str(), "normalized": one.normalized.to_string() })
            });
            let substance = named(item.substance.as_ref());
            json!({ "kind": item.kind.name(), "substance": substance, "quantity": quantity })
        });
        let ids = body.external_ids.iter();
        let ids = ids.map(|one| json!({ "scheme": one.scheme, "value": one.value }));
        json!({
            "id": self.id.to_string(),
            "state": self.state.name(),
            "totalMass": mass.map(|mass| json!({ "micrograms": mass.to_string() })),
            "when": when(body.when.as_ref()),
            "place": place(body.place.as_ref()),
            "items": items.collect::<Vec<_>>(),
            "externalIds": ids.collect::<Vec<_>>(),
            "etag": self.meta.etag(),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "agency" => name(self.body.agency.as_ref()),
            "operation" => name(self.body.operation.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn hangs_on(&self, list: &str, parent: &str, view: View<'_>) -> bool {
        let body = &self.body;
        if parent.starts_with("operations/") {
            return is(body.operation.as_ref(), parent);
        }
        if parent.starts_with("agencies/") {
            return is(body.agency.as_ref(), parent);
        }
        let Some(operation) = operation(body.operation.as_ref(), view) else { return false };
        operation.body.detections.iter().any(|one| {
            let primary = one.role == DetectionRole::Primary;
            is(one.sensor.as_ref(), parent) && (primary || list == "seizuresDetected")
        })
    }
}
