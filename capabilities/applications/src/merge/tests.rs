//! After merging, everything is under the account that stays, and the stored history gives the stored state.

use testkit::each_database;

use super::*;
use crate::letters::{Side, unread_of, write};
use crate::testing::World;

#[tokio::test]
async fn drafts_cases_and_letters_go_over() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.case_to_correct(&zhang).await;
        let draft = world.draft(&zhang).await;
        let mut tx = world.room.db.begin().await.unwrap();
        let written = cases::get(&mut tx, case.parse().unwrap()).await.unwrap();
        let by = (&world.clerk(), Side::Office(written.body), "陈晨");
        write(&mut tx, &world.room, by, &written, "请补一张照片", world.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.get(&li, &format!("/cases/{case}")).await.status.as_u16(), 404, "not theirs yet");
        let mut tx = world.room.db.begin().await.unwrap();
        assert_eq!(merge_person(&mut tx, world.zhang, world.li, world.now()).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let mut tx = world.room.db.snapshot().await.unwrap();
        let own = cases::Applicant { person: world.li, acting_for: None, through: None };
        assert_eq!(unread_of(&mut tx, &own).await.unwrap().len(), 1, "the letter waits for them");
        drop(tx);
        // A draft leads to its first step.
        for (token, of_case, of_draft) in [(&li, 200, 303), (&zhang, 404, 404)] {
            for (path, status) in
                [(format!("/cases/{case}"), of_case), (format!("/drafts/{draft}"), of_draft)]
            {
                assert_eq!(world.get(token, &path).await.status.as_u16(), status, "{path}");
            }
        }
        let page = world.get(&li, &format!("/cases/{case}")).await.text;
        assert!(page.contains("账号已合并") && page.contains("请补一张照片"), "{page}");
        let mut tx = world.room.db.snapshot().await.unwrap();
        let id = case.parse().unwrap();
        let stored = cases::get(&mut tx, id).await.unwrap();
        let history = cases::history(&mut tx, id).await.unwrap();
        assert_eq!(cases::Case::replay(id, &history).unwrap(), stored);
        assert_eq!(stored.applicant.person, world.li);
        drop(tx);
        // Nothing is left to move.
        let mut tx = world.room.db.begin().await.unwrap();
        assert_eq!(merge_person(&mut tx, world.zhang, world.li, world.now()).await.unwrap(), 0);
    })
    .await;
}
