//! The use cases, over real cases.

use crate::world::{World, on_both};
use interdiction::domain::{
    agencies::AgencyDraft,
    codes::Code as _,
    errors::Kind,
    filters::{DetectionField, Filter, OperationField, Quantified, SeizureField, SensorField},
    markings::{MarkingDraft, Tlp},
    operation_parts::{DetectionDraft, DetectionRole},
    operations::{Operation, OperationDraft},
    pages::{List, PageSize, check_order, coded_term},
    places::{PlaceDraft, PointDraft},
    quantities::Unit,
    requests::{Create, Delete, Retract, Update, WriteOptions},
    seizures::{ItemDraft, QuantityDraft, Seizure, SeizureDraft, SeizureState},
    sensors::{ProvisionDraft, ProvisionKind, SensorDraft, SensorType},
    viewers::Viewer,
};

on_both! {
    records_the_hermosillo_case_and_reads_it_back_exactly: hermosillo;
    a_hidden_seizure_answers_as_an_absent_one: hidden;
    a_request_id_has_one_effect: idempotent;
    an_update_sets_what_the_mask_names: update;
    pages_hold_every_record_once: pages;
    a_retracted_seizure_is_listed_no_more: retract;
}

fn marked(label: Tlp, releasable_to: &[&str]) -> Option<MarkingDraft> {
    let releasable_to = releasable_to.iter().map(ToString::to_string).collect();
    Some(MarkingDraft { label: label.code(), releasable_to })
}

fn create<D>(id: &str, draft: D) -> Create<D> {
    Create { id: id.to_owned(), draft, options: WriteOptions::default() }
}

fn item(substance: &str, value: &str, unit: Unit) -> ItemDraft {
    ItemDraft {
        substance: format!("substances/{substance}"),
        quantity: Some(QuantityDraft {
            value: value.to_owned(),
            unit: unit.code(),
            ..QuantityDraft::default()
        }),
        ..ItemDraft::default()
    }
}

fn seizure(items: Vec<ItemDraft>) -> SeizureDraft {
    SeizureDraft { items, marking: marked(Tlp::Green, &[]), ..SeizureDraft::default() }
}

async fn radar(world: &World, viewer: &Viewer) {
    let draft = SensorDraft {
        display_name: "Radar de Hermosillo".to_owned(),
        sensor_type: SensorType::GroundRadar.code(),
        operator: "agencies/mx-sedena".to_owned(),
        provisions: vec![ProvisionDraft {
            provider: "agencies/us-dod".to_owned(),
            kind: ProvisionKind::Furnished.code(),
            from: Some("2018".to_owned()),
            until: None,
        }],
        site: Some(PlaceDraft {
            point: Some(PointDraft {
                latitude: 29.07,
                longitude: -110.96,
                uncertainty_meters: None,
            }),
            subdivision_code: "MX-SON".to_owned(),
            ..PlaceDraft::default()
        }),
        marking: marked(Tlp::Green, &[]),
    };
    let made = world.registry.create_sensor(viewer, create("hermosillo-radar", draft)).await;
    let read = world.registry.get_sensor(viewer, "sensors/hermosillo-radar").await;
    assert_eq!(made.unwrap(), read.unwrap());
}

async fn flight(world: &World, viewer: &Viewer) -> (Operation, Seizure) {
    radar(world, viewer).await;
    let draft = OperationDraft {
        display_name: "Hermosillo flight".to_owned(),
        when: Some("2020-10-15?".to_owned()),
        lead_agency: "agencies/mx-sedena".to_owned(),
        detections: vec![DetectionDraft {
            sensor: "sensors/hermosillo-radar".to_owned(),
            role: DetectionRole::Primary.code(),
            when: Some("2020-10-15?".to_owned()),
            ..DetectionDraft::default()
        }],
        marking: marked(Tlp::Green, &[]),
        ..OperationDraft::default()
    };
    let operation = world.registry.create_operation(viewer, create("", draft)).await.unwrap();
    let mut draft = seizure(vec![
        item("cocaine", "390", Unit::Pound),
        item("crystal-methamphetamine", "425", Unit::Pound),
        item("heroin", "125", Unit::Pound),
        item("fentanyl", "9", Unit::Pound),
    ]);
    draft.operation = operation.id.to_string();
    draft.agency = "agencies/mx-sedena".to_owned();
    draft.when = Some("2020-10-15?".to_owned());
    let seizure = world.registry.create_seizure(viewer, create("", draft)).await.unwrap();
    (operation, seizure)
}

fn all<F, S>() -> List<F, S> {
    List {
        filter: Filter::default(),
        order: Vec::new(),
        show_deleted: false,
        show_inactive: false,
        page_size: PageSize::check(0, &mut Default::default()),
        page_token: String::new(),
    }
}

async fn hermosillo(world: World) {
    let viewer = world.viewer("mx-sedena");
    let (operation, made) = flight(&world, &viewer).await;
    let read = world.registry.get_seizure(&viewer, &made.id.to_string()).await.unwrap();
    assert_eq!(made, read);
    let read = world.registry.get_operation(&viewer, &operation.id.to_string()).await.unwrap();
    assert_eq!(operation, read);
    let quantities: Vec<(&str, i64)> = made
        .body
        .items
        .iter()
        .map(|item| {
            let quantity = item.quantity.as_ref().unwrap();
            (quantity.amount.as_str(), quantity.normalized)
        })
        .collect();
    assert_eq!(
        quantities,
        [
            ("390", 176_901_024_300),
            ("425", 192_776_757_250),
            ("125", 56_699_046_250),
            ("9", 4_082_331_330),
        ]
    );
    assert_eq!(made.body.total_mass_micrograms(), Some(430_459_159_130));
    let other = seizure(vec![item("cocaine", "1.1", Unit::Tonne)]);
    world.registry.create_seizure(&viewer, create("", other)).await.unwrap();
    let detected = Quantified {
        some: Some(Box::new(Filter::Is(DetectionField::Sensor(Box::new(Filter::Is(
            SensorField::Type(vec![SensorType::GroundRadar]),
        )))))),
        none: None,
        every: None,
    };
    let filter = Filter::Is(SeizureField::Operation(Box::new(Filter::Is(
        OperationField::Detections(detected),
    ))));
    let page = world.registry.list_seizures(&viewer, List { filter, ..all() }).await.unwrap();
    assert_eq!(page.records, [made]);
    let everything = world.registry.list_seizures(&viewer, all()).await.unwrap();
    assert_eq!(everything.records.len(), 2);
}

async fn hidden(world: World) {
    let (mine, theirs) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let absent = "seizures/01890a5d-ac96-774b-bcce-b302099a8057";
    let draft = SeizureDraft {
        marking: marked(Tlp::Amber, &["CO"]),
        ..seizure(vec![item("heroin", "1", Unit::Kilogram)])
    };
    let made = world.registry.create_seizure(&mine, create("", draft)).await.unwrap();
    let name = made.id.to_string();
    let shown = world.registry.get_seizure(&world.viewer("co-ponal"), &name).await.unwrap();
    assert_eq!(shown, made);
    let hidden = world.registry.get_seizure(&theirs, &name).await.unwrap_err();
    let mut missing = world.registry.get_seizure(&theirs, absent).await.unwrap_err();
    missing.message = missing.message.replace(absent, &name);
    missing.resources = vec![name.clone()];
    assert_eq!(hidden, missing);
    let names = [name.clone()];
    let batch = world.registry.batch_get_seizures(&theirs, &names).await.unwrap_err();
    assert_eq!(batch.kind, Kind::NotFound);
    let listed = world.registry.list_seizures(&theirs, all()).await.unwrap();
    assert_eq!(listed.records, []);
    let delete = Delete { name, etag: "\"9\"".to_owned(), options: WriteOptions::default() };
    let refused = world.registry.delete_seizure(&theirs, delete).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
}

async fn idempotent(world: World) {
    let viewer = world.viewer("mx-sedena");
    let mut request = create("", seizure(vec![item("heroin", "1", Unit::Kilogram)]));
    request.options.request_id = "01890a5d-ac96-774b-bcce-b302099a8057".to_owned();
    let copies = (0..8).map(|_| {
        let (registry, viewer, request) = (world.registry.clone(), viewer.clone(), request.clone());
        tokio::spawn(async move { registry.create_seizure(&viewer, request).await.unwrap() })
    });
    let mut answers = Vec::new();
    for copy in copies.collect::<Vec<_>>() {
        answers.push(copy.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let listed = world.registry.list_seizures(&viewer, all()).await.unwrap();
    assert_eq!(listed.records, answers[..1]);
    request.draft.items[0].quantity.as_mut().unwrap().value = "2".to_owned();
    let refused = world.registry.create_seizure(&viewer, request).await.unwrap_err();
    assert_eq!(refused.kind, Kind::AlreadyExists);
    assert_eq!(refused.violations[0].field, "seizure.items[0].quantity.value");
}

async fn update(world: World) {
    let viewer = world.viewer("us-dod");
    let draft = AgencyDraft {
        display_name: "Mexican Navy".to_owned(),
        native_name: "Secretaría de Marina".to_owned(),
        marking: marked(Tlp::Green, &[]),
        ..AgencyDraft::default()
    };
    let made = world.registry.create_agency(&viewer, create("mx-semar", draft)).await.unwrap();
    let change = |etag: String, mask: &[&str]| Update {
        name: "agencies/mx-semar".to_owned(),
        etag,
        update_mask: mask.iter().map(ToString::to_string).collect(),
        draft: AgencyDraft { acronym: "SEMAR".to_owned(), ..AgencyDraft::default() },
        options: WriteOptions::default(),
    };
    let mask = &["acronym", "native_name"];
    let changed = world.registry.update_agency(&viewer, change(made.meta.etag(), mask)).await;
    let changed = changed.unwrap();
    assert_eq!(changed.body.acronym, "SEMAR");
    assert_eq!(changed.body.native_name, "");
    assert_eq!(changed.body.display_name, "Mexican Navy");
    let stale = world.registry.update_agency(&viewer, change(made.meta.etag(), mask)).await;
    assert_eq!(stale.unwrap_err().kind, Kind::Aborted);
    let wrong = world.registry.update_agency(&viewer, change(String::new(), &["colour"])).await;
    assert_eq!(wrong.unwrap_err().violations[0].field, "update_mask.paths[0]");
    let foreign = world.viewer("mx-sedena");
    let denied = world.registry.update_agency(&foreign, change(String::new(), mask)).await;
    assert_eq!(denied.unwrap_err().kind, Kind::PermissionDenied);
}

async fn pages(world: World) {
    let viewer = world.viewer("mx-sedena");
    let mut made = Vec::new();
    for grams in ["3", "1", "2", "1", "5", "1", "4"] {
        let draft = seizure(vec![item("heroin", grams, Unit::Gram)]);
        made.push(world.registry.create_seizure(&viewer, create("", draft)).await.unwrap());
    }
    for (field, direction) in [(0, 1), (1, 1), (1, 2), (2, 2), (3, 1), (4, 1), (4, 2), (5, 1)] {
        let mut violations = Default::default();
        let terms = if field == 0 { vec![] } else { vec![(field, direction)] };
        let order = check_order(&terms, &mut violations, coded_term);
        let mut seen = Vec::new();
        let mut list = List { order, page_size: PageSize::check(2, &mut violations), ..all() };
        loop {
            let page = world.registry.list_seizures(&viewer, list.clone()).await.unwrap();
            seen.extend(page.records);
            if page.next_page_token.is_empty() {
                break;
            }
            list.page_token = page.next_page_token;
        }
        let mut want = made.clone();
        let mass = |s: &Seizure| s.body.total_mass_micrograms();
        match (field, direction) {
            (4, 1) => want.sort_by_key(mass),
            (4, _) => {
                want.reverse();
                want.sort_by_key(|s| std::cmp::Reverse(mass(s)));
            }
            (_, 2) => want.reverse(),
            _ => {}
        }
        assert_eq!(seen, want, "field {field}, direction {direction}");
    }
    let mut list = List { page_size: PageSize::check(2, &mut Default::default()), ..all() };
    list.page_token =
        world.registry.list_seizures(&viewer, list.clone()).await.unwrap().next_page_token;
    list.show_deleted = true;
    let refused = world.registry.list_seizures(&viewer, list).await.unwrap_err();
    assert_eq!(refused.violations[0].field, "page_token");
}

async fn retract(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = seizure(vec![item("heroin", "1", Unit::Kilogram)]);
    let made = world.registry.create_seizure(&viewer, create("", draft)).await.unwrap();
    let request = Retract {
        name: made.id.to_string(),
        reason: "counted twice".to_owned(),
        etag: made.meta.etag(),
        options: WriteOptions::default(),
    };
    let retracted = world.registry.retract_seizure(&viewer, request).await.unwrap();
    assert_eq!(retracted.state, SeizureState::Retracted);
    assert_eq!(world.registry.list_seizures(&viewer, all()).await.unwrap().records, []);
    let shown = List { show_inactive: true, ..all() };
    assert_eq!(world.registry.list_seizures(&viewer, shown).await.unwrap().records, [retracted]);
}
