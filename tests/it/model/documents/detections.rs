//! Detections of a sensor, as documents ask for them.

use super::{
    super::{
        chance::Chance,
        conditions::{View, detections_in},
        questions,
        tables::Tables,
    },
    filters,
    records::{is, when},
};
use crate::world::all;
use interdiction::domain::{
    codes::Code,
    filters::{DetectionField, Filter},
    operations::Operation,
};
use serde_json::{Value, json};

/// What is asked of the detections of a sensor.
#[derive(Debug, Clone)]
pub struct Detections {
    size: usize,
    last: bool,
    filter: Filter<DetectionField>,
}

impl Detections {
    pub fn draw(tables: &Tables, chance: &mut Chance) -> Self {
        let filter = if chance.once_in(2) {
            Filter::default()
        } else {
            questions::filter(chance, 1, &|chance, depth| {
                questions::detection(tables, chance, depth)
            })
        };
        Self { size: chance.below(4), last: chance.once_in(3), filter }
    }

    pub fn text(&self) -> String {
        let end = if self.last { "last" } else { "first" };
        format!(
            "detections({end}: {}, filter: {}) {{ totalCount \
             pageInfo {{ hasNextPage hasPreviousPage }} \
             nodes {{ role when {{ edtf }} operation {{ id displayName }} }} }} ",
            self.size,
            filters::filter(&self.filter)
        )
    }

    /// Those of a sensor, in the order of the recording of their operations.
    pub fn answer(&self, sensor: &str, view: View<'_>) -> Value {
        let listed = view.tables.list::<Operation>(view.viewer, &all::<Operation>());
        let mut rows = Vec::new();
        for operation in &listed {
            let raw = view.tables.operation(operation.id).unwrap();
            for (part, raw) in operation.body.detections.iter().zip(detections_in(raw)) {
                if is(part.sensor.as_ref(), sensor) && view.holds(&self.filter, &raw) {
                    let name = &operation.body.display_name;
                    rows.push(json!({
                        "role": part.role.name(),
                        "when": when(part.when.as_ref()),
                        "operation": { "id": operation.id.to_string(), "displayName": name },
                    }));
                }
            }
        }
        let cut = rows.len().saturating_sub(self.size);
        let shown = rows.iter().skip(if self.last { cut } else { 0 }).take(self.size);
        json!({
            "totalCount": rows.len(),
            "pageInfo": {
                "hasNextPage": cut > 0 && !self.last,
                "hasPreviousPage": cut > 0 && self.last,
            },
            "nodes": shown.collect::<Vec<_>>(),
        })
    }
}
