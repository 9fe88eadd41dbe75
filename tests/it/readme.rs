//! The README says what the program does.

use interdiction::{cli::Exit, config::settings, exchange::mapping::Mapping};

const README: &str = include_str!("../../README.md");
const MAPPINGS: &str = include_str!("../../mappings/README.md");
const TWENTY_LINES: &str = include_str!("../clients/python/twenty_lines.py");

#[test]
fn the_python_of_the_readme_is_the_program_that_is_tested() {
    let shown = README.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(shown, TWENTY_LINES);
    assert!(shown.lines().count() <= 20);
}

#[test]
fn the_readme_lists_every_setting_with_its_default() {
    for spec in settings::ALL {
        let row = format!("| `--{}` | `{}` | ", spec.flag(), spec.variable());
        let rest = README.split(&row).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("README.md lacks the row: {row}"));
        let default = rest.split(" |").next().unwrap().replace('`', "");
        assert_eq!(default, spec.default, "{row}");
    }
    let rows = README.lines().filter(|line| line.starts_with("| `--")).count();
    assert_eq!(rows, settings::ALL.len());
}

#[test]
fn the_mapping_of_the_page_on_mappings_reads() {
    let shown = MAPPINGS.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    Mapping::parse(shown).unwrap();
}

#[test]
fn the_readme_lists_every_exit_code() {
    for exit in Exit::ALL {
        let row = format!("| {} | {} |", exit.code(), exit.meaning());
        assert!(README.contains(&row), "README.md lacks the row: {row}");
    }
}
