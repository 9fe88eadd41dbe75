//! Names that a mistyped one may have meant.

/// How many names are offered at most.
const OFFERED_MAX: usize = 3;

/// The names nearest to a mistyped one, best first, at most three; none where nothing is near.
pub(super) fn nearest(typed: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let mut near: Vec<(usize, String)> = names
        .map(|name| (cost(typed, &name), name))
        .filter(|(cost, name)| *cost <= (typed.len().max(name.len()) / 3).max(1))
        .collect();
    near.sort();
    let best = near.first().map_or(0, |(cost, _)| *cost);
    near.retain(|(cost, _)| *cost <= 2 * best);
    near.into_iter().take(OFFERED_MAX).map(|(_, name)| name).collect()
}

/// What to say after a mistyped name.
pub(super) fn advice(near: &[String]) -> String {
    match near {
        [] => "`interdiction serve --help` lists every setting".to_owned(),
        [one] => format!("did you mean `{one}`?"),
        several => format!("did you mean one of `{}`?", several.join("`, `")),
    }
}

/// The edit distance, but 0 for the right name in another section or without one.
fn cost(typed: &str, name: &str) -> usize {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    if last(typed) == last(name) || name.ends_with(typed) { 0 } else { distance(typed, name) }
}

/// Levenshtein's distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
