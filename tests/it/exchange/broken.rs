//! Files that are broken: each is refused with its place, and nothing of it is done.

use super::{Desk, PLAIN, told};
use crate::world::Backend;
use std::io::Write as _;

const HEAD: &str = "day,drug,grams,id\n2024-01-02,heroin,5,1\n";

/// A file, and what its refusal says.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let after = |more: &[u8]| [HEAD.as_bytes(), more].concat();
    let bomb = |bytes: usize| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        let nothing = vec![b' '; 1 << 20];
        for _ in 0..bytes >> 20 {
            archive.write_all(&nothing).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let mut huge = after(b"2024-01-02,\"");
    huge.resize(50 << 20, b'x');
    vec![
        ("truncated.csv", after(b"2024-01-02,heroin"), ":3: 2 cells, where the header has 4"),
        ("quoted.csv", after(b"2024-01-02,heroin,5,\"1"), "a quoted cell is not closed"),
        (
            "encoding.csv",
            after(b"2024-01-02,hero\xedna,5,1\n"),
            ":3: column 2: the byte 0xed is not UTF-8",
        ),
        ("utf16.csv", b"\xff\xfed\0a\0y\0".to_vec(), ":1: UTF-16: save it as UTF-8"),
        ("delimiter.csv", HEAD.replace(',', ";").into_bytes(), "is the delimiter ';'?"),
        ("nul.csv", after(b"2024-01-02,her\0in,5,1\n"), ":3: column 2: a NUL byte"),
        ("ragged.csv", after(b"2024-01-02,heroin,5,1,9\n"), ":3: 5 cells, where the header has 4"),
        ("cell.csv", huge, ":3: a row of more than 4 MiB"),
        ("empty.csv", Vec::new(), ":1: the file is empty"),
        (
            "column.csv",
            HEAD.replace("id", "who").into_bytes(),
            "columns that the mapping does not know: who",
        ),
        ("twice.csv", HEAD.replace("id", "day").into_bytes(), "the column `day` stands twice"),
        ("bomb.xlsx", bomb(300 << 20), "it unpacks to more than 256 MiB"),
        ("cut.xlsx", b"PK\x03\x04nothing".to_vec(), "not a workbook, or cut"),
        ("line.ndjson", b"{\"items\": [}\n".to_vec(), ":1: "),
    ]
}

#[tokio::test]
async fn a_broken_file_is_refused_with_its_place_and_changes_nothing() {
    let desk = Desk::new(Backend::Sqlite).await;
    desk.write("plain.toml", PLAIN);
    for (name, content, wanted) in files() {
        let file = desk.write(name, content);
        let whole = desk.write("whole.csv", HEAD);
        let both = [whole.to_str().unwrap(), file.to_str().unwrap()];
        let refused = desk.run(&["import", both[0], both[1], "--mapping", "plain.toml"]);
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(2), "{name}: {text}");
        assert!(text.contains(name) && text.contains(wanted), "{name}: {text}");
        assert!(desk.records(&desk.store).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_date_of_the_year_0_is_rejected_with_its_line() {
    let desk = Desk::new(Backend::Sqlite).await;
    desk.write("plain.toml", PLAIN);
    let file = desk.write("zero.csv", format!("{HEAD}0000-01-02,heroin,5,1\n"));
    let text = told(&desk.run(&["import", file.to_str().unwrap(), "--mapping", "plain.toml"]));
    assert!(text.contains("1 new") && text.contains("1 rejected"), "{text}");
    let rejects = std::fs::read_to_string(desk.folder.path().join("zero.rejects.csv")).unwrap();
    assert!(rejects.contains(",3,") && rejects.contains("there is no year 0"), "{rejects}");
}

#[tokio::test]
async fn a_mapping_that_is_wrong_says_where() {
    let desk = Desk::new(Backend::Sqlite).await;
    let file = desk.write("whole.csv", HEAD);
    for (mapping, wanted) in [
        (PLAIN.replace("unit =", "units ="), "unknown field `units`"),
        (PLAIN.replace("\"drug\"", "\"drugs\""), "columns that the file does not have: drugs"),
        (PLAIN.replace("column = \"day\"", "colum = \"day\""), "unknown field `colum`"),
        ("dataset = \"x\"\nitem = []".to_owned(), "it has no [[item]]"),
    ] {
        desk.write("wrong.toml", mapping);
        let refused = desk.run(&["import", file.to_str().unwrap(), "--mapping", "wrong.toml"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(told(&refused).contains(wanted), "{wanted}: {}", told(&refused));
    }
}

#[tokio::test]
async fn latin_1_decimal_commas_quotes_and_cells_of_many_lines_are_read() {
    let desk = Desk::new(Backend::Sqlite).await;
    let form = "[file]\ndelimiter = ';'\nencoding = 'latin-1'\ndecimal = ','\nthousands = '.'\n";
    desk.write("latin.toml", PLAIN.replace("[file]\n", form));
    let rows =
        b"day;drug;grams;id\r\n2024-01-02;\"hero\xedna\";\"1.234,5\";\"a \"\"b\"\";\r\nc\"\r\n";
    let file = desk.write("latin.csv", rows);
    let text = told(&desk.run(&["import", file.to_str().unwrap(), "--mapping", "latin.toml"]));
    assert!(text.contains("1 new") && text.contains("1234.5 GRAM"), "{text}");
}

#[tokio::test]
async fn a_wide_table_has_an_item_for_each_column_that_is_filled() {
    let desk = Desk::new(Backend::Sqlite).await;
    let item = |drug: &str, column: &str| {
        format!(
            "[[item]]\nsubstance = '{drug}'\nquantity = {{ column = '{column}' }}\n\
             unit = 'KILOGRAM'\nblank_quantity = 'no_item'\n"
        )
    };
    let mapping = format!("dataset = 'wide'\n{}{}", item("cocaine", "coke"), item("heroin", "h"));
    desk.write("wide.toml", mapping);
    let file = desk.write("wide.csv", "coke,h\n1,2\n3,\n,\n");
    let text = told(&desk.run(&["import", file.to_str().unwrap(), "--mapping", "wide.toml"]));
    assert!(text.contains("2 new") && text.contains("1 rejected"), "{text}");
    assert!(text.contains("4 KILOGRAM") && text.contains("2 KILOGRAM"), "{text}");
}

#[tokio::test]
async fn a_first_mapping_is_suggested_and_reads() {
    let desk = Desk::new(Backend::Sqlite).await;
    for name in ["brazil-pf-portos-aeroportos.csv", "colombia-policia-estupefacientes-2018.csv"] {
        let file = super::excerpt(name);
        let suggested = desk.run(&["import", "--suggest", &file]);
        assert!(suggested.status.success(), "{}", told(&suggested));
        desk.write("suggested.toml", &suggested.stdout);
        let import = ["import", &file, "--mapping", "suggested.toml", "--dry-run"];
        let text = told(&desk.run(&import));
        let mapping = String::from_utf8_lossy(&suggested.stdout);
        assert!(text.contains("rows read 1"), "{text}\n{mapping}");
        assert!(mapping.contains("quantity = { column") && mapping.contains("[item.unit.map]"));
        assert!(desk.records(&desk.store).is_empty());
    }
}

/// A workbook of one sheet, whose cells are given as XML.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>");
    for (r, row) in rows.iter().enumerate() {
        sheet.push_str(&format!("<row r=\"{}\">", r + 1));
        for (c, cell) in row.iter().enumerate() {
            let at = format!("{}{}", char::from(b'A' + u8::try_from(c).unwrap()), r + 1);
            sheet.push_str(&match cell.strip_prefix("date:") {
                Some(serial) => format!("<c r=\"{at}\" s=\"1\"><v>{serial}</v></c>"),
                None if cell.parse::<f64>().is_ok() => format!("<c r=\"{at}\"><v>{cell}</v></c>"),
                None => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            });
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"
                .to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" \
                 Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"2024\" \
                 sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" \
                 Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship \
                 Id=\"r2\" Type=\"{office}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/>\
                 <xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_workbook_is_read_with_its_dates_and_numbers() {
    let desk = Desk::new(Backend::Sqlite).await;
    desk.write("plain.toml", PLAIN);
    let rows: [&[&str]; 4] = [
        &["day", "drug", "grams", "id"],
        &["date:45293", "heroin", "24570.83333", "1"],
        &["date:45294", "PERICO", "2"],
        &["2024-01-05", "nobody knows", "2", "3"],
    ];
    let file = desk.write("book.xlsx", workbook(&rows));
    let import = ["import", file.to_str().unwrap(), "--mapping", "plain.toml"];
    let text = told(&desk.run(&import));
    assert!(text.contains("rows read 3: 2 new, 0 changed, 0 unchanged, 1 rejected"), "{text}");
    assert!(text.contains("24570.83333 GRAM"), "{text}");
    let records = desk.records(&desk.store);
    let days: Vec<&str> = records.iter().map(|one| one["when"]["edtf"].as_str().unwrap()).collect();
    assert!(days.contains(&"2024-01-02") && days.contains(&"2024-01-03"), "{days:?}");
    let other = PLAIN.replace("[file]", "[file]\nsheet = \"2023\"");
    desk.write("other.toml", other);
    let text = told(&desk.run(&["import", import[1], "--mapping", "other.toml"]));
    assert!(text.contains("no sheet \"2023\"; it has: 2024"), "{text}");
}
