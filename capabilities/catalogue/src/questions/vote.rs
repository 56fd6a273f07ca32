//! Votes on answers (有用、没用): one of each reader for each answer, to be changed at any time, without signing in.
//!
//! Who voted is kept as a keyed hash: it is known again for a change and tells nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use identity::Client;
use kernel::{Actor, Refusal, Timestamp};
use store::{Db, Sql, Tx, Vault, vals};
use web::Visitor;

/// What a reader says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    /// It helped.
    Useful,
    /// It did not, without a reason.
    Useless,
    /// Not to be understood.
    Unclear,
    /// Wrong.
    Wrong,
    /// Of yesterday.
    Outdated,
    /// Something is missing.
    Incomplete,
    /// Not what was asked.
    Beside,
}

impl Word {
    pub(crate) const ALL: [Self; 7] = [
        Self::Useful,
        Self::Useless,
        Self::Unclear,
        Self::Wrong,
        Self::Outdated,
        Self::Incomplete,
        Self::Beside,
    ];
    /// Why an answer did not help.
    pub(crate) const REASONS: [Self; 5] =
        [Self::Unclear, Self::Wrong, Self::Outdated, Self::Incomplete, Self::Beside];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::Useless => "useless",
            Self::Unclear => "unclear",
            Self::Wrong => "wrong",
            Self::Outdated => "outdated",
            Self::Incomplete => "incomplete",
            Self::Beside => "beside",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.as_str() == text)
    }
}

/// What readers said of an answer, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) BTreeMap<Word, u32>);

/// Votes that an answer is credited with before anybody has voted, half of them useful: a single vote moves little.
const CREDIT: f64 = 10.0;
/// The most places by which votes move an answer in what a search found.
const PLACES_MAX: f64 = 2.0;

impl Counts {
    pub(crate) fn of(&self, word: Word) -> u32 {
        self.0.get(&word).copied().unwrap_or(0)
    }

    pub(crate) fn useful(&self) -> u32 {
        self.of(Word::Useful)
    }

    /// All that say that it did not help, for whatever reason.
    pub(crate) fn useless(&self) -> u32 {
        self.0.iter().filter(|(word, _)| **word != Word::Useful).map(|(_, votes)| votes).sum()
    }

    /// The share of readers whom it helps, 0 to 1; one half while nobody has voted.
    pub(crate) fn share(&self) -> f64 {
        let (useful, useless) = (f64::from(self.useful()), f64::from(self.useless()));
        (useful + CREDIT / 2.0) / (useful + useless + CREDIT)
    }
}

/// Sorts what a search found, best first: the words decide, and votes move an answer by two places at most.
pub(crate) fn sort_gently<T>(found: Vec<T>, counts: &dyn Fn(&T) -> Counts) -> Vec<T> {
    let mut placed: Vec<(f64, T)> = found
        .into_iter()
        .enumerate()
        .map(|(place, answer)| {
            let lift = (counts(&answer).share() - 0.5) * 2.0 * PLACES_MAX;
            (f64::from(u32::try_from(place).unwrap_or(u32::MAX)) - lift, answer)
        })
        .collect();
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    placed.into_iter().map(|(_, answer)| answer).collect()
}

/// Votes of one network that are taken in an hour, changes among them: a service hall shares one.
const OF_CLIENT_MAX: i64 = 60;
const WINDOW: Duration = Duration::from_hours(1);

/// Who votes, so that the vote is known again; nothing for somebody who sends no cookie and has no account.
pub(crate) fn voter(vault: &Vault, visitor: &Visitor) -> Option<String> {
    let who = match &visitor.actor {
        Actor::Person(person) => format!("person:{}", person.person),
        Actor::Staff(staff) => format!("staff:{}", staff.staff),
        // The cookie of a stranger's visit; a page always sets one.
        Actor::Anonymous if !visitor.csrf.is_empty() => format!("visit:{}", visitor.csrf),
        Actor::Anonymous | Actor::System => return None,
    };
    Some(vault.blind("catalogue.vote", &who))
}

/// Keeps a vote, or changes the one that is there.
pub(crate) async fn cast(
    db: &Db,
    vault: &Vault,
    client: &Client,
    voter: &str,
    answer: &str,
    word: Word,
    now: Timestamp,
) -> Result<(), Refusal> {
    let client = client.blind(vault);
    let mut tx = db.begin().await?;
    for key in [voter, client.as_str()] {
        take_turns(&mut tx, key).await?;
    }
    let before = own(&mut tx, voter, answer).await?;
    if before == Some(word) {
        return Ok(()); // a second click
    }
    let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    let sql =
        "select cast(coalesce(sum(times), 0) as bigint) from answer_votes where client = $1 and at > $2";
    let cast: i64 = tx.fetch_one(sql, vals![&client, since]).await?.get(0)?;
    if cast >= OF_CLIENT_MAX {
        return Err(Refusal::TooMany(WINDOW.as_secs()));
    }
    tx.execute(
        "insert into answer_votes (answer, voter, word, client, times, at) values ($1, $2, $3, $4, 1, $5)
         on conflict (answer, voter) do update set word = excluded.word, client = excluded.client,
             times = answer_votes.times + 1, at = excluded.at",
        vals![answer, voter, word.as_str(), &client, now],
    )
    .await?;
    if let Some(before) = before {
        let sql = "update answer_counts set votes = votes - 1 where answer = $1 and word = $2";
        tx.execute(sql, vals![answer, before.as_str()]).await?;
    }
    tx.execute(
        "insert into answer_counts (answer, word, votes) values ($1, $2, 1)
         on conflict (answer, word) do update set votes = answer_counts.votes + 1",
        vals![answer, word.as_str()],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// On PostgreSQL two votes at once could both find none, so votes of one reader and of one network stand in line until the
/// commit; on SQLite this transaction is the only writer anyway.
async fn take_turns(tx: &mut Tx, key: &str) -> store::Result<()> {
    let lock = Sql::Two {
        sqlite: "select 1 where $1 is not null",
        postgres: "select 1 from (select pg_advisory_xact_lock(hashtext($1))) as turn",
    };
    tx.fetch_one(lock, vals![key]).await?;
    Ok(())
}

/// What somebody said of an answer before.
pub(crate) async fn own(tx: &mut Tx, voter: &str, answer: &str) -> store::Result<Option<Word>> {
    let sql = "select word from answer_votes where answer = $1 and voter = $2";
    let row = tx.fetch_optional(sql, vals![answer, voter]).await?;
    Ok(row.map(|row| row.get::<String>(0)).transpose()?.and_then(|word| Word::parse(&word)))
}

/// Rows that are read at most: seven words for each answer, of a few thousand.
const ROWS_MAX: i64 = 20_000;

/// What was said of all answers.
pub(crate) async fn counts(tx: &mut Tx) -> store::Result<BTreeMap<String, Counts>> {
    let sql = "select answer, word, votes from answer_counts where votes > 0 order by answer, word limit $1";
    let mut all: BTreeMap<String, Counts> = BTreeMap::new();
    for row in tx.fetch_all(sql, vals![ROWS_MAX]).await? {
        let (answer, word, votes): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(word) = Word::parse(&word) {
            all.entry(answer).or_default().0.insert(word, u32::try_from(votes).unwrap_or(u32::MAX));
        }
    }
    Ok(all)
}

/// Forgets from which networks votes came that are counted no more.
pub async fn forget_clients(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let before = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    let sql = "update answer_votes set client = '' where at < $1 and client <> ''";
    tx.execute(sql, vals![before]).await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(useful: u32, wrong: u32) -> Counts {
        Counts([(Word::Useful, useful), (Word::Wrong, wrong)].into())
    }

    #[test]
    fn a_few_votes_move_little_and_many_move_an_answer_by_two_places() {
        let sorted = |votes: [(u32, u32); 5]| {
            let found: Vec<usize> = (0..5).collect();
            sort_gently(found, &|place| counts(votes[*place].0, votes[*place].1))
        };
        assert_eq!(sorted([(0, 0); 5]), [0, 1, 2, 3, 4]);
        assert_eq!(sorted([(0, 1), (0, 0), (0, 0), (0, 0), (0, 0)]), [0, 1, 2, 3, 4]);
        assert_eq!(sorted([(0, 1000), (0, 0), (0, 0), (0, 0), (0, 0)]), [1, 0, 2, 3, 4]);
        assert_eq!(sorted([(0, 0), (0, 0), (0, 0), (0, 0), (10_000, 0)]), [0, 1, 2, 4, 3]);
        assert!((Counts::default().share() - 0.5).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_goes_far(votes in prop::collection::vec((0..5000_u32, 0..5000_u32), 0..30)) {
            let found: Vec<usize> = (0..votes.len()).collect();
            let sorted = sort_gently(found, &|place| counts(votes[*place].0, votes[*place].1));
            let mut all = sorted.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (0..votes.len()).collect::<Vec<_>>());
            // Each moves by two places, and those that it passes by as much.
            for (now, before) in sorted.iter().enumerate() {
                prop_assert!(now.abs_diff(*before) <= 4);
            }
        }
    }
}
