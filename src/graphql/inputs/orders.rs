//! By what lists are sorted.

use crate::{
    domain::{
        check::Violations,
        codes::codes,
        filters::{AgencySort, OperationSort, SeizureSort, SensorSort, SubstanceSort},
        pages,
    },
    graphql::codes::Coded,
};
use async_graphql::InputObject;

codes! {
    /// Which way a sort runs. What is not known comes before all else ascending, and after it
    /// descending.
    pub enum OrderDirection {
        /// Smallest, earliest or first first.
        Ascending = 1 => "ASCENDING",
        /// Largest, latest or last first.
        Descending = 2 => "DESCENDING",
    }
}

impl From<OrderDirection> for pages::Direction {
    fn from(direction: OrderDirection) -> Self {
        match direction {
            OrderDirection::Ascending => Self::Ascending,
            OrderDirection::Descending => Self::Descending,
        }
    }
}

macro_rules! orders {
    ($($order:ident, $sort:ident: $plural:literal;)+) => {$(
        #[doc = concat!("A term of an order of ", $plural, ".")]
        #[derive(Debug, Clone, Copy, InputObject)]
        pub struct $order {
            /// The field.
            field: Coded<$sort>,
            /// Which way.
            #[graphql(default_with = "Coded(OrderDirection::Ascending)")]
            direction: Coded<OrderDirection>,
        }

        impl $order {
            /// Reads the argument `orderBy`.
            pub fn decode(
                order: Option<Vec<Self>>,
                violations: &mut Violations,
            ) -> Vec<pages::OrderTerm<$sort>> {
                pages::check_order(&order.unwrap_or_default(), violations, |term, _, _| {
                    let Self { field, direction } = *term;
                    Some(pages::OrderTerm { field: field.0, direction: direction.0.into() })
                })
            }
        }
    )+};
}

orders! {
    AgencyOrder, AgencySort: "agencies";
    SensorOrder, SensorSort: "sensors";
    OperationOrder, OperationSort: "operations";
    SeizureOrder, SeizureSort: "seizures";
    SubstanceOrder, SubstanceSort: "substances";
}
