//! A bundle's folder: `bundle.yaml`, and `form.schema.json` where the bundle asks questions of its own.

use std::path::Path;
use std::sync::Arc;

use kernel::Words;

use super::merge::{asked, lookups, materials, requirements};
use super::{Bundle, BundleText, Part, PartText, QUESTIONS, Said, check};
use crate::form::{Asking, Names, merge};
use crate::package::{FORM, Texts, digest, read_text};
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Form, Package};

/// The file that makes a folder a bundle.
pub(crate) const FILE: &str = "bundle.yaml";

/// The files of a bundle.
pub(crate) fn texts_of(folder: &Path) -> Result<Texts, Vec<Fault>> {
    let mut texts = Texts::new();
    let mut faults = Vec::new();
    for (file, is_needed) in [(FILE, true), (FORM, false)] {
        match read_text(folder, file) {
            Ok(Some(text)) => drop(texts.insert(file.to_owned(), text)),
            Ok(None) if is_needed => {
                faults.push(Fault::new(folder.display().to_string(), 0, Rule::Unreadable, "no bundle.yaml"));
            }
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

/// Reads a bundle. `find` gives the package of an item and its handling item. With `is_new` every rule is asked; a
/// version that was loaded before has passed them.
pub(crate) fn of_texts(
    folder: &str,
    texts: Texts,
    find: &dyn Fn(&str, &str) -> Option<Arc<Package>>,
    is_new: bool,
) -> Result<Bundle, Vec<Fault>> {
    let (bundle, faults) = examine(folder, texts, find, is_new);
    bundle.ok_or_else(|| faults.into_iter().filter(Fault::is_error).collect())
}

/// The same with everything that breaks a rule. There is a bundle where no error was found.
pub(crate) fn examine(
    folder: &str,
    texts: Texts,
    find: &dyn Fn(&str, &str) -> Option<Arc<Package>>,
    is_new: bool,
) -> (Option<Bundle>, Vec<Fault>) {
    let mut warnings = Vec::new();
    match put_together(folder, texts, find, is_new, &mut warnings) {
        Ok(bundle) => (Some(bundle), warnings),
        Err(faults) => (None, warnings.into_iter().chain(faults).collect()),
    }
}

fn put_together(
    folder: &str,
    texts: Texts,
    find: &dyn Fn(&str, &str) -> Option<Arc<Package>>,
    is_new: bool,
    warnings: &mut Vec<Fault>,
) -> Result<Bundle, Vec<Fault>> {
    let path = |file: &str| format!("{}/{file}", folder.trim_end_matches('/'));
    let text = texts.get(FILE).map_or("", String::as_str);
    let (mut source, text) =
        Source::read::<BundleText>(path(FILE), text, Rule::Bundle).map_err(|fault| vec![fault])?;
    let questions = match texts.get(FORM).map(|text| Form::read(&path(FORM), text)).transpose()? {
        Some((form, later)) => {
            warnings.extend(later);
            Some(form)
        }
        None => None,
    };
    if is_new {
        source.check_words();
        source.check_english();
        note(&mut source, check::text(&text));
    }
    let mut parts = Vec::new();
    for part in &text.parts {
        if let Some(package) = find(&part.item, &part.handling) {
            parts.push(of(part, package));
        } else {
            let rule = format!("there is no item {} with handling {}", part.item, part.handling);
            source.add(&["parts", &part.id, "item"], rule);
        }
    }
    if source.has_errors() {
        return Err(source.into_faults());
    }
    let form = fields(&text, &mut parts, questions.as_ref(), &mut source);
    let (looked_up, renamed) = lookups(&parts);
    let (list, rules) = materials(&text, &mut parts, &renamed);
    let required = requirements(&parts, &renamed).unwrap_or_else(|rule| {
        note(&mut source, vec![rule]);
        Vec::new()
    });
    if is_new {
        note(&mut source, rules);
        note(&mut source, check::parts(&text, &parts, &form));
    }
    let asked = asked(&text, &parts, form, list, required, looked_up);
    match asked {
        Some(mut asked) if !source.has_errors() => {
            warnings.extend(source.into_faults());
            folder.clone_into(&mut asked.folder);
            let mut content = texts.clone();
            for Part { id, package, .. } in &parts {
                content.insert(format!("part {id}"), package.digest.clone());
            }
            let (id, version) = (text.bundle, text.version);
            let (digest, folder) = (digest(content.iter()), folder.to_owned());
            Ok(Bundle { id, version, parts, asked: Arc::new(asked), digest, folder, texts })
        }
        Some(_) | None => Err(source.into_faults()),
    }
}

fn of(text: &PartText, package: Arc<Package>) -> Part {
    Part {
        id: text.id.clone(),
        name: text.name.clone().unwrap_or_else(|| package.item.name.clone()),
        when: text.when.clone(),
        only: text.only.clone(),
        after: text.after.clone(),
        given: text.given.clone(),
        fields: Names::new(),
        materials: Names::new(),
        package,
    }
}

/// The common form; the parts learn what their fields are called in it.
fn fields(text: &BundleText, parts: &mut [Part], questions: Option<&Form>, source: &mut Source) -> Form {
    let nobody = Words::new("", "");
    let own = questions.map(|form| Asking { id: QUESTIONS, name: &nobody, form, when: None });
    let of_parts = parts.iter().map(|part| Asking {
        id: &part.id,
        name: &part.name,
        form: &part.package.form,
        when: part.when.as_ref(),
    });
    let asking: Vec<Asking<'_>> = own.into_iter().chain(of_parts).collect();
    let said = Said { key: "fields", same: &text.same.fields, apart: &text.apart.fields, joint: '_' };
    let (merged, rules) = merge(text.name.clone(), &asking, &said);
    note(source, rules);
    let names = merged.names.into_iter().skip(usize::from(questions.is_some()));
    for (part, names) in parts.iter_mut().zip(names) {
        part.fields = names;
    }
    merged.form
}

fn note(source: &mut Source, rules: Vec<super::Rule>) {
    for rule in rules {
        let place: Vec<&str> = rule.place.iter().map(String::as_str).collect();
        source.add(&place, rule.text);
    }
}
