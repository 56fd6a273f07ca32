//! Everyday words as data (日常用语、同义词): `words.yaml`, which civil servants keep beside the packages.

use std::collections::BTreeMap;
use std::path::Path;

use search::{Synonym, Vocabulary};
use serde::Deserialize;

use crate::Fault;
use crate::package::read_text;
use crate::rule::Rule;
use crate::source::Source;

/// The file that makes a folder one of words.
pub(crate) const FILE: &str = "words.yaml";

/// Words of the language itself.
const LANGUAGE: &str = include_str!("language.yaml");

/// What a file of words holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// Words that say only that somebody wants something.
    #[serde(default)]
    fillers: Vec<String>,
    /// Who says one of these means one of those.
    #[serde(default)]
    synonyms: Vec<Group>,
    /// What is asked for most, as examples beside the search box and where nothing was found: items and their handling items.
    #[serde(default)]
    popular: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    say: Vec<String>,
    mean: Vec<String>,
}

impl Words {
    /// The words of a folder, or everything that is wrong with them.
    pub(crate) fn load(folder: &Path) -> Result<Self, Vec<Fault>> {
        let path = format!("{}/{FILE}", folder.display());
        let text = read_text(folder, FILE).map_err(|fault| vec![fault])?.unwrap_or_default();
        let (mut source, words): (Source, Self) =
            Source::read(path, &text, Rule::Words).map_err(|fault| vec![fault])?;
        words.check(&mut source);
        let faults = source.into_faults();
        if faults.is_empty() { Ok(words) } else { Err(faults) }
    }

    fn check(&self, source: &mut Source) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, group) in self.synonyms.iter().enumerate() {
            let index = at.to_string();
            for (side, words) in [("say", &group.say), ("mean", &group.mean)] {
                if words.is_empty() {
                    source.add(&["synonyms", &index], format!("{side} names no word"));
                }
                if words.iter().any(|word| !word.chars().any(char::is_alphanumeric)) {
                    source.add(&["synonyms", &index], format!("{side} has an empty word"));
                }
            }
            for word in &group.say {
                if let Some(before) = seen.insert(word.as_str(), at) {
                    let text = if before == at {
                        format!("“{word}” is said twice")
                    } else {
                        format!("“{word}” is said in two groups; put them together")
                    };
                    source.add(&["synonyms", &index], text);
                }
                if group.mean.contains(word) {
                    source.add(&["synonyms", &index], format!("“{word}” means itself"));
                }
            }
        }
        for (at, word) in self.fillers.iter().enumerate() {
            if self.fillers[..at].contains(word) || word.trim().is_empty() {
                source.add(&["fillers", &at.to_string()], format!("filler “{word}” is empty or there twice"));
            }
        }
    }

    /// These and others.
    pub(crate) fn extend(&mut self, other: Self) {
        self.fillers.extend(other.fillers);
        self.synonyms.extend(other.synonyms);
        self.popular.extend(other.popular);
    }

    /// Items that are asked for most, best first.
    pub(crate) fn popular(&self) -> &[String] {
        &self.popular
    }

    /// With the words of the language itself.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        // Part of this program; a test reads it.
        let language: Self = serde_saphyr::from_str(LANGUAGE).unwrap_or_default();
        let fillers: Vec<String> = language.fillers.iter().chain(&self.fillers).cloned().collect();
        let synonym = |group: &Group| Synonym { say: group.say.clone(), mean: group.mean.clone() };
        let synonyms: Vec<Synonym> = self.synonyms.iter().map(synonym).collect();
        Vocabulary::new(&fillers, &synonyms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_language_are_readable() {
        let language: Words = serde_saphyr::from_str(LANGUAGE).unwrap();
        assert!(language.fillers.len() > 50 && language.synonyms.is_empty());
        let mut source = Source::tree("language.yaml".into(), LANGUAGE, Rule::Words).unwrap();
        language.check(&mut source);
        assert_eq!(source.into_faults(), []);
    }

    #[test]
    fn empty_and_doubled_words_are_named_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let text = "synonyms:\n- {say: [领证, 领证], mean: [结婚]}\n- {say: [领证], mean: []}\n- {say: [\" \"], mean: [x]}\n\
                    - {say: [结婚], mean: [结婚]}\nfillers: [的, 的]\n";
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let faults = Words::load(folder.path()).unwrap_err();
        let told: Vec<(u64, &str)> = faults.iter().map(|fault| (fault.line, fault.text.as_str())).collect();
        let expected = [
            (2, "“领证” is said twice"),
            (3, "mean names no word"),
            (3, "“领证” is said in two groups; put them together"),
            (4, "say has an empty word"),
            (5, "“结婚” means itself"),
            (6, "filler “的” is empty or there twice"),
        ];
        assert_eq!(told, expected);
        assert!(faults.iter().all(|fault| fault.rule == Rule::Words));
        std::fs::write(folder.path().join(FILE), "synonym: []\n").unwrap();
        assert!(Words::load(folder.path()).is_err());
    }
}
