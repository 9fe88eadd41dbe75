//! The columns that figures are counted and summed in.
//!
//! SQLite refuses a sum that passes 64 bits, so each is taken in two halves of 32 bits, which no
//! number of rows that fits a disk can make overflow.

use crate::{
    domain::{
        codes::Code as _,
        errors::Result,
        quantities::{Dimension, Method},
        seizures::ItemKind,
        summaries::{Figure, Figures, Having, Request, Sum},
    },
    store::{dialect::Row, filters::at},
};
use sea_orm::sea_query::{
    Alias, CaseStatement, Condition, Expr, ExprTrait as _, Func, SelectStatement,
};

/// One more than the largest lower half.
const HALF: i64 = 1 << 32;

/// The columns of the figures that a request needs, in a fixed order.
pub(super) struct Columns(Vec<Figure>);

/// What one figure lies in.
enum Lies {
    In(&'static str),
    /// In two halves, the upper one first.
    Halved(&'static str, &'static str),
}

fn lies(figure: Figure) -> Lies {
    match figure {
        Figure::SeizureCount => Lies::In("seizures"),
        Figure::ItemCount => Lies::In("items"),
        Figure::UnknownQuantityCount => Lies::In("unknown_quantities"),
        Figure::OperationCount => Lies::In("operations"),
        Figure::SeizedOperationCount => Lies::In("seized_operations"),
        Figure::DetectionCount => Lies::In("detections"),
        Figure::ConvertedDetectionCount => Lies::In("converted_detections"),
        Figure::Mass => Lies::Halved("mass_upper", "mass_lower"),
        Figure::Volume => Lies::Halved("volume_upper", "volume_lower"),
        Figure::Count => Lies::Halved("count_upper", "count_lower"),
        Figure::EstimatedMass => Lies::Halved("estimated_mass_upper", "estimated_mass_lower"),
        Figure::EstimatedVolume => Lies::Halved("estimated_volume_upper", "estimated_volume_lower"),
        Figure::EstimatedCount => Lies::Halved("estimated_count_upper", "estimated_count_lower"),
        Figure::DetectedMass => Lies::Halved("detected_mass_upper", "detected_mass_lower"),
    }
}

fn is_estimated(figure: Figure) -> bool {
    matches!(figure, Figure::EstimatedMass | Figure::EstimatedVolume | Figure::EstimatedCount)
}

/// Of rows that count once each.
pub(super) fn sum(of: Expr) -> Expr {
    Func::sum(of).cast_as(Alias::new("bigint"))
}

/// How many rows meet a condition.
pub(super) fn count_of(condition: Expr) -> Expr {
    sum(CaseStatement::new().case(condition, Expr::value(1_i64)).finally(Expr::value(0_i64)).into())
}

impl Columns {
    pub fn of<F>(request: &Request<F>) -> Self {
        Self(Figure::ALL.iter().copied().filter(|figure| request.needs(*figure)).collect())
    }

    /// Of records that are not counted.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    pub fn figures(&self) -> &[Figure] {
        &self.0
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().flat_map(|figure| Self::of_figure(*figure)).collect()
    }

    pub fn len(&self) -> usize {
        self.names().len()
    }

    /// Whether some figure is a number of records, each of which counts once.
    pub fn counts_records(&self) -> bool {
        self.0.contains(&Figure::SeizureCount)
    }

    /// Whether some figure is of items.
    pub fn are_of_items(&self) -> bool {
        self.0.iter().any(|figure| {
            figure.dimension().is_some()
                || matches!(figure, Figure::ItemCount | Figure::UnknownQuantityCount)
        })
    }

    /// Whether some figure is of what was seized.
    pub fn are_of_what_was_seized(&self) -> bool {
        self.0.iter().any(|figure| figure.is_of_what_was_seized())
    }

    /// Whether some figure is of detections.
    pub fn are_of_detections(&self) -> bool {
        self.0.iter().any(|figure| figure.is_of_detections())
    }

    /// The columns of one figure.
    pub fn of_figure(figure: Figure) -> Vec<&'static str> {
        match lies(figure) {
            Lies::In(name) => vec![name],
            Lies::Halved(upper, lower) => vec![upper, lower],
        }
    }

    /// The columns of a figure with what they hold, over the items under an alias; `count` is how
    /// records are counted.
    pub fn over_items(figure: Figure, items: &str, count: &Expr) -> Vec<(&'static str, Expr)> {
        let value = || at(items, "normalized");
        match lies(figure) {
            Lies::In(name) if figure == Figure::ItemCount => {
                vec![(name, Func::count(at(items, "position")).into())]
            }
            Lies::In(name) if figure == Figure::UnknownQuantityCount => {
                vec![(name, count_of(is_substance(items).and(value().is_null())))]
            }
            Lies::In(name) => vec![(name, count.clone())],
            Lies::Halved(upper, lower) => {
                let of = |half: Expr| sum(added(figure, items, half));
                vec![(upper, of(value().div(HALF))), (lower, of(value().modulo(HALF)))]
            }
        }
    }

    /// Adds up what rows under an alias have. No rows at all count to zero, and know no sum.
    pub fn add_up(&self, query: &mut SelectStatement, alias: &str) {
        for figure in &self.0 {
            match lies(*figure) {
                Lies::In(name) => {
                    let counted = Func::coalesce([sum(at(alias, name)), Expr::value(0_i64)]);
                    query.expr_as(counted, Alias::new(name));
                }
                Lies::Halved(upper, lower) => {
                    query.expr_as(sum(at(alias, upper)), Alias::new(upper));
                    query.expr_as(sum(at(alias, lower)), Alias::new(lower));
                }
            }
        }
    }

    /// The conditions on the figures of a group under an alias.
    pub fn having(&self, having: &[Having], alias: &str) -> Condition {
        let mut all = Condition::all().add(Expr::cust("TRUE"));
        for Having { figure, at_least, at_most } in having {
            let bounds = [at_least.map(|least| (least, true)), at_most.map(|most| (most, false))];
            for (bound, is_least) in bounds.into_iter().flatten() {
                all = all.add(compared(*figure, alias, bound, is_least));
            }
        }
        all
    }

    /// What a figure is sorted by, the most significant first.
    pub fn sorted_by(&self, figure: Figure, alias: &str) -> Vec<Expr> {
        match lies(figure) {
            Lies::In(name) => vec![at(alias, name)],
            Lies::Halved(upper, lower) => carried(alias, upper, lower).into(),
        }
    }

    pub fn read(&self, row: &mut Row<'_>) -> Result<Figures> {
        let mut figures = Figures::default();
        for figure in &self.0 {
            let value = match lies(*figure) {
                Lies::In(_) => row.int_or_null()?.map(i128::from),
                Lies::Halved(..) => {
                    let halves = row.int_or_null()?.zip(row.int_or_null()?);
                    halves.map(|(upper, lower)| {
                        i128::from(upper) * i128::from(HALF) + i128::from(lower)
                    })
                }
            };
            put(&mut figures, *figure, value)?;
        }
        Ok(figures)
    }
}

/// Currency, weapons and boats are counted as items and are in no sum.
fn is_substance(items: &str) -> Expr {
    at(items, "kind").eq(i64::from(ItemKind::Substance.code()))
}

/// What an item adds to one half of a sum; null where it has nothing to do with it.
fn added(figure: Figure, items: &str, half: Expr) -> Expr {
    let dimension = figure.dimension().unwrap_or(Dimension::Count);
    let is_of_it = at(items, "dimension").eq(i64::from(dimension.code())).and(is_substance(items));
    let part = if is_estimated(figure) {
        let is_estimated = at(items, "method").eq(i64::from(Method::Estimated.code()));
        CaseStatement::new().case(is_estimated, half).finally(Expr::value(0_i64)).into()
    } else {
        half
    };
    CaseStatement::new().case(is_of_it, part).into()
}

/// The halves of a sum, what the lower one holds too much carried to the upper one.
fn carried(alias: &str, upper: &'static str, lower: &'static str) -> [Expr; 2] {
    [at(alias, upper).add(at(alias, lower).div(HALF)), at(alias, lower).modulo(HALF)]
}

fn compared(figure: Figure, alias: &str, bound: i64, is_least: bool) -> Condition {
    let within = |column: Expr, bound: i64| {
        if is_least { column.gte(bound) } else { column.lte(bound) }
    };
    match lies(figure) {
        Lies::In(name) => Condition::all().add(within(at(alias, name), bound)),
        Lies::Halved(upper, lower) => {
            let [upper, lower] = carried(alias, upper, lower);
            let (bound_upper, bound_lower) = (bound / HALF, bound % HALF);
            let past = if is_least {
                upper.clone().gt(bound_upper)
            } else {
                upper.clone().lt(bound_upper)
            };
            let tied = Condition::all().add(upper.eq(bound_upper)).add(within(lower, bound_lower));
            Condition::any().add(past).add(tied)
        }
    }
}

fn put(figures: &mut Figures, figure: Figure, value: Option<i128>) -> Result<()> {
    let count = || {
        i64::try_from(value.unwrap_or(0))
            .map_err(|_| crate::domain::errors::Error::internal("a count passes 64 bits"))
    };
    let Figures {
        seizure_count,
        item_count,
        unknown_quantity_count,
        operation_count,
        seized_operation_count,
        detection_count,
        converted_detection_count,
        detected_mass,
        mass,
        volume,
        count: things,
    } = figures;
    let sum = |sum: &mut Sum, value| sum.base_units = value;
    let part = |sum: &mut Sum, value| sum.estimated = value;
    match figure {
        Figure::SeizureCount => *seizure_count = count()?,
        Figure::ItemCount => *item_count = count()?,
        Figure::UnknownQuantityCount => *unknown_quantity_count = count()?,
        Figure::OperationCount => *operation_count = count()?,
        Figure::SeizedOperationCount => *seized_operation_count = count()?,
        Figure::DetectionCount => *detection_count = count()?,
        Figure::ConvertedDetectionCount => *converted_detection_count = count()?,
        Figure::Mass => sum(mass, value),
        Figure::Volume => sum(volume, value),
        Figure::Count => sum(things, value),
        Figure::EstimatedMass => part(mass, value),
        Figure::EstimatedVolume => part(volume, value),
        Figure::EstimatedCount => part(things, value),
        Figure::DetectedMass => *detected_mass = value,
    }
    Ok(())
}
