//! Tables: label and value pairs, and lists of people or things.

use super::canvas::{BOLD, Block, Canvas, PLAIN, Pen, Role};
use super::flow::{CELL_PADDING, Flow, Item, Matter, Strip, StripCell};
use super::text::{Line, width_of, wrap};
use crate::template::Table;

/// Room left and right of the text of a cell.
const SIDE: f32 = 5.0;

/// A column: where it stands and how its text stands in it.
#[derive(Debug, Clone, Copy)]
struct Column {
    x: f32,
    width: f32,
    centred: bool,
}

/// What a row is made of.
struct RowStyle {
    size: f32,
    is_head: bool,
    table: usize,
}

/// Adds label and value pairs as a table of two columns.
pub(super) fn add_pairs(
    flow: &mut Flow,
    canvas: &mut Canvas,
    pairs: &[(&str, &str)],
    x: f32,
    width: f32,
    size: f32,
) {
    if pairs.is_empty() {
        return;
    }
    let widest = pairs.iter().map(|(label, _)| width_of(label, size)).fold(size * 4.0, f32::max);
    let label = (widest + SIDE * 2.0 + 1.0).min(width * 0.4);
    let columns = [
        Column { x, width: label, centred: true },
        Column { x: x + label, width: width - label, centred: false },
    ];
    let table = flow.heads.len();
    flow.heads.push(Vec::new());
    let block = canvas.block(Role::Table);
    for (label, value) in pairs {
        let row = canvas.block_in(block, Role::Row);
        let cells = [(*label, Role::Label, BOLD), (*value, Role::Cell, PLAIN)];
        let style = RowStyle { size, is_head: false, table };
        flow.items.extend(row_items(canvas, row, &columns, cells, &style));
    }
}

/// Adds a list with its head; the rows are numbered.
pub(super) fn add_list(flow: &mut Flow, canvas: &mut Canvas, list: &Table, x: f32, width: f32, size: f32) {
    let columns = list_columns(list, x, width, size);
    let table = flow.heads.len();
    let block = canvas.block(Role::Table);
    let row = canvas.block_in(block, Role::Row);
    let names = std::iter::once(ORDINAL).chain(list.columns.iter().map(String::as_str));
    let cells = names.map(|name| (name, Role::Head, BOLD));
    let head = row_items(canvas, row, &columns, cells, &RowStyle { size, is_head: true, table });
    flow.heads.push(head.clone());
    flow.items.extend(head);
    for (n, entries) in list.rows.iter().enumerate() {
        let row = canvas.block_in(block, Role::Row);
        let ordinal = (n + 1).to_string();
        let texts = std::iter::once(ordinal.as_str()).chain(entries.iter().map(String::as_str));
        let cells = texts.map(|text| (text, Role::Cell, PLAIN));
        flow.items.extend(row_items(canvas, row, &columns, cells, &RowStyle { size, is_head: false, table }));
    }
}

/// Head of the column of numbers.
const ORDINAL: &str = "序号";

/// Shares the width among the columns by what stands in them; the ordinals get what the highest needs.
fn list_columns(list: &Table, x: f32, width: f32, size: f32) -> Vec<Column> {
    let highest = list.rows.len().to_string();
    let ordinal = width_of(ORDINAL, size).max(width_of(&highest, size)) + SIDE * 2.0 + 1.0;
    let widths = list
        .columns
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let entries = list.rows.iter().filter_map(|row| row.get(n)).map(|text| width_of(text, size));
            entries.fold(width_of(name, size), f32::max) + SIDE * 2.0 + 1.0
        })
        .collect();
    let mut columns = vec![Column { x, width: ordinal, centred: true }];
    let mut at = x + ordinal;
    for width in share(widths, width - ordinal) {
        columns.push(Column { x: at, width, centred: false });
        at += width;
    }
    columns
}

/// Shares `room` among columns: those that need less than an even share get what they need, the others divide the
/// rest by what they would like. What is left when all have enough is spread evenly.
fn share(wishes: Vec<f32>, room: f32) -> Vec<f32> {
    let total: f32 = wishes.iter().sum();
    if total <= room {
        let extra = (room - total) / wishes.len().max(1) as f32;
        return wishes.into_iter().map(|wish| wish + extra).collect();
    }
    let mut modest = vec![false; wishes.len()];
    loop {
        let given: f32 =
            wishes.iter().zip(&modest).filter(|(_, modest)| **modest).map(|(wish, _)| wish).sum();
        let greedy = modest.iter().filter(|modest| !**modest).count();
        let even = (room - given) / greedy.max(1) as f32;
        if let Some(n) = (0..wishes.len()).find(|n| !modest[*n] && wishes[*n] <= even) {
            modest[n] = true;
            continue;
        }
        let part = |wish: f32| wish / (total - given).max(1.0) * (room - given);
        let widths =
            wishes.iter().zip(&modest).map(|(wish, modest)| if *modest { *wish } else { part(*wish) });
        return widths.collect();
    }
}

fn row_items<'a>(
    canvas: &mut Canvas,
    row: Block,
    columns: &[Column],
    texts: impl IntoIterator<Item = (&'a str, Role, Pen)>,
    style: &RowStyle,
) -> Vec<Item> {
    let mut texts = texts.into_iter();
    let cells: Vec<(Block, Pen, Vec<Line>)> = columns
        .iter()
        .map(|column| {
            let (text, role, pen) = texts.next().unwrap_or(("", Role::Cell, PLAIN));
            let lines = wrap(text, style.size, column.width - SIDE * 2.0, 0.0);
            (canvas.block_in(row, role), pen, lines)
        })
        .collect();
    let count = cells.iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(1);
    (0..count).map(|strip| strip_item(columns, &cells, strip, count, style)).collect()
}

fn strip_item(
    columns: &[Column],
    cells: &[(Block, Pen, Vec<Line>)],
    strip: usize,
    count: usize,
    style: &RowStyle,
) -> Item {
    let (first, last) = (strip == 0, strip + 1 == count);
    let cells = columns
        .iter()
        .zip(cells)
        .map(|(column, (block, pen, lines))| {
            // Labels and numbers stand in the middle of a low row, texts begin at the top.
            let above = if column.centred && count <= 8 { (count - lines.len()) / 2 } else { 0 };
            let line = strip.checked_sub(above).and_then(|n| lines.get(n));
            let text = line.map(|line| {
                let free = column.width - line.width;
                (line.clone(), column.x + if column.centred || style.is_head { free / 2.0 } else { SIDE })
            });
            StripCell { x: column.x, width: column.width, text, pen: *pen, block: *block }
        })
        .collect();
    let padding = f32::from(u8::from(first)) * CELL_PADDING + f32::from(u8::from(last)) * CELL_PADDING;
    Item {
        height: style.size * 1.5 + padding,
        keep: style.is_head || (count <= 4 && !last),
        matter: Matter::Strip(Strip {
            cells,
            size: style.size,
            first,
            last,
            is_head: style.is_head,
            table: style.table,
        }),
    }
}
