//! What leaves the platform (外发文字): the few fixed texts of e-mail, SMS and WeChat. No name, no item, no id: at
//! most the last four digits of the case number, so that a phone on a table tells its neighbours nothing.

use serde_json::{Map, Value};
use web::{Catalogue, Lang};

use crate::Topic;

/// Which text. Providers want SMS and WeChat texts approved beforehand, so there are four and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Template {
    /// There is news on a case.
    News,
    /// Something has to be done for a case.
    Action,
    /// Staff: something to look at.
    Work,
    /// The code that confirms an address.
    Code,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 4] = [Self::News, Self::Action, Self::Work, Self::Code];

    /// The text by which a topic is told.
    pub const fn of(topic: Topic) -> Self {
        match topic {
            Topic::Action => Self::Action,
            Topic::Result | Topic::Progress => Self::News,
            Topic::Work | Topic::Limit => Self::Work,
        }
    }

    /// The word used in the outbox, the config file and the adapter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Action => "action",
            Self::Work => "work",
            Self::Code => "code",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == word)
    }
}

/// One text with its values, ready to be said.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) template: Template,
    pub(crate) lang: Lang,
    /// Last four digits of the case number.
    pub(crate) tail: Option<String>,
    /// The confirming code.
    pub(crate) code: Option<String>,
    /// Where to read: the front door of the messages, never one message.
    pub(crate) url: String,
}

impl Outgoing {
    /// The values by name, for providers that keep the text themselves.
    pub(crate) fn parameters(&self) -> Map<String, Value> {
        let mut values = Map::new();
        if let Some(tail) = &self.tail {
            values.insert("tail".into(), tail.as_str().into());
        }
        if let Some(code) = &self.code {
            values.insert("code".into(), code.as_str().into());
        }
        if self.code.is_none() {
            values.insert("url".into(), self.url.as_str().into());
        }
        values
    }

    pub(crate) fn subject(&self, texts: &Catalogue) -> String {
        self.say(texts, "subject")
    }

    pub(crate) fn text(&self, texts: &Catalogue) -> String {
        self.say(texts, "text")
    }

    fn say(&self, texts: &Catalogue, part: &str) -> String {
        let tail = self.tail.clone().unwrap_or_else(|| "none".into());
        let values = [
            ("tail", tail),
            ("code", self.code.clone().unwrap_or_default()),
            ("url", self.url.clone()),
            ("minutes", crate::contact::CODE_MINUTES.to_string()),
        ];
        texts.format(self.lang, &format!("messages-out-{}-{part}", self.template.as_str()), &values)
    }
}

#[cfg(test)]
mod tests;
