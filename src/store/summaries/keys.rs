//! Keys: the columns of the base that they lie in, and the values that groups have of them.

use super::BASE;
use crate::{
    domain::{
        codes::Code,
        dates::Bucket,
        errors::{Error, Result},
        ids::{AgencyId, SensorId, SubstanceId},
        regions::RegionCode,
        sensors::ProvisionKind,
        summaries::{Attribution, GroupBy, Key, KeyValue, SubstanceGroup},
    },
    store::{
        Lens, Reach, calendar,
        dialect::Row,
        entity::{agencies, sensors},
        filters::at,
        guard,
        vocabulary::Vocabulary,
    },
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, JoinType, SelectStatement};

/// The columns of the days that a date spans, in the base.
pub(super) const DAYS: [&str; 2] = ["by_first_day", "by_last_day"];
/// The column of the credited sensor's key, in the base.
pub(super) const SENSOR: &str = "by_sensor_key";

/// The keys of a request.
pub(super) struct Keys<'r> {
    attribution: Attribution,
    group_by: &'r [GroupBy],
}

/// The column of the base that a key lies in; a credited sensor and a date have others. No table
/// has a column of such a name, so that the base can be grouped by it.
pub(super) fn column(by: GroupBy) -> String {
    let name = by.key.name().to_ascii_lowercase();
    match by.depth {
        Some(depth) => format!("by_{name}_{depth}"),
        None => format!("by_{name}"),
    }
}

impl<'r> Keys<'r> {
    pub fn new(attribution: Attribution, group_by: &'r [GroupBy]) -> Self {
        Self { attribution, group_by }
    }

    pub fn len(&self) -> usize {
        self.group_by.len()
    }

    pub fn group_by(&self) -> &'r [GroupBy] {
        self.group_by
    }

    pub fn any(&self, holds: impl Fn(Key) -> bool) -> bool {
        self.group_by.iter().any(|by| holds(by.key))
    }

    /// Whether the sensor is found once the base is grouped by its key: one seizure has one primary
    /// detection, so nothing is counted twice.
    pub fn sensors_come_later(&self) -> bool {
        self.attribution == Attribution::Primary && self.any(Key::is_of_sensors)
    }

    /// Joins to the base what its rows name by key.
    pub fn join(&self, query: &mut SelectStatement, lens: &Lens) {
        if self.sensors_come_later() {
            let on = at(CREDITED, "id").eq(at(BASE, SENSOR));
            let credited = self.sensors(lens);
            query.join_subquery(JoinType::LeftJoin, credited, Alias::new(CREDITED), on);
        }
        if self.any(|key| key == Key::Agency) {
            let key = at(BASE, "by_agency");
            guard::join_present::<agencies::Entity>(query, lens, AGENCY, key);
        }
        for (place, by) in self.group_by.iter().enumerate() {
            if by.key == Key::Substance {
                let alias = Alias::new(substance(place));
                let key = Expr::col((Alias::new(BASE), Alias::new(column(*by))));
                let on = Expr::col((alias.clone(), Alias::new("id"))).eq(key);
                query.join_as(JoinType::LeftJoin, Alias::new("substances"), alias, on);
            }
        }
    }

    /// The values of the keys, over the base and what [`Self::join`] joins.
    pub fn values(&self) -> Vec<Expr> {
        let each = self.group_by.iter().enumerate();
        each.map(|(place, by)| self.value(place, *by)).collect()
    }

    /// The values of the keys, where one that is not known is equal to itself.
    pub fn known_values(&self) -> Vec<Expr> {
        let each = self.group_by.iter().zip(self.values());
        let known = each.map(|(by, value)| {
            let unknown = if is_text(by.key) { Expr::value("") } else { Expr::value(UNKNOWN) };
            Func::coalesce([value, unknown]).into()
        });
        known.collect()
    }

    /// The values of a group as they are bound to a statement, to be compared with
    /// [`Self::known_values`].
    pub fn bound(&self, group: &[KeyValue]) -> Vec<serde_json::Value> {
        let each = self.group_by.iter().zip(group);
        let known = each.map(|(by, value)| {
            let unknown = || if is_text(by.key) { "".into() } else { UNKNOWN.into() };
            written(value).unwrap_or_else(unknown)
        });
        known.collect()
    }

    /// Of each key whether its values are texts.
    pub fn are_texts(&self) -> Vec<bool> {
        self.group_by.iter().map(|by| is_text(by.key)).collect()
    }

    fn value(&self, place: usize, by: GroupBy) -> Expr {
        let name = column(by);
        let own = || Expr::col((Alias::new(BASE), Alias::new(name.as_str())));
        if let Some(kind) = by.key.calendar() {
            return calendar::bucket(kind, DAYS.map(|day| at(BASE, day)));
        }
        match by.key {
            Key::SensorType | Key::Sensor | Key::FurnishingAgency | Key::FurnishingRegion => {
                let alias = if self.sensors_come_later() { CREDITED } else { BASE };
                Expr::col((Alias::new(alias), Alias::new(name)))
            }
            Key::Substance => Expr::col((Alias::new(substance(place)), Alias::new("slug"))),
            Key::Agency => at(AGENCY, "slug"),
            Key::Region | Key::Subdivision | Key::OriginRegion | Key::DestinationRegion => {
                null_if(own(), "".into())
            }
            Key::PlaceKind | Key::Domain => null_if(own(), 0_i64.into()),
            Key::SubstanceClass
            | Key::ParticipantRole
            | Key::Outcome
            | Key::ConveyanceKind
            | Key::Year
            | Key::FiscalYear
            | Key::Quarter
            | Key::Month
            | Key::Week
            | Key::Day => own(),
        }
    }

    /// The sensors that the lens shows with what the keys about them want to know, each combination
    /// once for a sensor.
    pub fn sensors(&self, lens: &Lens) -> SelectStatement {
        const S: &str = "sensor";
        let mut query = guard::select::<sensors::Entity>(lens, S, Reach::Scan);
        query.expr(at(S, "id")).and_where(at(S, "delete_micros").is_null());
        if self.any(Key::is_of_provisions) {
            let on = at("provision", "sensor_id")
                .eq(at(S, "id"))
                .and(at("provision", "kind").eq(i64::from(ProvisionKind::Furnished.code())));
            query.distinct().join_as(
                JoinType::LeftJoin,
                Alias::new("provisions"),
                Alias::new("provision"),
                on,
            );
            let provider = at("provision", "provider_id");
            guard::join_present::<agencies::Entity>(&mut query, lens, "provider", provider);
        }
        for by in self.group_by {
            let value = match by.key {
                Key::SensorType => at(S, "sensor_type"),
                Key::Sensor => at(S, "slug"),
                Key::FurnishingAgency => at("provider", "slug"),
                Key::FurnishingRegion => null_if(at("provider", "region_code"), "".into()),
                Key::Substance
                | Key::SubstanceClass
                | Key::Agency
                | Key::ParticipantRole
                | Key::Region
                | Key::Subdivision
                | Key::PlaceKind
                | Key::Domain
                | Key::Outcome
                | Key::ConveyanceKind
                | Key::OriginRegion
                | Key::DestinationRegion
                | Key::Year
                | Key::FiscalYear
                | Key::Quarter
                | Key::Month
                | Key::Week
                | Key::Day => continue,
            };
            query.expr_as(value, Alias::new(column(*by)));
        }
        query
    }
}

/// What stands for a number that is not known; no code and no bucket is this small. For a text, it is
/// the empty one.
const UNKNOWN: i64 = i64::MIN;

/// Whether the values of a key are texts; they are numbers otherwise.
fn is_text(key: Key) -> bool {
    match key {
        Key::Sensor
        | Key::FurnishingAgency
        | Key::FurnishingRegion
        | Key::Substance
        | Key::Agency
        | Key::Region
        | Key::Subdivision
        | Key::OriginRegion
        | Key::DestinationRegion => true,
        Key::SensorType
        | Key::SubstanceClass
        | Key::ParticipantRole
        | Key::PlaceKind
        | Key::Domain
        | Key::Outcome
        | Key::ConveyanceKind
        | Key::Year
        | Key::FiscalYear
        | Key::Quarter
        | Key::Month
        | Key::Week
        | Key::Day => false,
    }
}

/// The value of a key as the statement has it.
fn written(value: &KeyValue) -> Option<serde_json::Value> {
    fn code<C: Code>(value: &Option<C>) -> Option<serde_json::Value> {
        value.map(|value| value.code().into())
    }
    match value {
        KeyValue::SensorType(value) => code(value),
        KeyValue::SubstanceClass(value) => code(value),
        KeyValue::ParticipantRole(value) => code(value),
        KeyValue::PlaceKind(value) => code(value),
        KeyValue::Domain(value) => code(value),
        KeyValue::Outcome(value) => code(value),
        KeyValue::ConveyanceKind(value) => code(value),
        KeyValue::Sensor(id) => id.as_ref().map(|id| id.as_str().into()),
        KeyValue::FurnishingAgency(id) | KeyValue::Agency(id) => {
            id.as_ref().map(|id| id.as_str().into())
        }
        KeyValue::Substance(group) => group.as_ref().map(|group| group.id.as_str().into()),
        KeyValue::FurnishingRegion(code)
        | KeyValue::Region(code)
        | KeyValue::OriginRegion(code)
        | KeyValue::DestinationRegion(code) => code.as_ref().map(|code| code.as_str().into()),
        KeyValue::Subdivision(code) => code.as_deref().map(Into::into),
        KeyValue::Time(_, bucket) => bucket.map(|bucket| bucket.index().into()),
    }
}

const CREDITED: &str = "credited";
const AGENCY: &str = "agency";

fn substance(place: usize) -> String {
    format!("substance{place}")
}

pub(super) fn null_if(value: Expr, none: Expr) -> Expr {
    Func::cust(Alias::new("NULLIF")).arg(value).arg(none).into()
}

/// Reads the value of a key.
pub(super) fn read(row: &mut Row<'_>, by: GroupBy, vocabulary: &Vocabulary) -> Result<KeyValue> {
    if let Some(calendar) = by.key.calendar() {
        let index = row.int_or_null()?;
        return Ok(KeyValue::Time(calendar, index.map(|i| Bucket::from_index(calendar, i))));
    }
    Ok(match by.key {
        Key::SensorType => KeyValue::SensorType(row.code_or_null()?),
        Key::Sensor => KeyValue::Sensor(row.text_or_null()?.map(SensorId::from_stored)),
        Key::FurnishingAgency => KeyValue::FurnishingAgency(agency(row)?),
        Key::FurnishingRegion => KeyValue::FurnishingRegion(region(row)?),
        Key::Substance => {
            let id = row.text_or_null()?.map(SubstanceId::from_stored);
            KeyValue::Substance(id.map(|id| group(id, by, vocabulary)).transpose()?)
        }
        Key::SubstanceClass => KeyValue::SubstanceClass(row.code_or_null()?),
        Key::Agency => KeyValue::Agency(agency(row)?),
        Key::ParticipantRole => KeyValue::ParticipantRole(row.code_or_null()?),
        Key::Region => KeyValue::Region(region(row)?),
        Key::Subdivision => KeyValue::Subdivision(row.text_or_null()?),
        Key::PlaceKind => KeyValue::PlaceKind(row.code_or_null()?),
        Key::Domain => KeyValue::Domain(row.code_or_null()?),
        Key::Outcome => KeyValue::Outcome(row.code_or_null()?),
        Key::ConveyanceKind => KeyValue::ConveyanceKind(row.code_or_null()?),
        Key::OriginRegion => KeyValue::OriginRegion(region(row)?),
        Key::DestinationRegion => KeyValue::DestinationRegion(region(row)?),
        Key::Year | Key::FiscalYear | Key::Quarter | Key::Month | Key::Week | Key::Day => {
            return Err(Error::internal("a key of time has no calendar"));
        }
    })
}

fn agency(row: &mut Row<'_>) -> Result<Option<AgencyId>> {
    Ok(row.text_or_null()?.map(AgencyId::from_stored))
}

fn region(row: &mut Row<'_>) -> Result<Option<RegionCode>> {
    Ok(row.text_or_null()?.map(RegionCode::from_stored))
}

fn group(id: SubstanceId, by: GroupBy, vocabulary: &Vocabulary) -> Result<SubstanceGroup> {
    let (_, substance) = vocabulary
        .by_id(id.as_str())
        .ok_or_else(|| Error::internal(format!("{id} is not in the vocabulary")))?;
    let with_narrower = by.depth.is_some_and(|depth| vocabulary.depth(substance) == depth);
    Ok(SubstanceGroup { id, with_narrower })
}
