//! New data keys: the rooms say which of their columns are sealed, and the job goes over them.

use std::sync::Arc;

use store::data_class::{self, Table};
use store::jobs::Handlers;
use store::rotation::{self, ROTATE_JOB, SealedTables};
use store::{Db, Files, Vault};

/// What the rooms declare of their columns.
const CLASSES: [(&str, &str); 13] = [
    ("store", store::CLASSES),
    ("identity", identity::CLASSES),
    ("oidc", oidc::CLASSES),
    ("ledger", ledger::CLASSES),
    ("cases", cases::CLASSES),
    ("catalogue", catalogue::CLASSES),
    ("applications", applications::CLASSES),
    ("licences", licences::CLASSES),
    ("registers", registers::CLASSES),
    ("messages", messages::CLASSES),
    ("calendars", calendars::CLASSES),
    ("portal", portal::CLASSES),
    ("seals", seals::CLASSES),
];

/// Every table of the house, room by room, with what its columns hold.
pub fn data_classes() -> anyhow::Result<Vec<(&'static str, Vec<Table>)>> {
    let read = |(room, text)| {
        let tables =
            data_class::parse(text).map_err(|fault| anyhow::anyhow!("{room}, classes.txt: {fault}"))?;
        Ok((room, tables))
    };
    CLASSES.into_iter().map(read).collect()
}

/// Everything that is sealed in the database.
pub fn sealed_tables() -> anyhow::Result<SealedTables> {
    let tables: Vec<Table> = data_classes()?.into_iter().flat_map(|(_, tables)| tables).collect();
    Ok(SealedTables::of(&tables))
}

/// The handler.
pub(crate) fn handlers(db: &Db, vault: &Vault, files: &Files, tables: SealedTables) -> Handlers {
    let (db, vault, files, tables) = (db.clone(), vault.clone(), files.clone(), Arc::new(tables));
    Handlers::new().on(ROTATE_JOB, move |job, now| {
        let (db, vault, files, tables) = (db.clone(), vault.clone(), files.clone(), Arc::clone(&tables));
        async move { Ok(rotation::step(&db, &vault, &files, &tables, &job, now).await?) }
    })
}

/// docs/data-classes.md: the declarations as people read them.
pub fn data_classes_document() -> anyhow::Result<String> {
    let mut text = String::from(
        "# What is stored, and how it is protected (数据分类分级)\n\n\
         Made by `tongban vault classes > docs/data-classes.md` from the declarations beside the tables (`sql/classes.txt` of each room); \
         a test compares them with the real schema of both databases and with this page.\n\n\
         Classes: *public* 公开, *internal* 内部, *personal* 个人信息, *sensitive* 敏感个人信息. Protection: *sealed* by the vault (SM4-GCM), \
         *blind* a keyed hash (HMAC-SM3), *hashed*, *masked*, *wrapped* under the master key, *clear* for the reason given.\n\
         Columns that are internal or public and in clear are only counted here.\n",
    );
    for (room, tables) in data_classes()? {
        text.push_str(&format!(
            "\n## {room}\n\n| table | column | class | protection | reason |\n|---|---|---|---|---|\n"
        ));
        for table in tables {
            let is_plain = |column: &&data_class::Column| {
                column.class <= data_class::Class::Internal && column.guard == data_class::Guard::Clear
            };
            let plain = table.columns.iter().filter(is_plain).count();
            text.push_str(&format!("| {} | {plain} others | public, internal | clear | |\n", table.name));
            for column in table.columns.iter().filter(|column| !is_plain(column)) {
                let (class, guard) = (column.class.as_str(), column.guard);
                text.push_str(&format!("| | {} | {class} | {guard} | {} |\n", column.name, column.reason));
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_stored_column_is_declared_on_both_databases() {
        testkit::each_database(async |db| {
            db.migrate(&crate::platform::MIGRATIONS).await.unwrap();
            let declared: Vec<Table> =
                data_classes().unwrap().into_iter().flat_map(|(_, tables)| tables).collect();
            let found = store::schema::columns(&mut db.snapshot().await.unwrap()).await.unwrap();
            assert!(found.len() > 300, "{}", found.len());
            let faults = data_class::faults(&declared, &found);
            assert!(faults.is_empty(), "classes.txt of the room:\n{}", faults.join("\n"));
        })
        .await;
    }

    #[test]
    fn the_page_says_what_is_declared() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/data-classes.md");
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            page == data_classes_document().unwrap(),
            "make it anew: tongban vault classes > docs/data-classes.md"
        );
    }
}
