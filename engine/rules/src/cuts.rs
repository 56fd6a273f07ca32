//! Into which bands (分段) a condition parts a whole number: so that somebody can be asked for the band and not for the
//! number itself.

use std::collections::BTreeSet;

use crate::expression::Expression;
use crate::node::{Comparator, Literal, Node};

impl Expression {
    /// The first whole numbers of the bands into which this condition parts the fact at `path`: all numbers of one band
    /// give the same answer. Nothing when the condition does more with it than to compare it with whole numbers.
    pub fn cuts(&self, path: &str) -> Option<BTreeSet<i64>> {
        let mut cuts = Cuts { path, found: BTreeSet::new(), compared: 0 };
        cuts.read(self.node());
        let mut read = 0;
        crate::parse::paths(self.node(), &mut |found| read += usize::from(found.join(".") == path));
        (read == cuts.compared).then_some(cuts.found)
    }
}

struct Cuts<'a> {
    path: &'a str,
    found: BTreeSet<i64>,
    /// How often the fact was compared.
    compared: usize,
}

impl Cuts<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever is no plain comparison is counted as such")]
    fn read(&mut self, node: &Node) {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| self.read(node)),
            Node::Not(inner) => self.read(inner),
            Node::Compare(comparator, sides) => match &**sides {
                [Node::Path(path), Node::Literal(Literal::Int(number))] => {
                    self.compare(path, *comparator, *number);
                }
                [Node::Literal(Literal::Int(number)), Node::Path(path)] => {
                    self.compare(path, comparator.turned(), *number);
                }
                _ => {}
            },
            Node::In(sides) => {
                if let [Node::Path(path), Node::List(list)] = &**sides
                    && list.iter().all(|node| matches!(node, Node::Literal(Literal::Int(_))))
                    && path.join(".") == self.path
                {
                    self.compared += 1;
                    for node in list {
                        if let Node::Literal(Literal::Int(number)) = node {
                            self.found.extend([*number, number.saturating_add(1)]);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn compare(&mut self, path: &[String], comparator: Comparator, number: i64) {
        if path.join(".") != self.path {
            return;
        }
        self.compared += 1;
        let next = number.saturating_add(1);
        match comparator {
            Comparator::Less | Comparator::AtLeast => drop(self.found.insert(number)),
            Comparator::AtMost | Comparator::Greater => drop(self.found.insert(next)),
            Comparator::Equal | Comparator::NotEqual => self.found.extend([number, next]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_part_a_number_into_bands() {
        let cuts = |text: &str| {
            let cuts = Expression::parse(text).unwrap().cuts("form.age");
            cuts.map(|cuts| cuts.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(cuts("form.age >= 60"), Some(vec![60]));
        assert_eq!(cuts("form.age < 60 || 18 > form.age"), Some(vec![18, 60]));
        assert_eq!(cuts("form.age <= 15 && form.age > 5"), Some(vec![6, 16]));
        assert_eq!(cuts("!(form.age == 3) && form.kind == \"a\""), Some(vec![3, 4]));
        assert_eq!(cuts("form.age in [3, 7]"), Some(vec![3, 4, 7, 8]));
        assert_eq!(cuts("form.other >= 60"), Some(vec![]));
        // Anything else needs the number itself.
        assert_eq!(cuts("form.age + 1 >= 60"), None);
        assert_eq!(cuts("form.age >= 60 && has(form.age)"), None);
        assert_eq!(cuts("form.age >= form.limit"), None);
        assert_eq!(cuts("form.age >= 1.5"), None);
    }
}
