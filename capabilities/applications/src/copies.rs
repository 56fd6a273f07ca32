//! Copies of what was handed in for a case, for measuring what a big database does.

use std::ops::Range;

use kernel::CaseId;
use store::copies::{bounds, marked_id};
use store::{Tx, copied, vals, with_digits};

const APPLICATIONS: &str = concat!(
    copied!(
        "insert into applications (case_id, draft_id, applicant_name_sealed, answers_sealed)",
        concat!(with_digits!("$3"), ", ", with_digits!("$4"), ", a.applicant_name_sealed, a.answers_sealed")
    ),
    ", applications a where a.case_id = $5"
);
const DRAFTS: &str = concat!(
    copied!(
        "insert into drafts (case_id, id, person, legal_person, item, handling, package_version, division,
             answers_sealed, version, created_at, updated_at, again_of, dropped)",
        concat!(
            with_digits!("$3"),
            ", ",
            with_digits!("$4"),
            ", d.person, d.legal_person, d.item, d.handling, d.package_version, d.division, d.answers_sealed,
             d.version, d.created_at, d.updated_at, d.again_of, d.dropped"
        )
    ),
    ", drafts d where d.case_id = $5 and d.id = $6"
);
const MATERIALS: &str = concat!(
    copied!(
        "insert into materials (case_id, draft_id, id, material, state, file_sm3, file_name_sealed, media_type, size,
             added_by, added_at)",
        concat!(
            with_digits!("$3"),
            ", ",
            with_digits!("$4"),
            ", ",
            with_digits!("substr(m.id, 1, 24) || '~~~~~~~~'"),
            ", m.material, m.state, m.file_sm3, m.file_name_sealed, m.media_type, m.size, m.added_by, m.added_at"
        )
    ),
    ", materials m where m.case_id = $5"
);

/// Copies draft, answers and evidence of a case, as [`cases::copy`] copies the case; says how many rows that were. The
/// copies share the files. The caller commits.
pub async fn copy(tx: &mut Tx, case: CaseId, copies: &Range<i64>) -> store::Result<u64> {
    let draft: String =
        tx.fetch_one("select draft_id from applications where case_id = $1", vals![case]).await?.get(0)?;
    let [first, end] = bounds(copies);
    let (new_case, new_draft) = (marked_id(&case.to_string()), marked_id(&draft));
    let mut rows = 0;
    for sql in [APPLICATIONS, MATERIALS] {
        rows += tx.execute(sql, vals![first, end, &new_case, &new_draft, case]).await?;
    }
    rows += tx.execute(DRAFTS, vals![first, end, &new_case, &new_draft, case, &draft]).await?;
    Ok(rows)
}
