//! Two houses, the one upstream of the other: people sign in here with their account there. What the programs say to each
//! other goes over a real connection.

use identity::{AddPerson, Assurance, Subject, add_person};
use kernel::{PersonId, Words};
use store::vals;

use super::house::{Answer, Browser, House, Known, PASSWORD, encoded, library, resident_id};
use crate::client::Settings;
use crate::{ClaimNames, UPSTREAM_TIMEOUT, Upstream};

const CALLBACK: &str = "https://zwfw.example.gov.cn/sign-in/upstream/province/callback";

struct Pair {
    /// Upstream.
    above: House,
    below: House,
    _above_db: testkit::TestDb,
}

/// The house above at an address of its own, and the one below as its client.
async fn pair(db: store::Db, vouches: bool) -> Pair {
    let above_db = testkit::sqlite().await;
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", socket.local_addr().unwrap());
    let above = House::open_with(above_db.db.clone(), &issuer, Vec::new()).await;
    let router = above.router();
    tokio::spawn(async move { axum::serve(socket, router).await });
    let settings = Settings { redirect_uris: vec![CALLBACK.into()], ..library() };
    let Known { id, secret } = above.register(&settings).await;
    let province = Upstream {
        id: "province".into(),
        name: Words::new("省平台", "Provincial platform"),
        issuer,
        client_id: id,
        client_secret: secret,
        scopes: ["openid", "profile", "phone", "resident_id"].map(Into::into).into(),
        claims: ClaimNames {
            name: Some("name".into()),
            resident_id: Some("resident_id".into()),
            phone: Some("phone_number".into()),
        },
        vouches,
        acr: None,
        timeout: UPSTREAM_TIMEOUT,
    };
    let below = House::open_with(db, super::house::ISSUER, vec![province]).await;
    Pair { above, below, _above_db: above_db }
}

impl Pair {
    /// Somebody who has an account above only.
    async fn newcomer(&self) -> PersonId {
        let (now, room) = (self.above.now(), &self.above.room.identity);
        let person = AddPerson {
            name: "韩梅梅".into(),
            resident_id: resident_id(9),
            phone: Some("13900139000".into()),
            division: None,
            password: Some(PASSWORD.into()),
            assurance: Assurance::Verified,
        };
        self.above
            .write(async |tx| add_person(tx, &room.vault, &room.passwords, now, person).await.unwrap())
            .await
    }

    /// Goes there and comes back: what the house below answers.
    async fn there_and_back(&self, here: &mut Browser, there: &mut Browser, led: &Answer) -> Answer {
        let href = led.led();
        assert!(href.starts_with(&format!("{}/oauth/authorize?", self.above.room.issuer)), "{href}");
        let mut answer = self.above.get(there, &href).await;
        if answer.location().starts_with("/sign-in") {
            let page = self.above.get(there, answer.location()).await;
            let (_, next) = answer.location().split_once("next=").unwrap();
            let next = serde_urlencoded::from_str::<Vec<(String, String)>>(&format!("v={next}")).unwrap();
            let login = resident_id(1);
            let fields = [("login", login.as_str()), ("password", PASSWORD), ("next", next[0].1.as_str())];
            let signed_in = self.above.submit(there, &page, "/sign-in", &fields).await;
            answer = self.above.get(there, signed_in.location()).await;
        }
        if answer.location().starts_with("/oauth/authorize/") {
            let path = answer.location().to_owned();
            answer = self.above.get(there, &path).await;
            if answer.text.contains("name=\"answer\"") {
                let fields = [("answer", "yes"), ("scope", "phone"), ("scope", "resident_id")];
                answer = self.above.submit(there, &answer, &path, &fields).await;
            }
        }
        self.below.get(here, &answer.led()).await
    }

    /// Signs in below by the button of the sign-in page.
    async fn sign_in(&self, here: &mut Browser, there: &mut Browser, next: &str) -> Answer {
        let page = self.below.get(here, &format!("/sign-in?{}", encoded(&[("next", next)]))).await;
        assert!(page.text.contains("用省平台登录"), "{}", page.text);
        let led = self.below.submit(here, &page, "/sign-in/upstream/province", &[("next", next)]).await;
        assert!(led.header("cache-control").contains("no-store"));
        self.there_and_back(here, there, &led).await
    }

    async fn word(&self, sql: &'static str) -> String {
        let mut tx = self.below.db.snapshot().await.unwrap();
        tx.fetch_one(sql, vals![]).await.unwrap().get(0).unwrap()
    }

    fn is_signed_in(browser: &Browser) -> bool {
        browser.cookies.iter().any(|(name, _)| name == "__Host-session")
    }
}

#[tokio::test]
async fn an_account_is_linked_when_both_are_proved_and_then_signs_in() {
    testkit::each_database(async |db| {
        let pair = pair(db, true).await;
        let (mut here, mut there) = (Browser::default(), pair.above.zhangs().await);
        let back = pair.sign_in(&mut here, &mut there, "/my/connected-systems").await;
        // The same number lies here, in an account of the same name: nothing is joined by itself.
        assert_eq!((back.status.as_u16(), back.location()), (303, "/sign-in/link"), "{}", back.text);
        assert!(!Pair::is_signed_in(&here));
        let page = pair.below.get(&mut here, "/sign-in/link").await;
        for words in ["省平台", "张**", "我有本平台的账号", "我还没有账号"] {
            assert!(page.text.contains(words), "{words} {}", page.text);
        }
        assert!(!page.text.contains(&resident_id(1)), "numbers are masked");
        let mut stranger = Browser::default();
        let theirs = pair.below.get(&mut stranger, "/sign-in/link").await;
        assert_eq!((theirs.status.as_u16(), theirs.location()), (303, "/sign-in"), "another browser");

        // Registering says no more than registering does elsewhere.
        let fields = [("phone", "13800138000"), ("password", PASSWORD)];
        let taken = pair.below.submit(&mut here, &page, "/sign-in/link/register", &fields).await;
        assert_eq!(taken.status, 409, "{}", taken.text);

        let door = pair.below.get(&mut here, "/sign-in?next=/sign-in/link").await;
        let login = resident_id(1);
        let fields = [("login", login.as_str()), ("password", PASSWORD), ("next", "/sign-in/link")];
        let entered = pair.below.submit(&mut here, &door, "/sign-in", &fields).await;
        assert_eq!(entered.location(), "/sign-in/link");
        let confirm = pair.below.get(&mut here, "/sign-in/link").await;
        assert!(confirm.text.contains("确认绑定"), "{}", confirm.text);
        assert_eq!(
            pair.below.count("select count(*) from upstream_links").await,
            0,
            "not before they say so"
        );
        let linked = pair.below.submit(&mut here, &confirm, "/sign-in/link", &[]).await;
        assert_eq!((linked.status.as_u16(), linked.location()), (303, "/my/connected-systems"));
        assert_eq!(pair.below.count("select count(*) from upstream_links").await, 1);
        assert_eq!(pair.below.count("select count(*) from oidc_upstream_pending").await, 0);

        // From now on it signs in, in any browser, with a token that was not there before.
        let mut other = Browser::default();
        let back = pair.sign_in(&mut other, &mut there, "/my/connected-systems").await;
        assert_eq!((back.status.as_u16(), back.location()), (303, "/my/connected-systems"), "{}", back.text);
        assert!(Pair::is_signed_in(&other));
        assert_eq!(pair.below.count("select count(*) from sessions where factors = 'upstream'").await, 1);
        let account = pair.below.get(&mut other, "/my/account").await;
        assert!(account.text.contains("已绑定 1 个"), "{}", account.text);
        // What is told above to the house below is on record there, and only what the first time needed.
        let looks = "select count(*) from personal_data_accesses where accessed_by like 'client:%'";
        assert!(
            pair.above.count(looks).await <= 3,
            "a known account is let in without being asked for again"
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_is_known_to_nobody_here_registers_with_what_the_provider_said() {
    testkit::each_database(async |db| {
        for vouches in [true, false] {
            let spare = testkit::sqlite().await;
            let db = if vouches { db.clone() } else { spare.db.clone() };
            let pair = pair(db, vouches).await;
            let newcomer = pair.newcomer().await;
            let mut there = pair.above.browser_of(Subject::Person(newcomer)).await;
            let mut here = Browser::default();
            pair.sign_in(&mut here, &mut there, "").await;
            let page = pair.below.get(&mut here, "/sign-in/link").await;
            assert!(page.text.contains("韩**") && page.text.contains("13900139000"), "{}", page.text);
            let weak = [("phone", "13900139000"), ("password", "short")];
            let refused = pair.below.submit(&mut here, &page, "/sign-in/link/register", &weak).await;
            assert_eq!(refused.status, 422);
            // Name and number are the provider's, whatever the form says.
            let fields = [
                ("phone", "13900139000"),
                ("password", PASSWORD),
                ("name", "李雷"),
                ("resident_id", &resident_id(2)),
            ];
            let done = pair.below.submit(&mut here, &page, "/sign-in/link/register", &fields).await;
            assert_eq!((done.status.as_u16(), done.location()), (303, "/my"), "{}", done.text);
            assert!(Pair::is_signed_in(&here));
            let sql = "select p.assurance_level from persons p join upstream_links l on l.person = p.id";
            assert_eq!(pair.word(sql).await, if vouches { "verified" } else { "declared" });
            let account = pair.below.get(&mut here, "/my/account").await;
            assert!(account.text.contains("韩**"), "{}", account.text);
            // A second click finds nothing that waits.
            let again = pair.below.submit(&mut here, &page, "/sign-in/link/register", &fields).await;
            assert_ne!(again.status, 200);
            assert_eq!(pair.below.count("select count(*) from upstream_links").await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn from_the_account_page_it_is_linked_and_taken_away() {
    testkit::each_database(async |db| {
        let pair = pair(db, true).await;
        // Somebody else's account above: the provider vouches that it is not the same person.
        let li_below = Subject::Person(pair.below.li);
        let mut here = pair.below.browser_of(li_below).await;
        let mut there = pair.above.zhangs().await;
        let page = pair.below.get(&mut here, "/account/upstream").await;
        assert!(page.text.contains("绑定省平台"), "{}", page.text);
        let led = pair.below.submit(&mut here, &page, "/account/upstream/province/link", &[]).await;
        assert!(led.led().contains("prompt=login"), "{}", led.led());
        let refused = pair.there_and_back(&mut here, &mut there, &led).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert_eq!(pair.below.count("select count(*) from upstream_links").await, 0);

        // One's own. The account is declared below, and the provider vouches for name and number.
        let mut here = pair.below.zhangs().await;
        let sql = "update persons set assurance_level = 'declared' where id = $1";
        let zhang = pair.below.zhang;
        pair.below.write(async |tx| tx.execute(sql, vals![zhang]).await.unwrap()).await;
        let page = pair.below.get(&mut here, "/account/upstream").await;
        let led = pair.below.submit(&mut here, &page, "/account/upstream/province/link", &[]).await;
        let done = pair.there_and_back(&mut here, &mut there, &led).await;
        assert_eq!(done.location(), "/account/upstream?done=linked", "{} {}", done.status, done.text);
        let page = pair.below.get(&mut here, "/account/upstream?done=linked").await;
        assert!(page.text.contains("绑定成功") && page.text.contains("解除绑定"), "{}", page.text);
        let verified = "select count(*) from persons where assurance_level = 'verified'";
        assert_eq!(pair.below.count(verified).await, 1);
        for what in ["upstream-linked", "upstream-verified"] {
            let mut tx = pair.below.db.snapshot().await.unwrap();
            let sql = "select count(*) from jobs where kind = 'identity.account' and payload like $1";
            let told: i64 = tx.fetch_one(sql, vals![format!("%\"{what}\"%")]).await.unwrap().get(0).unwrap();
            assert_eq!(told, 1, "{what}");
        }

        // Neither linked nor taken away without a fresh proof.
        pair.below.wait(601);
        for path in ["/account/upstream/province/remove", "/account/upstream/province/link"] {
            let refused = pair.below.submit(&mut here, &page, path, &[]).await;
            assert_eq!(refused.location(), "/account/prove?next=%2Faccount%2Fupstream", "{path}");
        }
        let mut here = pair.below.zhangs().await;
        let page = pair.below.get(&mut here, "/account/upstream").await;
        let gone = pair.below.submit(&mut here, &page, "/account/upstream/province/remove", &[]).await;
        assert_eq!((gone.status.as_u16(), gone.location()), (303, "/account/upstream"));
        assert_eq!(pair.below.count("select count(*) from upstream_links").await, 0);
        let again = pair.below.submit(&mut here, &page, "/account/upstream/province/remove", &[]).await;
        assert_eq!(again.status, 404);
        let mut other = Browser::default();
        let back = pair.sign_in(&mut other, &mut there, "").await;
        assert_eq!(back.location(), "/sign-in/link", "it opens nothing any more");
    })
    .await;
}

#[tokio::test]
async fn without_a_provider_nothing_of_it_is_there() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::default();
        let page = house.get(&mut browser, "/sign-in").await;
        assert!(!page.text.contains("upstream"), "{}", page.text);
        let answer = house.submit(&mut browser, &page, "/sign-in/upstream/province", &[]).await;
        assert_eq!(answer.status, 404);
        let mut zhang = house.zhangs().await;
        let page = house.get(&mut zhang, "/my/account").await;
        assert!(!page.text.contains("upstream") && !page.text.contains("外部账号"));
        assert_eq!(house.get(&mut browser, "/sign-in/link").await.location(), "/sign-in");
    })
    .await;
}
