//! Posts (任职): who works in which body, as what, from one day to another.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{BodyId, PostId, Role, StaffId, Timestamp, Words};
use store::{Result, Row, Tx, fresh_id, vals};

/// One post of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRecord {
    /// Its id.
    pub id: PostId,
    /// The body.
    pub body: BodyId,
    /// Its short name.
    pub body_slug: String,
    /// Its full name.
    pub body_name: Words,
    /// Its division.
    pub division: String,
    /// What they are called there (职务); may be empty.
    pub title: String,
    /// What they are trusted with there.
    pub roles: BTreeSet<Role>,
    /// The first civil day.
    pub first_day: Date,
    /// The last civil day, if it is known.
    pub last_day: Option<Date>,
}

impl PostRecord {
    /// How it is called, the body in the reader's language.
    pub(crate) fn called(&self, body: &str) -> String {
        if self.title.is_empty() { body.to_owned() } else { format!("{} · {body}", self.title) }
    }

    /// Whether it is held on this day.
    pub fn is_held(&self, day: Date) -> bool {
        self.first_day <= day && self.last_day.is_none_or(|last| last >= day)
    }

    /// As the record of administrative acts writes it.
    pub(crate) fn written(&self) -> String {
        written(&self.body_slug, &self.title, &self.roles, self.first_day, self.last_day)
    }
}

/// A post in one line: body, title, roles, days.
pub(crate) fn written(
    body: &str,
    title: &str,
    roles: &BTreeSet<Role>,
    first_day: Date,
    last_day: Option<Date>,
) -> String {
    let roles = roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    let last_day = last_day.map_or_else(|| "–".to_owned(), |day| day.to_string());
    let title = if title.is_empty() { String::new() } else { format!("{title} · ") };
    format!("{body} · {title}{roles} · {first_day} … {last_day}")
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select p.id, p.body, b.slug, b.name_zh, b.name_en, b.division, p.title, p.first_day, p.last_day, r.role, p.staff
             from posts p join bodies b on b.id = p.body join post_roles r on r.post = p.id ",
            $rest
        )
    };
}

/// Rows of one post stand together, one for each role.
pub(crate) fn read(rows: &[Row]) -> Result<Vec<(StaffId, PostRecord)>> {
    let mut posts: Vec<(StaffId, PostRecord)> = Vec::new();
    for row in rows {
        let id: PostId = row.get(0)?;
        if posts.last().is_none_or(|(_, last)| last.id != id) {
            let post = PostRecord {
                id,
                body: row.get(1)?,
                body_slug: row.get(2)?,
                body_name: Words::new(row.get::<String>(3)?, row.get::<String>(4)?),
                division: row.get(5)?,
                title: row.get(6)?,
                roles: BTreeSet::new(),
                first_day: row.get(7)?,
                last_day: row.get(8)?,
            };
            posts.push((row.get(10)?, post));
        }
        if let Some((_, last)) = posts.last_mut() {
            last.roles.insert(row.parse(9)?);
        }
    }
    Ok(posts)
}

/// Every post that somebody holds, held or will hold, the earliest first.
pub async fn posts_of(tx: &mut Tx, staff: StaffId) -> Result<Vec<PostRecord>> {
    let sql = select!("where p.staff = $1 order by p.first_day, p.id, r.role");
    let rows = tx.fetch_all(sql, vals![staff]).await?;
    Ok(read(&rows)?.into_iter().map(|(_, post)| post).collect())
}

/// The posts that they hold on this day.
pub async fn posts_on(tx: &mut Tx, staff: StaffId, day: Date) -> Result<Vec<PostRecord>> {
    let sql = select!(
        "where p.staff = $1 and p.first_day <= $2 and (p.last_day is null or p.last_day >= $2)
         order by p.first_day, p.id, r.role"
    );
    let rows = tx.fetch_all(sql, vals![staff, day]).await?;
    Ok(read(&rows)?.into_iter().map(|(_, post)| post).collect())
}

/// Whose post it is, and the post.
pub(crate) async fn find_post(tx: &mut Tx, id: PostId) -> Result<Option<(StaffId, PostRecord)>> {
    let rows = tx.fetch_all(select!("where p.id = $1 order by r.role"), vals![id]).await?;
    Ok(read(&rows)?.into_iter().next())
}

/// A post that begins.
pub(crate) struct NewPost<'a> {
    pub(crate) staff: StaffId,
    pub(crate) body: BodyId,
    pub(crate) title: &'a str,
    pub(crate) roles: &'a BTreeSet<Role>,
    pub(crate) first_day: Date,
    pub(crate) last_day: Option<Date>,
}

/// Writes it down. Nothing is asked here.
pub(crate) async fn insert(tx: &mut Tx, post: &NewPost<'_>, now: Timestamp) -> Result<PostId> {
    let id: PostId = fresh_id(now);
    tx.execute(
        "insert into posts (id, staff, body, title, first_day, last_day, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        vals![id, post.staff, post.body, post.title, post.first_day, post.last_day, now],
    )
    .await?;
    for role in post.roles {
        let sql = "insert into post_roles (post, role) values ($1, $2)";
        tx.execute(sql, vals![id, role.as_str()]).await?;
    }
    Ok(id)
}
