//! The message catalogue: every sentence that a visitor reads, in every language.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::Lang;

/// The sentences of one room.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The room's name; its keys start with it.
    pub room: &'static str,
    /// Fluent text in Chinese.
    pub zh_cn: &'static str,
    /// Fluent text in English.
    pub en: &'static str,
}

/// Why the sentences of the rooms do not make a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The text is not Fluent.
    #[error("messages of {room} in {lang}: {detail}")]
    Syntax {
        /// The room.
        room: &'static str,
        /// The language tag.
        lang: &'static str,
        /// What the parser says.
        detail: String,
    },
    /// A key is there twice.
    #[error("messages of {room} in {lang}: duplicate key {key}")]
    Duplicate {
        /// The room in which the second one stands.
        room: &'static str,
        /// The language tag.
        lang: &'static str,
        /// The key.
        key: String,
    },
    /// A key lacks its translation.
    #[error("messages of {room}: {key} is missing in {missing_in}")]
    Untranslated {
        /// The room.
        room: &'static str,
        /// The key.
        key: String,
        /// The language that lacks it.
        missing_in: &'static str,
    },
}

/// Every sentence, in every language (文案目录).
pub struct Catalogue {
    bundles: BTreeMap<Lang, FluentBundle<FluentResource>>,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue").field("languages", &self.bundles.keys()).finish_non_exhaustive()
    }
}

/// The sentences of the shell and the error pages.
const OWN: Source = Source {
    room: "web",
    zh_cn: include_str!("../messages.zh-CN.ftl"),
    en: include_str!("../messages.en.ftl"),
};

impl Catalogue {
    /// Reads the rooms' sentences; this room's own are always among them.
    pub fn load(sources: &[Source]) -> Result<Self, CatalogueError> {
        let mut bundles = BTreeMap::new();
        let all = || std::iter::once(&OWN).chain(sources);
        for source in all() {
            check_same_keys(source)?;
        }
        for lang in Lang::ALL {
            bundles.insert(lang, bundle(lang, all())?);
        }
        Ok(Self { bundles })
    }

    /// The sentence of a key, without values.
    pub fn get(&self, lang: Lang, key: &str) -> String {
        self.format(lang, key, &[])
    }

    /// The sentence of a key with values set in. A missing key shows as ⟦key⟧ and is logged: a page with one
    /// wrong label still serves its reader.
    pub fn format(&self, lang: Lang, key: &str, values: &[(&str, String)]) -> String {
        let found = self.bundles.get(&lang).and_then(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            let args: FluentArgs<'_> = values.iter().map(|(name, text)| (*name, value(text))).collect();
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
            if !errors.is_empty() {
                tracing::warn!(key, lang = lang.tag(), ?errors, "message cannot be formatted");
            }
            Some(text)
        });
        found.unwrap_or_else(|| {
            tracing::warn!(key, lang = lang.tag(), "message is missing");
            format!("⟦{key}⟧")
        })
    }

    /// Whether the key exists.
    pub fn has(&self, key: &str) -> bool {
        self.bundles.values().all(|bundle| bundle.has_message(key))
    }
}

/// Short plain numbers select plural forms. Anything else stays text: a licence number must come out digit by digit.
fn value(text: &str) -> FluentValue<'_> {
    let is_count = text == "0"
        || (text.len() <= 9 && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if is_count { FluentValue::try_number(text) } else { FluentValue::from(text) }
}

fn text(source: &Source, lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => source.zh_cn,
        Lang::En => source.en,
    }
}

fn bundle<'a>(
    lang: Lang,
    sources: impl Iterator<Item = &'a Source>,
) -> Result<FluentBundle<FluentResource>, CatalogueError> {
    let tag = lang.tag().parse().map_err(|error| CatalogueError::Syntax {
        room: OWN.room,
        lang: lang.tag(),
        detail: format!("{error:?}"),
    })?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks help where scripts of both directions meet; here they would only end up in copied numbers.
    bundle.set_use_isolating(false);
    for source in sources {
        let syntax = |detail: String| CatalogueError::Syntax { room: source.room, lang: lang.tag(), detail };
        let resource = FluentResource::try_new(text(source, lang).to_owned()).map_err(|(_, errors)| {
            syntax(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })?;
        bundle.add_resource(resource).map_err(|errors| match errors.into_iter().next() {
            Some(fluent_bundle::FluentError::Overriding { id, .. }) => {
                CatalogueError::Duplicate { room: source.room, lang: lang.tag(), key: id }
            }
            other => syntax(format!("{other:?}")),
        })?;
    }
    Ok(bundle)
}

/// The keys of a Fluent text: a message starts at the first column with its identifier (Fluent 1.0, `Message`).
fn keys(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim_end()))
        .collect()
}

fn check_same_keys(source: &Source) -> Result<(), CatalogueError> {
    let (zh_cn, en) = (keys(source.zh_cn), keys(source.en));
    let missing = |key: &str, lang: Lang| CatalogueError::Untranslated {
        room: source.room,
        key: key.to_owned(),
        missing_in: lang.tag(),
    };
    if let Some(key) = zh_cn.difference(&en).next() {
        return Err(missing(key, Lang::En));
    }
    if let Some(key) = en.difference(&zh_cn).next() {
        return Err(missing(key, Lang::ZhCn));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
