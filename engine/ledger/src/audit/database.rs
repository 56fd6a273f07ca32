//! The database's side: every row, every node, every checkpoint, and every fact that a source can read again.

use std::collections::BTreeMap;

use store::{Row, Tx, vals};

use super::{AuditError, Audited, Difference};
use crate::Kind;
use crate::entry::{Entry, Fact, Salt, commitment};
use crate::error::{Error, to_column};
use crate::folder;
use crate::integrate::read_entry;
use crate::log::{Ledger, count, hash};
use crate::nodes;
use crate::note::Note;
use crate::policy::Policy;
use crate::publish::named;
use crate::source::Source;
use crate::tile::{Frontier, Tile, WIDTH};
use crate::tree::Hash;

/// Checkpoints that are read at a time.
const CHECKPOINTS: u32 = 256;

/// Goes through the log of this database. `full` reads the facts of these sources too; without it entries, nodes and
/// checkpoints are compared with each other and with the published checkpoint.
pub async fn audit_database(ledger: &Ledger, sources: &[Source], full: bool) -> Result<Audited, AuditError> {
    let mut tx = ledger.db.snapshot().await?;
    let size = crate::log::size_of(&mut tx).await?;
    check_end(&mut tx, size).await?;
    let published = folder::read_checkpoint(&ledger.folder)?.map(|(there, _)| (there.size, there.root));
    if let Some((ahead, _)) = published.filter(|(there, _)| *there > size) {
        return Err(Error::RolledBack { what: named(&ledger.folder), ahead, size }.into());
    }
    if full {
        for source in sources {
            check_count(&mut tx, source).await?;
        }
    }
    let row = tx.fetch_one("select count(*) from ledger_pending", vals![]).await?;
    let mut walk = Walk {
        ledger,
        sources: if full { sources } else { &[] },
        policy: Policy::of_log(ledger.key.verifier().clone()),
        frontier: Frontier::empty(),
        ahead: Vec::new(),
        published,
        found: Audited { pending: count(&row, 0)?, ..Audited::default() },
    };
    drop(tx);
    while walk.frontier.size() < size {
        // A look of its own for each tile: entries do not change, and a long look would hold up the database's cleaning.
        let mut tx = ledger.db.snapshot().await?;
        walk.step(&mut tx, size).await?;
    }
    let mut tx = ledger.db.snapshot().await?;
    for tile in walk.frontier.partial() {
        walk.compare(&mut tx, &tile).await?;
    }
    walk.found.entries = size;
    Ok(walk.found)
}

/// Nothing stands behind the end, and nothing was signed behind it.
async fn check_end(tx: &mut Tx, size: u64) -> Result<(), AuditError> {
    let sql = "select position from ledger_entries where position >= $1 order by position limit 1";
    if let Some(row) = tx.fetch_optional(sql, vals![to_column(size)?]).await? {
        return Err(Difference::EntryBeyond { size, position: count(&row, 0)? }.into());
    }
    let sql = "select size from ledger_checkpoints where size > $1 order by size limit 1";
    if let Some(row) = tx.fetch_optional(sql, vals![to_column(size)?]).await? {
        return Err(Difference::Shortened { signed: count(&row, 0)?, size }.into());
    }
    Ok(())
}

/// As many facts as entries: one that was written past the log has none.
async fn check_count(tx: &mut Tx, source: &Source) -> Result<(), AuditError> {
    let row = tx.fetch_one("select began_at from ledger_log where id = 1", vals![]).await?;
    let facts = (source.count)(tx, row.get(0)?).await?;
    let kind = source.kind;
    let sql = "select (select count(*) from ledger_entries where kind = $1)
                   + (select count(*) from ledger_pending where kind = $1)";
    let entries = count(&tx.fetch_one(sql, vals![kind.as_str()]).await?, 0)?;
    if facts == entries { Ok(()) } else { Err(Difference::OtherCount { kind, facts, entries }.into()) }
}

/// On the way through the log.
struct Walk<'a> {
    ledger: &'a Ledger,
    sources: &'a [Source],
    policy: Policy,
    frontier: Frontier,
    /// The next checkpoints, the nearest last.
    ahead: Vec<(u64, Hash, String)>,
    /// Size and root of the published checkpoint.
    published: Option<(u64, Hash)>,
    found: Audited,
}

/// A row of the log.
struct Line {
    position: u64,
    reference: String,
    salt: Option<Salt>,
    entry: Entry,
}

impl Walk<'_> {
    /// The entries of the next tile.
    async fn step(&mut self, tx: &mut Tx, size: u64) -> Result<(), AuditError> {
        let first = self.frontier.size();
        let end = (first + WIDTH).min(size);
        let sql = "select position, reference, salt, kind, at, commitment from ledger_entries
                   where position >= $1 and position < $2 order by position";
        let rows = tx.fetch_all(sql, vals![to_column(first)?, to_column(end)?]).await?;
        let lines = rows.iter().map(read_line).collect::<crate::error::Result<Vec<_>>>()?;
        for (line, position) in lines.iter().map(Some).chain(std::iter::repeat(None)).zip(first..end) {
            if line.is_none_or(|line| line.position != position) {
                return Err(Difference::EntryMissing { position }.into());
            }
        }
        let leaves = nodes::find_tile(tx, 0, first / WIDTH).await?.unwrap_or_default();
        let facts = self.read_facts(tx, &lines).await?;
        for (place, line) in lines.iter().enumerate() {
            let leaf = line.entry.leaf();
            if leaves.get(place) != Some(&leaf) {
                let Line { position, reference, entry, .. } = line;
                let (position, kind, reference) = (*position, entry.kind, reference.clone());
                return Err(Difference::EntryChanged { position, kind, reference }.into());
            }
            self.compare_fact(line, &facts)?;
            for tile in self.frontier.push(leaf) {
                self.compare(tx, &tile).await?;
            }
            self.compare_checkpoint(tx).await?;
            if let Some((size, root)) = self.published.take_if(|(there, _)| *there == self.frontier.size())
                && root != self.frontier.root()
            {
                let what = named(&self.ledger.folder);
                return Err(Error::Forked { what, size }.into());
            }
        }
        Ok(())
    }

    /// The facts of these lines by kind and reference; a kind whose facts are not read is not in it.
    async fn read_facts(
        &self,
        tx: &mut Tx,
        lines: &[Line],
    ) -> Result<BTreeMap<Kind, BTreeMap<String, Option<Fact>>>, AuditError> {
        let mut facts = BTreeMap::new();
        for source in self.sources {
            let of_kind = lines.iter().filter(|line| line.entry.kind == source.kind && line.salt.is_some());
            let references: Vec<String> = of_kind.map(|line| line.reference.clone()).collect();
            let read =
                if references.is_empty() { Vec::new() } else { (source.read)(tx, &references).await? };
            facts.insert(source.kind, references.into_iter().zip(read).collect());
        }
        Ok(facts)
    }

    fn compare_fact(
        &mut self,
        line: &Line,
        facts: &BTreeMap<Kind, BTreeMap<String, Option<Fact>>>,
    ) -> Result<(), Difference> {
        let (position, kind, reference) = (line.position, line.entry.kind, line.reference.clone());
        let (Some(salt), Some(of_kind)) = (&line.salt, facts.get(&kind)) else {
            match line.salt {
                None => self.found.muted += 1,
                Some(_) => self.found.unread += 1,
            }
            return Ok(());
        };
        match of_kind.get(&reference) {
            Some(Some(fact)) if commitment(salt, fact.bytes()) == line.entry.commitment => {
                self.found.facts += 1;
                Ok(())
            }
            Some(Some(_)) => Err(Difference::FactChanged { position, kind, reference }),
            Some(None) | None => Err(Difference::FactRemoved { position, kind, reference }),
        }
    }

    async fn compare(&mut self, tx: &mut Tx, tile: &Tile) -> Result<(), AuditError> {
        self.found.tiles += 1;
        let hashes = nodes::find_tile(tx, tile.level, tile.number).await?;
        let width = tile.hashes.len();
        if hashes.as_deref().and_then(|hashes| hashes.get(..width)) == Some(tile.hashes.as_slice()) {
            return Ok(());
        }
        Err(Difference::TileChanged { level: tile.level, number: tile.number }.into())
    }

    async fn compare_checkpoint(&mut self, tx: &mut Tx) -> Result<(), AuditError> {
        let size = self.frontier.size();
        if self.ahead.last().is_none_or(|(next, ..)| *next < size) {
            let sql =
                "select size, root, note from ledger_checkpoints where size >= $1 order by size limit $2";
            let rows = tx.fetch_all(sql, vals![to_column(size)?, CHECKPOINTS]).await?;
            let read = |row: &Row| Ok((count(row, 0)?, hash(row, 1)?, row.get(2)?));
            let mut ahead = rows.iter().map(read).collect::<crate::error::Result<Vec<_>>>()?;
            // A mark behind the last one, so that an end is not asked for at every entry.
            if ahead.len() < usize::try_from(CHECKPOINTS).unwrap_or(usize::MAX) {
                ahead.push((u64::MAX, [0; 32], String::new()));
            }
            ahead.reverse();
            self.ahead = ahead;
        }
        let Some((_, root, note)) = self.ahead.pop_if(|(next, ..)| *next == size) else { return Ok(()) };
        let note: Note = note
            .parse()
            .map_err(|error| Difference::CheckpointDamaged { size, reason: format!("{error}") })?;
        let trusted = self.policy.trust(&note);
        let trusted = trusted.map_err(|reason| Difference::CheckpointDistrusted { size, reason })?;
        let (signed, expected) = (trusted.checkpoint, self.frontier.root());
        if signed.size != size || signed.root != expected || root != expected {
            return Err(Difference::CheckpointDiffers { size }.into());
        }
        self.found.checkpoints += 1;
        Ok(())
    }
}

fn read_line(row: &Row) -> crate::error::Result<Line> {
    let salt: Option<Vec<u8>> = row.get(2)?;
    let salt = salt.map(|salt| salt.try_into().map_err(|_length| row.damaged(2, "a salt"))).transpose()?;
    Ok(Line { position: count(row, 0)?, reference: row.get(1)?, salt, entry: read_entry(row, 3)? })
}
