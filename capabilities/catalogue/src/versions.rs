//! Versions that were once loaded, kept in the database, so that a case keeps the package it was submitted under.

use std::collections::BTreeMap;

use cases::TypeRef;
use kernel::Timestamp;
use store::{Tx, vals};

use crate::package::Texts;
use crate::rule::Rule;
use crate::{Bundle, Fault, Library, Package, bundle};

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
    /// The same for a bundle, or one of its parts has a new version.
    #[error(
        "{folder}: content changed without a new version: bundle {bundle}, version {version} was loaded before with \
         other files or other versions of its parts; give the change a new version in bundle.yaml"
    )]
    BundleChanged {
        /// The bundle's folder.
        folder: String,
        /// Its id.
        bundle: String,
        /// Its version.
        version: String,
    },
    /// A recorded version cannot be read by this program.
    #[error("recorded package version cannot be read: {0}")]
    Unreadable(Fault),
    /// Storage says no.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Library {
    /// Writes down every version that is loaded and not recorded yet.
    pub async fn record(&self, tx: &mut Tx, now: Timestamp) -> Result<(), VersionError> {
        for package in self.list() {
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
                continue;
            }
            let recorded = tx
                .fetch_one(
                    "select digest from package_versions where item = $1 and handling = $2 and version = $3",
                    vals![item, handling, version],
                )
                .await?;
            if recorded.get::<String>(0)? != package.digest {
                let (folder, reference) = (package.folder.clone(), Box::new(package.reference.clone()));
                return Err(VersionError::Changed { folder, reference });
            }
        }
        for bundle in self.bundles() {
            record_bundle(tx, bundle, now).await?;
        }
        Ok(())
    }

    /// Adds every recorded version that is no longer in the folder. They are not offered; cases that were submitted
    /// under them go on.
    pub async fn with_recorded(mut self, tx: &mut Tx) -> Result<Self, VersionError> {
        let rows = tx
            .fetch_all(
                "select item, handling, version from package_versions order by item, handling, version",
                vals![],
            )
            .await?;
        for row in rows {
            let reference = TypeRef { item: row.get(0)?, handling: row.get(1)?, version: row.get(2)? };
            if self.has(&reference) {
                continue;
            }
            let files = tx
                .fetch_one(
                    "select files from package_versions where item = $1 and handling = $2 and version = $3",
                    vals![&reference.item, &reference.handling, &reference.version],
                )
                .await?;
            let texts: Texts = serde_json::from_value(files.get(0)?)
                .map_err(|_shape| files.damaged(0, "file names and texts"))?;
            let label = format!("{}-{}@{}", reference.item, reference.handling, reference.version);
            let package = Package::from_texts(&label, texts, None).map_err(|faults| {
                let unknown = || Fault::new(&label, 0, Rule::Unreadable, "unknown fault");
                VersionError::Unreadable(faults.into_iter().next().unwrap_or_else(unknown))
            })?;
            self.keep_earlier(package);
        }
        self.keep_recorded_bundles(tx).await?;
        Ok(self)
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
            self.keep_earlier_bundle(earlier);
        }
        Ok(())
    }
}

async fn record_bundle(tx: &mut Tx, bundle: &Bundle, now: Timestamp) -> Result<(), VersionError> {
    let files = serde_json::to_string(&bundle.texts).unwrap_or_default();
    let parts: Vec<&TypeRef> = bundle.parts.iter().map(|part| &part.package.reference).collect();
    let parts = serde_json::to_string(&parts).unwrap_or_default();
    let written = tx
        .execute(
            "insert into bundle_versions (bundle, version, digest, files, parts, loaded_at)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            vals![&bundle.id, &bundle.version, &bundle.digest, files, parts, now],
        )
        .await?;
    if written == 1 {
        return Ok(());
    }
    let recorded = tx
        .fetch_one(
            "select digest from bundle_versions where bundle = $1 and version = $2",
            vals![&bundle.id, &bundle.version],
        )
        .await?;
    if recorded.get::<String>(0)? == bundle.digest {
        return Ok(());
    }
    let Bundle { id, version, folder, .. } = bundle;
    Err(VersionError::BundleChanged { folder: folder.clone(), bundle: id.clone(), version: version.clone() })
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
