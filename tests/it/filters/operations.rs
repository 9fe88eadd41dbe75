//! Filters of operations on their own fields and on their seizures.

use super::{
    agency, any, contains, dated, during, equals, every, is, meta_fields, names, no_names, none,
    not, prefix, some,
};
use crate::world::{Case, World, case, delete, drafts, labels, nouns::Noun as _, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::{Filter, ItemField, OperationField as F, SeizureField, SubstanceField, WhenMode},
    ids::SubstanceId,
    operations::{Domain, Operation, OperationDraft, Outcome},
    quantities::Unit,
    requests::{Retract, WriteOptions},
    seizures::{Seizure, SeizureDraft},
};

on_both! {
    operations_by_name_and_text: by_texts;
    operations_by_domain_and_outcome: by_codes;
    operations_by_overlapping_and_certain_dates: by_when;
    operations_by_lead_agency: by_lead;
    operations_by_seizures: by_seizures;
    operations_by_seizures_that_count_alone: by_counting_seizures;
    operations_by_what_every_record_has: by_meta;
}

/// A flight of a certain day, a vessel of an uncertain month, and a parcel of which little is known.
async fn fixture(world: &World) -> Vec<Operation> {
    let (us, mx) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let flight = OperationDraft {
        domain: Domain::Air.code(),
        outcome: Outcome::Seized.code(),
        when: Some("2020-10-15".to_owned()),
        lead_agency: "agencies/mx-sedena".to_owned(),
        narrative: "Salió de Culiacán\ny aterrizó.".to_owned(),
        ..drafts::operation("Flight")
    };
    let vessel = OperationDraft {
        domain: Domain::Maritime.code(),
        outcome: Outcome::Scuttled.code(),
        when: Some("2020-10".to_owned()),
        lead_agency: "agencies/us-dod".to_owned(),
        narrative: "Seis lanchas".to_owned(),
        ..drafts::operation("Vessel")
    };
    vec![
        world.add(&mx, flight).await,
        world.add(&us, vessel).await,
        world.add(&mx, drafts::operation("Parcel")).await,
    ]
}

async fn check(world: World, cases: Vec<Case<F>>) {
    fixture(&world).await;
    world.filters::<Operation>(&world.viewer("co-ponal"), cases).await;
}

async fn by_texts(world: World) {
    let made = fixture(&world).await;
    let viewer = world.viewer("co-ponal");
    let id = made[1].id.uuid().to_string();
    world
        .filters::<Operation>(
            &viewer,
            vec![
                case("any of", is(F::Name(names(&[&id]))), &["Vessel"]),
                case("none of", is(F::Name(no_names(&[&id]))), &["Flight", "Parcel"]),
                case("display name equals", is(F::DisplayName(equals("FLIGHT"))), &["Flight"]),
                case("display name begins", is(F::DisplayName(prefix("ves"))), &["Vessel"]),
                case("display name contains", is(F::DisplayName(contains("SEL"))), &["Vessel"]),
                case("narrative contains", is(F::Narrative(contains("CULIACAN\ny"))), &["Flight"]),
                case("narrative begins", is(F::Narrative(prefix("seis "))), &["Vessel"]),
                case("narrative equals", is(F::Narrative(equals("SEIS LANCHAS"))), &["Vessel"]),
            ],
        )
        .await;
}

async fn by_codes(world: World) {
    let domains = |domains: &[Domain]| is(F::Domain(domains.to_vec()));
    let outcomes = |outcomes: &[Outcome]| is(F::Outcome(outcomes.to_vec()));
    check(
        world,
        vec![
            case("domain", domains(&[Domain::Air]), &["Flight"]),
            case(
                "one of two domains",
                domains(&[Domain::Air, Domain::Maritime]),
                &["Flight", "Vessel"],
            ),
            case(
                "another known domain",
                Filter::All(vec![not(domains(&[Domain::Air])), domains(Domain::ALL)]),
                &["Vessel"],
            ),
            case("outcome", outcomes(&[Outcome::Scuttled]), &["Vessel"]),
            case("outcome unless told", outcomes(&[Outcome::Unknown]), &["Parcel"]),
        ],
    )
    .await;
}

async fn by_when(world: World) {
    let overlaps = |date: &str| is(F::When(during(date, WhenMode::Overlaps)));
    let within = |date: &str| is(F::When(during(date, WhenMode::Within)));
    let open = |mut filter: interdiction::domain::filters::WhenFilter, from: bool| {
        if from {
            filter.until_micros = None
        } else {
            filter.from_micros = None
        }
        is(F::When(filter))
    };
    check(
        world,
        vec![
            case("could have been on that day", overlaps("2020-10-15"), &["Flight", "Vessel"]),
            case("could have been on another day", overlaps("2020-10-16"), &["Vessel"]),
            case("certainly was on that day", within("2020-10-15"), &["Flight"]),
            case("certainly was in that month", within("2020-10"), &["Flight", "Vessel"]),
            case("to the first instant", overlaps("2020-10-01T00:00:00Z"), &["Vessel"]),
            case("to the last instant", overlaps("2020-10-31T23:59:59.999999Z"), &["Vessel"]),
            case(
                "from an instant on",
                open(during("2020-10-16", WhenMode::Overlaps), true),
                &["Vessel"],
            ),
            case(
                "up to an instant",
                open(during("2020-10-14", WhenMode::Overlaps), false),
                &["Vessel"],
            ),
            case(
                "certainly from a day on",
                open(during("2020-10-02", WhenMode::Within), true),
                &["Flight"],
            ),
            case(
                "certainly up to a day",
                open(during("2020-10-30", WhenMode::Within), false),
                &["Flight"],
            ),
            case("dated", is(F::When(dated(true))), &["Flight", "Vessel"]),
            case("undated", is(F::When(dated(false))), &["Parcel"]),
        ],
    )
    .await;
}

async fn by_lead(world: World) {
    check(
        world,
        vec![
            case("the lead", is(F::LeadAgency(agency("mx-sedena"))), &["Flight"]),
            case("another lead", is(F::LeadAgency(not(agency("mx-sedena")))), &["Vessel"]),
            case("has one", is(F::HasLeadAgency(true)), &["Flight", "Vessel"]),
            case("has none", is(F::HasLeadAgency(false)), &["Parcel"]),
        ],
    )
    .await;
}

async fn seized(world: &World, under: &Operation, label: &str, substance: &str) -> Seizure {
    let originator = under.meta.originator.as_ref().unwrap().as_str();
    let draft = SeizureDraft {
        operation: under.id.to_string(),
        ..drafts::seizure_of(label, vec![drafts::item(substance, "1", Unit::Kilogram)])
    };
    world.add(&world.viewer(originator), draft).await
}

fn of(substance: &str) -> Filter<SeizureField> {
    let id: Vec<SubstanceId> = vec![SubstanceId::from_stored(substance.to_owned())];
    let under = is(SubstanceField::Under(id));
    is(SeizureField::Items(some(is(ItemField::Substance(under)))))
}

async fn by_seizures(world: World) {
    let made = fixture(&world).await;
    seized(&world, &made[0], "a", "heroin-brown").await;
    seized(&world, &made[0], "b", "cocaine").await;
    seized(&world, &made[1], "c", "cocaine").await;
    world
        .filters::<Operation>(
            &world.viewer("co-ponal"),
            vec![
                case("some", is(F::Seizures(some(of("heroin")))), &["Flight"]),
                case("any at all", is(F::Seizures(some(any()))), &["Flight", "Vessel"]),
                case("none", is(F::Seizures(none(of("heroin")))), &["Vessel", "Parcel"]),
                case("none at all", is(F::Seizures(none(any()))), &["Parcel"]),
                case("every", is(F::Seizures(every(of("cocaine")))), &["Vessel", "Parcel"]),
            ],
        )
        .await;
}

async fn by_counting_seizures(world: World) {
    let made = fixture(&world).await;
    let viewer = world.viewer("mx-sedena");
    let first = seized(&world, &made[0], "a", "heroin").await;
    let second = seized(&world, &made[2], "b", "heroin").await;
    let third = seized(&world, &made[1], "c", "heroin").await;
    let retract = Retract {
        name: first.id.to_string(),
        reason: "wrong".to_owned(),
        etag: String::new(),
        options: WriteOptions::default(),
    };
    world.registry.retract_seizure(&viewer, retract).await.unwrap();
    Seizure::delete(&world.registry, &viewer, delete(&second)).await.unwrap();
    let found = world.list::<Operation>(&viewer, is(F::Seizures(some(any())))).await;
    assert_eq!(labels(&found), ["Vessel"]);
    assert_eq!(world.see(&viewer, &third).await.body.operation, Some(made[1].id));
}

async fn by_meta(world: World) {
    let mut made = fixture(&world).await;
    let viewer = world.viewer("mx-sedena");
    let draft = drafts::operation("Flight");
    made[0] = world.change(&viewer, &made[0], &["display_name"], draft).await.unwrap();
    let labels = ["Flight", "Vessel", "Parcel"];
    for (name, field, passes) in meta_fields([&made[0].meta, &made[1].meta, &made[2].meta]) {
        let passes: Vec<&str> = passes.iter().map(|i| labels[*i]).collect();
        world.filters::<Operation>(&viewer, vec![case(name, is(F::Meta(field)), &passes)]).await;
    }
}
