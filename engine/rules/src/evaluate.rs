//! The value of an expression over facts: total, and bounded by a count of steps.

use std::rc::Rc;

use crate::facts::Facts;
use crate::fault::{Mistake, NoValue};
use crate::function::{Function, Macro};
use crate::node::{Comparator, Node};
use crate::value::{List, Val};

/// Steps that one question may take. A step is a part of the expression, a member of a list or 64 bytes of text.
const STEPS_MAX: usize = 100_000;
/// Lists inside lists that can be compared.
const NESTED_MAX: usize = 8;
const BYTES_A_STEP: usize = 64;

/// One question to an expression.
pub(crate) struct Evaluation<'a> {
    facts: &'a Facts<'a>,
    steps_left: usize,
    members: Vec<Member<'a>>,
}

/// A member of a list under the name that the expression gave it.
struct Member<'a> {
    name: &'a str,
    list: &'a Node,
    index: usize,
    value: Option<Val<'a>>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>) -> Self {
        Self::with_steps(facts, STEPS_MAX)
    }

    pub(crate) const fn with_steps(facts: &'a Facts<'a>, steps: usize) -> Self {
        Self { facts, steps_left: steps, members: Vec::new() }
    }

    fn spend(&mut self, steps: usize) -> Result<(), NoValue> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or(NoValue::TooComplex)?;
        Ok(())
    }

    /// The value of a part, or why it has none.
    pub(crate) fn value(&mut self, node: &'a Node) -> Result<Val<'a>, NoValue> {
        self.spend(1)?;
        match node {
            Node::Literal(literal) => Ok(Val::of_literal(literal)),
            Node::Path(path) => self.facts.find(path).and_then(Val::of_fact).ok_or_else(|| missing(path)),
            Node::Member(name) => self.member(name),
            Node::Field(inner, field) => self.field(node, inner, field),
            Node::Index(list, index) => self.index(node, list, index),
            Node::List(nodes) => Ok(Val::List(List::Made(self.values(nodes)?.into()))),
            Node::Not(inner) => Ok(Val::Bool(!self.yes_or_no(inner)?)),
            Node::Negative(inner) => {
                let zero = Val::Int(0);
                let value = self.value(inner)?;
                zero.calculate(crate::node::Arithmetic::Subtract, &value).map_err(|what| fault(node, what))
            }
            Node::All(nodes) => self.until(nodes, false).map(Val::Bool),
            Node::Any(nodes) => self.until(nodes, true).map(Val::Bool),
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                if self.yes_or_no(condition)? { self.value(yes) } else { self.value(no) }
            }
            Node::Compare(comparator, sides) => self.compare(node, *comparator, sides).map(Val::Bool),
            Node::In(sides) => self.is_in(node, sides).map(Val::Bool),
            Node::Calculate(operator, sides) => {
                let (left, right) = (self.value(&sides[0])?, self.value(&sides[1])?);
                left.calculate(*operator, &right).map_err(|what| fault(node, what))
            }
            Node::Has(inner) => self.present(inner).map(|value| Val::Bool(value.is_some())),
            Node::Given(inner) => {
                self.present(inner).map(|value| Val::Bool(value.is_some_and(|v| is_given(&v))))
            }
            Node::Call(function, arguments) => self.call(node, *function, arguments),
            Node::Each(each, list, name, body) => self.each(*each, list, name, body),
        }
    }

    fn values(&mut self, nodes: &'a [Node]) -> Result<Vec<Val<'a>>, NoValue> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    pub(crate) fn yes_or_no(&mut self, node: &'a Node) -> Result<bool, NoValue> {
        let value = self.value(node)?;
        if let Val::Bool(yes) = value { Ok(yes) } else { Err(wanted(node, "yes or no", &value)) }
    }

    /// `&&` (ends at no) and `||` (ends at yes). As in CEL, a part without a value does not matter when another part
    /// settles the whole; what does not end never settles anything.
    fn until(&mut self, nodes: &'a [Node], end: bool) -> Result<bool, NoValue> {
        let mut first = None;
        for node in nodes {
            match self.yes_or_no(node) {
                Ok(yes) if yes == end => return Ok(end),
                Ok(_) => {}
                Err(NoValue::TooComplex) => return Err(NoValue::TooComplex),
                Err(why) => first = first.or(Some(why)),
            }
        }
        first.map_or(Ok(!end), Err)
    }

    fn member(&self, name: &str) -> Result<Val<'a>, NoValue> {
        let member = self.members.iter().rev().find(|member| member.name == name);
        let nothing = || NoValue::Missing { path: name.to_owned() };
        let member = member.ok_or_else(nothing)?;
        let path = || NoValue::Missing { path: format!("{}[{}]", member.list, member.index) };
        member.value.clone().ok_or_else(path)
    }

    fn field(&mut self, node: &'a Node, inner: &'a Node, field: &str) -> Result<Val<'a>, NoValue> {
        let value = self.value(inner)?;
        let Val::Object(map) = value else { return Err(wanted(node, "a group of values", &value)) };
        map.get(field).and_then(Val::of).ok_or_else(|| self.missing_part(node))
    }

    fn index(&mut self, node: &'a Node, list: &'a Node, index: &'a Node) -> Result<Val<'a>, NoValue> {
        let list = self.list(list)?;
        let at = self.value(index)?;
        let Val::Int(at) = at else { return Err(wanted(index, "a whole number", &at)) };
        let found = usize::try_from(at).ok().and_then(|at| list.get(at));
        found.ok_or_else(|| self.missing_part(node))
    }

    /// A missing part of something, with the names of list members told by their place.
    fn missing_part(&self, node: &Node) -> NoValue {
        let mut path = node.to_string();
        if let Some(member) = self.members.last()
            && let Some(rest) = path.strip_prefix(member.name)
            && rest.starts_with('.')
        {
            path = format!("{}[{}]{rest}", member.list, member.index);
        }
        NoValue::Missing { path }
    }

    /// What stands at a place, if anything does. Only the work can end it.
    fn present(&mut self, node: &'a Node) -> Result<Option<Val<'a>>, NoValue> {
        match self.value(node) {
            Ok(value) => Ok(Some(value)),
            Err(NoValue::TooComplex) => Err(NoValue::TooComplex),
            Err(NoValue::Missing { .. } | NoValue::Fault { .. }) => Ok(None),
        }
    }

    fn list(&mut self, node: &'a Node) -> Result<List<'a>, NoValue> {
        let value = self.value(node)?;
        if let Val::List(list) = value { Ok(list) } else { Err(wanted(node, "a list", &value)) }
    }

    fn text(&mut self, node: &'a Node) -> Result<std::borrow::Cow<'a, str>, NoValue> {
        let value = self.value(node)?;
        self.spend(cost(&value))?;
        if let Val::Text(text) = value { Ok(text) } else { Err(wanted(node, "a text", &value)) }
    }

    fn compare(
        &mut self,
        node: &Node,
        comparator: Comparator,
        sides: &'a [Node; 2],
    ) -> Result<bool, NoValue> {
        let (left, right) = (self.value(&sides[0])?, self.value(&sides[1])?);
        if matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
            return Ok(self.equal(node, &left, &right, 0)? == (comparator == Comparator::Equal));
        }
        self.spend(cost(&left))?;
        left.order(&right).map(|order| comparator.accepts(order)).map_err(|what| fault(node, what))
    }

    fn equal(&mut self, node: &Node, left: &Val<'a>, right: &Val<'a>, depth: usize) -> Result<bool, NoValue> {
        self.spend(1 + cost(left))?;
        let (Val::List(a), Val::List(b)) = (left, right) else {
            return left.order(right).map(std::cmp::Ordering::is_eq).map_err(|what| fault(node, what));
        };
        if depth >= NESTED_MAX {
            return Err(NoValue::TooComplex);
        }
        if a.len() != b.len() {
            return Ok(false);
        }
        for index in 0..a.len() {
            let (Some(left), Some(right)) = (a.get(index), b.get(index)) else {
                return Err(NoValue::Missing { path: format!("{node} [{index}]") });
            };
            if !self.equal(node, &left, &right, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_in(&mut self, node: &Node, sides: &'a [Node; 2]) -> Result<bool, NoValue> {
        let wanted = self.value(&sides[0])?;
        let list = self.list(&sides[1])?;
        for index in 0..list.len() {
            if let Some(member) = list.get(index)
                && self.equal(node, &wanted, &member, 0)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn each(
        &mut self,
        each: Macro,
        list_node: &'a Node,
        name: &'a str,
        body: &'a Node,
    ) -> Result<Val<'a>, NoValue> {
        let list = self.list(list_node)?;
        let (mut kept, mut first, mut count) = (Vec::new(), None, 0_usize);
        for index in 0..list.len() {
            self.spend(1)?;
            let value = list.get(index);
            self.members.push(Member { name, list: list_node, index, value });
            let asked = match each {
                Macro::Map => self.value(body).map(|made| {
                    kept.push(made);
                    false
                }),
                Macro::Exists | Macro::All | Macro::ExistsOne | Macro::Filter => self.yes_or_no(body),
            };
            let member = self.members.pop();
            match (each, asked) {
                (Macro::Exists, Ok(true)) => return Ok(Val::Bool(true)),
                (Macro::All, Ok(false)) => return Ok(Val::Bool(false)),
                (Macro::Exists | Macro::All, Err(why)) if why != NoValue::TooComplex => {
                    first = first.or(Some(why));
                }
                (Macro::ExistsOne, Ok(yes)) => count += usize::from(yes),
                (Macro::Filter, Ok(true)) => kept.extend(member.and_then(|member| member.value)),
                (Macro::Exists | Macro::All | Macro::Filter | Macro::Map, Ok(_)) => {}
                (Macro::Exists | Macro::All | Macro::ExistsOne | Macro::Filter | Macro::Map, Err(why)) => {
                    return Err(why);
                }
            }
        }
        match (each, first) {
            (_, Some(why)) => Err(why),
            (Macro::Exists, None) => Ok(Val::Bool(false)),
            (Macro::All, None) => Ok(Val::Bool(true)),
            (Macro::ExistsOne, None) => Ok(Val::Bool(count == 1)),
            (Macro::Filter | Macro::Map, None) => Ok(Val::List(List::Made(Rc::from(kept)))),
        }
    }

    fn call(&mut self, node: &'a Node, function: Function, nodes: &'a [Node]) -> Result<Val<'a>, NoValue> {
        let at = |index: usize| nodes.get(index).unwrap_or(node);
        match function {
            Function::StartsWith => Ok(Val::Bool(self.text(at(0))?.starts_with(&*self.text(at(1))?))),
            Function::EndsWith => Ok(Val::Bool(self.text(at(0))?.ends_with(&*self.text(at(1))?))),
            Function::Contains => Ok(Val::Bool(self.text(at(0))?.contains(&*self.text(at(1))?))),
            Function::Size
            | Function::Date
            | Function::YearsBetween
            | Function::MonthsBetween
            | Function::DaysBetween
            | Function::Min
            | Function::Max
            | Function::Sum
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Abs => {
                let mut values = self.values(nodes)?;
                if let (true, [Val::List(list)]) = (function.takes_members(), values.as_slice()) {
                    values = self.members_of(at(0), &list.clone())?;
                }
                self.spend(values.iter().map(cost).sum())?;
                function.apply(&values).map_err(|what| fault(node, what))
            }
        }
    }

    fn members_of(&mut self, node: &Node, list: &List<'a>) -> Result<Vec<Val<'a>>, NoValue> {
        self.spend(list.len())?;
        let gone = |index| NoValue::Missing { path: format!("{node}[{index}]") };
        (0..list.len()).map(|index| list.get(index).ok_or_else(|| gone(index))).collect()
    }
}

/// Whether an answer says anything: a blank text or an empty list does not.
fn is_given(value: &Val<'_>) -> bool {
    match value {
        Val::Text(text) => !text.trim().is_empty(),
        Val::List(list) => list.len() > 0,
        Val::Object(map) => !map.is_empty(),
        Val::Bool(_) | Val::Int(_) | Val::Number(_) | Val::Date(_) => true,
    }
}

fn cost(value: &Val<'_>) -> usize {
    match value {
        Val::Text(text) => text.len() / BYTES_A_STEP,
        Val::Bool(_) | Val::Int(_) | Val::Number(_) | Val::Date(_) | Val::List(_) | Val::Object(_) => 0,
    }
}

fn missing(path: &[String]) -> NoValue {
    NoValue::Missing { path: path.join(".") }
}

fn fault(node: &Node, mistake: Mistake) -> NoValue {
    NoValue::Fault { place: node.to_string(), mistake }
}

fn wanted(node: &Node, wanted: &'static str, found: &Val<'_>) -> NoValue {
    fault(node, Mistake::Kind { wanted, found: found.kind() })
}
