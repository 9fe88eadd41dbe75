//! Filters on places: codes, texts, boxes and circles; on seizures, and on the sites of sensors.

use super::{any, anywhere, contains, equals, is, known, none_of, one_of, prefix};
use crate::world::{Case, World, case, drafts, labels, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::{
        BoundingBox, Circle, EARTH_RADIUS_KILOMETERS, Filter, OperationField, PlaceFilter,
        SeizureField as F, SensorField,
    },
    operations::{Operation, OperationDraft},
    places::{AdministrativeCode, PlaceDraft, PlaceKind},
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
};

on_both! {
    seizures_by_kind_of_place: by_kind;
    seizures_by_region_and_subdivision: by_region;
    seizures_by_administrative_code_and_port: by_codes;
    seizures_by_text_of_place: by_text;
    seizures_by_point: by_point;
    seizures_in_a_box: in_box;
    seizures_in_a_box_across_the_antimeridian: across;
    seizures_in_a_circle: in_circle;
    seizures_in_a_circle_around_a_pole: around_pole;
    sensors_and_operations_by_place: other_records;
}

async fn at(world: &World, places: Vec<(&str, Option<PlaceDraft>)>) {
    for (label, place) in places {
        let draft = SeizureDraft { place, ..drafts::seizure(label) };
        let _made: Seizure = world.add(&world.viewer("mx-sedena"), draft).await;
    }
}

async fn check(world: World, places: Vec<(&str, Option<PlaceDraft>)>, cases: Vec<Case<F>>) {
    at(&world, places).await;
    world.filters::<Seizure>(&world.viewer("co-ponal"), cases).await;
}

fn place(filter: PlaceFilter) -> Filter<F> {
    is(F::Place(Box::new(filter)))
}

fn of_kind(kind: PlaceKind) -> PlaceDraft {
    PlaceDraft { kind: kind.code(), ..PlaceDraft::default() }
}

async fn by_kind(world: World) {
    let mexico = PlaceDraft { region_code: "MX".to_owned(), ..PlaceDraft::default() };
    let places = vec![
        ("mx", Some(mexico)),
        ("sea", Some(of_kind(PlaceKind::HighSeas))),
        ("unknown", Some(of_kind(PlaceKind::Unknown))),
        ("untold", None),
    ];
    let kinds = |kinds: &[PlaceKind]| place(PlaceFilter { kinds: kinds.to_vec(), ..anywhere() });
    check(
        world,
        places,
        vec![
            case("national, as its region says", kinds(&[PlaceKind::National]), &["mx"]),
            case("the high seas", kinds(&[PlaceKind::HighSeas]), &["sea"]),
            case("either", kinds(&[PlaceKind::HighSeas, PlaceKind::Unknown]), &["sea", "unknown"]),
        ],
    )
    .await;
}

async fn by_region(world: World) {
    let places = vec![
        ("sonora", Some(drafts::in_subdivision("MX-SON"))),
        ("mexico", Some(drafts::in_region("MX"))),
        ("arizona", Some(drafts::in_subdivision("US-AZ"))),
        ("sea", Some(of_kind(PlaceKind::HighSeas))),
        ("untold", None),
    ];
    let region = |code| place(PlaceFilter { region_code: Some(code), ..anywhere() });
    let part = |code| place(PlaceFilter { subdivision_code: Some(code), ..anywhere() });
    check(
        world,
        places,
        vec![
            case("region", region(one_of(&["MX"])), &["sonora", "mexico"]),
            case("another known region", region(none_of(&["MX"])), &["arizona"]),
            case("known region", region(known(true)), &["sonora", "mexico", "arizona"]),
            case("unknown region", region(known(false)), &["sea", "untold"]),
            case("subdivision", part(one_of(&["MX-SON", "CO-ANT"])), &["sonora"]),
            case("another known subdivision", part(none_of(&["MX-SON"])), &["arizona"]),
            case("unknown subdivision", part(known(false)), &["mexico", "sea", "untold"]),
        ],
    )
    .await;
}

async fn by_codes(world: World) {
    let coded = |scheme: &str, code: &str| PlaceDraft {
        administrative_code: Some(AdministrativeCode {
            scheme: scheme.to_owned(),
            code: code.to_owned(),
        }),
        ..PlaceDraft::default()
    };
    let port = PlaceDraft { unlocode: "MXZLO".to_owned(), ..PlaceDraft::default() };
    let places = vec![
        ("dane", Some(coded("DANE", "05001"))),
        ("inegi", Some(coded("INEGI", "05001"))),
        ("port", Some(port)),
        ("untold", None),
    ];
    let scheme = |code| place(PlaceFilter { administrative_scheme: Some(code), ..anywhere() });
    let code = |code| place(PlaceFilter { administrative_code: Some(code), ..anywhere() });
    let unlocode = |code| place(PlaceFilter { unlocode: Some(code), ..anywhere() });
    let both = PlaceFilter {
        administrative_scheme: Some(one_of(&["DANE"])),
        administrative_code: Some(one_of(&["05001"])),
        ..anywhere()
    };
    check(
        world,
        places,
        vec![
            case("scheme", scheme(one_of(&["DANE"])), &["dane"]),
            case("code", code(one_of(&["05001"])), &["dane", "inegi"]),
            case("both", place(both), &["dane"]),
            case("known code", code(known(true)), &["dane", "inegi"]),
            case("no code", code(known(false)), &["port", "untold"]),
            case("another scheme", scheme(none_of(&["DANE"])), &["inegi"]),
            case("port", unlocode(one_of(&["MXZLO"])), &["port"]),
            case("no port", unlocode(known(false)), &["dane", "inegi", "untold"]),
        ],
    )
    .await;
}

async fn by_text(world: World) {
    let told = |text: &str| PlaceDraft { text: text.to_owned(), ..PlaceDraft::default() };
    let places = vec![
        ("a", Some(told("Puerto Peñasco, Sonora"))),
        ("b", Some(told("PUERTO de Manzanillo"))),
        ("c", None),
    ];
    let text = |filter| place(PlaceFilter { text: Some(filter), ..anywhere() });
    check(
        world,
        places,
        vec![
            case("equals", text(equals("puerto penasco, SONORA")), &["a"]),
            case("begins", text(prefix("Puerto")), &["a", "b"]),
            case("contains", text(contains("ñasco")), &["a"]),
        ],
    )
    .await;
}

async fn by_point(world: World) {
    let places = vec![
        ("point", Some(drafts::point(0.0, 0.0))),
        ("region", Some(drafts::in_region("MX"))),
        ("untold", None),
    ];
    let has = |has| place(PlaceFilter { has_point: Some(has), ..anywhere() });
    check(
        world,
        places,
        vec![
            case("a point is known", has(true), &["point"]),
            case("no point is known", has(false), &["region", "untold"]),
        ],
    )
    .await;
}

fn within(south: f64, west: f64, north: f64, east: f64) -> Filter<F> {
    let within_box = Some(BoundingBox { south, west, north, east });
    place(PlaceFilter { within_box, ..anywhere() })
}

async fn in_box(world: World) {
    let places = vec![
        ("hermosillo", Some(drafts::point(29.07, -110.96))),
        ("nogales", Some(drafts::point(31.31, -110.94))),
        ("colima", Some(drafts::point(18.9, -104.5))),
        ("untold", Some(drafts::in_subdivision("MX-SON"))),
    ];
    check(
        world,
        places,
        vec![
            case("in", within(28.0, -112.0, 32.0, -110.0), &["hermosillo", "nogales"]),
            case(
                "borders are in",
                within(29.07, -110.96, 31.31, -110.94),
                &["hermosillo", "nogales"],
            ),
            case("a hair too small", within(29.07, -110.96, 31.309_999, -110.94), &["hermosillo"]),
            case(
                "the whole earth",
                within(-90.0, -180.0, 90.0, 180.0),
                &["hermosillo", "nogales", "colima"],
            ),
        ],
    )
    .await;
}

async fn across(world: World) {
    let places = vec![
        ("fiji", Some(drafts::point(-17.7, 178.0))),
        ("samoa", Some(drafts::point(-13.8, -172.1))),
        ("line", Some(drafts::point(0.0, 180.0))),
        ("lima", Some(drafts::point(-12.0, -77.0))),
    ];
    check(
        world,
        places,
        vec![
            case("across", within(-20.0, 170.0, 5.0, -170.0), &["fiji", "samoa", "line"]),
            case("not across", within(-20.0, -170.0, 5.0, 170.0), &["lima"]),
        ],
    )
    .await;
}

fn around(latitude: f64, longitude: f64, radius_kilometers: f64) -> Filter<F> {
    let within_circle = Some(Circle { latitude, longitude, radius_kilometers });
    place(PlaceFilter { within_circle, ..anywhere() })
}

async fn in_circle(world: World) {
    let places = vec![
        ("hermosillo", Some(drafts::point(29.07, -110.96))),
        ("nogales", Some(drafts::point(31.31, -110.94))),
        ("fiji", Some(drafts::point(-17.7, 179.9))),
        ("untold", None),
    ];
    // One degree of a meridian is R * pi / 180 = 111.195 km; 2.24 degrees are 249.08 km.
    let degree = EARTH_RADIUS_KILOMETERS.to_radians();
    check(
        world,
        places,
        vec![
            case("at the centre", around(29.07, -110.96, 0.001), &["hermosillo"]),
            case("wide enough", around(29.07, -110.96, 2.241 * degree), &["hermosillo", "nogales"]),
            case("a hair too small", around(29.07, -110.96, 2.239 * degree), &["hermosillo"]),
            case("across the antimeridian", around(-17.7, -179.9, 0.21 * degree), &["fiji"]),
            case(
                "half the earth",
                around(29.07, -110.96, 20_016.0),
                &["hermosillo", "nogales", "fiji"],
            ),
        ],
    )
    .await;
}

async fn around_pole(world: World) {
    let places = vec![
        ("near", Some(drafts::point(89.0, 10.0))),
        ("beyond", Some(drafts::point(89.0, -170.0))),
        ("far", Some(drafts::point(60.0, 10.0))),
    ];
    let degree = EARTH_RADIUS_KILOMETERS.to_radians();
    check(
        world,
        places,
        vec![
            case("over the pole", around(89.5, 10.0, 1.6 * degree), &["near", "beyond"]),
            case("this side of it", around(89.5, 10.0, 1.4 * degree), &["near"]),
        ],
    )
    .await;
}

async fn other_records(world: World) {
    let viewer = world.viewer("mx-sedena");
    for (id, site) in [("sonora", "MX-SON"), ("arizona", "US-AZ")] {
        let site = Some(drafts::in_subdivision(site));
        let sensor = SensorDraft { site: site.clone(), ..drafts::sensor(id, SensorType::Acoustic) };
        let _made: Sensor = world.add_as(&viewer, id, sensor).await;
        let operation = OperationDraft { place: site, ..drafts::operation(id) };
        let _made: Operation = world.add(&viewer, operation).await;
    }
    let filter = || Box::new(PlaceFilter { region_code: Some(one_of(&["MX"])), ..anywhere() });
    let found = world.list::<Sensor>(&viewer, is(SensorField::Site(filter()))).await;
    assert_eq!(labels(&found), ["sonora"]);
    let found = world.list::<Operation>(&viewer, is(OperationField::Place(filter()))).await;
    assert_eq!(labels(&found), ["sonora"]);
    assert_eq!(world.list::<Sensor>(&viewer, any()).await.len(), 2);
}
