//! Which questions, or which papers, of several items are one: those of the same name, and those that the bundle
//! declares to be the same. What it declares to be apart gets a name of its own.

use super::Rule;

/// What one part has: its id, and the names in its own order.
pub(crate) struct Own<'a> {
    pub(crate) part: &'a str,
    pub(crate) names: Vec<&'a str>,
}

/// One question or paper, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// What it is called in the bundle.
    pub(crate) name: String,
    /// Number of the part, and what it is called there.
    pub(crate) members: Vec<(usize, String)>,
    /// The entry of `same` that declares it.
    pub(crate) declared: Option<usize>,
}

/// What a bundle says of names: `fields` or `materials` of `same` and `apart`.
pub(crate) struct Said<'a> {
    pub(crate) key: &'static str,
    pub(crate) same: &'a [Vec<String>],
    pub(crate) apart: &'a [String],
    /// Between the part and the name, for names that are kept apart: what the names themselves may hold.
    pub(crate) joint: char,
}

/// The groups in the order of the parts and of their names; and what is wrong with what was said.
pub(crate) fn group(parts: &[Own<'_>], said: &Said<'_>) -> (Vec<Group>, Vec<Rule>) {
    let mut rules = Vec::new();
    let declared = declared(parts, said, &mut rules);
    for (index, name) in said.apart.iter().enumerate() {
        let holders = parts.iter().filter(|part| part.names.contains(&name.as_str())).count();
        if holders < 2 {
            let rule = format!("{name} is kept apart, but {holders} parts have it");
            rules.push(Rule::at(&["apart", said.key, &index.to_string()], rule));
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        for name in &part.names {
            let is_declared =
                declared.iter().position(|members| members.contains(&(number, (*name).to_owned())));
            let called = match is_declared {
                Some(entry) => declared[entry].first().map_or_else(String::new, |(_, name)| name.clone()),
                None if said.apart.iter().any(|apart| apart == name) => {
                    format!("{}{}{name}", part.part.replace(['-', '_'], &said.joint.to_string()), said.joint)
                }
                None => (*name).to_owned(),
            };
            match groups.iter_mut().find(|group| group.name == called) {
                Some(group) => {
                    if group.members.iter().any(|(member, _)| *member == number) {
                        let rule = format!("{called} would be two of part {} at once", part.part);
                        rules.push(Rule::at(&["parts", part.part], rule));
                    }
                    group.members.push((number, (*name).to_owned()));
                    group.declared = group.declared.or(is_declared);
                }
                None => groups.push(Group {
                    name: called,
                    members: vec![(number, (*name).to_owned())],
                    declared: is_declared,
                }),
            }
        }
    }
    (groups, rules)
}

/// The entries of `same`, with parts as numbers.
fn declared(parts: &[Own<'_>], said: &Said<'_>, rules: &mut Vec<Rule>) -> Vec<Vec<(usize, String)>> {
    let mut all = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (entry, names) in said.same.iter().enumerate() {
        let entry = entry.to_string();
        if names.len() < 2 {
            rules.push(Rule::at(&["same", said.key, &entry], "at least two are the same"));
        }
        let mut members = Vec::new();
        for (index, written) in names.iter().enumerate() {
            let mut wrong =
                |rule: String| rules.push(Rule::at(&["same", said.key, &entry, &index.to_string()], rule));
            if seen.contains(&written.as_str()) {
                wrong(format!("{written} is named twice"));
            }
            seen.push(written);
            let Some((part, name)) = written.split_once('.') else {
                wrong(format!("{written} is not written part.name"));
                continue;
            };
            let Some(number) = parts.iter().position(|known| known.part == part) else {
                wrong(format!("there is no part {part}"));
                continue;
            };
            if parts[number].names.contains(&name) {
                members.push((number, name.to_owned()));
            } else {
                wrong(format!("part {part} does not ask for {name}"));
            }
        }
        all.push(members);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Own<'static>> {
        vec![
            Own { part: "shop", names: vec!["name", "area"] },
            Own { part: "out-sign", names: vec!["owner", "name"] },
        ]
    }

    fn names(same: &[Vec<String>], apart: &[String]) -> (Vec<(String, usize)>, Vec<String>) {
        let (groups, rules) = group(&parts(), &Said { key: "fields", same, apart, joint: '_' });
        let groups = groups.into_iter().map(|group| (group.name, group.members.len())).collect();
        (groups, rules.into_iter().map(|rule| rule.text).collect())
    }

    #[test]
    fn the_same_name_is_one_unless_it_is_kept_apart() {
        let one = |name: &str, count| (name.to_owned(), count);
        assert_eq!(names(&[], &[]), (vec![one("name", 2), one("area", 1), one("owner", 1)], vec![]));
        let apart = names(&[], &["name".into()]).0;
        assert_eq!(apart, [one("shop_name", 1), one("area", 1), one("owner", 1), one("out_sign_name", 1)]);
        let same = [vec!["shop.name".to_owned(), "out-sign.owner".to_owned()]];
        let (found, wrong) = names(&same, &[]);
        assert_eq!(found[0], one("name", 3));
        assert_eq!(wrong, ["name would be two of part out-sign at once"]);
        let (found, wrong) = names(&same, &["name".into()]);
        assert_eq!((found, wrong), (vec![one("name", 2), one("area", 1), one("out_sign_name", 1)], vec![]));
    }

    #[test]
    fn what_was_said_of_names_that_are_not_there_is_a_fault() {
        let same = [vec!["shop.nme".to_owned(), "office.name".to_owned(), "name".to_owned()]];
        let wrong = names(&same, &["area".into()]).1;
        assert_eq!(
            wrong,
            [
                "part shop does not ask for nme",
                "there is no part office",
                "name is not written part.name",
                "area is kept apart, but 1 parts have it"
            ]
        );
    }
}
