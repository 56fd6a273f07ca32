//! How well everyday words find their items (检索评测): a set of queries with the right answers, and the share that finds them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::package::read_text;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Clientele, Fault, Library};

/// Beside `words.yaml`.
const FILE: &str = "queries.yaml";

/// A query and the folders of the packages that answer it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What is typed.
    pub q: String,
    /// Folders of the right packages; any of them.
    pub is: Vec<String>,
}

/// A query whose answer did not come early enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// What is typed.
    pub query: String,
    /// Where the right item stood, from 1; nothing when it was not found.
    pub rank: Option<usize>,
    /// Folders that were found first.
    pub found: Vec<String>,
}

/// Figures of a set of queries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// How many queries.
    pub queries: usize,
    /// Share whose right item comes first.
    pub recall_at_1: f64,
    /// Share whose right item comes among the first `k`.
    pub recall_at_k: f64,
    /// Mean of 1 ÷ rank (平均倒数排名).
    pub mean_reciprocal_rank: f64,
    /// Queries whose right item is not among the first `k`.
    pub misses: Vec<Miss>,
}

/// Figures of the queries that the search is tuned on, and of those that it is not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recall {
    /// How many of the first count.
    pub k: usize,
    /// Four of five.
    pub tuned: Figures,
    /// Every fifth, which nobody looks at while tuning.
    pub held_out: Figures,
    /// Both.
    pub all: Figures,
}

/// Reads the queries that lie beside the words of a folder of packages. None at all is a fault: whoever measures wants a figure.
pub fn read_below(root: &Path, library: &Library) -> Result<Vec<Query>, Vec<Fault>> {
    let mut queries = Vec::new();
    for folder in crate::library::folders(root).0.words {
        queries.extend(read(&folder, library)?);
    }
    if queries.is_empty() {
        let text = format!("there is no {FILE} beside the words of these packages");
        return Err(vec![Fault::new(root.display().to_string(), 0, Rule::Words, text)]);
    }
    Ok(queries)
}

/// Reads the queries of a folder. A right answer that is no package of the library is a fault of the file.
pub fn read(folder: &Path, library: &Library) -> Result<Vec<Query>, Vec<Fault>> {
    let path = format!("{}/{FILE}", folder.display());
    let text = read_text(folder, FILE).map_err(|fault| vec![fault])?.unwrap_or_default();
    let (mut source, queries): (Source, Vec<Query>) =
        Source::read(path, &text, Rule::Words).map_err(|fault| vec![fault])?;
    let folders: Vec<&str> = library.playable().map(|package| name(&package.folder)).collect();
    for (at, Query { q, is }) in queries.iter().enumerate() {
        let unknown = is.iter().find(|name| !folders.contains(&name.as_str()));
        if is.is_empty() {
            source.add(&[&at.to_string()], format!("“{q}” has no right answer"));
        } else if let Some(unknown) = unknown {
            source.add(&[&at.to_string()], format!("“{q}”: there is no package in a folder {unknown}"));
        }
    }
    let faults = source.into_faults();
    if faults.is_empty() { Ok(queries) } else { Err(faults) }
}

/// Asks all queries.
pub fn measure(library: &Library, queries: &[Query], k: usize) -> Recall {
    let ranks: Vec<(usize, Miss)> = queries.iter().map(|query| rank(library, query, k)).enumerate().collect();
    let part = |is_in: &dyn Fn(usize) -> bool| {
        figures(k, ranks.iter().filter(|(at, _)| is_in(*at)).map(|(_, miss)| miss))
    };
    let held_out = |at: usize| at % 5 == 4;
    Recall { k, tuned: part(&|at| !held_out(at)), held_out: part(&held_out), all: part(&|_| true) }
}

fn rank(library: &Library, query: &Query, k: usize) -> Miss {
    let found = library.search(&query.q, Clientele::Any);
    let folders: Vec<&str> = found.iter().map(|package| name(&package.folder)).collect();
    let rank = folders.iter().position(|folder| query.is.iter().any(|right| right == folder));
    Miss {
        query: query.q.clone(),
        rank: rank.map(|at| at + 1),
        found: folders.into_iter().take(k).map(str::to_owned).collect(),
    }
}

fn figures<'m>(k: usize, ranks: impl Iterator<Item = &'m Miss>) -> Figures {
    let ranks: Vec<&Miss> = ranks.collect();
    let of_all = |sum: f64| sum / ranks.len().max(1) as f64;
    let within = |most: usize| {
        let count = ranks.iter().filter(|miss| miss.rank.is_some_and(|rank| rank <= most)).count();
        of_all(count as f64)
    };
    let reciprocal = ranks.iter().filter_map(|miss| miss.rank).map(|rank| 1.0 / rank as f64).sum();
    let missed = ranks.iter().filter(|miss| miss.rank.is_none_or(|rank| rank > k));
    Figures {
        queries: ranks.len(),
        recall_at_1: within(1),
        recall_at_k: within(k),
        mean_reciprocal_rank: of_all(reciprocal),
        misses: missed.map(|miss| (*miss).clone()).collect(),
    }
}

fn name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}
