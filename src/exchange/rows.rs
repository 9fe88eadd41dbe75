//! From a row of a table to a row of an import.

use super::{
    json,
    mapping::{
        BlankQuantity, Cell, ItemMap, Mapping, PlaceMap, SeizureMap, SourceMap, Text, WhenMap,
    },
    rejects,
    tables::{Header, Row},
    values,
    words::Words,
};
use crate::{
    domain::{
        codes::Code, markings::Tlp, places::PlaceKind, quantities as q, seizures as s, text::hex,
    },
    proto,
};
use std::collections::HashMap;

/// What is wrong with a row.
pub type Result<T> = std::result::Result<T, String>;

/// Reads rows as a mapping says.
pub struct Reader<'m> {
    mapping: &'m Mapping,
    words: &'m Words,
    /// How often each identity has come so far.
    seen: HashMap<[u8; 16], u32>,
}

/// A row with the columns of its table.
struct At<'r> {
    header: &'r Header,
    row: &'r Row,
    mapping: &'r Mapping,
}

impl At<'_> {
    fn column(&self, name: &str) -> &str {
        let place = self.header.place(name);
        place.and_then(|place| self.row.cells.get(place)).map_or("", |cell| cell.trim())
    }

    fn is_blank(&self, text: &str, cell: &Cell) -> bool {
        let is = |blank: &String| blank == text;
        text.is_empty() || self.mapping.file.blank.iter().any(is) || cell.blank.iter().any(is)
    }

    /// The text of a cell; none where it is blank.
    fn raw(&self, cell: &Cell) -> Option<String> {
        let each = cell.column.0.iter().map(|name| self.column(name));
        let texts: Vec<&str> = each.filter(|text| !self.is_blank(text, cell)).collect();
        if texts.is_empty() {
            return None;
        }
        Some(texts.join(cell.separator.as_deref().unwrap_or(", ")))
    }

    /// What a cell means; empty where it is blank.
    fn cell(&self, cell: &Cell) -> Result<String> {
        let Some(raw) = self.raw(cell) else { return Ok(String::new()) };
        if !cell.map.is_empty() {
            let known = cell.map.get(&raw);
            return known.cloned().ok_or_else(|| {
                format!("column `{}`: `{raw}` is not in its map: add it", cell.column.0.join(", "))
            });
        }
        let (prefix, width) = (&cell.prefix, cell.zeros_to);
        Ok(format!("{prefix}{raw:0>width$}"))
    }

    fn text(&self, text: Option<&Text>) -> Result<String> {
        match text {
            None => Ok(String::new()),
            Some(Text::Constant(text)) => Ok(text.clone()),
            Some(Text::Cell(cell)) => self.cell(cell),
        }
    }

    fn code<C: Code>(&self, text: Option<&Text>) -> Result<i32> {
        let name = self.text(text)?;
        if name.is_empty() {
            return Ok(0);
        }
        let value = C::from_name(&name).ok_or_else(|| {
            let known: Vec<&str> = C::ALL.iter().map(|value| value.name()).collect();
            format!("`{name}` is not one of {}", known.join(", "))
        });
        value.map(Code::code)
    }

    fn number(&self, cell: Option<&Cell>, what: &str) -> Result<Option<String>> {
        let Some(raw) = cell.and_then(|cell| self.raw(cell)) else { return Ok(None) };
        let read = values::number(&raw, &self.mapping.file);
        read.map(Some).map_err(|why| format!("{what}: {why}"))
    }
}

impl<'m> Reader<'m> {
    /// Reads as the mapping says, with the words of the vocabulary.
    #[must_use]
    pub fn new(mapping: &'m Mapping, words: &'m Words) -> Self {
        Self { mapping, words, seen: HashMap::new() }
    }

    /// What consecutive rows of one seizure have alike; none where each row is one.
    #[must_use]
    pub fn group(&self, header: &Header, row: &Row) -> Option<Vec<String>> {
        let at = At { header, row, mapping: self.mapping };
        let of = |name: &String| at.column(name).to_owned();
        (!self.mapping.group.is_empty()).then(|| self.mapping.group.iter().map(of).collect())
    }

    /// The id of a row.
    pub fn row_id(&mut self, header: &Header, row: &Row) -> String {
        let at = At { header, row, mapping: self.mapping };
        let kept = at.column(rejects::ROW_ID);
        if !kept.is_empty() {
            return kept.to_owned();
        }
        let identity = &self.mapping.identity;
        if let Some(column) = &identity.column {
            return at.column(column).to_owned();
        }
        let mut hasher = blake3::Hasher::new();
        let mut take = |name: &String| {
            let text = at.column(name);
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        };
        match identity.columns.as_slice() {
            [] => header.names.iter().for_each(&mut take),
            columns => columns.iter().for_each(&mut take),
        }
        let mut hash = [0; 16];
        hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        let count = self.seen.entry(hash).or_insert(0);
        *count += 1;
        format!("{}-{count}", hex(&hash))
    }

    /// The seizure of a row.
    ///
    /// # Errors
    /// Says what the mapping cannot read.
    pub fn seizure(&self, header: &Header, row: &Row) -> Result<proto::Seizure> {
        let at = At { header, row, mapping: self.mapping };
        let map = &self.mapping.seizure;
        let when = map.when.as_ref().map(|when| read_when(&at, when)).transpose()?.flatten();
        let marking = map.marking.as_ref().map(|marking| -> Result<proto::Marking> {
            let list = at.text(marking.releasable_to.as_ref())?;
            Ok(proto::Marking {
                label: at.code::<Tlp>(Some(&marking.label))?,
                releasable_to: list.split_whitespace().map(str::to_owned).collect(),
            })
        });
        let mut external_ids = Vec::new();
        let identity = &self.mapping.identity;
        if let (Some(scheme), Some(column)) = (&identity.external_id_scheme, &identity.column) {
            let value = at.column(column).to_owned();
            external_ids.push(proto::ExternalId { scheme: scheme.clone(), value });
        }
        let listed = read_listed(&at, map)?;
        external_ids.extend(listed.external_ids);
        let sources = map.source.iter().map(|source| read_source(&at, source));
        let sources = sources.collect::<Result<Vec<_>>>()?.into_iter().chain(listed.sources);
        Ok(proto::Seizure {
            operation: at.text(map.operation.as_ref())?,
            agency: at.text(map.agency.as_ref())?,
            when,
            place: read_place(&at, &map.place)?,
            items: self.items(header, row)?,
            external_ids,
            sources: sources.collect(),
            marking: marking.transpose()?,
            ..proto::Seizure::default()
        })
    }

    /// The items of a row.
    ///
    /// # Errors
    /// Says what the mapping cannot read.
    pub fn items(&self, header: &Header, row: &Row) -> Result<Vec<proto::SeizedItem>> {
        let at = At { header, row, mapping: self.mapping };
        let mut items = Vec::new();
        for map in &self.mapping.item {
            items.extend(self.item(&at, map)?);
        }
        Ok(items)
    }

    fn item(&self, at: &At<'_>, map: &ItemMap) -> Result<Option<proto::SeizedItem>> {
        let value = at.number(map.quantity.as_ref(), "quantity")?;
        if value.is_none() && map.blank_quantity == BlankQuantity::NoItem {
            return Ok(None);
        }
        let quantity = value.map(|value| -> Result<proto::Quantity> {
            let unit = at.code::<q::Unit>(map.unit.as_ref())?;
            if unit == 0 {
                return Err(format!("a quantity of {value} without a unit"));
            }
            Ok(proto::Quantity {
                value,
                unit,
                bound: at.code::<q::Bound>(map.bound.as_ref())?,
                basis: at.code::<q::Basis>(map.basis.as_ref())?,
                method: at.code::<q::Method>(map.method.as_ref())?,
                ..proto::Quantity::default()
            })
        });
        let (substance, label) = self.substance(at, map.substance.as_ref())?;
        let count = at.number(map.package_count.as_ref(), "package_count")?;
        let package_count = count.map(|count| {
            count.parse().map_err(|_| format!("`{count}` is not a number of packages"))
        });
        Ok(Some(proto::SeizedItem {
            kind: at.code::<s::ItemKind>(map.kind.as_ref())?,
            substance,
            reported_label: match &map.reported_label {
                None => label,
                label => at.text(label.as_ref())?,
            },
            quantity: quantity.transpose()?,
            form: at.code::<s::Form>(map.form.as_ref())?,
            identification: at.code::<s::Identification>(map.identification.as_ref())?,
            purity_percent: at
                .number(map.purity_percent.as_ref(), "purity_percent")?
                .unwrap_or_default(),
            package_count: package_count.transpose()?,
        }))
    }

    /// The name of a substance, and the label that it stood under.
    fn substance(&self, at: &At<'_>, text: Option<&Text>) -> Result<(String, String)> {
        match text {
            None => Ok((String::new(), String::new())),
            Some(Text::Constant(name)) => Ok((self.named(name)?, String::new())),
            Some(Text::Cell(cell)) => {
                // An item of another kind has none, and any other is refused by its check.
                let Some(label) = at.raw(cell) else { return Ok((String::new(), String::new())) };
                if let Some(mapped) = cell.map.get(&label)
                    && self.words.get(&label).is_none()
                {
                    return Ok((self.named(mapped)?, label));
                }
                Ok((self.named(&label)?, label))
            }
        }
    }

    fn named(&self, label: &str) -> Result<String> {
        if label.starts_with("substances/") {
            return Ok(label.to_owned());
        }
        self.words
            .get(label)
            .map(str::to_owned)
            .ok_or_else(|| format!("`{label}` is no substance that the vocabulary knows: map it"))
    }
}

fn read_when(at: &At<'_>, map: &WhenMap) -> Result<Option<proto::When>> {
    let text = match &map.format {
        None => at.cell(&map.cell)?,
        Some(format) => match at.raw(&map.cell) {
            None => String::new(),
            Some(raw) => values::date(&raw, format, map.precision)?,
        },
    };
    Ok((!text.is_empty()).then(|| proto::When { edtf: text, ..proto::When::default() }))
}

fn read_place(at: &At<'_>, map: &PlaceMap) -> Result<Option<proto::Place>> {
    let PlaceMap {
        kind,
        region_code,
        subdivision_code,
        administrative_scheme,
        administrative_code,
        unlocode,
        text,
        latitude,
        longitude,
        uncertainty_meters,
    } = map;
    let read = |text: &Option<Text>| at.text(text.as_ref());
    let degrees = |cell: &Option<Cell>, what| -> Result<Option<f64>> {
        let number = at.number(cell.as_ref(), what)?;
        let parse = |text: String| text.parse().map_err(|_| format!("{what}: `{text}`"));
        number.map(parse).transpose()
    };
    let uncertainty = read(uncertainty_meters)?;
    let meters = || uncertainty.parse().map_err(|_| format!("`{uncertainty}` is no radius"));
    let uncertainty_meters = (!uncertainty.is_empty()).then(meters).transpose()?;
    let (latitude, longitude) = (degrees(latitude, "latitude")?, degrees(longitude, "longitude")?);
    let point = latitude.zip(longitude);
    let code = read(administrative_code)?;
    let scheme = read(administrative_scheme)?;
    let place = proto::Place {
        kind: at.code::<PlaceKind>(kind.as_ref())?,
        point: point.map(|(latitude, longitude)| proto::Point {
            latitude,
            longitude,
            uncertainty_meters,
        }),
        region_code: read(region_code)?,
        subdivision_code: read(subdivision_code)?,
        administrative_code: (!code.is_empty())
            .then_some(proto::AdministrativeCode { scheme, code }),
        unlocode: read(unlocode)?,
        text: read(text)?,
    };
    Ok((place != proto::Place::default()).then_some(place))
}

/// What stands in cells as JSON.
fn read_listed(at: &At<'_>, map: &SeizureMap) -> Result<proto::Seizure> {
    let mut fields = Vec::new();
    for (field, cell) in [("externalIds", &map.external_ids), ("sources", &map.sources)] {
        if let Some(list) = cell.as_ref().and_then(|cell| at.raw(cell)) {
            fields.push(format!("\"{field}\":{list}"));
        }
    }
    json::read("Seizure", &format!("{{{}}}", fields.join(",")))
}

fn read_source(at: &At<'_>, map: &SourceMap) -> Result<proto::Source> {
    let SourceMap { title, publisher, url, published } = map;
    let read = |text: &Option<Text>| at.text(text.as_ref());
    let published = read(published)?;
    Ok(proto::Source {
        title: read(title)?,
        publisher: read(publisher)?,
        url: read(url)?,
        published: (!published.is_empty())
            .then(|| proto::When { edtf: published, ..proto::When::default() }),
    })
}
