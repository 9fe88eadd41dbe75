//! Two real interdictions for a first look, recorded as an agency's own tool would.
//!
//! From a report on a US Department of Defense publication, which gives days and no year.

use crate::{
    domain::{
        agencies::AgencyDraft,
        codes::Code as _,
        errors::Result,
        markings::{MarkingDraft, Tlp},
        operation_parts::{DetectionDraft, DetectionRole, ParticipantDraft, ParticipantRole},
        operations::{Domain, OperationDraft, Outcome},
        places::{PlaceDraft, PointDraft},
        quantities::Unit,
        requests::{Create, WriteOptions},
        seizures::{ItemDraft, QuantityDraft, SeizureDraft},
        sensors::{ProvisionDraft, ProvisionKind, SensorDraft, SensorType},
        viewers::Viewer,
    },
    registry::Registry,
};

fn create<D>(id: &str, draft: D) -> Create<D> {
    Create { id: id.to_owned(), draft, options: WriteOptions::default() }
}

fn green() -> Option<MarkingDraft> {
    Some(MarkingDraft { label: Tlp::Green.code(), releasable_to: Vec::new() })
}

fn item((substance, value, unit): &(&str, &str, Unit)) -> ItemDraft {
    let quantity =
        QuantityDraft { value: (*value).to_owned(), unit: unit.code(), ..QuantityDraft::default() };
    ItemDraft {
        substance: format!("substances/{substance}"),
        quantity: Some(quantity),
        ..ItemDraft::default()
    }
}

/// Records the cases.
///
/// # Errors
/// What the registry returns.
pub async fn record(registry: &Registry, viewer: &Viewer) -> Result<()> {
    for (id, display_name, region) in [
        ("us-dod", "United States Department of Defense", "US"),
        ("mx-sedena", "Mexican Army", "MX"),
        ("mx-semar", "Mexican Navy", "MX"),
    ] {
        let draft = AgencyDraft {
            display_name: display_name.to_owned(),
            region_code: region.to_owned(),
            marking: green(),
            ..AgencyDraft::default()
        };
        registry.create_agency(viewer, create(id, draft)).await?;
    }
    registry.create_sensor(viewer, create("hermosillo-radar", radar())).await?;
    let flight = [
        ("cocaine", "390", Unit::Pound),
        ("crystal-methamphetamine", "425", Unit::Pound),
        ("heroin", "125", Unit::Pound),
        ("fentanyl", "9", Unit::Pound),
    ];
    case(registry, viewer, hermosillo(), &flight).await?;
    case(registry, viewer, colima(), &[("cocaine", "1.1", Unit::Tonne)]).await
}

async fn case(
    registry: &Registry,
    viewer: &Viewer,
    draft: OperationDraft,
    items: &[(&str, &str, Unit)],
) -> Result<()> {
    let (agency, when) = (draft.lead_agency.clone(), draft.when.clone());
    let operation = registry.create_operation(viewer, create("", draft)).await?;
    let seizure = SeizureDraft {
        operation: operation.id.to_string(),
        agency,
        when,
        items: items.iter().map(item).collect(),
        marking: green(),
        ..SeizureDraft::default()
    };
    registry.create_seizure(viewer, create("", seizure)).await?;
    Ok(())
}

fn radar() -> SensorDraft {
    let point = PointDraft { latitude: 29.07, longitude: -110.96, uncertainty_meters: None };
    SensorDraft {
        display_name: "Hermosillo radar".to_owned(),
        sensor_type: SensorType::GroundRadar.code(),
        operator: "agencies/mx-sedena".to_owned(),
        provisions: vec![ProvisionDraft {
            provider: "agencies/us-dod".to_owned(),
            kind: ProvisionKind::Furnished.code(),
            ..ProvisionDraft::default()
        }],
        site: Some(PlaceDraft {
            point: Some(point),
            subdivision_code: "MX-SON".to_owned(),
            ..PlaceDraft::default()
        }),
        marking: green(),
    }
}

fn hermosillo() -> OperationDraft {
    OperationDraft {
        display_name: "Hermosillo flight".to_owned(),
        domain: Domain::Air.code(),
        outcome: Outcome::Seized.code(),
        when: Some("2020-10-15?".to_owned()),
        lead_agency: "agencies/mx-sedena".to_owned(),
        detections: vec![DetectionDraft {
            sensor: "sensors/hermosillo-radar".to_owned(),
            role: DetectionRole::Primary.code(),
            ..DetectionDraft::default()
        }],
        marking: green(),
        ..OperationDraft::default()
    }
}

fn colima() -> OperationDraft {
    OperationDraft {
        display_name: "Colima vessel".to_owned(),
        domain: Domain::Maritime.code(),
        outcome: Outcome::Seized.code(),
        when: Some("2020-10-20?".to_owned()),
        lead_agency: "agencies/mx-semar".to_owned(),
        participants: vec![ParticipantDraft {
            agency: "agencies/mx-semar".to_owned(),
            role: ParticipantRole::Interdiction.code(),
            asset_label: "Navy boats".to_owned(),
            asset_count: Some(6),
        }],
        marking: green(),
        ..OperationDraft::default()
    }
}
