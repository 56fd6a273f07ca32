//! What a row of the lists must keep to (三级四同), as pure functions: each finding names the element, what stands here and
//! what stands there.
//!
//! Documents: the same item has the same code, name, basis and type on every level (国发〔2018〕27号; GB/T 39554.1); an
//! implementation list fills in what the directory leaves open and may only be better for who applies (国办发〔2018〕45号:
//! fewer materials, shorter limits, fewer visits); materials need a basis, catch-alls are no materials (国办发〔2018〕47号).

use codes::tables::UseLevel;
use codes::{DivisionCode, ImplementationCode, ItemCode, divisions};
use serde::{Deserialize, Serialize};

use super::{ELEMENTS, Elements};

/// A rule of the lists. Its word names the sentence that explains it: `directory-rule-same-name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowRule {
    /// The row has as many cells as the header.
    Columns,
    /// The element must be filled in.
    Missing,
    /// A code is well formed.
    BadCode,
    /// A whole number.
    NotNumber,
    /// Yes or no.
    NotFlag,
    /// A day.
    NotDate,
    /// JSON of a list, or names in lines.
    NotParts,
    /// Not longer than cells may be.
    TooLong,
    /// A code stands once in a file.
    Twice,
    /// The directory list has the item.
    NoItem,
    /// The handling item's code begins with the implementation's.
    OtherCode,
    /// 同一名称
    SameName,
    /// 同一类型
    SameType,
    /// 同一依据
    SameBasis,
    /// 同一编码: what the row says beside its code agrees with the code.
    SameCode,
    /// The directory list lets the item be used on this level.
    Level,
    /// The division is one of the level.
    DivisionLevel,
    /// Statutory limit not longer than the directory's.
    Statutory,
    /// Promised limit not longer than the statutory one.
    PromisedStatutory,
    /// Promised limit not longer than that of the level above.
    PromisedAbove,
    /// Not more visits than the directory, or the level above, asks for.
    Visits,
    /// Online depth not less than the directory's, or that of the level above.
    Depth,
    /// A material that the directory does not ask for needs a basis of its own.
    MaterialAdded,
    /// “Other materials” (其他材料) is no material.
    CatchAll,
    /// A fee where the directory has none needs a basis.
    FeeAdded,
    /// A code that its table lacks: kept, and flagged.
    UnknownCode,
    /// A division that the list of divisions lacks: kept, and flagged.
    UnknownDivision,
}

impl RowRule {
    /// The sentence that explains it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Columns => "directory-rule-columns",
            Self::Missing => "directory-rule-missing",
            Self::BadCode => "directory-rule-bad-code",
            Self::NotNumber => "directory-rule-not-number",
            Self::NotFlag => "directory-rule-not-flag",
            Self::NotDate => "directory-rule-not-date",
            Self::NotParts => "directory-rule-not-parts",
            Self::TooLong => "directory-rule-too-long",
            Self::Twice => "directory-rule-twice",
            Self::NoItem => "directory-rule-no-item",
            Self::OtherCode => "directory-rule-other-code",
            Self::SameName => "directory-rule-same-name",
            Self::SameType => "directory-rule-same-type",
            Self::SameBasis => "directory-rule-same-basis",
            Self::SameCode => "directory-rule-same-code",
            Self::Level => "directory-rule-level",
            Self::DivisionLevel => "directory-rule-division-level",
            Self::Statutory => "directory-rule-statutory",
            Self::PromisedStatutory => "directory-rule-promised-statutory",
            Self::PromisedAbove => "directory-rule-promised-above",
            Self::Visits => "directory-rule-visits",
            Self::Depth => "directory-rule-depth",
            Self::MaterialAdded => "directory-rule-material-added",
            Self::CatchAll => "directory-rule-catch-all",
            Self::FeeAdded => "directory-rule-fee-added",
            Self::UnknownCode => "directory-rule-unknown-code",
            Self::UnknownDivision => "directory-rule-unknown-division",
        }
    }

    /// Whether a row that breaks it is refused; else it is taken and flagged.
    pub const fn refuses(self) -> bool {
        !matches!(self, Self::UnknownCode | Self::UnknownDivision)
    }
}

/// A rule that a row breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: RowRule,
    /// Name of the element; empty for the row as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub element: String,
    /// What stands in this row.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub here: String,
    /// What it is compared with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub there: String,
}

impl Finding {
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts are told alike")]
    pub(crate) fn new(rule: RowRule, element: &str, here: impl ToString, there: impl ToString) -> Self {
        Self {
            rule,
            element: element.to_owned(),
            here: short(here.to_string()),
            there: short(there.to_string()),
        }
    }
}

/// A report says which value, not all of a long one.
fn short(text: String) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What the level above holds an implementation to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) promised: Option<(u32, String)>,
    pub(crate) visits: Option<u32>,
    pub(crate) depth: Option<u32>,
}

impl Bounds {
    pub(crate) fn of(elements: &Elements) -> Self {
        Self {
            promised: elements.promised().map(|(days, unit)| (days, unit.to_owned())),
            visits: elements.limit_scene_num,
            depth: elements.depth(),
        }
    }
}

/// Whether a limit is longer than another, whatever the calendar: so many working days last at least as many days.
pub(crate) fn is_longer((days, unit): (u32, &str), (most, most_unit): (u32, &str)) -> bool {
    match (unit, most_unit) {
        (unit, most_unit) if unit == most_unit => days > most,
        ("1", "2") => days > most,
        // The longest holidays of a year leave less than three days for each working day of any span.
        ("2", "1") => days > most.saturating_mul(3).saturating_add(10),
        _ => false, // units that the table lacks are flagged, not compared
    }
}

/// What must hold for a row of the directory list.
pub(crate) fn check_item(item: &Elements) -> Vec<Finding> {
    let mut found = Vec::new();
    let text = item.catalog_code.as_deref().unwrap_or_default();
    let Some(code) = parsed(ItemCode::parse(text), "catalog_code", text, &mut found) else { return found };
    if item.task_name.is_none() {
        found.push(Finding::new(RowRule::Missing, "task_name", "", ""));
    }
    type_of_code(item, &code, &mut found);
    own_limits(item, &mut found);
    catch_all(item, &mut found);
    flag_codes(item, &mut found);
    if code.item_type() == codes::ItemType::Unknown && item.task_type.is_none() {
        found.push(Finding::new(RowRule::UnknownCode, "task_type", code.item_type_code(), ""));
    }
    found
}

/// What must hold for a row of an implementation list, with the item of the directory list and what the level above
/// holds it to.
pub(crate) fn check_implementation(
    row: &Elements,
    code: &ImplementationCode,
    item: Option<&Elements>,
    above: Option<&Bounds>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(item) = item else {
        return vec![Finding::new(RowRule::NoItem, "task_code", code.item(), "")];
    };
    four_alike(row, code, item, &mut found);
    place(row, code, item, &mut found);
    own_limits(row, &mut found);
    tightened(row, item, above, &mut found);
    materials(row, code, item, &mut found);
    catch_all(row, &mut found);
    fees(row, item, &mut found);
    flag_codes(row, &mut found);
    found
}

pub(crate) fn parsed<T>(
    outcome: Result<T, codes::CodeError>,
    element: &str,
    text: &str,
    found: &mut Vec<Finding>,
) -> Option<T> {
    match outcome {
        Ok(code) => Some(code),
        Err(_) if text.trim().is_empty() => {
            found.push(Finding::new(RowRule::Missing, element, "", ""));
            None
        }
        Err(error) => {
            found.push(Finding::new(RowRule::BadCode, element, text, error));
            None
        }
    }
}

/// 四同: code, name, basis, type. What the row leaves open it takes from the directory.
fn four_alike(row: &Elements, code: &ImplementationCode, item: &Elements, found: &mut Vec<Finding>) {
    if let Some(handling) = &row.task_handle_item
        && !handling.starts_with(code.as_str())
    {
        found.push(Finding::new(RowRule::OtherCode, "task_handle_item", handling, code));
    }
    let said = [
        ("catalog_code", row.catalog_code.as_deref(), code.item().to_string()),
        ("dept_code", row.dept_code.as_deref(), code.body().to_string()),
        (
            "use_level",
            row.use_level.as_ref().and_then(|levels| levels.0.first()).map(String::as_str),
            code.level().code().to_owned(),
        ),
    ];
    for (element, here, there) in said {
        if let Some(here) = here.filter(|here| !here.eq_ignore_ascii_case(&there)) {
            found.push(Finding::new(RowRule::SameCode, element, here, there));
        }
    }
    let alike =
        [(RowRule::SameName, "task_name"), (RowRule::SameType, "task_type"), (RowRule::SameBasis, "by_law")];
    for (rule, name) in alike {
        let Some(element) = Elements::element(name) else { continue };
        let (here, there) = (element.text(row), element.text(item));
        if !here.is_empty() && !there.is_empty() && plain(&here) != plain(&there) {
            found.push(Finding::new(rule, name, here, there));
        }
    }
    if item.task_type.is_none() {
        type_of_code(row, &code.item(), found);
    }
}

/// Blanks and the width of brackets make no other name.
fn plain(text: &str) -> String {
    let same = |c| match c {
        '（' => '(',
        '）' => ')',
        '，' => ',',
        '；' => ';',
        '：' => ':',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(same).collect()
}

fn type_of_code(row: &Elements, code: &ItemCode, found: &mut Vec<Finding>) {
    if let Some(kind) = row.task_type.as_deref().filter(|kind| *kind != code.item_type_code()) {
        found.push(Finding::new(RowRule::SameCode, "task_type", kind, code.item_type_code()));
    }
}

fn place(row: &Elements, code: &ImplementationCode, item: &Elements, found: &mut Vec<Finding>) {
    let level = code.level();
    if let Some(levels) =
        item.use_level.as_ref().filter(|levels| !levels.0.is_empty() && !levels.has(level.code()))
    {
        found.push(Finding::new(RowRule::Level, "use_level", level.name(), levels.0.join(",")));
    }
    let text = row.area_code.as_deref().unwrap_or_default();
    if text.is_empty() {
        return; // the division of the body's code stands in
    }
    let Some(division) = parsed(DivisionCode::parse(text), "area_code", text, found) else { return };
    if level != UseLevel::National && UseLevel::from(division.level()) != level {
        found.push(Finding::new(RowRule::DivisionLevel, "area_code", division.level().name(), level.name()));
    }
    if divisions::find(division.as_str()).is_none() {
        found.push(Finding::new(RowRule::UnknownDivision, "area_code", text, ""));
    }
}

fn limit((days, unit): (u32, &str)) -> String {
    format!("{days} {}", super::element::name_of("limit_unit", unit).unwrap_or(unit))
}

fn own_limits(row: &Elements, found: &mut Vec<Finding>) {
    if let (Some(promised), Some(statutory)) = (row.promised(), row.statutory())
        && is_longer(promised, statutory)
    {
        found.push(Finding::new(
            RowRule::PromisedStatutory,
            "promise_day",
            limit(promised),
            limit(statutory),
        ));
    }
}

fn tightened(row: &Elements, item: &Elements, above: Option<&Bounds>, found: &mut Vec<Finding>) {
    if let (Some(here), Some(there)) = (row.statutory(), item.statutory())
        && is_longer(here, there)
    {
        found.push(Finding::new(RowRule::Statutory, "anticipate_day", limit(here), limit(there)));
    }
    if let (Some(promised), None, Some(statutory)) = (row.promised(), row.statutory(), item.statutory())
        && is_longer(promised, statutory)
    {
        found.push(Finding::new(
            RowRule::PromisedStatutory,
            "promise_day",
            limit(promised),
            limit(statutory),
        ));
    }
    let of_item = Bounds::of(item);
    let all = [Some(&of_item), above];
    for bounds in all.into_iter().flatten() {
        if let (Some(promised), Some((days, unit))) = (row.promised(), &bounds.promised)
            && is_longer(promised, (*days, unit))
        {
            let there = limit((*days, unit));
            found.push(Finding::new(RowRule::PromisedAbove, "promise_day", limit(promised), there));
        }
        if let (Some(here), Some(there)) = (row.limit_scene_num, bounds.visits)
            && here > there
        {
            found.push(Finding::new(RowRule::Visits, "limit_scene_num", here, there));
        }
        if let (Some(here), Some(there)) = (row.depth(), bounds.depth)
            && here < there
        {
            found.push(Finding::new(RowRule::Depth, "online_handle_depth", here, there));
        }
    }
    found.dedup();
}

/// A local addition (地方新增, sub-item W…) sets its own materials; others may add one only with a basis for it.
fn materials(row: &Elements, code: &ImplementationCode, item: &Elements, found: &mut Vec<Finding>) {
    let (Some(here), Some(there)) = (&row.materials, &item.materials) else { return };
    if code.item().is_local_addition() {
        return;
    }
    for material in here.iter().filter(|material| material.by_law.trim().is_empty()) {
        let name = plain(&material.material_name);
        if there.iter().all(|known| plain(&known.material_name) != name) {
            found.push(Finding::new(RowRule::MaterialAdded, "materials", &material.material_name, ""));
        }
    }
}

const CATCH_ALLS: [&str; 5] =
    ["其他材料", "其它材料", "其他有关材料", "其他相关材料", "法律法规规定的其他材料"];

fn catch_all(row: &Elements, found: &mut Vec<Finding>) {
    for material in row.materials.iter().flatten() {
        let name = plain(&material.material_name);
        if name.is_empty() {
            found.push(Finding::new(RowRule::Missing, "materials", "material_name", ""));
        } else if CATCH_ALLS.iter().any(|catch_all| name == *catch_all) {
            found.push(Finding::new(RowRule::CatchAll, "materials", &material.material_name, ""));
        }
    }
}

fn fees(row: &Elements, item: &Elements, found: &mut Vec<Finding>) {
    let has_basis = row.fee_basis.is_some() || row.fees.iter().flatten().all(|fee| !fee.by_law.is_empty());
    let charges = row.is_fee == Some(true) || row.fees.iter().flatten().next().is_some();
    let basis_told = row.fee_basis.is_some() || row.fees.iter().flatten().next().is_some() && has_basis;
    if charges && item.is_fee == Some(false) && !basis_told {
        found.push(Finding::new(RowRule::FeeAdded, "is_fee", "1", "0"));
    }
}

fn flag_codes(row: &Elements, found: &mut Vec<Finding>) {
    for element in ELEMENTS {
        for code in element.unknown_codes(row) {
            found.push(Finding::new(RowRule::UnknownCode, element.name, code, ""));
        }
    }
    let tables = |material: &super::ListedMaterial| {
        [
            ("material_type", material.material_type.clone()),
            ("material_format", material.material_format.clone()),
            ("material_need", material.is_need.clone()),
            ("material_source", material.source_type.clone()),
        ]
    };
    for (table, code) in row.materials.iter().flatten().flat_map(tables) {
        if !code.is_empty() && super::element::name_of(table, &code).is_none() {
            found.push(Finding::new(RowRule::UnknownCode, "materials", code, ""));
        }
    }
    found.dedup();
}

#[cfg(test)]
mod tests;
