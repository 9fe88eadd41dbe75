//! Summaries, between the contract and the domain.

use super::values::timestamp;
use crate::{
    domain::{
        check::{Path, Violations},
        codes::Code as _,
        dates::Bucket,
        quantities::{Dimension, Unit, approximate, express},
        seizures::QuantityDraft,
        summaries::{
            Counting, Figure, Figures, Group, GroupByDraft, HavingDraft, KeyValue, OrderDraft,
            SubstanceGroup, Sum, Summary, SummaryDraft, check_unit,
        },
    },
    proto::{self, key_value::Value},
};

/// What sums are told in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    mass: Unit,
    volume: Unit,
}

impl Units {
    pub(super) fn check(mass: i32, volume: i32, violations: &mut Violations) -> Self {
        let mass_path = Path::root("mass_unit");
        let volume_path = Path::root("volume_unit");
        let kilograms = (Dimension::Mass, Unit::Kilogram);
        let litres = (Dimension::Volume, Unit::Litre);
        Self {
            mass: check_unit(&mass_path, mass, kilograms, violations),
            volume: check_unit(&volume_path, volume, litres, violations),
        }
    }
}

pub(super) fn decode_key(key: proto::GroupBy) -> GroupByDraft {
    let proto::GroupBy { key, depth } = key;
    GroupByDraft { key, depth }
}

pub(super) fn decode_bounds(bounds: proto::FigureBounds) -> HavingDraft {
    let proto::FigureBounds { figure, at_least, at_most } = bounds;
    HavingDraft {
        figure,
        at_least: at_least.map(decode_measure),
        at_most: at_most.map(decode_measure),
    }
}

fn decode_measure(measure: proto::Measure) -> QuantityDraft {
    let proto::Measure { value, unit } = measure;
    QuantityDraft { value, unit, bound: 0, basis: 0, method: 0 }
}

pub(super) fn decode_order(order: proto::GroupOrder) -> OrderDraft {
    let proto::GroupOrder { key, figure, direction } = order;
    OrderDraft { key: key.map(decode_key), figure, direction }
}

macro_rules! requests {
    ($($decode:ident, $encode:ident: $request:ident, $response:ident, $filter:ident;)+) => {
        $(
            /// The draft of a request with its filter and the units of its answer.
            pub(super) fn $decode(
                request: proto::$request,
            ) -> (Option<proto::$filter>, SummaryDraft, [i32; 2]) {
                let proto::$request {
                    filter,
                    group_by,
                    attribution,
                    figures,
                    having,
                    order_by,
                    first,
                    empty_buckets,
                    include_total,
                    mass_unit,
                    volume_unit,
                } = request;
                let draft = SummaryDraft {
                    group_by: group_by.into_iter().map(decode_key).collect(),
                    attribution,
                    figures,
                    having: having.into_iter().map(decode_bounds).collect(),
                    order_by: order_by.into_iter().map(decode_order).collect(),
                    first,
                    empty_buckets,
                    total: include_total,
                };
                (filter, draft, [mass_unit, volume_unit])
            }
        )+

        impl Told<'_> {$(
            pub(super) fn $encode(&self, summary: Summary) -> proto::$response {
                let Summary { groups, has_more, total, counting } = summary;
                proto::$response {
                    groups: groups.into_iter().map(|group| self.encode_group(group)).collect(),
                    has_more,
                    total: total.map(|figures| self.encode_figures(&figures)),
                    counting: Some(encode_counting(counting)),
                }
            }
        )+}
    };
}

requests! {
    decode_seizures, encode_seizures:
        SummarizeSeizuresRequest, SummarizeSeizuresResponse, SeizureFilter;
    decode_operations, encode_operations:
        SummarizeOperationsRequest, SummarizeOperationsResponse, OperationFilter;
}

/// What is told of each group.
pub(super) struct Told<'r> {
    pub figures: &'r [Figure],
    pub units: Units,
}

impl Told<'_> {
    fn encode_group(&self, group: Group) -> proto::SummaryGroup {
        let Group { keys, figures } = group;
        proto::SummaryGroup {
            keys: keys.into_iter().map(encode_key).collect(),
            figures: Some(self.encode_figures(&figures)),
        }
    }

    fn encode_figures(&self, figures: &Figures) -> proto::SummaryFigures {
        let has = |figure| self.figures.contains(&figure);
        let count = |figure: Figure, count: i64| has(figure).then_some(count);
        let sum = |[whole, part]: [Figure; 2], unit, sum: &Sum| {
            let amount = |figure, units: Option<i128>| {
                units.filter(|_| has(figure)).and_then(|units| encode_amount(units, unit))
            };
            (has(whole) || has(part)).then(|| proto::QuantitySum {
                unit: unit.code(),
                sum: amount(whole, sum.base_units),
                estimated: amount(part, sum.estimated),
            })
        };
        let has_rate = has(Figure::DetectedMass) && has(Figure::DetectionCount);
        let rate = figures.mass_per_detection().filter(|_| has_rate);
        let Units { mass: mass_unit, volume: volume_unit } = self.units;
        let Figures {
            seizure_count,
            item_count,
            unknown_quantity_count,
            operation_count,
            seized_operation_count,
            detection_count,
            converted_detection_count,
            detected_mass,
            mass,
            volume,
            count: things,
        } = figures;
        let detected = detected_mass.filter(|_| has(Figure::DetectedMass));
        proto::SummaryFigures {
            seizure_count: count(Figure::SeizureCount, *seizure_count),
            item_count: count(Figure::ItemCount, *item_count),
            unknown_quantity_count: count(Figure::UnknownQuantityCount, *unknown_quantity_count),
            mass: sum([Figure::Mass, Figure::EstimatedMass], mass_unit, mass),
            volume: sum([Figure::Volume, Figure::EstimatedVolume], volume_unit, volume),
            count: sum([Figure::Count, Figure::EstimatedCount], Unit::Unit, things),
            operation_count: count(Figure::OperationCount, *operation_count),
            seized_operation_count: count(Figure::SeizedOperationCount, *seized_operation_count),
            detection_count: count(Figure::DetectionCount, *detection_count),
            converted_detection_count: count(
                Figure::ConvertedDetectionCount,
                *converted_detection_count,
            ),
            detected_mass: detected.and_then(|mass| encode_amount(mass, mass_unit)),
            mass_per_detection: rate.and_then(|rate| encode_amount(rate, mass_unit)),
        }
    }
}

/// A unit that was checked has an amount.
fn encode_amount(base_units: i128, unit: Unit) -> Option<proto::Amount> {
    let expressed = express(base_units, unit).ok()?;
    Some(proto::Amount {
        base_units: base_units.to_string(),
        value: expressed.text,
        exact: expressed.exact,
        approximate_value: approximate(base_units, unit).ok()?,
    })
}

fn encode_counting(counting: Counting) -> proto::Counting {
    let Counting { as_of_micros, attribution, counts_are_additive, sums_are_additive } = counting;
    proto::Counting {
        as_of_time: Some(timestamp(as_of_micros)),
        attribution: attribution.code(),
        counts_are_additive,
        sums_are_additive,
    }
}

fn encode_key(value: KeyValue) -> proto::KeyValue {
    let key = value.key();
    let value = match value {
        KeyValue::SensorType(kind) => kind.map(|kind| Value::SensorType(kind.code())),
        KeyValue::Sensor(id) => id.map(|id| Value::Sensor(id.to_string())),
        KeyValue::FurnishingAgency(id) | KeyValue::Agency(id) => {
            id.map(|id| Value::Agency(id.to_string()))
        }
        KeyValue::FurnishingRegion(code)
        | KeyValue::Region(code)
        | KeyValue::OriginRegion(code)
        | KeyValue::DestinationRegion(code) => code.map(|code| Value::RegionCode(code.to_string())),
        KeyValue::Substance(group) => group.map(|SubstanceGroup { id, with_narrower }| {
            Value::Substance(proto::SubstanceKey { substance: id.to_string(), with_narrower })
        }),
        KeyValue::SubstanceClass(class) => class.map(|class| Value::SubstanceClass(class.code())),
        KeyValue::ParticipantRole(role) => role.map(|role| Value::ParticipantRole(role.code())),
        KeyValue::Subdivision(code) => code.map(Value::SubdivisionCode),
        KeyValue::PlaceKind(kind) => kind.map(|kind| Value::PlaceKind(kind.code())),
        KeyValue::Domain(domain) => domain.map(|domain| Value::Domain(domain.code())),
        KeyValue::Outcome(outcome) => outcome.map(|outcome| Value::Outcome(outcome.code())),
        KeyValue::ConveyanceKind(kind) => kind.map(|kind| Value::ConveyanceKind(kind.code())),
        KeyValue::Time(_, bucket) => bucket.map(|bucket| Value::Bucket(encode_bucket(bucket))),
    };
    proto::KeyValue { key: key.code(), value }
}

fn encode_bucket(bucket: Bucket) -> proto::Bucket {
    proto::Bucket {
        calendar: bucket.calendar().code(),
        label: bucket.to_string(),
        first_day: bucket.first().to_string(),
        last_day: bucket.last().to_string(),
    }
}
