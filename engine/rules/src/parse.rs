//! From text to tree: the grammar is CEL's, what it may say is narrowed here.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use jiff::civil::Date;

use crate::fault::{ExpressionFault, SourceRule};
use crate::function::{Function, Macro};
use crate::node::{Arithmetic, Comparator, Literal, Node, Part};

/// Longest text of an expression, in bytes.
pub(crate) const BYTES_MAX: usize = 2_000;
/// Deepest nesting of brackets in the text.
const BRACKETS_MAX: u16 = 20;
/// Deepest nesting of the tree.
pub(crate) const DEPTH_MAX: usize = 64;
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
    let unreadable = || ExpressionFault::at(source, 0, SourceRule::Syntax("this cannot be read".into()));
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

/// The first thing that CEL's grammar does not know.
fn syntax(source: &str, errors: &cel::ParseErrors) -> ExpressionFault {
    let Some(first) = errors.errors.first() else {
        return ExpressionFault::at(source, 0, SourceRule::Syntax("no expression".into()));
    };
    if first.msg.contains("Recursion limit") {
        return ExpressionFault::at(source, 0, SourceRule::TooDeep(usize::from(BRACKETS_MAX)));
    }
    let part = |number: isize| usize::try_from(number).unwrap_or(0).max(1);
    let message = first.msg.strip_prefix("Syntax error: ").unwrap_or(&first.msg);
    ExpressionFault {
        line: part(first.pos.0),
        column: part(first.pos.1),
        rule: SourceRule::Syntax(message.chars().take(200).collect()),
    }
}

struct Reader<'a> {
    source: &'a str,
    places: &'a SourceInfo,
    /// Names of list members in force.
    names: Vec<String>,
}

impl Reader<'_> {
    fn at(&self, tree: &IdedExpr) -> usize {
        self.places.offset_for(tree.id).and_then(|(start, _)| usize::try_from(start).ok()).unwrap_or(0)
    }

    fn fault(&self, tree: &IdedExpr, rule: SourceRule) -> ExpressionFault {
        ExpressionFault::at(self.source, self.at(tree), rule)
    }

    fn node(&mut self, tree: &IdedExpr, depth: usize) -> Result<Node, ExpressionFault> {
        if depth >= DEPTH_MAX {
            return Err(self.fault(tree, SourceRule::TooDeep(DEPTH_MAX)));
        }
        let refuse = |what| Err(self.fault(tree, SourceRule::NotSupported(what)));
        let part = match &tree.expr {
            Expr::Literal(literal) => match literal {
                LiteralValue::Boolean(yes) => Part::Literal(Literal::Bool(*yes.inner())),
                LiteralValue::Int(number) => Part::Literal(Literal::Int(*number.inner())),
                LiteralValue::Double(number) => Part::Literal(Literal::Number(*number.inner())),
                LiteralValue::String(text) => Part::Literal(Literal::Text(text.inner().to_owned())),
                LiteralValue::Bytes(_) => return refuse("a text of bytes (b\"…\")"),
                LiteralValue::UInt(_) => return refuse("a number ending in u"),
                LiteralValue::Null => return refuse("null: ask has(…) or given(…)"),
            },
            Expr::Ident(name) if name.starts_with('.') => return refuse("a dot before a name"),
            Expr::Ident(name) if self.names.contains(name) => Part::Member(name.clone()),
            Expr::Ident(name) => Part::Path(vec![name.clone()]),
            Expr::Select(select) => {
                let node = self.node(&select.operand, depth + 1)?;
                return Ok(field(node, &select.field));
            }
            Expr::List(list) => Part::List(self.nodes(&list.elements, depth)?),
            Expr::Call(call) => return self.call(tree, call, depth),
            Expr::Map(_) => return refuse("a map {…}"),
            Expr::Struct(_) => return refuse("a message {…}"),
            Expr::Comprehension(_) | Expr::Unspecified => return refuse("this"),
        };
        Ok(Node { at: self.at(tree), part })
    }

    fn nodes(&mut self, trees: &[IdedExpr], depth: usize) -> Result<Vec<Node>, ExpressionFault> {
        trees.iter().map(|tree| self.node(tree, depth + 1)).collect()
    }

    fn call(&mut self, tree: &IdedExpr, call: &CallExpr, depth: usize) -> Result<Node, ExpressionFault> {
        let node = |part| Node { at: self.at(tree), part };
        if let Some(target) = &call.target {
            let part = self.member_call(tree, call, target, depth)?;
            return Ok(Node { at: self.at(tree), part });
        }
        let place = node(Part::List(Vec::new())).at;
        let part = match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => {
                Part::All(self.chain(left, right, operators::LOGICAL_AND, depth)?)
            }
            (operators::LOGICAL_OR, [left, right]) => {
                Part::Any(self.chain(left, right, operators::LOGICAL_OR, depth)?)
            }
            (operators::LOGICAL_NOT, [inner]) => Part::Not(Box::new(self.node(inner, depth + 1)?)),
            (operators::NEGATE, [inner]) => negative(self.node(inner, depth + 1)?),
            (operators::CONDITIONAL, [condition, yes, no]) => Part::If(Box::new([
                self.node(condition, depth + 1)?,
                self.node(yes, depth + 1)?,
                self.node(no, depth + 1)?,
            ])),
            (operators::IN, [left, right]) => Part::In(self.pair(left, right, depth)?),
            (operators::INDEX, [list, index]) => {
                let [list, index] = *self.pair(list, index, depth)?;
                return Ok(indexed(list, index, place));
            }
            (name, [left, right]) if comparator(name).is_some() => {
                let comparator = comparator(name).unwrap_or(Comparator::Equal);
                Part::Compare(comparator, self.pair(left, right, depth)?)
            }
            (name, [left, right]) if arithmetic(name).is_some() => {
                let operator = arithmetic(name).unwrap_or(Arithmetic::Add);
                Part::Calculate(operator, self.pair(left, right, depth)?)
            }
            (name @ ("has" | "given"), arguments) => self.presence(tree, name, arguments, depth)?,
            (name, arguments) => {
                let arguments = self.nodes(arguments, depth)?;
                self.function(tree, name, arguments, false)?
            }
        };
        Ok(Node { at: place, part })
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
            match &tree.expr {
                Expr::Call(call) if call.func_name == operator && call.target.is_none() => {
                    waiting.extend(call.args.iter().rev());
                }
                _ => row.push(self.node(tree, depth + 1)?),
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
    ) -> Result<Part, ExpressionFault> {
        let name = if name == "has" { "has" } else { "given" };
        let takes = "one fact, such as form.name";
        let [argument] = arguments else {
            return Err(self.fault(tree, SourceRule::Arguments { name, takes, given: arguments.len() }));
        };
        let node = self.node(argument, depth + 1)?;
        if !matches!(node.part, Part::Path(_) | Part::Field(..)) {
            return Err(self.fault(tree, SourceRule::Arguments { name, takes, given: 1 }));
        }
        let node = Box::new(node);
        Ok(if name == "has" { Part::Has(node) } else { Part::Given(node) })
    }

    fn member_call(
        &mut self,
        tree: &IdedExpr,
        call: &CallExpr,
        target: &IdedExpr,
        depth: usize,
    ) -> Result<Part, ExpressionFault> {
        let target_node = self.node(target, depth + 1)?;
        let Some(each) = Macro::find(&call.func_name) else {
            let mut arguments = vec![target_node];
            arguments.extend(self.nodes(&call.args, depth)?);
            return self.function(tree, &call.func_name, arguments, true);
        };
        let [IdedExpr { expr: Expr::Ident(name), .. }, body] = call.args.as_slice() else {
            let takes = "a name and what is asked of each member";
            let given = call.args.len();
            return Err(self.fault(tree, SourceRule::Arguments { name: each.name(), takes, given }));
        };
        if self.names.contains(name) || crate::facts::ROOTS.contains(&name.as_str()) {
            return Err(self.fault(tree, SourceRule::NameTaken(name.clone())));
        }
        self.names.push(name.clone());
        let body = self.node(body, depth + 1);
        self.names.pop();
        Ok(Part::Each(each, Box::new(target_node), name.clone(), Box::new(body?)))
    }

    fn function(
        &self,
        tree: &IdedExpr,
        name: &str,
        arguments: Vec<Node>,
        as_member: bool,
    ) -> Result<Part, ExpressionFault> {
        let Some(function) = Function::find(name, as_member) else {
            return Err(self.fault(tree, SourceRule::NoSuchFunction(name.to_owned())));
        };
        let (least, most, takes) = function.arguments();
        let given = arguments.len();
        if given < least || given > most {
            return Err(self.fault(tree, SourceRule::Arguments { name: function.name(), takes, given }));
        }
        if let (Function::Date, [Node { part: Part::Literal(Literal::Text(text)), .. }]) =
            (function, arguments.as_slice())
        {
            let date: Date = text.parse().map_err(|_| {
                self.fault(tree, SourceRule::Syntax(format!("{text:?} is not a date yyyy-mm-dd")))
            })?;
            return Ok(Part::Literal(Literal::Date(date)));
        }
        Ok(Part::Call(function, arguments))
    }
}

fn field(node: Node, name: &str) -> Node {
    match node.part {
        Part::Path(mut path) => {
            path.push(name.to_owned());
            Node { at: node.at, part: Part::Path(path) }
        }
        part => {
            let at = node.at;
            Node { at, part: Part::Field(Box::new(Node { at, part }), name.to_owned()) }
        }
    }
}

/// `form["approved-amount"]` is the field of that name; anything else in square brackets is a place in a list.
fn indexed(list: Node, index: Node, at: usize) -> Node {
    match index.part {
        Part::Literal(Literal::Text(name)) => field(list, &name),
        part => {
            let index = Node { at: index.at, part };
            Node { at, part: Part::Index(Box::new(list), Box::new(index)) }
        }
    }
}

fn negative(inner: Node) -> Part {
    match inner.part {
        Part::Literal(Literal::Int(number)) if number != i64::MIN => Part::Literal(Literal::Int(-number)),
        Part::Literal(Literal::Number(number)) => Part::Literal(Literal::Number(-number)),
        part => Part::Negative(Box::new(Node { at: inner.at, part })),
    }
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
    match &node.part {
        Part::Path(path) => found(path),
        Part::Literal(_) | Part::Member(_) => {}
        Part::Field(inner, _)
        | Part::Not(inner)
        | Part::Negative(inner)
        | Part::Has(inner)
        | Part::Given(inner) => paths(inner, found),
        Part::Index(left, right) | Part::Each(_, left, _, right) => {
            paths(left, found);
            paths(right, found);
        }
        Part::List(nodes) | Part::All(nodes) | Part::Any(nodes) | Part::Call(_, nodes) => {
            nodes.iter().for_each(|node| paths(node, found));
        }
        Part::If(parts) => parts.iter().for_each(|node| paths(node, found)),
        Part::Compare(_, sides) | Part::In(sides) | Part::Calculate(_, sides) => {
            sides.iter().for_each(|node| paths(node, found));
        }
    }
}
