//! Sensors: what is kept, provisions, and who keeps them.

use crate::world::{
    World, create, draft_of,
    drafts::{agency, full_sensor, provision, red, sensor},
    nouns::Noun as _,
    on_both, with_roles,
};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    codes::Code as _,
    errors::Kind,
    filters::Filter,
    sensors::{ProvisionDraft, ProvisionKind, Sensor, SensorDraft, SensorType},
    viewers::Role,
};

on_both! {
    keeps_every_field_of_a_sensor: every_field;
    keeps_every_type_of_sensor: every_type;
    keeps_every_kind_of_provision_in_order: every_provision;
    keeps_the_least_sensor: least;
    an_update_replaces_provisions_whole: provisions;
    a_hidden_provider_and_operator_read_as_unknown: hidden_agencies;
    a_sensor_keeps_what_its_originator_no_longer_sees: hidden_kept;
    provisions_must_name_known_agencies: absent_provider;
    a_sensor_needs_a_name_and_a_type: required;
    a_sensor_id_is_taken_once: taken;
    only_administrators_keep_sensors: roles;
}

async fn every_field(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Sensor = world.add_as(&viewer, "radar", full_sensor()).await;
    assert_eq!(draft_of(&made), full_sensor());
    assert_eq!(world.see(&viewer, &made).await, made);
    assert_eq!(world.list::<Sensor>(&viewer, Filter::default()).await, [made]);
}

async fn every_type(world: World) {
    let viewer = world.viewer("mx-sedena");
    for sensor_type in SensorType::ALL {
        let id = sensor_type.name().to_ascii_lowercase().replace('_', "-");
        let made: Sensor = world.add_as(&viewer, &id, sensor("Sensor", *sensor_type)).await;
        assert_eq!(world.see(&viewer, &made).await.body.sensor_type, *sensor_type);
    }
}

async fn every_provision(world: World) {
    let viewer = world.viewer("mx-sedena");
    let kinds = [4, 1, 3, 2, 2].map(|code| ProvisionKind::from_code(code).unwrap());
    let provisions = kinds.iter().map(|kind| provision("us-dod", *kind)).collect();
    let draft = SensorDraft { provisions, ..sensor("Radar", SensorType::GroundRadar) };
    let made: Sensor = world.add_as(&viewer, "radar", draft).await;
    let read = world.see(&viewer, &made).await;
    let read: Vec<ProvisionKind> = read.body.provisions.iter().map(|one| one.kind).collect();
    assert_eq!(read, kinds);
}

async fn least(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Sensor = world.add_as(&viewer, "dog", sensor("Dog", SensorType::Canine)).await;
    assert!(made.body.operator.is_none() && made.body.site.is_none());
    assert_eq!(made.body.provisions, []);
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn provisions(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Sensor = world.add_as(&viewer, "radar", full_sensor()).await;
    let draft = SensorDraft {
        provisions: vec![provision("co-ponal", ProvisionKind::Loaned)],
        ..SensorDraft::default()
    };
    let changed = world.change(&viewer, &made, &["provisions"], draft).await.unwrap();
    assert_eq!(changed.body.provisions.len(), 1);
    assert_eq!(changed.body.site, made.body.site);
    assert_eq!(world.see(&viewer, &made).await, changed);
}

async fn hidden_agencies(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let draft = AgencyDraft { marking: red(), ..agency("Secret") };
    let secret: Agency = world.add_as(&viewer, "secret", draft).await;
    let draft = SensorDraft {
        operator: secret.id.to_string(),
        provisions: vec![
            provision("us-dod", ProvisionKind::Owned),
            provision("secret", ProvisionKind::Loaned),
        ],
        ..sensor("Radar", SensorType::GroundRadar)
    };
    let made: Sensor = world.add_as(&viewer, "radar", draft).await;
    let seen = world.see(&other, &made).await;
    assert_eq!(seen.body.operator, None);
    let providers: Vec<_> = seen.body.provisions.iter().map(|one| &one.provider).collect();
    assert_eq!(providers, [&Some(other.agency), &None]);
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn hidden_kept(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let theirs: Agency = world.add_as(&other, "theirs", agency("Theirs")).await;
    let draft =
        SensorDraft { operator: theirs.id.to_string(), ..sensor("Radar", SensorType::GroundRadar) };
    let made: Sensor = world.add_as(&viewer, "radar", draft).await;
    let hide = AgencyDraft { marking: red(), ..agency("") };
    world.change(&other, &theirs, &["marking"], hide).await.unwrap();
    assert_eq!(world.see(&viewer, &made).await.body.operator, None);
    let renamed = sensor("Renamed", SensorType::Aerostat);
    world.change(&viewer, &made, &["display_name"], renamed).await.unwrap();
    assert_eq!(world.see(&other, &made).await.body.operator, Some(theirs.id));
}

async fn absent_provider(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = SensorDraft {
        provisions: vec![
            provision("us-dod", ProvisionKind::Owned),
            provision("nobody", ProvisionKind::Owned),
        ],
        operator: "agencies/no-one".to_owned(),
        ..sensor("Radar", SensorType::GroundRadar)
    };
    let refused = Sensor::create(&world.registry, &viewer, create("radar", draft)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    let fields: Vec<&str> = refused.violations.iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["sensor.operator", "sensor.provisions[1].provider"]);
}

async fn required(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft =
        SensorDraft { provisions: vec![ProvisionDraft::default()], ..SensorDraft::default() };
    let refused = Sensor::create(&world.registry, &viewer, create("", draft)).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Invalid);
    let fields: Vec<&str> = refused.violations.iter().map(|v| v.field.as_str()).collect();
    let wanted = [
        "sensor_id",
        "sensor.display_name",
        "sensor.provisions[0].provider",
        "sensor.provisions[0].kind",
        "sensor.type",
    ];
    assert_eq!(fields, wanted);
}

async fn taken(world: World) {
    let viewer = world.viewer("mx-sedena");
    let _made: Sensor = world.add_as(&viewer, "radar", full_sensor()).await;
    let again = create("radar", sensor("Another", SensorType::Canine));
    let refused = Sensor::create(&world.registry, &viewer, again).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::AlreadyExists, "ID_TAKEN"));
    assert_eq!(refused.violations[0].field, "sensor_id");
}

async fn roles(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Sensor = world.add_as(&viewer, "radar", full_sensor()).await;
    for role in [Role::Reader, Role::Contributor, Role::Steward] {
        let lesser = with_roles(&viewer, &[role]);
        let request = create("dog", sensor("Dog", SensorType::Canine));
        let refused = Sensor::create(&world.registry, &lesser, request).await.unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "ROLE_REQUIRED"));
        assert_eq!(world.remove(&lesser, &made).await.unwrap_err().reason, "ROLE_REQUIRED");
        assert_eq!(world.see(&lesser, &made).await, made);
    }
}
