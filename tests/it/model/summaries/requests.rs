//! Random requests for summaries.

use crate::model::chance::Chance;
use interdiction::domain::{
    codes::Code as _,
    filters::Filter,
    pages::Direction,
    summaries::{Attribution, Figure, GroupBy, Having, Key, OrderBy, Request, SortBy},
};

/// A request about records that have certain figures, and items or none.
pub fn draw<F>(
    chance: &mut Chance,
    filter: Filter<F>,
    (has_figure, has_items): (fn(Figure) -> bool, bool),
) -> Request<F> {
    let mut group_by: Vec<GroupBy> = Vec::new();
    let keys: Vec<Key> =
        Key::ALL.iter().copied().filter(|key| has_items || !key.is_of_items()).collect();
    for _ in 0..chance.below(5) {
        let key = chance.pick(&keys);
        let depth =
            (key == Key::Substance && !chance.once_in(3)).then(|| chance.pick(&[0, 1, 2, 9]));
        let by = GroupBy { key, depth };
        if !group_by.contains(&by) {
            group_by.push(by);
        }
    }
    let known: Vec<Figure> = Figure::ALL.iter().copied().filter(|one| has_figure(*one)).collect();
    let figures = match chance.below(3) {
        0 => known.clone(),
        1 => vec![chance.pick(&known)],
        _ => vec![Figure::SeizureCount, Figure::Mass],
    };
    let times = group_by.iter().filter(|by| by.key.calendar().is_some()).count();
    let empty_buckets = times == 1 && chance.once_in(2);
    let having = if empty_buckets { Vec::new() } else { having(chance, &known) };
    Request {
        filter,
        attribution: chance.pick(Attribution::ALL),
        having,
        order: order(chance, &group_by, &known),
        first: chance.pick(&[1, 2, 5, 1_000]),
        empty_buckets,
        total: chance.once_in(2),
        group_by,
        figures,
    }
}

/// Every day of everything, also those on which nothing happened.
pub fn every_day<F>(has_figure: fn(Figure) -> bool) -> Request<F> {
    Request {
        filter: Filter::default(),
        group_by: vec![GroupBy { key: Key::Day, depth: None }],
        attribution: Attribution::Primary,
        figures: vec![if has_figure(Figure::OperationCount) {
            Figure::OperationCount
        } else {
            Figure::SeizureCount
        }],
        having: Vec::new(),
        order: Vec::new(),
        first: 1_000,
        empty_buckets: true,
        total: false,
    }
}

fn having(chance: &mut Chance, figures: &[Figure]) -> Vec<Having> {
    if !chance.once_in(3) {
        return Vec::new();
    }
    chance.some(2, |chance| {
        let bound = Some(chance.pick(&[0, 1, 2, 1_000_000, 390_000_000, 1 << 32, 353_802_048_600]));
        let figure = chance.pick(figures);
        match chance.below(3) {
            0 => Having { figure, at_least: None, at_most: bound },
            _ => Having { figure, at_least: bound, at_most: None },
        }
    })
}

fn order(chance: &mut Chance, keys: &[GroupBy], figures: &[Figure]) -> Vec<OrderBy> {
    let mut order: Vec<OrderBy> = Vec::new();
    for _ in 0..chance.below(3) {
        let by = if keys.is_empty() || chance.once_in(2) {
            SortBy::Figure(chance.pick(figures))
        } else {
            SortBy::Key(chance.below(keys.len()))
        };
        if order.iter().all(|term| term.by != by) {
            order.push(OrderBy {
                by,
                direction: chance.pick(&[Direction::Ascending, Direction::Descending]),
            });
        }
    }
    order
}
