//! Seizures: what was taken.

use super::{
    check::{Path, Violations},
    codes::{Code as _, codes},
    dates::When,
    ids::{AgencyId, OperationId, SeizureId, SubstanceId},
    markings::{Marking, MarkingDraft},
    parts::check_when,
    places::{Place, PlaceDraft},
    quantities::{Amount, Basis, Bound, Dimension, Quantity, QuantityError, Unit},
    records::{Body, Draft, Meta, Target, draft_fields, record},
    sources::{ExternalId, Source, SourceDraft},
};
use serde::{Deserialize, Serialize};

codes! {
    /// What an item is.
    pub enum ItemKind {
        /// A drug or a chemical.
        Substance = 1 => "SUBSTANCE",
        /// Money.
        Currency = 2 => "CURRENCY",
        /// A weapon or ammunition.
        Weapon = 3 => "WEAPON",
        /// An aircraft, vessel or vehicle taken.
        Conveyance = 4 => "CONVEYANCE",
        /// Anything else.
        Other = 5 => "OTHER",
    }
}

codes! {
    /// The form a substance was found in.
    pub enum Form {
        /// Powder.
        Powder = 1 => "POWDER",
        /// Crystals.
        Crystal = 2 => "CRYSTAL",
        /// Paste.
        Paste = 3 => "PASTE",
        /// Rock.
        Rock = 4 => "ROCK",
        /// Liquid or solution.
        Liquid = 5 => "LIQUID",
        /// Tablets, pills or capsules.
        Tablet = 6 => "TABLET",
        /// Plants or parts of plants.
        Plant = 7 => "PLANT",
        /// Resin.
        Resin = 8 => "RESIN",
        /// Blotter paper.
        Blotter = 9 => "BLOTTER",
        /// Gas.
        Gas = 10 => "GAS",
        /// Anything else.
        Other = 11 => "OTHER",
    }
}

codes! {
    /// How well the substance is identified.
    pub enum Identification {
        /// By a field test or by its look.
        Presumptive = 1 => "PRESUMPTIVE",
        /// By a laboratory.
        LabConfirmed = 2 => "LAB_CONFIRMED",
        /// As declared by a carrier or owner.
        Declared = 3 => "DECLARED",
        /// Reported without saying how.
        Unknown = 4 => "UNKNOWN",
    }
}

codes! {
    /// Whether a seizure counts.
    pub enum SeizureState {
        /// It counts.
        Active = 1 => "ACTIVE",
        /// It was retracted and counts nowhere.
        Retracted = 2 => "RETRACTED",
        /// It was merged into another and counts nowhere.
        Merged = 3 => "MERGED",
    }
}

/// The most items of a seizure.
pub const ITEMS_MAX: usize = 200;
/// Longest label as reported, in characters.
pub const REPORTED_LABEL_CHARS_MAX: usize = 300;
/// The most packages of an item.
pub const PACKAGES_MAX: i32 = 10_000_000;
/// Longest reason of a retraction, in characters.
pub const RETRACTION_REASON_CHARS_MAX: usize = 2_000;

/// What a caller proposes as a quantity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityDraft {
    /// Decimal digits.
    pub value: String,
    /// Number of a unit.
    pub unit: i32,
    /// Number of a [`Bound`].
    pub bound: i32,
    /// Number of a [`Basis`].
    pub basis: i32,
    /// Number of a method.
    pub method: i32,
}

/// What a caller proposes as an item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemDraft {
    /// Number of an [`ItemKind`].
    pub kind: i32,
    /// Name of the substance.
    pub substance: String,
    /// What the report called it.
    pub reported_label: String,
    /// How much of it.
    pub quantity: Option<QuantityDraft>,
    /// Number of a [`Form`].
    pub form: i32,
    /// Number of an [`Identification`].
    pub identification: i32,
    /// Percent by mass.
    pub purity_percent: String,
    /// Number of packages.
    pub package_count: Option<i32>,
}

/// What a caller proposes as a seizure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeizureDraft {
    /// Name of the operation.
    pub operation: String,
    /// Name of the agency that seized.
    pub agency: String,
    /// EDTF.
    pub when: Option<String>,
    /// Where.
    pub place: Option<PlaceDraft>,
    /// What was taken.
    pub items: Vec<ItemDraft>,
    /// Names in other systems.
    pub external_ids: Vec<ExternalId>,
    /// Where the facts come from.
    pub sources: Vec<SourceDraft>,
    /// Who may see it.
    pub marking: Option<MarkingDraft>,
}

/// One substance, or one other thing, that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// The substance; there is one exactly where the kind is SUBSTANCE.
    pub substance: Option<SubstanceId>,
    /// What the report called it; empty when not given.
    pub reported_label: String,
    /// How much of it; none when not known.
    pub quantity: Option<Quantity>,
    /// The form it was found in.
    pub form: Option<Form>,
    /// How well it is identified.
    pub identification: Identification,
    /// Percent by mass as written; empty when not known.
    pub purity_percent: String,
    /// Number of packages.
    pub package_count: Option<i32>,
}

/// The fields of a seizure that callers may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeizureBody {
    /// The operation it was made under.
    pub operation: Option<OperationId>,
    /// The agency that seized.
    pub agency: Option<AgencyId>,
    /// When.
    pub when: Option<When>,
    /// Where.
    pub place: Option<Place>,
    /// What was taken.
    pub items: Vec<Item>,
    /// Names in other systems.
    pub external_ids: Vec<ExternalId>,
    /// Where the facts come from.
    pub sources: Vec<Source>,
    /// Who may see it.
    pub marking: Marking,
}

/// One taking of contraband at a time and place, by an agency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seizure {
    /// Its id.
    pub id: SeizureId,
    /// What callers may set.
    pub body: SeizureBody,
    /// Whether it counts.
    pub state: SeizureState,
    /// Why it was retracted; empty while it is not.
    pub retraction_reason: String,
    /// What every record has.
    pub meta: Meta,
}
record!(Seizure, SeizureId, SeizureDraft);

impl SeizureBody {
    /// Mass of all substances together in micrograms; none when no substance has a known mass. What
    /// else was taken, such as a boat, adds nothing. It fits, for the check of a draft refuses more.
    #[must_use]
    pub fn total_mass_micrograms(&self) -> Option<i64> {
        total_mass(&self.items).and_then(|mass| i64::try_from(mass).ok())
    }
}

fn total_mass(items: &[Item]) -> Option<i128> {
    items
        .iter()
        .filter(|item| item.kind == ItemKind::Substance)
        .filter_map(|item| item.quantity.as_ref())
        .filter(|quantity| quantity.dimension() == Dimension::Mass)
        .map(|quantity| i128::from(quantity.normalized))
        .reduce(|a, b| a + b)
}

impl QuantityDraft {
    /// Checks the draft.
    pub fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Quantity> {
        let value_path = path.field("value");
        let amount = violations.keep(&value_path, Amount::parse(&self.value));
        let unit_path = path.field("unit");
        let unit = violations.code_required(&unit_path, self.unit);
        if unit == Some(Unit::Ton) {
            violations.add(&unit_path, QuantityError::AmbiguousTon);
        }
        let bound = violations.code_or(&path.field("bound"), self.bound, Bound::Exact);
        let basis = violations.code_or(&path.field("basis"), self.basis, Basis::Unknown);
        let method = violations.code(&path.field("method"), self.method);
        let unit = unit.filter(|unit| *unit != Unit::Ton)?;
        violations.keep(&value_path, Quantity::new(amount?, unit, bound, basis, method))
    }

    fn of(quantity: &Quantity) -> Self {
        let Quantity { amount, unit, bound, basis, method, normalized: _ } = quantity;
        Self {
            value: amount.as_str().to_owned(),
            unit: unit.code(),
            bound: bound.code(),
            basis: basis.code(),
            method: method.map_or(0, |method| method.code()),
        }
    }
}

impl ItemDraft {
    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Item> {
        let kind = violations.code_or(&path.field("kind"), self.kind, ItemKind::Substance);
        let substance_path = path.field("substance");
        let label_path = path.field("reported_label");
        let substance = match kind {
            ItemKind::Substance => violations.name_required(&substance_path, &self.substance),
            ItemKind::Currency | ItemKind::Weapon | ItemKind::Conveyance | ItemKind::Other => {
                if !self.substance.is_empty() {
                    let message = format!("an item of kind {} has none", kind.name());
                    violations.add(&substance_path, message);
                }
                if self.reported_label.trim().is_empty() {
                    violations.add(&label_path, format!("required for kind {}", kind.name()));
                }
                None
            }
        };
        violations.label(&label_path, &self.reported_label, REPORTED_LABEL_CHARS_MAX);
        let quantity_path = path.field("quantity");
        let quantity = self.quantity.as_ref().and_then(|q| q.check(&quantity_path, violations));
        let form = violations.code(&path.field("form"), self.form);
        let identification_path = path.field("identification");
        let identification =
            violations.code_or(&identification_path, self.identification, Identification::Unknown);
        violations.keep(&path.field("purity_percent"), check_purity(&self.purity_percent));
        violations.within(&path.field("package_count"), self.package_count, 0, PACKAGES_MAX);
        Some(Item {
            kind,
            substance,
            reported_label: self.reported_label.clone(),
            quantity,
            form,
            identification,
            purity_percent: self.purity_percent.clone(),
            package_count: self.package_count,
        })
    }

    fn of(item: &Item) -> Self {
        let Item {
            kind,
            substance,
            reported_label,
            quantity,
            form,
            identification,
            purity_percent,
            package_count,
        } = item;
        Self {
            kind: kind.code(),
            substance: substance.as_ref().map_or_else(String::new, ToString::to_string),
            reported_label: reported_label.clone(),
            quantity: quantity.as_ref().map(QuantityDraft::of),
            form: form.map_or(0, |form| form.code()),
            identification: identification.code(),
            purity_percent: purity_percent.clone(),
            package_count: *package_count,
        }
    }
}

/// Empty is none.
fn check_purity(text: &str) -> Result<(), String> {
    if text.is_empty() { Ok(()) } else { millionths_of_percent(text).map(|_| ()) }
}

/// Percent from 0 to 100 with at most six digits after the point, as millionths of a percent: 0 to
/// 100,000,000.
///
/// # Errors
/// Says what would be right.
pub fn millionths_of_percent(text: &str) -> Result<i64, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, max| {
        (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let fits = digits(whole, 3) && digits(fraction, 6) && {
        let hundred = whole == "100" && fraction.bytes().all(|b| b == b'0');
        hundred || whole.trim_start_matches('0').len() < 3
    };
    let wanted = || "want percent from 0 to 100 with at most 6 digits after the point".to_owned();
    let parsed = fits.then(|| format!("{whole}{fraction:0<6}").parse());
    parsed.and_then(Result::ok).ok_or_else(wanted)
}

impl Draft for SeizureDraft {
    type Body = SeizureBody;
    draft_fields!("seizure", fixed: ["state", "retraction_reason", "total_mass_micrograms"], {
        "operation" => operation,
        "agency" => agency,
        "when" => when,
        "place" => place,
        "items" => items,
        "external_ids" => external_ids,
        "sources" => sources,
        "marking" => marking,
    });

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<SeizureBody> {
        let items_path = path.field("items");
        if self.items.is_empty() {
            violations.add(&items_path, format_args!("required: want 1 to {ITEMS_MAX} items"));
        }
        let items = violations.each(&items_path, &self.items, ITEMS_MAX, ItemDraft::check);
        if total_mass(&items).is_some_and(|mass| i64::try_from(mass).is_err()) {
            violations.add(&items_path, "their mass together is more than 9,223,372 tonnes");
        }
        ExternalId::check_all(&self.external_ids, &path.field("external_ids"), violations);
        let sources_path = path.field("sources");
        let marking_path = path.field("marking");
        Some(SeizureBody {
            operation: violations.name(&path.field("operation"), &self.operation),
            agency: violations.name(&path.field("agency"), &self.agency),
            when: check_when(self.when.as_deref(), &path.field("when"), violations),
            place: self.place.as_ref().and_then(|p| p.check(&path.field("place"), violations)),
            items,
            external_ids: self.external_ids.clone(),
            sources: SourceDraft::check_all(&self.sources, &sources_path, violations),
            marking: MarkingDraft::check(self.marking.as_ref(), &marking_path, violations),
        })
    }

    fn of(body: &SeizureBody) -> Self {
        let SeizureBody { operation, agency, when, place, items, external_ids, sources, marking } =
            body;
        Self {
            operation: operation.as_ref().map_or_else(String::new, ToString::to_string),
            agency: agency.as_ref().map_or_else(String::new, ToString::to_string),
            when: when.as_ref().map(|when| when.as_str().to_owned()),
            place: place.as_ref().map(Place::to_draft),
            items: items.iter().map(ItemDraft::of).collect(),
            external_ids: external_ids.clone(),
            sources: sources.iter().map(Source::to_draft).collect(),
            marking: Some(marking.to_draft()),
        }
    }
}

impl Body for SeizureBody {
    fn references(&self, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Target)) {
        if let Some(operation) = &self.operation {
            visit(&path.field("operation"), Target::Operation(*operation));
        }
        if let Some(agency) = &self.agency {
            visit(&path.field("agency"), Target::Agency(agency.clone()));
        }
        let list = path.field("items");
        for (i, item) in self.items.iter().enumerate() {
            if let Some(substance) = &item.substance {
                visit(&list.index(i).field("substance"), Target::Substance(substance.clone()));
            }
        }
        self.marking.references(&path.field("marking"), visit);
    }
    fn marking(&self) -> &Marking {
        &self.marking
    }
    fn set_marking(&mut self, marking: Marking) {
        self.marking = marking;
    }
}
