//! Pages by the Tab key alone: everything is reached in the order of the page and shows that it has the focus, the first
//! stop leads past the frame, nothing holds the focus back; and a form with errors says so first.

use fantoccini::key::Key;
use serde_json::Value;

use super::world::Who::{self, Nobody, Owner, Person};
use super::world::World;
use crate::browser::Browser;

/// Forms that break a rule when they are sent as they come.
const FORMS: &[(Who, &str)] = &[
    (Nobody, "/sign-in"),
    (Nobody, "/register"),
    (Nobody, "/progress"),
    (Owner("corrected"), "/drafts/{draft}"),
    (Person("li-shili"), "/my/agents/new"),
];

/// Numbers everything that can be used, in the order of the page, and notes what gets the focus from now on. What shows
/// the focus may be the thing itself or a box around it. A document inside the page has stops of the browser's own.
const WATCH: &str = "
    for (const frame of document.querySelectorAll('iframe')) frame.remove();
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    const usable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
        .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}))
        .filter(e => e.type !== 'radio' || e === ([...document.getElementsByName(e.name)].find(o => o.checked)
            || document.getElementsByName(e.name)[0]));
    usable.forEach((e, place) => e.walkPlace = place);
    window.walked = [];
    const shows = element => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    };
    document.addEventListener('focusin', ({target}) => {
        if (target.walkPlace === undefined) return;
        const box = target.getBoundingClientRect();
        const onPage = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom + scrollY > 0;
        let marked = target;
        while (marked !== document.body && !shows(marked)) marked = marked.parentElement;
        window.walked.push([target.walkPlace, onPage && marked !== document.body]);
    });
    return usable.map(e => `${e.tagName} ${e.name || e.getAttribute('href') || e.textContent.trim().slice(0, 30)}`);";

/// How many keys are pressed before it is looked where they led.
const KEYS: usize = 30;

/// Goes once through a page and gives what is wrong with it.
pub(super) async fn wrong(browser: &Browser) -> Vec<String> {
    let usable = browser.client.execute(WATCH, vec![]).await.unwrap();
    let usable: Vec<&str> = usable.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let (mut stops, mut pressed) = (Vec::new(), 0);
    // It takes more keys than there are things to use: boxes that scroll and the parts of a date are stops of the browser's own.
    while pressed < 2 * (usable.len() + KEYS) {
        browser.keys(std::iter::repeat_n(char::from(Key::Tab), KEYS)).await;
        pressed += KEYS;
        stops = once_round(&browser.client.execute("return window.walked", vec![]).await.unwrap());
        if stops.len() == usable.len() {
            break;
        }
    }
    let name = |place: u64| usable[usize::try_from(place).unwrap()];
    let mut wrong: Vec<String> = Vec::new();
    for place in 0..usable.len() as u64 {
        match stops.iter().find(|(stop, _)| *stop == place) {
            None => wrong.push(format!("{} is not reached by Tab", name(place))),
            Some((_, false)) => wrong.push(format!("{} does not show the focus", name(place))),
            Some((_, true)) => {}
        }
    }
    let jumps = stops.windows(2).filter(|pair| pair[0].0 > pair[1].0);
    wrong.extend(jumps.map(|pair| format!("{} comes after {} by Tab", name(pair[1].0), name(pair[0].0))));
    let first = stops.first().map(|(place, _)| name(*place));
    // The page that stands in where there is no line has no navigation to pass.
    if usable.len() > 1 && first != Some("A #main") {
        wrong.push(format!("the first stop is not the way past the frame: {first:?}"));
    }
    wrong
}

/// The stops until one comes again: its place in the page, and whether it shows the focus.
fn once_round(walked: &Value) -> Vec<(u64, bool)> {
    let mut stops: Vec<(u64, bool)> = Vec::new();
    for stop in walked.as_array().unwrap() {
        let place = stop[0].as_u64().unwrap();
        if stops.iter().any(|(seen, _)| *seen == place) {
            break;
        }
        stops.push((place, stop[1] == true));
    }
    stops
}

/// Opens an example as whoever looks at it.
pub(super) async fn open_as(browser: &mut Browser, world: &World, who: &Who, example: &str) {
    browser.become_one(world.token(&world.whoever(who, example)).await, &[]).await;
    browser.open(&world.path(example)).await;
}

/// Forms that are sent as they come: the errors have the focus, and the first of them leads to its field.
pub(super) async fn errors_of_forms_have_the_focus(browser: &mut Browser, world: &World) {
    for (who, example) in FORMS {
        open_as(browser, world, who, example).await;
        let send = "main form:is([novalidate], [data-guard]) button:not([type=button], [name=_add])";
        browser.click(send).await;
        let at = "return document.activeElement.id";
        let has = browser.client.execute(at, vec![]).await.unwrap();
        assert_eq!(has, "error-summary", "{example}: {}", browser.text().await);
        browser.keys([char::from(Key::Tab), char::from(Key::Enter)]).await;
        let at =
            "const at = document.activeElement; return [at.id, at.getAttribute('aria-invalid') || at.type]";
        let field = browser.client.execute(at, vec![]).await.unwrap();
        let is_marked = field[1] == "true" || field[1] == "radio";
        assert!(field[0] != "" && is_marked, "{example}: the first error leads to {field}");
    }
}

/// The way past the frame leads to the page's own part, and what is folded opens and closes by one key.
pub(super) async fn frame_and_folds_obey_keys(browser: &mut Browser) {
    let (tab, enter) = (char::from(Key::Tab), char::from(Key::Enter));
    browser.open("/items/000511002000/01").await;
    let browser = &*browser;
    let script = async |script: &str| browser.client.execute(script, vec![]).await.unwrap();
    browser.keys([tab, enter]).await;
    assert_eq!(script("return document.activeElement.id").await, "main", "past the frame");
    let folded = "document.querySelector('main details > summary').focus()";
    script(folded).await;
    let is_open = "return document.activeElement.parentElement.open";
    for open in [true, false] {
        browser.keys([enter]).await;
        assert_eq!(script(is_open).await, open, "what is folded opens and closes");
    }
}
