//! The doors, the lists behind them, and the place.

use axum::http::StatusCode;
use store::vals;
use testkit::each_database;

use super::*;

#[tokio::test]
async fn the_home_page_has_doors_and_no_long_list() {
    each_database(async |db| {
        let world = World::new(db).await;
        let home = world.see("/", "").await;
        home.holds(&[
            "action=\"/search\"",
            "href=\"/people\"",
            "href=\"/organisations\"",
            "href=\"/topics/marriage\"",
            "href=\"/topics/found\"",
            "href=\"/check\"",
            "href=\"/bodies\"",
            "目前没有新闻",
            "内地居民结婚登记预约",
            "tel:12345",
        ]);
        assert!(home.text.matches("href=\"/items/").count() <= 8, "{}", home.text);
        world.see("/", "lang=en").await.holds(&["Events of life", "Marriage and divorce"]);
        let elders = world.see("/", "type=large").await;
        elders.holds(&["tel:12345", "href=\"/people\"", "href=\"/progress\"", "href=\"/help\""]);
        assert!(!elders.text.contains("href=\"/topics/found\""), "fewer things for elders: {}", elders.text);
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_for_most_comes_first() {
    each_database(async |db| {
        let world = World::new(db).await;
        let mut tx = world.room.set.db.begin().await.unwrap();
        let insert =
            "insert into cases (id, number, item, handling, package_version, division, body, person, status,
                 stage, calendar_version, state, version, submitted_at)
             values ($1, $1, $2, '01', '1', '430102', 'b', 'p', 'submitted', 's', 'c', '{}', 1, $3)";
        let day = |text: &str| instant(text);
        // Two of the foundation's, one of the association's; many more of another item, but long ago.
        for (id, item, at) in [
            ("1", "000111005000", day("2026-10-08T09:00")),
            ("2", "000111005000", day("2026-10-07T09:00")),
            ("3", "000111001000", day("2026-10-08T09:00")),
            ("4", "000511006000", day("2026-01-08T09:00")),
            ("5", "000511006000", day("2026-01-08T09:00")),
            ("6", "000511006000", day("2026-01-08T09:00")),
            ("7", "999999999999", day("2026-10-08T09:00")),
        ] {
            tx.execute(insert, vals![id, item, at]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let home = world.see("/", "").await.text;
        let place = |item: &str| home.find(&format!("/items/{item}/01"));
        let (first, second) = (place("000111005000").unwrap(), place("000111001000").unwrap());
        assert!(first < second && second < place("000711003000").unwrap(), "{home}");
        assert_eq!(place("000511006000"), None, "long ago is not of late");
    })
    .await;
}

#[tokio::test]
async fn lists_are_counted_filtered_and_paged() {
    each_database(async |db| {
        let world = World::new(db).await;
        let first = world.see("/organisations", "").await;
        first.holds(&["第 1 页", "社会团体成立登记"]);
        assert_eq!(first.text.matches("<li><h2><a href=\"/items/").count(), 20);
        let next = first.text.split("href=\"/organisations?").nth(1).unwrap().split('"').next().unwrap();
        world.see(&format!("/organisations?{}", next.replace("&#38;", "&")), "").await.holds(&["第 2 页"]);
        world.see("/organisations?page=999", "").await.holds(&["共"]);
        let charter = world.see("/organisations?topic=charter", "").await;
        charter.holds(&["共 3 项", "基金会修改章程核准"]);
        assert!(!charter.text.contains("养老机构备案"), "{}", charter.text);
        world.see("/people?topic=no-such-topic&page=x", "").await.holds(&["共"]);
        world.see("/topics/death", "").await.holds(&["共 6 项", "遗体火化证明开具", "身后事一件事"]);
        assert_eq!(world.see("/topics/nothing", "").await.status, StatusCode::NOT_FOUND);
        world.see("/topics/death?instant=1&online=1", "lang=en").await.holds(&["Death"]);
    })
    .await;
}

#[tokio::test]
async fn bodies_say_what_they_take_in() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.see("/bodies", "").await.holds(&["共 3 个机构", "文艺路街道办事处"]);
        let inside = world.see("/bodies?division=430102", "").await;
        inside.holds(&["共 2 个机构", "长沙市芙蓉区"]);
        assert!(!inside.text.contains("长沙市民政局"), "{}", inside.text);
        world.see("/bodies?division=430700", "").await.holds(&["这里还没有机构"]);
        world.see("/bodies/wenyilu", "").await.holds(&["演示路1号", "临时救助", "长沙市芙蓉区文艺路街道"]);
        assert_eq!(world.see("/bodies/nobody", "").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_place_is_chosen_step_by_step_and_shown_everywhere() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.see("/place?back=%2Fpeople", "").await.holds(&["within=430100", "长沙市", "选择办事地点"]);
        world.see("/place?within=430102", "").await.holds(&["within=430102001", "就选长沙市芙蓉区"]);
        // Villages are the last step, and each is one link.
        let town = world.see("/place?within=430102001&back=%2Fhelp", "").await;
        town.holds(&["/place/set?code=430102001", "back=/help"]);
        let villages = town.text.matches("/place/set?code=430102001").count();
        assert!((2..200).contains(&villages), "{villages}");
        world.see("/place?q=文艺路", "").await.holds(&["长沙市芙蓉区文艺路街道"]);
        world.see("/place?q=没有这个地方", "").await.holds(&["没有找到这个地方"]);

        let set = world.see("/place/set?code=430102001&back=%2Fpeople%3Fpage%3D2", "").await;
        assert_eq!((set.status, set.header("location")), (StatusCode::SEE_OTHER, "/people?page=2"));
        let cookie = "place=430102001; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000";
        assert_eq!(set.header("set-cookie"), cookie);
        let foreign = world.see("/place/set?code=430102&back=https%3A%2F%2Fevil.cn", "").await;
        assert_eq!(foreign.header("location"), "/");
        assert_eq!(world.see("/place/set?code=999999", "").await.status, StatusCode::NOT_FOUND);
        assert!(world.see("/place/set?code=", "").await.header("set-cookie").contains("Max-Age=0"));

        let here = "place=430102001";
        world.see("/people", here).await.holds(&["长沙市芙蓉区文艺路街道", "更改"]);
        let guide = world.see("/items/000511002000/01", here).await;
        guide.holds(&["您选的地点：长沙市芙蓉区文艺路街道", "文艺路街道办事处", "href=\"/bodies/wenyilu\""]);
        // Taken in by a town, so a county is not exact enough.
        world.see("/items/000511002000/01", "place=430102").await.holds(&["还要选得更具体一些"]);
        let without = world.see("/items/000511002000/01", "place=nonsense").await;
        without.holds(&["先看当地的机构和窗口"]);
    })
    .await;
}

#[tokio::test]
async fn where_somebody_lives_is_proposed_to_them_alone() {
    each_database(async |db| {
        let world = World::new(db).await;
        let now = instant("2026-10-09T09:00");
        let passwords = identity::Passwords::new(identity::Strength::CHEAP).unwrap();
        let add = identity::AddPerson {
            name: "张演示".into(),
            resident_id: "439900197901010011".into(),
            phone: None,
            division: Some("430104".into()),
            password: None,
            assurance: identity::Assurance::Verified,
        };
        let mut tx = world.room.set.db.begin().await.unwrap();
        let person =
            identity::add_person(&mut tx, &world.room.set.vault, &passwords, now, add).await.unwrap();
        tx.commit().await.unwrap();
        let actor = |acting_for| {
            Actor::Person(PersonActor {
                level: kernel::AssuranceLevel::Registered,
                person,
                acting_for,
                shown_as: "张*".into(),
            })
        };
        world.get_as(&actor(None), "/place").await.holds(&["用我登记的住址：长沙市岳麓区"]);
        let company = kernel::LegalPersonId::from_parts(now, [7; 10]);
        let company = kernel::Mandate::whole(kernel::Principal::LegalPerson(company));
        for other in [actor(Some(company)), citizen(), Actor::Anonymous] {
            let page = world.get_as(&other, "/place").await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(!page.text.contains("用我登记的住址"), "{}", page.text);
        }
    })
    .await;
}

#[tokio::test]
async fn help_statements_and_maps_are_whole_in_both_languages() {
    each_database(async |db| {
        let world = World::new(db).await;
        for lang in ["lang=zh-CN", "lang=en"] {
            for path in ["/help", "/accessibility", "/privacy", "/about", "/sitemap"] {
                world.see(path, lang).await.holds(&["<h1>"]);
            }
        }
        let map = world.see("/sitemap.xml", "").await.text;
        for address in ["/people", "/topics/marriage", "/items/000511002000/01", "/bodies/wenyilu"] {
            assert!(map.contains(&format!("<loc>https://demo.example{address}</loc>")), "{address}");
        }
        assert!(!map.contains("/my<") && !map.contains("/desk"), "{map}");
        let robots = world.see("/robots.txt", "").await.text;
        assert!(robots.contains("Disallow: /my\n") && robots.contains("/sitemap.xml"), "{robots}");
    })
    .await;
}
