//! What is bad of the parts that several records share. Paths are those within the part; an empty
//! one is the part itself.

use super::records::{Bad, Text};
use interdiction::proto;

/// Texts that are no date.
pub const DATES: &[(&str, &str)] = &[
    ("an empty date", ""),
    ("a blank date", " "),
    ("a date of junk", "yesterday"),
    ("February 30", "2019-02-30"),
    ("February 29 of a common year", "2019-02-29"),
    ("month 13", "2019-13-01"),
    ("month 00", "2019-00-10"),
    ("a month 13 alone", "2019-13"),
    ("day 00", "2019-10-00"),
    ("day 32", "2019-10-32"),
    ("year 0", "0000"),
    ("a day of year 0", "0000-01-01"),
    ("a negative year", "-0001"),
    ("a long year", "Y20190"),
    ("a year of two digits", "19"),
    ("a leap second", "2016-12-31T23:59:60Z"),
    ("hour 24", "2019-10-15T24:00:00Z"),
    ("minute 60", "2019-10-15T14:60:00Z"),
    ("second 61", "2019-10-15T14:30:61Z"),
    ("an offset of 15 hours", "2019-10-15T14:30:00+15:00"),
    ("an offset of minus zero", "2019-10-15T14:30:00-00:00"),
    ("an instant beyond year 9999", "9999-12-31T23:59:59-14:00"),
    ("a blank for the T", "2019-10-15 14:30"),
    ("small letters", "2019-10-15t14:30:00z"),
    ("an interval of years reversed", "2020/2019"),
    ("an interval of days reversed", "2019-10-20/2019-10-15"),
    ("an interval of nothing", "/"),
    ("an interval open at both ends", "../.."),
    ("an interval of three dates", "2019/2020/2021"),
    ("an interval that ends with junk", "2019/x"),
    ("the day first", "15/10/2019"),
    ("no dashes", "20191015"),
    ("single digits", "2019-1-1"),
    ("digits of full width", "２０１９"),
    ("a week", "2019-W42"),
    ("a quarter", "2019-33"),
    ("a duration", "P1M"),
    ("a set", "[2019,2020]"),
    ("two qualifiers", "2019?~"),
    ("a qualifier in front", "?2019"),
    ("NUL in the date", "2019\0"),
    ("a line break in the date", "2019\n"),
    (
        "a date of 65 characters",
        "2019-10-15T14:30:00.000000-07:00/2019-10-15T14:30:00.000000-07:00",
    ),
];

/// Texts that are no amount.
pub const AMOUNTS: &[(&str, &str)] = &[
    ("an empty amount", ""),
    ("a blank amount", " "),
    ("an amount of NaN", "NaN"),
    ("an infinite amount", "Infinity"),
    ("an amount of minus infinity", "-inf"),
    ("a negative amount", "-1"),
    ("an amount of minus zero", "-0"),
    ("an amount with a typographic minus", "\u{2212}1"),
    ("an amount with a plus", "+1"),
    ("an amount with an exponent", "1e3"),
    ("an amount with a capital exponent", "1.5E-3"),
    ("an amount with a decimal comma", "1,5"),
    ("an amount with thousands by commas", "1,500"),
    ("an amount with thousands by points", "1.500.000"),
    ("an amount with thousands by blanks", "1 500"),
    ("an amount with thousands by underscores", "1_500"),
    ("an amount that begins with a point", ".5"),
    ("an amount that ends with a point", "5."),
    ("an amount of a point", "."),
    ("a hexadecimal amount", "0x10"),
    ("an amount of Arabic digits", "١٢"),
    ("an amount of full width", "１２"),
    ("an amount with its unit", "390lb"),
    ("an amount as a fraction", "1/2"),
    ("an amount with NUL", "1\0"),
    ("19 significant digits", "1234567890123456789"),
    ("19 significant digits about a point", "1.234567890123456789"),
    ("41 characters", "00000000000000000000000000000000000000001"),
];

pub const QUANTITIES: &[Bad<proto::Quantity>] = &[
    ("a unit unset", |q| q.unit = 0, &["unit"]),
    ("a bare ton", |q| q.unit = proto::Unit::Ton.into(), &["unit"]),
    (
        "a bare ton and no amount",
        |q| (q.unit, q.value) = (proto::Unit::Ton.into(), String::new()),
        &["unit", "value"],
    ),
    (
        "more tonnes than fit",
        |q| (q.unit, q.value) = (proto::Unit::Tonne.into(), "9223373".to_owned()),
        &["value"],
    ),
    (
        "more cubic metres than fit",
        |q| (q.unit, q.value) = (proto::Unit::CubicMetre.into(), "922337203685477580".to_owned()),
        &["value"],
    ),
    (
        "everything wrong",
        |q| (q.value, q.unit, q.bound, q.basis, q.method) = ("x".to_owned(), 99, 99, 99, 99),
        &["value", "unit", "bound", "basis", "method"],
    ),
];

fn point(latitude: f64, longitude: f64, uncertainty_meters: Option<f64>) -> Option<proto::Point> {
    Some(proto::Point { latitude, longitude, uncertainty_meters })
}

fn code(scheme: &str, code: &str) -> Option<proto::AdministrativeCode> {
    Some(proto::AdministrativeCode { scheme: scheme.to_owned(), code: code.to_owned() })
}

/// Changes of a place in Sonora.
pub const PLACES: &[Bad<proto::Place>] = &[
    ("an empty place", |p| *p = proto::Place::default(), &[""]),
    ("latitude 91", |p| p.point = point(91.0, 0.0, None), &["point.latitude"]),
    ("latitude -90.1", |p| p.point = point(-90.1, 0.0, None), &["point.latitude"]),
    ("longitude 181", |p| p.point = point(0.0, 181.0, None), &["point.longitude"]),
    ("longitude -180.1", |p| p.point = point(0.0, -180.1, None), &["point.longitude"]),
    (
        "coordinates that are NaN",
        |p| p.point = point(f64::NAN, f64::NAN, Some(f64::NAN)),
        &["point.latitude", "point.longitude", "point.uncertainty_meters"],
    ),
    (
        "infinite coordinates",
        |p| p.point = point(f64::INFINITY, f64::NEG_INFINITY, Some(f64::INFINITY)),
        &["point.latitude", "point.longitude", "point.uncertainty_meters"],
    ),
    (
        "negative uncertainty",
        |p| p.point = point(29.0, -110.0, Some(-1.0)),
        &["point.uncertainty_meters"],
    ),
    (
        "uncertainty beyond the earth",
        |p| p.point = point(29.0, -110.0, Some(20_037_509.0)),
        &["point.uncertainty_meters"],
    ),
    ("a region in small letters", |p| region(p, "mx", ""), &["region_code"]),
    ("a region of three letters", |p| region(p, "MEX", ""), &["region_code"]),
    ("a region that is not assigned", |p| region(p, "QQ", ""), &["region_code"]),
    ("UK for GB", |p| region(p, "UK", ""), &["region_code"]),
    ("ZZ for unknown", |p| region(p, "ZZ", ""), &["region_code"]),
    ("a region with NUL", |p| region(p, "M\0", ""), &["region_code"]),
    ("a subdivision alone", |p| region(p, "MX", "SON"), &["subdivision_code"]),
    ("a subdivision in small letters", |p| region(p, "MX", "mx-son"), &["subdivision_code"]),
    ("a subdivision of four letters", |p| region(p, "MX", "MX-SONO"), &["subdivision_code"]),
    ("a subdivision of no region", |p| region(p, "", "QQ-1"), &["subdivision_code"]),
    ("a subdivision of another region", |p| region(p, "US", "MX-SON"), &["subdivision_code"]),
    ("a UN/LOCODE with a blank", |p| p.unlocode = "MX ZLO".to_owned(), &["unlocode"]),
    ("a UN/LOCODE in small letters", |p| p.unlocode = "mxzlo".to_owned(), &["unlocode"]),
    ("a UN/LOCODE of four letters", |p| p.unlocode = "MXZL".to_owned(), &["unlocode"]),
    ("a UN/LOCODE of no region", |p| p.unlocode = "QQZLO".to_owned(), &["unlocode"]),
    ("a UN/LOCODE with the digit 1", |p| p.unlocode = "MXZ10".to_owned(), &["unlocode"]),
    ("the high seas in a region", |p| p.kind = proto::PlaceKind::HighSeas.into(), &["kind"]),
    ("an unknown place in a region", |p| p.kind = proto::PlaceKind::Unknown.into(), &["kind"]),
    (
        "a national place without its region",
        |p| {
            region(p, "", "");
            p.kind = proto::PlaceKind::National.into();
        },
        &["region_code"],
    ),
    (
        "an empty administrative code",
        |p| p.administrative_code = code("", ""),
        &["administrative_code.scheme", "administrative_code.code"],
    ),
    (
        "an administrative scheme in small letters",
        |p| p.administrative_code = code("dane", "05001"),
        &["administrative_code.scheme"],
    ),
    (
        "a blank administrative code",
        |p| p.administrative_code = code("DANE", " "),
        &["administrative_code.code"],
    ),
    (
        "everything wrong",
        |p| {
            region(p, "mx", "mx-son");
            (p.kind, p.unlocode) = (99, "x".to_owned());
            (p.point, p.administrative_code) = (point(91.0, 181.0, Some(-1.0)), code("x", ""));
            p.text = "\0".to_owned();
        },
        &[
            "kind",
            "region_code",
            "subdivision_code",
            "unlocode",
            "point.latitude",
            "point.longitude",
            "point.uncertainty_meters",
            "administrative_code.scheme",
            "administrative_code.code",
            "text",
        ],
    ),
];

fn region(place: &mut proto::Place, region: &str, subdivision: &str) {
    place.region_code = region.to_owned();
    place.subdivision_code = subdivision.to_owned();
}

pub const PLACE_TEXTS: &[Text<proto::Place>] = &[
    ("text", 500, |p, text| p.text = text),
    ("administrative_code.code", 64, |p, text| p.administrative_code = code("DANE", &text)),
];

fn releasable(marking: &mut proto::Marking, label: proto::Tlp, to: &[&str]) {
    marking.label = label.into();
    marking.releasable_to = to.iter().map(ToString::to_string).collect();
}

pub const MARKINGS: &[Bad<proto::Marking>] = &[
    (
        "a list of malformed grantees",
        |m| {
            releasable(
                m,
                proto::Tlp::Amber,
                &["", " ", "mx", "USA", "UK", "agencies/", "agencies/MX", "sensors/ours", "MX\0"],
            );
        },
        &[
            "releasable_to[0]",
            "releasable_to[1]",
            "releasable_to[2]",
            "releasable_to[3]",
            "releasable_to[4]",
            "releasable_to[5]",
            "releasable_to[6]",
            "releasable_to[7]",
            "releasable_to[8]",
        ],
    ),
    ("CLEAR with a list", |m| releasable(m, proto::Tlp::Clear, &["MX"]), &["releasable_to"]),
    ("GREEN with a list", |m| releasable(m, proto::Tlp::Green, &["MX"]), &["releasable_to"]),
    ("RED with a list", |m| releasable(m, proto::Tlp::Red, &["MX"]), &["releasable_to"]),
    ("101 grantees", |m| releasable(m, proto::Tlp::Amber, &["MX"; 101]), &["releasable_to"]),
    (
        "10,000 malformed grantees",
        |m| releasable(m, proto::Tlp::Amber, &["x"; 10_000]),
        &["releasable_to"],
    ),
    (
        "an unknown label and a malformed grantee",
        |m| (m.label, m.releasable_to) = (99, vec!["x".to_owned()]),
        &["label", "releasable_to[0]"],
    ),
];

fn url(source: &mut proto::Source, url: &str) {
    source.url = url.to_owned();
}

/// Changes of a source that is well.
pub const SOURCES: &[Bad<proto::Source>] = &[
    ("a source of nothing", |s| *s = proto::Source::default(), &[""]),
    ("a source of a publisher alone", |s| (s.title, s.url) = (String::new(), String::new()), &[""]),
    ("a source with a blank title", |s| (s.title, s.url) = (" ".to_owned(), String::new()), &[""]),
    ("a url by ftp", |s| url(s, "ftp://example.org/a"), &["url"]),
    ("a url of a script", |s| url(s, "javascript:alert(1)"), &["url"]),
    ("a url of data", |s| url(s, "data:text/html,x"), &["url"]),
    ("a url without a scheme", |s| url(s, "example.org"), &["url"]),
    ("a url of no host", |s| url(s, "https://"), &["url"]),
    ("a url of a path without a host", |s| url(s, "http:///etc/passwd"), &["url"]),
    ("a url of a question without a host", |s| url(s, "https://?x"), &["url"]),
    ("a url with a blank", |s| url(s, "https://example.org/a b"), &["url"]),
    ("a url with a line break", |s| url(s, "https://example.org/\nx"), &["url"]),
    ("a url of 2,001 characters", |s| s.url = long("https://example.org/", 2_001), &["url"]),
    (
        "a source published on no day",
        |s| s.published = Some(when("2019-02-30")),
        &["published.edtf"],
    ),
];

pub const SOURCE_TEXTS: &[Text<proto::Source>] =
    &[("title", 500, |s, text| s.title = text), ("publisher", 200, |s, text| s.publisher = text)];

pub fn when(edtf: &str) -> proto::When {
    proto::When { edtf: edtf.to_owned(), ..proto::When::default() }
}

pub fn source() -> proto::Source {
    proto::Source {
        title: "Aseguran aeronave".to_owned(),
        publisher: "SEDENA".to_owned(),
        url: "https://example.org/a?b=c".to_owned(),
        published: None,
    }
}

pub fn sonora() -> proto::Place {
    let mut place = proto::Place::default();
    region(&mut place, "MX", "MX-SON");
    place
}

/// A text of so many characters that begins with another.
pub fn long(begin: &str, chars: usize) -> String {
    let rest = chars - begin.chars().count();
    format!("{begin}{}", "é".repeat(rest))
}
