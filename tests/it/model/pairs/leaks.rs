//! Leaks that are planted into one world of a pair: each shows the asker, in one respect, something
//! that it should not meet. They are real ones, made in the store of that world, and no code of the
//! service knows of them.

use super::worlds::Pair;
use crate::{
    model::draws,
    world::{World, create, drafts, viewer},
};
use interdiction::domain::{
    markings::Tlp,
    operation_parts::DetectionRole,
    operations::{Operation, OperationDraft},
    seizures::SeizureDraft,
    sensors::{Sensor, SensorDraft, SensorType},
};
use sea_orm::ConnectionTrait as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leak {
    /// A seizure whose list names the asker's agency.
    ListedAgency,
    /// An operation whose list names the asker's region.
    ListedRegion,
    /// The type of a sensor that the asker sees, where its name and all else is the same.
    SensorType,
    /// A grant that the store looks at and that no marking gave: what is RED is open to everybody.
    Grant,
    /// External ids that are unique among all originators.
    ExternalIds,
    /// Ids of requests that are unique among all agencies.
    RequestIds,
}

impl Leak {
    pub const ALL: [Self; 6] = [
        Self::ListedAgency,
        Self::ListedRegion,
        Self::SensorType,
        Self::Grant,
        Self::ExternalIds,
        Self::RequestIds,
    ];

    /// Plants it into the second world.
    pub async fn plant(self, pair: &mut Pair, world: &World) {
        let theirs = theirs();
        match self {
            Self::ListedAgency => {
                let marking = drafts::marked(Tlp::AmberStrict, &["agencies/us-dod"]);
                let draft = SeizureDraft { marking, ..drafts::seizure("417") };
                let made = pair.sides[1].registry.create_seizure(&theirs, create("", draft));
                made.await.unwrap();
            }
            Self::ListedRegion => {
                let marking = drafts::marked(Tlp::Amber, &["US"]);
                let draft = OperationDraft { marking, ..drafts::operation("Case") };
                let made = pair.sides[1].registry.create_operation(&theirs, create("", draft));
                made.await.unwrap();
            }
            Self::SensorType => see_another_type(pair).await,
            Self::Grant => {
                let hidden = SeizureDraft { marking: drafts::red(), ..drafts::seizure("417") };
                let made = pair.sides[1].registry.create_seizure(&theirs, create("", hidden));
                made.await.unwrap();
                let opened = "INSERT INTO marking_grants (grantee, marking_id)
                    SELECT '*', id FROM markings WHERE label = 5";
                run(world, opened).await;
            }
            Self::ExternalIds => {
                run(world, "CREATE UNIQUE INDEX leak ON external_ids (scheme, value)").await;
                take_external_ids(pair).await;
            }
            Self::RequestIds => {
                let of_others = "DELETE FROM ledger WHERE request_id IS NOT NULL AND
                    principal_id <> (SELECT id FROM agencies WHERE slug = 'us-dod')";
                run(world, of_others).await;
                run(world, "CREATE UNIQUE INDEX leak ON ledger (request_id)").await;
                for id in super::worlds::REQUEST_IDS {
                    let hidden = SeizureDraft { marking: drafts::red(), ..drafts::seizure(id) };
                    let mut request = create("", hidden);
                    request.options.request_id = id.to_owned();
                    // The asker may have had it first.
                    let _taken = pair.sides[1].registry.create_seizure(&theirs, request).await;
                }
            }
        }
    }

    /// Leaves the store as it was, for the next.
    pub async fn pull_out(self, world: &World) {
        match self {
            Self::ExternalIds | Self::RequestIds => run(world, "DROP INDEX leak").await,
            Self::ListedAgency | Self::ListedRegion | Self::SensorType | Self::Grant => {}
        }
    }
}

fn theirs() -> interdiction::domain::viewers::Viewer {
    viewer("mx-sedena")
}

async fn see_another_type(pair: &mut Pair) {
    pair.tick();
    for (side, sensor_type) in [SensorType::Aerostat, SensorType::Acoustic].into_iter().enumerate()
    {
        let registry = &pair.sides[side].registry;
        let draft = drafts::sensor("Radar", sensor_type);
        let sensor: SensorDraft = SensorDraft { marking: drafts::green(), ..draft };
        let made: Sensor = registry.create_sensor(&theirs(), create("seen", sensor)).await.unwrap();
        let detections = vec![drafts::detection(made.id.as_str(), DetectionRole::Primary)];
        let draft = OperationDraft { detections, ..drafts::operation("Seen") };
        let _made: Operation =
            registry.create_operation(&theirs(), create("", draft)).await.unwrap();
    }
}

/// Hidden seizures of every external id that the asker may come to use.
async fn take_external_ids(pair: &mut Pair) {
    for scheme in draws::SCHEMES {
        for value in draws::VALUES {
            let hidden = SeizureDraft {
                external_ids: vec![drafts::external_id(scheme, value)],
                marking: drafts::red(),
                ..drafts::seizure("")
            };
            // The asker may have had it first.
            let _taken = pair.sides[1].registry.create_seizure(&theirs(), create("", hidden)).await;
        }
    }
}

async fn run(world: &World, sql: &str) {
    let connection = world.connect().await;
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}
