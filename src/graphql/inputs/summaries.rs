//! Conditions on groups, and their order.

use super::orders::OrderDirection;
use crate::{
    domain::{
        codes::Code as _,
        quantities::Unit,
        seizures::QuantityDraft,
        summaries::{Figure, GroupByDraft, HavingDraft, Key, OrderDraft},
    },
    graphql::{codes::Coded, scalars::Decimal},
};
use async_graphql::InputObject;

/// An amount that a figure is compared with.
#[derive(Debug, Clone, InputObject)]
pub struct SummaryBound {
    /// Decimal digits, at most 18 that count.
    value: Decimal,
    /// The unit, of the dimension of the figure; a count has none.
    #[graphql(default_with = "Coded(Unit::Unit)")]
    unit: Coded<Unit>,
}

/// A condition on a figure of a group; where the figure is not known it does not hold.
#[derive(Debug, Clone, InputObject)]
pub struct SummaryHaving {
    /// The figure.
    figure: Coded<Figure>,
    /// At least this much.
    at_least: Option<SummaryBound>,
    /// At most this much.
    at_most: Option<SummaryBound>,
}

/// A term of the order of groups: a key or a figure. What is not known comes first ascending.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct SummaryOrder {
    /// One of the keys that are grouped by.
    key: Option<Coded<Key>>,
    /// A figure.
    figure: Option<Coded<Figure>>,
    /// Which way.
    #[graphql(default_with = "Coded(OrderDirection::Ascending)")]
    direction: Coded<OrderDirection>,
}

impl SummaryBound {
    fn draft(self) -> QuantityDraft {
        let Self { value, unit } = self;
        QuantityDraft { value: value.0, unit: unit.0.code(), bound: 0, basis: 0, method: 0 }
    }
}

impl SummaryHaving {
    /// As the domain checks it.
    pub fn draft(self) -> HavingDraft {
        let Self { figure, at_least, at_most } = self;
        HavingDraft {
            figure: figure.0.code(),
            at_least: at_least.map(SummaryBound::draft),
            at_most: at_most.map(SummaryBound::draft),
        }
    }
}

impl SummaryOrder {
    /// As the domain checks it; the level of a key is that of the keys that are grouped by.
    pub fn draft(self, by: impl Fn(Key) -> GroupByDraft) -> OrderDraft {
        let Self { key, figure, direction } = self;
        OrderDraft {
            key: key.map(|key| by(key.0)),
            figure: figure.map_or(0, |figure| figure.0.code()),
            direction: direction.0.code(),
        }
    }
}
