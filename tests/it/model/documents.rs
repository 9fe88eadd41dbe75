//! Random documents of the analysts' contract, and what the model answers to them.

mod detections;
pub mod filters;
mod passing;
mod records;
pub mod totals;

use super::{
    chance::Chance,
    conditions::View,
    summaries::oracle::{Counted, Within},
    tables::{Modelled, Tables, sees},
};
use crate::world::all;
use detections::Detections;
use interdiction::domain::{
    agencies::Agency,
    codes::Code,
    ids::SensorId,
    operations::Operation,
    pages::{Direction, List, OrderTerm},
    seizures::Seizure,
    sensors::Sensor,
    viewers::Viewer,
};
pub use passing::Passing;
pub use records::Told;
use serde_json::{Map, Value, json};
use totals::{Summed, Totals, answered};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Agency,
    Sensor,
    Operation,
    Seizure,
}

/// Lists below a record, and what they hold.
pub const LISTS: [(Kind, &str, Kind); 10] = [
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
#[derive(Debug, Clone)]
pub struct Wish {
    kind: Kind,
    fields: Vec<(&'static str, &'static str)>,
    ones: Vec<(&'static str, Wish)>,
    lists: Vec<Listed>,
    /// Of a sensor: its detections.
    detections: Option<Detections>,
}

/// What is asked of a list.
#[derive(Debug, Clone)]
struct Listed {
    alias: String,
    field: &'static str,
    size: usize,
    last: bool,
    passing: Passing,
    /// The cursor that it begins after, or ends before.
    cursor: Option<(&'static str, String)>,
    /// Numbers of sorts, and whether descending.
    order: Vec<(usize, bool)>,
    show_deleted: bool,
    show_inactive: bool,
    summary: Option<Totals>,
    each: Wish,
}

impl Wish {
    fn draw(kind: Kind, tables: &Tables, chance: &mut Chance, depth: usize) -> Self {
        let fields = plain(kind).iter().filter(|_| chance.once_in(3)).copied().collect();
        let mut wish = Self { kind, fields, ones: Vec::new(), lists: Vec::new(), detections: None };
        if kind == Kind::Sensor && chance.once_in(2) {
            wish.detections = Some(Detections::draw(tables, chance));
        }
        if depth == 0 {
            return wish;
        }
        for (_, field, to) in ONES.iter().filter(|(from, _, _)| *from == kind) {
            if chance.once_in(3) {
                wish.ones.push((field, Self::draw(*to, tables, chance, depth - 1)));
            }
        }
        let lists: Vec<_> = LISTS.iter().filter(|(from, _, _)| *from == kind).collect();
        for (n, (_, field, to)) in lists.iter().enumerate() {
            if chance.once_in(2) {
                let at = (format!("l{n}"), *field);
                wish.lists.push(Listed::draw(at, *to, tables, chance, depth - 1));
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
        if let Some(detections) = &self.detections {
            text += &detections.text();
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
        if let Some(detections) = &self.detections {
            let sensor = told["id"].as_str().unwrap();
            answer.insert("detections".to_owned(), detections.answer(sensor, view));
        }
        Value::Object(answer)
    }

    /// Lets lists go on from where they ended in these records; whether any does.
    fn walk(&mut self, records: &[&Value], chance: &mut Chance) -> bool {
        let mut walks = false;
        for list in &mut self.lists {
            let told: Vec<&Value> = records.iter().map(|one| &one[&list.alias]).collect();
            walks |= list.walk(&told, chance);
        }
        for (field, below) in &mut self.ones {
            let told: Vec<&Value> = records.iter().map(|one| &one[*field]).collect();
            walks |= below.walk(&told, chance);
        }
        walks
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
        (alias, field): (String, &'static str),
        kind: Kind,
        tables: &Tables,
        chance: &mut Chance,
        depth: usize,
    ) -> Self {
        let passing = Passing::draw(kind, tables, chance);
        Self {
            alias,
            field,
            size: chance.below(4),
            last: chance.once_in(3),
            order: order(kind, chance),
            show_deleted: chance.once_in(4),
            show_inactive: chance.once_in(4),
            summary: if chance.once_in(3) { passing.totals(tables, chance) } else { None },
            passing,
            cursor: None,
            each: Wish::draw(kind, tables, chance, depth),
        }
    }

    fn text(&self) -> String {
        let end = if self.last { "last" } else { "first" };
        let order: Vec<String> = self.order.iter().map(|term| self.term(*term)).collect();
        let cursor = self.cursor.as_ref();
        let cursor = cursor.map(|(side, cursor)| format!("{side}: \"{cursor}\", "));
        format!(
            "{}: {}({end}: {}, {}filter: {}, orderBy: [{}], showDeleted: {}, showInactive: {}) {{ \
             totalCount pageInfo {{ hasNextPage hasPreviousPage }} {}nodes {} }} ",
            self.alias,
            self.field,
            self.size,
            cursor.unwrap_or_default(),
            self.passing.text(),
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

    fn walk(&mut self, told: &[&Value], chance: &mut Chance) -> bool {
        let end = if self.last { "startCursor" } else { "endCursor" };
        let cursors = told.iter().filter_map(|list| list["pageInfo"][end].as_str());
        let cursors: Vec<&str> = cursors.collect();
        let onwards = if self.last { "before" } else { "after" };
        let side = if chance.once_in(4) { "after" } else { onwards };
        let cursor = chance.maybe_one(&cursors).map(|cursor| (side, (*cursor).to_owned()));
        self.cursor = cursor.filter(|_| chance.once_in(2));
        let records = told.iter().filter_map(|list| list["nodes"].as_array()).flatten();
        let below = self.each.walk(&records.collect::<Vec<_>>(), chance);
        self.cursor.is_some() || below
    }

    fn answer(&self, parent: Option<&Value>, view: View<'_>) -> Value {
        let mut answer = self.page(parent, view);
        let summary = match &self.summary {
            Some(Totals::Seizures(summed)) => Some(self.total::<Seizure>(summed, parent, view)),
            Some(Totals::Operations(summed)) => Some(self.total::<Operation>(summed, parent, view)),
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
        summed: &Summed<R::Field>,
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
        answered::<R>(summed, view, &Within { passes: &passes, sensor })
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
            filter: R::passing(&self.passing),
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
#[derive(Clone)]
pub struct Document(Vec<Listed>);

impl Document {
    pub fn draw(tables: &Tables, chance: &mut Chance) -> Self {
        let roots = [
            ("agencies", Kind::Agency),
            ("sensors", Kind::Sensor),
            ("operations", Kind::Operation),
            ("seizures", Kind::Seizure),
        ];
        let lists = (0..=chance.below(2)).map(|n| {
            let (field, kind) = chance.pick(&roots);
            Listed::draw((format!("r{n}"), field), kind, tables, chance, 3)
        });
        Self(lists.collect())
    }

    /// Lets lists go on from where they ended in an answer; whether any does.
    pub fn walk(&mut self, answer: &Value, chance: &mut Chance) -> bool {
        let mut walks = false;
        for list in &mut self.0 {
            let told = &answer[&list.alias];
            walks |= list.walk(&[told], chance);
        }
        walks
    }

    /// Begins its first list after a cursor.
    pub fn begin_after(&mut self, cursor: &str) {
        self.0[0].cursor = Some(("after", cursor.to_owned()));
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

/// What is asked of a record of a name: a selection on its type.
pub fn about(name: &str, tables: &Tables, chance: &mut Chance) -> String {
    let (kind, on) = match name.split_once('/').unwrap().0 {
        "agencies" => (Kind::Agency, "Agency"),
        "sensors" => (Kind::Sensor, "Sensor"),
        "operations" => (Kind::Operation, "Operation"),
        _ => (Kind::Seizure, "Seizure"),
    };
    format!("... on {on} {}", Wish::draw(kind, tables, chance, 2).text())
}
