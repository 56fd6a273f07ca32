//! New data keys: everything is sealed anew, step by step, while others read and write; no node is left behind.

use std::sync::Arc;

use kernel::Timestamp;
use store::jobs::{self, Handlers};
use store::rotation::{self, ROTATE_JOB, Rotation, RotationState, SealedTables};
use store::{Db, Engine, Files, KeyState, MIGRATIONS, Migration, Purpose, Vault, data_class, vals};
use tempfile::TempDir;
use testkit::{each_test_database, folder, instant};

const TABLE: &[Migration] = &[Migration::new(
    "test/0001",
    "create table papers (place text not null, no bigint not null, a_sealed bytea not null, b_sealed bytea,
         constraint papers_pk primary key (place, no));",
)];
const CLASSES: &str = "papers (place no)\n  internal: place no\n  sensitive sealed papers.a: a_sealed\n  sensitive sealed papers.b: b_sealed\n";
const ROWS: i64 = 700;

/// A node with its vault and files.
struct Node {
    db: Db,
    vault: Vault,
    files: Files,
    handlers: Handlers,
    folder: Arc<TempDir>,
}

fn purpose() -> Purpose {
    Purpose::new("test", "staff:li")
}

fn at(minute: &str) -> Timestamp {
    instant(&format!("2026-09-21T{minute}"))
}

impl Node {
    async fn open(url: &str, folder: &Arc<TempDir>) -> Self {
        let db = Db::open(url).await.unwrap();
        db.migrate(&[MIGRATIONS, TABLE]).await.unwrap();
        let vault = Vault::open_or_create(folder.path().join("key")).unwrap();
        vault.confirm(&db, at("09:00")).await.unwrap();
        let files = Files::open(folder.path().join("files"), &vault).unwrap();
        let tables = Arc::new(SealedTables::of(&data_class::parse(CLASSES).unwrap()));
        let handlers = Handlers::new().on(ROTATE_JOB, {
            let (db, vault, files) = (db.clone(), vault.clone(), files.clone());
            move |job, now| {
                let (db, vault, files, tables) = (db.clone(), vault.clone(), files.clone(), tables.clone());
                async move { Ok(rotation::step(&db, &vault, &files, &tables, &job, now).await?) }
            }
        });
        Self { db, vault, files, handlers, folder: Arc::clone(folder) }
    }

    async fn fill(&self, rows: i64) {
        let mut tx = self.db.begin().await.unwrap();
        for no in 0..rows {
            let a = self.vault.seal("papers.a", format!("a{no}").as_bytes()).unwrap();
            let b = (no % 2 == 0).then(|| self.vault.seal("papers.b", format!("b{no}").as_bytes()).unwrap());
            let place = if no % 3 == 0 { "长沙" } else { "郴州" };
            let sql = "insert into papers (place, no, a_sealed, b_sealed) values ($1, $2, $3, $4)";
            tx.execute(sql, vals![place, no, a, b]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn plan(&self, now: Timestamp) -> Option<u16> {
        let mut tx = self.db.begin().await.unwrap();
        let planned = rotation::plan(&mut tx, &self.vault, "staff:admin", now).await.unwrap();
        tx.commit().await.unwrap();
        planned
    }

    async fn run(&self, now: Timestamp) -> usize {
        jobs::run_due(&self.db, &self.handlers, now).await.unwrap()
    }

    async fn rotation(&self, version: u16) -> Rotation {
        rotation::find(&mut self.db.snapshot().await.unwrap(), version).await.unwrap().unwrap()
    }

    async fn states(&self) -> Vec<(u16, KeyState)> {
        let keys = rotation::keys(&mut self.db.snapshot().await.unwrap()).await.unwrap();
        keys.iter().map(|key| (key.version, key.state)).collect()
    }

    /// Every value opens, and lies under this key.
    async fn all_lie_under(&self, version: u8, rows: i64) {
        let mut tx = self.db.snapshot().await.unwrap();
        let found = tx.fetch_all("select no, a_sealed, b_sealed from papers", vals![]).await.unwrap();
        assert_eq!(i64::try_from(found.len()).unwrap(), rows);
        for row in &found {
            let no: i64 = row.get(0).unwrap();
            let (a, b): (Vec<u8>, Option<Vec<u8>>) = (row.get(1).unwrap(), row.get(2).unwrap());
            assert_eq!(a[..3], [2, 0, version], "row {no}");
            assert_eq!(self.vault.open("papers.a", &a, &purpose()).unwrap(), format!("a{no}").into_bytes());
            if let Some(b) = b {
                assert_eq!(b[..3], [2, 0, version], "row {no}");
                assert_eq!(
                    self.vault.open("papers.b", &b, &purpose()).unwrap(),
                    format!("b{no}").into_bytes()
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_sealed_anew_and_the_old_key_is_destroyed() {
    each_test_database(async |test| {
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(ROWS).await;
        let file = node.files.put(b"an identity card".to_vec()).await.unwrap();
        let other = Node::open(&test.url, &node.folder).await;
        assert_eq!(node.states().await, [(1, KeyState::InUse)], "a fresh database has a key of its own");
        let blind = node.vault.blind("papers.a", "a1");

        assert_eq!(node.plan(at("10:00")).await, Some(2));
        assert_eq!(node.plan(at("10:00")).await, None, "one at a time");
        assert_eq!(node.run(at("10:00")).await, 0, "a new key is announced before it seals");
        assert_eq!(node.states().await, [(2, KeyState::Announced), (1, KeyState::InUse)]);
        assert!(node.run(at("10:01")).await >= 5, "in steps");
        node.all_lie_under(2, ROWS).await;
        let tables = SealedTables::of(&data_class::parse(CLASSES).unwrap());
        let back = rotation::read_back(&node.db, &node.vault, &node.files, &tables).await.unwrap();
        let values = u64::try_from(ROWS + ROWS / 2).unwrap();
        assert_eq!((back.values, back.files, back.unreadable), (values, 1, 0));
        assert_eq!(back.tables["papers"], values);
        let done = node.rotation(2).await;
        assert_eq!((done.values_anew, done.files_anew, done.faults), (ROWS + ROWS / 2, 1, 0));
        assert!(done.waits() && done.percent() == 100);
        assert_eq!(node.states().await, [(2, KeyState::InUse), (1, KeyState::Readable)]);

        // The other node has not asked since: it meets a value under a key it does not know.
        let mut tx = other.db.snapshot().await.unwrap();
        let row = tx.fetch_one("select a_sealed from papers where no = 1", vals![]).await.unwrap();
        drop(tx);
        let sealed: Vec<u8> = row.get(0).unwrap();
        assert_eq!(other.vault.open("papers.a", &sealed, &purpose()).unwrap(), b"a1");
        assert_eq!(other.files.get(&file.sm3).await.unwrap(), b"an identity card");
        assert_eq!(other.vault.blind("papers.a", "a1"), blind, "hashes stay as they are");

        assert_eq!(node.run(at("10:59")).await, 0, "somebody may still seal under the old key");
        assert_eq!(node.run(at("11:02")).await, 1);
        assert_eq!(node.rotation(2).await.state, RotationState::Done);
        assert_eq!(node.states().await, [(2, KeyState::InUse), (1, KeyState::Retired)]);
        let mut tx = node.db.snapshot().await.unwrap();
        let sql = "select count(*) from vault_keys where state = 'retired' and key_sealed is null";
        assert_eq!(tx.fetch_one(sql, vals![]).await.unwrap().get::<i64>(0).unwrap(), 1);
        drop(tx);
        // A later start reads what is there.
        Node::open(&test.url, &node.folder).await.all_lie_under(2, ROWS).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_sealed_late_under_the_old_key_is_found_before_that_key_goes() {
    each_test_database(async |test| {
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(10).await;
        let late = node.vault.seal("papers.a", b"a99").unwrap();
        node.plan(at("10:00")).await;
        node.run(at("10:01")).await;
        let mut tx = node.db.begin().await.unwrap();
        tx.execute("insert into papers (place, no, a_sealed) values ('x', 99, $1)", vals![late])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        node.run(at("11:30")).await;
        let rotation = node.rotation(2).await;
        assert_eq!((rotation.state, rotation.pass), (RotationState::Done, 2));
        let mut tx = node.db.snapshot().await.unwrap();
        let row = tx.fetch_one("select a_sealed from papers where no = 99", vals![]).await.unwrap();
        assert_eq!(node.vault.open("papers.a", &row.get::<Vec<u8>>(0).unwrap(), &purpose()).unwrap(), b"a99");
    })
    .await;
}

#[tokio::test]
async fn a_step_that_died_is_done_again_and_a_newer_value_stays() {
    each_test_database(async |test| {
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(ROWS).await;
        node.plan(at("10:00")).await;
        // The worker takes the first step, does it, takes the second and dies.
        let tables = SealedTables::of(&data_class::parse(CLASSES).unwrap());
        let first = jobs::claim(&node.db, at("10:01"), 300, 1).await.unwrap();
        rotation::step(&node.db, &node.vault, &node.files, &tables, &first[0], at("10:01")).await.unwrap();
        let second = jobs::claim(&node.db, at("10:01"), 300, 1).await.unwrap();
        assert_eq!(second.len(), 1);
        assert_eq!(node.run(at("10:02")).await, 0, "its lease goes on");
        let mut tx = node.db.begin().await.unwrap();
        let newer = node.vault.seal("papers.a", b"a5").unwrap();
        let sql = "update papers set a_sealed = $1 where no = 5";
        tx.execute(sql, vals![newer.clone()]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(node.run(at("10:10")).await > 2);
        node.all_lie_under(2, ROWS).await;
        let mut tx = node.db.snapshot().await.unwrap();
        let row = tx.fetch_one("select a_sealed from papers where no = 5", vals![]).await.unwrap();
        assert_eq!(row.get::<Vec<u8>>(0).unwrap(), newer, "it was under the new key already");
        drop(tx);
        // The dead worker comes back to life: its step is nobody's any more.
        let late = rotation::step(&node.db, &node.vault, &node.files, &tables, &second[0], at("10:11")).await;
        assert!(late.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_holds_is_not_waited_for_and_done_in_the_next_pass() {
    each_test_database(async |test| {
        if test.engine != "PostgreSQL" {
            return; // SQLite has one writer, who holds everything
        }
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(10).await;
        node.plan(at("10:00")).await;
        let mut holder = node.db.begin().await.unwrap();
        let sql = "update papers set b_sealed = b_sealed where no in (4, 7)";
        assert_eq!(holder.execute(sql, vals![]).await.unwrap(), 2);
        // Begin, the rows and the files: the first pass is over, and nobody has waited.
        let tables = SealedTables::of(&data_class::parse(CLASSES).unwrap());
        for _ in 0..3 {
            let job = jobs::claim(&node.db, at("10:01"), 300, 1).await.unwrap();
            rotation::step(&node.db, &node.vault, &node.files, &tables, &job[0], at("10:01")).await.unwrap();
        }
        assert_eq!(
            rotation::left(&node.db, &node.files, &tables, 2).await.unwrap(),
            3,
            "two rows, three values"
        );
        holder.commit().await.unwrap();
        node.run(at("10:02")).await;
        node.all_lie_under(2, 10).await;
        assert_eq!(node.rotation(2).await.pass, 2);
    })
    .await;
}

#[tokio::test]
async fn a_value_that_does_not_open_keeps_the_old_key() {
    each_test_database(async |test| {
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(3).await;
        let mut tx = node.db.begin().await.unwrap();
        let sql = "update papers set a_sealed = $1 where no = 1";
        tx.execute(sql, vals![vec![2_u8, 0, 1, 9, 9, 9]]).await.unwrap();
        tx.commit().await.unwrap();
        node.plan(at("10:00")).await;
        node.run(at("12:00")).await;
        let rotation = node.rotation(2).await;
        assert_eq!((rotation.state, rotation.faults), (RotationState::Stuck, 1));
        let tables = SealedTables::of(&data_class::parse(CLASSES).unwrap());
        let back = rotation::read_back(&node.db, &node.vault, &node.files, &tables).await.unwrap();
        assert_eq!(back.unreadable, 1, "{back:?}");
        assert_eq!(node.states().await, [(2, KeyState::InUse), (1, KeyState::Readable)]);
        assert_eq!(node.plan(at("13:00")).await, Some(3), "it can be tried again");
    })
    .await;
}

#[tokio::test]
async fn a_database_of_the_first_program_is_taken_over() {
    each_test_database(async |test| {
        let folder = Arc::new(folder());
        let first = Vault::open_or_create(folder.path().join("key")).unwrap(); // as it was: the master key itself
        let (old, blind) = (first.seal("papers.a", b"a0").unwrap(), first.blind("papers.a", "a0"));
        assert_eq!(old[0], 1, "without a header");
        test.db.migrate(&[MIGRATIONS, TABLE]).await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        tx.execute(
            "insert into vault_fingerprint (id, fingerprint) values (1, $1)",
            vals![fingerprint(folder.path())],
        )
        .await
        .unwrap();
        tx.execute("insert into papers (place, no, a_sealed) values ('x', 0, $1)", vals![&old])
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let node = Node::open(&test.url, &folder).await;
        assert_eq!(node.states().await, [(0, KeyState::InUse)]);
        assert_eq!(node.vault.open("papers.a", &old, &purpose()).unwrap(), b"a0");
        assert_eq!(node.vault.blind("papers.a", "a0"), blind);
        assert_eq!(node.plan(at("10:00")).await, Some(1));
        node.run(at("10:01")).await;
        node.run(at("12:00")).await;
        node.all_lie_under(1, 1).await;
        assert_eq!(node.states().await, [(1, KeyState::InUse), (0, KeyState::Retired)]);
        assert!(node.vault.open("papers.a", &old, &purpose()).is_err());
        assert_eq!(Node::open(&test.url, &folder).await.vault.blind("papers.a", "a0"), blind);
    })
    .await;
}

/// The fingerprint of the key in this folder: HMAC-SM3 of its label.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_column_that_nobody_declares_keeps_the_old_key() {
    each_test_database(async |test| {
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(3).await;
        let mut tx = node.db.begin().await.unwrap();
        tx.execute("alter table papers add column c_sealed bytea", vals![]).await.unwrap();
        tx.commit().await.unwrap();
        node.plan(at("10:00")).await;
        node.run(at("12:00")).await;
        assert_eq!(node.rotation(2).await.state, RotationState::Stuck);
        assert_eq!(node.states().await, [(2, KeyState::InUse), (1, KeyState::Readable)]);
    })
    .await;
}

fn fingerprint(folder: &std::path::Path) -> String {
    let text = std::fs::read_to_string(folder.join("key")).unwrap();
    hex::encode(guomi::sm3::hmac(&hex::decode(text.trim()).unwrap(), b"tongban vault 1\nfingerprint\n"))
}

#[tokio::test]
async fn the_master_key_is_replaced_under_a_running_program() {
    each_test_database(async |test| {
        let node = Node::open(&test.url, &Arc::new(folder())).await;
        node.fill(20).await;
        let path = node.folder.path().join("key");
        let old = std::fs::read(&path).unwrap();
        // Another program replaces it.
        let tool = Node::open(&test.url, &node.folder).await;
        assert_eq!(tool.vault.replace_master(&tool.db).await.unwrap(), 2);
        let new = std::fs::read(&path).unwrap();
        assert_ne!(old, new);
        assert_eq!(std::fs::read_dir(node.folder.path()).unwrap().count(), 2, "the key and the files");
        node.all_lie_under(1, 20).await;
        node.vault.refresh().await.unwrap();
        assert_eq!(node.plan(at("10:00")).await, Some(2), "the running program reads the file again");
        node.run(at("12:00")).await;
        node.all_lie_under(2, 20).await;
        Node::open(&test.url, &node.folder).await.all_lie_under(2, 20).await;

        // Killed between the database and the file: the next start goes on.
        std::fs::rename(&path, node.folder.path().join("key.next")).unwrap();
        std::fs::write(&path, &old).unwrap();
        set_mode(&path);
        Node::open(&test.url, &node.folder).await.all_lie_under(2, 20).await;
        assert_eq!(std::fs::read(&path).unwrap(), new);
        // With the old key alone nothing opens.
        std::fs::write(&path, &old).unwrap();
        let vault = Vault::open_or_create(&path).unwrap();
        assert!(vault.confirm(&test.db, at("13:00")).await.is_err());
    })
    .await;
}

fn set_mode(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn the_declaration_of_this_room_fits_its_tables() {
    each_test_database(async |test| {
        test.db.migrate(&[MIGRATIONS]).await.unwrap();
        let declared = data_class::parse(store::CLASSES).unwrap();
        let found = store::schema::columns(&mut test.db.snapshot().await.unwrap()).await.unwrap();
        assert_eq!(data_class::faults(&declared, &found), Vec::<String>::new(), "{:?}", test.db.engine());
        assert_eq!(test.db.engine() == Engine::Sqlite, test.engine == "SQLite");
    })
    .await;
}
