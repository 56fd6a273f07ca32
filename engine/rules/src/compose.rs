//! Expressions made of others: put together, and over facts that are called otherwise.

use crate::expression::Expression;
use crate::fault::ExpressionFault;
use crate::node::Node;

impl Expression {
    /// Holds when both hold.
    pub fn and(&self, other: &Self) -> Result<Self, ExpressionFault> {
        Self::parse(&Node::All(vec![self.node().clone(), other.node().clone()]).to_string())
    }

    /// Holds when one of them holds.
    pub fn or(&self, other: &Self) -> Result<Self, ExpressionFault> {
        Self::parse(&Node::Any(vec![self.node().clone(), other.node().clone()]).to_string())
    }

    /// The same over facts with other names: `rename` is given the root and the name below it, such as `form` and
    /// `shop_name`, and says what that name is now; nothing where it stays.
    pub fn renamed(&self, rename: &dyn Fn(&str, &str) -> Option<String>) -> Result<Self, ExpressionFault> {
        let mut node = self.node().clone();
        rename_in(&mut node, rename);
        Self::parse(&node.to_string())
    }
}

fn rename_in(node: &mut Node, rename: &dyn Fn(&str, &str) -> Option<String>) {
    match node {
        Node::Path(path) => {
            if let [root, name, ..] = path.as_mut_slice()
                && let Some(new) = rename(root, name)
            {
                *name = new;
            }
        }
        Node::Literal(_) | Node::Member(_) => {}
        Node::Field(inner, _)
        | Node::Not(inner)
        | Node::Negative(inner)
        | Node::Has(inner)
        | Node::Given(inner) => rename_in(inner, rename),
        Node::Index(left, right) | Node::Each(_, left, _, right) => {
            rename_in(left, rename);
            rename_in(right, rename);
        }
        Node::List(nodes) | Node::All(nodes) | Node::Any(nodes) | Node::Call(_, nodes) => {
            nodes.iter_mut().for_each(|node| rename_in(node, rename));
        }
        Node::If(parts) => parts.iter_mut().for_each(|node| rename_in(node, rename)),
        Node::Compare(_, sides) | Node::In(sides) | Node::Calculate(_, sides) => {
            sides.iter_mut().for_each(|node| rename_in(node, rename));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Expression {
        Expression::parse(text).unwrap()
    }

    #[test]
    fn parts_keep_their_brackets() {
        let (either, third) = (read("form.a || form.b"), read("form.c > 1"));
        assert_eq!(either.and(&third).unwrap().source(), "(form.a || form.b) && form.c > 1");
        assert_eq!(either.or(&third).unwrap().source(), "(form.a || form.b) || form.c > 1");
    }

    #[test]
    fn only_the_name_below_the_root_changes() {
        let rename =
            |root: &str, name: &str| (root == "form" && name == "name").then(|| "shop_name".to_owned());
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text).renamed(&rename).unwrap().source(), expected, "{text}");
        };
        check(
            "has(form.name) && register.name.name == form.name",
            "has(form.shop_name) && register.name.name == form.shop_name",
        );
        check(
            "form.people.exists(m, m.name == form.name)",
            "form.people.exists(m, m.name == form.shop_name)",
        );
        check("!(form.other in [\"a\", form.name])", "!(form.other in [\"a\", form.shop_name])");
    }
}
