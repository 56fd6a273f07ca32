//! The end of older documents, on each engine.

use testkit::each_database;

use super::*;
use crate::test_site::{
    app, get, issue_certificate, issue_one, issuer, new_licence, now, person, template, test_room,
};
use crate::{State, find};

/// Two certificates of one holder, the first one first.
async fn two(room: &crate::Room) -> (crate::Licence, crate::Licence) {
    let first = issue_certificate(room, 1).await;
    let (registration, body) = (template("registration"), issuer());
    let mut new = new_licence(1, &registration, crate::test_site::facts(), &body);
    new.case = crate::test_site::case(7);
    new.now = now() + jiff::SignedDuration::from_secs(60);
    let second = issue_one(room, new).await;
    let second = find(&mut room.db.snapshot().await.unwrap(), second.id).await.unwrap().unwrap();
    (first, second)
}

#[tokio::test]
async fn what_is_issued_anew_stands_in_the_place_of_the_older_one() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (first, second) = two(&test.room).await;
        for expected in [1, 0] {
            let mut tx = db.begin().await.unwrap();
            assert_eq!(replace_older(&mut tx, now(), second.id).await.unwrap(), expected, "once");
            tx.commit().await.unwrap();
        }
        let mut tx = db.snapshot().await.unwrap();
        let older = find(&mut tx, first.id).await.unwrap().unwrap();
        let ending = older.ending.clone().unwrap();
        assert_eq!((ending.state, ending.replaced_by), (State::Replaced, Some(second.identifier.clone())));
        assert_eq!(find(&mut tx, second.id).await.unwrap().unwrap().ending, None);
        drop(tx);
        let anybody = app(&test.room, kernel::Actor::Anonymous);
        let page = get(&anybody, &format!("/l/{}", first.identifier)).await.text();
        assert!(page.contains("已换发") && page.contains(&format!("/l/{}", second.identifier)), "{page}");
        let own = get(&app(&test.room, person(1)), &format!("/licences/{}", first.id)).await.text();
        assert!(own.contains("已于") && own.contains(&format!("/l/{}", second.identifier)), "{own}");
    })
    .await;
}

#[tokio::test]
async fn what_the_holder_has_is_cancelled_and_the_check_says_so() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (first, second) = two(&test.room).await;
        let code = crate::test_site::ASSOCIATION.to_owned();
        let mut tx = db.begin().await.unwrap();
        let vault = &test.room.vault;
        let none = cancel_held(&mut tx, vault, now(), &code, "another", "清算完成").await.unwrap();
        assert!(none.is_empty(), "only documents of this id");
        let other =
            cancel_held(&mut tx, vault, now(), "51430000DEM000225E", &first.document, "清算完成").await;
        assert!(other.unwrap().is_empty(), "only those of this holder");
        let mut ended =
            cancel_held(&mut tx, vault, now(), &code, &first.document, "清算\u{0}完成").await.unwrap();
        ended.sort();
        let mut numbers = [first.number, second.number];
        numbers.sort();
        assert_eq!(ended, numbers);
        tx.commit().await.unwrap();
        let mut tx = db.snapshot().await.unwrap();
        let ending = find(&mut tx, first.id).await.unwrap().unwrap().ending.unwrap();
        assert_eq!((ending.state, ending.reason.as_str()), (State::Cancelled, "清算完成"));
        drop(tx);
        let anybody = app(&test.room, kernel::Actor::Anonymous);
        assert!(get(&anybody, &format!("/l/{}", second.identifier)).await.text().contains("已注销"));
    })
    .await;
}
