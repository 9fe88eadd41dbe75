//! The model's records: whole, in the order of recording, and what a viewer is shown of them.

use super::{Refusal, chance::Chance, conditions::View};
use crate::world::nouns::Noun;
use interdiction::{
    domain::{
        agencies::Agency,
        codes::Code as _,
        filters::{AgencySort, Filter, OperationSort, SeizureSort, SensorSort},
        ids::{AgencyId, OperationId, SensorId},
        markings::Marking,
        operations::Operation,
        pages::{Direction, List},
        records::{Body as _, Meta, Record},
        seizures::{Seizure, SeizureState},
        sensors::Sensor,
        substances::Substance,
        text::fold,
        viewers::Viewer,
    },
    registry::Registry,
};
use std::cmp::Ordering;

#[derive(Default)]
pub struct Tables {
    pub agencies: Vec<Agency>,
    pub sensors: Vec<Sensor>,
    pub operations: Vec<Operation>,
    pub seizures: Vec<Seizure>,
    pub vocabulary: Vec<Substance>,
}

/// What a list is sorted by; what is not known is the least.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Int(i64),
    Text(String),
}

/// A record that the model keeps.
pub trait Modelled: Noun {
    /// Whether its caller chooses its id.
    const CHOSEN: bool;
    fn rows(tables: &Tables) -> &Vec<Self>;
    fn rows_mut(tables: &mut Tables) -> &mut Vec<Self>;
    /// A random draft, mostly right.
    fn draw(tables: &Tables, chance: &mut Chance) -> Self::Draft;
    /// A random filter.
    fn question(tables: &Tables, chance: &mut Chance, depth: usize) -> Filter<Self::Field>;
    fn passes(&self, filter: &Filter<Self::Field>, view: View<'_>) -> bool;
    fn key(&self, sort: Self::Sort) -> Key;
    fn counts(&self) -> bool {
        true
    }
    /// A new record with the id and the times of an answer; of no answer, under a chosen id.
    fn build(
        chosen: &str,
        body: <Self::Draft as interdiction::domain::records::Draft>::Body,
        meta: Meta,
        stamp: Option<&Self>,
    ) -> Self;
    fn with_body(
        &self,
        body: <Self::Draft as interdiction::domain::records::Draft>::Body,
        meta: Meta,
    ) -> Self;
    /// Takes away the references that a viewer does not see.
    fn hide_references(&mut self, view: View<'_>);
    fn meta_mut(&mut self) -> &mut Meta;
    fn set_marking(&mut self, marking: Marking);
}

pub fn sees<R: Record>(viewer: &Viewer, record: &R) -> bool {
    let originator = record.meta().originator.as_ref().unwrap();
    record.body().marking().visible_to(viewer, originator)
}

impl Tables {
    pub async fn read_vocabulary(&mut self, registry: &Registry, viewer: &Viewer) {
        let list = List {
            filter: Filter::default(),
            order: Vec::new(),
            show_deleted: false,
            show_inactive: false,
            page_size: crate::world::size(1_000),
            page_token: String::new(),
        };
        self.vocabulary = registry.list_substances(viewer, list).await.unwrap().records;
    }

    pub fn agency(&self, id: &AgencyId) -> Option<&Agency> {
        self.agencies.iter().find(|one| one.id == *id)
    }

    pub fn sensor(&self, id: &SensorId) -> Option<&Sensor> {
        self.sensors.iter().find(|one| one.id == *id)
    }

    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.iter().find(|one| one.id == id)
    }

    pub fn find<R: Modelled>(&self, id: &R::Id) -> Option<&R> {
        R::rows(self).iter().find(|one| one.id() == id)
    }

    /// The record as a viewer is shown it.
    pub fn shown<R: Modelled>(&self, record: &R, viewer: &Viewer) -> R {
        let view = View { tables: self, viewer };
        let mut shown = record.clone();
        shown.hide_references(view);
        if record.meta().originator.as_ref() != Some(&viewer.agency) {
            shown.set_marking(record.body().marking().clone().shown_to(viewer));
        }
        let originator = &mut shown.meta_mut().originator;
        *originator = view.agency_id(originator.as_ref());
        shown
    }

    pub fn keep<R: Modelled>(&mut self, record: R) {
        let rows = R::rows_mut(self);
        match rows.iter_mut().find(|one| one.id() == record.id()) {
            Some(row) => *row = record,
            None => rows.push(record),
        }
    }

    pub fn get<R: Modelled>(&self, viewer: &Viewer, id: &R::Id) -> Result<R, Refusal> {
        match self.find::<R>(id) {
            Some(record) if sees(viewer, record) => Ok(self.shown(record, viewer)),
            _ => Err(Refusal::not_found(vec![], vec![id.to_string()])),
        }
    }

    pub fn batch_get<R: Modelled>(&self, viewer: &Viewer, picked: &[R]) -> Result<Vec<R>, Refusal> {
        let stands_before = |i: usize| picked[..i].iter().any(|one| one.id() == picked[i].id());
        let twice: Vec<String> = (0..picked.len())
            .filter(|i| stands_before(*i))
            .map(|i| format!("names[{i}]"))
            .collect();
        if !twice.is_empty() {
            return Err(Refusal::invalid(twice));
        }
        let seen = |one: &R| self.get::<R>(viewer, one.id()).ok();
        let hidden = picked.iter().enumerate().filter(|(_, one)| seen(one).is_none());
        let (fields, names): (Vec<String>, Vec<String>) =
            hidden.map(|(i, one)| (format!("names[{i}]"), one.id().to_string())).unzip();
        if fields.is_empty() {
            return Ok(picked.iter().filter_map(seen).collect());
        }
        Err(Refusal::not_found(fields, names))
    }

    pub fn list<R: Modelled>(&self, viewer: &Viewer, list: &List<R::Field, R::Sort>) -> Vec<R> {
        let view = View { tables: self, viewer };
        let mut found: Vec<(usize, &R)> = R::rows(self)
            .iter()
            .enumerate()
            .filter(|(_, one)| sees(viewer, *one))
            .filter(|(_, one)| list.show_deleted || one.meta().delete_micros.is_none())
            .filter(|(_, one)| list.show_inactive || one.counts())
            .filter(|(_, one)| one.passes(&list.filter, view))
            .collect();
        found.sort_by(|(i, a), (j, b)| {
            let terms = list
                .order
                .iter()
                .map(|term| turned(a.key(term.field).cmp(&b.key(term.field)), term.direction));
            let last = list.order.last().map_or(Direction::Ascending, |term| term.direction);
            terms.fold(Ordering::Equal, Ordering::then).then(turned(i.cmp(j), last))
        });
        found.into_iter().map(|(_, one)| self.shown(one, viewer)).collect()
    }
}

fn turned(ordering: Ordering, direction: Direction) -> Ordering {
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}

/// The parts of [`Modelled`] that are alike for every record.
macro_rules! modelled {
    ($table:ident, $chosen:literal) => {
        const CHOSEN: bool = $chosen;
        fn rows(tables: &Tables) -> &Vec<Self> {
            &tables.$table
        }
        fn rows_mut(tables: &mut Tables) -> &mut Vec<Self> {
            &mut tables.$table
        }
        fn draw(tables: &Tables, chance: &mut Chance) -> Self::Draft {
            super::draws::$table(tables, chance)
        }
        fn question(tables: &Tables, chance: &mut Chance, depth: usize) -> Filter<Self::Field> {
            super::questions::filter(chance, depth, &|chance, depth| {
                super::questions::$table(tables, chance, depth)
            })
        }
        fn passes(&self, filter: &Filter<Self::Field>, view: View<'_>) -> bool {
            view.holds(filter, self)
        }
        fn meta_mut(&mut self) -> &mut Meta {
            &mut self.meta
        }
        fn set_marking(&mut self, marking: Marking) {
            self.body.marking = marking;
        }
    };
}

/// Building for the records that are nothing but an id, a body and a meta.
macro_rules! plain {
    ($body:ty, |$chosen:ident, $stamp:ident| $id:expr) => {
        fn build($chosen: &str, body: $body, meta: Meta, $stamp: Option<&Self>) -> Self {
            Self { id: $id, body, meta }
        }
        fn with_body(&self, body: $body, meta: Meta) -> Self {
            Self { id: self.id.clone(), body, meta }
        }
    };
}

impl Modelled for Agency {
    modelled!(agencies, true);
    plain!(interdiction::domain::agencies::AgencyBody, |chosen, _stamp| {
        AgencyId::from_stored(chosen.to_owned())
    });
    fn key(&self, sort: AgencySort) -> Key {
        let body = &self.body;
        match sort {
            AgencySort::CreateTime => Key::Int(self.meta.create_micros),
            AgencySort::UpdateTime => Key::Int(self.meta.update_micros),
            AgencySort::Name => Key::Text(self.id.as_str().to_owned()),
            AgencySort::DisplayName => Key::Text(fold(&body.display_name)),
            AgencySort::RegionCode => {
                Key::Text(body.region_code.as_ref().map_or_else(String::new, ToString::to_string))
            }
            AgencySort::Kind => Key::Int(body.kind.map_or(0, |kind| kind.code().into())),
        }
    }
    fn hide_references(&mut self, view: View<'_>) {
        self.body.parent = view.agency_id(self.body.parent.as_ref());
    }
}

impl Modelled for Sensor {
    modelled!(sensors, true);
    plain!(interdiction::domain::sensors::SensorBody, |chosen, _stamp| {
        SensorId::from_stored(chosen.to_owned())
    });
    fn key(&self, sort: SensorSort) -> Key {
        match sort {
            SensorSort::CreateTime => Key::Int(self.meta.create_micros),
            SensorSort::UpdateTime => Key::Int(self.meta.update_micros),
            SensorSort::Name => Key::Text(self.id.as_str().to_owned()),
            SensorSort::DisplayName => Key::Text(fold(&self.body.display_name)),
            SensorSort::Type => Key::Int(self.body.sensor_type.code().into()),
        }
    }
    fn hide_references(&mut self, view: View<'_>) {
        self.body.operator = view.agency_id(self.body.operator.as_ref());
        for provision in &mut self.body.provisions {
            provision.provider = view.agency_id(provision.provider.as_ref());
        }
    }
}

impl Modelled for Operation {
    modelled!(operations, false);
    plain!(interdiction::domain::operations::OperationBody, |_chosen, stamp| {
        stamp.map_or(OperationId::from_uuid(uuid::Uuid::nil()), |one| one.id)
    });
    fn key(&self, sort: OperationSort) -> Key {
        let body = &self.body;
        match sort {
            OperationSort::CreateTime => Key::Int(self.meta.create_micros),
            OperationSort::UpdateTime => Key::Int(self.meta.update_micros),
            OperationSort::When => {
                Key::Int(body.when.as_ref().map_or(i64::MIN, |when| when.earliest_micros()))
            }
            OperationSort::DisplayName => Key::Text(fold(&body.display_name)),
            OperationSort::Domain => Key::Int(body.domain.map_or(0, |one| one.code().into())),
            OperationSort::Outcome => Key::Int(body.outcome.code().into()),
        }
    }
    fn hide_references(&mut self, view: View<'_>) {
        let body = &mut self.body;
        body.lead_agency = view.agency_id(body.lead_agency.as_ref());
        for part in &mut body.participants {
            part.agency = view.agency_id(part.agency.as_ref());
        }
        for part in &mut body.detections {
            part.sensor = view.sensor_id(part.sensor.as_ref());
        }
        for part in &mut body.steps {
            part.agency = view.agency_id(part.agency.as_ref());
        }
    }
}

impl Modelled for Seizure {
    modelled!(seizures, false);
    fn build(
        _chosen: &str,
        body: interdiction::domain::seizures::SeizureBody,
        meta: Meta,
        stamp: Option<&Self>,
    ) -> Self {
        let nobody = interdiction::domain::ids::SeizureId::from_uuid(uuid::Uuid::nil());
        Self {
            id: stamp.map_or(nobody, |one| one.id),
            body,
            state: SeizureState::Active,
            retraction_reason: String::new(),
            meta,
        }
    }
    fn with_body(&self, body: interdiction::domain::seizures::SeizureBody, meta: Meta) -> Self {
        Self { body, meta, ..self.clone() }
    }
    fn key(&self, sort: SeizureSort) -> Key {
        let body = &self.body;
        let place = body.place.as_ref();
        match sort {
            SeizureSort::CreateTime => Key::Int(self.meta.create_micros),
            SeizureSort::UpdateTime => Key::Int(self.meta.update_micros),
            SeizureSort::When => {
                Key::Int(body.when.as_ref().map_or(i64::MIN, |when| when.earliest_micros()))
            }
            SeizureSort::TotalMass => Key::Int(body.total_mass_micrograms().unwrap_or(-1)),
            SeizureSort::RegionCode => {
                let code = place.and_then(|place| place.region_code.as_ref());
                Key::Text(code.map_or_else(String::new, ToString::to_string))
            }
            SeizureSort::SubdivisionCode => {
                Key::Text(place.map_or_else(String::new, |place| place.subdivision_code.clone()))
            }
        }
    }
    fn counts(&self) -> bool {
        self.state == SeizureState::Active
    }
    fn hide_references(&mut self, view: View<'_>) {
        self.body.operation = view.operation_id(self.body.operation);
        self.body.agency = view.agency_id(self.body.agency.as_ref());
    }
}
