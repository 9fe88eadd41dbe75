//! What each field of a record or part picks.

use super::{Picking, Planner};
use crate::domain::questions::{Group, Link, One, Parts, Pick};
use async_graphql::ServerResult;

impl Planner<'_> {
    /// Picks what a field selects of a record or part of a type.
    pub(super) fn record(
        &self,
        of: &'static str,
        pick: &mut Pick,
        field: Picking<'_>,
    ) -> ServerResult<()> {
        for part in self.fields(of, &field.node.selection_set.node) {
            let name = part.node.name.node.as_str();
            if matches!(name, "id" | "__typename") {
                continue;
            }
            match of {
                "Agency" => self.agency(pick, name, part)?,
                "Sensor" => self.sensor(pick, name, part)?,
                "Operation" => self.operation(pick, name, part)?,
                "Seizure" => self.seizure(pick, name, part)?,
                "Substance" => self.substance(pick, name, part)?,
                "Provision" => self.with_one(pick, part, ("provider", One::Provider, "Agency"))?,
                "Participant" => self.with_one(pick, part, ("agency", One::Agency, "Agency"))?,
                "Detection" if name == "operation" => {
                    self.record("Operation", pick.one(One::Operation), part)?;
                }
                "Detection" => self.with_one(pick, part, ("sensor", One::Sensor, "Sensor"))?,
                "Step" => self.with_one(pick, part, ("agency", One::Agency, "Agency"))?,
                "Conveyance" => pick.groups.add(Group::Own),
                "Waypoint" => pick.groups.add(group_of_part(name)),
                other => return Err(self.unknown(part, other)),
            }
        }
        Ok(())
    }

    /// A field of a part that names one record.
    fn with_one(
        &self,
        pick: &mut Pick,
        field: Picking<'_>,
        (name, one, of): (&str, One, &'static str),
    ) -> ServerResult<()> {
        let asked = field.node.name.node.as_str();
        if asked == name {
            return self.record(of, pick.one(one), field);
        }
        pick.groups.add(group_of_part(asked));
        Ok(())
    }

    /// A field that every record has.
    fn common(
        &self,
        of: &'static str,
        pick: &mut Pick,
        name: &str,
        field: Picking<'_>,
    ) -> ServerResult<()> {
        match name {
            "etag" | "createTime" | "updateTime" | "deleteTime" => pick.groups.add(Group::Meta),
            "marking" => pick.groups.add(Group::Marking),
            "originator" => return self.record("Agency", pick.one(One::Originator), field),
            _ => return Err(self.unknown(field, of)),
        }
        Ok(())
    }

    fn agency(&self, pick: &mut Pick, name: &str, field: Picking<'_>) -> ServerResult<()> {
        match name {
            "displayName" | "nativeName" | "acronym" | "regionCode" | "kind" => {
                pick.groups.add(Group::Own);
                Ok(())
            }
            "parent" => self.record("Agency", pick.one(One::Parent), field),
            "children" => self.hang(pick, field, ("Agency", Link::Children)),
            "operationsLed" => self.hang(pick, field, ("Operation", Link::OperationsLed)),
            "operationsJoined" => self.hang(pick, field, ("Operation", Link::OperationsJoined)),
            "sensorsOperated" => self.hang(pick, field, ("Sensor", Link::SensorsOperated)),
            "sensorsFurnished" => self.hang(pick, field, ("Sensor", Link::SensorsFurnished)),
            "seizures" => self.hang(pick, field, ("Seizure", Link::SeizuresMade)),
            _ => self.common("Agency", pick, name, field),
        }
    }

    fn sensor(&self, pick: &mut Pick, name: &str, field: Picking<'_>) -> ServerResult<()> {
        match name {
            "displayName" | "type" => {
                pick.groups.add(Group::Own);
                Ok(())
            }
            "site" => {
                pick.groups.add(Group::Place);
                Ok(())
            }
            "operator" => self.record("Agency", pick.one(One::Operator), field),
            "provisions" => self.record("Provision", pick.parts(Parts::Provisions), field),
            "detections" => self.hang(pick, field, ("Detection", Link::DetectionsBy)),
            "operations" => self.hang(pick, field, ("Operation", Link::OperationsDetected)),
            "seizures" => self.hang(pick, field, ("Seizure", Link::SeizuresCued)),
            "seizuresDetected" => self.hang(pick, field, ("Seizure", Link::SeizuresDetected)),
            _ => self.common("Sensor", pick, name, field),
        }
    }

    fn operation(&self, pick: &mut Pick, name: &str, field: Picking<'_>) -> ServerResult<()> {
        let group = match name {
            "displayName" | "domain" | "outcome" => Group::Own,
            "when" => Group::When,
            "place" => Group::Place,
            "narrative" => Group::Narrative,
            "sources" => Group::Sources,
            "leadAgency" => return self.record("Agency", pick.one(One::LeadAgency), field),
            "participants" => {
                return self.record("Participant", pick.parts(Parts::Participants), field);
            }
            "detections" => return self.record("Detection", pick.parts(Parts::Detections), field),
            "steps" => return self.record("Step", pick.parts(Parts::Steps), field),
            "conveyances" => {
                return self.record("Conveyance", pick.parts(Parts::Conveyances), field);
            }
            "route" => return self.record("Waypoint", pick.parts(Parts::Route), field),
            "seizures" => return self.hang(pick, field, ("Seizure", Link::SeizuresUnder)),
            _ => return self.common("Operation", pick, name, field),
        };
        pick.groups.add(group);
        Ok(())
    }

    fn seizure(&self, pick: &mut Pick, name: &str, field: Picking<'_>) -> ServerResult<()> {
        let group = match name {
            "state" | "retractionReason" | "totalMass" => Group::Own,
            "when" => Group::When,
            "place" => Group::Place,
            "items" => return self.items(pick, field),
            "externalIds" => Group::ExternalIds,
            "sources" => Group::Sources,
            "operation" => return self.record("Operation", pick.one(One::Operation), field),
            "agency" => return self.record("Agency", pick.one(One::Agency), field),
            _ => return self.common("Seizure", pick, name, field),
        };
        pick.groups.add(group);
        Ok(())
    }

    fn items(&self, pick: &mut Pick, field: Picking<'_>) -> ServerResult<()> {
        pick.groups.add(Group::Items);
        for part in self.fields("Item", &field.node.selection_set.node) {
            if part.node.name.node == "substance" {
                let below = pick.item_substance.get_or_insert_default();
                self.record("Substance", below, part)?;
            }
        }
        Ok(())
    }

    fn substance(&self, pick: &mut Pick, name: &str, field: Picking<'_>) -> ServerResult<()> {
        match name {
            "parent" => self.record("Substance", pick.one(One::Parent), field),
            "children" => self.record("Substance", pick.parts(Parts::Children), field),
            "seizures" => self.hang(pick, field, ("Seizure", Link::SeizuresOf)),
            "displayName" | "class" | "terms" | "deaCodes" | "nibrsCategory" => Ok(()),
            _ => Err(self.unknown(field, "Substance")),
        }
    }
}

/// The fields of parts that are not their own: when and where.
fn group_of_part(name: &str) -> Group {
    match name {
        "when" => Group::When,
        "place" => Group::Place,
        _ => Group::Own,
    }
}
