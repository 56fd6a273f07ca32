//! A file of staff: every fault of every line by column and rule, nothing before the confirmation, all or nothing after it.

use kernel::{Actor, Role, StaffImportId};
use store::Tx;

use super::*;
use crate::staffing::tests::{House, as_admin, house};
use crate::testing::{given, morning};
use crate::{posts_of, sign_in_staff};

const HEADER: &str = "login,name,body,title,roles,from,until\r\n";

async fn sent(house: &House, content: &[u8]) -> Result<StaffImportId, StaffingError> {
    let by = as_admin(house.admin, house.town.office);
    let mut tx = house.town.db.begin().await.unwrap();
    let kept = keep(&mut tx, &by, morning(), "staff.csv", content.to_vec()).await;
    if kept.is_ok() {
        tx.commit().await.unwrap();
    }
    kept
}

async fn looked(house: &House, content: &[u8]) -> Looked {
    let by = as_admin(house.admin, house.town.office);
    let mut tx = house.town.db.snapshot().await.unwrap();
    look(&mut tx, by.staff().unwrap(), content, morning()).await.unwrap()
}

fn faults(looked: &Looked) -> Vec<String> {
    let one = |fault: &LineFault| format!("{} {} {}", fault.line, fault.column, fault.message.key);
    looked.faults.iter().map(one).collect()
}

#[tokio::test]
async fn every_fault_names_line_column_and_rule() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let text = format!(
            "{HEADER}\
             chen,陈二,approval,,review,2026-09-24,\r\n\
             A B,1,nowhere,{},boss,soon,never\r\n\
             \r\n\
             two,甲,under,,review;审查岗,2026/9/24,2026-9-30\r\n\
             two,乙,approval,科长,决定,2026-09-24,2026-09-01\r\n\
             six,丙,elsewhere,,,2026-09-24,\r\n",
            "长".repeat(51)
        );
        let looked = looked(&house, text.as_bytes()).await;
        assert_eq!(
            faults(&looked),
            [
                "2 login identity-import-login-taken",
                "3 login identity-slug-form",
                "3 name identity-name-wrong",
                "3 body identity-staffing-body",
                "3 roles identity-import-role",
                "3 from identity-date-wrong",
                "3 until identity-date-wrong",
                "6 until identity-days-turned",
                "6 name identity-import-name-differs",
                "7 body identity-staffing-body",
                "7 roles identity-roles-missing",
            ]
        );
        assert_eq!(looked.lines, 5);
    })
    .await;
}

#[tokio::test]
async fn a_file_in_either_encoding_is_brought_in_as_a_whole() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let text = "账号,姓名,机构,职务,岗位,起始日期,截止日期\r\nwang.wu,王五,under,科员,受理；审查,2026/9/24,\r\n\
                    wang.wu,王五,approval,副科长,决定,2026-10-01,2026-12-31\r\nzhao,赵六,approval,,审计,2026-09-24,\r\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        let id = sent(&house, &gb).await.unwrap();
        assert_eq!(house.town.count("select count(*) from staff").await, 2, "nothing yet");
        let by = as_admin(house.admin, house.town.office);
        let (vault, passwords) = (house.town.vault.clone(), house.town.passwords.clone());
        let count = house
            .town
            .write(async |tx| confirm(tx, &vault, &passwords, &by, morning(), id).await.unwrap())
            .await;
        assert_eq!(count, 2);
        assert_eq!(house.town.count("select count(*) from acts where act = 'staff-imported'").await, 2);
        let again = house
            .town
            .refused(async |tx| confirm(tx, &vault, &passwords, &by, morning(), id).await.is_err())
            .await;
        assert!(again, "not twice");
        // The slip is this administrator's, once.
        let stranger = as_admin(house.town.clerk, house.town.office);
        let take = async |tx: &mut Tx, by: &Actor| take_slip(tx, &vault, by, morning(), id).await;
        assert!(house.town.refused(async |tx| take(tx, &stranger).await.is_err()).await);
        let slip = house.town.write(async |tx| take(tx, &by).await.unwrap()).await;
        assert!(house.town.refused(async |tx| take(tx, &by).await.is_err()).await);
        assert_eq!(slip.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["王五", "赵六"]);
        let given = given(&slip[0].login, &slip[0].start_password);
        sign_in_staff(&house.town.db, &vault, &passwords, morning(), given).await.unwrap();
        let mut tx = house.town.db.snapshot().await.unwrap();
        let staff = crate::find_staff_by_login(&mut tx, "wang.wu").await.unwrap().unwrap();
        let posts = posts_of(&mut tx, staff).await.unwrap();
        assert_eq!(posts.len(), 2);
        assert_eq!(posts[0].roles, [Role::Acceptance, Role::Review].into());
        drop(tx);
        // Another one with the same logins: taken in the meantime, so nothing of it is written.
        let mixed = format!("{HEADER}fresh,新人,under,,review,2026-09-24,\r\nzhao,赵六,under,,review,2026-09-24,\r\n");
        let id = sent(&house, mixed.as_bytes()).await.unwrap();
        let half = house
            .town
            .refused(async |tx| confirm(tx, &vault, &passwords, &by, morning(), id).await.is_err())
            .await;
        assert!(half);
        assert_eq!(house.town.count("select count(*) from staff where login = 'fresh'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_file_of_staff_is_refused_at_once() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let check = async |content: &[u8]| match sent(&house, content).await {
            Err(StaffingError::Fields(fields)) => fields[0].message.key,
            other => panic!("{other:?}"),
        };
        assert_eq!(check(b"").await, "identity-import-empty");
        assert_eq!(check(HEADER.as_bytes()).await, "identity-import-empty");
        assert_eq!(check(b"login,name\r\na,b\r\n").await, "identity-import-columns");
        assert_eq!(check(b"\xff\xfe\x00\x01\x02").await, "identity-import-not-text");
        let long = format!("{HEADER}{}", "a,甲,under,,review,2026-09-24,\r\n".repeat(LINES_MAX + 1));
        assert_eq!(check(long.as_bytes()).await, "identity-import-too-long");
        assert_eq!(house.town.count("select count(*) from staff_imports").await, 0);
    })
    .await;
}

#[tokio::test]
async fn five_thousand_lines_are_looked_at_and_brought_in() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let line = |n: usize| format!("staff.{n},某某,under,科员,acceptance;review,2026-09-24,\r\n");
        let lines = (0..5000).map(line).collect::<Vec<_>>().concat();
        let content = format!("{HEADER}{lines}");
        assert!(looked(&house, content.as_bytes()).await.faults.is_empty());
        let id = sent(&house, content.as_bytes()).await.unwrap();
        let by = as_admin(house.admin, house.town.office);
        let (vault, passwords) = (house.town.vault.clone(), house.town.passwords.clone());
        let count = house
            .town
            .write(async |tx| confirm(tx, &vault, &passwords, &by, morning(), id).await.unwrap())
            .await;
        assert_eq!(count, 5000);
        assert_eq!(house.town.count("select count(*) from post_roles").await, 2 + 1 + 10_000);
    })
    .await;
}
