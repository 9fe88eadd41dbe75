//! Chance from a seed.

use crate::world::nouns::Noun;
use interdiction::domain::records::Draft;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

pub struct Chance(StdRng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn maybe_one<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { Some(&from[self.below(from.len())]) }
    }

    /// A text of a few, empty one time in three.
    pub fn text(&mut self, from: &[&str]) -> String {
        if self.once_in(3) { String::new() } else { self.pick(from).to_owned() }
    }

    /// The number of an enumeration of this many values, unset one time in three.
    pub fn code(&mut self, values: i32) -> i32 {
        if self.once_in(3) { 0 } else { self.0.random_range(1..=values) }
    }

    /// A few draws.
    pub fn some<T>(&mut self, most: usize, draw: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| draw(self)).collect()
    }

    pub fn slug(&mut self) -> String {
        format!("r-{}", self.below(5))
    }

    /// An update mask: some fields, all of them, now and then a wrong one.
    pub fn mask<R: Noun>(&mut self) -> Vec<String> {
        let fields = <R::Draft as Draft>::FIELDS;
        if self.once_in(5) {
            return vec!["*".to_owned()];
        }
        if self.once_in(15) {
            return vec![fields[0].to_owned(), "colour".to_owned()];
        }
        (0..=self.below(2)).map(|_| self.pick(fields).to_owned()).collect()
    }
}
