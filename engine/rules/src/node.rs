//! An expression as a tree, and how it is written.

use std::fmt;

use jiff::civil::Date;

use crate::function::{Function, Macro};

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Literal(Literal),
    /// A fact: its root and fields.
    Path(Vec<String>),
    /// The member of a list inside `exists`, `all` and the like.
    Member(String),
    Field(Box<Node>, String),
    Index(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Not(Box<Node>),
    Negative(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    If(Box<[Node; 3]>),
    Compare(Comparator, Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    Calculate(Arithmetic, Box<[Node; 2]>),
    /// `has` and `given`: the argument is a place, not a value.
    Has(Box<Node>),
    Given(Box<Node>),
    Call(Function, Vec<Node>),
    /// `list.exists(name, condition)` and the like.
    Each(Macro, Box<Node>, String, Box<Node>),
}

/// A value written in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Number(f64),
    Text(String),
    /// Written `date("2026-01-01")`.
    Date(Date),
}

/// The comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// The arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Comparator {
    /// Whether this order of the left side to the right one is what it asks for.
    pub(crate) const fn accepts(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl Arithmetic {
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl Node {
    /// How tightly it binds: a part inside a tighter one needs brackets.
    const fn tightness(&self) -> u8 {
        match self {
            Self::If(_) => 0,
            Self::Any(_) => 1,
            Self::All(_) => 2,
            Self::Compare(..) | Self::In(_) => 3,
            Self::Calculate(Arithmetic::Add | Arithmetic::Subtract, _) => 4,
            Self::Calculate(..) => 5,
            // A number before a dot would be read as another number.
            Self::Not(_) | Self::Negative(_) | Self::Literal(Literal::Int(_) | Literal::Number(_)) => 6,
            Self::Literal(_)
            | Self::Path(_)
            | Self::Member(_)
            | Self::Field(..)
            | Self::Index(..)
            | Self::List(_)
            | Self::Has(_)
            | Self::Given(_)
            | Self::Call(..)
            | Self::Each(..) => 7,
        }
    }
}

impl Node {
    fn write(&self, f: &mut fmt::Formatter<'_>, at_least: u8) -> fmt::Result {
        if self.tightness() < at_least {
            return write!(f, "({self})");
        }
        write!(f, "{self}")
    }
}

/// A node inside another, in brackets where it binds less.
struct Inside<'a>(&'a Node, u8);

impl fmt::Display for Inside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, self.1)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Literal(literal) => write!(f, "{literal}"),
            Node::Path(path) => write_path(f, path),
            Node::Member(name) => f.write_str(name),
            Node::Field(node, field) => {
                node.write(f, 7)?;
                write_field(f, field)
            }
            Node::Index(node, index) => write!(f, "{}[{index}]", Inside(node, 7)),
            Node::List(nodes) => write!(f, "[{}]", joined(nodes, ", ", 0)),
            Node::Not(node) => write!(f, "!{}", Inside(node, 7)),
            Node::Negative(node) => write!(f, "-{}", Inside(node, 7)),
            Node::All(nodes) => f.write_str(&joined(nodes, " && ", 3)),
            Node::Any(nodes) => f.write_str(&joined(nodes, " || ", 2)),
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                write!(f, "{} ? {} : {}", Inside(condition, 1), Inside(yes, 1), Inside(no, 0))
            }
            Node::Compare(comparator, sides) => {
                write!(f, "{} {} {}", Inside(&sides[0], 3), comparator.sign(), Inside(&sides[1], 4))
            }
            Node::In(sides) => write!(f, "{} in {}", Inside(&sides[0], 3), Inside(&sides[1], 4)),
            Node::Calculate(operator, sides) => {
                let own = self.tightness();
                write!(f, "{} {} {}", Inside(&sides[0], own), operator.sign(), Inside(&sides[1], own + 1))
            }
            Node::Has(node) => write!(f, "has({node})"),
            Node::Given(node) => write!(f, "given({node})"),
            Node::Call(function, arguments) => match arguments.split_first() {
                Some((target, rest)) if function.is_member() => {
                    write!(f, "{}.{}({})", Inside(target, 7), function.name(), joined(rest, ", ", 0))
                }
                Some(_) | None => write!(f, "{}({})", function.name(), joined(arguments, ", ", 0)),
            },
            Node::Each(each, list, name, body) => {
                write!(f, "{}.{}({name}, {body})", Inside(list, 7), each.name())
            }
        }
    }
}

fn joined(nodes: &[Node], between: &str, at_least: u8) -> String {
    nodes.iter().map(|node| Inside(node, at_least).to_string()).collect::<Vec<_>>().join(between)
}

/// `form.members`; a field that is no plain name is written `form["approved-amount"]`.
fn write_path(f: &mut impl fmt::Write, path: &[String]) -> fmt::Result {
    let Some((root, fields)) = path.split_first() else { return Ok(()) };
    f.write_str(root)?;
    fields.iter().try_for_each(|field| write_field(f, field))
}

fn write_field(f: &mut impl fmt::Write, field: &str) -> fmt::Result {
    let plain = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && field.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if plain { write!(f, ".{field}") } else { write!(f, "[{}]", Literal::Text(field.to_owned())) }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Text(text) => write_text(f, text),
            Self::Date(date) => write!(f, "date(\"{date}\")"),
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}
