//! "Did you mean": the closest of some names, by CPython's measure.
//!
//! **Source:** the algorithm described in CPython's `suggestions.c`: edit distance in which a change of case costs less.

const MOVE: usize = 2;
const CASE: usize = 1;
/// Longer names are not compared.
const LENGTH_MAX: usize = 40;
/// More candidates than this are not looked at.
const CANDIDATES_MAX: usize = 750;

fn cost(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        MOVE
    }
}

fn distance(a: &[char], b: &[char], max: usize) -> usize {
    let pre = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[pre..], &b[pre..]);
    let post = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - post], &b[..b.len() - post]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE;
    }
    let (a, b) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if (b.len() - a.len()) * MOVE > max {
        return max + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE).collect();
    let mut result = 0;
    for (i, &c) in b.iter().enumerate() {
        let (mut left, mut diagonal) = (i * MOVE, i * MOVE);
        result = left;
        let mut least = usize::MAX;
        for (j, &d) in a.iter().enumerate() {
            let substitute = diagonal + cost(c, d);
            diagonal = row[j];
            let other = left.min(diagonal) + MOVE;
            result = substitute.min(other);
            left = result;
            row[j] = result;
            least = least.min(result);
        }
        if least > max {
            return max + 1;
        }
    }
    result
}

/// The candidate closest to `name`, if one is close enough.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = name.chars().collect();
    if wrong.len() > LENGTH_MAX {
        return None;
    }
    let mut best = None;
    let mut best_distance = usize::MAX;
    for (i, c) in candidates.enumerate() {
        if i >= CANDIDATES_MAX {
            return None;
        }
        if c == name {
            continue;
        }
        let chars: Vec<char> = c.chars().collect();
        if chars.len() > LENGTH_MAX {
            continue;
        }
        let max = (wrong.len() + chars.len() + 3) * MOVE / 6;
        let max = max.min(best_distance.saturating_sub(1));
        let d = distance(&wrong, &chars, max);
        if d > max {
            continue;
        }
        if d < best_distance {
            best = Some(c);
            best_distance = d;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn close_names_are_suggested() {
        let names = ["blech", "bluch", "sorted", "append"];
        assert_eq!(closest("appned", names.into_iter()), Some("append"));
        assert_eq!(closest("Sorted", names.into_iter()), Some("sorted"));
        assert_eq!(closest("xyzzy", names.into_iter()), None);
    }
}
