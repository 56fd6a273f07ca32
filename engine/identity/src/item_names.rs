//! The names of the items that are offered (事项名称): this room keeps codes only, and people choose by name.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kernel::{FieldError, Items, Message, Refusal, Words};
use web::Visitor;

/// Most items in one list.
const ITEMS_MAX: usize = 100;

/// Code and name of an item.
pub type ItemName = (String, Words);

/// Asks for the items that are offered at the moment; none where nobody tells.
#[derive(Clone, Default)]
pub struct ItemNames(Option<Arc<dyn Fn() -> Vec<ItemName> + Send + Sync>>);

impl fmt::Debug for ItemNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemNames").finish_non_exhaustive()
    }
}

impl ItemNames {
    /// Names from whoever keeps the items.
    pub fn new(ask: impl Fn() -> Vec<ItemName> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(ask)))
    }

    fn all(&self) -> Vec<ItemName> {
        self.0.as_ref().map(|ask| ask()).unwrap_or_default()
    }

    /// Reads a list as people write it: a name or a code a line. A line may be a part of a name if only one item has it.
    pub(crate) fn read(&self, text: &str) -> Result<Items, Refusal> {
        let lines =
            text.split(['\n', '，', ',', '；', ';', '、']).map(str::trim).filter(|line| !line.is_empty());
        let (all, mut found) = (self.all(), BTreeSet::new());
        for line in lines {
            found.insert(find(&all, line)?);
        }
        match found.len() {
            0 => Err(Refusal::field("items", Message::new("identity-items-missing"))),
            1..=ITEMS_MAX => Ok(Items::Listed(found)),
            _ => Err(Refusal::field("items", Message::new("identity-items-many").with("most", ITEMS_MAX))),
        }
    }

    /// Reads codes of the API, each of an item that is offered.
    pub(crate) fn read_codes(&self, codes: &[String]) -> Result<Items, Refusal> {
        let all = self.all();
        let wrong = |key, line: &str| {
            Refusal::field(
                "items",
                Message::new(key).with("line", line).with("near", "").with("most", ITEMS_MAX),
            )
        };
        match codes.len() {
            0 => return Err(wrong("identity-items-missing", "")),
            1..=ITEMS_MAX => {}
            _ => return Err(wrong("identity-items-many", "")),
        }
        let unknown = codes.iter().find(|code| all.iter().all(|(known, _)| known != *code));
        match unknown {
            Some(code) => Err(wrong("identity-items-unknown", code)),
            None => Ok(Items::Listed(codes.iter().cloned().collect())),
        }
    }

    /// The scope in words.
    pub(crate) fn shown(&self, visitor: &Visitor, items: &Items) -> String {
        let Items::Listed(codes) = items else { return visitor.t("identity-items-all") };
        let all = self.all();
        let name = |code: &String| {
            let known = all.iter().find(|(known, _)| known == code);
            known.map_or_else(|| code.clone(), |(_, name)| visitor.pick(&name.zh, &name.en).to_owned())
        };
        codes.iter().map(name).collect::<Vec<_>>().join(visitor.pick("、", ", "))
    }
}

fn find(all: &[ItemName], line: &str) -> Result<String, Refusal> {
    let exact = all.iter().find(|(code, name)| code == line || name.zh == line || name.en == line);
    if let Some((code, _)) = exact {
        return Ok(code.clone());
    }
    let part = |name: &str| name.to_lowercase().contains(&line.to_lowercase());
    let near: BTreeSet<&str> = all
        .iter()
        .filter(|(_, name)| part(&name.zh) || part(&name.en))
        .map(|(code, _)| code.as_str())
        .collect();
    let wrong = |key: &'static str| {
        let few = all.iter().filter(|(code, _)| near.contains(code.as_str())).take(3);
        let few = few.map(|(_, name)| name.zh.as_str()).collect::<Vec<_>>().join("、");
        Refusal::Invalid(vec![FieldError::new(
            "items",
            Message::new(key).with("line", line).with("near", few),
        )])
    };
    match near.len() {
        0 => Err(wrong("identity-items-unknown")),
        1 => Ok(near.first().map(|code| (*code).to_owned()).unwrap_or_default()),
        _ => Err(wrong("identity-items-several")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> ItemNames {
        ItemNames::new(|| {
            vec![
                ("000511002000".into(), Words::new("临时救助对象认定", "Temporary relief")),
                ("000511001000".into(), Words::new("最低生活保障对象认定", "Minimum living")),
                ("000111001000".into(), Words::new("社会团体成立登记", "Association")),
            ]
        })
    }

    fn fault(text: &str) -> String {
        names().read(text).unwrap_err().to_string()
    }

    #[test]
    fn items_are_read_by_name_code_and_part_of_a_name() {
        let read = |text: &str| names().read(text).unwrap().to_list();
        assert_eq!(read("临时救助"), ",000511002000,");
        assert_eq!(read("000111001000\n 最低生活保障对象认定 \n\n"), ",000111001000,000511001000,");
        assert_eq!(read("temporary relief，000511002000"), ",000511002000,");
    }

    #[test]
    fn codes_are_read_whole() {
        let read = |codes: &[&str]| {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            names().read_codes(&codes).map_err(|refusal| refusal.to_string())
        };
        assert_eq!(read(&["000511002000"]).unwrap().to_list(), ",000511002000,");
        assert_eq!(read(&[]).unwrap_err(), "invalid: items identity-items-missing");
        for wrong in ["00051100200", "临时救助对象认定", "000511002000,000511001000"] {
            assert_eq!(read(&[wrong]).unwrap_err(), "invalid: items identity-items-unknown");
        }
    }

    #[test]
    fn what_names_no_item_or_several_is_refused() {
        assert_eq!(fault(" \n"), "invalid: items identity-items-missing");
        assert_eq!(fault("婚姻登记"), "invalid: items identity-items-unknown");
        assert_eq!(fault("对象认定"), "invalid: items identity-items-several");
    }
}
