//! What is bad of every list alike: page tokens, orders, and what the filters of all nouns share.

use super::{
    NONE, Row,
    calls::{Listing, Noun, Sent},
    invalid,
    known::Names,
    methods::Methods,
    records::NO_CODES,
    refused,
};
use interdiction::proto::{self, NameFilter};
use prost_types::Timestamp;
use tonic::Code;

fn by<N: Noun>(filter: N::Filter) -> Sent {
    N::list(Listing { filter, ..Listing::default() })
}

fn any_of(any_of: Vec<String>) -> NameFilter {
    NameFilter { any_of, none_of: Vec::new() }
}

fn none_of(none_of: Vec<String>) -> NameFilter {
    NameFilter { any_of: Vec::new(), none_of }
}

fn ordered<N: Noun>(order: &[(i32, i32)]) -> Sent {
    N::list(Listing { order: order.to_vec(), ..Listing::default() })
}

impl<N: Noun> Methods<'_, N> {
    pub fn lists(&self) -> Vec<Row> {
        let mut rows = self.tokens();
        rows.extend(self.orders());
        rows.extend(self.filters());
        rows.extend(self.limits());
        rows
    }

    fn tokens(&self) -> Vec<Row> {
        let Names { token, token_of_theirs, mine, .. } = self.names;
        let with = |page_token: &str| Listing {
            page_token: page_token.to_owned(),
            ..Listing::<N::Filter>::default()
        };
        let token_row = |what: &str, listing| invalid(what, N::list(listing), ["page_token"]);
        let tampered: String =
            token.char_indices().map(|(i, c)| if i == 9 { swapped(c) } else { c }).collect();
        let mut rows = vec![
            token_row("with a tampered token", with(&tampered)),
            token_row("with a token cut short", with(&token[..token.len() - 4])),
            token_row("with a token cut to its head", with(&token[..8])),
            token_row("with a token and more", with(&format!("{token}AAAA"))),
            token_row("with a token twice", with(&format!("{token}{token}"))),
            token_row("with the token of another viewer", with(token_of_theirs)),
            token_row(
                "with the token of another order",
                Listing { order: vec![(1, 1)], ..with(token) },
            ),
            token_row(
                "with the token of another filter",
                Listing { filter: N::not(N::Filter::default()), ..with(token) },
            ),
            token_row(
                "with the token of a list without deleted ones",
                Listing { show_deleted: true, ..with(token) },
            ),
            token_row("with a token of 4,097 characters", with(&"A".repeat(4_097))),
            token_row("with a token of a megabyte", with(&"A".repeat(1 << 20))),
        ];
        for junk in ["x", "!!!", "\0", " ", "AAAA", "{}", mine] {
            rows.push(token_row(&format!("with the token {junk:?}"), with(junk)));
        }
        for page_size in [-1, i32::MIN] {
            let listing = Listing { page_size, ..with("") };
            let what = format!("with a page size of {page_size}");
            rows.push(invalid(what, N::list(listing), ["page_size"]));
        }
        rows
    }

    fn orders(&self) -> Vec<Row> {
        let mut rows = vec![
            invalid("by an unset field", ordered::<N>(&[(0, 1)]), ["order_by[0].field"]),
            invalid(
                "by a field twice",
                ordered::<N>(&[(1, 1), (2, 1), (1, 2)]),
                ["order_by[2].field"],
            ),
            invalid(
                "by six fields",
                ordered::<N>(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]),
                ["order_by"],
            ),
            invalid("by 10,000 fields", ordered::<N>(&[(99, 99); 10_000]), ["order_by"]),
            invalid(
                "by three bad terms",
                ordered::<N>(&[(99, 99), (0, 0), (1, 9)]),
                [
                    "order_by[0].field",
                    "order_by[0].direction",
                    "order_by[1].field",
                    "order_by[2].direction",
                ],
            ),
        ];
        for code in NO_CODES {
            let what = format!("by field {code}");
            rows.push(invalid(what, ordered::<N>(&[(1, 1), (code, 1)]), ["order_by[1].field"]));
            let what = format!("in direction {code}");
            rows.push(invalid(what, ordered::<N>(&[(1, code)]), ["order_by[0].direction"]));
        }
        rows
    }

    fn filters(&self) -> Vec<Row> {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mine = &self.names.mine;
        let mut rows = vec![
            invalid(
                "by malformed names",
                by::<N>(N::named(any_of(names(&["", mine, "x", "\0"])))),
                ["filter.name.any_of[0]", "filter.name.any_of[2]", "filter.name.any_of[3]"],
            ),
            invalid(
                "by not being malformed names",
                by::<N>(N::named(none_of(names(&["nobody/ours"])))),
                ["filter.name.none_of[0]"],
            ),
            invalid(
                "by a malformed originator",
                by::<N>(N::recorded(Some(any_of(names(&["sensors/ours"]))), None, None)),
                ["filter.originator.any_of[0]"],
            ),
        ];
        for (what, seconds, nanos) in [
            ("before year 1", -62_135_596_801, 0),
            ("after year 9999", 253_402_300_800, 0),
            ("at the end of an i64", i64::MAX, 0),
            ("at the beginning of an i64", i64::MIN, 0),
            ("with negative nanoseconds", 0, -1),
            ("with a second of nanoseconds", 0, 1_000_000_000),
        ] {
            let time = Some(Timestamp { seconds, nanos });
            let from = Some(proto::TimeFilter { from_time: time, until_time: None });
            let until = Some(proto::TimeFilter { from_time: None, until_time: time });
            rows.push(invalid(
                format!("by an instant {what}"),
                by::<N>(N::recorded(None, from, until)),
                ["filter.create_time.from_time", "filter.update_time.until_time"],
            ));
        }
        rows
    }

    /// Filters that are too much, one limit each.
    fn limits(&self) -> Vec<Row> {
        let mine = &self.names.mine;
        let nested =
            |levels: usize| (1..levels).fold(N::Filter::default(), |filter, _| N::not(filter));
        let many = |count| vec![N::Filter::default(); count];
        let malformed = (Code::InvalidArgument, "MALFORMED_MESSAGE");
        vec![
            invalid(
                "by 1,001 names",
                by::<N>(N::named(any_of(vec![mine.clone(); 1_001]))),
                ["filter.name.any_of"],
            ),
            invalid(
                "by 1,001 names in two lists",
                by::<N>(N::and(vec![
                    N::named(any_of(vec![mine.clone(); 1_000])),
                    N::named(none_of(vec![mine.clone()])),
                ])),
                ["filter.and[1].name.none_of"],
            ),
            invalid(
                "by a filter 17 levels deep",
                by::<N>(nested(17)),
                [format!("filter{}", ".not".repeat(16))],
            ),
            refused(
                "by a filter deeper than a message may be",
                by::<N>(nested(120)),
                malformed,
                NONE,
            ),
            invalid(
                "by more filters than memory is given for",
                by::<N>(N::and(many(150_000))),
                ["filter.and"],
            ),
            invalid("by 201 messages in and", by::<N>(N::and(many(200))), ["filter.and[199]"]),
            invalid("by 201 messages in or", by::<N>(N::or(many(200))), ["filter.or[199]"]),
            invalid("by 1,000 filters", by::<N>(N::and(many(1_000))), ["filter.and[199]"]),
            invalid(
                "by 100 filters with a name each",
                by::<N>(N::and(vec![N::named(any_of(Vec::new())); 100])),
                ["filter.and[99].name"],
            ),
        ]
    }
}

/// Another letter of the alphabet of tokens.
fn swapped(c: char) -> char {
    if c == 'A' { 'B' } else { 'A' }
}
