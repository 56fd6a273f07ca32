//! What every stored column holds and how it is protected (数据分类分级): declared by each room in one text beside its
//! tables. The rotation of keys takes its columns from there, and a test compares the text with the real schema.
//!
//! ```text
//! persons (id)
//!   internal: id created_at
//!   sensitive sealed identity.resident-id: resident_id_sealed
//!   sensitive blind: resident_id_blind
//!   personal clear: division -- names nobody
//! ```

use std::fmt;

use crate::schema::FoundColumn;

/// How much harm a column's content can do (数据级别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Anyone may know it (公开).
    Public,
    /// Of the office; about nobody (内部).
    Internal,
    /// About a natural person who is identified or can be (个人信息, 个人信息保护法 §4).
    Personal,
    /// Harms the person when it leaks: identity numbers, telephone numbers, what they applied for (敏感个人信息, §28).
    Sensitive,
}

impl Class {
    const ALL: [Self; 4] = [Self::Public, Self::Internal, Self::Personal, Self::Sensitive];

    /// The word used in declarations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Sensitive => "sensitive",
        }
    }
}

/// How a column is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// As it is.
    Clear,
    /// With `*` in the place of most of it.
    Masked,
    /// By the vault, under this field name.
    Sealed(&'static str),
    /// A keyed hash by which an equal value is found again.
    Blind,
    /// A hash of something that nobody can guess, or of a password by a slow function.
    Hashed,
    /// Sealed under the master key itself: a key.
    Wrapped,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear => "clear",
            Self::Masked => "masked",
            Self::Sealed(_) => "sealed",
            Self::Blind => "blind",
            Self::Hashed => "hashed",
            Self::Wrapped => "wrapped",
        })
    }
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub class: Class,
    /// How that is protected.
    pub guard: Guard,
    /// Why it may lie there as it is; empty where that needs no reason.
    pub reason: &'static str,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key.
    pub key: Vec<&'static str>,
    /// All its columns.
    pub columns: Vec<Column>,
}

impl Table {
    /// Its sealed columns, each with the field name under which the vault opens it.
    pub fn sealed(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.columns.iter().filter_map(|column| match column.guard {
            Guard::Sealed(field) => Some((column.name, field)),
            Guard::Clear | Guard::Masked | Guard::Blind | Guard::Hashed | Guard::Wrapped => None,
        })
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Reads a declaration.
pub fn parse(text: &'static str) -> Result<Vec<Table>, String> {
    let mut tables: Vec<Table> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let fault = |rule: &str| format!("line {}: {rule}: {line}", number + 1);
        if line.starts_with(' ') {
            let table = tables.last_mut().ok_or_else(|| fault("columns of no table"))?;
            table.columns.extend(columns(line.trim()).map_err(|rule| fault(&rule))?);
        } else {
            let (name, key) = line.split_once(" (").ok_or_else(|| fault("a table needs its key"))?;
            let key = key.strip_suffix(')').ok_or_else(|| fault("the key ends with )"))?;
            tables.push(Table { name, key: key.split_whitespace().collect(), columns: Vec::new() });
        }
    }
    for table in &tables {
        let mut names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        names.sort_unstable();
        if let Some([twin, ..]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("{}: {twin} is declared twice", table.name));
        }
        if let Some(stranger) = table.key.iter().find(|key| table.column(key).is_none()) {
            return Err(format!("{}: {stranger} of the key is not declared", table.name));
        }
    }
    Ok(tables)
}

fn columns(line: &'static str) -> Result<Vec<Column>, String> {
    let (line, reason) = line.split_once(" -- ").unwrap_or((line, ""));
    let (kind, names) = line.split_once(':').ok_or("`class guard: columns`")?;
    let mut words = kind.split_whitespace();
    let class = words.next().and_then(|word| Class::ALL.into_iter().find(|class| class.as_str() == word));
    let class = class.ok_or("an unknown class")?;
    let guard = match (words.next(), words.next()) {
        (None, None) if class <= Class::Internal => Guard::Clear,
        (Some("clear"), None) => Guard::Clear,
        (Some("masked"), None) => Guard::Masked,
        (Some("sealed"), Some(field)) => Guard::Sealed(field),
        (Some("blind"), None) => Guard::Blind,
        (Some("hashed"), None) => Guard::Hashed,
        (Some("wrapped"), None) => Guard::Wrapped,
        _ => return Err("an unknown protection".into()),
    };
    if class >= Class::Personal && guard == Guard::Clear && reason.trim().is_empty() {
        return Err("personal data in clear needs a reason".into());
    }
    let reason = reason.trim();
    Ok(names.split_whitespace().map(|name| Column { name, class, guard, reason }).collect())
}

/// What of the real schema the declarations do not say, or say wrongly: a new column is declared before it is used.
pub fn faults(declared: &[Table], found: &[FoundColumn]) -> Vec<String> {
    let mut faults = Vec::new();
    for column in found {
        let place = format!("{}.{}", column.table, column.name);
        let table = declared.iter().find(|table| table.name == column.table);
        let Some((table, known)) = table.and_then(|table| Some((table, table.column(&column.name)?))) else {
            faults.push(format!("{place}: not declared"));
            continue;
        };
        if table.key.contains(&known.name) != column.is_key {
            faults.push(format!("{place}: the declared key is not that of the table"));
        }
        let is_sealed = matches!(known.guard, Guard::Sealed(_) | Guard::Wrapped);
        if known.name.ends_with("_sealed") != is_sealed {
            faults.push(format!("{place}: what is sealed is called so and declared so"));
        }
        if known.name.ends_with("_blind") && known.guard != Guard::Blind {
            faults.push(format!("{place}: a keyed hash that is not declared as one"));
        }
        if is_sealed && !column.is_bytes {
            faults.push(format!("{place}: what is sealed is kept as bytes"));
        }
    }
    for table in declared {
        for column in &table.columns {
            if !found.iter().any(|real| real.table == table.name && real.name == column.name) {
                faults.push(format!("{}.{}: declared and not there", table.name, column.name));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_read() {
        let tables = parse(
            "# about\npersons (id)\n  internal: id at\n  sensitive sealed f.x: a_sealed b_sealed\n  personal clear: where -- names nobody\n\nother (a b)\n  public: a b\n",
        );
        let tables = tables.unwrap();
        assert_eq!(tables.iter().map(|table| table.name).collect::<Vec<_>>(), ["persons", "other"]);
        assert_eq!(tables[0].sealed().collect::<Vec<_>>(), [("a_sealed", "f.x"), ("b_sealed", "f.x")]);
        assert_eq!(tables[0].column("where").unwrap().reason, "names nobody");
        assert_eq!(tables[1].key, ["a", "b"]);
    }

    #[test]
    fn a_wrong_declaration_is_refused() {
        let check = |text: &'static str, rule: &str| {
            let fault = parse(text).unwrap_err();
            assert!(fault.contains(rule), "{fault}");
        };
        check("  internal: a\n", "no table");
        check("t\n", "key");
        check("t (a)\n  personal clear: a\n", "reason");
        check("t (a)\n  secret: a\n", "class");
        check("t (a)\n  sensitive: a\n", "protection");
        check("t (a)\n  internal: a a\n", "twice");
        check("t (b)\n  internal: a\n", "not declared");
    }
}
