//! The forms of an export. Each begins with what it is: as of when, how counted, who may have it.

use super::{Format, unwritten};
use crate::{
    domain::{
        codes::Code,
        errors::Result,
        markings::Tlp,
        places::PlaceKind,
        quantities::{Basis, Bound, Method, Unit},
        seizures::{Form, Identification, ItemKind, SeizureState},
    },
    exchange::json,
    proto,
};
use serde_json::{Value, json as value};
use std::io::{self, Write};

/// The columns of a table: those of the seizure, then those of the item.
const COLUMNS: [&str; 30] = [
    "name",
    "operation",
    "agency",
    "when",
    "place_kind",
    "latitude",
    "longitude",
    "uncertainty_meters",
    "region_code",
    "subdivision_code",
    "administrative_scheme",
    "administrative_code",
    "unlocode",
    "place_text",
    "state",
    "marking",
    "releasable_to",
    "external_ids",
    "sources",
    "item_kind",
    "substance",
    "reported_label",
    "quantity",
    "unit",
    "bound",
    "basis",
    "method",
    "form",
    "identification",
    "purity_percent",
];
/// The last column.
const PACKAGE_COUNT: &str = "package_count";

/// Writes an export.
pub(super) struct Writer<'w> {
    format: Format,
    to: &'w mut (dyn Write + Send),
    first: bool,
}

impl<'w> Writer<'w> {
    pub fn new(format: Format, to: &'w mut (dyn Write + Send)) -> Self {
        Self { format, to, first: true }
    }

    pub fn begin(&mut self, header: &proto::ExportHeader) -> Result<()> {
        let told = json::write("ExportHeader", header)?;
        match self.format {
            Format::Ndjson => self.line(&value!({ "header": told }).to_string()),
            Format::Csv => {
                self.line(&format!("# {told}"))?;
                let columns: Vec<String> =
                    COLUMNS.iter().chain([&PACKAGE_COUNT]).map(ToString::to_string).collect();
                self.record(&columns)
            }
            Format::Geojson => self.line(&format!(
                "{{\"type\":\"FeatureCollection\",\"header\":{told},\"features\":["
            )),
        }
    }

    pub fn write(&mut self, seizure: &proto::Seizure) -> Result<()> {
        match self.format {
            Format::Ndjson => self.line(&json::write("Seizure", seizure)?.to_string()),
            Format::Csv => {
                let of_seizure = cells(seizure)?;
                for item in &seizure.items {
                    let mut record = of_seizure.clone();
                    record.extend(item_cells(item));
                    self.record(&record)?;
                }
                Ok(())
            }
            Format::Geojson => {
                let comma = if std::mem::take(&mut self.first) { "" } else { "," };
                let point = seizure.place.as_ref().and_then(|place| place.point.as_ref());
                let geometry = point.map_or(Value::Null, |point| {
                    value!({ "type": "Point", "coordinates": [point.longitude, point.latitude] })
                });
                let properties = json::write("Seizure", seizure)?;
                let id = &seizure.name;
                let feature = value!({
                    "type": "Feature", "id": id, "geometry": geometry, "properties": properties,
                });
                // On a line of its own, so that it is read back line by line.
                self.line(&format!("{comma}{feature}"))
            }
        }
    }

    pub fn end(&mut self) -> io::Result<()> {
        if self.format == Format::Geojson {
            writeln!(self.to, "]}}")?;
        }
        self.to.flush()
    }

    fn line(&mut self, text: &str) -> Result<()> {
        writeln!(self.to, "{text}").map_err(unwritten)
    }

    fn record(&mut self, cells: &[String]) -> Result<()> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(cells).map_err(|error| unwritten(io::Error::from(error)))?;
        let bytes = writer.into_inner().map_err(|error| unwritten(error.into_error()))?;
        self.to.write_all(&bytes).map_err(unwritten)
    }
}

/// The name of a number; empty for 0.
fn name<C: Code>(number: i32) -> String {
    C::from_code(number).map_or_else(String::new, |value| value.name().to_owned())
}

fn cells(seizure: &proto::Seizure) -> Result<Vec<String>> {
    let place = seizure.place.clone().unwrap_or_default();
    let point = place.point.as_ref();
    let number = |number: Option<f64>| number.map_or_else(String::new, |one| one.to_string());
    let code = place.administrative_code.unwrap_or_default();
    let marking = seizure.marking.clone().unwrap_or_default();
    let whole = json::write("Seizure", seizure)?;
    let list = |field: &str| whole.get(field).map_or_else(String::new, Value::to_string);
    Ok(vec![
        seizure.name.clone(),
        seizure.operation.clone(),
        seizure.agency.clone(),
        seizure.when.clone().unwrap_or_default().edtf,
        name::<PlaceKind>(place.kind),
        number(point.map(|point| point.latitude)),
        number(point.map(|point| point.longitude)),
        number(point.and_then(|point| point.uncertainty_meters)),
        place.region_code,
        place.subdivision_code,
        code.scheme,
        code.code,
        place.unlocode,
        place.text,
        name::<SeizureState>(seizure.state),
        name::<Tlp>(marking.label),
        marking.releasable_to.join(" "),
        list("externalIds"),
        list("sources"),
    ])
}

fn item_cells(item: &proto::SeizedItem) -> Vec<String> {
    let quantity = item.quantity.clone().unwrap_or_default();
    vec![
        name::<ItemKind>(item.kind),
        item.substance.clone(),
        item.reported_label.clone(),
        quantity.value,
        name::<Unit>(quantity.unit),
        name::<Bound>(quantity.bound),
        name::<Basis>(quantity.basis),
        name::<Method>(quantity.method),
        name::<Form>(item.form),
        name::<Identification>(item.identification),
        item.purity_percent.clone(),
        item.package_count.map_or_else(String::new, |count| count.to_string()),
    ]
}
