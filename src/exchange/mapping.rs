//! What a table means: which column is what, in a short TOML file. `mappings/README.md` documents
//! it; nothing that it does not say is assumed.

use crate::domain::errors::{Error, Result};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What the rows are of; row ids are told apart within it.
    pub dataset: String,
    /// How the file is read.
    #[serde(default)]
    pub file: FileForm,
    /// What a row is known by.
    #[serde(default)]
    pub identity: Identity,
    /// Columns whose equal values make consecutive rows one seizure with several items.
    #[serde(default)]
    pub group: Vec<String>,
    /// What is said of the seizure.
    #[serde(default)]
    pub seizure: SeizureMap,
    /// What was seized: one item for each entry.
    pub item: Vec<ItemMap>,
    /// Rows that are no seizures.
    #[serde(default)]
    pub footer: Vec<Footer>,
}

/// How a file is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileForm {
    /// What stands between cells: one character.
    pub delimiter: char,
    /// `utf-8`, or `latin-1`, which is read as Windows-1252.
    pub encoding: Encoding,
    /// Lines before the header that are no part of the table.
    pub skip_lines: usize,
    /// Lines that begin so are no part of the table.
    pub comment: Option<char>,
    /// The sheet of a workbook; its first when absent.
    pub sheet: Option<String>,
    /// The decimal mark of numbers.
    pub decimal: char,
    /// What separates thousands in numbers.
    pub thousands: Option<char>,
    /// Texts that stand for nothing, besides an empty cell.
    pub blank: Vec<String>,
    /// Columns that are left out.
    pub ignore: Vec<String>,
}

impl Default for FileForm {
    fn default() -> Self {
        Self {
            delimiter: ',',
            encoding: Encoding::Utf8,
            skip_lines: 0,
            comment: None,
            sheet: None,
            decimal: '.',
            thousands: None,
            blank: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

/// How characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, of which Latin-1 is a part.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// What a row is known by, when it comes again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// A column that has another value in every row.
    pub column: Option<String>,
    /// Columns that tell rows apart; rows alike in all of them are numbered in their order. All
    /// columns when neither is given.
    pub columns: Vec<String>,
    /// The scheme under which the column is also the seizure's external id.
    pub external_id_scheme: Option<String>,
}

/// What is said of a seizure.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeizureMap {
    /// The operation, `operations/{uuid}`.
    pub operation: Option<Text>,
    /// The agency that seized, `agencies/{agency}`.
    pub agency: Option<Text>,
    /// When.
    pub when: Option<WhenMap>,
    /// Where.
    pub place: PlaceMap,
    /// Who may see it.
    pub marking: Option<MarkingMap>,
    /// Where the facts come from.
    pub source: Vec<SourceMap>,
    /// External ids and sources as JSON, as exports write them.
    pub external_ids: Option<Cell>,
    /// Sources, besides.
    pub sources: Option<Cell>,
}

/// A date.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "WhenText")]
pub struct WhenMap {
    /// Where it stands.
    pub cell: Cell,
    /// How it is written: `%Y %m %d %H %I %M %S %p` and what stands between them; EDTF when absent.
    pub format: Option<String>,
    /// How much of it is meant: `day`, `month` or `year`; all that the format reads when absent.
    pub precision: Option<Precision>,
}

/// A date as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhenText {
    column: Names,
    separator: Option<String>,
    #[serde(default)]
    blank: Vec<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    format: Option<String>,
    precision: Option<Precision>,
}

impl From<WhenText> for WhenMap {
    fn from(text: WhenText) -> Self {
        let WhenText { column, separator, blank, map, format, precision } = text;
        let cell = Cell { column, separator, map, blank, prefix: String::new(), zeros_to: 0 };
        Self { cell, format, precision }
    }
}

/// How much of a date is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Without the time of day.
    Day,
    /// Without the day.
    Month,
    /// The year alone.
    Year,
}

/// A place.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceMap {
    /// `NATIONAL`, `HIGH_SEAS` or `UNKNOWN`.
    pub kind: Option<Text>,
    /// Region code.
    pub region_code: Option<Text>,
    /// Subdivision code.
    pub subdivision_code: Option<Text>,
    /// Scheme of the administrative code.
    pub administrative_scheme: Option<Text>,
    /// Administrative code.
    pub administrative_code: Option<Text>,
    /// UN/LOCODE.
    pub unlocode: Option<Text>,
    /// Free text.
    pub text: Option<Text>,
    /// Degrees north. The point is not known where either is blank.
    pub latitude: Option<Cell>,
    /// Degrees east.
    pub longitude: Option<Cell>,
    /// Radius in metres.
    pub uncertainty_meters: Option<Text>,
}

/// A marking.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkingMap {
    /// `CLEAR`, `GREEN`, `AMBER`, `AMBER_STRICT` or `RED`.
    pub label: Text,
    /// Region codes and agency names, separated by blanks where they stand in a cell.
    #[serde(default)]
    pub releasable_to: Option<Text>,
}

/// A source.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceMap {
    /// What it is called.
    pub title: Option<Text>,
    /// Who published it.
    pub publisher: Option<Text>,
    /// Where it can be read.
    pub url: Option<Text>,
    /// When it was published, in EDTF.
    pub published: Option<Text>,
}

/// An item.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemMap {
    /// `SUBSTANCE` when absent.
    pub kind: Option<Text>,
    /// The substance: a name such as `substances/heroin`, or a label that the vocabulary or the map
    /// knows.
    pub substance: Option<Text>,
    /// What the report called it; the label of the substance when absent.
    pub reported_label: Option<Text>,
    /// How much.
    pub quantity: Option<Cell>,
    /// In which unit.
    pub unit: Option<Text>,
    /// How the number bounds the true one.
    pub bound: Option<Text>,
    /// Whether packaging is included.
    pub basis: Option<Text>,
    /// How it was measured.
    pub method: Option<Text>,
    /// In which form.
    pub form: Option<Text>,
    /// How well it is identified.
    pub identification: Option<Text>,
    /// Percent by mass.
    pub purity_percent: Option<Cell>,
    /// Number of packages.
    pub package_count: Option<Cell>,
    /// What a blank quantity means: that it is not known, or that there is no such item, as in a
    /// table with a column for each drug.
    #[serde(default)]
    pub blank_quantity: BlankQuantity,
}

/// What a blank quantity means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlankQuantity {
    /// It was seized, and nobody knows how much.
    #[default]
    Unknown,
    /// Nothing of it was seized.
    NoItem,
}

/// Rows that are no seizures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// The column that tells.
    pub column: String,
    /// What stands in it.
    pub equals: String,
    /// What it controls: a column whose numbers it claims to be the sum of.
    pub control: Option<String>,
    /// Whether the file may lack it; else a file without it is cut.
    #[serde(default)]
    pub optional: bool,
}

/// A text: always the same, or from a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    /// Always the same.
    Constant(String),
    /// From a cell.
    Cell(Cell),
}

impl Text {
    fn cell(&self) -> Option<&Cell> {
        match self {
            Self::Cell(cell) => Some(cell),
            Self::Constant(_) => None,
        }
    }
}

/// A cell of the row, and what becomes of its text.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cell {
    /// The column.
    pub column: Names,
    /// What stands between the texts of several columns.
    pub separator: Option<String>,
    /// What its texts mean; a text that is not among them is an error.
    pub map: BTreeMap<String, String>,
    /// Texts that stand for nothing here.
    pub blank: Vec<String>,
    /// What stands before the text.
    pub prefix: String,
    /// Digits that were cut off at the front: zeros up to so many.
    pub zeros_to: usize,
}

/// One column or several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names(pub Vec<String>);

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column, or a list of names")
    }
    fn visit_str<E: de::Error>(self, name: &str) -> Result<Names, E> {
        Ok(Names(vec![name.to_owned()]))
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = list.next_element()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a table such as { column = \"NAME\" }")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text::Constant(text.to_owned()))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
        Cell::deserialize(MapAccessDeserializer::new(map)).map(Text::Cell)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// `Invalid`, with the place.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |message: String| Error::invalid_field("mapping", message);
        let mapping: Self =
            toml::from_str(text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
        if mapping.item.is_empty() {
            return Err(wrong("it has no [[item]]: say what was seized".to_owned()));
        }
        if !mapping.file.delimiter.is_ascii() {
            return Err(wrong("file.delimiter: want one ASCII character".to_owned()));
        }
        let by_column = mapping.identity.column.is_some();
        if by_column && !mapping.identity.columns.is_empty() {
            return Err(wrong("identity: give column or columns, not both".to_owned()));
        }
        if mapping.identity.external_id_scheme.is_some() && !by_column {
            return Err(wrong("identity.external_id_scheme needs identity.column".to_owned()));
        }
        if mapping.cells().iter().any(|cell| cell.column.0.is_empty()) {
            return Err(wrong("a value from a cell needs its column".to_owned()));
        }
        Ok(mapping)
    }

    fn texts(&self) -> Vec<&Text> {
        let SeizureMap {
            operation,
            agency,
            when: _,
            place,
            marking,
            source,
            external_ids: _,
            sources: _,
        } = &self.seizure;
        let PlaceMap {
            kind,
            region_code,
            subdivision_code,
            administrative_scheme,
            administrative_code,
            unlocode,
            text,
            latitude: _,
            longitude: _,
            uncertainty_meters,
        } = place;
        let mut texts: Vec<&Text> = [
            operation,
            agency,
            kind,
            region_code,
            subdivision_code,
            administrative_scheme,
            administrative_code,
            unlocode,
            text,
            uncertainty_meters,
        ]
        .into_iter()
        .flatten()
        .collect();
        if let Some(MarkingMap { label, releasable_to }) = marking {
            texts.push(label);
            texts.extend(releasable_to);
        }
        for SourceMap { title, publisher, url, published } in source {
            texts.extend([title, publisher, url, published].into_iter().flatten());
        }
        texts.extend(self.item.iter().flat_map(ItemMap::texts));
        texts
    }

    fn cells(&self) -> Vec<&Cell> {
        let mut cells: Vec<&Cell> = self.texts().into_iter().filter_map(Text::cell).collect();
        cells.extend(self.seizure.when.as_ref().map(|when| &when.cell));
        let PlaceMap { latitude, longitude, .. } = &self.seizure.place;
        let SeizureMap { external_ids, sources, .. } = &self.seizure;
        cells.extend([latitude, longitude, external_ids, sources].into_iter().flatten());
        for item in &self.item {
            let ItemMap { quantity, purity_percent, package_count, .. } = item;
            cells.extend([quantity, purity_percent, package_count].into_iter().flatten());
        }
        cells
    }

    /// Every column that it names.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut columns: BTreeSet<&str> =
            self.cells().into_iter().flat_map(|cell| &cell.column.0).map(String::as_str).collect();
        columns.extend(self.identity.column.as_deref());
        columns.extend(self.identity.columns.iter().chain(&self.group).map(String::as_str));
        for Footer { column, equals: _, control, optional: _ } in &self.footer {
            columns.insert(column);
            columns.extend(control.as_deref());
        }
        columns
    }
}

impl ItemMap {
    fn texts(&self) -> impl Iterator<Item = &Text> {
        let Self {
            kind,
            substance,
            reported_label,
            quantity: _,
            unit,
            bound,
            basis,
            method,
            form,
            identification,
            purity_percent: _,
            package_count: _,
            blank_quantity: _,
        } = self;
        [kind, substance, reported_label, unit, bound, basis, method, form, identification]
            .into_iter()
            .flatten()
    }
}
