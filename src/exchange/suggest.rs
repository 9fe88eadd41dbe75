//! A first mapping, by looking at a table: what it suggests is to be read, and what it does not know
//! it says.

use super::{
    Link,
    mapping::{Encoding, FileForm},
    tables::{Header, Row, Table},
    values,
    words::Words,
};
use crate::domain::{errors::Result, text::fold};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// Rows that are looked at.
const ROWS_MAX: usize = 2_000;
/// Bytes that tell encoding and delimiter.
const HEAD_BYTES: u64 = 1 << 20;
/// Formats of dates that are tried; of two that both read every date, the first is suggested and
/// the other told of.
const DATES: [&str; 10] = [
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
];
/// Words for units, folded.
const UNITS: [(&str, &[&str]); 12] = [
    ("GRAM", &["g", "gr", "gram", "grams", "gramo", "gramos", "grama", "gramas"]),
    ("KILOGRAM", &["kg", "kgs", "kilo", "kilos", "kilogramo", "kilogramos", "quilogramas"]),
    ("TONNE", &["t", "tonne", "tonnes", "tonelada", "toneladas"]),
    ("POUND", &["lb", "lbs", "pound", "pounds", "libra", "libras"]),
    ("OUNCE", &["oz", "ounce", "ounces", "onza", "onzas"]),
    ("LITRE", &["l", "lt", "litre", "litres", "liter", "liters", "litro", "litros"]),
    ("US_GALLON", &["gal", "gallon", "gallons", "galon", "galones"]),
    ("TABLET", &["tablet", "tablets", "pills", "pastillas", "comprimidos", "comprimido"]),
    ("UNIT", &["unit", "units", "unidad", "unidades", "unidade", "u"]),
    ("BLOT", &["pontos", "blots", "papelillos"]),
    ("BOTTLE", &["frascos", "bottles", "botellas"]),
    ("PLANT", &["plants", "plantas", "pes", "matas"]),
];

/// What a column may be.
struct Column {
    name: String,
    values: BTreeSet<String>,
    blanks: usize,
}

impl Column {
    fn all(&self, is: impl Fn(&str) -> bool) -> bool {
        !self.values.is_empty() && self.values.iter().all(|value| is(value))
    }

    fn called(&self, words: &[&str]) -> bool {
        let name = fold(&self.name);
        words.iter().any(|word| name.contains(word))
    }
}

/// The text of a first mapping of a table.
///
/// # Errors
/// `Invalid` when the file is no table.
pub async fn suggest(link: &Link, path: PathBuf) -> Result<String> {
    let words = Words::load(link).await?;
    super::blocking(move || {
        let form = form_of(&path)?;
        let mut table = Table::open(&path, &form)?;
        let header = table.header().clone();
        let mut rows = Vec::new();
        while rows.len() < ROWS_MAX
            && let Some(row) = table.next()
        {
            rows.push(row?);
        }
        Ok(text(&path, form, &columns(&header, &rows), &words))
    })
    .await
}

/// Encoding and delimiter, by the first bytes.
fn form_of(path: &Path) -> Result<FileForm> {
    let mut head = Vec::new();
    let file = File::open(path);
    let read = file.and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.map_err(|error| super::tables::fault(&path.display().to_string(), 1, error))?;
    let mut form = FileForm::default();
    if let Err(error) = std::str::from_utf8(&head)
        && error.error_len().is_some()
    {
        form.encoding = Encoding::Latin1;
    }
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |mark: &char| first.iter().filter(|byte| char::from(**byte) == *mark).count();
    let mark = [',', ';', '\t', '|'].into_iter().max_by_key(count);
    form.delimiter = mark.filter(|mark| count(mark) > 0).unwrap_or(',');
    Ok(form)
}

fn columns(header: &Header, rows: &[Row]) -> Vec<Column> {
    let column = |(place, name): (usize, &String)| {
        let each = rows.iter().filter_map(|row| row.cells.get(place)).map(|cell| cell.trim());
        let (blank, filled): (Vec<&str>, Vec<&str>) = each.partition(|cell| cell.is_empty());
        let values = filled.into_iter().map(str::to_owned).collect();
        Column { name: name.clone(), values, blanks: blank.len() }
    };
    header.names.iter().enumerate().map(column).collect()
}

fn unit(word: &str) -> Option<&'static str> {
    let word = fold(word);
    UNITS
        .iter()
        .find(|(_, words)| words.contains(&word.trim_end_matches('.')))
        .map(|(unit, _)| *unit)
}

/// The formats that read every value but one, for the last line may be a footer.
fn dates(column: &Column) -> Vec<&'static str> {
    let reads = |format: &&str| {
        let wrong = column.values.iter().filter(|text| values::date(text, format, None).is_err());
        column.values.len() > 1 && wrong.count() <= 1 && plausible(column, format)
    };
    DATES.into_iter().filter(reads).collect()
}

/// A month beyond 12 is a day.
fn plausible(column: &Column, format: &str) -> bool {
    let read = column.values.iter().filter_map(|text| values::date(text, format, None).ok());
    read.into_iter().all(|date| crate::domain::dates::When::parse(&date).is_ok())
}

/// Finds each role's column, and writes what it found.
fn text(path: &Path, mut form: FileForm, columns: &[Column], words: &Words) -> String {
    let comma = |value: &str| {
        value.contains(',') && value.replace([',', '-'], "").bytes().all(|b| b.is_ascii_digit())
    };
    if form.delimiter != ',' && columns.iter().any(|column| column.values.iter().any(|v| comma(v)))
    {
        form.decimal = ',';
    }
    let number = |value: &str| values::number(value, &form).is_ok();
    let known = |column: &&Column| {
        let found = column.values.iter().filter(|label| words.get(label).is_some()).count();
        found * 2 > column.values.len()
    };
    let when = columns.iter().find(|column| !dates(column).is_empty());
    let substance = columns.iter().find(known);
    let units = columns.iter().find(|column| {
        let found = column.values.iter().filter(|word| unit(word).is_some()).count();
        found > 0 && found * 2 >= column.values.len()
    });
    let degrees = |names: &[&str]| {
        columns
            .iter()
            .find(|column| names.contains(&fold(&column.name).as_str()) && column.all(number))
    };
    let latitude = degrees(&["lat", "latitude", "latitud"]);
    let longitude = degrees(&["lon", "lng", "long", "longitude", "longitud"]);
    let amounts = ["cant", "quant", "qtd", "peso", "weight", "amount", "mass", "total", "kg"];
    let quantity = columns.iter().find(|column| column.called(&amounts) && column.all(number));
    let found = Found { when, substance, units, latitude, longitude, quantity };
    found.written(path, &form, columns, words)
}

struct Found<'c> {
    when: Option<&'c Column>,
    substance: Option<&'c Column>,
    units: Option<&'c Column>,
    latitude: Option<&'c Column>,
    longitude: Option<&'c Column>,
    quantity: Option<&'c Column>,
}

/// The lines of a mapping.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: impl std::fmt::Display) {
        let _infallible = writeln!(self.0, "{line}");
    }
}

impl Found<'_> {
    fn written(&self, path: &Path, form: &FileForm, columns: &[Column], words: &Words) -> String {
        let mut lines = Lines::default();
        self.write_file(path, form, columns, &mut lines);
        self.write_seizure(&mut lines);
        self.write_item(words, &mut lines);
        lines.0
    }

    fn write_file(&self, path: &Path, form: &FileForm, columns: &[Column], lines: &mut Lines) {
        let Self { when, substance, units, latitude, longitude, quantity } = self;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let fits = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
        let dataset: String = fold(&stem).chars().map(fits).take(64).collect();
        let used: Vec<&str> = [when, substance, units, latitude, longitude, quantity]
            .into_iter()
            .flatten()
            .map(|column| column.name.as_str())
            .collect();
        let (mark, decimal) = (form.delimiter.to_string(), form.decimal.to_string());
        let encoding = if form.encoding == Encoding::Utf8 { "utf-8" } else { "latin-1" };
        let names = columns.iter().map(|column| column.name.as_str());
        let rest: Vec<&str> = names.filter(|name| !used.contains(name)).collect();
        let shown = path.display();
        lines.add(format_args!("# A first mapping of {shown}, by its look: read it before use."));
        lines.add(format_args!("dataset = {dataset:?}\n\n[file]\ndelimiter = {mark:?}"));
        lines.add(format_args!("encoding = {encoding:?}\ndecimal = {decimal:?}"));
        lines.add("# Columns that nothing is made of yet:");
        lines.add(format_args!("ignore = {rest:?}\n"));
        lines.add("# Rows are told apart by all of their columns; name one of their own instead:");
        lines.add("# [identity]\n# column = \"ID\"\n");
    }

    fn write_seizure(&self, lines: &mut Lines) {
        match self.when {
            Some(column) => {
                let (name, formats) = (&column.name, dates(column));
                lines.add(format_args!("[seizure.when]\ncolumn = {name:?}"));
                if let [first, others @ ..] = formats.as_slice() {
                    lines.add(format_args!("format = {first:?}"));
                    if !others.is_empty() {
                        let others = others.join(", ");
                        lines.add(format_args!("# {others} reads every date too: which is meant?"));
                    }
                }
            }
            None => lines.add("# No column has dates."),
        }
        lines.add("\n[seizure.place]\n# region_code = \"MX\"");
        if let (Some(latitude), Some(longitude)) = (self.latitude, self.longitude) {
            lines.add(format_args!("latitude = {{ column = {:?} }}", latitude.name));
            lines.add(format_args!("longitude = {{ column = {:?} }}", longitude.name));
        }
        lines.add("\n# Who may see it; the agency that imports alone when absent.");
        lines.add("# [seizure.marking]\n# label = \"GREEN\"\n");
    }

    fn write_item(&self, words: &Words, lines: &mut Lines) {
        lines.add("[[item]]");
        match self.quantity {
            Some(column) => {
                lines.add(format_args!("quantity = {{ column = {:?} }}", column.name));
                if column.blanks > 0 {
                    lines.add(format_args!(
                        "# {} rows have none: unknown, not zero.",
                        column.blanks
                    ));
                }
            }
            None => lines.add("# No column is known to be the quantity."),
        }
        if self.units.is_none() {
            lines.add("# No column has units: unit = \"GRAM\"");
        }
        match self.substance {
            Some(column) => {
                lines.add(format_args!("\n[item.substance]\ncolumn = {:?}", column.name));
                let labels = column.values.iter();
                let unknown: Vec<&String> = labels.filter(|one| words.get(one).is_none()).collect();
                if !unknown.is_empty() {
                    lines.add("# The vocabulary does not know these: map each, or it is rejected.");
                    lines.add("[item.substance.map]");
                }
                for label in unknown {
                    lines.add(format_args!("# {label:?} = \"substances/...\""));
                }
            }
            None => lines.add("# No column has labels that the vocabulary knows."),
        }
        let Some(column) = self.units else { return };
        lines.add(format_args!("\n[item.unit]\ncolumn = {:?}\n\n[item.unit.map]", column.name));
        for word in &column.values {
            match unit(word) {
                Some(unit) => lines.add(format_args!("{word:?} = {unit:?}")),
                None => lines.add(format_args!("# {word:?} = \"...\"")),
            }
        }
    }
}
