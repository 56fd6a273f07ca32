//! Finding before any case what cannot be right: unknown facts, types that do not go together.

use crate::function::{Function, Macro};
use crate::node::{Arithmetic, Comparator, Literal, Node};
use crate::types::{Type, TypeFault, TypeRule, Types};
use crate::value::read_date;

/// What is known of a part before there are facts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) kind: Type,
    /// Where a list or group of the facts stands, so that the types below it can be found.
    path: Option<String>,
    /// Type of the members of a list that the rule makes.
    members: Option<Type>,
}

impl Known {
    const fn of(kind: Type) -> Self {
        Self { kind, path: None, members: None }
    }
}

/// One reading of a tree for its types.
pub(crate) struct Check<'a> {
    types: &'a Types,
    members: Vec<(&'a str, Known)>,
    pub(crate) faults: Vec<TypeFault>,
}

impl<'a> Check<'a> {
    pub(crate) const fn new(types: &'a Types) -> Self {
        Self { types, members: Vec::new(), faults: Vec::new() }
    }

    fn fault(&mut self, node: &Node, rule: TypeRule) {
        self.faults.push(TypeFault { place: node.to_string(), rule });
    }

    /// Notes a fault unless the type is one of these, or nothing is known.
    fn want(&mut self, node: &Node, found: Type, of: &[Type], wanted: &'static str) {
        if found != Type::Unknown && !of.contains(&found) {
            self.fault(node, TypeRule::Wanted { wanted, found });
        }
    }

    /// Notes a fault unless the part is yes or no.
    pub(crate) fn condition(&mut self, node: &'a Node) {
        let found = self.kind(node);
        self.want(node, found, &[Type::Bool], "yes or no");
    }

    pub(crate) fn kind(&mut self, node: &'a Node) -> Type {
        self.known(node).kind
    }

    fn known(&mut self, node: &'a Node) -> Known {
        match node {
            Node::Literal(literal) => Known::of(literal_type(literal)),
            Node::Path(path) => self.path(node, &path.join(".")),
            Node::Member(name) => {
                let member = self.members.iter().rev().find(|(known, _)| known == name);
                member.map_or(Known::of(Type::Unknown), |(_, known)| known.clone())
            }
            Node::Field(inner, field) => self.field(node, inner, field),
            Node::Index(list, index) => {
                let found = self.kind(index);
                self.want(index, found, &[Type::Int], "a whole number");
                self.member_of(list)
            }
            Node::List(nodes) => {
                let kinds: Vec<Type> = nodes.iter().map(|node| self.kind(node)).collect();
                Known { members: Some(self.common(node, &kinds)), ..Known::of(Type::List) }
            }
            Node::Not(inner) => {
                self.condition(inner);
                Known::of(Type::Bool)
            }
            Node::Negative(inner) => {
                let found = self.kind(inner);
                self.want(inner, found, NUMBERS, "a number");
                Known::of(found)
            }
            Node::All(nodes) | Node::Any(nodes) => {
                nodes.iter().for_each(|node| self.condition(node));
                Known::of(Type::Bool)
            }
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                self.condition(condition);
                let (yes, no) = (self.known(yes), self.known(no));
                if yes == no { yes } else { Known::of(self.common(node, &[yes.kind, no.kind])) }
            }
            Node::Compare(comparator, sides) => {
                self.compare(node, *comparator, sides);
                Known::of(Type::Bool)
            }
            Node::In(sides) => {
                let (left, right) = (self.kind(&sides[0]), self.member_of(&sides[1]).kind);
                self.comparable(node, left, right);
                Known::of(Type::Bool)
            }
            Node::Calculate(operator, sides) => self.calculate(node, *operator, sides),
            Node::Has(inner) | Node::Given(inner) => {
                self.known(inner);
                Known::of(Type::Bool)
            }
            Node::Call(function, nodes) => self.call(node, *function, nodes),
            Node::Each(each, list, name, body) => self.each(*each, list, name, body),
        }
    }

    fn path(&mut self, node: &Node, path: &str) -> Known {
        let Some(kind) = self.types.find(path) else {
            let near = self.types.nearest(path);
            self.fault(node, TypeRule::UnknownPath { path: path.to_owned(), near });
            return Known::of(Type::Unknown);
        };
        Known { path: Some(path.to_owned()), ..Known::of(kind) }
    }

    fn field(&mut self, node: &'a Node, inner: &'a Node, field: &str) -> Known {
        let group = self.known(inner);
        self.want(inner, group.kind, &[Type::Object], "a group of values");
        match group.path {
            Some(path) if group.kind == Type::Object => self.path(node, &format!("{path}.{field}")),
            Some(_) | None => Known::of(Type::Unknown),
        }
    }

    /// What the members of a list are.
    fn member_of(&mut self, list: &'a Node) -> Known {
        let known = self.known(list);
        self.want(list, known.kind, &[Type::List], "a list");
        match (known.members, known.path) {
            (Some(kind), _) => Known::of(kind),
            (None, Some(path)) if known.kind == Type::List => {
                let path = format!("{path}[]");
                let kind = self.types.find(&path).unwrap_or(Type::Unknown);
                Known { path: Some(path), ..Known::of(kind) }
            }
            (None, Some(_) | None) => Known::of(Type::Unknown),
        }
    }

    fn each(&mut self, each: Macro, list: &'a Node, name: &'a str, body: &'a Node) -> Known {
        let member = self.member_of(list);
        self.members.push((name, member.clone()));
        let body_kind = if each == Macro::Map {
            self.kind(body)
        } else {
            self.condition(body);
            Type::Bool
        };
        self.members.pop();
        match each {
            Macro::Exists | Macro::All | Macro::ExistsOne => Known::of(Type::Bool),
            Macro::Map => Known { members: Some(body_kind), ..Known::of(Type::List) },
            Macro::Filter => {
                let path = member.path.as_ref().and_then(|path| path.strip_suffix("[]")).map(str::to_owned);
                let members = if path.is_some() { None } else { Some(member.kind) };
                Known { kind: Type::List, path, members }
            }
        }
    }

    fn compare(&mut self, node: &'a Node, comparator: Comparator, sides: &'a [Node; 2]) {
        let (left, right) = (self.kind(&sides[0]), self.kind(&sides[1]));
        let orders = !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
        let unordered = |kind| matches!(kind, Type::Bool | Type::List | Type::Object);
        if orders && (unordered(left) || unordered(right)) || left == Type::Object || right == Type::Object {
            self.fault(node, TypeRule::Pair { left, right });
            return;
        }
        self.comparable(node, left, right);
        for (side, other) in [(&sides[0], right), (&sides[1], left)] {
            if let (Node::Literal(Literal::Text(text)), Type::Date) = (side, other)
                && read_date(text).is_none()
            {
                self.fault(side, TypeRule::Wanted { wanted: "a date yyyy-mm-dd", found: Type::Text });
            }
        }
    }

    fn comparable(&mut self, node: &Node, left: Type, right: Type) {
        let same = left == right
            || NUMBERS.contains(&left) && NUMBERS.contains(&right)
            || matches!((left, right), (Type::Date, Type::Text) | (Type::Text, Type::Date))
            || left == Type::Unknown
            || right == Type::Unknown;
        if !same {
            self.fault(node, TypeRule::Pair { left, right });
        }
    }

    /// The type that all of these have.
    fn common(&mut self, node: &Node, kinds: &[Type]) -> Type {
        let Some((first, rest)) = kinds.split_first() else { return Type::Unknown };
        let mut common = *first;
        for kind in rest {
            common = match (common, *kind) {
                (one, other) if one == other => one,
                (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
                (Type::Money | Type::Int, Type::Money | Type::Int) => Type::Money,
                (one, other) if NUMBERS.contains(&one) && NUMBERS.contains(&other) => Type::Number,
                (Type::Date, Type::Text) | (Type::Text, Type::Date) => Type::Text,
                (left, right) => {
                    self.fault(node, TypeRule::Pair { left, right });
                    return Type::Unknown;
                }
            };
        }
        common
    }

    fn calculate(&mut self, node: &'a Node, operator: Arithmetic, sides: &'a [Node; 2]) -> Known {
        let (left, right) = (self.kind(&sides[0]), self.kind(&sides[1]));
        self.want(&sides[0], left, NUMBERS, "a number");
        self.want(&sides[1], right, NUMBERS, "a number");
        if (operator, left, right) == (Arithmetic::Multiply, Type::Money, Type::Money) {
            self.fault(node, TypeRule::Pair { left, right }); // yuan times yuan is nothing
        }
        let whole = |kind| matches!(kind, Type::Int | Type::Money);
        Known::of(match (operator, left, right) {
            (_, Type::Unknown, _) | (_, _, Type::Unknown) => Type::Unknown,
            (Arithmetic::Divide, _, _) => Type::Number,
            (_, left, right) if !(whole(left) && whole(right)) => Type::Number,
            (_, Type::Money, _) | (_, _, Type::Money) => Type::Money,
            (_, _, _) => Type::Int,
        })
    }

    fn call(&mut self, node: &'a Node, function: Function, nodes: &'a [Node]) -> Known {
        if let (true, [list]) = (function.takes_members(), nodes) {
            let member = self.member_of(list);
            if function == Function::Sum {
                self.want(list, member.kind, NUMBERS, "a list of numbers");
            }
            return Known::of(member.kind);
        }
        let kinds: Vec<Type> = nodes.iter().map(|node| self.kind(node)).collect();
        let (takes, wanted, gives) = match function {
            Function::Min | Function::Max => return Known::of(self.common(node, &kinds)),
            Function::Date => (DATES, "a date", Type::Date),
            Function::YearsBetween | Function::MonthsBetween | Function::DaysBetween => {
                (DATES, "a date", Type::Int)
            }
            Function::Size => ([Type::Text, Type::List].as_slice(), "a text or a list", Type::Int),
            Function::StartsWith | Function::EndsWith | Function::Contains => {
                ([Type::Text].as_slice(), "a text", Type::Bool)
            }
            Function::Sum => ([Type::List].as_slice(), "a list", Type::Number),
            Function::Round | Function::Floor | Function::Ceil => (NUMBERS, "a number", Type::Int),
            Function::Abs => (NUMBERS, "a number", kinds.first().copied().unwrap_or(Type::Number)),
        };
        for (node, kind) in nodes.iter().zip(kinds) {
            self.want(node, kind, takes, wanted);
        }
        Known::of(gives)
    }
}

const NUMBERS: &[Type] = &[Type::Int, Type::Money, Type::Number];
const DATES: &[Type] = &[Type::Date, Type::Text];

pub(crate) const fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Number(_) => Type::Number,
        Literal::Text(_) => Type::Text,
        Literal::Date(_) => Type::Date,
    }
}
