//! One step of a scenario: who does what, with which words. What a verb does not know is an error and not silently
//! left aside.

use cases::{Level, Votes};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Expectation;

/// One step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Beijing time, `2026-09-21 09:30`.
    pub at: String,
    /// Login of staff; the applicant when left out.
    #[serde(default)]
    pub who: Option<String>,
    /// Another person of the cast, instead of the applicant.
    #[serde(default, rename = "as")]
    pub instead: Option<String>,
    /// Another legal person of the cast for whom they act, instead of that of the scenario.
    #[serde(default, rename = "for")]
    pub on_behalf_of: Option<String>,
    /// The part of a bundle that is meant.
    #[serde(default)]
    pub part: Option<String>,
    /// What is done.
    #[serde(rename = "do")]
    pub action: Action,
    /// Answers (apply) or changed answers (resubmit).
    #[serde(default)]
    pub form: Map<String, Value>,
    /// Materials handed in.
    #[serde(default)]
    pub materials: Option<Materials>,
    /// Materials to be handed in after acceptance (容缺).
    #[serde(default)]
    pub later: Vec<String>,
    /// Materials in whose place a commitment is signed (告知承诺).
    #[serde(default)]
    pub commit: Vec<String>,
    /// Another item than that of the package, `code/handling` (apply): what the scenario builds on. Its package must lie in
    /// the folder that is played.
    #[serde(default)]
    pub item: Option<String>,
    /// Begun from the case before it (再次申请).
    #[serde(default)]
    pub again: Option<bool>,
    /// Slug of the body whose window receives it for the competent one (异地代收).
    #[serde(default)]
    pub window: Option<String>,
    /// Whether more is to come (resubmit).
    #[serde(default)]
    pub partial: Option<bool>,
    /// Material of a defect, or one that was promised.
    #[serde(default)]
    pub material: Option<String>,
    /// Field of a defect.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub problem: Option<String>,
    /// On which ground: of a defect in words, of a suspension or termination its id.
    #[serde(default)]
    pub ground: Option<String>,
    /// Place of a defect in the list, from 0.
    #[serde(default)]
    pub index: Option<usize>,
    /// Branch, level, signer or participant whose work is meant.
    #[serde(default)]
    pub branch: Option<String>,
    /// `agree` or `disagree`.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// `granted` or `refused`.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Words of an opinion, a reason, an answer.
    #[serde(default)]
    pub text: String,
    /// What was established.
    #[serde(default)]
    pub findings: Map<String, Value>,
    /// Votes of a panel.
    #[serde(default)]
    pub votes: Option<Votes>,
    /// Day of a survey, a panel, a hearing.
    #[serde(default)]
    pub on: Option<Date>,
    /// Where.
    #[serde(default)]
    pub place: Option<String>,
    /// Experts of a panel.
    #[serde(default)]
    pub people: Vec<String>,
    /// Whether an objection was right.
    #[serde(default)]
    pub upheld: Option<bool>,
    /// What is asked for.
    #[serde(default)]
    pub what: Option<Wanted>,
    /// How much more time is asked for, such as `10 working days`.
    #[serde(default)]
    pub by: Option<String>,
    /// Whether what was asked is approved.
    #[serde(default)]
    pub grant: Option<bool>,
    /// Whether a later check was passed.
    #[serde(default)]
    pub passed: Option<bool>,
    /// Login of the colleague to whom a task is handed, or who stands in.
    #[serde(default)]
    pub to: Option<String>,
    /// For how many days a colleague stands in, the first one counted.
    #[serde(default)]
    pub days: Option<u32>,
    /// Level to which a task is passed on.
    #[serde(default)]
    pub level: Option<Level>,
    /// The step must be refused with this HTTP status.
    #[serde(default)]
    pub refused: Option<u16>,
    /// What must be seen afterwards.
    #[serde(default)]
    pub expect: Option<Expectation>,
}

/// What can be asked of whoever approves (请示).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// 延长期限
    Extension,
    /// 中止
    Suspension,
    /// 终止
    Termination,
}

impl Wanted {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Suspension => "suspension",
            Self::Termination => "termination",
        }
    }
}

/// Which materials are handed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Materials {
    /// `all`: every required one of the applicant.
    Word(String),
    /// These.
    These(Vec<String>),
    /// All but these.
    AllBut {
        /// Left out.
        #[serde(rename = "all-but")]
        all_but: Vec<String>,
    },
}

/// Who does a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Applicant,
    Staff,
    Time,
}

/// A verb with its side, what it needs and what it may have.
type Verb = (&'static str, Side, &'static [&'static str], &'static [&'static str]);

macro_rules! verbs {
    ($($(#[doc = $doc:literal])* $name:ident = $verb:expr,)*) => {
        /// What can be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Action {
            $($(#[doc = $doc])* $name,)*
        }

        impl Action {
            /// Every verb.
            #[cfg(test)]
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)*];

            const fn verb(self) -> Verb {
                match self {
                    $(Self::$name => $verb,)*
                }
            }
        }
    };
}

verbs! {
    /// Fill in, hand in materials, submit.
    Apply = ("apply", Side::Applicant, &[], &["form", "materials", "later", "commit", "item", "for", "again", "window"]),
    /// Answer the correction notice, or a part of it.
    Resubmit = ("resubmit", Side::Applicant, &[], &["form", "materials", "partial"]),
    /// Hand in what was promised (容缺补齐).
    Supply = ("supply", Side::Applicant, &["material"], &[]),
    /// Ask to be heard (申请听证).
    RequestHearing = ("request-hearing", Side::Applicant, &[], &["text"]),
    /// Do without a hearing (放弃听证).
    WaiveHearing = ("waive-hearing", Side::Applicant, &[], &["text"]),
    /// Object to a public notice (公示异议).
    Object = ("object", Side::Applicant, &[], &["text"]),
    /// 撤回
    Withdraw = ("withdraw", Side::Applicant, &[], &["text"]),
    /// Let time pass.
    Wait = ("wait", Side::Time, &[], &[]),
    /// 签收
    Claim = ("claim", Side::Staff, &[], &["branch"]),
    /// Give a task back.
    Release = ("release", Side::Staff, &[], &["branch"]),
    /// 转办
    Transfer = ("transfer", Side::Staff, &["to"], &["branch", "text"]),
    /// Name who stands in for this clerk (请假代理), from that day on for so many days.
    Deputise = ("deputise", Side::Staff, &["to", "days"], &["text"]),
    /// 上报、下派
    Route = ("route", Side::Staff, &["level"], &["branch", "text"]),
    /// 受理
    Accept = ("accept", Side::Staff, &[], &[]),
    /// 不予受理
    NotAccept = ("not-accept", Side::Staff, &[], &["text"]),
    /// 绿色通道
    Expedite = ("expedite", Side::Staff, &[], &["text"]),
    /// Note a defect for the correction notice.
    NoteDefect =
        ("note-defect", Side::Staff, &[], &["branch", "material", "field", "problem", "ground"]),
    /// Strike a noted defect out.
    DropDefect = ("drop-defect", Side::Staff, &["index"], &[]),
    /// Send the one correction notice.
    SendCorrection = ("send-correction", Side::Staff, &[], &[]),
    /// Give an opinion.
    Opinion = ("opinion", Side::Staff, &["conclusion"], &["branch", "text", "findings"]),
    /// Take an opinion back.
    TakeBack = ("take-back", Side::Staff, &[], &["branch"]),
    /// 退回
    SendBack = ("send-back", Side::Staff, &[], &["branch", "text"]),
    /// Fix day and place of a survey, a panel, a hearing.
    Arrange = ("arrange", Side::Staff, &["on"], &["place", "people"]),
    /// Conclude a survey, a panel, a hearing, a special procedure.
    Conclude = ("conclude", Side::Staff, &[], &["conclusion", "votes", "text", "findings"]),
    /// Hang out the public notice.
    PublishNotice = ("publish-notice", Side::Staff, &[], &[]),
    /// Answer an objection.
    AnswerObjection = ("answer-objection", Side::Staff, &["upheld"], &["text"]),
    /// 请示
    Ask = ("ask", Side::Staff, &["what"], &["by", "ground", "text"]),
    /// 批复
    Approve = ("approve", Side::Staff, &["grant"], &["text"]),
    /// Go on after a suspension.
    Resume = ("resume", Side::Staff, &[], &["text"]),
    /// Decide.
    Decide = ("decide", Side::Staff, &["outcome"], &["text", "findings"]),
    /// 事后核查、抽查
    Check = ("check", Side::Staff, &["passed"], &["branch", "text", "findings"]),
}

impl Action {
    /// The word of the file.
    pub const fn as_str(self) -> &'static str {
        self.verb().0
    }

    pub(super) const fn side(self) -> Side {
        self.verb().1
    }
}

impl Step {
    /// The keys that are given, beside those that every step may have.
    fn given(&self) -> Vec<&'static str> {
        let keys = [
            ("form", !self.form.is_empty()),
            ("materials", self.materials.is_some()),
            ("later", !self.later.is_empty()),
            ("commit", !self.commit.is_empty()),
            ("item", self.item.is_some()),
            ("for", self.on_behalf_of.is_some()),
            ("again", self.again.is_some()),
            ("window", self.window.is_some()),
            ("partial", self.partial.is_some()),
            ("material", self.material.is_some()),
            ("field", self.field.is_some()),
            ("problem", self.problem.is_some()),
            ("ground", self.ground.is_some()),
            ("index", self.index.is_some()),
            ("branch", self.branch.is_some()),
            ("conclusion", self.conclusion.is_some()),
            ("outcome", self.outcome.is_some()),
            ("text", !self.text.is_empty()),
            ("findings", !self.findings.is_empty()),
            ("votes", self.votes.is_some()),
            ("on", self.on.is_some()),
            ("place", self.place.is_some()),
            ("people", !self.people.is_empty()),
            ("upheld", self.upheld.is_some()),
            ("what", self.what.is_some()),
            ("by", self.by.is_some()),
            ("grant", self.grant.is_some()),
            ("passed", self.passed.is_some()),
            ("to", self.to.is_some()),
            ("days", self.days.is_some()),
            ("level", self.level.is_some()),
        ];
        keys.into_iter().filter(|(_, is_given)| *is_given).map(|(key, _)| key).collect()
    }

    /// What the types let through; the rule that is broken, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        let (_, side, needed, allowed) = self.action.verb();
        let given = self.given();
        if let Some(key) = needed.iter().find(|key| !given.contains(key)) {
            return Err(format!("needs {key}"));
        }
        if let Some(key) = given.iter().find(|key| !needed.contains(key) && !allowed.contains(key)) {
            let known: Vec<&str> = needed.iter().chain(allowed).copied().collect();
            let known = if known.is_empty() { "nothing more".to_owned() } else { known.join(", ") };
            return Err(format!("has no {key}; it has {known}"));
        }
        match (side, self.who.is_some(), self.instead.is_some()) {
            (Side::Staff, false, _) => return Err("needs who: the login of staff".into()),
            (Side::Applicant | Side::Time, true, _) => return Err("is not done by staff (who)".into()),
            (Side::Staff | Side::Time, _, true) => return Err("is not done by a person (as)".into()),
            (_, _, _) => {}
        }
        if self.part.is_some() && matches!(self.action, Action::Apply | Action::Wait) {
            return Err("is not of one part".into());
        }
        let word = |value: &Option<String>, words: [&str; 2]| match value {
            Some(value) if !words.contains(&value.as_str()) => {
                Err(format!("{value} is not {} or {}", words[0], words[1]))
            }
            Some(_) | None => Ok(()),
        };
        word(&self.conclusion, ["agree", "disagree"])?;
        word(&self.outcome, ["granted", "refused"])?;
        if let Some(Materials::Word(word)) = self.materials.as_ref().filter(|m| !m.is_readable()) {
            return Err(format!("materials: {word} is not all, a list or {{all-but: […]}}"));
        }
        match self.what {
            Some(Wanted::Extension) if self.by.is_none() || self.ground.is_some() => {
                Err("an extension is asked for by so much time (by), without a ground".into())
            }
            Some(Wanted::Suspension | Wanted::Termination) if self.ground.is_none() || self.by.is_some() => {
                Err("a suspension or termination is asked for on a ground".into())
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Materials {
    fn is_readable(&self) -> bool {
        !matches!(self, Self::Word(word) if word != "all")
    }
}
