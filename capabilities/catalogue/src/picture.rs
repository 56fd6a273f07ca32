//! The process drawn as a picture (形式直观、易看易懂的流程图): SVG made on the server, without script, style sheet or
//! fonts of its own. It is narrow, so that its words stay readable on a telephone; branches stand two abreast.

use askama::Template;

use crate::outline::{OutlineStep, Shape};

/// Widths and heights are in units of the drawing; it is shown about a quarter larger on a wide screen.
const WIDTH: f64 = 360.0;
const PADDING: f64 = 10.0;
const GAP: f64 = 26.0;
const TITLE: f64 = 15.0;
const DETAIL: f64 = 12.5;
/// Height of a line over the size of its type.
const LEADING: f64 = 1.4;

/// The drawing.
#[derive(Debug, Template)]
#[template(path = "picture.html")]
pub(crate) struct Picture {
    title: String,
    /// The same in words, for whoever cannot see it.
    description: String,
    width: f64,
    height: f64,
    boxes: Vec<Drawn>,
    arrows: Vec<Arrow>,
}

#[derive(Debug)]
struct Drawn {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    look: Look,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Start,
    Work,
    Frame,
    Decision,
    Outcome,
}

impl Look {
    const fn fill(self) -> &'static str {
        match self {
            Self::Start => "#17365d",
            Self::Work | Self::Outcome => "#ffffff",
            Self::Frame => "#f3f6fa",
            Self::Decision => "#e8f0fa",
        }
    }

    const fn ink(self) -> &'static str {
        match self {
            Self::Start => "#ffffff",
            Self::Work | Self::Frame | Self::Decision | Self::Outcome => "#1b2330",
        }
    }

    const fn stroke(self) -> &'static str {
        match self {
            Self::Start | Self::Decision => "#17365d",
            Self::Work | Self::Frame => "#3d4a5c",
            Self::Outcome => "#14592f",
        }
    }

    const fn corner(self) -> u8 {
        match self {
            Self::Start | Self::Outcome => 16,
            Self::Work | Self::Frame | Self::Decision => 4,
        }
    }

    const fn thickness(self) -> &'static str {
        if matches!(self, Self::Decision) { "2.5" } else { "1.5" }
    }

    /// Dashes; an empty text means none.
    const fn dashes(self) -> &'static str {
        if matches!(self, Self::Frame) { "5 4" } else { "" }
    }
}

#[derive(Debug)]
struct Line {
    y: f64,
    size: f64,
    bold: bool,
    text: String,
}

/// From the middle of what stands above to the middle of what stands below.
#[derive(Debug)]
struct Arrow {
    from: f64,
    to: f64,
    /// Where the heads are: one, or one for each outcome.
    heads: Vec<f64>,
}

impl Arrow {
    fn between(from: f64, to: f64, below: &[Drawn]) -> Self {
        let middle = |drawn: &Drawn| drawn.x + drawn.width / 2.0;
        let heads = match below {
            [first, second] if first.look == Look::Outcome => vec![middle(first), middle(second)],
            _ => vec![WIDTH / 2.0],
        };
        Self { from, to, heads }
    }

    /// Half-way down, where an arrow with several heads divides.
    fn fork(&self) -> f64 {
        f64::midpoint(self.from, self.to) - 3.0
    }
}

/// Draws the steps from top to bottom.
pub(crate) fn draw(title: String, steps: &[OutlineStep]) -> Picture {
    let (mut boxes, mut arrows) = (Vec::new(), Vec::new());
    let mut y = 2.0;
    for (n, step) in steps.iter().enumerate() {
        let drawn = match step.shape {
            Shape::Parallel => frame(step, y),
            Shape::Outcomes => outcomes(step, y),
            Shape::Start => vec![place(step, Look::Start, 60.0, y, WIDTH - 120.0)],
            Shape::Work => vec![place(step, Look::Work, 20.0, y, WIDTH - 40.0)],
            Shape::Decision => vec![place(step, Look::Decision, 20.0, y, WIDTH - 40.0)],
        };
        if n > 0 {
            arrows.push(Arrow::between(y - GAP, y, &drawn));
        }
        y = drawn.iter().map(|drawn| drawn.y + drawn.height).fold(y, f64::max) + GAP;
        boxes.extend(drawn);
    }
    let description = steps.iter().map(words).collect::<Vec<_>>().join(" → ");
    Picture { title, description, width: WIDTH, height: y - GAP + 2.0, boxes, arrows }
}

fn words(step: &OutlineStep) -> String {
    let mut parts = step.details.clone();
    parts.extend(step.branches.iter().map(words));
    if parts.is_empty() { step.title.clone() } else { format!("{} ({})", step.title, parts.join("; ")) }
}

fn place(step: &OutlineStep, look: Look, x: f64, y: f64, width: f64) -> Drawn {
    let mut lines = Vec::new();
    let mut bottom = y + PADDING;
    let mut add = |text: &str, size: f64, bold: bool| {
        for text in wrap(text, (width - 2.0 * PADDING) / size) {
            bottom += size * LEADING;
            lines.push(Line { y: bottom - size * 0.3, size, bold, text });
        }
    };
    add(&step.title, TITLE, true);
    for detail in &step.details {
        add(detail, DETAIL, false);
    }
    Drawn { x, y, width, height: bottom + PADDING - y, look, lines }
}

/// Branches inside a frame, two abreast, boxes of one row of one height.
fn frame(step: &OutlineStep, y: f64) -> Vec<Drawn> {
    let head = OutlineStep { branches: Vec::new(), ..step.clone() };
    let mut outer = place(&head, Look::Frame, 1.0, y, WIDTH - 2.0);
    let mut drawn = Vec::new();
    let mut bottom = outer.y + outer.height - 2.0;
    for pair in step.branches.chunks(2) {
        let (row, below) = abreast(pair, Look::Work, bottom, PADDING);
        drawn.extend(row);
        bottom = below + PADDING;
    }
    outer.height = bottom - y;
    drawn.insert(0, outer);
    drawn
}

fn outcomes(step: &OutlineStep, y: f64) -> Vec<Drawn> {
    abreast(&step.branches, Look::Outcome, y, 2.0).0
}

/// One or two boxes beside each other, and where they end.
fn abreast(steps: &[OutlineStep], look: Look, y: f64, margin: f64) -> (Vec<Drawn>, f64) {
    let count = steps.len().max(1) as f64;
    let width = (WIDTH - 2.0 * margin - (count - 1.0) * PADDING) / count;
    let placed = steps
        .iter()
        .zip(0_u8..)
        .map(|(step, n)| place(step, look, margin + f64::from(n) * (width + PADDING), y, width));
    let mut row: Vec<Drawn> = placed.collect();
    let height = row.iter().map(|drawn| drawn.height).fold(0.0, f64::max);
    for drawn in &mut row {
        drawn.height = height;
    }
    (row, y + height)
}

/// Breaks a text into lines of at most so many widths of a Chinese character. Chinese breaks anywhere but before
/// closing marks; other words stay whole where they fit on a line at all.
fn wrap(text: &str, ems: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for piece in pieces(text) {
        let width: f64 = piece.chars().map(em).sum();
        let hangs = piece.chars().all(is_closing);
        if used + width > ems && !line.trim().is_empty() && !hangs {
            lines.push(std::mem::take(&mut line).trim().to_owned());
            used = 0.0;
        }
        if line.is_empty() && piece.trim().is_empty() {
            continue;
        }
        line.push_str(&piece);
        used += width;
    }
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    lines
}

/// Narrow characters that fit beside another box.
const WORD_MAX: usize = 20;

/// What may not be torn apart: one wide character, or a run of narrow ones, unless it is too long for any line.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for c in text.chars() {
        let joins = pieces.last().is_some_and(|last| {
            let is_word = |c: char| c != ' ' && em(c) < 1.0;
            is_word(c) && last.chars().all(is_word) && last.chars().count() < WORD_MAX
        });
        match pieces.last_mut() {
            Some(last) if joins => last.push(c),
            Some(_) | None => pieces.push(c.to_string()),
        }
    }
    pieces
}

/// Width of a character over the size of the type: wide ones are square, others about half.
fn em(c: char) -> f64 {
    if c.is_ascii_uppercase() {
        0.68
    } else if c < '\u{2000}' {
        0.54
    } else {
        1.0
    }
}

fn is_closing(c: char) -> bool {
    matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '》' | '”' | '！' | '？' | ')' | ',' | '.' | ';')
}

#[cfg(test)]
mod tests;
