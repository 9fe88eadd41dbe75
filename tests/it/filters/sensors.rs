//! Filters of sensors.

use super::{
    agency, any, contains, dated, during, equals, every, is, meta_fields, names, no_names, none,
    not, prefix, some,
};
use crate::world::{Case, World, case, drafts, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::{DetectionField, Filter, OperationField, ProvisionField, SensorField as F, WhenMode},
    operation_parts::DetectionRole,
    operations::{Domain, Operation, OperationDraft},
    sensors::{ProvisionDraft, ProvisionKind, Sensor, SensorDraft, SensorType},
};

on_both! {
    sensors_by_name_text_and_type: by_own_fields;
    sensors_by_operator: by_operator;
    sensors_by_provisions: by_provisions;
    sensors_by_detections: by_detections;
    sensors_by_what_every_record_has: by_meta;
}

/// A furnished radar, an aerostat without provisions, and a dog that nobody operates.
async fn fixture(world: &World) -> Vec<Sensor> {
    let (us, mx) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let radar = SensorDraft {
        operator: "agencies/mx-sedena".to_owned(),
        provisions: vec![
            ProvisionDraft {
                from: Some("2015".to_owned()),
                until: Some("2020-06".to_owned()),
                ..drafts::provision("us-dod", ProvisionKind::Furnished)
            },
            drafts::provision("mx-sedena", ProvisionKind::Owned),
        ],
        ..drafts::sensor("Radar de Peñasco", SensorType::GroundRadar)
    };
    let aerostat = SensorDraft {
        operator: "agencies/us-dod".to_owned(),
        ..drafts::sensor("Aeróstato", SensorType::Aerostat)
    };
    let dog = SensorDraft {
        provisions: vec![drafts::provision("co-ponal", ProvisionKind::Owned)],
        ..drafts::sensor("Rex", SensorType::Canine)
    };
    vec![
        world.add_as(&mx, "radar", radar).await,
        world.add_as(&us, "aerostat", aerostat).await,
        world.add_as(&mx, "dog", dog).await,
    ]
}

async fn check(world: World, cases: Vec<Case<F>>) {
    fixture(&world).await;
    world.filters::<Sensor>(&world.viewer("co-ponal"), cases).await;
}

async fn by_own_fields(world: World) {
    let types = |types: &[SensorType]| is(F::Type(types.to_vec()));
    check(
        world,
        vec![
            case("any of", is(F::Name(names(&["dog", "absent"]))), &["dog"]),
            case("none of", is(F::Name(no_names(&["dog"]))), &["radar", "aerostat"]),
            case("name equals", is(F::DisplayName(equals("AEROSTATO"))), &["aerostat"]),
            case("name begins", is(F::DisplayName(prefix("radar DE"))), &["radar"]),
            case("name contains", is(F::DisplayName(contains("penas"))), &["radar"]),
            case("type", types(&[SensorType::GroundRadar]), &["radar"]),
            case("types", types(&[SensorType::Canine, SensorType::Aerostat]), &["aerostat", "dog"]),
        ],
    )
    .await;
}

async fn by_operator(world: World) {
    check(
        world,
        vec![
            case("the operator", is(F::Operator(agency("us-dod"))), &["aerostat"]),
            case("another operator", is(F::Operator(not(agency("us-dod")))), &["radar"]),
            case("any operator", is(F::Operator(any())), &["radar", "aerostat"]),
            case("has one", is(F::HasOperator(true)), &["radar", "aerostat"]),
            case("has none", is(F::HasOperator(false)), &["dog"]),
        ],
    )
    .await;
}

async fn by_provisions(world: World) {
    let by = |id: &str| is(ProvisionField::Provider(agency(id)));
    let kind = |kind: ProvisionKind| is(ProvisionField::Kind(vec![kind]));
    let furnished_by = |id: &str| Filter::All(vec![by(id), kind(ProvisionKind::Furnished)]);
    let provisions = F::Provisions;
    let provided = |field| is(provisions(some(is(field))));
    let within = |date: &str| during(date, WhenMode::Within);
    check(
        world,
        vec![
            case("some by provider", is(provisions(some(by("us-dod")))), &["radar"]),
            case(
                "some of a kind",
                is(provisions(some(kind(ProvisionKind::Owned)))),
                &["radar", "dog"],
            ),
            case("both of one provision", is(provisions(some(furnished_by("us-dod")))), &["radar"]),
            case("begins", provided(ProvisionField::From(within("2014/2016"))), &["radar"]),
            case("begins unknown", provided(ProvisionField::From(dated(false))), &["radar", "dog"]),
            case("ends", provided(ProvisionField::Until(within("2020"))), &["radar"]),
            case("without end", provided(ProvisionField::Until(dated(false))), &["radar", "dog"]),
            case("any at all", is(provisions(some(any()))), &["radar", "dog"]),
            case("none of a kind", is(provisions(none(kind(ProvisionKind::Owned)))), &["aerostat"]),
            case("none at all", is(provisions(none(any()))), &["aerostat"]),
            case(
                "every, and where there are none",
                is(provisions(every(by("co-ponal")))),
                &["aerostat", "dog"],
            ),
        ],
    )
    .await;
}

async fn by_detections(world: World) {
    fixture(&world).await;
    let viewer = world.viewer("us-dod");
    let case_of = |name: &str, domain: Domain, sensors: &[(&str, DetectionRole)]| OperationDraft {
        domain: domain.code(),
        detections: sensors.iter().map(|(id, role)| drafts::detection(id, *role)).collect(),
        ..drafts::operation(name)
    };
    use DetectionRole::{Primary, Tracking};
    let flight = case_of("flight", Domain::Air, &[("radar", Primary), ("aerostat", Tracking)]);
    let boat = case_of("boat", Domain::Maritime, &[("aerostat", Primary)]);
    let gone = case_of("gone", Domain::Land, &[("dog", Primary)]);
    let _flight: Operation = world.add(&viewer, flight).await;
    let _boat: Operation = world.add(&viewer, boat).await;
    let gone: Operation = world.add(&viewer, gone).await;
    world.remove(&viewer, &gone).await.unwrap();
    let role = |role: DetectionRole| is(DetectionField::Role(vec![role]));
    let domain = |domain: Domain| {
        let filter = is(OperationField::Domain(vec![domain]));
        is(DetectionField::Operation(Box::new(filter)))
    };
    world
        .filters::<Sensor>(
            &viewer,
            vec![
                case("some by role", is(F::Detections(some(role(Tracking)))), &["aerostat"]),
                case(
                    "some by operation",
                    is(F::Detections(some(domain(Domain::Air)))),
                    &["radar", "aerostat"],
                ),
                case(
                    "of a deleted operation there are none",
                    is(F::Detections(some(any()))),
                    &["radar", "aerostat"],
                ),
                case("none", is(F::Detections(none(domain(Domain::Maritime)))), &["radar", "dog"]),
                case("every", is(F::Detections(every(role(Primary)))), &["radar", "dog"]),
            ],
        )
        .await;
}

async fn by_meta(world: World) {
    let mut made = fixture(&world).await;
    let viewer = world.viewer("mx-sedena");
    let draft = drafts::sensor("Radar", SensorType::GroundRadar);
    made[0] = world.change(&viewer, &made[0], &["display_name"], draft).await.unwrap();
    let labels = ["radar", "aerostat", "dog"];
    for (name, field, passes) in meta_fields([&made[0].meta, &made[1].meta, &made[2].meta]) {
        let passes: Vec<&str> = passes.iter().map(|i| labels[*i]).collect();
        world.filters::<Sensor>(&viewer, vec![case(name, is(F::Meta(field)), &passes)]).await;
    }
}
