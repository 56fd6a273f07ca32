//! Witnesses (见证, C2SP tlog-witness): a node signs the checkpoints of another when each continues the last that it
//! signed, so that nobody can be shown one log and somebody else another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Timestamp;
use store::{Tx, vals};

use crate::checkpoint::{Checkpoint, read_hash, read_number};
use crate::error::{Error, to_column};
use crate::log::{Ledger, count, hash};
use crate::note::{Note, NoteError, SignatureLine, Signed, SigningKey, VerifierKey};
use crate::policy::Policy;
use crate::prove::{last_checkpoint, prove_consistency};
use crate::tree::{self, Hash};

/// Most hashes of a request.
const HASHES_MAX: usize = 63;

/// What a log asks of a witness: its checkpoint, and that it continues the one of `old` entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness signed last; 0 if none.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The checkpoint with the log's signature.
    pub checkpoint: Note,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why a witness does not sign.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The body is no such request.
    #[error("not a request of tlog-witness: {0}")]
    Malformed(&'static str),
    /// Not a log that is witnessed here.
    #[error("the log {0:?} is not witnessed here")]
    UnknownLog(String),
    /// Not signed by the log's key.
    #[error("the checkpoint is not signed by the key of its log")]
    Unsigned,
    /// The old size is not that of the last checkpoint: the log begins anew from the one that is named.
    #[error("the last checkpoint that was cosigned has {0} entries")]
    OtherSize(u64),
    /// The same size with another root: a fork.
    #[error("another tree of {0} entries was cosigned: the log is forked")]
    OtherRoot(u64),
    /// The proof does not show that the old tree is the beginning of the new one: a fork, or a wrong proof.
    #[error("the proof does not show that this tree continues the one of {0} entries that was cosigned")]
    Inconsistent(u64),
    /// The witness's own trouble.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl Refused {
    /// The status of the answer (C2SP tlog-witness, add-checkpoint).
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::UnknownLog(_) => 404,
            Self::Unsigned => 403,
            Self::OtherSize(_) | Self::OtherRoot(_) => 409,
            Self::Inconsistent(_) => 422,
            Self::Internal(_) => 500,
        }
    }
}

impl std::str::FromStr for AddCheckpoint {
    type Err = Refused;

    fn from_str(body: &str) -> Result<Self, Refused> {
        let (head, checkpoint) =
            body.split_once("\n\n").ok_or(Refused::Malformed("there is no checkpoint under it"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| read_number(line.strip_prefix("old ")?));
        let old = old.ok_or(Refused::Malformed("the first line is not the old size"))?;
        let proof: Option<Vec<Hash>> = lines.map(read_hash).collect();
        let proof = proof.filter(|proof| proof.len() <= HASHES_MAX);
        let proof =
            proof.ok_or(Refused::Malformed("a line of the proof is no hash, or there are too many"))?;
        let checkpoint =
            checkpoint.parse().map_err(|_note| Refused::Malformed("the checkpoint is no note"))?;
        Ok(Self { old, proof, checkpoint })
    }
}

/// Looks at a checkpoint of another log and cosigns it, or says why not. `logs` names the logs that are witnessed here. The
/// caller commits before it answers.
pub async fn cosign(
    tx: &mut Tx,
    logs: &Policy,
    key: &SigningKey,
    request: &AddCheckpoint,
    now: Timestamp,
) -> Result<SignatureLine, Refused> {
    let note = &request.checkpoint;
    let checkpoint: Checkpoint =
        note.text.parse().map_err(|_form| Refused::Malformed("the note is no checkpoint"))?;
    let log = logs.log(&checkpoint.origin).ok_or_else(|| Refused::UnknownLog(checkpoint.origin.clone()))?;
    if !matches!(note.signed_by(log), Ok(Some(_))) {
        return Err(Refused::Unsigned);
    }
    if request.old > checkpoint.size {
        return Err(Refused::Malformed("the old size is larger than that of the checkpoint"));
    }
    // Two requests at a time for one log: the row's lock makes the second wait and see what the first has signed.
    tx.execute(
        "insert into ledger_witnessed (origin, size, root, note, cosigned_at) values ($1, 0, $2, '', $3)
         on conflict (origin) do update set origin = excluded.origin",
        vals![&checkpoint.origin, tree::empty_root(), now],
    )
    .await?;
    let sql = "select size, root from ledger_witnessed where origin = $1";
    let row = tx.fetch_one(sql, vals![&checkpoint.origin]).await?;
    let (size, root) = (count(&row, 0)?, hash(&row, 1)?);
    if size != request.old {
        return Err(Refused::OtherSize(size));
    }
    if size == checkpoint.size && root != checkpoint.root {
        return Err(Refused::OtherRoot(size));
    }
    if !tree::is_consistent((size, &root), (checkpoint.size, &checkpoint.root), &request.proof) {
        return Err(Refused::Inconsistent(size));
    }
    tx.execute(
        "update ledger_witnessed set size = $2, root = $3, note = $4, cosigned_at = $5 where origin = $1",
        vals![&checkpoint.origin, to_column(checkpoint.size)?, checkpoint.root, note.to_string(), now],
    )
    .await?;
    Ok(key.sign(&note.text, u64::try_from(now.as_second()).unwrap_or(0)))
}

/// The request for a cosignature of the last checkpoint by a witness that signed the one of `old` entries last (0 if it is
/// not known: the answer then says it). Nothing before the first checkpoint; an error when the witness has signed more than
/// there is.
pub async fn request(tx: &mut Tx, old: u64) -> crate::Result<Option<AddCheckpoint>> {
    let Some((size, checkpoint)) = last_checkpoint(tx).await? else { return Ok(None) };
    if old > size {
        return Err(Error::RolledBack { what: "a witness".into(), ahead: old, size });
    }
    let proof = prove_consistency(tx, old, size).await?;
    // Other witnesses' lines are none of its business.
    let checkpoint = Note { signatures: checkpoint.signatures.into_iter().take(1).collect(), ..checkpoint };
    Ok(Some(AddCheckpoint { old, proof, checkpoint }))
}

/// Whether this witness has signed the last checkpoint already; what it signed last by this database otherwise.
pub async fn last_cosigned(tx: &mut Tx, witness: &VerifierKey) -> crate::Result<u64> {
    let sql = "select max(size) from ledger_cosignatures where witness = $1";
    let row = tx.fetch_one(sql, vals![witness.name()]).await?;
    row.get::<Option<i64>>(0)?.map_or(Ok(0), crate::error::from_column)
}

/// Keeps the answer of a witness, after checking that it is this witness's signature over that checkpoint. Other lines of
/// the answer are not looked at.
pub async fn keep_cosignature(
    ledger: &Ledger,
    witness: &VerifierKey,
    asked: &AddCheckpoint,
    answer: &str,
    now: Timestamp,
) -> crate::Result<()> {
    let lines = answer.split('\n').filter_map(|line| line.parse::<SignatureLine>().ok());
    let line = lines.into_iter().find(|line| line.name == witness.name() && line.id == witness.id());
    let unsigned = || Error::Note(NoteError::WrongSignature(witness.name().to_owned()));
    let line = line.ok_or_else(unsigned)?;
    let note = Note { text: asked.checkpoint.text.clone(), signatures: vec![line.clone()] };
    let Some(Signed { unix_seconds: Some(_) }) = note.signed_by(witness)? else { return Err(unsigned()) };
    let checkpoint: Checkpoint =
        note.text.parse().map_err(|_form| Error::Damaged("a checkpoint that was signed".into()))?;
    let mut tx = ledger.db.begin().await?;
    tx.execute(
        "insert into ledger_cosignatures (size, witness, line, signed_at) values ($1, $2, $3, $4)
         on conflict (size, witness) do update set line = excluded.line, signed_at = excluded.signed_at",
        vals![to_column(checkpoint.size)?, witness.name(), line.to_string(), now],
    )
    .await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests;
