//! The forms of an export. Each begins with what it is: as of when, how counted, who may have it.

use super::{Format, columns::Columns, unwritten};
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
use prost::Message;
use serde_json::{Value, json as value};
use std::io::{self, Write};

/// The columns of a table: those of the seizure, then those of the item.
pub(super) const TABLE_COLUMNS: [&str; 30] = [
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
pub(super) const PACKAGE_COUNT: &str = "package_count";

/// Writes an export.
pub(super) enum Writer<'w> {
    Lines(Lines<'w>),
    Columns(Box<Columns<'w>>),
}

impl<'w> Writer<'w> {
    pub fn new(format: Format, to: &'w mut (dyn Write + Send)) -> Result<Self> {
        let form = match format {
            Format::Ndjson => TextForm::Ndjson,
            Format::Csv => TextForm::Csv,
            Format::Geojson => TextForm::Geojson,
            Format::Parquet => {
                return Columns::new(to).map(|columns| Self::Columns(Box::new(columns)));
            }
        };
        Ok(Self::Lines(Lines { form, to, first: true }))
    }

    pub fn begin(&mut self, header: &proto::ExportHeader) -> Result<()> {
        match self {
            Self::Lines(lines) => lines.begin(header),
            Self::Columns(columns) => columns.begin(header),
        }
    }

    pub fn write(&mut self, seizure: &proto::Seizure) -> Result<()> {
        match self {
            Self::Lines(lines) => lines.write(seizure),
            Self::Columns(columns) => columns.write(seizure),
        }
    }

    pub fn end(&mut self) -> Result<()> {
        match self {
            Self::Lines(lines) => lines.end().map_err(unwritten),
            Self::Columns(columns) => columns.end(),
        }
    }
}

/// The forms that are texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextForm {
    Ndjson,
    Csv,
    Geojson,
}

/// Writes an export as lines of text.
pub(super) struct Lines<'w> {
    form: TextForm,
    to: &'w mut (dyn Write + Send),
    first: bool,
}

impl Lines<'_> {
    fn begin(&mut self, header: &proto::ExportHeader) -> Result<()> {
        let told = json::write("ExportHeader", header)?;
        match self.form {
            TextForm::Ndjson => self.line(&format!("{{\"header\":{told}}}")),
            TextForm::Csv => {
                self.line(&format!("# {told}"))?;
                let columns: Vec<String> =
                    TABLE_COLUMNS.iter().chain([&PACKAGE_COUNT]).map(ToString::to_string).collect();
                self.record(&columns)
            }
            TextForm::Geojson => self.line(&format!(
                "{{\"type\":\"FeatureCollection\",\"header\":{told},\"features\":["
            )),
        }
    }

    fn write(&mut self, seizure: &proto::Seizure) -> Result<()> {
        match self.form {
            TextForm::Ndjson => self.line(&json::write("Seizure", seizure)?),
            TextForm::Csv => rows(seizure)?.iter().try_for_each(|row| self.record(row)),
            TextForm::Geojson => {
                let comma = if std::mem::take(&mut self.first) { "" } else { "," };
                let point = seizure.place.as_ref().and_then(|place| place.point.as_ref());
                let geometry = point.map_or(Value::Null, |point| {
                    value!({ "type": "Point", "coordinates": [point.longitude, point.latitude] })
                });
                let properties = json::write("Seizure", seizure)?;
                let id = Value::from(seizure.name.as_str());
                // On a line of its own, so that it is read back line by line.
                self.line(&format!(
                    "{comma}{{\"type\":\"Feature\",\"id\":{id},\"geometry\":{geometry},\
                     \"properties\":{properties}}}"
                ))
            }
        }
    }

    fn end(&mut self) -> io::Result<()> {
        if self.form == TextForm::Geojson {
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

/// The lines of a table, one for each item.
pub(super) fn rows(seizure: &proto::Seizure) -> Result<Vec<Vec<String>>> {
    let of_seizure = cells(seizure)?;
    let row = |item| of_seizure.iter().cloned().chain(item_cells(item)).collect();
    Ok(seizure.items.iter().map(row).collect())
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
        list("ExternalId", &seizure.external_ids)?,
        list("Source", &seizure.sources)?,
    ])
}

/// Messages of a type as a JSON list; empty where there are none.
fn list(name: &str, messages: &[impl Message]) -> Result<String> {
    if messages.is_empty() {
        return Ok(String::new());
    }
    let each: Result<Vec<String>> = messages.iter().map(|one| json::write(name, one)).collect();
    Ok(format!("[{}]", each?.join(",")))
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
