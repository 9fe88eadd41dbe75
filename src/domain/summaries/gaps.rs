//! Buckets of time in which nothing happened.

use super::{Figures, GROUPS_MAX, Group, KeyValue, Sum};
use crate::domain::dates::Bucket;
use std::collections::BTreeSet;

/// The groups with those that are missing between the first and the last bucket of all, for each
/// combination of the other keys; none when there would be more than [`GROUPS_MAX`].
pub(super) fn filled(mut groups: Vec<Group>, place: usize) -> Option<Vec<Group>> {
    let buckets = groups.iter().filter_map(|group| bucket(&group.keys[place]));
    let (first, last) = (buckets.clone().min(), buckets.max());
    let max = GROUPS_MAX as usize;
    if let (Some(first), Some(last)) = (first, last) {
        if groups.len() > max || first.distance(last) >= i64::from(GROUPS_MAX) {
            return None;
        }
        let known: BTreeSet<Vec<KeyValue>> = groups.iter().map(|g| g.keys.clone()).collect();
        let others: BTreeSet<Vec<KeyValue>> = known
            .iter()
            .filter(|keys| bucket(&keys[place]).is_some())
            .map(|keys| at(keys, place, first))
            .collect();
        for keys in others {
            let mut bucket = first;
            while bucket <= last {
                let keys = at(&keys, place, bucket);
                if !known.contains(&keys) {
                    groups.push(Group { keys, figures: nothing() });
                }
                if groups.len() > max {
                    return None;
                }
                bucket = bucket.next();
            }
        }
    }
    (groups.len() <= max).then_some(groups)
}

fn bucket(value: &KeyValue) -> Option<Bucket> {
    match value {
        KeyValue::Time(_, bucket) => *bucket,
        KeyValue::SensorType(_)
        | KeyValue::Sensor(_)
        | KeyValue::FurnishingAgency(_)
        | KeyValue::FurnishingRegion(_)
        | KeyValue::Substance(_)
        | KeyValue::SubstanceClass(_)
        | KeyValue::Agency(_)
        | KeyValue::ParticipantRole(_)
        | KeyValue::Region(_)
        | KeyValue::Subdivision(_)
        | KeyValue::PlaceKind(_)
        | KeyValue::Domain(_)
        | KeyValue::Outcome(_)
        | KeyValue::ConveyanceKind(_)
        | KeyValue::OriginRegion(_)
        | KeyValue::DestinationRegion(_) => None,
    }
}

fn at(keys: &[KeyValue], place: usize, bucket: Bucket) -> Vec<KeyValue> {
    let mut keys = keys.to_vec();
    keys[place] = KeyValue::Time(bucket.calendar(), Some(bucket));
    keys
}

/// Nothing was taken, so there is no quantity that could be known.
fn nothing() -> Figures {
    Figures {
        seizure_count: 0,
        item_count: 0,
        unknown_quantity_count: 0,
        operation_count: 0,
        seized_operation_count: 0,
        detection_count: 0,
        converted_detection_count: 0,
        detected_mass: None,
        mass: Sum { base_units: None, estimated: None },
        volume: Sum { base_units: None, estimated: None },
        count: Sum { base_units: None, estimated: None },
    }
}
