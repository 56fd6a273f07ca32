//! From text to tree: the grammar is CEL's, what it may say is narrowed here.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};

use crate::fault::{ExpressionFault, SourceRule};
use crate::function::{Function, Macro};
use crate::node::{Arithmetic, Comparator, Literal, Node};
use crate::value::read_date;

/// Longest text of an expression, in bytes.
pub(crate) const BYTES_MAX: usize = 2_000;
/// Deepest nesting of brackets in the text.
const BRACKETS_MAX: u16 = 20;
/// Deepest nesting of the tree.
const DEPTH_MAX: usize = 64;
/// The generated grammar of `cel` takes up to 200 KB of stack for each bracket in a debug build: more than a server's
/// thread has. It reads on a stack of its own, large enough for what the bounds above let through.
const READER_STACK: usize = 16 << 20;

/// Reads an expression.
pub(crate) fn parse(source: &str) -> Result<Node, ExpressionFault> {
    if source.trim().is_empty() {
        return Err(ExpressionFault::at(source, 0, SourceRule::Empty));
    }
    if source.len() > BYTES_MAX {
        return Err(ExpressionFault::at(source, BYTES_MAX, SourceRule::TooLong(BYTES_MAX)));
    }
    let unreadable = || ExpressionFault::at(source, 0, SourceRule::Unreadable);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(READER_STACK);
        let reading = reader.spawn_scoped(scope, || read(source)).map_err(|_no_thread| unreadable())?;
        // A fault of the generated grammar ends its thread, not ours.
        reading.join().unwrap_or_else(|_broken| Err(unreadable()))
    })
}

fn read(source: &str) -> Result<Node, ExpressionFault> {
    // No macros: `has`, `exists` and the like stay the calls that were written, so that they can be explained.
    let parser = cel::Env::default().with_optional_support(false).parser();
    let parser = parser.max_recursion_depth(BRACKETS_MAX);
    let (tree, places) = parser.parse_with_source_info(source).map_err(|errors| syntax(source, &errors))?;
    Reader { source, places: &places, names: Vec::new() }.node(&tree, 0)
}

/// The first thing that CEL's grammar does not know, without the grammar's own words.
fn syntax(source: &str, errors: &cel::ParseErrors) -> ExpressionFault {
    let Some(first) = errors.errors.first() else {
        return ExpressionFault::at(source, 0, SourceRule::Unreadable);
    };
    if errors.errors.iter().any(|error| error.msg.contains("Recursion limit")) {
        return ExpressionFault::at(source, 0, SourceRule::TooDeep(usize::from(BRACKETS_MAX)));
    }
    let message = first.msg.strip_prefix("Syntax error: ").unwrap_or(&first.msg);
    let quoted = message.split_once("at input '").or_else(|| message.split_once("input '"));
    let quoted = quoted.or_else(|| message.split_once("at: '")).or_else(|| message.split_once("at '"));
    let found = quoted.and_then(|(_, rest)| rest.split("' expecting").next());
    let rule = match found.map(|found| found.trim_end_matches('\'')) {
        Some("<EOF>") => SourceRule::Unfinished,
        Some(found) => SourceRule::Unexpected(found.chars().take(60).collect()),
        None => SourceRule::Grammar(message.chars().take(120).collect()),
    };
    let part = |number: isize| usize::try_from(number).unwrap_or(0).max(1);
    ExpressionFault { line: part(first.pos.0), column: part(first.pos.1), rule }
}

struct Reader<'a> {
    source: &'a str,
    places: &'a SourceInfo,
    /// Names of list members in force.
    names: Vec<String>,
}

impl Reader<'_> {
    fn fault(&self, tree: &IdedExpr, rule: SourceRule) -> ExpressionFault {
        let start = self.places.offset_for(tree.id).and_then(|(start, _)| usize::try_from(start).ok());
        ExpressionFault::at(self.source, start.unwrap_or(0), rule)
    }

    fn node(&mut self, tree: &IdedExpr, depth: usize) -> Result<Node, ExpressionFault> {
        if depth >= DEPTH_MAX {
            return Err(self.fault(tree, SourceRule::TooDeep(DEPTH_MAX)));
        }
        let refuse = |what| Err(self.fault(tree, SourceRule::NotSupported(what)));
        match &tree.expr {
            Expr::Literal(literal) => self.literal(tree, literal),
            Expr::Ident(name) if name.starts_with('.') => refuse("a dot before a name"),
            Expr::Ident(name) if self.names.contains(name) => Ok(Node::Member(name.clone())),
            Expr::Ident(name) => Ok(Node::Path(vec![name.clone()])),
            Expr::Select(select) => Ok(field(self.node(&select.operand, depth + 1)?, &select.field)),
            Expr::List(list) => Ok(Node::List(self.nodes(&list.elements, depth)?)),
            Expr::Call(call) => match &call.target {
                Some(target) => self.member_call(tree, call, target, depth),
                None => self.call(tree, call, depth),
            },
            Expr::Map(_) => refuse("a map {…}"),
            Expr::Struct(_) => refuse("a message {…}"),
            Expr::Comprehension(_) | Expr::Unspecified => refuse("this"),
        }
    }

    fn literal(&self, tree: &IdedExpr, literal: &LiteralValue) -> Result<Node, ExpressionFault> {
        let refuse = |what| Err(self.fault(tree, SourceRule::NotSupported(what)));
        Ok(Node::Literal(match literal {
            LiteralValue::Boolean(yes) => Literal::Bool(*yes.inner()),
            LiteralValue::Int(number) => Literal::Int(*number.inner()),
            LiteralValue::Double(number) => Literal::Number(*number.inner()),
            LiteralValue::String(text) => Literal::Text(text.inner().to_owned()),
            LiteralValue::Bytes(_) => return refuse("a text of bytes (b\"…\")"),
            LiteralValue::UInt(_) => return refuse("a number ending in u"),
            LiteralValue::Null => return refuse("null (ask has(…) or given(…))"),
        }))
    }

    fn nodes(&mut self, trees: &[IdedExpr], depth: usize) -> Result<Vec<Node>, ExpressionFault> {
        trees.iter().map(|tree| self.node(tree, depth + 1)).collect()
    }

    /// An operator, `has`, `given` or a function that is written before its arguments.
    fn call(&mut self, tree: &IdedExpr, call: &CallExpr, depth: usize) -> Result<Node, ExpressionFault> {
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => Ok(Node::All(self.chain(left, right, name, depth)?)),
            (operators::LOGICAL_OR, [left, right]) => Ok(Node::Any(self.chain(left, right, name, depth)?)),
            (operators::LOGICAL_NOT, [inner]) => Ok(Node::Not(Box::new(self.node(inner, depth + 1)?))),
            (operators::NEGATE, [inner]) => Ok(negative(self.node(inner, depth + 1)?)),
            (operators::CONDITIONAL, [condition, yes, no]) => Ok(Node::If(Box::new([
                self.node(condition, depth + 1)?,
                self.node(yes, depth + 1)?,
                self.node(no, depth + 1)?,
            ]))),
            (operators::IN, [left, right]) => Ok(Node::In(self.pair(left, right, depth)?)),
            (operators::INDEX, [list, index]) => {
                let [list, index] = *self.pair(list, index, depth)?;
                Ok(indexed(list, index))
            }
            ("has" | "given", arguments) => self.presence(tree, name, arguments, depth),
            (_, arguments) => {
                if let (Some(comparator), [left, right]) = (comparator(name), arguments) {
                    return Ok(Node::Compare(comparator, self.pair(left, right, depth)?));
                }
                if let (Some(operator), [left, right]) = (arithmetic(name), arguments) {
                    return Ok(Node::Calculate(operator, self.pair(left, right, depth)?));
                }
                let arguments = self.nodes(arguments, depth)?;
                self.function(tree, name, arguments, false)
            }
        }
    }

    fn pair(
        &mut self,
        left: &IdedExpr,
        right: &IdedExpr,
        depth: usize,
    ) -> Result<Box<[Node; 2]>, ExpressionFault> {
        Ok(Box::new([self.node(left, depth + 1)?, self.node(right, depth + 1)?]))
    }

    /// `a && b && c` as one row of three, in the order of the text.
    fn chain(
        &mut self,
        left: &IdedExpr,
        right: &IdedExpr,
        operator: &str,
        depth: usize,
    ) -> Result<Vec<Node>, ExpressionFault> {
        let mut row = Vec::new();
        let mut waiting = vec![right, left];
        while let Some(tree) = waiting.pop() {
            if let Expr::Call(call) = &tree.expr
                && call.func_name == operator
                && call.target.is_none()
            {
                waiting.extend(call.args.iter().rev());
            } else {
                row.push(self.node(tree, depth + 1)?);
            }
        }
        Ok(row)
    }

    fn presence(
        &mut self,
        tree: &IdedExpr,
        name: &str,
        arguments: &[IdedExpr],
        depth: usize,
    ) -> Result<Node, ExpressionFault> {
        let name = if name == "has" { "has" } else { "given" };
        let given = arguments.len();
        let wrong = SourceRule::Arguments { name, takes: "one fact, such as form.name", given };
        let [argument] = arguments else { return Err(self.fault(tree, wrong)) };
        let node = self.node(argument, depth + 1)?;
        if !matches!(node, Node::Path(_) | Node::Field(..) | Node::Index(..)) {
            return Err(self.fault(tree, wrong));
        }
        Ok(if name == "has" { Node::Has(Box::new(node)) } else { Node::Given(Box::new(node)) })
    }

    fn member_call(
        &mut self,
        tree: &IdedExpr,
        call: &CallExpr,
        target: &IdedExpr,
        depth: usize,
    ) -> Result<Node, ExpressionFault> {
        let target = self.node(target, depth + 1)?;
        let Some(each) = Macro::find(&call.func_name) else {
            let mut arguments = vec![target];
            arguments.extend(self.nodes(&call.args, depth)?);
            return self.function(tree, &call.func_name, arguments, true);
        };
        let [IdedExpr { expr: Expr::Ident(name), .. }, body] = call.args.as_slice() else {
            let takes = "a name and what is asked of each member";
            let given = call.args.len();
            return Err(self.fault(tree, SourceRule::Arguments { name: each.name(), takes, given }));
        };
        if self.names.contains(name) || crate::facts::ROOTS.contains(&name.as_str()) || name.starts_with('.')
        {
            return Err(self.fault(tree, SourceRule::NameTaken(name.clone())));
        }
        self.names.push(name.clone());
        let body = self.node(body, depth + 1);
        self.names.pop();
        Ok(Node::Each(each, Box::new(target), name.clone(), Box::new(body?)))
    }

    fn function(
        &self,
        tree: &IdedExpr,
        name: &str,
        arguments: Vec<Node>,
        as_member: bool,
    ) -> Result<Node, ExpressionFault> {
        let Some(function) = Function::find(name, as_member) else {
            return Err(self.fault(tree, SourceRule::NoSuchFunction(name.chars().take(60).collect())));
        };
        let (least, most, takes) = function.arguments();
        let given = arguments.len();
        if given < least || given > most {
            return Err(self.fault(tree, SourceRule::Arguments { name: function.name(), takes, given }));
        }
        if let (Function::Date, [Node::Literal(Literal::Text(text))]) = (function, arguments.as_slice()) {
            let date = read_date(text).ok_or_else(|| self.fault(tree, SourceRule::NotADate(text.clone())))?;
            return Ok(Node::Literal(Literal::Date(date)));
        }
        Ok(Node::Call(function, arguments))
    }
}

fn field(mut node: Node, name: &str) -> Node {
    if let Node::Path(path) = &mut node {
        path.push(name.to_owned());
        return node;
    }
    Node::Field(Box::new(node), name.to_owned())
}

/// `form["approved-amount"]` is the field of that name; anything else in square brackets is a place in a list.
fn indexed(list: Node, index: Node) -> Node {
    if let Node::Literal(Literal::Text(name)) = &index {
        return field(list, name);
    }
    Node::Index(Box::new(list), Box::new(index))
}

fn negative(inner: Node) -> Node {
    if let Node::Literal(Literal::Number(number)) = inner {
        return Node::Literal(Literal::Number(-number));
    }
    if let Node::Literal(Literal::Int(number)) = inner
        && number != i64::MIN
    {
        return Node::Literal(Literal::Int(-number));
    }
    Node::Negative(Box::new(inner))
}

fn comparator(name: &str) -> Option<Comparator> {
    Some(match name {
        operators::EQUALS => Comparator::Equal,
        operators::NOT_EQUALS => Comparator::NotEqual,
        operators::LESS => Comparator::Less,
        operators::LESS_EQUALS => Comparator::AtMost,
        operators::GREATER => Comparator::Greater,
        operators::GREATER_EQUALS => Comparator::AtLeast,
        _ => return None,
    })
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        operators::ADD => Arithmetic::Add,
        operators::SUBSTRACT => Arithmetic::Subtract,
        operators::MULTIPLY => Arithmetic::Multiply,
        operators::DIVIDE => Arithmetic::Divide,
        operators::MODULO => Arithmetic::Remainder,
        _ => return None,
    })
}

/// Every path of facts in a tree.
pub(crate) fn paths<'a>(node: &'a Node, found: &mut dyn FnMut(&'a [String])) {
    match node {
        Node::Path(path) => found(path),
        Node::Literal(_) | Node::Member(_) => {}
        Node::Field(inner, _)
        | Node::Not(inner)
        | Node::Negative(inner)
        | Node::Has(inner)
        | Node::Given(inner) => paths(inner, found),
        Node::Index(left, right) | Node::Each(_, left, _, right) => {
            paths(left, found);
            paths(right, found);
        }
        Node::List(nodes) | Node::All(nodes) | Node::Any(nodes) | Node::Call(_, nodes) => {
            nodes.iter().for_each(|node| paths(node, found));
        }
        Node::If(parts) => parts.iter().for_each(|node| paths(node, found)),
        Node::Compare(_, sides) | Node::In(sides) | Node::Calculate(_, sides) => {
            sides.iter().for_each(|node| paths(node, found));
        }
    }
}
