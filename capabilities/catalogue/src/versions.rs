//! Versions that were once loaded, kept in the database, so that a case keeps the package it was submitted under.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cases::TypeRef;
use kernel::Timestamp;
use store::{Tx, vals};

use crate::facts;
use crate::package::Texts;
use crate::rule::Rule;
use crate::turns::{self, Turn};
use crate::{Bundle, Fault, Library, Package, Shelf, bundle};

/// Why the recorded versions and the loaded ones do not go together.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The same version was loaded before with other content: cases may already run under it.
    #[error(
        "{folder}: content changed without a new version: item {}, handling {}, version {} was loaded before with \
         other files; give the change a new version in item.yaml",
        .reference.item, .reference.handling, .reference.version
    )]
    Changed {
        /// The package's folder.
        folder: String,
        /// Which version.
        reference: Box<TypeRef>,
    },
    /// The same for a bundle.
    #[error(
        "{folder}: content changed without a new version: bundle {bundle}, version {version} was loaded before with \
         other files; give the change a new version in bundle.yaml"
    )]
    BundleChanged {
        /// The bundle's folder.
        folder: String,
        /// Its id.
        bundle: String,
        /// Its version.
        version: String,
    },
    /// A bundle does not go together with the versions in force of its parts.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Bundle(Vec<Fault>),
    /// A recorded version cannot be read by this program.
    #[error("recorded package version cannot be read: {0}")]
    Unreadable(Fault),
    /// Storage says no.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Library {
    /// Puts what the folder holds together with what is kept: every version is written down, a version that was unknown
    /// counts as published by the operator, and of every item that is in force which was published last, in the folder or
    /// in the browser. Earlier versions stay for the cases that were submitted under them (docs/adr/0014).
    pub async fn take_up(mut self, tx: &mut Tx, now: Timestamp) -> Result<Shelf, VersionError> {
        self.record(tx, now).await?;
        // What the folder's bundles are made of is not in force yet: their references may stand for other parts.
        self.take_bundles_down();
        self.keep_recorded(tx).await?;
        let turns = turns::after(tx, 0).await?;
        let last = turns.last().map_or(0, |turn| turn.turn);
        self.take_all(tx, turns, now).await?;
        Ok(Shelf::new(last, self))
    }

    /// This library with everything that happened after a turn, and the last turn.
    pub(crate) async fn after(&self, tx: &mut Tx, turn: i64) -> Result<(i64, Self), VersionError> {
        let turns = turns::after(tx, turn).await?;
        let Some(last) = turns.last() else { return Ok((turn, self.clone())) };
        let (turn, since) = (last.turn, last.since);
        let mut library = self.clone();
        library.take_all(tx, turns, since).await?;
        Ok((turn, library))
    }

    async fn take_all(&mut self, tx: &mut Tx, turns: Vec<Turn>, now: Timestamp) -> Result<(), VersionError> {
        for turn in turns {
            let (item, handling) = turn.key.clone();
            let reference = TypeRef { item, handling, version: turn.version.clone() };
            if !self.has(&reference) {
                self.keep_earlier(recorded(tx, &reference).await?);
            }
            self.take(turn);
        }
        self.put_bundles_together(tx, now).await?;
        self.reindex();
        Ok(())
    }

    /// Writes down every version that is loaded and not recorded yet.
    async fn record(&self, tx: &mut Tx, now: Timestamp) -> Result<(), VersionError> {
        let published: BTreeSet<(String, String)> =
            turns::after(tx, 0).await?.into_iter().map(|turn| turn.key).collect();
        for package in self.list() {
            let TypeRef { item, handling, version } = package.reference.clone();
            let key = (item, handling);
            if insert(tx, package, now).await? || !published.contains(&key) {
                turns::insert(tx, &Turn::by_operator(key, version, now)).await?;
            }
        }
        Ok(())
    }

    /// Adds every recorded version that is not in the folder. They are not offered; cases that were submitted under them
    /// go on.
    async fn keep_recorded(&mut self, tx: &mut Tx) -> Result<(), VersionError> {
        let rows = tx
            .fetch_all(
                "select item, handling, version from package_versions order by item, handling, version",
                vals![],
            )
            .await?;
        for row in rows {
            let reference = TypeRef { item: row.get(0)?, handling: row.get(1)?, version: row.get(2)? };
            if !self.has(&reference) {
                self.keep_earlier(recorded(tx, &reference).await?);
            }
        }
        self.keep_recorded_bundles(tx).await
    }

    /// Every bundle is made of what is in force. One of whose parts is no longer offered is not offered either.
    async fn put_bundles_together(&mut self, tx: &mut Tx, now: Timestamp) -> Result<(), VersionError> {
        for written in self.take_bundles_down() {
            let is_offered = |part: &bundle::Part| {
                let TypeRef { item, handling, .. } = &part.package.reference;
                self.current(item, handling).is_some()
            };
            if !written.parts.iter().all(is_offered) {
                continue;
            }
            let find = |item: &str, handling: &str| self.current(item, handling);
            let bundle = bundle::of_texts(&written.folder, written.texts.clone(), &find, true)
                .map_err(VersionError::Bundle)?;
            let bundle = record_bundle(tx, bundle, now).await?;
            self.offer_bundle(Arc::new(bundle));
        }
        Ok(())
    }

    async fn keep_recorded_bundles(&mut self, tx: &mut Tx) -> Result<(), VersionError> {
        let rows = tx
            .fetch_all(
                "select bundle, version, files, parts from bundle_versions order by bundle, version",
                vals![],
            )
            .await?;
        for row in rows {
            let (id, version): (String, String) = (row.get(0)?, row.get(1)?);
            let reference = TypeRef { item: id.clone(), handling: bundle::BUNDLE.into(), version };
            if self.bundle_of(&reference).is_some() {
                continue;
            }
            let texts: Texts = serde_json::from_value(row.get(2)?)
                .map_err(|_shape| row.damaged(2, "file names and texts"))?;
            let parts: Vec<TypeRef> =
                serde_json::from_value(row.get(3)?).map_err(|_shape| row.damaged(3, "items and versions"))?;
            let find = |item: &str, handling: &str| {
                let part = parts.iter().find(|part| part.item == item && part.handling == handling)?;
                self.get(part)
            };
            let label = format!("{id}@{}", reference.version);
            let earlier = bundle::of_texts(&label, texts, &find, false).map_err(|faults| {
                let unknown = || Fault::new(&label, 0, Rule::Unreadable, "unknown fault");
                VersionError::Unreadable(faults.into_iter().next().unwrap_or_else(unknown))
            })?;
            self.keep_earlier_bundle(earlier.in_version(reference.version));
        }
        Ok(())
    }
}

/// Writes a version down. `true`: it was unknown.
pub(crate) async fn insert(tx: &mut Tx, package: &Package, now: Timestamp) -> Result<bool, VersionError> {
    let TypeRef { item, handling, version } = &package.reference;
    let files = serde_json::to_string(&package.texts).unwrap_or_default();
    let written = tx
        .execute(
            "insert into package_versions (item, handling, version, digest, files, loaded_at)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            vals![item, handling, version, &package.digest, files, now],
        )
        .await?;
    if written == 1 {
        facts::write_version(tx, now, item, handling, version).await?;
        return Ok(true);
    }
    let recorded = tx
        .fetch_one(
            "select digest from package_versions where item = $1 and handling = $2 and version = $3",
            vals![item, handling, version],
        )
        .await?;
    if recorded.get::<String>(0)? == package.digest {
        return Ok(false);
    }
    let (folder, reference) = (package.folder.clone(), Box::new(package.reference.clone()));
    Err(VersionError::Changed { folder, reference })
}

/// The files of a version as they were written down.
pub(crate) async fn files(tx: &mut Tx, reference: &TypeRef) -> Result<Option<Texts>, store::Error> {
    let sql = "select files from package_versions where item = $1 and handling = $2 and version = $3";
    let row = tx.fetch_optional(sql, vals![&reference.item, &reference.handling, &reference.version]).await?;
    row.map(|row| {
        serde_json::from_value(row.get(0)?).map_err(|_shape| row.damaged(0, "file names and texts"))
    })
    .transpose()
}

async fn recorded(tx: &mut Tx, reference: &TypeRef) -> Result<Package, VersionError> {
    let texts = files(tx, reference).await?.ok_or(store::Error::Missing)?;
    let label = format!("{}-{}@{}", reference.item, reference.handling, reference.version);
    Package::from_texts(&label, texts, None).map_err(|faults| {
        let unknown = || Fault::new(&label, 0, Rule::Unreadable, "unknown fault");
        VersionError::Unreadable(faults.into_iter().next().unwrap_or_else(unknown))
    })
}

/// Writes a bundle down under the version of its file. Where that stands for other versions of its parts, the bundle has
/// a version of its own with a number behind it: `2026.1-2`.
async fn record_bundle(tx: &mut Tx, bundle: Bundle, now: Timestamp) -> Result<Bundle, VersionError> {
    let known = tx
        .fetch_all("select version, digest, files from bundle_versions where bundle = $1", vals![&bundle.id]);
    let known = known.await?;
    let files = serde_json::to_string(&bundle.texts).unwrap_or_default();
    let mut taken = BTreeSet::new();
    for row in &known {
        let version: String = row.get(0)?;
        if row.get::<String>(1)? == bundle.digest {
            return Ok(bundle.in_version(version));
        }
        let texts: Option<Texts> = serde_json::from_value(row.get(2)?).ok();
        if version == bundle.version && texts.as_ref() != Some(&bundle.texts) {
            let Bundle { id, version, folder, .. } = bundle;
            return Err(VersionError::BundleChanged { folder, bundle: id, version });
        }
        taken.insert(version);
    }
    let base = bundle.version.clone();
    let mut version = base.clone();
    let mut number = 1;
    while taken.contains(&version) {
        number += 1;
        version = format!("{base}-{number}");
    }
    let bundle = bundle.in_version(version);
    let parts: Vec<&TypeRef> = bundle.parts.iter().map(|part| &part.package.reference).collect();
    let parts = serde_json::to_string(&parts).unwrap_or_default();
    tx.execute(
        "insert into bundle_versions (bundle, version, digest, files, parts, loaded_at)
         values ($1, $2, $3, $4, $5, $6)",
        vals![&bundle.id, &bundle.version, &bundle.digest, files, parts, now],
    )
    .await?;
    Ok(bundle)
}

/// Since when each version is known here.
pub async fn loaded_since(tx: &mut Tx) -> store::Result<BTreeMap<TypeRef, Timestamp>> {
    let rows =
        tx.fetch_all("select item, handling, version, loaded_at from package_versions", vals![]).await?;
    let one = |row: &store::Row| {
        let reference = TypeRef { item: row.get(0)?, handling: row.get(1)?, version: row.get(2)? };
        Ok((reference, row.get(3)?))
    };
    rows.iter().map(one).collect()
}
